// The steps that touch things or take time: stations, pools, levels, accounts, batches, observations, races.

import SoukModel
import SoukSema
import SoukText

extension Lowering {
  func blocking(_ step: TypedStep, _ ctx: CodeContext) throws(EvaluationError) {
    guard let frame = ctx.frame else { throw .notInJourneys("this step", step.span) }
    switch step.kind {
    case .use(let station, let duration, let clauses): try use(station, duration, clauses, step, ctx, frame)
    case .hold(let n, let pool, let clauses, let body): try hold(n, pool, clauses, body, step, ctx, frame)
    case .seize(let n, let pool, let clauses):
      let amount = try register(perEntity(numberTerm(n, ctx), frame, n.span), n.span)
      let reference = try thing(pool, ctx)
      try request(.seize, reference, amount: amount, clauses, step, ctx) { self.kernelIndex[$0] }
    case .release(_, let account) where isAccount(account):
      let i = try self.account(account, ctx)
      emitter.emit(.releaseReservation, reservation(i, frame), kernelIndex[i])
    case .release(let n, let pool):
      let amount = try register(perEntity(numberTerm(n, ctx), frame, n.span), n.span)
      try emit(.release, 0, amount, 0, operand: 0, thing(pool, ctx), step.span) { self.kernelIndex[$0] }
    case .put(let n, let level, let clauses): try levelRequest(.put, n, level, clauses, step, ctx, frame)
    case .take(let n, let level, let clauses): try levelRequest(.take, n, level, clauses, step, ctx, frame)
    case .transfer(let x, let from, let to, let otherwise): try transfer(x, from, to, otherwise, step, ctx, frame)
    case .reserve(let x, let account, let otherwise): try reserve(x, account, otherwise, step, ctx, frame)
    case .capture(let x, let from, let to, let otherwise): try capture(x, from, to, otherwise, step, ctx, frame)
    case .await(let condition, let clauses): try await_(condition, clauses, step, ctx)
    case .join(let batch, let clauses, let body): try join(batch, clauses, body, step, ctx, frame)
    case .record(let measure, let x): try record(measure, x, step, ctx)
    case .count(let counter, let x): try count(counter, x, step, ctx, frame)
    case .setThing(let gauge, let x):
      let value = try number(x, ctx)
      let reference = try thing(gauge, ctx)
      try emit(.setCell, 0, value, 0, operand: 0, reference, step.span) { self.cellIndex($0, .value) ?? self.cellIndex($0, .count) ?? -1 }
    case .addThing(let target, let x): try add(target, x, step, ctx, frame)
    case .wait(let d): emitter.emit(.wait, try number(d, ctx))
    case .waitUntil(let t): try waitUntil(t, ctx)
    case .first(let arms): try race(arms, step, ctx, frame)
    case .leave(let outcome): try leave(outcome, ctx, frame)
    case .time(let measure, let body): try time(measure, body, step, ctx, frame)
    default: throw .unexpected("no code for this step", step.span)
    }
  }

  private func leave(_ outcome: Int, _ ctx: CodeContext, _ frame: FrameState) throws(EvaluationError) {
    try emitCleanups(downTo: 0, frame)
    emitEnd(frame, outcome: outcome, result: -1)
  }

  private func waitUntil(_ t: TypedExpression, _ ctx: CodeContext) throws(EvaluationError) {
    switch t.type {
    case .clock where try !isStatic(t, ctx):
      // A time of day known only while running, such as a row's: how long until it is that late, at least a moment and at most
      // a day.
      let now = emitter.register()
      emitter.emit(.now, now)
      let late = try binary(.add, .register(now), .constant(clockOffset(period: 86_400)), t.span)
      let left = try binary(.modulo, binary(.subtract, numberTerm(t, ctx), late, t.span), .constant(86_400), t.span)
      let day = try binary(.multiply, binary(.equal, left, .constant(0), t.span), .constant(86_400), t.span)
      emitter.emit(.waitUntil, try register(binary(.add, .register(now), binary(.add, left, day, t.span), t.span), t.span))
    case .clock, .calendar:
      let calendar = try self.calendar(of: try evaluator.evaluate(t, ctx.env), t.span)
      let now = emitter.register()
      emitter.emit(.now, now)
      let r = emitter.register()
      emitter.emit(.nextInstant, r, calendar, now)
      emitter.emit(.waitUntil, r)
    default: emitter.emit(.waitUntil, try number(t, ctx))
    }
  }

  // MARK: Requests

  /// Registers of the clauses, and the label of what happens to who balks or gives up.
  private struct Clauses {
    var priority: Int32 = -1
    var patience: Int32 = -1
    var otherwise: CodeLabel?
  }

  private func clauses(_ clauses: TypedClauses, _ ctx: CodeContext, canBalk: Bool = true) throws(EvaluationError) -> Clauses {
    var result = Clauses()
    if let priority = clauses.priority { result.priority = try number(priority, ctx) }
    if let patience = clauses.patience { result.patience = try number(patience, ctx) }
    if clauses.patience != nil || clauses.otherwise != nil || (clauses.balkedOutcome != nil && canBalk) { result.otherwise = emitter.label() }
    return result
  }

  /// The code of who balked or gave up, after the request: the `else`, or the end of the journey.
  private func finish(_ compiled: Clauses, _ clauses: TypedClauses, _ ctx: CodeContext, began: Int32? = nil) throws(EvaluationError) {
    guard let label = compiled.otherwise else { return }
    let end = emitter.label()
    emitter.jump(end)
    emitter.put(label)
    if let otherwise = clauses.otherwise {
      try block(otherwise, ctx)
    } else if let frame = ctx.frame, clauses.balkedOutcome != nil || clauses.renegedOutcome != nil {
      if let began, let balked = clauses.balkedOutcome, let reneged = clauses.renegedOutcome {
        let now = emitter.register()
        emitter.emit(.now, now)
        let then = emitter.register()
        emitter.emit(.loadSlot, then, began)
        let hasWaited = emitter.label()
        emitter.emit(.jumpIfLess, then, now, hasWaited.index)
        try leave(balked, ctx, frame)
        emitter.put(hasWaited)
        try leave(reneged, ctx, frame)
      } else if let outcome = clauses.renegedOutcome ?? clauses.balkedOutcome {
        try leave(outcome, ctx, frame)
      }
    }
    emitter.put(end)
  }

  private func request(
    _ code: OpCode, _ reference: ThingReference, amount: Int32, _ clauses: TypedClauses, _ step: TypedStep, _ ctx: CodeContext,
    _ index: @escaping (Int) -> Int32
  ) throws(EvaluationError) {
    let compiled = try self.clauses(clauses, ctx)
    try emitRequest(code, reference, amount, compiled, step.span, index)
    try finish(compiled, clauses, ctx)
  }

  private func emitRequest(
    _ code: OpCode, _ reference: ThingReference, _ amount: Int32, _ compiled: Clauses, _ span: Span, _ index: (Int) -> Int32
  ) throws(EvaluationError) {
    let all: [Int] = if case .picked(let all, _) = reference { all } else { [reference.first] }
    let first = Int32(model.requests.count)
    var sites: [Int: Int32] = [:]
    for (k, i) in all.enumerated() {
      sites[i] = first + Int32(k)
      model.requests.append(
        RequestSite(
          thing: index(i), amount: amount, priority: compiled.priority, patience: compiled.patience,
          otherwise: compiled.otherwise?.index ?? -1))
    }
    try emit(code, 0, 0, 0, operand: 0, reference, span) { sites[$0] ?? first }
  }

  private func use(_ station: TypedExpression, _ duration: TypedExpression?, _ clauses: TypedClauses, _ step: TypedStep, _ ctx: CodeContext, _ frame: FrameState) throws(EvaluationError) {
    try mustScale(frame, station, "use")
    let reference = try thing(station, ctx)
    let all: [Int] = if case .picked(let all, _) = reference { all } else { [reference.first] }
    // Registers of constants are numbered below 0 until the code is whole, so that -1 alone says nothing.
    var time: Int32?
    if let duration {
      time = try number(duration, ctx)
    } else if let binding = liveService[reference.first] {
      guard all.count == 1 else { throw .notInJourneys("a service that changes, in an array,", step.span) }
      time = try liveServiceTime(binding, reference.first, ctx)
    }
    let service = time ?? -1
    let canBalk = all.contains { model.stations[Int(kernelIndex[$0])].capacity < .max }
    let compiled = try self.clauses(clauses, ctx, canBalk: canBalk)
    var began: Int32?
    if clauses.otherwise == nil, let balked = clauses.balkedOutcome, let reneged = clauses.renegedOutcome, balked != reneged, canBalk, clauses.patience != nil {
      let slot = frame.slot()
      let now = emitter.register()
      emitter.emit(.now, now)
      emitter.emit(.storeSlot, slot, now)
      began = slot
    }
    let first = Int32(model.uses.count)
    var sites: [Int: Int32] = [:]
    for (k, i) in all.enumerated() {
      let stationNumber = kernelIndex[i]
      var draw: Int32 = -1
      if time == nil, model.stations[Int(stationNumber)].service >= 0 {
        draw = try drawSite("\(things[i].name).service", ctx, step.span, group: all.count > 1 ? "\(things[all[0]].demandName).service" : nil)
      } else if time == nil, model.stations[Int(stationNumber)].rate < 0 {
        throw .unexpected("`use \(things[i].name)` doesn't say for how long", step.span)
      }
      sites[i] = first + Int32(k)
      model.uses.append(
        UseSite(
          station: stationNumber, service: service, draw: draw, priority: compiled.priority, patience: compiled.patience,
          otherwise: compiled.otherwise?.index ?? -1))
    }
    try emit(.use, 0, 0, 0, operand: 0, reference, step.span) { sites[$0] ?? first }
    try finish(compiled, clauses, ctx, began: began)
  }

  private func liveServiceTime(_ binding: Binding, _ i: Int, _ ctx: CodeContext) throws(EvaluationError) -> Int32 {
    let inner = CodeContext(
      instance: binding.env.instance ?? InstancePath(), owner: things[i].name, body: .source(-1), locals: [], frame: ctx.frame)
    inner.env = binding.env
    inner.adoptStatics(self)
    let term = try term(binding.expression, inner)
    if term.isLaw { return try register(drawService(term, binding, inner), binding.expression.span) }
    return try register(term, binding.expression.span)
  }

  private func drawService(_ law: Term, _ binding: Binding, _ inner: CodeContext) throws(EvaluationError) -> Term {
    drawNames[.source(-1), default: [:]][binding.expression.span] = "service"
    return try draw(law, binding.expression, inner)
  }

  private func hold(_ n: TypedExpression, _ pool: TypedExpression, _ clauses: TypedClauses, _ body: [TypedStep], _ step: TypedStep, _ ctx: CodeContext, _ frame: FrameState) throws(EvaluationError) {
    let slots = frame.nextSlot
    defer { frame.nextSlot = slots }
    let amount = try lasting(perEntity(numberTerm(n, ctx), frame, n.span), ctx, n.span)
    var reference = try thing(pool, ctx)
    if case .picked(let all, let row) = reference { reference = .picked(all, row: try lasting(row, ctx, pool.span)) }
    let compiled = try self.clauses(clauses, ctx)
    try emitRequest(.seize, reference, try register(amount, n.span), compiled, step.span) { self.kernelIndex[$0] }
    frame.cleanups.append(.release(reference, amount: amount))
    try cleanupsChanged(frame)
    try block(body, ctx)
    frame.cleanups.removeLast()
    try emitCleanup(.release(reference, amount: amount), lost: false)
    try cleanupsChanged(frame)
    try finish(compiled, clauses, ctx)
  }

  private func levelRequest(_ code: OpCode, _ n: TypedExpression, _ level: TypedExpression, _ clauses: TypedClauses, _ step: TypedStep, _ ctx: CodeContext, _ frame: FrameState) throws(EvaluationError) {
    let amount = try register(perEntity(numberTerm(n, ctx), frame, n.span), n.span)
    try request(code, thing(level, ctx), amount: amount, clauses, step, ctx) { self.kernelIndex[$0] }
  }

  private func await_(_ e: TypedExpression, _ clauses: TypedClauses, _ step: TypedStep, _ ctx: CodeContext) throws(EvaluationError) {
    let compiled = try self.clauses(clauses, ctx)
    let condition = condition(e, ctx)
    model.requests.append(
      RequestSite(
        thing: condition, amount: -1, priority: compiled.priority, patience: compiled.patience,
        otherwise: compiled.otherwise?.index ?? -1))
    emitter.emit(.await, Int32(model.requests.count - 1))
    try finish(compiled, clauses, ctx)
  }

  /// A condition's code, written after the journey at hand.
  func condition(_ e: TypedExpression, _ ctx: CodeContext, negated: Bool = false) -> Int32 {
    let entry = emitter.label()
    let index = model.conditions.count
    model.conditions.append(Condition(entry: entry.index, result: -1, readsFrame: false))
    let locals = ctx.locals
    let env = ctx.env
    pending.append { [self] in
      attempt { () throws(EvaluationError) in
        let inner = CodeContext(instance: ctx.instance, owner: ctx.owner, body: ctx.body, locals: ctx.localTypes, frame: ctx.frame)
        inner.locals = locals
        inner.env = env
        let (result, reads) = try evaluation(entry, e.span) { () throws(EvaluationError) -> Term in
          let term = try self.numberTerm(e, inner)
          return negated ? try self.unary(.not, term, e.span) : term
        }
        model.conditions[index].result = result
        model.conditions[index].readsFrame = reads.readsFrame
        model.conditions[index].handleSlots = reads.handleSlots.sorted()
        for cell in reads.cells.sorted() { watch(cell, .condition(Int32(index))) }
      }
    }
    return Int32(index)
  }

  func watch(_ cell: Int32, _ watcher: Watcher) {
    if cell >= 0, !model.cells[Int(cell)].watchers.contains(watcher) { model.cells[Int(cell)].watchers.append(watcher) }
  }

  /// A straight piece of code that leaves a number in a register: a condition, a formula, an invariant.
  func evaluation(_ entry: CodeLabel, _ span: Span, _ body: () throws(EvaluationError) -> Term) throws(EvaluationError) -> (Int32, ReadTracker) {
    let old = emitter.use(.evaluations)
    let mark = emitter.mark
    let reads = ReadTracker()
    let oldTracker = tracker
    tracker = reads
    let place = emitter.at(span)
    defer {
      tracker = oldTracker
      emitter.place = place
      emitter.release(to: mark)
      _ = emitter.use(old)
    }
    emitter.put(entry)
    let result = try register(body(), span)
    emitter.emit(.endEvaluation)
    return (result, reads)
  }

  private func join(_ batch: TypedExpression, _ clauses: TypedClauses, _ body: [TypedStep], _ step: TypedStep, _ ctx: CodeContext, _ frame: FrameState) throws(EvaluationError) {
    try mustScale(frame, batch, "join")
    try eachThing(thing(batch, ctx), step.span) { (i) throws(EvaluationError) in try self.join(i, clauses, body, ctx, frame) }
  }

  private func join(_ i: Int, _ clauses: TypedClauses, _ body: [TypedStep], _ ctx: CodeContext, _ frame: FrameState) throws(EvaluationError) {
    let compiled = try self.clauses(clauses, ctx)
    let bodyLabel = emitter.label()
    let after = emitter.label()
    let site = Int32(model.joins.count)
    model.joins.append(
      JoinSite(
        batch: kernelIndex[i], body: bodyLabel.index, after: after.index, patience: compiled.patience,
        otherwise: compiled.otherwise?.index ?? -1))
    emitter.emit(.join, site)
    emitter.put(bodyLabel)
    let outer = (isSingle: frame.isSingle, slots: frame.nextSlot, joins: frame.joins.count)
    frame.isSingle = true
    if body.contains(where: { $0.expressionsInside.contains(where: \.readsJoined) }) {
      let slot = frame.slot()
      let r = emitter.register()
      emitter.emit(.groupSize, r)
      emitter.emit(.storeSlot, slot, r)
      frame.joins.append((i, slot))
    }
    try block(body, ctx)
    frame.joins.removeLast(frame.joins.count - outer.joins)
    frame.nextSlot = outer.slots
    frame.isSingle = outer.isSingle
    emitter.emit(.joinEnd, site)
    emitter.put(after)
    try finish(compiled, clauses, ctx)
  }

  // MARK: Money

  private func isAccount(_ e: TypedExpression) -> Bool {
    if case .thing(.account, _) = e.type { return true }
    return false
  }

  private func account(_ e: TypedExpression, _ ctx: CodeContext) throws(EvaluationError) -> Int {
    guard case .one(let i) = try thing(e, ctx) else { throw .notInJourneys("an account picked while running", e.span) }
    return i
  }

  /// The code of the `else` of what an account can't pay.
  private func otherwise(_ steps: [TypedStep]?, _ label: CodeLabel?, _ ctx: CodeContext) throws(EvaluationError) {
    guard let steps, let label else { return }
    let end = emitter.label()
    emitter.jump(end)
    emitter.put(label)
    try block(steps, ctx)
    emitter.put(end)
  }

  private func transfer(_ x: TypedExpression, _ from: TypedExpression, _ to: TypedExpression, _ steps: [TypedStep]?, _ step: TypedStep, _ ctx: CodeContext, _ frame: FrameState) throws(EvaluationError) {
    let amount = try register(lasting(perEntity(numberTerm(x, ctx), frame, x.span), ctx, x.span, copySlots: false), x.span)
    let label: CodeLabel? = steps == nil ? nil : emitter.label()
    // Accounts picked by a row known only while running: one transfer for each pair.
    let (source, target) = try (thing(from, ctx), thing(to, ctx))
    try eachThing(source, from.span) { (i) throws(EvaluationError) in
      try self.eachThing(target, to.span) { (j) throws(EvaluationError) in
        self.model.transfers.append(
          TransferSite(from: self.kernelIndex[i], to: self.kernelIndex[j], amount: amount, otherwise: label?.index ?? -1, reservation: -1))
        self.emitter.emit(.transfer, Int32(self.model.transfers.count - 1))
      }
    }
    try otherwise(steps, label, ctx)
  }

  private func eachThing(_ reference: ThingReference, _ span: Span, _ body: (Int) throws(EvaluationError) -> Void) throws(EvaluationError) {
    switch reference {
    case .one(let i): try body(i)
    case .picked(let all, let row): try dispatch(row, all.count, span) { (k) throws(EvaluationError) in try body(all[k]) }
    }
  }

  private func reservation(_ account: Int, _ frame: FrameState) -> Int32 {
    if let known = frame.reservations[account] { return known }
    let slot = frame.dedicatedSlot()
    frame.reservations[account] = slot
    return slot
  }

  private func reserve(_ x: TypedExpression, _ from: TypedExpression, _ steps: [TypedStep]?, _ step: TypedStep, _ ctx: CodeContext, _ frame: FrameState) throws(EvaluationError) {
    let amount = try register(perEntity(numberTerm(x, ctx), frame, x.span), x.span)
    let label: CodeLabel? = steps == nil ? nil : emitter.label()
    let i = try account(from, ctx)
    model.transfers.append(
      TransferSite(from: kernelIndex[i], to: -1, amount: amount, otherwise: label?.index ?? -1, reservation: reservation(i, frame)))
    emitter.emit(.reserve, Int32(model.transfers.count - 1))
    if frame.armBase != nil, !frame.armReservations.contains(i) {
      frame.armReservations.append(i)
      try cleanupsChanged(frame)
    }
    try otherwise(steps, label, ctx)
  }

  private func capture(_ x: TypedExpression, _ from: TypedExpression, _ to: TypedExpression, _ steps: [TypedStep]?, _ step: TypedStep, _ ctx: CodeContext, _ frame: FrameState) throws(EvaluationError) {
    let amount = try register(perEntity(numberTerm(x, ctx), frame, x.span), x.span)
    let i = try account(from, ctx)
    let j = try account(to, ctx)
    let label: CodeLabel? = steps == nil ? nil : emitter.label()
    model.transfers.append(
      TransferSite(from: kernelIndex[i], to: kernelIndex[j], amount: amount, otherwise: label?.index ?? -1, reservation: reservation(i, frame)))
    emitter.emit(.capture, Int32(model.transfers.count - 1))
    try otherwise(steps, label, ctx)
  }

  // MARK: Observing

  private func record(_ measure: TypedExpression, _ x: TypedExpression, _ step: TypedStep, _ ctx: CodeContext) throws(EvaluationError) {
    let value = try number(x, ctx)
    let reference = try thing(measure, ctx)
    if let frame = ctx.frame { doings.observes(reference.all, frame) }
    try emit(.record, 0, value, 0, operand: 0, reference, step.span) { self.tallyIndex($0, .sample) ?? -1 }
    try countSeen(reference, step.span)
  }

  /// What waits for a measure's memory is woken by a counter beside it.
  private func countSeen(_ reference: ThingReference, _ span: Span) throws(EvaluationError) {
    guard seenCells[reference.first] != nil else { return }
    let one = emitter.constant(1)
    try emit(.addCell, 0, one, 0, operand: 0, reference, span) { self.seenCells[$0] ?? -1 }
  }

  private func count(_ counter: TypedExpression, _ x: TypedExpression?, _ step: TypedStep, _ ctx: CodeContext, _ frame: FrameState) throws(EvaluationError) {
    let reference = try thing(counter, ctx)
    var amount = Term.constant(1)
    if let x { amount = try numberTerm(x, ctx) }
    if dimension(of: reference.first).currency != nil { amount = try unary(.roundMoney, amount, step.span) }
    let r = try register(amount, step.span)
    let isOwn = frame.isSingle && weight != 1
    try emit(isOwn ? .addCell : .count, 0, r, 0, operand: 0, reference, step.span) { self.cellIndex($0, .count) ?? -1 }
  }

  private func add(_ target: TypedExpression, _ x: TypedExpression, _ step: TypedStep, _ ctx: CodeContext, _ frame: FrameState) throws(EvaluationError) {
    let reference = try thing(target, ctx)
    if things[reference.first].kind == .counter { return try count(target, x, step, ctx, frame) }
    let isStock = things[reference.first].kind == .stock && !frame.isSingle
    let amount = try register(numberTerm(x, ctx), x.span)
    try emit(isStock ? .count : .addCell, 0, amount, 0, operand: 0, reference, step.span) { self.cellIndex($0, .value) ?? -1 }
  }

  private func time(_ measure: TypedExpression, _ body: [TypedStep], _ step: TypedStep, _ ctx: CodeContext, _ frame: FrameState) throws(EvaluationError) {
    let slots = frame.nextSlot
    defer { frame.nextSlot = slots }
    var reference = try thing(measure, ctx)
    if case .picked(let all, let row) = reference { reference = .picked(all, row: try lasting(row, ctx, measure.span)) }
    doings.observes(reference.all, frame)
    let slot = timedSlot(reference, frame)
    try emitTimed(.timeBegin, slot, reference, step.span)
    frame.cleanups.append(.timed(slot: slot, tally: reference))
    try cleanupsChanged(frame)
    try block(body, ctx)
    frame.cleanups.removeLast()
    try emitTimed(.timeEnd, slot, reference, step.span)
    try countSeen(reference, step.span)
    try cleanupsChanged(frame)
  }

  /// A slot for the measurement, kept for the journey's whole life: what is open at the end of a run is known by it.
  /// Bodies of one measure that can't be open at once share it.
  private func timedSlot(_ reference: ThingReference, _ frame: FrameState) -> Int32 {
    let all: [Int] = if case .picked(let all, _) = reference { all } else { [reference.first] }
    let open = Set(frame.cleanups.compactMap { if case .timed(let slot, _) = $0 { slot } else { nil } })
    if frame.armBase == nil, let known = frame.timedSlots[reference.first], all.count == 1, !open.contains(known) { return known }
    let first = frame.dedicatedSlot()
    for k in 1..<max(all.count, 1) where k < all.count { _ = frame.dedicatedSlot() }
    for (k, i) in all.enumerated() { frame.timed.append((first + Int32(k), tallyIndex(i, .sample) ?? -1)) }
    if all.count == 1, frame.armBase == nil { frame.timedSlots[reference.first] = first }
    return first
  }

  // MARK: Races

  private func race(_ arms: [(head: TypedStep, body: [TypedStep])], _ step: TypedStep, _ ctx: CodeContext, _ frame: FrameState) throws(EvaluationError) {
    let slots = frame.nextSlot
    let site = Int32(model.races.count)
    model.races.append(RaceSite(arms: []))
    emitter.emit(.race, site)
    let end = emitter.label()
    var labels: [RaceSite.Arm] = []
    var bodies: [CodeLabel] = []
    let outer = (frame.armBase, frame.armReservations)
    for (i, arm) in arms.enumerated() {
      let head = emitter.label()
      let body = emitter.label()
      labels.append(RaceSite.Arm(head: head.index, body: body.index))
      bodies.append(body)
      emitter.put(head)
      frame.armBase = frame.cleanups.count
      frame.armReservations = []
      // Not a block: what the head binds is there in its body, and heads stand on the same frame side by side.
      try self.step(arm.head, ctx)
      emitter.emit(.raceWon, Int32(i))
    }
    (frame.armBase, frame.armReservations) = outer
    model.races[Int(site)].arms = labels
    for (arm, body) in zip(arms, bodies) {
      emitter.put(body)
      try block(arm.body, ctx)
      emitter.jump(end)
    }
    emitter.put(end)
    frame.nextSlot = slots
  }
}
