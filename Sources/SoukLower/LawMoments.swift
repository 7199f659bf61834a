// Means, variances and distribution functions of laws as values: what `mean(d)`, `sd(d)` and `chance(d <= x)` say of a law
// without drawing from it. Closed forms as in Johnson, Kotz & Balakrishnan; nil where there is none.

import SoukModel
import SoukNumerics
import SoukSema

enum LawMoments {
  /// Mean and variance; infinite where they don't exist.
  static func moments(_ law: LawValue) -> (mean: Double, variance: Double)? {
    switch law {
    case .simple(let name, let p): return simple(LawTables.simple(name, p, factor: 1))
    case .weighted(let chances, let values):
      var x: [Double] = []
      for case .number(let v) in values { x.append(v) }
      return x.count == values.count ? mixed(chances, x.map { ($0, 0) }) : nil
    case .empirical(let x, let linear):
      if linear { return piecewise(x.sorted().enumerated().map { ($1, Double($0) / Double(max(1, x.count - 1))) }) }
      return mixed(x.map { _ in 1 }, x.map { ($0, 0) })
    case .empiricalPoints(let points): return piecewise(points.map { ($0.value, $0.probability) })
    case .hyperexponential(let chances, let means): return mixed(chances, means.map { ($0, $0 * $0) })
    case .mixture(let chances, let laws):
      let parts = laws.compactMap { moments($0) }
      return parts.count == laws.count ? mixed(chances, parts) : nil
    case .affine(let inner, let shift, let factor):
      return moments(inner).map { (shift + factor * $0.mean, factor * factor * $0.variance) }
    case .sum(let laws):
      let parts = laws.compactMap { moments($0) }
      return parts.count == laws.count ? (parts.reduce(0) { $0 + $1.mean }, parts.reduce(0) { $0 + $1.variance }) : nil
    case .product(let laws):
      let parts = laws.compactMap { moments($0) }
      guard parts.count == laws.count else { return nil }
      let mean = parts.reduce(1) { $0 * $1.mean }
      return (mean, parts.reduce(1) { $0 * ($1.variance + $1.mean * $1.mean) } - mean * mean)
    case .truncated, .minimum, .maximum, .rounded: return nil
    }
  }

  private static func mixed(_ weights: [Double], _ parts: [(mean: Double, variance: Double)]) -> (mean: Double, variance: Double) {
    let total = weights.reduce(0, +)
    let mean = zip(weights, parts).reduce(0) { $0 + $1.0 * $1.1.mean } / total
    let variance = zip(weights, parts).reduce(0) { sum, part in
      sum + part.0 * (part.1.variance + (part.1.mean - mean) * (part.1.mean - mean))
    }
    return (mean, variance / total)
  }

  /// A distribution function linear between points: a mixture of uniform laws.
  private static func piecewise(_ points: [(Double, Double)]) -> (mean: Double, variance: Double)? {
    guard points.count >= 2 else { return points.first.map { ($0.0, 0) } }
    var weights = [points[0].1]
    var parts = [(mean: points[0].0, variance: 0.0)]
    for (a, b) in zip(points, points.dropFirst()) {
      weights.append(b.1 - a.1)
      parts.append((mean: (a.0 + b.0) / 2, variance: (b.0 - a.0) * (b.0 - a.0) / 12))
    }
    return mixed(weights, parts)
  }

  private static func simple(_ law: Law) -> (mean: Double, variance: Double)? {
    let (a, b, c) = (law.a, law.b, law.c)
    switch law.kind {
    case .constant: return (a, 0)
    case .uniform: return ((a + b) / 2, (b - a) * (b - a) / 12)
    case .discreteUniform: return ((a + b) / 2, ((b - a + 1) * (b - a + 1) - 1) / 12)
    case .triangular: return ((a + b + c) / 3, (a * a + b * b + c * c - a * b - a * c - b * c) / 18)
    case .pert: return betaMoments(1 + 4 * (b - a) / (c - a), 1 + 4 * (c - b) / (c - a), a, c)
    case .beta: return betaMoments(a, b, c, law.d)
    case .exponential: return (a, a * a)
    case .erlang: return (b, b * b / a)
    case .gamma: return (a * b, a * b * b)
    case .inverseGamma:
      return (a > 1 ? b / (a - 1) : .infinity, a > 2 ? b * b / ((a - 1) * (a - 1) * (a - 2)) : .infinity)
    case .inverseGaussian: return (a, a * a * a / b)
    case .weibull:
      let one = Elementary.gamma(1 + 1 / a)
      return (b * one, b * b * (Elementary.gamma(1 + 2 / a) - one * one))
    case .lognormal:
      let mean = Elementary.exp(a + b * b / 2)
      return (mean, mean * mean * Elementary.expm1(b * b))
    case .normal: return (a, b * b)
    case .studentT: return (a > 1 ? b : .nan, a > 2 ? c * c * a / (a - 2) : .infinity)
    default: return heavyOrDiscrete(law)
    }
  }

  private static func betaMoments(_ a: Double, _ b: Double, _ low: Double, _ high: Double) -> (mean: Double, variance: Double) {
    let n = a + b
    let width = high - low
    return (low + width * a / n, width * width * a * b / (n * n * (n + 1)))
  }

  private static func heavyOrDiscrete(_ law: Law) -> (mean: Double, variance: Double)? {
    let (a, b) = (law.a, law.b)
    switch law.kind {
    case .pareto:
      return (b > 1 ? a * b / (b - 1) : .infinity, b > 2 ? a * a * b / ((b - 1) * (b - 1) * (b - 2)) : .infinity)
    case .lomax:
      return (b > 1 ? a / (b - 1) : .infinity, b > 2 ? a * a * b / ((b - 1) * (b - 1) * (b - 2)) : .infinity)
    case .loglogistic:
      let angle = LawFormulas.pi / b
      let mean = b > 1 ? a * angle / Elementary.sin(angle) : .infinity
      let square = b > 2 ? a * a * 2 * angle / Elementary.sin(2 * angle) : .infinity
      return (mean, square - (mean.isFinite ? mean * mean : 0))
    case .gumbel:
      let sd = b / LawFormulas.gumbelScale
      return (a + b * LawFormulas.eulerGamma, sd * sd)
    case .bernoulli: return (a, a * (1 - a))
    case .binomial: return (a * b, a * b * (1 - b))
    case .geometric: return (1 / a, (1 - a) / (a * a))
    case .negativeBinomial: return (a * (1 - b) / b, a * (1 - b) / (b * b))
    case .poisson: return (a, a)
    case .zipf:
      var sums = (0.0, 0.0, 0.0)
      var k = 1.0
      while k <= min(b, 1e7) {
        let weight = Elementary.pow(k, -a)
        sums = (sums.0 + weight, sums.1 + k * weight, sums.2 + k * k * weight)
        k += 1
      }
      let mean = sums.1 / sums.0
      return (mean, sums.2 / sums.0 - mean * mean)
    default: return nil
    }
  }

  /// The probability of a value at most x (`inclusive`) or below it.
  static func probability(_ law: LawValue, _ x: Double, inclusive: Bool) -> Double? {
    switch law {
    case .simple(let name, let p): return simple(LawTables.simple(name, p, factor: 1), x, inclusive)
    case .weighted(let chances, let values):
      var sum = 0.0
      for (chance, value) in zip(chances, values) {
        guard case .number(let v) = value else { return nil }
        if v < x || (inclusive && v == x) { sum += chance }
      }
      return sum / chances.reduce(0, +)
    case .empirical(let values, let linear):
      if linear {
        let points = values.sorted().enumerated().map { ($1, Double($0) / Double(max(1, values.count - 1))) }
        return interpolated(points, x)
      }
      return Double(values.count { $0 < x || (inclusive && $0 == x) }) / Double(values.count)
    case .empiricalPoints(let points): return interpolated(points.map { ($0.value, $0.probability) }, x)
    case .hyperexponential(let chances, let means):
      if x <= 0 { return 0 }
      return zip(chances, means).reduce(0) { $0 - $1.0 * Elementary.expm1(-x / $1.1) } / chances.reduce(0, +)
    case .mixture(let chances, let laws):
      let parts = laws.compactMap { probability($0, x, inclusive: inclusive) }
      guard parts.count == laws.count else { return nil }
      return zip(chances, parts).reduce(0) { $0 + $1.0 * $1.1 } / chances.reduce(0, +)
    case .affine(let inner, let shift, let factor):
      if factor == 0 { return shift < x || (inclusive && shift == x) ? 1 : 0 }
      let at = (x - shift) / factor
      if factor > 0 { return probability(inner, at, inclusive: inclusive) }
      return probability(inner, at, inclusive: !inclusive).map { 1 - $0 }
    case .truncated(let inner, let low, let high):
      if x < low || (x == low && !inclusive) { return 0 }
      if x >= high { return 1 }
      guard let below = probability(inner, low, inclusive: false), let within = probability(inner, high, inclusive: true),
        let here = probability(inner, x, inclusive: inclusive)
      else { return nil }
      return (here - below) / (within - below)
    case .minimum(let laws):
      let parts = laws.compactMap { probability($0, x, inclusive: inclusive) }
      return parts.count == laws.count ? 1 - parts.reduce(1) { $0 * (1 - $1) } : nil
    case .maximum(let laws):
      let parts = laws.compactMap { probability($0, x, inclusive: inclusive) }
      return parts.count == laws.count ? parts.reduce(1, *) : nil
    case .rounded(let inner):
      let whole = inclusive ? x.rounded(.down) : x.rounded(.up) - 1
      return probability(inner, whole + 0.5, inclusive: false)
    case .sum, .product: return nil
    }
  }

  private static func interpolated(_ points: [(Double, Double)], _ x: Double) -> Double {
    guard let first = points.first, let last = points.last else { return .nan }
    if x < first.0 { return 0 }
    if x >= last.0 { return 1 }
    for (a, b) in zip(points, points.dropFirst()) where x < b.0 { return a.1 + (b.1 - a.1) * (x - a.0) / (b.0 - a.0) }
    return 1
  }

  private static func simple(_ law: Law, _ x: Double, _ inclusive: Bool) -> Double? {
    let (a, b, c) = (law.a, law.b, law.c)
    switch law.kind {
    case .constant: return a < x || (inclusive && a == x) ? 1 : 0
    case .uniform: return clamp(b > a ? (x - a) / (b - a) : (x >= a ? 1 : 0))
    case .triangular:
      if x <= a { return 0 }
      if x >= c { return 1 }
      return x < b ? (x - a) * (x - a) / ((c - a) * (b - a)) : 1 - (c - x) * (c - x) / ((c - a) * (c - b))
    case .pert: return betaProbability(1 + 4 * (b - a) / (c - a), 1 + 4 * (c - b) / (c - a), (x - a) / (c - a))
    case .beta: return betaProbability(a, b, (x - c) / (law.d - c))
    case .exponential: return x <= 0 ? 0 : -Elementary.expm1(-x / a)
    case .erlang: return x <= 0 ? 0 : IncompleteGamma.lower(a, a * x / b)
    case .gamma: return x <= 0 ? 0 : IncompleteGamma.lower(a, x / b)
    case .inverseGamma: return x <= 0 ? 0 : IncompleteGamma.upper(a, b / x)
    case .inverseGaussian:
      if x <= 0 { return 0 }
      let root = (b / x).squareRoot()
      return NormalLaw.cdf(root * (x / a - 1)) + Elementary.exp(2 * b / a) * NormalLaw.cdf(-root * (x / a + 1))
    case .weibull: return x <= 0 ? 0 : -Elementary.expm1(-Elementary.pow(x / b, a))
    case .lognormal: return x <= 0 ? 0 : b == 0 ? (Elementary.log(x) >= a ? 1 : 0) : NormalLaw.cdf((Elementary.log(x) - a) / b)
    case .normal: return b == 0 ? (x >= a ? 1 : 0) : NormalLaw.cdf((x - a) / b)
    case .studentT: return StudentLaw.cdf((x - b) / c, degrees: a)
    case .pareto: return x <= a ? 0 : 1 - Elementary.pow(a / x, b)
    case .lomax: return x <= 0 ? 0 : 1 - Elementary.pow(1 + x / a, -b)
    case .loglogistic: return x <= 0 ? 0 : 1 / (1 + Elementary.pow(x / a, -b))
    case .gumbel: return Elementary.exp(-Elementary.exp(-(x - a) / b))
    default: return discrete(law, inclusive ? x.rounded(.down) : x.rounded(.up) - 1)
    }
  }

  private static func betaProbability(_ a: Double, _ b: Double, _ x: Double) -> Double {
    x <= 0 ? 0 : x >= 1 ? 1 : IncompleteBeta.regularized(a, b, x)
  }

  private static func clamp(_ p: Double) -> Double { min(1, max(0, p)) }

  /// The probability of at most the whole number k.
  private static func discrete(_ law: Law, _ k: Double) -> Double? {
    let (a, b) = (law.a, law.b)
    switch law.kind {
    case .discreteUniform: return clamp((k - a + 1) / (b - a + 1))
    case .bernoulli: return k < 0 ? 0 : k < 1 ? 1 - a : 1
    case .binomial:
      if k < 0 { return 0 }
      return k >= a ? 1 : b == 0 ? 1 : b == 1 ? 0 : IncompleteBeta.complement(k + 1, a - k, b)
    case .geometric: return k < 1 ? 0 : 1 - Elementary.pow(1 - a, k)
    case .negativeBinomial: return k < 0 ? 0 : b == 1 ? 1 : IncompleteBeta.regularized(a, k + 1, b)
    case .poisson: return k < 0 ? 0 : a == 0 ? 1 : IncompleteGamma.upper(k + 1, a)
    case .zipf:
      var (sum, total, i) = (0.0, 0.0, 1.0)
      while i <= min(b, 1e7) {
        let weight = Elementary.pow(i, -a)
        total += weight
        if i <= k { sum += weight }
        i += 1
      }
      return sum / total
    default: return nil
    }
  }
}
