// What a suite of scripts has shown: the one result from which every format is written. Its order is that of the scripts' paths
// and of the cases in a script, whatever ran first; there are no clock times in it, so the same scripts and seed give the same bytes.

public import SoukUnits

/// The result of testing scripts.
public struct SuiteReport: Sendable {
  /// The number of this form; it changes when a member changes its meaning or goes away.
  public static let format = 2
  /// Of Souk.
  public var version: String
  public var scripts: [ScriptReport]
  /// Why it isn't whole: `interrupted`, `the time of --budget is over`; nil when it is.
  public var cut: String?
  /// The exit code of the command.
  public var exitCode: Int32
  /// Seed and filter that were asked for.
  public var seed: UInt64?
  public var filter: String?
  /// What changed since the baseline that it was held against; nil without one.
  public var baseline: BaselineReport?

  public init(version: String, scripts: [ScriptReport], cut: String? = nil, exitCode: Int32, seed: UInt64? = nil, filter: String? = nil) {
    self.version = version
    self.scripts = scripts
    self.cut = cut
    self.exitCode = exitCode
    self.seed = seed
    self.filter = filter
  }
}

/// What one script has shown.
public struct ScriptReport: Sendable {
  /// As it was found: `shop/day.souk`.
  public var path: String
  public var outcome: Outcome
  public var cases: [CaseReport]
  /// What is wrong with it, or suspicious.
  public var problems: [ScriptProblem]
  public var notes: [String]
  /// The seed of its first run.
  public var seed: UInt64?
  public var units: UnitTable

  /// How far it came.
  public enum Outcome: Sendable, Hashable {
    case finished
    /// It has mistakes, or can't be read: nothing ran.
    case wrong
    /// A limit of steps or memory stopped it.
    case stopped
    case interrupted
    /// The time was over before the first look.
    case outOfTime
    /// It was left out, and why.
    case skipped(String)
  }

  public init(
    path: String, outcome: Outcome, cases: [CaseReport] = [], problems: [ScriptProblem] = [], notes: [String] = [], seed: UInt64? = nil,
    units: UnitTable = UnitTable()
  ) {
    self.path = path
    self.outcome = outcome
    self.cases = cases
    self.problems = problems
    self.notes = notes
    self.seed = seed
    self.units = units
  }

  /// Whether it was left out on purpose.
  public var isSkipped: Bool { if case .skipped = outcome { true } else { false } }

  /// The script as one verdict: the worst of its cases; no data when none ran, for that is not a pass.
  public var verdict: CheckVerdict {
    // What stopped it at a limit is told as a problem, and isn't a mistake.
    if outcome == .wrong || outcome != .stopped && problems.contains(where: \.isError) { return .error }
    for verdict in [CheckVerdict.error, .fails, .noData, .undecided] where cases.contains(where: { $0.verdict == verdict }) { return verdict }
    return outcome == .finished && !cases.isEmpty ? .holds : .noData
  }

  /// What is to be said of the script as a whole where no case says it; nil when its cases say all.
  public var remark: String? {
    switch outcome {
    case .finished: cases.isEmpty ? "no check or test ran, and that is not a pass" : nil
    case .wrong: problems.contains { !$0.code.isEmpty } ? "it has mistakes, so nothing ran" : "nothing ran"
    case .stopped: "stopped at a limit: what follows it in the script was not checked"
    case .interrupted: "interrupted: what is not listed was not checked"
    case .outOfTime: "the time of --budget was over before its first look: nothing is known"
    case .skipped(let reason): "not run: \(reason)"
    }
  }
}

/// A diagnostic as plain values.
public struct ScriptProblem: Sendable, Hashable {
  public var code: String
  public var message: String
  public var place: SourcePlace
  public var hints: [String]
  public var isError: Bool
  public init(code: String, message: String, place: SourcePlace, hints: [String], isError: Bool) {
    self.code = code
    self.message = message
    self.place = place
    self.hints = hints
    self.isError = isError
  }
}

/// A place in a script, lines and columns counted from 1.
public struct SourcePlace: Sendable, Hashable {
  public var file: String
  public var line: Int
  public var column: Int
  public init(file: String, line: Int, column: Int) {
    self.file = file
    self.line = line
    self.column = column
  }

  /// From `file:line:column`; line 1 where there is none.
  public init(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count > 2, let line = Int(parts[parts.count - 2]), let column = Int(parts[parts.count - 1]) else {
      self.init(file: text, line: 1, column: 1)
      return
    }
    self.init(file: parts.dropLast(2).joined(separator: ":"), line: line, column: column)
  }

  public var text: String { "\(file):\(line):\(column)" }
}

/// One check or test of a script.
public enum CaseReport: Sendable {
  case check(CheckReport)
  case test(TestReport)

  public var name: String {
    switch self {
    case .check(let check): check.name
    case .test(let test): test.name
    }
  }

  public var verdict: CheckVerdict {
    switch self {
    case .check(let check): check.verdict
    case .test(let test): test.verdict
    }
  }

  public var place: SourcePlace {
    switch self {
    case .check(let check): SourcePlace(check.place)
    case .test(let test): SourcePlace(test.place)
    }
  }

  /// `check` or `test`.
  public var kind: String { if case .check = self { "check" } else { "test" } }
}

extension SuiteReport {
  /// The exit code that follows from what was shown: what is worst decides. 2 a mistake, 1 a failure, 4 a limit, 3 undecided or
  /// nothing checked, 0 all held; an interruption is told by whoever was interrupted.
  public static func exitCode(of scripts: [ScriptReport]) -> Int32 {
    func any(_ verdict: CheckVerdict) -> Bool { scripts.contains { script in script.verdict == verdict } }
    if any(.error) { return 2 }
    if scripts.contains(where: { $0.cases.contains { $0.verdict == .fails } }) { return 1 }
    if scripts.contains(where: { $0.outcome == .stopped }) { return 4 }
    let ran = scripts.filter { !$0.isSkipped }
    return ran.isEmpty || ran.contains { $0.verdict != .holds } ? 3 : 0
  }

  /// How many cases have each verdict.
  public var counts: [CheckVerdict: Int] {
    var counts: [CheckVerdict: Int] = [:]
    for script in scripts { for one in script.cases { counts[one.verdict, default: 0] += 1 } }
    return counts
  }
}
