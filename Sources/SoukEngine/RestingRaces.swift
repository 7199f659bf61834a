// Races at rest. Who races and has nobody to run needs no tokens: the race's record says who it is, what is kept of the frame lies in the
// store of parked frames, and each arm is where it waits by value: in a line as a record that names the race and the arm, or as an event
// that does. When one of them goes on, all have tokens again (`revive`), and what is written in `Races.swift` holds. An escrow's
// million orders that wait for a confirmation or for a timer take so 32 bytes for each thing that they wait for, 16 for each arm and
// 32 for the race, where tokens took 88 each and a whole frame.

import SoukModel

extension Machine {
  /// Lets a race rest whose arms have all blocked, if nothing needs their tokens.
  @inline(never)
  mutating func rest(_ race: Int32) {
    let parent = races[race].parent
    let pc = Int(tokens[parent].pc)
    let mode = code[pc &- 1].b
    if mode == ParkMode.never || isTraced || originJourneys[tokens[parent].origin] < 0 { return }
    if group(of: parent) >= 0 && !keptSlots[pc].hasTies { return }
    for n in 0..<races[race].opened where !canRest(races[race, n].token) { return }
    for n in 0..<races[race].opened { restArm(race, n) }
    races[race].who = entity(parent) | UInt64(pc) &<< 32
    races[race].place = keepFrame(of: parent, pc: pc)
    races[race].parent = -1
    freeToken(parent)
    parkedCount &+= 1 &+ Int(races[race].opened)
  }

  /// Whether an arm does nothing but wait for a time or stand in a line.
  private mutating func canRest(_ arm: Int32) -> Bool {
    if group(of: arm) >= 0 { return false }
    return switch tokens[arm].state {
    case .waiting, .seizing, .putting, .taking, .awaiting, .gathering, .sharing: true
    case .queued: !tokens[arm].hasBegun
    default: false
    }
  }

  private mutating func restArm(_ race: Int32, _ n: Int32) {
    let arm = races[race, n].token
    let token = tokens[arm]
    var state = ArmState(token: -1, unwind: parts[token.part].unwind, pending: Int64(bitPattern: token.timer))
    if token.state != .waiting {
      state.token = line(of: arm)
      state.pending = token.numberInLine
      let isPatient = lines[state.token].waiter(state.pending, in: waiters).who & Waiter.hasPatience
      lines[state.token].replace(
        state.pending,
        by: Waiter(
          who: Waiter.arm(n, of: race) | isPatient, extra: Int64(token.pc) | Int64(token.otherwise) &<< 32, since: token.since,
          service: token.service),
        in: waiters)
    }
    freeToken(arm)
    races[race, n] = state
  }

  /// The arms of a race at rest, and who races, have tokens again; one arm may have been taken out of its line.
  mutating func revive(_ race: Int32, taken: Waiter? = nil) {
    let (state, pc) = (races[race], races[race].pc)
    let parent = newToken(fillsFrame: true)
    tokens[parent].origin = state.origin
    tokens[parent].ordinal = UInt32(truncatingIfNeeded: state.who)
    tokens[parent].journey = originJourneys[state.origin]
    tokens[parent].pc = Int32(truncatingIfNeeded: pc)
    tokens[parent].state = .racing
    tokens[parent].thing = state.site
    takeFrame(parent, Int(state.place), pc: pc)
    let part = parts.part(of: parent, in: tokens)
    parts[part].race = race
    races[race].parent = parent
    parkedCount &-= 1 &+ Int(state.opened)
    for n in 0..<state.opened { reviveArm(race, n, taken: taken?.armNumber == n ? taken : nil) }
  }

  private mutating func reviveArm(_ race: Int32, _ n: Int32, taken: Waiter?) {
    let state = races[race, n]
    let arm = newArm(race, n)
    parts[tokens[arm].part].unwind = state.unwind
    if state.token < 0 {
      tokens[arm].state = .waiting
      tokens[arm].timer = UInt64(bitPattern: state.pending)
      tokens[arm].pc = -1
      return
    }
    (tokens[arm].state, tokens[arm].thing) = placeOf(state.token)
    tokens[arm].numberInLine = state.pending
    let waiter = taken ?? lines[state.token].waiter(state.pending, in: waiters)
    tokens[arm].pc = Int32(truncatingIfNeeded: waiter.extra)
    tokens[arm].otherwise = Int32(truncatingIfNeeded: waiter.extra &>> 32)
    tokens[arm].since = waiter.since
    tokens[arm].service = waiter.service
    if taken != nil { return }
    var own = Waiter(token: arm)
    own.who |= waiter.who & Waiter.hasPatience
    lines[state.token].replace(state.pending, by: own, in: waiters)
  }

  /// The token of an arm that stood in a line by value, out of which it was taken.
  @inline(never)
  mutating func reviveArm(of waiter: Waiter) -> Int32 {
    revive(waiter.race, taken: waiter)
    return races[waiter.race, waiter.armNumber].token
  }

  /// An arm's `wait` is over.
  mutating func endWaitOfArm(_ event: Event) {
    let race = Int32(truncatingIfNeeded: event.index)
    if races[race].isAtRest { revive(race) }
    let arm = races[race, event.armNumber].token
    tokens[arm].timer = 0
    tokens[arm].state = .ready
    // Where it goes on only its event knows if it was at rest since it began to wait.
    if tokens[arm].pc < 0 { tokens[arm].pc = Int32(truncatingIfNeeded: event.pc) }
    run(arm)
  }

  /// Whether an arm still waits for its event.
  @inline(__always)
  mutating func isArmAlive(_ event: Event) -> Bool {
    let race = Int32(truncatingIfNeeded: event.index)
    if races[race].site < 0 || event.armNumber >= races[race].opened { return false }
    let arm = races[race, event.armNumber]
    if races[race].isAtRest { return arm.token < 0 && UInt64(bitPattern: arm.pending) == event.order }
    return arm.token >= 0 && tokens[arm.token].timer == event.order
  }
}
