// The quantile sketch and the time-weighted statistics.
import SoukNumerics
import SoukStats
import Testing

@Suite struct QuantileSketchTests {
  @Test func everyQuantileIsWithinTheRelativeError() {  // sketch-relative-error
    var sketch = QuantileSketch(relativeError: 0.01)
    for value in (1...100_000).reversed() { sketch.add(Double(value)) }
    for (p, exact) in [(0.01, 1000.0), (0.5, 50_000), (0.95, 95_000), (0.99, 99_000), (0.999, 99_900)] {
      #expect(isNear(sketch.quantile(p), exact, 0.01 * exact + 1))
    }
    #expect(sketch.count == 100_000)
    #expect(sketch.quantile(0) == 1 && sketch.quantile(1) == 100_000)
    var shards = [QuantileSketch](repeating: QuantileSketch(relativeError: 0.01), count: 8)
    for value in 1...100_000 { shards[value * 7 % 8].add(Double(value)) }
    var merged = QuantileSketch(relativeError: 0.01)
    for shard in [3, 1, 7, 0, 2, 6, 5, 4] { merged.merge(shards[shard]) }
    #expect(merged == sketch)
  }

  @Test func signsZerosAndExtremesHaveTheirPlaces() {
    var sketch = QuantileSketch()
    for value in [-100.0, -1, 0, 0, 1e-9, 1, 1e300, -0.0, .nan, .infinity] { sketch.add(value) }
    #expect(sketch.count == 9)
    #expect(sketch.undefined == 1)
    #expect(sketch.zeros == 3)
    #expect(isNear(sketch.quantile(0.13), -1, 0.005))
    #expect(sketch.quantile(0.5) == 0)
    #expect(isNear(sketch.quantile(5.0 / 8), 1e-9, 5e-12))
    #expect(isNear(sketch.quantile(7.0 / 8), 1e300, 5e297))
    #expect(sketch.quantile(1) == .infinity)
    #expect(QuantileSketch().quantile(0.5).isNaN)
    var subnormal = QuantileSketch()
    subnormal.add(0x1p-1070, weight: 5)
    #expect(subnormal.quantile(0.5) == 0x1p-1070)
  }

  @Test func randomQuantilesKeepTheirError() {
    var draws = Draws("sketch")
    let values = (0..<20_000).map { _ in Elementary.exp(3 * draws.normal()) }
    var sketch = QuantileSketch()
    for value in values { sketch.add(value) }
    let sorted = values.sorted()
    for rank in stride(from: 0, to: 20_000, by: 37) {
      let exact = sorted[rank]
      // Half a rank up, lest p (n - 1) round below the rank.
      #expect(isNear(sketch.quantile((Double(rank) + 0.5) / 19_999), exact, 0.005000001 * exact))
    }
  }
}

@Suite struct TimeWeightedTests {
  /// Ticks are half units of the case.
  func caseFunction() -> TimeWeighted {  // stat-time-weighted
    var level = TimeWeighted(start: 0, level: 0)
    level.change(at: 4, to: 4)
    level.change(at: 7, to: 1)
    level.change(at: 14, to: 6)
    level.change(at: 14, to: 3)
    level.change(at: 20, to: 8)
    level.advance(to: 24)
    return level
  }

  @Test func matchesExactFractions() {
    let level = caseFunction()
    #expect(isNear(level.mean, 2.875, 2.9e-8))
    #expect(level.max == 8)
    #expect(level.min == 0)
    #expect(isNear(level.variance, 6.94270833333, 7e-8))
    #expect(isNear(level.share(atLeast: 3), 0.541666666667, 5.5e-9))
    #expect(level.quantile(0.5) == 3)
    #expect(level.quantile(0.1) == 0)
    #expect(level.quantile(1) == 8)
    #expect(level.integral == 69)
    #expect(level.duration == 24)
  }

  @Test func peaksOfNoLengthCount() {
    var level = TimeWeighted(start: 0, level: 1)
    level.change(at: 5, to: 100)
    level.change(at: 5, to: -3)
    level.change(at: 5, to: 1)
    level.advance(to: 10)
    #expect(level.max == 100 && level.min == -3)
    #expect(level.mean == 1)
    #expect(level.quantile(1) == 1)
    level.restart(at: 12)
    #expect(level.max == 1 && level.mean.isNaN && level.start == 12)
  }

  @Test func largeLevelsWithSmallSwingsLoseNothing() {
    var level = TimeWeighted(start: 0, level: 1e15)
    for step in 0..<1000 { level.change(at: Int64(step) * 10 + 5, to: step.isMultiple(of: 2) ? 1e15 + 1 : 1e15) }
    level.advance(to: 10_000)
    #expect(isNear(level.variance, 0.25, 0.001))
    #expect(isNear(level.mean - 1e15, 0.5, 0.13))
  }

  @Test func unevenLevelsUseTheSketch() {
    var level = TimeWeighted(start: 0, level: 0.5)
    level.change(at: 10, to: -2.5)
    level.change(at: 30, to: 10_000)
    level.advance(to: 100)
    #expect(isNear(level.quantile(0.2), -2.5, 0.0126))
    #expect(isNear(level.quantile(0.3), 0.5, 0.0026))
    #expect(isNear(level.quantile(0.31), 10_000, 51))
    #expect(isNear(level.share(atLeast: 0), 0.8, 1e-15))
  }
}
