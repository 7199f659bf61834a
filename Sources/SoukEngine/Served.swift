// Service by value. Where nothing but the end of its time ends a service (first come, first served, no breakdowns, no rate), who is
// served needs no token: the event carries it as that of one who is parked, and if somebody asks how long services take, their ticks lie
// beside its slots. What it does when it is done it does on its event (`Parking.swift`); so entities go from wait to line to service
// without a token.

import SoukModel

extension Machine {
  /// A server takes a token's entity by value; false if it must stay a token.
  @inline(__always)
  mutating func serveByValue(_ token: Int32, _ s: Int32, mode: Int32, pc: Int) -> Bool {
    let service = tokens[token].service
    guard stations[s].servesByValue, canDoWithoutToken(token, pc: pc), !isTraced, service < .max &- now else { return false }
    let entity = entity(token) | UInt64(pc) &<< 32
    let hasFrame = code[pc &- 1].c == 0
    let extra = hasFrame ? keepFrame(of: token, pc: pc) : tokens[token].created
    freeToken(token)
    parkedCount &+= 1
    serve(entity, extra, hasFrame: hasFrame, s, service, since: now)
    return true
  }

  /// A server takes somebody out of the line, who waits no longer; false if that needs a token.
  @inline(__always)
  mutating func serve(_ waiter: Waiter, _ s: Int32) -> Bool {
    if !waiter.isEntity || isTraced || waiter.service >= .max &- now { return false }
    let entity = waiter.who & 0x0FFF_FFFF_FFFF_FFFF
    let pc = Int(entity &>> 32 & 0xFFFF)
    var extra = waiter.extra
    let hasFrame = code[pc &- 1].c == 0
    if hasFrame && waiter.who & Waiter.hasFrame == 0 { extra = keepFrame(passingFrame, 0, created: extra, pc: pc) }
    serve(entity, extra, hasFrame: hasFrame, s, waiter.service, since: waiter.since)
    return true
  }

  /// Begins a service by value: origin, ordinal and where the entity goes on, when it was created or the place of its frame.
  @inline(__always)
  private mutating func serve(_ entity: UInt64, _ extra: Int64, hasFrame: Bool, _ s: Int32, _ service: Int64, since: Int64) {
    stations[s].inService &+= 1
    stations[s].servedByValue &+= 1
    raise(stations[s].busyCell)
    recordTicks(stations[s].waitTally, now &- since)
    var payload = entity | EventKind.served.rawValue &<< 60
    var own = extra
    if hasFrame {
      payload = entity | EventKind.servedFrame.rawValue &<< 60
      own = extra | Int64(s) &<< 48
      let kept = keptSlots[Int(entity &>> 32 & 0xFFFF)]
      if kept.hasService { parkedFrames[Int(extra) &+ Int(kept.words) &- 1] = Double(bitPattern: UInt64(bitPattern: service)) }
    }
    events.push(Event(time: now &+ service, order: nextOrder(EventClass.completion), payload: payload, extra: own))
  }

  /// A service by value is over: the next in line begins, then the entity goes on.
  @inline(__always)
  mutating func endServiceByValue(_ event: Event) {
    let hasFrame = event.hasFrame
    let s = hasFrame ? Int32(truncatingIfNeeded: event.extra &>> 48 & 0xFFFF) : uses[code[event.pc &- 1].a].station
    stations[s].inService &-= 1
    stations[s].servedByValue &-= 1
    lower(stations[s].busyCell)
    raise(stations[s].completions)
    let kept = keptSlots[event.pc]
    if kept.hasService { recordTicks(stations[s].serviceTally, Int64(bitPattern: parkedFrames[event.place &+ Int(kept.words) &- 1].bitPattern)) }
    if stations[s].waiting > 0 { startWaiting(s) }
    var parked = event
    parked.payload = event.payload & ~(0xF &<< 60) | (hasFrame ? EventKind.parkedFrame : EventKind.parked).rawValue &<< 60
    if hasFrame { parked.extra = Int64(event.place) }
    goOn(parked)
  }

  /// `use` by an entity on its event, at a station that serves by value: where it goes on, or that it has blocked.
  @inline(never)
  mutating func use(_ event: Event, _ op: Op, pc: Int, _ mode: Int32) -> Int {
    let site = uses[op.a]
    let s = site.station
    raise(stations[s].arrivals)
    if stations[s].inService &+ stations[s].waiting >= stations[s].capacity {
      raise(stations[s].balked)
      return otherwise(site.otherwise, pc)
    }
    let duration = site.service >= 0
      ? registers[site.service]
      : draw(
        stations[s].serviceLaw, site: site.draw,
        Drawer(origin: originKeys[event.origin], ordinal: UInt32(truncatingIfNeeded: event.payload), slots: passingFrame, frame: 0))
    guard let service = Machine.ticks(duration) else {
      if duration.isNaN && site.service < 0 { failDraw(stations[s].serviceLaw, at: pc &- 1) }
      failTime(duration, at: pc &- 1)
      _ = newToken(of: event, at: pc)
      return Machine.blocked
    }
    let begins = stations[s].waiting == 0 && stations[s].inService < stations[s].servers && stations[s].isUp
    let patience = begins || site.patience < 0 ? .max : Machine.ticks(registers[site.patience])
    guard service < .max &- now, let patience else {
      let token = newToken(of: event, at: pc)
      tokens[token].pc = Int32(truncatingIfNeeded: pc)
      tokens[token].thing = s
      tokens[token].since = now
      tokens[token].service = service
      return enter(token, s, site, mode: ParkMode.never, pc: pc)
    }
    let entity = event.who | UInt64(pc) &<< 32
    let hasFrame = begins ? op.c == 0 : op.b == ParkMode.frame
    let extra = hasFrame ? keepFrame(of: event, mode, pc: pc) : leaveFrame(of: event, mode)
    if begins {
      serve(entity, extra, hasFrame: hasFrame, s, service, since: now)
      return Machine.blocked
    }
    stations[s].waiting &+= 1
    raise(stations[s].queueCell)
    let key = stations[s].discipline == .shortestFirst ? Double(service) : site.priority >= 0 ? registers[site.priority] : 0
    lineUp(entity, extra, hasFrame: hasFrame, s, key: key, service: service, patience: patience)
    return Machine.blocked
  }
}
