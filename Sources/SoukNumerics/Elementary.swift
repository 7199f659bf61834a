// Elementary functions whose bits depend on nothing but this source: no platform libm, no fused multiply-add.
//
// exp:   x = k ln 2 + r, |r| <= ln 2 / 2 (Cody & Waite's two-part ln 2), a polynomial for (e^r - 1 - r - r²/2) / r³, and a
//        final sum in which only the last addition rounds at the scale of the result.
// log:   x = 2^k (1 + f) with 1 + f in [√½, √2), s = f / (2 + f), log(1 + f) = f - (f²/2 - s (f²/2 + R(s²))), as in fdlibm.
// The polynomials were fitted in 260-bit arithmetic at Chebyshev's points; every constant is a hexadecimal literal, since a
// decimal one is rounded through 80 bits on x86-64 and could differ from other machines.

/// Elementary and special functions in double precision with the same bits on every platform.
public enum Elementary {
  /// The bits of 1.5 · 2^52: adding it leaves the nearest integer in the low bits of the sum.
  @inlinable @inline(__always)
  static var roundingShift: Double { 0x1.8p52 }

  /// 2^k for k in -1022 ... 1023.
  @inlinable @inline(__always)
  static func powerOfTwo(_ k: Int) -> Double {
    Double(bitPattern: UInt64(truncatingIfNeeded: k &+ 1023) &<< 52)
  }

  /// value · 2^k, rounded once, for k in -2044 ... 2046 and a value near 1.
  @inlinable @inline(__always)
  static func scaled(_ value: Double, by k: Int) -> Double {
    if k > -1021 && k < 1023 {
      return Double(bitPattern: value.bitPattern &+ (UInt64(truncatingIfNeeded: k) &<< 52))
    }
    let half = k >> 1
    return value * powerOfTwo(half) * powerOfTwo(k &- half)
  }

  /// e^(high + low) for |low| far below |high| and high within -1000 ... 1000; 0.6 ulp of the exact power of the sum.
  @inlinable @inline(__always)
  static func expOfSum(_ high: Double, _ low: Double) -> Double {
    let shifted = high * 0x1.71547652b82fep+0 + roundingShift
    let count = shifted - roundingShift
    let k = Int(Int32(truncatingIfNeeded: shifted.bitPattern))
    let reduced = high - count * 0x1.62e42fefp-1  // exact: the constant has 33 bits, the count 11
    let correction = count * 0x1.473de6af278edp-34 - low
    let r = reduced - correction
    let r2 = r * r
    var qEven = 0x1.af38a71a18cb9p-26
    qEven = qEven * r2 + 0x1.71de0daf7a6ccp-19
    qEven = qEven * r2 + 0x1.a01a01a7c3d59p-13
    qEven = qEven * r2 + 0x1.11111111109b4p-7
    qEven = qEven * r2 + 0x1.5555555555556p-3
    var qOdd = 0x1.1f66de051eb02p-29
    qOdd = qOdd * r2 + 0x1.27e4e1f5246c7p-22
    qOdd = qOdd * r2 + 0x1.a01a01a47adc4p-16
    qOdd = qOdd * r2 + 0x1.6c16c16c167e1p-10
    qOdd = qOdd * r2 + 0x1.5555555555555p-5
    let q = qEven + r * qOdd
    let tail = 0.5 * r2 + (r * r2) * q
    // (1 + reduced) - 1 - reduced is exact, so the bits lost by the big addition come back with the small terms.
    let sum = 1.0 + reduced
    let lost = reduced - (sum - 1.0)
    // `tail` was taken at r; the linear term is reduced - correction.
    return scaled(sum + (lost + (tail - correction)), by: k)
  }

  /// e^x; below 0.6 ulp where sampled. Overflows to infinity above 709.78, to zero below -745.13.
  @inlinable
  public static func exp(_ x: Double) -> Double {
    guard x <= 0x1.62e42fefa39efp+9 else { return x.isNaN ? x : .infinity }
    guard x >= -0x1.74910d52d3051p+9 else { return x.isNaN ? x : 0 }
    return expOfSum(x, 0)
  }

  /// e^x - 1 without cancellation near 0; below 1 ulp where sampled.
  @inlinable
  public static func expm1(_ x: Double) -> Double {
    if x.magnitude < 0x1p-54 || x.isNaN { return x }
    if x > 45 { return exp(x) }
    if x < -38 { return -1 }
    let shifted = x * 0x1.71547652b82fep+0 + roundingShift
    let count = shifted - roundingShift
    let k = Int(Int32(truncatingIfNeeded: shifted.bitPattern))
    let reduced = x - count * 0x1.62e42fefp-1
    let correction = count * 0x1.473de6af278edp-34
    let r = reduced - correction
    let r2 = r * r
    var qEven = 0x1.af38a71a18cb9p-26
    qEven = qEven * r2 + 0x1.71de0daf7a6ccp-19
    qEven = qEven * r2 + 0x1.a01a01a7c3d59p-13
    qEven = qEven * r2 + 0x1.11111111109b4p-7
    qEven = qEven * r2 + 0x1.5555555555556p-3
    var qOdd = 0x1.1f66de051eb02p-29
    qOdd = qOdd * r2 + 0x1.27e4e1f5246c7p-22
    qOdd = qOdd * r2 + 0x1.a01a01a47adc4p-16
    qOdd = qOdd * r2 + 0x1.6c16c16c167e1p-10
    qOdd = qOdd * r2 + 0x1.5555555555555p-5
    let q = qEven + r * qOdd
    let tail = 0.5 * r2 + (r * r2) * q
    if k == 0 { return reduced + tail }
    // 2^k (1 + reduced + small) - 1 with the two big terms added exactly (Knuth's two-sum).
    let scale = powerOfTwo(k)
    let base = scale - 1
    let lost = k > 53 ? scale - base - 1 : 0
    let first = scale * reduced
    let sum = base + first
    let shadow = sum - base
    let error = (base - (sum - shadow)) + (first - shadow)
    return sum + (error + (scale * (tail - correction) + lost))
  }

  /// The significand's half of a logarithm: log(2^k (1 + f)) + correction.
  @inlinable @inline(__always)
  static func logOfParts(_ k: Double, _ f: Double, _ correction: Double) -> Double {
    let s = f / (2.0 + f)
    let z = s * s
    let z2 = z * z
    var pEven = 0x1.0fbe83c2cbcf3p-3
    pEven = pEven * z2 + 0x1.745cf901605f7p-3
    pEven = pEven * z2 + 0x1.2492492476c87p-2
    pEven = pEven * z2 + 0x1.5555555555555p-1
    var pOdd = 0x1.0c04595972ab8p-3
    pOdd = pOdd * z2 + 0x1.3b1c360763b8ap-3
    pOdd = pOdd * z2 + 0x1.c71c720160b47p-3
    pOdd = pOdd * z2 + 0x1.9999999999a38p-2
    let p = pEven + z * pOdd
    let r = z * p
    let halfSquare = 0.5 * f * f
    return k * 0x1.62e42fefp-1 - ((halfSquare - (s * (halfSquare + r) + (k * 0x1.473de6af278edp-34 + correction))) - f)
  }

  /// The natural logarithm; below 1 ulp where sampled. -infinity at 0, NaN below.
  @inlinable
  public static func log(_ x: Double) -> Double {
    var bits = x.bitPattern
    var k = 0
    if bits &- 0x0010_0000_0000_0000 >= 0x7FE0_0000_0000_0000 {  // zero, subnormal, negative, infinite or NaN
      if x == 0 { return -.infinity }
      if x.isNaN || x < 0 { return .nan }
      if x == .infinity { return x }
      bits = (x * 0x1p54).bitPattern
      k = -54
    }
    let exponent = Int64(bitPattern: bits &- 0x3FE6_A09E_667F_3BCD) >> 52  // counts from √½
    k &+= Int(exponent)
    let significand = Double(bitPattern: bits &- UInt64(bitPattern: exponent &<< 52))
    return logOfParts(Double(k), significand - 1.0, 0)
  }

  /// log(1 + x) without cancellation near 0; below 1.2 ulp where sampled.
  @inlinable
  public static func log1p(_ x: Double) -> Double {
    if x.magnitude < 0x1p-54 || x.isNaN || x == .infinity { return x }
    if x <= -1 { return x == -1 ? -.infinity : .nan }
    let sum = 1.0 + x
    let lost = x.magnitude < 1 ? x - (sum - 1.0) : 1.0 - (sum - x)
    let bits = sum.bitPattern
    let exponent = Int64(bitPattern: bits &- 0x3FE6_A09E_667F_3BCD) >> 52
    let significand = Double(bitPattern: bits &- UInt64(bitPattern: exponent &<< 52))
    return logOfParts(Double(exponent), significand - 1.0, lost / sum)
  }
}
