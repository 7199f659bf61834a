// What happens at a station of a chain → its cells and tallies and those of its journey, as the machine itself would tell them
// (`Observation.swift`), but in local variables while the station is brought forward.

import SoukModel

/// What a station of a chain shows, in local variables while it is brought forward.
struct ChainView {
  let weight: Double
  private let warmup: Int64
  private let logs: Slab<Log>
  private let thresholds: Slab<ThresholdCount>
  private let indices: (arrivals: Int32, completions: Int32, queue: Int32, busy: Int32, finished: Int32, outcome: Int32)
  private let tallyIndices: (wait: Int32, service: Int32, time: Int32, outcome: Int32)
  var arrivals: CellState
  var completions: CellState
  var queue: CellState
  var busy: CellState
  var finished: CellState
  var outcomeCell: CellState
  var wait: TallyState
  var service: TallyState
  var time: TallyState
  var outcome: TallyState

  @inline(__always)
  init(
    _ station: ChainStation, _ journey: JourneyRecord?, _ outcomes: Slab<Int32>, _ cells: Slab<CellState>, _ tallies: Slab<TallyState>,
    weight: Double, warmup: Int64, _ logs: Slab<Log>, _ thresholds: Slab<ThresholdCount>
  ) {
    let dummy = Int32(truncatingIfNeeded: cells.count &- 1)
    let dummyTally = Int32(truncatingIfNeeded: tallies.count &- 1)
    self.weight = weight
    self.warmup = warmup
    self.logs = logs
    self.thresholds = thresholds
    var finished = dummy, time = dummyTally, outcomeTally = dummyTally, outcomeCell = dummy
    if let journey {
      finished = journey.finished
      time = journey.time
      outcomeTally = journey.outcome
      if station.outcome >= 0, station.outcome < journey.outcomeCount { outcomeCell = outcomes[journey.outcomes &+ station.outcome] }
    }
    indices = (station.arrivals, station.completions, station.queueCell, station.busyCell, finished, outcomeCell)
    tallyIndices = (station.waitTally, station.serviceTally, time, outcomeTally)
    arrivals = cells[indices.arrivals]
    completions = cells[indices.completions]
    queue = cells[indices.queue]
    busy = cells[indices.busy]
    self.finished = cells[finished]
    self.outcomeCell = cells[outcomeCell]
    wait = tallies[tallyIndices.wait]
    service = tallies[tallyIndices.service]
    self.time = tallies[time]
    outcome = tallies[outcomeTally]
  }

  @inline(__always)
  func store(in cells: Slab<CellState>, _ tallies: Slab<TallyState>) {
    cells[indices.arrivals] = arrivals
    cells[indices.completions] = completions
    cells[indices.queue] = queue
    cells[indices.busy] = busy
    cells[indices.finished] = finished
    cells[indices.outcome] = outcomeCell
    tallies[tallyIndices.wait] = wait
    tallies[tallyIndices.service] = service
    tallies[tallyIndices.time] = time
    tallies[tallyIndices.outcome] = outcome
  }

  @inline(__always)
  func raise(_ cell: inout CellState, at now: Int64) {
    let value = cell.value + weight
    cell.moment &+= Int128(now)
    if value > cell.maximum { cell.maximum = value }
    if cell.flags & CellState.full != 0 { logs[cell.log].append(now, value) }
    cell.value = value
  }

  @inline(__always)
  func lower(_ cell: inout CellState, at now: Int64) {
    let value = cell.value - weight
    cell.moment &-= Int128(now)
    if value < cell.minimum { cell.minimum = value }
    if cell.flags & CellState.full != 0 { logs[cell.log].append(now, value) }
    cell.value = value
  }

  /// Gives a tally of stretches of time, or of whole numbers, an observation.
  @inline(__always)
  func note(_ tally: inout TallyState, _ ticks: Int64, at now: Int64) {
    if tally.isOff || now < warmup { return }
    if tally.flags & TallyState.summary != 0 { tally.stretches.add(ticks) }
    if !tally.isSummed { tally.keep(tally.value(ticks), at: now, logs, thresholds) }
  }

  @inline(__always)
  mutating func arrive(at now: Int64) { raise(&arrivals, at: now) }

  @inline(__always)
  mutating func joinQueue(at now: Int64) { raise(&queue, at: now) }

  @inline(__always)
  mutating func leaveQueue(at now: Int64) { lower(&queue, at: now) }

  /// A server begins with who has just come.
  @inline(__always)
  mutating func beginService(at now: Int64) {
    raise(&busy, at: now)
    note(&wait, 0, at: now)
  }

  /// A server that has completed a service takes the first in line. For no time it isn't busy: that is a change and a change
  /// back, of which the first ends a stretch and may be the least.
  @inline(__always)
  mutating func follow(at now: Int64, since: Int64) {
    lower(&queue, at: now)
    let value = busy.value
    if busy.flags != 0 {
      if value - weight < busy.minimum { busy.minimum = value - weight }
      if busy.flags & CellState.full != 0 {
        logs[busy.log].append(now, value - weight)
        logs[busy.log].append(now, value)
      }
    }
    note(&wait, now &- since, at: now)
  }

  /// A server has completed a service and nobody waits.
  @inline(__always)
  mutating func becomeFree(at now: Int64) { lower(&busy, at: now) }

  @inline(__always)
  mutating func completeService(_ entity: ChainEntity, at now: Int64) {
    raise(&completions, at: now)
    note(&service, entity.service, at: now)
  }

  /// The end of a journey with another outcome, whose own cell is told apart.
  @inline(__always)
  mutating func endOtherwise(_ entity: ChainEntity, at now: Int64, outcome index: Int32) {
    raise(&finished, at: now)
    note(&time, now &- entity.created, at: now)
    if index >= 0 { note(&outcome, Int64(index), at: now) }
  }

  /// The end of a journey: as `end` of a token, but for `active`.
  @inline(__always)
  mutating func end(_ entity: ChainEntity, at now: Int64, outcome index: Int32) {
    raise(&finished, at: now)
    note(&time, now &- entity.created, at: now)
    if index >= 0 { note(&outcome, Int64(index), at: now) }
    raise(&outcomeCell, at: now)
  }
}
