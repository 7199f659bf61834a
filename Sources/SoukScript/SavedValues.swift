// A value in the file of a paused simulation: → JSON, and back to the same value to the bit. What has a name is told by it (rows,
// cases, records, functions), the rest by its numbers: a curve by its points, a distribution by how it is composed. What was
// read is held against the type that is expected, for a file may be old or broken.

import SoukLower
import SoukReport
import SoukSema

/// Why a value can't be written.
struct UnwritableValue: Error {
  /// After "its argument `x` ": what it is.
  var reason: String
  var hint: String?
}

extension Interpreter {
  /// A value as a file holds it. O(size).
  func written(_ value: Value) throws(UnwritableValue) -> JSONValue {
    switch value {
    case .number(let x): return x.isFinite ? .number(x) : .object([("number", written(x))])
    case .bool(let holds): return .bool(holds)
    case .text(let text): return .text(text)
    case .nothing: return .null
    case .date(let nanoseconds, let zone): return .object([("date", .text("\(nanoseconds)")), ("zone", .integer(Int64(zone)))])
    case .clock(let seconds): return .object([("clock", .number(seconds))])
    case .range(let lower, let upper, let step): return .object([("range", written([lower, upper])), ("step", step.map(written) ?? .null)])
    case .span(let from, let to): return .object([("span", .list([try written(from), try written(to)]))])
    case .choice(let id, let index): return .object([("choice", .text(program.choices[id.index].name)), ("case", .integer(Int64(index)))])
    case .table(let id): return .object([("table", .text(program.tables[id.index].name))])
    case .row(let id, let index): return .object([("table", .text(program.tables[id.index].name)), ("row", .integer(Int64(index)))])
    case .record(let id, let fields): return .object([("record", .text(program.records[id.index].name)), ("of", .list(try list(fields)))])
    case .list(let items): return .list(try list(items))
    case .law(let law): return try written(law)
    case .curve(let curve): return written(curve)
    case .calendar(let calendar):
      return .object([("calendar", written(calendar.instants)), ("keys", .text(calendar.keys.rawValue)), ("period", written(calendar.period))])
    case .function(.named(let id)):
      let name = program.functions[id.index].name
      guard program.functions.lastIndex(where: { $0.name == name }) == id.index else {
        throw UnwritableValue(reason: "is a function whose name `\(name)` means another one by now")
      }
      return .object([("function", .text(name))])
    case .function(.lambda):
      throw UnwritableValue(reason: "is a function without a name", hint: "one that has a name can be saved: `fn name(x) = …`")
    case .model, .instance, .journey, .void: throw UnwritableValue(reason: "is a part of a model")
    case .host: throw UnwritableValue(reason: "is made of results", hint: "the numbers in it can be saved: a list of them, or `empirical(…)`")
    }
  }

  private func list(_ values: [Value]) throws(UnwritableValue) -> [JSONValue] {
    try values.map { (value) throws(UnwritableValue) in try written(value) }
  }

  /// JSON has no numbers that aren't finite.
  private func written(_ x: Double) -> JSONValue { x.isFinite ? .number(x) : .text("\(x)") }

  private func written(_ numbers: [Double]) -> JSONValue { .list(numbers.map { written($0) }) }

  private func written(_ curve: CurveValue) -> JSONValue {
    .object([
      ("curve", .text(curve.linear ? "linear" : "steps")), ("keys", .text(curve.keys.rawValue)), ("period", written(curve.period)),
      ("times", written(curve.times)), ("values", written(curve.values)), ("factors", .list(curve.factors.map { written($0) })),
    ])
  }

  private func written(_ law: LawValue) throws(UnwritableValue) -> JSONValue {
    func all(_ laws: [LawValue]) throws(UnwritableValue) -> JSONValue { .list(try laws.map { (law) throws(UnwritableValue) in try written(law) }) }
    switch law {
    case .simple(let name, let parameters):
      return .object([("law", .text(name.rawValue)), ("of", .object(parameters.sorted { $0.key < $1.key }.map { ($0.key, written($0.value)) }))])
    case .weighted(let chances, let values): return .object([("weighted", written(chances)), ("of", .list(try list(values)))])
    case .empirical(let values, let linear): return .object([("empirical", written(values)), ("linear", .bool(linear))])
    case .empiricalPoints(let points): return .object([("points", written(points.map(\.value))), ("of", written(points.map(\.probability)))])
    case .hyperexponential(let chances, let means): return .object([("hyperexponential", written(chances)), ("of", written(means))])
    case .mixture(let chances, let laws): return .object([("mixture", written(chances)), ("of", try all(laws))])
    case .truncated(let law, let low, let high): return .object([("truncated", written([low, high])), ("of", try written(law))])
    case .affine(let law, let shift, let factor): return .object([("affine", written([shift, factor])), ("of", try written(law))])
    case .sum(let laws): return .object([("sum", try all(laws))])
    case .product(let laws): return .object([("product", try all(laws))])
    case .minimum(let laws): return .object([("minimum", try all(laws))])
    case .maximum(let laws): return .object([("maximum", try all(laws))])
    case .rounded(let law): return .object([("rounded", try written(law))])
    }
  }

  // MARK: Reading

  /// The value that was written so, if it is of this type.
  func value(_ json: JSONValue, as type: Type) -> Value? {
    guard let value = value(json), fits(value, type) else { return nil }
    return value
  }

  private func value(_ json: JSONValue) -> Value? {
    switch json {
    case .null: .nothing
    case .bool(let holds): .bool(holds)
    case .number(let x): .number(x)
    case .integer(let x): .number(Double(x))
    case .text(let text): .text(text)
    case .list(let items): all(items).map { .list($0) }
    case .object(let members): members.first.flatMap { kind, first in named(kind, first, json) ?? law(json).map { .law($0) } }
    }
  }

  private func all(_ items: [JSONValue]) -> [Value]? {
    let inner = items.compactMap { value($0) }
    return inner.count == items.count ? inner : nil
  }

  private func number(_ json: JSONValue?) -> Double? {
    switch json {
    case .number(let x)?: x
    case .integer(let x)?: Double(x)
    case .text(let text)? where ["inf", "-inf", "nan"].contains(text): Double(text)
    default: nil
    }
  }

  private func index(_ json: JSONValue?) -> Int? { number(json).flatMap { $0 >= 0 && $0 < 1e9 ? Int($0) : nil } }

  private func numbers(_ json: JSONValue?) -> [Double]? {
    guard case .list(let items)? = json else { return nil }
    let numbers = items.compactMap { number($0) }
    return numbers.count == items.count ? numbers : nil
  }

  /// What isn't a distribution, by the first word of its object.
  private func named(_ kind: String, _ first: JSONValue, _ json: JSONValue) -> Value? {
    switch (kind, first) {
    case ("number", _): return number(first).map { .number($0) }
    case ("date", .text(let nanoseconds)):
      guard let nanoseconds = Int64(nanoseconds), let zone = number(json["zone"]), zone.magnitude < 1e4 else { return nil }
      return .date(nanoseconds, zone: Int(zone))
    case ("clock", _): return number(first).map { .clock($0) }
    case ("range", _):
      let step = number(json["step"])
      guard let ends = numbers(first), ends.count == 2, step ?? 1 > 0 else { return nil }
      return .range(lower: ends[0], upper: ends[1], step: step)
    case ("span", .list(let ends)):
      guard ends.count == 2, let from = value(ends[0]), let to = value(ends[1]) else { return nil }
      return .span(from: from, to: to)
    case ("choice", .text(let name)):
      guard let index = index(json["case"]), let choice = program.choices.lastIndex(where: { $0.name == name && index < $0.cases.count }) else { return nil }
      return .choice(ChoiceID(choice), index)
    case ("table", .text(let name)):
      guard let table = program.tables.lastIndex(where: { $0.name == name }) else { return nil }
      guard json["row"] != nil else { return .table(TableID(table)) }
      guard let index = index(json["row"]), let rows = try? evaluator.rows(TableID(table)), index < rows.count else { return nil }
      return .row(TableID(table), index)
    case ("record", .text(let name)):
      guard case .list(let items)? = json["of"], let fields = all(items), let record = program.records.lastIndex(where: { $0.name == name })
      else { return nil }
      return .record(RecordID(record), fields)
    case ("function", .text(let name)): return program.functions.lastIndex { $0.name == name }.map { .function(.named(FunctionID($0))) }
    case ("curve", _): return curve(json).map { .curve($0) }
    case ("calendar", _):
      guard let instants = numbers(first), let keys = keys(json["keys"]), let period = number(json["period"]),
        isAscending(instants, within: period, by: <=)
      else { return nil }
      return .calendar(CalendarValue(instants: instants, keys: keys, period: period))
    default: return nil
    }
  }

  private func keys(_ json: JSONValue?) -> CurveValue.Keys? {
    if case .text(let word)? = json { CurveValue.Keys(rawValue: word) } else { nil }
  }

  /// Whether these can be the instants of a curve or calendar: some, each behind the one before, none behind the period.
  private func isAscending(_ instants: [Double], within period: Double, by follows: (Double, Double) -> Bool) -> Bool {
    // What the engine's clock can tell: 292 years.
    let range = -9e9...9e9
    guard let first = instants.first, let last = instants.last, range ~= first, range ~= last, 0...9e9 ~= period else { return false }
    return (period == 0 || first >= 0 && last <= period) && zip(instants, instants.dropFirst()).allSatisfy(follows)
  }

  private func curve(_ json: JSONValue) -> CurveValue? {
    guard case .text(let shape)? = json["curve"], shape == "linear" || shape == "steps", let keys = keys(json["keys"]),
      let period = number(json["period"]), let times = numbers(json["times"]), let values = numbers(json["values"]),
      case .list(let others)? = json["factors"], times.count == values.count, isAscending(times, within: period, by: <)
    else { return nil }
    var curve = CurveValue(linear: shape == "linear", period: period, keys: keys, times: times, values: values)
    curve.factors = others.compactMap { self.curve($0) }
    return curve.factors.count == others.count ? curve : nil
  }

  private func laws(_ json: JSONValue?) -> [LawValue]? {
    guard case .list(let items)? = json, !items.isEmpty else { return nil }
    let laws = items.compactMap { law($0) }
    return laws.count == items.count ? laws : nil
  }

  private func law(_ json: JSONValue) -> LawValue? {
    guard case .object(let members) = json, let (kind, first) = members.first else { return nil }
    let of = json["of"]
    func chances(_ count: Int?) -> [Double]? {
      guard let chances = numbers(first), chances.count == count, chances.allSatisfy({ $0 >= 0 }), chances.reduce(0, +) > 0 else { return nil }
      return chances
    }
    func pair() -> [Double]? { numbers(first).flatMap { $0.count == 2 ? $0 : nil } }
    switch kind {
    case "law":
      guard case .text(let name) = first, let name = LawName(rawValue: name), case .object(let given)? = of else { return nil }
      let parameters = given.compactMap { name, json in number(json).map { (name, $0) } }
      return parameters.count == given.count ? .simple(name, Dictionary(parameters) { a, _ in a }) : nil
    case "weighted":
      guard case .list(let items)? = of, let values = all(items), let chances = chances(values.count) else { return nil }
      return .weighted(chances: chances, values: values)
    case "empirical":
      guard let values = numbers(first), !values.isEmpty, case .bool(let linear)? = json["linear"] else { return nil }
      return .empirical(values, linear: linear)
    case "points":
      guard let values = numbers(first), let shares = numbers(of), values.count == shares.count, !values.isEmpty else { return nil }
      return .empiricalPoints(zip(values, shares).map { ($0, $1) })
    case "hyperexponential":
      guard let means = numbers(of), let chances = chances(means.count) else { return nil }
      return .hyperexponential(chances: chances, means: means)
    case "mixture":
      guard let laws = laws(of), let chances = chances(laws.count) else { return nil }
      return .mixture(chances: chances, laws: laws)
    case "truncated":
      guard let ends = pair(), let law = of.flatMap({ law($0) }) else { return nil }
      return .truncated(law, low: ends[0], high: ends[1])
    case "affine":
      guard let by = pair(), let law = of.flatMap({ law($0) }) else { return nil }
      return .affine(law, shift: by[0], factor: by[1])
    case "sum": return laws(first).map { .sum($0) }
    case "product": return laws(first).map { .product($0) }
    case "minimum": return laws(first).map { .minimum($0) }
    case "maximum": return laws(first).map { .maximum($0) }
    case "rounded": return law(first).map { .rounded($0) }
    default: return nil
    }
  }

  /// Whether a parameter of this type may have this value.
  private func fits(_ value: Value, _ type: Type) -> Bool {
    switch (type, value) {
    case (.quantity, .number), (.bool, .bool), (.text, .text), (.date, .date), (.clock, .clock), (.range, .range), (.span, .span), (.curve, .curve),
      (.calendar, .calendar), (.function, .function), (.optional, .nothing):
      true
    case (.optional(let inner), _): fits(value, inner)
    case (.list(let inner), .list(let items)): items.allSatisfy { fits($0, inner) }
    case (.list(.row(let id)), .table(let own)), (.table(let id), .table(let own)), (.row(let id), .row(let own, _)): id == own
    case (.choice(let id), .choice(let own, _)): id == own
    case (.record(let id), .record(let own, let fields)):
      id == own && fields.count == program.records[id.index].fields.count
        && zip(fields, program.records[id.index].fields).allSatisfy { fits($0, $1.type) }
    case (.dist(let inner), .law(let law)): values(of: law).allSatisfy { fits($0, inner) }
    // A number is a constant distribution, and a curve that doesn't change.
    case (.dist(.quantity), .number), (.curve, .number): true
    default: false
    }
  }

  /// The values that a distribution names.
  private func values(of law: LawValue) -> [Value] {
    switch law {
    case .weighted(_, let values): values
    case .mixture(_, let laws), .sum(let laws), .product(let laws), .minimum(let laws), .maximum(let laws): laws.flatMap { values(of: $0) }
    case .truncated(let law, _, _), .affine(let law, _, _), .rounded(let law): values(of: law)
    case .simple, .empirical, .empiricalPoints, .hyperexponential: []
    }
  }
}
