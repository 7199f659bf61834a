// Arrivals at chains: those of all sources of one chain are taken in turn without the event list, while nothing else is due. A
// source's next arrival is drawn when the one before happens, as everywhere; the pending ones are held here, each with the
// order it would have in the event list, to which they go back in the end.

import SoukModel

/// An arrival that was taken out of the event list.
struct PendingArrival: BitwiseCopyable {
  var time: Int64
  var order: UInt64
  var source: Int32

  @inline(__always)
  func precedes(_ time: Int64, _ order: UInt64) -> Bool { self.time < time || (self.time == time && self.order < order) }
}

extension Machine {
  /// Arrivals that are gathered before the stations are brought forward, one after the other in a loop of its own: at each
  /// arrival it took 580 instructions a station.
  static var chainBatch: Int { 256 }

  /// Sources whose arrivals are held at once; the next one of others ends a gathering.
  private static var heldArrivals: Int { 8 }

  /// Whether arrivals of a source are gathered.
  @inline(__always)
  mutating func isGathered(_ s: Int32) -> Bool {
    let source = sources[s]
    return source.chain >= 0 && source.batchLaw < 0
      && (source.pattern == .poisson || source.pattern == .curve || source.pattern == .interarrival)
  }

  /// An arrival of a source whose journey is a chain; the entities come at `now`.
  mutating func arriveInChain(_ s: Int32, _ count: Int64, released: UInt32, isReleased: Bool) {
    let c = sources[s].chain
    let first = chains[c].first
    let journey = sources[s].journey
    let origin = sources[s].origin
    var left = count
    while left > 0 && stopped == nil {
      let next = nextOrdinal(of: origin)
      raise(sources[s].started)
      raise(journeys[journey].started)
      if chains[c].keepsEnds { chains[c].starts.append(now) }
      chainStations[first].append(
        ChainEntity(
          created: now, since: now, service: left == count ? -1 : -2, origin: origin, ordinal: isReleased ? released : next))
      left &-= 1
    }
    if chainStations[first].coming >= Machine.chainBatch { advanceChain(c, to: now, isPause: false) }
  }

  /// Arrivals at a chain, one by one: this one of source `first`, and those that follow.
  @inline(never)
  mutating func gather(_ first: Int32) {
    let c = sources[first].chain
    var line = chainStations[chains[c].first]
    var starts = chains[c].starts
    let keepsEnds = chains[c].keepsEnds
    let started = journeys[sources[first].journey].started
    var s = first
    while true {
      let next = nextArrival(s)
      if stopped != nil { break }
      raise(sources[s].started)
      raise(started)
      let origin = sources[s].origin
      line.append(ChainEntity(created: now, since: now, service: -1, origin: origin, ordinal: nextOrdinal(of: origin)))
      if keepsEnds { starts.append(now) }
      if next.time < .max { gathered.append(next) }
      // Which comes next of those that are held and those in the event list.
      var place = earliestGathered()
      while let event = events.first(), place < 0 || !gathered[place].precedes(event.time, event.order) {
        let source = Int32(truncatingIfNeeded: event.index)
        guard event.kind == EventKind.arrival.rawValue, sources[source].timer == event.order, sources[source].chain == c, isGathered(source),
          gathered.count < Machine.heldArrivals
        else {
          place = -1
          break
        }
        events.removeFirst()
        gathered.append(PendingArrival(time: event.time, order: event.order, source: source))
        place = gathered.count - 1
      }
      if place < 0 || gathered[place].time >= horizon || budget <= 0 || line.coming >= Machine.chainBatch { break }
      let arrival = gathered[place]
      gathered[place] = gathered[gathered.count - 1]
      gathered.truncate(to: gathered.count - 1)
      now = arrival.time
      s = arrival.source
      eventCount &+= 1
      budget &-= 1
    }
    for i in 0..<gathered.count {
      let arrival = gathered[i]
      sources[arrival.source].timer = arrival.order
      events.push(Event(time: arrival.time, order: arrival.order, kind: .arrival, index: arrival.source))
    }
    gathered.truncate(to: 0)
    chainStations[chains[c].first] = line
    chains[c].starts = starts
    if line.coming >= Machine.chainBatch { advanceChain(c, to: now, isPause: false) }
  }

  @inline(__always)
  private mutating func earliestGathered() -> Int {
    if gathered.count == 0 { return -1 }
    var place = 0
    var i = 1
    while i < gathered.count {
      if gathered[i].precedes(gathered[place].time, gathered[place].order) { place = i }
      i &+= 1
    }
    return place
  }

  /// The next arrival of a source at which one happens now; `Int64.max` if there is none.
  @inline(__always)
  private mutating func nextArrival(_ s: Int32) -> PendingArrival {
    sources[s].arrivals &+= 1
    sources[s].left &-= 1
    sources[s].timer = 0
    var next = PendingArrival(time: .max, order: 0, source: s)
    if sources[s].left <= 0 { return next }
    if sources[s].arrivals == .max {
      fail(.fault(.drawsExhausted, place: -1))
      return next
    }
    let gap = sources[s].pattern == .curve ? drawGapOfCurve(s) : drawGap(s)
    guard let delay = Machine.ticks(gap) else {
      failTime(gap, at: -1)
      return next
    }
    let (time, isOver) = now.addingReportingOverflow(delay)
    if isOver || delay == .max { return next }
    next.time = time
    next.order = nextOrder(EventClass.arrival)
    return next
  }

  /// Seconds to the next arrival where the rate follows a curve.
  @inline(__always)
  private mutating func drawGapOfCurve(_ s: Int32) -> Double {
    if sources[s].factor == 0 { return .infinity }
    return program.curves.delay(sources[s].table, from: seconds(now), amount: gapVariate(s, .exponential) / sources[s].factor)
  }
}
