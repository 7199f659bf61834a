// Observations with what never came: shares that don't flatter, and the rules of combination.

import SoukLower
import SoukSema
import SoukStats
import SoukSyntax
import SoukText
import Testing

@testable import SoukScript

@Suite struct ObservationTests {
  static let hour: Int64 = 3_600_000_000_000

  /// Four deliveries of 10, 20, 30 and 40 h; one lost; under way for 50 h and for 5 h when the run of 100 h ends.
  static let deliveries: Observations = {
    var tally = TallyRecord()
    tally.values = [10, 20, 30, 40].map { $0 * 3600 }
    tally.times = [20, 40, 60, 80].map { $0 * hour }
    tally.count = 4
    tally.sum = 100 * 3600
    tally.mean = 25 * 3600
    tally.m2 = 500 * 3600 * 3600
    tally.minimum = 10 * 3600
    tally.maximum = 40 * 3600
    tally.lost = [30 * hour]
    tally.pending = [50 * hour, 95 * hour]
    let path = SamplePath(replication: 0, warmup: 0, end: 100 * hour, cells: [], tallies: [tally], steps: 0, events: 0, stop: .reachedEnd)
    return Observations(tally, of: path, isDuration: true)
  }()

  func share(_ op: BinaryOperator, _ hours: Double) -> Observations.Share {
    Self.deliveries.compared({ Lifting.test(op)($0, hours * 3600) }, isOrder: true).share
  }

  @Test func lostAndOverdueAreMissedAndTheYoungLeftOut() {
    let within = share(.lessOrEqual, 24)
    #expect(within.share == 2.0 / 6)
    #expect(within.recorded == 4 && within.lost == 1 && within.overdue == 1 && within.leftOut == 1)
  }

  @Test func oppositeClaimsAddUpToOne() {
    for hours in [1.0, 4.9, 5, 5.1, 24, 39, 49.9, 50, 51, 200] {
      let within = share(.lessOrEqual, hours)
      let beyond = share(.greater, hours)
      #expect(abs((within.share ?? 0) + (beyond.share ?? 0) - 1) < 1e-15, "at \(hours) h")
      #expect(within.leftOut == beyond.leftOut)
    }
  }

  @Test func ageAtTheLimitDecides() {
    // Under way for exactly 50 h: it may still end at 50 h, so it isn't known to be late.
    #expect(share(.lessOrEqual, 50).leftOut == 2)
    #expect(share(.lessOrEqual, 49).leftOut == 1)
    #expect(share(.less, 50).leftOut == 1)
    #expect(share(.lessOrEqual, 5).leftOut == 1 && share(.lessOrEqual, 4).leftOut == 0)
  }

  @Test func boundsFollowArithmetic() {
    let doubled = Self.deliveries.map { $0 * 2 }.compared({ $0 <= 48 * 3600 }, isOrder: true).share
    #expect(doubled.share == 2.0 / 6 && doubled.leftOut == 1)
    let slack = Self.deliveries.map { 24 * 3600 - $0 }.compared({ $0 >= 0 }, isOrder: true).share
    #expect(slack.share == 2.0 / 6 && slack.leftOut == 1)
    // Of equality bounds say nothing, except of what was lost.
    let equal = Self.deliveries.compared({ $0 == 20 * 3600 }, isOrder: false).share
    #expect(equal.share == 1.0 / 5 && equal.leftOut == 2)
  }

  @Test func statisticsOfWhatWasObserved() throws {
    let seen = Self.deliveries
    #expect(seen.count == 4 && seen.mean == 25 * 3600 && seen.maximum == 40 * 3600)
    #expect(seen.quantile(0.5) == 90_000.0)
    #expect(abs(try #require(seen.deviation) - (500.0 / 3).squareRoot() * 3600) < 1e-9)
    #expect(Observations(values: [], times: [], from: 0, to: 1, end: 1).mean == nil)
    #expect(Observations(values: [], times: [], from: 0, to: 1, end: 1).share.share == nil)
  }

  @Test func windowsHoldEachObservationOnce() throws {
    let rate = Self.deliveries.rate(every: 20 * Self.hour, weight: 10)
    #expect(rate.values.map { $0 * 20 * 3600 } == [10, 10, 10, 10, 0])
    let means = Self.deliveries.averages(every: 40 * Self.hour)
    #expect(means.values == [15 * 3600, 35 * 3600])
    let first = try #require(Self.deliveries.during(0, 40 * Self.hour))
    #expect(first.values.count == 2 && first.censored.count == 1)
    #expect(Self.deliveries.during(0, 101 * Self.hour) == nil)
  }

  // MARK: Lifting

  let lifting = Lifting(span: Span(file: FileID(0), lower: 0, upper: 0))

  func sample(_ part: Observations, _ path: String = "m") -> SampleValue {
    SampleValue(parts: [part], path: path, categories: nil, weight: 1, lineage: Lineage())
  }

  @Test func samplesOfDifferentEntitiesDontCombine() {
    var other = Self.deliveries
    other.times = other.times.map { $0 + 1 }
    #expect(throws: EvaluationError.self) {
      try lifting.arithmetic(.add, .host(sample(Self.deliveries)), .host(sample(other, "n")))
    }
    var record = Self.deliveries
    record.summary?.count = 5
    #expect(throws: EvaluationError.self) { try lifting.map(.host(sample(record))) { $0 } }
  }

  @Test func bothConditionsOnOneMeasure() throws {
    let one = Value.host(sample(Self.deliveries))
    let e = TypedExpression(.unknown, .unknown, lifting.span)
    let late = try lifting.comparison(.greater, one, .number(15 * 3600), ClaimValue.Sides(left: e, right: e))
    let early = try lifting.comparison(.lessOrEqual, one, .number(45 * 3600), ClaimValue.Sides(left: e, right: e))
    guard case .host(let both as SampleValue) = try lifting.logic(isAnd: true, late, early, e, e) else {
      Issue.record("a condition on a sample should be one")
      return
    }
    // 20, 30 and 40 h; the lost and the one of 50 h miss the second; of the one of 5 h nothing is known.
    #expect(both.parts[0].share.share == 3.0 / 6)
    #expect(both.parts[0].share.leftOut == 1)
  }

  @Test func estimatesCombineReplicationByReplication() throws {
    let a = EstimateValue(values: [1, 2, nil], lineage: Lineage())
    let b = EstimateValue(values: [10, 0, 30], lineage: Lineage())
    guard case .host(let sum as EstimateValue) = try lifting.arithmetic(.add, .host(a), .host(b)),
      case .host(let ratio as EstimateValue) = try lifting.arithmetic(.divide, .host(a), .host(b))
    else {
      Issue.record("two estimates should make one")
      return
    }
    #expect(sum.values == [11, 2, nil])
    #expect(ratio.values == [0.1, nil, nil], "nothing to divide by is no data")
    #expect(sum.point == nil && a.halfWidth(level: 0.95) == nil)
    let short = EstimateValue(values: [1], lineage: Lineage())
    #expect(throws: EvaluationError.self) { try lifting.arithmetic(.add, .host(a), .host(short)) }
  }
}
