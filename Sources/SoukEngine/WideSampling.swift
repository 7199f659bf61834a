// Laws that take several uniform numbers: compositions, and rejection methods, each a pure function of the counter.
//   gamma              Marsaglia & Tsang (2000), the normal by inversion: one call of the generator an attempt
//   Poisson            inversion by search below a mean of 10, Hörmann's PTRS (1993) above
//   binomial           inversion by search below n p = 10, Hörmann's BTRS (1993) above
//   Zipf               rejection-inversion of Hörmann & Derflinger (1996)
//   inverse Gaussian   Michael, Schucany & Haas (1976)

import SoukModel
import SoukNumerics

extension LawSet {
  /// A draw from a law that isn't inverted.
  func sampleWide(_ law: LawRecord, _ counter: inout Counter) -> Double {
    switch law.kind {
    case .pert: law.a + (law.c - law.a) * sampleBeta(law.p, law.q, &counter)
    case .erlang: sampleErlang(law, &counter)
    case .hyperexponential: sampleHyperexponential(law, &counter)
    case .gamma: law.b * sampleGamma(law.a, &counter)
    case .inverseGamma: law.b / sampleGamma(law.a, &counter)
    case .inverseGaussian: sampleInverseGaussian(law, &counter)
    case .studentT: sampleStudent(law, &counter)
    case .beta: law.c + (law.d - law.c) * sampleBeta(law.a, law.b, &counter)
    case .binomial: sampleBinomial(law.a, law.b, &counter)
    case .negativeBinomial: sampleNegativeBinomial(law, &counter)
    case .poisson: samplePoisson(law.a, &counter)
    case .zipf: sampleZipf(law, &counter)
    case .mixture: sampleMixture(law, &counter)
    case .truncated: sampleTruncated(law, &counter)
    case .affine: law.a + law.b * sample(child(law, 0), &counter)
    case .rounded: sample(child(law, 0), &counter).rounded(.toNearestOrAwayFromZero)
    case .sum, .product, .minimum, .maximum: sampleCombined(law, &counter)
    default: quantile(law, counter.uniform())
    }
  }

  /// The sum of a few exponentials from one logarithm; of many, a gamma.
  private func sampleErlang(_ law: LawRecord, _ counter: inout Counter) -> Double {
    if law.a > 8 { return law.b / law.a * sampleGamma(law.a, &counter) }
    var product = 1.0
    for _ in 0..<Int(law.a) { product *= counter.uniform() }
    return -law.b / law.a * Elementary.log(product)
  }

  private func sampleHyperexponential(_ law: LawRecord, _ counter: inout Counter) -> Double {
    let phase = entry(law, counter.uniform())
    return -value(law, phase) * Elementary.log(1 - counter.uniform())
  }

  /// Gamma of a shape and scale 1.
  private func sampleGamma(_ shape: Double, _ counter: inout Counter) -> Double {
    if shape < 1 {
      // A gamma of shape + 1 times a power of a uniform number.
      let boosted = sampleGamma(shape + 1, &counter)
      return boosted * Elementary.exp(Elementary.log(counter.uniform()) / shape)
    }
    while true {
      let x = NormalLaw.quantile(counter.uniform())
      if let value = LawSet.gamma(shape, x, counter.uniform()) { return value }
    }
  }

  /// An attempt at a gamma of shape 1 or more and scale 1, from a normal and a uniform number.
  @inline(__always)
  private static func gamma(_ shape: Double, _ x: Double, _ u: Double) -> Double? {
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    let t = 1 + c * x
    if t <= 0 { return nil }
    let v = t * t * t
    let square = x * x
    if u < 1 - 0.0331 * square * square { return d * v }
    if Elementary.log(u) < 0.5 * square + d * (1 - v + Elementary.log(v)) { return d * v }
    return nil
  }

  /// A gamma law of shape 1 or more, whose first attempt is given; the counter is as it was before that.
  @inline(__always)
  func sampleGamma(_ law: LawRecord, normal: Double, uniform: Double, _ counter: inout Counter) -> Double {
    if let value = LawSet.gamma(law.a, normal, uniform) { return law.b * value }
    counter.skipAttempt()
    return law.b * sampleGamma(law.a, &counter)
  }

  private func sampleBeta(_ alpha: Double, _ beta: Double, _ counter: inout Counter) -> Double {
    if alpha == 1 { return -Elementary.expm1(Elementary.log(1 - counter.uniform()) / beta) }
    if beta == 1 { return Elementary.exp(Elementary.log(counter.uniform()) / alpha) }
    if alpha < 1 && beta < 1 { return sampleSmallBeta(alpha, beta, &counter) }
    let x = sampleGamma(alpha, &counter)
    let y = sampleGamma(beta, &counter)
    return x / (x + y)
  }

  /// Jöhnk's method (1964) in logarithms, for two shapes below 1, where two gammas may both vanish.
  private func sampleSmallBeta(_ alpha: Double, _ beta: Double, _ counter: inout Counter) -> Double {
    while true {
      let x = Elementary.log(counter.uniform()) / alpha
      let y = Elementary.log(counter.uniform()) / beta
      let top = max(x, y)
      let sum = top + Elementary.log(Elementary.exp(x - top) + Elementary.exp(y - top))
      if sum <= 0 { return Elementary.exp(x - sum) }
    }
  }

  private func sampleInverseGaussian(_ law: LawRecord, _ counter: inout Counter) -> Double {
    let mean = law.a
    let shape = law.b
    let normal = NormalLaw.quantile(counter.uniform())
    // The smaller root of Michael, Schucany & Haas, in a form without cancellation.
    let w = mean * normal * normal / shape
    let x = mean / (1 + 0.5 * w + (w * (1 + 0.25 * w)).squareRoot())
    return counter.uniform() <= mean / (mean + x) ? x : mean * (mean / x)
  }

  private func sampleStudent(_ law: LawRecord, _ counter: inout Counter) -> Double {
    let normal = NormalLaw.quantile(counter.uniform())
    let chiSquare = 2 * sampleGamma(0.5 * law.a, &counter)
    return law.b + law.c * normal / (chiSquare / law.a).squareRoot()
  }

  private func sampleNegativeBinomial(_ law: LawRecord, _ counter: inout Counter) -> Double {
    if law.b == 1 { return 0 }
    let mean = sampleGamma(law.a, &counter) * (1 - law.b) / law.b
    return samplePoisson(mean, &counter)
  }

  private func samplePoisson(_ mean: Double, _ counter: inout Counter) -> Double {
    if mean <= 0 { return 0 }
    if mean < 10 { return searchPoisson(mean, counter.uniform()) }
    let b = 0.931 + 2.53 * mean.squareRoot()
    let a = -0.059 + 0.02483 * b
    let inverseAlpha = 1.1239 + 1.1328 / (b - 3.4)
    let v = 0.9277 - 3.6224 / (b - 2)
    while true {
      let u = counter.uniform() - 0.5
      let w = counter.uniform()
      let us = 0.5 - u.magnitude
      let k = ((2 * a / us + b) * u + mean + 0.43).rounded(.down)
      if us >= 0.07 && w <= v { return k }
      if k < 0 || (us < 0.013 && w > us) { continue }
      let left = Elementary.log(w * inverseAlpha / (a / (us * us) + b))
      if left <= k * Elementary.log(mean) - mean - Elementary.lgamma(k + 1) { return k }
    }
  }

  private func searchPoisson(_ mean: Double, _ u: Double) -> Double {
    var term = Elementary.exp(-mean)
    var sum = term
    var k = 0.0
    // Beyond 200 the terms are below 1e-150.
    while u > sum && k < 200 {
      k += 1
      term *= mean / k
      sum += term
    }
    return k
  }

  private func sampleBinomial(_ trials: Double, _ probability: Double, _ counter: inout Counter) -> Double {
    if probability > 0.5 { return trials - sampleBinomial(trials, 1 - probability, &counter) }
    if trials == 0 || probability == 0 { return 0 }
    if trials * probability < 10 { return searchBinomial(trials, probability, counter.uniform()) }
    let spq = (trials * probability * (1 - probability)).squareRoot()
    let b = 1.15 + 2.53 * spq
    let a = -0.0873 + 0.0248 * b + 0.01 * probability
    let c = trials * probability + 0.5
    let v = 0.92 - 4.2 / b
    let alpha = (2.83 + 5.1 / b) * spq
    let odds = Elementary.log(probability / (1 - probability))
    let mode = ((trials + 1) * probability).rounded(.down)
    let h = Elementary.lgamma(mode + 1) + Elementary.lgamma(trials - mode + 1)
    while true {
      let u = counter.uniform() - 0.5
      let w = counter.uniform()
      let us = 0.5 - u.magnitude
      let k = ((2 * a / us + b) * u + c).rounded(.down)
      if k < 0 || k > trials { continue }
      if us >= 0.07 && w <= v { return k }
      let left = Elementary.log(w * alpha / (a / (us * us) + b))
      if left <= h - Elementary.lgamma(k + 1) - Elementary.lgamma(trials - k + 1) + (k - mode) * odds { return k }
    }
  }

  private func searchBinomial(_ trials: Double, _ probability: Double, _ u: Double) -> Double {
    var term = Elementary.exp(trials * Elementary.log1p(-probability))
    let odds = probability / (1 - probability)
    var sum = term
    var k = 0.0
    // The mean is below 10: beyond 300 the terms are nothing.
    while u > sum && k < trials && k < 300 {
      k += 1
      term *= odds * (trials - k + 1) / k
      sum += term
    }
    return k
  }

  private func sampleZipf(_ law: LawRecord, _ counter: inout Counter) -> Double {
    if law.b == 1 { return 1 }
    while true {
      let u = law.q + counter.uniform() * (law.p - law.q)
      let x = Zipf.inverse(u, law.a)
      let k = min(max((x + 0.5).rounded(.down), 1), law.b)
      if k - x <= law.r || u >= Zipf.integral(k + 0.5, law.a) - Zipf.density(k, law.a) { return k }
    }
  }

  private func sampleMixture(_ law: LawRecord, _ counter: inout Counter) -> Double {
    let part = entry(law, counter.uniform())
    return sample(child(law, part), &counter)
  }

  /// A law kept within bounds: by inversion where its own quantile and distribution function are closed, else by rejection.
  private func sampleTruncated(_ law: LawRecord, _ counter: inout Counter) -> Double {
    let inner = child(law, 0)
    if inner.isOneWord, let low = closedCDF(inner, law.a), let high = closedCDF(inner, law.b), high > low {
      return min(max(quantile(inner, low + (high - low) * counter.uniform()), law.a), law.b)
    }
    // A window that holds less than a millionth of the law ends as NaN, which stops the run.
    for _ in 0..<1_000_000 {
      let value = sample(inner, &counter)
      if value >= law.a && value <= law.b { return value }
    }
    return .nan
  }

  /// The distribution function of continuous one-word laws.
  func closedCDF(_ law: LawRecord, _ x: Double) -> Double? {
    switch law.kind {
    case .uniform:
      return law.b > law.a ? min(max((x - law.a) / (law.b - law.a), 0), 1) : nil
    case .exponential: return law.a > 0 ? -Elementary.expm1(-max(x, 0) / law.a) : nil
    case .weibull: return x <= 0 ? 0 : -Elementary.expm1(-Elementary.pow(x / law.b, law.a))
    case .normal: return law.b > 0 ? NormalLaw.cdf((x - law.a) / law.b) : nil
    case .lognormal:
      if law.b == 0 { return nil }
      return x <= 0 ? 0 : NormalLaw.cdf((Elementary.log(x) - law.a) / law.b)
    case .pareto: return x <= law.a ? 0 : 1 - Elementary.pow(law.a / x, law.b)
    case .lomax: return x <= 0 ? 0 : -Elementary.expm1(-law.b * Elementary.log1p(x / law.a))
    case .loglogistic: return x <= 0 ? 0 : 1 / (1 + Elementary.pow(law.a / x, law.b))
    case .gumbel: return law.b > 0 ? Elementary.exp(-Elementary.exp(-(x - law.a) / law.b)) : nil
    default: return nil
    }
  }

  private func sampleCombined(_ law: LawRecord, _ counter: inout Counter) -> Double {
    var result = sample(child(law, 0), &counter)
    for i in 1..<max(Int(law.count), 1) {
      let next = sample(child(law, i), &counter)
      switch law.kind {
      case .sum: result += next
      case .product: result *= next
      case .minimum: result = min(result, next)
      default: result = max(result, next)
      }
    }
    return result
  }
}

/// Hörmann & Derflinger's helper functions for the Zipf law of exponent s.
enum Zipf {
  /// x^-s.
  static func density(_ x: Double, _ s: Double) -> Double { Elementary.exp(-s * Elementary.log(x)) }

  /// ∫₁ˣ t^-s dt = (x^(1-s) - 1) / (1 - s), with its limit log x at s = 1.
  static func integral(_ x: Double, _ s: Double) -> Double {
    let logX = Elementary.log(x)
    let t = (1 - s) * logX
    return logX * (t.magnitude > 1e-8 ? Elementary.expm1(t) / t : 1 + t / 2 * (1 + t / 3))
  }

  /// The inverse of `integral`.
  static func inverse(_ y: Double, _ s: Double) -> Double {
    let t = max(y * (1 - s), -1)
    return Elementary.exp(y * (t.magnitude > 1e-8 ? Elementary.log1p(t) / t : 1 - t * (0.5 - t / 3)))
  }
}
