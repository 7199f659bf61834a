// Races (`first { … }`): each arm is a token of its own on the parent's frame. Arms are opened in order, each running until
// it blocks; one that doesn't block wins at once and the later ones aren't opened. The winner sends the parent to its body;
// the others are withdrawn: taken out of queues and service, their timers dead, then their own code for giving back what
// they hold runs at once.

import SoukModel

extension Machine {
  /// Opens a race: the token of its first arm, at its head.
  mutating func openRace(_ parent: Int32, site: Int32) -> Int32 {
    tokens[parent].state = .racing
    tokens[parent].thing = site
    let part = parts.part(of: parent, in: tokens)
    parts[part].firstArm = -1
    return openArm(0, of: parent)
  }

  private mutating func openArm(_ number: Int32, of parent: Int32) -> Int32 {
    let arm = newArm(of: parent)
    let site = tokens[parent].thing
    tokens[arm].journey = tokens[parent].journey
    tokens[arm].origin = tokens[parent].origin
    tokens[arm].ordinal = tokens[parent].ordinal
    tokens[arm].created = tokens[parent].created
    let part = parts.part(of: arm, in: tokens)
    let racing = tokens[parent].part
    parts[part].parent = parent
    parts[part].arm = number
    parts[part].nextArm = parts[racing].firstArm
    parts[racing].firstArm = arm
    tokens[arm].pc = program.arms[program.races[site].start &+ number].head
    return arm
  }

  /// The token whose arm a token is; -1 if it isn't one.
  @inline(__always)
  mutating func parent(of token: Int32) -> Int32 {
    let part = tokens[token].part
    return part < 0 ? -1 : parts[part].parent
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
      let parent = parent(of: arm)
      if parent < 0 { return -1 }
      // Arms are linked latest first: only the latest opened can be the one that makes room for the next.
      let number = parts[tokens[arm].part].arm &+ 1
      if parts[tokens[parent].part].firstArm != arm { return -1 }
      if number < program.races[tokens[parent].thing].count { return openArm(number, of: parent) }
      // All arms are open, so the parent has blocked; it may be an arm itself, in a race that is being opened.
      arm = parent
    }
  }

  /// An arm has reached the end of its head: the others are withdrawn, and the parent goes on in the arm's body.
  @inline(never)
  mutating func winRace(_ winner: Int32) -> (token: Int32, pc: Int) {
    let parent = parent(of: winner)
    precondition(parent >= 0, "token \(winner) wins a race without being an arm of one")
    let site = tokens[parent].thing
    let arm = parts[tokens[winner].part].arm
    let body = program.arms[program.races[site].start &+ arm].body
    if isTraced { tell(.won, parent, Double(arm)) }
    withdrawArms(of: parent, but: winner)
    dissolveGroups(of: winner)
    freeToken(winner)
    parts[tokens[parent].part].firstArm = -1
    parts.giveBackIfNone(of: parent, in: tokens)
    tokens[parent].state = .ready
    return (parent, Int(body))
  }

  /// Withdraws the arms of a race, the first opened first.
  private mutating func withdrawArms(of parent: Int32, but winner: Int32) {
    var reversed: Int32 = -1
    var arm = parts[tokens[parent].part].firstArm
    while arm >= 0 {
      let next = parts[tokens[arm].part].nextArm
      parts[tokens[arm].part].nextArm = reversed
      reversed = arm
      arm = next
    }
    arm = reversed
    while arm >= 0 {
      let next = parts[tokens[arm].part].nextArm
      if arm != winner { withdraw(arm) }
      arm = next
    }
  }

  /// Withdraws one arm: it leaves wherever it is, gives back what it holds, and is no more.
  private mutating func withdraw(_ token: Int32) {
    if tokens[token].state == .racing {
      withdrawArms(of: token, but: -1)
      parts[tokens[token].part].firstArm = -1
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
