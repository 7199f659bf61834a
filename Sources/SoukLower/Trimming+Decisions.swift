// Flags, and the jumps that they decide. Forward over the leaders of a journey: which slots hold which flag on every way that can be
// gone, where a decided jump has one way on only (Wegman & Zadeck 1991); scratch is followed within straight pieces. Then ways are led
// past the jumps that are decided on them though not on others: what stands before these is copied (at most `longest` ops).

import SoukModel

/// What is known of slots and scratch on a way: for each place a flag's register, or 0.
struct KnownFlags {
  var values: [Int32]
  let slots: Int
  /// Scratch that is known since it was lost last.
  private var scratch: [Int] = []
  /// What was there before, since `mark`; a way can be tried.
  private var trail: [(place: Int, value: Int32)] = []
  private var isTrying = false

  init(slots: Int, places: Int) {
    self.slots = slots
    values = [Int32](repeating: 0, count: places)
  }

  mutating func set(_ place: Int, _ value: Int32) {
    if values[place] == value { return }
    if isTrying { trail.append((place, values[place])) }
    values[place] = value
    if place >= slots && value != 0 { scratch.append(place) }
  }

  mutating func loseScratch() {
    for place in scratch { values[place] = 0 }
    scratch.removeAll(keepingCapacity: true)
  }

  mutating func begin(_ known: ArraySlice<Int32>) {
    loseScratch()
    var s = 0
    for value in known {
      values[s] = value <= -2 ? value : 0
      s += 1
    }
  }

  mutating func tryWay() { isTrying = true }

  mutating func goBack() {
    for (place, value) in trail.reversed() { values[place] = value }
    trail.removeAll(keepingCapacity: true)
    isTrying = false
  }
}

/// What is known at the leaders of a journey, whichever way was gone.
private struct Meeting {
  let slots: Int
  /// For each leader and slot a flag's register, or that nothing has come yet, or that what comes differs.
  private var values: [Int32]
  private(set) var isReached: [Bool]
  /// Leaders that have to be looked at again.
  var open: [Int] = []

  private static let unreached: Int32 = 0
  private static let varies: Int32 = 1

  init(slots: Int, leaders: Int) {
    self.slots = slots
    values = [Int32](repeating: Self.unreached, count: leaders * slots)
    isReached = [Bool](repeating: false, count: leaders)
  }

  func flags(_ l: Int) -> ArraySlice<Int32> { values[l * slots..<(l + 1) * slots] }

  mutating func arrive(_ l: Int, _ known: KnownFlags) {
    if l < 0 { return }
    var isChanged = !isReached[l]
    isReached[l] = true
    for s in 0..<slots {
      let old = values[l * slots + s]
      let came = known.values[s] == 0 ? Self.varies : known.values[s]
      let new = old == Self.unreached || old == came ? came : Self.varies
      if new == old { continue }
      values[l * slots + s] = new
      isChanged = true
    }
    if isChanged { open.append(l) }
  }
}

extension Trimmer {
  /// How many ops are copied at most to lead one way past a jump.
  private static let longest = 20

  // MARK: What is known

  /// The flag in a register; 0 if it isn't known to hold one.
  private func flag(_ register: Int32, _ known: KnownFlags) -> Int32 {
    if register <= -2 { return emitter.isFlag(register) ? register : 0 }
    let p = place(register, known.slots)
    return p < 0 ? 0 : known.values[p]
  }

  private func value(_ flag: Int32) -> Double { emitter.constantValue(flag) ?? .nan }

  /// The flag that an op gives; 0 if it isn't known.
  private func result(_ op: Op, _ known: KnownFlags) -> Int32 {
    switch op.code {
    case .move: return flag(op.b, known)
    case .loadSlot: return known.values[Int(op.b)]
    case .not, .negate:
      let x = flag(op.b, known)
      guard x != 0, let folded = Arithmetic.fold(op.code, value(x)) else { return 0 }
      return emitter.flag(folded)
    case .and, .or:
      // One side may be enough.
      let (x, y) = (flag(op.b, known), flag(op.c, known))
      let deciding = op.code == .or
      for side in [x, y] where side != 0 && (value(side) != 0) == deciding { return emitter.flag(deciding ? 1 : 0) }
      return x != 0 && y != 0 ? emitter.flag(deciding ? 0 : 1) : 0
    case .less, .lessOrEqual, .equal, .notEqual, .add, .subtract:
      let (x, y) = (flag(op.b, known), flag(op.c, known))
      guard x != 0, y != 0, let folded = Arithmetic.fold(op.code, value(x), value(y)) else { return 0 }
      return emitter.flag(folded)
    default: return 0
    }
  }

  /// Goes past an op; gives the flag that it leaves in the register that it writes.
  @discardableResult
  private func pass(_ i: Int, _ known: inout KnownFlags) -> Int32 {
    let op = code[i]
    let isMoved = i > 0 && code[i - 1].code == .offset
    let result = isMoved ? 0 : self.result(op, known)
    if losesScratch(op) { known.loseScratch() }
    writes(i, known.slots) { known.set($0, 0) }
    if op.code == .storeSlot {
      known.set(Int(op.a), flag(op.b, known))
    } else if result != 0 {
      let p = place(op.a, known.slots)
      if p >= 0 { known.set(p, result) }
    }
    return result
  }

  /// Whether a jump is taken; nil if it isn't known.
  private func isTaken(_ op: Op, _ known: KnownFlags) -> Bool? {
    switch op.code {
    case .jump: return true
    case .jumpIfZero, .jumpUnlessZero:
      let x = flag(op.a, known)
      return x == 0 ? nil : (value(x) == 0) == (op.code == .jumpIfZero)
    case .jumpIfLess, .jumpIfLessOrEqual:
      let (x, y) = (flag(op.a, known), flag(op.b, known))
      if x == 0 || y == 0 { return nil }
      return op.code == .jumpIfLess ? value(x) < value(y) : value(x) <= value(y)
    default: return nil
    }
  }

  private func isConditional(_ code: OpCode) -> Bool {
    switch code {
    case .jumpIfZero, .jumpUnlessZero, .jumpIfLess, .jumpIfLessOrEqual: true
    default: false
    }
  }

  private func target(_ op: Op) -> Int32 {
    switch op.code {
    case .jump: op.a
    case .jumpIfZero, .jumpUnlessZero: op.b
    default: op.c
    }
  }

  // MARK: Where ways meet

  /// Decides a journey's jumps and leads ways past them; false if there is nothing to do.
  func decide(_ j: Int) -> Bool {
    var meeting = Meeting(slots: slotCount(j), leaders: leaders[j].count)
    var known = KnownFlags(slots: slotCount(j), places: placeCount(j))
    for entry in entries[j] { meeting.arrive(Int(leaderIndex[entry]), known) }
    while let l = meeting.open.popLast() {
      known.begin(meeting.flags(l))
      follow(leaders[j][l], &known, &meeting)
    }
    return rewrite(j, meeting, &known)
  }

  /// Follows a straight piece from its leader to its end; tells where ways go on from it, with what is known there.
  private func follow(_ leader: Int, _ known: inout KnownFlags, _ meeting: inout Meeting) {
    var i = leader
    while i < code.count {
      let op = code[i]
      pass(i, &known)
      let isTaken = isTaken(op, known)
      let falls = fallsThrough(op.code) && isTaken != true
      if isTaken != false {
        var isNext = fallsThrough(op.code)
        successors(of: i) { next in
          if !isNext, next >= 0, next < leaderIndex.count { meeting.arrive(Int(leaderIndex[next]), known) }
          isNext = false
        }
      }
      if !falls { return }
      i += 1
      if i < code.count && isLeader[i] { return meeting.arrive(Int(leaderIndex[i]), known) }
    }
  }

  // MARK: What becomes of it

  private func rewrite(_ j: Int, _ meeting: Meeting, _ known: inout KnownFlags) -> Bool {
    var isChanged = false
    /// How many ops may be copied yet.
    var budget = 64 + leaders[j].count * 2
    for (l, leader) in leaders[j].enumerated() where meeting.isReached[l] {
      known.begin(meeting.flags(l))
      var i = leader
      while true {
        let op = code[i]
        let result = pass(i, &known)
        if result != 0 && op.code != .move && op.code.signature.0 == .write {
          code[i] = Op(.move, op.a, result)
          isChanged = true
        }
        var falls = fallsThrough(op.code)
        if isConditional(op.code), let isTaken = isTaken(op, known) {
          isChanged = true
          if isTaken { code[i] = Op(.jump, target(op)) } else { isRemoved[i] = true }
          falls = !isTaken
        }
        if !isRemoved[i], lead(i, &known, Int32(j), &budget) { isChanged = true }
        if !falls { break }
        i += 1
        if i >= code.count { break }
        if isLeader[i] {
          if leadNext(i - 1, &known, &budget) { isChanged = true }
          break
        }
      }
    }
    return isChanged
  }

  /// Leads a jump's way past the jumps that what is known decides.
  private func lead(_ i: Int, _ known: inout KnownFlags, _ who: Int32, _ budget: inout Int) -> Bool {
    let op = code[i]
    guard op.code == .jump || isConditional(op.code) else { return false }
    guard let (copies, end) = way(from: position(target(op)), &known, budget) else { return false }
    budget -= copies.count
    let label = label(at: end)
    if copies.isEmpty {
      switch op.code {
      case .jump: code[i].a = label
      case .jumpIfZero, .jumpUnlessZero: code[i].b = label
      default: code[i].c = label
      }
      return true
    }
    let jump = Line(op: Op(.jump, label), place: places[i])
    if op.code == .jump {
      replace(i, by: copies + [jump])
      return true
    }
    let first = code.count
    for line in copies { append(line, who) }
    append(jump, who)
    let landing = self.label(at: first)
    if op.code == .jumpIfZero || op.code == .jumpUnlessZero { code[i].b = landing } else { code[i].c = landing }
    return true
  }

  /// The same for a way that goes on to a leader next to it.
  private func leadNext(_ i: Int, _ known: inout KnownFlags, _ budget: inout Int) -> Bool {
    guard let (copies, end) = way(from: i + 1, &known, budget) else { return false }
    budget -= copies.count
    let own = isRemoved[i] ? [] : [line(i)]
    isRemoved[i] = false
    replace(i, by: own + copies + [Line(op: Op(.jump, label(at: end)), place: places[i])])
    return true
  }

  /// Follows a way as long as what is known decides where it goes. Gives what has to be copied, and where it is the same as others
  /// again: behind the last jump that was decided.
  private func way(from start: Int, _ known: inout KnownFlags, _ budget: Int) -> ([Line], Int)? {
    if start < 0 || start >= code.count { return nil }
    var copies: [Line] = []
    var end: (count: Int, position: Int)?
    var i = start
    var steps = 0
    known.tryWay()
    while steps < 2 * Self.longest && copies.count < min(Self.longest, budget) && i < code.count && !isRemoved[i] && !isReplaced(i) {
      steps += 1
      let op = code[i]
      if op.code == .jump {
        i = position(op.a)
      } else if isConditional(op.code) {
        guard let isTaken = isTaken(op, known) else { break }
        i = isTaken ? position(target(op)) : i + 1
        end = (copies.count, i)
      } else {
        guard isCopied(op.code) else { break }
        copies.append(line(i))
        pass(i, &known)
        i += 1
      }
      // Round in a circle.
      if i == start || i < 0 { break }
    }
    known.goBack()
    guard let end, end.position >= 0, end.position < code.count, end.position != start else { return nil }
    return (Array(copies.prefix(end.count)), end.position)
  }

  /// Loops whose test stands at their top have it at their end too, where what it asks for has just been stored.
  func copyTests(_ j: Int) {
    for leader in leaders[j] {
      var i = leader
      while fallsThrough(code[i].code) && i + 1 < code.count && !isLeader[i + 1] { i += 1 }
      guard code[i].code == .jump else { continue }
      let top = position(code[i].a)
      guard top >= 0, top <= i else { continue }
      var test = top
      while test < top + 6 && test < i && isCopied(code[test].code) { test += 1 }
      guard isConditional(code[test].code) else { continue }
      replace(i, by: (top...test).map { line($0) } + [Line(op: Op(.jump, label(at: test + 1)), place: places[i])])
    }
  }

  /// Whether an op can stand in two places.
  private func isCopied(_ code: OpCode) -> Bool {
    switch code {
    case .storeSlot, .count, .addCell, .setCell, .record, .timeBegin, .timeEnd: true
    default: isPure(code)
    }
  }
}
