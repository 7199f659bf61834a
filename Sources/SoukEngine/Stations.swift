// Stations with servers or with a rate: arrival, balking, queueing, service, patience, breakdowns, live servers and rates.
// A completion frees the server and starts the next who waits before the completed entity goes on (releases before
// seizes). Displacement is in `Preemption.swift`, shared service in `ProcessorSharing.swift`.

import SoukModel
import SoukStats

extension Machine {
  /// `use`: begins service, queues, or balks; where the token goes on, or that it has blocked.
  @inline(__always)
  mutating func use(_ token: Int32, site: Int32, mode: Int32, pc: Int, frame: Int) -> Int {
    let site = uses[site]
    let s = site.station
    raise(stations[s].arrivals)
    if stations[s].inService &+ stations[s].waiting >= stations[s].capacity {
      raise(stations[s].balked)
      if isTraced { tell(.balked, token, thing: s) }
      return otherwise(site.otherwise, pc)
    }
    var service: Int64 = 0
    if !stations[s].hasRate {
      let duration = site.service >= 0 ? registers[site.service] : draw(stations[s].serviceLaw, site: site.draw, drawer(token, frame: frame))
      guard let ticks = Machine.ticks(duration) else {
        if duration.isNaN && site.service < 0 { failDraw(stations[s].serviceLaw, at: pc &- 1) }
        failTime(duration, at: pc &- 1)
        return Machine.blocked
      }
      service = ticks
    }
    tokens[token].thing = s
    tokens[token].since = now
    tokens[token].service = service
    if stations[s].discipline == .processorSharing {
      beginSharing(token, s, mode: mode, pc: pc)
      return Machine.blocked
    }
    return enter(token, s, site, mode: mode, pc: pc)
  }

  /// Begins the service of who has come and whose service is known, or lets it wait.
  @inline(__always)
  mutating func enter(_ token: Int32, _ s: Int32, _ site: UseSite, mode: Int32, pc: Int) -> Int {
    tokens[token].hasBegun = false
    let priority = site.priority >= 0 ? registers[site.priority] : 0
    if stations[s].waiting == 0 && stations[s].inService < stations[s].servers && stations[s].isUp {
      if mode != ParkMode.never && serveByValue(token, s, mode: mode, pc: pc) { return Machine.blocked }
      beginService(token, s, priority)
      return Machine.blocked
    }
    if stations[s].isPreemptive && displaceWorst(for: priority, s) {
      beginService(token, s, priority)
      return Machine.blocked
    }
    return wait(token, s, site, priority, mode: mode, pc: pc)
  }

  /// Queues an arrived token, with its patience.
  @inline(__always)
  private mutating func wait(_ token: Int32, _ s: Int32, _ site: UseSite, _ priority: Double, mode: Int32, pc: Int) -> Int {
    tokens[token].state = .queued
    stations[s].waiting &+= 1
    raise(stations[s].queueCell)
    if isTraced { tell(.queued, token, thing: s) }
    let delay = patience(site.patience, pc: pc)
    let key = stations[s].discipline == .shortestFirst ? Double(tokens[token].service) : priority
    if mode != ParkMode.never && canLineUpByValue(token, site, pc: pc) {
      lineUpByValue(token, s, key: key, pc: pc, mode: mode, patience: delay)
      return Machine.blocked
    }
    lineUp(token, s, key: key, patience: delay, otherwise: site.otherwise)
    return Machine.blocked
  }

  /// The target of an `else`, which lowering always gives.
  @inline(__always)
  mutating func otherwise(_ target: Int32, _ pc: Int) -> Int {
    precondition(target >= 0, "the op before \(pc) has nowhere to go when it is refused")
    return Int(target)
  }

  /// Starts those who wait while there are servers.
  @inline(__always)
  mutating func startWaiting(_ s: Int32) {
    while stations[s].waiting > 0 && stations[s].inService < stations[s].servers && stations[s].isUp {
      let priority = stations[s].isPreemptive ? firstPriority(s) : 0
      let waiter = takeFirst(s)
      if stations[s].servesByValue && serve(waiter, s) { continue }
      beginService(token(of: waiter, s), s, priority)
    }
  }

  /// Takes whose turn it is out of a station's queue, where somebody is.
  @inline(__always)
  mutating func takeFirst(_ s: Int32) -> Waiter {
    stations[s].waiting &-= 1
    lower(stations[s].queueCell)
    if stations[s].isPreemptive && isDisplacedFirst(s) { return Waiter(token: heaps[2 &* s].removeFirst(in: tokens)) }
    return takeFirst(of: s)
  }

  /// A server takes a token that is in no queue; its priority counts where service can be displaced.
  @inline(__always)
  mutating func beginService(_ token: Int32, _ s: Int32, _ priority: Double) {
    stations[s].inService &+= 1
    raise(stations[s].busyCell)
    if isTraced { tell(.served, token, thing: s) }
    if !tokens[token].hasBegun {
      tokens[token].hasBegun = true
      recordTicks(stations[s].waitTally, now &- tokens[token].since)
      tokens[token].since = now
      if stations[s].hasRate { tokens[token].amount = 1 } else { tokens[token].remaining = tokens[token].service }
    }
    tokens[token].state = .serving
    if stations[s].tracksService || stations[s].isPreemptive { trackService(token, s, priority) }
    if stations[s].hasRate { work(token, s) } else { serve(token) }
  }

  /// Schedules the completion of what remains of a token's service.
  @inline(__always)
  private mutating func serve(_ token: Int32) {
    let left = tokens[token].remaining
    tokens[token].remaining = now &+ left
    schedule(.serviceEnd, token: token, after: left, EventClass.completion)
  }

  /// Keeps who is in service where a breakdown or a more urgent arrival finds them.
  private mutating func trackService(_ token: Int32, _ s: Int32, _ priority: Double) {
    if stations[s].isPreemptive {
      // The first of this heap is the worst in service: the largest priority number, then the latest to begin.
      stations[s].headNumber &-= 1
      heaps[2 &* s &+ 1].push(token, key: -priority, number: stations[s].headNumber, in: tokens)
    } else {
      stations[s].serving.append(token, in: tokens)
    }
  }

  /// Takes a token out of service; its server is free, and its pending completion is dead.
  @inline(__always)
  mutating func leaveService(_ token: Int32, _ s: Int32) {
    stations[s].inService &-= 1
    lower(stations[s].busyCell)
    cancelTimer(of: token)
    if stations[s].isPreemptive {
      heaps[2 &* s &+ 1].remove(token, in: tokens)
    } else if stations[s].tracksService {
      stations[s].serving.remove(token, in: tokens)
    }
  }

  /// A service is complete: the next in the queue begins, then the token goes on.
  @inline(__always)
  mutating func endService(_ token: Int32) {
    let s = tokens[token].thing
    leaveService(token, s)
    raise(stations[s].completions)
    recordTicks(stations[s].serviceTally, stations[s].hasRate ? now &- tokens[token].since : tokens[token].service)
    tokens[token].state = .ready
    if stations[s].waiting > 0 { startWaiting(s) }
    run(token)
  }

  // MARK: Work at a rate

  /// Schedules the completion of a token at a station with a rate, from the work it still needs.
  private mutating func work(_ token: Int32, _ s: Int32) {
    tokens[token].remaining = now
    let rate = stations[s].rate
    if rate > 0 {
      let delay = Machine.ticks(tokens[token].amount / rate) ?? .max
      schedule(.serviceEnd, token: token, after: delay, EventClass.completion)
    } else {
      tokens[token].state = .halted
      tokens[token].timer = 0
    }
  }

  /// Takes from a token's work what was done since it was last reckoned (kept in `remaining`) at the present rate.
  mutating func reckonWork(_ token: Int32, _ s: Int32) {
    if tokens[token].state == .serving {
      let done = seconds(now &- tokens[token].remaining) * stations[s].rate
      tokens[token].amount = max(tokens[token].amount - done, 0)
    }
    tokens[token].remaining = now
  }

  // MARK: Changes of servers and rate, breakdowns

  /// Reads a station's servers and rate at the beginning.
  mutating func openStation(_ s: Int32) {
    stations[s].isUp = true
    set(stations[s].upCell, to: 1)
    dirty.insert(s, .station)
  }

  /// The servers or the rate of a station may have changed.
  mutating func adjustStation(_ s: Int32) {
    let wanted = cells[stations[s].serversCell].value
    if wanted.isNaN { return fail(.fault(.noCapacity(station: s), place: -1)) }
    if weight > 1, wanted != wanted.rounded(.down), !stations[s].hasRate { return fail(.fault(.fractionalServers(station: s, wanted), place: -1)) }
    let servers = Int64(max(0, min(wanted, 1e15)).rounded(.down))
    if stations[s].discipline == .processorSharing {
      attain(s)
      stations[s].servers = servers
      showShared(s)
      return awaitShared(s)
    }
    if stations[s].hasRate { adjustRate(s) }
    stations[s].servers = stations[s].hasRate ? 1 : servers
    startWaiting(s)
  }

  private mutating func adjustRate(_ s: Int32) {
    let rate = cells[stations[s].rateCell].value
    if rate.isNaN { return fail(.fault(.noCapacity(station: s), place: -1)) }
    if rate == stations[s].rate { return }
    let token = firstInService(s)
    if token >= 0 && stations[s].isUp { reckonWork(token, s) }
    stations[s].rate = max(rate, 0)
    if token >= 0 && stations[s].isUp {
      cancelTimer(of: token)
      tokens[token].state = .serving
      work(token, s)
    }
  }

  private mutating func firstInService(_ s: Int32) -> Int32 {
    if stations[s].isPreemptive { return heaps[2 &* s &+ 1].count > 0 ? heaps[2 &* s &+ 1].first.token : -1 }
    return stations[s].serving.head
  }

  /// Draws the time to the next failure.
  mutating func awaitFailure(_ s: Int32) {
    stations[s].breakdownTimer = scheduleBreakdown(.failure, s, law: stations[s].uptimeLaw, index: 0)
  }

  private mutating func scheduleBreakdown(_ kind: EventKind, _ s: Int32, law: Int32, index: UInt32) -> UInt64 {
    let key = streamKeys[stations[s].breakdownStream]
    let duration = laws.sample(law, Counter(key: key, index: index, ordinal: stations[s].breakdowns, replication: replication))
    guard let delay = Machine.ticks(duration) else {
      failTime(duration, at: -1)
      return 0
    }
    return schedule(kind, s, after: delay, EventClass.timer)
  }

  /// A station breaks down: all in service stop where they are.
  mutating func breakDown(_ s: Int32) {
    if stations[s].discipline == .processorSharing { attain(s) }
    forEachInService(s) { machine, token in
      if machine.stations[s].hasRate {
        machine.reckonWork(token, s)
      } else {
        machine.tokens[token].remaining &-= machine.now
      }
      machine.cancelTimer(of: token)
      machine.tokens[token].state = .halted
    }
    stations[s].isUp = false
    set(stations[s].upCell, to: 0)
    if stations[s].discipline == .processorSharing { awaitShared(s) }
    stations[s].breakdownTimer = scheduleBreakdown(.repair, s, law: stations[s].repairLaw, index: 1)
    stations[s].breakdowns &+= 1
  }

  /// A station is up again: who was stopped goes on, who waits may begin.
  mutating func repair(_ s: Int32) {
    if stations[s].discipline == .processorSharing { attain(s) }
    stations[s].isUp = true
    set(stations[s].upCell, to: 1)
    forEachInService(s) { machine, token in
      machine.tokens[token].state = .serving
      if machine.stations[s].hasRate { machine.work(token, s) } else { machine.serve(token) }
    }
    if stations[s].discipline == .processorSharing { awaitShared(s) } else { startWaiting(s) }
    if stations[s].isPreemptive { displaceForWaiting(s) }
    awaitFailure(s)
  }

  /// Those in service, in the order in which they are kept.
  private mutating func forEachInService(_ s: Int32, _ body: (inout Machine, Int32) -> Void) {
    if stations[s].isPreemptive {
      let heap = heaps[2 &* s &+ 1].entries
      for i in 0..<heap.count { body(&self, heap[i].token) }
    } else {
      var token = stations[s].serving.head
      while token >= 0 {
        let next = tokens[token].next
        body(&self, token)
        token = next
      }
    }
  }
}
