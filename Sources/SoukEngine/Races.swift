// Races (`first { … }`): each arm is a token of its own on the parent's frame. Arms are opened in order, each running until
// it blocks; one that doesn't block wins at once and the later ones aren't opened. The winner sends the parent to its body;
// the others are withdrawn: taken out of queues and service, their timers dead, then their own code for giving back what
// they hold runs at once. When all arms have blocked, the race is at rest and needs no tokens (`RestingRaces.swift`).

import SoukModel

extension Machine {
  /// Opens a race: the token of its first arm, at its head.
  mutating func openRace(_ parent: Int32, site: Int32) -> Int32 {
    tokens[parent].state = .racing
    tokens[parent].thing = site
    let race = races.open(parent, site: site, count: program.races[site].count)
    let part = parts.part(of: parent, in: tokens)
    parts[part].race = race
    return openArm(race)
  }

  /// Opens the next arm of a race.
  private mutating func openArm(_ race: Int32) -> Int32 {
    let number = races[race].opened
    let arm = newArm(race, number)
    races[race].opened = number &+ 1
    tokens[arm].pc = program.arms[program.races[races[race].site].start &+ number].head
    return arm
  }

  /// A token for an arm of a race that isn't at rest.
  mutating func newArm(_ race: Int32, _ number: Int32) -> Int32 {
    let parent = races[race].parent
    let arm = newArm(of: parent)
    tokens[arm].journey = tokens[parent].journey
    tokens[arm].origin = tokens[parent].origin
    tokens[arm].ordinal = tokens[parent].ordinal
    tokens[arm].created = tokens[parent].created
    let part = parts.part(of: arm, in: tokens)
    parts[part].armOf = race
    parts[part].arm = number
    races[race, number].token = arm
    return arm
  }

  /// The token whose arm a token is; -1 if it isn't one.
  @inline(__always)
  mutating func parent(of token: Int32) -> Int32 {
    let part = tokens[token].part
    if part < 0 { return -1 }
    let race = parts[part].armOf
    return race < 0 ? -1 : races[race].parent
  }

  /// Where a token's code for a withdrawal begins, from now on.
  @inline(never)
  mutating func unwind(_ token: Int32, at pc: Int32) {
    let part = parts.part(of: token, in: tokens)
    parts[part].unwind = pc
    parts.giveBackIfNone(of: token, in: tokens)
  }

  /// The token that runs after `token` has blocked: the next arm of a race that is being opened; -1 if there is none.
  @inline(__always)
  mutating func nextArm(after token: Int32) -> Int32 {
    if token < 0 || tokens[token].part < 0 { return -1 }
    return nextArmOfRace(after: token)
  }

  @inline(never)
  private mutating func nextArmOfRace(after token: Int32) -> Int32 {
    if stopped != nil { return -1 }
    var arm = token
    while true {
      let part = parts[tokens[arm].part]
      let race = part.armOf
      if race < 0 { return -1 }
      if races[race].opened < program.races[races[race].site].count {
        // Only the latest opened can be the one that makes room for the next.
        return races[race].opened == part.arm &+ 1 ? openArm(race) : -1
      }
      // All arms are open, so the parent has blocked; it may be an arm itself, in a race that is being opened.
      arm = races[race].parent
      if parent(of: arm) < 0 {
        rest(race)
        return -1
      }
    }
  }

  /// An arm has reached the end of its head: the others are withdrawn, and the parent goes on in the arm's body.
  @inline(never)
  mutating func winRace(_ winner: Int32) -> (token: Int32, pc: Int) {
    let parent = parent(of: winner)
    precondition(parent >= 0, "token \(winner) wins a race without being an arm of one")
    let race = parts[tokens[winner].part].armOf
    let arm = parts[tokens[winner].part].arm
    let body = program.arms[program.races[races[race].site].start &+ arm].body
    if isTraced { tell(.won, parent, Double(arm)) }
    withdrawArms(of: race, but: arm)
    dissolveGroups(of: winner)
    freeToken(winner)
    close(race)
    parts.giveBackIfNone(of: parent, in: tokens)
    tokens[parent].state = .ready
    return (parent, Int(body))
  }

  /// Withdraws the arms of a race, the first opened first.
  private mutating func withdrawArms(of race: Int32, but winner: Int32) {
    for arm in 0..<races[race].opened where arm != winner { withdraw(races[race, arm].token) }
  }

  private mutating func close(_ race: Int32) {
    parts[tokens[races[race].parent].part].race = -1
    races.close(race, count: program.races[races[race].site].count)
  }

  /// Withdraws one arm: it leaves wherever it is, gives back what it holds, and is no more.
  private mutating func withdraw(_ token: Int32) {
    if tokens[token].state == .racing {
      let race = parts[tokens[token].part].race
      withdrawArms(of: race, but: -1)
      close(race)
    } else {
      withdrawFromQueue(token)
    }
    if isTraced { tell(.withdrawn, token, Double(parts[tokens[token].part].arm)) }
    tokens[token].state = .ready
    let unwind = parts[tokens[token].part].unwind
    if unwind >= 0 && stopped == nil {
      execute(token, from: Int(unwind), frame: frame(of: token))
    }
    dissolveGroups(of: token)
    freeToken(token)
  }

  /// Takes a token out of whatever it waits in or is served by; its pending event is dead.
  mutating func withdrawFromQueue(_ token: Int32) {
    let thing = tokens[token].thing
    switch tokens[token].state {
    case .free, .racing: break
    case .ready:
      // A token that is being woken is in the queue of the ready, and may have been granted something.
      if ready.head == token || tokens[token].previous >= 0 { ready.remove(token, in: tokens) }
      returnGrant(of: token)
    case .waiting: cancelTimer(of: token)
    case .queued where tokens[token].hasBegun:
      stations[thing].waiting &-= 1
      lower(stations[thing].queueCell)
      heaps[2 &* thing].remove(token, in: tokens)
      raise(stations[thing].reneged)
    case .serving, .halted:
      leaveService(token, thing)
      raise(stations[thing].reneged)
      startWaiting(thing)
    case .sharing:
      attain(thing)
      leaveLine(token)
      raise(stations[thing].reneged)
    case .queued, .seizing, .putting, .taking, .awaiting, .gathering: leaveLine(token)
    case .following:
      followers.leave(tokens[token].numberInLine)
    }
  }
}
