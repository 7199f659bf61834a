// Quantiles of values that are all at hand: Hyndman & Fan's type 7, the distribution-free interval between two order
// statistics, and the Dvoretzky–Kiefer–Wolfowitz band with Massart's constant.
import SoukNumerics

/// Quantiles of sorted data.
public enum SampleQuantile {
  /// The type 7 quantile of ascending values: linear between the order statistics around (n - 1) p; NaN when empty.
  public static func type7(_ sorted: [Double], _ p: Double) -> Double {
    guard let last = sorted.last, p >= 0, p <= 1 else { return .nan }
    let position = Double(sorted.count - 1) * p
    let index = Int(position)
    if index + 1 >= sorted.count { return last }
    let fraction = position - Double(index)
    if fraction == 0 { return sorted[index] }
    return sorted[index] + fraction * (sorted[index + 1] - sorted[index])
  }

  /// The type 7 quantile of values in any order, by Hoare's selection (1961) instead of sorting; NaN when empty. O(n).
  public static func type7(unsorted values: [Double], _ p: Double) -> Double {
    guard !values.isEmpty, p >= 0, p <= 1 else { return .nan }
    var values = values
    let position = Double(values.count - 1) * p
    let index = Int(position)
    select(index, in: &values)
    let fraction = position - Double(index)
    if fraction == 0 || index + 1 >= values.count { return values[index] }
    let above = values[(index + 1)...].min() ?? values[index]
    return values[index] + fraction * (above - values[index])
  }

  /// Brings the value of rank `k` (from 0) to its place, smaller ones before it and larger ones behind.
  private static func select(_ k: Int, in values: inout [Double]) {
    var low = 0
    var high = values.count - 1
    while low < high {
      // The median of three, so that values that came in order take no longer.
      let ends = (min(values[low], values[high]), max(values[low], values[high]))
      let pivot = min(max(values[low + (high - low) / 2], ends.0), ends.1)
      var i = low
      var j = high
      while i <= j {
        while values[i] < pivot { i += 1 }
        while pivot < values[j] { j -= 1 }
        if i <= j {
          values.swapAt(i, j)
          i += 1
          j -= 1
        }
      }
      if k <= j { high = j } else if k >= i { low = i } else { return }
    }
  }

  /// The ranks (from 1) of the order statistics that enclose the p-quantile with probability at least `level`, each side
  /// missing it with at most half the rest; 0 or n + 1 stands for an open end. O(log n) binomial probabilities.
  public static func enclosingRanks(count n: Int, _ p: Double, level: Double) -> (low: Int, high: Int, coverage: Double) {
    let alpha = (1 - level) / 2
    // The quantile is below X(r) with probability P(Bin(n, p) <= r - 1).
    let firstAbove = firstRank(count: n) { BinomialLaw.cdf($0 - 1, trials: n, probability: p) > alpha }
    let low = firstAbove - 1
    let high = firstRank(count: n) { BinomialLaw.cdf($0 - 1, trials: n, probability: p) >= 1 - alpha }
    let above = high > n ? 1 : BinomialLaw.cdf(high - 1, trials: n, probability: p)
    let below = low < 1 ? 0 : BinomialLaw.cdf(low - 1, trials: n, probability: p)
    return (low, high, above - below)
  }

  /// The first rank in 1 ... n with the property, or n + 1; the property must be monotone.
  static func firstRank(count n: Int, _ property: (Int) -> Bool) -> Int {
    var low = 1
    var high = n + 1
    while low < high {
      let middle = (low + high) / 2
      if property(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// The order-statistic interval for the p-quantile of independent values; an end is infinite where n is too small.
  public static func interval(_ sorted: [Double], _ p: Double, level: Double) -> ConfidenceInterval {
    let ranks = enclosingRanks(count: sorted.count, p, level: level)
    let low = ranks.low >= 1 ? sorted[ranks.low - 1] : -.infinity
    let high = ranks.high <= sorted.count ? sorted[ranks.high - 1] : .infinity
    return ConfidenceInterval(
      estimate: type7(sorted, p), low: low, high: high, level: level, n: sorted.count, approximate: false)
  }

  /// The half-width √(log(2/α) / 2n) of the band that holds a whole distribution function with probability 1 - α.
  public static func bandHalfWidth(count n: Int, alpha: Double) -> Double {
    (Elementary.log(2 / alpha) / (2 * Double(n))).squareRoot()
  }
}
