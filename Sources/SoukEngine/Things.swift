// The state of what entities compete for, one record a thing; the parameters beside the state, so that an event touches
// few cache lines.

import SoukModel

extension Station.Discipline {
  /// In which order those who wait have their turns; where servers are shared, in which they are done.
  var turns: Turns {
    switch self {
    case .fifo: .firstCome
    case .lifo: .lastCome
    case .priority, .preemptiveResume, .preemptiveRestart, .shortestFirst, .processorSharing: .byKey
    }
  }
}

extension Pool.Discipline {
  /// In which order those who wait have their turns.
  var turns: Turns {
    switch self {
    case .fifo: .firstCome
    case .lifo: .lastCome
    case .priority: .byKey
    }
  }
}

/// A station: its parameters and who is in it.
struct StationState: BitwiseCopyable {
  let discipline: Station.Discipline
  let hasRate: Bool
  /// In-service tokens are kept in a queue, because a breakdown or a rate of 0 stops them all.
  let tracksService: Bool
  let canBreak: Bool
  /// (Stored: a computed property would copy the record.)
  let isPreemptive: Bool
  /// Whether nothing but the end of its time ends a service, so that it needs no token.
  let servesByValue: Bool
  let serversCell: Int32
  let rateCell: Int32
  let serviceLaw: Int32
  let uptimeLaw: Int32
  let repairLaw: Int32
  let breakdownStream: Int32
  let capacity: Int64
  let arrivals: Int32
  let completions: Int32
  let balked: Int32
  let reneged: Int32
  let queueCell: Int32
  let busyCell: Int32
  let upCell: Int32
  let waitTally: Int32
  let serviceTally: Int32

  var servers: Int64 = 0
  var rate: Double = 0
  var isUp = true
  var inService: Int64 = 0
  /// Of these, who has no token.
  var servedByValue: Int64 = 0
  var waiting: Int64 = 0
  var serving = TokenQueue()
  /// Numbers, falling, those who are displaced, or in service where they can be.
  var headNumber: Int64 = 0
  /// Order of the pending shared completion, of the pending failure or repair.
  var timer: UInt64 = 0
  var breakdownTimer: UInt64 = 0
  /// How many up-times have been drawn.
  var breakdowns: UInt32 = 0
  /// Processor sharing: attained service of one who has been here since `virtual` was 0, in ticks, as of `virtualAt`.
  var virtual: Double = 0
  var virtualAt: Int64 = 0

  init(_ station: Station, hasFewPlaces: Bool, cell: (Int32) -> Int32, tally: (Int32) -> Int32) {
    discipline = station.discipline
    hasRate = station.rate >= 0
    canBreak = station.uptime >= 0
    isPreemptive = station.discipline == .preemptiveResume || station.discipline == .preemptiveRestart
    tracksService = hasRate || canBreak
    servesByValue = !tracksService && !isPreemptive && station.discipline != .processorSharing && hasFewPlaces
    serversCell = station.servers
    rateCell = station.rate
    serviceLaw = station.service
    uptimeLaw = station.uptime
    repairLaw = station.repair
    breakdownStream = station.breakdownStream
    capacity = station.capacity
    arrivals = cell(station.arrivals)
    completions = cell(station.completions)
    balked = cell(station.balked)
    reneged = cell(station.reneged)
    queueCell = cell(station.queue)
    busyCell = cell(station.busy)
    upCell = cell(station.up)
    waitTally = tally(station.wait)
    serviceTally = tally(station.serviceTime)
  }
}

/// A pool: how much is held, and who waits.
struct PoolState: BitwiseCopyable {
  let discipline: Pool.Discipline
  let sizeCell: Int32
  let heldCell: Int32
  let waitingCell: Int32
  let waitTally: Int32
  var size: Double = 0
  var held: Double = 0
  var waiting: Int64 = 0

  init(_ pool: Pool, cell: (Int32) -> Int32, tally: (Int32) -> Int32) {
    discipline = pool.discipline
    sizeCell = pool.size
    heldCell = cell(pool.held)
    waitingCell = cell(pool.waiting)
    waitTally = tally(pool.wait)
  }
}

/// A level: how much is in it. Who waits to put or take stands in two lines.
struct LevelState: BitwiseCopyable {
  let capacity: Double
  let levelCell: Int32
  let putCell: Int32
  let takenCell: Int32
  let waitingCell: Int32
  let waitTally: Int32
  var level: Double

  init(_ level: Level, cell: (Int32) -> Int32, tally: (Int32) -> Int32) {
    capacity = level.capacity
    self.level = level.initial
    levelCell = cell(level.level)
    putCell = cell(level.put)
    takenCell = cell(level.taken)
    waitingCell = cell(level.waiting)
    waitTally = tally(level.wait)
  }
}

/// An account, in smallest units.
struct AccountState: BitwiseCopyable {
  let floor: Int64
  let balanceCell: Int32
  let reservedCell: Int32
  var balance: Int64
  var reserved: Int64 = 0

  init(_ account: Account, cell: (Int32) -> Int32) {
    floor = account.floor
    balance = account.initial
    balanceCell = cell(account.balance)
    reservedCell = cell(account.reserved)
  }
}

/// A batch: who gathers stands in a line.
struct BatchState: BitwiseCopyable {
  let size: Int64
  let within: Int64
  let calendar: Int32
  let waitingCell: Int32
  let sizesTally: Int32
  let waitTally: Int32
  var count: Int64 = 0
  /// Order of the pending time-out, of the pending instant of the calendar.
  var timer: UInt64 = 0
  var calendarTimer: UInt64 = 0

  init(_ batch: Batch, cell: (Int32) -> Int32, tally: (Int32) -> Int32) {
    size = batch.size
    within = batch.within
    calendar = batch.calendar
    waitingCell = cell(batch.waiting)
    sizesTally = tally(batch.sizes)
    waitTally = tally(batch.wait)
  }
}

/// A condition.
struct ConditionState: BitwiseCopyable {
  let entry: Int32
  let result: Int32
  let readsFrame: Bool
  let slots: Int32
  let slotCount: Int32
  /// Whether it is tested once for all.
  let isTheSameForAll: Bool

  init(entry: Int32, result: Int32, readsFrame: Bool, slots: Int32, slotCount: Int32) {
    self.entry = entry
    self.result = result
    self.readsFrame = readsFrame
    self.slots = slots
    self.slotCount = slotCount
    isTheSameForAll = !readsFrame && slotCount == 0
  }
}

/// A batch under way: its leader runs the body, the members follow.
struct GroupState: BitwiseCopyable {
  /// Where its members are among the followers; -1: none.
  var first: Int64 = -1
  var last: Int64 = -1
  /// Which they have joined.
  var batch: Int32
  /// The group that the leader led before (a batch within a batch's body); the next free record when unused.
  var outer: Int32
  /// Where the members go on.
  var after: Int32
  /// How many they are, with the leader.
  var count: Int32
}

/// Those who follow the leaders of batches, by value or as tokens. Each group is a chain of them in the order in which they joined; a chunk
/// for each group, as lines have, took twice the memory where many groups are small.
struct Followers: BitwiseCopyable {
  /// `since` is where the next of the chain (or of the free places) is.
  private var waiters = Slab<Waiter>()
  private var free: Int64 = -1

  var bytes: Int { waiters.bytes }
  var bytesToCome: Int { waiters.bytesToCome }

  func freeStorage() { waiters.free() }

  func copied() -> Followers {
    var copy = self
    copy.waiters = waiters.copied()
    return copy
  }

  /// Puts somebody at the end of a group; the place.
  mutating func append(_ waiter: Waiter, to group: Int32, of groups: Slab<GroupState>) -> Int64 {
    var last = waiter
    last.since = -1
    var place = free
    if place >= 0 {
      free = waiters[Int(place)].since
      waiters[Int(place)] = last
    } else {
      place = Int64(waiters.count)
      waiters.append(last)
    }
    if groups[group].last >= 0 { waiters[Int(groups[group].last)].since = place } else { groups[group].first = place }
    groups[group].last = place
    return place
  }

  /// Somebody follows no longer; the place is passed over later.
  func leave(_ place: Int64) { waiters[Int(place)].who = 0 }

  /// Takes the first out of a group; a gap if that one has left, nil if the group is empty.
  mutating func removeFirst(from group: Int32, of groups: Slab<GroupState>) -> Waiter? {
    let place = groups[group].first
    if place < 0 { return nil }
    let waiter = waiters[Int(place)]
    groups[group].first = waiter.since
    if waiter.since < 0 { groups[group].last = -1 }
    waiters[Int(place)] = Waiter(who: 0, extra: 0, since: free, service: 0)
    free = place
    return waiter
  }

  /// Gives everybody to `body`.
  func forEach(_ body: (Waiter) -> Void) {
    for i in 0..<waiters.count where !waiters[i].isGap { body(waiters[i]) }
  }
}

/// What is known of a spawned journey while it or a slot refers to the record.
struct HandleState: BitwiseCopyable {
  var hasStarted = false
  var isDone = false
  /// The child is alive / a slot holds the handle.
  var isRunning = true
  var isKept = true
  var result: Double = .nan
  /// The condition of who awaits a change, and the number in its line; -1 none, -2 more than one.
  var condition: Int32 = -1
  var watcher: Int64 = -1
  var nextFree: Int32 = -1
}
