// What goes into the execution of a script and what comes out: options, events, the result. No input or output happens
// here: whoever executes a script provides a sink.

public import SoukEngine
public import SoukModel
public import SoukReport
public import SoukLower
public import SoukText

/// What may be set from outside of the script.
public struct ScriptOptions: Sendable {
  /// Replaces every seed of the script.
  public var seed: UInt64?
  /// Replaces the number of replications of every run that says one or none; a run with a precision decides for itself.
  public var replications: UInt32?
  /// Only this replication, from 0, of every run: to look at one by itself.
  public var replication: UInt32?
  public var limits = RunLimits()
  /// Steps that the script itself may take outside of models: as many as a run, and never more than can be waited for.
  var evaluationSteps: Int { Int(clamping: min(limits.maxSteps, UInt64(Evaluator.defaultStepLimit))) }
  /// How many replications run at once.
  public var threads = 1
  /// Replications that a run with a precision, or one whose checks are examined, may use.
  public var replicationCap = 1000
  /// For an examination: checks and tests whose name is wanted; all when nil.
  public var selects: (@Sendable (String) -> Bool)?
  /// For an examination: what comes after the first that fails isn't looked at.
  public var stopsAtFailure = false
  /// For an examination: what checks that say `baseline(…)` are held against.
  public var baseline: BaselineSource?
  /// For an examination: everything is kept in summary, so that it can be recorded.
  public var recordsAll = false
  /// Raised from outside to stop what runs.
  public var flag: StopFlag?
  /// Told after each replication of a run of several, from whichever thread it ran on.
  public var onProgress: (@Sendable (RunProgress) -> Void)?
  /// The version of Souk: what a saved simulation has to agree with.
  public var version = ""
  /// Reads the text of a file that the script names, at that place, in the folder that it may read.
  public var readFile: (@Sendable (String, Span) -> Result<String, UnreadFile>)?
  /// Told of each run before it begins.
  public var onRun: (@Sendable (PlannedRun) -> Void)?
  /// Columns of tables inside printed texts.
  public var width = 100
  public var lines: LineStyle = .unicode
  public init() {}
}

/// How far a run of several replications is.
public struct RunProgress: Sendable {
  public var model: String
  public var done: Int
  /// Replications in all; nil where a precision decides.
  public var all: Int?
  /// What it is after, as it is known by now: `p99(till.wait) = 3.2 min ± 0.2`.
  public var value: String?
}

/// Why a file that a script names wasn't read.
public struct UnreadFile: Error, Sendable {
  public var reason: String

  public init(reason: String) { self.reason = reason }
}

/// A run that is about to begin: what the engine is given. Times are ticks.
public struct PlannedRun: Sendable {
  public var lowered: LoweredModel
  public var seed: UInt64
  public var span: Int64
  public var warmup: Int64

  public var model: CompiledModel { lowered.model }
}

/// One thing that execution has to tell.
public enum ScriptEvent: Sendable {
  /// Something for the report.
  case item(ReportItem)
  /// Something suspicious, with its place.
  case warning(Diagnostic)
  /// What stopped the script.
  case failure(Diagnostic)
}

/// How an execution ended.
public struct ScriptResult: Sendable {
  public var items: [ReportItem]
  public var failures: [Diagnostic]
  /// False when it was interrupted or stopped at a limit.
  public var isComplete: Bool
  /// 0 all held; 1 a check or test failed; 2 the script is wrong; 3 undecided or no data; 4 stopped at a limit; 130 interrupted.
  public var exitCode: Int32
  /// The seed of the first run, if any.
  public var seed: UInt64?

  /// The checks in the order they were made.
  public var checks: [CheckReport] { items.compactMap { if case .check(let check) = $0 { check } else { nil } } }
}
