// A suite's result in the Test Anything Protocol, version 13: a line for each case and its evidence as YAML below. What isn't known is
// `not ok`, and a report that isn't whole bails out.

extension SuiteReport {
  /// The result as TAP; ends in a newline.
  public func tap() -> String {
    var lines: [(isGood: Bool, name: String, directive: String, details: [String])] = []
    for script in scripts {
      let evidence = SuiteEvidence(script)
      for one in script.cases {
        lines.append((one.verdict == .holds, "\(script.path): \(evidence.title(one))", "", one.verdict == .holds ? [] : [one.verdict.rawValue] + evidence.lines(one)))
      }
      for problem in script.problems where problem.isError {
        lines.append((false, "\(script.path): \(problem.message)", "", ["error", problem.place.text] + problem.hints))
      }
      if let remark = script.remark, script.outcome != .wrong {
        if script.isSkipped {
          lines.append((true, script.path, " # SKIP \(Self.plain(remark))", []))
        } else {
          lines.append((false, script.path, "", ["no data", remark]))
        }
      }
    }
    var out = "TAP version 13\n1..\(lines.count)\n"
    for (number, line) in lines.enumerated() {
      out += "\(line.isGood ? "ok" : "not ok") \(number + 1) - \(Self.plain(line.name))\(line.directive)\n"
      guard let verdict = line.details.first else { continue }
      out += "  ---\n  verdict: \(verdict)\n"
      // A block: the reader that comes with Perl takes a colon in a list for a key, even in quotes.
      if line.details.count > 1 { out += "  evidence: |\n" + line.details.dropFirst().map { "    \(Self.plain($0, escaping: false))\n" }.joined() }
      out += "  ...\n"
    }
    if let baseline {
      let words = SuiteBaseline(self, baseline)
      let lines = [words.headline] + words.scripts.flatMap { part in part.lines.map { "\(part.path): \($0.text)" } }
      out += lines.map { "# \(Self.plain($0, escaping: false))\n" }.joined()
    }
    if let cut { out += "Bail out! \(Self.plain(cut))\n" }
    return out
  }

  /// `#` begins a directive, and a description has one line.
  private static func plain(_ text: String, escaping: Bool = true) -> String {
    text.map { $0 == "#" && escaping ? "\\#" : $0.isNewline ? " " : String($0) }.joined()
  }
}
