// A whole execution as JSON, format 1: what was printed, run, checked and plotted, numbers in full with their units.

import SoukUnits

extension ReportDocument {
  /// The document in Souk's JSON format 1; ends in a newline.
  public func json(writer: FigureWriter) -> String {
    var checks = 0, tests = 0
    var verdicts: [CheckVerdict: Int] = [:]
    for item in items {
      if case .check(let check) = item {
        checks += 1
        verdicts[check.verdict, default: 0] += 1
      } else if case .test = item {
        tests += 1
      }
    }
    let json = JSONEncoding(writer: writer)
    let counts = CheckVerdict.allCases.map { (json.word($0), JSONValue.integer(Int64(verdicts[$0] ?? 0))) }
    return JSONValue.object([
      ("souk", .integer(1)),
      ("version", .text(version)),
      ("script", .text(script)),
      ("seed", seed.map { .text("\($0)") } ?? .null),
      ("complete", .bool(isComplete)),
      ("exit", .integer(Int64(exitCode))),
      ("summary", .object([("checks", .integer(Int64(checks)))] + counts + [("tests", .integer(Int64(tests)))])),
      ("items", .list(items.map(json.item))),
    ]).text() + "\n"
  }
}

struct JSONEncoding {
  let writer: FigureWriter

  func item(_ item: ReportItem) -> JSONValue {
    switch item {
    case .printed(let value):
      return .object([("kind", .text("print")), ("text", .text(value.text)), ("figures", .list(value.figures.map(figure)))])
    case .run(let report): return run(report)
    case .plot(let spec): return plot(spec)
    case .check(let report): return check(report)
    case .test(let report): return test(report)
    case .export(let data):
      return .object([
        ("kind", .text("export")), ("file", .text(data.file)), ("columns", .list(data.columns.map { .text($0) })),
        ("rows", .integer(Int64(data.rows.count))),
      ])
    case .note(let text): return .object([("kind", .text("note")), ("text", .text(text))])
    }
  }

  func word(_ verdict: CheckVerdict) -> String { verdict == .noData ? "no_data" : verdict.rawValue }

  /// The value and its unit: seconds, bytes, single orders, whole units of a currency.
  func figure(_ figure: Figure) -> JSONValue {
    let one = figure.dimension.baseUnitFactor
    var members: [(String, JSONValue)] = [("value", .optional(figure.point.map { $0 / one }))]
    if let half = figure.halfWidth { members.append(("half_width", .number(half / one))) }
    if let origin = figure.origin {
      members.append(("unit", .text("s")))
      members.append(("since", .text(origin.description)))
      members.append(("date", .optional(figure.point.flatMap { origin.adding(seconds: $0)?.description })))
    } else {
      members.append(("unit", .text(figure.dimension.baseUnitText)))
    }
    if let unit = figure.unit, unit.dimension == figure.dimension, !unit.isEmpty {
      members.append(("shown", .text(unit.text)))
    }
    members.append(("text", .text(writer.text(figure))))
    return .object(members)
  }

  func optional(_ value: Figure?) -> JSONValue { value.map(figure) ?? .null }

  private func run(_ report: RunReport) -> JSONValue {
    .object([
      ("kind", .text("run")), ("model", .text(report.model)), ("name", .optional(report.name)),
      ("complete", .bool(report.isComplete)),
      ("facts", .object(report.facts.map { ($0.name, .text($0.value)) })),
      ("notes", .list(report.notes.map { .text($0) })),
      (
        "tables",
        .list(
          report.tables.map { table in
            .object([
              ("title", .text(table.title)),
              (
                "rows",
                .list(
                  table.rows.map { row in
                    .object([
                      ("name", .text(row.name)),
                      ("figures", .object(zip(table.columns, row.cells).map { ($0, optional($1)) })),
                    ])
                  })
              ),
            ])
          })
      ),
    ])
  }

  private func check(_ report: CheckReport) -> JSONValue {
    .object([
      ("kind", .text("check")), ("name", .text(report.name)), ("verdict", .text(word(report.verdict))),
      ("standing", .optional(report.standing)), ("claim", .text(report.sentence)), ("observed", optional(report.observed)),
      ("limit", optional(report.limit)), ("margin", optional(report.margin)),
      ("confidence", .optional(report.confidence)),
      ("replications", report.replications.map { .integer(Int64($0)) } ?? .null),
      ("seed", report.seed.map { .text("\($0)") } ?? .null), ("place", .text(report.place)),
      ("worst_replication", report.worst.map { .integer(Int64($0.replication)) } ?? .null),
      ("worst", optional(report.worst?.observed)), ("command", .optional(report.command)), ("blame", .optional(report.blame)),
      ("notes", .list(report.notes.map { .text($0) })), ("figures", .list(report.figures.map { .text($0) })),
    ])
  }

  private func test(_ report: TestReport) -> JSONValue {
    .object([
      ("kind", .text("test")), ("name", .text(report.name)), ("passed", .bool(report.passed)), ("place", .text(report.place)),
      ("expectations", .integer(Int64(report.expectations))),
      ("failures", .list(report.failures.map { .object([("place", .text($0.place)), ("message", .text($0.message))]) })),
    ])
  }

  private func plot(_ spec: PlotSpec) -> JSONValue {
    let series = spec.series.map { series -> JSONValue in
      var members: [(String, JSONValue)] = [
        ("name", .text(series.name)), ("unit", .text(series.dimension.baseUnitText)),
      ]
      let one = series.dimension.baseUnitFactor
      if spec.kind == .histogram {
        let bins = Histogram(series.values, factor: one)
        members.append(("count", .integer(Int64(series.values.count))))
        members.append(("edges", .list(bins.edges.map { .number($0 / one) })))
        members.append(("counts", .list(bins.counts.map { .integer(Int64($0)) })))
      } else {
        members.append(("x", .list(series.points.map { .number($0.x) })))
        members.append(("y", .list(series.points.map { .optional($0.y.map { $0 / one }) })))
        members.append(("low", .list(series.points.map { $0.y == nil ? .null : .number($0.low / one) })))
        members.append(("high", .list(series.points.map { $0.y == nil ? .null : .number($0.high / one) })))
      }
      return .object(members)
    }
    let limitUnit = spec.series.first?.dimension.baseUnitFactor ?? 1
    return .object([
      ("kind", .text("plot")), ("form", .text(spec.kind.rawValue)), ("title", .optional(spec.title)),
      ("since", .optional(spec.origin?.description)), ("series", .list(series)),
      ("limits", .list(spec.limits.map { .object([("name", .text($0.name)), ("value", .number($0.value / limitUnit))]) })),
      ("notes", .list(spec.notes.map { .text($0) })),
    ])
  }
}
