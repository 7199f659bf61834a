// A suite's result for people: a heading for each script, a line for each case that begins with its verdict, the evidence of what
// doesn't hold below it, and one line that sums up.

/// Writes suites as text.
public struct SuiteText: Sendable {
  public var style: PageStyle
  /// Whether what holds is left out.
  public var isQuiet: Bool

  public init(style: PageStyle = PageStyle(), isQuiet: Bool = false) {
    self.style = style
    self.isQuiet = isQuiet
  }

  /// One script's block, each line ended by a newline; empty when quiet and all holds.
  public func text(_ script: ScriptReport) -> String {
    let evidence = SuiteEvidence(script)
    var lines: [String] = []
    for problem in script.problems {
      lines.append("\(coloured(problem.isError ? "ERROR" : "warning", problem.isError ? .error : .undecided))  \(problem.code.isEmpty ? "" : problem.code + " ")\(problem.message)")
      lines.append("           \(problem.place.text)")
      lines += problem.hints.flatMap { indented("hint: \($0)") }
    }
    for one in script.cases where !isQuiet || one.verdict != .holds {
      let title = evidence.title(one).wrapped(to: style.width - 13, indent: "  ")
      lines.append("\(coloured(Self.word(one), one.verdict))  \(title[0])")
      lines += title.dropFirst().map { "           \($0)" }
      lines += evidence.lines(one).flatMap(indented)
    }
    if let remark = script.remark {
      // Mistakes have said so themselves.
      let word = script.outcome == .wrong || !script.cases.isEmpty ? "" : script.isSkipped ? "not run" : "no data"
      lines.append("\(coloured(word, script.verdict))  \(script.isSkipped ? String(remark.dropFirst("not run: ".count)) : remark)")
    }
    if !isQuiet || script.verdict != .holds { lines += script.notes.flatMap { indented("note: \($0)") } }
    if isQuiet, lines.isEmpty { return "" }
    return ([script.path] + lines.map { "  " + $0 }).joined(separator: "\n") + "\n"
  }

  private func indented(_ text: String) -> [String] {
    let indent = "           "
    // A command is pasted, so it keeps its line.
    if text.hasPrefix("again: ") { return [indent + text] }
    return text.wrapped(to: style.width - indent.count - 2, indent: "  ").map { indent + $0 }
  }

  /// `3 scripts, 7 checks and tests: 5 hold, 1 fails, 1 is undecided`, and how it ended.
  public func summary(_ suite: SuiteReport) -> String {
    var lines = [SuiteWords.summary(suite)]
    let failing = suite.scripts.flatMap { script in script.cases.filter { $0.verdict != .holds }.map { (script, $0) } }
    if suite.scripts.count > 1, !failing.isEmpty {
      lines += failing.map { script, one in "  \(coloured(Self.word(one), one.verdict))  \(one.place.file):\(one.place.line) \(one.name)" }
    }
    if let cut = suite.cut { lines.append("not whole: \(cut)") }
    if let baseline = suite.baseline { lines = self.lines(SuiteBaseline(suite, baseline)) + lines }
    return lines.joined(separator: "\n") + "\n"
  }

  private func lines(_ baseline: SuiteBaseline) -> [String] {
    var lines = baseline.headline.wrapped(to: style.width, indent: "  ")
    for part in baseline.scripts where !isQuiet || part.isMoved {
      lines.append("  \(part.path)")
      for line in part.lines {
        let indent = String(repeating: " ", count: 4 + 2 * line.depth)
        lines += line.text.wrapped(to: style.width - indent.count, indent: "  ").map { indent + $0 }
      }
    }
    return lines
  }

  private static func word(_ one: CaseReport) -> String {
    switch one.verdict {
    case .holds: one.kind == "test" ? "passes" : "holds"
    case .fails: "FAILS"
    case .error: "ERROR"
    case .undecided, .noData: one.verdict.rawValue
    }
  }

  private func coloured(_ word: String, _ verdict: CheckVerdict) -> String {
    let padded = word.padded(to: 9)
    guard style.hasColour else { return padded }
    let code =
      switch verdict {
      case .holds: "32"
      case .fails, .error: "31"
      case .undecided, .noData: "33"
      }
    return "\u{1B}[\(code)m\(padded)\u{1B}[0m"
  }
}

/// Sentences about a whole suite that several formats share.
enum SuiteWords {
  static func summary(_ suite: SuiteReport) -> String {
    let counts = suite.counts
    let cases = counts.values.reduce(0, +)
    let skipped = suite.scripts.count(where: \.isSkipped)
    let empty = suite.scripts.count(where: { $0.cases.isEmpty && $0.outcome == .finished })
    let wrong = suite.scripts.count(where: { $0.outcome == .wrong })
    var parts = CheckVerdict.allCases.compactMap { verdict -> String? in
      guard let count = counts[verdict] else { return nil }
      return "\(count) \(words(verdict, count == 1))"
    }
    if empty > 0 { parts.append("\(empty) \(empty == 1 ? "script" : "scripts") without a check that ran") }
    if wrong > 0 { parts.append("\(wrong) \(wrong == 1 ? "script" : "scripts") with mistakes") }
    if skipped > 0 { parts.append("\(skipped) \(skipped == 1 ? "script" : "scripts") not run") }
    let scripts = "\(suite.scripts.count) \(suite.scripts.count == 1 ? "script" : "scripts")"
    return "\(scripts), \(cases) \(cases == 1 ? "case" : "cases")" + (parts.isEmpty ? "" : ": " + parts.joined(separator: ", "))
  }

  static func words(_ verdict: CheckVerdict, _ isOne: Bool) -> String {
    switch verdict {
    case .holds: isOne ? "holds" : "hold"
    case .fails: isOne ? "fails" : "fail"
    case .undecided: isOne ? "is undecided" : "are undecided"
    case .noData: isOne ? "has no data" : "have no data"
    case .error: isOne ? "is in error" : "are in error"
    }
  }
}
