// Two scenarios → the difference of their means: paired t where both used the same random numbers, Welch (1947) where they did not.
import SoukNumerics

/// Intervals for differences between scenarios.
public enum Comparison {
  /// The t interval for mean(a - b), replication by replication; both lists have the same length.
  public static func paired(_ a: [Double], _ b: [Double], level: Double) -> ConfidenceInterval {
    precondition(a.count == b.count, "\(a.count) replications against \(b.count)")
    return Moments(zip(a, b).map { $0 - $1 }).meanInterval(level: level)
  }

  /// The interval for mean(a) - mean(b) of independent samples, and the Welch–Satterthwaite degrees of freedom.
  public static func welch(_ a: Moments, _ b: Moments, level: Double) -> (interval: ConfidenceInterval, degrees: Double) {
    let (va, vb) = (a.variance / Double(a.n), b.variance / Double(b.n))
    let total = va + vb
    let difference = a.mean - b.mean
    let approximate = a.isTooSkewed || b.isTooSkewed
    if total == 0 {
      let n = a.n + b.n
      return (ConfidenceInterval(estimate: difference, halfWidth: 0, level: level, n: n, approximate: approximate), .infinity)
    }
    let degrees = total * total / (va * va / Double(a.n - 1) + vb * vb / Double(b.n - 1))
    let interval = StudentInterval.about(
      difference, standardError: total.squareRoot(), degrees: degrees, level: level, n: a.n + b.n, approximate: approximate)
    return (interval, degrees)
  }

  /// Bonferroni: the level for each of k intervals that makes all of them right with probability `level`.
  public static func bonferroniLevel(_ level: Double, comparisons k: Int) -> Double { 1 - (1 - level) / Double(k) }
}
