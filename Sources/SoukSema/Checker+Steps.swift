// Steps of journeys, actions, processes, functions and tests.

internal import SoukSyntax
internal import SoukText
internal import SoukUnits

extension Checker {
  /// Checks the steps of a body in a place of its own. With `keep`, the state set up by the caller (journey, outcomes) stays.
  mutating func checkBody(
    place: Place, parameters: [Parameter], types: [Type] = [], steps: [Step], returns: Type?, keep: Bool = false
  ) -> (body: Body, parameters: [LocalID]) {
    self.place = place
    if !keep { (journey, outcomes) = (nil, []) }
    joinDepth = 0
    locals = []
    localNames = [[:]]
    localShown = [:]
    returnType = returns
    returnFound = false
    returnsText = place == .journey
    var ids: [LocalID] = []
    for (index, parameter) in parameters.enumerated() {
      let type = index < types.count ? types[index] : parameter.type.map { self.type($0) } ?? .quantity(solver.fresh())
      var value: TypedExpression?
      if let tree = parameter.value { value = coerce(check(tree, expected: type), to: type) } else { value = nothing(of: type, parameter.name.span) }
      ids.append(addLocal(parameter.name, type, isVariable: false, value: value))
    }
    let typed = checkSteps(steps)
    for index in locals.indices { locals[index].type = resolved(locals[index].type) }
    return (Body(locals: locals, steps: typed, expression: nil), ids)
  }

  mutating func checkSteps(_ steps: [Step]) -> [TypedStep] {
    localNames.append([:])
    let known = present
    defer {
      localNames.removeLast()
      present = known
    }
    var out: [TypedStep] = []
    var ended: (span: Span, why: String)?
    for step in steps {
      if let after = ended {
        report(.unreachable(step.span, after: after.span, why: after.why))
        ended = nil
      }
      guard let kind = checkStep(step) else { continue }
      let typed = TypedStep(kind: kind, span: step.span)
      out.append(typed)
      if ends(typed) { ended = (step.span, whyEnds(kind)) }
    }
    return out
  }

  private func whyEnds(_ kind: TypedStep.Kind) -> String {
    switch kind {
    case .whileLoop: "this goes round for ever"
    case .returning: "it ends here"
    default: place == .journey ? "every entity leaves here" : "it always ends here"
    }
  }

  /// Whether nothing after this step is ever reached.
  func ends(_ step: TypedStep) -> Bool {
    switch step.kind {
    case .leave, .returning: true
    case .condition(_, let a, let b): endsAlways(a) && endsAlways(b)
    case .choose(let arms, let otherwise):
      !arms.isEmpty && arms.allSatisfy { endsAlways($0.body) } && (endsAlways(otherwise) || arms.reduce(0) { $0 + (constant($1.chance) ?? 0) } >= 1 - 1e-9)
    case .first(let arms): arms.allSatisfy { endsAlways($0.body) }
    // There is no way out of a loop but `return` and `leave`, which don't come past it.
    case .whileLoop(let condition, _): if case .bool(true) = condition.kind { true } else { false }
    case .hold(_, _, let clauses, let body): endsAlways(body) && (clauses.otherwise.map { endsAlways($0) } ?? true) && clauses.patience == nil
    case .time(_, let body): endsAlways(body)
    default: false
    }
  }

  func endsAlways(_ steps: [TypedStep]) -> Bool { steps.last.map { ends($0) } ?? false }

  func takesTime(_ steps: [TypedStep]) -> Bool {
    steps.contains { step in
      switch step.kind {
      case .use, .hold, .seize, .put, .take, .await, .join, .wait, .waitUntil, .first: true
      case .binding(_, let e), .setLocal(_, let e), .setThing(_, let e), .expression(let e), .returning(let e?): blocks(e)
      case .condition(let c, let a, let b): blocks(c) || takesTime(a) || takesTime(b)
      case .choose(let arms, let other): arms.contains { takesTime($0.body) } || takesTime(other)
      case .whileLoop(let c, let body): blocks(c) || takesTime(body)
      case .forLoop(_, _, let body), .time(_, let body): takesTime(body)
      case .transfer(_, _, _, let other), .reserve(_, _, let other), .capture(_, _, _, let other): takesTime(other ?? [])
      default: false
      }
    }
  }

  private func blocks(_ e: TypedExpression) -> Bool {
    switch e.kind {
    case .actionCall(_, let scope, let id, _):
      if case .action(let action) = program.scopes[scope.index].members[id.index].kind { return action.blocks }
      return false
    case .not(let inner): return blocks(inner)
    default: return false
    }
  }

  private mutating func needsTime(_ verb: String, _ span: Span) {
    if !place.timePasses { report(.blocksOutside(verb, where: place.words, span)) }
  }

  private mutating func checkStep(_ step: Step) -> TypedStep.Kind? {
    switch step.kind {
    case .binding(let binding), .variable(let binding): return bindingStep(binding, isVariable: { if case .variable = step.kind { true } else { false } }())
    case .use(let target, let duration, let clauses):
      needsTime("use", step.span)
      let station = thing(target, [.station], "use", "a station")
      let time = duration.map { checkQuantity($0, .time) }
      if time == nil { needsService(station, target.span) }
      return .use(station, for: time, checkClauses(clauses, canBalk: hasCapacity(station)))
    case .hold(let amount, let pool, let clauses, let body):
      needsTime("hold", step.span)
      let (n, p) = amountOf(amount, pool, [.pool], "hold", "a pool")
      let typed = checkClauses(clauses, canBalk: false)
      return .hold(n, of: p, typed, body: checkSteps(body))
    case .seize(let amount, let pool, let clauses):
      needsTime("seize", step.span)
      let (n, p) = amountOf(amount, pool, [.pool], "seize", "a pool")
      return .seize(n, of: p, checkClauses(clauses, canBalk: false))
    case .release(let amount, let pool):
      needsTime("release", step.span)
      let (n, p) = amountOf(amount, pool, [.pool, .account], "release", "a pool")
      return .release(n, of: p)
    case .put(let amount, let level, let clauses):
      needsTime("put", step.span)
      let (n, p) = amountOf(amount, level, [.level], "put", "a level")
      return .put(n, into: p, checkClauses(clauses, canBalk: false))
    case .take(let amount, let level, let clauses):
      needsTime("take", step.span)
      let (n, p) = amountOf(amount, level, [.level], "take", "a level")
      return .take(n, from: p, checkClauses(clauses, canBalk: false))
    case .transfer(let amount, let from, let to, let otherwise):
      needsTime("transfer", step.span)
      let (n, a) = amountOf(amount, from, [.account], "transfer", "an account")
      let b = thing(to, [.account], "transfer", "an account")
      sameCurrency(a, b)
      return .transfer(n, from: a, to: b, otherwise: otherwise.map { checkSteps($0) })
    case .reserve(let amount, let account, let otherwise):
      needsTime("reserve", step.span)
      let (n, a) = amountOf(amount, account, [.account], "reserve", "an account")
      return .reserve(n, of: a, otherwise: otherwise.map { checkSteps($0) })
    case .capture(let amount, let account, let to, let otherwise):
      needsTime("capture", step.span)
      let (n, a) = amountOf(amount, account, [.account], "capture", "an account")
      let b = thing(to, [.account], "capture", "an account")
      sameCurrency(a, b)
      return .capture(n, of: a, to: b, otherwise: otherwise.map { checkSteps($0) })
    case .await(let condition, let clauses):
      needsTime("await", step.span)
      readsLive = false
      readsClock = false
      let value = coerce(check(condition), to: .bool)
      if value.type != .unknown, !readsLive { report(.neverChanges(condition.span, time: readsClock)) }
      return .await(value, checkClauses(clauses, canBalk: false))
    case .join(let batch, let clauses, let body):
      needsTime("join", step.span)
      let target = thing(batch, [.batch], "join", "a batch")
      let typed = checkClauses(clauses, canBalk: false)
      joinDepth += 1
      defer { joinDepth -= 1 }
      return .join(target, typed, body: body.map { checkSteps($0) } ?? [])
    case .set(let target, let value): return assignment(target, value, adds: false)
    case .add(let target, let value): return assignment(target, value, adds: true)
    case .record(let target, let value):
      needsTime("record", step.span)
      let (measure, dimension) = observed(target, [.measure], "record", "a measure")
      return .record(measure, checkQuantity(value, dimension))
    case .count(let target, let value):
      needsTime("count", step.span)
      let (counter, dimension) = observed(target, [.counter], "count", "a counter")
      if value == nil, dimension.currency != nil { report(.badArguments("a counter of \(solver.describe(dimension)) counts amounts", step.span, hint: "write `count \(nameText(target) ?? "it"): amount`")) }
      return .count(counter, value.map { checkQuantity($0, dimension) })
    case .wait(let time):
      needsTime("wait", step.span)
      let value = checkWhole(time)
      if case .dist = resolved(value.type) {
        report(.wrongType(describe(value.type), expected: "Time", value.span, hints: [Hint("`wait sample(…)` draws from it")]))
        return nil
      }
      let duration = coerce(readThing(value) ?? value, to: .time)
      if let t = constant(duration), t < 0 { report(.badArguments("one can't wait a negative time", time.span)) }
      return .wait(duration)
    case .waitUntil(let moment):
      needsTime("wait until", step.span)
      let value = check(moment)
      switch resolved(value.type) {
      case .date, .clock, .calendar, .unknown: return .waitUntil(value)
      default: return .waitUntil(coerce(value, to: .time))
      }
    case .choose(let arms): return chooseStep(arms, step.span)
    case .spawn(let journey): return .expression(checkSpawn(journey, step.span))
    case .first(let arms):
      needsTime("first", step.span)
      return .first(arms.compactMap { arm in
        localNames.append([:])
        defer { localNames.removeLast() }
        guard let head = raceHead(arm.head) else { return nil }
        return (head: head, body: checkSteps(arm.body))
      })
    case .leave(let name): return leave(name, step.span)
    case .condition(let condition, let then, let otherwise):
      let value = checkCondition(condition)
      let known = presence(in: condition)
      let first = with(present: known.whenTrue) { $0.checkSteps(then) }
      let second = otherwise.map { steps in with(present: known.whenFalse) { $0.checkSteps(steps) } } ?? []
      // The steps after an `if` that leads away know what made it not be taken.
      if endsAlways(first) { present.formUnion(known.whenFalse) }
      if endsAlways(second) { present.formUnion(known.whenTrue) }
      return .condition(value, then: first, otherwise: second)
    case .whileLoop(let condition, let body):
      let value = checkCondition(condition)
      return .whileLoop(value, body: checkSteps(body))
    case .forLoop(let name, let source, let body):
      let list = check(source)
      localNames.append([:])
      defer { localNames.removeLast() }
      let id = addLocal(name, elementType(list), isVariable: false)
      return .forLoop(id, in: list, body: checkSteps(body))
    case .returning(let value): return returning(value, step.span)
    case .time(let target, let body):
      needsTime("time", step.span)
      let (measure, dimension) = observed(target, [.measure], "time", "a measure")
      if !solver.unify(dimension, .time) { report(.wrongType("a measure of \(solver.describe(dimension))", expected: "a measure of Time", target.span)) }
      return .time(measure, body: checkSteps(body))
    case .expect(let condition):
      let value = check(condition)
      switch resolved(value.type) {
      case .bool, .claim, .unknown: break
      default: report(.wrongType(describe(value.type), expected: "a truth value", value.span))
      }
      return .expect(value)
    case .print(let value): return .print(resolvedTree(check(value)))
    case .advance(let target, let to):
      if place != .test { report(.misplaced("`advance`", "belongs to the script or a test, not inside a model", step.span)) }
      let (simulation, typed) = checkAdvance(target, to)
      return .advance(simulation, typed)
    case .expression(let e):
      let value = checkWhole(e)
      if case .actionCall = value.kind { return .expression(value) }
      if value.type != .unknown, place.timePasses {
        report(.misplaced("this value", "isn't used", e.span, hint: "keep it with `let x = …`, or remove it"))
      }
      return .expression(value)
    case .missing: return nil
    }
  }

  private mutating func raceHead(_ step: Step) -> TypedStep? {
    let isWait: Bool
    switch step.kind {
    case .wait, .waitUntil, .use, .await, .take, .put, .join, .seize: isWait = true
    case .expression(let e): if case .call = e.kind { isWait = true } else { isWait = false }
    default: isWait = false
    }
    if !isWait {
      report(.misplaced("this step", "can't head an arm of `first`", step.span, hint: "an arm begins with a wait: `wait 5 min => …`, `await paid => …`, `use desk => …`"))
    }
    return checkStep(step).map { TypedStep(kind: $0, span: step.span) }
  }

  private mutating func bindingStep(_ binding: Binding, isVariable: Bool) -> TypedStep.Kind? {
    let expected = binding.type.map { type($0) }
    guard let tree = binding.value else { return nil }
    var value = checkWhole(tree, expected: expected)
    if let expected {
      value = coerce(value, to: expected, why: binding.type.map { Label($0.span, "declared here") })
    } else {
      value = readThing(value) ?? value
    }
    if value.type == .void { report(.wrongType("nothing", expected: "a value", value.span, hints: [Hint("the action returns none; call it on a line of its own")])) }
    let id = addLocal(binding.name, expected ?? value.type, isVariable: isVariable, value: nil)
    if let shown = value.shown { localShown[id] = shown }
    return .binding(id, resolvedTree(value))
  }

  // MARK: Things that verbs work on

  /// A thing of one of these kinds, or a mistake.
  private mutating func thing(_ tree: Expression, _ kinds: [ThingKind], _ verb: String, _ wants: String) -> TypedExpression {
    let value = check(tree)
    switch resolved(value.type) {
    case .thing(let kind, _) where kinds.contains(kind): return value
    case .unknown: return value
    case .array(.thing(let kind, _), let table) where kinds.contains(kind):
      report(.wrongKind(verb, wants: wants, found: describe(value.type), tree.span, hint: "say which: `\(nameText(tree) ?? "it")[…]` with a row of \(program.tables[table.index].name)"))
    default:
      var declared: Label?
      if case .member(let id) = value.kind, let scope { declared = Label(program.scopes[scope.index].members[id.index].span, "declared here") }
      report(.wrongKind(verb, wants: wants, found: describe(value.type), tree.span, declared: declared, hint: verbHint(value.type, tree)))
    }
    return TypedExpression(.unknown, .unknown, tree.span)
  }

  private func verbHint(_ type: Type, _ tree: Expression) -> String? {
    let it = written(tree) ?? "it"
    return switch resolved(type) {
    case .thing(.station, _): "a station is used: `use \(it)`"
    case .thing(.pool, _): "a pool is held: `hold 1 of \(it) { … }`"
    case .thing(.level, _): "a level is filled and emptied: `put 5 into \(it)`, `take 5 from \(it)`"
    case .thing(.counter, _): "a counter counts: `count \(it)`"
    case .thing(.gauge, _): "a gauge is set: `set \(it): value`"
    case .thing(.measure, _): "a measure records: `record \(it): value`, `time \(it) { … }`"
    case .thing(.account, _): "money is moved: `transfer 5 CNY from \(it) to other`"
    case .thing(.batch, _): "a batch is joined: `join \(it) { … }`"
    default: nil
    }
  }

  private mutating func amountOf(_ amount: Expression, _ target: Expression, _ kinds: [ThingKind], _ verb: String, _ wants: String) -> (TypedExpression, TypedExpression) {
    let to = thing(target, kinds, verb, wants)
    guard case .thing(_, let d) = to.type else { return (check(amount), to) }
    return (checkQuantity(amount, d, why: Label(target.span, "\(nameText(target) ?? "it") is in \(solver.describe(d))")), to)
  }

  private mutating func observed(_ tree: Expression, _ kinds: [ThingKind], _ verb: String, _ wants: String) -> (TypedExpression, Dimension) {
    let to = thing(tree, kinds, verb, wants)
    if case .thing(_, let d) = to.type { return (to, d) }
    return (to, solver.fresh())
  }

  private mutating func sameCurrency(_ a: TypedExpression, _ b: TypedExpression) {
    guard case .thing(_, let x) = a.type, case .thing(_, let y) = b.type, !solver.unify(x, y) else { return }
    report(.mixedUnits("move \(solver.describe(x)) into an account of \(solver.describe(y))", "an account of \(solver.describe(x))", "an account of \(solver.describe(y))", a.span, b.span, at: b.span))
  }

  /// The declaration of a station (or of an array of them) that a step names; nil if it came as a value.
  private func stationMember(_ station: TypedExpression) -> ScopeMember? {
    var e = station
    if case .element(let base, _) = e.kind { e = base }
    switch e.kind {
    case .member(let id): return scope.map { program.scopes[$0.index].members[id.index] }
    case .access(_, let scope, let id): return program.scopes[scope.index].members[id.index]
    default: return nil
    }
  }

  /// Whether a station can turn somebody away.
  private func hasCapacity(_ station: TypedExpression) -> Bool {
    guard let member = stationMember(station), case .thing(let thing) = member.kind, case .kernel(.station) = thing.kind else { return true }
    return thing.field("capacity") != nil
  }

  private mutating func needsService(_ station: TypedExpression, _ span: Span) {
    guard let member = stationMember(station), case .thing(let thing) = member.kind, case .kernel(.station) = thing.kind else { return }
    if thing.field("service") == nil, thing.field("rate") == nil {
      report(.badArguments("`\(member.name)` has no service time of its own", span, declared: Label(member.span, "declared without `service`"), hint: "write `use \(member.name) for 5 min`, or give the station a `service`"))
    }
  }

  private mutating func checkClauses(_ clauses: Clauses, canBalk: Bool) -> TypedClauses {
    let priority = clauses.priority.map { checkQuantity($0, .dimensionless) }
    let patience = clauses.patience.map { tree -> TypedExpression in
      let value = check(tree)
      if case .dist(let t) = resolved(value.type), fits(t, .time) { return TypedExpression(.builtin(.sample, [value]), .time, value.span) }
      return coerce(value, to: .time)
    }
    var balked: Int?
    var reneged: Int?
    if clauses.otherwise == nil, place == .journey {
      if canBalk { balked = outcome("balked") }
      if patience != nil { reneged = outcome("reneged") }
    }
    return TypedClauses(
      priority: priority, patience: patience, otherwise: clauses.otherwise.map { checkSteps($0) }, balkedOutcome: balked, renegedOutcome: reneged)
  }

  private mutating func outcome(_ name: String) -> Int {
    if let index = outcomes.firstIndex(of: name) { return index }
    outcomes.append(name)
    return outcomes.count - 1
  }

  // MARK: Assignment

  private mutating func assignment(_ tree: Expression, _ value: Expression, adds: Bool) -> TypedStep.Kind? {
    let verb = adds ? "add" : "set"
    let target = check(tree)
    switch target.kind {
    case .local(let id):
      if !locals[id.index].isVariable {
        report(.notVariable(locals[id.index].name, tree.span, declared: localSpans[id].map { Label($0, "declared here, to stay as it is") }, hint: "declare it with `var \(locals[id.index].name) = …`"))
      }
      let typed = coerce(adds ? check(value, expected: target.type) : checkWhole(value, expected: target.type), to: target.type)
      return adds ? .addLocal(id, typed) : .setLocal(id, typed)
    default: break
    }
    switch resolved(target.type) {
    case .thing(.gauge, let d):
      if adds { return .addThing(target, checkQuantity(value, d)) }
      return .setThing(target, coerce(checkWhole(value, expected: .quantity(d)), to: .quantity(d)))
    case .unknown:
      _ = check(value)
      return nil
    case .thing(let kind, _):
      report(.wrongKind(verb, wants: "a gauge or a `var`", found: "a \(kind.rawValue)", tree.span, hint: verbHint(target.type, tree)))
    default:
      var declared: Label?
      if case .member(let id) = target.kind, let scope { declared = Label(program.scopes[scope.index].members[id.index].span, "declared here, to stay as it is") }
      report(.notVariable(nameText(tree) ?? "this", tree.span, declared: declared, hint: "a `gauge` and a `var` can be changed while a model runs"))
    }
    return nil
  }

  // MARK: Ways out and forks

  private mutating func chooseStep(_ arms: [Arm], _ span: Span) -> TypedStep.Kind {
    if !place.timePasses { report(.blocksOutside("choose", where: place.words, span)) }
    var typed: [(chance: TypedExpression, body: [TypedStep])] = []
    var otherwise: [TypedStep] = []
    var sum = 0.0
    var known = true
    var labels: [Label] = []
    var hasElse = false
    for arm in arms {
      guard let tree = arm.chance else {
        if hasElse { report(.badArguments("`choose` has one `else`", arm.span)) }
        hasElse = true
        otherwise = checkSteps(arm.body)
        continue
      }
      let chance = checkQuantity(tree, .dimensionless)
      if let p = constant(chance) {
        sum += p
        labels.append(Label(tree.span, "\(NumberText.format(p * 100))%"))
        if p < 0 || p > 1 { report(.badArguments("a chance is between 0% and 100%", tree.span)) }
      } else {
        known = false
      }
      typed.append((chance, checkSteps(arm.body)))
    }
    if known, sum > 1 + 1e-9 {
      let last = labels.popLast()
      report(.chancesExceedOne(sum, last?.span ?? span, arms: labels))
    } else if known, sum < 1 - 1e-9, !hasElse {
      report(.badArguments("the chances add up to \(NumberText.format(sum * 100))%: what happens otherwise?", span, hint: "add `else => …`"))
    }
    return .choose(typed, otherwise: otherwise)
  }

  private mutating func leave(_ name: StringLiteral?, _ span: Span) -> TypedStep.Kind? {
    guard place == .journey else {
      report(place == .action ? .leaveInAction(span) : .blocksOutside("leave", where: place.words, span))
      return nil
    }
    guard let name else { return .leave(outcome: 0) }
    guard let text = name.plain else {
      report(.badArguments("an outcome's name is fixed, without values in it", name.span))
      return nil
    }
    return .leave(outcome: outcome(text))
  }

  private mutating func returning(_ value: Expression?, _ span: Span) -> TypedStep.Kind? {
    guard let wanted = returnType else {
      report(.misplaced("`return`", "belongs in a function, an action or a journey", span))
      return nil
    }
    guard let value else {
      if wanted != .void, place != .journey { report(.wrongType("nothing", expected: describe(wanted), span)) }
      return .returning(nil)
    }
    if wanted == .void {
      report(.wrongType("a value", expected: "no value: the action declares none", value.span, hints: [Hint("declare it: `action name() -> Time`")]))
    }
    let typed = checkWhole(value, expected: wanted)
    if returnsText, !returnFound, case .quantity = wanted, typed.type.dimension == nil {
      returnType = typed.type
      returnFound = true
      return .returning(typed)
    }
    returnFound = true
    return .returning(coerce(typed, to: returnType ?? wanted))
  }
}
