// One long correlated run → an interval for its mean: 30 batches, taken as independent when the correlation of neighbouring batch
// means is within 1.96/√30 (Law ch. 9); overlapping batches for the variance (Meketon & Schmeiser 1984).
import SoukNumerics

/// Batch means of one run.
public enum BatchMeans {
  /// The outcome of splitting one run into batches.
  public struct Result: Sendable, Equatable {
    /// The interval for the mean; approximate where the batches are not independent.
    public var interval: ConfidenceInterval
    /// Values a batch.
    public var batchSize: Int
    /// The correlation of neighbouring batch means.
    public var lagOne: Double
    /// Whether the correlation is small enough for the interval; if not, run at least twice as long.
    public var isIndependent: Bool
  }

  /// The number of batches.
  public static var batchCount: Int { 30 }

  /// The interval for the mean of `values`, the first few dropped so that 30 equal batches remain; nil below 60 values.
  public static func analyze(_ values: [Double], level: Double) -> Result? {
    let size = values.count / batchCount
    guard size >= 2 else { return nil }
    let kept = values.suffix(size * batchCount)
    let means = batchMeans(kept, size: size)
    let correlation = lagOne(means)
    let independent = correlation <= 1.96 / Double(batchCount).squareRoot()
    var interval = Moments(means).meanInterval(level: level)
    let variance = overlappingVariance(Array(kept), batchSize: size)
    // Overlapping batches have half as many degrees of freedom again.
    let degrees = 1.5 * Double(batchCount - 1)
    interval = StudentInterval.about(
      interval.estimate, standardError: variance.squareRoot(), degrees: degrees, level: level, n: batchCount,
      approximate: interval.approximate || !independent)
    return Result(interval: interval, batchSize: size, lagOne: correlation, isIndependent: independent)
  }

  static func batchMeans(_ values: ArraySlice<Double>, size: Int) -> [Double] {
    stride(from: values.startIndex, to: values.endIndex, by: size).map { start in
      values[start..<start + size].reduce(0, +) / Double(size)
    }
  }

  /// The lag-1 autocorrelation; 0 for constant data.
  public static func lagOne(_ values: [Double]) -> Double {
    let moments = Moments(values)
    guard moments.m2 > 0 else { return 0 }
    let products = zip(values, values.dropFirst()).map { ($0 - moments.mean) * ($1 - moments.mean) }
    return products.reduce(0, +) / moments.m2
  }

  /// The variance of the mean from overlapping batches: m / ((n - m + 1)(n - m)) Σ (batch mean - mean)²; linear time.
  public static func overlappingVariance(_ values: [Double], batchSize m: Int) -> Double {
    let n = values.count
    guard m >= 1, n > m else { return .nan }
    let mean = Moments(values).mean
    var window = CompensatedSum()
    for value in values.prefix(m) { window.add(value - mean) }
    var squares = 0.0
    for start in 0...(n - m) {
      let deviation = window.value / Double(m)
      squares += deviation * deviation
      if start + m < n {
        window.add(values[start + m] - mean)
        window.add(-(values[start] - mean))
      }
    }
    return Double(m) * squares / (Double(n - m + 1) * Double(n - m))
  }
}

/// Collects batch means of a run of unknown length: between 30 and 59 of them, the batch doubling when 60 are full.
public struct BatchCollector: Sendable, Equatable {
  /// Values a batch.
  public private(set) var batchSize = 1
  /// The means of the full batches.
  public private(set) var means: [Double] = []
  var sum = 0.0
  var filled = 0

  /// No values.
  public init() {}

  /// Adds the next value of the run; constant time on average.
  public mutating func add(_ value: Double) {
    sum += value
    filled += 1
    if filled < batchSize { return }
    means.append(sum / Double(batchSize))
    sum = 0
    filled = 0
    if means.count == 2 * BatchMeans.batchCount {
      means = stride(from: 0, to: means.count, by: 2).map { (means[$0] + means[$0 + 1]) / 2 }
      batchSize *= 2
    }
  }

  /// The interval for the mean from the full batches; nil below 30 of them.
  public func analyze(level: Double) -> BatchMeans.Result? {
    guard means.count >= BatchMeans.batchCount else { return nil }
    let correlation = BatchMeans.lagOne(means)
    let independent = correlation <= 1.96 / Double(means.count).squareRoot()
    var interval = Moments(means).meanInterval(level: level)
    interval.approximate = interval.approximate || !independent
    return BatchMeans.Result(
      interval: interval, batchSize: batchSize, lagOne: correlation, isIndependent: independent)
  }
}
