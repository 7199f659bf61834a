// What happens at a station of a chain with limits → its cells and tallies: one by one in order of time (`LimitsView`), or,
// where nothing but sums and extremes is asked for, as whole numbers that are told together (`LimitsSums`).

import SoukModel

/// What a station with limits shows, in local variables while it is brought forward.
struct LimitsView: ChainTelling {
  var base: ChainView
  var active: CellState
  var balked: CellState
  var reneged: CellState
  /// The outcome of those who are refused, if it isn't that of those who are served.
  var refused: CellState
  private let indices: (active: Int32, balked: Int32, reneged: Int32, refused: Int32)
  let outcomes: (served: Int32, refused: Int32)
  private let tellsActive: Bool

  @inline(__always)
  init(
    _ station: ChainStation, _ journey: JourneyRecord, tellsActive: Bool, _ outcomes: Slab<Int32>, _ cells: Slab<CellState>,
    _ tallies: Slab<TallyState>, weight: Double, warmup: Int64, _ logs: Slab<Log>, _ thresholds: Slab<ThresholdCount>
  ) {
    base = ChainView(station, journey, outcomes, cells, tallies, weight: weight, warmup: warmup, logs, thresholds)
    let dummy = Int32(truncatingIfNeeded: cells.count &- 1)
    let outcome = station.limits.outcome
    let isCounted = outcome >= 0 && outcome < journey.outcomeCount
    indices = (
      tellsActive ? journey.active : dummy, station.limits.balkedCell, station.limits.renegedCell,
      isCounted ? outcomes[journey.outcomes &+ outcome] : dummy)
    self.outcomes = (station.outcome, outcome)
    self.tellsActive = tellsActive
    active = cells[indices.active]
    balked = cells[indices.balked]
    reneged = cells[indices.reneged]
    refused = cells[indices.refused]
  }

  @inline(__always)
  func store(in cells: Slab<CellState>, _ tallies: Slab<TallyState>) {
    cells[indices.active] = active
    cells[indices.balked] = balked
    cells[indices.reneged] = reneged
    cells[indices.refused] = refused
    base.store(in: cells, tallies)
  }

  @inline(__always)
  mutating func arrive(at now: Int64) {
    if tellsActive { base.raise(&active, at: now) }
    base.arrive(at: now)
  }

  @inline(__always)
  mutating func balk(at now: Int64) { base.raise(&balked, at: now) }

  @inline(__always)
  mutating func joinQueue(at now: Int64) { base.joinQueue(at: now) }

  @inline(__always)
  mutating func beginService(at now: Int64) { base.beginService(at: now) }

  @inline(__always)
  mutating func follow(at now: Int64, since: Int64) { base.follow(at: now, since: since) }

  @inline(__always)
  mutating func becomeFree(at now: Int64) { base.becomeFree(at: now) }

  @inline(__always)
  mutating func completeService(_ service: Int64, at now: Int64) { base.completeService(ChainEntity(service: service), at: now) }

  @inline(__always)
  mutating func renege(at now: Int64) {
    base.leaveQueue(at: now)
    base.raise(&reneged, at: now)
  }

  @inline(__always)
  mutating func end(created: Int64, at now: Int64, isServed: Bool) {
    if tellsActive { base.lower(&active, at: now) }
    if isServed || outcomes.served == outcomes.refused { return base.end(ChainEntity(created: created), at: now, outcome: outcomes.served) }
    base.endOtherwise(ChainEntity(created: created), at: now, outcome: outcomes.refused)
    base.raise(&refused, at: now)
  }

  /// Whether nothing but sums and extremes is kept.
  var isSummed: Bool {
    base.arrivals.isSummed && base.completions.isSummed && base.queue.isSummed && base.busy.isSummed && base.finished.isSummed
      && base.outcomeCell.isSummed && active.isSummed && balked.isSummed && reneged.isSummed && refused.isSummed
      && base.talliesAreSummed && (base.time.isOff || base.time.isSummed) && outcomes.served != outcomes.refused
  }
}

/// What is summed at a station with one server while it is brought forward. Sums of instants are those of `CellState.moment`.
struct LimitsSums: ChainTelling {
  private var arrivals = Instants(), balks = Instants(), joins = Instants(), begins = Instants(), follows = Instants()
  private var frees = Instants(), completions = Instants(), departures = Instants(), refusals = Instants()
  private var waits = TickSums(), services = TickSums(), times = TickSums()
  private var queue: Extent
  private var busy: Extent
  private var active: Extent

  /// So many instants and their sum.
  private struct Instants {
    var count = 0
    var sum: Int128 = 0

    @inline(__always)
    mutating func add(_ instant: Int64) {
      count &+= 1
      sum &+= Int128(instant)
    }
  }

  /// A number of entities and between which bounds it was.
  private struct Extent {
    var value: Int
    var least: Int
    var most: Int

    init(_ cell: CellState, weight: Double) {
      value = Int((cell.value / weight).rounded())
      least = Int((cell.minimum / weight).rounded())
      most = Int((cell.maximum / weight).rounded())
    }

    @inline(__always)
    mutating func raise() {
      value &+= 1
      most = max(most, value)
    }

    @inline(__always)
    mutating func lower() {
      value &-= 1
      least = min(least, value)
    }
  }

  init(_ view: LimitsView, weight: Double) {
    queue = Extent(view.base.queue, weight: weight)
    busy = Extent(view.base.busy, weight: weight)
    active = Extent(view.active, weight: weight)
  }

  @inline(__always)
  mutating func arrive(at now: Int64) {
    arrivals.add(now)
    active.raise()
  }

  @inline(__always)
  mutating func balk(at now: Int64) { balks.add(now) }

  @inline(__always)
  mutating func joinQueue(at now: Int64) {
    joins.add(now)
    queue.raise()
  }

  @inline(__always)
  mutating func beginService(at now: Int64) {
    begins.add(now)
    busy.raise()
    waits.add(0)
  }

  @inline(__always)
  mutating func follow(at now: Int64, since: Int64) {
    follows.add(now)
    queue.lower()
    busy.least = min(busy.least, busy.value &- 1)
    waits.add(now &- since)
  }

  @inline(__always)
  mutating func becomeFree(at now: Int64) {
    frees.add(now)
    busy.lower()
  }

  @inline(__always)
  mutating func completeService(_ service: Int64, at now: Int64) {
    completions.add(now)
    services.add(service)
  }

  @inline(__always)
  mutating func renege(at now: Int64) {
    departures.add(now)
    queue.lower()
  }

  @inline(__always)
  mutating func end(created: Int64, at now: Int64, isServed: Bool) {
    if !isServed { refusals.add(now) }
    times.add(now &- created)
    active.lower()
  }

  /// Tells cells and tallies what it adds up to.
  func tell(_ view: inout LimitsView, weight: Double, isNoted: Bool) {
    func count(_ cell: inout CellState, _ instants: Instants) {
      cell.value += Double(instants.count) * weight
      cell.moment &+= instants.sum
      cell.maximum = max(cell.maximum, cell.value)
    }
    func move(_ cell: inout CellState, _ extent: Extent, _ moment: Int128) {
      cell.value = Double(extent.value) * weight
      cell.minimum = Double(extent.least) * weight
      cell.maximum = Double(extent.most) * weight
      cell.moment &+= moment
    }
    count(&view.base.arrivals, arrivals)
    count(&view.balked, balks)
    count(&view.reneged, departures)
    count(&view.base.completions, completions)
    count(&view.base.outcomeCell, completions)
    count(&view.refused, refusals)
    count(&view.base.finished, completions)
    count(&view.base.finished, refusals)
    move(&view.base.queue, queue, joins.sum &- follows.sum &- departures.sum)
    move(&view.base.busy, busy, begins.sum &- frees.sum)
    move(&view.active, active, arrivals.sum &- completions.sum &- refusals.sum)
    if !isNoted { return }
    if view.base.wait.flags != 0 { view.base.wait.stretches.add(waits) }
    if view.base.service.flags != 0 { view.base.service.stretches.add(services) }
    if view.base.time.flags != 0 { view.base.time.stretches.add(times) }
    if view.base.outcome.isOff { return }
    if view.outcomes.served >= 0 { view.base.outcome.stretches.add(Int64(view.outcomes.served), count: completions.count) }
    if view.outcomes.refused >= 0 { view.base.outcome.stretches.add(Int64(view.outcomes.refused), count: refusals.count) }
  }
}
