// What compiled models do, feature by feature: small scripts with constants in place of laws, so that every count and
// every instant is known by hand.

import SoukEngine
import SoukModel
import SoukStats
import Testing

@testable import SoukLower

/// A script's only model, run to an instant: cells' values then, tallies' observations.
struct RunResult {
  let lowered: LoweredModel
  let path: SamplePath

  init(_ text: String, seconds: Double, seed: UInt64 = 1) throws {
    var options = LowerOptions()
    options.demand.prefixes = [""]
    lowered = try Lowered.model(text, options: options)
    var simulation = Simulation(lowered.model, RunSettings(seed: seed))
    _ = simulation.run(until: Int64(seconds * 1e9))
    path = simulation.samplePath()
  }

  func cell(_ name: String) -> Double {
    lowered.model.cells.firstIndex { $0.path == name }.map { path.cells[$0].last } ?? .nan
  }

  func tally(_ name: String) -> [Double] {
    lowered.model.tallies.firstIndex { $0.path == name }.map { path.tallies[$0].values } ?? []
  }

  var stop: StopReason { path.stop }
}

@Suite struct LoweringRunTests {
  @Test func variablesLoopsAndBranches() throws {
    let r = try RunResult(
      """
      model M {
        source s { at: [1 s], journey: j }
        measure m { of: 1 }
        journey j {
          var x = 0
          for i in 1..20 { add x: i }
          record m: x
          var n = 0
          while n < 5 { add n: 2 }
          record m: n
          for y in [3, 1, 4] { if y > 2 { record m: y } else { record m: -y } }
          if n == 6 and not (x < 200) { record m: 100 }
        }
      }
      """, seconds: 10)
    #expect(r.tally("m.sample") == [210, 6, 3, -1, 4, 100])
    #expect(r.cell("j.finished") == 1)
  }

  @Test func functionsAreInlinedAndRecursiveOnesCalled() throws {
    let r = try RunResult(
      """
      fn fib(n) = if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
      fn area(a, b) = a * b
      model M {
        source s { at: [1 s], journey: j }
        gauge g { of: 1 }
        measure m { of: 1 }
        journey j {
          set g: 10
          record m: fib(g.value)
          record m: area(g.value, fib(g.value - 4)) + fib(10)
        }
      }
      """, seconds: 10)
    #expect(r.tally("m.sample") == [55, 135])
  }

  @Test func moneyIsExactAndCounted() throws {
    let r = try RunResult(
      """
      unit order
      model M {
        source s { at: [1 s, 2 s, 3 s], journey: j }
        account shop { of: CNY, initial: 0.10 CNY }
        account world { of: CNY, outside: true }
        counter sold { of: CNY }
        measure basket { of: CNY/order }
        invariant money: shop + world == 0.10 CNY
        journey j {
          transfer 0.105 CNY from world to shop
          count sold: 1.999 CNY
          record basket: 30 CNY / 2 order
          transfer 5 CNY from shop to world else { leave as "broke" }
        }
      }
      """, seconds: 10)
    #expect(r.cell("shop.balance") == 10 + 3 * 10)
    #expect(r.cell("sold.count") == 600)
    #expect(r.tally("basket.sample") == [1500, 1500, 1500])
    #expect(r.cell("j.outcome.broke") == 3)
    #expect(r.stop == .reachedEnd)
  }

  @Test func reservationsAreGivenBackAtTheEnd() throws {
    let r = try RunResult(
      """
      model M {
        source s { at: [1 s, 2 s], journey: j }
        account bank { of: CNY, initial: 10 CNY }
        account shop { of: CNY }
        journey j {
          reserve 4 CNY of bank
          wait 5 s
          capture 3 CNY of bank to shop
          leave as "paid"
        }
      }
      """, seconds: 20)
    #expect(r.cell("shop.balance") == 600)
    #expect(r.cell("bank.balance") == 400)
    #expect(r.cell("bank.reserved") == 0)
  }

  @Test func whatIsNotReservedIsNotCaptured() throws {
    let r = try RunResult(
      """
      model M {
        source s { at: [1 s], journey: pay }
        source t { at: [4 s], journey: release }
        account bank { of: CNY, initial: 10 CNY }
        account shop { of: CNY }
        account till { of: CNY }
        journey pay {
          reserve 7 CNY of bank
          wait 2 s
          capture 8 CNY of bank to shop else { capture 5 CNY of bank to shop }
        }
        journey release { capture 3 CNY of bank to till else { transfer 3 CNY from bank to till } }
      }
      """, seconds: 20)
    #expect(r.cell("shop.balance") == 500)
    #expect(r.cell("till.balance") == 300)
    #expect(r.cell("bank.balance") == 200)
    #expect(r.cell("bank.reserved") == 0)
  }

  @Test func stepsDontDivideByZeroAndFormulasMay() throws {
    func run(_ step: String) throws -> RunResult {
      try RunResult(
        """
        fn ratio(a, b) = a / b
        model M {
          gauge a
          gauge b
          gauge c { initial: 7 }
          let share = a / b
          source s { at: [1 s], journey: j }
          station desk { servers: if share > 1 { 2 } else { 1 }, service: 1 s }
          journey j {
            use desk
            \(step)
            set c: 8
          }
          at 5 s {
            set a: 3
            set b: 1
          }
        }
        """, seconds: 20)
    }
    for step in ["set a: a / b", "set a: 1 / b", "set a: a mod b", "let x = ratio(a, b)", "wait 1 s / b", "if a / b > 2 or b == 0 { leave }"] {
      let r = try run(step)
      guard case .fault(.divisionByZero, _) = r.stop else { Issue.record("\(step): \(r.stop)"); continue }
      #expect(r.cell("c.value") == 7)
    }
    for step in [
      "if b > 0 and a / b > 2 { leave }", "if not (b == 0 or a / b < 2) { leave }", "set a: if b == 0 { 0 } else { a / b }",
      "set a: a / (b + 1)", "await share > 2",
    ] {
      let r = try run(step)
      #expect(r.stop == .reachedEnd && r.cell("c.value") == 8, "\(step)")
    }
    #expect(try run("await share > 2").cell("desk.servers") == 2)
  }

  @Test func setWaitsForWhatAnActionGives() throws {
    let r = try RunResult(
      """
      component shop {
        station desk { service: 3 s }
        action serve() -> Time {
          use desk
          return now
        }
      }
      model M {
        shop one
        var seen: Time = 0 s
        gauge shown { of: Time }
        measure m { of: Time }
        source s { at: [1 s, 2 s], journey: j }
        journey j {
          var served = 0 s
          set served: one.serve()
          record m: served
          set seen: one.serve()
          set shown: seen
        }
      }
      """, seconds: 100)
    #expect(r.tally("m.sample") == [4, 7])
    #expect(r.cell("shown.value") == 13)
  }

  @Test func aJourneyMayBeMissing() throws {
    let r = try RunResult(
      """
      component crowd {
        param crawl: Journey<Count>?
        counter alone
        source s { at: [1 s], journey: come }
        journey come { if missing(crawl) { count alone } else { spawn crawl(3) } }
      }
      model M {
        counter n
        crowd some { crawl: look }
        crowd others { }
        journey look(k: Count) { count n: k }
      }
      """, seconds: 100)
    #expect(r.cell("n.count") == 3)
    #expect(r.cell("others.alone.count") == 1)
    #expect(r.cell("some.alone.count") == 0)
  }

  @Test func leavingInsideHoldsGivesBack() throws {
    let r = try RunResult(
      """
      model M {
        source s { at: [1 s, 2 s, 3 s], journey: j }
        pool riders { size: 2 }
        measure held { of: Time }
        journey j {
          time held {
            hold 2 of riders {
              wait 4 s
              leave as "gone"
            }
          }
        }
      }
      """, seconds: 100)
    #expect(r.cell("riders.held") == 0)
    #expect(r.cell("j.outcome.gone") == 3)
    #expect(r.tally("held.sample") == [])
  }

  @Test func actionsReturnAndCleanUp() throws {
    let r = try RunResult(
      """
      component shop {
        param limit = 3
        pool desks { size: 1 }
        measure depth { of: 1 }
        action serve(n: Count) -> Count {
          hold 1 of desks {
            wait 1 s
            if n > limit { return n * 10 }
          }
          return n
        }
      }
      model M {
        shop a { limit: 5 }
        shop b
        source s { at: [1 s, 2 s], journey: j }
        measure m { of: 1 }
        journey j {
          let x = a.serve(4)
          let y = b.serve(4)
          record m: x
          record m: y
          let z = b.serve(1)
          if z == 1 { record m: 0 }
        }
      }
      """, seconds: 100)
    #expect(r.tally("m.sample").sorted() == [0, 0, 4, 4, 40, 40])
    #expect(r.cell("a.desks.held") == 0 && r.cell("b.desks.held") == 0)
  }

  @Test func racesWithdrawWhatLoses() throws {
    let r = try RunResult(
      """
      component clerk {
        pool desks { size: 1 }
        action work() {
          hold 1 of desks { wait 10 s }
        }
      }
      model M {
        clerk c
        source s { at: [1 s, 2 s], journey: j }
        counter late
        counter done
        journey j {
          first {
            c.work() => count done
            wait 9.5 s => count late
          }
        }
        journey slow { wait 1 s }
      }
      """, seconds: 100)
    #expect(r.cell("late.count") == 2)
    #expect(r.cell("done.count") == 0)
    #expect(r.cell("c.desks.held") == 0)
    #expect(r.cell("c.desks.waiting") == 0)
  }

  @Test func patienceAndBalkingHaveOutcomesOfTheirOwn() throws {
    let r = try RunResult(
      """
      model M {
        source s { at: [1 s, 2 s, 3 s, 4 s], journey: j }
        station desk { servers: 1, service: 100 s, capacity: 3 }
        journey j { use desk patience 10 s }
      }
      """, seconds: 50)
    #expect(r.cell("j.outcome.balked") == 1)
    #expect(r.cell("j.outcome.reneged") == 2)
    #expect(r.cell("desk.busy") == 1)
  }

  @Test func arraysByRowsKnownWhileRunning() throws {
    let r = try RunResult(
      """
      table Hubs(key name: Text, time: Time, weight: Count) {
        "east", 1 s, 0
        "west", 2 s, 1
        "north", 3 s, 0
      }
      component lane {
        param t: Time
        counter passed
        action go() { wait t; }
      }
      model M {
        source s { at: [1 s, 2 s], journey: j }
        station hub[h in Hubs] { servers: 1, service: h.time }
        counter seen[h in Hubs]
        measure m[h in Hubs] { of: Time }
        gauge total { of: 1 }
        journey j {
          let h = choose k in Hubs weight k.weight
          time m[h] { use hub[h] }
          count seen[h]
          set total: sum(seen[k].count for k in Hubs)
          count seen["north"]
        }
      }
      """.replacing("; }", with: " }"), seconds: 100)
    #expect(r.cell("seen[west].count") == 2)
    #expect(r.cell("seen[north].count") == 2)
    #expect(r.cell("total.value") == 3)
    #expect(r.cell("hub[west].completions") == 2)
    #expect(r.tally("m[west].sample") == [2, 3])
  }

  @Test func processesKeepTheirSchedule() throws {
    let r = try RunResult(
      """
      model M {
        start: 2024-01-01T08:00
        counter ticks
        counter mornings
        counter once
        counter high
        gauge g { of: 1 }
        every 10 s { count ticks }
        at daily [09:00] { count mornings }
        at 5 s { set g: 5 }
        at 8 s { set g: 0 }
        at 12 s { set g: 7 }
        on g.value > 3 { count high }
        at 2024-01-01T08:01 { count once }
      }
      """, seconds: 86_400 * 2 + 1)
    #expect(r.cell("ticks.count") == 17_280)
    #expect(r.cell("mornings.count") == 2)
    #expect(r.cell("once.count") == 1)
    #expect(r.cell("high.count") == 2)
  }

  @Test func curvesSetServersAtTheirSteps() throws {
    let r = try RunResult(
      """
      model M {
        start: 2024-01-01T08:00
        station desk { servers: daily(steps) { 06:00 => 1, 09:00 => 3, 18:00 => 0 }, service: 1 h }
        measure m { of: 1 }
        every 2 h { record m: desk.servers }
      }
      """, seconds: 86_400)
    // Read at 10, 12, 14, 16, 18, 20, … and at 06:00 and 08:00 of the next day.
    #expect(r.tally("m.sample") == [3, 3, 3, 3, 0, 0, 0, 0, 0, 0, 1, 1])
  }

  @Test func liveServersFollowTheirFormula() throws {
    let r = try RunResult(
      """
      model M {
        gauge staff { of: 1, initial: 1 }
        let working = staff * 2
        station desk { servers: working - 1, service: 10 s }
        source s { at: [1 s, 2 s, 3 s, 4 s], journey: j }
        journey j { use desk }
        at 5 s { set staff: 2 }
        measure m { of: 1 }
        at 6 s { record m: desk.busy }
        at 4.5 s { record m: desk.busy }
      }
      """, seconds: 6.5)
    #expect(r.tally("m.sample") == [1, 3])
    #expect(r.cell("desk.servers") == 3)
  }

  @Test func handlesTellWhatBecameOfAJourney() throws {
    let r = try RunResult(
      """
      model M {
        source s { at: [1 s], journey: parent }
        measure m { of: 1 }
        journey parent {
          let h = spawn child(3)
          await h.done patience 2 s else { record m: -1 }
          await h.done
          record m: h.result
          if h.started { record m: 1 }
        }
        journey child(n: Count) {
          wait 5 s
          return n * 7
        }
      }
      """, seconds: 100)
    #expect(r.tally("m.sample") == [-1, 21, 1])
  }

  @Test func scaleDividesWhatIsCompetedFor() throws {
    let r = try RunResult(
      """
      unit order
      model M {
        scale: 1/10
        source s { count: 100 order, times: uniform(min: 0 s, max: 10 s), journey: j }
        station desk { servers: 40, service: 1000 s }
        counter n { of: order }
        counter money { of: CNY }
        level stock { of: order, initial: 500 order }
        journey j {
          count n: 1 order
          count money: 2.5 CNY
          take 2 order from stock
          use desk
        }
        every 100 s { take 1 order from stock }
      }
      """, seconds: 110)
    #expect(r.cell("s.started") == 100)
    #expect(r.cell("n.count") == 100)
    #expect(r.cell("money.count") == 25_000)
    #expect(r.cell("desk.busy") == 40)
    #expect(r.cell("stock.level") == 500 - 200 - 1)
    #expect(r.lowered.warnings.contains { $0.code == "E0313" })
  }

  @Test func capacitiesThatTheScaleWouldSplitAreRefused() throws {
    #expect {
      _ = try Lowered.model(
        """
        model M {
          scale: 1/100
          source s { rate: 3/s, journey: j }
          station desk { servers: 250, service: 1 s }
          journey j { use desk }
        }
        """)
    } throws: { error in
      guard let failure = error as? LoweringFailure, let first = failure.diagnostics.first else { return false }
      return first.code == "E0312" && first.hints.first?.text == "the coarsest safe scale is 1/50"
    }
  }

  @Test func lawsWhoseParametersChangeAreDrawnAsIfTheyWereConstant() throws {
    func script(_ mean: String) -> String {
      """
      model M {
        gauge g { of: Time, initial: 3 s }
        source s { at: [1 s], journey: j }
        measure m { of: Time }
        journey j {
          let a = sample(lognormal(mean: \(mean), sd: 2 s))
          let b = sample(gamma(mean: \(mean), sd: 2 s))
          let c = sample(beta(mean: \(mean), sd: 1 s, min: 0 s, max: 9 s))
          let d = sample(2 * exponential(mean: \(mean)) + 1 s)
          record m: a
          record m: b
          record m: c
          record m: d
        }
      }
      """
    }
    let constant = try RunResult(script("3 s"), seconds: 10)
    let live = try RunResult(script("g.value"), seconds: 10)
    #expect(constant.tally("m.sample").count == 4)
    for (x, y) in zip(constant.tally("m.sample"), live.tally("m.sample")) { #expect(abs(x - y) <= 1e-12 * abs(x), "\(x) \(y)") }
  }

  @Test func oneSiteHasAFixedIndexAndManyCount() throws {
    let lowered = try Lowered.model(
      """
      model M {
        source s { rate: 1/s, journey: j }
        journey j {
          let a = sample(exponential(mean: 1 s))
          for i in 1..3 { wait sample(exponential(mean: 1 s)) }
          choose { 50% => wait a  50% => wait 1 s }
        }
      }
      """.replacing("wait a  50%", with: "wait a, 50%"))
    let sites = lowered.model.drawSites.map { (lowered.model.streams[Int($0.stream)], $0.counter >= 0) }
    #expect(sites.contains { $0 == ("j.a", false) })
    #expect(sites.contains { $0 == ("j.sample 1", true) })
    #expect(sites.contains { $0 == ("j.choose 1", false) })
  }

  @Test func batchesGoOnTogether() throws {
    let r = try RunResult(
      """
      model M {
        source s { at: [1 s, 2 s, 3 s, 4 s], journey: j }
        batch van { size: 2 }
        counter trips
        journey j {
          join van {
            wait 10 s
            count trips
          }
        }
      }
      """, seconds: 100)
    #expect(r.cell("trips.count") == 2)
    #expect(r.cell("j.finished") == 4)
    #expect(r.tally("j.time").sorted() == [10, 10, 11, 11])
  }

  @Test func sourcesGiveTheirJourneysArguments() throws {
    let r = try RunResult(
      """
      choice Channel { mobile, desktop }
      record Visit(channel: Channel, value: Time)
      component traffic {
        param channels: Dist<Channel>
        param journey: Journey<Visit>
        source visits { at: [1 s, 2 s], journey: journey(Visit(channel: sample(channels), value: 3 s)) }
      }
      model M {
        traffic t { channels: mix { 100% => desktop, 0% => mobile }, journey: shopper }
        counter desks
        measure m { of: Time }
        journey shopper(visit: Visit) {
          if visit.channel == desktop { count desks }
          record m: visit.value
        }
      }
      """, seconds: 10)
    #expect(r.cell("desks.count") == 2)
    #expect(r.tally("m.sample") == [3, 3])
  }
}
