// The functions known to the language, on plain values; what has a `.host` operand goes to the host.

import SoukNumerics
import SoukSema
import SoukText
import SoukUnits

extension Evaluator {
  @inline(never)
  func callBuiltin(_ builtin: Builtin, _ arguments: [TypedExpression], _ e: TypedExpression, _ env: Environment) throws(EvaluationError) -> Value {
    if builtin == .chance, let argument = arguments.first { return try chance(argument, e, env) }
    var operands: [Value] = []
    for argument in arguments { operands.append(try evaluate(argument, env)) }
    if operands.contains(where: { $0.isHost }) { return try host.applyHost(e, operands, env, self) }
    if let (_, function) = Arithmetic.unary(builtin), operands.count == 1, case .number(let x) = operands[0] {
      return .number(try inDomain(function(x), of: builtin, at: x, e.span))
    }
    if let value = try simple(builtin, operands, arguments, e, env) { return value }
    if let value = try lists(builtin, operands, e, env) { return value }
    if let value = try laws(builtin, operands, e) { return value }
    return try host.applyHost(e, operands, env, self)
  }

  private func inDomain(_ y: Double, of builtin: Builtin, at x: Double, _ span: Span) throws(EvaluationError) -> Double {
    if y.isFinite || !x.isFinite { return y }
    throw .domain("\(builtin.rawValue)(\(written(x))) \(y.isNaN || builtin == .ln ? "is not defined" : "is too large")", span)
  }

  /// Functions of a few numbers, dates and texts.
  private func simple(
    _ builtin: Builtin, _ operands: [Value], _ arguments: [TypedExpression], _ e: TypedExpression, _ env: Environment
  ) throws(EvaluationError) -> Value? {
    switch (builtin, operands.first) {
    case (.log10, .number(let x)): return .number(try inDomain(Elementary.log(x) / Arithmetic.ln10, of: .ln, at: x, e.span))
    case (.log2, .number(let x)): return .number(try inDomain(Elementary.log(x) / Arithmetic.ln2, of: .ln, at: x, e.span))
    case (.tan, .number(let x)): return .number(Elementary.sin(x) / Elementary.cos(x))
    case (.sign, .number(let x)): return .number(x > 0 ? 1 : x < 0 ? -1 : 0)
    case (.cents, .number(let x)): return .number(x.rounded(.toNearestOrEven))
    case (.clamp, .number(let x)):
      guard operands.count == 3, case .number(let low) = operands[1], case .number(let high) = operands[2] else { return nil }
      return .number(Arithmetic.maximum(low, Arithmetic.minimum(high, x)))
    case (.round, .number(let x)), (.floor, .number(let x)), (.ceil, .number(let x)):
      guard operands.count == 2, case .number(let unit) = operands[1], let function = Arithmetic.unary(builtin)?.apply else { return nil }
      if unit == 0 { throw .divisionByZero(arguments[1].span) }
      return .number(function(x / unit) * unit)
    case (.min, .curve(let curve)), (.max, .curve(let curve)), (.mean, .curve(let curve)):
      guard curve.factors.isEmpty else {
        throw .curve("this product is known only in a model: one of its curves recurs, the other doesn't", arguments[0].span)
      }
      return .number((builtin == .mean ? curve.mean : builtin == .min ? curve.values.min() : curve.values.max()) ?? 0)
    case (.min, .number), (.max, .number): return extreme(builtin, operands)
    case (.min, .date), (.max, .date): return extremeDate(builtin, operands)
    case (.monthsAfter, .date(let nanoseconds, let zone)):
      guard operands.count == 2, case .number(let months) = operands[1] else { return nil }
      return try monthsAfter(nanoseconds, zone, months, e.span)
    case (.monthsAfter, .number(let months)):
      guard operands.count == 2, case .date(let nanoseconds, let zone) = operands[1] else { return nil }
      return try monthsAfter(nanoseconds, zone, months, e.span)
    case (.text, .some(let value)): return .text(host.text(value, of: arguments[0], self))
    case (.isMissing, .nothing): return .bool(true)
    case (.isMissing, .number(let x)): return .bool(x.isNaN)
    case (.isMissing, .some): return .bool(false)
    case (.value, .some(let value)): return value
    default: return nil
    }
  }

  private func extreme(_ builtin: Builtin, _ operands: [Value]) -> Value? {
    var result: Double?
    for case .number(let x) in operands {
      result = result.map { builtin == .min ? Arithmetic.minimum($0, x) : Arithmetic.maximum($0, x) } ?? x
    }
    return result.map { .number($0) }
  }

  private func extremeDate(_ builtin: Builtin, _ operands: [Value]) -> Value? {
    var result: (Int64, Int)?
    for case .date(let x, let zone) in operands {
      if let best = result, builtin == .min ? best.0 <= x : best.0 >= x { continue }
      result = (x, zone)
    }
    return result.map { .date($0.0, zone: $0.1) }
  }

  private func monthsAfter(_ nanoseconds: Int64, _ zone: Int, _ months: Double, _ span: Span) throws(EvaluationError) -> Value {
    guard months == months.rounded(), months.magnitude <= 12_000 else { throw .notWhole("the number of months", months, span) }
    guard let later = Instant(nanoseconds: nanoseconds, zoneMinutes: zone)?.monthsAfter(Int(months)) else {
      throw .domain("this date is outside the years \(Instant.years.lowerBound) to \(Instant.years.upperBound)", span)
    }
    return .date(later.nanoseconds, zone: zone)
  }

  // MARK: Lists

  private func lists(_ builtin: Builtin, _ operands: [Value], _ e: TypedExpression, _ env: Environment) throws(EvaluationError) -> Value? {
    if builtin == .map || builtin == .filter { return try mapOrFilter(builtin, operands, e, env) }
    guard let first = operands.first, let items = try items(of: first, at: e.span) else { return nil }
    switch builtin {
    case .length: return .number(Double(items.count))
    case .reverse: return .list(items.reversed())
    case .sort: return .list(sorted(items))
    case .append: return operands.count == 2 ? .list(items + [operands[1]]) : nil
    case .contains: return operands.count == 2 ? .bool(items.contains { isSame($0, operands[1]) }) : nil
    case .index:
      guard operands.count == 2 else { return nil }
      return items.firstIndex { isSame($0, operands[1]) }.map { .number(Double($0)) } ?? .nothing
    case .first: return items.first ?? .nothing
    case .last: return items.last ?? .nothing
    case .cumulative:
      var sum = 0.0
      return .list(numbers(items).map { sum += $0; return .number(sum) })
    case .quantile:
      guard operands.count == 2, case .number(let p) = operands[1] else { return nil }
      return try quantile(items, p, e.span)
    case .p50: return try quantile(items, 0.5, e.span)
    case .p90: return try quantile(items, 0.9, e.span)
    case .p95: return try quantile(items, 0.95, e.span)
    case .p99: return try quantile(items, 0.99, e.span)
    default: return try summary(builtin, items, e.span)
    }
  }

  private func quantile(_ items: [Value], _ p: Double, _ span: Span) throws(EvaluationError) -> Value {
    guard p >= 0, p <= 1 else { throw .domain("a quantile's share must be from 0% to 100%", span) }
    if items.isEmpty { throw .emptyList("a quantile", span) }
    return .number(Arithmetic.quantile(numbers(items).sorted(), p))
  }

  private func numbers(_ items: [Value]) -> [Double] {
    items.compactMap { if case .number(let x) = $0 { x } else { nil } }
  }

  /// One value for a list: what folds (`sum(x for k in Table)`) give, too.
  func summary(_ builtin: Builtin, _ items: [Value], _ span: Span) throws(EvaluationError) -> Value? {
    switch builtin {
    case .count:
      return .number(Double(items.count { if case .bool(let b) = $0 { b } else { true } }))
    case .sum: return .number(numbers(items).reduce(0, +))
    case .product: return .number(numbers(items).reduce(1, *))
    case .any: return .bool(items.contains { if case .bool(true) = $0 { true } else { false } })
    case .always: return .bool(items.allSatisfy { if case .bool(false) = $0 { false } else { true } })
    case .mean:
      if items.isEmpty { throw .emptyList("the mean", span) }
      return .number(numbers(items).reduce(0, +) / Double(items.count))
    case .share:
      if items.isEmpty { throw .emptyList("a share", span) }
      return .number(Double(items.count { if case .bool(true) = $0 { true } else { false } }) / Double(items.count))
    case .sd, .variance:
      let x = numbers(items)
      guard x.count >= 2 else { throw .emptyList("a deviation needs two numbers; that", span) }
      let mean = x.reduce(0, +) / Double(x.count)
      let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count - 1)
      return .number(builtin == .sd ? variance.squareRoot() : variance)
    case .min, .max:
      if items.isEmpty { throw .emptyList("the \(builtin == .min ? "smallest" : "largest")", span) }
      if case .date = items[0] { return extremeDate(builtin, items) }
      return extreme(builtin, items)
    default: return nil
    }
  }

  private func sorted(_ items: [Value]) -> [Value] {
    items.enumerated().sorted { a, b in
      switch (a.element, b.element) {
      case (.number(let x), .number(let y)): x != y ? x < y : a.offset < b.offset
      case (.text(let x), .text(let y)): x != y ? x < y : a.offset < b.offset
      case (.date(let x, _), .date(let y, _)): x != y ? x < y : a.offset < b.offset
      case (.clock(let x), .clock(let y)): x != y ? x < y : a.offset < b.offset
      default: a.offset < b.offset
      }
    }.map(\.element)
  }

  private func mapOrFilter(_ builtin: Builtin, _ operands: [Value], _ e: TypedExpression, _ env: Environment) throws(EvaluationError) -> Value? {
    guard operands.count == 2 else { return nil }
    var (source, f) = (operands[0], operands[1])
    if case .function = source { swap(&source, &f) }
    guard case .function(let function) = f, let items = try items(of: source, at: e.span) else { return nil }
    var result: [Value] = []
    for item in items {
      let value = try apply(function, [item], at: e.span, env)
      if builtin == .map {
        result.append(value)
      } else if case .bool(true) = value {
        result.append(item)
      }
    }
    return .list(result)
  }

  func fold(_ builtin: Builtin, _ id: LocalID, _ source: TypedExpression, _ body: TypedExpression, _ e: TypedExpression, _ env: Environment) throws(EvaluationError) -> Value {
    var inner = env
    var values: [Value] = []
    for item in try elements(of: source, env) {
      inner[id] = item
      values.append(try evaluate(body, inner))
    }
    if builtin == .map { return .list(values) }
    if values.contains(where: { $0.isHost }) { return try host.applyHost(e, values, env, self) }
    guard let value = try summary(builtin, values, e.span) else { return try host.applyHost(e, values, env, self) }
    return value
  }
}
