// Loader's saddle-point parts ("Fast and accurate computation of binomial probabilities", 2000): Stirling's error and the
// deviance. Probabilities built from them keep their relative accuracy at any size, where differences of log Γ lose it.

/// Parts of probability formulas that stay accurate for large counts.
enum SaddlePoint {
  /// δ(n) = log Γ(n + 1) - (n + ½) log n + n - ½ log 2π, for n > 0.
  static func stirlingError(_ n: Double) -> Double {
    if n >= 16 { return Elementary.stirlingSeries(n) }
    // log Γ(n + 1) = log Γ(n) + log n, without rounding n + 1.
    let gamma = Elementary.logGammaTwofold(n)
    let power = DoubleDouble(n - 0.5) * Elementary.logTwofold(n)
    let rest = (gamma - power) + DoubleDouble(n)
    return rest.high - 0x1.d67f1c864beb5p-1 + (rest.low + 0x1.65b5a1b7ff5dfp-55)
  }

  /// The deviance x log(x / m) + m - x >= 0, for x >= 0, m > 0.
  static func deviance(_ x: Double, _ m: Double) -> Double {
    if x == 0 { return m }
    let difference = x - m
    if difference.magnitude < 0.1 * (x + m) {
      // With v = (x - m) / (x + m): x log(x/m) + m - x = (x - m) v + 2 x Σ v^(2j+1) / (2j + 1).
      let v = difference / (x + m)
      let v2 = v * v
      var sum = difference * v
      var term = 2 * x * v
      var odd = 3.0
      while odd < 60 {
        term *= v2
        let next = sum + term / odd
        if next == sum { return next }
        sum = next
        odd += 2
      }
      return sum
    }
    return x * Elementary.log(x / m) + m - x
  }

  /// log(m^x e^-m / Γ(x + 1)) for x > 0, m > 0.
  static func logPoissonTerm(_ x: Double, _ m: Double) -> Double {
    -stirlingError(x) - deviance(x, m) - 0.5 * Elementary.log(0x1.921fb54442d18p+2 * x)
  }

  /// log(p^a q^b Γ(a + b + 1) / (Γ(a + 1) Γ(b + 1))) for a, b > 0 and p + q = 1, both given.
  static func logBinomialTerm(_ a: Double, _ b: Double, _ p: Double, _ q: Double) -> Double {
    let n = a + b
    let errors = stirlingError(n) - stirlingError(a) - stirlingError(b)
    let deviances = deviance(a, n * p) + deviance(b, n * q)
    return errors - deviances - 0.5 * (Elementary.log(0x1.921fb54442d18p+2 * a) + Elementary.log(b / n))
  }
}
