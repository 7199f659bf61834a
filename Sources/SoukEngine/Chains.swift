// Journeys that are nothing but stations in a row, first come, first served, need no tokens and no event list. Arrivals are
// gathered; then one station after the other takes its arrivals and completions in turn by a recursion (who is first in line
// begins when the first server is free: Kiefer & Wolfowitz 1955), and what it completes comes to the next. Each cell and
// tally sees the same changes at the same times as when the events of all stations are taken in turn, and the sample path is
// the same to the byte. `ChainPlan.swift` says which journeys those are, `ChainRecursion.swift` does it entity by entity where
// there is one server; here it is done event by event, for any number of servers and whatever is recorded.

import SoukModel

/// One station of a chain: what it needs of the model, and who is in it.
struct ChainStation: BitwiseCopyable {
  let law: Int32
  let drawSite: Int32
  let servers: Int
  /// The journey and the outcome of who ends here; -1 if there is a next station.
  let journey: Int32
  let outcome: Int32
  let arrivals: Int32
  let completions: Int32
  let queueCell: Int32
  let busyCell: Int32
  let waitTally: Int32
  let serviceTally: Int32
  var busy = 0
  /// One server: who is served, and until when; several: a heap of completions that names the places in `served`.
  var current = ChainEntity()
  var due: Int64 = .max
  var starts: UInt64 = 0
  /// A ring, with a length that is a power of two, of those who wait and, behind them, those who will have come.
  var line: Slab<ChainEntity>
  var head = 0
  var waiting = 0
  var coming = 0
  var heap = EventHeap()
  var served = Slab<ChainEntity>()
  private var freePlaces = Slab<Int32>()
  /// Whether it is taken entity by entity at present; see `ChainRecursion.swift`.
  var isRecursive = false
  /// When the server will have completed all who were taken so far.
  var freeFrom: Int64 = .min
  /// When those taken so far began, the latest of them: a ring, by the number of the entity; numbers below `firstKnown`
  /// aren't in it.
  var begins: Slab<Int64>
  var number = 0
  var firstKnown = 0
  /// What a station has besides whose room or whose entities' patience ends, and whether it is one; see `ChainLimits.swift`.
  var isLimited = false
  var limits = ChainLimits()

  init(_ station: StationState, drawSite: Int32, servers: Int, journey: Int32, outcome: Int32) {
    law = station.serviceLaw
    self.drawSite = drawSite
    self.servers = servers
    self.journey = journey
    self.outcome = outcome
    arrivals = station.arrivals
    completions = station.completions
    queueCell = station.queueCell
    busyCell = station.busyCell
    waitTally = station.waitTally
    serviceTally = station.serviceTally
    line = Slab(repeating: ChainEntity(), count: 16)
    begins = Slab(repeating: 0, count: 16)
  }

  func free() {
    line.free()
    heap.free()
    served.free()
    freePlaces.free()
    begins.free()
    limits.free()
  }

  func copied() -> ChainStation {
    var copy = self
    copy.line = line.copied()
    copy.heap = heap.copied()
    copy.served = served.copied()
    copy.freePlaces = freePlaces.copied()
    copy.begins = begins.copied()
    copy.limits = limits.copied()
    return copy
  }

  var bytes: Int { line.bytes + heap.bytes + served.bytes + begins.bytes + limits.bytes }
  /// Who is here or will have come.
  var inside: Int { busy + waiting + coming + limits.waiting }
  var bytesToCome: Int { waiting + coming + Machine.checkInterval > line.count ? 2 * line.bytes : 0 }

  /// An entity will come, later than all that have been told.
  @inline(__always)
  mutating func append(_ entity: ChainEntity) {
    if waiting &+ coming == line.count { widen() }
    line[(head &+ waiting &+ coming) & (line.count &- 1)] = entity
    coming &+= 1
  }

  /// Room for so many who will come.
  mutating func makeRoom(for count: Int) {
    while waiting + coming + count > line.count { widen() }
  }

  /// Where the next goes who will come.
  var tail: Int { head &+ waiting &+ coming }

  /// The next who comes; there must be one.
  @inline(__always)
  var next: ChainEntity { line[(head &+ waiting) & (line.count &- 1)] }

  /// Who came waits.
  @inline(__always)
  mutating func enqueue(_ entity: ChainEntity) {
    line[(head &+ waiting) & (line.count &- 1)] = entity
    waiting &+= 1
    coming &-= 1
  }

  /// Who came, when nobody waits, is taken at once.
  @inline(__always)
  mutating func skip() {
    head = (head &+ 1) & (line.count &- 1)
    coming &-= 1
  }

  @inline(__always)
  mutating func dequeue() -> ChainEntity {
    let entity = line[head]
    head = (head &+ 1) & (line.count &- 1)
    waiting &-= 1
    return entity
  }

  /// Puts an entity into service until `end`; never if that is `Int64.max`.
  @inline(__always)
  mutating func serve(_ entity: ChainEntity, until end: Int64) {
    if servers == 1 {
      current = entity
      due = end
      return
    }
    var place = served.count
    if freePlaces.count > 0 { place = Int(freePlaces.removeLast()) } else { served.append(entity) }
    served[place] = entity
    starts &+= 1
    heap.push(Event(time: end, order: starts, payload: UInt64(place), extra: 0))
    if end < due { due = end }
  }

  /// Takes out who is ready first. With several servers `due` must be brought up to date before it is read again.
  @inline(__always)
  mutating func removeServed() -> ChainEntity {
    due = .max
    if servers == 1 { return current }
    let place = heap.first()?.index ?? 0
    heap.removeFirst()
    freePlaces.append(Int32(truncatingIfNeeded: place))
    return served[place]
  }

  @inline(__always)
  mutating func findDue() {
    if servers > 1 { due = heap.first()?.time ?? .max }
  }

  /// Puts back who was taken out of the line last, and all who wait count as coming again.
  mutating func putBack(_ entity: ChainEntity) {
    if waiting &+ coming == line.count { widen() }
    head = (head &- 1) & (line.count &- 1)
    line[head] = entity
    coming &+= waiting &+ 1
    waiting = 0
  }

  /// Twice the room for begins; those that are known keep their numbers.
  @inline(never)
  mutating func widenBegins() {
    let wider = Slab<Int64>(repeating: 0, count: 2 * begins.count)
    for i in max(firstKnown, number - begins.count)..<number { wider[i & (wider.count - 1)] = begins[i & (begins.count - 1)] }
    begins.free()
    begins = wider
  }

  @inline(never)
  private mutating func widen() {
    let wider = Slab(repeating: ChainEntity(), count: 2 * line.count)
    for i in 0..<(waiting + coming) { wider[i] = line[(head + i) & (line.count - 1)] }
    line.free()
    line = wider
    head = 0
  }
}

/// An entity in a chain.
struct ChainEntity: BitwiseCopyable {
  var created: Int64 = 0
  /// When it came to the station where it is.
  var since: Int64 = 0
  /// Ticks of service there; −1 before it is drawn, −2 of who comes by the same arrival as the one before.
  var service: Int64 = 0
  var origin: Int32 = 0
  var ordinal: UInt32 = 0
}

// MARK: Running them

/// The starts and ends of a chain's journey that `active` hasn't been told yet; a single station with limits tells it itself.
struct ChainState: BitwiseCopyable {
  let first: Int32
  let last: Int32
  let journey: Int32
  /// Whether several may come by one arrival.
  let hasGroups: Bool
  /// Whether `active` is told of starts and ends in the end.
  let keepsEnds: Bool
  var starts = Slab<Int64>(capacity: 256)
  var ends = Slab<ChainEnd>(capacity: 256)

  func copied() -> ChainState {
    var copy = self
    copy.starts = starts.copied()
    copy.ends = ends.copied()
    return copy
  }

  func free() {
    starts.free()
    ends.free()
  }
}

struct ChainEnd: BitwiseCopyable {
  var time: Int64
  var created: Int64
}

extension Machine {
  /// Entities in chains.
  var inChains: Int {
    var count = 0
    for i in 0..<chainStations.count { count += chainStations[i].inside }
    return count
  }

  /// Brings all chains up to an instant, completions at that instant included.
  mutating func advanceChains(to time: Int64) {
    for c in 0..<chains.count { advanceChain(Int32(c), to: time, isPause: true) }
  }

  /// Brings the stations of a chain up to an instant, the first one first. At a pause all that they show is as of that
  /// instant; else nobody looks, and entities that aren't through yet may be left for the next time.
  @inline(never)
  mutating func advanceChain(_ c: Int32, to time: Int64, isPause: Bool) {
    let present = now
    var k = chains[c].first
    while k <= chains[c].last {
      if chainStations[k].isLimited {
        advanceLimited(k, c, to: time)
      } else if !advanceByEntities(k, c, to: time, isPause: isPause) {
        advanceStation(k, c, to: time)
      }
      k &+= 1
    }
    if chains[c].keepsEnds && !countActive(c) { showActive(c) }
    now = present
  }

  /// Tells `active` of the starts and ends in their order; at one instant ends come first, but not of who started then.
  private mutating func showActive(_ c: Int32) {
    let starts = chains[c].starts
    let ends = chains[c].ends
    let cell = journeys[chains[c].journey].active
    var i = 0
    var j = 0
    while i < starts.count || j < ends.count {
      let isEnd = i == starts.count
        || (j < ends.count && (ends[j].time < starts[i] || (ends[j].time == starts[i] && ends[j].created < starts[i])))
      if isEnd {
        now = ends[j].time
        lower(cell)
        j &+= 1
      } else {
        now = starts[i]
        raise(cell)
        i &+= 1
      }
    }
    chains[c].starts.truncate(to: 0)
    chains[c].ends.truncate(to: 0)
  }

  /// Takes the arrivals and completions of one station in turn, up to an instant. All that changes is in local variables:
  /// through `self` each store made the next load wait, and took twice the instructions.
  @inline(never)
  private mutating func advanceStation(_ k: Int32, _ c: Int32, to time: Int64) {
    var station = chainStations[k]
    let outcomes = program.outcomes
    var view = ChainView(
      station, station.journey >= 0 ? journeys[station.journey] : nil, outcomes, cells, tallies, weight: weight, warmup: warmup, logs, thresholds)
    let isLast = station.journey >= 0
    var completed = 0
    var arrived = 0
    while true {
      let next = station.coming > 0 ? station.next : ChainEntity(since: .max)
      if station.due <= next.since && next.service != -2 {
        let at = station.due
        if at > time || at == .max { break }
        completed &+= 1
        let entity = station.removeServed()
        view.completeService(entity, at: at)
        if station.waiting > 0 {
          let following = station.dequeue()
          view.follow(at: at, since: following.since)
          station.serve(following, until: Machine.due(following, at: at))
        } else {
          station.busy &-= 1
          view.becomeFree(at: at)
        }
        station.findDue()
        if isLast {
          view.end(entity, at: at, outcome: station.outcome)
          chains[c].ends.append(ChainEnd(time: at, created: entity.created))
        } else {
          chainStations[k &+ 1].append(
            ChainEntity(created: entity.created, since: at, service: -1, origin: entity.origin, ordinal: entity.ordinal))
        }
        continue
      }
      if next.since > time { break }
      arrived &+= 1
      view.arrive(at: next.since)
      var entity = next
      guard let service = Machine.ticks(drawInChain(station, entity)) else { return failTime(.nan, at: -1) }
      entity.service = service
      if station.waiting == 0 && station.busy < station.servers {
        station.skip()
        station.busy &+= 1
        view.beginService(at: next.since)
        station.serve(entity, until: Machine.due(entity, at: next.since))
      } else {
        station.enqueue(entity)
        view.joinQueue(at: next.since)
      }
    }
    chainStations[k] = station
    view.store(in: cells, tallies)
    eventCount &+= UInt64(truncatingIfNeeded: completed)
    budget &-= completed &+ arrived &+ (isLast ? completed : 0)
  }

  /// When a service that begins at `at` ends; `Int64.max` for never.
  @inline(__always)
  static func due(_ entity: ChainEntity, at: Int64) -> Int64 {
    let (due, overflow) = at.addingReportingOverflow(entity.service)
    return overflow ? .max : due
  }

  @inline(__always)
  mutating func drawInChain(_ station: ChainStation, _ entity: ChainEntity) -> Double {
    let law = station.law
    if laws[law].kind == .constant { return laws[law].a }
    if laws[law].isOneWord {
      return drawInverted(laws[law], site: station.drawSite, index: UInt32(truncatingIfNeeded: drawSites[station.drawSite].index),
        origin: originKeys[entity.origin], ordinal: entity.ordinal)
    }
    let site = drawSites[station.drawSite]
    return laws.sample(
      law,
      Counter(
        key: streamKeys[site.stream] ^ originKeys[entity.origin], index: UInt32(truncatingIfNeeded: site.index),
        ordinal: entity.ordinal, replication: replication))
  }
}
