// Replications until the interval is narrow enough, with the looking paid for: looks at n = 20, 30, 45, … (half as many again),
// the j-th at error α / (j (j + 1)); these sum to α, so the interval at the stop still has its level.
import SoukNumerics

/// The rule "until half-width <= r of the mean, at a level".
public struct PrecisionStop: Sendable, Equatable {
  /// The relative half-width r asked for.
  public let relativeHalfWidth: Double
  /// The coverage over all looks.
  public let level: Double
  /// The largest number of replications.
  public let cap: Int

  /// The rule for r > 0 at `level`, giving up at `cap` replications.
  public init(relativeHalfWidth: Double, level: Double, cap: Int) {
    precondition(relativeHalfWidth > 0 && level > 0 && level < 1 && cap >= 2, "precision \(relativeHalfWidth) at \(level)")
    self.relativeHalfWidth = relativeHalfWidth
    self.level = level
    self.cap = cap
  }

  /// The number of replications at look j = 1, 2, …: 20, 30, 45, 68, 102, …, never above the cap.
  public func replications(atLook j: Int) -> Int {
    var n = 20
    for _ in 1..<max(j, 1) {
      if n >= cap { break }
      n += (n + 1) / 2
    }
    return min(n, cap)
  }

  /// The level of the interval at look j.
  public func level(atLook j: Int) -> Double { 1 - (1 - level) / (Double(j) * Double(j + 1)) }

  /// What a look decides.
  public enum Decision: Sendable, Equatable {
    /// Narrow enough.
    case stop(ConfidenceInterval)
    /// Run up to this many replications and look again.
    case goOn(replications: Int)
    /// The cap is reached without the precision.
    case capped(ConfidenceInterval)
  }

  /// The decision at look j: stop when t s / √n <= r |mean| / (1 + r).
  public func decide(_ moments: Moments, look j: Int) -> Decision {
    let interval = moments.meanInterval(level: level(atLook: j))
    let target = relativeHalfWidth / (1 + relativeHalfWidth) * moments.mean.magnitude
    if interval.halfWidth <= target { return .stop(interval) }
    if moments.n >= cap { return .capped(interval) }
    return .goOn(replications: replications(atLook: j + 1))
  }
}
