// A share or a rate over entities, ΣN / ΣD → its interval over replications: the jackknife (Quenouille 1956, Tukey 1958), which
// takes off the bias of order 1/n that a ratio of means has.
import SoukNumerics

/// Ratios of sums over replications.
public enum RatioEstimate {
  /// The jackknifed ratio with its t interval; NaN where the denominators, or those without one replication, sum to 0.
  public static func jackknife(numerators: [Double], denominators: [Double], level: Double) -> ConfidenceInterval {
    precondition(
      numerators.count == denominators.count, "\(numerators.count) numerators, \(denominators.count) denominators")
    let n = Double(numerators.count)
    let top = numerators.reduce(0, +)
    let bottom = denominators.reduce(0, +)
    let ratio = top / bottom
    if numerators.count < 2 {
      return ConfidenceInterval(estimate: ratio, halfWidth: .infinity, level: level, n: numerators.count, approximate: false)
    }
    let pseudoValues = zip(numerators, denominators).map { n * ratio - (n - 1) * ((top - $0) / (bottom - $1)) }
    return Moments(pseudoValues).meanInterval(level: level)
  }

  /// N - p D for each replication: the claim ΣN/ΣD >= p is the claim that their mean is at least 0, without any ratio.
  public static func claimDifferences(numerators: [Double], denominators: [Double], share p: Double) -> [Double] {
    zip(numerators, denominators).map { $0 - p * $1 }
  }
}
