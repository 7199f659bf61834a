// What `--dump model` and `--dump trace` show of each run: the compiled model, and what happens to whom in the first replication.
// The traced replication is run beside the others, which it is equal to, so that nothing changes in what is reported.

import SoukLower
public import SoukScript

extension Pipeline {
  /// What shows `stage` of each run that is about to begin; `nil` for stages that come before.
  public static func show(_ stage: Stage, to sink: @escaping @Sendable (String) -> Void) -> (@Sendable (PlannedRun) -> Void)? {
    switch stage {
    case .model: { run in sink(dump(run.model)) }
    case .trace: { run in run.trace(to: sink) }
    case .tokens, .tree, .typed: nil
    }
  }
}
