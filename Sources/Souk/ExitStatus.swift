// What a run tells the shell. The numbers are frozen: gates and build scripts depend on them.

/// How a command ended.
public enum ExitStatus: Int32, Sendable, CaseIterable {
  case held = 0
  case failed = 1
  case wrong = 2
  case undecided = 3
  case stopped = 4
  case interrupted = 130

  /// What it means, for help texts.
  public var meaning: String {
    switch self {
    case .held: "all checks held, or there was nothing to check"
    case .failed: "a check failed"
    case .wrong: "the command line or script is wrong, or a file can't be used"
    case .undecided: "a check could not be decided, or had no data"
    case .stopped: "a limit on steps, memory or time stopped the run"
    case .interrupted: "interrupted with Ctrl-C; what was known so far was reported"
    }
  }

  /// The table for help texts, one line a code.
  public static let table = allCases.map { code in
    let number = String(code.rawValue)
    return "  " + String(repeating: " ", count: 3 - number.count) + number + "  " + code.meaning
  }.joined(separator: "\n")
}

/// The version of the language and the program: a script's sample path is the same within one.
public let soukVersion = "0.1.0"
