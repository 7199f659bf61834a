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
    let (model, notes) = (run.model, run.notes)
    var printed = ""
    simulation.setTrace { event in
      guard event.what == .note, let note = notes[event.message] else { return sink(line(event, model, "\(event.what)", event.value)) }
      printed += note.written(event.value)
      guard note.endsLine else { return }
      sink(line(event, model, printed))
      printed = ""
    }
    simulation.run(until: run.span)
  }

  /// `12.5 s  buy 7  queued till`
  private static func line(_ event: TraceEvent, _ model: CompiledModel, _ what: String, _ value: Double = -1) -> String {
    let time = NumberText.format(quantity: Double(event.time) / 1e9, dimension: .time, significantDigits: 9)
    let who = event.journey < 0 ? "-" : "\(model.journeys[Int(event.journey)].path) \(event.ordinal)"
    return "\(time)  \(who)  \(what)\(value < 0 ? "" : " \(Int(value))")\n"
  }
}
