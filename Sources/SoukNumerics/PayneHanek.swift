// Reduction of a large angle modulo π/2, exactly enough for every double: Payne & Hanek (1983).
//
// x = m 2^e. Of 2/π only the bits whose product with x is below 4 matter; 192 of them times the 53 bits of m leave the
// quadrant in the top two bits and the fraction of a quarter turn in the other 190. The closest that a double comes to a
// multiple of π/2 costs about 61 bits of these, so at least 75 good bits remain.

extension Elementary {
  /// The binary digits of 2/π after the point, 64 a word.
  static let twoOverPi: [UInt64] = [
    0xA2F9_836E_4E44_1529, 0xFC27_57D1_F534_DDC0, 0xDB62_9599_3C43_9041, 0xFE51_63AB_DEBB_C561,
    0xB724_6E3A_424D_D2E0, 0x0649_2EEA_09D1_921C, 0xFE1D_EB1C_B129_A73E, 0xE882_35F5_2EBB_4484,
    0xE99C_7026_B45F_7E41, 0x3991_D639_8353_39F4, 0x9C84_5F8B_BDF9_283B, 0x1FF8_97FF_DE05_980F,
    0xEF2F_118B_5A0A_6D1F, 0x6D36_7ECF_27CB_09B7, 0x4F46_3F66_9E5F_EA2D, 0x7527_BAC7_EBE5_F17B,
    0x3D07_39F7_8A52_92EA, 0x6BFB_5FB1_1F8D_5D08, 0x5603_3046_FC7B_6BAB, 0xF0CF_BC20_9AF4_361D,
  ]

  /// 64 digits of 2/π from the one after `position`; zeros before the point.
  static func digits(ofTwoOverPiAt position: Int) -> UInt64 {
    let index = position >> 6
    let shift = UInt64(position & 63)
    let here = twoOverPi.indices.contains(index) ? twoOverPi[index] : 0
    let next = twoOverPi.indices.contains(index + 1) ? twoOverPi[index + 1] : 0
    return shift == 0 ? here : here << shift | next >> (64 - shift)
  }

  /// The angle reduced to the nearest multiple of π/2, for finite |x| > π/4.
  @usableFromInline
  static func reducedByPayneHanek(_ x: Double) -> ReducedAngle {
    let exponent = Int(x.magnitude.bitPattern >> 52) - 1075
    let significand = x.magnitude.bitPattern & 0x000F_FFFF_FFFF_FFFF | 0x0010_0000_0000_0000
    let start = exponent - 2
    let g0 = digits(ofTwoOverPiAt: start)
    let g1 = digits(ofTwoOverPiAt: start + 64)
    let g2 = digits(ofTwoOverPiAt: start + 128)
    // The product modulo 2^192, most significant word first.
    let p2 = significand.multipliedFullWidth(by: g2)
    let p1 = significand.multipliedFullWidth(by: g1)
    let (middle, carry) = p2.high.addingReportingOverflow(p1.low)
    var a = significand &* g0 &+ p1.high &+ (carry ? 1 : 0)
    var b = middle
    var c = p2.low
    var quadrant = Int(a >> 62)
    a = a << 2 | b >> 62
    b = b << 2 | c >> 62
    c = c << 2
    // The fraction counted from the nearest quadrant.
    var negative = false
    if a >> 63 == 1 {
      quadrant += 1
      negative = true
      c = 0 &- c
      b = ~b &+ (c == 0 ? 1 : 0)
      a = ~a &+ (b == 0 && c == 0 ? 1 : 0)
    }
    var fraction = fractionOf(a, b, c)
    if negative { fraction = DoubleDouble(-fraction.high, -fraction.low) }
    let angle = fraction * DoubleDouble(0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54)
    if x < 0 { return ReducedAngle(high: -angle.high, low: -angle.low, quadrant: -quadrant) }
    return ReducedAngle(high: angle.high, low: angle.low, quadrant: quadrant)
  }

  /// The 192-bit fraction 0.abc in two doubles.
  static func fractionOf(_ a: UInt64, _ b: UInt64, _ c: UInt64) -> DoubleDouble {
    var words = (a, b, c)
    var scale = 0
    while words.0 == 0 && scale < 192 {
      words = (words.1, words.2, 0)
      scale += 64
    }
    let shift = UInt64(words.0.leadingZeroBitCount)
    if shift > 0 && shift < 64 {
      words.0 = words.0 << shift | words.1 >> (64 - shift)
      words.1 = words.1 << shift | words.2 >> (64 - shift)
    }
    let top = words.0 >> 11
    let rest = (words.0 & 0x7FF) << 42 | words.1 >> 22
    let unit = powerOfTwo(-(scale + Int(shift)))
    return DoubleDouble.ordered(Double(top) * 0x1p-53 * unit, Double(rest) * 0x1p-106 * unit)
  }
}
