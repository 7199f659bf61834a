// sin, cos, tan and atan: reduction to |r| <= π/4 in two doubles, then polynomials.
//
// Reduction: below 2^20 by Cody & Waite with π/2 in parts of 33, 33 and 53 bits; above, and where that leaves a result so small
// that its bits are in doubt, by Payne & Hanek (1983): the bits of 2/π that matter times the significand, in 192-bit integers.

/// x - quadrant · π/2 as high + low, |high| <= π/4.
@frozen @usableFromInline
struct ReducedAngle {
  @usableFromInline var high: Double
  @usableFromInline var low: Double
  /// Only the two low bits count.
  @usableFromInline var quadrant: Int

  @inlinable @inline(__always)
  init(high: Double, low: Double, quadrant: Int) {
    self.high = high
    self.low = low
    self.quadrant = quadrant
  }
}

extension Elementary {
  /// The angle reduced to the nearest multiple of π/2; `x` is finite.
  @inlinable @inline(__always)
  static func reduced(_ x: Double) -> ReducedAngle {
    if x.magnitude <= 0x1.921fb54442d18p-1 { return ReducedAngle(high: x, low: 0, quadrant: 0) }
    if x.magnitude < 0x1p20 {
      let shifted = x * 0x1.45f306dc9c883p-1 + roundingShift
      let n = shifted - roundingShift
      // Products by the 33-bit parts are exact for |n| < 2^20, and so is the first difference.
      let first = x - n * 0x1.921fb544p+0
      let second = DoubleDouble.sum(first, -(n * 0x1.0b4611a6p-34))
      let angle = DoubleDouble.ordered(second.high, second.low - n * 0x1.3198a2e037073p-69)
      if angle.high.magnitude > 0x1p-26 {
        return ReducedAngle(
          high: angle.high, low: angle.low, quadrant: Int(Int32(truncatingIfNeeded: shifted.bitPattern)))
      }
    }
    return reducedByPayneHanek(x)
  }

  /// sin(high + low) for |high| <= π/4.
  @inlinable @inline(__always)
  static func sinKernel(_ high: Double, _ low: Double) -> Double {
    let z = high * high
    let z2 = z * z
    var pEven = -0x1.ab17cf930dca4p-41
    pEven = pEven * z2 + -0x1.ae645412bbdd3p-26
    pEven = pEven * z2 + -0x1.a01a01a019938p-13
    pEven = pEven * z2 + -0x1.5555555555555p-3
    var pOdd = 0x1.61217f03f5d5cp-33
    pOdd = pOdd * z2 + 0x1.71de3a5460903p-19
    pOdd = pOdd * z2 + 0x1.111111111111p-7
    let p = pEven + z * pOdd
    return high + (low * (1 - 0.5 * z) + (high * z) * p)
  }

  /// cos(high + low) for |high| <= π/4.
  @inlinable @inline(__always)
  static func cosKernel(_ high: Double, _ low: Double) -> Double {
    let z = high * high
    let z2 = z * z
    var pEven = 0x1.ab78570c89ab7p-45
    pEven = pEven * z2 + 0x1.1eed8deb936e3p-29
    pEven = pEven * z2 + 0x1.a01a01a019d0ap-16
    pEven = pEven * z2 + 0x1.5555555555555p-5
    var pOdd = -0x1.9394ba0621de8p-37
    pOdd = pOdd * z2 + -0x1.27e4fb7712d3ep-22
    pOdd = pOdd * z2 + -0x1.6c16c16c16c16p-10
    let p = pEven + z * pOdd
    let half = 0.5 * z
    let sum = 1.0 - half
    return sum + (((1.0 - sum) - half) + (z2 * p - high * low))
  }

  /// The sine of `x` radians, any finite x; below 0.9 ulp where sampled. NaN for infinities.
  @inlinable
  public static func sin(_ x: Double) -> Double {
    guard x.isFinite else { return .nan }
    let r = reduced(x)
    if x == 0 { return x }
    let value = r.quadrant & 1 == 0 ? sinKernel(r.high, r.low) : cosKernel(r.high, r.low)
    return r.quadrant & 2 == 0 ? value : -value
  }

  /// The cosine of `x` radians, any finite x; below 0.9 ulp where sampled. NaN for infinities.
  @inlinable
  public static func cos(_ x: Double) -> Double {
    guard x.isFinite else { return .nan }
    let r = reduced(x)
    let value = r.quadrant & 1 == 0 ? cosKernel(r.high, r.low) : sinKernel(r.high, r.low)
    return (r.quadrant &+ 1) & 2 == 0 ? value : -value
  }

  /// The tangent of `x` radians as the quotient of sine and cosine; below 2 ulp where sampled. NaN for infinities.
  @inlinable
  public static func tan(_ x: Double) -> Double {
    guard x.isFinite else { return .nan }
    if x == 0 { return x }
    let r = reduced(x)
    let s = sinKernel(r.high, r.low)
    let c = cosKernel(r.high, r.low)
    return r.quadrant & 1 == 0 ? s / c : -c / s
  }

  /// sin(π x), exact at multiples of ½; below 2 ulp where sampled.
  @inlinable
  public static func sinPi(_ x: Double) -> Double {
    guard x.isFinite else { return .nan }
    let nearest = x.rounded()
    let rest = x - nearest  // exact, |rest| <= ½
    let half = nearest * 0.5
    let isOdd = half.rounded(.towardZero) != half
    let folded = rest.magnitude > 0.25 ? 0.5 - rest.magnitude : rest.magnitude
    let angle = DoubleDouble.product(folded, 0x1.921fb54442d18p+1)
    let low = angle.low + folded * 0x1.1a62633145c07p-53
    let value = rest.magnitude > 0.25 ? cosKernel(angle.high, low) : sinKernel(angle.high, low)
    return (rest < 0) != isOdd ? -value : value
  }

  /// The arc tangent in -π/2 ... π/2; below 1 ulp where sampled.
  ///
  /// atan t = atan c + atan((t - c) / (1 + t c)) for the nearest c = j/4, with t = 1/|x| above 1.
  @inlinable
  public static func atan(_ x: Double) -> Double {
    if x.isNaN || x == 0 { return x }
    let magnitude = x.magnitude
    let inverted = magnitude > 1
    // (t - c) / (1 + t c) with t = 1/m is (1 - c m) / (m + c): no rounding of 1/m.
    let t = inverted ? 1 / magnitude : magnitude
    let j = Int(t * 4 + 0.5)
    let c = Double(j) * 0.25
    let r: Double
    if j == 0 {
      r = t
    } else if inverted {
      r = (1 - c * magnitude) / (magnitude + c)
    } else {
      r = (t - c) / (1 + t * c)
    }
    let base: DoubleDouble
    switch j {
    case 0: base = DoubleDouble(0, 0)
    case 1: base = DoubleDouble(0x1.f5b75f92c80ddp-3, 0x1.8ab6e3cf7afbdp-57)
    case 2: base = DoubleDouble(0x1.dac670561bb4fp-2, 0x1.a2b7f222f65e2p-56)
    case 3: base = DoubleDouble(0x1.4978fa3269ee1p-1, 0x1.2419a87f2a458p-56)
    default: base = DoubleDouble(0x1.921fb54442d18p-1, 0x1.1a62633145c07p-55)
    }
    let z = r * r
    let z2 = z * z
    var pEven = -0x1.044574cbfb7cfp-4
    pEven = pEven * z2 + -0x1.745c5a08c2c43p-4
    pEven = pEven * z2 + -0x1.249249243a4f9p-3
    pEven = pEven * z2 + -0x1.5555555555555p-2
    var pOdd = 0x1.3acdfd3ba71cap-4
    pOdd = pOdd * z2 + 0x1.c71c70bed425bp-4
    pOdd = pOdd * z2 + 0x1.999999999983ap-3
    let p = pEven + z * pOdd
    let small = (r * z) * p
    var value: Double
    if inverted {
      let difference = DoubleDouble.sum(0x1.921fb54442d18p+0, -base.high)
      value = difference.high - (r - ((difference.low + (0x1.1a62633145c07p-54 - base.low)) - small))
    } else {
      value = base.high + (r + (small + base.low))
    }
    if x < 0 { value = -value }
    return value
  }
}
