// The door between plain evaluation and experiments: expressions that only experiments make, and operations with a value
// of theirs among the operands, come here from the evaluator.

import SoukLower
import SoukModel
import SoukReport
import SoukSema
import SoukStats
import SoukSyntax
import SoukText
import SoukUnits

/// What the evaluator asks; the interpreter that it belongs to lives longer than it.
struct ExperimentHost: EvaluationHost {
  unowned let interpreter: Interpreter

  func evaluateHost(_ e: TypedExpression, _ env: Environment, _ evaluator: Evaluator) throws(EvaluationError) -> Value {
    switch e.kind {
    case .experiment(let experiment): return try interpreter.perform(experiment, e, env)
    case .within(let a, let tolerance, let b):
      return try applyHost(e, [try evaluator.evaluate(a, env), try evaluator.evaluate(tolerance, env), try evaluator.evaluate(b, env)], env, evaluator)
    case .at(let inner, let time):
      let value = try evaluator.evaluate(inner, env)
      let moment = try evaluator.evaluate(time, env)
      if case .curve(let curve) = value { return try at(curve, moment, e) }
      return try applyHost(e, [value, moment], env, evaluator)
    case .during(let inner, let from, let to):
      let value = try evaluator.evaluate(inner, env)
      return try applyHost(e, [value, try evaluator.evaluate(from, env), try evaluator.evaluate(to, env)], env, evaluator)
    case .statistic(let base, _):
      // What has failed to evaluate says itself why.
      return try applyHost(e, [try evaluator.evaluate(base, env)], env, evaluator)
    default: throw EvaluationError.results("this has a value while a model runs only", e.span)
    }
  }

  func applyHost(_ e: TypedExpression, _ operands: [Value], _ env: Environment, _ evaluator: Evaluator) throws(EvaluationError) -> Value {
    try typed {
      guard let sides = Value.sides(in: operands) else { return try apply(e, operands, evaluator) }
      // Both sides of a comparison, each by itself, until there is a number.
      let first = try apply(e, operands.map { $0.side(isFirst: true) }, evaluator)
      let second = try apply(e, operands.map { $0.side(isFirst: false) }, evaluator)
      return try Lifting(span: e.span).paired(first, second, sides)
    }
  }

  private func apply(_ e: TypedExpression, _ operands: [Value], _ evaluator: Evaluator) throws -> Value {
    let access = ResultAccess(program: evaluator.program, span: e.span)
    let lifting = Lifting(span: e.span)
    switch e.kind {
    case .access(_, let scope, let id):
      let (layout, run) = try part(operands[0], e.span)
      return try access.member(layout, of: run, scope, id, type: e.type)
    case .element:
      guard case .host(let part as ResultPart) = operands[0] else { break }
      return try access.element(part, row: try row(operands[1], part, evaluator, e.span))
    case .statistic(_, let statistic):
      guard case .host(let part as ResultPart) = operands[0] else { break }
      return try access.statistic(part, statistic, type: e.type)
    case .arithmetic(let op, _, _): return try lifting.arithmetic(op, operands[0], operands[1])
    case .at: return try Statistics(span: e.span).at(operands[0], operands[1])
    case .during: return try Statistics(span: e.span).during(operands[0], from: operands[1], to: operands[2])
    case .comparison(let op, let a, let b): return try compare(op, operands, a, b, lifting)
    case .and(let a, let b): return try lifting.logic(isAnd: true, operands[0], operands[1], a, b)
    case .or(let a, let b): return try lifting.logic(isAnd: false, operands[0], operands[1], a, b)
    case .not: return try lifting.not(operands[0])
    case .negate: return try lifting.map(operands[0]) { -$0 }
    case .convert(_, let factor): return try converted(operands[0], factor, lifting)
    case .orDefault: return try orDefault(operands, e.span)
    case .within(let a, let tolerance, let b): return try within(operands[0], operands[1], operands[2], a, tolerance, b, e)
    case .builtin(let builtin, _): return try call(builtin, operands, e)
    case .fold(let builtin, _, _, _): return try fold(builtin, operands, e)
    default: break
    }
    throw EvaluationError.results("this has no meaning for a run's results", e.span)
  }

  // MARK: Paths

  private func part(_ value: Value, _ span: Span) throws -> (Layout, RunResults) {
    switch value {
    case .host(let run as RunResults):
      let run = try interpreter.current(run, at: span)
      return (run.layout, run)
    case .host(let part as ResultPart): return (part.layout, part.run)
    case .host(let simulation as SimulationReference):
      try interpreter.refresh(simulation, at: span)
      let run = interpreter.snapshot(simulation)
      return (run.layout, run)
    default: throw EvaluationError.results("this has no parts", span)
    }
  }

  private func row(_ value: Value, _ part: ResultPart, _ evaluator: Evaluator, _ span: Span) throws -> Int {
    switch value {
    case .row(_, let index):
      guard case .array(_, let rows, _) = part.layout else { return index }
      if let position = rows.firstIndex(of: index) { return position }
    case .number(let x): return x >= 0 && x < 1e9 ? Int(x) : -1
    case .text(let key):
      guard case .array(let table, let own, _) = part.layout, let column = evaluator.program.tables[table.index].key else { break }
      let rows = try evaluator.rows(table)
      if let index = own.firstIndex(where: { if case .text(key) = rows[$0][column] { true } else { false } }) { return index }
    default: break
    }
    throw EvaluationError.results("there is no such row in these results", span)
  }

  // MARK: Operations

  private func compare(_ op: BinaryOperator, _ operands: [Value], _ a: TypedExpression, _ b: TypedExpression, _ lifting: Lifting) throws -> Value {
    guard Lifting.isLifted(operands[0], operands[1]) else {
      throw EvaluationError.results("these can't be compared", a.span.joined(b.span))
    }
    return try lifting.comparison(op, operands[0], operands[1], ClaimValue.Sides(left: a, right: b))
  }

  private func converted(_ value: Value, _ factor: Double, _ lifting: Lifting) throws -> Value {
    if case .list(let items) = value { return .list(try items.map { try converted($0, factor, lifting) }) }
    let scaled = try lifting.map(value) { $0 * factor }
    guard case .host(let before as EstimateValue) = value, var series = before.series, case .host(var after as EstimateValue) = scaled else {
      return scaled
    }
    series.scale *= factor
    after.series = series
    return .host(after)
  }

  /// `x or default`: where a replication has no data, the default.
  private func orDefault(_ operands: [Value], _ span: Span) throws -> Value {
    guard case .host(var estimate as EstimateValue) = operands[0] else { return operands[0] }
    let other = try Lifting(span: span).estimate(try Lifting(span: span).operand(operands[1]), like: .estimate(estimate), estimate.origin)
    guard other.values.count == estimate.values.count else {
      throw EvaluationError.results("the default is of another number of replications", span)
    }
    estimate.values = zip(estimate.values, other.values).map { $0 ?? $1 }
    return .host(estimate)
  }

  private func call(_ builtin: Builtin, _ operands: [Value], _ e: TypedExpression) throws -> Value {
    if case .host(let claim as ClaimValue)? = operands.first, builtin == .value {
      guard let holds = Deciding.point(claim) else { throw EvaluationError.results("there are no data for this claim", e.span) }
      return .bool(holds)
    }
    if builtin == .baseline, let value = operands.first, case .builtin(_, let arguments) = e.kind, let asked = arguments.first {
      return try interpreter.baseline(of: value, asked)
    }
    if builtin == .trace, operands.count > 1 {
      return try interpreter.trace(operands[0], journey: operands[1], replication: operands.count > 2 ? operands[2] : nil, at: e.span)
    }
    if case .list(let items)? = operands.first {
      if builtin == .index, operands.count > 1, case .number(let x) = operands[1] {
        guard x >= 0, x < Double(items.count) else { throw EvaluationError.results("there is no such element", e.span) }
        return items[Int(x)]
      }
      if builtin == .length { return .number(Double(items.count)) }
      if operands.count == 1 { return try fold(builtin, items, e) }
    }
    return try Statistics(span: e.span).evaluate(builtin, operands)
  }

  /// A list with estimates in it: summed, averaged, compared replication by replication.
  private func fold(_ builtin: Builtin, _ items: [Value], _ e: TypedExpression) throws -> Value {
    let lifting = Lifting(span: e.span)
    func all(_ combine: (Double, Double) -> Double) throws -> Value {
      guard var out = items.first else { throw EvaluationError.results("`\(builtin.rawValue)` of an empty list has no value", e.span) }
      for item in items.dropFirst() { out = try lifting.lift(out, item, combine) }
      return out
    }
    switch builtin {
    case .sum: return items.isEmpty ? .number(0) : try all { $0 + $1 }
    case .product: return items.isEmpty ? .number(1) : try all { $0 * $1 }
    case .mean: return try lifting.arithmetic(.divide, try all { $0 + $1 }, .number(Double(items.count)))
    case .min: return try all { min($0, $1) }
    case .max: return try all { max($0, $1) }
    case .count: return .number(Double(items.count))
    case .map, .append: return .list(items)
    case .first: return items.first ?? .nothing
    case .last: return items.last ?? .nothing
    case .reverse: return .list(items.reversed())
    default: throw EvaluationError.results("`\(builtin.rawValue)` has no meaning for a list of results", e.span)
    }
  }

  /// `a within 2% of b`: of estimates a claim, of values over time a condition, of numbers true or false.
  private func within(
    _ a: Value, _ tolerance: Value, _ b: Value, _ leftSide: TypedExpression, _ share: TypedExpression, _ rightSide: TypedExpression, _ e: TypedExpression
  ) throws(EvaluationError) -> Value {
    try typed {
      let width = try Statistics(span: share.span).number(tolerance)
      let isRelative = ResultAccess.dimension(share.type).isDimensionless
      let allowed: Tolerance = isRelative ? .share(width) : .amount(width)
      let test: (Double, Double) -> Bool = { ($0 - $1).magnitude <= allowed.width(of: $1) }
      let lifting = Lifting(span: e.span)
      let (x, y) = (try lifting.operand(a), try lifting.operand(b))
      switch (x, y) {
      case (.scalar(let x), .scalar(let y)): return .bool(test(x, y))
      case (.date(let x), .date(let y)): return .bool(x.seconds(since: y).magnitude <= width)
      case (.estimate, .scalar), (.estimate, .date), (.estimate, .estimate), (.scalar, .estimate), (.date, .estimate):
        let (left, right) = try lifting.alike(x, y)
        return .host(ClaimValue.within(left, right, tolerance: allowed, ClaimValue.Sides(left: leftSide, right: rightSide, tolerance: share)))
      default:
        guard case .host(var signal as SignalValue) = try lifting.lift(a, b, { test($0, $1) ? 1 : 0 }) else {
          throw EvaluationError.results("`within` compares numbers, estimates and values over time", e.span)
        }
        signal.isTruth = true
        return .host(signal)
      }
    }
  }

  private func at(_ curve: CurveValue, _ moment: Value, _ e: TypedExpression) throws(EvaluationError) -> Value {
    let x: Double
    switch moment {
    case .number(let seconds), .clock(let seconds): x = seconds
    case .date(let nanoseconds, _): x = Double(nanoseconds) / StepTrace.ticksPerSecond
    default: throw EvaluationError.results("a time is needed here", e.span)
    }
    guard curve.factors.isEmpty, let y = curve.value(at: x) else { throw EvaluationError.results("the curve has no value there", e.span) }
    return .number(y)
  }

  // MARK: Steps and text

  func executeHost(_ step: TypedStep, _ env: Environment, _ evaluator: Evaluator) throws(EvaluationError) {
    switch step.kind {
    case .expect(let e): try interpreter.expect(e, env)
    case .print(let e): try interpreter.print(e, env)
    case .advance(let simulation, let to): try interpreter.advance(simulation, to, env)
    default: throw EvaluationError.results("this step belongs to a model", step.span)
    }
  }

  func text(_ value: Value, of e: TypedExpression, _ evaluator: Evaluator) -> String {
    interpreter.writing.printed(value, of: e).text
  }
}
