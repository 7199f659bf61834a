// A station of a chain where entities may be refused: its room is bounded, those who wait have patience, or it works at a
// rate. Whether somebody who comes will be served is known at once: all who were accepted before begin before, so the server
// that will be free first tells when the turn would come (the workload process of Lindley's recursion; with impatience Baccelli,
// Boyer & Hebuterne 1984), and who can't wait so long leaves when the patience is over, unserved. So those who will be served
// stand in a line by value, those who will leave in a heap by the instant at which they do, and completions, departures and
// arrivals are taken in their order in time: completions first at one instant, then departures, then arrivals, as from the
// event list, but nothing that is pending has to be looked for or cancelled.
//
// What happens is told to a `ChainTelling`: to `LimitsView`, which keeps everything in order, or to `LimitsSums`, where
// nothing but sums and extremes is asked for. Both are compiled into a loop of their own.

import SoukModel
import SoukNumerics

/// How long those wait at a station of a chain who aren't served at once: by a law and a site, or always the same ticks.
struct ChainPatience: BitwiseCopyable {
  var law: Int32
  var site: Int32
  var ticks: Int64
}

/// What a station of a chain has besides, whose room or whose entities' patience ends.
struct ChainLimits: BitwiseCopyable {
  private(set) var capacity: Int = .max
  private(set) var patience = ChainPatience(law: -1, site: -1, ticks: 0)
  private(set) var hasPatience = false
  /// Ticks of a service that always takes the same time; −1 where it is drawn.
  private(set) var service: Int64 = -1
  /// Outcome of who is refused; −1 if there is none.
  private(set) var outcome: Int32 = -1
  /// Ops of who comes, and of who ends there, served or refused.
  private(set) var stepsToCome = 1
  private(set) var stepsToEnd: (served: Int, refused: Int) = (1, 1)
  private(set) var balkedCell: Int32 = 0
  private(set) var renegedCell: Int32 = 0
  /// Those who wait and will be served.
  var accepted = ChunkedQueue<ChainEntity>()
  /// Those who wait and will leave: when, by the number of their arrival, and when they were created.
  var leavers = EventHeap()
  var number: UInt64 = 0
  /// When each server will have completed all who were accepted so far, a heap with the first to be free in front.
  var frees: Slab<Int64>
  /// Variates for patience and for services where they are exponential.
  var patienceDraws: ChainDraws
  var serviceDraws: ChainDraws

  init() {
    frees = Slab()
    patienceDraws = ChainDraws(origins: [])
    serviceDraws = ChainDraws(origins: [])
  }

  init(
    _ station: StationState, _ patience: ChainPatience?, service: Int64, servers: Int, outcome: Int32, stepsToEnd: (served: Int, refused: Int),
    patienceOrigins: [Int32], serviceOrigins: [Int32]
  ) {
    capacity = Int(station.capacity)
    if let patience {
      self.patience = patience
      hasPatience = true
      stepsToCome = patience.law >= 0 ? 2 : 1
    }
    self.service = service
    self.outcome = outcome
    self.stepsToEnd = stepsToEnd
    balkedCell = station.balked
    renegedCell = station.reneged
    frees = Slab(repeating: .min, count: servers)
    patienceDraws = ChainDraws(origins: patienceOrigins)
    serviceDraws = ChainDraws(origins: serviceOrigins)
  }

  /// How many wait.
  @inline(__always)
  var waiting: Int { accepted.count &+ leavers.count }
  var bytes: Int { accepted.bytes + leavers.bytes + frees.bytes }

  /// The server that is free first will have completed one more at `end`.
  @inline(__always)
  mutating func occupy(until end: Int64) {
    if frees.count == 1 { frees[0] = end } else { siftDown(end) }
  }

  @inline(never)
  private func siftDown(_ end: Int64) {
    var hole = 0
    while true {
      var child = 2 * hole + 1
      if child >= frees.count { break }
      if child + 1 < frees.count && frees[child + 1] < frees[child] { child += 1 }
      if frees[child] >= end { break }
      frees[hole] = frees[child]
      hole = child
    }
    frees[hole] = end
  }

  func free() {
    accepted.free()
    leavers.free()
    frees.free()
    patienceDraws.free()
    serviceDraws.free()
  }

  func copied() -> ChainLimits {
    var copy = self
    copy.accepted = accepted.copied()
    copy.leavers = leavers.copied()
    copy.frees = frees.copied()
    copy.patienceDraws = patienceDraws.copied()
    copy.serviceDraws = serviceDraws.copied()
    return copy
  }
}

extension Machine {
  /// Brings a station whose room or whose entities' patience ends up to an instant.
  @inline(never)
  mutating func advanceLimited(_ k: Int32, _ c: Int32, to time: Int64) {
    let isOnly = !chains[c].keepsEnds
    var view = LimitsView(
      chainStations[k], journeys[chains[c].journey], tellsActive: isOnly, program.outcomes, cells, tallies, weight: weight, warmup: warmup, logs,
      thresholds)
    if chainStations[k].servers == 1 && view.isSummed && isOnly {
      var sums = LimitsSums(view, weight: weight)
      takeLimited(k, &sums, c, to: time)
      sums.tell(&view, weight: weight, isNoted: warmupEnded)
    } else {
      takeLimited(k, &view, c, to: time)
    }
    view.store(in: cells, tallies)
  }

  /// Takes completions, departures and arrivals in turn.
  @inline(__always)
  private mutating func takeLimited<Telling: ChainTelling>(_ k: Int32, _ telling: inout Telling, _ c: Int32, to time: Int64) {
    var station = chainStations[k]
    let keepsEnds = chains[c].keepsEnds
    var leaving = station.limits.leavers.first()?.time ?? .max
    let last = min(time, .max - 1)
    var completed = 0, reneged = 0, arrived = 0, balked = 0
    while true {
      let next = station.coming > 0 ? station.line[station.head] : ChainEntity(since: .max)
      if next.service != -2 {
        let bound = min(last, next.since)
        while true {
          if station.due <= leaving {
            if station.due > bound { break }
            let at = station.due
            completed &+= 1
            let entity = station.removeServed()
            telling.completeService(entity.service, at: at)
            if station.limits.accepted.count > 0 {
              let following = station.limits.accepted.removeFirst()
              telling.follow(at: at, since: following.since)
              station.serve(following, until: Machine.due(following, at: at))
            } else {
              station.busy &-= 1
              telling.becomeFree(at: at)
            }
            station.findDue()
            telling.end(created: entity.created, at: at, isServed: true)
            if keepsEnds { chains[c].ends.append(ChainEnd(time: at, created: entity.created)) }
          } else {
            if leaving > bound { break }
            let at = leaving
            reneged &+= 1
            let created = station.limits.leavers.first()?.extra ?? at
            station.limits.leavers.removeFirst()
            leaving = station.limits.leavers.first()?.time ?? .max
            telling.renege(at: at)
            telling.end(created: created, at: at, isServed: false)
            if keepsEnds { chains[c].ends.append(ChainEnd(time: at, created: created)) }
          }
        }
      }
      if next.since > last { break }
      station.skip()
      arrived &+= 1
      telling.arrive(at: next.since)
      if station.busy &+ station.limits.waiting >= station.limits.capacity {
        balked &+= 1
        telling.balk(at: next.since)
        telling.end(created: next.created, at: next.since, isServed: false)
        if keepsEnds { chains[c].ends.append(ChainEnd(time: next.since, created: next.created)) }
        continue
      }
      var entity = next
      entity.service = station.limits.service
      if entity.service < 0 {
        let drawn = station.limits.serviceDraws.has(entity.origin)
          ? laws[station.law].a * variate(&station.limits.serviceDraws, site: station.drawSite, entity) : drawInChain(station, entity)
        guard let ticks = Machine.ticks(drawn) else {
          failTime(.nan, at: -1)
          break
        }
        entity.service = ticks
      }
      if station.busy < station.servers {
        station.busy &+= 1
        telling.beginService(at: next.since)
        let end = Machine.due(entity, at: next.since)
        station.serve(entity, until: end)
        station.limits.occupy(until: end)
        continue
      }
      telling.joinQueue(at: next.since)
      let begin = station.limits.frees[0]
      if station.limits.hasPatience {
        let leave = patienceEnds(&station, entity)
        if leave < begin {
          station.limits.number &+= 1
          station.limits.leavers.push(Event(time: leave, order: station.limits.number, payload: 0, extra: next.created))
          leaving = min(leaving, leave)
          continue
        }
      }
      station.limits.accepted.append(entity)
      station.limits.occupy(until: Machine.due(entity, at: begin))
    }
    let steps = station.limits.stepsToEnd
    budget &-= arrived &* station.limits.stepsToCome &+ balked &* steps.refused
    budget &-= completed &* (steps.served &+ 1) &+ reneged &* (steps.refused &+ 1)
    eventCount &+= UInt64(truncatingIfNeeded: completed &+ reneged)
    chainStations[k] = station
  }

  /// When an entity that begins to wait would leave; `Int64.max` for never.
  @inline(__always)
  private mutating func patienceEnds(_ station: inout ChainStation, _ entity: ChainEntity) -> Int64 {
    var ticks = station.limits.patience.ticks
    let law = station.limits.patience.law
    if law >= 0 {
      let site = station.limits.patience.site
      let drawn = station.limits.patienceDraws.has(entity.origin)
        ? laws[law].a * variate(&station.limits.patienceDraws, site: site, entity) : drawPatience(law, site, entity)
      guard let patience = Machine.ticks(drawn) else {
        failTime(.nan, at: -1)
        return .max
      }
      ticks = patience
    }
    let (end, isOver) = entity.since.addingReportingOverflow(ticks)
    return isOver ? .max : end
  }

  @inline(never)
  private mutating func drawPatience(_ law: Int32, _ site: Int32, _ entity: ChainEntity) -> Double {
    let index = UInt32(truncatingIfNeeded: drawSites[site].index)
    if laws[law].isOneWord {
      return drawInverted(laws[law], site: site, index: index, origin: originKeys[entity.origin], ordinal: entity.ordinal)
    }
    return laws.sample(
      law,
      Counter(key: streamKeys[drawSites[site].stream] ^ originKeys[entity.origin], index: index, ordinal: entity.ordinal, replication: replication))
  }

  /// The exponential variate of mean 1 of an entity at a site.
  @inline(__always)
  private mutating func variate(_ draws: inout ChainDraws, site: Int32, _ entity: ChainEntity) -> Double {
    if !draws.holds(entity) {
      draws.fill(
        for: entity, key: StreamKey(bits: streamKeys[drawSites[site].stream] ^ originKeys[entity.origin]),
        index: UInt32(truncatingIfNeeded: drawSites[site].index), replication: replication)
    }
    return draws[entity]
  }
}

/// Exponential variates of a site of a chain in blocks of 64 entities, one block for each source: entities of a source come nearly
/// in their order, those of several between one another, which would take turns in the blocks of `DrawCache`.
struct ChainDraws: BitwiseCopyable {
  /// The place of an origin's block; −1 if it has none.
  private var places: Slab<Int32>
  private var numbers: Slab<UInt32>
  private var variates: Slab<Double>

  /// Blocks for entities of some origins, at most one with a number below 64 k.
  init(origins: [Int32]) {
    let kept = origins.filter { $0 < 1 << 16 }
    places = Slab(repeating: -1, count: Int((kept.max() ?? -1) + 1))
    for (i, origin) in kept.enumerated() { places[origin] = Int32(i) }
    numbers = Slab(repeating: .max, count: kept.count)
    variates = Slab(repeating: 0, count: 64 * kept.count)
  }

  func free() {
    places.free()
    numbers.free()
    variates.free()
  }

  func copied() -> ChainDraws {
    var copy = self
    copy.places = places.copied()
    copy.numbers = numbers.copied()
    copy.variates = variates.copied()
    return copy
  }

  @inline(__always)
  func has(_ origin: Int32) -> Bool { Int(origin) < places.count && places[origin] >= 0 }

  @inline(__always)
  func holds(_ entity: ChainEntity) -> Bool { numbers[places[entity.origin]] == entity.ordinal &>> 6 }

  @inline(__always)
  subscript(entity: ChainEntity) -> Double { variates[Int(places[entity.origin]) &* 64 &+ Int(entity.ordinal & 63)] }

  @inline(never)
  mutating func fill(for entity: ChainEntity, key: StreamKey, index: UInt32, replication: UInt32) {
    let place = places[entity.origin]
    numbers[place] = entity.ordinal &>> 6
    variates.fillVariates(
      from: Int(place) * 64, key: key, index: index, firstOrdinal: entity.ordinal & ~63, replication: replication, .exponential)
  }
}

/// Hears what happens at a station of a chain with limits, in order of time.
protocol ChainTelling {
  mutating func arrive(at now: Int64)
  mutating func balk(at now: Int64)
  mutating func joinQueue(at now: Int64)
  mutating func beginService(at now: Int64)
  mutating func follow(at now: Int64, since: Int64)
  mutating func becomeFree(at now: Int64)
  mutating func completeService(_ service: Int64, at now: Int64)
  mutating func renege(at now: Int64)
  mutating func end(created: Int64, at now: Int64, isServed: Bool)
}
