// What happened in a simulation, in words: the engine's trace read with the model's names, and of that the timeline of single
// journeys. A simulation isn't traced while it runs; it is lived through again from its start, with the same draws, by the loop
// that tells. Journeys are numbered from 1 in the order in which they start, so a seed, a replication and a number name one.

import SoukEngine
import SoukLower
import SoukModel
import SoukUnits

/// One thing that happened. `number` is 0 for processes and for things that are nobody's.
struct Happening: Sendable, Hashable {
  /// Ticks since the start.
  var time: Int64
  var number: Int
  /// `visit 42`, or a process such as `every 1`; empty for what happens to a thing alone.
  var who: String
  var what: String
  /// The thing's path; empty for what happens nowhere.
  var place: String
}

/// What one journey lived through.
struct JourneyTimeline: Sendable, Hashable {
  struct Stage: Sendable, Hashable {
    /// Ticks since the start.
    var time: Int64
    var what: String
    var place: String
    /// Ticks until the next stage, or until the end of what is known; nil for the journey's end.
    var lasts: Int64?
  }
  var number: Int
  /// The journey's path: `visit`.
  var journey: String
  var stages: [Stage] = []
  /// What it gave to the tally that is asked about: seconds where that is of time.
  var value: Double?

  /// Ticks from its start to its end, or to the end of what is known.
  var lasts: Int64 { stages.reduce(0) { $0 + ($1.lasts ?? 0) } }
}

/// Reads the trace of one simulation from its start, event by event.
final class Chronicle {
  private struct Entity: Hashable {
    var origin: Int32
    var ordinal: UInt32
  }

  private let model: CompiledModel
  private let notes: [Int32: Note]
  private let outcomes: [String: [String]]
  private let processes: Set<Int32>
  private let arrivals: Set<Int32>
  private var numbers: [Entity: Int] = [:]
  /// How many journeys have started.
  private(set) var started = 0
  private var printed = ""

  init(_ lowered: LoweredModel) {
    model = lowered.model
    notes = lowered.notes
    outcomes = Layout.instance(lowered.layout).outcomes
    processes = Set(model.processes.map(\.origin))
    arrivals = Set(model.sources.map(\.origin))
  }

  /// A copy that reads on by itself.
  init(_ other: Chronicle) {
    (model, notes, outcomes, processes, arrivals) = (other.model, other.notes, other.outcomes, other.processes, other.arrivals)
    (numbers, started, printed) = (other.numbers, other.started, other.printed)
  }

  /// The number of the journey that an event is about; 0 if it isn't a journey's. Each event must be read once.
  func number(_ event: TraceEvent) -> Int {
    guard event.journey >= 0, !processes.contains(event.origin) else { return 0 }
    let entity = Entity(origin: event.origin, ordinal: event.ordinal)
    switch event.what {
    case .started:
      started += 1
      numbers[entity] = started
      return started
    case .finished: return numbers.removeValue(forKey: entity) ?? 0
    default: return numbers[entity] ?? 0
    }
  }

  /// What an event says; nil for what isn't shown by itself.
  func read(_ event: TraceEvent) -> Happening? { happening(event, number: number(event)) }

  func happening(_ event: TraceEvent, number: Int) -> Happening? {
    guard let what = words(event) else { return nil }
    let path = event.journey < 0 ? "" : model.journeys[Int(event.journey)].path
    return Happening(time: event.time, number: number, who: number > 0 ? "\(path) \(number)" : path, what: what, place: place(event))
  }

  func journey(_ event: TraceEvent) -> String { model.journeys[Int(event.journey)].path }

  private func place(_ event: TraceEvent) -> String {
    let index = Int(event.place)
    switch event.kind {
    case .nowhere: return ""
    case .station: return model.stations.indices.contains(index) ? model.stations[index].path : ""
    case .pool: return model.pools.indices.contains(index) ? model.pools[index].path : ""
    case .level: return model.levels.indices.contains(index) ? model.levels[index].path : ""
    case .batch: return model.batches.indices.contains(index) ? model.batches[index].path : ""
    }
  }

  private func words(_ event: TraceEvent) -> String? {
    switch event.what {
    case .started: return arrivals.contains(event.origin) ? "arrives" : "begins"
    case .finished: return ending(event)
    case .queued, .asked: return "waits"
    case .served: return "is served"
    case .completed: return "is done"
    case .balked: return "is turned away"
    case .reneged: return "gives up"
    case .displaced: return "is displaced"
    case .granted: return "gets \(NumberText.format(event.value))"
    case .waits: return event.value.isFinite ? "waits \(NumberText.format(quantity: event.value, dimension: .time))" : "waits for ever"
    case .putting: return "waits to put"
    case .taking: return "waits to take"
    case .awaits: return "waits for a condition"
    case .gathers: return "waits for others"
    case .wentOn: return "goes on"
    case .won: return "goes on, arm \(NumberText.format(event.value + 1)) came first"
    case .broke: return "breaks down"
    case .repaired: return "works again"
    case .withdrawn, .observed: return nil
    case .note:
      guard let note = notes[event.message] else { return nil }
      printed += note.written(event.value)
      guard note.endsLine else { return nil }
      defer { printed = "" }
      return "prints \(printed)"
    }
  }

  private func ending(_ event: TraceEvent) -> String {
    let names = outcomes[model.journeys[Int(event.journey)].path] ?? []
    guard event.value >= 0, Int(event.value) < names.count, names[Int(event.value)] != "completed" else { return "ends" }
    return "ends as \(names[Int(event.value)])"
  }
}

extension Layout {
  /// The names of the outcomes of each journey in it, by its path.
  fileprivate var outcomes: [String: [String]] {
    switch self {
    case .journey(let journey): return [journey.path: journey.outcomes]
    case .instance(let instance): return instance.members.compactMap { $0?.outcomes }.reduce(into: [:]) { $0.merge($1) { a, _ in a } }
    case .array(_, _, let elements): return elements.map(\.outcomes).reduce(into: [:]) { $0.merge($1) { a, _ in a } }
    case .thing, .constant, .formula: return [:]
    }
  }
}

/// Gathers the timelines of some journeys from the trace.
final class TimelineRecorder {
  let chronicle: Chronicle
  private let wanted: Set<Int>
  private var timelines: [Int: JourneyTimeline] = [:]
  private var finished: Set<Int> = []

  init(_ lowered: LoweredModel, wanted: Set<Int>) {
    chronicle = Chronicle(lowered)
    self.wanted = wanted
  }

  func take(_ event: TraceEvent) {
    let number = chronicle.number(event)
    let isKnown = wanted.contains(number)
    // Lines that are printed come in parts, which are put together even when nobody asks for them.
    guard isKnown || event.what == .note, let happening = chronicle.happening(event, number: number), isKnown else { return }
    if timelines[number] == nil { timelines[number] = JourneyTimeline(number: number, journey: chronicle.journey(event)) }
    if let last = timelines[number]?.stages.indices.last, let time = timelines[number]?.stages[last].time {
      timelines[number]?.stages[last].lasts = happening.time - time
    }
    timelines[number]?.stages.append(
      JourneyTimeline.Stage(time: happening.time, what: happening.what, place: happening.place, lasts: nil))
    if event.what == .finished { finished.insert(number) }
  }

  /// The timelines up to `now`, by number.
  func gathered(now: Int64) -> [JourneyTimeline] {
    timelines.values.sorted { $0.number < $1.number }.map { timeline in
      var timeline = timeline
      if !finished.contains(timeline.number), let last = timeline.stages.indices.last { timeline.stages[last].lasts = now - timeline.stages[last].time }
      return timeline
    }
  }
}

extension PlannedRun {
  /// What happens to whom in the first replication, a line each, as it happens: `12.5 s  visit 7  waits  till`.
  public func trace(to sink: @escaping (String) -> Void) {
    let chronicle = Chronicle(lowered)
    var simulation = Simulation(model, RunSettings(seed: seed, replication: 0, warmup: warmup, isPlain: true))
    _ = simulation.step(.max, until: span) { event in
      guard let happening = chronicle.read(event) else { return }
      let time = NumberText.format(quantity: Double(event.time) / StepTrace.ticksPerSecond, dimension: .time, significantDigits: 9)
      let parts = [time, happening.who.isEmpty ? "-" : happening.who, happening.what, happening.place]
      sink(parts.filter { !$0.isEmpty }.joined(separator: "  ") + "\n")
    }
  }
}

/// One replication that can be lived through again to look at its journeys.
struct Replay {
  var lowered: LoweredModel
  var seed: UInt64
  var replication: UInt32
  /// Ticks.
  var warmup: Int64
  var span: Int64
  var limits = RunLimits()
  var flag: StopFlag?

  private func settings() -> RunSettings {
    RunSettings(seed: seed, replication: replication, warmup: warmup, limits: limits, flag: flag, isPlain: true)
  }

  /// The timelines of the journeys with these numbers; of those that never start there is none. As long as the replication.
  func timelines(of numbers: Set<Int>) -> [JourneyTimeline] { gather(numbers).timelines }

  /// The timelines, and how many journeys have started in all.
  func gather(_ numbers: Set<Int>) -> (timelines: [JourneyTimeline], started: Int) {
    let recorder = TimelineRecorder(lowered, wanted: numbers)
    var simulation = Simulation(lowered.model, settings())
    _ = simulation.step(.max, until: span, recorder.take)
    return (recorder.gathered(now: simulation.now), recorder.chronicle.started)
  }

  /// The journeys that gave the tally with this path (`till.wait`, `visit.time`, a measure's `handling.sample`) its `count`
  /// largest values (or smallest), worst first, each with its value. Lives through the replication twice.
  func worst(_ count: Int, in tally: String, smallest: Bool = false) -> [JourneyTimeline] {
    guard let index = lowered.model.tallies.firstIndex(where: { $0.path == tally }) else { return [] }
    var model = lowered.model
    model.tallies[index].recording = .full
    var simulation = Simulation(model, settings())
    simulation.watch(tally: index)
    let chronicle = Chronicle(lowered)
    var worst: [(value: Double, number: Int)] = []
    // Kept sorted: the worst first, of equals the earliest.
    func keep(_ value: Double, _ number: Int) {
      let at = worst.firstIndex { smallest ? value < $0.value : value > $0.value } ?? worst.count
      if at >= count { return }
      worst.insert((value, number), at: at)
      if worst.count > count { worst.removeLast() }
    }
    _ = simulation.step(.max, until: span) { event in
      let number = chronicle.number(event)
      if event.what == .observed, number > 0 { keep(event.value, number) }
    }
    let found = Dictionary(timelines(of: Set(worst.map(\.number))).map { ($0.number, $0) }) { a, _ in a }
    return worst.compactMap { one in
      var timeline = found[one.number]
      timeline?.value = one.value
      return timeline
    }
  }
}
