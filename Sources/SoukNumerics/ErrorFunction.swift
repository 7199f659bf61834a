// erf and erfc: a polynomial in x² below 1; above ½, erfc(x) = e^(-x²) / (1 + 2x) · p((x - 4) / (x + 4)), the variable of
// Shepherd & Laframboise (1981), with the square and the exponential carried in two doubles.

extension Elementary {
  /// The error function 2/√π ∫₀ˣ e^(-t²) dt; below 1 ulp where sampled.
  @inlinable
  public static func erf(_ x: Double) -> Double {
    let magnitude = x.magnitude
    if magnitude < 1 { return erfNearZero(x) }
    if x.isNaN { return x }
    if magnitude > 6 { return x < 0 ? -1 : 1 }
    let value = 1 - erfcOfTail(magnitude, 0)
    return x < 0 ? -value : value
  }

  /// The complement 1 - erf(x) without cancellation; below 3 ulp where sampled.
  @inlinable
  public static func erfc(_ x: Double) -> Double { erfcOfSum(x, 0) }

  /// erfc(high + low) for |low| far below |high|.
  @inlinable
  static func erfcOfSum(_ high: Double, _ low: Double) -> Double {
    if high.isNaN { return high }
    if high < -6 { return 2 }
    if high <= -0.5 { return 2 - erfcOfTail(-high, -low) }
    if high < 0.25 { return 1 - erfNearZero(high) - low }
    if high < 0.5 {
      let z = high * high
      let z2 = z * z
      var pEven = 0x1.05ffd737fb32ep-34
      pEven = pEven * z2 + 0x1.f7b4bf3b13964p-27
      pEven = pEven * z2 + 0x1.b9df224ca4b97p-20
      pEven = pEven * z2 + 0x1.f9a321d5b8e1ep-14
      pEven = pEven * z2 + 0x1.565bcd0dbaa38p-8
      pEven = pEven * z2 + 0x1.ce2f21a042b3p-4
      pEven = pEven * z2 + 0x1.06eba8214db69p-3
      var pOdd = -0x1.389d4f2641625p-30
      pOdd = pOdd * z2 + -0x1.5f1ecb6f0764cp-23
      pOdd = pOdd * z2 + -0x1.f4d1e3183f7aep-17
      pOdd = pOdd * z2 + -0x1.c02db3dac435fp-11
      pOdd = pOdd * z2 + -0x1.b82ce31284ep-6
      pOdd = pOdd * z2 + -0x1.812746b0379e6p-2
      let p = pEven + z * pOdd
      return 0.5 + ((0.5 - high) - (high * p + low))
    }
    if high > 27.3 { return 0 }
    return erfcOfTail(high, low)
  }

  /// erf(x) for |x| <= 1.
  @inlinable @inline(__always)
  static func erfNearZero(_ x: Double) -> Double {
    let z = x * x
    let z2 = z * z
    var pEven = 0x1.05ffd737fb32ep-34
    pEven = pEven * z2 + 0x1.f7b4bf3b13964p-27
    pEven = pEven * z2 + 0x1.b9df224ca4b97p-20
    pEven = pEven * z2 + 0x1.f9a321d5b8e1ep-14
    pEven = pEven * z2 + 0x1.565bcd0dbaa38p-8
    pEven = pEven * z2 + 0x1.ce2f21a042b3p-4
    pEven = pEven * z2 + 0x1.06eba8214db69p-3
    var pOdd = -0x1.389d4f2641625p-30
    pOdd = pOdd * z2 + -0x1.5f1ecb6f0764cp-23
    pOdd = pOdd * z2 + -0x1.f4d1e3183f7aep-17
    pOdd = pOdd * z2 + -0x1.c02db3dac435fp-11
    pOdd = pOdd * z2 + -0x1.b82ce31284ep-6
    pOdd = pOdd * z2 + -0x1.812746b0379e6p-2
    let p = pEven + z * pOdd
    return x + x * p
  }

  /// erfc(high + low) for ½ <= high <= 28.
  @inlinable
  static func erfcOfTail(_ high: Double, _ low: Double) -> Double {
    let y = (high - 4) / (high + 4)
    let y2 = y * y
    var pEven = 0x1.4b291c8ef9f09p-29
    pEven = pEven * y2 + -0x1.5313f409abe47p-26
    pEven = pEven * y2 + 0x1.4b574b8c35d97p-24
    pEven = pEven * y2 + 0x1.395e2f36976e8p-22
    pEven = pEven * y2 + -0x1.78845bc38eb07p-17
    pEven = pEven * y2 + 0x1.3be03d693ffb9p-13
    pEven = pEven * y2 + -0x1.8d4a99f8dedf6p-11
    pEven = pEven * y2 + -0x1.09623884f6f5p-6
    pEven = pEven * y2 + -0x1.0fb06dfe49e43p-4
    pEven = pEven * y2 + -0x1.9ddb23c3e906ep-4
    pEven = pEven * y2 + 0x1.f7f5df66fd7afp-7
    pEven = pEven * y2 + 0x1.3ba5916e9fd7fp+0
    var pOdd = 0x1.a2678369a92d4p-30
    pOdd = pOdd * y2 + -0x1.f943c94e4e12cp-27
    pOdd = pOdd * y2 + 0x1.dad97947ff8aap-24
    pOdd = pOdd * y2 + -0x1.bb346689b7d7fp-21
    pOdd = pOdd * y2 + 0x1.7f2a859aa9fcbp-18
    pOdd = pOdd * y2 + -0x1.9959678740788p-16
    pOdd = pOdd * y2 + -0x1.a1df247865f75p-13
    pOdd = pOdd * y2 + 0x1.49c6728506927p-8
    pOdd = pOdd * y2 + 0x1.3079edf6861b6p-5
    pOdd = pOdd * y2 + 0x1.7fee004e123d7p-4
    pOdd = pOdd * y2 + 0x1.16ecefcfa539ep-4
    pOdd = pOdd * y2 + -0x1.1df1ad154a28ep-3
    let p = pEven + y * pOdd
    let square = DoubleDouble.product(high, high)
    return expOfSum(-square.high, -(square.low + 2 * high * low)) * p / (1 + 2 * high)
  }
}
