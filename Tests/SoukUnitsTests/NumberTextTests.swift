// Numbers and quantities as people read them, and that they read back.

import SoukUnits
import Testing

@Suite struct NumberTextTests {
  @Test(arguments: [
    (0.0, "0"), (-0.0, "0"), (1, "1"), (113.6486, "113.6"), (15.355, "15.36"), (2017, "2017"), (12_345, "12_345"),
    (12_345.6, "12_346"), (10_000, "10k"), (256_000, "256k"), (54_500, "54.5k"), (123_456, "123_456"), (100_010, "100_010"),
    (999_999.7, "1M"), (9999.97, "10k"), (1_234_567, "1.235M"), (168.2e9, "168.2B"), (999.96e6, "1B"), (7e12, "7T"),
    (1_234e12, "1234T"), (12_345_678e12, "1.235e19"), (123_456e12, "123_500T"), (0.25, "0.25"), (1.0 / 3, "0.3333"),
    (0.00012345, "0.0001235"), (0.000012345, "1.235e-5"), (-0.5, "-0.5"), (-256_000, "-256k"), (1e300, "1e300"),
    (.leastNonzeroMagnitude, "5e-324"), (.infinity, "infinite"), (-.infinity, "-infinite"), (.nan, "no value"), (0.99999, "1"), (99.995, "100"),
  ])
  func numbers(_ x: Double, _ text: String) {
    #expect(NumberText.format(x) == text)
  }

  /// A number read back differs by less than half a unit of its fourth digit.
  @Test func roundingIsWithinFourDigits() throws {
    var random = SeededGenerator(seed: 7)
    for _ in 0..<5000 {
      var x = Double.random(in: 1..<10, using: &random)
      for _ in 0..<Int.random(in: 0...22, using: &random) { x *= 10 }
      x /= 1e6
      let literal = try #require(QuantityLiteral(NumberText.format(x)))
      #expect(abs(literal.value / x - 1) <= 0.5e-3 * (1 + 1e-12), "\(x)")
      #expect(literal.unitText.isEmpty)
      let exact = try #require(NumberText.exact(x))
      #expect(Double(exact) == x)
      #expect(QuantityLiteral(exact)?.value == x)
    }
  }

  @Test func percentagesNeverReachAHundredByRounding() {
    let table: [(Double, String)] = [
      (0.149, "14.9%"), (1, "100%"), (0.999999999, "99.9999999%"), (0.99996, "99.996%"), (0.9999, "99.99%"),
      (1.000001, "100.0001%"), (0.5, "50%"), (1 - 1e-14, "100%"), (0, "0%"), (0.000001, "0.0001%"), (2, "200%"),
    ]
    let percent = UnitExpression(Unit(name: "%", dimension: .dimensionless, factor: 0.01))
    for (share, text) in table {
      #expect(NumberText.format(quantity: share, dimension: .dimensionless, preferred: percent) == text)
    }
    #expect(NumberText.format(quantity: 0.99999, dimension: .dimensionless) == "0.99999")
    #expect(NumberText.format(quantity: 0.149, dimension: .dimensionless) == "0.149")
  }

  @Test func centsAreNeverRoundedAwayBelowAMillion() {
    let table: [(Double, String, String)] = [
      (123_456.78, "CNY", "123_456.78 CNY"), (1234.5, "CNY", "1234.50 CNY"), (5, "CNY", "5 CNY"), (5.25, "CNY", "5.25 CNY"),
      (0.5, "CNY", "0.50 CNY"), (0.05, "CNY", "0.05 CNY"), (0.0012, "CNY", "0.0012 CNY"), (1_234_567.89, "CNY", "1.235M CNY"),
      (999_999.99, "CNY", "999_999.99 CNY"), (999_999.999, "CNY", "1M CNY"), (256_000, "CNY", "256k CNY"),
      (12_345.6, "JPY", "12_346 JPY"), (12.3456, "BHD", "12.346 BHD"), (2.675, "CNY", "2.68 CNY"), (-12.34, "USD", "-12.34 USD"),
    ]
    for (amount, code, text) in table {
      #expect(NumberText.format(quantity: amount * Dimension.currency(code).baseUnitFactor, dimension: .currency(code)) == text)
    }
    // Every cent below a million survives a round trip through the text.
    var random = SeededGenerator(seed: 3)
    for _ in 0..<3000 {
      let cents = Int.random(in: 1..<100_000_000, using: &random)
      let amount = Double(cents) / 100
      let text = NumberText.format(quantity: amount * 100, dimension: .currency("CNY"))
      #expect(QuantityLiteral(text)?.value == amount, "\(text)")
    }
  }

  @Test func unitsSuitTheSize() {
    let cny = Dimension.currency("CNY"), payment = Dimension.count("payment"), day = 86_400.0, year = 31_556_952.0
    let table: [(Double, Dimension, String)] = [
      (701_568, .time, "8.12 day"), (90, .time, "1.5 min"), (59, .time, "59 s"), (3600, .time, "1 h"), (0.12, .time, "120 ms"),
      (15e-6, .time, "15 us"), (2e-9, .time, "2 ns"), (1e-10, .time, "0.1 ns"), (0, .time, "0 s"), (45 * day, .time, "45 day"), (year / 12, .time, "1 month"),
      (year / 4, .time, "3 month"), (year, .time, "1 year"), (2.5 * year, .time, "2.5 year"), (400 * day, .time, "400 day"),
      (-7200, .time, "-2 h"), (256_000, payment / .time, "256k payment/s"), (0.015, .count("order") / .time, "54 order/h"),
      (1 / 3600.0, .rate, "1/h"), ((1 / 60.0).nextDown, .rate, "1/min"),
      (60.0.nextDown, .time, "1 min"), (0.001.nextDown, .time, "1 ms"), (1e6.nextDown, Dimension(.data), "1 MB"), (20 / 3600.0, .rate, "20/h"), (0.5, .rate, "30/min"), (256_000, .rate, "256k/s"),
      (3 / day, .rate, "3/day"), (1 / year, .rate, "1/year"), (0, .rate, "0/s"), (113.6486, cny / payment, "113.6 CNY/payment"),
      (15.36e6, payment, "15.36M payment"), (168.2e9, cny, "168.2B CNY"), (3.4567, .count("order"), "3.457 order"),
      (1_500_000, Dimension(.data), "1.5 MB"), (1_500_000, Dimension(.data) / .time, "1.5 MB/s"), (12, Dimension(.data), "12 byte"),
      (2500, Dimension(.length), "2.5 km"), (0.2, Dimension(.mass), "200 gram"), (2, Dimension(.energy) / .time, "7.2 MW"),
      (4, Dimension.time.raised(to: 2), "4 s^2"), (4, Dimension.time.raised(to: -2), "4/s^2"), (42, .dimensionless, "42"),
      (10, cny / payment / .time, "10 CNY/payment/s"), (.nan, .time, "no value s"),
    ]
    for (quantity, dimension, text) in table {
      #expect(NumberText.format(quantity: quantity * dimension.baseUnitFactor, dimension: dimension) == text)
    }
  }

  @Test func aPreferredUnitWins() throws {
    let table = try tourTable()
    let quantities: [(String, String, String)] = [
      ("1 h", "min", "60 min"), ("8.12 day", "h", "194.9 h"), ("100M parcel/day", "parcel/day", "100M parcel/day"),
      ("2.2%/month", "%/month", "2.2%/month"), ("3 order", "min", "3 order"), ("20/h", "/min", "0.3333/min"),
    ]
    for (text, unit, expected) in quantities {
      let quantity = try table.parseQuantity(text).get()
      let shown = NumberText.format(quantity: quantity.value, dimension: quantity.dimension, preferred: try table.parse(unit).get())
      #expect(shown == expected)
    }
  }

  /// What is printed is the language's own notation: it reads back as the same dimension and nearly the same value.
  @Test func quantitiesReadBack() throws {
    let table = try tourTable()
    let dimensions: [Dimension] = [
      .time, .rate, .dimensionless, .currency("CNY"), .count("payment"), .count("order") / .time, .currency("CNY") / .count("payment"),
      Dimension(.data), Dimension(.data) / .time, Dimension(.energy) / .time, Dimension.time.raised(to: 2),
    ]
    var random = SeededGenerator(seed: 11)
    for _ in 0..<4000 {
      var value = Double.random(in: 1..<10, using: &random)
      for _ in 0..<Int.random(in: 0...20, using: &random) { value *= 10 }
      value /= 1e8
      let dimension = try #require(dimensions.randomElement(using: &random))
      let text = NumberText.format(quantity: value, dimension: dimension)
      let back = try table.parseQuantity(text).get()
      #expect(back.dimension == dimension, "\(text)")
      #expect(abs(back.value / value - 1) < 6e-3, "\(value) as \(text)")
      let exact = try #require(NumberText.exact(quantity: value, dimension: dimension))
      let read = try table.parseQuantity(exact).get().value
      #expect(abs(read - value) <= (dimension.baseUnitFactor == 1 ? 0 : value.ulp), "\(exact)")
    }
  }

  @Test func exactTextIsTheShortest() {
    #expect(NumberText.exact(5) == "5")
    #expect(NumberText.exact(0.1) == "0.1")
    #expect(NumberText.exact(1e22) == "1e+22")
    #expect(NumberText.exact(.nan) == nil)
    #expect(NumberText.exact(quantity: 0.5, dimension: .rate) == "0.5/s")
  }

  @Test func literalsAreTakenApart() throws {
    let table: [(String, Double, String, String, Int)] = [
      ("168.2B CNY", 168.2e9, "168.2B", "CNY", 7), ("256k payment/s", 256_000, "256k", "payment/s", 5), ("6000万", 60_000_000, "6000万", "", 7),
      ("5억", 500_000_000, "5억", "", 4), ("7조", 7e12, "7조", "", 4), ("1亿", 1e8, "1亿", "", 4), ("120ms", 120, "120", "ms", 3), ("24h", 24, "24", "h", 2),
      ("5만명", 50_000, "5만", "명", 4), ("256k/s", 256_000, "256k", "/s", 4), ("2.2%/month", 2.2, "2.2", "%/month", 3),
      ("12_345 order", 12_345, "12_345", "order", 7), ("1.5e-7", 1.5e-7, "1.5e-7", "", 6), ("5MB", 5, "5", "MB", 1), ("5M", 5e6, "5M", "", 2),
      ("0.1M", 100_000, "0.1M", "", 4), ("2e3 s", 2000, "2e3", "s", 4), ("5 e", 5, "5", "e", 2), ("95%", 95, "95", "%", 2),
    ]
    for (text, value, numeral, unit, offset) in table {
      let literal = try #require(QuantityLiteral(text), "\(text)")
      #expect(literal.value == value, "\(text)")
      #expect(literal.numeral == numeral, "\(text)")
      #expect(literal.unitText == unit, "\(text)")
      #expect(literal.unitOffset == offset, "\(text)")
    }
    for text in ["", "x", "-5", ".5", "1e999", "1e99999999999999999999"] { #expect(QuantityLiteral(text) == nil, "\(text)") }
  }
}
