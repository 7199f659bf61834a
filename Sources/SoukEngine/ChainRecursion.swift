// A station of a chain with one server, entity by entity: who comes at A and is served for S begins at B = max(A, D of the one
// before) and is through at D = B + S (Lindley 1952). Sums of whole ticks don't mind the order in which they are told, so all
// that an entity does here is told at once: arrivals and completions move by one, the integral of the queue by its wait, that
// of the busy server by its service. Only extremes need more. The largest queue grows by one at a time: while m is the largest
// so far, it does so at the arrival of entity n just if n − m hasn't begun then. The least queue and the least of busy servers
// stay 0 once they were, and until then the station goes event by event.
//
// Who isn't through by the instant up to which a chain is brought forward stays in the line. At a pause what those have done
// so far is told apart (`tellUnfinished`), and taken back (`takeBackUnfinished`) when the station goes on entity by entity.

import SoukModel

extension Machine {
  /// Brings a station forward entity by entity; false if it must go event by event at present.
  @inline(never)
  mutating func advanceByEntities(_ k: Int32, _ c: Int32, to time: Int64, isPause: Bool) -> Bool {
    if chainStations[k].servers != 1 || chains[c].hasGroups { return false }
    var station = chainStations[k]
    let isLast = station.journey >= 0
    var view = ChainView(
      station, isLast ? journeys[station.journey] : nil, program.outcomes, cells, tallies, weight: weight, warmup: warmup, logs, thresholds)
    if !station.isRecursive {
      guard view.isSummed, station.busy == 0 || (station.due != .max && (!warmupEnded || station.current.since >= warmup)) else { return false }
      takeBackUnfinished(&station, &view)
      while station.begins.count <= Int(view.queue.maximum / weight) { station.widenBegins() }
      station.isRecursive = true
    }
    takeEntities(&station, &view, c, next: isLast ? -1 : k &+ 1, to: time)
    if isPause {
      tellUnfinished(&station, &view, to: time)
      station.isRecursive = false
    }
    view.store(in: cells, tallies)
    chainStations[k] = station
    return true
  }

  /// Takes all who are through by `time`.
  @inline(never)
  private mutating func takeEntities(_ station: inout ChainStation, _ view: inout ChainView, _ c: Int32, next: Int32, to time: Int64) {
    let law = laws[station.law]
    let isExponential = law.kind == .exponential
    let variates = drawVariates
    var block = DrawnBlock()
    var sums = ChainSums(station, view, weight: weight)
    let count = station.coming
    if next >= 0 { chainStations[next].makeRoom(for: count) }
    let onward = next >= 0 ? chainStations[next].line : station.line
    let tail = next >= 0 ? chainStations[next].tail : 0
    var ends = chains[c].ends
    let line = station.line
    let head = station.head
    var taken = 0
    while taken < count {
      let entity = line[(head &+ taken) & (line.count &- 1)]
      var drawn: Double
      if entity.ordinal &>> 6 == block.number && entity.origin == block.origin {
        drawn = law.a * variates[block.start &+ Int(entity.ordinal & 63)]
        block.hits &+= 1
      } else {
        drawn = drawApart(station, entity)
        if isExponential { block = openBlock(block, station.drawSite, entity) }
      }
      guard let service = Machine.ticks(drawn) else {
        failTime(.nan, at: -1)
        break
      }
      let begin = max(entity.since, sums.freeFrom)
      let (end, isOver) = begin.addingReportingOverflow(service)
      if isOver || end > time { break }
      sums.take(entity.since, begin, service, end, &station)
      if next >= 0 {
        onward[(tail &+ taken) & (onward.count &- 1)] = ChainEntity(
          created: entity.created, since: end, service: -1, origin: entity.origin, ordinal: entity.ordinal)
      } else {
        view.note(&view.time, end &- entity.created, at: end)
        ends.append(ChainEnd(time: end, created: entity.created))
      }
      taken &+= 1
    }
    if block.number != .max { drawCaches[block.cache].hits &+= block.hits }
    station.head = (head &+ taken) & (line.count &- 1)
    station.coming &-= taken
    sums.tell(&station, &view, taken, isNoted: time >= warmup)
    if next >= 0 { chainStations[next].coming &+= taken } else {
      chains[c].ends = ends
      view.tellEnds(taken, outcome: station.outcome, moment: sums.ends, isNoted: time >= warmup)
    }
    eventCount &+= UInt64(truncatingIfNeeded: taken)
    budget &-= taken &* (next < 0 ? 3 : 2)
  }

  @inline(never)
  private mutating func drawApart(_ station: ChainStation, _ entity: ChainEntity) -> Double { drawInChain(station, entity) }

  /// The block of variates of a site's cache that has an entity's, if it was filled.
  @inline(never)
  private mutating func openBlock(_ old: DrawnBlock, _ site: Int32, _ entity: ChainEntity) -> DrawnBlock {
    if old.number != .max { drawCaches[old.cache].hits &+= old.hits }
    let number = entity.ordinal &>> 6
    let cache = site &* DrawCache.ways &+ Int32(truncatingIfNeeded: number & UInt32(DrawCache.ways &- 1))
    let key = streamKeys[drawSites[site].stream] ^ originKeys[entity.origin]
    let isFilled = drawCaches[cache].block == number && drawCaches[cache].key == key
      && drawCaches[cache].index == UInt32(truncatingIfNeeded: drawSites[site].index) && drawCaches[cache].variate == .exponential
    return isFilled ? DrawnBlock(number: number, origin: entity.origin, cache: cache, start: Int(cache) &* 64, hits: 0) : DrawnBlock()
  }

  /// Tells what those have done by `time` who came and aren't through: the first is served, the others wait.
  private mutating func tellUnfinished(_ station: inout ChainStation, _ view: inout ChainView, to time: Int64) {
    let count = station.coming
    if count == 0 { return }
    var sums = ChainSums(station, view, weight: weight)
    var end = station.freeFrom
    for i in 0..<count {
      let place = (station.head &+ i) & (station.line.count &- 1)
      var entity = station.line[place]
      guard let service = Machine.ticks(drawApart(station, entity)) else { return failTime(.nan, at: -1) }
      entity.service = service
      station.line[place] = entity
      let begin = max(entity.since, end)
      end = begin == .max ? .max : Machine.due(entity, at: begin)
      sums.noteQueue(entity.since, begin, &station)
      view.tellArrival(entity.since, waits: i > 0, begin: begin, sign: 1)
      if i == 0 {
        view.note(&view.wait, begin &- entity.since, at: begin)
        station.current = entity
        station.due = end
      }
    }
    sums.tell(&station, &view, 0, isNoted: false)
    station.busy = 1
    station.head = (station.head &+ 1) & (station.line.count &- 1)
    station.waiting = count &- 1
    station.coming = 0
    budget &-= count
  }

  /// Takes back what was told of those who came and aren't through; all of them are in the line again.
  private mutating func takeBackUnfinished(_ station: inout ChainStation, _ view: inout ChainView) {
    station.firstKnown = station.number
    if station.busy == 0 { return }
    let current = station.current
    let begin = station.due &- current.service
    view.tellArrival(current.since, waits: false, begin: begin, sign: -1)
    if view.wait.flags != 0 && begin >= warmup { view.wait.stretches.withdraw(begin &- current.since) }
    for i in 0..<station.waiting {
      view.tellArrival(station.line[(station.head &+ i) & (station.line.count &- 1)].since, waits: true, begin: 0, sign: -1)
    }
    budget &+= station.waiting &+ 1
    station.freeFrom = begin
    station.putBack(current)
    station.busy = 0
    station.due = .max
  }

  /// Tells `active` of the starts and ends that were gathered, whose order matters to its extremes alone: the largest is found
  /// as that of a queue is. False if the order must be gone through.
  mutating func countActive(_ c: Int32) -> Bool {
    let cell = journeys[chains[c].journey].active
    var active = cells[cell]
    if active.flags != 0 && (active.flags != CellState.summary | CellState.counted || active.minimum != 0) { return false }
    let starts = chains[c].starts
    let ends = chains[c].ends
    var most = Int(active.maximum / weight)
    var place = Int(active.value / weight) &- most
    var i = 0
    while i < starts.count {
      let start = starts[i]
      // Were so many through when this one started that no more than `most` are under way?
      if place >= 0 && (place >= ends.count || ends[place].time > start || (ends[place].time == start && ends[place].created >= start)) {
        most &+= 1
      } else {
        place &+= 1
      }
      active.moment &+= Int128(start)
      i &+= 1
    }
    i = 0
    while i < ends.count {
      active.moment &-= Int128(ends[i].time)
      i &+= 1
    }
    active.maximum = Double(most) * weight
    active.value += Double(starts.count &- ends.count) * weight
    cells[cell] = active
    chains[c].starts.truncate(to: 0)
    chains[c].ends.truncate(to: 0)
    return true
  }
}

/// The block of variates that serves the present entities.
private struct DrawnBlock {
  var number: UInt32 = .max
  var origin: Int32 = -1
  var cache: Int32 = 0
  var start = 0
  var hits: Int32 = 0
}

/// What is summed while a station takes its entities.
private struct ChainSums {
  var freeFrom: Int64
  private var arrivals: Int128 = 0
  private var waits = TickSums()
  private var services = TickSums()
  /// The largest queue so far.
  private var longest: Int
  private var number: Int
  private let firstKnown: Int

  @inline(__always)
  init(_ station: ChainStation, _ view: ChainView, weight: Double) {
    freeFrom = station.freeFrom
    longest = Int(view.queue.maximum / weight)
    number = station.number
    firstKnown = station.firstKnown
  }

  /// The sum of the instants at which they are through.
  var ends: Int128 { arrivals &+ Int128(waits.sum) &+ Int128(services.sum) }

  @inline(__always)
  mutating func take(_ since: Int64, _ begin: Int64, _ service: Int64, _ end: Int64, _ station: inout ChainStation) {
    freeFrom = end
    noteQueue(since, begin, &station)
    arrivals &+= Int128(since)
    waits.add(begin &- since)
    services.add(service)
  }

  /// Whether the queue is longer than ever when entity `number` has come.
  @inline(__always)
  mutating func noteQueue(_ since: Int64, _ begin: Int64, _ station: inout ChainStation) {
    station.begins[number & (station.begins.count &- 1)] = begin
    let before = number &- longest
    number &+= 1
    if before >= firstKnown && station.begins[before & (station.begins.count &- 1)] > since { lengthen(&station) }
  }

  @inline(never)
  private mutating func lengthen(_ station: inout ChainStation) {
    longest += 1
    station.number = number
    if longest == station.begins.count { station.widenBegins() }
  }

  /// Tells what `taken` entities add up to.
  @inline(__always)
  func tell(_ station: inout ChainStation, _ view: inout ChainView, _ taken: Int, isNoted: Bool) {
    station.freeFrom = freeFrom
    station.number = number
    view.tell(taken, arrivals: arrivals, ends: ends, longest: longest)
    view.queue.moment &-= Int128(waits.sum)
    view.busy.moment &-= Int128(services.sum)
    if isNoted {
      view.wait.stretches.add(waits)
      view.service.stretches.add(services)
    }
  }
}

extension ChainView {
  /// Whether nothing but sums and extremes is kept that depends on the order of events, and the extremes are as they will stay.
  var isSummed: Bool {
    arrivals.isSummed && completions.isSummed && queue.isSummed && busy.isSummed && finished.isSummed && outcomeCell.isSummed
      && (queue.flags == 0 || queue.minimum == 0) && (busy.flags == 0 || (busy.minimum == 0 && busy.maximum == weight)) && talliesAreSummed
  }

  /// Of waits, services and outcomes.
  var talliesAreSummed: Bool { (wait.isOff || wait.isSummed) && (service.isOff || service.isSummed) && (outcome.isOff || outcome.isSummed) }

  /// So many entities came and went.
  @inline(__always)
  mutating func tell(_ count: Int, arrivals moment: Int128, ends: Int128, longest: Int) {
    arrivals.value += Double(count) * weight
    arrivals.moment &+= moment
    arrivals.maximum = max(arrivals.maximum, arrivals.value)
    completions.value += Double(count) * weight
    completions.moment &+= ends
    completions.maximum = completions.value
    queue.maximum = Double(longest) * weight
  }

  /// Somebody came who waits, or was taken at `begin`; with the sign −1 nobody did.
  @inline(__always)
  mutating func tellArrival(_ since: Int64, waits: Bool, begin: Int64, sign: Int128) {
    let change = sign < 0 ? -weight : weight
    arrivals.value += change
    arrivals.moment &+= sign * Int128(since)
    arrivals.maximum = max(arrivals.maximum, arrivals.value)
    if waits {
      queue.value += change
      queue.moment &+= sign * Int128(since)
    } else {
      queue.moment &-= sign * Int128(begin &- since)
      busy.value += change
      busy.moment &+= sign * Int128(begin)
    }
  }

  /// So many journeys ended, all with the same outcome.
  mutating func tellEnds(_ count: Int, outcome index: Int32, moment: Int128, isNoted: Bool) {
    if count == 0 { return }
    let more = Double(count) * weight
    finished.value += more
    finished.moment &+= moment
    finished.maximum = finished.value
    outcomeCell.value += more
    outcomeCell.moment &+= moment
    outcomeCell.maximum = outcomeCell.value
    if !outcome.isOff && isNoted && index >= 0 { outcome.stretches.add(Int64(index), count: count) }
  }
}
