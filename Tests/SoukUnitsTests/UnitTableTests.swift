// The table of units, unit texts, declarations, rates of exchange.

import SoukUnits
import Testing

/// A table with what the tour declares.
func tourTable() throws -> UnitTable {
  var table = UnitTable()
  for name in ["order", "payment", "parcel", "user"] { _ = try table.declareCount(name).get() }
  _ = try table.declareRate(from: "USD", rate: 6.64, to: .currency("CNY"), on: "2017-11-10").get()
  return table
}

@Suite struct UnitTableTests {
  @Test func builtInUnitsHaveTheirSizes() throws {
    let table = UnitTable()
    let sizes: [(String, Double, Dimension)] = [
      ("ns", 1e-9, .time), ("us", 1e-6, .time), ("µs", 1e-6, .time), ("ms", 1e-3, .time), ("s", 1, .time),
      ("seconds", 1, .time), ("min", 60, .time), ("minutes", 60, .time), ("h", 3600, .time), ("hours", 3600, .time),
      ("day", 86_400, .time), ("days", 86_400, .time), ("week", 604_800, .time), ("month", 31_556_952 / 12.0, .time),
      ("year", 365.2425 * 86_400, .time), ("%", 0.01, .dimensionless), ("permille", 0.001, .dimensionless),
      ("bp", 0.0001, .dimensionless), ("kB", 1000, Dimension(.data)), ("MiB", 1_048_576, Dimension(.data)),
      ("Gbit", 125e6, Dimension(.data)), ("km", 1000, Dimension(.length)), ("gram", 0.001, Dimension(.mass)),
      ("tonne", 1000, Dimension(.mass)), ("kWh", 1, Dimension(.energy)), ("kW", 1 / 3600.0, Dimension(.energy) / .time),
      ("CNY", 100, .currency("CNY")), ("KRW", 1, .currency("KRW")),
    ]
    for (name, size, dimension) in sizes {
      let unit = try #require(table.unit(named: name), "\(name)")
      #expect(unit.factor == size, "\(name)")
      #expect(unit.dimension == dimension, "\(name)")
    }
    #expect(
      table.names(of: .time) == ["ns", "us", "ms", "s", "min", "h", "day", "week", "month", "year"])
    for missing in ["m", "d", "B", "k", "M", "order"] { #expect(table.unit(named: missing) == nil, "\(missing)") }
    #expect(table.unit(named: "hours")?.name == "h")
  }

  @Test func currenciesKnowTheirMinorUnits() {
    let table = ["CNY": 100, "JPY": 1, "KRW": 1, "BHD": 1000, "KWD": 1000, "USD": 100, "CLF": 10_000, "VND": 1]
    for (code, units) in table { #expect(Currency.minorUnits(per: .currency(code)) == Int64(units), "\(code)") }
    #expect(Currency.minorDigits.count > 165)
    #expect(Currency.minorDigits.keys.allSatisfy { $0.utf8.count == 3 && $0 == $0.uppercased() })
  }

  @Test func unitTextsAreRead() throws {
    let table = try tourTable()
    let payment = Dimension.count("payment"), cny = Dimension.currency("CNY")
    let texts: [(String, Dimension, Double, String)] = [
      ("payment/s", payment / .time, 1, "payment/s"), ("CNY/h", cny / .time, 100 / 3600.0, "CNY/h"),
      ("s^2", Dimension.time.raised(to: 2), 1, "s^2"), ("%/month", .rate, 0.01 / (31_556_952.0 / 12), "%/month"),
      ("/s", .rate, 1, "/s"), ("%", .dimensionless, 0.01, "%"), ("hours", .time, 3600, "h"),
      ("CNY/payment/day", cny / payment / .time, 100 / 86_400.0, "CNY/payment/day"), ("min*order", .time * .count("order"), 60, "min*order"),
      ("s^-1", .rate, 1, "/s"), ("% order", .count("order"), 0.01, "% order"), ("s*s", Dimension.time.raised(to: 2), 1, "s^2"),
      ("h/h", .dimensionless, 1, ""), (" order ", .count("order"), 1, "order"), ("/min^2", Dimension.time.raised(to: -2), 1 / 3600.0, "/min^2"),
    ]
    for (text, dimension, factor, canonical) in texts {
      let unit = try table.parse(text).get()
      #expect(unit.dimension == dimension, "\(text)")
      #expect(abs(unit.factor / factor - 1) < 1e-15, "\(text)")
      #expect(unit.text == canonical, "\(text)")
    }
  }

  @Test func canonicalTextsReadBackAsThemselves() throws {
    let table = try tourTable()
    let names = ["s", "min", "h", "CNY", "order", "payment", "GB", "km", "kW"]
    for seed in 0..<400 {
      var random = SeededGenerator(seed: UInt64(seed))
      var factors: [UnitExpression.Factor] = []
      for index in 0..<Int.random(in: 1...4, using: &random) {
        let name = try #require(names.randomElement(using: &random))
        let unit = try #require(table.unit(named: name))
        factors.append(.init(unit, Int.random(in: index == 0 ? 1...2 : -3...3, using: &random)))
      }
      let unit = UnitExpression(factors)
      guard !unit.isEmpty else { continue }
      #expect(try table.parse(unit.text).get() == unit, "\(unit.text)")
    }
  }

  @Test func decimalUnitsLoseNothing() throws {
    let table = UnitTable()
    let percent = try table.parse("%").get(), ms = try table.parse("ms").get(), hour = try table.parse("/h").get()
    for number in 1...1000 {
      #expect(percent.inBaseUnits(Double(number)) == Double(number) / 100)
      #expect(percent.number(of: Double(number) / 100) == Double(number))
      #expect(ms.inBaseUnits(Double(number)) == Double(number) / 1000)
      #expect(hour.inBaseUnits(Double(number)) == Double(number) / 3600)
    }
    #expect(percent.inBaseUnits(57) == 0.57)
  }

  @Test func malformedTextsAreRefusedWhereTheyBreak() throws {
    let table = try tourTable()
    let texts: [(String, Int)] = [
      ("", 0), ("CNY//s", 4), ("CNY/", 4), ("s^", 2), ("s^x", 2), ("s^99", 4), ("CNY s", 4), ("(s)", 0), ("5", 0), ("%%", 1),
      ("s^99999999999999999999", 22),
    ]
    for (text, offset) in texts {
      guard case .failure(let problem) = table.parse(text) else {
        Issue.record("\(text) was read")
        continue
      }
      #expect(problem.kind == .malformed, "\(text)")
      #expect(problem.offset == offset, "\(text)")
    }
  }

  @Test func typesNameDimensions() throws {
    let table = try tourTable()
    let a = Dimension.variable(0)
    let variable = { (name: String) in name == "A" ? a : nil }
    #expect(try table.parseDimension("Time").get() == .time)
    #expect(try table.parseDimension("Count").get() == .dimensionless)
    #expect(try table.parseDimension("Share").get() == .dimensionless)
    #expect(try table.parseDimension("CNY/payment").get() == .currency("CNY") / .count("payment"))
    #expect(try table.parseDimension("A/Time", variable: variable).get() == a / .time)
    let percent = try #require(table.unit(named: "%")), order = try #require(table.unit(named: "order"))
    #expect(UnitExpression([.init(order, 1), .init(percent, 1)]).text == "% order")
    guard case .failure(let problem) = table.parseDimension("Tmie") else { return #expect(Bool(false)) }
    #expect(problem.suggestions.first == "Time")
  }

  @Test func declarationsKeepNamesApart() throws {
    var table = UnitTable()
    #expect(try table.declareCount("order").get().dimension == .count("order"))
    #expect(try table.declareCount("방문자").get().dimension == .count("방문자"))
    #expect(try table.declare("dozen", factor: 12, dimension: .count("order")).get().factor == 12)
    #expect(try table.parse("dozen/h").get().factor == 12 / 3600.0)
    #expect(table.declaredNames == ["order", "방문자", "dozen"])
    func kind(_ result: Result<Unit, UnitProblem>) -> UnitProblem.Kind? {
      if case .failure(let problem) = result { problem.kind } else { nil }
    }
    #expect(kind(table.declareCount("order")) == .alreadyDeclared)
    #expect(kind(table.declareCount("min")) == .alreadyDeclared)
    #expect(kind(table.declareCount("CNY")) == .alreadyDeclared)
    for name in ["m", "k", "A", "of", "for", "Time", "Dist", ""] { #expect(kind(table.declareCount(name)) == .reserved, "\(name)") }
    #expect(kind(table.declare("nothing", factor: 0, dimension: .time)) == .notPositive)
    #expect(kind(table.declare("never", factor: .infinity, dimension: .time)) == .notPositive)
    guard case .failure(let problem) = table.declareCount("min") else { return #expect(Bool(false)) }
    #expect(problem.message == "the unit `min` is built in: 60 s")
  }

  @Test func ratesPermitConversionOnly() throws {
    let table = try tourTable()
    let cnyPerPayment = Dimension.currency("CNY") / .count("payment")
    let target = try table.parse("USD/payment").get()
    let conversion = try #require(table.conversion(from: cnyPerPayment, to: target))
    #expect(abs(conversion.number(of: 113.6 * 100) - 113.6 / 6.64) < 1e-12)
    #expect(conversion.rates.map(\.date) == ["2017-11-10"])
    #expect(cnyPerPayment != target.dimension)
    let back = try #require(table.conversionFactor(from: .currency("USD"), to: table.parse("CNY").get()))
    #expect(abs(back - 6.64 / 100) < 1e-15)
    #expect(table.conversionFactor(from: .currency("USD"), to: try table.parse("EUR").get()) == nil)
    #expect(table.conversionFactor(from: .currency("USD"), to: try table.parse("CNY/h").get()) == nil)
    #expect(table.conversionFactor(from: .time, to: try table.parse("min").get()) == 1 / 60.0)
    let square = Dimension.currency("USD").raised(to: 2)
    let factor = try #require(table.conversionFactor(from: square, to: table.parse("CNY^2").get()))
    #expect(abs(factor * 100 * 100 - 6.64 * 6.64) < 1e-9)
  }

  @Test func ratesChainAndNeverContradict() throws {
    var table = try tourTable()
    _ = try table.declareRate(from: "EUR", rate: 1.2, to: .currency("USD"), on: "2017-11-10").get()
    _ = try table.declareRate(from: "JPY", rate: 0.01, to: .currency("USD")).get()
    let cny = try table.parse("CNY").get(), jpy = try table.parse("JPY").get()
    #expect(abs(try #require(table.conversionFactor(from: .currency("EUR"), to: cny)) * 100 - 1.2 * 6.64) < 1e-12)
    #expect(abs(try #require(table.conversionFactor(from: .currency("EUR"), to: jpy)) * 100 - 120) < 1e-9)
    #expect(table.conversion(from: .currency("EUR"), to: jpy)?.rates.count == 2)
    func problem(_ result: Result<ExchangeRate, UnitProblem>) -> UnitProblem? {
      if case .failure(let problem) = result { problem } else { nil }
    }
    #expect(problem(table.declareRate(from: "EUR", rate: 8, to: .currency("CNY")))?.message == "1 EUR is 7.968 CNY already")
    #expect(problem(table.declareRate(from: "USDD", rate: 8, to: .currency("CNY")))?.suggestions.contains("USD") == true)
    #expect(problem(table.declareRate(from: "GBP", rate: 8, to: .time))?.kind == .notACurrency)
    #expect(problem(table.declareRate(from: "GBP", rate: 8, to: .currency("GBP")))?.kind == .notACurrency)
    #expect(problem(table.declareRate(from: "GBP", rate: -8, to: .currency("CNY")))?.kind == .notPositive)
    // CNY*USD to EUR^2 takes several rates, each to its exponent.
    let mixed = Dimension.currency("CNY") * .currency("USD")
    let factor = try #require(table.conversionFactor(from: mixed, to: table.parse("EUR^2").get()))
    #expect(abs(factor * 100 * 100 - 1 / (1.2 * 6.64) / 1.2) < 1e-9)
  }
}
