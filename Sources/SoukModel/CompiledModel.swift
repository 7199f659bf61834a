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

// MARK: What entities compete for

public struct Station: Sendable {
  public enum Discipline: UInt8, Sendable, BitwiseCopyable { case fifo, lifo, priority, preemptiveResume, preemptiveRestart, processorSharing, shortestFirst }
  public var path: String
  public var discipline: Discipline
  /// Cell of the number of servers, entities at once (live or constant). When it shrinks, those in service finish.
  public var servers: Int32
  /// Cell of the rate in entities a second when the station has a `rate` instead of servers and service; -1 if none.
  /// One entity at a time then takes 1/rate; 0 stops the work, which resumes where it was.
  public var rate: Int32
  /// Law of the service time in seconds; -1 when every use says its own (or the station has a rate).
  public var service: Int32
  public var serviceStream: Int32
  /// How many entities may be inside, in service and waiting; Int64.max for no bound. One more balks.
  public var capacity: Int64
  /// Laws of the time to failure (running on the clock while up) and of repair, in seconds; -1 for none. All servers stop
  /// at a failure; who is in service resumes after the repair.
  public var uptime: Int32
  public var repair: Int32
  public var breakdownStream: Int32
  // Cells
  public var arrivals: Int32
  public var completions: Int32
  public var balked: Int32
  public var reneged: Int32
  public var queue: Int32
  public var busy: Int32
  /// 1 while up, 0 while broken down.
  public var up: Int32
  // Tallies
  public var wait: Int32
  public var serviceTime: Int32
  public init(
    path: String, discipline: Discipline = .fifo, servers: Int32, rate: Int32 = -1, service: Int32 = -1, serviceStream: Int32 = -1,
    capacity: Int64 = .max, uptime: Int32 = -1, repair: Int32 = -1, breakdownStream: Int32 = -1, arrivals: Int32,
    completions: Int32, balked: Int32, reneged: Int32, queue: Int32, busy: Int32, up: Int32, wait: Int32, serviceTime: Int32
  ) {
    self.path = path
    self.discipline = discipline
    self.servers = servers
    self.rate = rate
    self.service = service
    self.serviceStream = serviceStream
    self.capacity = capacity
    self.uptime = uptime
    self.repair = repair
    self.breakdownStream = breakdownStream
    self.arrivals = arrivals
    self.completions = completions
    self.balked = balked
    self.reneged = reneged
    self.queue = queue
    self.busy = busy
    self.up = up
    self.wait = wait
    self.serviceTime = serviceTime
  }
}

/// Things that are held and given back. The queue is strict: who is first waits until enough is free, and nobody overtakes
/// (but by priority).
public struct Pool: Sendable {
  public enum Discipline: UInt8, Sendable, BitwiseCopyable { case fifo, lifo, priority }
  public var path: String
  public var discipline: Discipline
  /// Cell of the size in entities' units (already divided by the scale); live or constant.
  public var size: Int32
  public var held: Int32
  public var waiting: Int32
  public var wait: Int32
  public init(path: String, discipline: Discipline = .fifo, size: Int32, held: Int32, waiting: Int32, wait: Int32) {
    self.path = path
    self.discipline = discipline
    self.size = size
    self.held = held
    self.waiting = waiting
    self.wait = wait
  }
}

/// An amount of something between 0 and a capacity, in real units (the engine multiplies what entities put and take by the weight).
public struct Level: Sendable {
  public var path: String
  public var initial: Double
  public var capacity: Double
  public var level: Int32
  public var put: Int32
  public var taken: Int32
  public var waiting: Int32
  public var wait: Int32
  public init(path: String, initial: Double, capacity: Double, level: Int32, put: Int32, taken: Int32, waiting: Int32, wait: Int32) {
    self.path = path
    self.initial = initial
    self.capacity = capacity
    self.level = level
    self.put = put
    self.taken = taken
    self.waiting = waiting
    self.wait = wait
  }
}

/// Money in smallest units, exact; changed only by transfers.
public struct Account: Sendable {
  public var path: String
  public var initial: Int64
  /// The lowest balance less what is reserved that a transfer may leave; Int64.min for an account of the outside world.
  public var floor: Int64
  public var balance: Int32
  public var reserved: Int32
  public init(path: String, initial: Int64, floor: Int64, balance: Int32, reserved: Int32) {
    self.path = path
    self.initial = initial
    self.floor = floor
    self.balance = balance
    self.reserved = reserved
  }
}

/// Entities gather until there are `size`, or until `within` after the first, or until the next of `calendar`'s instants.
public struct Batch: Sendable {
  public var path: String
  /// Entities; Int64.max for no bound.
  public var size: Int64
  /// Ticks; Int64.max for never.
  public var within: Int64
  /// Index of a calendar at whose instants whatever has gathered goes; -1 for none.
  public var calendar: Int32
  public var waiting: Int32
  public var sizes: Int32
  public var wait: Int32
  public init(path: String, size: Int64, within: Int64, calendar: Int32, waiting: Int32, sizes: Int32, wait: Int32) {
    self.path = path
    self.size = size
    self.within = within
    self.calendar = calendar
    self.waiting = waiting
    self.sizes = sizes
    self.wait = wait
  }
}

// MARK: Sites: the operands of ops that have many

/// `use station for d priority p patience t else { … }`; registers are -1 where there is no such clause.
public struct UseSite: Sendable, BitwiseCopyable {
  public var station: Int32
  /// Register with the service time in seconds.
  public var service: Int32
  /// Index into `drawSites` for the station's own service law; -1 if it isn't drawn from.
  public var draw: Int32
  public var priority: Int32
  public var patience: Int32
  /// Where to go when it balked or ran out of patience.
  public var otherwise: Int32
  public init(station: Int32, service: Int32, draw: Int32, priority: Int32, patience: Int32, otherwise: Int32) {
    self.station = station
    self.service = service
    self.draw = draw
    self.priority = priority
    self.patience = patience
    self.otherwise = otherwise
  }
}

/// A request for an amount: `seize`/`hold` of a pool, `put` and `take` of a level, `await` of a condition.
public struct RequestSite: Sendable, BitwiseCopyable {
  public var thing: Int32
  /// Register with the amount; -1 for `await`.
  public var amount: Int32
  public var priority: Int32
  public var patience: Int32
  public var otherwise: Int32
  public init(thing: Int32, amount: Int32, priority: Int32, patience: Int32, otherwise: Int32) {
    self.thing = thing
    self.amount = amount
    self.priority = priority
    self.patience = patience
    self.otherwise = otherwise
  }
}

/// `transfer`, `reserve` (to is -1) and `capture`. The amount (smallest units, rounded to the nearest, half to even, then times the weight).
public struct TransferSite: Sendable, BitwiseCopyable {
  public var from: Int32
  public var to: Int32
  public var amount: Int32
  /// Where to go when the account hasn't got it; -1: a run-time error.
  public var otherwise: Int32
  /// Frame slot that holds what this entity has reserved of `from`; -1 for a plain transfer.
  public var reservation: Int32
  public init(from: Int32, to: Int32, amount: Int32, otherwise: Int32, reservation: Int32) {
    self.from = from
    self.to = to
    self.amount = amount
    self.otherwise = otherwise
    self.reservation = reservation
  }
}

/// `join batch { body }`: the entity that completes the batch runs the body, then `joinEnd` lets all go on at `after`.
public struct JoinSite: Sendable, BitwiseCopyable {
  public var batch: Int32
  public var body: Int32
  public var after: Int32
  public var patience: Int32
  public var otherwise: Int32
  public init(batch: Int32, body: Int32, after: Int32, patience: Int32, otherwise: Int32) {
    self.batch = batch
    self.body = body
    self.after = after
    self.patience = patience
    self.otherwise = otherwise
  }
}

/// `first { head => body … }`: each arm's head runs as a token of its own on the same frame; the first to reach `raceWon`
/// sends the entity to its body, the others are withdrawn: they leave queues and timers, and run their `unwind` code.
public struct RaceSite: Sendable {
  public struct Arm: Sendable {
    public var head: Int32
    public var body: Int32
    public init(head: Int32, body: Int32) {
      self.head = head
      self.body = body
    }
  }
  public var arms: [Arm]
  public init(arms: [Arm]) { self.arms = arms }
}

/// `spawn journey(args)`: the arguments are in registers, copied to the child's first slots.
public struct SpawnSite: Sendable {
  public var journey: Int32
  public var arguments: [Int32]
  public var origin: Int32
  /// Whether somebody keeps the handle.
  public var keepsHandle: Bool
  public init(journey: Int32, arguments: [Int32], origin: Int32, keepsHandle: Bool) {
    self.journey = journey
    self.arguments = arguments
    self.origin = origin
    self.keepsHandle = keepsHandle
  }
}

/// Where an entity draws: which stream, and which draw of this entity from that stream it is.
public struct DrawSite: Sendable, BitwiseCopyable {
  public var stream: Int32
  /// Fixed index, when each entity passes here at most once …
  public var index: Int32
  /// … or the frame slot that counts this entity's draws from the stream; -1 if none.
  public var counter: Int32
  public init(stream: Int32, index: Int32, counter: Int32) {
    self.stream = stream
    self.index = index
    self.counter = counter
  }
}

// MARK: Laws, curves, calendars

/// A probability law with its parameters in the form sampling wants. `a…d` by kind; see `LawKind`.
public struct Law: Sendable, Hashable {
  public var kind: LawKind
  public var a: Double
  public var b: Double
  public var c: Double
  public var d: Double
  /// Index into `lawTables` for kinds with a table; -1 if none.
  public var table: Int32
  public init(_ kind: LawKind, _ a: Double = 0, _ b: Double = 0, _ c: Double = 0, _ d: Double = 0, table: Int32 = -1) {
    self.kind = kind
    self.a = a
    self.b = b
    self.c = c
    self.d = d
    self.table = table
  }
}

public enum LawKind: UInt8, Sendable, CaseIterable, BitwiseCopyable {
  case constant            // a
  case uniform             // a..b
  case discreteUniform     // whole numbers a…b
  case triangular          // min a, mode b, max c
  case pert                // min a, mode b, max c (beta with weight 4)
  case exponential         // mean a
  case erlang              // a phases, mean b
  case hyperexponential    // table: weights, values = means
  case gamma               // shape a, scale b
  case inverseGamma        // shape a, scale b
  case inverseGaussian     // mean a, shape b
  case weibull             // shape a, scale b
  case lognormal           // mean a and sd b of the logarithm
  case normal              // mean a, sd b
  case studentT            // degrees of freedom a, location b, scale c
  case beta                // alpha a, beta b, on c..d
  case pareto              // minimum a, shape b
  case lomax               // scale a, shape b
  case loglogistic         // scale a, shape b
  case gumbel              // location a, scale b
  case bernoulli           // probability a
  case binomial            // trials a, probability b
  case geometric           // probability a; trials up to and with the first success, from 1
  case negativeBinomial    // a successes (may be fractional), probability b; failures before them, from 0
  case poisson             // mean a
  case zipf                // exponent a, over 1…b
  case weighted            // table: weights, values
  case empiricalSteps      // table: values, each as likely as its weight (equal weights for raw data)
  case empiricalLinear     // table: distribution function through (values, weights = cumulative), linear between
  case mixture             // table: weights, laws
  case truncated           // law table.laws[0] kept within a…b
  case affine              // a + b × law table.laws[0]
  case sum                 // sum of independent draws of table.laws
  case product             // product of independent draws of table.laws
  case minimum             // smallest of independent draws of table.laws
  case maximum             // largest of independent draws of table.laws
  case rounded             // law table.laws[0] rounded to the nearest whole number
}

public struct LawTable: Sendable, Hashable {
  public var weights: [Double]
  public var values: [Double]
  public var laws: [Int32]
  public init(weights: [Double] = [], values: [Double] = [], laws: [Int32] = []) {
    self.weights = weights
    self.values = values
    self.laws = laws
  }
}

/// A function of time since the model's start. Before the first point it has the first value; after the last point, the
/// last, unless it recurs.
public struct Curve: Sendable, Hashable {
  public enum Shape: UInt8, Sendable { case steps, linear }
  public var shape: Shape
  /// Seconds, ascending.
  public var times: [Double]
  public var values: [Double]
  /// Seconds after which it begins again; 0 if it doesn't.
  public var period: Double
  /// Seconds by which time since the start is advanced before it is looked up (a model that starts at 08:00 reads a
  /// daily curve at 08:00).
  public var offset: Double
  public init(shape: Shape, times: [Double], values: [Double], period: Double = 0, offset: Double = 0) {
    self.shape = shape
    self.times = times
    self.values = values
    self.period = period
    self.offset = offset
  }
}

/// Instants in ticks since the model's start: listed, or recurring with a period.
public struct Calendar: Sendable, Hashable {
  public var instants: [Int64]
  /// Ticks; 0 for a list that ends.
  public var period: Int64
  public init(instants: [Int64], period: Int64) {
    self.instants = instants
    self.period = period
  }
}
