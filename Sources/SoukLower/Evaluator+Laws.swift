// Laws as values: constructors with their domains, mixtures, what functions say of a law.

import SoukNumerics
import SoukSema
import SoukSyntax
import SoukText

extension Evaluator {
  func law(_ name: LawName, _ arguments: [(name: String, value: TypedExpression)], _ e: TypedExpression, _ env: Environment) throws(EvaluationError) -> Value {
    var numbers: [String: Double] = [:]
    var lists: [String: [Double]] = [:]
    var linear = false
    for argument in arguments {
      let value = try evaluate(argument.value, env)
      switch value {
      case .number(let x): numbers[argument.name] = x
      case .bool(let b): linear = b
      case .host: return try host.applyHost(e, [value], env, self)
      default:
        guard let items = try items(of: value, at: argument.value.span) else { throw .unexpected("a law's parameter isn't a number", argument.value.span) }
        var list: [Double] = []
        for case .number(let x) in items { list.append(x) }
        lists[argument.name] = list
      }
    }
    if let problem = LawForms.domainProblem(name, numbers) {
      throw .lawDomain(problem, span(of: problem, arguments) ?? e.span)
    }
    switch name {
    case .hyperexponential: return .law(try hyperexponential(numbers, lists, e.span))
    case .empirical:
      guard let values = lists["values"] ?? lists.values.first, !values.isEmpty else { throw .lawDomain("a law needs at least one value", e.span) }
      return .law(.empirical(values, linear: linear))
    default: return .law(.simple(name, numbers))
    }
  }

  /// The argument that a domain's message begins with.
  private func span(of problem: String, _ arguments: [(name: String, value: TypedExpression)]) -> Span? {
    arguments.first { problem.hasPrefix("`\($0.name)`") }?.value.span
  }

  private func hyperexponential(_ numbers: [String: Double], _ lists: [String: [Double]], _ span: Span) throws(EvaluationError) -> LawValue {
    if let mean = numbers["mean"], let scv = numbers["scv"] {
      let (chances, means) = LawFormulas.hyperexponential(mean: mean, scv: scv)
      return .hyperexponential(chances: chances, means: means)
    }
    guard let weights = lists["weights"], let means = lists["means"], weights.count == means.count, !weights.isEmpty else {
      throw .lawDomain("`weights` and `means` must have the same number of entries", span)
    }
    try checkWeights(weights, span)
    guard means.allSatisfy({ $0 > 0 && $0.isFinite }) else { throw .lawDomain("`means` must be greater than 0", span) }
    return .hyperexponential(chances: weights, means: means)
  }

  func checkWeights(_ weights: [Double], _ span: Span) throws(EvaluationError) {
    guard weights.allSatisfy({ $0 >= 0 && $0.isFinite }) else { throw .lawDomain("a chance must not be negative", span) }
    guard weights.reduce(0, +) > 0 else { throw .lawDomain("at least one chance must be above 0", span) }
  }

  func mix(_ entries: [(chance: TypedExpression, value: TypedExpression)], _ e: TypedExpression, _ env: Environment) throws(EvaluationError) -> Value {
    var chances: [Double] = []
    var values: [Value] = []
    for entry in entries {
      chances.append(try number(entry.chance, env))
      values.append(try evaluate(entry.value, env))
    }
    try checkWeights(chances, e.span)
    if values.contains(where: { if case .law = $0 { true } else { false } }) {
      let laws: [LawValue] = values.map {
        switch $0 {
        case .law(let law): law
        case .number(let x): .simple(.constant, ["value": x])
        default: .weighted(chances: [1], values: [$0])
        }
      }
      return .law(.mixture(chances: chances, laws: laws))
    }
    return .law(.weighted(chances: chances, values: values))
  }

  /// Functions of laws: moments, shifts, truncation, extremes of several draws.
  func laws(_ builtin: Builtin, _ operands: [Value], _ e: TypedExpression) throws(EvaluationError) -> Value? {
    guard operands.contains(where: { if case .law = $0 { true } else { false } }) else { return nil }
    switch (builtin, operands[0]) {
    case (.mean, .law(let law)): return .number(try moments(law, e.span).mean)
    case (.variance, .law(let law)): return .number(try moments(law, e.span).variance)
    case (.sd, .law(let law)): return .number(try moments(law, e.span).variance.squareRoot())
    case (.truncate, .law(let law)):
      guard operands.count == 3, case .number(let low) = operands[1], case .number(let high) = operands[2] else { return nil }
      guard low < high else { throw .lawDomain("a law can't be kept between these bounds: the lower isn't below the upper", e.span) }
      if let a = LawMoments.probability(law, low, inclusive: false), let b = LawMoments.probability(law, high, inclusive: true), !(b > a) {
        throw .lawDomain("this law has no value between these bounds", e.span)
      }
      return .law(.truncated(law, low: low, high: high))
    case (.shift, .law(let law)):
      guard operands.count == 2, case .number(let x) = operands[1] else { return nil }
      return .law(.affine(law, shift: x, factor: 1))
    case (.round, .law(let law)): return .law(.rounded(law))
    case (.min, _), (.max, _):
      let laws: [LawValue] = operands.compactMap {
        switch $0 {
        case .law(let law): law
        case .number(let x): .simple(.constant, ["value": x])
        default: nil
        }
      }
      return .law(builtin == .min ? .minimum(laws) : .maximum(laws))
    case (.quantile, .law(let law)):
      guard operands.count == 2, case .number(let p) = operands[1] else { return nil }
      return .number(try quantile(law, p, e.span))
    case (.p50, .law(let law)): return .number(try quantile(law, 0.5, e.span))
    case (.p90, .law(let law)): return .number(try quantile(law, 0.9, e.span))
    case (.p95, .law(let law)): return .number(try quantile(law, 0.95, e.span))
    case (.p99, .law(let law)): return .number(try quantile(law, 0.99, e.span))
    default: return nil
    }
  }

  private func moments(_ law: LawValue, _ span: Span) throws(EvaluationError) -> (mean: Double, variance: Double) {
    guard let moments = LawMoments.moments(law) else { throw .domain("this law's mean has no formula", span) }
    return moments
  }

  /// The smallest value with at least the probability p at or under it, by bisection over the ordered bit patterns.
  private func quantile(_ law: LawValue, _ p: Double, _ span: Span) throws(EvaluationError) -> Double {
    guard p > 0, p < 1 else { throw .domain("a law's quantile needs a share between 0% and 100%", span) }
    func key(_ x: Double) -> Int64 {
      let bits = Int64(bitPattern: x.bitPattern)
      return bits < 0 ? Int64.min &- bits : bits
    }
    func value(_ key: Int64) -> Double { Double(bitPattern: UInt64(bitPattern: key < 0 ? Int64.min &- key : key)) }
    var low = key(-Double.greatestFiniteMagnitude)
    var high = key(Double.greatestFiniteMagnitude)
    while high - 1 > low, high &- low > 0 || low < 0 {
      let middle = (low >> 1) + (high >> 1) + (low & high & 1)
      if middle <= low { break }
      guard let reached = LawMoments.probability(law, value(middle), inclusive: true) else {
        throw .domain("this law's quantiles have no formula", span)
      }
      if reached >= p { high = middle } else { low = middle }
    }
    return value(high)
  }

  /// `chance(d <= x)`: the comparison has a law on one side.
  func chance(_ argument: TypedExpression, _ e: TypedExpression, _ env: Environment) throws(EvaluationError) -> Value {
    guard case .comparison(let op, let a, let b) = argument.kind else { throw .unexpected("`chance` needs a comparison", e.span) }
    let x = try evaluate(a, env)
    let y = try evaluate(b, env)
    let result: Double?
    switch (x, y) {
    case (.law(let law), .number(let bound)): result = probability(law, op, bound)
    case (.number(let bound), .law(let law)): result = probability(law, Self.mirrored(op), bound)
    case (.law(let c), .law(let d)): result = probability(.sum([c, .affine(d, shift: 0, factor: -1)]), op, 0)
    case (.law(.weighted(let chances, let values)), _):
      let hits = zip(chances, values).reduce(0) { isSame($1.1, y) ? $0 + $1.0 : $0 } / chances.reduce(0, +)
      result = op == .equal ? hits : 1 - hits
    default: return try host.applyHost(e, [x, y], env, self)
    }
    guard let result else { throw .domain("this chance has no formula", e.span) }
    return .number(result)
  }

  private static func mirrored(_ op: BinaryOperator) -> BinaryOperator {
    switch op {
    case .less: .greater
    case .lessOrEqual: .greaterOrEqual
    case .greater: .less
    case .greaterOrEqual: .lessOrEqual
    default: op
    }
  }

  private func probability(_ law: LawValue, _ op: BinaryOperator, _ x: Double) -> Double? {
    func at(_ inclusive: Bool) -> Double? { LawMoments.probability(law, x, inclusive: inclusive) }
    switch op {
    case .less: return at(false)
    case .lessOrEqual: return at(true)
    case .greater: return at(true).map { 1 - $0 }
    case .greaterOrEqual: return at(false).map { 1 - $0 }
    default:
      guard let upTo = at(true), let below = at(false) else { return nil }
      return op == .equal ? upTo - below : 1 - (upTo - below)
    }
  }
}
