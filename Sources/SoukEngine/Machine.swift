// The whole state of one running replication: a struct of slabs, passed inout, so that neither reference counting nor
// exclusivity checks happen in the loop. Events, tokens, things and observations are records addressed by index. The
// immutable tables are pointers into the shared `Program`, which the owner keeps alive.

import SoukModel
import SoukNumerics
import SoukStats

/// One replication in progress.
///
/// Its methods are mutating even where they only read: a call of one that isn't, from one that is, copies the whole struct.
struct Machine {
  // The model.
  let program: Program
  let code: Slab<Op>
  let stride: Int
  let weight: Double
  let warmup: Int64
  let replication: UInt32
  let limits: RunLimits
  let flag: StopFlag?

  // The clock, the events, what runs at this instant.
  var now: Int64 = 0
  /// The first instant behind those that are being run.
  var horizon: Int64 = 0
  var events = EventList()
  var sequence: UInt64 = 0
  var ready = TokenQueue()
  var hasBegun = false
  var warmupEnded = false
  /// Why it stopped for good; nil while it can go on.
  var stopped: StopReason?
  /// Whether that was asked from outside and nothing was under way.
  var stoppedBetweenEvents = false

  // Limits: ops and events until the next look at flag and limits; how many have been allotted so far.
  var budget: Int = 0
  var allotted: UInt64 = 0
  var eventCount: UInt64 = 0
  var instantOfLastCheck: Int64 = -1
  var stepsAtInstant: UInt64 = 0

  // Tokens and frames: a token keeps its frame while it is free; an arm of a race has none and uses its parent's. The first frame is for
  // the slots of somebody without a token whose condition is tested.
  var tokens = Slab<Token>(capacity: 64)
  var frames: Slab<Double>
  var frameCount: Int32 = 1
  var freeToken: Int32 = -1
  var freeArm: Int32 = -1
  var parts = TokenParts()
  var races: RaceStore
  /// Entities that are parked; the frames of those that need one, and the first free place (−1: none) for each number of words.
  var parkedCount = 0
  var parkedFrames = Slab<Double>()
  var freeParked: Slab<Int>
  let keptSlots: Slab<KeptSlots>
  let keepsWhole: Bool
  /// The slots of who is parked, while its steps are taken.
  var passingFrame: Slab<Double>
  /// Draws of who will wake next.
  var preparation = DrawPreparation()
  /// Of ops; from `firstCell` on the values of the cells that somebody watches, for straight code.
  var registers: Slab<Double>
  let firstCell: Int32
  var calls = Slab<CallRecord>()
  var savedRegisters = Slab<Double>()

  // What is observed.
  var cells: Slab<CellState>
  var watchers: Slab<WatcherState>
  var tallies: Slab<TallyState>
  var thresholds: Slab<ThresholdCount>
  var logs: Slab<Log>
  var lost = Slab<Lost>()
  var windows: Slab<WindowState>

  // Formulas and invariants.
  let straightCode: Slab<Op>
  let formulas: Slab<EvaluationRecord>
  let invariants: Slab<EvaluationRecord>

  // What has to be looked at after the present step.
  var isDirty = false
  var dirty: DirtySets
  var touchedHandles = Slab<Int32>()

  // Things.
  var stations: Slab<StationState>
  /// Two for each station where service is displaced: who was, who is served.
  var heaps: Slab<TokenHeap>
  /// Who waits at each station, then for each pool, level, batch and condition; and their records.
  var lines: Slab<WaitingLine>
  var waiters = WaiterArena()
  var pools: Slab<PoolState>
  var levels: Slab<LevelState>
  var accounts: Slab<AccountState>
  var batches: Slab<BatchState>
  var groups = Slab<GroupState>()
  var followers = Followers()
  var freeGroup: Int32 = -1
  var conditions: Slab<ConditionState>
  var handles = Slab<HandleState>()
  var freeHandle: Int32 = -1
  var sources: Slab<SourceState>
  /// Drawn delays of `released` sources, sorted by time.
  var releases: Slab<Release>

  /// Stations whose journeys run without tokens and events, unless the run is traced or plain.
  var chainStations: Slab<ChainStation>
  var chains: Slab<ChainState>
  let usesChains: Bool
  /// Sources of a chain whose next arrivals were taken out of the event list while they are gathered.
  var gathered = Slab<GatheredSource>()

  // Draws.
  let laws: LawSet
  var streamKeys: Slab<UInt64>
  var originKeys: Slab<UInt64>
  /// How many entities each origin has had.
  var ordinals: Slab<UInt32>
  var drawSites: Slab<DrawSite>
  var drawCaches: Slab<DrawCache>
  var drawVariates: Slab<Double>
  /// The uniform numbers beside normal variates that come in pairs.
  var drawSeconds: Slab<Double>

  // Tables read by the interpreter.
  let uses: Slab<UseSite>
  let requests: Slab<RequestSite>
  let originJourneys: Slab<Int32>
  let journeys: Slab<JourneyRecord>

  var trace: ((TraceEvent) -> Void)?
  var isTraced = false
  /// While it is stepped through: whom the present event has touched, how much was told, the last order before the event.
  var touched: [Int32] = []
  var toldCount = 0
  var sequenceBefore: UInt64 = 0
  /// The tally whose observations are told (-1: none), how many of them were, who runs, and the origin of who arrives.
  var watched: Int32 = -1
  var watchedCount = 0
  var observer: Int32 = -1
  var arriving: Int32 = -1

  init(_ program: Program, _ settings: RunSettings) {
    let model = program.model
    self.program = program
    code = settings.isPlain ? program.plainCode : program.code
    usesChains = !settings.isPlain
    chainStations = Slab(program.chains.stations.map { $0.copied() })
    chains = Slab(zip(program.chains.spans, program.chains.hasGroups).map { span, hasGroups in
      ChainState(
        first: span.first, last: span.last, journey: program.chains.stations[Int(span.last)].journey, hasGroups: hasGroups,
        keepsEnds: span.first < span.last || !program.chains.stations[Int(span.first)].isLimited)
    })
    stride = program.stride
    keptSlots = program.keptSlots
    keepsWhole = program.keepsWhole
    freeParked = Slab(repeating: -1, count: 1 + Int(program.keptSlots.array.map(\.words).max() ?? 0))
    weight = model.weight
    warmup = settings.warmup
    replication = settings.replication
    limits = settings.limits
    flag = settings.flag
    frames = Slab(capacity: 64 * max(program.stride, 1))
    frames.append(repeating: 0, count: program.stride)
    passingFrame = Slab(repeating: 0, count: program.stride)
    registers = program.registers.copied()
    firstCell = program.firstCell
    let tables = settings.isPlain ? program.plainFormulas : program.formulas
    straightCode = tables.code
    formulas = tables.formulas
    invariants = tables.invariants
    cells = tables.cells.copied()
    watchers = tables.watchers
    tallies = program.tallies.copied()
    thresholds = program.thresholds.copied()
    logs = Slab(capacity: program.logCount)
    for _ in 0..<program.logCount { logs.append(Log()) }
    windows = Slab(capacity: model.windows.count)
    dirty = DirtySets(model)
    stations = program.stations.copied()
    pools = program.pools.copied()
    levels = program.levels.copied()
    accounts = program.accounts.copied()
    batches = program.batches.copied()
    conditions = program.conditions.copied()
    heaps = Slab(capacity: 2 * model.stations.count)
    for _ in 0..<2 * model.stations.count { heaps.append(TokenHeap()) }
    let others = 2 * model.levels.count + model.batches.count + model.conditions.count
    lines = Slab(capacity: model.stations.count + model.pools.count + others)
    for station in model.stations { lines.append(WaitingLine(station.discipline.turns)) }
    for pool in model.pools { lines.append(WaitingLine(pool.discipline.turns)) }
    for _ in 0..<others { lines.append(WaitingLine(.firstCome)) }
    sources = Slab(capacity: model.sources.count)
    releases = Slab()
    laws = program.laws
    races = RaceStore(mostArms: model.races.map(\.arms.count).max() ?? 0)
    streamKeys = Slab(model.streams.map { StreamKey(seed: settings.seed, path: "stream " + $0).bits })
    originKeys = Slab(model.origins.map { StreamKey(seed: settings.seed, path: "origin " + $0).bits })
    ordinals = Slab(repeating: 0, count: model.origins.count)
    drawSites = program.drawSites
    drawCaches = Slab(repeating: DrawCache(), count: Int(DrawCache.ways) * (model.drawSites.count + model.sources.count))
    drawVariates = Slab(repeating: 0, count: 64 * Int(DrawCache.ways) * (model.drawSites.count + model.sources.count))
    drawSeconds = Slab(repeating: 0, count: drawVariates.count)
    uses = program.uses
    requests = program.requests
    originJourneys = program.originJourneys
    journeys = program.journeys
    openWindows()
    openLogs()
  }

  private mutating func openWindows() {
    for (i, window) in program.model.windows.enumerated() {
      let index = Int32(i)
      var state: WindowState
      switch window.source {
      case .tally(let tally):
        state = WindowState(source: .tally, ticks: window.ticks, limit: Int(window.count), initial: .nan)
        state.next = tallies[tally].window
        tallies[tally].window = index
        tallies[tally].flags |= TallyState.windowed
      case .counter(let cell), .gauge(let cell):
        var isCounter = false
        if case .counter = window.source { isCounter = true }
        state = WindowState(
          source: isCounter ? .counter : .gauge, ticks: window.ticks, limit: Int(window.count), initial: cells[cell].value)
        state.next = cells[cell].window
        cells[cell].window = index
        cells[cell].flags |= CellState.windowed
      }
      if window.ticks > 0 { state.watched = window.watched }
      windows.append(state)
    }
  }

  /// A full record begins with the initial value at time 0.
  private mutating func openLogs() {
    for i in 0..<cells.count where cells[i].log >= 0 { logs[cells[i].log].append(0, cells[i].value) }
  }

  /// A machine with its own storage and the same state.
  func copied() -> Machine {
    var copy = self
    copy.events = events.copied()
    copy.tokens = tokens.copied()
    copy.parts = parts.copied()
    copy.races = races.copied()
    copy.frames = frames.copied()
    copy.parkedFrames = parkedFrames.copied()
    copy.freeParked = freeParked.copied()
    copy.passingFrame = passingFrame.copied()
    copy.chains = chains.copied()
    for i in 0..<chains.count { copy.chains[i] = chains[i].copied() }
    copy.gathered = Slab()
    copy.chainStations = chainStations.copied()
    for i in 0..<chainStations.count { copy.chainStations[i] = chainStations[i].copied() }
    copy.registers = registers.copied()
    copy.calls = calls.copied()
    copy.savedRegisters = savedRegisters.copied()
    copy.cells = cells.copied()
    copy.tallies = tallies.copied()
    copy.thresholds = thresholds.copied()
    copy.logs = logs.copied()
    for i in 0..<logs.count { copy.logs[i] = logs[i].copied() }
    copy.lost = lost.copied()
    copy.windows = windows.copied()
    for i in 0..<windows.count { copy.windows[i] = windows[i].copied() }
    copy.dirty = dirty.copied()
    copy.touchedHandles = touchedHandles.copied()
    copy.stations = stations.copied()
    copy.heaps = heaps.copied()
    for i in 0..<heaps.count { copy.heaps[i] = heaps[i].copied() }
    copy.lines = lines.copied()
    for i in 0..<lines.count { copy.lines[i] = lines[i].copied() }
    copy.waiters = waiters.copied()
    copy.pools = pools.copied()
    copy.levels = levels.copied()
    copy.accounts = accounts.copied()
    copy.batches = batches.copied()
    copy.groups = groups.copied()
    copy.followers = followers.copied()
    copy.conditions = conditions.copied()
    copy.handles = handles.copied()
    copy.sources = sources.copied()
    copy.releases = releases.copied()
    copy.copyKeys(from: self)
    copy.preparation = DrawPreparation()
    return copy
  }

  func free() {
    events.free(); tokens.free(); parts.freeStorage(); races.freeStorage(); frames.free(); parkedFrames.free(); freeParked.free(); passingFrame.free(); registers.free(); calls.free(); savedRegisters.free()
    cells.free(); tallies.free(); thresholds.free(); lost.free()
    for i in 0..<logs.count { logs[i].free() }
    logs.free()
    for i in 0..<windows.count { windows[i].free() }
    windows.free()
    dirty.free(); touchedHandles.free()
    stations.free()
    for i in 0..<chains.count { chains[i].free() }
    chains.free()
    for i in 0..<chainStations.count { chainStations[i].free() }
    chainStations.free(); gathered.free()
    for i in 0..<heaps.count { heaps[i].free() }
    heaps.free()
    for i in 0..<lines.count { lines[i].free() }
    lines.free(); waiters.free()
    followers.freeStorage()
    pools.free(); levels.free(); accounts.free(); batches.free(); groups.free(); conditions.free(); handles.free()
    sources.free(); releases.free(); streamKeys.free(); originKeys.free(); ordinals.free(); drawCaches.free(); drawVariates.free(); drawSeconds.free()
    preparation.free()
  }

  /// Bytes of storage that grows with the run.
  var bytes: Int {
    var total = tokens.bytes + parts.bytes + races.bytes + frames.bytes + parkedFrames.bytes + events.bytes + lost.bytes + waiters.bytes + handles.bytes + groups.bytes + followers.bytes + releases.bytes
    for i in 0..<logs.count { total += logs[i].times.bytes + logs[i].values.bytes }
    for i in 0..<heaps.count { total += heaps[i].entries.bytes }
    for i in 0..<lines.count { total += lines[i].bytes }
    for i in 0..<chainStations.count { total += chainStations[i].bytes }
    for i in 0..<windows.count { total += windows[i].ring.bytes + windows[i].highest.bytes }
    return total
  }

  /// What storages that are nearly full will take when they grow, so that a run stops before it is over its limit and not after.
  var bytesToCome: Int {
    var total = tokens.bytesToCome + races.bytesToCome + frames.bytesToCome + parkedFrames.bytesToCome + waiters.bytesToCome + followers.bytesToCome + handles.bytesToCome
      + releases.bytesToCome
    for i in 0..<lines.count { total += lines[i].bytesToCome }
    for i in 0..<logs.count { total += logs[i].times.bytesToCome + logs[i].values.bytesToCome }
    for i in 0..<chainStations.count { total += chainStations[i].bytesToCome }
    return total
  }
}

// MARK: Events

extension Machine {
  /// The next event's place among those of its class.
  @inline(__always)
  mutating func nextOrder(_ eventClass: UInt64) -> UInt64 {
    sequence &+= 1
    return eventClass | sequence
  }

  /// Schedules an event `delay` ticks from now and returns its order; 0 if that is beyond the clock's range, which means never.
  @inline(__always)
  mutating func schedule(_ kind: EventKind, _ index: Int32, after delay: Int64, _ eventClass: UInt64) -> UInt64 {
    let (time, overflow) = now.addingReportingOverflow(delay)
    if overflow { return 0 }
    let order = nextOrder(eventClass)
    events.push(Event(time: time, order: order, kind: kind, index: index))
    return order
  }

  /// Schedules the one pending event of a token.
  @inline(__always)
  mutating func schedule(_ kind: EventKind, token: Int32, after delay: Int64, _ eventClass: UInt64) {
    tokens[token].timer = schedule(kind, token, after: delay, eventClass)
  }

  /// Lets a token go on at `pc` after a wait.
  @inline(__always)
  mutating func scheduleWait(_ token: Int32, pc: Int, after delay: Int64) {
    tokens[token].pc = Int32(truncatingIfNeeded: pc)
    tokens[token].state = .waiting
    tokens[token].remaining = now &+ delay
    if tokens[token].part >= 0 && parts[tokens[token].part].armOf >= 0 { return scheduleArm(token, pc: pc, after: delay) }
    schedule(.wait, token: token, after: delay, EventClass.timer)
  }

  @inline(never)
  private mutating func scheduleArm(_ arm: Int32, pc: Int, after delay: Int64) {
    let (time, overflow) = now.addingReportingOverflow(delay)
    tokens[arm].timer = 0
    if overflow { return }
    let part = parts[tokens[arm].part]
    tokens[arm].timer = nextOrder(EventClass.timer)
    events.push(Event(time: time, order: tokens[arm].timer, arm: part.arm, of: part.armOf, pc: pc))
  }

  /// Lets the pending event of a token die.
  @inline(__always)
  mutating func cancelTimer(of token: Int32) {
    if tokens[token].timer != 0 {
      tokens[token].timer = 0
      events.noteDead()
    }
  }

  /// Whether what an event is about still waits for it.
  @inline(__always)
  mutating func isAlive(_ event: Event) -> Bool {
    switch EventKind(rawValue: event.kind) {
    case .serviceEnd, .wait: tokens[event.index].timer == event.order
    case .sharedEnd: stations[event.index].timer == event.order
    case .failure, .repair: stations[event.index].breakdownTimer == event.order
    case .batchTimeout: batches[event.index].timer == event.order
    case .batchCalendar: batches[event.index].calendarTimer == event.order
    case .arrival: sources[event.index].timer == event.order
    case .parked, .parkedSlot, .parkedFrame, .served, .servedFrame: true
    case .windowEnd: windows[event.index].timer == event.order
    case .waitOfArm: isArmAlive(event)
    case .deadline: lines[event.index].timer == event.extra
    case nil: false
    }
  }
}

// MARK: Time, faults

/// Seconds of a number of ticks.
@inline(__always)
func seconds(_ ticks: Int64) -> Double { Double(ticks) / 1e9 }

extension Machine {
  /// Ticks of a number of seconds, to the nearest; `Int64.max` for what is beyond the clock; nil if negative or NaN.
  @inline(__always)
  static func ticks(_ seconds: Double) -> Int64? {
    if seconds >= 0 && seconds < 9e9 { return Int64(truncatingIfNeeded: Int(seconds * 1e9 + 0.5)) }
    return seconds >= 9e9 ? .max : nil
  }

  /// Stops the run for good; the first reason counts.
  @inline(never)
  mutating func fail(_ reason: StopReason) {
    if stopped != nil { return }
    stopped = reason
    // The next op or event finds the budget used up and asks `checkLimits`, which ends the loops.
    allotted -= UInt64(max(budget, 0))
    budget = min(budget, 0)
  }

  /// The place of the op at `pc`.
  mutating func place(_ pc: Int) -> Int32 {
    program.model.places.indices.contains(pc) ? program.model.places[pc] : -1
  }

  /// The fault of a number of seconds that `ticks` refused.
  @inline(never)
  mutating func failTime(_ seconds: Double, at pc: Int) {
    fail(.fault(seconds.isNaN ? .notANumber : .negativeWait(seconds), place: place(pc)))
  }

  /// A look at limits and flag, once in 16,384 ops and events; true if the run must stop.
  @inline(never)
  mutating func checkLimits(at pc: Int) -> Bool {
    if stopped != nil { return true }
    let where_ = pc >= 0 ? place(pc) : -1
    if instantOfLastCheck == now {
      stepsAtInstant += UInt64(Machine.checkInterval)
      if stepsAtInstant > limits.maxStepsAtOneInstant { fail(.limit(.stuck, place: where_)) }
    } else {
      instantOfLastCheck = now
      stepsAtInstant = 0
    }
    if allotted >= limits.maxSteps { fail(.limit(.steps, place: where_)) }
    events.adapt()
    if events.isCrowded {
      var machine = self
      events.purge { machine.isAlive($0) }
    }
    if bytes + bytesToCome > limits.maxBytes { fail(.limit(.memory, place: where_)) }
    flag?.reach(now)
    var interval = Machine.checkInterval
    if let raised = flag?.raised {
      // In the middle of an event it is put off to the next, unless that is long in coming.
      if pc < 0 || stepsAtInstant > 1_000_000 {
        fail(.limit(raised, place: where_))
        stoppedBetweenEvents = pc < 0
      } else {
        interval = 64
      }
    }
    if stopped != nil { return true }
    allot(interval)
    return false
  }

  private mutating func allot(_ interval: Int) {
    let more = min(UInt64(interval), limits.maxSteps - min(allotted, limits.maxSteps))
    allotted += more
    budget += Int(more)
  }

  /// See `Simulation.goOn`.
  mutating func goOn() {
    stopped = nil
    stoppedBetweenEvents = false
    repeat { allot(Machine.checkInterval) } while budget <= 0 && allotted < limits.maxSteps
  }

  static var checkInterval: Int { 16_384 }
}

struct CallRecord: BitwiseCopyable {
  var pc: Int32
  var first: Int32
  var count: Int32
}
