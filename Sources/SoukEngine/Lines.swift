// Waiting lines, first come, first served: of stations that serve, of pools that give, of levels, of those who gather in a batch, and of those
// who await a condition that is the same for all. Who begins to wait is put into the
// line by value, 32 bytes, where nothing needs its token meanwhile (it is no arm of a race, keeps no handle, leads no group),
// and its token is free; slots that will be read again lie in the store of parked frames (`Parking.swift`). Others stand in the
// same line as tokens. Each has a number, one more than who came before, so patience, 32 bytes more in the event list, finds it
// in O(1). Who leaves from the middle leaves a gap, which is passed over later; when most are gaps, the lines are closed up and
// who waits has another number.
//
// The records of all lines lie in chunks of one arena.

import SoukModel

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
    let count = entries.count
    if isStack || count == 0 { return }
    var hole = 0
    while true {
      var child = hole &* 2 &+ 1
      if child >= count { break }
      if child &+ 1 < count && entries[child &+ 1].precedes(entries[child]) { child &+= 1 }
      if !entries[child].precedes(last) { break }
      entries[hole] = entries[child]
      hole = child
    }
    entries[hole] = last
  }

  /// Keeps of its entries what `kept` gives; O(n log n).
  mutating func rebuild(_ kept: (Entry) -> Entry?) {
    let all = entries.array
    entries.truncate(to: 0)
    for entry in all { if let entry = kept(entry) { push(entry) } }
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

extension Machine {
  /// Whether nothing needs the token of who begins to wait, and its `else` is found again by the place of its `use`, which may have
  /// been moved by a row.
  @inline(__always)
  mutating func canLineUpByValue(_ token: Int32, _ site: UseSite, pc: Int) -> Bool {
    canDoWithoutToken(token) && (site.patience < 0 || uses[code[pc &- 1].a].otherwise == site.otherwise)
  }

  /// The same for those who wait for a pool, a level or a condition.
  @inline(__always)
  private mutating func canLineUpByValue(_ token: Int32, _ site: RequestSite, pc: Int) -> Bool {
    canDoWithoutToken(token) && (site.patience < 0 || requests[code[pc &- 1].a].otherwise == site.otherwise)
  }

  /// The line of those who wait for a pool; behind these are two for each level, one for each batch, and one for each condition.
  @inline(__always)
  func line(ofPool p: Int32) -> Int32 { Int32(truncatingIfNeeded: stations.count) &+ p }
  func line(ofPuttersTo l: Int32) -> Int32 { line(ofPool: Int32(truncatingIfNeeded: pools.count) &+ 2 &* l) }
  func line(ofTakersFrom l: Int32) -> Int32 { line(ofPuttersTo: l) &+ 1 }
  func line(ofBatch b: Int32) -> Int32 { line(ofPuttersTo: Int32(truncatingIfNeeded: levels.count)) &+ b }
  func line(ofCondition c: Int32) -> Int32 { line(ofBatch: Int32(truncatingIfNeeded: batches.count)) &+ c }

  /// What those do who stand in a line, and where.
  @inline(__always)
  private func placeOf(_ line: Int32) -> (state: TokenState, thing: Int32) {
    let p = line &- Int32(truncatingIfNeeded: stations.count)
    if p < 0 { return (.queued, line) }
    let l = p &- Int32(truncatingIfNeeded: pools.count)
    if l < 0 { return (.seizing, p) }
    let b = l &- 2 &* Int32(truncatingIfNeeded: levels.count)
    if b < 0 { return (l & 1 == 0 ? .putting : .taking, l &>> 1) }
    let c = b &- Int32(truncatingIfNeeded: batches.count)
    return c < 0 ? (.gathering, b) : (.awaiting, c)
  }

  /// Puts who waits for a pool, a level or a condition at the end of a line, by value if nothing needs its token, with its patience.
  mutating func lineUp(_ token: Int32, _ line: Int32, key: Double = 0, _ site: RequestSite, mode: Int32, pc: Int) {
    if mode != ParkMode.never, !isTraced, canLineUpByValue(token, site, pc: pc),
      let delay = Machine.ticks(site.patience >= 0 ? registers[site.patience] : .infinity) {
      lineUpByValue(token, line, key: key, pc: pc, mode: mode, patience: delay)
    } else {
      lineUp(token, line, key: key)
      _ = setPatience(token, site, pc: pc)
    }
  }

  /// Puts a token at the end of a line as it is.
  mutating func lineUp(_ token: Int32, _ line: Int32, key: Double = 0) {
    tokens[token].numberInLine = lines[line].append(Waiter(token: token), key: key, in: &waiters)
  }

  /// Puts an entity at the end of a line by value; its token is free. It goes on at `pc`.
  @inline(__always)
  mutating func lineUpByValue(_ token: Int32, _ line: Int32, key: Double = 0, pc: Int, mode: Int32, patience delay: Int64) {
    let entity = entity(token) | UInt64(pc) &<< 32
    let hasFrame = mode == ParkMode.frame
    let extra = hasFrame ? keepFrame(of: token, pc: pc) : tokens[token].created
    lineUp(entity, extra, hasFrame: hasFrame, line, key: key, service: tokens[token].service, patience: delay)
    freeToken(token)
    parkedCount &+= 1
  }

  /// The origin and ordinal of a token, where they lie in a record.
  @inline(__always)
  mutating func entity(_ token: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: tokens[token].origin)) &<< 48 | UInt64(tokens[token].ordinal)
  }

  /// Puts an entity at the end of a line: origin, ordinal and where it goes on, and when it was created or the place of its
  /// frame.
  @inline(__always)
  mutating func lineUp(
    _ entity: UInt64, _ extra: Int64, hasFrame: Bool, _ line: Int32, key: Double, service: Int64, patience delay: Int64
  ) {
    var who = entity | Waiter.isThere | Waiter.isByValue
    if hasFrame { who |= Waiter.hasFrame }
    let (end, isNever) = now.addingReportingOverflow(delay)
    let isPatient = delay == .max || isNever
    if !isPatient { who |= Waiter.hasPatience }
    let number = lines[line].append(Waiter(who: who, extra: extra, since: now, service: service), key: key, in: &waiters)
    if !isPatient {
      let kind = EventKind.patienceInLine.rawValue &<< 60 | UInt64(UInt32(bitPattern: line))
      events.push(Event(time: end, order: nextOrder(EventClass.timer), payload: kind, extra: number))
    }
  }

  /// The token of one who stands in a line no longer.
  @inline(__always)
  mutating func token(of waiter: Waiter, _ line: Int32) -> Int32 {
    if waiter.isToken {
      cancelTimer(of: waiter.token)
      return waiter.token
    }
    if waiter.who & Waiter.hasPatience != 0 { events.noteDead() }
    return recall(waiter, line)
  }

  /// An entity that stood in a line by value has a token again.
  @inline(__always)
  mutating func recall(_ waiter: Waiter, _ line: Int32) -> Int32 {
    let hasFrame = waiter.who & Waiter.hasFrame != 0
    let token = newToken(fillsFrame: hasFrame)
    parkedCount &-= 1
    let origin = Int32(truncatingIfNeeded: waiter.who &>> 48 & 0xFFF)
    tokens[token].origin = origin
    tokens[token].ordinal = UInt32(truncatingIfNeeded: waiter.who)
    tokens[token].journey = program.originJourneys[origin]
    tokens[token].created = waiter.extra
    tokens[token].pc = Int32(truncatingIfNeeded: waiter.who &>> 32 & 0xFFFF)
    (tokens[token].state, tokens[token].thing) = placeOf(line)
    tokens[token].since = waiter.since
    tokens[token].service = waiter.service
    if hasFrame {
      takeFrame(token, Int(waiter.extra), pc: Int(tokens[token].pc))
    } else {
      closeTimed(of: token, but: 0)
    }
    return token
  }

  /// The patience of one who stands in a line by value is over.
  mutating func losePatienceInLine(_ line: Int32, number: Int64) {
    let token = recall(lines[line].remove(number, in: &waiters), line)
    let thing = tokens[token].thing
    if isTraced { tell(.reneged, token, thing: thing) }
    let pc = Int(tokens[token].pc)
    let site = code[pc &- 1].a
    let target = switch tokens[token].state {
    case .queued: uses[site].otherwise
    case .gathering: program.joins[site].otherwise
    default: requests[site].otherwise
    }
    switch tokens[token].state {
    case .queued:
      stations[thing].waiting &-= 1
      lower(stations[thing].queueCell)
      raise(stations[thing].reneged)
    case .seizing:
      pools[thing].waiting &-= 1
      add(pools[thing].waitingCell, -weight)
      grantWaiting(thing)
    case .gathering: hasLeft(batch: thing)
    case .putting, .taking:
      add(levels[thing].waitingCell, -weight)
      serveLevel(thing)
    default: break
    }
    tokens[token].state = .ready
    execute(token, from: otherwise(target, pc), frame: frame(of: token))
  }

  /// Whether lines are mostly gaps, and so many that closing them up is worth a look at all events.
  var linesAreGappy: Bool { waiters.gaps > 1024 && waiters.gaps > waiters.room / 2 && waiters.gaps > events.count / 4 }

  /// Throws out dead events; with `closesUp` the lines lose their gaps, too.
  mutating func tidy(closesUp: Bool) {
    var before: [[Int64]] = []
    if closesUp { for i in 0..<lines.count { before.append(lines[i].countsBefore(in: waiters)) } }
    var machine = self
    let patience = EventKind.patienceInLine.rawValue
    events.rebuild { event in
      if !machine.isAlive(event) { return nil }
      if !closesUp || event.kind != patience { return event }
      var moved = event
      moved.extra = machine.lines[event.index].closedUp(event.extra, before[event.index], in: machine.waiters)
      return moved
    }
    if closesUp { for i in 0..<lines.count { lines[i].closeUp(in: &waiters, tokens, before[i]) } }
  }

  /// How many stand in lines by value.
  var inLinesByValue: Int {
    var count = 0
    for i in 0..<lines.count { lines[i].forEach(in: waiters) { if !$1.isToken { count += 1 } } }
    return count
  }

  /// Whether a line is in order: how many stand in it, and that tokens know where.
  func lineIsConsistent(_ line: Int) -> Bool {
    var count: Int64 = 0
    var isRight = true
    let (state, thing) = placeOf(Int32(truncatingIfNeeded: line))
    lines[line].forEach(in: waiters) { number, waiter in
      count += 1
      if waiter.isToken, tokens[waiter.token].numberInLine != number || tokens[waiter.token].state != state { isRight = false }
    }
    if lines[line].head < lines[line].tail && lines[line].first(in: waiters).isGap { return false }
    if !lines[line].orderIsConsistent(in: waiters) { return false }
    switch state {
    case .queued: return isRight && count == stations[thing].waiting - Int64(heaps[2 * thing].count)
    case .seizing: return isRight && count == pools[thing].waiting
    case .gathering: return isRight && count == batches[thing].count
    default: return isRight
    }
  }
}
