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
  /// How many base units one of this is.
  public let factor: Double

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
    self.factors = joined
    var dimension = Dimension.dimensionless
    // Two products and one division: 1/3600 for `/h` is then the nearest number, not a product of roundings.
    var (over, under) = (1.0, 1.0)
    for factor in joined {
      dimension = dimension * factor.unit.dimension.raised(to: factor.exponent)
      let power = Self.power(factor.unit.factor, Int(factor.exponent.magnitude))
      if factor.exponent > 0 { over *= power } else { under *= power }
    }
    self.dimension = dimension
    self.factor = over / under
  }

  /// The single unit `unit`.
  public init(_ unit: Unit) { self.init([Factor(unit, 1)]) }

  /// No unit at all: the number as it stands.
  public static let none = UnitExpression([])

  /// Whether nothing is written after the number.
  public var isEmpty: Bool { factors.isEmpty }

  /// `base` multiplied by itself. O(log exponent).
  private static func power(_ base: Double, _ exponent: Int) -> Double {
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
