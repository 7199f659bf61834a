// Arrivals at chains: those of all sources of one chain are taken in turn without the event list, while nothing else is due. A
// source's next arrival is drawn when the one before happens, as everywhere; the pending ones are held here, each with the
// order it would have in the event list, to which they go back in the end.

import SoukModel

/// A source whose next arrival was taken out of the event list, and what is to be counted of it.
struct GatheredSource: BitwiseCopyable {
  /// When its next arrival is, and its place among those of that instant; `Int64.max` if there is none.
  var time: Int64
  var order: UInt64
  var source: Int32
  /// Its arrivals since the counting cell was told last, and the sum of their instants.
  var count = 0
  var moment: Int128 = 0

  @inline(__always)
  func precedes(_ time: Int64, _ order: UInt64) -> Bool { self.time < time || (self.time == time && self.order < order) }
}

extension Machine {
  /// Arrivals that are gathered before the stations are brought forward, one after the other in a loop of its own: at each
  /// arrival it took 580 instructions a station.
  static var chainBatch: Int { 256 }

  /// Sources whose arrivals are held at once; the next one of others ends a gathering.
  private static var heldArrivals: Int { 8 }

  /// Whether arrivals of a source are gathered: they come alone, and are counted by nothing but sums.
  @inline(__always)
  mutating func isGathered(_ s: Int32) -> Bool { sources[s].chain >= 0 && sources[s].isGathered }

  /// See `isGathered`; for when a source is opened.
  mutating func canBeGathered(_ source: SourceState) -> Bool {
    source.batchLaw < 0 && (source.pattern == .poisson || source.pattern == .curve || source.pattern == .interarrival)
      && cells[source.started].isSummed && cells[journeys[source.journey].started].isSummed
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
    let room = Machine.chainBatch
    // The first event that isn't one of those gathered.
    var outside = (time: Int64.min, order: UInt64(0))
    gathered.append(GatheredSource(time: now, order: 0, source: first))
    var place = 0
    while true {
      let s = gathered[place].source
      awaitGathered(place)
      if stopped != nil { break }
      let origin = sources[s].origin
      line.append(ChainEntity(created: now, since: now, service: -1, origin: origin, ordinal: nextOrdinal(of: origin)))
      gathered[place].count &+= 1
      gathered[place].moment &+= Int128(now)
      if keepsEnds { starts.append(now) }
      // Which comes next of those that are held, and of those in the event list.
      place = 0
      var i = 1
      while i < gathered.count {
        if gathered[i].precedes(gathered[place].time, gathered[place].order) { place = i }
        i &+= 1
      }
      if !gathered[place].precedes(outside.time, outside.order) {
        outside = (.max, .max)
        if let event = events.first() {
          if !gathered[place].precedes(event.time, event.order), hold(event, c) { place = gathered.count - 1 }
          if let next = events.first() { outside = (next.time, next.order) }
        }
        if !gathered[place].precedes(outside.time, outside.order) { break }
      }
      if gathered[place].time >= horizon || budget <= 0 || line.coming >= room { break }
      now = gathered[place].time
      eventCount &+= 1
      budget &-= 1
    }
    chainStations[chains[c].first] = line
    chains[c].starts = starts
    release()
    if line.coming >= room { advanceChain(c, to: now, isPause: false) }
  }

  /// Takes an arrival of one more source of the chain out of the event list; false if the event is anything else.
  private mutating func hold(_ event: Event, _ c: Int32) -> Bool {
    let source = Int32(truncatingIfNeeded: event.index)
    guard event.kind == EventKind.arrival.rawValue, sources[source].timer == event.order, sources[source].chain == c, isGathered(source),
      gathered.count < Machine.heldArrivals
    else { return false }
    events.removeFirst()
    gathered.append(GatheredSource(time: event.time, order: event.order, source: source))
    return true
  }

  /// Gives all that are held back to the event list, and counts those who came.
  private mutating func release() {
    for i in 0..<gathered.count {
      let held = gathered[i]
      sources[held.source].timer = 0
      if held.time < .max {
        sources[held.source].timer = held.order
        events.push(Event(time: held.time, order: held.order, kind: .arrival, index: held.source))
      }
      count(held, in: sources[held.source].started)
      count(held, in: journeys[sources[held.source].journey].started)
    }
    gathered.truncate(to: 0)
  }

  private mutating func count(_ held: GatheredSource, in cell: Int32) {
    cells[cell].value += Double(held.count) * weight
    cells[cell].moment &+= held.moment
    cells[cell].maximum = max(cells[cell].maximum, cells[cell].value)
  }

  /// Draws the next arrival of a held source, one of whose arrivals is now.
  @inline(__always)
  private mutating func awaitGathered(_ place: Int) {
    let s = gathered[place].source
    sources[s].arrivals &+= 1
    sources[s].left &-= 1
    gathered[place].time = .max
    gathered[place].order = .max
    if sources[s].left <= 0 { return }
    if sources[s].arrivals == .max { return fail(.fault(.drawsExhausted, place: -1)) }
    let gap = sources[s].pattern == .curve ? drawGapOfCurve(s) : drawGap(s)
    guard let delay = Machine.ticks(gap) else { return failTime(gap, at: -1) }
    let (time, isOver) = now.addingReportingOverflow(delay)
    if isOver || delay == .max { return }
    gathered[place].time = time
    gathered[place].order = nextOrder(EventClass.arrival)
  }

  /// Seconds to the next arrival where the rate follows a curve.
  @inline(__always)
  private mutating func drawGapOfCurve(_ s: Int32) -> Double {
    let factor = sources[s].factor
    if factor == 0 { return .infinity }
    let variate = gapVariate(s, .exponential)
    let amount = factor == 1 ? variate : variate / factor
    let from = seconds(now)
    if let delay = sources[s].piece.delay(from: from, amount: amount) { return delay }
    sources[s].piece = program.curves.piece(sources[s].table, at: from)
    return program.curves.delay(sources[s].table, from: from, amount: amount)
  }
}
