// A waiting line: who stands in it has a number, one more than who came before, so patience, 32 bytes more in the event list, finds
// it in O(1). Who leaves from the middle leaves a gap, which is passed over later; when most are gaps, the line is closed up and who
// waits has another number. Where turns don't come by arrival, a stack or a heap of numbers beside the line says whose is next.
//
// The records of all lines lie in chunks of one arena.

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
  /// An event will end its wait.
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

  var isGap: Bool { @inline(__always) get { who == 0 } }
  var isToken: Bool { @inline(__always) get { who & Waiter.isByValue == 0 } }
  var token: Int32 { @inline(__always) get { Int32(truncatingIfNeeded: who) } }
}

/// The arena of the lines' chunks.
struct WaiterArena: BitwiseCopyable {
  static let shift: Int64 = 4
  static let chunkLength = 1 << 4

  private var waiters = Slab<Waiter>()
  /// The first free chunk, which names the next in its first record; -1: none.
  private var freeChunk: Int32 = -1
  /// Gaps in all lines.
  var gaps = 0

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

/// Whose turn comes first: who came first, who came last, or whose key is the smallest, and of equals who came first.
enum Turns: BitwiseCopyable {
  case firstCome, lastCome, byKey
}

/// In which order those in a line have their turn, where that isn't the order in which they came: a stack of their numbers, or a binary
/// heap by (key, number). Who has left out of turn stays in it until its turn comes.
struct LineOrder: BitwiseCopyable {
  struct Entry: BitwiseCopyable {
    var key: Double
    var number: Int64

    @inline(__always)
    func precedes(_ other: Entry) -> Bool { key < other.key || (key == other.key && number < other.number) }
  }

  private let isStack: Bool
  private(set) var entries = Slab<Entry>(capacity: 1)

  init(isStack: Bool) { self.isStack = isStack }

  var first: Entry { @inline(__always) get { entries[isStack ? entries.count &- 1 : 0] } }

  func free() { entries.free() }

  func copied() -> LineOrder {
    var copy = self
    copy.entries = entries.copied()
    return copy
  }

  @inline(never)
  mutating func push(_ entry: Entry) {
    entries.append(entry)
    if isStack { return }
    var hole = entries.count &- 1
    while hole > 0 {
      let parent = (hole &- 1) / 2
      if !entry.precedes(entries[parent]) { break }
      entries[hole] = entries[parent]
      hole = parent
    }
    entries[hole] = entry
  }

  @inline(never)
  mutating func removeFirst() {
    let last = entries.removeLast()
    if !isStack && entries.count > 0 { siftDown(last, from: 0) }
  }

  @inline(__always)
  private func siftDown(_ entry: Entry, from start: Int) {
    let count = entries.count
    var hole = start
    while true {
      var child = hole &* 2 &+ 1
      if child >= count { break }
      if child &+ 1 < count && entries[child &+ 1].precedes(entries[child]) { child &+= 1 }
      if !entries[child].precedes(entry) { break }
      entries[hole] = entries[child]
      hole = child
    }
    entries[hole] = entry
  }

  /// Keeps of its entries what `kept` gives; O(n).
  mutating func rebuild(_ kept: (Entry) -> Entry?) {
    var count = 0
    for i in 0..<entries.count {
      guard let entry = kept(entries[i]) else { continue }
      entries[count] = entry
      count += 1
    }
    entries.truncate(to: count)
    if isStack { return }
    for i in (0..<count / 2).reversed() { siftDown(entries[i], from: i) }
  }

  var isConsistent: Bool {
    for i in 1..<max(entries.count, 1) {
      let isRight = isStack ? entries[i].number > entries[i - 1].number : !entries[i].precedes(entries[(i - 1) / 2])
      if !isRight { return false }
    }
    return true
  }
}

/// Who waits for one thing, by number.
struct WaitingLine: BitwiseCopyable {
  /// Whether turns don't come in the order of arrival, and these turns; how many of them are of those who have left.
  let isOrdered: Bool
  private(set) var order: LineOrder
  private(set) var turnsOfNobody = 0
  /// The chunks, of 16 numbers each, from the one with `head` on; those before `gone` are given back.
  private var chunks = Slab<Int32>(capacity: 1)
  private var gone = 0
  /// The number of the first, who is there unless the line is empty / of the next to come.
  private(set) var head: Int64 = 0
  private(set) var tail: Int64 = 0

  init(_ turns: Turns) {
    isOrdered = turns != .firstCome
    order = LineOrder(isStack: turns == .lastCome)
  }

  func free() {
    chunks.free()
    order.free()
  }

  func copied() -> WaitingLine {
    var copy = self
    copy.chunks = chunks.copied()
    copy.order = order.copied()
    return copy
  }

  var bytes: Int { chunks.bytes + order.entries.bytes }
  var bytesToCome: Int { chunks.bytesToCome + order.entries.bytesToCome }
  var isEmpty: Bool { @inline(__always) get { head == tail } }

  @inline(__always)
  private func chunkIndex(_ number: Int64) -> Int {
    gone &+ Int((number &>> WaiterArena.shift) &- (head &>> WaiterArena.shift))
  }

  @inline(__always)
  private func place(_ number: Int64) -> Int {
    Int(chunks[chunkIndex(number)]) &<< WaiterArena.shift &+ Int(number) & (WaiterArena.chunkLength &- 1)
  }

  /// Puts somebody at the end, whose turn comes by `key`; the number.
  @inline(__always)
  mutating func append(_ waiter: Waiter, key: Double, in arena: inout WaiterArena) -> Int64 {
    let number = tail
    let slot = Int(number) & (WaiterArena.chunkLength &- 1)
    if slot == 0 { chunks.append(arena.newChunk()) }
    arena[Int(chunks[chunks.count &- 1]) &<< WaiterArena.shift &+ slot] = waiter
    tail = number &+ 1
    if isOrdered { order.push(LineOrder.Entry(key: key, number: number)) }
    return number
  }

  /// Whose turn it is; the line must not be empty.
  @inline(__always)
  func first(in arena: WaiterArena) -> Waiter { arena[place(isOrdered ? order.first.number : head)] }

  /// The key of whose turn it is, in a line that is ordered and not empty.
  @inline(__always)
  var firstKey: Double { order.first.key }

  /// Whether the one with this number still waits.
  @inline(__always)
  func isThere(_ number: Int64, in arena: WaiterArena) -> Bool {
    number >= head && number < tail && !arena[place(number)].isGap
  }

  /// Takes out whose turn it is; the line must not be empty.
  @inline(__always)
  mutating func removeFirst(in arena: inout WaiterArena) -> Waiter {
    if !isOrdered { return take(head, in: &arena) }
    let number = order.first.number
    order.removeFirst()
    let waiter = take(number, in: &arena)
    if turnsOfNobody > 0 { passTurnsOfNobody(in: arena) }
    return waiter
  }

  /// Takes out the one with a number, who is there, out of turn.
  @inline(__always)
  mutating func remove(_ number: Int64, in arena: inout WaiterArena) -> Waiter {
    let waiter = take(number, in: &arena)
    if isOrdered {
      turnsOfNobody &+= 1
      passTurnsOfNobody(in: arena)
    }
    return waiter
  }

  /// The first turn is somebody's, or there is none; and no more than half of all turns, or a few, are nobody's.
  @inline(never)
  private mutating func passTurnsOfNobody(in arena: WaiterArena) {
    while order.entries.count > 0 && !isThere(order.first.number, in: arena) {
      order.removeFirst()
      turnsOfNobody -= 1
    }
    if turnsOfNobody <= 64 || turnsOfNobody <= order.entries.count / 2 { return }
    let line = self
    order.rebuild { line.isThere($0.number, in: arena) ? $0 : nil }
    turnsOfNobody = 0
  }

  @inline(__always)
  private mutating func take(_ number: Int64, in arena: inout WaiterArena) -> Waiter {
    assert(isThere(number, in: arena))
    let place = place(number)
    let waiter = arena[place]
    if number == head {
      passHead(in: &arena)
      while head < tail && arena[self.place(head)].isGap {
        arena.gaps &-= 1
        passHead(in: &arena)
      }
    } else {
      arena[place] = Waiter(who: 0, extra: 0, since: 0, service: 0)
      arena.gaps &+= 1
    }
    return waiter
  }

  @inline(__always)
  private mutating func passHead(in arena: inout WaiterArena) {
    head &+= 1
    if Int(head) & (WaiterArena.chunkLength &- 1) != 0 { return }
    arena.giveBack(chunks[gone])
    gone &+= 1
    if gone &* 2 > chunks.count { forgetGone() }
  }

  /// Moves the list of chunks down over what was given back; amortised O(1).
  @inline(never)
  private mutating func forgetGone() {
    let left = chunks.count - gone
    for i in 0..<left { chunks[i] = chunks[gone + i] }
    chunks.truncate(to: left)
    gone = 0
  }

  // MARK: Gaps

  /// For each chunk how many are there before it.
  func countsBefore(in arena: WaiterArena) -> [Int64] {
    var counts: [Int64] = []
    var count: Int64 = 0
    for number in head..<tail {
      if counts.isEmpty || Int(number) & (WaiterArena.chunkLength - 1) == 0 { counts.append(count) }
      if !arena[place(number)].isGap { count += 1 }
    }
    return counts
  }

  /// The number that somebody will have once the line is closed up.
  func closedUp(_ number: Int64, _ before: [Int64], in arena: WaiterArena) -> Int64 {
    let chunk = number >> WaiterArena.shift
    var count = before[Int(chunk - head >> WaiterArena.shift)]
    for other in max(chunk << WaiterArena.shift, head)..<number where !arena[place(other)].isGap { count += 1 }
    return head + count
  }

  /// Closes the gaps; tokens learn their numbers.
  mutating func closeUp(in arena: inout WaiterArena, _ tokens: Slab<Token>, _ before: [Int64]) {
    if isOrdered {
      let (line, waiters) = (self, arena)
      order.rebuild {
        line.isThere($0.number, in: waiters) ? LineOrder.Entry(key: $0.key, number: line.closedUp($0.number, before, in: waiters)) : nil
      }
      turnsOfNobody = 0
    }
    var end = head
    for number in head..<tail {
      let waiter = arena[place(number)]
      if waiter.isGap { continue }
      if waiter.isToken { tokens[waiter.token].numberInLine = end }
      arena[place(end)] = waiter
      end += 1
    }
    arena.gaps -= Int(tail - end)
    let last = WaiterArena.chunkLength - 1
    let needed = gone + Int((end + Int64(last)) >> WaiterArena.shift - head >> WaiterArena.shift)
    while chunks.count > needed { arena.giveBack(chunks.removeLast()) }
    tail = end
  }

  /// Whether each who is there has a turn, and the first turn is somebody's.
  func orderIsConsistent(in arena: WaiterArena) -> Bool {
    if !isOrdered { return order.entries.count == 0 }
    var count = 0
    forEach(in: arena) { _, _ in count += 1 }
    let turns = order.entries.count
    return order.isConsistent && turns == count + turnsOfNobody && (count == 0 ? turns == 0 : isThere(order.first.number, in: arena))
  }

  /// Gives everybody who is there to `body`, with the number.
  func forEach(in arena: WaiterArena, _ body: (Int64, Waiter) -> Void) {
    for number in head..<tail {
      let waiter = arena[place(number)]
      if !waiter.isGap { body(number, waiter) }
    }
  }
}
