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
    while pc < record.end {
      let op = code[pc]
      pc &+= 1
      switch op.code {
      case .move: r[op.a] = r[op.b]
      case .add: r[op.a] = r[op.b] + r[op.c]
      case .subtract: r[op.a] = r[op.b] - r[op.c]
      case .multiply: r[op.a] = r[op.b] * r[op.c]
      case .divide: r[op.a] = r[op.b] / r[op.c]
      case .minimum: r[op.a] = Arithmetic.minimum(r[op.b], r[op.c])
      case .maximum: r[op.a] = Arithmetic.maximum(r[op.b], r[op.c])
      case .negate: r[op.a] = -r[op.b]
      case .not: r[op.a] = r[op.b] == 0 ? 1 : 0
      case .absolute: r[op.a] = r[op.b].magnitude
      case .floor: r[op.a] = r[op.b].rounded(.down)
      case .ceiling: r[op.a] = r[op.b].rounded(.up)
      case .less: r[op.a] = r[op.b] < r[op.c] ? 1 : 0
      case .lessOrEqual: r[op.a] = r[op.b] <= r[op.c] ? 1 : 0
      case .equal: r[op.a] = r[op.b] == r[op.c] ? 1 : 0
      case .notEqual: r[op.a] = r[op.b] != r[op.c] ? 1 : 0
      case .and: r[op.a] = r[op.b] != 0 && r[op.c] != 0 ? 1 : 0
      case .or: r[op.a] = r[op.b] != 0 || r[op.c] != 0 ? 1 : 0
      case .orDefault: r[op.a] = r[op.b].isNaN ? r[op.c] : r[op.b]
      case .jump: pc = op.a
      case .jumpIfZero: if r[op.a] == 0 { pc = op.b }
      case .jumpUnlessZero: if r[op.a] != 0 { pc = op.b }
      case .jumpIfLess: if r[op.a] < r[op.b] { pc = op.c }
      case .jumpIfLessOrEqual: if r[op.a] <= r[op.b] { pc = op.c }
      default: workOut(op)
      }
    }
    return r[record.result]
  }

  /// The ops of straight code that take long anyway.
  @inline(never)
  private mutating func workOut(_ op: Op) {
    let r = registers
    switch op.code {
    case .modulo: r[op.a] = Arithmetic.modulo(r[op.b], r[op.c])
    case .power: r[op.a] = Elementary.pow(r[op.b], r[op.c])
    case .round: r[op.a] = r[op.b].rounded(.toNearestOrAwayFromZero)
    case .roundMoney: r[op.a] = r[op.b].rounded(.toNearestOrEven)
    case .squareRoot: r[op.a] = r[op.b].squareRoot()
    case .exponential: r[op.a] = Elementary.exp(r[op.b])
    case .logarithm: r[op.a] = Elementary.log(r[op.b])
    default: preconditionFailure("\(op.code) isn't an op of straight code")
    }
  }

  @inline(never)
  private mutating func interpreted(_ record: EvaluationRecord) -> Double {
    let before = Int64(allotted) - Int64(budget)
    let value = evaluate(record.entry, record.result, frame: 0)
    if record.isStraight { budget += Int(Int64(allotted) - Int64(budget) - before) }
    return value
  }
}
