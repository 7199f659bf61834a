// Sources: when the next entities come. A source has one pending event; its gaps are drawn from its own stream by the
// number of the arrival. A rate that changes uses up one unit exponential at the rate in force, so an arrival process with
// a live rate is exact, and the same draws serve whatever the rate does.

import SoukModel
import SoukNumerics
import SoukStats

/// One entity of a `released` source: when, and which.
struct Release: BitwiseCopyable {
  var time: Int64
  var ordinal: UInt32
}

/// A source and when it goes on.
struct SourceState: BitwiseCopyable {
  enum Pattern: UInt8, BitwiseCopyable { case interarrival, poisson, curve, live, released, instants, calendar }
  var pattern: Pattern
  /// Law of the gaps, or curve, or calendar; -1 if none.
  var table: Int32
  var rateCell: Int32
  /// Constant rate or factor of the curve.
  var factor: Double
  var batchLaw: Int32
  var journey: Int32
  var entry: Int32
  var origin: Int32
  var stream: Int32
  var batchStream: Int32
  var started: Int32
  /// Entities that may still come.
  var left: Int64
  /// Arrivals so far: the number of the next gap.
  var arrivals: UInt32 = 0
  /// Order of its pending event.
  var timer: UInt64 = 0
  /// Live rate: what is left of the unit exponential as of `reckoned`, and the rate since then.
  var exponential: Double = 0
  var reckoned: Int64 = 0
  var rate: Double = 0
  /// Next entry of `releases` or of the given instants, and the end. Who comes all at one instant is in no list.
  var next: Int = 0
  var end: Int = 0
  var comesTogether = false
  /// The chain that its journey is; -1 if it isn't one. Whether its arrivals there are gathered.
  var chain: Int32 = -1
  var isGathered = false
  /// The piece of its curve where its last arrival was.
  var piece = CurvePiece()
}

extension Machine {
  /// Opens all sources: each schedules its first arrival.
  mutating func openSources() {
    for (i, source) in program.model.sources.enumerated() {
      sources.append(open(source))
      if usesChains && !isTraced { sources[i].chain = program.chains.ofSource[i] }
      sources[i].isGathered = canBeGathered(sources[i])
      if stopped != nil { return }
      awaitArrival(Int32(i))
    }
  }

  private mutating func open(_ source: Source) -> SourceState {
    var state = SourceState(
      pattern: .interarrival, table: -1, rateCell: -1, factor: 1, batchLaw: source.batchLaw, journey: source.journey,
      entry: source.entry, origin: source.origin, stream: source.stream, batchStream: source.batchStream,
      started: source.started < 0 ? Int32(program.model.cells.count) : source.started, left: source.limit)
    switch source.pattern {
    case .interarrival(let law): state.table = law
    case .poisson(let rate):
      state.pattern = .poisson
      state.factor = rate
    case .curve(let curve, let factor):
      state.pattern = .curve
      state.table = curve
      state.factor = factor
      if !program.curves.isRate(curve) || !(factor >= 0) { fail(.fault(.noRate(source: Int32(sources.count)), place: -1)) }
    case .live(let cell, let curve):
      state.pattern = .live
      state.rateCell = cell
      state.table = curve
      if cells[cell].value.isNaN { fail(.fault(.noRate(source: Int32(sources.count)), place: -1)) }
      state.rate = max(cells[cell].value, 0)
      if curve >= 0 && !program.curves.isRate(curve) { fail(.fault(.noRate(source: Int32(sources.count)), place: -1)) }
    case .released(let count, let times):
      state.pattern = .released
      state.left = min(state.left, count)
      if count < Int64(UInt32.max), let time = laws.constant(times).flatMap(Machine.ticks) {
        (state.comesTogether, state.reckoned, state.end) = (true, time, Int(count))
      } else {
        state.next = releases.count
        drawReleases(count: count, law: times, stream: source.stream, origin: source.origin)
        state.end = releases.count
      }
    case .instants(let instants):
      state.pattern = .instants
      state.next = releases.count
      for instant in instants { releases.append(Release(time: instant, ordinal: 0)) }
      state.end = releases.count
    case .calendar(let calendar):
      state.pattern = .calendar
      state.table = calendar
      state.reckoned = -1
    }
    return state
  }

  /// Draws the delays of all entities of a `released` source by ordinal, and sorts them.
  private mutating func drawReleases(count: Int64, law: Int32, stream: Int32, origin: Int32) {
    guard count < Int64(UInt32.max), Int(count) * MemoryLayout<Release>.stride <= limits.maxBytes else {
      return fail(.limit(.memory, place: -1))
    }
    let key = streamKeys[stream] ^ originKeys[origin]
    let first = releases.count
    for ordinal in 0..<UInt32(count) {
      let delay = laws.sample(law, Counter(key: key, index: 0, ordinal: ordinal, replication: replication))
      guard let ticks = Machine.ticks(delay) else { return failTime(delay, at: -1) }
      releases.append(Release(time: ticks, ordinal: ordinal))
    }
    releases.sort(first..<releases.count) { ($0.time, $0.ordinal) < ($1.time, $1.ordinal) }
  }

  private func nextRelease(of s: Int32) -> Release {
    let next = sources[s].next
    return sources[s].comesTogether ? Release(time: sources[s].reckoned, ordinal: UInt32(truncatingIfNeeded: next)) : releases[next]
  }

  /// The standard variate for the present gap of a source.
  @inline(__always)
  mutating func gapVariate(_ s: Int32, _ variate: StandardVariate) -> Double {
    let key = streamKeys[sources[s].stream] ^ originKeys[sources[s].origin]
    let cache = Int32(truncatingIfNeeded: drawSites.count) &+ s
    return standard(cache: cache, key: key, index: 0, ordinal: sources[s].arrivals, variate)
  }

  /// Schedules the next arrival of a source, from now on.
  @inline(__always)
  mutating func awaitArrival(_ s: Int32) {
    sources[s].timer = 0
    if sources[s].left <= 0 { return }
    if sources[s].arrivals == .max { return fail(.fault(.drawsExhausted, place: -1)) }
    switch sources[s].pattern {
    case .poisson, .interarrival: scheduleArrival(s, after: drawGap(s))
    default: awaitTabled(s)
    }
  }

  /// Seconds to the next arrival where gaps are drawn from a law.
  @inline(__always)
  mutating func drawGap(_ s: Int32) -> Double {
    if sources[s].pattern == .poisson {
      return sources[s].factor > 0 ? gapVariate(s, .exponential) / sources[s].factor : .infinity
    }
    let law = sources[s].table
    if laws[law].isOneWord { return laws.quantile(law, gapVariate(s, .uniform)) }
    let key = streamKeys[sources[s].stream] ^ originKeys[sources[s].origin]
    return laws.sample(law, Counter(key: key, index: 0, ordinal: sources[s].arrivals, replication: replication))
  }

  @inline(__always)
  mutating func scheduleArrival(_ s: Int32, after gap: Double) {
    guard let delay = Machine.ticks(gap) else { return failTime(gap, at: -1) }
    if delay != .max { sources[s].timer = schedule(.arrival, s, after: delay, EventClass.arrival) }
  }

  @inline(never)
  private mutating func awaitTabled(_ s: Int32) {
    switch sources[s].pattern {
    case .curve:
      if sources[s].factor == 0 { return }
      let amount = gapVariate(s, .exponential) / sources[s].factor
      scheduleArrival(s, after: program.curves.delay(sources[s].table, from: seconds(now), amount: amount))
    case .live:
      sources[s].exponential = gapVariate(s, .exponential)
      sources[s].reckoned = now
      awaitLive(s)
    case .released, .instants:
      if sources[s].next < sources[s].end {
        let time = max(nextRelease(of: s).time, now)
        sources[s].timer = schedule(.arrival, s, after: time - now, EventClass.arrival)
      }
    case .calendar:
      let instant = nextInstant(ofCalendar: sources[s].table, after: sources[s].reckoned)
      sources[s].reckoned = instant
      if instant != .max { sources[s].timer = schedule(.arrival, s, after: instant - now, EventClass.arrival) }
    default: break
    }
  }

  // MARK: Live rates

  /// Schedules the arrival of a source with a live rate from what is left of its exponential.
  private mutating func awaitLive(_ s: Int32) {
    if sources[s].rate <= 0 { return }
    let amount = sources[s].exponential / sources[s].rate
    let curve = sources[s].table
    scheduleArrival(s, after: curve < 0 ? amount : program.curves.delay(curve, from: seconds(now), amount: amount))
  }

  /// The cell of a live rate has changed.
  mutating func adjustSource(_ s: Int32) {
    if s >= sources.count { return }  // not opened yet
    let rate = cells[sources[s].rateCell].value
    if rate.isNaN { return fail(.fault(.noRate(source: s), place: -1)) }
    if max(rate, 0) == sources[s].rate || sources[s].left <= 0 { return }
    let curve = sources[s].table
    let passed = curve < 0 ? seconds(now - sources[s].reckoned)
      : program.curves.integral(curve, from: seconds(sources[s].reckoned), to: seconds(now))
    sources[s].exponential = max(sources[s].exponential - passed * sources[s].rate, 0)
    sources[s].reckoned = now
    sources[s].rate = max(rate, 0)
    if sources[s].timer != 0 { events.noteDead() }
    sources[s].timer = 0
    awaitLive(s)
  }

  // MARK: Arrivals

  /// A source's arrival: schedules the next, then starts its entities one after another.
  @inline(never)
  mutating func arrive(_ s: Int32) {
    if isGathered(s) { return gather(s) }
    let number = sources[s].arrivals
    sources[s].arrivals = number &+ 1
    let pattern = sources[s].pattern
    var released: UInt32 = 0
    if pattern == .released || pattern == .instants {
      released = nextRelease(of: s).ordinal
      sources[s].next += 1
    }
    var count: Int64 = 1
    if sources[s].batchLaw >= 0 { count = batchSize(s, number: number) }
    count = min(count, sources[s].left)
    sources[s].left &-= count
    awaitArrival(s)
    if sources[s].chain >= 0 { return arriveInChain(s, count, released: released, isReleased: pattern == .released) }
    while count > 0 && stopped == nil {
      count &-= 1
      var ordinal = nextOrdinal(of: sources[s].origin)
      if pattern == .released { ordinal = released }
      raise(sources[s].started)
      let token = start(journey: sources[s].journey, origin: sources[s].origin, ordinal: ordinal, entry: sources[s].entry)
      run(token)
      if count > 0 && (isDirty || !ready.isEmpty) { settle() }
    }
  }

  @inline(never)
  private mutating func batchSize(_ s: Int32, number: UInt32) -> Int64 {
    let key = streamKeys[sources[s].batchStream] ^ originKeys[sources[s].origin]
    let size = laws.sample(sources[s].batchLaw, Counter(key: key, index: 0, ordinal: number, replication: replication))
    guard size >= 0, size < 9e18 else {
      fail(.fault(size.isNaN ? .notANumber : .requestTooLarge(amount: size), place: -1))
      return 0
    }
    return Int64(size.rounded())
  }
}
