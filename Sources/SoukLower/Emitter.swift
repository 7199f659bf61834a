// Writes ops. While a model is being built registers and jump targets are virtual: constants, scratch of journeys, scratch
// of conditions and formulas, and the frames of recursive functions are numbered apart, targets are labels. `finish` lays
// the registers out (constants first) and turns labels into positions, driven by `OpCode.signature`.
//
// What was just stored in a slot isn't loaded again, a slot that holds a constant is one, and what nobody reaches isn't written: on the
// straight way since the last label it is known which register a slot's value is in, as long as nobody else can have run.
//
// Conditions and formulas have scratch of their own because the engine evaluates them between the ops of a journey's step.

import SoukModel
import SoukText

/// A position in the code, known once it is placed.
struct CodeLabel: Hashable { var index: Int32 }

/// Which part of the register file a piece of code uses for scratch.
struct RegisterRegion: Hashable {
  var index: Int32
  static let journeys = RegisterRegion(index: 0)
  static let evaluations = RegisterRegion(index: 1)
}

/// A constant; equal if all bits are. One that the script's text itself writes is a flag, and never one with what arguments may have made.
private struct Constant: Hashable {
  let bits: UInt64
  let isFlag: Bool
  var value: Double { Double(bitPattern: bits) }

  init(_ x: Double, isFlag: Bool) {
    bits = x.bitPattern
    self.isFlag = isFlag
  }
}

struct Emitter {
  var code: [Op] = []
  var places: [Int32] = []
  /// Spans that `places` point to.
  var spans: [Span] = []
  private var spanIndex: [Span: Int32] = [:]
  /// Constants, and their registers: of −2 − k the k-th.
  private var constants: [Constant] = []
  private var registerOf: [Constant: Int32] = [:]
  var labels: [Int32] = []
  /// How many ops jump to each.
  private var jumps: [Int32] = []
  /// Labels that stand at the end of the code, for `put`.
  private var labelsHere: [Int] = []
  /// Whether the end of the code can be reached.
  private(set) var isReachable = true
  /// Slots whose value is in a register as well: a constant, or scratch that hasn't been written since.
  private var known: [Int32: Int32] = [:]
  /// Registers that each region needs, and the next free one.
  private var regionSizes: [Int32] = [0, 0]
  private var next: [Int32] = [0, 0]
  private(set) var region = RegisterRegion.journeys
  /// The place that ops are given.
  var place: Int32 = -1
  /// `drawDynamic` ops whose first register is virtual: op index → register.
  var dynamicDraws: [Int: Int32] = [:]
  /// `call` ops: op index → the callee's region.
  var calls: [Int: RegisterRegion] = [:]

  private static let regionShift: Int32 = 16
  /// The scratch of journeys is numbered below this.
  static let regionSize: Int32 = 1 << regionShift

  // MARK: Registers

  /// The register of a constant; equal bits share one.
  mutating func constant(_ x: Double) -> Int32 { register(of: Constant(x, isFlag: false)) }

  /// The register of a constant that doesn't depend on any argument, for decisions.
  mutating func flag(_ x: Double) -> Int32 { register(of: Constant(x, isFlag: true)) }

  private mutating func register(of constant: Constant) -> Int32 {
    if let known = registerOf[constant] { return known }
    let register = -2 - Int32(constants.count)
    constants.append(constant)
    registerOf[constant] = register
    return register
  }

  func isFlag(_ register: Int32) -> Bool { register <= -2 && constants[Int(-2 - register)].isFlag }

  /// A register of journeys that no code has used.
  mutating func newRegister() -> Int32 {
    regionSizes[Int(RegisterRegion.journeys.index)] += 1
    return registerCount - 1
  }

  /// How many registers the scratch of journeys needs.
  var registerCount: Int32 { regionSizes[Int(RegisterRegion.journeys.index)] }

  func constantValue(_ register: Int32) -> Double? { register <= -2 ? constants[Int(-2 - register)].value : nil }

  /// A scratch register of the current region, free until `release(to:)`.
  mutating func register() -> Int32 { registers(1) }

  /// Several registers side by side.
  mutating func registers(_ count: Int) -> Int32 {
    let r = Int(region.index)
    let first = next[r]
    next[r] += Int32(count)
    regionSizes[r] = max(regionSizes[r], next[r])
    let register = region.index << Self.regionShift | first
    for (slot, held) in known where held >= register && held < register + Int32(count) { known[slot] = nil }
    return register
  }

  var mark: Int32 { next[Int(region.index)] }
  mutating func release(to mark: Int32) { next[Int(region.index)] = mark }

  mutating func newRegion() -> RegisterRegion {
    regionSizes.append(0)
    next.append(0)
    return RegisterRegion(index: Int32(regionSizes.count - 1))
  }

  /// Switches the region; gives back the one before.
  mutating func use(_ new: RegisterRegion) -> RegisterRegion {
    let old = region
    region = new
    return old
  }

  // MARK: Labels and ops

  mutating func label() -> CodeLabel {
    labels.append(-1)
    jumps.append(0)
    return CodeLabel(index: Int32(labels.count - 1))
  }

  /// Puts a label here. A jump to it just before is taken away. `isLast`: whatever goes to it has been written, and jumps; if that
  /// was all taken away, it is as if there were no label.
  mutating func put(_ label: CodeLabel, isLast: Bool = false) {
    if let last = code.last, last.code == .jump, last.a == label.index, code.count < 2 || !takesNext(code[code.count - 2].code) {
      code.removeLast()
      places.removeLast()
      for i in labelsHere { labels[i] = Int32(code.count) }
      jumps[Int(label.index)] -= 1
      isReachable = true
    }
    labels[Int(label.index)] = Int32(code.count)
    labelsHere.append(Int(label.index))
    if isLast && jumps[Int(label.index)] == 0 { return }
    isReachable = true
    known.removeAll(keepingCapacity: true)
  }

  private func takesNext(_ code: OpCode) -> Bool { code == .offset || code == .drawWeighted }

  mutating func emit(_ code: OpCode, _ a: Int32 = 0, _ b: Int32 = 0, _ c: Int32 = 0) {
    if !isReachable { return }
    if !labelsHere.isEmpty { labelsHere.removeAll(keepingCapacity: true) }
    let op = Op(code, a, b, c)
    note(op)
    self.code.append(op)
    places.append(place)
  }

  mutating func jump(_ label: CodeLabel) { emit(.jump, label.index) }

  /// What an op did isn't to be done: it leads to the next.
  mutating func skip(at i: Int) {
    labels.append(Int32(i + 1))
    jumps.append(1)
    code[i] = Op(.jump, Int32(labels.count - 1))
  }

  /// Keeps account of what is known of slots, who jumps where, and whether what comes next is reached.
  private mutating func note(_ op: Op) {
    let isOffset = code.last?.code == .offset
    let (ka, kb, kc) = op.code.signature
    for (kind, label) in [(ka, op.a), (kb, op.b), (kc, op.c)] where kind == .target && label >= 0 { jumps[Int(label)] += 1 }
    if ka == .write {
      for (slot, register) in known where register == op.a { known[slot] = nil }
      if op.code == .loadSlot && !isOffset { known[op.b] = op.a }
    }
    switch op.code {
    case .storeSlot, .timeBegin, .timeEnd, .timeLost, .dropHandle, .releaseReservation:
      // A row says which slot.
      if isOffset { known.removeAll(keepingCapacity: true) } else { known[op.a] = op.code == .storeSlot ? op.b : nil }
    case .jump, .end, .trap, .returnFunction, .endEvaluation: isReachable = takesNext(code.last?.code ?? .move)
    case .jumpIfZero, .jumpUnlessZero, .jumpIfLess, .jumpIfLessOrEqual, .loadCell, .now, .count, .setCell, .addCell, .record, .draw,
      .drawDynamic, .drawWeighted, .extra, .offset, .transfer, .reserve, .capture, .note, .groupSize, .spawn:
      break
    default:
      // Others may run at this instant or later, and an arm of a race shares the slots.
      if ka != .write { known.removeAll(keepingCapacity: true) }
    }
  }

  /// The register that holds a slot's value; it is taken anew if its step has let it go.
  mutating func holder(of slot: Int32) -> Int32? {
    guard let held = known[slot] else { return nil }
    if held >= 0 {
      guard held >> Self.regionShift == region.index else { return nil }
      next[Int(region.index)] = max(mark, (held & (1 << Self.regionShift - 1)) + 1)
    }
    return held
  }

  /// The constant that a slot holds, if it is one.
  func constant(in slot: Int32) -> Double? { known[slot].flatMap { constantValue($0) } }

  mutating func drawDynamic(into register: Int32, kind: LawKind, first: Int32, site: Int32) {
    dynamicDraws[code.count] = first
    emit(.drawDynamic, register, Int32(kind.rawValue) << 16, site)
  }

  mutating func call(_ label: CodeLabel, region: RegisterRegion) {
    calls[code.count] = region
    emit(.call, label.index)
  }

  /// Sets the place for the ops that follow; gives back the one before.
  mutating func at(_ span: Span) -> Int32 {
    let old = place
    place = placeIndex(span)
    return old
  }

  mutating func placeIndex(_ span: Span) -> Int32 {
    if let known = spanIndex[span] { return known }
    let new = Int32(spans.count)
    spans.append(span)
    spanIndex[span] = new
    return new
  }

  // MARK: Finishing

  /// Lays out registers and positions, and writes code, places and registers into the model. False if there are more
  /// registers than ops can name.
  mutating func finish(_ model: inout CompiledModel, isTrimmed: Bool) -> Bool {
    closeEnd()
    if isTrimmed {
      trim(&model)
      closeEnd()
    }
    var bases: [Int32] = []
    var total = Int32(constants.count)
    for size in regionSizes {
      bases.append(total)
      total += size
    }
    if total >= 1 << 16 { return false }
    func register(_ r: Int32) -> Int32 {
      if r == -1 { return -1 }
      if r <= -2 { return -2 - r }
      return bases[Int(r >> Self.regionShift)] + (r & (1 << Self.regionShift - 1))
    }
    let labels = self.labels.map { Emitter.behindJumps($0, code, self.labels) }
    func target(_ l: Int32) -> Int32 { l < 0 ? l : labels[Int(l)] }
    func operand(_ x: Int32, _ kind: OperandKind) -> Int32 {
      switch kind {
      case .read, .write: register(x)
      case .target: target(x)
      default: x
      }
    }
    for i in code.indices {
      let op = code[i]
      let (ka, kb, kc) = op.code.signature
      var new = Op(op.code, operand(op.a, ka), operand(op.b, kb), operand(op.c, kc))
      switch op.code {
      case .unwindAt: new.a = target(op.a)
      case .end: new.b = register(op.b)
      case .drawDynamic: new.b |= register(dynamicDraws[i] ?? -1)
      case .call:
        if let region = calls[i] {
          new.b = bases[Int(region.index)]
          new.c = regionSizes[Int(region.index)]
        }
      default: break
      }
      code[i] = new
    }
    finishTables(&model, register, target)
    model.code = code
    model.places = places
    model.registers = constants.map(\.value) + [Double](repeating: 0, count: Int(total) - constants.count)
    return true
  }

  /// A label at the very end needs an op to point to.
  private mutating func closeEnd() {
    isReachable = true
    if labels.contains(Int32(code.count)) { emit(.end, -1, -1) }
  }

  /// Where a way that begins at a position really begins: jumps that lead on are passed.
  static func behindJumps(_ position: Int32, _ code: [Op], _ labels: [Int32]) -> Int32 {
    var position = position
    for _ in 0..<8 {
      guard position >= 0, Int(position) < code.count, code[Int(position)].code == .jump else { break }
      position = labels[Int(code[Int(position)].a)]
    }
    return position
  }

  private func finishTables(_ model: inout CompiledModel, _ register: (Int32) -> Int32, _ target: (Int32) -> Int32) {
    for i in model.uses.indices {
      let site = model.uses[i]
      model.uses[i] = UseSite(
        station: site.station, service: register(site.service), draw: site.draw, priority: register(site.priority),
        patience: register(site.patience), otherwise: target(site.otherwise))
    }
    for i in model.requests.indices {
      let site = model.requests[i]
      model.requests[i] = RequestSite(
        thing: site.thing, amount: register(site.amount), priority: register(site.priority), patience: register(site.patience),
        otherwise: target(site.otherwise))
    }
    for i in model.transfers.indices {
      model.transfers[i].amount = register(model.transfers[i].amount)
      model.transfers[i].otherwise = target(model.transfers[i].otherwise)
    }
    for i in model.joins.indices {
      model.joins[i].body = target(model.joins[i].body)
      model.joins[i].after = target(model.joins[i].after)
      model.joins[i].patience = register(model.joins[i].patience)
      model.joins[i].otherwise = target(model.joins[i].otherwise)
    }
    for i in model.races.indices {
      model.races[i].arms = model.races[i].arms.map { .init(head: target($0.head), body: target($0.body)) }
    }
    for i in model.spawns.indices { model.spawns[i].arguments = model.spawns[i].arguments.map(register) }
    for i in model.journeys.indices { model.journeys[i].entry = target(model.journeys[i].entry) }
    for i in model.sources.indices { model.sources[i].entry = target(model.sources[i].entry) }
    for i in model.conditions.indices {
      model.conditions[i].entry = target(model.conditions[i].entry)
      model.conditions[i].result = register(model.conditions[i].result)
    }
    for i in model.invariants.indices {
      model.invariants[i].entry = target(model.invariants[i].entry)
      model.invariants[i].result = register(model.invariants[i].result)
    }
    for i in model.derived.indices {
      model.derived[i].entry = target(model.derived[i].entry)
      model.derived[i].result = register(model.derived[i].result)
    }
  }
}
