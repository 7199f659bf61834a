// What runs: an entity, a process or an arm of a race is a token, a fixed-size record in an arena with a free list. Tokens
// refer to each other by index; a token is in one queue at a time and has at most one pending event, which names the
// token's `timer`: an event whose order differs from it is dead. What only races and batches need lies in a record of its own.

/// What a token is doing.
enum TokenState: UInt8, BitwiseCopyable {
  case free
  /// Runs, or will run at this instant.
  case ready
  /// In `wait` or `waitUntil`.
  case waiting
  /// In a station's queue / in service / in service at a shared station / stopped by a breakdown or a rate of 0.
  case queued, serving, sharing, halted
  /// In a pool's, a level's or a condition's queue.
  case seizing, putting, taking, awaiting
  /// Its arms run.
  case racing
  /// Gathers in a batch / waits for its leader.
  case gathering, following
}

/// What a ready token was granted and has not begun to use; withdrawn in between, it gives that back.
enum Grant: UInt8, BitwiseCopyable {
  case none, pool, put, taken
}

/// One running thing; 88 bytes. What excludes one another by state shares a field.
struct Token: BitwiseCopyable {
  var pc: Int32 = 0
  var frame: Int32 = 0
  var journey: Int32 = 0
  var origin: Int32 = 0
  var ordinal: UInt32 = 0
  /// Neighbours in the queue it is in (or the next free token).
  var next: Int32 = -1
  var previous: Int32 = -1
  /// The station, pool, level, condition, batch or leader it is with, by `state`.
  var thing: Int32 = -1
  /// Where to go when it balks or runs out of patience.
  var otherwise: Int32 = -1
  /// Its handle's record; -1 if nobody keeps one.
  var handle: Int32 = -1
  /// Its part in races and batches; -1 if it has none.
  var part: Int32 = -1
  var state: TokenState = .free
  var grant: Grant = .none
  /// Its service had begun before it was displaced.
  var hasBegun: Bool = false
  /// Order of its pending event; 0 if it has none.
  var timer: UInt64 = 0
  /// Ticks at which it was created / began to wait, and once it is served, began to be served.
  var created: Int64 = 0
  var since: Int64 = 0
  /// Ticks of service; or the bits of `amount`.
  var service: Int64 = 0
  /// Ticks of service that remain, and while it is served or waits, those at which that is over; where there is a rate, when its work
  /// was last reckoned.
  var remaining: Int64 = 0

  /// Work remaining at a station with a rate (of 1), or the amount asked of a pool or level.
  var amount: Double {
    @inline(__always) get { Double(bitPattern: UInt64(bitPattern: service)) }
    @inline(__always) set { service = Int64(bitPattern: newValue.bitPattern) }
  }

  /// The `join` at which it gathers.
  var site: Int32 {
    @inline(__always) get { Int32(truncatingIfNeeded: service) }
    @inline(__always) set { service = Int64(newValue) }
  }

  /// Position in the heap it is in.
  var position: Int32 {
    @inline(__always) get { next }
    @inline(__always) set { next = newValue }
  }

  /// Its number in a line.
  var numberInLine: Int64 {
    @inline(__always) get { remaining }
    @inline(__always) set { remaining = newValue }
  }
}

/// The part of a token that races, is an arm of a race or leads a batch.
struct TokenPart: BitwiseCopyable {
  /// The race whose arm it is (or the next free part), and the arm's number; -1 if it isn't one.
  var armOf: Int32 = -1
  var arm: Int32 = -1
  /// The race that it runs; -1 if none.
  var race: Int32 = -1
  /// Where the code for a withdrawal begins; -1: nothing to give back.
  var unwind: Int32 = -1
  /// The group of a batch that it leads; -1 if none.
  var group: Int32 = -1

  var isNone: Bool { armOf < 0 && race < 0 && unwind < 0 && group < 0 }
}

/// The parts of those who have one.
struct TokenParts: BitwiseCopyable {
  private var parts = Slab<TokenPart>()
  private var free: Int32 = -1

  func copied() -> TokenParts {
    var copy = self
    copy.parts = parts.copied()
    return copy
  }

  func freeStorage() { parts.free() }

  var bytes: Int { parts.bytes }

  /// A token's part; a new one if it had none.
  @inline(__always)
  mutating func part(of token: Int32, in tokens: Slab<Token>) -> Int32 {
    let part = tokens[token].part
    return part >= 0 ? part : newPart(of: token, in: tokens)
  }

  @inline(never)
  private mutating func newPart(of token: Int32, in tokens: Slab<Token>) -> Int32 {
    var part = free
    if part < 0 {
      part = Int32(truncatingIfNeeded: parts.count)
      parts.append(TokenPart())
    } else {
      free = parts[part].armOf
      parts[part] = TokenPart()
    }
    tokens[token].part = part
    return part
  }

  @inline(__always)
  subscript(part: Int32) -> TokenPart {
    @inline(__always) get { parts[part] }
    @inline(__always) nonmutating set { parts[part] = newValue }
  }

  mutating func giveBack(_ part: Int32) {
    parts[part].armOf = free
    free = part
  }

  /// Gives back a token's part if there is nothing in it any more.
  mutating func giveBackIfNone(of token: Int32, in tokens: Slab<Token>) {
    let part = tokens[token].part
    if part < 0 || !parts[part].isNone { return }
    tokens[token].part = -1
    giveBack(part)
  }
}

/// A doubly linked queue of tokens by index.
struct TokenQueue: BitwiseCopyable {
  var head: Int32 = -1
  var tail: Int32 = -1

  var isEmpty: Bool { @inline(__always) get { head < 0 } }

  @inline(__always)
  mutating func append(_ token: Int32, in tokens: Slab<Token>) {
    tokens[token].next = -1
    tokens[token].previous = tail
    if tail >= 0 { tokens[tail].next = token } else { head = token }
    tail = token
  }

  @inline(__always)
  mutating func remove(_ token: Int32, in tokens: Slab<Token>) {
    let next = tokens[token].next
    let previous = tokens[token].previous
    if previous >= 0 { tokens[previous].next = next } else { head = next }
    if next >= 0 { tokens[next].previous = previous } else { tail = previous }
    tokens[token].next = -1
    tokens[token].previous = -1
  }

  @inline(__always)
  mutating func removeFirst(in tokens: Slab<Token>) -> Int32 {
    let token = head
    remove(token, in: tokens)
    return token
  }
}

/// A binary heap of tokens by (key, number), each token knowing its position, so that any can be removed in O(log n).
struct TokenHeap: BitwiseCopyable {
  struct Entry: BitwiseCopyable {
    var key: Double
    var number: Int64
    var token: Int32

    @inline(__always)
    func precedes(_ other: Entry) -> Bool {
      key < other.key || (key == other.key && number < other.number)
    }
  }

  private(set) var entries = Slab<Entry>(capacity: 4)

  var count: Int { @inline(__always) get { entries.count } }
  var first: Entry { @inline(__always) get { entries[0] } }

  func free() { entries.free() }

  func copied() -> TokenHeap {
    var copy = self
    copy.entries = entries.copied()
    return copy
  }

  mutating func push(_ token: Int32, key: Double, number: Int64, in tokens: Slab<Token>) {
    let entry = Entry(key: key, number: number, token: token)
    entries.append(entry)
    siftUp(entry, from: entries.count - 1, in: tokens)
  }

  mutating func removeFirst(in tokens: Slab<Token>) -> Int32 {
    let token = entries[0].token
    remove(token, in: tokens)
    return token
  }

  mutating func remove(_ token: Int32, in tokens: Slab<Token>) {
    let position = Int(tokens[token].position)
    assert(position >= 0 && entries[position].token == token)
    tokens[token].position = -1
    let last = entries.removeLast()
    if position == entries.count { return }
    if position > 0 && last.precedes(entries[(position - 1) / 2]) {
      siftUp(last, from: position, in: tokens)
    } else {
      siftDown(last, from: position, in: tokens)
    }
  }

  private func siftUp(_ entry: Entry, from start: Int, in tokens: Slab<Token>) {
    var hole = start
    while hole > 0 {
      let parent = (hole &- 1) / 2
      let other = entries[parent]
      if !entry.precedes(other) { break }
      entries[hole] = other
      tokens[other.token].position = Int32(truncatingIfNeeded: hole)
      hole = parent
    }
    entries[hole] = entry
    tokens[entry.token].position = Int32(truncatingIfNeeded: hole)
  }

  private func siftDown(_ entry: Entry, from start: Int, in tokens: Slab<Token>) {
    var hole = start
    let n = entries.count
    while true {
      var child = hole &* 2 &+ 1
      if child >= n { break }
      if child &+ 1 < n && entries[child &+ 1].precedes(entries[child]) { child &+= 1 }
      let other = entries[child]
      if !other.precedes(entry) { break }
      entries[hole] = other
      tokens[other.token].position = Int32(truncatingIfNeeded: hole)
      hole = child
    }
    entries[hole] = entry
    tokens[entry.token].position = Int32(truncatingIfNeeded: hole)
  }
}
