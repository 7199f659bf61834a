// What an entity keeps of its frame while it waits without a token: the slots that may be read again before they are written, and those
// in which a `time m { }` body may have begun, for these are asked for at any time. For each op after which somebody may be parked that
// is a set of bits, and a parked frame has room for these alone: what components write has dozens of slots, of which a parcel under way
// needs few. Both are worked out once, over the ops: live variables backward, and what is open forward (Aho, Lam, Sethi & Ullman, §9.2).

import SoukModel

/// What is kept of somebody parked who goes on at one place in the code; of slots a bit each.
struct KeptSlots: BitwiseCopyable {
  var kept: UInt64 = 0
  /// Slots in which a body of `time m { }` may have begun; all others that serve for that are closed.
  var open: UInt64 = 0
  /// The words of a frame: when the entity was created, the slots, its ties if it may have any (`Ties`), and if somebody asks for it, how long
  /// it is served.
  var words: Int32 = 1
  var hasTies = false
  var hasService = false

  /// Which word the ties are, where there are any.
  var tiesWord: Int { Int(words) &- (hasService ? 2 : 1) }
}

/// What is kept at each place of a model's code, and how waits park.
struct FrameKeeping {
  /// The code with the mode of each op after which somebody may be parked in its operand b; and in operand c of a `use` 1 if who is served there
  /// needs no frame.
  private(set) var code: [Op]
  /// By op.
  private(set) var slots: [KeptSlots]
  /// Whether there are more slots than bits, so that frames are kept whole.
  let keepsWhole: Bool

  /// O(ops × rounds); the rounds are few, for loops nest little.
  init(_ model: CompiledModel, stride: Int, canPark: Bool) {
    code = model.code
    slots = [KeptSlots](repeating: KeptSlots(), count: model.code.count + 1)
    keepsWhole = stride > 63
    let waits = code.indices.filter { code[$0].code == .wait || code[$0].code == .waitUntil }
    let queues = code.indices.filter { [.use, .seize, .put, .take, .join, .await].contains(code[$0].code) }
    let races = code.indices.filter { code[$0].code == .race }
    for i in waits + queues + races { (code[i].b, code[i].c) = (ParkMode.never, 0) }
    guard canPark, !waits.isEmpty || !queues.isEmpty, code.count < ParkMode.placeLimit, model.origins.count < ParkMode.originLimit else { return }
    if keepsWhole {
      for i in waits + queues + races {
        code[i].b = ParkMode.frame
        slots[i + 1].words += Int32(stride)
      }
      for i in queues { addService(model, behind: i) }
      addTies(model, waits + queues + races)
      return
    }
    let flow = RaceFlow(model)
    let live = FrameKeeping.liveSlots(model, flow)
    let open = FrameKeeping.openSlots(model, flow)
    let all: UInt64 = 1 << UInt64(stride) - 1
    for i in slots.indices { slots[i].open = open[i] & all }
    for i in waits {
      let read = live[i + 1]
      keep((read | open[i + 1]) & all, behind: i)
      if read.nonzeroBitCount == 1 && read != ParkMode.created && slots[i + 1].open == 0 {
        code[i].b = ParkMode.slot
        code[i].c = Int32(read.trailingZeroBitCount)
      }
    }
    for i in queues {
      let site = Int(code[i].a)
      var read = live[i + 1]
      // Who runs out of patience goes on at the `else`.
      var (patience, otherwise) = (Int32(-1), Int32(-1))
      switch code[i].code {
      case .use: (patience, otherwise) = (model.uses[site].patience, model.uses[site].otherwise)
      case .join:
        // Who gathers will lead or follow.
        let join = model.joins[site]
        (patience, otherwise) = (join.patience, join.otherwise)
        read = live[Int(join.body)] | live[Int(join.after)]
      default:
        (patience, otherwise) = (model.requests[site].patience, model.requests[site].otherwise)
        if code[i].code == .await { read |= FrameKeeping.readSlots(model.conditions[Int(model.requests[site].thing)], model) }
      }
      if otherwise >= 0 && (patience >= 0 || isMoved(i)) { read |= live[Int(otherwise)] }
      keep((read | open[i + 1]) & all, behind: i)
      addService(model, behind: i)
      // One of several stations, by a row, is found in the event.
      if code[i].code == .use && code[i].b == ParkMode.value && !isMoved(i) && !slots[i + 1].hasService { code[i].c = 1 }
    }
    for i in races {
      // Its arms share the frame and may be anywhere up to their end; then one body goes on.
      var read: UInt64 = 0
      var begun: UInt64 = 0
      for j in flow.ops[Int(code[i].a)] + model.races[Int(code[i].a)].arms.map({ Int($0.body) }) {
        read |= live[j]
        begun |= open[j]
      }
      slots[i + 1].open = begun & all
      keep((read | begun) & all, behind: i)
      code[i].b = ParkMode.frame
    }
    addTies(model, waits + queues + races)
  }

  /// A word for ties, where who was spawned with a handle or leads a batch may wait: such a wait always keeps a frame.
  private mutating func addTies(_ model: CompiledModel, _ waits: [Int]) {
    let children = model.spawns.filter(\.keepsHandle).map { Int(model.journeys[Int($0.journey)].entry) }
    let reached = FrameKeeping.reached(from: children + model.joins.map { Int($0.body) }, model)
    for i in waits where reached[i] {
      slots[i + 1].hasTies = true
      slots[i + 1].words += 1
      (code[i].b, code[i].c) = (ParkMode.frame, 0)
    }
  }

  /// Whether an entity that starts at one of `entries` may come to an op.
  private static func reached(from entries: [Int], _ model: CompiledModel) -> [Bool] {
    var reached = [Bool](repeating: false, count: model.code.count)
    var rest = entries
    while let i = rest.popLast() {
      if i >= reached.count || reached[i] { continue }
      reached[i] = true
      let op = model.code[i]
      if op.code == .race { rest += model.races[Int(op.a)].arms.map { Int($0.body) } }
      forEachNext(of: i, model, nil) { rest.append($0) }
    }
    return reached
  }

  /// Whether a `use` or `seize` takes one of several things, by a row.
  private func isMoved(_ i: Int) -> Bool { i > 0 && code[i - 1].code == .offset }

  /// A word for how long somebody is served, if a `use` brings them where that is asked.
  private mutating func addService(_ model: CompiledModel, behind i: Int) {
    if code[i].code != .use { return }
    let stations = isMoved(i) ? model.stations[...] : model.stations[Int(model.uses[Int(code[i].a)].station)...].prefix(1)
    if !stations.contains(where: { model.isObserved(tally: $0.serviceTime) }) { return }
    slots[i + 1].hasService = true
    slots[i + 1].words += 1
  }

  private mutating func keep(_ kept: UInt64, behind i: Int) {
    slots[i + 1].kept = kept
    slots[i + 1].words += Int32(kept.nonzeroBitCount)
    code[i].b = kept == 0 ? ParkMode.value : ParkMode.frame
  }

  /// Where among those kept a slot is.
  static func position(of slot: Int32, in kept: UInt64) -> Int { (kept & (1 << UInt64(slot) - 1)).nonzeroBitCount }

  // MARK: What will be read

  /// For each op the slots (a bit each) that may be read, from it on, before they are written; and `ParkMode.created`.
  private static func liveSlots(_ model: CompiledModel, _ flow: RaceFlow) -> [UInt64] {
    let code = model.code
    var live = [UInt64](repeating: 0, count: code.count + 1)
    var isChanging = true
    while isChanging {
      isChanging = false
      for i in code.indices.reversed() {
        let before = liveBefore(code[i], at: i, model, flow, live)
        if before != live[i] {
          live[i] = before
          isChanging = true
        }
      }
    }
    return live
  }

  private static func liveBefore(_ op: Op, at i: Int, _ model: CompiledModel, _ flow: RaceFlow, _ live: [UInt64]) -> UInt64 {
    let next = live[i + 1]
    func bit(_ slot: Int32) -> UInt64 { slot >= 0 ? 1 << UInt64(slot) : 0 }
    func target(_ pc: Int32) -> UInt64 { pc >= 0 ? live[Int(pc)] : 0 }
    func counter(_ site: Int32) -> UInt64 { site >= 0 ? bit(model.drawSites[Int(site)].counter) : 0 }
    switch op.code {
    case .loadSlot, .handleStarted, .handleDone, .handleResult: return next | bit(op.b)
    case .storeSlot, .timeBegin: return next & ~bit(op.a)
    case .timeEnd, .timeLost, .dropHandle, .releaseReservation: return next | bit(op.a)
    case .draw, .drawDynamic, .drawWeighted: return next | counter(op.c)
    case .jump: return target(op.a)
    case .jumpIfZero, .jumpUnlessZero: return next | target(op.b)
    case .jumpIfLess, .jumpIfLessOrEqual: return next | target(op.c)
    case .use:
      let site = model.uses[Int(op.a)]
      return next | counter(site.draw) | target(site.otherwise)
    case .seize, .put, .take: return next | target(model.requests[Int(op.a)].otherwise)
    case .transfer, .reserve, .capture:
      let site = model.transfers[Int(op.a)]
      return next | bit(site.reservation) | target(site.otherwise)
    case .end: return ParkMode.created
    case .trap, .endEvaluation: return 0
    case .offset:
      // An op that reaches several slots, by a row.
      var moved = i + 1
      while moved < model.code.count && model.code[moved].code == .offset { moved += 1 }
      let (a, b, c) = model.code[moved].code.signature
      return a == .slot || b == .slot || c == .slot ? .max : next
    case .await:
      let request = model.requests[Int(op.a)]
      return next | target(request.otherwise) | readSlots(model.conditions[Int(request.thing)], model)
    case .race:
      // What arms read while others run is kept as long as the race goes on; so is what a withdrawal reads, and the bodies.
      let ends = model.races[Int(op.a)].arms.reduce(0) { $0 | live[Int($1.body)] }
      return flow.ops[Int(op.a)].reduce(ends) { $0 | live[$1] }
    case .raceWon, .unwound: return 0
    // They go on where only the running model knows.
    case .call, .returnFunction: return .max
    case .join:
      let site = model.joins[Int(op.a)]
      return target(site.body) | target(site.after) | target(site.otherwise)
    case .joinEnd: return target(model.joins[Int(op.a)].after)
    default: return next
    }
  }

  /// The slots that a condition reads of who waits for it.
  private static func readSlots(_ condition: Condition, _ model: CompiledModel) -> UInt64 {
    var read: UInt64 = 0
    for slot in condition.handleSlots { read |= 1 << UInt64(slot) }
    for op in model.code[Int(condition.entry)...] {
      switch op.code {
      case .endEvaluation: return read
      case .loadSlot, .handleStarted, .handleDone, .handleResult: read |= 1 << UInt64(op.b)
      case .call, .draw, .drawDynamic, .drawWeighted: return .max
      case .offset where condition.readsFrame: return .max
      default: break
      }
    }
    return .max
  }

  // MARK: What is open

  /// For each op the slots in which a `time m { }` body may have begun before it.
  private static func openSlots(_ model: CompiledModel, _ flow: RaceFlow) -> [UInt64] {
    let code = model.code
    var open = [UInt64](repeating: 0, count: code.count + 1)
    var timed: UInt64 = 0
    for journey in model.journeys { for (slot, _) in journey.timed { timed |= 1 << UInt64(slot) } }
    if timed == 0 { return open }
    var isChanging = true
    while isChanging {
      isChanging = false
      for i in code.indices {
        let after = openAfter(code[i], isMoved: i > 0 && code[i - 1].code == .offset, timed, open[i])
        forEachNext(of: i, model, flow) { next in
          if after & ~open[next] == 0 { return }
          open[next] |= after
          isChanging = true
        }
      }
    }
    return open
  }

  private static func openAfter(_ op: Op, isMoved: Bool, _ timed: UInt64, _ open: UInt64) -> UInt64 {
    switch op.code {
    // One of several measures, by a row.
    case .timeBegin: isMoved ? timed : open | 1 << UInt64(op.a)
    case .timeEnd, .timeLost: isMoved ? open : open & ~(1 << UInt64(op.a))
    default: open
    }
  }

  /// Where an entity, an arm or one that is withdrawn may go on behind an op; with `flow` behind the end of an arm, too.
  static func forEachNext(of i: Int, _ model: CompiledModel, _ flow: RaceFlow?, _ body: (Int) -> Void) {
    let op = model.code[i]
    func go(to target: Int32) { if target >= 0 { body(Int(target)) } }
    switch op.code {
    case .jump: return go(to: op.a)
    case .end, .trap, .endEvaluation, .returnFunction, .unwound: return
    case .jumpIfZero, .jumpUnlessZero: go(to: op.b)
    case .jumpIfLess, .jumpIfLessOrEqual: go(to: op.c)
    case .use: go(to: model.uses[Int(op.a)].otherwise)
    case .seize, .put, .take, .await: go(to: model.requests[Int(op.a)].otherwise)
    case .transfer, .reserve, .capture: go(to: model.transfers[Int(op.a)].otherwise)
    case .join:
      let site = model.joins[Int(op.a)]
      go(to: site.body)
      go(to: site.after)
      go(to: site.otherwise)
    case .joinEnd: go(to: model.joins[Int(op.a)].after)
    case .race: return model.races[Int(op.a)].arms.forEach { go(to: $0.head) }
    case .raceWon: return flow?.bodies[i]?.forEach { go(to: $0) } ?? ()
    case .unwindAt: go(to: op.a)
    default: break
    }
    body(i + 1)
  }
}
