// Formulas and invariants of a model as straight code. Where the code of one is arithmetic on cells and constants with jumps
// forward only, it becomes code of its own in which a cell is a register (`Machine.change` keeps these up to date), so that
// nothing is loaded; a part of it that is the whole of another formula is read from that one's cell, which is then among what it
// watches; and what nobody reads any more is left out. Formulas come in an order in which each stands behind those it reads, so
// that each is worked out once after a step. Everything else is left to the interpreter, and so is all of it in a plain run.
//
// Method: value numbering over straight code (Cocke, Schwartz 1970), dead code by what is read, a depth-first order.
// Components report shares of counts, budgets of shares, and so on: in `library` 45 formulas a visit took 8 ops and as much
// again around them, now 2 or 3.

import SoukModel

/// How a model's formulas and invariants are evaluated, and who watches which cell.
struct FormulaPlan {
  /// The straight code of all of them.
  private(set) var code: [Op] = []
  /// Formulas in the order of evaluation; invariants as in the model.
  private(set) var derived: [EvaluationRecord] = []
  private(set) var invariants: [EvaluationRecord] = []
  /// For each cell who is looked at when it changes; formulas by their place in `derived`.
  private(set) var watchers: [[Watcher]]

  /// The plan of a model whose cells are the registers from `firstCell` on; O(ops + cells + watchers).
  init(_ model: CompiledModel, firstCell: Int32, isPlain: Bool) {
    watchers = model.cells.map(\.watchers)
    let pieces = StraightPieces(model, firstCell: firstCell)
    derived = model.derived.indices.map { i in
      let formula = model.derived[i]
      return EvaluationRecord(
        entry: formula.entry, result: formula.result, target: formula.cell, isStraight: pieces[.derived(Int32(i))] != nil)
    }
    invariants = model.invariants.indices.map { i in
      let invariant = model.invariants[i]
      return EvaluationRecord(
        entry: invariant.entry, result: invariant.result, target: invariant.place, isStraight: pieces[.invariant(Int32(i))] != nil)
    }
    if !isPlain {
      for watcher in pieces.all {
        guard let piece = pieces.simplified(watcher) else { continue }
        rewatch(watcher, piece)
        if piece.result < 0 { continue }
        switch watcher {
        case .derived(let i): derived[Int(i)] = placed(piece, derived[Int(i)])
        case .invariant(let i): invariants[Int(i)] = placed(piece, invariants[Int(i)])
        case .condition: break
        }
      }
    }
    sort(model)
  }

  private mutating func placed(_ piece: StraightPiece, _ record: EvaluationRecord) -> EvaluationRecord {
    var record = record
    let first = Int32(code.count)
    record.first = first
    record.end = first + Int32(piece.ops.count)
    record.result = piece.result
    let isValue = piece.ops.last.map { $0.code.signature.0 == .write && $0.a == piece.result } ?? false
    record.last = isValue ? record.end - 1 : record.end
    for var op in piece.ops {
      let (a, b, c) = op.code.signature
      if a == .target { op.a += first }
      if b == .target { op.b += first }
      if c == .target { op.c += first }
      code.append(op)
    }
    return record
  }

  /// Lets a piece watch the cells that it reads now, in place of those it read before.
  private mutating func rewatch(_ watcher: Watcher, _ piece: StraightPiece) {
    for cell in piece.declared.subtracting(piece.reads) { watchers[Int(cell)].removeAll { $0 == watcher } }
    for cell in piece.reads.subtracting(piece.declared).sorted() { watchers[Int(cell)].append(watcher) }
  }

  /// Puts each formula behind those whose cells it watches; formulas that read each other in a circle stay as they were.
  private mutating func sort(_ model: CompiledModel) {
    let formulaOf = Dictionary(model.derived.enumerated().map { ($1.cell, $0) }, uniquingKeysWith: { first, _ in first })
    var before = [[Int]](repeating: [], count: derived.count)
    for (cell, list) in watchers.enumerated() {
      guard let formula = formulaOf[Int32(cell)] else { continue }
      for case .derived(let i) in list where Int(i) != formula { before[Int(i)].append(formula) }
    }
    var order: [Int] = []
    var seen = [Bool](repeating: false, count: derived.count)
    for root in derived.indices where !seen[root] {
      var path = [(formula: root, next: 0)]
      seen[root] = true
      while let (formula, next) = path.last {
        if next < before[formula].count {
          path[path.count - 1].next += 1
          let other = before[formula][next]
          if !seen[other] {
            seen[other] = true
            path.append((other, 0))
          }
        } else {
          order.append(formula)
          path.removeLast()
        }
      }
    }
    derived = order.map { derived[$0] }
    var placeOf = [Int32](repeating: 0, count: order.count)
    for (place, formula) in order.enumerated() { placeOf[formula] = Int32(place) }
    for cell in watchers.indices {
      watchers[cell] = watchers[cell].map { if case .derived(let i) = $0 { .derived(placeOf[Int(i)]) } else { $0 } }
    }
  }
}

/// The code of one formula or invariant, its jumps counted from its first op.
struct StraightPiece {
  var ops: [Op]
  /// The register of its value.
  var result: Int32
  /// The cells that it reads, and those which the model says that it watches because it reads them.
  var reads: Set<Int32>
  var declared: Set<Int32>
  /// What each op's operands are, by number; −1 where one isn't read.
  fileprivate var operands: [(Int, Int, Int)] = []
  fileprivate var value = -1
  /// Whether an invariant before is the same.
  fileprivate var isRepeated = false
}

/// All straight pieces of a model, their values numbered alike.
private struct StraightPieces {
  private(set) var all: [Watcher] = []
  private var pieces: [Watcher: StraightPiece] = [:]
  /// Invariants by their values' numbers: an equal one fails when the first does.
  private var invariants: Set<Int> = []
  /// What is the whole of a formula: its value's number → the formula and its cell.
  private var holders: [Int: (formula: Watcher, cell: Int32)] = [:]
  private var numbers = ValueNumbers()
  private let firstCell: Int32

  init(_ model: CompiledModel, firstCell: Int32) {
    self.firstCell = firstCell
    var written: Set<Int32> = []
    var setByCode: Set<Int32> = []
    for op in model.code {
      if op.code.signature.0 == .write { written.insert(op.a) }
      if op.code.signature.0 == .cell { setByCode.insert(op.a) }
    }
    for (i, formula) in model.derived.enumerated() {
      let watcher = Watcher.derived(Int32(i))
      guard let piece = piece(model, formula.entry, formula.result, watcher, written) else { continue }
      add(piece, watcher)
      if holders[piece.value] == nil, numbers.isComputed(piece.value), !setByCode.contains(formula.cell) {
        holders[piece.value] = (watcher, formula.cell)
      }
    }
    for (i, invariant) in model.invariants.enumerated() {
      let watcher = Watcher.invariant(Int32(i))
      guard var piece = piece(model, invariant.entry, invariant.result, watcher, written) else { continue }
      piece.isRepeated = !invariants.insert(piece.value).inserted
      add(piece, watcher)
    }
  }

  subscript(watcher: Watcher) -> StraightPiece? { pieces[watcher] }

  private mutating func add(_ piece: StraightPiece, _ watcher: Watcher) {
    all.append(watcher)
    pieces[watcher] = piece
  }

  /// The ops from `entry` to `endEvaluation`, numbered; nil if they do more than work out a number from cells that are watched.
  private mutating func piece(_ model: CompiledModel, _ entry: Int32, _ result: Int32, _ watcher: Watcher, _ written: Set<Int32>) -> StraightPiece? {
    guard entry >= 0, let length = model.code[Int(entry)...].firstIndex(where: { $0.code == .endEvaluation }).map({ $0 - Int(entry) }) else { return nil }
    var piece = StraightPiece(ops: [], result: result, reads: [], declared: [])
    var writes: [Int32: Int] = [:]
    var hasJumps = false
    for (k, var op) in model.code[Int(entry)..<Int(entry) + length].enumerated() {
      guard op.code.isStraight else { return nil }
      if op.code == .loadCell {
        guard model.cells[Int(op.b)].watchers.contains(watcher) else { return nil }
        piece.declared.insert(op.b)
      }
      let (a, b, c) = op.code.signature
      if a == .write { writes[op.a, default: 0] += 1 }
      if a == .target { op.a -= entry }
      if b == .target { op.b -= entry }
      if c == .target { op.c -= entry }
      for (kind, target) in [(a, op.a), (b, op.b), (c, op.c)] where kind == .target {
        hasJumps = true
        guard target > Int32(k), target <= Int32(length) else { return nil }
      }
      piece.ops.append(op)
    }
    number(&piece, writes, hasJumps, written)
    return piece
  }

  /// Numbers what a piece computes. Where it jumps, a register that is written in several places is something else each time.
  private mutating func number(_ piece: inout StraightPiece, _ writes: [Int32: Int], _ hasJumps: Bool, _ written: Set<Int32>) {
    var value: [Int32: Int] = [:]
    func isMerged(_ register: Int32) -> Bool { hasJumps && writes[register, default: 0] > 1 }
    func read(_ register: Int32, _ kind: OperandKind) -> Int {
      guard kind == .read else { return -1 }
      if isMerged(register) { return numbers.unknown() }
      if let known = value[register] { return known }
      return written.contains(register) ? numbers.unknown() : numbers.of(.constant(register))
    }
    for op in piece.ops {
      let (ka, kb, kc) = op.code.signature
      let operands = (read(op.a, ka), read(op.b, kb), read(op.c, kc))
      piece.operands.append(operands)
      guard ka == .write else { continue }
      switch op.code {
      case .loadCell: value[op.a] = numbers.of(.cell(op.b))
      case .move: value[op.a] = operands.1
      default: value[op.a] = numbers.of(.op(op.code, operands.1, operands.2))
      }
    }
    piece.value = read(piece.result, .read)
  }

  /// A piece that reads cells as registers, and in place of the whole of another formula that one's cell.
  func simplified(_ watcher: Watcher) -> StraightPiece? {
    guard var piece = pieces[watcher] else { return nil }
    if piece.isRepeated {
      // It watches nothing; the interpreter looks at it once, at the beginning.
      return StraightPiece(ops: [], result: -1, reads: [], declared: piece.declared)
    }
    func register(_ register: Int32, _ number: Int) -> Int32 {
      if let cell = numbers.cell(number) { return firstCell + cell }
      if let holder = holders[number], holder.formula != watcher { return firstCell + holder.cell }
      return register
    }
    for (k, operands) in piece.operands.enumerated() {
      let op = piece.ops[k]
      if op.code == .loadCell {
        piece.ops[k] = Op(.move, op.a, firstCell + op.b)
        continue
      }
      if operands.0 >= 0 { piece.ops[k].a = register(op.a, operands.0) }
      if operands.1 >= 0 { piece.ops[k].b = register(op.b, operands.1) }
      if operands.2 >= 0 { piece.ops[k].c = register(op.c, operands.2) }
    }
    piece.result = register(piece.result, piece.value)
    piece.leaveOutUnread()
    piece.reads = Set((piece.ops.flatMap(\.registersRead) + [piece.result]).filter { $0 >= firstCell }.map { $0 - firstCell })
    return piece
  }
}

extension StraightPiece {
  /// Takes ops out whose registers nobody reads; readers come later, so one pass from the end finds them all.
  fileprivate mutating func leaveOutUnread() {
    var readers: [Int32: Int] = [result: 1]
    for op in ops { for register in op.registersRead { readers[register, default: 0] += 1 } }
    var stays = [Bool](repeating: true, count: ops.count)
    for (k, op) in ops.enumerated().reversed() where op.code.signature.0 == .write && readers[op.a, default: 0] == 0 {
      stays[k] = false
      for register in op.registersRead { readers[register, default: 0] -= 1 }
    }
    var newIndex: [Int32] = [0]
    for stay in stays { newIndex.append((newIndex.last ?? 0) + (stay ? 1 : 0)) }
    ops = ops.indices.filter { stays[$0] }.map { k in
      var op = ops[k]
      let (a, b, c) = op.code.signature
      if a == .target { op.a = newIndex[Int(op.a)] }
      if b == .target { op.b = newIndex[Int(op.b)] }
      if c == .target { op.c = newIndex[Int(op.c)] }
      return op
    }
  }
}

extension Op {
  fileprivate var registersRead: [Int32] {
    let (ka, kb, kc) = code.signature
    return [(ka, a), (kb, b), (kc, c)].compactMap { $0 == .read ? $1 : nil }
  }
}

/// Numbers for values: equal numbers, equal bits.
private struct ValueNumbers {
  enum Value: Hashable {
    case cell(Int32)
    case constant(Int32)
    case op(OpCode, Int, Int)
  }
  private var numbers: [Value: Int] = [:]
  private var values: [Value?] = []

  mutating func of(_ value: Value) -> Int {
    if let known = numbers[value] { return known }
    values.append(value)
    numbers[value] = values.count - 1
    return values.count - 1
  }

  /// A number that no other value has.
  mutating func unknown() -> Int {
    values.append(nil)
    return values.count - 1
  }

  func cell(_ number: Int) -> Int32? { if case .cell(let cell)? = values[number] { cell } else { nil } }
  func isComputed(_ number: Int) -> Bool { if case .op? = values[number] { true } else { false } }
}

extension OpCode {
  /// Whether it works out a number from registers or a cell alone and can't fail, or jumps by one.
  var isStraight: Bool {
    switch self {
    case .move, .add, .subtract, .multiply, .divide, .modulo, .power, .minimum, .maximum, .negate, .not, .absolute, .floor, .ceiling, .round,
      .squareRoot, .exponential, .logarithm, .roundMoney, .less, .lessOrEqual, .equal, .notEqual, .and, .or, .orDefault, .loadCell, .jump,
      .jumpIfZero, .jumpUnlessZero, .jumpIfLess, .jumpIfLessOrEqual:
      true
    default: false
    }
  }
}
