// `compare A to B`: what may be compared, and which paths both have. A path of a comparison is a path of A's results, checked again
// in B's where that is another model; it stays a value of both until a statistic makes a number of it, which is the difference.

internal import SoukSyntax
internal import SoukText
internal import SoukUnits

extension Checker {
  mutating func compare(_ tree: Experiment, _ span: Span) -> TypedExpression {
    let bad = TypedExpression(.unknown, .unknown, span)
    let target = check(tree.target)
    guard let otherTree = tree.other else { return bad }
    let other = check(otherTree)
    switch (resolved(target.type), resolved(other.type)) {
    case (.unknown, _), (_, .unknown): return bad
    case (.model(let first), .model(let second)):
      let type = Type.comparison(first, second)
      provenance.begin()
      let (settings, until) = checkSettings(tree.settings, first, .compare, results: type)
      provenance.end(.scope(first))
      checkGivenAll(target, first, .compare)
      checkGivenAll(other, second, .compare)
      let experiment = TypedExperiment(
        kind: .compare, model: first, target: target, arguments: [], settings: settings, until: until, other: (other, second))
      return TypedExpression(.experiment(experiment), type, span)
    case (.simulation(let first), .simulation(let second)):
      if let field = tree.settings.first {
        report(
          .badArguments(
            "these simulations have run already, with what was said at their `start`", field.name.span, "nothing is run here",
            hint: "write `compare … to …` without braces"))
      }
      guard first == second else {
        report(unlike(other, target, "only simulations of one model have a past in common; two models are compared by their names"))
        return bad
      }
      let experiment = TypedExperiment(kind: .compare, model: first, target: target, arguments: [], settings: [:], until: nil, other: (other, second))
      return TypedExpression(.experiment(experiment), .comparison(first, second), span)
    default: report(notComparable(target, other))
    }
    return bad
  }

  private func notComparable(_ target: TypedExpression, _ other: TypedExpression) -> Diagnostic {
    let models = "`compare` runs both itself, with the same random numbers: `compare Matched to Unmatched { replications: 30 }`, by the names of models or scenarios"
    switch resolved(target.type) {
    case .simulation: return unlike(other, target, "`let b = fork s(…)` is a second one, then `compare b to s`")
    case .model: return unlike(other, target, models)
    default: return .wrongType(describe(target.type), expected: "a model, a scenario or a paused simulation", target.span, hints: [Hint(models)])
    }
  }

  private func unlike(_ other: TypedExpression, _ target: TypedExpression, _ hint: String) -> Diagnostic {
    var expected = describe(target.type)
    if case .model = resolved(target.type) { expected = "a model or a scenario" }
    return .wrongType(describe(other.type), expected: expected, other.span, why: Label(target.span, "this is \(describe(target.type))"), hints: [Hint(hint)])
  }

  // MARK: Values of both

  /// Whether this is a value of both sides of a comparison: a path into it, or what was made of one and isn't one number yet.
  func isOfBoth(_ e: TypedExpression) -> Bool {
    switch resolved(e.type) {
    case .comparison: return true
    case .resultOf, .sample, .signal: break
    default: return false
    }
    switch e.kind {
    case .access(let a, _, _), .statistic(let a, _), .element(let a, _), .not(let a), .negate(let a), .convert(let a, _), .during(let a, _, _):
      return isOfBoth(a)
    case .arithmetic(_, let a, let b), .comparison(_, let a, let b), .and(let a, let b), .or(let a, let b), .orDefault(let a, let b):
      return isOfBoth(a) || isOfBoth(b)
    case .builtin(_, let arguments): return arguments.contains { isOfBoth($0) }
    case .global(let id): return program.globals[id.index].value.map { isOfBoth($0) } ?? false
    default: return false
    }
  }

  /// Whether this is a number a replication that a comparison has given.
  private func isDifference(_ e: TypedExpression) -> Bool {
    guard case .estimate = resolved(e.type) else { return false }
    switch e.kind {
    case .statistic(let a, _), .at(let a, _): return isOfBoth(a)
    case .negate(let a), .convert(let a, _): return isDifference(a)
    case .arithmetic(_, let a, let b), .orDefault(let a, let b): return isDifference(a) || isDifference(b)
    case .builtin(_, let arguments): return arguments.contains { isOfBoth($0) || isDifference($0) }
    case .global(let id): return program.globals[id.index].value.map { isDifference($0) } ?? false
    default: return false
    }
  }

  /// Refuses a difference beside what is a value of each of the two: there it would have to be that one's own number.
  mutating func mixesDifference(_ a: TypedExpression, _ b: TypedExpression) -> Bool {
    guard isOfBoth(a) && isDifference(b) || isDifference(a) && isOfBoth(b) else { return false }
    report(
      .noDifference(
        "this number is the difference of the two already, and what it is combined with is a value of each", (isDifference(a) ? a : b).span,
        "a difference", hint: "work it out for two runs with names, `let a = run …` and `let b = run …`, and subtract at the end"))
    return true
  }

  // MARK: Paths that both have

  /// A path of which there is a difference; `out` is what it is in the first of the two.
  mutating func common(_ out: TypedExpression, _ base: TypedExpression, _ name: Name, _ span: Span) -> TypedExpression {
    let bad = TypedExpression(.unknown, .unknown, span)
    switch resolved(out.type) {
    case .unknown: return bad
    case .quantity, .sample, .signal, .estimate, .resultOf: break
    default:
      report(
        .noDifference(
          "`\(name.text)` is \(describe(out.type)) of each of the two, and that has no difference", name.span, "not an amount",
          hint: "amounts, times and what runs record can be compared"))
      return bad
    }
    guard let other = counterpart(of: base) else { return out }
    let before = diagnostics
    let theirs = part(of: other, name, span)
    diagnostics = before
    if theirs.type == .unknown {
      report(
        .noDifference(
          "only the first of the two has `\(name.text)`, so there is no difference of it", name.span, "not in \(describe(other.type))",
          hint: "what one of them has alone, a run with a name shows: `let a = run …`, then `a.\(name.text)`"))
      return bad
    }
    guard isAlike(out.type, theirs.type) else {
      let found = (describe(out.type), describe(theirs.type))
      report(
        .noDifference(
          "`\(name.text)` isn't the same kind of thing in both", name.span,
          found.0 == found.1 ? "other \(name.text == "outcome" ? "outcomes" : "units") in the second" : "\(found.0), and \(found.1)",
          hint: "take the numbers from two runs with names, `let a = run …` and `let b = run …`"))
      return bad
    }
    return out
  }

  /// The same path in the second; nil where both are of one model, so that it is the same in all.
  private mutating func counterpart(of e: TypedExpression) -> TypedExpression? {
    if case .comparison(let first, let second) = resolved(e.type) {
      return first == second ? nil : TypedExpression(e.kind, .results(second), e.span)
    }
    switch e.kind {
    case .access(let base, let scope, let id):
      guard let other = counterpart(of: base) else { return nil }
      return part(of: other, Name(program.scopes[scope.index].members[id.index].name, e.span), e.span)
    case .element(let base, let row):
      guard let other = counterpart(of: base), case .resultOf(.array(let element, _)) = resolved(other.type) else { return nil }
      return TypedExpression(.element(other, row), .resultOf(element), e.span)
    case .global(let id):
      guard let value = program.globals[id.index].value else { return nil }
      return counterpart(of: value)
    default: return nil
    }
  }

  private func isAlike(_ a: Type, _ b: Type) -> Bool {
    switch (resolved(a), resolved(b)) {
    case (.resultOf(.journey), .resultOf(.journey)): true
    // What nothing settled (of a station that has no rate) fits all.
    case (.resultOf(.thing(let kind, let d)), .resultOf(.thing(let other, let e))): kind == other && (d == e || !d.isClosed || !e.isClosed)
    case (.sample(.outcome(let s, let i)), .sample(.outcome(let t, let j))): outcomes(s, i) == outcomes(t, j)
    case (let a, let b): a == b
    }
  }

  private func outcomes(_ scope: ScopeID, _ id: MemberID) -> [String] {
    if case .journey(let journey) = program.scopes[scope.index].members[id.index].kind { journey.outcomes } else { [] }
  }
}
