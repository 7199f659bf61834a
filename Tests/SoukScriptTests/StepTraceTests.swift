// Step functions over time: averages, percentiles, windows, combination, at their edges.

import SoukStats
import Testing

@testable import SoukScript

@Suite struct StepTraceTests {
  static let second: Int64 = 1_000_000_000

  /// Level 0 on [0,2), 4 on [2,3.5), 1 on [3.5,7), 6 at 7 for no time, 3 on [7,10), 8 on [10,12].
  static let levels = StepTrace(
    times: [0, 2, 3.5, 7, 7, 10].map { Int64($0 * 1e9) }, values: [0, 4, 1, 6, 3, 8], from: 0, to: 12 * second, end: 12 * second)

  @Test func timeWeightedStatisticsOfTheDefinition() throws {
    let trace = Self.levels
    #expect(trace.mean == 2.875)
    #expect(trace.maximum == 8)
    #expect(trace.minimum == 0)
    #expect(trace.quantile(0.5) == 3)
    #expect(abs(try #require(trace.deviation) - 6.94270833333.squareRoot()) < 1e-11)
    let share = trace.map { $0 >= 3 ? 1 : 0 }
    #expect(abs(try #require(share.mean) - 6.5 / 12) < 1e-15)
    #expect(abs(try #require(share.duration) - 6.5) < 1e-12)
    #expect(trace.integral == 34.5)
  }

  @Test func peakOfNoLengthCountsForExtremesOnly() throws {
    let early = try #require(Self.levels.during(4 * Self.second, 9 * Self.second))
    #expect(early.maximum == 6)
    #expect(early.quantile(1) == 3)
    #expect(early.mean == (3.0 + 6) / 5)
  }

  @Test func valueAtAnInstantIncludesWhatHappensThen() {
    let trace = Self.levels
    #expect(trace.value(at: 0) == 0)
    #expect(trace.value(at: 2 * Self.second - 1) == 0)
    #expect(trace.value(at: 2 * Self.second) == 4)
    #expect(trace.value(at: 7 * Self.second) == 3, "the last of several changes at one instant")
    #expect(trace.value(at: 12 * Self.second) == 8)
    #expect(trace.value(at: 12 * Self.second + 1) == nil, "what is after the end isn't known")
    #expect(trace.value(at: -1) == nil)
    #expect(trace.during(0, 13 * Self.second) == nil)
  }

  @Test func warmupIsDroppedFromStatisticsAndNotFromInstants() throws {
    var trace = Self.levels
    trace.from = 5 * Self.second
    let expected: Double = 27.0 / 7
    #expect(trace.mean == expected)
    #expect(trace.maximum == 8)
    #expect(trace.value(at: 2 * Self.second) == 4)
    #expect(trace.firstTruth == 5 * Self.second)
  }

  /// A counter that counts at 0, 1, 2.5, 3 and 4 s.
  static let counter = StepTrace(
    times: [0, 0, 1, 2.5, 3, 4].map { Int64($0 * 1e9) }, values: [0, 1, 2, 3, 4, 5], from: 0, to: Int64(4.5e9), end: Int64(4.5e9))

  @Test func rateCountsEachEventInOneWindow() {
    let rate = Self.counter.rate(every: Self.second)
    #expect(rate.times == [0, 1, 2, 3].map { $0 * Self.second })
    // At time 0 and 1 s; nothing in (1 s, 2 s]; 2.5 s and 3 s; 4 s. The half second that is left is no window.
    #expect(rate.values == [2, 0, 2, 1])
    #expect(rate.to == 4 * Self.second)
    #expect(rate.values.reduce(0, +) == Self.counter.value(at: 4 * Self.second))
    #expect(Self.counter.rate(every: 5 * Self.second).maximum == nil, "no whole window, no data")
  }

  @Test func rateAfterWarmupStartsThere() {
    var counter = Self.counter
    counter.from = Self.second
    #expect(counter.rate(every: Self.second).values == [0, 2, 1])
  }

  @Test func averagesOfWindows() {
    let series = Self.levels.averages(every: 4 * Self.second)
    #expect(series.values == [1.625, 1.5, 5.5])
  }

  @Test func conditionsOverTime() {
    let busy = Self.levels.map { $0 >= 3 ? 1 : 0 }
    #expect(busy.firstTruth == 2 * Self.second)
    #expect(busy.isAlwaysTrue == false && busy.isEverTrue == true)
    #expect(Self.levels.map { $0 > 8 ? 1 : 0 }.firstTruth == nil)
    #expect(Self.levels.map { $0 <= 8 ? 1 : 0 }.isAlwaysTrue == true)
  }

  @Test func combiningComparesOnlyWhatAnInstantLeaves() {
    // Both rise by 1 at each second, a before b.
    let times: [Int64] = [0, 1, 2].map { $0 * Self.second }
    let a = StepTrace(times: times, values: [0, 1, 2], from: 0, to: 3 * Self.second, end: 3 * Self.second)
    let b = a
    let ordered = a.combined(with: b) { $0 <= $1 ? 1 : 0 }
    #expect(ordered.isAlwaysTrue == true)
    #expect(a.combined(with: b) { $0 - $1 }.maximum == 0)
    let later = StepTrace(times: [0, Self.second + 1], values: [0, 5], from: 0, to: 3 * Self.second, end: 3 * Self.second)
    #expect(a.combined(with: later) { $0 + $1 }.values == [0, 1, 6, 7])
  }

  @Test func cumulativeEndsAtTheIntegral() {
    #expect(Self.levels.cumulative.last == 34.5)
  }

  @Test func summaryAloneAnswersWhatItCan() {
    var record = CellRecord()
    (record.last, record.integral, record.minimum, record.maximum) = (3, 50, 1, 7)
    let path = SamplePath(
      replication: 0, warmup: 2 * Self.second, end: 12 * Self.second, cells: [record], tallies: [], steps: 0, events: 0, stop: .reachedEnd)
    let trace = StepTrace(record, of: path)
    #expect(trace.mean == 5 && trace.maximum == 7 && trace.minimum == 1 && trace.last == 3)
    #expect(trace.quantile(0.5) == nil && trace.firstTruth == nil && trace.isAlwaysTrue == nil)
    #expect(trace.value(at: 12 * Self.second) == 3 && trace.value(at: 5 * Self.second) == nil)
  }

  @Test func unknownStretchesAreLeftOut() {
    let trace = StepTrace(times: [0, 1, 2].map { $0 * Self.second }, values: [1, .nan, 3], from: 0, to: 3 * Self.second, end: 3 * Self.second)
    #expect(trace.mean == 2)
    #expect(trace.maximum == 3 && trace.minimum == 1)
  }
}
