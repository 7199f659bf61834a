// What entities compete for: stations, pools, levels, accounts, batches.

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
