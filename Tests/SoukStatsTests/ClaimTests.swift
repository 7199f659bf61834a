// Claims on one number a replication: the verdicts, their evidence, and how often they are wrong.
import SoukNumerics
import SoukStats
import Testing

@Suite struct ClaimTests {
  @Test func decidesByTheOneSidedInterval() {
    let values = [10.0, 11, 12, 13, 14]
    // s = √2.5, t(4, 0.95) = 2.131846786: half-width 1.507443…
    let evidence = Claim.decide(values: values, limit: 10, .atLeast, confidence: 0.95)
    #expect(evidence.verdict == .holds)
    #expect(evidence.observed == 12)
    #expect(isNear(evidence.margin, 2, 1e-15))
    #expect(isNear(evidence.halfWidth, 2.131846786326649 * (0.5).squareRoot(), 1e-12))
    #expect(evidence.n == 5 && evidence.missing == 0 && !evidence.singleReplication)
    #expect(Claim.decide(values: values, limit: 11, .atLeast, confidence: 0.95).verdict == .undecided)
    #expect(Claim.decide(values: values, limit: 14, .atLeast, confidence: 0.95).verdict == .fails)
    #expect(Claim.decide(values: values, limit: 14, .atMost, confidence: 0.95).verdict == .holds)
    #expect(Claim.decide(values: values, limit: 10, .lessThan, confidence: 0.95).verdict == .fails)
    #expect(Claim.decide(values: values, limit: 10, .moreThan, confidence: 0.9999).verdict == .undecided)
  }

  @Test func undecidedSaysHowManyWouldDecide() {
    let evidence = Claim.decide(values: [10, 11, 12, 13, 14], limit: 11.5, .atLeast, confidence: 0.95)
    #expect(evidence.verdict == .undecided)
    #expect(evidence.replicationsToDecide == 46)  // 5 (1.5074 / 0.5)², rounded up
    #expect(evidence.firstViolation == 0)
    #expect(Claim.decide(values: [1, 2], limit: 1.5, .atLeast, confidence: 0.95).replicationsToDecide == nil)
  }

  @Test func oneReplicationIsDecidedByItsPoint() {
    let evidence = Claim.decide(values: [3], limit: 3, .atLeast, confidence: 0.99)
    #expect(evidence.verdict == .holds)
    #expect(evidence.singleReplication)
    #expect(Claim.decide(values: [3], limit: 3, .moreThan, confidence: 0.99).verdict == .fails)
    #expect(Claim.decide(values: [3], limit: 2, .atMost, confidence: 0.99).verdict == .fails)
  }

  @Test func equalValuesFollowTheSign() {
    let same = [0.3, 0.3, 0.3]
    #expect(Claim.decide(values: same, limit: 0.3, .atMost, confidence: 0.99).verdict == .holds)
    #expect(Claim.decide(values: same, limit: 0.3, .lessThan, confidence: 0.99).verdict == .fails)
    #expect(Claim.decide(values: same, limit: 0.2, .lessThan, confidence: 0.99).verdict == .fails)
    #expect(Claim.decide(values: same, limit: 0.2, .atLeast, confidence: 0.99).halfWidth == 0)
    let unbounded = [Double.infinity, .infinity]
    #expect(Claim.decide(values: unbounded, limit: 5, .atLeast, confidence: 0.99).verdict == .holds)
    #expect(Claim.decide(values: [.infinity, 1], limit: 5, .atMost, confidence: 0.99).verdict == .undecided)
    #expect(Claim.decide(values: [1], limit: 5, .atMost, confidence: 1).verdict == .error)
  }

  @Test func noDataIsNeverAPass() {
    #expect(Claim.decide(values: [], limit: 0, .atLeast, confidence: 0.99).verdict == .noData)
    #expect(Claim.decide(values: [.nan, .nan], limit: 0, .atLeast, confidence: 0.99).verdict == .noData)
    let partly = Claim.decide(values: [5, 5, .nan], limit: 0, .atLeast, confidence: 0.99)
    #expect(partly.verdict == .noData)
    #expect(partly.missing == 1 && partly.n == 2)
    #expect(Claim.decide(values: [5, 5, .nan], limit: 9, .atLeast, confidence: 0.99).verdict == .fails)
    #expect(Claim.decide(successes: 0, trials: 0, share: 0.5, .atLeast, confidence: 0.99).verdict == .noData)
  }

  /// Fixed n = 1,000, 95 % at 99 %: holds from 966, fails to 932.
  @Test func sharesOfRunsAreDecidedExactly() {
    func verdict(_ k: Int) -> Verdict {
      Claim.decide(successes: k, trials: 1000, share: 0.95, .atLeast, confidence: 0.99).verdict
    }
    #expect(verdict(966) == .holds)
    #expect(verdict(965) == .undecided)
    #expect(verdict(933) == .undecided)
    #expect(verdict(932) == .fails)
    #expect(Claim.decide(successes: 932, trials: 1000, share: 0.95, .lessThan, confidence: 0.99).verdict == .holds)
    #expect(Claim.decide(successes: 966, trials: 1000, share: 0.95, .lessThan, confidence: 0.99).verdict == .fails)
  }

  @Test func withinToleranceTestsBothSides() {
    let b = [100.0, 101, 99, 100, 100, 102, 98, 100]
    let near = zip(b, [0.1, -0.1, 0.2, -0.2, 0, 0.1, -0.1, 0]).map { $0 + $1 }
    #expect(Claim.decideWithin(near, of: b, tolerance: .share(0.02), confidence: 0.99).verdict == .holds)
    #expect(Claim.decideWithin(near.map { $0 * 1.1 }, of: b, tolerance: .share(0.02), confidence: 0.99).verdict == .fails)
    #expect(Claim.decideWithin(near.map { $0 * 0.9 }, of: b, tolerance: .share(0.02), confidence: 0.99).verdict == .fails)
    #expect(Claim.decideWithin(near.map { $0 * 1.0201 }, of: b, tolerance: .share(0.02), confidence: 0.99).verdict == .undecided)
    #expect(Claim.decideWithin([2], of: [2], tolerance: .share(0), confidence: 0.99).verdict == .holds)
    #expect(Claim.decideWithin([2], of: [2.1], tolerance: .share(0.01), confidence: 0.99).verdict == .fails)
    #expect(Claim.decideWithin([-98], of: [-100], tolerance: .share(0.02), confidence: 0.99).verdict == .holds)
    #expect(Claim.decideWithin([.nan], of: [1], tolerance: .share(0.1), confidence: 0.99).verdict == .noData)
    // An amount is held against the difference of the means, however much single replications differ.
    let (noisy, still) = ([90.0, 110, 95, 105, 92, 108, 99, 101], [Double](repeating: 100, count: 8))
    #expect(Claim.decideWithin(noisy, of: still, tolerance: .amount(8), confidence: 0.95).verdict == .holds)
    #expect(Claim.decideWithin(noisy, of: still, tolerance: .amount(1), confidence: 0.95).verdict == .undecided)
    #expect(Claim.decideWithin(noisy.map { $0 + 30 }, of: still, tolerance: .amount(8), confidence: 0.95).verdict == .fails)
    let evidence = Claim.decideWithin(near, of: b, tolerance: .share(0.02), confidence: 0.99)
    #expect(isNear(evidence.margin, 2, 0.05))
    #expect(evidence.firstViolation == nil)
  }

  /// Normal values whose mean is exactly the limit: each wrong verdict in at most 5 % of checks, and close to it.
  @Test(arguments: [2, 5, 20])
  func wrongVerdictsStayWithinTheirChance(replications: Int) {
    var draws = Draws("claims.\(replications)")
    let checks = longTests ? 50_000 : 2_000
    var count = (holds: 0, fails: 0)
    for _ in 0..<checks {
      let values = (0..<replications).map { _ in 7 + 2 * draws.normal() }
      switch Claim.decide(values: values, limit: 7, .atMost, confidence: 0.95).verdict {
      case .holds: count.holds += 1
      case .fails: count.fails += 1
      default: break
      }
    }
    #expect(isCredible(count.holds, of: checks, at: 0.05))
    #expect(isCredible(count.fails, of: checks, at: 0.05))
  }

  /// Exponential values are skewed: most small samples must be flagged, and hardly any large one of a symmetric law.
  @Test func skewIsFlagged() {
    var draws = Draws("skew")
    var flagged = (skewed: 0, symmetric: 0)
    for _ in 0..<200 {
      let skewed = (0..<20).map { _ in Elementary.exp(1.5 * draws.normal()) }
      let symmetric = (0..<50).map { _ in draws.uniform() }
      if Claim.decide(values: skewed, limit: 1, .atLeast, confidence: 0.95).approximate { flagged.skewed += 1 }
      if Claim.decide(values: symmetric, limit: 1, .atLeast, confidence: 0.95).approximate { flagged.symmetric += 1 }
    }
    #expect(flagged.skewed > 150)
    #expect(flagged.symmetric < 5)
  }
}
