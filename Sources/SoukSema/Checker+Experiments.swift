// Experiments: which model is run, with what, for how long and how often.

internal import SoukSyntax
internal import SoukText
internal import SoukUnits

extension Checker {
  static let runSettings = ["span", "warmup", "replications", "until", "seed", "step"]

  mutating func checkExperiment(_ tree: Experiment, _ span: Span) -> TypedExpression {
    let bad = TypedExpression(.unknown, .unknown, span)
    if place != .script && place != .test {
      report(.misplaced("`\(tree.kind.rawValue)`", "belongs to the script, not inside a model", span))
      return bad
    }
    switch tree.kind {
    case .compare: return compare(tree, span)
    case .sweep, .fit:
      report(.notYet("`\(tree.kind.rawValue)`", span, instead: "until then: run each case with `run` and compare the results"))
      return bad
    case .fork: return fork(tree, span)
    case .step: return step(tree, span)
    case .run, .start: break
    }
    let target = check(tree.target)
    guard case .model(let model) = resolved(target.type) else {
      if target.type != .unknown { report(.wrongType(describe(target.type), expected: "a model or a scenario", target.span)) }
      return bad
    }
    provenance.begin()
    let (settings, until) = checkSettings(tree.settings, model, tree.kind, results: .results(model))
    provenance.end(.scope(model))
    if let file = settings["from"] {
      if case .model(_, let given) = target.kind, !given.isEmpty || settings.count > 1 {
        report(.badArguments("what it was started with stands in the file", file.span, hint: "write `start \(program.scopes[model.index].name) { from: … }` alone"))
      }
    } else {
      checkGivenAll(target, model, tree.kind)
    }
    let experiment = TypedExperiment(kind: tree.kind == .run ? .run : .start, model: model, target: target, arguments: [], settings: settings, until: until)
    return TypedExpression(.experiment(experiment), tree.kind == .run ? .results(model) : .simulation(model), span)
  }

  private mutating func fork(_ tree: Experiment, _ span: Span) -> TypedExpression {
    let bad = TypedExpression(.unknown, .unknown, span)
    var base = tree.target
    var arguments: [Argument] = []
    if case .call(let callee, let given) = tree.target.kind { (base, arguments) = (callee, given) }
    let target = check(base)
    guard case .simulation(let model) = resolved(target.type) else {
      if target.type != .unknown { report(.wrongType(describe(target.type), expected: "a simulation that was started", target.span, hints: [Hint("`let s = start Model { … }`, then `fork s`")])) }
      return bad
    }
    let given = modelArguments(model, arguments)
    let experiment = TypedExperiment(kind: .fork, model: model, target: target, arguments: given, settings: [:], until: nil)
    return TypedExpression(.experiment(experiment), .simulation(model), span)
  }

  /// `step s by 10`: a list of what happened.
  private mutating func step(_ tree: Experiment, _ span: Span) -> TypedExpression {
    let target = check(tree.target)
    let count = tree.other.map { checkQuantity($0, .dimensionless) }
    let type = Type.list(.record(TypedProgram.event))
    guard case .simulation(let model) = resolved(target.type) else {
      if target.type != .unknown { report(.wrongType(describe(target.type), expected: "a simulation that was started", target.span, hints: [Hint("`let s = start Model { … }`, then `step s by 10`")])) }
      return TypedExpression(.unknown, .unknown, span)
    }
    if let count, let x = constant(count), x != x.rounded() || x < 1 {
      report(.badArguments("how many events is a whole number from 1", count.span))
    }
    let experiment = TypedExperiment(kind: .step, model: model, target: target, arguments: [], settings: count.map { ["by": $0] } ?? [:], until: nil)
    return TypedExpression(.experiment(experiment), type, span)
  }

  mutating func checkAdvance(_ target: Expression, _ to: Item.AdvanceTarget) -> (TypedExpression, AdvanceTarget) {
    let simulation = check(target)
    if case .simulation = resolved(simulation.type) {} else { expectType(simulation, "a simulation that was started") }
    switch to {
    case .by(let value): return (simulation, .by(checkQuantity(value, .time)))
    case .to(let value): return (simulation, .to(check(value)))
    case .until(let value):
      guard case .simulation(let model) = resolved(simulation.type) else { return (simulation, .until(check(value))) }
      // As in the `until` of a run, but names of the script and of the test come first: the simulation is one of them.
      let own = Set(localNames.flatMap(\.keys)).union(visible[module].keys)
      return (simulation, .until(check(rewriteNames(value, model, on: target, but: own))))
    }
  }

  /// `trace(s, journey: 42)`, `trace(day, journey: 42, replication: 3)`
  mutating func checkTrace(_ arguments: [Argument], _ span: Span) -> TypedExpression {
    let bad = TypedExpression(.unknown, .unknown, span)
    let usage = "write `trace(s, journey: 42)`: what the 42nd journey that started went through"
    if place != .script && place != .test {
      report(.misplaced("`trace`", "belongs to the script, not inside a model", span))
      return bad
    }
    guard let first = arguments.first, first.label == nil, let journey = arguments.first(where: { $0.label?.text == "journey" }),
      arguments.dropFirst().allSatisfy({ $0.label?.text == "journey" || $0.label?.text == "replication" }), arguments.count <= 3
    else {
      for argument in arguments { _ = check(argument.value) }
      report(.badArguments("`trace` takes a simulation and a journey's number", span, hint: usage))
      return bad
    }
    let subject = check(first.value)
    switch resolved(subject.type) {
    case .simulation, .results: break
    case .unknown: return bad
    default:
      report(.wrongType(describe(subject.type), expected: "a paused simulation, or the results of a run", subject.span, hints: [Hint(usage)]))
      return bad
    }
    var values = [subject, checkQuantity(journey.value, .dimensionless)]
    if let x = constant(values[1]), x != x.rounded() || x < 1 { report(.badArguments("a journey's number is a whole number from 1", values[1].span)) }
    if let replication = arguments.first(where: { $0.label?.text == "replication" }) { values.append(checkQuantity(replication.value, .dimensionless)) }
    return TypedExpression(.builtin(.trace, values), .list(.record(TypedProgram.stage)), span)
  }

  /// `results`: of what `until` speaks.
  mutating func checkSettings(
    _ fields: [Field], _ model: ScopeID, _ kind: Experiment.Kind, results: Type
  ) -> ([String: TypedExpression], (expression: TypedExpression, within: TypedExpression)?) {
    var settings: [String: TypedExpression] = [:]
    var until: (expression: TypedExpression, within: TypedExpression)?
    for field in fields {
      let name = field.name.text
      guard Self.runSettings.contains(name) || (name == "from" && kind == .start) else {
        let parameters = program.scopes[model.index].members.filter { if case .parameter = $0.kind { true } else { false } }.map(\.name)
        if parameters.contains(name) {
          report(.unknownField(field.name, of: "a run", known: [], suggestions: []))
          diagnostics[diagnostics.count - 1].hints = [Hint("`\(name)` is a param of the model: write `\(kind.rawValue) \(program.scopes[model.index].name)(\(name): \(written(field.value) ?? "…")) \(kind == .compare ? "to … " : ""){ … }`")]
        } else {
          report(.unknownField(field.name, of: "a run", known: Self.runSettings, suggestions: closest(name, Self.runSettings)))
        }
        continue
      }
      switch name {
      // Where the start-up ends is found by looking.
      case "warmup" where nameText(field.value) == "auto" && kind != .start:
        settings[name] = TypedExpression(.text([.text("auto")]), .text, field.value.span)
      case "span", "warmup", "step":
        let value = checkQuantity(field.value, .time)
        if let x = constant(value), name == "warmup" ? x < 0 : x <= 0 {
          report(.badArguments("`\(name)` is a time \(name == "warmup" ? "from 0 s" : "longer than 0 s")", value.span, name == "warmup" ? "negative" : "too short"))
        }
        settings[name] = value
      case "from" where kind == .start: settings[name] = coerce(check(field.value), to: .text)
      case "until": until = checkUntil(field, model, results)
      default:
        let value = checkQuantity(field.value, .dimensionless)
        if let x = constant(value), x != x.rounded() || x < (name == "seed" ? 0 : 1) {
          report(.badArguments("`\(name)` is a whole number\(name == "seed" ? "" : " from 1")", value.span))
        }
        settings[name] = value
      }
    }
    return (settings, until)
  }

  /// `until: p99(alipay.time) within 2%`: names are those of the model.
  private mutating func checkUntil(_ field: Field, _ model: ScopeID, _ results: Type) -> (expression: TypedExpression, within: TypedExpression)? {
    guard case .within(let inner, let tolerance, nil) = ungrouped(field.value).kind else {
      report(.badArguments("`until` is an estimate and how well it is to be known", field.value.span, hint: "write `until: mean(till.wait) within 2%`"))
      return nil
    }
    let saved = (locals, localNames)
    defer { (locals, localNames) = saved }
    locals = [Local(name: "results", type: results, isVariable: false, value: nil)]
    // Members of the model stand for their results: each becomes an access on local 0.
    localNames = [["results": LocalID(0)]]
    let value = check(rewriteNames(inner, model, on: Expression(.name("results"), inner.span), but: []))
    let within = checkQuantity(tolerance, .dimensionless)
    if case .estimate = resolved(value.type) {} else if value.type != .unknown {
      report(.wrongType(describe(value.type), expected: "an estimate such as `mean(till.wait)`", value.span))
    }
    return (value, within)
  }

  /// Puts `results.` before every name that is a member of the model and none of `own`.
  private func rewriteNames(_ e: Expression, _ model: ScopeID, on results: Expression, but own: Set<String>) -> Expression {
    func rewritten(_ e: Expression) -> Expression { rewriteNames(e, model, on: results, but: own) }
    var out = e
    switch e.kind {
    case .name(let text):
      if program.scopes[model.index].member(named: text) != nil, !own.contains(text) {
        out.kind = .member(Expression(results.kind, e.span), Name(text, e.span))
      }
    case .member(let base, let name): out.kind = .member(rewritten(base), name)
    case .index(let base, let index): out.kind = .index(rewritten(base), index)
    case .call(let callee, let arguments):
      out.kind = .call(callee, arguments.map { Argument(label: $0.label, value: rewritten($0.value), generator: $0.generator) })
    case .group(let inner): out.kind = .group(rewritten(inner))
    case .negate(let inner): out.kind = .negate(rewritten(inner))
    case .not(let inner): out.kind = .not(rewritten(inner))
    case .binary(let op, let a, let b, let span): out.kind = .binary(op, rewritten(a), rewritten(b), operatorSpan: span)
    case .at(let a, let b): out.kind = .at(rewritten(a), b)
    case .during(let a, let b): out.kind = .during(rewritten(a), b)
    case .convert(let a, let u): out.kind = .convert(rewritten(a), u)
    default: break
    }
    return out
  }

  mutating func checkGivenAll(_ target: TypedExpression, _ model: ScopeID, _ kind: Experiment.Kind) {
    var given: Set<Int> = []
    if case .model(_, let arguments) = target.kind { given = Set(arguments.map(\.0.index)) } else { return }
    for (index, member) in program.scopes[model.index].members.enumerated() {
      guard case .parameter(let value, _) = member.kind, value == nil, !given.contains(index) else { continue }
      report(
        .badArguments(
          "`\(program.scopes[model.index].name)` needs `\(member.name)`", target.span, "not given", declared: Label(member.span, "a param without a value"),
          hint: "write `\(kind.rawValue) \(program.scopes[model.index].name)(\(member.name): …)`"))
    }
  }
}
