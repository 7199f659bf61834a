// A suite's result as JUnit XML, in the form that Jenkins' xunit plug-in has a schema for and that GitLab, GitHub and others read: a
// testsuite for each script, a testcase for each check and test. What is false is a failure; what isn't known, or couldn't be worked
// out, is an error, never a skipped test: dashboards show skipped ones as green. The place stands in the text, for the schema has no
// attribute for it.

extension SuiteReport {
  /// The result as JUnit XML; ends in a newline.
  public func junit() -> String {
    var out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    let moved = baseline.map { SuiteBaseline(self, $0) }
    let suites = scripts.map { script in
      var suite = Suite(script)
      suite.output = moved?.scripts.first { $0.path == script.path }.map { part in
        ([moved?.headline ?? ""] + part.lines.map { String(repeating: "  ", count: $0.depth) + $0.text }).joined(separator: "\n")
      }
      return suite
    }
    func total(_ count: (Suite) -> Int) -> Int { suites.reduce(0) { $0 + count($1) } + 0 }
    let cutError = cut == nil ? 0 : 1
    out += "<testsuites name=\"souk\" tests=\"\(total(\.cases.count) + cutError)\" failures=\"\(total(\.failures))\" errors=\"\(total(\.errors) + cutError)\">\n"
    for suite in suites { out += suite.xml }
    if let cut {
      // A report that isn't whole can't be taken for a pass.
      out += "  <testsuite name=\"souk test\" tests=\"1\" failures=\"0\" errors=\"1\">\n"
      out += Suite.Case(name: "the report is whole", fault: .error("incomplete", cut), text: cut).xml(in: "souk test")
      out += "  </testsuite>\n"
    }
    return out + "</testsuites>\n"
  }

  private struct Suite {
    struct Case {
      enum Fault {
        case failure(String, String), error(String, String)
        case skipped(String)
      }
      var name: String
      var fault: Fault?
      var text: String

      func xml(in suite: String) -> String {
        var out = "    <testcase name=\"\(XML.attribute(name))\" classname=\"\(XML.attribute(suite))\""
        guard let fault else { return out + "/>\n" }
        out += ">\n"
        switch fault {
        case .failure(let type, let message):
          out += "      <failure type=\"\(type)\" message=\"\(XML.attribute(message))\">\(XML.text(text))</failure>\n"
        case .error(let type, let message):
          out += "      <error type=\"\(type)\" message=\"\(XML.attribute(message))\">\(XML.text(text))</error>\n"
        case .skipped(let message): out += "      <skipped message=\"\(XML.attribute(message))\"/>\n"
        }
        return out + "    </testcase>\n"
      }
    }

    let path: String
    var cases: [Case] = []
    /// What is to be read beside the cases: what changed since the baseline.
    var output: String?
    var failures = 0
    var errors = 0
    var skipped = 0

    init(_ script: ScriptReport) {
      path = script.path
      let evidence = SuiteEvidence(script)
      for one in script.cases {
        let lines = evidence.lines(one)
        let title = evidence.title(one)
        let text = ([title] + lines).joined(separator: "\n")
        let message = lines.first.map { "\(title) – \($0)" } ?? title
        switch one.verdict {
        case .holds: cases.append(Case(name: title, fault: nil, text: text))
        case .fails: add(Case(name: title, fault: .failure("fails", message), text: text))
        case .undecided, .noData, .error: add(Case(name: title, fault: .error(one.verdict.word, "\(one.verdict.rawValue): \(message)"), text: text))
        }
      }
      for problem in script.problems where problem.isError {
        let text = ([problem.message, problem.place.text] + problem.hints).joined(separator: "\n")
        add(Case(name: "\(problem.code.isEmpty ? "" : problem.code + " ")\(problem.message)", fault: .error("error", problem.message), text: text))
      }
      if let remark = script.remark {
        if script.isSkipped {
          add(Case(name: "the script runs", fault: .skipped(remark), text: remark))
        } else if script.outcome != .wrong {
          add(Case(name: "the script runs to its end", fault: .error("no_data", remark), text: remark))
        }
      }
    }

    private mutating func add(_ one: Case) {
      cases.append(one)
      switch one.fault {
      case .failure: failures += 1
      case .error: errors += 1
      case .skipped: skipped += 1
      case nil: break
      }
    }

    var xml: String {
      var out = "  <testsuite name=\"\(XML.attribute(path))\" tests=\"\(cases.count)\" failures=\"\(failures)\" errors=\"\(errors)\" skipped=\"\(skipped)\">\n"
      for one in cases { out += one.xml(in: path) }
      if let output { out += "    <system-out>\(XML.text(output))</system-out>\n" }
      return out + "  </testsuite>\n"
    }
  }
}

/// Text in XML 1.0: what can't stand there is replaced.
enum XML {
  static func text(_ text: String) -> String { escaped(text, quotes: false) }

  /// In double quotes; a newline stays one.
  static func attribute(_ text: String) -> String { escaped(text, quotes: true) }

  private static func escaped(_ text: String, quotes: Bool) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"" where quotes: out += "&quot;"
      case "\n": out += quotes ? "&#10;" : "\n"
      case "\t": out += quotes ? "&#9;" : "\t"
      case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: out += "\u{FFFD}"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }
}
