// Parked entities: who does nothing but wait for a time needs no token. Its event carries it by value, 32 bytes for event and
// entity together, and where slots of its frame will be read again these lie side by side in a store of their own, so that the
// event list of a million who wait is streamed and their tokens aren't fetched. Which slots those are is worked out once for
// each wait (`KeptSlots.swift`).

import SoukModel
import SoukNumerics

/// What an op keeps of an entity that waits there, for a time or in a line; in its unused operand b.
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
  static let originLimit = Int(Waiter.originOfArms)
}

/// What an entity is tied to beside its slots, in one word: the handle that somebody keeps of it, and the group that it leads.
struct Ties: Equatable, BitwiseCopyable {
  let bits: UInt64

  /// Neither.
  static let none = Ties(handle: -1, group: -1)

  @inline(__always)
  init(bits: UInt64) { self.bits = bits }

  @inline(__always)
  init(handle: Int32, group: Int32) { bits = UInt64(UInt32(bitPattern: group)) &<< 32 | UInt64(UInt32(bitPattern: handle)) }

  var handle: Int32 { @inline(__always) get { Int32(truncatingIfNeeded: bits) } }
  var group: Int32 { @inline(__always) get { Int32(truncatingIfNeeded: bits &>> 32) } }
}

extension Event {
  /// How a parked entity is kept.
  @inline(__always)
  var parkMode: Int32 { Int32(truncatingIfNeeded: kind &- EventKind.parked.rawValue) &+ ParkMode.value }
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
}

extension Machine {
  /// Whether an entity is all that its event and what is kept of its frame can carry where it goes on at `pc`: it races for nothing, and
  /// its journey is known by its origin.
  @inline(__always)
  mutating func canDoWithoutToken(_ token: Int32, pc: Int) -> Bool {
    (tokens[token].part < 0 || leadsOnly(token, pc: pc)) && originJourneys[tokens[token].origin] >= 0
  }

  /// Whether the only part of a token is to lead a batch, which is kept among its ties.
  @inline(never)
  private mutating func leadsOnly(_ token: Int32, pc: Int) -> Bool {
    let part = parts[tokens[token].part]
    return part.armOf < 0 && part.race < 0 && part.unwind < 0 && keptSlots[pc].hasTies
  }

  /// What a token is tied to.
  @inline(__always)
  private mutating func ties(of token: Int32) -> Ties { Ties(handle: tokens[token].handle, group: group(of: token)) }

  /// A token is tied to what was kept for it.
  @inline(__always)
  private mutating func tie(_ token: Int32, _ ties: Ties) {
    tokens[token].handle = ties.handle
    if ties.group >= 0 { lead(ties.group, token) }
  }

  @inline(never)
  private mutating func lead(_ group: Int32, _ token: Int32) {
    let part = parts.part(of: token, in: tokens)
    parts[part].group = group
  }

  /// Parks a token that waits; its token is free again. False if it must stay.
  @inline(__always)
  mutating func park(_ token: Int32, pc: Int, mode: Int32, after delay: Int64) -> Bool {
    if !canDoWithoutToken(token, pc: pc) { return false }
    let (time, overflow) = now.addingReportingOverflow(delay)
    if overflow { return false }
    var payload = entity(token) | UInt64(pc) &<< 32
    var extra = tokens[token].created
    if mode == ParkMode.value {
      payload |= EventKind.parked.rawValue &<< 60
    } else if mode == ParkMode.slot {
      payload |= EventKind.parkedSlot.rawValue &<< 60
      extra = Int64(bitPattern: frames[frame(of: token) &+ Int(code[pc &- 1].c)].bitPattern)
    } else {
      payload |= EventKind.parkedFrame.rawValue &<< 60
      extra = keepFrame(of: token, pc: pc)
    }
    freeToken(token)
    parkedCount &+= 1
    events.push(Event(time: time, order: nextOrder(EventClass.timer), payload: payload, extra: extra))
    return true
  }

  /// The place of what a token keeps of its frame, which goes on at `pc`.
  @inline(__always)
  mutating func keepFrame(of token: Int32, pc: Int) -> Int64 {
    let ties = ties(of: token)
    assert(ties == .none || keptSlots[pc].hasTies)
    return keepFrame(frames, frame(of: token), created: tokens[token].created, ties: ties, pc: pc)
  }

  /// The place of what an entity keeps of its slots.
  @inline(__always)
  mutating func keepFrame(_ slots: Slab<Double>, _ frame: Int, created: Int64, ties: Ties = .none, pc: Int) -> Int64 {
    let words = keptSlots[pc].words
    var place = freeParked[words]
    if place >= 0 {
      freeParked[words] = Int(Int64(bitPattern: parkedFrames[place].bitPattern))
    } else {
      place = parkedFrames.count
      parkedFrames.append(repeating: 0, count: Int(words))
    }
    parkedFrames[place] = Double(bitPattern: UInt64(bitPattern: created))
    pack(slots, frame, ties: ties, into: place, pc: pc)
    return Int64(place)
  }

  /// The ties among what is kept in a place.
  @inline(__always)
  mutating func keptTies(_ place: Int, pc: Int) -> Ties {
    keptSlots[pc].hasTies ? Ties(bits: parkedFrames[place &+ keptSlots[pc].tiesWord].bitPattern) : .none
  }

  /// The place of what an entity on its event keeps of the passing frame: the one it has, if that is as large.
  @inline(__always)
  mutating func keepFrame(of event: Event, _ mode: Int32, pc: Int) -> Int64 {
    if mode == ParkMode.frame && keptSlots[event.pc].words == keptSlots[pc].words {
      pack(passingFrame, 0, into: Int(event.extra), pc: pc)
      return event.extra
    }
    return keepFrame(passingFrame, 0, created: leaveFrame(of: event, mode), pc: pc)
  }

  /// An entity on its event keeps no frame any more; when it was created.
  @inline(__always)
  mutating func leaveFrame(of event: Event, _ mode: Int32) -> Int64 {
    let created = created(event, mode)
    if mode == ParkMode.frame { freeFrame(Int(event.extra), pc: event.pc) }
    return created
  }

  /// Puts the slots that an entity keeps, and its ties, into its place.
  @inline(__always)
  func pack(_ slots: Slab<Double>, _ frame: Int, ties: Ties = .none, into place: Int, pc: Int) {
    if keptSlots[pc].hasTies { parkedFrames[place &+ keptSlots[pc].tiesWord] = Double(bitPattern: ties.bits) }
    var to = place &+ 1
    if keepsWhole {
      for i in 0..<stride { parkedFrames[to &+ i] = slots[frame &+ i] }
      return
    }
    var rest = keptSlots[pc].kept
    while rest != 0 {
      parkedFrames[to] = slots[frame &+ rest.trailingZeroBitCount]
      rest &= rest &- 1
      to &+= 1
    }
  }

  /// Puts them back where they belong in a frame.
  @inline(__always)
  func unpack(_ place: Int, pc: Int, into slots: Slab<Double>, _ frame: Int) {
    var from = place &+ 1
    if keepsWhole {
      for i in 0..<stride { slots[frame &+ i] = parkedFrames[from &+ i] }
      return
    }
    var rest = keptSlots[pc].kept
    while rest != 0 {
      slots[frame &+ rest.trailingZeroBitCount] = parkedFrames[from]
      rest &= rest &- 1
      from &+= 1
    }
  }

  /// A parked entity's wait is over: it goes on where it is, on its event and the passing frame, until it waits again or ends;
  /// at the first op that needs more, and where the budget is used up, it has a token again. The same ops as in `execute`, which
  /// took twice the time for a token and the two copies of a frame.
  @inline(never)
  mutating func goOn(_ event: Event) {
    let code = self.code
    let r = registers
    let mode = event.parkMode
    let slots = passingFrame
    var pc = event.pc
    if mode == ParkMode.frame {
      unpack(Int(event.extra), pc: pc, into: slots, 0)
      // Its token tells its handle and its followers.
      if keptTies(Int(event.extra), pc: pc) != .none { return unpark(event, from: pc) }
    } else if mode == ParkMode.slot {
      slots[Int(code[pc &- 1].c)] = Double(bitPattern: UInt64(bitPattern: event.extra))
    }
    // What is told of an entity is told of its token.
    if isTraced { return unpark(event, from: pc) }
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
      case .negate: r[op.a] = -r[op.b]
      case .not: r[op.a] = r[op.b] == 0 ? 1 : 0
      case .floor: r[op.a] = r[op.b].rounded(.down)
      case .squareRoot: r[op.a] = r[op.b].squareRoot()
      case .exponential: r[op.a] = Elementary.exp(r[op.b])
      case .logarithm: r[op.a] = Elementary.log(r[op.b])
      case .less: r[op.a] = r[op.b] < r[op.c] ? 1 : 0
      case .lessOrEqual: r[op.a] = r[op.b] <= r[op.c] ? 1 : 0
      case .equal: r[op.a] = r[op.b] == r[op.c] ? 1 : 0
      case .notEqual: r[op.a] = r[op.b] != r[op.c] ? 1 : 0
      case .and: r[op.a] = r[op.b] != 0 && r[op.c] != 0 ? 1 : 0
      case .or: r[op.a] = r[op.b] != 0 || r[op.c] != 0 ? 1 : 0
      case .loadSlot: r[op.a] = slots[Int(op.b)]
      case .storeSlot: slots[Int(op.a)] = r[op.b]
      case .loadCell: r[op.a] = cells[op.b].value
      case .now: r[op.a] = seconds(now)
      case .draw:
        let value = draw(
          op.b, site: op.c,
          Drawer(origin: originKeys[event.origin], ordinal: UInt32(truncatingIfNeeded: event.payload), slots: slots, frame: 0))
        if value.isNaN { failDraw(op.b, at: pc) }
        r[op.a] = value
      case .drawDynamic:
        r[op.a] = drawDynamic(
          op, Drawer(origin: originKeys[event.origin], ordinal: UInt32(truncatingIfNeeded: event.payload), slots: slots, frame: 0), pc: pc)
      case .drawWeighted:
        r[op.a] = drawWeighted(
          op, count: code[pc &+ 1].a,
          Drawer(origin: originKeys[event.origin], ordinal: UInt32(truncatingIfNeeded: event.payload), slots: slots, frame: 0), pc: pc)
        pc &+= 1
      case .column, .curve, .nextInstant: readTable(op, pc: pc)
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
      case .timeBegin: slots[Int(op.a)] = Beginning.of(now)
      case .timeEnd:
        let began = slots[Int(op.a)]
        if began >= 0 { record(op.b, seconds(now &- Beginning.ticks(began))) }
        slots[Int(op.a)] = -1
      case .note: break
      case .wait where op.b == mode:
        guard let delay = Machine.ticks(r[op.a]), delay < .max &- now else { return unpark(event, from: pc) }
        budget &-= 1
        let payload = event.payload & ~(0xFFFF &<< 32) | UInt64(pc &+ 1) &<< 32
        let extra = mode == ParkMode.slot ? Int64(bitPattern: slots[Int(op.c)].bitPattern)
          : mode == ParkMode.frame ? keepFrame(of: event, mode, pc: pc &+ 1) : event.extra
        return events.push(Event(time: now &+ delay, order: nextOrder(EventClass.timer), payload: payload, extra: extra))
      case .wait where op.b != ParkMode.never:
        guard let delay = Machine.ticks(r[op.a]), delay < .max &- now else { return unpark(event, from: pc) }
        budget &-= 1
        return park(event, op, pc: pc &+ 1, mode, until: now &+ delay)
      case .waitUntil where op.b != ParkMode.never:
        let instant = r[op.a]
        guard !instant.isNaN, let time = Machine.ticks(max(instant, 0)), time < .max else { return unpark(event, from: pc) }
        if time <= now { break }
        budget &-= 1
        return park(event, op, pc: pc &+ 1, mode, until: time)
      case .use where op.b != ParkMode.never && stations[uses[op.a].station].servesByValue:
        budget &-= 1
        pc = use(event, op, pc: pc &+ 1, mode)
        if pc < 0 { return }
        continue
      case .offset where code[pc &+ 1].code == .use && code[pc &+ 1].b != ParkMode.never:
        var after = pc &+ 1
        let op = offsetOp(&after)
        // Of stations side by side some may be of another kind.
        if stopped != nil || !stations[uses[op.a].station].servesByValue { return unpark(event, from: pc) }
        budget &-= 1
        pc = use(event, op, pc: after, mode)
        if pc < 0 { return }
        continue
      case .end:
        budget &-= 1
        finish(originJourneys[event.origin], created: leaveFrame(of: event, mode), outcome: op.a)
        parkedCount &-= 1
        return
      default: return unpark(event, from: pc)
      }
      budget &-= 1
      pc &+= 1
    }
    unpark(event, from: pc)
  }

  /// When a parked entity was created; 0 where nobody will ask.
  @inline(__always)
  mutating func created(_ event: Event, _ mode: Int32) -> Int64 {
    if mode == ParkMode.value { return event.extra }
    return mode == ParkMode.frame ? Int64(bitPattern: parkedFrames[Int(event.extra)].bitPattern) : 0
  }

  /// Parks an entity on its event, which may have been parked another way before, until an instant.
  @inline(never)
  private mutating func park(_ event: Event, _ op: Op, pc: Int, _ mode: Int32, until time: Int64) {
    let extra: Int64
    if op.b == ParkMode.frame {
      extra = keepFrame(of: event, mode, pc: pc)
    } else {
      let created = leaveFrame(of: event, mode)
      extra = op.b == ParkMode.slot ? Int64(bitPattern: passingFrame[Int(op.c)].bitPattern) : created
    }
    let kind = EventKind.parked.rawValue &+ UInt64(truncatingIfNeeded: op.b &- ParkMode.value)
    events.push(Event(time: time, order: nextOrder(EventClass.timer), payload: event.who | UInt64(pc) &<< 32 | kind &<< 60, extra: extra))
  }

  /// A parked entity whose slots are in the passing frame has a token again, and goes on at `pc`.
  @inline(never)
  private mutating func unpark(_ event: Event, from pc: Int) {
    let token = newToken(of: event, at: pc)
    execute(token, from: pc, frame: frame(of: token))
  }

  /// A token for a parked entity that has come to `pc` on the passing frame.
  mutating func newToken(of event: Event, at pc: Int) -> Int32 {
    let token = newToken(fillsFrame: true)
    parkedCount &-= 1
    tokens[token].origin = event.origin
    tokens[token].ordinal = UInt32(truncatingIfNeeded: event.payload)
    tokens[token].journey = originJourneys[event.origin]
    let own = frame(of: token)
    var i = 0
    while i < stride {
      frames[own &+ i] = passingFrame[i]
      i &+= 1
    }
    closeTimed(of: token, but: keptSlots[pc].open)
    if event.hasFrame { tie(token, keptTies(event.place, pc: event.pc)) }
    tokens[token].created = leaveFrame(of: event, event.parkMode)
    return token
  }

  /// A token takes over what was kept in a place, where its entity goes on at `pc`.
  @inline(__always)
  mutating func takeFrame(_ token: Int32, _ place: Int, pc: Int) {
    tokens[token].created = Int64(bitPattern: parkedFrames[place].bitPattern)
    tie(token, keptTies(place, pc: pc))
    unpack(place, pc: pc, into: frames, frame(of: token))
    closeTimed(of: token, but: keptSlots[pc].open)
    freeFrame(place, pc: pc)
  }

  /// What no `time m { }` body has begun is closed in a token's frame; of one that is parked it wasn't kept.
  @inline(__always)
  mutating func closeTimed(of token: Int32, but open: UInt64) {
    if keepsWhole { return }
    var rest = journeys[tokens[token].journey].timedSlots & ~open
    let frame = frame(of: token)
    while rest != 0 {
      frames[frame &+ rest.trailingZeroBitCount] = -1
      rest &= rest &- 1
    }
  }

  @inline(__always)
  mutating func freeFrame(_ place: Int, pc: Int) {
    let words = keptSlots[pc].words
    parkedFrames[place] = Double(bitPattern: UInt64(bitPattern: Int64(freeParked[words])))
    freeParked[words] = place
  }

  /// When began what is open in a `time m { }` body of somebody who has a frame and no token.
  func forEachParkedBeginning(_ body: (TimedSlot, Double) -> Void) {
    if program.timed.count == 0 { return }
    func look(_ who: UInt64, at place: Int) {
      let journey = journeys[program.originJourneys[Int32(truncatingIfNeeded: who >> 48 & 0xFFF)]]
      let slots = keptSlots[Int(who >> 32 & 0xFFFF)]
      for i in 0..<journey.timedCount {
        let timed = program.timed[journey.timed + i]
        if keepsWhole || slots.open & 1 << UInt64(timed.slot) != 0 {
          body(timed, parkedFrames[place + 1 + (keepsWhole ? Int(timed.slot) : FrameKeeping.position(of: timed.slot, in: slots.kept))])
        }
      }
    }
    events.forEach { if $0.hasFrame { look($0.payload, at: $0.place) } }
    func look(_ waiter: Waiter) { if waiter.who & Waiter.hasFrame != 0 { look(waiter.who, at: Int(waiter.extra)) } }
    for i in 0..<lines.count { lines[i].forEach(in: waiters) { look($1) } }
    followers.forEach { look($0) }
    races.forEachAtRest { look($0.who, at: Int($0.place)) }
  }
}
