// Replications are added until a claim is decided, and the claim is looked at again and again. Looks come when there are half
// as many replications again, and the j-th may err with α / (j (j + 1)); these sum to α (a Bonferroni spending of the error, as in
// `PrecisionStop`). So whatever the number of looks, a wrong verdict has at most the chance that the author allowed.

import SoukNumerics

/// When a growing number of replications is looked at, and how sure each look must be.
public struct LookSchedule: Sendable, Equatable {
  /// Replications at the first look.
  public let first: Int
  /// The largest number of replications.
  public let cap: Int

  /// Below this many replications nothing is known of skewness, and a t interval is no more than a hope.
  public static let leastReplications = 20

  /// A schedule from `first` replications up to `cap`, or `first` where that is more.
  public init(first: Int, cap: Int) {
    precondition(first >= 1, "\(first) replications at the first look")
    self.first = first
    self.cap = max(first, cap)
  }

  /// Replications at look j = 1, 2, …: each half as many again as the last, never above the cap. O(j).
  public func replications(atLook j: Int) -> Int {
    var n = first
    for _ in 1..<max(j, 1) where n < cap { n = min(cap, n + (n + 1) / 2) }
    return n
  }

  /// The part of the error α that look j may spend.
  public static func error(_ alpha: Double, atLook j: Int) -> Double { alpha / (Double(j) * Double(j + 1)) }

  /// About how many replications would decide in all, were margin and spread to stay: the first look at which t s / √n is
  /// below the margin, looks before this schedule's first being paid for. Nil when a million don't.
  public func replicationsToDecide(_ moments: Moments, margin: Double, alpha: Double, looksBefore: Int = 0) -> Int? {
    guard margin != 0, moments.standardDeviation.isFinite else { return nil }
    let endless = LookSchedule(first: first, cap: 1_000_000)
    for j in 2..<60 {
      let n = endless.replications(atLook: j)
      let t = StudentLaw.upperQuantile(LookSchedule.error(alpha, atLook: looksBefore + j), degrees: Double(n - 1))
      if t * moments.standardDeviation / Double(n).squareRoot() < margin.magnitude { return n }
      if n >= endless.cap { return nil }
    }
    return nil
  }
}
