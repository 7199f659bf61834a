// What one replication left behind: for each cell and tally of a compiled model, in the model's order, a record of what
// happened to it. The engine writes these; scripts evaluate their results on them. Times are ticks (nanoseconds) since
// the model's start.

/// One changing value over a replication, a step function of time.
public struct CellRecord: Sendable {
  /// Value at the end.
  public var last: Double = 0
  /// Value when the warm-up ended.
  public var atWarmup: Double = 0
  /// Integral of the value from the end of the warm-up to the end, value × seconds.
  public var integral: Double = 0
  /// Extremes since the end of the warm-up, peaks of zero length included.
  public var minimum: Double = 0
  public var maximum: Double = 0
  /// Every change since time 0, when recorded in full: the value from `times[i]` on is `values[i]`; the first entry is
  /// the initial value at time 0. Several changes at one instant are all kept, in order.
  public var times: [Int64] = []
  public var values: [Double] = []
  public init() {}
}

/// The observations of one tally over a replication, those after the warm-up.
public struct TallyRecord: Sendable {
  public var count: Int64 = 0
  public var sum: Double = 0
  public var minimum: Double = .infinity
  public var maximum: Double = -.infinity
  /// Mean and central second moment by Welford's recurrence.
  public var mean: Double = 0
  public var m2: Double = 0
  /// Each observation and when it was made, when recorded in full.
  public var values: [Double] = []
  public var times: [Int64] = []
  /// For each threshold of the tally how many observations were at most that, and how many were below it, counted exactly.
  public var atMost: [Int64] = []
  public var below: [Int64] = []
  /// When began what was lost (a `leave` inside `time m { }`).
  public var lost: [Int64] = []
  /// When began what was still open at the end.
  public var pending: [Int64] = []
  public init() {}
}

/// Why a replication ended.
public enum StopReason: Sendable, Hashable {
  /// It reached its end.
  case reachedEnd
  /// A run-time error: index into the model's messages, and the place of the op.
  case trap(message: Int32, place: Int32)
  /// A fault that the engine found by itself.
  case fault(Fault, place: Int32)
  case invariant(index: Int32)
  case limit(Limit, place: Int32)

  public enum Limit: String, Sendable, Hashable {
    case steps, memory, time
    /// A journey or process that goes round without time passing.
    case stuck
    case interrupted
  }

  public enum Fault: Sendable, Hashable {
    case negativeWait(Double)
    case notANumber
    /// A live number of servers, or a live rate, that isn't a number.
    case noCapacity(station: Int32)
    case noRate(source: Int32)
    /// A live number of servers of which the scale makes a fraction, in entities.
    case fractionalServers(station: Int32, Double)
    /// In a step of a journey or process; what was to be divided.
    case divisionByZero(Double)
    case indexOutOfRange(Double)
    /// The result of a spawned journey that hasn't ended.
    case notDone
    case overdrawn(account: Int32)
    case moneyOverflow
    case requestTooLarge(amount: Double)
    case releasedTooMuch(pool: Int32)
    case badDistribution(law: UInt8)
    case noWeights
    case recursionTooDeep
    /// More than 2^32 entities of one origin, or draws of one entity from one stream.
    case drawsExhausted
  }
}

/// One replication's sample path, summarised or in full as the model asked for.
public struct SamplePath: Sendable {
  public var replication: UInt32
  public var warmup: Int64
  public var end: Int64
  public var cells: [CellRecord]
  public var tallies: [TallyRecord]
  /// Ops executed and events taken off the event list.
  public var steps: UInt64
  public var events: UInt64
  public var stop: StopReason
  public init(
    replication: UInt32, warmup: Int64, end: Int64, cells: [CellRecord], tallies: [TallyRecord], steps: UInt64, events: UInt64,
    stop: StopReason
  ) {
    self.replication = replication
    self.warmup = warmup
    self.end = end
    self.cells = cells
    self.tallies = tallies
    self.steps = steps
    self.events = events
    self.stop = stop
  }
}
