// Distribution functions and quantiles that tests and intervals need, each through the incomplete gamma or beta function.

/// Student's t law.
public enum StudentLaw {
  /// The probability at or under t with `degrees` > 0 degrees of freedom (not only whole ones; infinity is the normal law).
  public static func cdf(_ t: Double, degrees: Double) -> Double {
    if degrees == .infinity { return NormalLaw.cdf(t) }
    if t.isNaN || !(degrees > 0) { return .nan }
    if t.magnitude == .infinity { return t > 0 ? 1 : 0 }
    let square = t * t
    let tail: Double
    if square == .infinity {
      tail = 0
    } else {
      tail = 0.5 * IncompleteBeta.tails(0.5 * degrees, 0.5, degrees / (degrees + square), square / (degrees + square)).lower
    }
    return t > 0 ? 1 - tail : tail
  }

  /// The value with probability p at or under it; ±infinity at 0 and 1, NaN outside.
  public static func quantile(_ p: Double, degrees: Double) -> Double {
    if p > 0.5 { return upperQuantile(1 - p, degrees: degrees) }
    return -upperQuantile(p, degrees: degrees)
  }

  /// The value exceeded with probability `tail`; accurate for small tails.
  public static func upperQuantile(_ tail: Double, degrees: Double) -> Double {
    if degrees > 1e15 { return -NormalLaw.quantile(tail) }
    guard degrees > 0, tail >= 0, tail <= 1 else { return .nan }
    if tail == 0.5 { return 0 }
    if tail > 0.5 { return -upperQuantile(1 - tail, degrees: degrees) }
    if tail == 0 { return .infinity }
    let pair = IncompleteBeta.inversePair(0.5 * degrees, 0.5, 2 * tail, 1 - 2 * tail)
    return (degrees * (pair.y / pair.x)).squareRoot()
  }
}

/// The chi-square law.
public enum ChiSquareLaw {
  /// The probability at or under x with `degrees` degrees of freedom.
  public static func cdf(_ x: Double, degrees: Double) -> Double { IncompleteGamma.lower(0.5 * degrees, 0.5 * max(0, x)) }

  /// The probability above x.
  public static func survival(_ x: Double, degrees: Double) -> Double {
    IncompleteGamma.upper(0.5 * degrees, 0.5 * max(0, x))
  }

  /// The value with probability p at or under it.
  public static func quantile(_ p: Double, degrees: Double) -> Double { 2 * IncompleteGamma.inverseLower(0.5 * degrees, p) }
}

/// Snedecor's F law.
public enum FisherLaw {
  /// The probability at or under x >= 0 with the given degrees of freedom above and below.
  public static func cdf(_ x: Double, above: Double, below: Double) -> Double {
    if x <= 0 { return 0 }
    let total = above * x + below
    return IncompleteBeta.tails(0.5 * above, 0.5 * below, above * x / total, below / total).lower
  }

  /// The value with probability p at or under it.
  public static func quantile(_ p: Double, above: Double, below: Double) -> Double {
    let pair = IncompleteBeta.inversePair(0.5 * above, 0.5 * below, p, 1 - p)
    return below / above * (pair.x / pair.y)
  }
}

/// The Poisson law.
public enum PoissonLaw {
  /// The probability of exactly k >= 0 events with the given mean.
  public static func pmf(_ k: Int, mean: Double) -> Double {
    guard k >= 0, mean >= 0 else { return mean >= 0 ? 0 : .nan }
    if mean == 0 { return k == 0 ? 1 : 0 }
    if k == 0 { return Elementary.exp(-mean) }
    return Elementary.exp(SaddlePoint.logPoissonTerm(Double(k), mean))
  }

  /// The probability of at most k events with the given mean.
  public static func cdf(_ k: Int, mean: Double) -> Double {
    if k < 0 { return 0 }
    return IncompleteGamma.upper(Double(k) + 1, mean)
  }
}

/// The binomial law.
public enum BinomialLaw {
  /// The probability of exactly k successes in n trials with success probability p.
  public static func pmf(_ k: Int, trials n: Int, probability p: Double) -> Double {
    guard k >= 0, k <= n, p >= 0, p <= 1 else { return p >= 0 && p <= 1 ? 0 : .nan }
    if p == 0 { return k == 0 ? 1 : 0 }
    if p == 1 { return k == n ? 1 : 0 }
    if k == 0 { return Elementary.exp(Double(n) * Elementary.log1p(-p)) }
    if k == n { return Elementary.exp(Double(n) * Elementary.log(p)) }
    return Elementary.exp(SaddlePoint.logBinomialTerm(Double(k), Double(n - k), p, 1 - p))
  }

  /// The probability of at most k successes in n trials.
  public static func cdf(_ k: Int, trials n: Int, probability p: Double) -> Double {
    if k < 0 { return 0 }
    if k >= n { return 1 }
    return IncompleteBeta.complement(Double(k) + 1, Double(n - k), p)
  }
}
