// A script examined: its checks and tests alone, with replications added until each check is decided. A look executes the script
// at the replications that its runs have by now; what is decided stays so, and the runs behind the rest grow by half. Nothing is
// printed, plotted or exported, and nothing is simulated that no check asks for.

public import SoukReport
public import SoukSema
import SoukSyntax
public import SoukText

/// The examination of one script, look by look. For one thread at a time.
public final class Examination {
  private let program: TypedProgram
  private let sources: SourceSet
  private var options: ScriptOptions
  private let evidence: Evidence

  /// What the last whole look said: checks, tests and notes.
  public private(set) var items: [ReportItem] = []
  /// What is suspicious or wrong, each told once.
  public private(set) var diagnostics: [Diagnostic] = []
  /// As for `ScriptResult`; 3 before the first look.
  public private(set) var exitCode: Int32 = 3
  /// Looks made so far.
  public private(set) var looks = 0
  /// Whether a limit of steps or memory, or an interruption, stopped it.
  public private(set) var isStopped = false
  /// The seed of the first run.
  public private(set) var seed: UInt64?

  /// An examination of a sound program, which goes on with the evidence that an earlier one left in the same version.
  public init(program: TypedProgram, sources: SourceSet, options: ScriptOptions, stored: StoredEvidence = StoredEvidence(), version: String = "") {
    evidence = Evidence(stored: stored, version: version)
    self.program = program
    self.sources = sources
    self.options = options
  }

  /// Replications simulated so far.
  public var simulated: Int { evidence.simulated }

  /// What a later examination can go on with.
  public var toStore: StoredEvidence { evidence.toStore }

  /// What a baseline keeps of it: all runs that were made, and what its checks ask a baseline for. It has neither path nor digest.
  public func record() -> ScriptBaseline {
    let runs = evidence.runs.indices.compactMap { evidence.results[$0] }
    return ScriptBaseline(path: "", given: program.given.map(\.text), runs: BaselineRuns(program: program).record(runs), values: evidence.values)
  }

  /// Executes the script once more; false when another look would decide nothing more. `threads` may be used at once.
  public func look(threads: Int) -> Bool {
    options.threads = threads
    evidence.beginLook()
    var told: [Diagnostic] = []
    let interpreter = Interpreter(program: program, sources: sources, options: options, evidence: evidence) { event in
      switch event {
      case .item: break
      case .warning(let diagnostic), .failure(let diagnostic): told.append(diagnostic)
      }
    }
    let result = interpreter.runAll()
    // Time that ended within a look takes that look away and leaves the earlier ones.
    if result.failures.contains(where: { $0.code == "E0422" }) { return false }
    isStopped = !result.isComplete
    exitCode = result.exitCode
    // So does Ctrl-C; of a first look what was decided before it is better than nothing.
    if !isStopped || looks == 0 || result.exitCode != 130 { items = result.items }
    looks += 1
    seed = result.seed
    for diagnostic in told where !diagnostics.contains(where: { $0.code == diagnostic.code && $0.primary.span == diagnostic.primary.span && $0.message == diagnostic.message }) {
      diagnostics.append(diagnostic)
    }
    guard result.isComplete, !(options.stopsAtFailure && evidence.hasFailed) else { return false }
    return evidence.grow()
  }

  /// The checks and tests that stand in the script itself: how many, and which of the names that are plain texts.
  public static func cases(in program: TypedProgram) -> (count: Int, names: [String]) {
    var count = 0
    var names: [String] = []
    func visit(_ items: [TypedItem]) {
      for item in items {
        switch item.kind {
        case .check(let check):
          count += 1
          if let name = check.name.plainText { names.append(name) }
        case .test(let name, _):
          count += 1
          if let name = name.plainText { names.append(name) }
        case .condition(_, let then, let otherwise): visit(then + otherwise)
        case .loop(_, _, let body): visit(body)
        default: break
        }
      }
    }
    visit(program.items)
    return (count, names)
  }
}

extension TypedExpression {
  /// Whether it makes, changes or reads a paused simulation: when that happens matters, so it isn't put off.
  var touchesSimulation: Bool {
    if case .simulation = type { return true }
    return children.contains(where: \.touchesSimulation)
  }
}

extension TypedItem {
  /// Whether an examination executes it: what it says, and what changes what is said.
  var isExamined: Bool {
    switch kind {
    case .check, .test, .advance: true
    case .binding, .print, .plot, .export, .expression: false
    case .condition(_, let then, let otherwise): (then + otherwise).contains(where: \.isExamined)
    case .loop(_, _, let body): body.contains(where: \.isExamined)
    }
  }
}

extension TypedExpression {
  /// The text of a literal without holes.
  var plainText: String? {
    guard case .text(let parts) = kind else { return nil }
    var out = ""
    for part in parts {
      guard case .text(let text) = part else { return nil }
      out += text
    }
    return out
  }
}
