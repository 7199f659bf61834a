// One changing value in one replication, a step function of time: its averages over time, its values at instants and in
// windows, and its combination with others. Times are ticks (nanoseconds) since the model's start.
//
// Statistics are taken from the end of the warm-up (or a window's beginning) to the end; a peak of no length counts for
// extremes and weighs nothing in averages. NaN stands for "nothing known here" and is left out.

import SoukNumerics
import SoukStats

/// A step function: from `times[i]` on the value is `values[i]`; several changes at one instant are kept in order.
struct StepTrace: Sendable {
  var times: [Int64]
  var values: [Double]
  /// What statistics are taken over.
  var from: Int64
  var to: Int64
  /// The end of the replication: what is known.
  var end: Int64
  /// The engine's own summary, as long as neither the values nor the range were changed.
  var summary: CellRecord?

  init(times: [Int64], values: [Double], from: Int64, to: Int64, end: Int64, summary: CellRecord? = nil) {
    self.times = times
    self.values = values
    self.from = from
    self.to = to
    self.end = end
    self.summary = summary
  }

  /// A cell of a finished replication.
  init(_ cell: CellRecord, of path: SamplePath) {
    self.init(times: cell.times, values: cell.values, from: min(path.warmup, path.end), to: path.end, end: path.end, summary: cell)
  }

  /// Whether every change is known, not only the summary.
  var isFull: Bool { !times.isEmpty }

  static let ticksPerSecond = 1e9
  var seconds: Double { Double(to - from) / Self.ticksPerSecond }

  // MARK: Values at instants

  /// Index of the last change at or before `tick`; nil before the first. O(log n).
  private func index(at tick: Int64) -> Int? {
    var low = 0
    var high = times.count
    while low < high {
      let middle = (low + high) / 2
      if times[middle] <= tick { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? nil : low - 1
  }

  /// The value at `tick`, after all that happens at it; nil outside the replication.
  func value(at tick: Int64) -> Double? {
    guard tick >= 0, tick <= end else { return nil }
    if isFull { return index(at: tick).flatMap { values[$0].isNaN ? nil : values[$0] } }
    return tick == end ? summary?.last : nil
  }

  /// Calls `visit` with each stretch of constant value in [from, to], those of no length included, in order.
  func forEachStretch(_ visit: (_ begin: Int64, _ end: Int64, _ value: Double) -> Void) {
    var i = index(at: from) ?? 0
    guard i < times.count, from <= to else { return }
    while i < times.count, times[i] <= to {
      let begin = max(times[i], from)
      let end = i + 1 < times.count ? min(times[i + 1], to) : to
      visit(begin, max(begin, end), values[i])
      i += 1
    }
  }

  // MARK: Over time

  /// ∫ value dt, in value × seconds; nil when nothing is known.
  var integral: Double? {
    if let summary { return summary.integral }
    var sum = ExactSum()
    var isKnown = false
    forEachStretch { begin, end, value in
      guard !value.isNaN else { return }
      isKnown = true
      if end > begin { sum.add(value * Double(end - begin)) }
    }
    return isKnown ? sum.value / Self.ticksPerSecond : nil
  }

  /// The time average; where no time passes, the value there.
  var mean: Double? {
    var known: Int64 = 0
    if summary != nil {
      known = to - from
    } else {
      forEachStretch { begin, end, value in if !value.isNaN { known += end - begin } }
    }
    if known == 0 { return last }
    return integral.map { $0 / (Double(known) / Self.ticksPerSecond) }
  }

  /// The standard deviation over time.
  var deviation: Double? {
    guard isFull, let mean else { return nil }
    var sum = ExactSum()
    var known: Int64 = 0
    forEachStretch { begin, end, value in
      guard !value.isNaN, end > begin else { return }
      sum.add((value - mean) * (value - mean) * Double(end - begin))
      known += end - begin
    }
    return known == 0 ? 0 : (max(0, sum.value) / Double(known)).squareRoot()
  }

  var minimum: Double? { summary?.minimum ?? extreme { Swift.min($0, $1) } }
  var maximum: Double? { summary?.maximum ?? extreme { Swift.max($0, $1) } }

  private func extreme(_ choose: (Double, Double) -> Double) -> Double? {
    var best: Double?
    forEachStretch { _, _, value in
      guard !value.isNaN else { return }
      best = best.map { choose($0, value) } ?? value
    }
    return best
  }

  /// The value at the end.
  var last: Double? { summary?.last ?? value(at: to) }

  /// The least value that isn't exceeded during at least the share `q` of the time. O(n log n).
  func quantile(_ q: Double) -> Double? {
    guard isFull else { return nil }
    var stretches: [(value: Double, ticks: Int64)] = []
    var total: Int64 = 0
    forEachStretch { begin, end, value in
      guard !value.isNaN, end > begin else { return }
      stretches.append((value, end - begin))
      total += end - begin
    }
    guard total > 0 else { return last }
    stretches.sort { $0.value < $1.value }
    let needed = (q * Double(total)).rounded(.up)
    var sum: Int64 = 0
    for stretch in stretches {
      sum += stretch.ticks
      if Double(sum) >= needed { return stretch.value }
    }
    return stretches.last?.value
  }

  /// Seconds during which the value isn't zero: of a condition, how long it holds.
  var duration: Double? {
    guard isFull else { return nil }
    var ticks: Int64 = 0
    forEachStretch { begin, end, value in if value != 0, !value.isNaN { ticks += end - begin } }
    return Double(ticks) / Self.ticksPerSecond
  }

  /// When the value first isn't zero in [from, to]; nil if never.
  var firstTruth: Int64? {
    var found: Int64?
    forEachStretch { begin, _, value in if found == nil, value != 0, !value.isNaN { found = begin } }
    return found
  }

  /// Whether a condition holds throughout; nil when nothing is known.
  var isAlwaysTrue: Bool? { minimumTruth.map { $0 != 0 } }
  var isEverTrue: Bool? { isFull ? firstTruth != nil : nil }

  private var minimumTruth: Double? {
    guard isFull else { return nil }
    var all = 1.0
    forEachStretch { _, _, value in if value == 0 { all = 0 } }
    return all
  }

  // MARK: Windows

  /// The same value looked at in [a, b] only; nil when that isn't within what is known.
  func during(_ a: Int64, _ b: Int64) -> StepTrace? {
    guard a >= 0, b >= a, b <= end else { return nil }
    var out = self
    (out.from, out.to, out.summary) = (a, b, nil)
    return isFull ? out : nil
  }

  /// Whole windows of `width` ticks from `from` on; what is left at the end is no window.
  private func windows(_ width: Int64, _ visit: (_ begin: Int64, _ end: Int64) -> Void) {
    guard width > 0 else { return }
    var begin = from
    while begin <= to - width {
      visit(begin, begin + width)
      begin += width
    }
  }

  /// The change in each whole window, a second: of a counter, its rate. A window has what happens after its beginning up to
  /// and at its end; the first one of a run also what happens at time 0.
  func rate(every width: Int64) -> StepTrace {
    var out = StepTrace(times: [], values: [], from: from, to: from, end: end)
    guard isFull else { return out }
    var before = from == 0 ? values[0] : value(at: from) ?? .nan
    windows(width) { begin, finish in
      let now = value(at: finish) ?? .nan
      out.append(begin, (now - before) / (Double(width) / Self.ticksPerSecond))
      out.to = finish
      before = now
    }
    return out
  }

  /// The time average in each whole window.
  func averages(every width: Int64) -> StepTrace {
    var out = StepTrace(times: [], values: [], from: from, to: from, end: end)
    windows(width) { begin, finish in
      out.append(begin, during(begin, finish)?.mean ?? .nan)
      out.to = finish
    }
    return out
  }

  /// ∫ from `from` to each change, told at the changes and the end.
  var cumulative: StepTrace {
    var out = StepTrace(times: [], values: [], from: from, to: to, end: end)
    out.append(from, 0)
    var sum = ExactSum()
    forEachStretch { begin, finish, value in
      guard !value.isNaN, finish > begin else { return }
      sum.add(value * Double(finish - begin))
      out.append(finish, sum.value / Self.ticksPerSecond)
    }
    return out
  }

  mutating func append(_ time: Int64, _ value: Double) {
    times.append(time)
    values.append(value)
  }

  // MARK: Combination

  /// The same steps with each value changed.
  func map(_ change: (Double) -> Double) -> StepTrace {
    StepTrace(times: times, values: values.map { $0.isNaN ? .nan : change($0) }, from: from, to: to, end: end)
  }

  /// Two step functions together, over what both are known for. At one instant only what is left after all its changes is
  /// combined: values that one event changes are never compared half-way. O(n + m).
  func combined(with other: StepTrace, _ combine: (Double, Double) -> Double) -> StepTrace {
    var out = StepTrace(times: [], values: [], from: max(from, other.from), to: min(to, other.to), end: min(end, other.end))
    var (i, j) = (0, 0)
    var a = Double.nan
    var b = Double.nan
    while i < times.count || j < other.times.count {
      let next = min(i < times.count ? times[i] : .max, j < other.times.count ? other.times[j] : .max)
      while i < times.count, times[i] == next {
        a = values[i]
        i += 1
      }
      while j < other.times.count, other.times[j] == next {
        b = other.values[j]
        j += 1
      }
      out.append(next, a.isNaN || b.isNaN ? .nan : combine(a, b))
    }
    if out.to < out.from { out.to = out.from }
    return out
  }
}
