// How often each check had each verdict under many seeds, as a table. The shares of what holds and fails stand with exact binomial
// bounds, for they are estimates themselves.

import SoukStats
import SoukUnits

/// Verdicts of scripts under many seeds.
public struct SeedReport: Sendable {
  public var first: UInt64
  public var count: Int
  public var scripts: [Script] = []
  /// Why it isn't whole; nil when it is.
  public var cut: String?

  public init(first: UInt64, count: Int) {
    self.first = first
    self.count = count
  }

  public struct Script: Sendable {
    public var path: String
    /// Seeds that were tested to the end.
    public var seeds = 0
    public var lines: [Line] = []
    public var problems: [ScriptProblem] = []
    public init(path: String) { self.path = path }
  }

  /// One check or test.
  public struct Line: Sendable {
    public var key: String
    /// Line of the script, and round of a loop.
    public var order: (Int, Int)
    public var title: String
    public var counts: [CheckVerdict: Int] = [:]
    /// Of all seeds together.
    public var replications = 0
    public init(key: String, order: (Int, Int), title: String) {
      self.key = key
      self.order = order
      self.title = title
    }
  }

  /// As for one seed, the worst of all.
  public var exitCode: Int32 {
    let verdicts = Set(scripts.flatMap { $0.lines.flatMap(\.counts.keys) })
    if verdicts.contains(.error) || scripts.contains(where: { $0.problems.contains(where: \.isError) }) { return 2 }
    if verdicts.contains(.fails) { return 1 }
    return verdicts == [.holds] && scripts.allSatisfy { !$0.lines.isEmpty } && cut == nil ? 0 : 3
  }

  /// A table for each script; ends in a newline.
  public func text(width: Int = 100) -> String {
    var out = ""
    for script in scripts {
      out += "\(script.path), \(script.seeds) \(script.seeds == 1 ? "seed" : "seeds") from \(first) on\n"
      for problem in script.problems { out += "  \(problem.isError ? "ERROR" : "warning")  \(problem.message) (\(problem.place.text))\n" }
      if script.lines.isEmpty, script.problems.isEmpty { out += "  no data    no check or test ran, and that is not a pass\n" }
      for line in script.lines { out += text(line, script.seeds, width) }
    }
    if let cut { out += "not whole: \(cut)\n" }
    return out
  }

  private func text(_ line: Line, _ seeds: Int, _ width: Int) -> String {
    var out = line.title.wrapped(to: width - 2, indent: "  ").map { "  \($0)\n" }.joined()
    var parts = CheckVerdict.allCases.compactMap { verdict -> String? in
      guard let count = line.counts[verdict], count > 0 else { return nil }
      let bounds = ClopperPearson.interval(successes: count, trials: seeds, level: 0.95)
      return "\(verdict.rawValue) \(count) (\(percent(bounds.low)) to \(percent(bounds.high)))"
    }
    if seeds > 0, line.replications > 0 {
      parts.append("\(NumberText.format(Double(line.replications) / Double(seeds), style: NumberStyle(significantDigits: 3))) replications each")
    }
    out += "    \(parts.joined(separator: ", "))\n"
    return out
  }

  private func percent(_ x: Double) -> String { NumberText.format(x * 100, style: NumberStyle(significantDigits: 3)) + "%" }
}
