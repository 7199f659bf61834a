// Verdicts that may be looked at after every run: values of the evidence, and exact operating characteristics.
//
// The verdict depends on (runs, successes) only, so for each number of runs it is given by two bounds on the successes, and the
// chance of every outcome follows from dynamic programming over the states in between: no simulation, no noise.
import Glibc
import SoukNumerics
import SoukStats
import Testing

/// For n = 0, 1, …: `fails` at or under `low`, `holds` at or over `high`.
struct Boundary {
  var low: [Int] = []
  var high: [Int] = []

  /// Walks the monotone bounds up; each look costs a few evaluations.
  init(cap: Int, failsAt: (Int, Int) -> Bool, holdsAt: (Int, Int) -> Bool) {
    var l = -1
    var h = 0
    for n in 0...cap {
      while l + 1 <= n && failsAt(l + 1, n) { l += 1 }
      while h <= n && !holdsAt(h, n) { h += 1 }
      low.append(l)
      high.append(h)
    }
  }

  /// The chances of `holds` and `fails`, and the mean number of runs, at a true share.
  func characteristic(_ share: Double, looks: (Int) -> Bool = { _ in true }) -> (holds: Double, fails: Double, runs: Double) {
    let cap = low.count - 1
    var chance = [Double](repeating: 0, count: cap + 2)
    chance[0] = 1
    var (from, to) = (0, 0)
    var result = (holds: 0.0, fails: 0.0, runs: 0.0)
    for n in 1...cap {
      result.runs += chance[from...to].reduce(0, +)
      var k = to + 1
      while k > from {
        chance[k] = chance[k] * (1 - share) + chance[k - 1] * share
        k -= 1
      }
      chance[from] *= 1 - share
      to += 1
      guard looks(n) else { continue }
      while from <= to && from <= low[n] {
        result.fails += chance[from]
        chance[from] = 0
        from += 1
      }
      while to >= from && to >= high[n] {
        result.holds += chance[to]
        chance[to] = 0
        to -= 1
      }
    }
    return result
  }
}

@Suite struct EProcessTests {
  @Test(arguments: [
    (972, 4.67828954724, -4.28890009191), (950, -1.82699129588, -2.7868227014), (930, -3.17735598837, 1.7591484033),
  ])
  func evidenceMatches(successes: Int, above: Double, below: Double) {  // check-e-process
    var process = MixtureEProcess(share: 0.95, alpha: 0.01)
    process.add(successes: successes, trials: 1000)
    #expect(isNear(process.logEvidenceAbove, above, 1e-8 * max(1, abs(above))))
    #expect(isNear(process.logEvidenceBelow, below, 1e-8 * max(1, abs(below))))
    // Mirrored: the claim share >= 0.05 on the failures.
    var mirrored = MixtureEProcess(share: 1 - 0.95, alpha: 0.01)
    mirrored.add(successes: 1000 - successes, trials: 1000)
    #expect(isNear(mirrored.logEvidenceBelow, above, 1e-8 * max(1, abs(above))))
    #expect(isNear(mirrored.logEvidenceAbove, below, 1e-8 * max(1, abs(below))))
  }

  @Test func evidenceOfNothingIsNone() {
    var process = MixtureEProcess(share: 0.7, alpha: 0.01)
    #expect(process.verdict == .noData)
    process.add(success: true)
    #expect(process.verdict == .undecided)
    // One success: the averages of q / p over (0.7, 1) and (0, 0.7).
    #expect(isNear(process.logEvidenceAbove, Glibc.log(0.85 / 0.7), 1e-13))
    #expect(isNear(process.logEvidenceBelow, Glibc.log(0.35 / 0.7), 1e-13))
  }

  @Test func evidenceStaysFiniteFarOut() {
    var process = MixtureEProcess(share: 0.95, alpha: 0.01)
    process.add(successes: 0, trials: 100_000)
    #expect(process.logEvidenceBelow.isFinite && process.logEvidenceBelow > 10_000)
    #expect(process.logEvidenceAbove.isFinite && process.logEvidenceAbove < -5)
    #expect(process.verdict == .fails)
    process = MixtureEProcess(share: 0.95, alpha: 0.01)
    process.add(successes: 100_000, trials: 100_000)
    #expect(process.verdict == .holds)
    #expect(process.logEvidenceBelow.isFinite)
  }

  /// The operating characteristic at true shares 0.93 … 0.98, cap 10,000, to the digits of the case (check-e-process).
  @Test func operatingCharacteristicMatches() {
    func verdict(_ k: Int, _ n: Int) -> Verdict {
      var process = MixtureEProcess(share: 0.95, alpha: 0.01)
      process.add(successes: k, trials: n)
      return process.verdict
    }
    let boundary = Boundary(
      cap: 10_000, failsAt: { verdict($0, $1) == .fails }, holdsAt: { verdict($0, $1) == .holds })
    let expected: [(share: Double, holds: Double, fails: Double, runs: Double)] = [
      (0.93, 0.000155967702243, 0.99984246734, 1640.99456201), (0.94, 0.000813578386937, 0.777114626326, 6217.55852192),
      (0.95, 0.00850570125932, 0.0070641366532, 9858.52731911), (0.96, 0.912558839161, 0.000827426635635, 5007.78699406),
      (0.97, 0.999898798236, 0.000101201760581, 1096.50023684), (0.98, 0.999993007962, 6.9920378627e-06, 430.535988425),
    ]
    for row in expected {
      let result = boundary.characteristic(row.share)
      #expect(isNear(result.holds, row.holds, 1e-9), "holds at \(row.share)")
      #expect(isNear(result.fails, row.fails, 1e-9), "fails at \(row.share)")
      #expect(isNear(result.runs, row.runs, 1e-4), "runs at \(row.share)")
    }
  }

  /// The bound must hold for other claims and errors too, at the worst point: the share equal to the limit.
  @Test(arguments: [(0.5, 0.01), (0.9, 0.05), (0.2, 0.02), (0.99, 0.001), (0.7, 0.1)])
  func wrongVerdictsStayBelowAlpha(share: Double, alpha: Double) {
    func verdict(_ k: Int, _ n: Int) -> Verdict {
      var process = MixtureEProcess(share: share, alpha: alpha)
      process.add(successes: k, trials: n)
      return process.verdict
    }
    let boundary = Boundary(
      cap: longTests ? 10_000 : 1_500, failsAt: { verdict($0, $1) == .fails }, holdsAt: { verdict($0, $1) == .holds })
    let result = boundary.characteristic(share)
    #expect(result.holds <= alpha && result.fails <= alpha)
    #expect(result.holds > alpha / 1000 && result.fails > alpha / 1000)
  }
}

@Suite struct SequenceTests {
  @Test func shareSequenceMatches() {  // check-confidence-sequence
    let rows: [(k: Int, n: Int, low: Double, high: Double)] = [
      (480, 500, 0.913450555524, 0.986263585766), (972, 1000, 0.944119044102, 0.988760617965),
      (9700, 10000, 0.961709614368, 0.977031181094),
    ]
    for row in rows {
      let interval = ShareSequence.interval(successes: row.k, trials: row.n, alpha: 0.01)
      #expect(isNear(interval.low, row.low, 9e-9))
      #expect(isNear(interval.high, row.high, 9e-9))
    }
    #expect(ShareSequence.interval(successes: 0, trials: 10, alpha: 0.05).low == 0)
    #expect(ShareSequence.interval(successes: 10, trials: 10, alpha: 0.05).high == 1)
  }

  @Test func normalMixtureMatches() {  // check-confidence-sequence
    let r100 = NormalMixtureSequence.radius(n: 100, standardDeviation: 1, rhoSquared: 0.1, alpha: 0.05)
    let r10000 = NormalMixtureSequence.radius(n: 10_000, standardDeviation: 1, rhoSquared: 0.1, alpha: 0.05)
    #expect(isNear(r100, 0.303781102143, 3.1e-9))
    #expect(isNear(r10000, 0.0359348292688, 3.6e-10))
    // The advice on ρ²: no other is visibly better at that n.
    let best = NormalMixtureSequence.rhoSquared(tightestAt: 400, alpha: 0.01)
    let radius = { NormalMixtureSequence.radius(n: 400, standardDeviation: 1, rhoSquared: $0, alpha: 0.01) }
    #expect(radius(best) < radius(best * 2) && radius(best) < radius(best / 2))
    #expect(NormalMixtureSequence.interval(Moments([1, 2, 3]), tightestAt: 100, alpha: 0.05).halfWidth == .infinity)
  }

  @Test func bettingCapitalMatches() {  // check-confidence-sequence
    var capital = BettingCapital(mean: 0.5)
    for value in [0.9, 0.7, 1, 0.2, 0.8, 0.95, 0.6, 0.85] { capital.bet(1.5, on: value) }
    #expect(isNear(capital.capital, 8.52735946562, 8.6e-8))
  }

  /// Normal values whose mean is 0: the sequence may ever exclude it in at most 5 % of sessions.
  @Test func normalMixtureCoversAtEveryLook() {
    var draws = Draws("normal mixture")
    let sessions = longTests ? 4_000 : 300
    var excluded = 0
    let rho = NormalMixtureSequence.rhoSquared(tightestAt: 100, alpha: 0.05)
    for _ in 0..<sessions {
      var sum = 0.0
      var wrong = false
      for n in 1...300 {
        sum += draws.normal()
        if abs(sum / Double(n)) > NormalMixtureSequence.radius(n: n, standardDeviation: 1, rhoSquared: rho, alpha: 0.05) {
          wrong = true
        }
      }
      if wrong { excluded += 1 }
    }
    #expect(isCredible(excluded, of: sessions, atMost: 0.05))
    #expect(excluded > 0)
  }

  /// Three values by hand: bets √(2 log 20 / (σ² t log(1 + t))), at most ½ over the mean.
  @Test func bettingFollowsItsFormula() {
    var test = BettingTest(mean: 0.1, alpha: 0.05)
    for value in [0.0, 1, 0.5] { test.add(value) }
    let l = 2 * Glibc.log(20.0)
    // Centers ½, ¼, ½; sums of squares with the first ¼: ¼, ½, 17/16. The first bet meets its limit.
    let first = 5.0
    let second = Glibc.sqrt(l / (0.5 * Glibc.log(3.0)))
    let third = Glibc.sqrt(l / (1.0625 * Glibc.log(4.0)))
    let above = Glibc.log(1 - 0.1 * first) + Glibc.log(1 + 0.9 * second) + Glibc.log(1 + 0.4 * third)
    #expect(isNear(test.logEvidenceAbove, above, 1e-12))
    let cap = 0.5 / 0.9
    let below = Glibc.log(1 + 0.1 * cap) + Glibc.log(1 - 0.9 * cap) + Glibc.log(1 - 0.4 * cap)
    #expect(isNear(test.logEvidenceBelow, below, 1e-12))
  }

  /// Values with mean exactly at the claim: each wrong verdict at most α; values clearly off are decided rightly.
  @Test func bettingKeepsItsErrorAndFindsTheTruth() {
    var draws = Draws("betting")
    let sessions = longTests ? 4_000 : 200
    var wrong = (holds: 0, fails: 0)
    for _ in 0..<sessions {
      // 1 or uniform, each half of the time: the mean is ¾.
      var test = BettingTest(mean: 0.75, alpha: 0.05)
      for _ in 0..<400 where test.verdict != .holds && test.verdict != .fails {
        test.add(draws.uniform() < 0.5 ? 1 : draws.uniform())
      }
      if test.verdict == .holds { wrong.holds += 1 }
      if test.verdict == .fails { wrong.fails += 1 }
    }
    #expect(isCredible(wrong.holds, of: sessions, atMost: 0.05))
    #expect(isCredible(wrong.fails, of: sessions, atMost: 0.05))
    var sure = BettingTest(mean: 0.9, alpha: 0.01)
    for _ in 0..<400 { sure.add(0.95 + 0.05 * draws.uniform()) }
    #expect(sure.verdict == .holds)
    var low = BettingTest(mean: 0.9, alpha: 0.01)
    for _ in 0..<400 { low.add(0.7 + 0.1 * draws.uniform()) }
    #expect(low.verdict == .fails)
  }
}

@Suite struct BoundsTests {
  @Test func clopperPearsonMatches() {  // check-clopper-pearson
    #expect(isNear(ClopperPearson.lower(successes: 972, trials: 1000, confidence: 0.99), 0.957347251121, 9.6e-9))
    #expect(isNear(ClopperPearson.upper(successes: 930, trials: 1000, confidence: 0.99), 0.947530284302, 9.5e-9))
    #expect(isNear(ClopperPearson.interval(successes: 30, trials: 30, level: 0.95).low, 0.884296691778, 8.9e-9))
    #expect(isNear(ClopperPearson.upper(successes: 0, trials: 300, confidence: 0.95), 0.00993608194446, 1e-10))
    let two = ClopperPearson.interval(successes: 475, trials: 500, level: 0.95)
    #expect(isNear(two.low, 0.92707237835, 9.3e-9))
    #expect(isNear(two.high, 0.967384819851, 9.7e-9))
    #expect(Hoeffding.trials(halfWidth: 0.05, level: 0.95) == 738)
    #expect(isNear(Hoeffding.halfWidth(trials: 738, level: 0.95), 0.05, 1e-4))
  }

  /// What peeking costs (check-peeking): the naive interval against the sequence, exactly.
  @Test func peekingCosts() {
    let p = 0.95
    let naive = Boundary(
      cap: 10_000, failsAt: { k, n in n >= 10 && BinomialLaw.cdf(k, trials: n, probability: p) <= 0.005 },
      holdsAt: { k, n in n >= 10 && IncompleteBeta.regularized(Double(max(k, 1)), Double(n - k) + 1, p) <= 0.005 && k > 0 })
    let all = naive.characteristic(p)
    #expect(isNear(all.holds + all.fails, 0.140483031132, 1e-8))
    #expect(isNear(all.fails, 0.0750981881086, 1e-8))
    let hundreds = naive.characteristic(p) { $0.isMultiple(of: 100) }
    #expect(isNear(hundreds.holds + hundreds.fails, 0.0886691760801, 1e-8))
    let short = naive.characteristic(p) { $0 <= 1000 }
    #expect(isNear(short.holds + short.fails, 0.0762035300823, 1e-8))
    let sequence = Boundary(
      cap: 10_000,
      failsAt: { k, n in
        n >= 10 && Double(k) < p * Double(n) && ShareSequence.excludes(p, successes: k, trials: n, alpha: 0.01)
      },
      holdsAt: { k, n in
        n >= 10 && Double(k) > p * Double(n) && ShareSequence.excludes(p, successes: k, trials: n, alpha: 0.01)
      })
    let valid = sequence.characteristic(p)
    #expect(isNear(valid.holds + valid.fails, 0.00263039062131, 1e-9))
  }

  /// Wald's test at ±1 point about 0.95, α = 1 %: 558 runs at 0.97, and a guess at 0.95.
  @Test func waldNeedsFewRunsAndGuessesInside() {
    var draws = Draws("wald")
    let sessions = longTests ? 10_000 : 400
    var runs = Moments()
    for _ in 0..<sessions {
      var test = SequentialRatioTest(share: 0.95, indifference: 0.01, alpha: 0.01)
      while test.verdict != .holds && test.verdict != .fails { test.add(success: draws.uniform() < 0.97) }
      runs.add(Double(test.trials))
    }
    #expect(abs(runs.mean - 558) <= 4 * runs.standardError + 1)
  }
}
