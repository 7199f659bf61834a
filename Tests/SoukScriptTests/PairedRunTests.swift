// `compare`: the difference of two runs replication by replication, held against runs by themselves, hand-computed intervals and known
// differences; and of two paused simulations since they parted.

import SoukReport
import SoukStats
import Testing

@testable import SoukScript

@Suite struct PairedRunTests {
  static let shop = """
    unit order
    table Desks(key name: Text, staff: Count) {
      "north", 1
      "south", 2
    }
    model Shop {
      param clerks = 1
      param pace = 1 min
      param tip = 2 CNY
      source people { rate: 50 order/h, journey: visit }
      station till  { servers: clerks, service: exponential(mean: pace) }
      station desk[d in Desks] { servers: d.staff, service: 20 s }
      station door  { servers: 3, service: 5 s }
      counter sold { of: order }
      account purse { of: CNY }
      account bank { of: CNY, initial: 1M CNY }
      measure spell { of: Time }
      gauge inside
      let waiting = till.queue + desk["north"].queue
      journey visit {
        add inside: 1
        use door
        let desk_name = if happens(50%) { Desks["north"] } else { Desks["south"] }
        use desk[desk_name]
        time spell {
          use till patience 5 min else {
            add inside: -1
            leave as "gone"
          }
        }
        transfer tip from bank to purse
        count sold
        add inside: -1
        leave as "served"
      }
    }

    """

  /// The three numbers a replication of each, and the interval by hand: mean ± t(0.975, n - 1) · s / √n, t from a table.
  @Test func theIntervalIsThatOfThePairedDifferences() throws {
    let run = try execute(
      Self.shop + """
        let effect = compare Shop(clerks: 2) to Shop { span: 5 h, replications: 10, seed: 4 }
        let a = run Shop(clerks: 2) { span: 5 h, replications: 10, seed: 4 }
        let b = run Shop { span: 5 h, replications: 10, seed: 4 }
        let x = mean(effect.spell)
        let p = mean(a.spell)
        let q = mean(b.spell)
        """)
    let (x, p, q) = (try #require(run.value("x") as? EstimateValue), try #require(run.value("p") as? EstimateValue), try #require(run.value("q") as? EstimateValue))
    let differences = zip(p.values, q.values).map { ($0 ?? .nan) - ($1 ?? .nan) }
    #expect(x.values == differences.map { $0 })
    let mean = differences.reduce(0, +) / 10
    let variance = differences.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 9
    #expect(abs((x.point ?? .nan) - mean) < 1e-9)
    #expect(abs((x.halfWidth(level: 0.95) ?? .nan) - 2.262157 * (variance / 10).squareRoot()) < 1e-4)
    // The luck that both share is gone: that of each alone is far larger.
    #expect((x.halfWidth(level: 0.95) ?? .nan) > 0)
  }

  /// Of every function and way through the results: f(effect.x) is f(A.x) - f(B.x).
  @Test func everyStatisticIsSubtracted() throws {
    let statistics = [
      "mean(@.spell)", "p95(@.till.wait)", "quantile(@.visit.time, 80%)", "sd(@.till.wait)", "max(@.till.queue)", "min(@.inside)", "last(@.sold)",
      "last(@.purse)", "count(@.till.wait)", "sum(@.till.wait)", "share(@.till.wait <= 1 min)", "share(@.till.queue > 2)", "duration(@.till.queue > 2)",
      "count(@.till.queue > 2)", "integral(@.till.busy)", "@.till.utilisation", "max(rate(@.sold, every: 30 min))", "mean(series(@.till.queue, every: 10 min))",
      "mean(@.till.queue during 1 h..2 h)", "mean(@.till.wait during 1 h..2 h)", "@.till.queue at 3 h", "mean(@.desk[\"north\"].wait)", "max(@.waiting)",
      "share(@.visit.outcome == \"gone\")", "mean(@.till.queue + @.inside)", "mean(@.till.wait to h)", "last(cumulative(@.till.queue))", "-mean(@.spell)",
      "mean(@.spell) / mean(@.visit.time)", "max(mean(@.spell), mean(@.visit.time))", "sum(mean(@.desk[d].wait) for d in Desks)", "mean(abs(@.inside - 3))",
      "value(mean(@.spell)) * 1",
    ]
    var script = Self.shop + """
      let effect = compare Shop(clerks: 2, pace: 50 s) to Shop { span: 4 h, replications: 6, seed: 9, warmup: 10 min }
      let a = run Shop(clerks: 2, pace: 50 s) { span: 4 h, replications: 6, seed: 9, warmup: 10 min }
      let b = run Shop { span: 4 h, replications: 6, seed: 9, warmup: 10 min }

      """
    for (index, text) in statistics.enumerated() {
      func of(_ name: String) -> String { text.replacing("@", with: name) }
      // Of two estimates the functions are of their differences, which those of two runs aren't.
      let isOfDifferences = text.contains(") / ") || text.hasPrefix("max(mean")
      script += "let x\(index) = \(of("effect"))\n"
      script += isOfDifferences ? "" : "let y\(index) = (\(of("a"))) - (\(of("b")))\ncheck \"\(index)\": x\(index) == y\(index)\n"
    }
    script += """
      let spells = mean(a.spell) - mean(b.spell)
      let visits = mean(a.visit.time) - mean(b.visit.time)
      check "ratio": mean(effect.spell) / mean(effect.visit.time) == spells / visits
      check "params": effect.clerks == 1 and effect.pace == -10 s
      """
    let run = try execute(script)
    #expect(run.result.failures.isEmpty, "\(run.text)")
    for check in run.result.checks { #expect(check.verdict == .holds, "\(statistics[Int(check.name) ?? 0]): \(check)") }
    #expect(run.result.checks.count > 30)
  }

  /// What nothing touches is the same to the last bit, and what is compared with itself has no difference.
  @Test func whatIsntTouchedIsTheSame() throws {
    let run = try execute(
      Self.shop + """
        let effect = compare Shop(clerks: 2) to Shop { span: 5 h, replications: 10 }
        print effect
        check "door": mean(effect.door.wait) == 0 s and last(effect.people.started) == 0
        let same = compare Shop to Shop { span: 5 h, replications: 4 }
        print same
        """)
    #expect(run.result.checks.allSatisfy { $0.verdict == .holds })
    #expect(run.text.contains("the same in both in every replication: source people, station desk[north]"), "\(run.text)")
    #expect(run.text.contains("nothing is different: both did the same in every replication"))
    #expect(run.text.contains("clerks 2 against 1"))
  }

  /// Two models are compared by the names of what both have.
  @Test func modelsAreComparedByNames() throws {
    let run = try execute(
      """
      model Pooled {
        param spare = 1
        source people { rate: 90/h, journey: visit }
        station till { servers: 2, service: exponential(mean: 1 min) }
        journey visit { use till }
      }
      model Apart {
        source people { rate: 90/h, journey: visit }
        station left { servers: 1, service: exponential(mean: 1 min) }
        station till { servers: 1, service: exponential(mean: 1 min) }
        journey visit { if happens(50%) { use left } else { use till } }
      }
      let effect = compare Pooled to Apart { span: 20 h, replications: 20, seed: 3 }
      let a = run Pooled { span: 20 h, replications: 20, seed: 3 }
      let b = run Apart { span: 20 h, replications: 20, seed: 3 }
      check "alike": mean(effect.visit.time) == mean(a.visit.time) - mean(b.visit.time)
      check "till": mean(effect.till.wait) == mean(a.till.wait) - mean(b.till.wait)
      check "started": last(effect.people.started) == 0
      print effect
      """)
    #expect(run.result.checks.allSatisfy { $0.verdict == .holds }, "\(run.text)")
    #expect(run.text.contains("in Apart alone: station left"))
  }

  @Test func lengthsMustAgree() throws {
    let run = try execute(
      """
      model A {
        span: 1 day
        source s { rate: 1/h, journey: j }
        journey j { wait 1 min }
      }
      model B {
        span: 2 day
        source s { rate: 1/h, journey: j }
        journey j { wait 1 min }
      }
      print mean((compare A to B).j.time)
      """)
    #expect(run.text.contains("`A` 1 day and `B` 2 day: the two don't last equally long"), "\(run.text)")
  }

  /// Without chance there is no luck to tell from.
  @Test func withoutChanceThereIsNoLuck() throws {
    let run = try execute(
      """
      model Belt {
        param pace = 10 s
        source parts { interarrival: constant(20 s), journey: pass }
        station press { servers: 1, service: pace }
        journey pass { use press }
      }
      let effect = compare Belt(pace: 15 s) to Belt { span: 1 h }
      print effect
      check "busier": effect.press.utilisation within 1% of 25%
      """)
    #expect(run.text.contains("nothing is drawn in either") && run.text.contains("different") && !run.text.contains("beyond luck"), "\(run.text)")
    #expect(run.result.checks[0].verdict == .holds)
  }

  /// `until` is about the difference: fewer replications than the runs would need by themselves.
  @Test func aPrecisionIsThatOfTheDifference() throws {
    let run = try execute(
      Self.shop + """
        let effect = compare Shop(pace: 50 s) to Shop { span: 3 h, seed: 2, until: mean(till.busy) within 10% }
        let x = mean(effect.till.busy)
        """)
    let x = try #require(run.value("x") as? EstimateValue)
    let half = try #require(x.halfWidth(level: 0.95))
    #expect(half <= 0.1 * abs(x.point ?? 0) && x.values.count >= 2)
    var options = ScriptOptions()
    options.replicationCap = 40
    let capped = try execute(
      Self.shop + "let effect = compare Shop to Shop(pace: 59 s) { span: 1 h, until: mean(spell) within 1% }\nprint mean(effect.spell)", options: options)
    #expect(capped.text.contains("the difference isn't known within 1% after 40 replications"), "\(capped.text)")
  }

  @Test func bothAreDrawnAndWritten() throws {
    let run = try execute(
      Self.shop + """
        scenario Two = Shop(clerks: 2)
        let effect = compare Two to Shop { span: 5 h, replications: 10 }
        plot effect.till.queue
        plot effect.spell
        export effect to "effect.csv"
        export effect.till.queue to "queue.csv"
        export mean(effect.spell) to "spell.csv"
        """)
    let plots = run.result.items.compactMap { if case .plot(let spec) = $0 { spec } else { nil } }
    #expect(plots.map { $0.series.map(\.name) } == [["effect.till.queue of Two", "effect.till.queue of Shop"], ["effect.spell of Two"], ["effect.spell of Shop"]])
    let files = run.result.items.compactMap { if case .export(let data) = $0 { data } else { nil } }
    #expect(files[0].columns == ["kind", "name", "statistic", "Two", "Shop", "difference", "half_width", "unit", "luck"])
    #expect(files[0].rows.contains { $0[1] == .text("till") && $0[2] == .text("wait") && $0[8] == .text("beyond") })
    #expect(files[1].columns.first == "of" && Set(files[1].rows.map { $0[0] }) == [.text("Two"), .text("Shop")])
    #expect(files[2].rows.count == 10)
  }

  // MARK: Promises

  /// An infinite server: the mean of fifty exponential times, of means 1 and 0.9 minutes, so the difference is exactly 6 s. Its 95 %
  /// interval has it in 95 % of the seeds: of 400 in 363 to 393 (exact binomial bounds at 99.9 %).
  @Test func intervalsCoverAKnownDifference() throws {
    let run = try execute(
      """
      model Stay {
        param long = 1 min
        source people { rate: 10/min, limit: 50, journey: stay }
        measure spell { of: Time }
        journey stay { time spell { wait sample(exponential(mean: long)) } }
      }
      for seed in 1..400 {
        let effect = compare Stay to Stay(long: 0.9 min) { span: 60 min, replications: 10, seed: seed }
        check "{seed}": abs(value(mean(effect.spell)) - 6 s) <= half_width(mean(effect.spell))
      }
      """)
    let covered = run.result.checks.filter { $0.verdict == .holds }.count
    #expect(run.result.checks.count == 400)
    #expect((363...393).contains(covered), "\(covered)")
  }

  /// With the same random numbers the variance of a difference of two speeds is a small part of what independent runs have.
  @Test func commonRandomNumbersReduceTheVariance() throws {
    let run = try execute(
      """
      model Shop {
        param pace = 1 min
        source  customers { rate: 0.9/min, limit: 50, journey: buy }
        station till      { servers: 1, service: exponential(mean: pace) }
        journey buy { use till }
      }
      let effect = compare Shop to Shop(pace: 0.9 min) { span: 2000 min, replications: 400, seed: 7 }
      let a = run Shop { span: 2000 min, replications: 400, seed: 7 }
      let b = run Shop(pace: 0.9 min) { span: 2000 min, replications: 400, seed: 8 }
      let ratio = sd(mean(a.till.wait) - mean(b.till.wait))^2 / sd(mean(effect.till.wait))^2
      check "much smaller": ratio > 8
      check "known": mean(effect.till.wait) within 20% of 1.0339397056 min
      """)
    #expect(run.result.checks.allSatisfy { $0.verdict == .holds }, "\(run.text)")
  }

  // MARK: Paused simulations

  /// Statistics of forks begin at the instant at which they parted; the numbers are those of windows from there on.
  @Test func forksAreComparedSinceTheyParted() throws {
    let run = try execute(
      Self.shop + """
        let s = start Shop { seed: 3 }
        advance s by 3 h
        let b = fork s(clerks: 2)
        advance s by 2 h
        advance b by 2 h
        let effect = compare b to s
        let queue = mean(effect.till.queue)
        let queues = mean(b.till.queue during 3 h..5 h) - mean(s.till.queue during 3 h..5 h)
        let most = max(effect.till.wait)
        let mosts = max(b.till.wait during 3 h..5 h) - max(s.till.wait during 3 h..5 h)
        check "queue": queue == queues
        check "longest": most == mosts
        check "sold": last(effect.sold) == last(b.sold) - last(s.sold)
        check "held": last(effect.purse) == last(b.purse) - last(s.purse)
        check "fails": mean(effect.till.queue) >= 0
        print effect
        test "exact" { expect mean(effect.till.queue) < 0 }
        advance s by 5 h
        check "kept as they stood": mean(effect.till.queue) == queues
        """)
    #expect(run.result.checks.map(\.verdict) == [.holds, .holds, .holds, .holds, .fails, .holds], "\(run.text)")
    #expect(run.text.contains("both at 5 h, parted at 3 h, clerks 2 against 1") && run.text.contains("passes     test exact"), "\(run.text)")
    #expect(!run.text.contains("beyond luck"))
  }

  /// One that was stepped through is told event by event, and compared like the others; what is asked of it later is there.
  @Test func whatWasSteppedThroughIsCompared() throws {
    let run = try execute(
      Self.shop + """
        let s = start Shop { seed: 3 }
        advance s by 3 h
        let b = fork s(clerks: 2)
        print step b by 3
        print step s by 3
        advance s to 5 h
        advance b to 5 h
        let effect = compare b to s
        let waits = p95(b.till.wait during 3 h..5 h) - p95(s.till.wait during 3 h..5 h)
        check "waits": p95(effect.till.wait) == waits
        """)
    #expect(run.result.checks.map(\.verdict) == [.holds] && run.result.failures.isEmpty, "\(run.text)")
  }

  // MARK: Gates

  /// In an examination both grow together, whatever else grows one of them, and `until` is that of the difference.
  @Test func bothGrowTogether() throws {
    let script = Self.shop + """
      let alone = run Shop { span: 3 h, replications: 20, seed: 2 }
      check "close": mean(alone.spell) <= 2.8 min
      let effect = compare Shop(pace: 55 s) to Shop { span: 3 h, replications: 20, seed: 2 }
      check "shorter": mean(effect.spell) <= -15 s confidence 99.9%
      let known = compare Shop(pace: 50 s) to Shop { span: 3 h, seed: 3, until: mean(till.busy) within 10% }
      check "known": mean(known.till.busy) within 20% of -0.09
      test "kept" { expect mean(effect.spell) < 0 s }
      """
    let examination = try examination(script)
    let checks = examination.checks()
    #expect(checks.count == 3 && checks.values.allSatisfy { $0.verdict == .holds }, "\(checks)")
    #expect((checks["shorter"]?.looks ?? 0) > 1 && (checks["shorter"]?.replications ?? 0) > 20)
    #expect(examination.items.contains { if case .test(let test) = $0 { test.passed } else { false } })
    // Runs have names that tell them apart where a baseline is kept.
    #expect(examination.record().runs.map(\.name).dropFirst() == ["effect: Shop(pace: 55 s)", "known: Shop(pace: 50 s)", "known: Shop"])
  }

  // MARK: Partings

  /// Where two simulations parted is known through forks of forks; two starts parted at the beginning.
  @Test func partingsAreKnown() throws {
    let run = try execute(
      Self.shop + """
        let s = start Shop
        advance s by 1 h
        let b = fork s(clerks: 2)
        let copy = fork s
        advance b by 1 h
        advance s by 30 min
        advance s by 30 min
        advance copy by 1 h
        let c = fork b(pace: 30 s)
        let other = start Shop(clerks: 3)
        advance other by 2 h
        for pair in [(compare c to b), (compare c to s), (compare copy to s), (compare other to s)] { print pair }
        """)
    #expect(run.text.contains("c compared to b\n  seed 1, both at 2 h, parted at 2 h"), "\(run.text)")
    #expect(run.text.contains("c compared to s\n  seed 1, both at 2 h, parted at 1 h"))
    #expect(run.text.contains("copy compared to s\n  seed 1, both at 2 h\n\n  they haven't parted"))
    #expect(run.text.contains("other compared to s\n  seed 1, both at 2 h, parted at 0 s"))
  }

  @Test func whatStandsElsewhereIsRefused() throws {
    let shifted = try execute(Self.shop + "let s = start Shop\nlet b = fork s(clerks: 2)\nadvance s by 5 min\nprint compare b to s")
    #expect(shifted.text.contains("`b` stands at 0 s and `s` at 5 min"), "\(shifted.text)")
    let hints = shifted.result.failures.flatMap(\.hints).map(\.text)
    #expect(hints == ["`advance b to 5 min` first"])
    // The hint is exact, for who follows it has to come to the same instant.
    let odd = Self.shop + "let s = start Shop\nadvance s until s.till.queue >= 2\nlet b = fork s(clerks: 2)\nadvance s by 90 min\n"
    let asked = try execute(odd + "print compare b to s")
    let hint = try #require(asked.result.failures.flatMap(\.hints).first?.text)
    let instant = try #require(hint.firstMatch(of: /`advance b to (\d+\.\d+ s)` first/)).1
    #expect(try execute(odd + "advance b to \(instant)\nprint compare b to s").result.failures.isEmpty)
    let dated = try execute(
      "model M {\n  start: 2020-01-01\n  param n = 1\n}\nlet s = start M\nlet b = fork s(n: 2)\nadvance s by 36 h\nprint compare b to s")
    #expect(dated.result.failures.flatMap(\.hints).map(\.text) == ["`advance b to 2020-01-02T12:00` first"], "\(dated.text)")
    let seeds = try execute(Self.shop + "let s = start Shop { seed: 1 }\nlet b = start Shop { seed: 2 }\nprint compare b to s")
    #expect(seeds.text.contains("`b` has the random numbers of seed 2 and `s` those of seed 1"), "\(seeds.text)")
  }
}
