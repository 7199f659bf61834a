// What is called and what is spawned: actions, whose steps are written in place of the call, and journeys that go on by themselves.

import SoukModel
import SoukSema
import SoukText

extension Lowering {
  // MARK: Actions

  func callAction(_ base: TypedExpression?, _ scope: ScopeID, _ member: MemberID, _ arguments: [TypedExpression], _ e: TypedExpression, _ ctx: CodeContext) throws(EvaluationError) -> Term {
    guard case .action(let action) = program.scopes[scope.index].members[member.index].kind else { throw .unexpected("this isn't an action", e.span) }
    guard let frame = ctx.frame, tracker == nil else { throw .notInJourneys("an action in a formula", e.span) }
    var terms: [Term] = []
    var known: [Value?] = []
    for argument in arguments {
      let isKnown = try isStatic(argument, ctx) && !argument.type.isReference
      known.append(isKnown ? try evaluator.evaluate(argument, ctx.env) : nil)
      let term = try term(argument, ctx)
      terms.append(try lasting(term.isLaw && !argument.type.isLaw ? draw(term, argument, ctx) : term, ctx, argument.span, copySlots: false))
    }
    var target = Term.value(.instance(ctx.instance))
    if let base { target = try reference(base, ctx) }
    switch target {
    case .value(.instance(let path)): return try inline(action, scope, member, path, terms, known, frame, e.span)
    case .picked(let paths, let row): return try inlinePicked(action, scope, member, paths, row, terms, known, frame, e.span, ctx)
    default: throw .unexpected("an action of what isn't a component", e.span)
    }
  }

  private func inlinePicked(
    _ action: Action, _ scope: ScopeID, _ member: MemberID, _ paths: [InstancePath], _ row: Term, _ terms: [Term], _ known: [Value?],
    _ frame: FrameState, _ span: Span, _ ctx: CodeContext
  ) throws(EvaluationError) -> Term {
    let row = try lasting(row, ctx, span)
    let resultShape = shape(action.result)
    var slots: [Term] = []
    if let resultShape, action.result != .void {
      for _ in 0..<size(of: resultShape) { slots.append(.slot(frame.dedicatedSlot())) }
    }
    try dispatch(row, paths.count, span) { (i) throws(EvaluationError) in
      let term = try self.inline(action, scope, member, paths[i], terms, known, frame, span)
      if !slots.isEmpty { try self.assign(.list(slots), term, span) }
    }
    guard let resultShape, !slots.isEmpty else { return .nothing }
    var places = slots[...]
    return rebuilt(resultShape, &places)
  }

  private func inline(
    _ action: Action, _ scope: ScopeID, _ member: MemberID, _ path: InstancePath, _ terms: [Term], _ known: [Value?], _ frame: FrameState,
    _ span: Span
  ) throws(EvaluationError) -> Term {
    guard let instance = instanceIndex[path] else { throw .unexpected("an action of what isn't a component", span) }
    let key = BodyKey.member(scope, member)
    let name = program.scopes[scope.index].members[member.index].name
    guard frame.inlining.count < 100 else {
      throw .unexpected("the action `\(name)` calls itself", span)
    }
    frame.inlining.append(key)
    defer { frame.inlining.removeLast() }
    let inner = CodeContext(instance: path, owner: Self.joined(instances[instance].name, name), body: key, locals: action.body.locals, frame: frame)
    for (i, parameter) in action.parameters.enumerated() {
      if i < terms.count {
        inner.locals[parameter] = terms[i]
        if let value = known[i] { inner.env[parameter] = value }
      } else if parameter.index < action.body.locals.count, let value = action.body.locals[parameter.index].value {
        if try isStatic(value, inner), !value.type.isReference { inner.env[parameter] = try evaluator.evaluate(value, inner.env) }
        inner.locals[parameter] = try lasting(term(value, inner), inner, span)
      }
    }
    let end = emitter.label()
    var places: [Int32] = []
    if action.result != .void, let shape = shape(action.result) {
      for _ in 0..<size(of: shape) { places.append(frame.slot()) }
      var terms = places.map { Term.slot($0) }[...]
      inner.resultTerm = rebuilt(shape, &terms)
    }
    inner.returns = ReturnTarget(label: end, places: places, usesRegisters: false, cleanupDepth: frame.cleanups.count)
    try block(action.body.steps, inner)
    emitter.put(end, isLast: true)
    return inner.resultTerm ?? .nothing
  }

  // MARK: Spawning

  func spawn(_ target: TypedExpression, _ e: TypedExpression, _ ctx: CodeContext, keepsHandle: Bool) throws(EvaluationError) -> Term {
    let start = try journeyStart(target, Binding(expression: target, env: ctx.env), ctx)
    let isSingle = weight != 1 && ctx.frame?.isSingle ?? false
    let index = journeyNumber(JourneyKey(MemberKey(instance: start.instance, member: start.member), isSingle: isSingle))
    guard case .journey(let journey) = program.scopes[instances[start.instance].scope.index].members[start.member.index].kind else {
      throw .unexpected("this isn't a journey", e.span)
    }
    doings.spawns(index, by: ctx.frame)
    let values = try arguments(journey, start)
    var registers: [Int32] = []
    for value in values { registers.append(try register(value, e.span)) }
    let name = streamName(e.span, ctx)
    let wanted = keepsHandle && ctx.frame != nil
    model.spawns.append(SpawnSite(journey: index, arguments: registers, origin: origin(name), keepsHandle: wanted))
    let r = emitter.register()
    emitter.emit(.spawn, r, Int32(model.spawns.count - 1))
    guard wanted, let frame = ctx.frame else { return .register(r) }
    let handle = SpawnedHandle(slot: frame.slot())
    emitter.emit(.storeSlot, handle.slot, r)
    return .handle(handle)
  }

  /// A journey to be started: where it is, and its arguments with what they see.
  struct JourneyStart {
    var instance: Int
    var member: MemberID
    var arguments: [TypedExpression]
    var context: CodeContext
  }

  /// Follows references and parameters to a journey; the arguments are those of the outermost place that gives any.
  func journeyStart(_ e: TypedExpression, _ binding: Binding, _ ctx: CodeContext) throws(EvaluationError) -> JourneyStart {
    switch e.kind {
    case .journeyReference(let base, _, let id, let arguments):
      var path = ctx.instance
      if let base {
        guard case .value(.instance(let p)) = try reference(base, ctx) else { throw .notInJourneys("a journey picked while running", e.span) }
        path = p
      }
      guard let instance = instanceIndex[path] else { throw .unexpected("a journey of what isn't a component", e.span) }
      return JourneyStart(instance: instance, member: id, arguments: arguments ?? [], context: ctx)
    case .journeyCall(let f, let arguments):
      var start = try journeyStart(f, binding, ctx)
      if start.arguments.isEmpty {
        start.arguments = arguments
        start.context = ctx
      }
      return start
    case .member(let id):
      if let instance = instanceIndex[ctx.instance] { return try parameterJourney(id, instance, e, ctx) }
    case .access(let base, _, let id):
      if case .value(.instance(let path)) = try reference(base, ctx), let instance = instanceIndex[path] {
        return try parameterJourney(id, instance, e, ctx)
      }
    case .local(let id):
      if case .value(.journey(let path, let member))? = ctx.locals[id], let instance = instanceIndex[path] {
        return JourneyStart(instance: instance, member: member, arguments: [], context: ctx)
      }
    default: break
    }
    throw .unexpected("this isn't a journey", e.span)
  }

  /// A journey parameter: the journey that its instance was given, or its default.
  private func parameterJourney(_ id: MemberID, _ instance: Int, _ e: TypedExpression, _ ctx: CodeContext) throws(EvaluationError) -> JourneyStart {
    let declared = program.scopes[instances[instance].scope.index].members[id.index]
    switch declared.kind {
    case .journey: return JourneyStart(instance: instance, member: id, arguments: [], context: ctx)
    case .parameter(let value, _):
      var binding = instances[instance].arguments[declared.name]
      if binding == nil, let value { binding = Binding(expression: value, env: Environment(instance: instances[instance].path)) }
      guard let binding else { throw .noValue(declared.name, declared.span) }
      let outer = CodeContext(
        instance: binding.env.instance ?? InstancePath(), owner: ctx.owner, body: ctx.body, locals: [], frame: ctx.frame)
      outer.env = binding.env
      outer.adoptStatics(self)
      return try journeyStart(binding.expression, binding, outer)
    default: throw .unexpected("this isn't a journey", e.span)
    }
  }

  /// The numbers of a journey's arguments, in the order of its parameters' slots.
  func arguments(_ journey: SoukSema.Journey, _ start: JourneyStart) throws(EvaluationError) -> [Term] {
    var values: [Term] = []
    for (i, parameter) in journey.parameters.enumerated() {
      let type = journey.body.type(of: parameter)
      guard let shape = shape(type) else { continue }
      var given: Term
      if i < start.arguments.count {
        let e = start.arguments[i]
        let term = try term(e, start.context)
        given = term.isLaw ? try draw(term, e, start.context) : term
      } else if let value = journey.body.locals[parameter.index].value {
        let inner = CodeContext(instance: instances[start.instance].path, owner: start.context.owner, body: start.context.body, locals: [], frame: start.context.frame)
        given = try term(value, inner)
      } else {
        given = .nothing
      }
      let parts = try leaves(given, program.scopes[modelScope.index].span)
      values += parts.count == size(of: shape) ? parts : [Term](repeating: .constant(.nan), count: size(of: shape))
    }
    return values
  }

  func handleState(_ handle: TypedExpression, _ state: TypedExpression.HandleState, _ e: TypedExpression, _ ctx: CodeContext) throws(EvaluationError) -> Term {
    let slot: Int32
    switch try term(handle, ctx) {
    case .handle(let handle): slot = handle.slot
    case .slot(let s): slot = s
    default: throw .notInJourneys("the state of what isn't a handle", e.span)
    }
    tracker?.handleSlots.insert(slot)
    let r = emitter.register()
    switch state {
    case .started: emitter.emit(.handleStarted, r, slot)
    case .done: emitter.emit(.handleDone, r, slot)
    case .result: emitter.emit(.handleResult, r, slot)
    }
    return .register(r)
  }
}
