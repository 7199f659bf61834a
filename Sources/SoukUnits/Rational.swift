// Exact fractions for the exponents of dimensions: two 64-bit integers in lowest terms.
// Products are taken in 128 bits and reduced (Euclid), so a result is exact or visibly unrepresentable; nothing traps,
// because a script may write any power it likes.

/// An exact fraction in lowest terms; a result that doesn't fit 64 bits becomes `unrepresentable`, which absorbs all else.
public struct Rational: Hashable, Sendable {
  /// The numerator, carrying the sign.
  public let numerator: Int64
  /// The denominator: positive, and 0 only for `unrepresentable`.
  public let denominator: Int64

  public static let zero = Rational(0)
  public static let one = Rational(1)
  /// What arithmetic gives when the exact result doesn't fit, or on division by zero; equal to itself only.
  public static let unrepresentable = Rational(unchecked: 0, 0)

  private init(unchecked numerator: Int64, _ denominator: Int64) {
    self.numerator = numerator
    self.denominator = denominator
  }

  /// The whole number `value`.
  public init(_ value: Int) {
    self.init(unchecked: Int64(value), 1)
  }

  /// `numerator / denominator` in lowest terms; a zero denominator gives `unrepresentable`.
  public init(_ numerator: Int, over denominator: Int) {
    self.init(reducing: Int128(numerator), Int128(denominator))
  }

  private init(reducing numerator: Int128, _ denominator: Int128) {
    guard denominator != 0 else { self = .unrepresentable; return }
    var (a, b) = (numerator.magnitude, denominator.magnitude)
    while b != 0 { (a, b) = (b, a % b) }
    let divisor = Int128(a) * (denominator < 0 ? -1 : 1)
    guard let n = Int64(exactly: numerator / divisor), let d = Int64(exactly: denominator / divisor) else {
      self = .unrepresentable
      return
    }
    self.init(unchecked: n, d)
  }

  public var isZero: Bool { numerator == 0 && denominator != 0 }
  public var isRepresentable: Bool { denominator != 0 }
  public var isNegative: Bool { numerator < 0 }
  public var isWhole: Bool { denominator == 1 }

  public static func + (a: Rational, b: Rational) -> Rational {
    guard a.isRepresentable, b.isRepresentable else { return .unrepresentable }
    // Each product is below 2^126, so their sum fits 128 bits.
    return Rational(
      reducing: Int128(a.numerator) * Int128(b.denominator) + Int128(b.numerator) * Int128(a.denominator),
      Int128(a.denominator) * Int128(b.denominator))
  }

  public static func * (a: Rational, b: Rational) -> Rational {
    guard a.isRepresentable, b.isRepresentable else { return .unrepresentable }
    return Rational(
      reducing: Int128(a.numerator) * Int128(b.numerator), Int128(a.denominator) * Int128(b.denominator))
  }

  /// The quotient; `unrepresentable` when `b` is zero.
  public static func / (a: Rational, b: Rational) -> Rational {
    guard a.isRepresentable, b.isRepresentable else { return .unrepresentable }
    return Rational(
      reducing: Int128(a.numerator) * Int128(b.denominator), Int128(a.denominator) * Int128(b.numerator))
  }

  public static prefix func - (a: Rational) -> Rational {
    guard a.isRepresentable else { return a }
    return Rational(reducing: -Int128(a.numerator), Int128(a.denominator))
  }

  public static func - (a: Rational, b: Rational) -> Rational { a + -b }
}

extension Rational: CustomStringConvertible {
  /// `3`, `-1/2`, or `?` for an unrepresentable result.
  public var description: String {
    guard isRepresentable else { return "?" }
    return isWhole ? "\(numerator)" : "\(numerator)/\(denominator)"
  }
}
