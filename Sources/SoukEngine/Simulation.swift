// The engine's door: a compiled model and settings → a simulation that can be run to an instant, looked at, forked, and
// turned into a sample path. The machine's raw storage is owned by one class; `Simulation` is a value (copies are made when
// one of two that share storage runs on).

public import SoukModel
public import SoukStats
import Synchronization

/// What a run may use before it is stopped.
public struct RunLimits: Sendable {
  /// Ops and events.
  public var maxSteps: UInt64
  /// Bytes of state and records that grow with the run.
  public var maxBytes: Int
  /// Ops and events without time passing (to within 32,768).
  public var maxStepsAtOneInstant: UInt64

  public init(maxSteps: UInt64 = 20_000_000_000, maxBytes: Int = 4 << 30, maxStepsAtOneInstant: UInt64 = 50_000_000) {
    self.maxSteps = maxSteps
    self.maxBytes = maxBytes
    self.maxStepsAtOneInstant = maxStepsAtOneInstant
  }
}

/// Asks running simulations to stop, and hears how far they are; looked at once in 16,384 ops and events. The engine itself reads
/// no clock. They stop between two events where they can, so that they can go on later.
public final class StopFlag: Sendable {
  /// Why they should stop.
  public enum Reason: Sendable { case time, interrupted }

  private let state = Atomic<UInt8>(0)
  private let from = Atomic<Int64>(0)
  private let goal = Atomic<Int64>(-1)
  private let now = Atomic<Int64>(0)

  public init() {}

  /// From where to where, in ticks, the one simulation is to come that looks at this flag from now on; nil when it is there.
  public func aim(_ range: Range<Int64>?) {
    now.store(range?.lowerBound ?? 0, ordering: .relaxed)
    from.store(range?.lowerBound ?? 0, ordering: .relaxed)
    goal.store(range?.upperBound ?? -1, ordering: .relaxed)
  }

  /// Where it is on the way; nil when nothing was said, or it is to go on without end.
  public var way: (from: Int64, now: Int64, goal: Int64)? {
    let goal = goal.load(ordering: .relaxed)
    return goal < 0 || goal == .max ? nil : (from.load(ordering: .relaxed), now.load(ordering: .relaxed), goal)
  }

  /// Told by a simulation from time to time.
  func reach(_ ticks: Int64) { now.store(ticks, ordering: .relaxed) }

  /// Asks all simulations that look at this flag to stop.
  public func raise(_ reason: Reason) {
    state.store(reason == .time ? 1 : 2, ordering: .relaxed)
  }

  /// Takes the request back, for what is run next.
  public func lower() { state.store(0, ordering: .relaxed) }

  /// The limit that a raised flag stands for.
  var raised: StopReason.Limit? {
    switch state.load(ordering: .relaxed) {
    case 0: nil
    case 1: .time
    default: .interrupted
    }
  }
}

/// What distinguishes one run of a model from another.
public struct RunSettings: Sendable {
  public var seed: UInt64
  public var replication: UInt32
  /// Ticks; what is observed before isn't counted.
  public var warmup: Int64
  public var limits: RunLimits
  public var flag: StopFlag?
  /// Every event through the event list, every entity with a token: slower, the same path. To hold the other ways against.
  public var isPlain: Bool

  public init(
    seed: UInt64, replication: UInt32 = 0, warmup: Int64 = 0, limits: RunLimits = RunLimits(), flag: StopFlag? = nil, isPlain: Bool = false
  ) {
    self.isPlain = isPlain
    self.seed = seed
    self.replication = replication
    self.warmup = warmup
    self.limits = limits
    self.flag = flag
  }
}

/// One replication of a model, at some instant.
public struct Simulation {
  /// Owns the machine and its raw storage.
  private final class Owner {
    var machine: Machine

    init(_ machine: Machine) { self.machine = machine }

    deinit { machine.free() }
  }

  private var owner: Owner

  /// A simulation at time 0, before anything has happened.
  public init(_ model: CompiledModel, _ settings: RunSettings) {
    self.init(Program(model), settings)
  }

  init(_ program: Program, _ settings: RunSettings) {
    owner = Owner(Machine(program, settings))
  }

  private init(_ owner: Owner) {
    self.owner = owner
  }

  /// Runs up to an instant (ticks since the start), events at that instant included.
  ///
  /// Returns nil when it got there, else why it stopped for good.
  @discardableResult
  public mutating func run(until ticks: Int64) -> StopReason? {
    if !isKnownUniquelyReferenced(&owner) { owner = Owner(owner.machine.copied()) }
    if owner.machine.stopped != nil { return owner.machine.stopped }
    return owner.machine.run(until: ticks) ? nil : owner.machine.stopped
  }

  /// A copy that goes on by itself; its future is the same unless something is changed. Not traced. O(size of the state).
  public func fork() -> Simulation {
    var copy = Simulation(Owner(owner.machine.copied()))
    copy.setTrace(nil)
    return copy
  }

  /// A copy that goes on by itself under another model of the same shape (see `CompiledModel.relation`), from this instant on
  /// and with the same draws. Not for simulations that use recursions. O(size of the state).
  public func fork(as model: CompiledModel, _ settings: RunSettings) -> Simulation {
    Simulation(Owner(owner.machine.grafted(on: Program(model), settings)))
  }

  /// Ticks since the start.
  public var now: Int64 { owner.machine.now }

  /// The present value of a cell of the model.
  public func cellValue(_ cell: Int) -> Double { owner.machine.cells[cell].value }

  /// Entities, processes and arms of races that are under way.
  public var liveTokens: Int { owner.machine.liveTokens }

  /// Whether some stations run as recursions instead of through the event list.
  public var usesRecursions: Bool { owner.machine.usesChains && owner.machine.chains.count > 0 }

  /// What has been observed up to now; integrals are closed at the present instant.
  public func samplePath() -> SamplePath { owner.machine.samplePath() }

  /// Sends what happens from now on to `sink`; nil ends that. The path is the same with and without. Set before the first
  /// run, it is told all; entities that are in a chain of stations already go through it untold.
  public mutating func setTrace(_ sink: ((TraceEvent) -> Void)?) {
    if !isKnownUniquelyReferenced(&owner) { owner = Owner(owner.machine.copied()) }
    owner.machine.trace = sink
    owner.machine.isTraced = sink != nil
  }

  /// Runs the next `count` events of which there is something to tell, up to and at `ticks`, and tells them and what follows
  /// from each to `sink`. Only for simulations whose settings are plain, so that each event is there to be told.
  ///
  /// Returns how many they were: fewer where there are no more, or where it stopped (see `stopped`).
  public mutating func step(_ count: Int, until ticks: Int64 = .max, _ sink: @escaping (TraceEvent) -> Void) -> Int {
    if !isKnownUniquelyReferenced(&owner) { owner = Owner(owner.machine.copied()) }
    if owner.machine.stopped != nil { return 0 }
    owner.machine.trace = sink
    owner.machine.isTraced = true
    defer {
      owner.machine.trace = nil
      owner.machine.isTraced = false
    }
    return owner.machine.step(count, until: ticks)
  }

  /// Why it stopped for good; nil while it can go on.
  public var stopped: StopReason? { owner.machine.stopped }

  /// Whether it was stopped from outside between two events, so that it can go on.
  public var canGoOn: Bool { owner.machine.stopped != nil && owner.machine.stoppedBetweenEvents }

  /// Goes on where it was stopped from outside, for some thousand ops whatever the flag says.
  public mutating func goOn() {
    precondition(canGoOn, "a simulation that has stopped for good can't go on")
    if !isKnownUniquelyReferenced(&owner) { owner = Owner(owner.machine.copied()) }
    owner.machine.goOn()
  }

  /// Tells each value that a tally is given from now on, as `observed` of the entity that gave it, to what steps through.
  /// The tally's values must be kept in full.
  public mutating func watch(tally: Int) {
    if !isKnownUniquelyReferenced(&owner) { owner = Owner(owner.machine.copied()) }
    owner.machine.watched = Int32(tally)
    let log = owner.machine.tallies[tally].log
    owner.machine.watchedCount = log < 0 ? 0 : owner.machine.logs[log].values.count
  }

  /// Bytes of storage that grows with the run; how many stand in lines by value, and how many records lines have room for. For tests.
  var bytes: Int { owner.machine.bytes }
  var inLinesByValue: Int { owner.machine.inLinesByValue }
  var roomInLines: Int { owner.machine.waiters.room }

  /// Whether the state is consistent: conservation of tokens, queues' lengths, order of the events. For tests. O(size).
  public func isConsistent() -> Bool { owner.machine.isConsistent() }
}

extension Machine {
  var liveTokens: Int {
    var count = 0
    for i in 0..<tokens.count where tokens[i].state != .free { count += 1 }
    return count + parkedCount + inChains
  }

  /// What has been observed, as values.
  func samplePath() -> SamplePath {
    var cellRecords: [CellRecord] = []
    cellRecords.reserveCapacity(program.model.cells.count)
    for i in 0..<program.model.cells.count { cellRecords.append(cellRecord(i)) }
    var tallyRecords: [TallyRecord] = []
    tallyRecords.reserveCapacity(program.model.tallies.count)
    for i in 0..<program.model.tallies.count { tallyRecords.append(tallyRecord(i)) }
    for i in 0..<lost.count { tallyRecords[Int(lost[i].tally)].lost.append(lost[i].began) }
    collectPending(&tallyRecords)
    return SamplePath(
      replication: replication, warmup: warmup, end: now, cells: cellRecords, tallies: tallyRecords,
      steps: UInt64(Int64(allotted) - Int64(budget)), events: eventCount, stop: stopped ?? .reachedEnd)
  }

  private func cellRecord(_ i: Int) -> CellRecord {
    let state = cells[i]
    var record = CellRecord()
    record.last = state.value
    if state.flags & CellState.summary == 0 { return record }
    record.atWarmup = state.atWarmup
    record.integral = state.integral(at: now) / 1e9
    record.minimum = state.minimum
    record.maximum = state.maximum
    if state.log >= 0 {
      record.times = logs[state.log].times.array
      record.values = logs[state.log].values.array
    }
    return record
  }

  private func tallyRecord(_ i: Int) -> TallyRecord {
    let state = tallies[i]
    var record = TallyRecord()
    record.count = state.count
    record.sum = state.sum
    record.minimum = state.minimum
    record.maximum = state.maximum
    record.mean = state.mean
    record.m2 = state.m2
    if state.flags & TallyState.ticks != 0 && state.stretches.count > 0 {
      let stretches = state.stretches
      record.count = stretches.count
      let unit = state.flags & TallyState.whole == 0 ? 1e9 : 1
      record.sum = Double(stretches.sum) / unit
      record.minimum = state.value(stretches.minimum)
      record.maximum = state.value(stretches.maximum)
      record.mean = stretches.mean / unit
      record.m2 = stretches.squaredDistances / (unit * unit)
    }
    for t in 0..<state.thresholdCount {
      record.atMost.append(thresholds[state.thresholds &+ t].atMost)
      record.below.append(thresholds[state.thresholds &+ t].below)
    }
    if state.log >= 0 {
      record.values = logs[state.log].values.array
      record.times = logs[state.log].times.array
    }
    return record
  }

  /// What is open in `time m { }` bodies: each frame once, by its entity.
  private func collectPending(_ records: inout [TallyRecord]) {
    for token in 0..<tokens.count where tokens[token].state != .free && (tokens[token].part < 0 || parts[tokens[token].part].armOf < 0) {
      let journey = journeys[tokens[token].journey]
      for i in 0..<journey.timedCount {
        let timed = program.timed[journey.timed &+ i]
        let began = frames[Int(tokens[token].frame) * stride + Int(timed.slot)]
        if began >= 0 && tallies[timed.tally].flags & TallyState.summary != 0 {
          records[Int(timed.tally)].pending.append(Beginning.ticks(began))
        }
      }
    }
    var parked: [(Int32, Int64)] = []
    forEachParkedBeginning { timed, began in
      if began >= 0 { parked.append((timed.tally, Beginning.ticks(began))) }
    }
    for (tally, began) in parked where tallies[tally].flags & TallyState.summary != 0 { records[Int(tally)].pending.append(began) }
    for i in records.indices { records[i].pending.sort() }
  }

  /// See `Simulation.isConsistent`.
  func isConsistent() -> Bool {
    var free = 0
    for first in [freeToken, freeArm] {
      var token = first
      while token >= 0 {
        if tokens[token].state != .free { return false }
        free += 1
        token = tokens[token].next
      }
    }
    if free + liveTokens != tokens.count + parkedCount + inChains || !events.checkInvariants() { return false }
    for i in 0..<lines.count where !lineIsConsistent(i) { return false }
    for s in 0..<stations.count {
      var serving = stations[s].servedByValue
      for t in 0..<tokens.count where Int(tokens[t].thing) == s {
        switch tokens[t].state {
        case .serving, .halted: serving += 1
        default: break
        }
      }
      if stations[s].discipline == .processorSharing { continue }
      if serving != stations[s].inService { return false }
      if stations[s].inService < 0 || (stations[s].waiting > 0 && serving < stations[s].servers && stations[s].isUp) { return false }
    }
    return true
  }
}
