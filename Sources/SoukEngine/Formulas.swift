// Evaluates formulas and invariants: straight code over registers (see `FormulaPlan`) in a loop without a budget, for it only runs
// forward; all others by the interpreter. What a formula or invariant takes isn't counted among the steps of a run, unless it calls
// functions, so a plain run has the same number.

import SoukModel
import SoukNumerics

extension Machine {
  /// What a formula or invariant comes to now.
  @inline(__always)
  mutating func value(of record: EvaluationRecord) -> Double {
    if record.first < 0 { return interpreted(record) }
    let r = registers
    let code = straightCode
    var pc = record.first
    while pc < record.last {
      let op = code[pc]
      pc &+= 1
      if op.code.isJump {
        switch op.code {
        case .jump: pc = op.a
        case .jumpIfZero: if r[op.a] == 0 { pc = op.b }
        case .jumpUnlessZero: if r[op.a] != 0 { pc = op.b }
        case .jumpIfLess: if r[op.a] < r[op.b] { pc = op.c }
        default: if r[op.a] <= r[op.b] { pc = op.c }
        }
      } else {
        r[op.a] = Arithmetic.result(op.code, r[op.b], r[op.c])
      }
    }
    // The last op's result is the value: through a register it would come some cycles later, and most formulas have one op.
    if pc == record.end { return r[record.result] }
    let op = code[pc]
    return Arithmetic.result(op.code, r[op.b], r[op.c])
  }

  @inline(never)
  private mutating func interpreted(_ record: EvaluationRecord) -> Double {
    let before = Int64(allotted) - Int64(budget)
    let value = evaluate(record.entry, record.result, frame: 0)
    if record.isStraight { budget += Int(Int64(allotted) - Int64(budget) - before) }
    return value
  }
}

extension OpCode {
  @inline(__always)
  fileprivate var isJump: Bool {
    switch self {
    case .jump, .jumpIfZero, .jumpUnlessZero, .jumpIfLess, .jumpIfLessOrEqual: true
    default: false
    }
  }
}

extension Arithmetic {
  /// What an op of straight code makes of its operands.
  @inline(__always)
  fileprivate static func result(_ code: OpCode, _ x: Double, _ y: Double) -> Double {
    switch code {
    case .move: x
    case .add: x + y
    case .subtract: x - y
    case .multiply: x * y
    case .divide: x / y
    case .minimum: minimum(x, y)
    case .maximum: maximum(x, y)
    case .negate: -x
    case .not: x == 0 ? 1 : 0
    case .absolute: x.magnitude
    case .floor: x.rounded(.down)
    case .ceiling: x.rounded(.up)
    case .less: x < y ? 1 : 0
    case .lessOrEqual: x <= y ? 1 : 0
    case .equal: x == y ? 1 : 0
    case .notEqual: x != y ? 1 : 0
    case .and: x != 0 && y != 0 ? 1 : 0
    case .or: x != 0 || y != 0 ? 1 : 0
    case .orDefault: x.isNaN ? y : x
    default: longResult(code, x, y)
    }
  }

  /// The ops that take long anyway.
  @inline(never)
  private static func longResult(_ code: OpCode, _ x: Double, _ y: Double) -> Double {
    switch code {
    case .modulo: modulo(x, y)
    case .power: Elementary.pow(x, y)
    case .round: x.rounded(.toNearestOrAwayFromZero)
    case .roundMoney: x.rounded(.toNearestOrEven)
    case .squareRoot: x.squareRoot()
    case .exponential: Elementary.exp(x)
    case .logarithm: Elementary.log(x)
    default: preconditionFailure("\(code) isn't an op of straight code")
    }
  }
}
