// Arithmetic, comparison and logic on what experiments make: scalars stand for every replication; estimates combine
// replication by replication, signals at each instant, samples observation by observation.

import SoukLower
import SoukModel
import SoukNumerics
import SoukSema
import SoukSyntax
import SoukText
import SoukUnits

/// An operand of a lifted operation.
enum Operand {
  case scalar(Double)
  case date(Instant)
  case estimate(EstimateValue)
  case sample(SampleValue)
  case signal(SignalValue)
}

struct Lifting {
  let span: Span

  private func fault(_ message: String, hint: String? = nil) -> EvaluationError { .results(message, span, hint: hint) }

  func operand(_ value: Value, categories: [String]? = nil) throws -> Operand {
    switch value {
    case .number(let x): return .scalar(x)
    case .bool(let x): return .scalar(x ? 1 : 0)
    case .clock(let x): return .scalar(x)
    case .choice(_, let index): return .scalar(Double(index))
    case .row(_, let index): return .scalar(Double(index))
    case .nothing: return .scalar(.nan)
    case .text(let text):
      if let index = categories?.firstIndex(of: text) { return .scalar(Double(index)) }
      return .scalar(.nan)
    case .date(let nanoseconds, let zone):
      guard let instant = Instant(nanoseconds: nanoseconds, zoneMinutes: zone) else { throw fault("this date is out of range") }
      return .date(instant)
    case .host(let value as EstimateValue): return .estimate(value)
    case .host(let value as SampleValue): return .sample(value)
    case .host(let value as SignalValue): return .signal(value)
    default: throw fault("this can't be combined with a run's results")
    }
  }

  /// Whether any of these was made by an experiment and so has to be lifted.
  static func isLifted(_ values: Value...) -> Bool {
    values.contains { if case .host(let host) = $0 { host is EstimateValue || host is SampleValue || host is SignalValue } else { false } }
  }

  private func categories(_ a: Value, _ b: Value) -> [String]? {
    for value in [a, b] { if case .host(let sample as SampleValue) = value, let names = sample.categories { return names } }
    return nil
  }

  // MARK: Arithmetic

  private func apply(_ op: BinaryOperator) throws -> (Double, Double) -> Double {
    switch op {
    case .add: return { $0 + $1 }
    case .subtract: return { $0 - $1 }
    case .multiply: return { $0 * $1 }
    // Nothing to divide by is nothing known, in that replication or at that time.
    case .divide: return { $1 == 0 ? .nan : $0 / $1 }
    case .power: return { Elementary.pow($0, $1) }
    case .modulo: return { $1 == 0 ? .nan : $0 - $1 * ($0 / $1).rounded(.down) }
    default: throw fault("`\(op.rawValue)` isn't an operation on numbers")
    }
  }

  func arithmetic(_ op: BinaryOperator, _ a: Value, _ b: Value) throws -> Value {
    let combine = try apply(op)
    let (x, y) = (try operand(a), try operand(b))
    if let moved = moment(op, x, y) { return moved }
    return try lift(x, y, combine, isMonotone: true)
  }

  /// Dates: a moment and a duration, or the time between two moments.
  private func moment(_ op: BinaryOperator, _ a: Operand, _ b: Operand) -> Value? {
    switch (a, b) {
    case (.estimate(let x), .scalar(let y)) where x.origin != nil && (op == .add || op == .subtract):
      var out = x.map { op == .add ? $0 + y : $0 - y }
      out.form = x.form
      return .host(out)
    case (.scalar(let x), .estimate(let y)) where y.origin != nil && op == .add:
      var out = y.map { x + $0 }
      out.form = y.form
      return .host(out)
    case (.estimate(let x), .date(let y)):
      guard op == .subtract, let origin = x.origin else { return nil }
      let offset = y.seconds(since: origin)
      return .host(x.map { $0 - offset })
    case (.date(let x), .estimate(let y)):
      guard op == .subtract, let origin = y.origin else { return nil }
      let offset = x.seconds(since: origin)
      return .host(y.map { offset - $0 })
    case (.estimate(let x), .estimate(let y)):
      guard op == .add || op == .subtract else { return nil }
      let (x, y) = paired(x, y)
      guard x.values.count == y.values.count else { return nil }
      guard let first = x.origin, let second = y.origin else {
        guard let form = [x, y].first(where: { $0.origin != nil })?.form else { return nil }
        let values = zip(x.values, y.values).map { a, b in a.flatMap { a in b.map { op == .add ? a + $0 : a - $0 } } }
        return .host(EstimateValue(values: values, form: form, lineage: x.lineage.merged(y.lineage)))
      }
      let offset = first.seconds(since: second)
      let values = zip(x.values, y.values).map { a, b in a.flatMap { a in b.map { a + offset - $0 } } }
      return .host(EstimateValue(values: values, lineage: x.lineage.merged(y.lineage)))
    default: return nil
    }
  }

  /// A function of one number, on each.
  func map(_ value: Value, _ change: (Double) -> Double) throws -> Value {
    switch try operand(value) {
    case .estimate(let x): return .host(x.map(change))
    case .signal(var x):
      x.traces = x.traces.map { $0.map(change) }
      return .host(x)
    case .sample(var x):
      try requireFull(x)
      x.parts = x.parts.map { $0.map(change) }
      return .host(x)
    case .scalar(let x): return .number(change(x))
    case .date: throw fault("a date isn't a number")
    }
  }

  /// A function of two numbers, lifted.
  func lift(_ a: Value, _ b: Value, _ combine: (Double, Double) -> Double) throws -> Value {
    try lift(operand(a), operand(b), combine, isMonotone: false)
  }

  private func lift(_ a: Operand, _ b: Operand, _ combine: (Double, Double) -> Double, isMonotone: Bool) throws -> Value {
    switch (a, b) {
    case (.scalar(let x), .scalar(let y)): return .number(combine(x, y))
    case (.estimate(let x), .scalar(let y)): return .host(x.map { combine($0, y) })
    case (.scalar(let x), .estimate(let y)): return .host(y.map { combine(x, $0) })
    case (.estimate(let x), .estimate(let y)):
      let (x, y) = paired(x, y)
      try requireSame(x.values.count, y.values.count)
      let values = zip(x.values, y.values).map { a, b in
        a.flatMap { a in b.flatMap { b -> Double? in let c = combine(a, b); return c.isNaN ? nil : c } }
      }
      return .host(EstimateValue(values: values, lineage: x.lineage.merged(y.lineage)))
    case (.signal(let x), .scalar(let y)): return .host(mapped(x) { combine($0, y) })
    case (.scalar(let x), .signal(let y)): return .host(mapped(y) { combine(x, $0) })
    case (.signal(let x), .estimate(let y)): return try each(x, y) { combine($0, $1) }
    case (.estimate(let x), .signal(let y)): return try each(y, x) { combine($1, $0) }
    case (.signal(let x), .signal(let y)): return .host(try combined(x, y, combine))
    case (.sample(let x), .scalar(let y)): return .host(try mapped(x) { combine($0, y) })
    case (.scalar(let x), .sample(let y)): return .host(try mapped(y) { combine(x, $0) })
    case (.sample(let x), .sample(let y)):
      return .host(
        try combined(x, y, combine) { a, b in
          let ends = [combine(a.low, b.low), combine(a.low, b.high), combine(a.high, b.low), combine(a.high, b.high)]
          guard isMonotone, !ends.contains(where: \.isNaN) else { return (-.infinity, .infinity) }
          return (ends.min() ?? -.infinity, ends.max() ?? .infinity)
        })
    case (.sample, .estimate), (.estimate, .sample):
      throw fault("observations can't be combined with an estimate", hint: "take `value(…)` of the estimate for its point")
    case (.sample, .signal), (.signal, .sample):
      throw fault("observations can't be combined with what changes over time", hint: "take a statistic of one of them first")
    case (.date, _), (_, .date): throw fault("a date can't be combined with this")
    }
  }

  private func mapped(_ x: SignalValue, _ change: (Double) -> Double) -> SignalValue {
    var out = x
    out.traces = x.traces.map { $0.map(change) }
    out.isTruth = false
    return out
  }

  private func mapped(_ x: SampleValue, _ change: (Double) -> Double) throws -> SampleValue {
    try requireFull(x)
    var out = x
    out.parts = x.parts.map { $0.map(change) }
    out.isTruth = false
    out.categories = nil
    return out
  }

  private func each(_ x: SignalValue, _ y: EstimateValue, _ combine: (Double, Double) -> Double) throws -> Value {
    try requireSame(x.traces.count, y.values.count)
    var out = x
    out.traces = zip(x.traces, y.values).map { trace, number in trace.map { combine($0, number ?? .nan) } }
    out.lineage = x.lineage.merged(y.lineage)
    return .host(out)
  }

  private func combined(_ x: SignalValue, _ y: SignalValue, _ combine: (Double, Double) -> Double) throws -> SignalValue {
    try requireSame(x.traces.count, y.traces.count)
    var out = x
    out.traces = zip(x.traces, y.traces).map { $0.combined(with: $1, combine) }
    out.isTruth = false
    out.lineage = x.lineage.merged(y.lineage)
    return out
  }

  private func combined(
    _ x: SampleValue, _ y: SampleValue, _ combine: (Double, Double) -> Double, bounds: (Censored, Censored) -> (Double, Double)
  ) throws -> SampleValue {
    try requireSame(x.parts.count, y.parts.count)
    try requireFull(x)
    try requireFull(y)
    var out = x
    out.parts = try zip(x.parts, y.parts).map { a, b in
      guard let both = a.combined(with: b, combine, bounds: bounds) else {
        throw fault("the observations of \(x.path) and \(y.path) aren't of the same entities")
      }
      return both
    }
    out.categories = nil
    out.isTruth = false
    out.lineage = x.lineage.merged(y.lineage)
    return out
  }

  private func requireSame(_ a: Int, _ b: Int) throws {
    if a != b {
      throw fault("\(a) and \(b) replications can't be paired", hint: "give both runs the same number of replications")
    }
  }

  func requireFull(_ x: SampleValue) throws {
    if !x.parts.allSatisfy(\.isFull) { throw EvaluationError.notKept(x.path, span) }
  }

  // MARK: Comparison

  static func test(_ op: BinaryOperator) -> (Double, Double) -> Bool {
    switch op {
    case .less: { $0 < $1 }
    case .lessOrEqual: { $0 <= $1 }
    case .greater: { $0 > $1 }
    case .greaterOrEqual: { $0 >= $1 }
    case .equal: { $0 == $1 }
    default: { $0 != $1 }
    }
  }

  /// A comparison: of estimates a claim, of samples and signals a condition on each.
  func comparison(_ op: BinaryOperator, _ a: Value, _ b: Value, _ sides: ClaimValue.Sides) throws -> Value {
    let names = categories(a, b)
    let (x, y) = (try operand(a, categories: names), try operand(b, categories: names))
    let isTrue = Self.test(op)
    let isOrder = op != .equal && op != .notEqual
    switch (x, y) {
    case (.sample(let x), .scalar(let y)): return .host(try compared(x, isOrder) { isTrue($0, y) })
    case (.scalar(let x), .sample(let y)): return .host(try compared(y, isOrder) { isTrue(x, $0) })
    case (.sample(let x), .sample(let y)):
      var out = try combined(x, y, { isTrue($0, $1) ? 1 : 0 }) { a, b in
        // Settled where the intervals don't overlap: then every pair of ends compares alike.
        let ends = [isTrue(a.low, b.low), isTrue(a.low, b.high), isTrue(a.high, b.low), isTrue(a.high, b.high)]
        let isSettled = isOrder && Set(ends).count == 1
        return isSettled ? (ends[0] ? (1, 1) : (0, 0)) : (0, 1)
      }
      out.isTruth = true
      return .host(out)
    case (.signal, _), (_, .signal):
      guard case .host(var out as SignalValue) = try lift(x, y, { isTrue($0, $1) ? 1 : 0 }, isMonotone: false) else {
        throw fault("this can't be compared")
      }
      out.isTruth = true
      return .host(out)
    default:
      let (left, right) = try alike(x, y)
      try requireSame(left.values.count, right.values.count)
      return .host(ClaimValue.comparison(op, left, right, sides))
    }
  }

  private func compared(_ x: SampleValue, _ isOrder: Bool, _ isTrue: (Double) -> Bool) throws -> SampleValue {
    try requireFull(x)
    var out = x
    out.parts = x.parts.map { $0.compared(isTrue, isOrder: isOrder) }
    out.categories = nil
    out.isTruth = true
    return out
  }

  /// Both sides of a claim, for every replication; moments and dates counted from one origin.
  func alike(_ x: Operand, _ y: Operand) throws -> (EstimateValue, EstimateValue) {
    let origin = originOf(x) ?? originOf(y)
    var (left, right) = (try estimate(x, like: y, origin), try estimate(y, like: x, origin))
    // Against a duration a moment is one too: the time since the start.
    if left.origin == nil || right.origin == nil { (left.form, right.form) = (.number, .number) }
    return paired(left, right)
  }

  /// Of both the replications that a baseline has, where one of them is from it.
  private func paired(_ x: EstimateValue, _ y: EstimateValue) -> (EstimateValue, EstimateValue) {
    guard x.values.count != y.values.count, x.lineage.fromBaseline != nil || y.lineage.fromBaseline != nil else { return (x, y) }
    let count = min(x.values.count, y.values.count)
    var (x, y) = (x, y)
    x.values = Array(x.values.prefix(count))
    y.values = Array(y.values.prefix(count))
    return (x, y)
  }

  private func originOf(_ x: Operand) -> Instant? {
    if case .estimate(let x) = x { x.origin } else { nil }
  }

  /// A side of a comparison for every replication of the other; dates counted from `origin`.
  func estimate(_ x: Operand, like other: Operand, _ origin: Instant?) throws -> EstimateValue {
    var count = 1
    if case .estimate(let other) = other { count = other.values.count }
    switch x {
    case .estimate(let x):
      guard let origin, let own = x.origin, own != origin else { return x }
      var out = x.map { $0 + own.seconds(since: origin) }
      out.form = .moment(origin)
      return out
    case .scalar(let x): return EstimateValue(values: Array(repeating: x.isNaN ? nil : x, count: count), lineage: Lineage())
    case .date(let date):
      guard let origin else { throw fault("a date can be compared with a moment only") }
      return EstimateValue(
        values: Array(repeating: date.seconds(since: origin), count: count), form: .moment(origin), lineage: Lineage())
    case .sample, .signal: throw fault("a statistic is needed here", hint: "write `mean(…)`, `max(…)`, `share(…)` or the like")
    }
  }

  // MARK: Logic

  func not(_ value: Value) throws -> Value {
    switch value {
    case .host(let claim as ClaimValue): return .host(ClaimValue.not(claim))
    case .bool(let x): return .bool(!x)
    case .host(let estimate as EstimateValue) where estimate.form == .truth:
      var out = estimate.map { 1 - $0 }
      out.form = .truth
      return .host(out)
    case .host(var sample as SampleValue):
      sample.parts = sample.parts.map { $0.map { 1 - $0 } }
      return .host(sample)
    case .host(var signal as SignalValue):
      signal.traces = signal.traces.map { $0.map { 1 - $0 } }
      return .host(signal)
    default: throw fault("`not` needs a condition")
    }
  }

  func logic(isAnd: Bool, _ a: Value, _ b: Value, _ left: TypedExpression, _ right: TypedExpression) throws -> Value {
    if isClaim(a) || isClaim(b) {
      let (x, y) = (try claim(a, left), try claim(b, right))
      return .host(isAnd ? ClaimValue.and(x, y) : ClaimValue.or(x, y))
    }
    let choose: (Double, Double) -> Double = isAnd ? { min($0, $1) } : { max($0, $1) }
    let (x, y) = (try operand(a), try operand(b))
    if case .sample(let p) = x, case .sample(let q) = y {
      var out = try combined(p, q, choose) { (choose($0.low, $1.low), choose($0.high, $1.high)) }
      out.isTruth = true
      return .host(out)
    }
    switch try lift(x, y, choose, isMonotone: false) {
    case .host(var signal as SignalValue):
      signal.isTruth = true
      return .host(signal)
    case .host(var estimate as EstimateValue):
      estimate.form = .truth
      return .host(estimate)
    case .host(var sample as SampleValue):
      sample.isTruth = true
      return .host(sample)
    case .number(let x): return .bool(x != 0)
    case let other: return other
    }
  }

  private func isClaim(_ value: Value) -> Bool {
    if case .host(let host) = value { host is ClaimValue || (host as? EstimateValue)?.form == .truth } else { false }
  }

  /// A value as a claim.
  func claim(_ value: Value, _ expression: TypedExpression) throws -> ClaimValue {
    switch value {
    case .host(let claim as ClaimValue): return claim
    case .host(let estimate as EstimateValue) where estimate.form == .truth: return .truth(estimate, expression)
    case .bool(let holds): return .decided(holds, expression)
    default: throw fault("this isn't a claim", hint: "compare it with a limit")
    }
  }
}

extension EvaluationError {
  static func results(_ message: String, _ span: Span, hint: String? = nil) -> EvaluationError {
    EvaluationError(Diagnostic("E0401", message, at: span, hints: hint.map { [Hint($0)] } ?? []))
  }
  static func notKept(_ path: String, _ span: Span) -> EvaluationError {
    EvaluationError(
      Diagnostic(
        "I0403", "of \(path) only a summary was kept", at: span, "this needs each observation or change",
        hints: [Hint("ask for it by its path where the run's results are read, so that it is kept")]))
  }
}
