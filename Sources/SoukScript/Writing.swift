// Values to text as a report shows them: numbers with units and half-widths, dates, lists, tables, claims as sentences.

import SoukLower
import SoukModel
import SoukReport
import SoukSema
import SoukStats
import SoukSyntax
import SoukText
import SoukUnits

/// Writes the script's values with the units of the program.
struct Writing {
  let program: TypedProgram
  let sources: SourceSet
  let evaluator: Evaluator
  /// Of the intervals that are shown.
  let level: Double
  let width: Int
  let lines: LineStyle

  var figures: FigureWriter { FigureWriter(units: program.units) }

  var percent: UnitExpression? {
    guard case .success(let unit) = program.units.parse("%") else { return nil }
    return unit
  }

  /// The unit that a person wants to see: what the checker inferred; shares of time are percentages.
  func shownUnit(_ e: TypedExpression) -> UnitExpression? {
    if let shown = e.shown { return shown }
    switch e.kind {
    case .statistic(_, .utilisation): return percent
    case .builtin(let builtin, let arguments) where [.mean, .sd, .min, .max, .last, .p50, .p95, .p99, .baseline].contains(builtin):
      return arguments.first.flatMap { $0.type == e.type ? shownUnit($0) : nil }
    case .arithmetic(.subtract, let a, let b), .arithmetic(.add, let a, let b): return shownUnit(a) ?? shownUnit(b)
    default: return nil
    }
  }

  // MARK: Figures

  func figure(_ estimate: EstimateValue, _ dimension: Dimension, _ unit: UnitExpression?) -> Figure {
    Figure(estimate.point, halfWidth: estimate.halfWidth(level: level), dimension: dimension, unit: unit, origin: estimate.origin)
  }

  /// A value as text, with the numbers that are in it.
  func printed(_ value: Value, of e: TypedExpression) -> PrintedValue { printed(value, type: e.type, unit: shownUnit(e)) }

  private func printed(_ value: Value, type: Type, unit: UnitExpression?) -> PrintedValue {
    let dimension = ResultAccess.dimension(type)
    switch value {
    case .number(let x):
      if case .bool = type { return PrintedValue(text: x != 0 ? "true" : "false") }
      let figure = Figure(x, dimension: dimension, unit: unit)
      return PrintedValue(text: figures.text(figure), figures: [figure])
    case .date(let nanoseconds, let zone):
      return PrintedValue(text: Instant(nanoseconds: nanoseconds, zoneMinutes: zone).map { "\($0)" } ?? "out of the calendar")
    case .range(let low, let high, let step):
      let ends = [low, high].map { Figure($0, dimension: dimension, unit: unit) }
      let stepText = step.map { " step " + figures.text(Figure($0, dimension: dimension, unit: unit)) } ?? ""
      return PrintedValue(text: ends.map(figures.text).joined(separator: "..") + stepText, figures: ends)
    case .span(let from, let to):
      var inner = type
      if case .span(let moment) = type { inner = moment }
      return PrintedValue(text: [from, to].map { printed($0, type: inner, unit: unit).text }.joined(separator: ".."))
    case .list(let items):
      if let table = table(ofRecords: items) { return table }
      var inner = type
      if case .list(let element) = type { inner = element }
      let parts = items.map { printed($0, type: inner, unit: unit) }
      return PrintedValue(text: "[" + parts.map(\.text).joined(separator: ", ") + "]", figures: parts.flatMap(\.figures))
    case .record(let id, let fields):
      let record = program.records[id.index]
      let parts = zip(record.fields, fields).map { ($0.name, printed($1, type: $0.type, unit: nil)) }
      let text = parts.map { "\($0.0): \($0.1.text)" }.joined(separator: ", ")
      return PrintedValue(text: "\(record.name)(\(text))", figures: parts.flatMap(\.1.figures))
    case .table(let id): return table(id)
    case .row(let id, let index): return row(id, index)
    case .host(let host): return self.host(host, dimension, unit)
    default: return PrintedValue(text: evaluator.plainText(value, shown: unit))
    }
  }

  private func host(_ value: any HostValue, _ dimension: Dimension, _ unit: UnitExpression?) -> PrintedValue {
    switch value {
    case let estimate as EstimateValue:
      if estimate.form == .truth { return PrintedValue(text: truth(estimate)) }
      let figure = figure(estimate, dimension, unit)
      return PrintedValue(text: figures.text(figure), figures: [figure])
    case let sample as SampleValue: return summary(sample, dimension, unit)
    case let signal as SignalValue: return summary(signal, dimension, unit)
    case let claim as ClaimValue: return PrintedValue(text: sentence(claim))
    case let run as RunResults: return PrintedValue(text: "results of \(run.modelName)")
    case let part as ResultPart: return PrintedValue(text: "results of \(part.layout.path)")
    case is SimulationReference: return PrintedValue(text: "a paused simulation")
    case let pair as PairedValue: return self.pair(pair, dimension, unit)
    default: return PrintedValue(text: "results")
    }
  }

  private func truth(_ estimate: EstimateValue) -> String {
    let known = estimate.values.compactMap { $0 }
    if known.isEmpty { return "no data" }
    if known.count == 1 { return known[0] != 0 ? "true" : "false" }
    return "true in \(known.filter { $0 != 0 }.count) of \(known.count) replications"
  }

  private func named(_ parts: [(String, [Double?])], _ dimension: Dimension, _ unit: UnitExpression?) -> PrintedValue {
    let all = parts.map { name, values in (name, figure(EstimateValue(values: values, lineage: Lineage()), dimension, unit)) }
    return PrintedValue(text: all.map { "\($0.0) \(figures.text($0.1))" }.joined(separator: ", "), figures: all.map(\.1))
  }

  private func summary(_ sample: SampleValue, _ dimension: Dimension, _ unit: UnitExpression?) -> PrintedValue {
    let number = sample.parts.reduce(0) { $0 + $1.count }
    let count = "\(NumberText.format(Double(number))) \(number == 1 ? "value" : "values")"
    if let names = sample.categories {
      var shares: [(String, [Double?])] = []
      for (index, name) in names.enumerated() {
        let own = sample.parts.map { part -> Double? in
          part.values.isEmpty ? nil : Double(part.values.count { $0 == Double(index) }) / Double(part.values.count)
        }
        if ThingStatistics.ownOutcomes.contains(name), own.allSatisfy({ $0 == 0 }) { continue }
        shares.append((name, own))
      }
      var out = named(shares, .dimensionless, percent)
      out.text = "\(count): \(out.text)"
      return out
    }
    var out = named(statistics(sample), dimension, sample.isTruth ? percent : unit)
    out.text = "\(count): \(out.text)"
    return out
  }

  /// What is told of observations.
  private func statistics(_ sample: SampleValue) -> [(String, [Double?])] {
    var parts = [("mean", sample.parts.map(\.mean))]
    if sample.parts.allSatisfy(\.isFull) {
      for (name, q) in [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)] { parts.append((name, sample.parts.map { $0.quantile(q) })) }
    }
    parts.append(("max", sample.parts.map(\.maximum)))
    return parts
  }

  private func summary(_ signal: SignalValue, _ dimension: Dimension, _ unit: UnitExpression?) -> PrintedValue {
    if signal.lineage.runs.contains(where: \.isPaused), let last = signal.traces.first?.last {
      // Where time stands still a value over time is what it is now.
      if signal.isTruth { return PrintedValue(text: last != 0 ? "true" : "false") }
      let figure = Figure(last, dimension: dimension, unit: unit)
      return PrintedValue(text: figures.text(figure), figures: [figure])
    }
    if signal.isTruth { return named([("true", signal.traces.map(\.mean))], .dimensionless, percent) }
    return named(statistics(signal), dimension, unit)
  }

  /// What is told of a value over time.
  private func statistics(_ signal: SignalValue) -> [(String, [Double?])] {
    [("mean", signal.traces.map(\.mean)), ("min", signal.traces.map(\.minimum)), ("max", signal.traces.map(\.maximum)), ("last", signal.traces.map(\.last))]
  }

  /// Both sides of a comparison and the difference, a row a statistic.
  private func pair(_ pair: PairedValue, _ dimension: Dimension, _ unit: UnitExpression?) -> PrintedValue {
    func statistics(_ value: Value) -> [(String, [Double?])] {
      switch value {
      case .host(let sample as SampleValue): [("values", sample.parts.map { Double($0.count) * sample.weight })] + self.statistics(sample)
      case .host(let signal as SignalValue): self.statistics(signal)
      default: []
      }
    }
    var shown: [Figure] = []
    let rows = zip(statistics(pair.first), statistics(pair.second)).map { first, second -> [String] in
      let isCount = first.0 == "values"
      let (a, b) = (EstimateValue(values: first.1, lineage: Lineage()), EstimateValue(values: second.1, lineage: Lineage()))
      let difference = EstimateValue(
        values: zip(a.values, b.values).map { a, b in a.flatMap { a in b.map { a - $0 } } }, lineage: Lineage())
      var own = [a, b, difference].map { figure($0, isCount ? .dimensionless : dimension, isCount ? nil : unit) }
      (own[0].halfWidth, own[1].halfWidth) = (nil, nil)
      shown += own
      return [first.0] + own.map(figures.text)
    }
    if rows.isEmpty { return PrintedValue(text: "a comparison of \(pair.sides.names.first) to \(pair.sides.names.second)") }
    let columns = [TableColumn("", isNumeric: false)] + [pair.sides.names.first, pair.sides.names.second, "difference"].map { TableColumn($0) }
    return PrintedValue(text: aligned(columns, rows).text, figures: shown)
  }

  // MARK: Tables

  private func table(_ id: TableID) -> PrintedValue {
    let table = program.tables[id.index]
    guard let own = try? evaluator.ownRows(id), let rows = try? evaluator.rows(id)[own] else { return PrintedValue(text: table.name) }
    let columns = table.columns.map { column -> TableColumn in
      let unit = column.unit.map { $0.isEmpty ? "" : " [\($0.text)]" } ?? ""
      return TableColumn(column.name + unit, isNumeric: isNumber(column.type))
    }
    return aligned(columns, rows.map { row in zip(table.columns, row).map { column, value in cell(value, column.type, column.unit) } })
  }

  private func row(_ id: TableID, _ index: Int) -> PrintedValue {
    let table = program.tables[id.index]
    guard let rows = try? evaluator.rows(id), rows.indices.contains(index) else { return PrintedValue(text: table.name) }
    let parts = zip(table.columns, rows[index]).map { column, value in "\(column.name): \(printed(value, type: column.type, unit: column.unit).text)" }
    return PrintedValue(text: parts.joined(separator: ", "))
  }

  private func table(ofRecords items: [Value]) -> PrintedValue? {
    guard case .record(let id, _)? = items.first else { return nil }
    let fields = program.records[id.index].fields
    let rows = items.compactMap { item -> [String]? in
      guard case .record(id, let values) = item else { return nil }
      return zip(fields, values).map { field, value in
        if case .nothing = value { return "" }
        // Of what happens the instants are told apart.
        if id == TypedProgram.event || id == TypedProgram.stage, field.name == "at", case .number(let seconds) = value { return instant(seconds) }
        if id == TypedProgram.stage, field.name == "lasts", case .number(0) = value { return "" }
        return printed(value, type: field.type.presentQuantity ?? field.type, unit: nil).text
      }
    }
    return aligned(fields.map { TableColumn($0.name, isNumeric: isNumber($0.type.presentQuantity ?? $0.type)) }, rows)
  }

  /// Seconds since the start as a clock shows them, to the millisecond: `2 d 09:16:15.321`.
  private func instant(_ seconds: Double) -> String {
    let milliseconds = Int64((seconds * 1000).rounded())
    func padded(_ n: Int64, _ digits: Int) -> String {
      let text = "\(n)"
      return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }
    let clock = [milliseconds / 3_600_000 % 24, milliseconds / 60_000 % 60, milliseconds / 1000 % 60].map { padded($0, 2) }.joined(separator: ":")
    let days = milliseconds / 86_400_000
    return "\(days > 0 ? "\(days) d " : "")\(clock).\(padded(milliseconds % 1000, 3))"
  }

  private func isNumber(_ type: Type) -> Bool {
    switch type {
    case .quantity, .estimate, .date, .clock: true
    default: false
    }
  }

  /// A cell of a column whose unit stands in its head.
  private func cell(_ value: Value, _ type: Type, _ unit: UnitExpression?) -> String {
    let text = printed(value, type: type, unit: unit).text
    guard let unit, !unit.isEmpty, text.hasSuffix(unit.text) else { return text }
    return String(text.dropLast(unit.text.count)).trimmedRight
  }

  private func aligned(_ columns: [TableColumn], _ rows: [[String]]) -> PrintedValue {
    PrintedValue(text: TableText.lines(columns, rows, style: PageStyle(width: width, lines: lines)).joined(separator: "\n"))
  }

  // MARK: Claims

  /// The text of an expression in the script, on one line.
  func source(_ e: TypedExpression) -> String {
    let text = sources[e.span.file].text(e.span)
    return text.split(whereSeparator: { $0 == " " || $0 == "\n" || $0 == "\t" || $0 == "\r\n" }).joined(separator: " ")
  }

  /// A side of a comparison: its text, and its value where that isn't the text itself.
  private func side(_ e: TypedExpression, _ value: EstimateValue, _ unit: UnitExpression?) -> String {
    let dimension = ResultAccess.dimension(e.type)
    var figure = figure(value, dimension, unit)
    if value.lineage.runs.isEmpty { figure.halfWidth = nil }
    let text = figures.text(figure)
    return isLiteral(e) ? text : "\(source(e)) = \(text)"
  }

  func isLiteral(_ e: TypedExpression) -> Bool {
    switch e.kind {
    case .number, .date, .clock, .bool, .choiceCase: true
    case .text(let parts): parts.allSatisfy { if case .text = $0 { true } else { false } }
    case .negate(let inner), .convert(let inner, _): isLiteral(inner)
    default: false
    }
  }

  func units(_ sides: ClaimValue.Sides) -> (left: UnitExpression?, right: UnitExpression?) {
    let left = shownUnit(sides.left)
    let right = shownUnit(sides.right)
    return (left ?? right, right ?? left)
  }

  /// The claim with what was observed.
  func sentence(_ claim: ClaimValue) -> String {
    switch claim {
    case .decided(_, let e): return decided(e)
    case .truth(let estimate, let e): return "\(source(e)): \(truth(estimate))"
    case .not(let inner): return "not (\(sentence(inner)))"
    case .and(let a, let b): return "\(sentence(a)) and \(sentence(b))"
    case .or(let a, let b): return "\(sentence(a)) or \(sentence(b))"
    case .comparison(let op, let a, let b, let sides):
      let units = units(sides)
      return "\(side(sides.left, a, units.left)) \(op.rawValue) \(side(sides.right, b, units.right))"
    case .within(let a, let b, let tolerance, let sides):
      let units = units(sides)
      let share =
        switch tolerance {
        case .share(let share): figures.text(Figure(share, dimension: .dimensionless, unit: percent))
        case .amount: sides.tolerance.map { self.side($0) } ?? ""
        }
      return "\(side(sides.left, a, units.left)) within \(share) of \(side(sides.right, b, units.right))"
    }
  }

  /// A condition that needed no run, with both sides' values.
  func decided(_ e: TypedExpression) -> String {
    if case .comparison(let op, let a, let b) = e.kind { return "\(side(a)) \(op.rawValue) \(side(b))" }
    return source(e)
  }

  private func side(_ e: TypedExpression) -> String {
    guard let value = try? evaluator.evaluate(e) else { return source(e) }
    let text = printed(value, of: e).text
    return isLiteral(e) ? text : "\(source(e)) = \(text)"
  }
}

extension String {
  /// Without spaces at the end.
  var trimmedRight: String {
    var text = self
    while text.last == " " { text.removeLast() }
    return text
  }
}

extension Type {
  /// The quantity that it is unless it is missing.
  fileprivate var presentQuantity: Type? {
    if case .optional(let inner) = self, case .quantity = inner { inner } else { nil }
  }
}

extension Layout {
  /// The dotted path of what is here.
  var path: String {
    switch self {
    case .thing(let thing): thing.path
    case .journey(let journey): journey.path
    case .instance(let instance): instance.path
    case .array(_, _, let elements): elements.first?.path.prefix { $0 != "[" }.description ?? ""
    case .constant, .formula: ""
    }
  }
}
