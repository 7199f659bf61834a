// Closed forms for laws without a table: moments, supports, distribution functions. The formulas are those of Johnson, Kotz
// & Balakrishnan, "Continuous Univariate Distributions", and Johnson, Kemp & Kotz, "Univariate Discrete Distributions".

import SoukModel
import SoukNumerics

enum LawMoments {
  /// Mean and variance; nil for laws with a table.
  static func simple(_ law: Law) -> (mean: Double, variance: Double)? {
    let a = law.a, b = law.b, c = law.c, d = law.d
    switch law.kind {
    case .constant: return (a, 0)
    case .uniform: return ((a + b) / 2, (b - a) * (b - a) / 12)
    case .discreteUniform: return ((a + b) / 2, ((b - a + 1) * (b - a + 1) - 1) / 12)
    case .triangular: return ((a + b + c) / 3, (a * a + b * b + c * c - a * b - a * c - b * c) / 18)
    case .pert:
      let mean = (a + 4 * b + c) / 6
      return (mean, (mean - a) * (c - mean) / 7)
    case .exponential: return (a, a * a)
    case .erlang: return (b, b * b / a)
    case .gamma: return (a * b, a * b * b)
    case .inverseGamma:
      let mean = a > 1 ? b / (a - 1) : .infinity
      return (mean, a > 2 ? mean * mean / (a - 2) : .infinity)
    case .inverseGaussian: return (a, a * a * a / b)
    case .weibull:
      let first = Elementary.gamma(1 + 1 / a)
      return (b * first, b * b * (Elementary.gamma(1 + 2 / a) - first * first))
    case .lognormal:
      let mean = Elementary.exp(a + b * b / 2)
      return (mean, mean * mean * Elementary.expm1(b * b))
    case .normal: return (a, b * b)
    case .studentT: return (a > 1 ? b : .nan, a > 2 ? c * c * a / (a - 2) : (a > 1 ? .infinity : .nan))
    case .beta:
      let mean = a / (a + b)
      return (c + (d - c) * mean, (d - c) * (d - c) * mean * (1 - mean) / (a + b + 1))
    default: return heavyOrDiscrete(law)
    }
  }

  private static func heavyOrDiscrete(_ law: Law) -> (mean: Double, variance: Double)? {
    let a = law.a, b = law.b
    switch law.kind {
    case .pareto:
      return (b > 1 ? a * b / (b - 1) : .infinity, b > 2 ? a * a * b / ((b - 1) * (b - 1) * (b - 2)) : .infinity)
    case .lomax:
      return (b > 1 ? a / (b - 1) : .infinity, b > 2 ? a * a * b / ((b - 1) * (b - 1) * (b - 2)) : .infinity)
    case .loglogistic:
      let t = Double.pi / b
      let mean = b > 1 ? a * t / Elementary.sin(t) : .infinity
      return (mean, b > 2 ? a * a * 2 * t / Elementary.sin(2 * t) - mean * mean : .infinity)
    case .gumbel: return (a + b * 0.57721566490153286, Double.pi * Double.pi / 6 * b * b)
    case .bernoulli: return (a, a * (1 - a))
    case .binomial: return (a * b, a * b * (1 - b))
    case .geometric: return (1 / a, (1 - a) / (a * a))
    case .negativeBinomial: return (a * (1 - b) / b, a * (1 - b) / (b * b))
    case .poisson: return (a, a)
    case .zipf:
      guard b <= 1e7 else { return nil }
      let norm = powerSum(b, a)
      let mean = powerSum(b, a - 1) / norm
      return (mean, powerSum(b, a - 2) / norm - mean * mean)
    default: return nil
    }
  }

  /// Σ k^-s for k from 1 to n, smallest terms first.
  private static func powerSum(_ n: Double, _ s: Double) -> Double {
    var sum = 0.0
    var k = n
    while k >= 1 {
      sum += Elementary.exp(-s * Elementary.log(k))
      k -= 1
    }
    return sum
  }

  static func simpleSupport(_ law: Law) -> (lower: Double, upper: Double)? {
    switch law.kind {
    case .constant: (law.a, law.a)
    case .uniform, .discreteUniform: (law.a, law.b)
    case .triangular, .pert: (law.a, law.c)
    case .exponential, .erlang, .gamma, .inverseGamma, .inverseGaussian, .weibull, .lognormal, .lomax, .loglogistic:
      (0, .infinity)
    case .normal, .studentT, .gumbel: (-.infinity, .infinity)
    case .beta: (law.c, law.d)
    case .pareto: (law.a, .infinity)
    case .bernoulli: (law.a == 1 ? 1 : 0, law.a == 0 ? 0 : 1)
    case .binomial: (0, law.a)
    case .geometric: (1, .infinity)
    case .negativeBinomial, .poisson: (0, .infinity)
    case .zipf: (1, law.b)
    default: nil
    }
  }

  /// The distribution function of laws that are not drawn by inversion, and of whole-number laws.
  static func simpleCDF(_ law: Law, _ x: Double) -> Double? {
    let a = law.a, b = law.b, c = law.c, d = law.d
    switch law.kind {
    case .constant: return x >= a ? 1 : 0
    case .discreteUniform: return min(max((x.rounded(.down) - a + 1) / (b - a + 1), 0), 1)
    case .triangular: return triangularCDF(a, b, c, x)
    case .pert:
      if c <= a { return x >= a ? 1 : 0 }
      let span = c - a
      return IncompleteBeta.regularized(1 + 4 * (b - a) / span, 1 + 4 * (c - b) / span, min(max((x - a) / span, 0), 1))
    case .erlang: return x <= 0 ? 0 : IncompleteGamma.lower(a, x * a / b)
    case .gamma: return x <= 0 ? 0 : IncompleteGamma.lower(a, x / b)
    case .inverseGamma: return x <= 0 ? 0 : IncompleteGamma.upper(a, b / x)
    case .inverseGaussian: return inverseGaussianCDF(a, b, x)
    case .studentT: return c > 0 ? StudentLaw.cdf((x - b) / c, degrees: a) : (x >= b ? 1 : 0)
    case .beta: return d > c ? IncompleteBeta.regularized(a, b, min(max((x - c) / (d - c), 0), 1)) : (x >= c ? 1 : 0)
    default: return discreteCDF(law, x)
    }
  }

  private static func discreteCDF(_ law: Law, _ x: Double) -> Double? {
    let a = law.a, b = law.b
    let k = x.rounded(.down)
    switch law.kind {
    case .bernoulli: return x < 0 ? 0 : (x < 1 ? 1 - a : 1)
    case .binomial:
      if k < 0 { return 0 }
      return k >= a ? 1 : IncompleteBeta.complement(k + 1, a - k, b)
    case .geometric: return k < 1 ? 0 : (a == 1 ? 1 : -Elementary.expm1(k * Elementary.log1p(-a)))
    case .negativeBinomial: return k < 0 ? 0 : (b == 1 ? 1 : IncompleteBeta.regularized(a, k + 1, b))
    case .poisson: return k < 0 ? 0 : IncompleteGamma.upper(k + 1, a)
    case .zipf:
      if k < 1 { return 0 }
      if k >= b { return 1 }
      return b <= 1e7 ? powerSum(k, a) / powerSum(b, a) : nil
    default: return nil
    }
  }

  private static func triangularCDF(_ a: Double, _ b: Double, _ c: Double, _ x: Double) -> Double {
    if x < a { return 0 }
    if x >= c { return 1 }
    if x < b { return (x - a) * (x - a) / ((c - a) * (b - a)) }
    return 1 - (c - x) * (c - x) / ((c - a) * (c - b))
  }

  /// Φ(√(λ/x) (x/μ - 1)) + e^(2λ/μ) Φ(-√(λ/x) (x/μ + 1)).
  private static func inverseGaussianCDF(_ mean: Double, _ shape: Double, _ x: Double) -> Double {
    if x <= 0 { return 0 }
    let root = (shape / x).squareRoot()
    let first = NormalLaw.cdf(root * (x / mean - 1))
    let tail = NormalLaw.cdf(-root * (x / mean + 1))
    return tail > 0 ? min(first + Elementary.exp(2 * shape / mean + Elementary.log(tail)), 1) : first
  }
}
