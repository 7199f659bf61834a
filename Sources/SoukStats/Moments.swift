// Values → count, mean, variance, skewness, extremes in one pass: Welford's updates (1962) with Chan, Golub & LeVeque's merge
// (1983), extended to the third moment by Pébay (2008). No cancellation, however large the mean.

/// Running central moments up to the third, with extremes.
@frozen
public struct Moments: Sendable, Equatable {
  /// The number of values.
  public private(set) var n: Int
  /// The mean; NaN without values.
  public var mean: Double { n == 0 ? .nan : center }
  /// Σ (x - mean)².
  public private(set) var m2: Double
  /// Σ (x - mean)³.
  public private(set) var m3: Double
  /// The smallest value; infinity without values.
  public private(set) var min: Double
  /// The largest value; -infinity without values.
  public private(set) var max: Double
  private var center: Double

  /// No values.
  public init() {
    n = 0
    center = 0
    m2 = 0
    m3 = 0
    min = .infinity
    max = -.infinity
  }

  /// The moments of `values`, added in order.
  public init(_ values: some Sequence<Double>) {
    self.init()
    for value in values { add(value) }
  }

  /// Adds one value; constant time.
  public mutating func add(_ value: Double) {
    let before = Double(n)
    n += 1
    let count = Double(n)
    let delta = value - center
    let step = delta / count
    let term = delta * step * before
    center += step
    m3 += term * step * (count - 2) - 3 * step * m2
    m2 += term
    min = Swift.min(min, value)
    max = Swift.max(max, value)
  }

  /// Adds the values behind another set of moments; constant time. Merge in a fixed order for the same bits.
  public mutating func merge(_ other: Moments) {
    if other.n == 0 { return }
    if n == 0 {
      self = other
      return
    }
    let (a, b) = (Double(n), Double(other.n))
    let count = a + b
    let delta = other.center - center
    let cubic = delta * delta * delta * a * b * (a - b) / (count * count)
    m3 += other.m3 + cubic + 3 * delta * (a * other.m2 - b * m2) / count
    m2 += other.m2 + delta * delta * a * b / count
    center += delta * b / count
    n += other.n
    min = Swift.min(min, other.min)
    max = Swift.max(max, other.max)
  }

  /// The sample variance, divisor n - 1; NaN below two values.
  public var variance: Double { n < 2 ? .nan : m2 / Double(n - 1) }

  /// The sample standard deviation.
  public var standardDeviation: Double { variance.squareRoot() }

  /// The standard deviation of the mean, s / √n.
  public var standardError: Double { (variance / Double(n)).squareRoot() }

  /// The sample skewness √n m3 / m2^(3/2); 0 for constant data.
  public var skewness: Double {
    m2 > 0 ? Double(n).squareRoot() * m3 / (m2 * m2.squareRoot()) : 0
  }

  /// Whether |skewness| / √n exceeds 0.3, where a t interval covers visibly less than it says.
  public var isTooSkewed: Bool { n > 0 && skewness.magnitude > 0.3 * Double(n).squareRoot() }

  /// Student's t interval for the mean; infinitely wide below two values, of width 0 for constant data.
  public func meanInterval(level: Double) -> ConfidenceInterval {
    StudentInterval.about(
      mean, standardError: standardError, degrees: Double(n - 1), level: level, n: n, approximate: isTooSkewed)
  }
}
