// A suite's result in SARIF 2.1.0 (OASIS), for code scanning: a result for each case that doesn't hold and each diagnostic, at its line.

extension SuiteReport {
  private static let rules: [(id: String, name: String, text: String, level: String)] = [
    ("check-fails", "CheckFails", "A check or a test is false with the confidence that was asked for.", "error"),
    ("check-undecided", "CheckUndecided", "More replications would decide it.", "warning"),
    ("check-no-data", "CheckNoData", "There was nothing to observe. That is never a pass.", "warning"),
    ("check-error", "CheckError", "The claim could not be worked out.", "error"),
    ("script-error", "ScriptError", "The script has a mistake.", "error"),
    ("baseline-moved", "BaselineMoved", "A thing does something else than when the baseline was saved.", "note"),
    ("script-unchecked", "ScriptUnchecked", "No check of the script ran to its end. That is never a pass.", "warning"),
  ]

  /// The result as SARIF; ends in a newline.
  public func sarif() -> String {
    JSONValue.object([
      ("$schema", .text("https://json.schemastore.org/sarif-2.1.0.json")), ("version", .text("2.1.0")),
      ("runs", .list([
        .object([
          ("tool", .object([("driver", driver)])),
          (
            "invocations",
            .list([.object([("executionSuccessful", .bool(cut == nil && ![2, 4, 130].contains(exitCode))), ("exitCode", .integer(Int64(exitCode)))])])
          ),
          ("columnKind", .text("unicodeCodePoints")),
          ("results", .list(scripts.flatMap(Self.results) + moved)),
        ])
      ])),
    ]).text() + "\n"
  }

  private var driver: JSONValue {
    .object([
      ("name", .text("souk")), ("version", .text(version)),
      (
        "rules",
        .list(
          Self.rules.map { rule in
            .object([
              ("id", .text(rule.id)), ("name", .text(rule.name)), ("shortDescription", .object([("text", .text(rule.text))])),
              ("defaultConfiguration", .object([("level", .text(rule.level))])),
            ])
          })
      ),
    ])
  }

  /// One result for each thing that moved.
  private var moved: [JSONValue] {
    guard let baseline else { return [] }
    let words = SuiteBaseline(self, baseline)
    return baseline.scripts.flatMap { script in
      script.runs.flatMap { run in
        run.moved.map { thing in
          let text = ([words.title(run), words.title(thing, run)] + words.changes(thing, script.path)).joined(separator: "\n")
          return Self.result("baseline-moved", "note", text, SourcePlace(file: script.path, line: 1, column: 1))
        }
      }
    }
  }

  private static func results(_ script: ScriptReport) -> [JSONValue] {
    let evidence = SuiteEvidence(script)
    var results = script.problems.map { problem in
      result("script-error", problem.isError ? "error" : "warning", ([problem.message] + problem.hints).joined(separator: "\n"), problem.place)
    }
    for one in script.cases where one.verdict != .holds {
      let rule =
        switch one.verdict {
        case .holds, .fails: "check-fails"
        case .undecided: "check-undecided"
        case .noData: "check-no-data"
        case .error: "check-error"
        }
      let level = one.verdict == .fails || one.verdict == .error ? "error" : "warning"
      results.append(result(rule, level, ([evidence.title(one)] + evidence.lines(one)).joined(separator: "\n"), one.place))
    }
    if let remark = script.remark, script.outcome != .wrong {
      if script.isSkipped { return results }
      results.append(result("script-unchecked", "warning", remark, SourcePlace(file: script.path, line: 1, column: 1)))
    }
    return results
  }

  private static func result(_ rule: String, _ level: String, _ message: String, _ place: SourcePlace) -> JSONValue {
    .object([
      ("ruleId", .text(rule)), ("level", .text(level)), ("message", .object([("text", .text(message))])),
      (
        "locations",
        .list([
          .object([
            (
              "physicalLocation",
              .object([
                ("artifactLocation", .object([("uri", .text(uri(place.file)))])),
                ("region", .object([("startLine", .integer(Int64(place.line))), ("startColumn", .integer(Int64(place.column)))])),
              ])
            )
          ])
        ])
      ),
    ])
  }

  /// A path as a relative reference (RFC 3986): what isn't a letter, a digit or a plain mark is written in percents.
  private static func uri(_ path: String) -> String {
    var out = ""
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "~"):
        out.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        out += "%" + (digits.count < 2 ? "0" : "") + digits
      }
    }
    return out
  }
}
