// The laws of the dimension algebra, and how dimensions are told to people.

import SoukUnits
import Testing

@Suite struct DimensionTests {
  private let cny = Dimension.currency("CNY"), payment = Dimension.count("payment"), order = Dimension.count("order")

  @Test func theAlgebraIsAnAbelianGroupWithPowers() {
    for seed in 0..<500 {
      var random = SeededGenerator(seed: UInt64(seed))
      let v = [DimensionVariable(0), DimensionVariable(1), DimensionVariable(2)]
      let a = random.dimension(variables: v), b = random.dimension(variables: v), c = random.dimension(variables: v)
      let p = random.exponent(), q = random.exponent()
      #expect(a * b == b * a)
      #expect((a * b) * c == a * (b * c))
      #expect(a * .dimensionless == a)
      #expect((a / a).isDimensionless)
      #expect(a / b == a * b.raised(to: -1))
      #expect((a * b).raised(to: p) == a.raised(to: p) * b.raised(to: p))
      #expect(a.raised(to: p).raised(to: q) == a.raised(to: p * q))
      #expect(a.raised(to: p) * a.raised(to: q) == a.raised(to: p + q))
      #expect(Dimension(a.factors.reversed()) == a)
    }
  }

  @Test func substitutionIsAHomomorphism() {
    let v = (0..<3).map { DimensionVariable($0) }
    for seed in 0..<300 {
      var random = SeededGenerator(seed: UInt64(seed))
      let a = random.dimension(variables: v), b = random.dimension(variables: v)
      // Replacements may mention the replaced variables: it is done once, all together.
      let s = [v[0]: random.dimension(variables: v), v[1]: random.dimension(variables: v)]
      #expect((a * b).substituting(s) == a.substituting(s) * b.substituting(s))
      #expect(a.substituting([:]) == a)
    }
    let swap = [v[0]: Dimension(v[1]), v[1]: Dimension(v[0])]
    #expect((Dimension(v[0]) / Dimension(v[1])).substituting(swap) == Dimension(v[1]) / Dimension(v[0]))
  }

  @Test func countsAndCurrenciesStayApart() {
    #expect(payment != order)
    #expect(Dimension.currency("USD") != cny)
    #expect(Dimension.count("CNY") != cny)
    #expect(cny.currency?.name == "CNY")
    #expect((cny / payment).currency == nil)
    #expect(cny.raised(to: 2).base == nil)
  }

  @Test func powersTooLargeAreMarkedAndNeverTrap() {
    var dimension = Dimension.time
    for _ in 0..<70 { dimension = dimension.raised(to: 2) }
    #expect(!dimension.isRepresentable)
    var solver = DimensionSolver()
    let a = solver.fresh()
    #expect(!unify(&solver, a, dimension))
    #expect(!unify(&solver, dimension, dimension))
    #expect(unify(&solver, a, .time))
    var power = a
    for _ in 0..<70 { power = power.raised(to: 2) }
    #expect(!solver.resolve(power).isRepresentable)
    #expect(!unify(&solver, power, .time))
    #expect(Rational(Int.min, over: -1) == .unrepresentable)
    #expect(Rational(1, over: 0) == .unrepresentable)
    #expect(-Rational(Int.min) == .unrepresentable)
    #expect(Rational.one / .zero == .unrepresentable)
  }

  @Test func fractionsAreInLowestTerms() {
    #expect(Rational(6, over: -4) == Rational(-3, over: 2))
    #expect(Rational(1, over: 3) + Rational(1, over: 6) == Rational(1, over: 2))
    #expect(Rational(2, over: 3) * Rational(3, over: 2) == .one)
    #expect(Rational(1, over: 2).description == "1/2")
  }

  @Test func dimensionsAreToldInWords() {
    let a = Dimension.variable(17), b = Dimension.variable(4)
    let table: [(Dimension, String)] = [
      (.dimensionless, "a plain number"), (.time, "Time"), (cny, "CNY"), (payment / .time, "payment/s"),
      (cny / payment, "CNY/payment"), (.rate, "1/s"), (Dimension(.data), "Data"), (Dimension(.data) / .time, "byte/s"),
      (cny / payment / .time, "CNY/payment/s"), (Dimension.time.raised(to: 2), "s^2"), (order * cny, "CNY*order"),
      (Dimension.time.raised(to: -2), "1/s^2"), (Dimension.time.raised(to: Rational(1, over: 2)), "s^(1/2)"), (a, "A"),
      (a / .time, "A/s"), (a * b, "A*B"), (a / b, "B/A"),
    ]
    for (dimension, text) in table { #expect(dimension.description == text) }
    #expect(Dimension.dimensionless.baseUnitText == "")
    #expect(Dimension.time.baseUnitText == "s")
  }

  @Test func kindsAreToldInWords() {
    let table: [(Dimension, String)] = [
      (.dimensionless, "a plain number"), (.time, "a time"), (cny, "money in CNY"), (order, "a number of order"),
      (payment / .time, "a rate in payment/s"), (.rate, "a rate in 1/s"), (cny / payment, "a quantity in CNY/payment"),
      (Dimension(.data), "an amount of data"), (.variable(3), "a quantity of any unit"),
    ]
    for (dimension, text) in table { #expect(dimension.kindWords == text) }
  }

  @Test func lettersAreTheSameThroughoutAMessageAndNeverRunOut() {
    var names = DimensionNames()
    #expect(names.text(.variable(900) / .time) == "A/s")
    #expect(names.text(.variable(7)) == "B")
    #expect(names.text(.variable(900)) == "A")
    var given = DimensionNames(given: [DimensionVariable(3): "B"])
    #expect(given.text(.variable(1)) == "A")
    #expect(given.text(.variable(2)) == "C")
    #expect(given.text(.variable(3)) == "B")
    let letters = (0..<60).map { names.letter(of: DimensionVariable(2000 + $0)) }
    #expect(Set(letters).count == 60)
    #expect(letters.contains("A2"))
  }
}
