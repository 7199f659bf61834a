// Single long runs and stopping rules: batch means, MSER-5, the precision stop, selection of the best.
import SoukNumerics
import SoukStats
import Testing

@Suite struct BatchTests {
  /// y_i = 5 + φ (y_{i-1} - 5) + e_i from its steady state.
  func autoregressive(_ n: Int, phi: Double, _ draws: inout Draws) -> [Double] {
    var y = draws.normal() / (1 - phi * phi).squareRoot()
    return (0..<n).map { _ in
      defer { y = phi * y + draws.normal() }
      return 5 + y
    }
  }

  /// output-ar1-variance: the variance of the mean of 1,000 values is 0.0990526; treating them as independent gives 1/19 of it.
  @Test func batchMeansLandNearTheTrueVariance() {
    var draws = Draws("ar1")
    let runs = longTests ? 2_000 : 150
    var batches = Moments()
    var naive = Moments()
    var means = Moments()
    for _ in 0..<runs {
      let values = autoregressive(1000, phi: 0.9, &draws)
      batches.add(BatchMeans.overlappingVariance(values, batchSize: 100))
      let moments = Moments(values)
      naive.add(moments.variance / 1000)
      means.add(moments.mean)
    }
    let exact = 0.0990526315789
    #expect(abs(means.variance / exact - 1) <= 4 * (2 / Double(runs)).squareRoot())
    // Batches of 100 keep all but about a sixth of the correlation.
    #expect(batches.mean / exact > 0.7 && batches.mean / exact < 1.05)
    #expect(naive.mean / exact < 0.08)
  }

  @Test func correlatedBatchesAreNoticed() {
    var draws = Draws("batches")
    let slow = BatchMeans.analyze(autoregressive(3000, phi: 0.995, &draws), level: 0.95)
    #expect(slow?.isIndependent == false)
    #expect(slow?.interval.approximate == true)
    let fast = BatchMeans.analyze(autoregressive(30_000, phi: 0.5, &draws), level: 0.99)
    #expect(fast?.isIndependent == true)
    #expect(fast?.batchSize == 1000)
    #expect(fast?.interval.contains(5) == true)
    #expect(BatchMeans.analyze([1, 2, 3], level: 0.95) == nil)
    #expect(BatchMeans.lagOne([1, 1, 1]) == 0)
    #expect(isNear(BatchMeans.lagOne([1, -1, 1, -1]), -0.75, 1e-15))
  }

  @Test func overlappingVarianceOfBatchesOfOneIsTheClassicOne() {
    let values: [Double] = [3, 1, 4, 1, 5, 9, 2, 6]
    #expect(isNear(BatchMeans.overlappingVariance(values, batchSize: 1), Moments(values).variance / 8, 1e-14))
  }

  @Test func collectorDoublesItsBatches() {
    var collector = BatchCollector()
    for value in 0..<240 { collector.add(Double(value)) }
    #expect(collector.batchSize == 8)
    #expect(collector.means.count == 30)
    #expect(collector.means.first == 3.5)
    #expect(collector.means.last == 235.5)
    #expect(collector.analyze(level: 0.95)?.isIndependent == false)
  }
}

@Suite struct WarmUpTests {
  @Test func cutsTheTransient() {
    var draws = Draws("mser")
    let values = (0..<1000).map { index in draws.normal() + (index < 100 ? 10 : 0) }
    let cut = WarmUp.mser5(values)
    #expect(cut?.dropped == 100)
    #expect(cut?.isTooShort == false)
  }

  /// The definition, evaluated directly.
  @Test func equalsTheDefinition() {
    var draws = Draws("mser definition")
    for _ in 0..<20 {
      let values = (0..<200).map { index in draws.normal() + 20 / Double(index + 1) }
      let means = (0..<40).map { batch in values[batch * 5..<batch * 5 + 5].reduce(0, +) / 5 }
      let scores = (0...20).map { d in
        let rest = Moments(means[d...])
        return rest.m2 / Double((40 - d) * (40 - d))
      }
      let best = scores.indices.min { scores[$0] < scores[$1] } ?? 0
      #expect(WarmUp.mser5(values)?.dropped == best * 5)
    }
  }

  @Test func saysWhenTheRunIsTooShort() {
    let rising = (0..<200).map { Double($0) }
    #expect(WarmUp.mser5(rising)?.isTooShort == true)
    #expect(WarmUp.mser5([Double](repeating: 3, count: 100))?.dropped == 0)
    #expect(WarmUp.mser5([1, 2, 3]) == nil)
  }
}

@Suite struct PrecisionStopTests {
  @Test func looksGrowByHalfAndErrorsSumToAlpha() {
    let rule = PrecisionStop(relativeHalfWidth: 0.02, level: 0.95, cap: 150)
    #expect((1...8).map { rule.replications(atLook: $0) } == [20, 30, 45, 68, 102, 150, 150, 150])
    let total = (1...100_000).map { 1 - rule.level(atLook: $0) }.reduce(0, +)
    #expect(isNear(total, 0.05, 1e-6))
  }

  /// The interval at the stop still covers: normal values, mean 10, sd 1, 2 % at 90 %.
  @Test func coversInSpiteOfLooking() {
    var draws = Draws("precision")
    let sessions = longTests ? 5_000 : 250
    let rule = PrecisionStop(relativeHalfWidth: 0.02, level: 0.9, cap: 10_000)
    var missed = 0
    for _ in 0..<sessions {
      var moments = Moments()
      var look = 1
      var target = rule.replications(atLook: 1)
      stopping: while true {
        while moments.n < target { moments.add(10 + draws.normal()) }
        switch rule.decide(moments, look: look) {
        case .stop(let interval):
          if !interval.contains(10) { missed += 1 }
          #expect(interval.halfWidth <= 0.02 * moments.mean)
          break stopping
        case .goOn(let replications):
          look += 1
          target = replications
        case .capped:
          Issue.record("the cap was not to be reached")
          break stopping
        }
      }
    }
    #expect(isCredible(missed, of: sessions, atMost: 0.1))
  }

  @Test func reportsTheCap() {
    let rule = PrecisionStop(relativeHalfWidth: 0.001, level: 0.95, cap: 20)
    let moments = Moments((0..<20).map { Double($0) })
    guard case .capped(let interval) = rule.decide(moments, look: 1) else {
      Issue.record("expected the cap")
      return
    }
    #expect(interval.n == 20)
    // The second look pays for the first: an error of 0.05 / 6.
    guard case .capped(let second) = rule.decide(moments, look: 2) else {
      Issue.record("expected the cap")
      return
    }
    #expect(isNear(second.level, 1 - 0.05 / 6, 1e-15))
    #expect(second.halfWidth > interval.halfWidth)
  }
}

@Suite struct SelectionTests {
  /// Five systems, the best δ above the others: chosen rightly in at least 95 % of sessions.
  @Test func findsTheBest() {
    var draws = Draws("kn")
    let sessions = longTests ? 1_000 : 60
    var right = 0
    var replications = 0.0
    for _ in 0..<sessions {
      let means = [0.0, 0, 1, 0, 0]
      let first = means.map { mean in (0..<20).map { _ in mean + 4 * draws.normal() } }
      var selection = KimNelson(firstStage: first, indifference: 1, alpha: 0.05)
      while selection.best == nil { selection.add(selection.survivors.map { means[$0] + 4 * draws.normal() }) }
      if selection.best == 2 { right += 1 }
      replications += Double(selection.replications) / Double(sessions)
    }
    #expect(isCredible(sessions - right, of: sessions, atMost: 0.05))
    #expect(replications > 60)
  }
}
