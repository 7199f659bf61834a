// What ops read and write of an entity's slots and of the scratch of journeys, for the analyses of `Trimmer`: what the signature says and
// what stands in tables (sites of uses, requests and transfers, arguments of spawns, counters of draws). A place is a slot's number,
// or that of a scratch register after all slots.

import SoukModel

extension Trimmer {
  /// How many slots of a journey's frame there are.
  func slotCount(_ j: Int) -> Int { Int(model.journeys[j].frameSlots) }
  func placeCount(_ j: Int) -> Int { slotCount(j) + Int(emitter.registerCount) }

  /// The place of a scratch register of journeys; -1 of a constant, of none, and of another region's.
  @inline(__always)
  func place(_ register: Int32, _ slots: Int) -> Int { register >= 0 && register < Emitter.regionSize ? slots + Int(register) : -1 }

  /// Whether others can have run, or the entity goes on in another step, once an op is done: scratch is lost.
  func losesScratch(_ op: Op) -> Bool {
    switch op.code {
    case .storeSlot, .timeBegin, .timeEnd, .timeLost, .dropHandle, .releaseReservation, .jump, .jumpIfZero, .jumpUnlessZero, .jumpIfLess,
      .jumpIfLessOrEqual, .count, .setCell, .addCell, .record, .extra, .offset, .transfer, .reserve, .capture, .note:
      return false
    default: return op.code.signature.0 != .write
    }
  }

  /// The slot that a draw counts in; -1 if none.
  private func counter(_ site: Int32) -> Int { site < 0 ? -1 : Int(model.drawSites[Int(site)].counter) }

  /// Every place that an op reads.
  @inline(__always)
  func reads(_ i: Int, _ slots: Int, _ body: (Int) -> Void) {
    let op = code[i]
    func register(_ r: Int32) {
      let p = place(r, slots)
      if p >= 0 { body(p) }
    }
    func slot(_ s: Int) { if s >= 0 { body(s) } }
    let (a, b, c) = op.code.signature
    if a == .read { register(op.a) }
    if b == .read { register(op.b) }
    if c == .read { register(op.c) }
    switch op.code {
    case .moveIf: register(op.a)
    case .loadSlot, .handleStarted, .handleDone, .handleResult: slot(Int(op.b))
    case .timeEnd, .timeLost, .dropHandle, .releaseReservation: slot(Int(op.a))
    case .draw: slot(counter(op.c))
    case .drawDynamic:
      for k in 0..<4 { register(ties[i] + Int32(k)) }
      slot(counter(op.c))
    case .drawWeighted:
      for k in 0..<max(0, code[i + 1].a) { register(op.b + k) }
      slot(counter(op.c))
    case .use:
      let site = model.uses[Int(op.a)]
      register(site.service)
      register(site.priority)
      register(site.patience)
      slot(counter(site.draw))
    case .seize, .put, .take, .await:
      let site = model.requests[Int(op.a)]
      register(site.amount)
      register(site.priority)
      register(site.patience)
      if op.code == .await { for s in conditionSlots[Int(site.thing)] { slot(Int(s)) } }
    case .transfer, .reserve, .capture:
      register(model.transfers[Int(op.a)].amount)
      slot(Int(model.transfers[Int(op.a)].reservation))
    case .join: register(model.joins[Int(op.a)].patience)
    case .spawn: for r in model.spawns[Int(op.b)].arguments { register(r) }
    case .end: register(op.b)
    default: break
    }
  }

  /// Every place that an op writes.
  @inline(__always)
  func writes(_ i: Int, _ slots: Int, _ body: (Int) -> Void) {
    let op = code[i]
    if op.code.signature.0 == .write {
      let p = place(op.a, slots)
      if p >= 0 { body(p) }
    }
    func slot(_ s: Int) { if s >= 0 { body(s) } }
    switch op.code {
    case .storeSlot, .timeBegin, .timeEnd, .timeLost, .dropHandle, .releaseReservation: slot(Int(op.a))
    case .draw, .drawDynamic, .drawWeighted: slot(counter(op.c))
    case .use: slot(counter(model.uses[Int(op.a)].draw))
    case .transfer, .reserve, .capture: slot(Int(model.transfers[Int(op.a)].reservation))
    default: break
    }
  }

  /// Whether an op does nothing but give its result, and can't fail. Windows forget what is old when they are asked.
  func isPure(_ code: OpCode) -> Bool {
    switch code {
    case .move, .add, .subtract, .multiply, .divide, .modulo, .power, .minimum, .maximum, .negate, .not, .absolute, .floor, .ceiling, .round,
      .squareRoot, .exponential, .logarithm, .sine, .cosine, .roundMoney, .less, .lessOrEqual, .equal, .notEqual, .and, .or, .moveIf, .orDefault,
      .loadSlot, .loadCell, .now, .columnCount, .curve, .nextInstant, .groupSize, .handleStarted, .handleDone:
      true
    default: false
    }
  }
}
