// The shortest decimal digits of a number, and rounding them half away from zero. Digits come from the standard
// library's shortest round-trip text; what people see is then rounded from what they would have typed, not from the
// binary expansion behind it.

/// A positive finite number as `0.d₁d₂d₃… × 10^point`, the first and last digit not zero; no digits for zero.
struct DecimalDigits: Equatable {
  private(set) var digits: [UInt8]
  /// How many digits stand before the decimal point: 3 for 123.4, −1 for 0.012.
  private(set) var point: Int

  /// The shortest digits that read back as `x`, which must be finite; its sign is dropped.
  init(_ x: Double) {
    precondition(x.isFinite, "digits of \(x)")
    digits = []
    point = 0
    var exponent = 0
    let parts = "\(x.magnitude)".split(separator: "e")
    if parts.count == 2 { exponent = Int(parts[1]) ?? 0 }
    var sawPoint = false
    for byte in (parts.first ?? "0").utf8 {
      if byte == UInt8(ascii: ".") {
        sawPoint = true
      } else {
        digits.append(byte - UInt8(ascii: "0"))
        if !sawPoint { point += 1 }
      }
    }
    point += exponent
    normalise()
  }

  private mutating func normalise() {
    while digits.last == 0 { digits.removeLast() }
    let leading = digits.prefix { $0 == 0 }.count
    digits.removeFirst(leading)
    point = digits.isEmpty ? 0 : point - leading
  }

  /// The nearest number of `count` digits, halves away from zero; the digits as they are when there are no more.
  func rounded(toDigits count: Int) -> DecimalDigits {
    guard count < digits.count else { return self }
    var result = self
    guard count >= 0 else {
      result.digits = []
      result.normalise()
      return result
    }
    let roundsUp = digits[count] >= 5
    result.digits.removeSubrange(count...)
    if roundsUp {
      var index = count - 1
      while index >= 0, result.digits[index] == 9 {
        result.digits[index] = 0
        index -= 1
      }
      if index >= 0 {
        result.digits[index] += 1
      } else {
        result.digits.insert(1, at: 0)
        result.point += 1
      }
    }
    result.normalise()
    return result
  }

  /// The number nearest to these digits.
  var value: Double {
    let text = digits.reduce(into: "0.") { $0 += "\($1)" }
    return Double("\(text)0e\(point)") ?? 0
  }

  /// The nearest number of `places` digits after the decimal point, halves away from zero.
  func rounded(toPlaces places: Int) -> DecimalDigits { rounded(toDigits: point + places) }

  /// The digits written out with the decimal point moved `shift` to the left, and at least `places` places if there is
  /// a fraction at all; whole parts of five digits and more are grouped by `_`.
  func text(shift: Int = 0, places: Int = 0, grouped: Bool = true) -> String {
    let point = point - shift
    var whole = "", fraction = ""
    for index in 0..<max(digits.count, max(point, 0)) {
      let digit = index < digits.count ? "\(digits[index])" : "0"
      if index < point { whole += digit } else { fraction += digit }
    }
    if whole.isEmpty { whole = "0" }
    if point < 0, !fraction.isEmpty { fraction = String(repeating: "0", count: -point) + fraction }
    if grouped, whole.count >= 5 {
      var groups = ""
      for (index, digit) in whole.enumerated() {
        if index > 0, (whole.count - index) % 3 == 0 { groups += "_" }
        groups.append(digit)
      }
      whole = groups
    }
    guard !fraction.isEmpty else { return whole }
    while fraction.count < places { fraction += "0" }
    return "\(whole).\(fraction)"
  }
}
