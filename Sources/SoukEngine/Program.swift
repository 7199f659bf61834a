// A compiled model in the form the machine runs: arrays of arrays are flattened into slabs with (start, count) records,
// absent cells (-1) become one dummy cell, watchers of a thing's own cells are added. Built once, shared by all
// replications and forks; immutable.

import SoukModel
import SoukNumerics

/// The immutable tables of a model.
final class Program: @unchecked Sendable {
  let model: CompiledModel
  let stride: Int
  let code: Slab<Op>
  /// The code without parking, and what runs as chains.
  let plainCode: Slab<Op>
  /// For the ops behind `wait`s and `use`s what is drawn next.
  let nextDraws: Slab<NextDraw>
  let chains: ChainPlan
  /// The journey that each origin starts; −1 where it starts several.
  let originJourneys: Slab<Int32>
  /// What is kept of slots behind each op, and whether frames are kept whole.
  let keptSlots: Slab<KeptSlots>
  let keepsWhole: Bool
  let registers: Slab<Double>
  /// The first of the registers in which straight code finds cells.
  let firstCell: Int32
  let formulas: FormulaTables
  /// Formulas and invariants by the interpreter, each as it is written.
  let plainFormulas: FormulaTables
  let tallies: Slab<TallyState>
  let thresholds: Slab<ThresholdCount>
  /// How many logs cells and tallies have together.
  let logCount: Int
  let laws: LawSet
  let curves: CurveSet
  let columns: Slab<Double>
  let columnSpans: Slab<TableSpan>
  let calendars: Slab<Int64>
  let calendarSpans: Slab<CalendarSpan>
  let journeys: Slab<JourneyRecord>
  let timed: Slab<TimedSlot>
  let outcomes: Slab<Int32>
  let stations: Slab<StationState>
  let pools: Slab<PoolState>
  let levels: Slab<LevelState>
  let accounts: Slab<AccountState>
  let batches: Slab<BatchState>
  let conditions: Slab<ConditionState>
  let conditionSlots: Slab<Int32>
  let uses: Slab<UseSite>
  let requests: Slab<RequestSite>
  let transfers: Slab<TransferSite>
  let joins: Slab<JoinSite>
  let races: Slab<TableSpan>
  let arms: Slab<ArmRecord>
  let spawns: Slab<SpawnRecord>
  let spawnArguments: Slab<Int32>
  let drawSites: Slab<DrawSite>

  init(_ model: CompiledModel) {
    self.model = model
    stride = max(model.frameSize, model.journeys.map { Int($0.frameSlots) }.max() ?? 0)
    let started = Program.journeysOfOrigins(model)
    originJourneys = Slab(started)
    let keeping = FrameKeeping(model, stride: stride, canPark: true)
    code = Slab(keeping.code)
    keptSlots = Slab(keeping.slots)
    keepsWhole = keeping.keepsWhole
    nextDraws = Program.nextDraws(model, keeping)
    plainCode = Slab(FrameKeeping(model, stride: stride, canPark: false).code)
    // Four spare registers: a dynamic draw reads four parameters whatever its law.
    let own = model.registers + [0, 0, 0, 0]
    firstCell = Int32(own.count)
    registers = Slab(own + model.cells.map(\.initial))
    let dummyCell = Int32(model.cells.count)
    let dummyTally = Int32(model.tallies.count)
    func cell(_ i: Int32) -> Int32 { i < 0 ? dummyCell : i }
    func tally(_ i: Int32) -> Int32 { i < 0 ? dummyTally : i }

    let plan = FormulaPlan(model, firstCell: firstCell, isPlain: false)
    let plainPlan = FormulaPlan(model, firstCell: firstCell, isPlain: true)
    var observed = ObservedTables(model)
    laws = LawSet(model.laws, tables: model.lawTables)
    curves = CurveSet(model.curves)
    (columns, columnSpans) = Program.flatten(model.columns)
    (calendars, calendarSpans) = Program.flatten(model.calendars)

    var timed = Slab<TimedSlot>()
    var outcomes = Slab<Int32>()
    journeys = Slab(model.journeys.map { journey in
      let record = JourneyRecord(
        entry: journey.entry, started: cell(journey.started), finished: cell(journey.finished), active: cell(journey.active),
        time: tally(journey.time), outcome: tally(journey.outcome), timed: Int32(timed.count), timedCount: Int32(journey.timed.count),
        timedSlots: journey.timed.reduce(0) { $0 | ($1.slot < 64 ? 1 << UInt64($1.slot) : 0) },
        outcomes: Int32(outcomes.count), outcomeCount: Int32(journey.outcomeCells.count), weight: journey.isSingle ? 1 : model.weight)
      for slot in journey.timed { timed.append(TimedSlot(slot: slot.slot, tally: slot.tally)) }
      for outcome in journey.outcomeCells { outcomes.append(cell(outcome)) }
      return record
    })
    self.timed = timed
    self.outcomes = outcomes

    stations = Slab(model.stations.map { StationState($0, hasFewPlaces: model.stations.count < ParkMode.placeLimit, cell: cell, tally: tally) })
    chains = Program.chains(model, laws: laws, stations: stations)
    pools = Slab(model.pools.map { PoolState($0, cell: cell, tally: tally) })
    levels = Slab(model.levels.map { LevelState($0, cell: cell, tally: tally) })
    accounts = Slab(model.accounts.map { AccountState($0, cell: cell) })
    batches = Slab(model.batches.map { BatchState($0, cell: cell, tally: tally) })
    formulas = FormulaTables(plan, observed)
    plainFormulas = FormulaTables(plainPlan, observed)
    (tallies, thresholds) = observed.tallies()
    logCount = observed.logCount

    var conditionSlots = Slab<Int32>()
    conditions = Slab(model.conditions.map { condition in
      let first = Int32(conditionSlots.count)
      for slot in condition.handleSlots { conditionSlots.append(slot) }
      return ConditionState(
        entry: condition.entry, result: condition.result, readsFrame: condition.readsFrame || !condition.handleSlots.isEmpty,
        slots: first, slotCount: Int32(condition.handleSlots.count))
    })
    self.conditionSlots = conditionSlots
    uses = Slab(model.uses)
    requests = Slab(model.requests)
    transfers = Slab(model.transfers)
    joins = Slab(model.joins)
    drawSites = Slab(model.drawSites)
    var arms = Slab<ArmRecord>()
    races = Slab(model.races.map { race in
      let span = TableSpan(start: Int32(arms.count), count: Int32(race.arms.count))
      for arm in race.arms { arms.append(ArmRecord(head: arm.head, body: arm.body)) }
      return span
    })
    self.arms = arms
    var arguments = Slab<Int32>()
    spawns = Slab(model.spawns.map { spawn in
      let record = SpawnRecord(
        journey: spawn.journey, origin: spawn.origin, arguments: Int32(arguments.count), argumentCount: Int32(spawn.arguments.count),
        keepsHandle: spawn.keepsHandle)
      for argument in spawn.arguments { arguments.append(argument) }
      return record
    })
    spawnArguments = arguments
  }

  private static func flatten(_ columns: [[Double]]) -> (Slab<Double>, Slab<TableSpan>) {
    var numbers = Slab<Double>()
    var spans = Slab<TableSpan>()
    for column in columns {
      spans.append(TableSpan(start: Int32(numbers.count), count: Int32(column.count)))
      for number in column { numbers.append(number) }
    }
    return (numbers, spans)
  }

  private static func flatten(_ calendars: [Calendar]) -> (Slab<Int64>, Slab<CalendarSpan>) {
    var instants = Slab<Int64>()
    var spans = Slab<CalendarSpan>()
    for calendar in calendars {
      spans.append(CalendarSpan(start: Int32(instants.count), count: Int32(calendar.instants.count), period: calendar.period))
      for instant in calendar.instants.sorted() { instants.append(instant) }
    }
    return (instants, spans)
  }

  deinit {
    for link in chains.stations { link.free() }
    code.free(); plainCode.free(); nextDraws.free(); originJourneys.free(); keptSlots.free(); registers.free(); formulas.free(); plainFormulas.free(); tallies.free(); thresholds.free()
    laws.free(); curves.free(); columns.free(); columnSpans.free(); calendars.free(); calendarSpans.free()
    journeys.free(); timed.free(); outcomes.free(); stations.free(); pools.free(); levels.free(); accounts.free()
    batches.free(); conditions.free(); conditionSlots.free(); uses.free(); requests.free()
    transfers.free(); joins.free(); races.free(); arms.free(); spawns.free(); spawnArguments.free(); drawSites.free()
  }
}

struct TableSpan: BitwiseCopyable {
  var start: Int32
  var count: Int32
}

struct CalendarSpan: BitwiseCopyable {
  var start: Int32
  var count: Int32
  var period: Int64
}

struct JourneyRecord: BitwiseCopyable {
  var entry: Int32
  var started: Int32
  var finished: Int32
  var active: Int32
  var time: Int32
  var outcome: Int32
  var timed: Int32
  var timedCount: Int32
  /// A bit for each slot below 64 in which a `time m { }` body says when it began.
  var timedSlots: UInt64
  var outcomes: Int32
  var outcomeCount: Int32
  /// As how many it is counted.
  var weight: Double
}

struct TimedSlot: BitwiseCopyable {
  var slot: Int32
  var tally: Int32
}

/// Straight code and where its result goes: a derived cell, or the place of an invariant.
struct EvaluationRecord: BitwiseCopyable {
  var entry: Int32
  var result: Int32
  var target: Int32
  /// Whether it only runs forward; then its straight code, unless `first` is −1: what the op at `last` gives is the value, and if that is
  /// jumped over or there is no such op, what is in `result`.
  var isStraight = false
  var first: Int32 = -1
  var last: Int32 = -1
  var end: Int32 = -1
}

/// The tables of a plan of formulas, with the cells as they are at the beginning and who watches them.
struct FormulaTables {
  let code: Slab<Op>
  let formulas: Slab<EvaluationRecord>
  let invariants: Slab<EvaluationRecord>
  let cells: Slab<CellState>
  let watchers: Slab<WatcherState>

  fileprivate init(_ plan: FormulaPlan, _ observed: ObservedTables) {
    code = Slab(plan.code)
    formulas = Slab(plan.derived)
    invariants = Slab(plan.invariants)
    (cells, watchers) = observed.cells(watchedBy: plan.watchers)
  }

  func free() {
    code.free(); formulas.free(); invariants.free(); cells.free(); watchers.free()
  }
}

struct ArmRecord: BitwiseCopyable {
  var head: Int32
  var body: Int32
}

struct SpawnRecord: BitwiseCopyable {
  var journey: Int32
  var origin: Int32
  var arguments: Int32
  var argumentCount: Int32
  var keepsHandle: Bool
}

/// Cells and tallies while a program is built: who watches what.
private struct ObservedTables {
  private let model: CompiledModel
  /// Cells that the engine moves by one entity at a time, and tallies of its stretches of time.
  private let counting: [Int32: Double]
  private let stretches: Set<Int32>
  /// Tallies of outcomes' indices.
  private let outcomes: Set<Int32>
  private(set) var logCount = 0

  init(_ model: CompiledModel) {
    self.model = model
    counting = ObservedTables.countingCells(model)
    stretches = ObservedTables.tallies(ofStretches: model)
    outcomes = Set(model.journeys.map(\.outcome))
    logCount = model.cells.count { $0.recording == .full }
  }

  /// These cells, and by how much each moves; not those that move by several amounts.
  private static func countingCells(_ model: CompiledModel) -> [Int32: Double] {
    var units: [Int32: Set<Double>] = [:]
    func count(_ cells: [Int32], by unit: Double) {
      for cell in cells where cell >= 0 && model.cells[Int(cell)].initial == 0 { units[cell, default: []].insert(unit) }
    }
    for journey in model.journeys {
      count([journey.started, journey.finished, journey.active] + journey.outcomeCells, by: journey.isSingle ? 1 : model.weight)
    }
    for source in model.sources { count([source.started], by: model.weight) }
    for station in model.stations {
      count([station.arrivals, station.completions, station.balked, station.reneged], by: model.weight)
      if station.discipline != .processorSharing { count([station.queue, station.busy], by: model.weight) }
    }
    return units.compactMapValues { $0.count == 1 ? $0.first : nil }
  }

  private static func tallies(ofStretches model: CompiledModel) -> Set<Int32> {
    Set(model.journeys.map(\.time) + model.stations.flatMap { [$0.wait, $0.serviceTime] })
  }

  /// Who watches each cell: formulas, invariants and conditions as a plan says, and the things whose capacities and rates they are.
  private func watchersOfCells(_ plan: [[Watcher]]) -> [[WatcherState]] {
    var all = [[WatcherState]](repeating: [], count: model.cells.count)
    let firstWords = DirtySets.firstWords(model)
    func watch(_ cell: Int, _ kind: DirtySets.Kind, _ index: Int) {
      let word = Int32(firstWords[kind.rawValue] + index / 64), mask: UInt64 = 1 << UInt64(index % 64)
      if let i = all[cell].firstIndex(where: { $0.word == word }) {
        all[cell][i].mask |= mask
      } else {
        all[cell].append(WatcherState(word: word, mask: mask))
      }
    }
    for (cell, watchers) in plan.enumerated() {
      for watcher in watchers {
        switch watcher {
        case .condition(let i): watch(cell, .condition, Int(i))
        case .invariant(let i): watch(cell, .invariant, Int(i))
        case .derived(let i): watch(cell, .derived, Int(i))
        }
      }
    }
    for (i, station) in model.stations.enumerated() {
      watch(Int(station.servers), .station, i)
      if station.rate >= 0 { watch(Int(station.rate), .station, i) }
    }
    for (i, pool) in model.pools.enumerated() { watch(Int(pool.size), .pool, i) }
    for (i, source) in model.sources.enumerated() {
      if case .live(let rate, _) = source.pattern { watch(Int(rate), .source, i) }
    }
    return all
  }

  /// The cells at the beginning, logs numbered from 0.
  func cells(watchedBy plan: [[Watcher]]) -> (Slab<CellState>, Slab<WatcherState>) {
    let watchersOfCell = watchersOfCells(plan)
    var states = Slab<CellState>(capacity: model.cells.count + 1)
    var watchers = Slab<WatcherState>()
    var logs = 0
    for (i, cell) in model.cells.enumerated() {
      var state = CellState(value: cell.initial)
      if cell.recording >= .summary {
        state.flags |= CellState.summary
        if let unit = counting[Int32(i)] {
          state.flags |= CellState.counted
          state.unit = unit
        }
      }
      if cell.recording == .full {
        state.flags |= CellState.full
        state.log = Int32(logs)
        logs += 1
      }
      if !watchersOfCell[i].isEmpty {
        state.flags |= CellState.watched
        state.watchers = Int32(watchers.count)
        state.watcherCount = Int32(watchersOfCell[i].count)
        for watcher in watchersOfCell[i] { watchers.append(watcher) }
      }
      states.append(state)
    }
    states.append(CellState(value: 0))
    return (states, watchers)
  }

  mutating func tallies() -> (Slab<TallyState>, Slab<ThresholdCount>) {
    var states = Slab<TallyState>(capacity: model.tallies.count + 1)
    var thresholds = Slab<ThresholdCount>()
    for (i, tally) in model.tallies.enumerated() {
      var state = TallyState()
      if tally.recording >= .summary { state.flags |= TallyState.summary }
      if tally.recording >= .summary && (stretches.contains(Int32(i)) || outcomes.contains(Int32(i))) { state.flags |= TallyState.ticks }
      if outcomes.contains(Int32(i)) { state.flags |= TallyState.whole }
      if tally.recording == .full {
        state.flags |= TallyState.full
        state.log = Int32(logCount)
        logCount += 1
      }
      if !tally.thresholds.isEmpty {
        state.flags |= TallyState.thresholds
        state.thresholds = Int32(thresholds.count)
        state.thresholdCount = Int32(tally.thresholds.count)
        for threshold in tally.thresholds { thresholds.append(ThresholdCount(value: threshold)) }
      }
      states.append(state)
    }
    states.append(TallyState())
    return (states, thresholds)
  }
}
