// Quantities as people read them: a value in base units and its dimension to a number and a unit that suits its size.
// A unit somebody asked for wins; without one, times, data, lengths, masses and energies climb a ladder of units, and a
// rate is given per second, minute, hour, day or year, the first in which it is at least one.

extension NumberText {
  /// `quantity`, in base units of `dimension`, as people read it: `113.6 CNY/payment`, `15.36M payment`, `8.12 day`.
  /// A `preferred` unit is used when it has the same dimension; percentages are shown only when `%` is asked for.
  public static func format(
    quantity: Double, dimension: Dimension, preferred: UnitExpression? = nil, significantDigits: Int = 4
  ) -> String {
    let suited: (number: Double, unit: String)
    if let preferred, preferred.dimension == dimension {
      suited = (preferred.number(of: quantity), preferred.text)
    } else {
      suited = readable(quantity / dimension.baseUnitFactor, dimension)
    }
    var style = NumberStyle.standard
    if suited.unit == "%" {
      style = .percent
    } else if suited.unit.isEmpty {
      style = .plain
    } else if let currency = dimension.currency, suited.unit == currency.name {
      style = .money(currency)
    }
    style.significantDigits = significantDigits
    return join(format(suited.number, style: style), suited.unit)
  }

  /// `quantity` with every digit that tells it from its neighbours, in `preferred` or base units; nil when not finite.
  public static func exact(quantity: Double, dimension: Dimension, preferred: UnitExpression? = nil) -> String? {
    if let preferred, preferred.dimension == dimension {
      return exact(preferred.number(of: quantity)).map { join($0, preferred.text) }
    }
    return exact(quantity / dimension.baseUnitFactor).map { join($0, literalUnit(dimension)) }
  }

  /// The dimension's base units as they follow a number: `CNY/payment`, `/s`, nothing for a plain number.
  static func literalUnit(_ dimension: Dimension) -> String {
    let text = dimension.baseUnitText
    return text.hasPrefix("1/") ? String(text.dropFirst()) : text
  }

  /// A rung: how many base units, and the unit's name.
  private typealias Rung = (size: Double, unit: String)

  private static let day = 86_400.0
  private static let month = 31_556_952.0 / 12
  private static let year = 31_556_952.0

  private static let ladders: [BaseDimension: [Rung]] = [
    .data: [(1e15, "PB"), (1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1, "byte")],
    .length: [(1e3, "km"), (1, "meter"), (1e-2, "cm"), (1e-3, "mm")],
    .mass: [(1e3, "tonne"), (1, "kg"), (1e-3, "gram")],
    .energy: [(1e9, "TWh"), (1e6, "GWh"), (1e3, "MWh"), (1, "kWh"), (1e-3, "Wh")],
  ]

  private static let powers: [Rung] = [(1e6 / 3600, "GW"), (1e3 / 3600, "MW"), (1 / 3600.0, "kW")]

  private static let durations: [Rung] = [(day, "day"), (3600, "h"), (60, "min"), (1, "s")]

  /// Sizes below a second, as what to multiply by: exact, where dividing by 0.001 isn't.
  private static let fractions: [(perSecond: Double, unit: String)] = [(1e3, "ms"), (1e6, "us"), (1e9, "ns")]

  private static func readable(_ x: Double, _ dimension: Dimension) -> (number: Double, unit: String) {
    if x == 0 || !x.isFinite { return (x, literalUnit(dimension)) }
    if dimension == .time { return duration(x) }
    if let base = dimension.base, let ladder = ladders[base] { return climb(x, ladder) }
    let perTime = dimension * .time
    if dimension.exponent(of: .time) == Rational(-1) {
      if let base = perTime.base, base == .data, let ladder = ladders[base] {
        let (number, unit) = climb(x, ladder)
        return (number, unit + "/s")
      }
      if perTime == Dimension(.energy) { return climb(x, powers) }
      return rate(x, of: perTime)
    }
    return (x, literalUnit(dimension))
  }

  /// Whether `x` is `size` or more, or falls short of it by roundings only.
  private static func reaches(_ x: Double, _ size: Double) -> Bool { x.magnitude >= size * (1 - 1e-12) }

  /// The first rung that `x` reaches, or the lowest.
  private static func climb(_ x: Double, _ ladder: [Rung]) -> (number: Double, unit: String) {
    let rung = ladder.first { reaches(x, $0.size) } ?? ladder.last ?? (1, "")
    return (x / rung.size, rung.unit)
  }

  private static func duration(_ x: Double) -> (number: Double, unit: String) {
    func isWhole(_ number: Double) -> Bool { abs(number - number.rounded()) <= 1e-9 * number.magnitude }
    let size = x.magnitude
    if reaches(x, year), isWhole(x / year) || !(isWhole(x / day) && size < 1000 * day) { return (x / year, "year") }
    // A month is a mean length, so only a whole number of them says more than days.
    if reaches(x, month), isWhole(x / month) { return ((x / month).rounded(), "month") }
    if let rung = durations.first(where: { reaches(x, $0.size) }) { return (x / rung.size, rung.unit) }
    let rung = fractions.first { reaches(x * $0.perSecond, 1) } ?? (1e9, "ns")
    return (x * rung.perSecond, rung.unit)
  }

  /// A rate of `counted` by the shortest time in which at least one happens.
  private static func rate(_ x: Double, of counted: Dimension) -> (number: Double, unit: String) {
    let spans: [Rung] = [(1, "s"), (60, "min"), (3600, "h"), (day, "day")]
    var span = spans.first { reaches(x * $0.size, 1) }
    if span == nil { span = x.magnitude * day >= 0.1 ? (day, "day") : (year, "year") }
    let (size, name) = span ?? (1, "s")
    return (x * size, "\(literalUnit(counted))/\(name)")
  }
}
