// Units, and products of units as they are written after a number. A unit is a name for a multiple of base units; an
// expression remembers how it was written, so that an answer can be given in the asker's own unit.

/// A named multiple of base units: `min` is 60 s, `%` is 0.01.
public struct Unit: Hashable, Sendable {
  /// The canonical name, as the formatter and reports write it.
  public let name: String
  public let dimension: Dimension
  /// How many base units one of this is: seconds, bytes, metres, kilograms, or one of the count or currency.
  public let factor: Double

  public init(name: String, dimension: Dimension, factor: Double) {
    self.name = name
    self.dimension = dimension
    self.factor = factor
  }

  /// The factor as a quotient of two exact numbers where it is one part of a whole number: 1 and 100 for `%`, so that
  /// `57%` is the number nearest to 0.57, which 57 * 0.01 isn't.
  var quotient: (over: Double, under: Double) {
    let parts = (1 / factor).rounded()
    return factor < 1 && parts.isFinite && 1 / parts == factor ? (1, parts) : (factor, 1)
  }
}

/// A product of units to whole exponents, in the order written: `CNY/payment`, `%/month`, `s^2`, `/h`.
public struct UnitExpression: Hashable, Sendable {
  /// One unit with its exponent; a negative exponent was written after `/`.
  public struct Factor: Hashable, Sendable {
    public let unit: Unit
    public let exponent: Int
    public init(_ unit: Unit, _ exponent: Int) {
      self.unit = unit
      self.exponent = exponent
    }
  }

  public let factors: [Factor]
  public let dimension: Dimension
  /// One of this is `multiplier / divisor` base units; kept apart so that decimal units convert without a needless rounding.
  private let multiplier: Double
  private let divisor: Double

  /// How many base units one of this is.
  public var factor: Double { multiplier / divisor }

  /// `number` of these in base units: what a literal means.
  public func inBaseUnits(_ number: Double) -> Double { number * multiplier / divisor }

  /// How many of these `quantity`, in base units, is; of the numbers that mean just that quantity, one of few digits:
  /// 0.07 is 7 of `%`, though 0.07 * 100 is 7.000000000000001.
  public func number(of quantity: Double) -> Double {
    let number = quantity * divisor / multiplier
    guard multiplier != divisor, number.isFinite, number != 0 else { return number }
    let short = DecimalDigits(number).rounded(toDigits: 15).value * (number < 0 ? -1 : 1)
    return inBaseUnits(short) == quantity ? short : number
  }

  /// The product of `factors`; repeats of a unit are joined, and one whose exponents cancel is left out.
  public init(_ factors: [Factor]) {
    var joined: [Factor] = []
    for factor in factors {
      if let index = joined.firstIndex(where: { $0.unit == factor.unit }) {
        joined[index] = Factor(factor.unit, joined[index].exponent + factor.exponent)
      } else {
        joined.append(factor)
      }
    }
    joined.removeAll { $0.exponent == 0 }
    // `%` is glued to its number, so it is first wherever it was put.
    if let index = joined.firstIndex(where: { $0.unit.name == "%" && $0.exponent == 1 }) {
      joined.insert(joined.remove(at: index), at: 0)
    }
    self.factors = joined
    var dimension = Dimension.dimensionless
    var (over, under) = (1.0, 1.0)
    for factor in joined {
      dimension = dimension * factor.unit.dimension.raised(to: factor.exponent)
      let one = factor.unit.quotient
      let (numerator, denominator) = factor.exponent > 0 ? one : (one.under, one.over)
      over *= Self.power(numerator, factor.exponent.magnitude)
      under *= Self.power(denominator, factor.exponent.magnitude)
    }
    self.dimension = dimension
    multiplier = over
    divisor = under
  }

  /// The single unit `unit`.
  public init(_ unit: Unit) { self.init([Factor(unit, 1)]) }

  /// No unit at all: the number as it stands.
  public static let none = UnitExpression([])

  /// Whether nothing is written after the number.
  public var isEmpty: Bool { factors.isEmpty }

  /// `base` multiplied by itself. O(log exponent).
  private static func power(_ base: Double, _ exponent: UInt) -> Double {
    var (result, square, rest) = (1.0, base, exponent)
    while rest > 0 {
      if rest & 1 == 1 { result *= square }
      square *= square
      rest >>= 1
    }
    return result
  }

  /// Whether the text is written without a space after its number: `%`, `/h`.
  public var isGlued: Bool {
    guard let first = factors.first else { return true }
    return first.exponent < 0 || first.unit.name == "%"
  }

  /// The canonical text: each unit's canonical name in the order written, `CNY/payment`, `%/month`, `/h`, `s^2`.
  public var text: String {
    var text = ""
    for factor in factors {
      let power = factor.exponent.magnitude
      if factor.exponent < 0 {
        text += "/"
      } else if text == "%" {
        text += " "
      } else if !text.isEmpty {
        text += "*"
      }
      text += power == 1 ? factor.unit.name : "\(factor.unit.name)^\(power)"
    }
    return text
  }
}

extension UnitExpression: CustomStringConvertible {
  public var description: String { text }
}
