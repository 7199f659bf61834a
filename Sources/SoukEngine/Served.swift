// Service by value. Where nothing but the end of its time ends a service (first come, first served, no breakdowns, no rate), who is
// served needs no token: the event carries it as that of one who is parked, and the ticks of service lie beside its slots. What it
// does when it is done it does on its event (`Parking.swift`); so entities go from wait to line to service without a token.

import SoukModel

extension Machine {
  /// A server takes a token's entity by value; false if it must stay a token.
  @inline(__always)
  mutating func serveByValue(_ token: Int32, _ s: Int32, mode: Int32, pc: Int) -> Bool {
    let service = tokens[token].service
    guard stations[s].servesByValue, canDoWithoutToken(token), !isTraced, service < .max &- now else { return false }
    let entity = entity(token) | UInt64(pc) &<< 32
    let place = keepFrame(of: token, who: entity)
    freeToken(token)
    parkedCount &+= 1
    serve(entity, place, s, service, since: now)
    return true
  }

  /// A server takes somebody out of the line, who waits no longer; false if that needs a token.
  @inline(__always)
  mutating func serve(_ waiter: Waiter, _ s: Int32) -> Bool {
    if waiter.isToken || isTraced || waiter.service >= .max &- now { return false }
    if waiter.who & Waiter.hasPatience != 0 { events.noteDead() }
    let entity = waiter.who & 0x0FFF_FFFF_FFFF_FFFF
    var place = waiter.extra
    if waiter.who & Waiter.hasFrame == 0 {
      place = keepFrame(passingFrame, 0, created: waiter.extra, who: entity)
    }
    serve(entity, place, s, waiter.service, since: waiter.since)
    return true
  }

  /// Begins a service by value: origin, ordinal and where the entity goes on, the place of its frame.
  @inline(__always)
  private mutating func serve(_ entity: UInt64, _ place: Int64, _ s: Int32, _ service: Int64, since: Int64) {
    parkedFrames[Int(place) &+ serviceWord] = Double(bitPattern: UInt64(bitPattern: service))
    stations[s].inService &+= 1
    stations[s].servedByValue &+= 1
    raise(stations[s].busyCell)
    recordTicks(stations[s].waitTally, now &- since)
    let payload = entity | EventKind.served.rawValue &<< 60
    events.push(Event(time: now &+ service, order: nextOrder(EventClass.completion), payload: payload, extra: place | Int64(s) &<< 48))
  }

  /// A service by value is over: the next in line begins, then the entity goes on.
  @inline(__always)
  mutating func endServiceByValue(_ event: Event) {
    let s = Int32(truncatingIfNeeded: event.extra &>> 48 & 0xFFFF)
    stations[s].inService &-= 1
    stations[s].servedByValue &-= 1
    lower(stations[s].busyCell)
    raise(stations[s].completions)
    recordTicks(stations[s].serviceTally, Int64(bitPattern: parkedFrames[event.place &+ serviceWord].bitPattern))
    if stations[s].waiting > 0 { startWaiting(s) }
    var parked = event
    parked.payload = event.payload & ~(0xF &<< 60) | EventKind.parkedFrame.rawValue &<< 60
    parked.extra = Int64(event.place)
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
    var place = event.extra
    let needsFrame = begins || op.b == ParkMode.frame
    if needsFrame {
      if mode == ParkMode.frame {
        pack(passingFrame, 0, into: Int(place), who: entity)
      } else {
        place = keepFrame(passingFrame, 0, created: created(event, mode), who: entity)
      }
    }
    if begins {
      serve(entity, place, s, service, since: now)
      return Machine.blocked
    }
    stations[s].waiting &+= 1
    raise(stations[s].queueCell)
    let extra = needsFrame ? place : created(event, mode)
    lineUp(entity, extra, hasFrame: needsFrame, s, service: service, patience: patience)
    if !needsFrame && mode == ParkMode.frame { freeFrame(Int(event.extra)) }
    return Machine.blocked
  }
}
