// Operators on values: arithmetic on numbers, dates, laws and curves; comparisons; logic.

public import SoukSema
import SoukSyntax
import SoukText
import SoukUnits

extension Evaluator {
  /// The value of an expression that is a number (a duration, an amount, …).
  public func number(_ e: TypedExpression, _ env: Environment) throws(EvaluationError) -> Double {
    let value = try evaluate(e, env)
    switch value {
    case .number(let x): return x
    case .clock(let x): return x
    case .bool(let b): return b ? 1 : 0
    case .nothing: throw .missing(e.span)
    case .host: throw .changes(e.span)
    default: throw .unexpected("a number is needed here", e.span)
    }
  }

  func condition(_ e: TypedExpression, _ env: Environment) throws(EvaluationError) -> Bool {
    let value = try evaluate(e, env)
    guard case .bool(let b) = value else {
      if case .number(let x) = value { return x != 0 }
      throw .unexpected("a condition is needed here", e.span)
    }
    return b
  }

  @inline(never)
  func logical(_ a: TypedExpression, _ b: TypedExpression, _ e: TypedExpression, _ env: Environment, stopsAt: Bool) throws(EvaluationError) -> Value {
    let first = try evaluate(a, env)
    if case .bool(let x) = first {
      if x == stopsAt { return first }
      let second = try evaluate(b, env)
      return second.isHost ? try host.applyHost(e, [first, second], env, self) : second
    }
    return try host.applyHost(e, [first, try evaluate(b, env)], env, self)
  }

  func not(_ a: TypedExpression, _ e: TypedExpression, _ env: Environment) throws(EvaluationError) -> Value {
    let value = try evaluate(a, env)
    if case .bool(let b) = value { return .bool(!b) }
    return try host.applyHost(e, [value], env, self)
  }

  func negate(_ a: TypedExpression, _ e: TypedExpression, _ env: Environment) throws(EvaluationError) -> Value {
    let value = try evaluate(a, env)
    switch value {
    case .number(let x): return .number(-x)
    case .law(let law): return .law(.affine(law, shift: 0, factor: -1))
    case .curve(var curve):
      curve.values = curve.values.map { -$0 }
      return .curve(curve)
    default: return try host.applyHost(e, [value], env, self)
    }
  }

  func convert(_ a: TypedExpression, _ factor: Double, _ e: TypedExpression, _ env: Environment) throws(EvaluationError) -> Value {
    let value = try evaluate(a, env)
    if factor == 1 { return value }
    switch value {
    case .number(let x): return .number(x * factor)
    case .law(let law): return .law(.affine(law, shift: 0, factor: factor))
    case .list(let items) where !value.isHost:
      return .list(items.map { if case .number(let x) = $0 { .number(x * factor) } else { $0 } })
    default: return try host.applyHost(e, [value], env, self)
    }
  }

  func orDefault(_ a: TypedExpression, _ b: TypedExpression, _ e: TypedExpression, _ env: Environment) throws(EvaluationError) -> Value {
    let value = try evaluate(a, env)
    switch value {
    case .nothing: return try evaluate(b, env)
    case .number(let x) where x.isNaN: return try evaluate(b, env)
    case .host: return try host.applyHost(e, [value, try evaluate(b, env)], env, self)
    default: return value
    }
  }

  @inline(never)
  func arithmetic(_ op: BinaryOperator, _ a: TypedExpression, _ b: TypedExpression, _ e: TypedExpression, _ env: Environment) throws(EvaluationError) -> Value {
    let x = try evaluate(a, env)
    let y = try evaluate(b, env)
    if case .number(let p) = x, case .number(let q) = y {
      guard let result = Arithmetic.apply(op, p, q) else { throw .divisionByZero(b.span) }
      return .number(result)
    }
    return try mixedArithmetic(op, x, y, a, b, e, env)
  }

  @inline(never)
  private func mixedArithmetic(
    _ op: BinaryOperator, _ x: Value, _ y: Value, _ a: TypedExpression, _ b: TypedExpression, _ e: TypedExpression, _ env: Environment
  ) throws(EvaluationError) -> Value {
    switch (x, y) {
    case (.nothing, _): throw .missing(a.span)
    case (_, .nothing): throw .missing(b.span)
    case (.date(let p, let zone), .date(let q, _)) where op == .subtract:
      guard let later = Instant(nanoseconds: p, zoneMinutes: zone), let earlier = Instant(nanoseconds: q) else { break }
      return .number(later.seconds(since: earlier))
    case (.date(let p, let zone), .number(let seconds)):
      return try moved(p, zone, by: op == .subtract ? -seconds : seconds, e.span)
    case (.number(let seconds), .date(let p, let zone)): return try moved(p, zone, by: seconds, e.span)
    case (.clock(let p), .clock(let q)) where op == .subtract: return .number(p - q)
    case (.clock(let p), .number(let q)): return .clock(op == .subtract ? p - q : p + q)
    case (.text(let p), .text(let q)) where op == .add: return .text(p + q)
    case (.text(let p), .text(let q)) where op == .contains: return .bool(p.contains(q))
    case (.list(let p), .list(let q)) where op == .add: return .list(p + q)
    case (.list(let p), _) where op == .contains && !x.isHost: return .bool(p.contains { isSame($0, y) })
    case (.range(let low, let high, _), .number(let p)) where op == .contains: return .bool(p >= low && p <= high)
    case (.law, .number), (.number, .law), (.law, .law): return .law(try lawArithmetic(op, x, y, b.span))
    case (.curve(let curve), .number(let p)):
      return .curve(try mapped(curve, b.span) { Arithmetic.apply(op, $0, p) })
    case (.curve(let a), .curve(let b)) where op == .multiply: return .curve(try a.times(b, e.span))
    case (.number(let p), .curve(let curve)):
      return .curve(try mapped(curve, b.span) { Arithmetic.apply(op, p, $0) })
    default: break
    }
    return try host.applyHost(e, [x, y], env, self)
  }

  private func mapped(_ curve: CurveValue, _ span: Span, _ f: (Double) -> Double?) throws(EvaluationError) -> CurveValue {
    var result = curve
    for (i, value) in curve.values.enumerated() {
      guard let x = f(value) else { throw .divisionByZero(span) }
      result.values[i] = x
    }
    return result
  }

  private func moved(_ nanoseconds: Int64, _ zone: Int, by seconds: Double, _ span: Span) throws(EvaluationError) -> Value {
    guard let instant = Instant(nanoseconds: nanoseconds, zoneMinutes: zone)?.adding(seconds: seconds) else {
      throw .domain("this date is outside the years \(Instant.years.lowerBound) to \(Instant.years.upperBound)", span)
    }
    return .date(instant.nanoseconds, zone: zone)
  }

  /// Each occurrence of a law draws by itself: `d + d` is the sum of two draws.
  private func lawArithmetic(_ op: BinaryOperator, _ x: Value, _ y: Value, _ span: Span) throws(EvaluationError) -> LawValue {
    switch (x, op, y) {
    case (.law(let d), .add, .number(let c)), (.number(let c), .add, .law(let d)): return .affine(d, shift: c, factor: 1)
    case (.law(let d), .subtract, .number(let c)): return .affine(d, shift: -c, factor: 1)
    case (.number(let c), .subtract, .law(let d)): return .affine(d, shift: c, factor: -1)
    case (.law(let d), .multiply, .number(let c)), (.number(let c), .multiply, .law(let d)): return .affine(d, shift: 0, factor: c)
    case (.law(let d), .divide, .number(let c)):
      if c == 0 { throw .divisionByZero(span) }
      return .affine(d, shift: 0, factor: 1 / c)
    case (.law(let c), .add, .law(let d)): return .sum([c, d])
    case (.law(let c), .subtract, .law(let d)): return .sum([c, .affine(d, shift: 0, factor: -1)])
    case (.law(let c), .multiply, .law(let d)): return .product([c, d])
    default:
      throw EvaluationError(
        "E0309", "a distribution can be added, subtracted, multiplied, and divided by a number", at: span,
        hint: "in a journey calculate with what is drawn: `1 / sample(d)`")
    }
  }

  @inline(never)
  func comparison(_ op: BinaryOperator, _ a: TypedExpression, _ b: TypedExpression, _ e: TypedExpression, _ env: Environment) throws(EvaluationError) -> Value {
    let x = try evaluate(a, env)
    let y = try evaluate(b, env)
    switch (x, y) {
    case (.number(let p), .number(let q)): return .bool(Arithmetic.compare(op, p, q))
    case (.date(let p, _), .date(let q, _)): return .bool(order(op, p, q))
    case (.clock(let p), .clock(let q)): return .bool(Arithmetic.compare(op, p, q))
    case (.text(let p), .text(let q)): return .bool(order(op, p, q))
    default:
      if !x.isHost, !y.isHost, op == .equal || op == .notEqual { return .bool(isSame(x, y) == (op == .equal)) }
      return try host.applyHost(e, [x, y], env, self)
    }
  }

  private func order<T: Comparable>(_ op: BinaryOperator, _ a: T, _ b: T) -> Bool {
    switch op {
    case .less: a < b
    case .lessOrEqual: a <= b
    case .greater: a > b
    case .greaterOrEqual: a >= b
    case .equal: a == b
    default: a != b
    }
  }

  /// Whether two values are the same, by their parts.
  public func isSame(_ a: Value, _ b: Value) -> Bool {
    switch (a, b) {
    case (.number(let x), .number(let y)): x == y
    case (.bool(let x), .bool(let y)): x == y
    case (.text(let x), .text(let y)): x == y
    case (.date(let x, _), .date(let y, _)): x == y
    case (.clock(let x), .clock(let y)): x == y
    case (.choice(let s, let x), .choice(let t, let y)): s == t && x == y
    case (.row(let s, let x), .row(let t, let y)): s == t && x == y
    case (.table(let x), .table(let y)): x == y
    case (.list(let x), .list(let y)): x.count == y.count && zip(x, y).allSatisfy { isSame($0, $1) }
    case (.record(let s, let x), .record(let t, let y)): s == t && zip(x, y).allSatisfy { isSame($0, $1) }
    case (.range(let l, let h, let s), .range(let m, let i, let t)): l == m && h == i && s == t
    case (.span(let a, let b), .span(let c, let d)): isSame(a, c) && isSame(b, d)
    case (.instance(let x), .instance(let y)): x == y
    case (.nothing, .nothing): true
    default: false
    }
  }

  func range(_ low: TypedExpression, _ high: TypedExpression, _ step: TypedExpression?, _ e: TypedExpression, _ env: Environment) throws(EvaluationError) -> Value {
    if case .span = e.type { return .span(from: try evaluate(low, env), to: try evaluate(high, env)) }
    let lower = try number(low, env)
    let upper = try number(high, env)
    guard let step else { return .range(lower: lower, upper: upper, step: nil) }
    let width = try number(step, env)
    guard width > 0 else { throw .domain("a range's step must be greater than 0", step.span) }
    return .range(lower: lower, upper: upper, step: width)
  }

  func end(of range: TypedExpression, isUpper: Bool, _ env: Environment) throws(EvaluationError) -> Value {
    switch try evaluate(range, env) {
    case .range(let lower, let upper, _): return .number(isUpper ? upper : lower)
    case .span(let from, let to): return isUpper ? to : from
    default: throw .unexpected("this isn't a range", range.span)
    }
  }

  // MARK: Curves and calendars

  func curve(
    _ linear: Bool, _ period: Double, _ entries: [(key: TypedExpression, value: TypedExpression)], _ e: TypedExpression, _ env: Environment
  ) throws(EvaluationError) -> Value {
    var keys: CurveValue.Keys = period > 0 ? .clock : .sinceStart
    var times: [Double] = []
    var values: [Double] = []
    for entry in entries {
      let (time, kind) = try instant(entry.key, env)
      if let kind { keys = kind }
      if let last = times.last, !(time > last) { throw .curve("a curve's times must ascend", entry.key.span) }
      times.append(time)
      values.append(try number(entry.value, env))
    }
    if times.isEmpty { throw .curve("a curve needs an entry", e.span) }
    if keys == .clock, period == 0, let last = times.last, last > 86_400 { keys = .sinceStart }
    return .curve(CurveValue(linear: linear, period: period, keys: keys, times: times, values: values))
  }

  func calendar(_ instants: [TypedExpression], _ period: Double, _ e: TypedExpression, _ env: Environment) throws(EvaluationError) -> Value {
    var keys: CurveValue.Keys = period > 0 ? .clock : .sinceStart
    var times: [Double] = []
    for item in instants {
      let given = try evaluate(item, env)
      for value in try items(of: given, at: item.span) ?? [given] {
        let (time, kind) = try instant(value, item.span)
        if let kind { keys = kind }
        times.append(time)
      }
    }
    return .calendar(CalendarValue(instants: times.sorted(), keys: keys, period: period))
  }

  private func instant(_ key: TypedExpression, _ env: Environment) throws(EvaluationError) -> (Double, CurveValue.Keys?) {
    try instant(try evaluate(key, env), key.span)
  }

  /// A key's seconds, and what they are counted from when its kind says so.
  private func instant(_ value: Value, _ span: Span) throws(EvaluationError) -> (Double, CurveValue.Keys?) {
    switch value {
    case .clock(let x): return (x, .clock)
    case .number(let x): return (x, nil)
    case .date(let nanoseconds, _): return (Double(nanoseconds) / 1e9, .date)
    default: throw .unexpected("a time is needed here", span)
    }
  }
}
