// Arithmetic as scripts mean it, on plain numbers. Scripts, constant folding and the engine's ops give the same bits: only
// the operations of IEEE 754 and SoukNumerics' own elementary functions are used, in the same order.

import SoukModel
import SoukNumerics
import SoukSema
import SoukSyntax

enum Arithmetic {
  static let ln10 = Elementary.log(10)
  static let ln2 = Elementary.log(2)

  /// A binary operator on numbers; nil for a division by zero.
  static func apply(_ op: BinaryOperator, _ a: Double, _ b: Double) -> Double? {
    switch op {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: b == 0 ? nil : a / b
    case .power: Elementary.pow(a, b)
    case .modulo: b == 0 ? nil : modulo(a, b)
    default: nil
    }
  }

  /// The remainder with the sign of the divisor: `-1 mod 24` is 23.
  static func modulo(_ a: Double, _ b: Double) -> Double {
    let rest = a.truncatingRemainder(dividingBy: b)
    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest
  }

  static func compare(_ op: BinaryOperator, _ a: Double, _ b: Double) -> Bool {
    switch op {
    case .less: a < b
    case .lessOrEqual: a <= b
    case .greater: a > b
    case .greaterOrEqual: a >= b
    case .equal: a == b
    default: a != b
    }
  }

  /// A function of one number, with the op that computes it while a model runs; nil when it isn't one.
  static func unary(_ builtin: Builtin) -> (op: OpCode, apply: @Sendable (Double) -> Double)? {
    switch builtin {
    case .abs: (.absolute, { $0.magnitude })
    case .floor: (.floor, { $0.rounded(.down) })
    case .ceil: (.ceiling, { $0.rounded(.up) })
    case .round: (.round, { $0.rounded() })
    case .sqrt: (.squareRoot, { $0.squareRoot() })
    case .exp: (.exponential, { Elementary.exp($0) })
    case .ln: (.logarithm, { Elementary.log($0) })
    case .sin: (.sine, { Elementary.sin($0) })
    case .cos: (.cosine, { Elementary.cos($0) })
    default: nil
    }
  }

  /// What the ops that fold do, on constants.
  static func fold(_ op: OpCode, _ a: Double, _ b: Double) -> Double? {
    switch op {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: b == 0 ? nil : a / b
    case .modulo: b == 0 ? nil : modulo(a, b)
    case .power: Elementary.pow(a, b)
    case .minimum: minimum(a, b)
    case .maximum: maximum(a, b)
    case .less: a < b ? 1 : 0
    case .lessOrEqual: a <= b ? 1 : 0
    case .equal: a == b ? 1 : 0
    case .notEqual: a != b ? 1 : 0
    case .and: a != 0 && b != 0 ? 1 : 0
    case .or: a != 0 || b != 0 ? 1 : 0
    case .orDefault: a.isNaN ? b : a
    default: nil
    }
  }

  static func fold(_ op: OpCode, _ a: Double) -> Double? {
    switch op {
    case .move: a
    case .negate: -a
    case .not: a == 0 ? 1 : 0
    case .absolute: a.magnitude
    case .floor: a.rounded(.down)
    case .ceiling: a.rounded(.up)
    case .round: a.rounded()
    case .squareRoot: a.squareRoot()
    case .exponential: Elementary.exp(a)
    case .logarithm: Elementary.log(a)
    case .sine: Elementary.sin(a)
    case .cosine: Elementary.cos(a)
    case .roundMoney: a.rounded(.toNearestOrEven)
    default: nil
    }
  }

  static func minimum(_ a: Double, _ b: Double) -> Double { a.isNaN || b.isNaN ? .nan : (a < b ? a : b) }
  static func maximum(_ a: Double, _ b: Double) -> Double { a.isNaN || b.isNaN ? .nan : (a > b ? a : b) }

  /// The quantile of ascending numbers by linear interpolation (Hyndman & Fan 1996, definition 7).
  static func quantile(_ ascending: [Double], _ p: Double) -> Double {
    let position = p * Double(ascending.count - 1)
    let lower = min(max(Int(position.rounded(.down)), 0), ascending.count - 1)
    let upper = min(lower + 1, ascending.count - 1)
    let fraction = position - Double(lower)
    return ascending[lower] + fraction * (ascending[upper] - ascending[lower])
  }
}
