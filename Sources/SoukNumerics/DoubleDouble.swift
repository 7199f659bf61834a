// Unevaluated sums of two doubles (about 106 bits), by Dekker (1971) and Knuth: error-free sums and, without a fused
// multiply-add, error-free products by splitting. Used where one rounding more would spoil a result: powers, gamma, erfc.

/// An unevaluated sum high + low with |low| <= ulp(high) / 2.
@frozen @usableFromInline
struct DoubleDouble: Sendable, Equatable {
  @usableFromInline var high: Double
  @usableFromInline var low: Double

  @inlinable @inline(__always)
  init(_ high: Double, _ low: Double = 0) {
    self.high = high
    self.low = low
  }

  /// a + b exactly, for |a| >= |b| or a = 0 (Dekker).
  @inlinable @inline(__always)
  static func ordered(_ a: Double, _ b: Double) -> DoubleDouble {
    let sum = a + b
    return DoubleDouble(sum, b - (sum - a))
  }

  /// a + b exactly (Knuth).
  @inlinable @inline(__always)
  static func sum(_ a: Double, _ b: Double) -> DoubleDouble {
    let sum = a + b
    let shadow = sum - a
    return DoubleDouble(sum, (a - (sum - shadow)) + (b - shadow))
  }

  /// a · b exactly (Dekker's splitting at 27 bits), for magnitudes below 2^990 and products above 2^-960.
  @inlinable @inline(__always)
  static func product(_ a: Double, _ b: Double) -> DoubleDouble {
    let bigA = a * 0x1.0000002p27
    let highA = bigA - (bigA - a)
    let lowA = a - highA
    let bigB = b * 0x1.0000002p27
    let highB = bigB - (bigB - b)
    let lowB = b - highB
    let product = a * b
    let error = ((highA * highB - product) + highA * lowB + lowA * highB) + lowA * lowB
    return DoubleDouble(product, error)
  }

  @inlinable @inline(__always)
  static func + (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
    let s = sum(a.high, b.high)
    return ordered(s.high, s.low + (a.low + b.low))
  }

  @inlinable @inline(__always)
  static func - (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
    a + DoubleDouble(-b.high, -b.low)
  }

  @inlinable @inline(__always)
  static func * (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
    let p = product(a.high, b.high)
    return ordered(p.high, p.low + (a.high * b.low + a.low * b.high))
  }

  @inlinable @inline(__always)
  static func / (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
    let quotient = a.high / b.high
    let back = product(quotient, b.high)
    let rest = ((a.high - back.high) - back.low) + (a.low - quotient * b.low)
    return ordered(quotient, rest / b.high)
  }
}

extension Elementary {
  /// The leading 26 bits of a number: two such heads multiply exactly.
  @inlinable @inline(__always)
  static func head(_ x: Double) -> Double { Double(bitPattern: x.bitPattern & 0xFFFF_FFFF_F800_0000) }

  /// log(x) to about 65 bits, for finite x > 0.
  ///
  /// With s = f / (2 + f) and z = s²: log(1 + f) = ⅔ s (3 + z + r), r = 1½ z² Q(z), where each big factor is split into a head of 26
  /// bits and the rest, so that the big products are exact. (All in double-doubles it took twice as long.)
  @inlinable
  static func logTwofold(_ x: Double) -> DoubleDouble {
    var bits = x.bitPattern
    var k = 0.0
    if bits < 0x0010_0000_0000_0000 {
      bits = (x * 0x1p54).bitPattern
      k = -54
    }
    let exponent = Int64(bitPattern: bits &- 0x3FE6_A09E_667F_3BCD) >> 52
    k += Double(exponent)
    let f = Double(bitPattern: bits &- UInt64(bitPattern: exponent &<< 52)) - 1.0
    let divisorHead = head(2.0 + f)
    let divisorTail = f - (divisorHead - 2.0)
    let inverse = 1.0 / (2.0 + f)
    let s = f * inverse
    let sHead = head(s)
    let sTail = ((f - sHead * divisorHead) - sHead * divisorTail) * inverse
    let z = s * s
    let z2 = z * z
    var qEven = 0x1.df7cc8e5fa539p-4
    qEven = qEven * z2 + 0x1.3b1395d2190c1p-3
    qEven = qEven * z2 + 0x1.c71c71c6eaa1p-3
    qEven = qEven * z2 + 0x1.999999999999ap-2
    var qOdd = 0x1.e02e6fff27908p-4
    qOdd = qOdd * z2 + 0x1.1118c7e4b0917p-3
    qOdd = qOdd * z2 + 0x1.745d177a96056p-3
    qOdd = qOdd * z2 + 0x1.2492492492521p-2
    let q = qEven + z * qOdd
    let zHead = sHead * sHead
    let rest = sTail * (sHead + s) + 1.5 * (z2 * q)
    let sumHead = head(3.0 + zHead + rest)
    let sumTail = rest - ((sumHead - 3.0) - zHead)
    let big = sHead * sumHead
    let small = sTail * sumHead + sumTail * s
    let productHead = head(big + small)
    let productTail = small - (productHead - big)
    // ⅔ = 0x1.555555p-1 + 0x1.5555555555555p-27
    let high = productHead * 0x1.555555p-1
    let low = productTail * 0x1.5555555555555p-1 + productHead * 0x1.5555555555555p-27
    let total = DoubleDouble.ordered(k * 0x1.62e42fefp-1, high)
    return DoubleDouble.ordered(total.high, total.low + (low + k * 0x1.473de6af278edp-34))
  }

  /// x^y; below 0.7 ulp where sampled, exact where the exact power is a double, with the special cases of C's `pow`.
  @inlinable
  public static func pow(_ x: Double, _ y: Double) -> Double {
    if y == 0 || x == 1 { return 1 }
    if x.isNaN || y.isNaN { return .nan }
    if y == 1 { return x }
    if y == 2 { return x * x }
    let magnitude = x.magnitude
    if magnitude == 0 || magnitude == .infinity || magnitude == 1 || y.magnitude == .infinity || x < 0 {
      return powOfSpecial(x, y)
    }
    return powOfPositive(x, y)
  }

  /// x^y for finite x > 0 other than 1 and finite y other than 0.
  @inlinable
  static func powOfPositive(_ x: Double, _ y: Double) -> Double {
    if y == 0.5 { return x.squareRoot() }
    let logarithm = logTwofold(x)
    let estimate = y * logarithm.high
    if estimate > 710 { return .infinity }
    if estimate < -746 { return 0 }
    if estimate.magnitude < 0x1p-60 { return 1 + estimate }
    let product = DoubleDouble.product(y, logarithm.high)
    return expOfSum(product.high, product.low + y * logarithm.low)
  }

  /// The cases of x^y that a formula does not cover: zeros, infinities, ±1, negative bases.
  @usableFromInline
  static func powOfSpecial(_ x: Double, _ y: Double) -> Double {
    let magnitude = x.magnitude
    if y.magnitude == .infinity {
      if magnitude == 1 { return 1 }
      return (magnitude > 1) == (y > 0) ? .infinity : 0
    }
    let isInteger = y.rounded(.towardZero) == y
    let half = y * 0.5
    let isOdd = isInteger && half.rounded(.towardZero) != half
    let negative = x.sign == .minus && isOdd
    if magnitude == 0 || magnitude == .infinity {
      let result: Double = (magnitude == 0) == (y > 0) ? 0 : .infinity
      return negative ? -result : result
    }
    if x < 0 && !isInteger { return .nan }
    let result = magnitude == 1 ? 1 : powOfPositive(magnitude, y)
    return negative ? -result : result
  }
}
