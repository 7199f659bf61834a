// Sites: the operands of ops that have many.

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
