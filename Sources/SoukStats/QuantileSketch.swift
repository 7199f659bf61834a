// Values → counts in logarithmic buckets: DDSketch of Masson, Rim & Lee (VLDB 2019). Bucket i holds (γ^(i-1), γ^i] with
// γ = (1 + α) / (1 - α), so its middle is within α of everything in it. Buckets are integers and never collapse, hence merging
// is exact and free of order. t-digest and KLL were passed over: the one has no guarantee, the other bounds the rank only.
import SoukNumerics

/// A mergeable summary from which every quantile is known to a relative error α.
public struct QuantileSketch: Sendable {
  /// The relative error α of every quantile.
  public let relativeError: Double
  let gamma: Double
  let inverseLogGamma: Double
  var positive = LogBuckets()
  var negative = LogBuckets()
  /// How many values (or how much weight) were zero.
  public private(set) var zeros: UInt64 = 0
  /// How many values were not numbers; they have no place among the others.
  public private(set) var undefined: UInt64 = 0
  /// The weight of all values that are numbers.
  public private(set) var count: UInt64 = 0
  /// The smallest value; infinity without values.
  public private(set) var min = Double.infinity
  /// The largest value; -infinity without values.
  public private(set) var max = -Double.infinity

  /// An empty sketch with relative error `relativeError` in (0, 1).
  public init(relativeError: Double = 0.005) {
    precondition(relativeError > 0 && relativeError < 1, "relative error \(relativeError) is outside (0, 1)")
    self.relativeError = relativeError
    gamma = (1 + relativeError) / (1 - relativeError)
    inverseLogGamma = 1 / (Elementary.log1p(relativeError) - Elementary.log1p(-relativeError))
  }

  /// Adds a value `weight` times; constant time but for the first value in a new range.
  public mutating func add(_ value: Double, weight: UInt64 = 1) {
    if value.isNaN {
      undefined += weight
      return
    }
    if weight == 0 { return }
    count += weight
    if value < min { min = value }
    if value > max { max = value }
    if value == 0 {
      zeros += weight
    } else if value > 0 {
      positive.add(index(of: value), weight)
    } else {
      negative.add(index(of: -value), weight)
    }
  }

  /// The bucket of a magnitude; infinities share the largest double's.
  func index(of magnitude: Double) -> Int {
    let finite = magnitude < .infinity ? magnitude : Double.greatestFiniteMagnitude
    return Int((Elementary.log(finite) * inverseLogGamma).rounded(.up))
  }

  /// Adds another sketch of the same relative error, exactly and in any order.
  public mutating func merge(_ other: QuantileSketch) {
    precondition(
      relativeError == other.relativeError, "sketches of errors \(relativeError) and \(other.relativeError) do not merge")
    positive.merge(other.positive)
    negative.merge(other.negative)
    zeros += other.zeros
    undefined += other.undefined
    count += other.count
    min = Swift.min(min, other.min)
    max = Swift.max(max, other.max)
  }

  /// The value at rank p (n - 1), within the relative error; NaN without values. Linear in the number of buckets.
  public func quantile(_ p: Double) -> Double {
    guard count > 0, p >= 0, p <= 1 else { return .nan }
    if p == 0 { return min }
    if p == 1 { return max }
    return value(atRank: UInt64((Double(count - 1) * p).rounded(.down)))
  }

  /// The least value with at least the share p of the weight at or under it, within the relative error; NaN without values.
  public func leastValue(covering p: Double) -> Double {
    guard count > 0, p >= 0, p <= 1 else { return .nan }
    let needed = (Double(count) * p).rounded(.up)
    return value(atRank: needed < 1 ? 0 : Swift.min(UInt64(needed), count) - 1)
  }

  func value(atRank rank: UInt64) -> Double {
    var below: UInt64 = 0
    for (offset, weight) in negative.counts.enumerated().reversed() where weight > 0 {
      below += weight
      if below > rank { return clamped(-middle(of: negative.first + offset)) }
    }
    below += zeros
    if below > rank { return 0 }
    for (offset, weight) in positive.counts.enumerated() where weight > 0 {
      below += weight
      if below > rank { return clamped(middle(of: positive.first + offset)) }
    }
    return max
  }

  /// 2 γ^i / (γ + 1), the point within α of both ends of bucket i.
  func middle(of index: Int) -> Double {
    Elementary.exp(Double(index) / inverseLogGamma) * (2 / (gamma + 1))
  }

  func clamped(_ value: Double) -> Double { Swift.min(Swift.max(value, min), max) }
}

extension QuantileSketch: Equatable {
  /// Whether both hold the same counts in the same buckets.
  public static func == (a: QuantileSketch, b: QuantileSketch) -> Bool {
    a.relativeError == b.relativeError && a.zeros == b.zeros && a.undefined == b.undefined && a.count == b.count
      && a.min == b.min && a.max == b.max && a.positive.trimmed == b.positive.trimmed
      && a.negative.trimmed == b.negative.trimmed
  }
}

/// Counts of consecutive buckets, growing at both ends.
struct LogBuckets: Sendable, Equatable {
  /// The index of the first count.
  var first = 0
  var counts: [UInt64] = []

  mutating func add(_ index: Int, _ weight: UInt64) {
    reserve(index...index)
    counts[index - first] += weight
  }

  mutating func merge(_ other: LogBuckets) {
    let other = other.trimmed
    if other.counts.isEmpty { return }
    reserve(other.first...(other.first + other.counts.count - 1))
    for (offset, weight) in other.counts.enumerated() { counts[other.first - first + offset] += weight }
  }

  /// Widens the range to hold `indices`, with room to spare so that growing is rare.
  mutating func reserve(_ indices: ClosedRange<Int>) {
    if counts.isEmpty {
      first = indices.lowerBound
      counts = [UInt64](repeating: 0, count: indices.count)
      return
    }
    if indices.lowerBound < first {
      let added = Swift.max(first - indices.lowerBound, 32)
      counts.insert(contentsOf: repeatElement(0, count: added), at: 0)
      first -= added
    }
    let beyond = indices.upperBound - (first + counts.count - 1)
    if beyond > 0 { counts.append(contentsOf: repeatElement(0, count: Swift.max(beyond, 32))) }
  }

  /// The same counts without empty buckets at the ends.
  var trimmed: LogBuckets {
    guard let low = counts.firstIndex(where: { $0 > 0 }), let high = counts.lastIndex(where: { $0 > 0 }) else {
      return LogBuckets()
    }
    return LogBuckets(first: first + low, counts: Array(counts[low...high]))
  }
}
