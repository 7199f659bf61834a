// Parked entities: who does nothing but wait for a time needs no token. Its event carries it by value, 32 bytes for event and
// entity together, and where slots of its frame will be read again those lie in a store of their own, so that the event
// list of a million who wait is streamed and their tokens aren't fetched. Which waits can do without the frame is worked
// out once, by the usual backward analysis of live variables over the ops (Aho, Lam, Sethi & Ullman, §9.2.5).

import SoukModel
import SoukNumerics

/// What a `wait` op, and a `use` or `seize` whose entity waits in a line, keeps of an entity; in its unused operand b.
enum ParkMode {
  /// The token stays.
  static let never: Int32 = 0
  /// Nothing of the frame will be read again.
  static let value: Int32 = 1
  /// One slot, the op's operand c, will be read again, and nobody will ask when the entity was created.
  static let slot: Int32 = 2
  static let frame: Int32 = 3

  /// Among the live slots: when the entity was created.
  static let created: UInt64 = 1 << 63

  /// The widths of the fields in an event's payload.
  static let placeLimit = 1 << 16
  static let originLimit = 1 << 12
}

extension Program {
  /// The journey that each origin starts; −1 where it starts several, whose entities keep their tokens, or none.
  static func journeysOfOrigins(_ model: CompiledModel) -> [Int32] {
    var journeys = [Int32](repeating: -1, count: model.origins.count)
    let starts = model.sources.map { ($0.origin, $0.journey) } + model.spawns.map { ($0.origin, $0.journey) }
      + model.processes.map { ($0.origin, $0.journey) }
    var started = [Set<Int32>](repeating: [], count: model.origins.count)
    for (origin, journey) in starts { started[Int(origin)].insert(journey) }
    for (origin, all) in started.enumerated() where all.count == 1 { journeys[origin] = all.first ?? -1 }
    return journeys
  }

  /// The code with the mode of each `wait`, `use` and `seize` in its operand b.
  static func withParkModes(_ model: CompiledModel, stride: Int, canPark: Bool) -> [Op] {
    var code = model.code
    let waits = code.indices.filter { code[$0].code == .wait }
    let uses = code.indices.filter { code[$0].code == .use || code[$0].code == .seize }
    for i in waits + uses { code[i].b = ParkMode.never }
    guard canPark, !waits.isEmpty || !uses.isEmpty, code.count < ParkMode.placeLimit, model.origins.count < ParkMode.originLimit else { return code }
    // What is open in `time m { }` is asked for at any time.
    let framesMatter = stride > 63 || model.journeys.contains { !$0.timed.isEmpty }
    let live = framesMatter ? [] : liveSlots(model)
    for i in waits {
      code[i].b = ParkMode.frame
      if framesMatter { continue }
      if live[i + 1] & ~ParkMode.created == 0 { code[i].b = ParkMode.value }
      if live[i + 1].nonzeroBitCount == 1 && live[i + 1] != ParkMode.created {
        code[i].b = ParkMode.slot
        code[i].c = Int32(live[i + 1].trailingZeroBitCount)
      }
    }
    for i in uses {
      code[i].b = ParkMode.frame
      if framesMatter { continue }
      let site = Int(code[i].a)
      let (patience, otherwise) = code[i].code == .use
        ? (model.uses[site].patience, model.uses[site].otherwise) : (model.requests[site].patience, model.requests[site].otherwise)
      // Who runs out of patience goes on at the `else`.
      let mayRenege = otherwise >= 0 && (patience >= 0 || i > 0 && code[i - 1].code == .offset)
      if (live[i + 1] | (mayRenege ? live[Int(otherwise)] : 0)) & ~ParkMode.created == 0 { code[i].b = ParkMode.value }
    }
    return code
  }

  /// For each op the slots (a bit each) that may be read, from it on, before they are written; and `ParkMode.created`.
  private static func liveSlots(_ model: CompiledModel) -> [UInt64] {
    let code = model.code
    var live = [UInt64](repeating: 0, count: code.count + 1)
    var isChanging = true
    while isChanging {
      isChanging = false
      for i in code.indices.reversed() {
        let before = liveBefore(code[i], at: i, model, live)
        if before != live[i] {
          live[i] = before
          isChanging = true
        }
      }
    }
    return live
  }

  private static func liveBefore(_ op: Op, at i: Int, _ model: CompiledModel, _ live: [UInt64]) -> UInt64 {
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
    // They go on where only the running model knows, or other tokens share the frame.
    case .await, .race, .raceWon, .join, .joinEnd, .call, .returnFunction, .unwound: return .max
    default: return next
    }
  }
}

extension Machine {
  /// Whether an entity is all that its event can carry: no part in a race or batch, no handle, its journey known by its origin.
  @inline(__always)
  mutating func canDoWithoutToken(_ token: Int32) -> Bool {
    tokens[token].part < 0 && tokens[token].handle < 0 && originJourneys[tokens[token].origin] >= 0
  }

  /// Parks a token that waits; its token is free again. False if it must stay.
  @inline(__always)
  mutating func park(_ token: Int32, pc: Int, mode: Int32, after delay: Int64) -> Bool {
    if !canDoWithoutToken(token) { return false }
    let (time, overflow) = now.addingReportingOverflow(delay)
    if overflow { return false }
    let who = UInt64(UInt32(bitPattern: tokens[token].origin)) &<< 48 | UInt64(tokens[token].ordinal)
    var payload = who | UInt64(pc) &<< 32
    var extra = tokens[token].created
    if mode == ParkMode.value {
      payload |= EventKind.parked.rawValue &<< 60
    } else if mode == ParkMode.slot {
      payload |= EventKind.parkedSlot.rawValue &<< 60
      extra = Int64(bitPattern: frames[Int(token) &* stride &+ Int(code[pc &- 1].c)].bitPattern)
    } else {
      payload |= EventKind.parkedFrame.rawValue &<< 60
      extra = keepFrame(of: token, who: who)
    }
    freeToken(token)
    parkedCount &+= 1
    events.push(Event(time: time, order: nextOrder(EventClass.timer), payload: payload, extra: extra))
    return true
  }

  /// The place of a copy of a token's frame.
  @inline(__always)
  mutating func keepFrame(of token: Int32, who: UInt64) -> Int64 {
    keepFrame(frames, Int(token) &* stride, created: tokens[token].created, who: who)
  }

  /// The place of a copy of some slots.
  @inline(__always)
  mutating func keepFrame(_ slots: Slab<Double>, _ frame: Int, created: Int64, who: UInt64) -> Int64 {
    var place = freeParked
    if place >= 0 {
      freeParked = Int(Int64(bitPattern: parkedFrames[place].bitPattern))
    } else {
      place = parkedFrames.count
      parkedFrames.append(repeating: 0, count: parkedStride)
    }
    parkedFrames[place] = Double(bitPattern: UInt64(bitPattern: created))
    parkedFrames[place &+ 1] = Double(bitPattern: who)
    var i = 0
    while i < stride {
      parkedFrames[place &+ 2 &+ i] = slots[frame &+ i]
      i &+= 1
    }
    return Int64(place)
  }

  /// A parked entity's wait is over: it goes on where it is, on its event and its parked frame, until it waits again or ends;
  /// at the first op that needs more, and where the budget is used up, it has a token again. The same ops as in `execute`, which
  /// took twice the time for a token and the two copies of a frame.
  @inline(never)
  mutating func goOn(_ event: Event) {
    let code = self.code
    let r = registers
    let mode = Int32(truncatingIfNeeded: event.kind &- EventKind.parked.rawValue) &+ ParkMode.value
    let slots = mode == ParkMode.frame ? parkedFrames : passingFrame
    let frame = mode == ParkMode.frame ? Int(event.extra) &+ 2 : 0
    var pc = Int(event.payload &>> 32 & 0xFFFF)
    if mode == ParkMode.slot { slots[Int(code[pc &- 1].c)] = Double(bitPattern: UInt64(bitPattern: event.extra)) }
    // What is told of an entity is told of its token.
    if isTraced { return unpark(event, from: pc, slots, frame) }
    while budget > 0 {
      let op = code[pc]
      switch op.code {
      case .move: r[op.a] = r[op.b]
      case .add: r[op.a] = r[op.b] + r[op.c]
      case .subtract: r[op.a] = r[op.b] - r[op.c]
      case .multiply: r[op.a] = r[op.b] * r[op.c]
      case .divide: r[op.a] = r[op.b] / r[op.c]
      case .minimum: r[op.a] = Arithmetic.minimum(r[op.b], r[op.c])
      case .maximum: r[op.a] = Arithmetic.maximum(r[op.b], r[op.c])
      case .squareRoot: r[op.a] = r[op.b].squareRoot()
      case .exponential: r[op.a] = Elementary.exp(r[op.b])
      case .logarithm: r[op.a] = Elementary.log(r[op.b])
      case .less: r[op.a] = r[op.b] < r[op.c] ? 1 : 0
      case .lessOrEqual: r[op.a] = r[op.b] <= r[op.c] ? 1 : 0
      case .equal: r[op.a] = r[op.b] == r[op.c] ? 1 : 0
      case .notEqual: r[op.a] = r[op.b] != r[op.c] ? 1 : 0
      case .and: r[op.a] = r[op.b] != 0 && r[op.c] != 0 ? 1 : 0
      case .or: r[op.a] = r[op.b] != 0 || r[op.c] != 0 ? 1 : 0
      case .loadSlot: r[op.a] = slots[frame &+ Int(op.b)]
      case .storeSlot: slots[frame &+ Int(op.a)] = r[op.b]
      case .loadCell: r[op.a] = cells[op.b].value
      case .now: r[op.a] = seconds(now)
      case .draw:
        let value = draw(
          op.b, site: op.c,
          Drawer(origin: originKeys[event.origin], ordinal: UInt32(truncatingIfNeeded: event.payload), slots: slots, frame: frame))
        if value.isNaN { failDraw(op.b, at: pc) }
        r[op.a] = value
      case .drawDynamic:
        r[op.a] = drawDynamic(
          op, Drawer(origin: originKeys[event.origin], ordinal: UInt32(truncatingIfNeeded: event.payload), slots: slots, frame: frame), pc: pc)
      case .jump:
        budget &-= 1
        pc = Int(op.a)
        continue
      case .jumpIfZero where r[op.a] == 0, .jumpUnlessZero where r[op.a] != 0:
        budget &-= 1
        pc = Int(op.b)
        continue
      case .jumpIfLess where r[op.a] < r[op.b], .jumpIfLessOrEqual where r[op.a] <= r[op.b]:
        budget &-= 1
        pc = Int(op.c)
        continue
      case .jumpIfZero, .jumpUnlessZero, .jumpIfLess, .jumpIfLessOrEqual: break
      case .count: add(op.a, r[op.b] * weight)
      case .setCell: set(op.a, to: r[op.b])
      case .addCell: add(op.a, r[op.b])
      case .record: record(op.a, r[op.b])
      case .timeBegin: slots[frame &+ Int(op.a)] = Beginning.of(now)
      case .timeEnd:
        let began = slots[frame &+ Int(op.a)]
        if began >= 0 { record(op.b, seconds(now &- Beginning.ticks(began))) }
        slots[frame &+ Int(op.a)] = -1
      case .note: break
      case .wait where op.b == mode:
        guard let delay = Machine.ticks(r[op.a]), delay < .max &- now else { return unpark(event, from: pc, slots, frame) }
        budget &-= 1
        let payload = event.payload & ~(0xFFFF &<< 32) | UInt64(pc &+ 1) &<< 32
        let extra = mode == ParkMode.slot ? Int64(bitPattern: slots[Int(op.c)].bitPattern) : event.extra
        return events.push(Event(time: now &+ delay, order: nextOrder(EventClass.timer), payload: payload, extra: extra))
      case .wait where op.b != ParkMode.never:
        guard let delay = Machine.ticks(r[op.a]), delay < .max &- now else { return unpark(event, from: pc, slots, frame) }
        budget &-= 1
        return parkOtherwise(event, op, pc: pc &+ 1, mode, after: delay, slots, frame)
      case .use where op.b != ParkMode.never && stations[uses[op.a].station].servesByValue:
        budget &-= 1
        pc = use(event, op, pc: pc &+ 1, mode, slots, frame)
        if pc < 0 { return }
        continue
      case .end:
        budget &-= 1
        let created = mode == ParkMode.frame ? Int64(bitPattern: slots[Int(event.extra)].bitPattern) : event.extra
        finish(originJourneys[event.origin], created: created, outcome: op.a)
        if mode == ParkMode.frame { freeFrame(Int(event.extra)) }
        parkedCount &-= 1
        return
      default: return unpark(event, from: pc, slots, frame)
      }
      budget &-= 1
      pc &+= 1
    }
    unpark(event, from: pc, slots, frame)
  }

  /// When a parked entity was created; 0 where nobody will ask.
  @inline(__always)
  mutating func created(_ event: Event, _ mode: Int32) -> Int64 {
    if mode == ParkMode.value { return event.extra }
    return mode == ParkMode.frame ? Int64(bitPattern: parkedFrames[Int(event.extra)].bitPattern) : 0
  }

  /// Parks an entity that was parked another way before.
  @inline(never)
  private mutating func parkOtherwise(
    _ event: Event, _ op: Op, pc: Int, _ mode: Int32, after delay: Int64, _ slots: Slab<Double>, _ frame: Int
  ) {
    var extra = created(event, mode)
    if op.b == ParkMode.slot {
      extra = Int64(bitPattern: slots[frame &+ Int(op.c)].bitPattern)
    } else if op.b == ParkMode.frame {
      extra = keepFrame(slots, frame, created: extra, who: event.who)
    }
    if mode == ParkMode.frame { freeFrame(Int(event.extra)) }
    let kind = EventKind.parked.rawValue &+ UInt64(truncatingIfNeeded: op.b &- ParkMode.value)
    let payload = event.who | UInt64(pc) &<< 32 | kind &<< 60
    events.push(Event(time: now &+ delay, order: nextOrder(EventClass.timer), payload: payload, extra: extra))
  }

  /// A parked entity has a token again, and goes on at `pc`.
  @inline(never)
  private mutating func unpark(_ event: Event, from pc: Int, _ slots: Slab<Double>, _ frame: Int) {
    let token = newToken(of: event, slots, frame)
    execute(token, from: pc, frame: Int(token) &* stride)
  }

  /// A token for a parked entity.
  mutating func newToken(of event: Event, _ slots: Slab<Double>, _ frame: Int) -> Int32 {
    let token = newToken(hasFrame: true)
    parkedCount &-= 1
    tokens[token].origin = event.origin
    tokens[token].ordinal = UInt32(truncatingIfNeeded: event.payload)
    tokens[token].journey = originJourneys[event.origin]
    let own = Int(token) &* stride
    var i = 0
    while i < stride {
      frames[own &+ i] = slots[frame &+ i]
      i &+= 1
    }
    if event.kind == EventKind.parked.rawValue { tokens[token].created = event.extra }
    if event.kind == EventKind.parkedFrame.rawValue {
      tokens[token].created = Int64(bitPattern: slots[Int(event.extra)].bitPattern)
      freeFrame(Int(event.extra))
    }
    return token
  }

  @inline(__always)
  mutating func takeFrame(_ token: Int32, _ place: Int) {
    tokens[token].created = Int64(bitPattern: parkedFrames[place].bitPattern)
    let frame = Int(token) &* stride
    var i = 0
    while i < stride {
      frames[frame &+ i] = parkedFrames[place &+ 2 &+ i]
      i &+= 1
    }
    freeFrame(place)
  }

  @inline(__always)
  mutating func freeFrame(_ place: Int) {
    parkedFrames[place] = Double(bitPattern: UInt64(bitPattern: Int64(freeParked)))
    parkedFrames[place &+ 1] = Double(bitPattern: .max)
    freeParked = place
  }

  /// When began what is open in a `time m { }` body of somebody parked.
  func forEachParkedBeginning(_ body: (TimedSlot, Double) -> Void) {
    if program.timed.count == 0 { return }
    for place in Swift.stride(from: 0, to: parkedFrames.count, by: parkedStride) {
      let who = parkedFrames[place + 1].bitPattern
      if who == .max { continue }
      let journey = journeys[program.originJourneys[Int32(truncatingIfNeeded: who >> 48)]]
      for i in 0..<journey.timedCount {
        let timed = program.timed[journey.timed + i]
        body(timed, parkedFrames[place + 2 + Int(timed.slot)])
      }
    }
  }
}
