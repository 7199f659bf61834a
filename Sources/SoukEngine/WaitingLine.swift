// A waiting line: who stands in it has a number, one more than who came before, so that anybody is found in O(1). Who leaves from the
// middle leaves a gap, which is passed over later; when most are gaps, the line is closed up and who waits has another number. Where
// turns don't come by arrival, a stack or a heap of numbers beside the line says whose is next; and where there is patience, a heap of
// numbers says whose ends first, which alone is pending in the event list.

/// Whose turn comes first: who came first, who came last, or whose key is the smallest, and of equals who came first.
enum Turns: BitwiseCopyable {
  case firstCome, lastCome, byKey
}

/// Who waits for one thing, by number.
struct WaitingLine: BitwiseCopyable {
  /// Whether turns don't come in the order of arrival, and these turns; how many of them are of those who have left.
  let isOrdered: Bool
  private var order: NumberHeap<Double>
  private var turnsOfNobody = 0
  /// When the patience of those ends who have some; how many deadlines are of those who have left.
  private var deadlines = NumberHeap<Deadline>()
  private var deadlinesOfNobody = 0
  /// The number of the pending event for the first deadline, or for one before it whose owner has left; 0: none. How many there were.
  private(set) var timer: Int64 = 0
  private var timers: Int64 = 0
  /// The chunks, of 16 numbers each, from the one with `head` on; those before `gone` are given back.
  private var chunks = Slab<Int32>(capacity: 1)
  private var gone = 0
  /// The number of the first, who is there unless the line is empty / of the next to come.
  private(set) var head: Int64 = 0
  private(set) var tail: Int64 = 0
  private var gaps: Int64 = 0

  init(_ turns: Turns) {
    isOrdered = turns != .firstCome
    order = NumberHeap(isStack: turns == .lastCome)
  }

  func free() {
    chunks.free()
    order.free()
    deadlines.free()
  }

  func copied() -> WaitingLine {
    var copy = self
    copy.chunks = chunks.copied()
    copy.order = order.copied()
    copy.deadlines = deadlines.copied()
    return copy
  }

  var bytes: Int { chunks.bytes + order.bytes + deadlines.bytes }
  var bytesToCome: Int { chunks.bytesToCome + order.bytesToCome + deadlines.bytesToCome }
  var isEmpty: Bool { @inline(__always) get { head == tail } }

  @inline(__always)
  private func chunkIndex(_ number: Int64) -> Int {
    gone &+ Int((number &>> WaiterArena.shift) &- (head &>> WaiterArena.shift))
  }

  /// Where in the arena somebody stands, who may be a gap.
  @inline(__always)
  private func place(_ number: Int64) -> Int {
    Int(chunks[chunkIndex(number)]) &<< WaiterArena.shift &+ Int(number) & (WaiterArena.chunkLength &- 1)
  }

  /// Who has a number and is there.
  @inline(__always)
  func waiter(_ number: Int64, in arena: WaiterArena) -> Waiter { arena[place(number)] }

  /// Puts another record in the place of one who is there.
  @inline(__always)
  func replace(_ number: Int64, by waiter: Waiter, in arena: WaiterArena) { arena[place(number)] = waiter }

  /// Puts somebody at the end, whose turn comes by `key` where that counts, and returns the number.
  @inline(__always)
  mutating func append(_ waiter: Waiter, key: Double = 0, in arena: inout WaiterArena) -> Int64 {
    let number = tail
    let slot = Int(number) & (WaiterArena.chunkLength &- 1)
    if slot == 0 { openChunk(number, in: &arena) }
    arena[Int(chunks[chunks.count &- 1]) &<< WaiterArena.shift &+ slot] = waiter
    tail = number &+ 1
    if isOrdered { order.push(key, number) }
    return number
  }

  @inline(__always)
  private mutating func openChunk(_ number: Int64, in arena: inout WaiterArena) {
    chunks.append(arena.newChunk())
    // Before a number of those who have left could be taken for that of somebody who came 2³² later.
    if number & (1 &<< 30 &- 1) == 0 { forgetThoseWhoLeft(in: arena) }
  }

  /// Whose turn it is; the line must not be empty.
  @inline(__always)
  func first(in arena: WaiterArena) -> Waiter { arena[place(isOrdered ? order.firstNumber(near: head) : head)] }

  /// The key of whose turn it is, in a line that is ordered and not empty.
  @inline(__always)
  var firstKey: Double { order.firstKey }

  /// Whether the one with this number still waits.
  @inline(__always)
  func isThere(_ number: Int64, in arena: WaiterArena) -> Bool {
    number >= head && number < tail && !arena[place(number)].isGap
  }

  /// Takes out whose turn it is; the line must not be empty.
  @inline(__always)
  mutating func removeFirst(in arena: inout WaiterArena) -> Waiter {
    if !isOrdered { return take(head, in: &arena) }
    let number = order.firstNumber(near: head)
    order.removeFirst()
    let waiter = take(number, in: &arena)
    if turnsOfNobody > 0 { passTurnsOfNobody(in: arena) }
    return waiter
  }

  /// Takes out the one with a number, who is there, out of turn.
  @inline(__always)
  mutating func remove(_ number: Int64, in arena: inout WaiterArena) -> Waiter {
    if isOrdered { turnsOfNobody &+= 1 }
    let waiter = take(number, in: &arena)
    if isOrdered { passTurnsOfNobody(in: arena) }
    return waiter
  }

  @inline(__always)
  private mutating func take(_ number: Int64, in arena: inout WaiterArena) -> Waiter {
    assert(isThere(number, in: arena))
    let place = place(number)
    let waiter = arena[place]
    if number == head {
      passHead(in: &arena)
      while head < tail && arena[self.place(head)].isGap {
        gaps &-= 1
        passHead(in: &arena)
      }
    } else {
      arena[place] = Waiter(who: 0, extra: 0, since: 0, service: 0)
      gaps &+= 1
    }
    if waiter.who & Waiter.hasPatience != 0 {
      deadlinesOfNobody &+= 1
      if deadlinesOfNobody > WaitingLine.few && deadlinesOfNobody > deadlines.count / 2 { forgetThoseWhoLeft(in: arena) }
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

  // MARK: Patience

  /// Notes when the patience ends of the one with a number, whose record says that it has some; whether that is the first to end.
  @inline(__always)
  mutating func setDeadline(_ number: Int64, _ deadline: Deadline) -> Bool {
    let isFirst = deadlines.count == 0 || deadline < deadlines.firstKey
    deadlines.push(deadline, number)
    return isFirst
  }

  /// When the first patience ends, of somebody or nobody.
  var firstDeadline: Deadline? { deadlines.count > 0 ? deadlines.firstKey : nil }


  /// An event for the first deadline will be pending; its number.
  mutating func setTimer() -> Int64 {
    timers += 1
    timer = timers
    return timer
  }

  /// No event is pending for a deadline.
  mutating func clearTimer() { timer = 0 }

  /// The number of whose patience ends first, or did before they left; there must be one.
  var firstToLosePatience: Int64 { deadlines.firstNumber(near: head) }

  /// The first deadline is somebody's, or there is none.
  mutating func passDeadlinesOfNobody(in arena: WaiterArena) {
    while deadlines.count > 0 && !isThere(firstToLosePatience, in: arena) {
      deadlines.removeFirst()
      deadlinesOfNobody -= 1
    }
  }

  // MARK: Those who have left

  /// How many gaps, turns or deadlines may be nobody's whatever the number of the others.
  static let few = 64

  /// The first turn is somebody's, or there is none; and no more than half of all turns, or a few, are nobody's.
  @inline(never)
  private mutating func passTurnsOfNobody(in arena: WaiterArena) {
    while order.count > 0 && !isThere(order.firstNumber(near: head), in: arena) {
      order.removeFirst()
      turnsOfNobody -= 1
    }
    if turnsOfNobody > WaitingLine.few && turnsOfNobody > order.count / 2 { forgetThoseWhoLeft(in: arena) }
  }

  /// Throws out turns and deadlines of nobody; O(n).
  @inline(never)
  private mutating func forgetThoseWhoLeft(in arena: WaiterArena) {
    let line = self
    order.rebuild(near: head) { line.isThere($0, in: arena) ? $0 : nil }
    deadlines.rebuild(near: head) { line.isThere($0, in: arena) ? $0 : nil }
    turnsOfNobody = 0
    deadlinesOfNobody = 0
  }

  /// Whether most are gaps, so that it should be closed up.
  var isGappy: Bool { @inline(__always) get { gaps > WaitingLine.few && gaps &* 2 > tail &- head } }

  /// Closes the gaps and gives everybody who has another number to `moved`; O(n).
  @inline(never)
  mutating func closeUp(in arena: inout WaiterArena, _ moved: (Waiter, Int64) -> Void) {
    let (line, waiters, numbers) = (self, arena, NewNumbers(of: self, in: arena))
    let kept: (Int64) -> Int64? = { line.isThere($0, in: waiters) ? numbers[$0] : nil }
    order.rebuild(near: head, kept)
    deadlines.rebuild(near: head, kept)
    turnsOfNobody = 0
    deadlinesOfNobody = 0
    var end = head
    for number in head..<tail {
      let waiter = arena[place(number)]
      if waiter.isGap { continue }
      if end != number {
        arena[place(end)] = waiter
        moved(waiter, end)
      }
      end += 1
    }
    gaps = 0
    let last = WaiterArena.chunkLength - 1
    let needed = gone + Int((end + Int64(last)) >> WaiterArena.shift - head >> WaiterArena.shift)
    while chunks.count > needed { arena.giveBack(chunks.removeLast()) }
    tail = end
  }

  /// The numbers that those in a line will have once it is closed up.
  private struct NewNumbers {
    private let head: Int64
    /// For each chunk how many are there before it / which of it are there, a bit each.
    private var before: [Int64] = []
    private var there: [UInt16] = []

    init(of line: WaitingLine, in arena: WaiterArena) {
      head = line.head
      var count: Int64 = 0
      for number in line.head..<line.tail {
        let slot = Int(number) & (WaiterArena.chunkLength - 1)
        if slot == 0 || before.isEmpty {
          before.append(count)
          there.append(0)
        }
        if arena[line.place(number)].isGap { continue }
        there[there.count - 1] |= 1 << UInt16(slot)
        count += 1
      }
    }

    subscript(number: Int64) -> Int64 {
      let chunk = Int(number >> WaiterArena.shift - head >> WaiterArena.shift)
      let earlier = there[chunk] & (1 << UInt16(number & Int64(WaiterArena.chunkLength - 1)) - 1)
      return head + before[chunk] + Int64(earlier.nonzeroBitCount)
    }
  }

  // MARK: For tests and walks

  /// Whether there is somebody at the head, gaps are counted, each who is there has a turn, the first turn is somebody's, and who is said
  /// to have patience has a deadline, of which the first is pending.
  func isConsistent(in arena: WaiterArena) -> Bool {
    var count: Int64 = 0
    var patient = 0
    forEach(in: arena) { _, waiter in
      count += 1
      if waiter.who & Waiter.hasPatience != 0 { patient += 1 }
    }
    if tail - head != count + gaps || (head < tail && !isThere(head, in: arena)) { return false }
    if !deadlines.isConsistent || deadlines.count != patient + deadlinesOfNobody || (timer == 0 && deadlines.count > 0) { return false }
    if !isOrdered { return order.count == 0 }
    return order.isConsistent && order.count == Int(count) + turnsOfNobody
      && (count == 0 ? order.count == 0 : isThere(order.firstNumber(near: head), in: arena))
  }

  /// Gives everybody who is there to `body`, with the number.
  func forEach(in arena: WaiterArena, _ body: (Int64, Waiter) -> Void) {
    for number in head..<tail {
      let waiter = arena[place(number)]
      if !waiter.isGap { body(number, waiter) }
    }
  }
}
