// Numbers as people read them, in the language's own notation, so that what is printed can be pasted into a script:
// four significant digits, `_` between thousands below a million, scales `M B T` above (and `k` where it loses nothing).

/// How many digits a number is shown with.
public struct NumberStyle: Hashable, Sendable {
  /// Significant digits; whole digits below a million are shown all the same.
  public var significantDigits: Int
  /// Digits after the point for an amount of money below a million; nil for what isn't money.
  public var moneyPlaces: Int?
  /// A value that rounding must not reach from beside it: 100 for a percentage.
  public var landmark: Double?

  public init(significantDigits: Int = 4, moneyPlaces: Int? = nil, landmark: Double? = nil) {
    self.significantDigits = significantDigits
    self.moneyPlaces = moneyPlaces
    self.landmark = landmark
  }

  /// Four significant digits.
  public static let standard = NumberStyle()
  /// A share or plain number: 0.99999 isn't shown as 1.
  public static let plain = NumberStyle(landmark: 1)
  /// A percentage: 99.99999 isn't shown as 100.
  public static let percent = NumberStyle(landmark: 100)
  /// An amount of `currency`: no cent is rounded away below a million.
  public static func money(_ currency: BaseDimension) -> NumberStyle {
    NumberStyle(moneyPlaces: Currency.minorDigits(of: currency))
  }
}

/// Numbers and quantities to text and back.
public enum NumberText {
  /// Amounts from here on are shown by scale and significant digits; a million, as a count of whole digits.
  private static let wholeDigits = 6

  /// `x` as people read it: `113.6`, `12_345`, `256k`, `168.2B`, `1.5e-7`; `no value` for NaN, `infinite`.
  public static func format(_ x: Double, style: NumberStyle = .standard) -> String {
    if x.isNaN { return "no value" }
    let sign = x < 0 ? "-" : ""
    guard x.isFinite else { return sign + "infinite" }
    guard x != 0 else { return "0" }
    return sign + text(of: roundedDigits(of: x, style), style)
  }

  private static func roundedDigits(of x: Double, _ style: NumberStyle) -> DecimalDigits {
    let digits = DecimalDigits(x)
    if let places = style.moneyPlaces, (1...wholeDigits).contains(digits.point) {
      let rounded = digits.rounded(toPlaces: places)
      if rounded.point <= wholeDigits { return rounded }
    }
    var count = max(style.significantDigits, 1)
    if digits.point <= wholeDigits { count = max(count, digits.point) }
    var rounded = digits.rounded(toDigits: count)
    // Differences that arithmetic itself makes are no reason to show more digits.
    if let landmark = style.landmark, abs(x.magnitude - landmark) > 1e-12 * landmark {
      let exact = DecimalDigits(landmark)
      while rounded == exact, count < digits.digits.count {
        count += 1
        rounded = digits.rounded(toDigits: count)
      }
    }
    return rounded
  }

  private static func text(of digits: DecimalDigits, _ style: NumberStyle) -> String {
    switch digits.point {
    case ...(-4): return scientific(digits)
    case 19...: return scientific(digits)
    case 13...: return digits.text(shift: 12) + "T"
    case 10...: return digits.text(shift: 9) + "B"
    case 7...: return digits.text(shift: 6) + "M"
    case 5... where digits.digits.count <= style.significantDigits: return digits.text(shift: 3) + "k"
    default: return digits.text(places: style.moneyPlaces ?? 0)
    }
  }

  private static func scientific(_ digits: DecimalDigits) -> String {
    "\(digits.text(shift: digits.point - 1))e\(digits.point - 1)"
  }

  /// The shortest text that reads back as exactly `x`, for JSON and CSV; nil for what isn't a finite number.
  public static func exact(_ x: Double) -> String? {
    guard x.isFinite else { return nil }
    let text = "\(x)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// `number` with the unit written as the language does: `8.12 day`, `14.9%`, `256k/s`.
  public static func join(_ number: String, _ unit: String) -> String {
    if unit.isEmpty { return number }
    return unit.hasPrefix("/") || unit.hasPrefix("%") ? number + unit : "\(number) \(unit)"
  }
}
