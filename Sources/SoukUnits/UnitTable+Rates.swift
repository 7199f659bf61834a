// Rates of exchange. Each currency stays a dimension of its own: a rate permits `to` and nothing else. The rates form
// a forest (a rate that follows from others is refused), so the way from one currency to another is unique.

/// A declared rate: one `from` is `rate` of `to`, on a date.
public struct ExchangeRate: Hashable, Sendable {
  public let from: BaseDimension
  public let to: BaseDimension
  /// How many of `to` one of `from` is.
  public let rate: Double
  /// The date as written, or nil when none was given.
  public let date: String?

  /// How many smallest units of `to` one smallest unit of `from` is.
  var inBaseUnits: Double { rate * Double(Currency.minorUnits(per: to)) / Double(Currency.minorUnits(per: from)) }
}

/// How a quantity in base units becomes a number of some unit, and which rates that took.
public struct UnitConversion: Hashable, Sendable {
  /// The unit converted to.
  public let target: UnitExpression
  /// The rates' product: 1 when none was needed.
  public let exchange: Double
  /// The rates used, for the report to name with their dates.
  public let rates: [ExchangeRate]

  /// What a value in base units is multiplied by.
  public var factor: Double { exchange / target.factor }

  /// The value in the target's base units, for going on calculating with.
  public func exchanged(_ quantity: Double) -> Double { quantity * exchange }

  /// The number of target units that `quantity`, in base units, is.
  public func number(of quantity: Double) -> Double { target.number(of: quantity * exchange) }
}

extension UnitTable {
  /// Declares that one `name` was `rate` of the currency `to`: `unit USD = 6.64 CNY on 2017-11-10`.
  public mutating func declareRate(
    from name: String, rate: Double, to: Dimension, on date: String? = nil
  ) -> Result<ExchangeRate, UnitProblem> {
    guard let from = unit(named: name)?.dimension.currency else {
      let codes = Currency.minorDigits.keys.filter { SpellingDistance.between($0, name.uppercased(), atMost: 1) != nil }.sorted()
      return .failure(
        UnitProblem(
          .notACurrency, name: name, message: "`\(name)` isn't a currency, so it has no rate of exchange",
          suggestions: Array(codes.prefix(3)), advice: "currencies are the codes of ISO 4217, such as CNY or USD"))
    }
    guard let to = to.currency, to != from else {
      return .failure(
        UnitProblem(
          .notACurrency, name: name, message: "a rate of exchange for `\(name)` is an amount of another currency, not \(to.kindWords)",
          advice: "write `unit \(name) = 6.64 CNY on 2017-11-10`"))
    }
    guard rate > 0, rate.isFinite else {
      return .failure(UnitProblem(.notPositive, name: name, message: "a rate of exchange must be a positive number"))
    }
    if let known = path(from: from, to: to) {
      let value = NumberText.format(known.reduce(1) { $0 * $1.factor } * Double(Currency.minorUnits(per: from)) / Double(Currency.minorUnits(per: to)))
      return .failure(
        UnitProblem(
          .rateFollows, name: name, message: "1 \(name) is \(value) \(to.name) already",
          advice: "leave out this rate, or the one it follows from"))
    }
    let declared = ExchangeRate(from: from, to: to, rate: rate, date: date)
    rates.append(declared)
    return .success(declared)
  }

  /// What turns a value in base units of `dimension` into a number of `target`, through rates of exchange where the two
  /// differ by currencies only; nil when there is no way.
  public func conversion(from dimension: Dimension, to target: UnitExpression) -> UnitConversion? {
    let difference = dimension / target.dimension
    guard difference.isRepresentable else { return nil }
    var factor = 1.0
    var used: [ExchangeRate] = []
    // Each currency is exchanged into the first one that it is tied to; there the exponents have to cancel.
    var remaining: [BaseDimension: Rational] = [:]
    for part in difference.factors {
      guard case .base(let currency) = part.atom, currency.kind == .currency else { return nil }
      let anchor = remaining.keys.sorted().first { path(from: currency, to: $0) != nil } ?? currency
      for step in path(from: currency, to: anchor) ?? [] {
        guard let power = Self.power(step.factor, part.exponent) else { return nil }
        factor *= power
        if !used.contains(step.rate) { used.append(step.rate) }
      }
      remaining[anchor] = (remaining[anchor] ?? .zero) + part.exponent
    }
    guard remaining.values.allSatisfy(\.isZero) else { return nil }
    return UnitConversion(target: target, exchange: factor, rates: used)
  }

  /// What a value in base units of `dimension` is multiplied by to be a number of `target`; nil when there is no way.
  public func conversionFactor(from dimension: Dimension, to target: UnitExpression) -> Double? {
    conversion(from: dimension, to: target)?.factor
  }

  /// The rates that lead from one currency to another, each as a factor; nil when they aren't tied. O(rates).
  private func path(from: BaseDimension, to: BaseDimension) -> [(factor: Double, rate: ExchangeRate)]? {
    var reached: [BaseDimension: [(factor: Double, rate: ExchangeRate)]] = [from: []]
    var frontier = [from]
    while let currency = frontier.popLast() {
      let way = reached[currency] ?? []
      if currency == to { return way }
      for rate in rates {
        if rate.from == currency, reached[rate.to] == nil {
          reached[rate.to] = way + [(rate.inBaseUnits, rate)]
          frontier.append(rate.to)
        } else if rate.to == currency, reached[rate.from] == nil {
          reached[rate.from] = way + [(1 / rate.inBaseUnits, rate)]
          frontier.append(rate.from)
        }
      }
    }
    return nil
  }

  /// `base` to a whole or half exponent; nil for other roots, which money doesn't have.
  private static func power(_ base: Double, _ exponent: Rational) -> Double? {
    guard exponent.denominator == 1 || exponent.denominator == 2, exponent.numerator.magnitude <= 64 else { return nil }
    let root = exponent.denominator == 2 ? base.squareRoot() : base
    var result = 1.0
    for _ in 0..<exponent.numerator.magnitude { result *= root }
    return exponent.isNegative ? 1 / result : result
  }
}
