// The loop: takes the first event, moves the clock, lets the thing it is about happen, runs whoever became ready, then
// looks at what depends on the cells that changed. Order at one instant: completions, then timers, then arrivals, each in
// order of creation; tokens that were woken run before the next event, in the order in which they were woken; derived
// cells are brought up to date and conditions are tested each time a token has stopped, invariants once nobody is left who
// is ready.

import SoukModel
import SoukStats

extension Machine {
  /// Runs every event up to and at `end`; true unless the run stopped for good.
  mutating func run(until end: Int64) -> Bool {
    if !hasBegun { begin() }
    if !warmupEnded && end >= warmup {
      loop(until: warmup - 1)
      if stopped == nil {
        now = max(now, warmup)
        endWarmup()
      }
    }
    loop(until: end)
    if stopped == nil { now = max(now, end) }
    return stopped == nil
  }

  private mutating func loop(until end: Int64) {
    horizon = end == .max ? .max : end + 1
    while stopped == nil, let event = events.first(), event.time <= end {
      if events.hasRefilled { lookAhead() }
      events.removeFirst()
      budget &-= 1
      if budget < 0 && checkLimits(at: -1) {
        events.push(event)
        budget &+= 1
        break
      }
      switch event.kind {
      // The three that nearly all events are; a failable init of `EventKind` was a call of its own for each event, and a
      // function around this switch cost each arrival its prologue twice.
      case EventKind.arrival.rawValue:
        let source = Int32(truncatingIfNeeded: event.index)
        if sources[source].timer == event.order {
          advance(event)
          arrive(source)
        } else {
          dropDead()
        }
      case EventKind.serviceEnd.rawValue, EventKind.wait.rawValue: happen(event)
      case EventKind.parked.rawValue, EventKind.parkedSlot.rawValue, EventKind.parkedFrame.rawValue:
        advance(event)
        goOn(event)
      case EventKind.served.rawValue, EventKind.servedFrame.rawValue:
        advance(event)
        endServiceByValue(event)
      default: happenRarely(event, Int32(truncatingIfNeeded: event.index))
      }
      if isDirty || !ready.isEmpty { settle() }
    }
    // Stopped from outside, what it shows is as of now.
    if stopped == nil { advanceChains(to: end) } else if stoppedBetweenEvents { advanceChains(to: now) }
  }

  /// The end of a service or of a `wait`.
  @inline(__always)
  private mutating func happen(_ event: Event) {
    let index = Int32(truncatingIfNeeded: event.index)
    guard tokens[index].timer == event.order else { return dropDead() }
    advance(event)
    tokens[index].timer = 0
    if event.kind == EventKind.serviceEnd.rawValue { return endService(index) }
    tokens[index].state = .ready
    run(index)
  }

  @inline(never)
  mutating func happenRarely(_ event: Event, _ index: Int32) {
    guard isAlive(event) else { return dropDead() }
    if event.kind == EventKind.deadline.rawValue && !isSomebodys(event) { return }
    advance(event)
    switch EventKind(rawValue: event.kind) {
    case .waitOfArm: endWaitOfArm(event)
    case .deadline: losePatience(index)
    case .sharedEnd: endSharedService(index)
    case .failure: breakDown(index)
    case .repair: repair(index)
    case .batchTimeout: closeBatch(index)
    case .batchCalendar: callBatch(index)
    case .windowEnd: endWindow(index)
    default: break
    }
  }

  /// An event that nobody waits for any more: it counts as no step, for how many of these are met depends on when they are
  /// thrown out.
  @inline(__always)
  mutating func dropDead() {
    events.dropDead()
    budget &+= 1
  }

  @inline(__always)
  mutating func advance(_ event: Event) {
    now = event.time
    eventCount &+= 1
  }

  /// Time 0: derived cells, stations, sources; then the processes in order.
  mutating func begin() {
    hasBegun = true
    if warmup <= 0 { warmupEnded = true }
    for i in 0..<formulas.count { dirty.insert(Int32(i), .derived) }
    for i in 0..<invariants.count { dirty.insert(Int32(i), .invariant) }
    for i in 0..<stations.count { openStation(Int32(i)) }
    for i in 0..<pools.count { dirty.insert(Int32(i), .pool) }
    for i in 0..<levels.count { set(levels[i].levelCell, to: levels[i].level) }
    for i in 0..<accounts.count { set(accounts[i].balanceCell, to: Double(accounts[i].balance)) }
    isDirty = true
    settle()
    for i in 0..<stations.count where stations[i].canBreak { awaitFailure(Int32(i)) }
    openSources()
    for i in 0..<batches.count { awaitCalendar(Int32(i)) }
    for process in program.model.processes {
      if stopped != nil { return }
      let ordinal = nextOrdinal(of: process.origin)
      let entry = journeys[process.journey].entry
      run(start(journey: process.journey, origin: process.origin, ordinal: ordinal, entry: entry))
      settle()
    }
  }

  /// Brings everything up to date that depends on what just changed, and runs whoever is ready, until nothing is left to
  /// do at this instant but the next event.
  @inline(never)
  mutating func settle() {
    while stopped == nil {
      if isDirty { update() }
      if stopped != nil { return }
      if ready.isEmpty { return checkInvariants() }
      let token = ready.removeFirst(in: tokens)
      if isTraced { tellWoken(token) }
      tokens[token].grant = .none
      if tokens[token].handle >= 0 && !handles[tokens[token].handle].hasStarted { startHandle(tokens[token].handle) }
      budget &-= 1
      if budget < 0 && checkLimits(at: Int(tokens[token].pc)) { return }
      run(token)
    }
  }

  private mutating func update() {
    isDirty = false
    var rounds = 0
    repeat {
      while var some = dirty.popWord(.derived) {
        while some.mask != 0 {
          let record = formulas[some.popFirst()]
          let value = value(of: record)
          rounds += 1
          if rounds > 100_000 { return fail(.limit(.stuck, place: place(Int(record.entry)))) }
          // Most don't move: a share of nothing stays 0.
          if value == cells[record.target].value { continue }
          if cells[record.target].flags & CellState.windowed != 0 { moveWindows(of: record.target, to: value) }
          move(record.target, to: value)
          dirty.pop(into: &some)
        }
      }
      while let i = dirty.popFirst(.station) { adjustStation(i) }
      while let i = dirty.popFirst(.pool) { adjustPool(i) }
      while let i = dirty.popFirst(.source) { adjustSource(i) }
    } while dirty.concernsThings
    isDirty = false
    if stopped != nil { return }
    while let i = dirty.popFirst(.condition) { testCondition(i) }
    if touchedHandles.count > 0 { testHandles() }
  }

  /// When everybody whom the event woke has gone on: what is moved in two steps is whole again.
  private mutating func checkInvariants() {
    while var some = dirty.popWord(.invariant) {
      while some.mask != 0 {
        let i = some.popFirst()
        if value(of: invariants[i]) == 0 && stopped == nil { fail(.invariant(index: Int32(truncatingIfNeeded: i))) }
      }
    }
  }
}
