// Verdicts: by t intervals, by points, of parts, and never a pass without data.

import SoukLower
import SoukSema
import SoukStats
import SoukSyntax
import SoukText
import Testing

@testable import SoukScript

@Suite struct DecidingTests {
  static let e = TypedExpression(.unknown, .unknown, Span(file: FileID(0), lower: 0, upper: 0))

  func claim(_ values: [Double?], _ op: BinaryOperator, _ limit: Double) -> ClaimValue {
    .comparison(
      op, EstimateValue(values: values, lineage: Lineage()),
      EstimateValue(values: Array(repeating: limit, count: values.count), lineage: Lineage()), ClaimValue.Sides(left: Self.e, right: Self.e))
  }

  func verdict(_ claim: ClaimValue, _ confidence: Double = 0.95) -> Verdict { Deciding.decide(claim, confidence: confidence).verdict }

  @Test func intervalDecides() {
    // Mean 10, s 1, n 5: t(0.95, 4) = 2.132, half-width 0.953.
    let values: [Double?] = [9, 9.5, 10, 10.5, 11].map { 10 + ($0 - 10) * (1 / 0.7905694150420949) }
    #expect(verdict(claim(values, .less, 10.96)) == .holds)
    #expect(verdict(claim(values, .less, 10.94)) == .undecided)
    #expect(verdict(claim(values, .less, 9.06)) == .undecided)
    #expect(verdict(claim(values, .less, 9.04)) == .fails)
    #expect(verdict(claim(values, .less, 10.96), 0.99) == .undecided)
    #expect(verdict(.not(claim(values, .less, 10.96))) == .fails)
    #expect(verdict(claim(values, .equal, 9.9)) == .undecided)
    #expect(verdict(claim(values, .equal, 5)) == .fails)
    #expect(verdict(claim(values, .notEqual, 5)) == .holds)
  }

  @Test func oneReplicationIsDecidedByItsPoint() {
    #expect(verdict(claim([3], .less, 4)) == .holds)
    #expect(verdict(claim([4], .less, 4)) == .fails)
    #expect(verdict(claim([4], .lessOrEqual, 4)) == .holds)
    #expect(verdict(claim([4], .equal, 4)) == .holds)
  }

  @Test func noDataIsNeverAPass() {
    #expect(verdict(claim([nil], .less, 4)) == .noData)
    #expect(verdict(claim([1, 1.1, 0.9, nil], .less, 40)) == .noData)
    #expect(verdict(claim([], .less, 40)) == .noData)
    #expect(verdict(.not(claim([nil], .less, 4))) == .noData)
    #expect(verdict(.truth(EstimateValue(values: [1, nil], form: .truth, lineage: Lineage()), Self.e)) == .noData)
    #expect(verdict(.truth(EstimateValue(values: [], form: .truth, lineage: Lineage()), Self.e)) == .noData)
    #expect(verdict(.and(claim([3], .less, 4), claim([nil], .less, 4))) == .noData)
  }

  @Test func alwaysIsRefutedByOneReplication() {
    let always = EstimateValue(values: [1, 1, 0, 1], form: .truth, lineage: Lineage())
    let decision = Deciding.decide(.truth(always, Self.e), confidence: 0.95)
    #expect(decision.verdict == .fails && decision.leaf?.worst == 2)
    #expect(verdict(.truth(EstimateValue(values: [1, 1], form: .truth, lineage: Lineage()), Self.e)) == .holds)
  }

  @Test func partsJoinAsLogicDoes() {
    let (yes, no, open) = (claim([3], .less, 4), claim([5], .less, 4), claim([1, 2, 3], .less, 2.1))
    #expect(verdict(open) == .undecided)
    #expect(verdict(.and(yes, no)) == .fails && verdict(.or(yes, no)) == .holds)
    #expect(verdict(.and(yes, open)) == .undecided && verdict(.or(no, open)) == .undecided)
    #expect(verdict(.and(no, open)) == .fails && verdict(.or(yes, open)) == .holds)
    #expect(verdict(.not(.and(yes, no))) == .holds && verdict(.not(.or(yes, no))) == .fails)
  }

  @Test func worstReplicationIsNamed() {
    let decision = Deciding.decide(claim([1, 9, 5], .less, 4), confidence: 0.95)
    #expect(decision.leaf?.worst == 1)
    #expect(Deciding.decide(claim([1, 2, 3], .less, 4), confidence: 0.95).leaf?.worst == nil)
  }

  @Test func withinIsTwoSided() {
    func within(_ values: [Double?], _ b: Double, _ tolerance: Double) -> Verdict {
      verdict(
        .within(
          EstimateValue(values: values, lineage: Lineage()), EstimateValue(values: values.map { _ in b }, lineage: Lineage()), tolerance: .share(tolerance),
          ClaimValue.Sides(left: Self.e, right: Self.e)))
    }
    #expect(within([101], 100, 0.02) == .holds && within([98], 100, 0.02) == .holds)
    #expect(within([103], 100, 0.02) == .fails && within([97], 100, 0.02) == .fails)
    #expect(within([100, 100.1, 99.9, 100], 100, 0.02) == .holds)
  }
}
