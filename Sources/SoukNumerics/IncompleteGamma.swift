// The regularized incomplete gamma functions P and Q and their inverse: the power series below a + 1, Lentz's continued
// fraction above (DLMF 8.11.4 and 8.9.2), both times a saddle-point prefactor; the inverse by bracketed Newton steps.

/// The regularized incomplete gamma functions, the distribution functions of gamma, chi-square and Poisson laws.
public enum IncompleteGamma {
  /// P(a, x) = γ(a, x) / Γ(a) for a > 0, x >= 0; NaN elsewhere. About 1e-13 relative for a to 1e6; O(√a) steps.
  public static func lower(_ a: Double, _ x: Double) -> Double { pair(a, x).lower }

  /// Q(a, x) = 1 - P(a, x), relatively accurate in its tail; NaN outside a > 0, x >= 0. O(√a) steps.
  public static func upper(_ a: Double, _ x: Double) -> Double { pair(a, x).upper }

  /// Both tails at once; the smaller one is computed, the other is its complement.
  static func pair(_ a: Double, _ x: Double) -> (lower: Double, upper: Double) {
    guard a > 0, x >= 0, a.isFinite else { return (.nan, .nan) }
    if x == 0 { return (0, 1) }
    if x == .infinity { return (1, 0) }
    if x < a + 1 {
      let value = min(1, Elementary.exp(SaddlePoint.logPoissonTerm(a, x)) * series(a, x))
      return (value, 1 - value)
    }
    let value = min(1, Elementary.exp(SaddlePoint.logPoissonTerm(a, x)) * a * fraction(a, x))
    return (1 - value, value)
  }

  /// Σ x^n / ((a + 1) … (a + n)).
  static func series(_ a: Double, _ x: Double) -> Double {
    var term = 1.0
    var sum = 1.0
    var n = a
    while term > sum * 0x1p-55 {
      n += 1
      term *= x / n
      sum += term
    }
    return sum
  }

  /// 1/(x + 1 - a - 1(1 - a)/(x + 3 - a - …)).
  static func fraction(_ a: Double, _ x: Double) -> Double {
    var b = x + 1 - a
    var c = 1e300
    var d = 1 / b
    var result = d
    for i in 1...(1000 + Int(min(30 * a.squareRoot(), 1e8))) {
      let k = Double(i)
      let numerator = -k * (k - a)
      b += 2
      d = numerator * d + b
      if d.magnitude < 1e-300 { d = 1e-300 }
      c = b + numerator / c
      if c.magnitude < 1e-300 { c = 1e-300 }
      d = 1 / d
      let factor = d * c
      result *= factor
      if (factor - 1).magnitude < 0x1p-53 { break }
    }
    return result
  }

  /// The x with P(a, x) = p; 0 and infinity at p = 0 and 1, NaN outside or for a <= 0.
  public static func inverseLower(_ a: Double, _ p: Double) -> Double { inverse(a, p, 1 - p) }

  /// The x with Q(a, x) = q, accurate for small q; infinity and 0 at q = 0 and 1, NaN outside or for a <= 0.
  public static func inverseUpper(_ a: Double, _ q: Double) -> Double { inverse(a, 1 - q, q) }

  static func inverse(_ a: Double, _ p: Double, _ q: Double) -> Double {
    guard a > 0, p >= 0, q >= 0 else { return .nan }
    if p == 0 { return 0 }
    if q == 0 { return .infinity }
    let useLower = p <= q
    // Wilson & Hilferty's cube, or the first term of the series where that fails.
    let z = useLower ? NormalLaw.quantile(p) : -NormalLaw.quantile(q)
    let cube = 1 - 1 / (9 * a) + z / (3 * a.squareRoot())
    var start = a * cube * cube * cube
    if cube < 0.2 || !(start > 0) { start = Elementary.exp((Elementary.log(p) + Elementary.lgamma(a + 1)) / a) }
    if start == 0 { return 0 }
    return Bracket.root(start: start, low: 0, high: .infinity) { x in
      let tails = pair(a, x)
      let flow = Elementary.exp(SaddlePoint.logPoissonTerm(a, x)) * a  // x times the density
      if useLower { return (Elementary.log(tails.lower / p), flow / tails.lower) }
      return (Elementary.log(q / tails.upper), flow / tails.upper)
    }
  }
}
