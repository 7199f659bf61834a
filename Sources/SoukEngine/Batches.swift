// Batches (`join`): entities gather; when there are enough, or the time is over, or the calendar says so, one of them (who
// completes the batch, else the first) runs the body for all, and the others follow: they go on behind the body, in the
// order in which they joined, when the leader has ended it. A leader that leaves or is withdrawn inside the body lets its
// members go on in the same way.

import SoukModel

extension Machine {
  mutating func join(_ token: Int32, site number: Int32, mode: Int32, pc: Int) -> Int {
    let site = program.joins[number]
    let b = site.batch
    tokens[token].thing = b
    tokens[token].since = now
    tokens[token].state = .gathering
    batches[b].count &+= 1
    add(batches[b].waitingCell, weight)
    if batches[b].count >= batches[b].size { return lead(token, b, site, isFirst: false) }
    if batches[b].count == 1 && batches[b].within != .max {
      batches[b].timer = schedule(.batchTimeout, b, after: batches[b].within, EventClass.timer)
    }
    let delay = patience(site.patience, pc: pc)
    if mode != ParkMode.never, !isTraced, canDoWithoutToken(token, pc: pc), code[pc &- 1].a == number {
      lineUpByValue(token, line(ofBatch: b), pc: pc, mode: mode, patience: delay)
      return Machine.blocked
    }
    tokens[token].site = number
    lineUp(token, line(ofBatch: b), patience: delay, otherwise: site.otherwise)
    return Machine.blocked
  }

  /// Makes a token, which has just come or was the first, the leader of everybody who has gathered; where it goes on.
  private mutating func lead(_ token: Int32, _ b: Int32, _ site: JoinSite, isFirst: Bool) -> Int {
    if batches[b].timer != 0 { events.noteDead() }
    batches[b].timer = 0
    record(batches[b].sizesTally, Double(batches[b].count) * weight)
    add(batches[b].waitingCell, -Double(batches[b].count) * weight)
    let group = newGroup(leader: token, batch: b, after: site.after, count: Int32(batches[b].count))
    let line = line(ofBatch: b)
    if isFirst { record(batches[b].waitTally, seconds(now &- tokens[token].since)) }
    while !lines[line].isEmpty {
      var waiter = takeFirst(of: line)
      waiter.who &= ~Waiter.hasPatience
      if !waiter.isEntity {
        let member = self.token(of: waiter, line)
        record(batches[b].waitTally, seconds(now &- tokens[member].since))
        tokens[member].state = .following
        tokens[member].thing = group
        tokens[member].pc = program.joins[tokens[member].site].after
        tokens[member].numberInLine = followers.append(Waiter(token: member), to: group, of: groups)
      } else {
        record(batches[b].waitTally, seconds(now &- waiter.since))
        _ = followers.append(waiter, to: group, of: groups)
      }
    }
    if !isFirst { record(batches[b].waitTally, 0) }
    batches[b].count = 0
    let part = parts.part(of: token, in: tokens)
    parts[part].group = group
    tokens[token].state = .ready
    return Int(site.body)
  }

  private mutating func newGroup(leader: Int32, batch: Int32, after: Int32, count: Int32) -> Int32 {
    let state = GroupState(batch: batch, outer: self.group(of: leader), after: after, count: count)
    if freeGroup < 0 {
      groups.append(state)
      return Int32(groups.count - 1)
    }
    let group = freeGroup
    freeGroup = groups[group].outer
    groups[group] = state
    return group
  }

  /// A batch's time is over: its first entity leads.
  mutating func closeBatch(_ b: Int32) {
    batches[b].timer = 0
    let line = line(ofBatch: b)
    if lines[line].isEmpty { return }
    let waiter = takeFirst(of: line)
    let token = token(of: waiter, line)
    if isTraced { tellWoken(token) }
    let site = program.joins[!waiter.isEntity ? tokens[token].site : code[Int(tokens[token].pc) &- 1].a]
    let pc = lead(token, b, site, isFirst: true)
    execute(token, from: pc, frame: frame(of: token))
  }

  /// An instant of a batch's calendar: whoever has gathered goes.
  mutating func callBatch(_ b: Int32) {
    awaitCalendar(b)
    if batches[b].timer != 0 { events.noteDead() }
    closeBatch(b)
  }

  mutating func awaitCalendar(_ b: Int32) {
    batches[b].calendarTimer = 0
    if batches[b].calendar < 0 { return }
    let instant = nextInstant(ofCalendar: batches[b].calendar, after: now)
    if instant != .max { batches[b].calendarTimer = schedule(.batchCalendar, b, after: instant - now, EventClass.timer) }
  }

  /// The leader has ended the body: it goes on, and so do its members after it.
  mutating func endJoin(_ token: Int32) -> Int {
    let group = group(of: token)
    precondition(group >= 0, "token \(token) ends a batch's body without leading one")
    let after = Int(groups[group].after)
    releaseGroup(of: token)
    return after
  }

  private mutating func releaseGroup(of token: Int32) {
    let group = group(of: token)
    let line = line(ofBatch: groups[group].batch)
    while let waiter = followers.removeFirst(from: group, of: groups) {
      if waiter.isGap { continue }
      let member = waiter.isToken ? waiter.token : recall(waiter, line)
      if !waiter.isToken { tokens[member].pc = program.joins[code[Int(tokens[member].pc) &- 1].a].after }
      makeReady(member)
    }
    parts[tokens[token].part].group = groups[group].outer
    parts.giveBackIfNone(of: token, in: tokens)
    groups[group].outer = freeGroup
    freeGroup = group
  }

  /// A leader is no more: all its members go on.
  @inline(__always)
  mutating func dissolveGroups(of token: Int32) {
    while group(of: token) >= 0 { releaseGroup(of: token) }
  }

  /// The group that a token leads; -1 if it leads none.
  @inline(__always)
  mutating func group(of token: Int32) -> Int32 {
    let part = tokens[token].part
    return part < 0 ? -1 : parts[part].group
  }

  /// One of those who gather has left.
  mutating func hasLeft(batch b: Int32) {
    batches[b].count &-= 1
    add(batches[b].waitingCell, -weight)
    if batches[b].count == 0 && batches[b].timer != 0 {
      events.noteDead()
      batches[b].timer = 0
    }
  }
}
