// The regularized incomplete beta function and its inverse: Lentz's continued fraction (DLMF 8.17.22) on the side where it
// converges in O(√max(a, b)) steps, times a saddle-point prefactor.

/// The regularized incomplete beta function, the distribution function of beta, binomial, t and F laws.
public enum IncompleteBeta {
  /// I_x(a, b) for a, b > 0 and 0 <= x <= 1; NaN elsewhere. About 1e-13 relative for parameters to 1e6.
  public static func regularized(_ a: Double, _ b: Double, _ x: Double) -> Double {
    tails(a, b, x, 1 - x).lower
  }

  /// 1 - I_x(a, b), relatively accurate where it is small.
  public static func complement(_ a: Double, _ b: Double, _ x: Double) -> Double {
    tails(a, b, x, 1 - x).upper
  }

  /// log I_x(a, b) and log(1 - I_x(a, b)), finite even where the probabilities underflow.
  public static func logTails(_ a: Double, _ b: Double, _ x: Double) -> (lower: Double, upper: Double) {
    guard a > 0, b > 0, x >= 0, x <= 1 else { return (.nan, .nan) }
    if x == 0 { return (-.infinity, 0) }
    if x == 1 { return (0, -.infinity) }
    let (logTail, isLower) = logSmallerSide(a, b, x, 1 - x)
    let other = Elementary.log1p(-Elementary.exp(logTail))
    return isLower ? (logTail, other) : (other, logTail)
  }

  /// Both tails for x + y = 1, both given so that neither loses digits.
  static func tails(_ a: Double, _ b: Double, _ x: Double, _ y: Double) -> (lower: Double, upper: Double) {
    guard a > 0, b > 0, x >= 0, y >= 0 else { return (.nan, .nan) }
    if x == 0 { return (0, 1) }
    if y == 0 { return (1, 0) }
    let (logTail, isLower) = logSmallerSide(a, b, x, y)
    let value = min(1, Elementary.exp(logTail))
    return isLower ? (value, 1 - value) : (1 - value, value)
  }

  /// The log of the tail on the side where the fraction converges fast, and whether that is the lower one.
  static func logSmallerSide(_ a: Double, _ b: Double, _ x: Double, _ y: Double) -> (log: Double, isLower: Bool) {
    // x^a y^b / B(a, b) = a b / (a + b) times a binomial term.
    let factor = SaddlePoint.logBinomialTerm(a, b, x, y)
    let isLower = x * (a + b + 2) < a + 1
    let f = isLower ? fraction(a, b, x) : fraction(b, a, y)
    let share = isLower ? b / (a + b) : a / (a + b)
    return (factor + Elementary.log(share * f), isLower)
  }

  /// The density x^(a-1) y^(b-1) / B(a, b) for x + y = 1.
  static func density(_ a: Double, _ b: Double, _ x: Double, _ y: Double) -> Double {
    Elementary.exp(SaddlePoint.logBinomialTerm(a, b, x, y)) * (a / x) * (b / y) / (a + b)
  }

  /// log B(a, b) for a, b > 0.
  public static func logBeta(_ a: Double, _ b: Double) -> Double {
    let n = a + b
    let logs = a * Elementary.log(a / n) + b * Elementary.log(b / n)
    return logs - (SaddlePoint.logBinomialTerm(a, b, a / n, b / n)) - Elementary.log(a / n * b)
  }

  static func fraction(_ a: Double, _ b: Double, _ x: Double) -> Double {
    let tiny = 1e-300
    var c = 1.0
    var d = 1 - (a + b) * x / (a + 1)
    if d.magnitude < tiny { d = tiny }
    d = 1 / d
    var result = d
    for i in 1...(1000 + Int(min(30 * max(a, b).squareRoot(), 1e8))) {
      let m = Double(i)
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      d = 1 + even * d
      if d.magnitude < tiny { d = tiny }
      c = 1 + even / c
      if c.magnitude < tiny { c = tiny }
      d = 1 / d
      result *= d * c
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      d = 1 + odd * d
      if d.magnitude < tiny { d = tiny }
      c = 1 + odd / c
      if c.magnitude < tiny { c = tiny }
      d = 1 / d
      let factor = d * c
      result *= factor
      if (factor - 1).magnitude < 0x1p-53 { break }
    }
    return result
  }

  /// The x with I_x(a, b) = p; NaN outside 0 <= p <= 1 or for a, b <= 0.
  public static func inverse(_ a: Double, _ b: Double, _ p: Double) -> Double {
    inversePair(a, b, p, 1 - p).x
  }

  /// The x with 1 - I_x(a, b) = q, accurate for small q.
  public static func inverseComplement(_ a: Double, _ b: Double, _ q: Double) -> Double {
    inversePair(a, b, 1 - q, q).x
  }

  /// The (x, 1 - x) with I_x(a, b) = p, for p + q = 1; the smaller of the two is relatively accurate.
  static func inversePair(_ a: Double, _ b: Double, _ p: Double, _ q: Double) -> (x: Double, y: Double) {
    guard a > 0, b > 0, p >= 0, q >= 0 else { return (.nan, .nan) }
    if p == 0 { return (0, 1) }
    if q == 0 { return (1, 0) }
    let half = tails(a, b, 0.5, 0.5)
    if half.lower >= p && half.upper <= q {
      let x = inverseBelowHalf(a, b, p, q)
      return (x, 1 - x)
    }
    let y = inverseBelowHalf(b, a, q, p)
    return (1 - y, y)
  }

  /// The x <= ½ with I_x(a, b) = p.
  static func inverseBelowHalf(_ a: Double, _ b: Double, _ p: Double, _ q: Double) -> Double {
    let useLower = p <= q
    // The normal approximation to the logit, whose moments are digammas; else the leading power.
    let n = a + b
    let z = useLower ? NormalLaw.quantile(p) : -NormalLaw.quantile(q)
    var start = a / n + z * (a / n * (b / n) / (n + 1)).squareRoot()
    if !(start > 0.1 * a / n && start < 0.5) {
      let power = (Elementary.log(p) + Elementary.log(a) + logBeta(a, b)) / a
      start = min(0.5, Elementary.exp(min(0, power)))
    }
    if start == 0 { return 0 }
    return Bracket.root(start: start, low: 0, high: 0.5 + 0x1p-50) { x in
      let both = tails(a, b, x, 1 - x)
      let flow = density(a, b, x, 1 - x) * x
      if useLower { return (Elementary.log(both.lower / p), flow / both.lower) }
      return (Elementary.log(q / both.upper), flow / both.upper)
    }
  }
}
