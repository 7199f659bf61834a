// Every kind of law: draws against the mean, variance and distribution function that `LawMath` gives. 40,000 draws each with
// a fixed seed; the mean within 4.5 standard errors, the variance within 5 of its own, the Kolmogorov-Smirnov distance below
// 2.2 / √n (a chance of about 1 in 8,000 under the law). Moments of the harder laws are held to independent figures.

import SoukEngine
import SoukModel
import Testing

private struct Zoo {
  var laws: [Law] = []
  var tables: [LawTable] = []

  mutating func add(_ law: Law) -> Int32 {
    laws.append(law)
    return Int32(laws.count - 1)
  }

  mutating func add(_ kind: LawKind, _ table: LawTable, _ a: Double = 0, _ b: Double = 0) -> Int32 {
    tables.append(table)
    return add(Law(kind, a, b, table: Int32(tables.count - 1)))
  }

  /// At least one law of every kind, several where the method changes with the parameters.
  static func all() -> (zoo: Zoo, tested: [Int32]) {
    var zoo = Zoo()
    let plain: [Law] = [
      Law(.constant, 3), Law(.uniform, 2, 5), Law(.discreteUniform, 1, 6), Law(.triangular, 1, 4, 14), Law(.triangular, 0, 0, 1),
      Law(.pert, 1, 4, 14), Law(.exponential, 2.5), Law(.erlang, 3, 6), Law(.erlang, 20, 6), Law(.gamma, 4, 0.5), Law(.gamma, 0.4, 2),
      Law(.inverseGamma, 5, 3), Law(.inverseGaussian, 2, 3), Law(.inverseGaussian, 1, 0.2), Law(.weibull, 1.7, 3), Law(.lognormal, 0.3, 0.6),
      Law(.normal, -2, 3), Law(.studentT, 7, 1, 2), Law(.beta, 2, 5, 0, 1), Law(.beta, 0.5, 0.3, -1, 3), Law(.beta, 1, 3, 0, 1),
      Law(.pareto, 2, 5.5), Law(.lomax, 3, 6), Law(.loglogistic, 2, 6), Law(.gumbel, 1, 2), Law(.bernoulli, 0.3),
      Law(.binomial, 20, 0.2), Law(.binomial, 200, 0.35), Law(.binomial, 100, 0.93), Law(.geometric, 0.15), Law(.geometric, 1),
      Law(.negativeBinomial, 3.5, 0.3), Law(.poisson, 3.7), Law(.poisson, 10), Law(.poisson, 240), Law(.zipf, 1.1, 50), Law(.zipf, 0, 9),
      Law(.zipf, 1, 1000), Law(.zipf, 2.5, 1e4),
    ]
    var tested = plain.map { zoo.add($0) }
    let gamma = tested[9]
    let uniform = tested[1]
    let normal = tested[16]
    let exponential = tested[6]
    tested.append(zoo.add(.hyperexponential, LawTable(weights: [3, 1], values: [1, 5])))
    tested.append(zoo.add(.weighted, LawTable(weights: [2, 5, 3], values: [10, -1, 4])))
    tested.append(zoo.add(.empiricalSteps, LawTable(values: [4, 1, 1, 9, 2])))
    tested.append(zoo.add(.empiricalLinear, LawTable(weights: [0, 0.3, 0.9, 1], values: [0, 1, 2, 10])))
    tested.append(zoo.add(.mixture, LawTable(weights: [7, 3], laws: [gamma, uniform])))
    tested.append(zoo.add(.truncated, LawTable(laws: [normal]), -1, 4))
    tested.append(zoo.add(.truncated, LawTable(laws: [gamma]), 1, 3))
    tested.append(zoo.add(.affine, LawTable(laws: [gamma]), 10, -2))
    tested.append(zoo.add(.sum, LawTable(laws: [gamma, uniform, exponential])))
    tested.append(zoo.add(.product, LawTable(laws: [gamma, uniform])))
    tested.append(zoo.add(.minimum, LawTable(laws: [gamma, exponential])))
    tested.append(zoo.add(.maximum, LawTable(laws: [gamma, uniform, exponential])))
    tested.append(zoo.add(.rounded, LawTable(laws: [gamma])))
    return (zoo, tested)
  }
}

@Suite struct LawDraws {
  @Test func everyKindIsTested() {
    let (zoo, _) = Zoo.all()
    let kinds = Set(zoo.laws.map(\.kind))
    for kind in LawKind.allCases { #expect(kinds.contains(kind), "\(kind) is not tested") }
  }

  @Test func drawsFollowTheLaw() throws {
    let (zoo, tested) = Zoo.all()
    let math = LawMath(laws: zoo.laws, tables: zoo.tables)
    let n = 40_000
    for law in tested {
      let name = "\(zoo.laws[Int(law)])"
      #expect(math.isValid(law), "\(name)")
      var values: [Double] = []
      for i in 0..<n { values.append(math.sample(law, seed: 7, stream: "test \(law)", ordinal: UInt32(i))) }
      let mean = values.reduce(0, +) / Double(n)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(n - 1)
      let fourth = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) * ($1 - mean) * ($1 - mean) } / Double(n)
      let expectedMean = try #require(math.mean(law), "\(name)")
      let expectedVariance = try #require(math.variance(law), "\(name)")
      #expect(abs(mean - expectedMean) <= 4.5 * (expectedVariance / Double(n)).squareRoot() + 1e-12, "\(name): mean \(mean), law \(expectedMean)")
      let spread = (max(fourth - variance * variance, 0) / Double(n)).squareRoot()
      #expect(abs(variance - expectedVariance) <= 5 * spread + 1e-9, "\(name): variance \(variance), law \(expectedVariance)")
      let (lower, upper) = math.support(law)
      values.sort()
      #expect(values[0] >= lower - 1e-9 && values[n - 1] <= upper + 1e-9, "\(name): \(values[0]) … \(values[n - 1])")
      guard math.cdf(law, 0) != nil else { continue }
      var distance = 0.0
      for i in 0..<n where i + 1 == n || values[i + 1] > values[i] {
        let f = try #require(math.cdf(law, values[i]))
        distance = max(distance, abs(Double(i + 1) / Double(n) - f))
      }
      #expect(distance < 2.2 / Double(n).squareRoot(), "\(name): distance \(distance)")
    }
  }

  /// The quantile undoes the distribution function.
  @Test func quantilesInvert() throws {
    let (zoo, tested) = Zoo.all()
    let math = LawMath(laws: zoo.laws, tables: zoo.tables)
    for law in tested {
      for p in [0.001, 0.1, 0.37, 0.5, 0.9, 0.999] {
        guard let x = math.quantile(law, p) else { continue }
        let f = try #require(math.cdf(law, x))
        if math.isDiscrete(law) {
          #expect(f >= p - 1e-12, "\(zoo.laws[Int(law)]) at \(p): \(x), \(f)")
          #expect((math.cdf(law, x - 1e-6) ?? 0) < p + 1e-12, "\(zoo.laws[Int(law)]) at \(p): \(x)")
        } else {
          #expect(abs(f - p) < 1e-9, "\(zoo.laws[Int(law)]) at \(p): \(x), \(f)")
        }
      }
    }
  }

  /// A law drawn by inversion is its quantile at the stream's uniform number, so it increases with it.
  @Test func inversionIsMonotone() {
    let (zoo, tested) = Zoo.all()
    let math = LawMath(laws: zoo.laws, tables: zoo.tables)
    let inverted: Set<LawKind> = [.exponential, .weibull, .lognormal, .normal, .pareto, .gumbel, .triangular, .weighted, .empiricalLinear]
    let base = tested[1]  // uniform
    for law in tested where inverted.contains(zoo.laws[Int(law)].kind) {
      var pairs: [(Double, Double)] = []
      for i in 0..<500 {
        pairs.append(
          (math.sample(base, seed: 3, stream: "same", ordinal: UInt32(i)), math.sample(law, seed: 3, stream: "same", ordinal: UInt32(i))))
      }
      pairs.sort { $0.0 < $1.0 }
      for (left, right) in zip(pairs, pairs.dropFirst()) { #expect(left.1 <= right.1, "\(zoo.laws[Int(law)])") }
    }
  }

  @Test func badParametersAreNoLaw() {
    let bad = [
      Law(.uniform, 5, 2), Law(.exponential, -1), Law(.gamma, 0, 1), Law(.bernoulli, 1.1), Law(.poisson, .nan), Law(.normal, 0, -1),
      Law(.geometric, 0), Law(.zipf, 1, 0.5), Law(.triangular, 3, 1, 4), Law(.constant, .infinity),
    ]
    let math = LawMath(laws: bad, tables: [])
    for i in bad.indices { #expect(!math.isValid(Int32(i)), "\(bad[i])") }
  }
}
