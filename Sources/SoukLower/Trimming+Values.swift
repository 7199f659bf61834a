// Value numbering in straight pieces: every value that slots and scratch hold has a number; what holds a value already isn't loaded,
// stored or computed again but read from where it is, the clock included, which stands still until the entity waits. The copies
// that this makes of loads are for `removeDead` to take. Constants that arguments may have made have a new number wherever they are read.

import SoukModel

/// What is known of values within one straight piece. Numbers are from 1 on.
private struct Values {
  let slots: Int
  /// The number of the value that a place holds; 0 if it isn't known.
  var numbers: [Int32]
  /// Places that are known, to be forgotten.
  private var known: [Int] = []
  /// For each number: the register that it was met in first, and the op that made it of which others.
  private(set) var homes: [Int32] = []
  private(set) var makers: [Op] = []
  /// What was computed lately, by what it is made of.
  private var recent = [Int32](repeating: 0, count: 16)
  /// The numbers of flags.
  private var flags: [Int32: Int32] = [:]
  var clock: Int32 = 0

  init(slots: Int, places: Int) {
    self.slots = slots
    numbers = [Int32](repeating: 0, count: places)
  }

  mutating func begin() {
    for place in known { numbers[place] = 0 }
    known.removeAll(keepingCapacity: true)
    homes.removeAll(keepingCapacity: true)
    makers.removeAll(keepingCapacity: true)
    if !flags.isEmpty { flags.removeAll(keepingCapacity: true) }
    for k in recent.indices { recent[k] = 0 }
    clock = 0
  }

  mutating func loseScratch() {
    for place in known where place >= slots { numbers[place] = 0 }
    known.removeAll { $0 >= slots }
    clock = 0
  }

  mutating func new(home: Int32, maker: Op = Op(.extra)) -> Int32 {
    homes.append(home)
    makers.append(maker)
    return Int32(homes.count)
  }

  mutating func number(ofFlag register: Int32) -> Int32 {
    if let number = flags[register] { return number }
    let number = new(home: register)
    flags[register] = number
    return number
  }

  /// The number of what an op makes of others.
  mutating func number(of maker: Op, home: Int32) -> Int32 {
    let k = (Int(maker.code.rawValue) &+ Int(maker.b) &* 7 &+ Int(maker.c) &* 13) & 15
    if recent[k] != 0 && makers[Int(recent[k]) - 1] == maker { return recent[k] }
    recent[k] = new(home: home, maker: maker)
    return recent[k]
  }

  mutating func set(_ place: Int, _ number: Int32) {
    if place < 0 { return }
    if numbers[place] == 0 && number != 0 { known.append(place) }
    numbers[place] = number
  }

  mutating func setHome(_ number: Int32, _ register: Int32) { homes[Int(number) - 1] = register }
  func maker(_ number: Int32) -> Op { makers[Int(number) - 1] }

  /// A register that holds a value now; -1 if none is known to.
  func register(_ number: Int32) -> Int32 {
    let home = homes[Int(number) - 1]
    return home <= -2 || home >= 0 && numbers[slots + Int(home)] == number ? home : -1
  }
}

extension Trimmer {
  /// Reads of a journey go to where values are already. The time is read into a register of its own, which nothing else overwrites.
  func forward(_ j: Int, clock: Int32) {
    var values = Values(slots: slotCount(j), places: placeCount(j))
    /// What is known where one jump alone leads to, which stands before it.
    var kept: [Int: Values] = [:]
    for leader in leaders[j] {
      if let known = kept.removeValue(forKey: leader) { values = known } else { values.begin() }
      var i = leader
      while true {
        let code = self.code[i].code
        if i == 0 || self.code[i - 1].code != .offset { substitute(i, &values) } else { substituteReads(i, &values) }
        step(i, &values, clock)
        // Copies of what is known are kept short.
        if let target = branch(i), target > i, entering[target] == 1, values.homes.count < 256, !fallsThrough(self.code[target - 1].code) {
          kept[target] = values
        }
        if !fallsThrough(code) { break }
        i += 1
        if i >= self.code.count || isLeader[i] { break }
      }
    }
  }

  /// Where a conditional jump leads.
  private func branch(_ i: Int) -> Int? {
    switch code[i].code {
    case .jumpIfZero, .jumpUnlessZero: position(code[i].b)
    case .jumpIfLess, .jumpIfLessOrEqual: position(code[i].c)
    default: nil
    }
  }

  /// The number of the value in a register; 0 of what other regions hold.
  private func number(_ register: Int32, _ values: inout Values) -> Int32 {
    if register <= -2 { return emitter.isFlag(register) ? values.number(ofFlag: register) : values.new(home: register) }
    let p = place(register, values.slots)
    if p < 0 { return 0 }
    if values.numbers[p] == 0 { values.set(p, values.new(home: register)) }
    return values.numbers[p]
  }

  /// The register to read in place of another.
  private func home(_ register: Int32, _ values: inout Values) -> Int32 {
    if place(register, values.slots) < 0 { return register }
    let number = number(register, &values)
    let held = values.register(number)
    if held != -1 { return held }
    values.setHome(number, register)
    return register
  }

  private func substituteReads(_ i: Int, _ values: inout Values) {
    var op = code[i]
    let (a, b, c) = op.code.signature
    if op.code == .drawWeighted { return }
    if a == .read { op.a = home(op.a, &values) }
    if b == .read { op.b = home(op.b, &values) }
    if c == .read { op.c = home(op.c, &values) }
    if op.code == .end && op.b != -1 { op.b = home(op.b, &values) }
    code[i] = op
  }

  private func substitute(_ i: Int, _ values: inout Values) {
    substituteReads(i, &values)
    switch code[i].code {
    case .loadSlot:
      let number = values.numbers[Int(code[i].b)]
      if number != 0, values.register(number) != -1 { code[i] = Op(.move, code[i].a, values.register(number)) }
    case .now:
      if values.clock != 0, values.register(values.clock) != -1 { code[i] = Op(.move, code[i].a, values.register(values.clock)) }
    case .jumpIfZero, .jumpUnlessZero: code[i] = direct(code[i], &values)
    default: break
    }
  }

  /// A jump by a condition, as one by what the condition is made of.
  private func direct(_ jump: Op, _ values: inout Values) -> Op {
    var jump = jump
    for _ in 0..<8 {
      guard place(jump.a, values.slots) >= 0 else { break }
      let maker = values.maker(number(jump.a, &values))
      var next: Int32 = 0
      var isOpposite = false
      switch maker.code {
      case .not: (next, isOpposite) = (maker.b, true)
      case .or:
        if isFlag(maker.b, 0, values) { next = maker.c } else if isFlag(maker.c, 0, values) { next = maker.b }
      case .and:
        if isFlag(maker.b, 1, values) { next = maker.c } else if isFlag(maker.c, 1, values) { next = maker.b }
      case .less, .lessOrEqual:
        let (x, y) = (values.register(maker.b), values.register(maker.c))
        if jump.code == .jumpUnlessZero, x != -1, y != -1 { return Op(maker.code == .less ? .jumpIfLess : .jumpIfLessOrEqual, x, y, jump.b) }
      default: break
      }
      guard next != 0, values.register(next) != -1 else { break }
      jump.a = values.register(next)
      if isOpposite { jump.code = jump.code == .jumpIfZero ? .jumpUnlessZero : .jumpIfZero }
    }
    return jump
  }

  private func isFlag(_ number: Int32, _ x: Double, _ values: Values) -> Bool {
    let register = values.register(number)
    return emitter.isFlag(register) && emitter.constantValue(register) == x
  }

  /// Takes account of an op, or takes it out if it changes nothing.
  private func step(_ i: Int, _ values: inout Values, _ clock: Int32) {
    let op = code[i]
    let isMoved = i > 0 && code[i - 1].code == .offset
    let own = op.code.signature.0 == .write ? place(op.a, values.slots) : -1
    switch op.code {
    case .storeSlot:
      let number = number(op.b, &values)
      if number != 0 && values.numbers[Int(op.a)] == number { isRemoved[i] = true }
      return values.set(Int(op.a), number)
    case .move:
      let number = number(op.b, &values)
      if own >= 0 && number != 0 && values.numbers[own] == number { isRemoved[i] = true }
      return keep(own, op.a, number, &values)
    case .loadSlot:
      if values.numbers[Int(op.b)] == 0 { values.set(Int(op.b), values.new(home: op.a)) }
      return keep(own, op.a, values.numbers[Int(op.b)], &values)
    case .now:
      if values.clock == 0 {
        values.clock = values.new(home: clock)
        values.set(place(clock, values.slots), values.clock)
        if own >= 0 { replace(i, by: [Line(op: Op(.now, clock), place: places[i]), Line(op: Op(.move, op.a, clock), place: places[i])]) }
      }
      return keep(own, op.a, values.clock, &values)
    case .negate, .not, .floor, .roundMoney, .and, .or, .less, .lessOrEqual, .equal, .notEqual, .add, .subtract, .multiply, .divide:
      if own < 0 || isMoved { break }
      let (_, _, kind) = op.code.signature
      let (first, second) = (number(op.b, &values), kind == .read ? number(op.c, &values) : -1)
      if first == 0 || second == 0 { break }
      let maker = Op(op.code, 0, first, second)
      let number = values.number(of: maker, home: op.a)
      if values.register(number) != -1, values.register(number) != op.a { code[i] = Op(.move, op.a, values.register(number)) }
      return keep(own, op.a, number, &values)
    default: break
    }
    if losesScratch(op) { values.loseScratch() }
    writes(i, values.slots) { values.set($0, 0) }
  }

  /// A register holds a value from now on.
  private func keep(_ own: Int, _ register: Int32, _ number: Int32, _ values: inout Values) {
    if own < 0 { return }
    values.set(own, number)
    if number != 0 && values.register(number) == -1 { values.setHome(number, register) }
  }
}
