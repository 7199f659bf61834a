// Point estimates and fixed-sample intervals against published values; the case's id stands beside each.
import SoukNumerics
import SoukStats
import Testing

@Suite struct MomentsTests {
  @Test func varianceDoesNotCancel() {  // stat-welford
    let moments = Moments([1_000_000_004, 1_000_000_007, 1_000_000_013, 1_000_000_016])
    #expect(moments.mean == 1_000_000_010)
    #expect(isNear(moments.variance, 30, 1e-6))
    #expect(moments.min == 1_000_000_004)
    #expect(moments.max == 1_000_000_016)
  }

  @Test func studentIntervalMatches() {  // ci-t-law
    let moments = Moments([1.2, 1.5, 1.68, 1.89, 0.95, 1.49, 1.58, 1.55, 0.5, 1.09])
    let interval = moments.meanInterval(level: 0.9)
    #expect(isNear(moments.mean, 1.343, 1.4e-8))
    #expect(isNear(moments.variance, 0.167512222222, 1.7e-9))
    #expect(isNear(interval.halfWidth, 0.237253414489, 2.4e-9))
    #expect(isNear(interval.relativeHalfWidth, 0.176659281079, 1.8e-9))
    #expect(interval.contains(1.2) && !interval.contains(1.0))
  }

  @Test func mergingEqualsAddingInOneGo() {
    var draws = Draws("moments")
    for split in [0, 1, 2, 7, 50, 99, 100] {
      let values = (0..<100).map { _ in draws.exponential() }
      let whole = Moments(values)
      var left = Moments(values[..<split])
      left.merge(Moments(values[split...]))
      #expect(left.n == 100)
      #expect(isNear(left.mean, whole.mean, 1e-14))
      #expect(isNear(left.m2, whole.m2, 1e-12 * whole.m2))
      #expect(isNear(left.m3, whole.m3, 1e-11 * abs(whole.m3)))
      #expect(left.min == whole.min && left.max == whole.max)
    }
  }

  @Test func skewnessMatchesItsDefinition() {
    let values: [Double] = [1, 2, 2, 3, 9]
    let moments = Moments(values)
    let cubes = values.map { ($0 - 3.4) * ($0 - 3.4) * ($0 - 3.4) }.reduce(0, +)
    let squares = values.map { ($0 - 3.4) * ($0 - 3.4) }.reduce(0, +)
    #expect(isNear(moments.skewness, cubes / 5 / Elementary.pow(squares / 5, 1.5), 1e-14))
    #expect(moments.isTooSkewed)
    #expect(!Moments([1, 2, 3, 4]).isTooSkewed)
    #expect(!Moments([5, 5]).isTooSkewed)
  }

  @Test func nothingAndOneValueTellNothing() {
    #expect(Moments().mean.isNaN)
    #expect(Moments().variance.isNaN)
    #expect(Moments([3]).meanInterval(level: 0.95).halfWidth == .infinity)
    #expect(Moments([3, 3, 3]).meanInterval(level: 0.95).halfWidth == 0)
  }
}

@Suite struct ComparisonTests {
  let a = [12.1, 10.4, 13.3, 9.8, 11.9, 12.7, 10.9, 14.2]
  let b = [11.0, 10.1, 11.8, 9.9, 10.6, 11.4, 10.2, 12.5]

  @Test func pairedAndWelchMatch() {  // ci-paired-welch
    let paired = Comparison.paired(a, b, level: 0.95)
    #expect(isNear(paired.estimate, 0.975, 9.8e-9))
    #expect(isNear(paired.halfWidth, 0.520658595916, 5.3e-9))
    let welch = Comparison.welch(Moments(a), Moments(b), level: 0.95)
    #expect(isNear(welch.degrees, 11.5985666102, 1.2e-7))
    #expect(isNear(welch.interval.halfWidth, 1.3529489779, 1.4e-8))
    #expect(isNear(Comparison.bonferroniLevel(0.95, comparisons: 5), 0.99, 1e-15))
  }

  @Test func flakeBudgetAddsUp() {  // ci-flake-budget
    #expect(isNear(FlakeBudget.falseAlarmsPerYear(alpha: 1e-5, checks: 50, runsPerYear: 2000), 1, 1e-8))
    #expect(isNear(FlakeBudget.chanceOfAny(alpha: 1e-5, checks: 50), 0.000499877519595, 5e-12))
    #expect(isNear(FlakeBudget.alpha(falseAlarmsPerYear: 0.01, checks: 50, runsPerYear: 2000), 1e-7, 1e-12))
    #expect(isNear(FlakeBudget.twoSidedQuantile(alpha: 1e-7), 5.32672388638, 5.4e-8))
  }

  @Test func selectionConstantsMatch() {  // rs-kn-inventory
    let constants = KimNelson.constants(systems: 9, firstStage: 20, alpha: 0.05)
    #expect(isNear(constants.eta, 0.293040315822, 3e-9))
    #expect(isNear(constants.hSquared, 11.1355320012, 1.2e-7))
  }

  @Test func synchronisedDrawsCutTheVarianceFivefold() {  // vr-crn-exponential
    var first = Draws("crn.first")
    var second = Draws("crn.second")
    let n = longTests ? 1_000_000 : 100_000
    var common = Moments()
    var independent = Moments()
    for _ in 0..<n {
      let x = first.exponential()
      common.add(2 * x - x)
      independent.add(2 * second.exponential() - x)
    }
    // The case allows 0.004 at a million draws.
    let tolerance = 0.004 * (1_000_000 / Double(n)).squareRoot()
    #expect(isNear(common.variance / independent.variance, 0.2, tolerance))
    #expect(isNear(common.mean, 1, 4 / Double(n).squareRoot()))
  }
}

@Suite struct QuantileTests {
  @Test func type7MatchesHyndmanAndFan() {
    let values: [Double] = [1, 2, 4, 8, 16]
    #expect(SampleQuantile.type7(values, 0) == 1)
    #expect(SampleQuantile.type7(values, 1) == 16)
    #expect(SampleQuantile.type7(values, 0.5) == 4)
    #expect(isNear(SampleQuantile.type7(values, 0.9), 12.8, 1e-14))
    #expect(SampleQuantile.type7([], 0.5).isNaN)
    #expect(SampleQuantile.type7([7], 0.3) == 7)
  }

  /// Conover's table: for the median of 10, ranks 2 and 9 hold 97.85 %.
  @Test func orderStatisticsEncloseTheMedian() {
    let ranks = SampleQuantile.enclosingRanks(count: 10, 0.5, level: 0.95)
    #expect(ranks.low == 2 && ranks.high == 9)
    #expect(isNear(ranks.coverage, 1 - 2 * 11.0 / 1024, 1e-12))
    let few = SampleQuantile.interval([1, 2, 3], 0.95, level: 0.95)
    #expect(few.high == .infinity)
    #expect(isNear(SampleQuantile.bandHalfWidth(count: 1000, alpha: 0.01), 0.0515, 1e-4))
  }

  @Test func orderStatisticIntervalsCover() {
    var draws = Draws("quantile coverage")
    let trials = longTests ? 20_000 : 1_000
    var covered = 0
    let ranks = SampleQuantile.enclosingRanks(count: 60, 0.9, level: 0.9)
    for _ in 0..<trials {
      let values = (0..<60).map { _ in draws.uniform() }.sorted()
      if SampleQuantile.interval(values, 0.9, level: 0.9).contains(0.9) { covered += 1 }
    }
    #expect(ranks.coverage >= 0.9)
    #expect(isCredible(covered, of: trials, at: ranks.coverage))
  }
}
