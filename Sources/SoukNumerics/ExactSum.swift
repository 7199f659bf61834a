// An exact sum of doubles: values → an integer of 2,144 bits in units of 2^-1074, after Neal, "Fast exact summation using small
// and large superaccumulators" (2015). Addition of integers is associative, so any order and any split into shards
// gives the same bits, which no floating-point sum does.

/// A sum of doubles without any rounding until it is read.
public struct ExactSum: Sendable {
  /// Limbs of 32 bits held in 64, the lowest first, worth 2^(32 i - 1074); carries wait in the upper halves.
  var limbs: [Int64]
  /// Additions since the carries were last moved on; each adds less than 2^32 to a limb.
  var pending: Int
  /// Infinities and NaN don't fit an integer; they are counted apart.
  var infinities: (positive: Int, negative: Int, undefined: Int)

  static let limbCount = 68
  static let mask: Int64 = 0xFFFF_FFFF

  /// The empty sum, 0.
  public init() {
    limbs = [Int64](repeating: 0, count: ExactSum.limbCount)
    pending = 0
    infinities = (0, 0, 0)
  }

  /// The exact sum of `values`.
  public init(_ values: some Sequence<Double>) {
    self.init()
    for value in values { add(value) }
  }

  /// Adds a value exactly; constant time.
  public mutating func add(_ value: Double) {
    let bits = value.bitPattern
    let field = Int(bits >> 52 & 0x7FF)
    if field == 0x7FF { return addUnbounded(value) }
    let fraction = bits & 0x000F_FFFF_FFFF_FFFF
    let significand = field == 0 ? fraction : fraction | 0x0010_0000_0000_0000
    let position = field == 0 ? 0 : field - 1
    let limb = position >> 5
    let shift = UInt64(position & 31)
    let low = Int64(bitPattern: significand << shift) & ExactSum.mask
    let upper = significand >> (32 - shift)
    let middle = Int64(bitPattern: upper) & ExactSum.mask
    let high = Int64(bitPattern: upper >> 32)
    if value.sign == .plus {
      limbs[limb] &+= low
      limbs[limb + 1] &+= middle
      limbs[limb + 2] &+= high
    } else {
      limbs[limb] &-= low
      limbs[limb + 1] &-= middle
      limbs[limb + 2] &-= high
    }
    pending += 1
    if pending == 1 << 30 { normalize() }
  }

  mutating func addUnbounded(_ value: Double) {
    if value.isNaN {
      infinities.undefined += 1
    } else if value > 0 {
      infinities.positive += 1
    } else {
      infinities.negative += 1
    }
  }

  /// Adds another sum exactly: merging is associative and commutative, to the bit.
  public mutating func merge(_ other: ExactSum) {
    var other = other
    normalize()
    other.normalize()
    for i in 0..<ExactSum.limbCount { limbs[i] += other.limbs[i] }
    infinities.positive += other.infinities.positive
    infinities.negative += other.infinities.negative
    infinities.undefined += other.infinities.undefined
    normalize()
  }

  /// Moves carries on, so that all limbs but the last lie in 0 ..< 2^32.
  mutating func normalize() {
    for i in 0..<ExactSum.limbCount - 1 {
      limbs[i + 1] += limbs[i] >> 32
      limbs[i] &= ExactSum.mask
    }
    pending = 1
  }

  /// The double nearest to the exact sum (ties to even).
  public var value: Double {
    if infinities.undefined > 0 || (infinities.positive > 0 && infinities.negative > 0) { return .nan }
    if infinities.positive > 0 { return .infinity }
    if infinities.negative > 0 { return -.infinity }
    var copy = self
    copy.normalize()
    let negative = copy.limbs[ExactSum.limbCount - 1] < 0
    if negative {
      for i in 0..<ExactSum.limbCount { copy.limbs[i] = -copy.limbs[i] }
      copy.normalize()
    }
    let magnitude = ExactSum.rounded(copy.limbs)
    return negative ? -magnitude : magnitude
  }

  /// The nearest double to normalized limbs of a number >= 0.
  static func rounded(_ limbs: [Int64]) -> Double {
    guard let top = limbs.lastIndex(where: { $0 != 0 }) else { return 0 }
    func limb(_ i: Int) -> UInt64 { i >= 0 ? UInt64(bitPattern: limbs[i]) : 0 }
    if limb(top) > UInt64(mask) { return .infinity }
    // 64 bits with the leading one on top; all that lies below only decides a tie.
    let shift = UInt64(limb(top).leadingZeroBitCount) - 32
    var window = limb(top) << (32 + shift) | limb(top - 1) << shift | (shift == 0 ? 0 : limb(top - 2) >> (32 - shift))
    var sticky = shift == 0 ? limb(top - 2) != 0 : limb(top - 2) << (32 + shift) != 0
    if top >= 3 { sticky = sticky || limbs[0...(top - 3)].contains { $0 != 0 } }
    if sticky { window |= 1 }
    // The window's lowest bit is worth 2^position; below the normal range the significand is shorter, and exact.
    let position = 32 * (top - 1) - Int(shift) - 1074
    let dropped = max(11, -1074 - position)
    let kept = window >> UInt64(dropped)
    let rest = window << UInt64(64 - dropped)
    let half: UInt64 = 1 << 63
    let roundedUp = rest > half || (rest == half && kept & 1 == 1)
    let significand = Double(kept + (roundedUp ? 1 : 0))
    let exponent = position + dropped
    if exponent > 971 { return .infinity }
    if exponent < -1022 { return significand * 0x1p-1022 * Elementary.powerOfTwo(exponent + 1022) }
    return significand * Elementary.powerOfTwo(exponent)
  }
}

extension ExactSum: Equatable {
  /// Whether both hold the same exact number.
  public static func == (a: ExactSum, b: ExactSum) -> Bool {
    var a = a
    var b = b
    a.normalize()
    b.normalize()
    return a.limbs == b.limbs && a.infinities == b.infinities
  }
}
