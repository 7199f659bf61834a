// The steps of functions: bindings, assignments, conditions, loops, `return`. Whatever blocks or touches a model was
// refused by the checker; `expect` and `print` go to the host.

public import SoukSema
public import SoukText

extension Evaluator {
  /// How a sequence of steps ended.
  public enum Flow: Sendable {
    case next
    case returned(Value)
  }

  /// Runs steps one after the other, changing the locals in `env`.
  public func execute(_ steps: [TypedStep], _ env: inout Environment) throws(EvaluationError) -> Flow {
    for step in steps {
      if case .returned(let value) = try execute(step, &env) { return .returned(value) }
    }
    return .next
  }

  private func execute(_ step: TypedStep, _ env: inout Environment) throws(EvaluationError) -> Flow {
    state.steps += 1
    if state.steps > stepLimit { throw .tooManySteps(stepLimit, step.span) }
    switch step.kind {
    case .binding(let id, let value), .setLocal(let id, let value): env[id] = try evaluate(value, env)
    case .addLocal(let id, let value):
      guard case .number(let old) = env[id] else { throw .unexpected("`add` to what isn't a number", step.span) }
      env[id] = .number(old + (try number(value, env)))
    case .condition(let c, let then, let otherwise):
      return try execute(try condition(c, env) ? then : otherwise, &env)
    case .whileLoop(let c, let body):
      while try condition(c, env) {
        state.steps += 1
        if state.steps > stepLimit { throw .tooManySteps(stepLimit, step.span) }
        if case .returned(let value) = try execute(body, &env) { return .returned(value) }
      }
    case .forLoop(let id, let source, let body):
      for item in try elements(of: source, env) {
        env[id] = item
        if case .returned(let value) = try execute(body, &env) { return .returned(value) }
      }
    case .returning(let value):
      guard let value else { return .returned(.void) }
      return .returned(try evaluate(value, env))
    case .expression(let e): _ = try evaluate(e, env)
    default: try host.executeHost(step, env, self)
    }
    return .next
  }

  /// What a `for` or a fold goes through: a list's items, a table's rows, a range's numbers.
  func elements(of source: TypedExpression, _ env: Environment) throws(EvaluationError) -> [Value] {
    let value = try evaluate(source, env)
    guard let items = try items(of: value, at: source.span) else { throw .unexpected("this can't be gone through", source.span) }
    state.steps += items.count
    if state.steps > stepLimit { throw .tooManySteps(stepLimit, source.span) }
    return items
  }

  /// A list's items, a table's rows, a range's numbers; nil for anything else.
  public func items(of value: Value, at span: Span) throws(EvaluationError) -> [Value]? {
    switch value {
    case .list(let items): return items
    case .table(let table): return try ownRows(table).map { .row(table, $0) }
    case .range(let low, let high, let step): return try Self.numbers(from: low, to: high, step: step ?? 1, span).map { .number($0) }
    default: return nil
    }
  }

  /// The numbers of a range with both ends, counted from the lower end so that rounding doesn't add up.
  static func numbers(from low: Double, to high: Double, step: Double, _ span: Span) throws(EvaluationError) -> [Double] {
    guard step > 0, high >= low, ((high - low) / step).isFinite else { return [] }
    let count = ((high - low) / step + 1e-9).rounded(.down)
    guard count < 10_000_000 else { throw .tooLong(count + 1, span) }
    return (0...Int(count)).map { low + Double($0) * step }
  }
}
