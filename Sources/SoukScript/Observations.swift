// The observations of one tally in one replication, with those that never came: what was lost, and what was still under
// way at the end. Such an observation is an interval that its value must lie in: what began 30 h before the end will take
// at least 30 h, what was lost takes for ever. Conditions are numbers too (1 true, 0 false, 0 to 1 not known).

import SoukStats

/// An observation that was not made: only bounds are known.
struct Censored: Sendable, Hashable {
  var low: Double
  var high: Double
  /// When it began, in ticks.
  var began: Int64
  var isLost: Bool
}

/// Observations in the order they were made.
struct Observations: Sendable {
  var values: [Double]
  var times: [Int64]
  var censored: [Censored]
  var from: Int64
  var to: Int64
  var end: Int64
  /// The engine's own summary, as long as the values weren't changed.
  var summary: TallyRecord?

  init(_ tally: TallyRecord, of path: SamplePath, isDuration: Bool) {
    values = tally.values
    times = tally.times
    let bound = isDuration ? StepTrace.ticksPerSecond : .infinity
    censored = tally.lost.map { Censored(low: .infinity, high: .infinity, began: $0, isLost: true) }
    censored += tally.pending.map { Censored(low: Double(path.end - $0) / bound, high: .infinity, began: $0, isLost: false) }
    from = min(path.warmup, path.end)
    to = path.end
    end = path.end
    summary = tally
  }

  init(values: [Double], times: [Int64], censored: [Censored] = [], from: Int64, to: Int64, end: Int64) {
    (self.values, self.times, self.censored) = (values, times, censored)
    (self.from, self.to, self.end) = (from, to, end)
  }

  /// Whether each value is known, not only the summary.
  var isFull: Bool { summary.map { Int($0.count) == values.count } ?? true }

  var count: Int { summary.map { Int($0.count) } ?? values.count }

  var sum: Double {
    if let summary { return summary.sum }
    return values.reduce(0, +)
  }

  var mean: Double? {
    if let summary { return summary.count > 0 ? summary.mean : nil }
    return values.isEmpty ? nil : Moments(values).mean
  }

  /// The sample standard deviation; nil below two observations.
  var deviation: Double? {
    if let summary { return summary.count > 1 ? (summary.m2 / Double(summary.count - 1)).squareRoot() : nil }
    return values.count > 1 ? Moments(values).standardDeviation : nil
  }

  var minimum: Double? { summary.map { $0.count > 0 ? $0.minimum : nil } ?? values.min() }
  var maximum: Double? { summary.map { $0.count > 0 ? $0.maximum : nil } ?? values.max() }

  /// The quantile of definition 7; nil without observations. O(n).
  func quantile(_ q: Double) -> Double? {
    guard isFull, !values.isEmpty else { return nil }
    return SampleQuantile.type7(unsorted: values, q)
  }

  /// How a share came about.
  struct Share {
    var share: Double?
    var trueCount = 0
    var falseCount = 0
    var recorded = 0
    /// Lost, and under way for so long that the condition is settled.
    var lost = 0
    var overdue = 0
    /// Under way, and not yet settled: in neither count.
    var leftOut = 0
  }

  /// The share of observations for which a condition holds. What never came counts where its bounds settle the condition.
  var share: Share {
    var out = Share()
    for value in values {
      if value != 0 { out.trueCount += 1 } else { out.falseCount += 1 }
    }
    out.recorded = values.count
    for one in censored {
      if one.low == one.high {
        if one.low != 0 { out.trueCount += 1 } else { out.falseCount += 1 }
        if one.isLost { out.lost += 1 } else { out.overdue += 1 }
      } else {
        out.leftOut += 1
      }
    }
    let all = out.trueCount + out.falseCount
    out.share = all > 0 ? Double(out.trueCount) / Double(all) : nil
    return out
  }

  // MARK: Windows

  /// What was observed in [a, b] (the beginning excluded, save time 0), and of what never came, what began there.
  func during(_ a: Int64, _ b: Int64) -> Observations? {
    guard a >= 0, b >= a, b <= end else { return nil }
    func isInside(_ tick: Int64) -> Bool { (tick > a || a == 0) && tick <= b }
    let kept = values.indices.filter { isInside(times[$0]) }
    return Observations(
      values: kept.map { values[$0] }, times: kept.map { times[$0] }, censored: censored.filter { isInside($0.began) },
      from: a, to: b, end: end)
  }

  /// For each whole window what `statistic` makes of the observations in it.
  private func windows(_ width: Int64, _ statistic: (ArraySlice<Double>) -> Double) -> StepTrace {
    var out = StepTrace(times: [], values: [], from: from, to: from, end: end)
    guard width > 0 else { return out }
    var begin = from
    var first = 0
    while begin <= to - width {
      let finish = begin + width
      var last = first
      while last < times.count, times[last] <= finish { last += 1 }
      out.append(begin, statistic(values[first..<last]))
      out.to = finish
      first = last
      begin = finish
    }
    return out
  }

  /// Observations a second in each whole window, each standing for `weight`.
  func rate(every width: Int64, weight: Double) -> StepTrace {
    windows(width) { Double($0.count) * weight / (Double(width) / StepTrace.ticksPerSecond) }
  }

  /// The mean of the observations in each whole window; unknown where there are none.
  func averages(every width: Int64) -> StepTrace {
    windows(width) { $0.isEmpty ? .nan : Moments($0).mean }
  }

  /// The sum of all observations so far.
  var cumulative: StepTrace {
    var out = StepTrace(times: [], values: [], from: from, to: to, end: end)
    out.append(from, 0)
    var sum = 0.0
    for (time, value) in zip(times, values) {
      sum += value
      out.append(time, sum)
    }
    return out
  }

  // MARK: Combination

  func map(_ change: (Double) -> Double) -> Observations {
    let bounds = censored.map { one in
      // An end may be one that `change` knows nothing of (∞ - ∞): then nothing is known.
      let ends = [change(one.low), change(one.high)]
      let known = !ends.contains { $0.isNaN }
      return Censored(
        low: known ? min(ends[0], ends[1]) : -.infinity, high: known ? max(ends[0], ends[1]) : .infinity, began: one.began,
        isLost: one.isLost)
    }
    return Observations(values: values.map(change), times: times, censored: bounds, from: from, to: to, end: end)
  }

  /// The condition `value op limit` on each; the bounds of what never came settle it or don't.
  func compared(_ isTrue: (Double) -> Bool, isOrder: Bool) -> Observations {
    let bounds = censored.map { one in
      let low = isTrue(one.low)
      let high = isTrue(one.high)
      // Between two ends on one side of a limit lies no crossing; of equality the ends say nothing.
      let isSettled = one.low == one.high || (isOrder && low == high)
      return Censored(
        low: isSettled ? (low ? 1 : 0) : 0, high: isSettled ? (low ? 1 : 0) : 1, began: one.began, isLost: one.isLost)
    }
    return Observations(
      values: values.map { isTrue($0) ? 1 : 0 }, times: times, censored: bounds, from: from, to: to, end: end)
  }

  /// Two observations of each entity together; nil when they aren't of the same entities. What never came is known only as
  /// far as `bounds` tells from both.
  func combined(
    with other: Observations, _ combine: (Double, Double) -> Double, bounds: (Censored, Censored) -> (Double, Double)
  ) -> Observations? {
    guard values.count == other.values.count, times == other.times else { return nil }
    let pairs: [(Censored, Censored)]
    if censored.map(\.began) == other.censored.map(\.began) {
      pairs = Array(zip(censored, other.censored))
    } else if other.censored.isEmpty {
      pairs = censored.map { ($0, Censored(low: -.infinity, high: .infinity, began: $0.began, isLost: $0.isLost)) }
    } else if censored.isEmpty {
      pairs = other.censored.map { (Censored(low: -.infinity, high: .infinity, began: $0.began, isLost: $0.isLost), $0) }
    } else {
      return nil
    }
    return Observations(
      values: zip(values, other.values).map(combine), times: times,
      censored: pairs.map { a, b in
        let (low, high) = bounds(a, b)
        return Censored(low: low, high: high, began: a.began, isLost: a.isLost)
      }, from: max(from, other.from), to: min(to, other.to), end: end)
  }
}
