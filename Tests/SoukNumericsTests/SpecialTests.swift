// Error, gamma and digamma functions in ulps; the laws and their inverses against high-precision references.
import Glibc
import SoukNumerics
import Testing

@Suite struct SpecialReferences {
  @Test(arguments: [("erf", 1.0), ("erfc", 3.0), ("lgamma", 3.0)])
  func staysWithinUlps(name: String, limit: Double) {
    let (table, function): (String, (Double) -> Double) =
      switch name {
      case "erf": (SpecialReference.erf, Elementary.erf)
      case "erfc": (SpecialReference.erfc, Elementary.erfc)
      default: (SpecialReference.lgamma, Elementary.lgamma)
      }
    let worst = worstError(table) { x, _ in function(x) }
    #expect(worst.points >= 290)
    #expect(worst.ulps <= limit, "\(name) at \(worst.at)")
  }

  @Test func gammaStaysWithinUlps() {
    let lines = SpecialReference.gamma.split(separator: "\n")
    let positive = lines.filter { UInt64($0.prefix(16), radix: 16).map { $0 >> 63 == 0 } ?? false }
    let negative = lines.filter { UInt64($0.prefix(16), radix: 16).map { $0 >> 63 == 1 } ?? false }
    let above = worstError(positive.joined(separator: "\n")) { x, _ in Elementary.gamma(x) }
    let below = worstError(negative.joined(separator: "\n")) { x, _ in Elementary.gamma(x) }
    #expect(above.points + below.points >= 290)
    #expect(above.ulps <= 2)
    #expect(below.ulps <= 4)
  }

  @Test func digammaKeepsItsAbsoluteError() {
    for line in SpecialReference.digamma.split(separator: "\n") {
      let bits = line.split(separator: " ").compactMap { UInt64($0, radix: 16) }.map { Double(bitPattern: $0) }
      #expect(abs(Elementary.digamma(bits[0]) - bits[1]) <= 4e-16 * max(1, abs(bits[1])), "at \(bits[0])")
    }
    #expect(abs(Elementary.digamma(-0.5) - 0.036489973978576521) < 1e-15)
    #expect(Elementary.digamma(-3).isNaN)
  }

  @Test func gammaOfIntegersAndLimits() {
    var factorial = 1.0
    for n in 1...22 {
      #expect(Elementary.gamma(Double(n)) == factorial)
      factorial *= Double(n)
    }
    #expect(Elementary.gamma(171.7) == .infinity)
    #expect(Elementary.gamma(-2).isNaN)
    #expect(Elementary.gamma(0) == .infinity)
    #expect(Elementary.gamma(-300.5) == 0)
    #expect(Elementary.gamma(-0.0) == -.infinity)
    #expect(Elementary.lgamma(1) == 0)
    #expect(Elementary.lgamma(2) == 0)
    #expect(Elementary.lgamma(-1) == .infinity)
    #expect(abs(Elementary.lgamma(-0.5) - 1.2655121234846454) < 1e-15)
    #expect(Elementary.lgamma(.infinity) == .infinity)
    #expect(Elementary.erf(.infinity) == 1)
    #expect(Elementary.erfc(-.infinity) == 2)
    #expect(Elementary.erfc(30) == 0)
  }

  @Test func errorFunctionsAgreeWithThePlatform() {
    #expect(worstDifference(100_000, { $0 * 12 - 6 }, Elementary.erf, Glibc.erf) <= 2)
    #expect(worstDifference(100_000, { $0 * 30 - 4 }, Elementary.erfc, Glibc.erfc) <= 6)
    #expect(worstDifference(100_000, { $0 * 170 }, Elementary.gamma, Glibc.tgamma) <= 8)
  }
}

/// The rows of a table of bit patterns.
func rows(_ table: String) -> [[Double]] {
  table.split(separator: "\n").map { line in
    line.split(separator: " ").compactMap { UInt64($0, radix: 16) }.map { Double(bitPattern: $0) }
  }
}

func relative(_ actual: Double, _ expected: Double) -> Double { abs(actual - expected) / abs(expected) }

@Suite struct LawTests {
  @Test func incompleteGammaMatches() {
    for row in rows(LawReference.gamma) {
      let (a, x, p, q) = (row[0], row[1], row[2], row[3])
      let smaller = min(p, q) == p ? relative(IncompleteGamma.lower(a, x), p) : relative(IncompleteGamma.upper(a, x), q)
      #expect(smaller < 1e-12, "a \(a), x \(x)")
      #expect(abs(IncompleteGamma.lower(a, x) - p) < 2e-14 && abs(IncompleteGamma.upper(a, x) - q) < 2e-14)
      if p < 0.5 { #expect(relative(IncompleteGamma.inverseLower(a, p), x) < 1e-11, "a \(a), p \(p)") }
      if q < 0.5 { #expect(relative(IncompleteGamma.inverseUpper(a, q), x) < 1e-11, "a \(a), q \(q)") }
    }
  }

  @Test func incompleteBetaMatches() {
    for row in rows(LawReference.beta) {
      let (a, b, x, i, j) = (row[0], row[1], row[2], row[3], row[4])
      let smaller = i < j ? relative(IncompleteBeta.regularized(a, b, x), i) : relative(IncompleteBeta.complement(a, b, x), j)
      #expect(smaller < 1e-11, "a \(a), b \(b), x \(x)")
      #expect(abs(IncompleteBeta.regularized(a, b, x) - i) < 2e-13)
      if i < 0.5 { #expect(relative(IncompleteBeta.inverse(a, b, i), x) < 1e-10, "a \(a), b \(b), p \(i)") }
      if j < 0.5 { #expect(relative(IncompleteBeta.inverseComplement(a, b, j), x) < 1e-10, "a \(a), b \(b), q \(j)") }
      let logs = IncompleteBeta.logTails(a, b, x)
      #expect(abs(logs.lower - Glibc.log(i)) < 1e-11 * max(1, abs(Glibc.log(i))))
      #expect(abs(logs.upper - Glibc.log(j)) < 1e-11 * max(1, abs(Glibc.log(j))))
    }
  }

  @Test func studentQuantilesMatch() {
    for row in rows(LawReference.t) {
      let error = relative(StudentLaw.upperQuantile(row[1], degrees: row[0]), row[2])
      #expect(error < 1e-12, "degrees \(row[0]), tail \(row[1])")
      #expect(relative(1 - StudentLaw.cdf(row[2], degrees: row[0]), row[1]) < 1e-8)
      #expect(relative(StudentLaw.cdf(-row[2], degrees: row[0]), row[1]) < 1e-12)
    }
    #expect(StudentLaw.quantile(0.5, degrees: 3) == 0)
    #expect(StudentLaw.quantile(0, degrees: 3) == -.infinity)
    #expect(abs(StudentLaw.quantile(0.975, degrees: .infinity) - 1.959963984540054) < 1e-14)
  }

  @Test func normalLawMatches() {
    var worst = (cdf: 0.0, quantile: 0.0)
    for row in rows(LawReference.normal) { worst.cdf = max(worst.cdf, abs(NormalLaw.cdf(row[0]) - row[1]) / row[1].ulp) }
    for row in rows(LawReference.quantile) {
      worst.quantile = max(worst.quantile, relative(NormalLaw.quantile(row[0]), row[1]))
    }
    #expect(worst.cdf <= 3)
    #expect(worst.quantile <= 1.5e-15)
    #expect(NormalLaw.quantile(0) == -.infinity)
    #expect(NormalLaw.quantile(1) == .infinity)
    #expect(NormalLaw.quantile(-0.1).isNaN)
    #expect(NormalLaw.quantile(.nan).isNaN)
    #expect(abs(NormalLaw.pdf(1) - 0.24197072451914337) < 1e-16)
  }

  /// Abramowitz & Stegun's tables and scipy's values.
  @Test func derivedLawsMatchTables() {
    #expect(abs(ChiSquareLaw.quantile(0.95, degrees: 10) - 18.307038053275146) < 1e-11)
    #expect(abs(ChiSquareLaw.cdf(3.841458820694124, degrees: 1) - 0.95) < 1e-14)
    #expect(abs(FisherLaw.quantile(0.95, above: 3, below: 10) - 3.708264819) < 1e-8)
    #expect(abs(FisherLaw.cdf(3.708264819, above: 3, below: 10) - 0.95) < 1e-9)
    var poisson = 0.0
    for k in 0...40 {
      poisson += PoissonLaw.pmf(k, mean: 12.5)
      #expect(abs(PoissonLaw.cdf(k, mean: 12.5) - poisson) < 1e-14)
    }
    var binomial = 0.0
    for k in 0...30 {
      binomial += BinomialLaw.pmf(k, trials: 30, probability: 0.3)
      #expect(abs(BinomialLaw.cdf(k, trials: 30, probability: 0.3) - binomial) < 1e-14)
    }
    #expect(abs(binomial - 1) < 1e-14)
    #expect(abs(IncompleteBeta.logBeta(2, 3) - Glibc.log(1.0 / 12)) < 1e-14)
    #expect(relative(IncompleteBeta.logBeta(973, 29), Glibc.lgamma(973) + Glibc.lgamma(29) - Glibc.lgamma(1002)) < 1e-12)
  }
}
