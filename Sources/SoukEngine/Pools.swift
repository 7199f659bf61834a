// Pools and levels. A pool's queue is strict: who is first waits until enough is free. A level's putters and takers wait in
// two queues, first come first served; a put may let a taker go on and the reverse. What a woken token was granted is its
// own from the moment of the grant; if it is withdrawn before it runs, it goes back.

import SoukModel
import SoukStats

extension Machine {
  /// Checks an amount; false (and the run stops) if it is negative or NaN.
  private mutating func isAmount(_ amount: Double, pc: Int) -> Bool {
    if amount >= 0 { return true }
    fail(.fault(amount.isNaN ? .notANumber : .requestTooLarge(amount: amount), place: place(pc - 1)))
    return false
  }

  // MARK: Pools

  mutating func seize(_ token: Int32, _ site: RequestSite, mode: Int32, pc: Int) -> Int {
    let p = site.thing
    let amount = site.amount >= 0 ? registers[site.amount] : 1
    guard isAmount(amount, pc: pc) else { return Machine.blocked }
    let priority = site.priority >= 0 ? registers[site.priority] : 0
    tokens[token].amount = amount
    tokens[token].since = now
    if pools[p].held + amount <= pools[p].size && mayOvertake(p, priority) {
      grant(p, token)
      return pc
    }
    tokens[token].state = .seizing
    tokens[token].thing = p
    pools[p].waiting &+= 1
    add(pools[p].waitingCell, weight)
    if isTraced { tell(.asked, token, thing: p) }
    lineUp(token, line(ofPool: p), key: priority, site, mode: mode, pc: pc)
    return Machine.blocked
  }

  /// Whether somebody who arrives would be first in the queue.
  private mutating func mayOvertake(_ p: Int32, _ priority: Double) -> Bool {
    if pools[p].waiting == 0 { return true }
    switch pools[p].discipline {
    case .fifo: return false
    case .lifo: return true
    case .priority: return priority < lines[line(ofPool: p)].firstKey
    }
  }

  /// Gives a token what it asked for.
  private mutating func grant(_ p: Int32, _ token: Int32) {
    pools[p].held += tokens[token].amount
    set(pools[p].heldCell, to: pools[p].held * weight)
    record(pools[p].waitTally, seconds(now &- tokens[token].since))
    if isTraced { tell(.granted, token, tokens[token].amount, thing: p) }
  }

  mutating func release(_ p: Int32, _ amount: Double, pc: Int) {
    guard isAmount(amount, pc: pc) else { return }
    if amount > pools[p].held {
      // Fractions that were added in another order may miss by a rounding.
      if amount > pools[p].held * (1 + 1e-9) + 1e-9 {
        return fail(.fault(.releasedTooMuch(pool: p), place: place(pc - 1)))
      }
      pools[p].held = amount
    }
    giveBack(p, amount)
  }

  private mutating func giveBack(_ p: Int32, _ amount: Double) {
    pools[p].held -= amount
    set(pools[p].heldCell, to: pools[p].held * weight)
    grantWaiting(p)
  }

  /// Serves the queue of a pool as far as what is free goes.
  mutating func grantWaiting(_ p: Int32) {
    let line = line(ofPool: p)
    while pools[p].waiting > 0 {
      if pools[p].held + amountAsked(atHeadOf: line) > pools[p].size { return }
      pools[p].waiting &-= 1
      add(pools[p].waitingCell, -weight)
      let token = token(of: takeFirst(of: line), line)
      grant(p, token)
      tokens[token].grant = .pool
      makeReady(token)
    }
  }

  /// What the first in a line, where somebody is, asks for.
  private mutating func amountAsked(atHeadOf line: Int32) -> Double {
    let waiter = lines[line].first(in: waiters)
    return waiter.isToken ? tokens[waiter.token].amount : Double(bitPattern: UInt64(bitPattern: waiter.service))
  }

  /// The size of a pool may have changed.
  mutating func adjustPool(_ p: Int32) {
    let size = cells[pools[p].sizeCell].value
    if size.isNaN { return fail(.fault(.notANumber, place: -1)) }
    pools[p].size = size
    grantWaiting(p)
  }

  // MARK: Levels

  mutating func put(_ token: Int32, _ site: RequestSite, mode: Int32, pc: Int) -> Int {
    let l = site.thing
    let amount = registers[site.amount] * weight
    guard isAmount(amount, pc: pc) else { return Machine.blocked }
    tokens[token].amount = amount
    tokens[token].since = now
    let line = line(ofPuttersTo: l)
    if lines[line].isEmpty && levels[l].level + amount <= levels[l].capacity {
      fill(l, token)
      serveLevel(l)
      return pc
    }
    tokens[token].state = .putting
    tokens[token].thing = l
    add(levels[l].waitingCell, weight)
    lineUp(token, line, site, mode: mode, pc: pc)
    return Machine.blocked
  }

  mutating func take(_ token: Int32, _ site: RequestSite, mode: Int32, pc: Int) -> Int {
    let l = site.thing
    let amount = registers[site.amount] * weight
    guard isAmount(amount, pc: pc) else { return Machine.blocked }
    tokens[token].amount = amount
    tokens[token].since = now
    let line = line(ofTakersFrom: l)
    if lines[line].isEmpty && amount <= levels[l].level {
      empty(l, token)
      serveLevel(l)
      return pc
    }
    tokens[token].state = .taking
    tokens[token].thing = l
    add(levels[l].waitingCell, weight)
    lineUp(token, line, site, mode: mode, pc: pc)
    return Machine.blocked
  }

  private mutating func fill(_ l: Int32, _ token: Int32) {
    levels[l].level += tokens[token].amount
    set(levels[l].levelCell, to: levels[l].level)
    add(levels[l].putCell, tokens[token].amount)
    record(levels[l].waitTally, seconds(now &- tokens[token].since))
  }

  private mutating func empty(_ l: Int32, _ token: Int32) {
    levels[l].level -= tokens[token].amount
    set(levels[l].levelCell, to: levels[l].level)
    add(levels[l].takenCell, tokens[token].amount)
    record(levels[l].waitTally, seconds(now &- tokens[token].since))
  }

  /// Serves both queues of a level until neither's first can go on.
  mutating func serveLevel(_ l: Int32) {
    let (takers, putters) = (line(ofTakersFrom: l), line(ofPuttersTo: l))
    while true {
      if !lines[takers].isEmpty && amountAsked(atHeadOf: takers) <= levels[l].level {
        let taker = leaveLevel(l, takers)
        empty(l, taker)
        tokens[taker].grant = .taken
        makeReady(taker)
        continue
      }
      if !lines[putters].isEmpty && levels[l].level + amountAsked(atHeadOf: putters) <= levels[l].capacity {
        let putter = leaveLevel(l, putters)
        fill(l, putter)
        tokens[putter].grant = .put
        makeReady(putter)
        continue
      }
      return
    }
  }

  /// The first of a level's line waits no longer.
  private mutating func leaveLevel(_ l: Int32, _ line: Int32) -> Int32 {
    let waiter = takeFirst(of: line)
    add(levels[l].waitingCell, -weight)
    return token(of: waiter, line)
  }

  // MARK: Withdrawals

  /// A ready token that was granted something is withdrawn before it ran: the grant goes back.
  mutating func returnGrant(of token: Int32) {
    let thing = tokens[token].thing
    let amount = tokens[token].amount
    switch tokens[token].grant {
    case .none: break
    case .pool: giveBack(thing, amount)
    case .put:
      levels[thing].level -= amount
      add(levels[thing].putCell, -amount)
      set(levels[thing].levelCell, to: levels[thing].level)
      serveLevel(thing)
    case .taken:
      levels[thing].level += amount
      add(levels[thing].takenCell, -amount)
      set(levels[thing].levelCell, to: levels[thing].level)
      serveLevel(thing)
    }
    tokens[token].grant = .none
  }
}
