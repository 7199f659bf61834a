// One number a replication, compared with a limit → a verdict with its evidence, by a t test each way at the stated confidence.
//
// The number of replications is fixed beforehand and looked at once. Each wrong verdict (holds though false, fails though true)
// has a chance of at most 1 - confidence, as far as the t interval keeps its level; `approximate` says where that is in doubt.
import SoukNumerics

/// What a claim's verdict rests on.
public struct ClaimEvidence: Sendable, Equatable {
  public var verdict: Verdict
  /// The mean of what was measured; of the differences where only those were given. NaN without data.
  public var observed: Double
  /// The one-sided half-width t · s / √n at the confidence of the claim; the claim is decided where |margin| exceeds it. 0 for a
  /// single replication and for constant data, infinite where there is no telling.
  public var halfWidth: Double
  /// The mean distance from the limit, positive on the side that supports the claim.
  public var margin: Double
  /// Replications with data.
  public var n: Int
  /// Replications that had nothing to measure.
  public var missing: Int
  /// The confidence asked for.
  public var confidence: Double
  /// Whether the data are too skewed for the t interval to keep its level.
  public var approximate: Bool
  /// Whether the verdict rests on the point value of one replication, without any confidence.
  public var singleReplication: Bool
  /// The index of the first replication that by itself violates the claim.
  public var firstViolation: Int?
  /// How it was decided.
  public var method = Method.student
  /// What is known of the observed at the confidence each way, where it isn't observed ± halfWidth.
  public var bounds: ClosedRange<Double>?
  /// Of evidence that grows in proportion to the replications, how much of what decides is there.
  public var progress: Double?

  /// The test behind a verdict.
  public enum Method: String, Sendable, Hashable, CaseIterable {
    /// Student's t for one number a replication.
    case student
    /// Clopper and Pearson's bounds for one event a replication.
    case clopperPearson
    /// Two mixture e-processes for one event a replication, valid at every look.
    case eProcess
    /// Wald's sequential ratio of an indifference zone's ends.
    case ratio
    /// Student's t for the means of batches of one long run, which passed the test of independence.
    case batches
    /// Nothing is drawn: the number is what it is.
    case exact
  }

  /// About how many replications in all would decide, were margin and spread to stay; nil when decided or hopeless.
  public var replicationsToDecide: Int? {
    guard verdict == .undecided, margin != 0, halfWidth.isFinite else { return nil }
    if method == .eProcess {
      guard let progress, progress > 0.05 else { return nil }
      return max(n + 1, Int((Double(n) / progress).rounded(.up)))
    }
    let ratio = halfWidth / margin.magnitude
    let needed = (Double(n) * ratio * ratio).rounded(.up)
    return needed < 1e9 ? max(n + 1, Int(needed)) : nil
  }
}

/// How far apart two numbers may be: a share of the second, or an amount in its unit.
public enum Tolerance: Sendable, Equatable {
  case share(Double)
  case amount(Double)

  /// The distance that is allowed from `target`.
  public func width(of target: Double) -> Double {
    switch self {
    case .share(let share): share * target.magnitude
    case .amount(let amount): amount
    }
  }
}

/// Decisions on claims from one number a replication.
public enum Claim {
  /// Decides `mean(value) comparator limit` from values, NaN standing for a replication without data.
  public static func decide(
    values: [Double], limit: Double, _ comparator: Comparator, confidence: Double
  ) -> ClaimEvidence {
    var evidence = decide(differences: values.map { $0 - limit }, comparator, confidence: confidence)
    evidence.observed = Moments(values.filter { !$0.isNaN }).mean
    return evidence
  }

  /// Decides `mean(difference) comparator 0` from value - limit of each replication, NaN standing for one without data.
  ///
  /// A single replication, and differences that are all equal, are decided by their sign. A replication without data keeps the
  /// claim from holding: what has nothing to show may be just what fails.
  ///
  /// Within `indifference` of 0 either verdict will do: then half of the zone's width is enough to decide by the point.
  public static func decide(
    differences: [Double], _ comparator: Comparator, confidence: Double, indifference: Double = 0
  ) -> ClaimEvidence {
    let present = differences.filter { !$0.isNaN }
    let moments = Moments(present)
    var evidence = ClaimEvidence(
      verdict: .undecided, observed: moments.mean, halfWidth: .infinity, margin: moments.mean * comparator.direction,
      n: present.count, missing: differences.count - present.count, confidence: confidence,
      approximate: moments.isTooSkewed, singleReplication: present.count == 1,
      firstViolation: differences.firstIndex { !$0.isNaN && !comparator.accepts($0) })
    guard confidence > 0, confidence < 1 else {
      evidence.verdict = .error
      return evidence
    }
    guard let first = present.first else {
      evidence.verdict = .noData
      return evidence
    }
    if moments.min == moments.max {
      evidence.observed = first  // also where it is infinite and has no mean
      evidence.margin = first * comparator.direction
      evidence.halfWidth = 0
      evidence.verdict = comparator.accepts(first) ? .holds : .fails
    } else if moments.min.isFinite && moments.max.isFinite {
      evidence.halfWidth = oneSidedHalfWidth(moments, confidence: confidence)
      let isAtLeast = evidence.margin + indifference > evidence.halfWidth
      let isAtMost = indifference - evidence.margin > evidence.halfWidth
      if isAtLeast && (!isAtMost || evidence.margin >= 0) {
        evidence.verdict = .holds
      } else if isAtMost {
        evidence.verdict = .fails
      }
    } else {
      // Some infinite, some not: no mean and no spread to decide by.
      evidence.observed = present.reduce(0, +)
      evidence.margin = evidence.observed * comparator.direction
      evidence.approximate = true
    }
    if evidence.missing > 0 && evidence.verdict != .fails { evidence.verdict = .noData }
    return evidence
  }

  /// Decides `mean comparator limit` from the observations of one long run, in their order; nil where they are too few for 30 batches,
  /// or the batches' means depend on each other.
  public static func decide(
    series: [Double], limit: Double, _ comparator: Comparator, confidence: Double
  ) -> ClaimEvidence? {
    guard let result = BatchMeans.analyze(series, level: 2 * confidence - 1), result.isIndependent, result.interval.halfWidth.isFinite else { return nil }
    let margin = (result.interval.estimate - limit) * comparator.direction
    let half = result.interval.halfWidth
    let verdict: Verdict = margin > half ? .holds : margin < -half ? .fails : half == 0 ? (comparator.accepts(result.interval.estimate - limit) ? .holds : .fails) : .undecided
    return ClaimEvidence(
      verdict: verdict, observed: result.interval.estimate, halfWidth: half, margin: margin, n: BatchMeans.batchCount, missing: 0,
      confidence: confidence, approximate: result.interval.approximate, singleReplication: false, firstViolation: nil, method: .batches)
  }

  /// t · s / √n with 1 - confidence beyond t on one side.
  static func oneSidedHalfWidth(_ moments: Moments, confidence: Double) -> Double {
    StudentLaw.upperQuantile(1 - confidence, degrees: Double(moments.n - 1)) * moments.standardError
  }

  /// Decides |mean(a) - mean(b)| <= the tolerance, a share of |mean(b)| or an amount, replication by replication.
  ///
  /// Two one-sided tests (Schuirmann 1987): it holds when both sides hold at the confidence; it fails when either fails at
  /// half the error. The margin is that of the nearer side; the verdict of one replication follows its point.
  public static func decideWithin(
    _ a: [Double], of b: [Double], tolerance: Tolerance, confidence: Double
  ) -> ClaimEvidence {
    precondition(a.count == b.count, "\(a.count) replications against \(b.count)")
    let below = zip(a, b).map { tolerance.width(of: $1) - ($0 - $1) }
    let above = zip(a, b).map { tolerance.width(of: $1) + ($0 - $1) }
    let sides = [below, above].map { decide(differences: $0, .atLeast, confidence: confidence) }
    let stricter = [below, above].map { decide(differences: $0, .atLeast, confidence: (1 + confidence) / 2) }
    var evidence = sides[1].margin < sides[0].margin ? sides[1] : sides[0]
    let verdicts = sides.map(\.verdict)
    if let failing = stricter.first(where: { $0.verdict == .fails }) {
      evidence = failing
      evidence.confidence = confidence
    } else if verdicts.contains(.error) {
      evidence.verdict = .error
    } else if verdicts.contains(.noData) {
      evidence.verdict = .noData
    } else {
      evidence.verdict = verdicts.allSatisfy { $0 == .holds } ? .holds : .undecided
    }
    evidence.observed = Moments(a.filter { !$0.isNaN }).mean
    evidence.approximate = sides.contains { $0.approximate }
    evidence.firstViolation = a.indices.first { below[$0] < 0 || above[$0] < 0 }
    return evidence
  }

  /// Decides `share of successful runs comparator limit` from one look at n runs, by Clopper & Pearson's bounds each way.
  public static func decide(
    successes k: Int, trials n: Int, share limit: Double, _ comparator: Comparator, confidence: Double
  ) -> ClaimEvidence {
    let observed = n == 0 ? Double.nan : Double(k) / Double(n)
    let low = ClopperPearson.lower(successes: k, trials: n, confidence: confidence)
    let high = ClopperPearson.upper(successes: k, trials: n, confidence: confidence)
    let isAbove = low > limit || (low == limit && comparator.allowsEquality && comparator.direction > 0)
    let isBelow = high < limit || (high == limit && comparator.allowsEquality && comparator.direction < 0)
    let verdict: Verdict
    if n == 0 {
      verdict = .noData
    } else if isAbove {
      verdict = comparator.direction > 0 ? .holds : .fails
    } else {
      verdict = isBelow ? (comparator.direction > 0 ? .fails : .holds) : .undecided
    }
    return ClaimEvidence(
      verdict: verdict, observed: observed, halfWidth: (high - low) / 2, margin: (observed - limit) * comparator.direction,
      n: n, missing: 0, confidence: confidence, approximate: false, singleReplication: false, firstViolation: nil,
      method: .clopperPearson, bounds: low...high)
  }

  /// Decides the same at any of many looks: by two mixture e-processes, or within ± `indifference` of the limit by Wald's ratio.
  public static func decideSequentially(
    successes k: Int, trials n: Int, share limit: Double, _ comparator: Comparator, confidence: Double, indifference: Double = 0
  ) -> ClaimEvidence {
    let alpha = 1 - confidence
    var evidence = decide(successes: k, trials: n, share: limit, comparator, confidence: confidence)
    guard n > 0 else { return evidence }
    // The sequence is two-sided: twice the error leaves α on each side.
    let interval = ShareSequence.interval(successes: k, trials: n, alpha: min(0.5, 2 * alpha))
    evidence.bounds = interval.low...interval.high
    evidence.halfWidth = interval.halfWidth
    let isMore: Verdict
    if indifference > 0 {
      let zone = min(indifference, limit / 2, (1 - limit) / 2)
      var test = SequentialRatioTest(share: limit, indifference: zone, alpha: alpha)
      test.add(successes: k, trials: n)
      isMore = test.verdict
      evidence.method = .ratio
    } else {
      var process = MixtureEProcess(share: limit, alpha: alpha)
      process.add(successes: k, trials: n)
      isMore = process.verdict
      evidence.method = .eProcess
      let strength = max(process.logEvidenceAbove, process.logEvidenceBelow)
      evidence.progress = strength / -Elementary.log(alpha)
    }
    evidence.verdict = comparator.direction > 0 || isMore == .undecided ? isMore : isMore == .holds ? .fails : .holds
    return evidence
  }
}
