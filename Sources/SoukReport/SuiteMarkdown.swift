// A suite's result in Markdown for a job's summary or a comment, and as GitHub's workflow commands, which put a message at its line.

extension SuiteReport {
  /// The result in Markdown (GitHub's flavour); ends in a newline.
  public func markdown() -> String {
    var out = "## souk test: \(Self.plain(headline))\n\n\(SuiteWords.summary(self))\n\n"
    if let cut { out += "**Not whole:** \(Self.plain(cut))\n\n" }
    if let baseline { out += moved(SuiteBaseline(self, baseline), baseline) }
    for script in scripts {
      let evidence = SuiteEvidence(script)
      out += "### \(Self.code(script.path))\n\n"
      for problem in script.problems {
        out += "- **\(problem.isError ? "error" : "warning")** \(Self.plain("\(problem.code.isEmpty ? "" : problem.code + " ")\(problem.message)")) (\(Self.code(problem.place.text)))\n"
      }
      if !script.problems.isEmpty { out += "\n" }
      if let remark = script.remark { out += "\(Self.plain(remark))\n\n" }
      guard !script.cases.isEmpty else { continue }
      out += "| verdict | check | observed |\n|---|---|---|\n"
      for one in script.cases {
        out += "| \(Self.mark(one.verdict)) \(one.verdict.rawValue) | \(Self.plain(one.name)) | \(Self.plain(observed(one, evidence))) |\n"
      }
      out += "\n"
      for one in script.cases where one.verdict != .holds {
        out += "<details open><summary>\(Self.plain(one.verdict.rawValue)): \(Self.plain(one.name))</summary>\n\n"
        out += Self.fence(([evidence.title(one)] + evidence.lines(one)).joined(separator: "\n")) + "\n\n</details>\n\n"
      }
    }
    return out
  }

  /// The result as GitHub's workflow commands, a line each; ends in a newline unless all holds.
  public func githubAnnotations() -> String {
    var out = ""
    func add(_ level: String, _ place: SourcePlace, _ title: String, _ message: String) {
      out += "::\(level) file=\(Self.property(place.file)),line=\(place.line),col=\(place.column),title=\(Self.property(title))::\(Self.data(message))\n"
    }
    for script in scripts {
      let evidence = SuiteEvidence(script)
      for problem in script.problems {
        add(problem.isError ? "error" : "warning", problem.place, "souk \(problem.code)", ([problem.message] + problem.hints).joined(separator: "\n"))
      }
      for one in script.cases where one.verdict != .holds {
        let level = one.verdict == .fails || one.verdict == .error ? "error" : "warning"
        add(level, one.place, "\(one.verdict.rawValue): \(one.name)", ([evidence.title(one)] + evidence.lines(one)).joined(separator: "\n"))
      }
      if let remark = script.remark, script.outcome != .wrong {
        if script.isSkipped { continue }
        add("warning", SourcePlace(file: script.path, line: 1, column: 1), "nothing was checked", remark)
      }
    }
    if let baseline {
      let words = SuiteBaseline(self, baseline)
      for part in words.scripts where part.isMoved {
        add("notice", SourcePlace(file: part.path, line: 1, column: 1), "moved since the baseline", ([words.headline] + part.lines.map(\.text)).joined(separator: "\n"))
      }
    }
    if let cut { out += "::error title=souk test::\(Self.data("not whole: \(cut)"))\n" }
    return out
  }

  /// What changed since the baseline: a table of the statistics, and what else is to be said.
  private func moved(_ words: SuiteBaseline, _ baseline: BaselineReport) -> String {
    var out = "\(Self.plain(words.headline))\n\n"
    var rows: [String] = []
    for script in baseline.scripts {
      let writer = words.writer(script.path)
      for run in script.runs {
        for thing in run.moved {
          for change in thing.changes where change.verdict != .withinNoise {
            let cells = ["\(script.path), \(run.name)", "\(thing.kind) \(thing.path)", change.statistic, writer.text(change.before), writer.text(change.after), words.difference(change, writer)]
            rows.append("| " + cells.map(Self.plain).joined(separator: " | ") + " |")
          }
        }
      }
    }
    if !rows.isEmpty {
      let rest = rows.count > 100 ? "and \(rows.count - 100) more\n\n" : ""
      out += "| run | thing | statistic | was | is | change |\n|---|---|---|---|---|---|\n" + rows.prefix(100).joined(separator: "\n") + "\n\n" + rest
    }
    let lines = words.scripts.flatMap { part in part.lines.map { String(repeating: "  ", count: $0.depth) + ($0.depth == 0 ? "\(part.path): " : "") + $0.text } }
    if !lines.isEmpty { out += "<details><summary>what moved</summary>\n\n" + Self.fence(lines.joined(separator: "\n")) + "\n\n</details>\n\n" }
    return out
  }

  private var headline: String {
    switch exitCode {
    case 0: "all held"
    case 1: "failed"
    case 3: "undecided"
    case 4: "stopped at a limit"
    case 130: "interrupted"
    default: "mistakes"
    }
  }

  private func observed(_ one: CaseReport, _ evidence: SuiteEvidence) -> String {
    guard case .check(let check) = one else { return "" }
    return check.observed.map { evidence.writer.text($0) } ?? ""
  }

  private static func mark(_ verdict: CheckVerdict) -> String {
    switch verdict {
    case .holds: "✅"
    case .fails, .error: "❌"
    case .undecided, .noData: "⚠️"
    }
  }

  /// Text in a cell or paragraph: what Markdown or HTML would take for its own is escaped.
  private static func plain(_ text: String) -> String {
    var out = ""
    for character in text {
      switch character {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "|", "*", "_", "`", "[", "]", "\\", "#", "~": out += "\\\(character)"
      case _ where character.isNewline: out += " "
      default: out.append(character)
      }
    }
    return out
  }

  /// In as many backticks as are needed.
  private static func code(_ text: String) -> String { text.contains("`") ? "`` \(text) ``" : "`\(text)`" }

  private static func fence(_ text: String) -> String {
    var marks = "```"
    while text.contains(marks) { marks += "`" }
    return "\(marks)text\n\(text)\n\(marks)"
  }

  /// The message of a workflow command.
  private static func data(_ text: String) -> String {
    text.map { $0 == "%" ? "%25" : $0 == "\r" ? "%0D" : $0 == "\n" ? "%0A" : $0 == "\r\n" ? "%0D%0A" : String($0) }.joined()
  }

  /// A property of a workflow command.
  private static func property(_ text: String) -> String {
    data(text).map { $0 == ":" ? "%3A" : $0 == "," ? "%2C" : String($0) }.joined()
  }
}
