// A suite's result as JSON, format 2; docs/souk-test.schema.json says what is in it. Numbers stand in full with their base units.

extension SuiteReport {
  /// The result in JSON; ends in a newline.
  public func json() -> String {
    let counts = counts
    return JSONValue.object([
      ("souk_test", .integer(Int64(Self.format))), ("version", .text(version)), ("seed", seed.map { .text("\($0)") } ?? .null),
      ("filter", .optional(filter)), ("complete", .bool(cut == nil)), ("cut", .optional(cut)), ("exit", .integer(Int64(exitCode))),
      (
        "summary",
        .object(
          [("scripts", .integer(Int64(scripts.count))), ("cases", .integer(Int64(counts.values.reduce(0, +))))]
            + CheckVerdict.allCases.map { ($0.word, .integer(Int64(counts[$0] ?? 0))) })
      ),
      ("scripts", .list(scripts.map(\.json))), ("baseline", baseline.map { SuiteBaseline(self, $0).json } ?? .null),
    ]).text() + "\n"
  }
}

extension CheckVerdict {
  /// For machines: `no_data`.
  var word: String { self == .noData ? "no_data" : rawValue }
}

extension SourcePlace {
  var json: JSONValue { .object([("file", .text(file)), ("line", .integer(Int64(line))), ("column", .integer(Int64(column)))]) }
}

extension ScriptReport.Outcome {
  var word: String {
    switch self {
    case .finished: "finished"
    case .wrong: "wrong"
    case .stopped: "stopped"
    case .interrupted: "interrupted"
    case .outOfTime: "out_of_time"
    case .skipped: "skipped"
    }
  }
}

extension ScriptReport {
  var json: JSONValue {
    let evidence = SuiteEvidence(self)
    let encoding = JSONEncoding(writer: evidence.writer)
    return .object([
      ("path", .text(path)), ("verdict", .text(verdict.word)), ("outcome", .text(outcome.word)), ("remark", .optional(remark)),
      ("seed", seed.map { .text("\($0)") } ?? .null),
      (
        "problems",
        .list(
          problems.map { problem in
            .object([
              ("code", .text(problem.code)), ("message", .text(problem.message)), ("severity", .text(problem.isError ? "error" : "warning")),
              ("place", problem.place.json), ("hints", .list(problem.hints.map { .text($0) })),
            ])
          })
      ),
      ("notes", .list(notes.map { .text($0) })),
      ("cases", .list(cases.map { encoding.suiteCase($0, evidence) })),
    ])
  }
}

extension JSONEncoding {
  func suiteCase(_ one: CaseReport, _ evidence: SuiteEvidence) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("kind", .text(one.kind)), ("name", .text(one.name)), ("verdict", .text(one.verdict.word)), ("place", one.place.json),
      ("evidence", .list(evidence.lines(one).map { .text($0) })),
    ]
    switch one {
    case .check(let check): members += suiteCheck(check)
    case .test(let test):
      members.append(("expectations", .integer(Int64(test.expectations))))
      members.append((
        "failures",
        .list(
          test.failures.map { failure in
            .object([
              ("verdict", .text(failure.verdict.word)), ("place", SourcePlace(failure.place).json), ("message", .text(failure.message)),
            ])
          })
      ))
    }
    return .object(members)
  }

  private func suiteCheck(_ check: CheckReport) -> [(String, JSONValue)] {
    func whole(_ x: Int?) -> JSONValue { x.map { .integer(Int64($0)) } ?? .null }
    let smallest: JSONValue =
      check.smallest.map { one in
        .object([
          ("replication", .integer(Int64(one.replication))), ("observed", optional(one.observed)), ("events", .integer(Int64(clamping: one.events))),
          ("command", .text(one.command)),
        ])
      } ?? .null
    let journeys = check.journeys.map { one in
      JSONValue.object([
        ("journey", .text(one.journey)), ("number", .integer(Int64(one.number))), ("replication", .integer(Int64(one.replication))), ("value", figure(one.value)),
        (
          "stages",
          .list(
            one.stages.map { stage in
              .object([("time", .number(stage.time)), ("what", .text(stage.what)), ("place", .text(stage.place)), ("lasts", .optional(stage.lasts))])
            })
        ),
      ])
    }
    return [
      ("claim", .text(check.claim)), ("sentence", .text(check.sentence)), ("standing", .optional(check.standing)),
      ("observed", optional(check.observed)), ("limit", optional(check.limit)), ("margin", optional(check.margin)),
      ("interval", check.interval.map { .object([("low", figure($0.low)), ("high", figure($0.high))]) } ?? .null),
      ("confidence", .optional(check.confidence)), ("method", .optional(check.method)), ("replications", whole(check.replications)),
      ("looks", whole(check.looks)), ("more_replications", whole(check.moreReplications)),
      ("approximate", .bool(check.notes.contains { $0.hasPrefix("approximate") })),
      ("seed", check.seed.map { .text("\($0)") } ?? .null), ("smallest_failing", smallest), ("journeys", .list(journeys)), ("blame", .optional(check.blame)),
      ("command", .optional(check.command)), ("figures", .list(check.figures.map { .text($0) })), ("notes", .list(check.notes.map { .text($0) })),
    ]
  }
}
