// The compiled model: what lowering gives and the engine runs. Flat tables and ops; no units, no text but the paths that
// name things in reports, traces and random streams. Every number is a Double in base units (seconds, smallest units of
// money, single orders), every instant is Int64 nanoseconds since the model's start. A true Bool is 1, a choice, table
// row or outcome is its index.
//
// With `scale: 1/n` one entity stands for n. Lowering has already divided what entities compete for (servers, pool
// sizes, batch sizes, station capacities, rates); the engine multiplies what it counts by `weight`.

/// A whole model, ready to run. Value semantics; immutable once built.
public struct CompiledModel: Sendable {
  public var name: String = ""
  /// How many real things one entity stands for, the n of `scale: 1/n`.
  public var weight: Double = 1

  public var code: [Op] = []
  /// For each op the index of its place in the script (the lowering's own table); for errors and traces.
  public var places: [Int32] = []
  /// Initial contents of the register file: constants first, then scratch registers (zero).
  public var registers: [Double] = []
  /// Frame slots that the largest journey needs.
  public var frameSize: Int = 0

  public var cells: [Cell] = []
  public var tallies: [Tally] = []
  public var streams: [String] = []
  public var origins: [String] = []
  public var laws: [Law] = []
  public var lawTables: [LawTable] = []
  public var curves: [Curve] = []
  /// Columns of tables and constant lists, read by `column`.
  public var columns: [[Double]] = []
  /// Recurring and listed instants, read by `nextInstant` and by sources.
  public var calendars: [Calendar] = []

  public var journeys: [Journey] = []
  public var sources: [Source] = []
  public var stations: [Station] = []
  public var pools: [Pool] = []
  public var levels: [Level] = []
  public var accounts: [Account] = []
  public var batches: [Batch] = []
  public var windows: [Window] = []
  /// Started at time 0, in this order: control loops, campaigns, outages (`every`, `at`, `on`).
  public var processes: [Process] = []
  public var conditions: [Condition] = []
  public var invariants: [Invariant] = []
  public var derived: [DerivedCell] = []

  public var uses: [UseSite] = []
  public var requests: [RequestSite] = []
  public var transfers: [TransferSite] = []
  public var joins: [JoinSite] = []
  public var races: [RaceSite] = []
  public var spawns: [SpawnSite] = []
  public var drawSites: [DrawSite] = []
  /// Texts of run-time errors and of `print` in journeys, by index.
  public var messages: [String] = []

  public init() {}

  /// Whether anything is kept of a tally's observations.
  public func isObserved(tally: Int32) -> Bool {
    guard tallies.indices.contains(Int(tally)) else { return false }
    return tallies[Int(tally)].recording != .off || windows.contains { $0.source == .tally(tally) }
  }
}

// MARK: What is observed

/// How much of a changing value or of a stream of observations is kept.
public enum Recording: UInt8, Sendable, Comparable, BitwiseCopyable {
  /// Nothing but the current value.
  case off
  /// Count, sum, extremes, time integral: what the standard report needs.
  case summary
  /// Every change or observation with its time.
  case full
  public static func < (a: Recording, b: Recording) -> Bool { a.rawValue < b.rawValue }
}

/// A live number: a queue's length, a counter, a gauge, a balance. A step function of time.
public struct Cell: Sendable {
  public var path: String
  public var initial: Double
  public var recording: Recording
  /// Conditions, derived cells and invariants to look at when it changes: indices into `watchLists`.
  public var watchers: [Watcher]
  public init(path: String, initial: Double = 0, recording: Recording = .off, watchers: [Watcher] = []) {
    self.path = path
    self.initial = initial
    self.recording = recording
    self.watchers = watchers
  }
}

public enum Watcher: Sendable, Hashable {
  case condition(Int32)
  case invariant(Int32)
  case derived(Int32)
}

/// A stream of observations, one for each entity or event: waits, journey times, measures, outcomes.
public struct Tally: Sendable {
  public var path: String
  public var recording: Recording
  /// Thresholds at which values are counted exactly (`share(m <= 24 h)`), even where values are summarised.
  public var thresholds: [Double]
  public init(path: String, recording: Recording = .off, thresholds: [Double] = []) {
    self.path = path
    self.recording = recording
    self.thresholds = thresholds
  }
}

/// A cell that is a formula of other cells (a station's live `servers`, a source's live `rate`, a model's live `let`):
/// evaluated once at the start and again whenever a cell that it reads changes, after the step that changed it.
public struct DerivedCell: Sendable {
  public var cell: Int32
  /// First op of its code, which ends in `endEvaluation`; the result is left in `result`.
  public var entry: Int32
  public var result: Int32
  public init(cell: Int32, entry: Int32, result: Int32) {
    self.cell = cell
    self.entry = entry
    self.result = result
  }
}

/// `await` and `on`: code that is evaluated for each waiting entity, in order of arrival, when a cell that it reads changes.
public struct Condition: Sendable {
  public var entry: Int32
  public var result: Int32
  /// Whether it reads the entity's own frame (if not, one evaluation serves all who wait).
  public var readsFrame: Bool
  /// Frame slots that hold handles whose state it reads.
  public var handleSlots: [Int32]
  public init(entry: Int32, result: Int32, readsFrame: Bool, handleSlots: [Int32] = []) {
    self.entry = entry
    self.result = result
    self.readsFrame = readsFrame
    self.handleSlots = handleSlots
  }
}

/// Must hold at the start and after every event; evaluated when a cell that it reads has changed.
public struct Invariant: Sendable {
  public var name: String
  public var entry: Int32
  public var result: Int32
  public var place: Int32
  public init(name: String, entry: Int32, result: Int32, place: Int32) {
    self.name = name
    self.entry = entry
    self.result = result
    self.place = place
  }
}

/// A memory of a measure, counter or gauge that is readable while the model runs.
public struct Window: Sendable {
  public enum Source: Sendable, Hashable { case tally(Int32), counter(Int32), gauge(Int32) }
  public var source: Source
  /// Length in ticks, or how many of the latest observations; exactly one is above 0.
  public var ticks: Int64
  public var count: Int64
  /// A cell whose watchers are looked at too when a value leaves a window of ticks; -1 where nothing waits for that.
  public var watched: Int32 = -1
  public init(source: Source, ticks: Int64, count: Int64) {
    self.source = source
    self.ticks = ticks
    self.count = count
  }
}

// MARK: Journeys and what starts them

/// What an entity lives through: code that begins at `entry` with its parameters in the first frame slots.
public struct Journey: Sendable {
  public var path: String
  public var entry: Int32
  public var frameSlots: Int32
  /// Cells: how many have started, finished, are under way. Internal processes have none (-1).
  public var started: Int32
  public var finished: Int32
  public var active: Int32
  /// Tallies: time from start to end, and the outcome's index; -1 if none.
  public var time: Int32
  public var outcome: Int32
  /// A counter cell for each outcome.
  public var outcomeCells: [Int32]
  /// Stands for itself, whatever the model's weight.
  public var isSingle = false
  /// Slots in which a `time m { }` body keeps its beginning (ticks, or a negative number while it isn't open), with m.
  public var timed: [(slot: Int32, tally: Int32)]
  public init(
    path: String, entry: Int32 = 0, frameSlots: Int32 = 0, started: Int32 = -1, finished: Int32 = -1, active: Int32 = -1,
    time: Int32 = -1, outcome: Int32 = -1, outcomeCells: [Int32] = [], timed: [(slot: Int32, tally: Int32)] = []
  ) {
    self.path = path
    self.entry = entry
    self.frameSlots = frameSlots
    self.started = started
    self.finished = finished
    self.active = active
    self.time = time
    self.outcome = outcome
    self.outcomeCells = outcomeCells
    self.timed = timed
  }
}

/// Where entities come from.
public struct Source: Sendable {
  public enum Pattern: Sendable {
    /// Gaps between arrivals drawn from a law; the first gap begins at time 0.
    case interarrival(law: Int32)
    /// A Poisson process of constant rate (entities a second).
    case poisson(rate: Double)
    /// A non-homogeneous Poisson process whose rate is a curve of time since the model's start, times a factor:
    /// exact, by inversion of the integrated rate.
    case curve(curve: Int32, factor: Double)
    /// A Poisson process whose rate is a cell (times a curve, if ≥ 0); the exponential that is being used up is kept
    /// when the rate changes.
    case live(cell: Int32, curve: Int32)
    /// `count` entities, each started after a delay of its own.
    case released(count: Int64, times: Int32)
    /// Given instants, in ticks, ascending.
    case instants([Int64])
    case calendar(Int32)
  }
  public var path: String
  public var pattern: Pattern
  /// Law of how many entities come at each arrival; -1 for one.
  public var batchLaw: Int32
  /// At most so many entities; Int64.max for no limit.
  public var limit: Int64
  public var journey: Int32
  /// Where its entities' code begins: evaluates the arguments into the parameters' slots, then goes on to the journey.
  public var entry: Int32
  /// The entities' origin (index into `origins`), which keys their draws together with their ordinal.
  public var origin: Int32
  /// Streams of the gaps (or delays) and of the batch sizes.
  public var stream: Int32
  public var batchStream: Int32
  public var started: Int32
  public init(
    path: String, pattern: Pattern, batchLaw: Int32 = -1, limit: Int64 = .max, journey: Int32, entry: Int32, origin: Int32,
    stream: Int32, batchStream: Int32 = -1, started: Int32
  ) {
    self.path = path
    self.pattern = pattern
    self.batchLaw = batchLaw
    self.limit = limit
    self.journey = journey
    self.entry = entry
    self.origin = origin
    self.stream = stream
    self.batchStream = batchStream
    self.started = started
  }
}

/// One token that runs `journey` from time 0.
public struct Process: Sendable {
  public var journey: Int32
  public var origin: Int32
  public init(journey: Int32, origin: Int32) {
    self.journey = journey
    self.origin = origin
  }
}
