// Is a share at least p? Successes and failures → three verdicts that stay valid however often one looks.
//
// Two one-sided e-processes: the likelihood ratio against p, averaged over q uniform on (p, 1) (evidence that the share is more)
// and over q such that the failure share is 1 to 4 times the allowed one (evidence that it is less). Under the hypothesis each
// is a supermartingale from 1, so by Ville's inequality it ever reaches 1/α with probability at most α (Robbins 1970;
// Ramdas, Grünwald, Vovk & Shafer 2023). Both averages are incomplete beta functions. For p < ½ the parts are exchanged.
import SoukNumerics

/// Evidence for and against a claim on the share of successes, valid at every look.
public struct MixtureEProcess: Sendable, Equatable {
  /// The claimed share p in (0, 1).
  public let share: Double
  /// The chance of each wrong verdict, over all looks together.
  public let alpha: Double
  /// Runs so far.
  public private(set) var trials = 0
  /// Successes so far.
  public private(set) var successes = 0

  /// A process without evidence for the claim `share` >= p at error `alpha`.
  public init(share: Double, alpha: Double) {
    precondition(share > 0 && share < 1, "share \(share) is outside (0, 1)")
    precondition(alpha > 0 && alpha < 1, "alpha \(alpha) is outside (0, 1)")
    self.share = share
    self.alpha = alpha
  }

  /// Adds one run.
  public mutating func add(success: Bool) { add(successes: success ? 1 : 0, trials: 1) }

  /// Adds `trials` runs, `successes` of them successful.
  public mutating func add(successes: Int, trials: Int) {
    precondition(successes >= 0 && successes <= trials, "\(successes) successes in \(trials) runs")
    self.successes += successes
    self.trials += trials
  }

  /// log E for a share above p.
  public var logEvidenceAbove: Double {
    share >= 0.5
      ? MixtureEProcess.logEvidenceFarSide(successes, trials, share)
      : MixtureEProcess.logEvidenceNearSide(trials - successes, trials, 1 - share)
  }

  /// log E for a share below p.
  public var logEvidenceBelow: Double {
    share >= 0.5
      ? MixtureEProcess.logEvidenceNearSide(successes, trials, share)
      : MixtureEProcess.logEvidenceFarSide(trials - successes, trials, 1 - share)
  }

  /// `holds` or `fails` once the evidence reaches 1/α, else `undecided`; O(√n) time.
  public var verdict: Verdict {
    if trials == 0 { return .noData }
    let limit = -Elementary.log(alpha)
    if logEvidenceAbove >= limit { return .holds }
    if logEvidenceBelow >= limit { return .fails }
    return .undecided
  }

  /// log of B(k+1, n-k+1) / (p^k (1-p)^(n-k)).
  static func logRatio(_ k: Int, _ n: Int, _ p: Double) -> Double {
    let (a, b) = (Double(k) + 1, Double(n - k) + 1)
    return IncompleteBeta.logBeta(a, b) - Double(k) * Elementary.log(p) - Double(n - k) * Elementary.log1p(-p)
  }

  /// The average over q uniform on (p, 1), p >= ½.
  static func logEvidenceFarSide(_ k: Int, _ n: Int, _ p: Double) -> Double {
    let tails = IncompleteBeta.logTails(Double(k) + 1, Double(n - k) + 1, p)
    return logRatio(k, n, p) + tails.upper - Elementary.log1p(-p)
  }

  /// The average over q uniform on (max(0, 1 - 4 (1 - p)), p), p >= ½.
  static func logEvidenceNearSide(_ k: Int, _ n: Int, _ p: Double) -> Double {
    let start = max(0, 1 - 4 * (1 - p))
    let (a, b) = (Double(k) + 1, Double(n - k) + 1)
    let inner = IncompleteBeta.logTails(a, b, p)
    let outer = IncompleteBeta.logTails(a, b, start)
    // I(p) - I(start), from whichever tails are smaller.
    let log: Double
    if inner.lower < inner.upper {
      log = logDifference(inner.lower, outer.lower)
    } else if outer.lower > outer.upper {
      log = logDifference(outer.upper, inner.upper)
    } else {
      log = Elementary.log1p(-(Elementary.exp(inner.upper) + Elementary.exp(outer.lower)))
    }
    return logRatio(k, n, p) + log - Elementary.log(p - start)
  }

  /// log(e^a - e^b) for a >= b.
  static func logDifference(_ a: Double, _ b: Double) -> Double {
    if b == -.infinity { return a }
    return a + Elementary.log1p(-Elementary.exp(b - a))
  }
}
