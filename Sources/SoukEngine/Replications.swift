// Several replications of one model, on several threads. Each is a pure function of (model, seed, replication), and results
// are put in order of the index, so the bytes don't depend on the number of threads.

import Dispatch
public import SoukModel
public import SoukStats
import Synchronization

/// Runs replications `replications` of a model for `span` ticks each, on at most `threads` threads at once.
public func runReplications(
  _ model: CompiledModel, seed: UInt64, replications: Range<UInt32>, span: Int64, warmup: Int64, limits: RunLimits = RunLimits(),
  flag: StopFlag? = nil, threads: Int = 1, finished: (@Sendable () -> Void)? = nil
) -> [SamplePath] {
  let program = Program(model)
  @Sendable func path(_ replication: UInt32) -> SamplePath {
    var simulation = Simulation(
      program, RunSettings(seed: seed, replication: replication, warmup: warmup, limits: limits, flag: flag))
    simulation.run(until: span)
    defer { finished?() }
    return simulation.samplePath()
  }
  let workers = min(max(threads, 1), replications.count)
  if workers <= 1 { return replications.map(path) }
  let next = Atomic<UInt32>(replications.lowerBound)
  let results = Mutex<[UInt32: SamplePath]>([:])
  DispatchQueue.concurrentPerform(iterations: workers) { _ in
    while true {
      let replication = next.wrappingAdd(1, ordering: .relaxed).oldValue
      if replication >= replications.upperBound { return }
      let result = path(replication)
      results.withLock { $0[replication] = result }
    }
  }
  return results.withLock { found in replications.compactMap { found[$0] } }
}
