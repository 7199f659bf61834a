// Intervals that are all valid at once, whenever one looks: the beta-binomial mixture for shares of runs (Robbins 1970), the normal
// mixture for means (Howard, Ramdas, McAuliffe & Sekhon 2021), and betting for bounded values (Waudby-Smith & Ramdas 2024).
import SoukNumerics

/// The beta-binomial mixture's confidence sequence for a share of independent runs.
public enum ShareSequence {
  /// The shares p with B(k+1, n-k+1) / (p^k (1-p)^(n-k)) < 1/α, to a relative error of about 1e-14.
  public static func interval(successes k: Int, trials n: Int, alpha: Double) -> ConfidenceInterval {
    guard n > 0 else {
      return ConfidenceInterval(estimate: .nan, low: 0, high: 1, level: 1 - alpha, n: 0, approximate: false)
    }
    let estimate = Double(k) / Double(n)
    let low = k == 0 ? 0 : end(k, n, alpha, inside: estimate, outside: 0)
    let high = k == n ? 1 : 1 - end(n - k, n, alpha, inside: 1 - estimate, outside: 0)
    return ConfidenceInterval(estimate: estimate, low: low, high: high, level: 1 - alpha, n: n, approximate: false)
  }

  /// Whether the share p is excluded after k successes in n runs.
  public static func excludes(_ p: Double, successes k: Int, trials n: Int, alpha: Double) -> Bool {
    MixtureEProcess.logRatio(k, n, p) >= -Elementary.log(alpha)
  }

  static func end(_ k: Int, _ n: Int, _ alpha: Double, inside: Double, outside: Double) -> Double {
    var inside = inside
    var outside = outside
    for _ in 0..<200 {
      let middle = (inside + outside) / 2
      if middle == inside || middle == outside { break }
      if excludes(middle, successes: k, trials: n, alpha: alpha) { outside = middle } else { inside = middle }
    }
    return inside
  }
}

/// The normal mixture's confidence sequence for a mean.
public enum NormalMixtureSequence {
  /// The radius σ √(2 (nρ² + 1) / (n² ρ²) · log(√(nρ² + 1) / α)) about the mean of n values; two-sided, exact for normal values of
  /// known σ, asymptotic with the running one.
  public static func radius(n: Int, standardDeviation: Double, rhoSquared: Double, alpha: Double) -> Double {
    let count = Double(n)
    let spread = count * rhoSquared + 1
    let logarithm = 0.5 * Elementary.log(spread) - Elementary.log(alpha)
    return standardDeviation * (2 * spread / (count * count * rhoSquared) * logarithm).squareRoot()
  }

  /// The ρ² that makes the radius nearly smallest at `n` values: (2 log(1/α) + log(1 + 2 log(1/α))) / n.
  public static func rhoSquared(tightestAt n: Int, alpha: Double) -> Double {
    let l = -2 * Elementary.log(alpha)
    return (l + Elementary.log1p(l)) / Double(n)
  }

  /// The interval for the mean with the running standard deviation; infinitely wide below 30 values, always approximate.
  public static func interval(_ moments: Moments, tightestAt n: Int, alpha: Double) -> ConfidenceInterval {
    let radius =
      moments.n < 30
      ? .infinity
      : radius(
        n: moments.n, standardDeviation: moments.standardDeviation, rhoSquared: rhoSquared(tightestAt: n, alpha: alpha),
        alpha: alpha)
    return ConfidenceInterval(estimate: moments.mean, halfWidth: radius, level: 1 - alpha, n: moments.n, approximate: true)
  }
}

/// A gambler against the hypothesis that values in [0, 1] have mean at most m: capital far above 1 is evidence of more.
public struct BettingCapital: Sendable, Equatable {
  /// The mean bet against.
  public let mean: Double
  /// log of the capital, which starts at 1.
  public private(set) var logCapital = 0.0

  /// Capital 1 against the mean m in (0, 1).
  public init(mean: Double) {
    precondition(mean > 0 && mean < 1, "mean \(mean) is outside (0, 1)")
    self.mean = mean
  }

  /// Bets λ in [0, 1/m], chosen before `value` in [0, 1] was seen: the capital grows by 1 + λ (value - m).
  public mutating func bet(_ lambda: Double, on value: Double) {
    precondition(lambda >= 0 && lambda * mean <= 1, "a bet of \(lambda) against \(mean) could lose more than all")
    precondition(value >= 0 && value <= 1, "value \(value) is outside [0, 1]")
    logCapital += Elementary.log1p(lambda * (value - mean))
  }

  /// The capital.
  public var capital: Double { Elementary.exp(logCapital) }
}

/// Three verdicts on "the mean of values in [0, 1] is at least m", valid at every look, by betting both ways.
public struct BettingTest: Sendable, Equatable {
  /// The chance of each wrong verdict over all looks.
  public let alpha: Double
  /// The claimed mean m.
  public let mean: Double
  var above: BettingCapital
  var below: BettingCapital
  /// Runs so far.
  public private(set) var trials = 0
  var sum = 0.0
  var squares = 0.0

  /// No evidence yet for the claim that the mean is at least `mean` in (0, 1).
  public init(mean: Double, alpha: Double) {
    self.alpha = alpha
    self.mean = mean
    above = BettingCapital(mean: mean)
    below = BettingCapital(mean: 1 - mean)
  }

  /// Adds one run's value in [0, 1]; the bet depends on earlier values only.
  public mutating func add(_ value: Double) {
    // The predictable plug-in bet: √(2 log(1/α) / (σ² t log(1 + t))) with mean and variance shrunk toward ½ and ¼.
    let t = Double(trials + 1)
    let center = (0.5 + sum) / t
    let variance = max(1e-6, (0.25 + squares) / t)
    let bet = (-2 * Elementary.log(alpha) / (variance * t * Elementary.log1p(t))).squareRoot()
    above.bet(min(bet, 0.5 / mean), on: value)
    below.bet(min(bet, 0.5 / (1 - mean)), on: 1 - value)
    trials += 1
    sum += value
    squares += (value - center) * (value - center)
  }

  /// log of the capital won against "at most m".
  public var logEvidenceAbove: Double { above.logCapital }

  /// log of the capital won against "at least m".
  public var logEvidenceBelow: Double { below.logCapital }

  /// `holds` or `fails` once a capital reaches 1/α, else `undecided`.
  public var verdict: Verdict {
    if trials == 0 { return .noData }
    let limit = -Elementary.log(alpha)
    if logEvidenceAbove >= limit { return .holds }
    return logEvidenceBelow >= limit ? .fails : .undecided
  }
}
