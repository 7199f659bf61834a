// Wald's sequential probability ratio test (1945) of a share at p - δ against p + δ: fewest runs where the truth is outside the
// indifference zone, a guess inside it. Exact at p ± δ only, so it is used when an author asks for it.
import SoukNumerics

/// Wald's test of a share with an indifference zone.
public struct SequentialRatioTest: Sendable, Equatable {
  /// The share in the middle of the zone.
  public let share: Double
  /// Half the zone's width δ.
  public let indifference: Double
  /// The chance of each wrong verdict at the ends of the zone.
  public let alpha: Double
  /// Runs so far.
  public private(set) var trials = 0
  /// log of the likelihood ratio of p + δ to p - δ.
  public private(set) var logRatio = 0.0
  let successStep: Double
  let failureStep: Double

  /// A test without evidence; 0 < p - δ and p + δ < 1.
  public init(share: Double, indifference: Double, alpha: Double) {
    let (low, high) = (share - indifference, share + indifference)
    precondition(low > 0 && high < 1 && indifference > 0, "zone \(low) ... \(high) is not inside (0, 1)")
    self.share = share
    self.indifference = indifference
    self.alpha = alpha
    successStep = Elementary.log(high / low)
    failureStep = Elementary.log((1 - high) / (1 - low))
  }

  /// Adds one run.
  public mutating func add(success: Bool) {
    trials += 1
    logRatio += success ? successStep : failureStep
  }

  /// Adds `trials` runs, `successes` of them successful.
  public mutating func add(successes: Int, trials: Int) {
    self.trials += trials
    logRatio += Double(successes) * successStep + Double(trials - successes) * failureStep
  }

  /// `holds` at or above log((1 - α)/α), `fails` at or below its negative, else `undecided`.
  public var verdict: Verdict {
    if trials == 0 { return .noData }
    let limit = Elementary.log((1 - alpha) / alpha)
    if logRatio >= limit { return .holds }
    return logRatio <= -limit ? .fails : .undecided
  }
}
