// Gamma, its logarithm and the digamma function: Stirling's series at an argument shifted up to 16 or more, in two doubles;
// the reflection formula below 0; a polynomial for log Γ near its zeros at 1 and 2.

extension Elementary {
  /// 1/(12w) - 1/(360w³) + …: what Stirling's formula leaves of log Γ(w), for w >= 16; about 1e-20 of it is cut off.
  @inlinable
  static func stirlingSeries(_ w: Double) -> Double {
    let z = 1 / (w * w)
    var p = 0x1.6fe96381e068p-3
    p = p * z + -0x1.e4286cb0f5398p-6
    p = p * z + 0x1.a41a41a41a41ap-8
    p = p * z + -0x1.f6ab0d9993c7dp-10
    p = p * z + 0x1.b951e2b18ff23p-11
    p = p * z + -0x1.3813813813814p-11
    p = p * z + 0x1.a01a01a01a01ap-11
    p = p * z + -0x1.6c16c16c16c17p-9
    p = p * z + 0x1.5555555555555p-4
    return p / w
  }

  /// log Γ(w) for 16 <= w < 2^900.
  @inlinable
  static func logGammaOfLarge(_ w: Double) -> DoubleDouble {
    let power = DoubleDouble(w - 0.5) * logTwofold(w)
    let rest = DoubleDouble.sum(0x1.d67f1c864beb5p-1, stirlingSeries(w))
    return power + (DoubleDouble(rest.high, rest.low - 0x1.65b5a1b7ff5dfp-55) - DoubleDouble(w))
  }

  /// (w, x (x + 1) … (w - 1)) with w = x + n the first at or above 16, for x > 0.
  @inlinable
  static func shiftedToLarge(_ x: Double) -> (w: DoubleDouble, product: DoubleDouble) {
    var product = DoubleDouble(1)
    var step = 0.0
    while x + step < 16 {
      product = product * DoubleDouble.sum(x, step)
      step += 1
    }
    return (DoubleDouble.sum(x, step), product)
  }

  /// log Γ(x) for x > 0 in two doubles; about 1e-17 absolute below 16, relative above.
  @inlinable
  static func logGammaTwofold(_ x: Double) -> DoubleDouble {
    if x >= 16 { return logGammaOfLarge(x) }
    let (w, product) = shiftedToLarge(x)
    let large = logGammaOfLarge(w.high)
    // The shift may have rounded: log Γ(w + d) = log Γ(w) + d ψ(w).
    let shifted = DoubleDouble.sum(large.high, large.low + w.low * (log(w.high) - 0.5 / w.high))
    var logarithm = logTwofold(product.high)
    logarithm = DoubleDouble.sum(logarithm.high, logarithm.low + product.low / product.high)
    return shifted - logarithm
  }

  /// Γ(x): exact for integers to 23, below 2 ulp above 0 and 4 ulp below where sampled; NaN at negative integers.
  public static func gamma(_ x: Double) -> Double {
    if x.isNaN { return x }
    if x == 0 { return 1 / x }
    if x > 171.7 { return .infinity }
    if x.magnitude < 0x1p-54 { return 1 / x }
    if x > 0 { return gammaOfPositive(x) }
    if x.rounded(.towardZero) == x { return .nan }  // and -infinity
    let factor = -(0x1.921fb54442d18p+1 / (x * sinPi(x)))
    if x > -16 { return factor / gammaOfPositive(-x) }
    if x < -200 { return factor < 0 ? -0.0 : 0 }
    let logarithm = logGammaOfLarge(-x)
    return expOfSum(-logarithm.high, -logarithm.low) * factor
  }

  /// Γ(x) for 0 < x <= 171.7.
  static func gammaOfPositive(_ x: Double) -> Double {
    if x.rounded(.towardZero) == x {
      var product = DoubleDouble(0x1p-200)  // 168! is past the range of the splitting products
      var factor = 2.0
      while factor < x {
        product = product * DoubleDouble(factor)
        factor += 1
      }
      return (product.high + product.low) * 0x1p200
    }
    if x >= 16 {
      let logarithm = logGammaOfLarge(x)
      return expOfSum(logarithm.high, logarithm.low)
    }
    let (w, product) = shiftedToLarge(x)
    let logarithm = logGammaOfLarge(w.high)
    let low = logarithm.low + w.low * (log(w.high) - 0.5 / w.high) - product.low / product.high
    return expOfSum(logarithm.high, low) / product.high
  }

  /// log |Γ(x)|; below 3 ulp for x > 0 where sampled, an absolute error of 1e-15 times the larger term below 0.
  ///
  /// Infinity at 0 and the negative integers.
  public static func lgamma(_ x: Double) -> Double {
    if x.isNaN { return x }
    if x.magnitude == .infinity { return .infinity }
    if x > 0 {
      if x < 3 { return logGammaNearZeros(x) }
      if x > 0x1p60 { return x * (log(x) - 1) }
      let value = logGammaTwofold(x)
      return value.high + value.low
    }
    if x.rounded(.towardZero) == x { return .infinity }
    if x > -0x1p-60 { return -log(-x) }
    return log(0x1.921fb54442d18p+1 / (x * sinPi(x)).magnitude) - lgamma(-x)
  }

  /// log Γ(x) for 0 < x < 3, relatively accurate near the zeros at 1 and 2: log Γ(1 + s) = s (s - 1) p(s - ½).
  static func logGammaNearZeros(_ x: Double) -> Double {
    let s = x < 1 ? x : x < 2 ? x - 1 : x - 2
    let t = s - 0.5
    let t2 = t * t
    var pEven = 0x1.29eb796ec9da7p-19
    pEven = pEven * t2 + 0x1.01612ab977684p-19
    pEven = pEven * t2 + 0x1.ddc12844b88aep-18
    pEven = pEven * t2 + 0x1.1716b4642a0c1p-16
    pEven = pEven * t2 + 0x1.5e9628a89c5fap-15
    pEven = pEven * t2 + 0x1.bb027b8e75232p-14
    pEven = pEven * t2 + 0x1.1c746e8d11075p-12
    pEven = pEven * t2 + 0x1.750ae65e8d094p-11
    pEven = pEven * t2 + 0x1.f814b7bf07208p-10
    pEven = pEven * t2 + 0x1.64f066524532dp-8
    pEven = pEven * t2 + 0x1.1334235278fb7p-6
    pEven = pEven * t2 + 0x1.01af62a2929e8p-4
    pEven = pEven * t2 + 0x1.eeb95b094c191p-2
    var pOdd = -0x1.cfbc56e91250cp-19
    pOdd = pOdd * t2 + -0x1.9400aecdd2e35p-19
    pOdd = pOdd * t2 + -0x1.7701234d3655ap-17
    pOdd = pOdd * t2 + -0x1.b87bfc435fbd2p-16
    pOdd = pOdd * t2 + -0x1.163ea7a726617p-14
    pOdd = pOdd * t2 + -0x1.6230ded9b9a02p-13
    pOdd = pOdd * t2 + -0x1.cb457b58bba6dp-12
    pOdd = pOdd * t2 + -0x1.313e8823b7645p-10
    pOdd = pOdd * t2 + -0x1.a503523b1dd18p-9
    pOdd = pOdd * t2 + -0x1.34dbda148e53fp-7
    pOdd = pOdd * t2 + -0x1.007aa83cee1e6p-5
    pOdd = pOdd * t2 + -0x1.2aed059bd608ap-3
    let p = pEven + t * pOdd
    let core = s * (s - 1) * p
    if x < 1 { return core - log(x) }
    return x < 2 ? core : core + log1p(s)
  }

  /// The digamma function Γ'(x) / Γ(x); an absolute error below 4e-16 · max(1, |ψ|) for x > 0 where sampled.
  ///
  /// NaN at 0 and the negative integers.
  public static func digamma(_ x: Double) -> Double {
    if x.isNaN || x == .infinity { return x }
    if x <= 0 {
      let rest = x - x.rounded()
      if rest == 0 || x == -.infinity { return .nan }
      return digamma(1 - x) - 0x1.921fb54442d18p+1 * sinPi(0.5 - rest) / sinPi(rest)
    }
    var w = x
    var sum = DoubleDouble(0)
    while w < 12 {
      sum = sum + DoubleDouble(1) / DoubleDouble(w)
      w += 1
    }
    if w > 0x1p60 { return log(w) }
    let z = 1 / (w * w)
    var p = 0x1.86e7f9b9fe6e8p+1
    p = p * z + -0x1.c5e5e5e5e5e5ep-2
    p = p * z + 0x1.5555555555556p-4
    p = p * z + -0x1.5995995995995p-6
    p = p * z + 0x1.f07c1f07c1f08p-8
    p = p * z + -0x1.1111111111111p-8
    p = p * z + 0x1.041041041041p-8
    p = p * z + -0x1.1111111111111p-7
    p = p * z + 0x1.5555555555555p-4
    let logarithm = logTwofold(w)
    return (logarithm.high - sum.high) + ((logarithm.low - sum.low) - 0.5 / w - z * p)
  }
}
