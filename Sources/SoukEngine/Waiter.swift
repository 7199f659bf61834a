// The records of those who stand in lines: 32 bytes, in chunks of one arena for all lines. A record is an entity by value, an arm of a race at
// rest, or a token.

/// One who waits in a line.
struct Waiter: BitwiseCopyable {
  /// Flags in the highest four bits. Of an entity by value then its origin (12 bits), where it goes on (16 bits), its ordinal, as
  /// in the event of one who is parked; else the token's index. 0: a gap.
  var who: UInt64
  /// Of an entity by value: when it was created, or the place of its frame.
  var extra: Int64
  /// Ticks at which it began to wait.
  var since: Int64
  /// Ticks of service, or the bits of the amount that is asked of a pool or level.
  var service: Int64

  static let isThere: UInt64 = 1 << 63
  static let isByValue: UInt64 = 1 << 62
  static let hasFrame: UInt64 = 1 << 61
  /// It has a deadline.
  static let hasPatience: UInt64 = 1 << 60

  @inline(__always)
  init(who: UInt64, extra: Int64, since: Int64, service: Int64) {
    self.who = who
    self.extra = extra
    self.since = since
    self.service = service
  }

  @inline(__always)
  init(token: Int32) {
    self.init(who: Waiter.isThere | UInt64(UInt32(bitPattern: token)), extra: 0, since: 0, service: 0)
  }

  /// An arm of a race at rest, which is where an entity has its ordinal; the arm's number is where that goes on.
  @inline(__always)
  static func arm(_ number: Int32, of race: Int32) -> UInt64 {
    isThere | isByValue | UInt64(originOfArms) &<< 48 | UInt64(UInt32(bitPattern: number)) &<< 32 | UInt64(UInt32(bitPattern: race))
  }

  /// In place of an origin.
  static let originOfArms: UInt64 = 0xFFF

  var isGap: Bool { @inline(__always) get { who == 0 } }
  var isToken: Bool { @inline(__always) get { who & Waiter.isByValue == 0 } }
  var isArm: Bool { @inline(__always) get { who & (Waiter.isByValue | 0xFFF &<< 48) == Waiter.isByValue | Waiter.originOfArms &<< 48 } }
  /// Whether it is neither a token nor an arm.
  var isEntity: Bool { @inline(__always) get { !isToken && !isArm } }
  var race: Int32 { Int32(truncatingIfNeeded: who) }
  var armNumber: Int32 { Int32(truncatingIfNeeded: who &>> 32 & 0xFFFF) }
  var token: Int32 { @inline(__always) get { Int32(truncatingIfNeeded: who) } }
}

/// The arena of the lines' chunks.
struct WaiterArena: BitwiseCopyable {
  static let shift: Int64 = 4
  static let chunkLength = 1 << 4

  private var waiters = Slab<Waiter>()
  /// The first free chunk, which names the next in its first record; -1: none.
  private var freeChunk: Int32 = -1
  func free() { waiters.free() }

  func copied() -> WaiterArena {
    var copy = self
    copy.waiters = waiters.copied()
    return copy
  }

  var bytes: Int { waiters.bytes }
  var bytesToCome: Int { waiters.bytesToCome }
  var room: Int { waiters.count }

  @inline(__always)
  subscript(place: Int) -> Waiter {
    @inline(__always) get { waiters[place] }
    @inline(__always) nonmutating set { waiters[place] = newValue }
  }

  @inline(__always)
  mutating func newChunk() -> Int32 {
    if freeChunk >= 0 {
      let chunk = freeChunk
      freeChunk = Int32(truncatingIfNeeded: waiters[Int(chunk) &<< WaiterArena.shift].extra)
      return chunk
    }
    let chunk = Int32(truncatingIfNeeded: waiters.count &>> WaiterArena.shift)
    waiters.append(repeating: Waiter(who: 0, extra: 0, since: 0, service: 0), count: WaiterArena.chunkLength)
    return chunk
  }

  @inline(__always)
  mutating func giveBack(_ chunk: Int32) {
    waiters[Int(chunk) &<< WaiterArena.shift].extra = Int64(freeChunk)
    freeChunk = chunk
  }
}
