// The sample path is a pure function of model, seed and replication: whatever is recorded, however the run is cut into
// pieces, forked, traced, or spread over threads.

import SoukEngine
import SoukModel
import SoukStats
import Testing

/// A model with many kinds of things.
func mixedModel(recording: Recording) -> ModelBuilder {
  var b = ModelBuilder()
  b.recording = recording
  let till = b.station("till", servers: 2, discipline: .priority, service: Law(.gamma, 2, 0.4), capacity: 12)
  let shared = b.station("shared", discipline: .processorSharing, service: Law(.exponential, 0.5))
  let urgent = b.station("urgent", discipline: .preemptiveResume, service: Law(.lognormal, -1, 0.5), uptime: Law(.exponential, 20), repair: Law(.constant, 1))
  let pool = b.pool("pool", size: 3)
  let priority = b.register(), one = b.register(1), half = b.register(0.4)
  let journey = b.journey("buy", slots: 2, outcomes: ["done", "lost"])
  b.emit(.draw, priority, b.law(Law(.discreteUniform, 1, 3)), b.drawSite("priority"))
  let first = b.use(till, priority: priority, patience: one)
  _ = b.use(shared)
  let seize = b.request(pool, amount: one)
  b.emit(.seize, seize)
  b.emit(.wait, half)
  b.emit(.release, pool, one)
  let second = b.use(urgent, priority: priority)
  b.emit(.end, 0, -1)
  for site in [first, second] { b.model.uses[Int(site)].otherwise = b.here }
  b.emit(.end, 1, -1)
  b.source("orders", .poisson(rate: 1.5), journey: journey)
  b.source("bursts", .interarrival(law: b.law(Law(.uniform, 5, 9))), journey: journey, batch: Law(.poisson, 4))
  return b
}

/// Everything of a path that two equal runs must share.
func digest(_ p: SamplePath) -> String {
  "\(p.end) \(p.events) \(p.stop) " + p.cells.map { "\($0.last) \($0.integral) \($0.minimum) \($0.maximum)" }.joined(separator: ",")
    + p.tallies.map { "\($0.count) \($0.sum) \($0.m2)" }.joined(separator: ",")
}

@Suite struct Determinism {
  @Test func threadsDoNotMatter() {
    let b = mixedModel(recording: .summary)
    let one = runReplications(b.model, seed: 5, replications: 0..<8, span: 2_000 * second, warmup: 100 * second, threads: 1)
    let many = runReplications(b.model, seed: 5, replications: 0..<8, span: 2_000 * second, warmup: 100 * second, threads: 4)
    #expect(one.map(digest) == many.map(digest))
    #expect(one.map(\.replication) == Array(0..<8))
    #expect(Set(one.map(digest)).count == 8)
    let other = runReplications(b.model, seed: 6, replications: 0..<1, span: 2_000 * second, warmup: 100 * second, threads: 1)
    #expect(digest(other[0]) != digest(one[0]))
  }

  @Test func recordingDoesNotMatter() {
    var seen: Set<String> = []
    for recording in [Recording.off, .summary, .full] {
      let b = mixedModel(recording: recording)
      var s = b.simulation()
      var happened = 0
      s.setTrace { _ in happened += 1 }
      s.run(until: 1_000 * second)
      let p = s.samplePath()
      seen.insert("\(p.events) \(p.steps) \(happened) " + p.cells.map { "\($0.last)" }.joined(separator: " "))
      #expect(s.isConsistent())
    }
    #expect(seen.count == 1)
  }

  @Test func piecesAndForksDoNotMatter() {
    let b = mixedModel(recording: .full)
    var whole = b.simulation(warmup: 50)
    whole.run(until: 600 * second)
    var pieces = b.simulation(warmup: 50)
    var forks: [Simulation] = []
    for t in stride(from: Int64(7), through: 600, by: 7) {
      pieces.run(until: t * second)
      if t % 70 == 0 { forks.append(pieces.fork()) }
      #expect(pieces.isConsistent())
    }
    pieces.run(until: 600 * second)
    // Splitting changes the grouping of a cell's integral, not the path: values and times are compared.
    func path(_ s: Simulation) -> String {
      let p = s.samplePath()
      return p.cells.map { "\($0.times) \($0.values)" }.joined() + p.tallies.map { "\($0.values) \($0.times)" }.joined()
    }
    #expect(path(whole) == path(pieces))
    #expect(digest(whole.samplePath()) == digest(pieces.samplePath()))
    for fork in forks {
      var own = fork
      own.run(until: 600 * second)
      #expect(path(own) == path(whole))
      // The fork's source is untouched by the copy that ran on.
      #expect(fork.now < 600 * second)
    }
  }

  /// Draws belong to entities: a change elsewhere leaves them alone.
  @Test func editingOneComponentLeavesOthersAlone() {
    func arrivals(_ change: (inout ModelBuilder) -> Void) -> [Int64] {
      var b = ModelBuilder()
      b.recording = .full
      change(&b)
      let till = b.station("till", service: Law(.exponential, 0.5))
      let journey = b.journey("buy")
      _ = b.use(till)
      b.emit(.end, -1, -1)
      b.source("orders", .poisson(rate: 1), journey: journey)
      let p = b.paths(0..<1, span: 500)[0]
      return b.tally("till.service", of: p).values.map { Int64($0 * 1e9) } + b.cell("orders.started", of: p).times
    }
    let plain = arrivals { _ in }
    let changed = arrivals { b in
      let other = b.station("other", service: Law(.gamma, 2, 1))
      let journey = b.journey("else")
      _ = b.use(other)
      b.emit(.end, -1, -1)
      b.source("others", .poisson(rate: 3), journey: journey)
    }
    #expect(plain == changed)
  }
}
