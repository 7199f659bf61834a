// The normal law: density, distribution function by erfc, quantile by Wichura's AS 241 (PPND16, Applied Statistics 37, 1988).

/// The normal distribution with mean 0 and standard deviation 1.
public enum NormalLaw {
  /// The density e^(-x²/2) / √(2π).
  @inlinable
  public static func pdf(_ x: Double) -> Double {
    guard x.magnitude < 40 else { return x.isNaN ? x : 0 }
    let square = DoubleDouble.product(x, x)
    return Elementary.expOfSum(-0.5 * square.high, -0.5 * square.low) * 0x1.9884533d43651p-2
  }

  /// The probability at or under x, relatively accurate in the lower tail; below 3 ulp where sampled.
  @inlinable
  public static func cdf(_ x: Double) -> Double {
    guard x.magnitude < 40 else { return x.isNaN ? x : x < 0 ? 0 : 1 }
    let scaled = DoubleDouble.product(-x, 0x1.6a09e667f3bcdp-1)
    return 0.5 * Elementary.erfcOfSum(scaled.high, scaled.low + x * 0x1.bdd3413b26456p-55)
  }

  /// The value with probability p at or under it; a relative error of about 1e-15. ±infinity at 0 and 1, NaN outside.
  @inlinable
  public static func quantile(_ p: Double) -> Double {
    let q = p - 0.5
    if q.magnitude <= 0x1.b333333333333p-2 {  // 0.425
      let r = 0x1.71eb851eb851fp-3 - q * q  // 0.425² = 0.180625
      var top = 0x1.39a296f7d925ep+11
      top = top * r + 0x1.052d26b2e45e4p+15
      top = top * r + 0x1.06c1c55b78f2p+16
      top = top * r + 0x1.66c3e869b752ap+15
      top = top * r + 0x1.ad1d8cd4ee71dp+13
      top = top * r + 0x1.ece5d2213c0ccp+10
      top = top * r + 0x1.0a4888b1a436ep+7
      top = top * r + 0x1.b18d91e9eef75p+1
      var bottom = 0x1.46a7eca984b69p+12
      bottom = bottom * r + 0x1.c0e457cb1ae76p+14
      bottom = bottom * r + 0x1.3317caa64f4bep+15
      bottom = bottom * r + 0x1.4b772d5d65266p+14
      bottom = bottom * r + 0x1.512322e75c89fp+12
      bottom = bottom * r + 0x1.5797efdc8b3f7p+9
      bottom = bottom * r + 0x1.5281b386e1ab5p+5
      bottom = bottom * r + 0x1.0p+0
      return q * top / bottom
    }
    let tail = q < 0 ? p : 1 - p
    guard tail > 0 else { return tail == 0 ? (q < 0 ? -.infinity : .infinity) : .nan }
    let root = (-Elementary.log(tail)).squareRoot()
    let value = root <= 5 ? nearTail(root - 1.6) : farTail(root - 5)
    return q < 0 ? -value : value
  }

  @inlinable
  static func nearTail(_ r: Double) -> Double {
    var top = 0x1.9615ac0b7ace9p-11
    top = top * r + 0x1.744eb6c45ec67p-6
    top = top * r + 0x1.ef2abb9b85c37p-3
    top = top * r + 0x1.453cc085375b2p+0
    top = top * r + 0x1.d2ecb1a3d02c4p+1
    top = top * r + 0x1.713f71462256ap+2
    top = top * r + 0x1.2857748cab19bp+2
    top = top * r + 0x1.6c665fde9526ap+0
    var bottom = 0x1.20d3f686439e4p-30
    bottom = bottom * r + 0x1.1f18cbfdf2728p-11
    bottom = bottom * r + 0x1.f207a7eab17bfp-7
    bottom = bottom * r + 0x1.2f5123394f04p-3
    bottom = bottom * r + 0x1.61292f23385c9p-1
    bottom = bottom * r + 0x1.ad278e6526633p+0
    bottom = bottom * r + 0x1.06cefbb46a449p+1
    bottom = bottom * r + 0x1.0p+0
    return top / bottom
  }

  @inlinable
  static func farTail(_ r: Double) -> Double {
    var top = 0x1.afb74d693bf93p-23
    top = top * r + 0x1.c6ec6cc59e02ap-16
    top = top * r + 0x1.45c1908425345p-10
    top = top * r + 0x1.b2b41193b4ee7p-6
    top = top * r + 0x1.2fad9315255cfp-2
    top = top * r + 0x1.c8ea6461fa445p+0
    top = top * r + 0x1.5daea6e875003p+2
    top = top * r + 0x1.aa1b1c13ee526p+2
    var bottom = 0x1.269bff1f8c19p-49
    bottom = bottom * r + 0x1.31446f740b9ep-23
    bottom = bottom * r + 0x1.35c2c496374bfp-16
    bottom = bottom * r + 0x1.9c8bc979dc5d7p-11
    bottom = bottom * r + 0x1.e76f93215462ap-7
    bottom = bottom * r + 0x1.186eb183443fbp-3
    bottom = bottom * r + 0x1.331d34fc7d77fp-1
    bottom = bottom * r + 0x1.0p+0
    return top / bottom
  }
}
