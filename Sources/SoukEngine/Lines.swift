// Who stands in lines: of stations that serve, of pools that give, of levels, of those who gather in a batch, and of those who await a
// condition that is the same for all. Who begins to wait is put into the line by value, 32 bytes, where nothing needs its token meanwhile
// (it is no arm of a race, leads no group), and its token is free; slots that will be read again, and a handle that is kept, lie in the
// store of parked frames (`Parking.swift`). Others stand in the same line as tokens.

import SoukModel

extension Machine {
  /// Whether nothing needs the token of who begins to wait, and its `else` is found again by the place of its `use`, which may have
  /// been moved by a row.
  @inline(__always)
  mutating func canLineUpByValue(_ token: Int32, _ site: UseSite, pc: Int) -> Bool {
    canDoWithoutToken(token) && (site.patience < 0 || uses[code[pc &- 1].a].otherwise == site.otherwise)
  }

  /// The same for those who wait for a pool, a level or a condition.
  @inline(__always)
  private mutating func canLineUpByValue(_ token: Int32, _ site: RequestSite, pc: Int) -> Bool {
    canDoWithoutToken(token) && (site.patience < 0 || requests[code[pc &- 1].a].otherwise == site.otherwise)
  }

  /// The line of those who wait for a pool; behind these are two for each level, one for each batch, and one for each condition.
  @inline(__always)
  func line(ofPool p: Int32) -> Int32 { Int32(truncatingIfNeeded: stations.count) &+ p }
  func line(ofPuttersTo l: Int32) -> Int32 { line(ofPool: Int32(truncatingIfNeeded: pools.count) &+ 2 &* l) }
  func line(ofTakersFrom l: Int32) -> Int32 { line(ofPuttersTo: l) &+ 1 }
  func line(ofBatch b: Int32) -> Int32 { line(ofPuttersTo: Int32(truncatingIfNeeded: levels.count)) &+ b }
  func line(ofCondition c: Int32) -> Int32 { line(ofBatch: Int32(truncatingIfNeeded: batches.count)) &+ c }

  /// What those do who stand in a line, and where.
  @inline(__always)
  private func placeOf(_ line: Int32) -> (state: TokenState, thing: Int32) {
    let p = line &- Int32(truncatingIfNeeded: stations.count)
    if p < 0 { return (.queued, line) }
    let l = p &- Int32(truncatingIfNeeded: pools.count)
    if l < 0 { return (.seizing, p) }
    let b = l &- 2 &* Int32(truncatingIfNeeded: levels.count)
    if b < 0 { return (l & 1 == 0 ? .putting : .taking, l &>> 1) }
    let c = b &- Int32(truncatingIfNeeded: batches.count)
    return c < 0 ? (.gathering, b) : (.awaiting, c)
  }

  /// Puts who waits for a pool, a level or a condition at the end of a line, by value if nothing needs its token, with its patience.
  mutating func lineUp(_ token: Int32, _ line: Int32, key: Double = 0, _ site: RequestSite, mode: Int32, pc: Int) {
    if mode != ParkMode.never, !isTraced, canLineUpByValue(token, site, pc: pc),
      let delay = Machine.ticks(site.patience >= 0 ? registers[site.patience] : .infinity) {
      lineUpByValue(token, line, key: key, pc: pc, mode: mode, patience: delay)
    } else {
      lineUp(token, line, key: key)
      _ = setPatience(token, site, pc: pc)
    }
  }

  /// Puts a token at the end of a line as it is.
  mutating func lineUp(_ token: Int32, _ line: Int32, key: Double = 0) {
    tokens[token].numberInLine = lines[line].append(Waiter(token: token), key: key, in: &waiters)
  }

  /// Puts an entity at the end of a line by value; its token is free. It goes on at `pc`.
  @inline(__always)
  mutating func lineUpByValue(_ token: Int32, _ line: Int32, key: Double = 0, pc: Int, mode: Int32, patience delay: Int64) {
    let entity = entity(token) | UInt64(pc) &<< 32
    let hasFrame = mode == ParkMode.frame
    let extra = hasFrame ? keepFrame(of: token, pc: pc) : tokens[token].created
    lineUp(entity, extra, hasFrame: hasFrame, line, key: key, service: tokens[token].service, patience: delay)
    freeToken(token)
    parkedCount &+= 1
  }

  /// The origin and ordinal of a token, where they lie in a record.
  @inline(__always)
  mutating func entity(_ token: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: tokens[token].origin)) &<< 48 | UInt64(tokens[token].ordinal)
  }

  /// Puts an entity at the end of a line: origin, ordinal and where it goes on, and when it was created or the place of its
  /// frame.
  @inline(__always)
  mutating func lineUp(
    _ entity: UInt64, _ extra: Int64, hasFrame: Bool, _ line: Int32, key: Double, service: Int64, patience delay: Int64
  ) {
    var who = entity | Waiter.isThere | Waiter.isByValue
    if hasFrame { who |= Waiter.hasFrame }
    let (end, isNever) = now.addingReportingOverflow(delay)
    let isPatient = delay == .max || isNever
    if !isPatient { who |= Waiter.hasPatience }
    let number = lines[line].append(Waiter(who: who, extra: extra, since: now, service: service), key: key, in: &waiters)
    if !isPatient {
      let kind = EventKind.patienceInLine.rawValue &<< 60 | UInt64(UInt32(bitPattern: line))
      events.push(Event(time: end, order: nextOrder(EventClass.timer), payload: kind, extra: number))
    }
  }

  /// The token of one who stands in a line no longer.
  @inline(__always)
  mutating func token(of waiter: Waiter, _ line: Int32) -> Int32 {
    if waiter.isToken {
      cancelTimer(of: waiter.token)
      return waiter.token
    }
    if waiter.who & Waiter.hasPatience != 0 { events.noteDead() }
    return recall(waiter, line)
  }

  /// An entity that stood in a line by value has a token again.
  @inline(__always)
  mutating func recall(_ waiter: Waiter, _ line: Int32) -> Int32 {
    let hasFrame = waiter.who & Waiter.hasFrame != 0
    let token = newToken(fillsFrame: hasFrame)
    parkedCount &-= 1
    let origin = Int32(truncatingIfNeeded: waiter.who &>> 48 & 0xFFF)
    tokens[token].origin = origin
    tokens[token].ordinal = UInt32(truncatingIfNeeded: waiter.who)
    tokens[token].journey = program.originJourneys[origin]
    tokens[token].created = waiter.extra
    tokens[token].pc = Int32(truncatingIfNeeded: waiter.who &>> 32 & 0xFFFF)
    (tokens[token].state, tokens[token].thing) = placeOf(line)
    tokens[token].since = waiter.since
    tokens[token].service = waiter.service
    if hasFrame {
      takeFrame(token, Int(waiter.extra), pc: Int(tokens[token].pc))
    } else {
      closeTimed(of: token, but: 0)
    }
    return token
  }

  /// The patience of one who stands in a line by value is over.
  mutating func losePatienceInLine(_ line: Int32, number: Int64) {
    let token = recall(lines[line].remove(number, in: &waiters), line)
    let thing = tokens[token].thing
    if isTraced { tell(.reneged, token, thing: thing) }
    let pc = Int(tokens[token].pc)
    let site = code[pc &- 1].a
    let target = switch tokens[token].state {
    case .queued: uses[site].otherwise
    case .gathering: program.joins[site].otherwise
    default: requests[site].otherwise
    }
    switch tokens[token].state {
    case .queued:
      stations[thing].waiting &-= 1
      lower(stations[thing].queueCell)
      raise(stations[thing].reneged)
    case .seizing:
      pools[thing].waiting &-= 1
      add(pools[thing].waitingCell, -weight)
      grantWaiting(thing)
    case .gathering: hasLeft(batch: thing)
    case .putting, .taking:
      add(levels[thing].waitingCell, -weight)
      serveLevel(thing)
    default: break
    }
    tokens[token].state = .ready
    execute(token, from: otherwise(target, pc), frame: frame(of: token))
  }

  /// Whether lines are mostly gaps, and so many that closing them up is worth a look at all events.
  var linesAreGappy: Bool { waiters.gaps > 1024 && waiters.gaps > waiters.room / 2 && waiters.gaps > events.count / 4 }

  /// Throws out dead events; with `closesUp` the lines lose their gaps, too.
  mutating func tidy(closesUp: Bool) {
    var before: [[Int64]] = []
    if closesUp { for i in 0..<lines.count { before.append(lines[i].countsBefore(in: waiters)) } }
    var machine = self
    let patience = EventKind.patienceInLine.rawValue
    events.rebuild { event in
      if !machine.isAlive(event) { return nil }
      if !closesUp || event.kind != patience { return event }
      var moved = event
      moved.extra = machine.lines[event.index].closedUp(event.extra, before[event.index], in: machine.waiters)
      return moved
    }
    if closesUp { for i in 0..<lines.count { lines[i].closeUp(in: &waiters, tokens, before[i]) } }
  }

  /// How many stand in lines by value.
  var inLinesByValue: Int {
    var count = 0
    for i in 0..<lines.count { lines[i].forEach(in: waiters) { if !$1.isToken { count += 1 } } }
    return count
  }

  /// Whether a line is in order: how many stand in it, and that tokens know where.
  func lineIsConsistent(_ line: Int) -> Bool {
    var count: Int64 = 0
    var isRight = true
    let (state, thing) = placeOf(Int32(truncatingIfNeeded: line))
    lines[line].forEach(in: waiters) { number, waiter in
      count += 1
      if waiter.isToken, tokens[waiter.token].numberInLine != number || tokens[waiter.token].state != state { isRight = false }
    }
    if lines[line].head < lines[line].tail && lines[line].first(in: waiters).isGap { return false }
    if !lines[line].orderIsConsistent(in: waiters) { return false }
    switch state {
    case .queued: return isRight && count == stations[thing].waiting - Int64(heaps[2 * thing].count)
    case .seizing: return isRight && count == pools[thing].waiting
    case .gathering: return isRight && count == batches[thing].count
    default: return isRight
    }
  }
}
