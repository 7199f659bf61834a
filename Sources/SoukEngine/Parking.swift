// Parked entities: who does nothing but wait for a time needs no token. Its event carries it by value, 32 bytes for event and
// entity together, and where slots of its frame will be read again those lie in a store of their own, so that the event
// list of a million who wait is streamed and their tokens aren't fetched. Which waits can do without the frame is worked
// out once, by the usual backward analysis of live variables over the ops (Aho, Lam, Sethi & Ullman, §9.2.5).

import SoukModel

/// What a `wait` op, and a `use` whose entity waits in a line, keeps of an entity; in its unused operand b.
enum ParkMode {
  /// The token stays.
  static let never: Int32 = 0
  /// Nothing of the frame will be read again.
  static let value: Int32 = 1
  static let frame: Int32 = 2

  /// The widths of the fields in an event's payload.
  static let placeLimit = 1 << 16
  static let originLimit = 1 << 12
}

extension Program {
  /// The journey that each origin starts; nil if some origin starts several.
  static func journeysOfOrigins(_ model: CompiledModel) -> [Int32]? {
    var journeys = [Int32](repeating: -1, count: model.origins.count)
    let starts = model.sources.map { ($0.origin, $0.journey) } + model.spawns.map { ($0.origin, $0.journey) }
      + model.processes.map { ($0.origin, $0.journey) }
    for (origin, journey) in starts {
      if journeys[Int(origin)] >= 0 && journeys[Int(origin)] != journey { return nil }
      journeys[Int(origin)] = journey
    }
    return journeys
  }

  /// The code with the mode of each `wait` and `use` in its operand b.
  static func withParkModes(_ model: CompiledModel, stride: Int, canPark: Bool) -> [Op] {
    var code = model.code
    let waits = code.indices.filter { code[$0].code == .wait }
    let uses = code.indices.filter { code[$0].code == .use }
    for i in waits + uses { code[i].b = ParkMode.never }
    guard canPark, !waits.isEmpty || !uses.isEmpty, code.count < ParkMode.placeLimit, model.origins.count < ParkMode.originLimit else { return code }
    // What is open in `time m { }` is asked for at any time.
    let framesMatter = stride > 64 || model.journeys.contains { !$0.timed.isEmpty }
    let live = framesMatter ? [] : liveSlots(model)
    for i in waits { code[i].b = framesMatter || live[i + 1] != 0 ? ParkMode.frame : ParkMode.value }
    for i in uses {
      let site = model.uses[Int(code[i].a)]
      // Who runs out of patience goes on at the `else`.
      let mayRenege = site.otherwise >= 0 && (site.patience >= 0 || i > 0 && code[i - 1].code == .offset)
      code[i].b = framesMatter || live[i + 1] != 0 || mayRenege && live[Int(site.otherwise)] != 0 ? ParkMode.frame : ParkMode.value
    }
    return code
  }

  /// For each op the slots (a bit each) that may be read, from it on, before they are written.
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
    case .end, .trap, .endEvaluation: return 0
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
  /// Words of a parked frame: when the entity was created, its origin and ordinal (−1: free), its slots.
  var parkedStride: Int { @inline(__always) get { stride &+ 2 } }

  /// Parks a token that waits; its token is free again. False if it must stay.
  @inline(__always)
  mutating func park(_ token: Int32, pc: Int, mode: Int32, after delay: Int64) -> Bool {
    if tokens[token].parent >= 0 || tokens[token].handle >= 0 || tokens[token].group >= 0 { return false }
    let (time, overflow) = now.addingReportingOverflow(delay)
    if overflow { return false }
    let who = UInt64(UInt32(bitPattern: tokens[token].origin)) &<< 48 | UInt64(tokens[token].ordinal)
    var payload = who | UInt64(pc) &<< 32
    var extra = tokens[token].created
    if mode == ParkMode.value {
      payload |= EventKind.parked.rawValue &<< 60
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
    var place = freeParked
    if place >= 0 {
      freeParked = Int(Int64(bitPattern: parkedFrames[place].bitPattern))
    } else {
      place = parkedFrames.count
      parkedFrames.append(repeating: 0, count: parkedStride)
    }
    parkedFrames[place] = Double(bitPattern: UInt64(bitPattern: tokens[token].created))
    parkedFrames[place &+ 1] = Double(bitPattern: who)
    let frame = Int(token) &* stride
    var i = 0
    while i < stride {
      parkedFrames[place &+ 2 &+ i] = frames[frame &+ i]
      i &+= 1
    }
    return Int64(place)
  }

  /// A parked entity's wait is over: it has a token again, and goes on.
  @inline(__always)
  mutating func unpark(_ event: Event) {
    let token = newToken(hasFrame: event.kind == EventKind.parkedFrame.rawValue)
    parkedCount &-= 1
    let origin = Int32(truncatingIfNeeded: event.payload &>> 48 & 0xFFF)
    tokens[token].origin = origin
    tokens[token].ordinal = UInt32(truncatingIfNeeded: event.payload)
    tokens[token].journey = program.originJourneys[origin]
    tokens[token].created = event.extra
    if event.kind == EventKind.parkedFrame.rawValue { takeFrame(token, Int(event.extra)) }
    execute(token, from: Int(event.payload &>> 32 & 0xFFFF), frame: Int(token) &* stride)
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
    parkedFrames[place] = Double(bitPattern: UInt64(bitPattern: Int64(freeParked)))
    parkedFrames[place &+ 1] = Double(bitPattern: .max)
    freeParked = place
  }

  /// When began what is open in a `time m { }` body of somebody parked.
  func forEachParkedBeginning(_ body: (TimedSlot, Double) -> Void) {
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
