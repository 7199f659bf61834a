// An estimate with its uncertainty, and Student's t interval for a mean.
import SoukNumerics

/// An estimate with an interval that covers the truth with probability `level`.
public struct ConfidenceInterval: Sendable, Equatable {
  /// The point estimate; NaN without data.
  public var estimate: Double
  /// Half of the interval's length; infinite when the data cannot tell.
  public var halfWidth: Double
  /// The lower end.
  public var low: Double
  /// The upper end.
  public var high: Double
  /// The two-sided coverage asked for, such as 0.95.
  public var level: Double
  /// The number of observations (replications, batches, runs).
  public var n: Int
  /// Whether the data are so skewed, or so dependent, that the coverage is in doubt.
  public var approximate: Bool

  /// An interval symmetric about its estimate.
  public init(estimate: Double, halfWidth: Double, level: Double, n: Int, approximate: Bool) {
    self.estimate = estimate
    self.halfWidth = halfWidth
    self.low = estimate - halfWidth
    self.high = estimate + halfWidth
    self.level = level
    self.n = n
    self.approximate = approximate
  }

  /// An interval with unequal arms.
  public init(estimate: Double, low: Double, high: Double, level: Double, n: Int, approximate: Bool) {
    self.estimate = estimate
    self.halfWidth = (high - low) / 2
    self.low = low
    self.high = high
    self.level = level
    self.n = n
    self.approximate = approximate
  }

  /// halfWidth / |estimate|.
  public var relativeHalfWidth: Double { halfWidth / estimate.magnitude }

  /// Whether `value` lies inside, ends included.
  public func contains(_ value: Double) -> Bool { low <= value && value <= high }
}

/// Student's t interval.
public enum StudentInterval {
  /// The interval mean ± t · standardError; infinite below one degree of freedom.
  public static func about(
    _ mean: Double, standardError: Double, degrees: Double, level: Double, n: Int, approximate: Bool
  ) -> ConfidenceInterval {
    guard degrees > 0 else {
      return ConfidenceInterval(estimate: mean, halfWidth: .infinity, level: level, n: n, approximate: approximate)
    }
    let t = StudentLaw.upperQuantile((1 - level) / 2, degrees: degrees)
    return ConfidenceInterval(estimate: mean, halfWidth: t * standardError, level: level, n: n, approximate: approximate)
  }
}
