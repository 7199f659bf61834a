// What `--dump model` and `--dump trace` show of each run: the compiled model, and what happens to whom in the first replication.
// The traced replication is run beside the others, which it is equal to, so that nothing changes in what is reported.

import SoukEngine
import SoukLower
import SoukModel
public import SoukScript
import SoukUnits

extension Pipeline {
  /// What shows `stage` of each run that is about to begin; `nil` for stages that come before.
  public static func show(_ stage: Stage, to sink: @escaping @Sendable (String) -> Void) -> (@Sendable (PlannedRun) -> Void)? {
    switch stage {
    case .model: { run in sink(dump(run.model)) }
    case .trace: { run in trace(run, sink) }
    case .tokens, .tree, .typed: nil
    }
  }

  private static func trace(_ run: PlannedRun, _ sink: @escaping @Sendable (String) -> Void) {
    var simulation = Simulation(run.model, RunSettings(seed: run.seed, replication: 0, warmup: run.warmup))
    let model = run.model
    simulation.setTrace { sink(line($0, model)) }
    simulation.run(until: run.span)
  }

  /// `12.5 s  buy 7  queued till`
  private static func line(_ event: TraceEvent, _ model: CompiledModel) -> String {
    let time = NumberText.format(quantity: Double(event.time) / 1e9, dimension: .time, significantDigits: 9)
    let who = event.journey < 0 ? "-" : "\(model.journeys[Int(event.journey)].path) \(event.ordinal)"
    return "\(time)  \(who)  \(event.what)\(event.value < 0 ? "" : " \(Int(event.value))")\n"
  }
}
