// The steps of journeys, actions, processes and functions.

import SoukModel
import SoukSema
import SoukText

extension Lowering {
  /// Steps with the locals and handles that they make given up at their end.
  func block(_ steps: [TypedStep], _ ctx: CodeContext) throws(EvaluationError) {
    guard let frame = ctx.frame, !ctx.usesRegisters else {
      for step in steps {
        try self.step(step, ctx)
        if try endsHere(step, ctx) { break }
      }
      return
    }
    let slots = frame.nextSlot
    let depth = frame.cleanups.count
    for step in steps {
      try self.step(step, ctx)
      if try endsHere(step, ctx) { break }
    }
    try emitCleanups(downTo: depth, frame)
    frame.cleanups.removeLast(frame.cleanups.count - depth)
    try cleanupsChanged(frame)
    frame.nextSlot = slots
  }

  /// Whether nothing after this step is reached in this instance: a condition that is known before the run leads to an end.
  /// What follows may use what the instance doesn't have.
  private func endsHere(_ step: TypedStep, _ ctx: CodeContext) throws(EvaluationError) -> Bool {
    switch step.kind {
    case .leave, .returning: return true
    case .condition(let c, let then, let otherwise):
      guard try isStatic(c, ctx) else { return false }
      guard let last = try evaluator.condition(c, ctx.env) ? then.last : otherwise.last else { return false }
      return try endsHere(last, ctx)
    default: return false
    }
  }

  func step(_ step: TypedStep, _ ctx: CodeContext) throws(EvaluationError) {
    let place = emitter.at(step.span)
    let mark = emitter.mark
    defer {
      emitter.place = place
      // In functions locals are registers, and live on.
      if !ctx.usesRegisters { emitter.release(to: mark) }
    }
    switch step.kind {
    case .binding(let id, let value): try bind(id, value, ctx)
    case .setLocal(let id, let value):
      let term = try numberTermOrStructure(value, ctx)
      let target = try local(id, step, ctx)
      try writing(value) { () throws(EvaluationError) in try self.assign(target, term, step.span) }
    case .addLocal(let id, let value):
      let target = try local(id, step, ctx)
      let term = try numberTerm(value, ctx)
      try writing(value) { () throws(EvaluationError) in try self.assign(target, self.binary(.add, target, term, step.span), step.span) }
    case .condition(let c, let then, let otherwise): try conditionStep(c, then, otherwise, ctx)
    case .whileLoop(let c, let body): try whileLoop(c, body, ctx)
    case .forLoop(let id, let source, let body): try forLoop(id, source, body, ctx)
    case .returning(let value): try returnStep(value, step, ctx)
    case .expression(let e): try effect(e, ctx)
    case .choose(let arms, let otherwise): try choose(arms, otherwise, step, ctx)
    case .print(let e): try note(e, ctx)
    case .expect, .advance: break
    default: try blocking(step, ctx)
    }
  }

  private func numberTermOrStructure(_ e: TypedExpression, _ ctx: CodeContext) throws(EvaluationError) -> Term {
    let term = try term(e, ctx)
    return term.isLaw && !e.type.isLaw ? try draw(term, e, ctx) : term
  }

  // MARK: Locals

  private func bind(_ id: LocalID, _ value: TypedExpression, _ ctx: CodeContext) throws(EvaluationError) {
    let isVariable = id.index < ctx.localTypes.count && ctx.localTypes[id.index].isVariable
    ctx.env[id] = nil
    if !isVariable, try isStatic(value, ctx), !value.type.isReference {
      let known = try evaluator.evaluate(value, ctx.env)
      ctx.env[id] = known
      ctx.locals[id] = try modelTerm(known, value.type, value.span)
      return
    }
    let term = try numberTermOrStructure(value, ctx)
    if isVariable {
      // A variable needs places of its own, whatever it begins with.
      let parts = try leaves(term, value.span)
      var places: [Term] = []
      for part in parts { places.append(try writing(value) { () throws(EvaluationError) in try self.stored(part, ctx, value.span) }) }
      var rest = places[...]
      ctx.locals[id] = rebuilt(term, &rest)
      return
    }
    ctx.locals[id] = try lasting(term, ctx, value.span)
    guard case .handle(let handle) = term, let frame = ctx.frame else { return }
    // A second name for a handle doesn't keep it.
    let isNamed = frame.cleanups.contains { if case .handle(let other) = $0 { other === handle } else { false } }
    if !isNamed {
      frame.cleanups.append(.handle(handle))
      try cleanupsChanged(frame)
    }
  }

  private func local(_ id: LocalID, _ step: TypedStep, _ ctx: CodeContext) throws(EvaluationError) -> Term {
    guard let term = ctx.locals[id] else { throw .unexpected("the variable `\(ctx.localName(id))` has no place", step.span) }
    return term
  }

  /// A call for its effect: an action, a spawn, or nothing.
  private func effect(_ e: TypedExpression, _ ctx: CodeContext) throws(EvaluationError) {
    switch e.kind {
    case .spawn(let target): _ = try spawn(target, e, ctx, keepsHandle: false)
    case .journeyReference, .journeyCall: _ = try spawn(e, e, ctx, keepsHandle: false)
    default: _ = try term(e, ctx)
    }
  }

  // MARK: Branches and loops

  private func conditionStep(_ c: TypedExpression, _ then: [TypedStep], _ otherwise: [TypedStep], _ ctx: CodeContext) throws(EvaluationError) {
    if try isStatic(c, ctx) { return try block(evaluator.condition(c, ctx.env) ? then : otherwise, ctx) }
    let elseLabel = emitter.label()
    let end = emitter.label()
    let thenLabel = emitter.label()
    if try jumpIfCompared(c, ctx, to: thenLabel) {
      // One op compares and jumps; the other branch comes first.
      try block(otherwise, ctx)
      emitter.jump(end)
      emitter.put(thenLabel, isLast: true)
      try block(then, ctx)
      return emitter.put(end, isLast: true)
    }
    try jumpUnless(c, ctx, to: elseLabel)
    try block(then, ctx)
    if !otherwise.isEmpty { emitter.jump(end) }
    emitter.put(elseLabel, isLast: true)
    try block(otherwise, ctx)
    emitter.put(end, isLast: true)
  }

  private func whileLoop(_ c: TypedExpression, _ body: [TypedStep], _ ctx: CodeContext) throws(EvaluationError) {
    let top = emitter.label()
    let end = emitter.label()
    emitter.put(top)
    try inLoop(ctx) { () throws(EvaluationError) in
      let mark = self.emitter.mark
      let go = self.emitter.label()
      if try self.jumpIfCompared(c, ctx, to: go) {
        self.emitter.jump(end)
        self.emitter.put(go)
      } else {
        try self.jumpUnless(c, ctx, to: end)
      }
      if !ctx.usesRegisters { self.emitter.release(to: mark) }
      try self.block(body, ctx)
    }
    emitter.jump(top)
    emitter.put(end)
  }

  private func inLoop(_ ctx: CodeContext, _ body: () throws(EvaluationError) -> Void) throws(EvaluationError) {
    ctx.frame?.loopDepth += 1
    defer { ctx.frame?.loopDepth -= 1 }
    try body()
  }

  /// Lists and tables are unrolled; a range with ends known only while running, or a long one, is counted.
  private func forLoop(_ id: LocalID, _ source: TypedExpression, _ body: [TypedStep], _ ctx: CodeContext) throws(EvaluationError) {
    defer {
      ctx.locals[id] = nil
      ctx.env[id] = nil
    }
    if case .range(let low, let high, let step) = source.kind {
      let isKnown = try isStatic(source, ctx)
      let count = isKnown ? try evaluator.elements(of: source, ctx.env).count : .max
      if count > 8 { return try countedLoop(id, low, high, step, body, ctx) }
    } else if try isStatic(source, ctx) {
      let items = try evaluator.elements(of: source, ctx.env)
      if items.count > 8, !indexesArray(body, id), try longLoop(id, items, source, body, ctx) { return }
    }
    // A later round passes the same sites again.
    try inLoop(ctx) { () throws(EvaluationError) in
      try self.forEachElement(source, id, ctx) { () throws(EvaluationError) in try self.block(body, ctx) }
    }
  }

  private func countedLoop(_ id: LocalID, _ low: TypedExpression, _ high: TypedExpression, _ step: TypedExpression?, _ body: [TypedStep], _ ctx: CodeContext) throws(EvaluationError) {
    let first = try lasting(numberTerm(low, ctx), ctx, low.span)
    let last = try lasting(numberTerm(high, ctx), ctx, high.span)
    let width = try step.map { (e) throws(EvaluationError) -> Term in try self.lasting(self.numberTerm(e, ctx), ctx, e.span) } ?? .constant(1)
    // Counted from the lower end, as scripts do, so that rounding doesn't add up.
    let steps = try unary(.floor, binary(.add, binary(.divide, binary(.subtract, last, first, high.span), width, high.span), .constant(1e-9), high.span), high.span)
    try loop(count: binary(.add, steps, .constant(1), high.span), ctx, high.span) { (i) throws(EvaluationError) in
      ctx.env[id] = nil
      ctx.locals[id] = try self.lasting(self.binary(.add, first, self.binary(.multiply, i, width, low.span), low.span), ctx, low.span)
      try self.block(body, ctx)
    }
  }

  /// A loop over known numbers, rows or records by columns; false if the elements can't stand in columns.
  private func longLoop(_ id: LocalID, _ items: [Value], _ source: TypedExpression, _ body: [TypedStep], _ ctx: CodeContext) throws(EvaluationError) -> Bool {
    var terms: [Term] = []
    for item in items { terms.append(try modelTerm(item, source.type.elementType, source.span)) }
    for term in terms { if case .constant = term { continue } else { return false } }
    try loop(count: .constant(Double(terms.count)), ctx, source.span) { (i) throws(EvaluationError) in
      ctx.env[id] = nil
      var element = i
      if case .table = source.type {} else { element = try self.pick(terms, i, source.span) }
      ctx.locals[id] = try self.lasting(element, ctx, source.span)
      try self.block(body, ctx)
    }
    return true
  }

  /// Runs the body with 0, 1, … below `count`.
  private func loop(count: Term, _ ctx: CodeContext, _ span: Span, _ body: (Term) throws(EvaluationError) -> Void) throws(EvaluationError) {
    let limit = try lasting(count, ctx, span)
    let counter = try stored(.constant(0), ctx, span)
    let top = emitter.label()
    let end = emitter.label()
    emitter.put(top)
    let mark = emitter.mark
    emitter.emit(.jumpIfLessOrEqual, try register(limit, span), try register(counter, span), end.index)
    if !ctx.usesRegisters { emitter.release(to: mark) }
    try inLoop(ctx) { () throws(EvaluationError) in
      let slots = ctx.frame?.nextSlot
      try body(counter)
      if let slots, !ctx.usesRegisters { ctx.frame?.nextSlot = slots }
    }
    try assign(counter, binary(.add, counter, .constant(1), span), span)
    emitter.jump(top)
    emitter.put(end)
  }

  /// Whether the loop's variable picks an element of an array of components: then each round has code of its own.
  private func indexesArray(_ body: [TypedStep], _ id: LocalID) -> Bool {
    func uses(_ e: TypedExpression) -> Bool {
      if case .element(let base, let row) = e.kind, case .local(id) = row.kind, case .array(.instance, _) = base.type { return true }
      return e.children.contains { uses($0) }
    }
    return body.contains { $0.expressionsInside.contains { uses($0) } }
  }

  // MARK: Return

  private func returnStep(_ value: TypedExpression?, _ step: TypedStep, _ ctx: CodeContext) throws(EvaluationError) {
    guard var target = ctx.returns else { return try endJourney(value, ctx) }
    if let value {
      let term = try numberTermOrStructure(value, ctx)
      let parts = try leaves(term, value.span)
      if target.places.isEmpty {
        for _ in parts { target.places.append(target.usesRegisters ? emitter.register() : (ctx.frame?.dedicatedSlot() ?? 0)) }
        ctx.returns = target
        var places = target.places.map { target.usesRegisters ? Term.register($0) : Term.slot($0) }[...]
        ctx.resultTerm = rebuilt(term, &places)
      }
      guard parts.count == target.places.count else { throw .notInJourneys("results of different shape", value.span) }
      var registers: [Int32] = []
      for part in parts { registers.append(try writing(value) { () throws(EvaluationError) in try self.register(part, value.span) }) }
      for (place, r) in zip(target.places, registers) { emitter.emit(target.usesRegisters ? .move : .storeSlot, place, r) }
    }
    if let frame = ctx.frame { try emitCleanups(downTo: target.cleanupDepth, frame) }
    emitter.jump(target.label)
  }

  /// The end of a journey's steps, or a `return` in it: the outcome is `completed`.
  func endJourney(_ value: TypedExpression?, _ ctx: CodeContext) throws(EvaluationError) {
    guard let frame = ctx.frame else { return }
    var result: Int32 = -1
    if let value { result = try number(value, ctx) }
    try emitCleanups(downTo: 0, frame)
    emitEnd(frame, outcome: frame.outcomes.firstIndex(of: "completed") ?? -1, result: result)
  }

  func emitEnd(_ frame: FrameState, outcome: Int, result: Int32) {
    var result = result
    if result == -1, outcome >= 0, !frame.isProcess, frame.result == .void { result = emitter.constant(Double(outcome)) }
    if emitter.isReachable { frame.ends.append(emitter.code.count) }
    emitter.emit(.end, Int32(outcome), result)
  }

  // MARK: Choice by chance

  private func choose(_ arms: [(chance: TypedExpression, body: [TypedStep])], _ otherwise: [TypedStep], _ step: TypedStep, _ ctx: CodeContext) throws(EvaluationError) {
    var weights: [Term] = []
    for arm in arms { weights.append(try numberTerm(arm.chance, ctx)) }
    var rest = Term.constant(1)
    for weight in weights { rest = try binary(.subtract, rest, weight, step.span) }
    if case .constant(let x) = rest {
      if x < -1e-9 {
        throw EvaluationError("E0321", "the chances add up to more than 100%", at: step.span, "they make \(written(((1 - x) * 100 * 1e6).rounded() / 1e6))%")
      }
      rest = .constant(x < 1e-9 ? 0 : x)
    } else {
      rest = try binary(.maximum, rest, .constant(0), step.span)
    }
    let chooser = TypedExpression(.unknown, .number, step.span)
    var bodies = arms.map(\.body)
    if case .constant(0) = rest {} else {
      weights.append(rest)
      bodies.append(otherwise)
    }
    let index = try drawIndex(weights, chooser, ctx)
    try dispatch(index, bodies.count, step.span) { (i) throws(EvaluationError) in try self.block(bodies[i], ctx) }
  }

  // MARK: What is given back

  /// Ops that give back what is held, innermost first, down to a depth; the list stays.
  func emitCleanups(downTo depth: Int, _ frame: FrameState) throws(EvaluationError) {
    guard frame.cleanups.count > depth else { return }
    for cleanup in frame.cleanups[depth...].reversed() { try emitCleanup(cleanup, lost: true) }
  }

  func emitCleanup(_ cleanup: Cleanup, lost: Bool) throws(EvaluationError) {
    let span = emitter.spans.isEmpty ? program.scopes[modelScope.index].span : emitter.spans[max(0, Int(emitter.place))]
    switch cleanup {
    case .handle(let handle): emitter.drop(handle)
    case .release(let pool, let amount):
      let r = try register(amount, span)
      try emit(.release, 0, r, 0, operand: 0, pool, span) { self.kernelIndex[$0] }
    case .timed(let slot, let tally):
      try emitTimed(lost ? .timeLost : .timeEnd, slot, tally, span)
    }
  }

  func emitTimed(_ code: OpCode, _ slot: Int32, _ reference: ThingReference, _ span: Span) throws(EvaluationError) {
    switch reference {
    case .one(let i): emitter.emit(code, slot, tallyIndex(i, .sample) ?? -1)
    case .picked(let all, let row):
      try dispatch(row, all.count, span) { (k) throws(EvaluationError) in
        self.emitter.emit(code, slot + Int32(k), self.tallyIndex(all[k], .sample) ?? -1)
      }
    }
  }

  /// In the head of a race's arm: tells what a withdrawal has to give back from here on.
  func cleanupsChanged(_ frame: FrameState) throws(EvaluationError) {
    guard let base = frame.armBase else { return }
    let held = Array(frame.cleanups[min(base, frame.cleanups.count)...])
    let accounts = frame.armReservations
    if held.isEmpty, accounts.isEmpty { return emitter.emit(.unwindAt, -1) }
    let label = emitter.label()
    emitter.emit(.unwindAt, label.index)
    let place = emitter.place
    pending.append { [self] in
      attempt { () throws(EvaluationError) in
        emitter.place = place
        emitter.put(label)
        for cleanup in held.reversed() { try emitCleanup(cleanup, lost: true) }
        for account in accounts {
          if let slot = frame.reservations[account] { emitter.emit(.releaseReservation, slot, kernelIndex[account]) }
        }
        emitter.emit(.unwound)
      }
    }
  }
}
