// A number with what is known of its uncertainty, and how it is written: `8.98 ± 0.31 min`. The half-width has two
// significant digits and the point as many decimals, so that no digit is shown that the data don't carry.

public import SoukUnits

/// A number that was computed, in base units of its dimension.
public struct Figure: Sendable, Hashable {
  /// The point; nil when there are no data.
  public var point: Double?
  /// Half of the confidence interval's width; nil for a single replication or an exact number.
  public var halfWidth: Double?
  public var dimension: Dimension
  /// The unit that was asked for, if any.
  public var unit: UnitExpression?
  /// For a moment: the instant from which `point` counts seconds.
  public var origin: Instant?
  /// What to say when there is no point.
  public var absence: String

  public init(
    _ point: Double?, halfWidth: Double? = nil, dimension: Dimension, unit: UnitExpression? = nil, origin: Instant? = nil,
    absence: String = "no data"
  ) {
    self.point = point.flatMap { $0.isNaN ? nil : $0 }
    self.halfWidth = halfWidth.flatMap { $0.isFinite ? $0 : nil }
    self.dimension = dimension
    self.unit = unit
    self.origin = origin
    self.absence = absence
  }
}

/// Writes figures with the units of one script.
public struct FigureWriter: Sendable {
  let units: UnitTable
  public init(units: UnitTable) { self.units = units }

  /// The unit of shares.
  static var percent: UnitExpression? { if case .success(let unit) = UnitTable().parse("%") { unit } else { nil } }

  /// The unit in which a number of this size reads well, and its text.
  public func readableUnit(_ quantity: Double, _ dimension: Dimension) -> UnitExpression? {
    let text = NumberText.format(quantity: quantity, dimension: dimension)
    guard case .success(let read) = units.parseQuantity(text), read.dimension == dimension else { return nil }
    return read.unit
  }

  /// `figure` as people read it.
  public func text(_ figure: Figure) -> String {
    guard let point = figure.point else { return figure.absence }
    if let origin = figure.origin { return moment(point, figure.halfWidth, origin) }
    guard let half = figure.halfWidth, half > 0, point.isFinite else {
      return NumberText.format(quantity: point, dimension: figure.dimension, preferred: figure.unit)
    }
    let size = max(point.magnitude, half)
    let unit = figure.unit.flatMap { $0.dimension == figure.dimension ? $0 : nil } ?? readableUnit(size, figure.dimension)
    let base = figure.dimension.baseUnitFactor
    let numbers = pair(unit?.number(of: point) ?? point / base, unit?.number(of: half) ?? half / base)
    let suffix = unit?.text ?? figure.dimension.baseUnitText
    if suffix == "%" { return "\(numbers.point)% ± \(numbers.half)%" }
    return NumberText.join("\(numbers.point) ± \(numbers.half)", suffix)
  }

  /// Dates: the point, and the half-width as a duration.
  private func moment(_ seconds: Double, _ half: Double?, _ origin: Instant) -> String {
    guard let instant = origin.adding(seconds: seconds) else { return "out of the calendar" }
    let spread = half ?? 0
    var text = Self.readable(instant, coarse: spread >= 86_400)
    if let half, half > 0 { text += " ± " + NumberText.format(quantity: half, dimension: .time, significantDigits: 2) }
    return text
  }

  /// An instant to the second, or to the day where more would be false precision.
  static func readable(_ instant: Instant, coarse: Bool = false) -> String {
    if coarse { return instant.date.description }
    let fraction = instant.nanosecondOfDay % 1_000_000_000
    let whole = instant.adding(nanoseconds: fraction >= 500_000_000 ? 1_000_000_000 - fraction : -fraction) ?? instant
    return whole.description
  }

  /// Both numbers to the decimals that the half-width's first two digits need, in one scale.
  private func pair(_ point: Double, _ half: Double) -> (point: String, half: String) {
    let size = max(point.magnitude, half)
    let (factor, letter): (Double, String) =
      switch size {
      case 1e13...: (1e12, "T")
      case 1e10...: (1e9, "B")
      case 1e6...: (1e6, "M")
      default: (1, "")
      }
    let scaledHalf = half / factor
    if scaledHalf < 1e-9 || size > 1e21 { return (NumberText.format(point), NumberText.format(half, style: NumberStyle(significantDigits: 2))) }
    var places = 0
    var rest = scaledHalf
    while rest < 10 && places < 12 {
      rest *= 10
      places += 1
    }
    // 0.995 rounds to 1.0, not to 1.00.
    if places > 0, rest >= 99.5 { places -= 1 }
    return (fixed(point / factor, places: places) + letter, fixed(scaledHalf, places: places) + letter)
  }
}

/// `x` with exactly `places` decimals, thousands parted by `_`.
func fixed(_ x: Double, places: Int) -> String {
  guard x.isFinite else { return NumberText.format(x) }
  var power = 1.0
  for _ in 0..<places { power *= 10 }
  let scaled = (x.magnitude * power).rounded()
  guard scaled < 9e18 else { return NumberText.format(x) }
  var digits = "\(UInt64(scaled))"
  while digits.count <= places { digits = "0" + digits }
  let whole = String(digits.dropLast(places))
  let sign = x < 0 && scaled > 0 ? "-" : ""
  let fraction = places == 0 ? "" : "." + digits.suffix(places)
  return sign + grouped(whole) + fraction
}

/// Thousands parted by `_`, from five digits on, as the language's numbers are.
private func grouped(_ whole: String) -> String {
  guard whole.count > 4 else { return whole }
  var out = ""
  for (index, digit) in whole.enumerated() {
    if index > 0, (whole.count - index) % 3 == 0 { out += "_" }
    out.append(digit)
  }
  return out
}
