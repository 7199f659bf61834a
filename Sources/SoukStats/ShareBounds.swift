// k successes in n independent runs → bounds on the share: Clopper & Pearson (1934), exact; Hoeffding (1963) for bounded values.
// For one look at a number of runs fixed beforehand; looking again and again needs `MixtureEProcess` or `ShareSequence`.
import SoukNumerics

/// The exact binomial bounds of Clopper and Pearson.
public enum ClopperPearson {
  /// The one-sided lower bound at `confidence`: beta quantile (1 - c; k, n - k + 1).
  public static func lower(successes k: Int, trials n: Int, confidence: Double) -> Double {
    k == 0 ? 0 : IncompleteBeta.inverse(Double(k), Double(n - k) + 1, 1 - confidence)
  }

  /// The one-sided upper bound at `confidence`: beta quantile (c; k + 1, n - k).
  public static func upper(successes k: Int, trials n: Int, confidence: Double) -> Double {
    k == n ? 1 : IncompleteBeta.inverseComplement(Double(k) + 1, Double(n - k), 1 - confidence)
  }

  /// The two-sided interval at `level`, half of the error on each side.
  public static func interval(successes k: Int, trials n: Int, level: Double) -> ConfidenceInterval {
    let side = 1 - (1 - level) / 2
    return ConfidenceInterval(
      estimate: n == 0 ? .nan : Double(k) / Double(n), low: lower(successes: k, trials: n, confidence: side),
      high: upper(successes: k, trials: n, confidence: side), level: level, n: n, approximate: false)
  }
}

/// Hoeffding's bound for the mean of values in [0, 1].
public enum Hoeffding {
  /// The two-sided half-width √(log(2/α) / 2n).
  public static func halfWidth(trials n: Int, level: Double) -> Double {
    (Elementary.log(2 / (1 - level)) / (2 * Double(n))).squareRoot()
  }

  /// The number of runs that guarantees a half-width.
  public static func trials(halfWidth: Double, level: Double) -> Int {
    Int((Elementary.log(2 / (1 - level)) / (2 * halfWidth * halfWidth)).rounded(.up))
  }
}
