// The direct parts of expressions and steps, in the order of the text: for analyses that ask "does it contain …".

public import SoukSema

extension TypedExpression {
  /// The expressions directly inside this one.
  public var children: [TypedExpression] {
    switch kind {
    case .number, .bool, .date, .clock, .local, .global, .member, .allRows, .rowsAs, .choiceCase, .function, .now, .nothing, .unknown: []
    case .text(let parts): parts.compactMap { if case .value(let e) = $0 { e } else { nil } }
    case .access(let a, _, _), .statistic(let a, _), .field(let a, _), .column(let a, _), .row(_, let a), .rowAs(_, _, let a), .not(let a), .negate(let a),
      .convert(let a, _), .spawn(let a), .handleState(let a, _):
      [a]
    case .element(let a, let b), .arithmetic(_, let a, let b), .comparison(_, let a, let b), .and(let a, let b), .or(let a, let b),
      .orDefault(let a, let b), .fold(_, _, let a, let b), .choose(_, let a, _, let b), .at(let a, let b):
      [a, b]
    case .call(_, let arguments), .builtin(_, let arguments), .list(let arguments), .record(_, let arguments), .calendar(let arguments, _):
      arguments
    case .apply(let f, let arguments), .journeyCall(let f, let arguments): [f] + arguments
    case .lambda(let body, _): body.expressions
    case .law(_, let arguments): arguments.map(\.value)
    case .mix(let entries): entries.flatMap { [$0.chance, $0.value] }
    case .curve(_, _, let entries): entries.flatMap { [$0.key, $0.value] }
    case .conditional(let a, let b, let c), .within(let a, let b, let c), .during(let a, let b, let c): [a, b, c]
    case .rangeEnd(let range, _): [range]
    case .range(let a, let b, let step): [a, b] + (step.map { [$0] } ?? [])
    case .model(_, let arguments): arguments.map(\.1)
    case .experiment(let experiment):
      [experiment.target] + (experiment.other.map { [$0.target] } ?? []) + experiment.arguments.map(\.1) + experiment.settings.sorted { $0.key < $1.key }.map(\.value)
    case .actionCall(let base, _, _, let arguments): (base.map { [$0] } ?? []) + arguments
    case .journeyReference(let base, _, _, let arguments): (base.map { [$0] } ?? []) + (arguments ?? [])
    }
  }
}

extension TypedExpression {
  /// Whether it asks how many have joined a batch.
  var readsJoined: Bool { if case .statistic(_, .joined) = kind { true } else { children.contains(where: \.readsJoined) } }
}

extension TypedExpression {
  /// Whether its value stands in the text and no argument can change it.
  var isWritten: Bool {
    switch kind {
    case .number, .bool, .choiceCase, .clock, .nothing: true
    case .text(let parts): parts.allSatisfy { if case .text = $0 { true } else { false } }
    case .negate(let a), .not(let a), .convert(let a, _): a.isWritten
    // It is a constant only where it never or always happens, and then nothing is drawn: that shapes the code anyway.
    case .builtin(.happens, _): true
    default: false
    }
  }
}

extension Body {
  /// The expressions directly in this body's steps, or its one expression.
  var expressions: [TypedExpression] { (expression.map { [$0] } ?? []) + steps.flatMap(\.expressionsInside) }
}

extension TypedClauses {
  var expressions: [TypedExpression] { [priority, patience].compactMap { $0 } }
}

extension TypedStep {
  /// The expressions directly in this step, its clauses before its bodies.
  var expressions: [TypedExpression] {
    switch kind {
    case .binding(_, let e), .setLocal(_, let e), .addLocal(_, let e), .wait(let e), .waitUntil(let e), .expect(let e), .print(let e),
      .expression(let e), .whileLoop(let e, _), .forLoop(_, let e, _), .time(let e, _), .condition(let e, _, _):
      [e]
    case .setThing(let a, let b), .addThing(let a, let b), .record(let a, let b), .release(let a, let b): [a, b]
    case .use(let s, let d, let clauses): [s] + (d.map { [$0] } ?? []) + clauses.expressions
    case .hold(let n, let p, let clauses, _), .seize(let n, let p, let clauses), .put(let n, let p, let clauses), .take(let n, let p, let clauses):
      [n, p] + clauses.expressions
    case .transfer(let x, let a, let b, _), .capture(let x, let a, let b, _): [x, a, b]
    case .reserve(let x, let a, _): [x, a]
    case .await(let e, let clauses), .join(let e, let clauses, _): [e] + clauses.expressions
    case .count(let c, let x): [c] + (x.map { [$0] } ?? [])
    case .choose(let arms, _): arms.map(\.chance)
    case .first, .leave: []
    case .advance(let simulation, .by(let e)), .advance(let simulation, .to(let e)), .advance(let simulation, .until(let e)): [simulation, e]
    case .returning(let e): e.map { [$0] } ?? []
    }
  }

  /// The steps directly inside this one.
  var bodies: [[TypedStep]] {
    switch kind {
    case .use(_, _, let clauses), .seize(_, _, let clauses), .put(_, _, let clauses), .take(_, _, let clauses), .await(_, let clauses):
      clauses.otherwise.map { [$0] } ?? []
    case .hold(_, _, let clauses, let body), .join(_, let clauses, let body): (clauses.otherwise.map { [$0] } ?? []) + [body]
    case .transfer(_, _, _, let otherwise), .reserve(_, _, let otherwise), .capture(_, _, _, let otherwise): otherwise.map { [$0] } ?? []
    case .choose(let arms, let otherwise): arms.map(\.body) + [otherwise]
    case .first(let arms): arms.flatMap { [[$0.head], $0.body] }
    case .condition(_, let then, let otherwise): [then, otherwise]
    case .whileLoop(_, let body), .forLoop(_, _, let body), .time(_, let body): [body]
    default: []
    }
  }

  var expressionsInside: [TypedExpression] { expressions + bodies.flatMap { $0.flatMap(\.expressionsInside) } }
}
