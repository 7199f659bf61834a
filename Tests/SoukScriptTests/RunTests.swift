// Scripts with runs, from text to report: estimates against formulas, the standard report, precision, paused simulations.

import SoukEngine
import SoukReport
import SoukStats
import Testing

@testable import SoukScript

@Suite struct RunTests {
  static let checkout = """
    unit order
    model Checkout {
      param arrivals = 54 order/h
      source orders { rate: arrivals, journey: buy }
      station till  { servers: 1, service: exponential(mean: 1 min) }
      journey buy { use till }
    }

    """

  /// M/M/1 at 90 %: the mean wait is 9 min, the probability to wait at all 90 %; Little's law.
  @Test func queueWaitsAsTheFormulaSays() throws {
    let run = try execute(
      Self.checkout + """
        let day = run Checkout { span: 400 h, warmup: 20 h, replications: 20, seed: 1 }
        check "wait": mean(day.till.wait) within 25% of 9 min
        check "busy": day.till.utilisation within 3% of 90%
        check "waits": share(day.till.wait > 0 s) within 3% of 90%
        check "Little": mean(day.till.queue) within 3% of mean(day.till.wait) * 54/h
        check "not so": mean(day.till.wait) < 5 min
        """)
    #expect(run.result.checks.map(\.verdict) == [.holds, .holds, .holds, .holds, .fails], "\(run.text)")
    let failed = try run.check("not so")
    #expect(failed.replications == 20 && failed.seed == 1 && failed.confidence == 0.95)
    #expect(failed.command == "souk run test.souk --seed 1")
    #expect(failed.blame?.hasPrefix("till: ") == true)
    #expect(try #require(failed.margin?.point) < 0)
    #expect(failed.worst != nil)
    #expect(run.result.exitCode == 1 && run.result.seed == 1)
  }

  @Test func threadsDontChangeAByte() throws {
    let script =
      Self.checkout + """
        let day = run Checkout { span: 20 h, replications: 8, seed: 7 }
        print day
        print "{mean(day.till.wait)}, {p95(day.till.wait)}, {max(day.till.queue)}"
        plot day.till.queue
        plot day.till.wait
        check "short": mean(day.till.wait) < 9 min
        """
    var options = ScriptOptions()
    let one = try execute(script, options: options)
    options.threads = 4
    let four = try execute(script, options: options)
    #expect(one.text == four.text)
    #expect(one.result.exitCode == four.result.exitCode)
    options.seed = 8
    let other = try execute(script, options: options)
    #expect(other.text != one.text && other.text.contains("seed 8"))
  }
}

extension RunTests {
  /// What never came counts as missed in a share and is told; a mean is of what was observed.
  @Test func measureOfAGrowingQueueDoesntFlatter() throws {
    let run = try execute(
      """
      unit parcel
      model Depot {
        source parcels { rate: 60 parcel/h, journey: ship }
        station belt { servers: 1, service: constant(2 min) }
        measure door { of: Time }
        journey ship { time door { use belt } }
      }
      let day = run Depot { span: 20 h, seed: 5 }
      check "in an hour": share(day.door <= 1 h) >= 50%
      check "opposite": share(day.door <= 1 h) + share(day.door > 1 h) within 0.0001% of 100%
      print day.door
      """)
    let check = try run.check("in an hour")
    #expect(check.verdict == .fails)
    // About half of what came is served in the end, the first tenth within an hour.
    #expect(try #require(check.observed?.point) < 0.2)
    #expect(check.notes.contains { $0.contains("under way for too long") && $0.contains("not yet decided") }, "\(check.notes)")
    #expect(check.notes.contains("one replication: no interval"))
    #expect(try run.check("opposite").verdict == .holds)
    #expect(run.text.contains("under way"))
  }

  @Test func standardReportIsAsItWasRead() throws {
    let run = try execute(
      """
      unit order, courier
      model Shop {
        source app { rate: 30 order/h, journey: online }
        station picking { servers: 2, service: constant(3 min) }
        pool riders { size: 4 courier }
        counter late { of: order }
        journey online {
          use picking
          hold 1 courier of riders { wait 6 min }
          count late
          leave as "kept"
        }
      }
      let week = run Shop { span: 100 h, seed: 3 }
      print week
      """)
    let lines = run.text.split(separator: "\n").map(String.init)
    #expect(lines.first == "week: Shop" && lines.dropFirst().first == "  span 100 h, replications 1, seed 3")
    for start in ["  sources  started [order]  rate [order/h]", "  stations", "  pools", "  counters", "  journeys", "  outcomes"] {
      #expect(lines.contains { $0.hasPrefix(start) }, "no table \(start) in\n\(run.text)")
    }
    // Every order that was finished was counted, and they all had one outcome.
    let kept = try #require(lines.first { $0.hasPrefix("  online: kept") }).split(separator: " ").map(String.init)
    let late = try #require(lines.first { $0.hasPrefix("  late") }).split(separator: " ").map(String.init)
    #expect(kept.last == "100" && kept[2] == late[1], "\(kept) \(late)")
    #expect(lines.allSatisfy { $0.count <= 100 && $0.last != " " })
  }

  @Test func pausedSimulationsGoOnByThemselves() throws {
    let run = try execute(
      Self.checkout + """
        let s = start Checkout
        advance s by 10 h
        let before = fork s
        let more = fork s(arrivals: 59 order/h)
        advance s by 10 h
        advance before to 20 h
        advance more to 20 h
        check "same future": mean(s.till.queue) == mean(before.till.queue)
        check "another future": mean(more.till.queue) > mean(s.till.queue)
        advance s until s.till.queue > 20
        check "there": last(s.till.queue) > 20
        advance s to 1 h
        """)
    #expect(run.result.checks.map(\.verdict) == [.holds, .holds, .holds], "\(run.text)")
    #expect(run.result.failures.first?.message == "a simulation can't go back in time")
    #expect(run.result.exitCode == 2)
  }

  @Test func instantsAndWindowsOfARunWithAStart() throws {
    let run = try execute(
      """
      unit visit
      model Day {
        start: 2017-11-11T00:00+08:00
        source visits { count: 100 visit, times: constant(90 min), journey: look }
        counter seen { of: visit }
        journey look { count seen }
      }
      let day = run Day { span: 6 h }
      print day.seen at 90 min
      print day.seen at 01:29
      print day.seen at 2017-11-11T01:30+08:00
      print first(day.seen >= 100 visit)
      print max(rate(day.seen, every: 1 h))
      print max(day.seen during 0 h..1 h)
      print day.seen at 7 h
      check "early": first(day.seen >= 100 visit) < 2 h
      check "never": first(day.seen >= 101 visit) < 2 h
      check "after the end": (day.seen at 7 h) == 100 visit
      """)
    #expect(
      run.text == """
        100 visit
        0 visit
        100 visit
        2017-11-11T01:30+08:00
        1.667 visit/min
        0 visit
        no data
        holds      early: first(day.seen >= 100 visit) = 1.5 h < 2 h
        no data    never: first(day.seen >= 101 visit) = no data < 2 h
                   1 replication, seed 1, test.souk:17:1
                   no data in 1 of 1 replications
                   again: souk run test.souk --seed 1
        no data    after the end: day.seen at 7 h = no data == 100 visit
                   1 replication, seed 1, test.souk:18:1
                   no data in 1 of 1 replications
                   again: souk run test.souk --seed 1
        3 checks: 1 holds, 2 have no data

        """, "\(run.text)")
    #expect(run.result.exitCode == 3)
  }

  @Test func limitsAndFaultsStopTheScript() throws {
    var options = ScriptOptions()
    options.limits.maxSteps = 100_000
    let long = try execute(Self.checkout + "let day = run Checkout { span: 100000 h }\nprint 1", options: options)
    #expect(long.result.exitCode == 4 && !long.result.isComplete && long.text.hasPrefix("day: Checkout (incomplete)") && long.text.contains("\nfailure E0420"))
    let stopped = ScriptOptions()
    var flagged = stopped
    flagged.flag = StopFlag()
    flagged.flag?.raise(.interrupted)
    let interrupted = try execute(Self.checkout + "print 1\nlet day = run Checkout { span: 100000 h }\nprint 2", options: flagged)
    #expect(interrupted.result.exitCode == 130 && !interrupted.result.isComplete)
    #expect(interrupted.text.hasPrefix("1\nday: Checkout (incomplete)") && interrupted.text.contains("\nfailure E0424"))
    let endless = try execute(Self.checkout + "let day = run Checkout")
    #expect(endless.result.exitCode == 2 && endless.text.contains("how long is this run?"))
  }

  @Test func checksGoOnAfterOneThatCantBeDecided() throws {
    let run = try execute(
      Self.checkout + """
        let a = run Checkout { span: 10 h, replications: 2 }
        let b = run Checkout { span: 10 h, replications: 3 }
        check "unpaired": mean(a.till.wait) < mean(b.till.wait)
        check "fine": mean(a.till.wait) < 1000 h
        """)
    #expect(run.result.checks.map(\.verdict) == [.error, .holds])
    #expect(run.result.exitCode == 2 && run.text.contains("can't be paired"))
  }

  @Test func commonRandomNumbersSharpenADifference() throws {
    let run = try execute(
      Self.checkout + """
        let slow = run Checkout { span: 100 h, replications: 10 }
        let fast = run Checkout(arrivals: 53 order/h) { span: 100 h, replications: 10 }
        check "a little less": mean(fast.till.wait) < mean(slow.till.wait)
        print mean(slow.till.wait) - mean(fast.till.wait) to min
        """)
    #expect(try run.check("a little less").verdict == .holds, "\(run.text)")
  }

  /// The only value of the window leaves it at 70 s, and nothing else happens then.
  @Test func whatReadsAWindowIsLookedAtWhenAValueLeaves() throws {
    let run = try execute(
      """
      model Watch {
        measure seen { of: Count, window: 1 min }
        gauge level { window: 1 min }
        counter silent
        counter calm
        source people { at: [10 s], journey: visit }
        journey visit {
          record seen: 3
          set level: 4
          set level: 0
          await missing(seen.recent)
          count silent
        }
        on (level.highest or 0) == 0 { count calm }
      }
      let r = run Watch { span: 5 min }
      print "{first(r.silent > 0)}, {first(r.calm > 1)}"
      """)
    #expect(run.text == "1.167 min, 1.167 min\n")
  }

  @Test func momentsAreDatesOfAModelWithAStart() throws {
    let run = try execute(
      """
      model Clock {
        start: 2017-11-11T00:00+08:00
        counter rounds
        every 15 s { count rounds }
      }
      let r = run Clock { span: 60 s }
      let hit = r.rounds > 0
      print first(hit)
      print first(r.rounds > 2) - first(hit)
      print 5 s + first(hit)
      print value(first(hit)) + 5 s
      print value(first(hit)) < 2017-11-12
      check "duration": first(hit) < 20 s
      check "date": first(hit) < 2017-11-11T00:00:10+08:00
      check "share": first(hit) within 10% of 14 s
      check "amount": first(hit) within 5 s of 2017-11-11T00:00:16+08:00
      """)
    #expect(
      run.text.hasPrefix(
        """
        2017-11-11T00:00:15+08:00
        30 s
        2017-11-11T00:00:20+08:00
        2017-11-11T00:00:20+08:00
        true
        """))
    #expect(run.result.checks.map(\.verdict) == [.holds, .fails, .holds, .holds])
    #expect(try run.check("share").sentence == "first(hit) = 15 s within 10% of 14 s")
    #expect(try run.check("amount").sentence == "first(hit) = 2017-11-11T00:00:15+08:00 within 5 s of 2017-11-11T00:00:16+08:00")
  }

  @Test func valuesFromOutsideReplaceParameters() throws {
    let script = Self.checkout + "let day = run Checkout { span: 20 h }\nprint \"{day.arrivals}\"\ncheck \"busy\": day.till.utilisation > 70%\n"
    let plain = try execute(script)
    let set = try execute(script, overrides: ["arrivals": "20 order/h"])
    #expect(plain.text.hasPrefix("54 order/h") && set.text.hasPrefix("20 order/h"))
    #expect(try set.check("busy").command == "souk run test.souk --seed 1 --set 'arrivals=20 order/h'")
  }

  @Test func tooManyWindowsAreRefused() throws {
    let run = try execute(Self.checkout + "let day = run Checkout { span: 20 h }\nprint max(rate(day.orders.started, every: 1 ms))")
    #expect(run.text.contains("more than 2 million windows") && run.result.exitCode == 2)
  }
}
