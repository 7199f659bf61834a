// Who stands in lines: of stations that serve, of pools that give, of levels, of those who gather in a batch, of those who await a
// condition; and who shares a station's servers, by when that will be over. Who begins to wait is put into the line by value, 32 bytes,
// where nothing needs its token meanwhile, and its token is free; slots that will be read again lie in the store of parked frames
// (`Parking.swift`). Others stand in the same line as tokens, or as arms of a race at rest.

import SoukModel

extension Machine {
  /// Whether nothing needs the token of who begins to wait, and its `else` is found again by the place of its `use`, which may have
  /// been moved by a row.
  @inline(__always)
  mutating func canLineUpByValue(_ token: Int32, _ site: UseSite, pc: Int) -> Bool {
    canDoWithoutToken(token, pc: pc) && (site.patience < 0 || uses[code[pc &- 1].a].otherwise == site.otherwise)
  }

  /// The same for those who wait for a pool, a level or a condition.
  @inline(__always)
  private mutating func canLineUpByValue(_ token: Int32, _ site: RequestSite, pc: Int) -> Bool {
    canDoWithoutToken(token, pc: pc) && (site.patience < 0 || requests[code[pc &- 1].a].otherwise == site.otherwise)
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
  func placeOf(_ line: Int32) -> (state: TokenState, thing: Int32) {
    let p = line &- Int32(truncatingIfNeeded: stations.count)
    if p < 0 { return (stations[line].discipline == .processorSharing ? .sharing : .queued, line) }
    let l = p &- Int32(truncatingIfNeeded: pools.count)
    if l < 0 { return (.seizing, p) }
    let b = l &- 2 &* Int32(truncatingIfNeeded: levels.count)
    if b < 0 { return (l & 1 == 0 ? .putting : .taking, l &>> 1) }
    let c = b &- Int32(truncatingIfNeeded: batches.count)
    return c < 0 ? (.gathering, b) : (.awaiting, c)
  }

  /// The line in which a token stands.
  mutating func line(of token: Int32) -> Int32 {
    let thing = tokens[token].thing
    return switch tokens[token].state {
    case .seizing: line(ofPool: thing)
    case .putting: line(ofPuttersTo: thing)
    case .taking: line(ofTakersFrom: thing)
    case .gathering: line(ofBatch: thing)
    case .awaiting: line(ofCondition: thing)
    default: thing
    }
  }

  /// Puts who waits for a pool, a level or a condition at the end of a line, by value if nothing needs its token, with its patience.
  mutating func lineUp(_ token: Int32, _ line: Int32, key: Double = 0, _ site: RequestSite, mode: Int32, pc: Int) {
    let delay = patience(site.patience, pc: pc)
    if mode != ParkMode.never, !isTraced, canLineUpByValue(token, site, pc: pc) {
      lineUpByValue(token, line, key: key, pc: pc, mode: mode, patience: delay)
    } else {
      lineUp(token, line, key: key, patience: delay, otherwise: site.otherwise)
    }
  }

  /// The ticks of patience in a register (-1: for ever); the run stops if these are none.
  @inline(__always)
  mutating func patience(_ register: Int32, pc: Int) -> Int64 {
    if register < 0 { return .max }
    if let delay = Machine.ticks(registers[register]) { return delay }
    failTime(registers[register], at: pc &- 1)
    return .max
  }

  /// Puts a token at the end of a line as it is.
  mutating func lineUp(_ token: Int32, _ line: Int32, key: Double = 0, patience delay: Int64, otherwise: Int32) {
    tokens[token].otherwise = otherwise
    tokens[token].numberInLine = lineUp(Waiter(token: token), line, key: key, patience: delay)
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
    _ = lineUp(Waiter(who: who, extra: extra, since: now, service: service), line, key: key, patience: delay)
  }

  @inline(__always)
  private mutating func lineUp(_ waiter: Waiter, _ line: Int32, key: Double, patience delay: Int64) -> Int64 {
    let (end, isNever) = now.addingReportingOverflow(delay)
    if delay == .max || isNever { return lines[line].append(waiter, key: key, in: &waiters) }
    var patient = waiter
    patient.who |= Waiter.hasPatience
    let number = lines[line].append(patient, key: key, in: &waiters)
    if lines[line].setDeadline(number, Deadline(time: end, order: nextOrder(EventClass.timer))) { awaitDeadline(line) }
    return number
  }

  /// Lets the first deadline of a line be pending.
  @inline(never)
  private mutating func awaitDeadline(_ line: Int32) {
    if lines[line].timer != 0 { events.noteDead() }
    lines[line].clearTimer()
    guard let deadline = lines[line].firstDeadline else { return }
    var event = Event(time: deadline.time, order: deadline.order, kind: .deadline, index: line)
    event.extra = lines[line].setTimer()
    events.push(event)
  }

  /// Whether the deadline of a line that an event is about is somebody's; if not, the next one that is will be pending, and this counts
  /// as no step, for how many of these are met depends on when they are thrown out.
  mutating func isSomebodys(_ event: Event) -> Bool {
    let line = Int32(truncatingIfNeeded: event.index)
    if let deadline = lines[line].firstDeadline, deadline.order == event.order,
      lines[line].isThere(lines[line].firstToLosePatience, in: waiters) { return true }
    lines[line].clearTimer()
    lines[line].passDeadlinesOfNobody(in: waiters)
    awaitDeadline(line)
    budget &+= 1
    return false
  }

  /// The token of one who stands in a line no longer.
  @inline(__always)
  mutating func token(of waiter: Waiter, _ line: Int32) -> Int32 { waiter.isToken ? waiter.token : recall(waiter, line) }

  /// An entity that stood in a line by value has a token again.
  @inline(__always)
  mutating func recall(_ waiter: Waiter, _ line: Int32) -> Int32 {
    if waiter.isArm { return reviveArm(of: waiter) }
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

  /// The first deadline of a line is over, and is somebody's.
  mutating func losePatience(_ line: Int32) {
    lines[line].clearTimer()
    let number = lines[line].firstToLosePatience
    let waiter = lines[line].remove(number, in: &waiters)
    lines[line].passDeadlinesOfNobody(in: waiters)
    awaitDeadline(line)
    let token = token(of: waiter, line)
    if tokens[token].state == .awaiting { stopWatching(frame(of: token), tokens[token].thing, number) }
    closeUp(line)
    let thing = tokens[token].thing
    if isTraced { tell(.reneged, token, thing: thing) }
    let pc = Int(tokens[token].pc)
    let target: Int32
    if !waiter.isEntity {
      target = tokens[token].otherwise
    } else {
      let site = code[pc &- 1].a
      target = switch tokens[token].state {
      case .queued: uses[site].otherwise
      case .gathering: program.joins[site].otherwise
      default: requests[site].otherwise
      }
    }
    hasLeftLine(token)
    tokens[token].state = .ready
    execute(token, from: otherwise(target, pc), frame: frame(of: token))
  }

  /// Takes a token that is withdrawn out of the line in which it stands.
  mutating func leaveLine(_ token: Int32) {
    let line = line(of: token)
    let number = tokens[token].numberInLine
    _ = lines[line].remove(number, in: &waiters)
    if tokens[token].state == .awaiting { stopWatching(frame(of: token), tokens[token].thing, number) }
    closeUp(line)
    hasLeftLine(token)
  }

  /// Who has this token stands in its line no longer, out of turn.
  private mutating func hasLeftLine(_ token: Int32) {
    let thing = tokens[token].thing
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
    case .sharing: hasLeftSharing(thing)
    default: break
    }
  }

  /// Takes out whose turn it is in a line that isn't empty.
  @inline(__always)
  mutating func takeFirst(of line: Int32) -> Waiter {
    let waiter = lines[line].removeFirst(in: &waiters)
    closeUp(line)
    return waiter
  }

  /// Closes up a line that is mostly gaps.
  @inline(__always)
  mutating func closeUp(_ line: Int32) { if lines[line].isGappy { closeGaps(of: line) } }

  @inline(never)
  private mutating func closeGaps(of line: Int32) {
    let (tokens, races) = (tokens, races)
    lines[line].closeUp(in: &waiters) { waiter, number in
      if waiter.isToken { tokens[waiter.token].numberInLine = number }
      if waiter.isArm { races[waiter.race, waiter.armNumber].pending = number }
    }
    let c = line &- self.line(ofCondition: 0)
    if c >= 0 && conditions[c].slotCount > 0 { watchAgain(c) }
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
      if waiter.isArm {
        let arm = races[waiter.race, waiter.armNumber]
        if !races[waiter.race].isAtRest || Int(arm.token) != line || arm.pending != number { isRight = false }
      }
    }
    if !lines[line].isConsistent(in: waiters) { return false }
    switch state {
    case .sharing: return isRight && count == stations[thing].inService
    case .queued: return isRight && count == stations[thing].waiting - Int64(heaps[2 * thing].count)
    case .seizing: return isRight && count == pools[thing].waiting
    case .gathering: return isRight && count == batches[thing].count
    default: return isRight
    }
  }
}
