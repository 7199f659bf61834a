// A step function of time → integral, mean, variance, extremes, quantiles, each level weighted by how long it lasted.
// Levels of zero length count for the extremes (a queue that peaked and drained at one instant did peak), for nothing else.
// Sums are of level - first level, in two doubles, so that large levels with small swings lose nothing.
import SoukNumerics

/// Statistics of a level over time; time is in whole ticks.
public struct TimeWeighted: Sendable {
  /// The instant from which the level is counted, in ticks.
  public private(set) var start: Int64
  /// The instant of the last change, in ticks.
  public private(set) var lastChange: Int64
  /// The level now.
  public private(set) var level: Double
  /// The lowest level, however short.
  public private(set) var min: Double
  /// The highest level, however short.
  public private(set) var max: Double
  let origin: Double
  var sum = CompensatedSum()
  var squares = CompensatedSum()
  /// Ticks spent at each whole level below 4,096; others go to the sketch.
  var wholeLevels: [UInt64] = []
  var otherLevels: QuantileSketch?
  let keepsDistribution: Bool

  static let wholeLevelLimit = 4096.0

  /// Starts at `start` ticks with the given level; quantiles need `keepsDistribution`.
  public init(start: Int64, level: Double, keepsDistribution: Bool = true) {
    self.start = start
    self.lastChange = start
    self.level = level
    self.min = level
    self.max = level
    self.origin = level
    self.keepsDistribution = keepsDistribution
  }

  /// Changes the level at `time` >= the last change.
  public mutating func change(at time: Int64, to newLevel: Double) {
    advance(to: time)
    level = newLevel
    if newLevel < min { min = newLevel }
    if newLevel > max { max = newLevel }
  }

  /// Lets the present level last until `time`, such as the end of the run.
  public mutating func advance(to time: Int64) {
    precondition(time >= lastChange, "time runs back from \(lastChange) to \(time)")
    let ticks = time - lastChange
    lastChange = time
    if ticks == 0 { return }
    let swing = level - origin
    if swing != 0 {
      let area = swing * Double(ticks)
      sum.addProduct(swing, Double(ticks))
      squares.addProduct(swing, area)
    }
    if keepsDistribution { record(UInt64(ticks)) }
  }

  /// Forgets all but the present level: the end of the warm-up.
  public mutating func restart(at time: Int64) {
    advance(to: time)
    self = TimeWeighted(start: time, level: level, keepsDistribution: keepsDistribution)
  }

  mutating func record(_ ticks: UInt64) {
    if level >= 0 && level < TimeWeighted.wholeLevelLimit && level.rounded(.towardZero) == level {
      let index = Int(level)
      if index >= wholeLevels.count {
        wholeLevels.append(contentsOf: repeatElement(0, count: index + 1 - wholeLevels.count))
      }
      wholeLevels[index] += ticks
    } else {
      otherLevels = otherLevels ?? QuantileSketch()
      otherLevels?.add(level, weight: ticks)
    }
  }

  /// Ticks counted so far.
  public var duration: Int64 { lastChange - start }

  /// ∫ level dt, in level · ticks.
  public var integral: Double {
    var total = sum
    total.addProduct(origin, Double(duration))
    return total.value
  }

  /// The time average; NaN before any time has passed.
  public var mean: Double { duration == 0 ? .nan : origin + sum.value / Double(duration) }

  /// The variance over time (divisor: the duration); NaN before any time has passed.
  public var variance: Double {
    if duration == 0 { return .nan }
    let time = Double(duration)
    return Swift.max(0, (squares.value - sum.value / time * sum.value) / time)
  }

  /// The share of time at or above `threshold`; exact for whole levels below 4,096, else within the sketch's buckets.
  public func share(atLeast threshold: Double) -> Double {
    guard keepsDistribution, duration > 0 else { return .nan }
    var ticks: UInt64 = 0
    for (index, weight) in wholeLevels.enumerated() where Double(index) >= threshold { ticks += weight }
    if let others = otherLevels { ticks += others.weight(atLeast: threshold) }
    return Double(ticks) / Double(duration)
  }

  /// The least level with at least the share p of the time at or under it; exact for whole levels below 4,096, else within
  /// 0.5 %. NaN before any time has passed.
  public func quantile(_ p: Double) -> Double {
    guard keepsDistribution, duration > 0, p >= 0, p <= 1 else { return .nan }
    guard let others = otherLevels else { return wholeQuantile((Double(duration) * p).rounded(.up)) }
    var merged = others
    for (index, weight) in wholeLevels.enumerated() { merged.add(Double(index), weight: weight) }
    return merged.leastValue(covering: p)
  }

  func wholeQuantile(_ neededTicks: Double) -> Double {
    var below = 0.0
    for (index, weight) in wholeLevels.enumerated() where weight > 0 {
      below += Double(weight)
      if below >= neededTicks { return Double(index) }
    }
    return max
  }
}

extension QuantileSketch {
  /// The weight in buckets whose middle is at or above `threshold`.
  func weight(atLeast threshold: Double) -> UInt64 {
    var total: UInt64 = threshold <= 0 ? zeros : 0
    for (offset, weight) in positive.counts.enumerated() where clamped(middle(of: positive.first + offset)) >= threshold {
      total += weight
    }
    for (offset, weight) in negative.counts.enumerated() where clamped(-middle(of: negative.first + offset)) >= threshold {
      total += weight
    }
    return total
  }
}
