// Examinations: replications are added until checks are decided, exact where nothing is drawn, once each, and the same whoever asks.

import SoukReport
import SoukSema
import SoukSyntax
import SoukText
import Testing

@testable import SoukScript

func examination(_ script: String, options: ScriptOptions = ScriptOptions()) throws -> Examination {
  var sources = SourceSet()
  let id = sources.add(name: "test.souk", bytes: Array(script.utf8))
  let parsed = parse(sources[id])
  let (program, mistakes) = check([ModuleTree(tree: parsed.tree, key: "test.souk", imports: [], isLibrary: false)])
  let wrong = (parsed.diagnostics + mistakes).filter { $0.severity == .error }
  try #require(wrong.isEmpty, "\(wrong.map { "\(sources.place($0.primary.span)): \($0.message)" })")
  return Examination(program: program, sources: sources, options: options)
}

extension Examination {
  /// Looks until nothing more is to be had; the checks by name.
  func checks() -> [String: CheckReport] {
    while look(threads: 1) {}
    return Dictionary(items.compactMap { if case .check(let check) = $0 { (check.name, check) } else { nil } }) { $1 }
  }
}

@Suite struct ExaminationTests {
  static let draws = """
    model Draws {
      param level = 10
      source sources { at: [0 s], journey: draw }
      measure x { of: Count }
      measure y { of: Count }
      journey draw {
        record x: sample(normal(mean: level, sd: 3))
        record y: sample(exponential(mean: 1))
      }
    }

    """

  @Test func replicationsAreAddedUntilDecided() throws {
    let one = try examination(
      Self.draws + """
        let r = run Draws { span: 1 s }
        check "far": mean(r.x) < 20
        check "near": mean(r.x) < 10.8
        check "at the limit": mean(r.x) < 10
        """)
    let checks = one.checks()
    #expect(checks["far"]?.verdict == .holds && checks["far"]?.replications == 20 && checks["far"]?.looks == 1)
    #expect(checks["near"]?.verdict == .holds && (checks["near"]?.replications ?? 0) > 20)
    #expect(checks["at the limit"]?.verdict == .undecided && checks["at the limit"]?.replications == 1000)
    #expect(one.simulated == 1000, "what was simulated for one check serves the others")
    #expect(checks["at the limit"]?.command?.hasPrefix("souk test test.souk --filter 'at the limit' --seed 1") == true)
  }

  /// The same replications, whatever the number of the first look.
  @Test func evidenceDoesNotDependOnTheWay() throws {
    let script = Self.draws + "let r = run Draws { span: 1 s }\ncheck \"c\": mean(r.x) < 10"
    var options = ScriptOptions()
    options.replicationCap = 45
    let grown = try examination(script, options: options).checks()["c"]
    options.replications = 45
    let atOnce = try examination(script, options: options).checks()["c"]
    #expect(grown?.observed == atOnce?.observed && grown?.replications == 45 && atOnce?.looks == 1 && grown?.looks == 3)
    // A look that comes later has to be surer.
    #expect((grown?.margin?.halfWidth ?? 0) > (atOnce?.margin?.halfWidth ?? .infinity))
  }

  @Test func withoutChanceOneReplicationIsAll() throws {
    let one = try examination(
      """
      model Desk {
        source people { at: [0 min, 8 min, 30 min], journey: visit }
        station desk { service: 10 min }
        journey visit { use desk }
      }
      let r = run Desk { span: 1 h, replications: 30 }
      check "on it": max(r.visit.time) <= 12 min
      check "beyond": max(r.visit.time) < 12 min
      """)
    let checks = one.checks()
    #expect(one.simulated == 1 && checks["on it"]?.verdict == .holds && checks["beyond"]?.verdict == .fails)
    #expect(checks["beyond"]?.replications == 1 && checks["beyond"]?.interval == nil && checks["beyond"]?.confidence == nil)
    #expect(checks["beyond"]?.command == "souk run test.souk --seed 1")
  }

  /// Three come at 0, 1 and 2 min to a desk that takes 10 min for each: they wait 0, 9 and 18 min.
  @Test func theWorstJourneysAreShown() throws {
    let checks = try examination(
      """
      model Desk {
        source people { at: [0 min, 1 min, 2 min], journey: visit }
        station desk { service: 10 min }
        counter seen { of: Count }
        journey visit {
          use desk
          wait 3 min
          count seen
        }
      }
      let r = run Desk { span: 1 h }
      check "quick": max(r.desk.wait) < 5 min
      check "slow": 5 min < min(r.desk.wait)
      check "shares": share(r.desk.wait <= 5 min) > 90%
      check "other shares": share(5 min <= r.desk.wait) > 90%
      check "within": mean(r.visit.time) within 1 min of 30 min
      check "seen": last(r.seen.count) > 5
      check "fine": max(r.desk.wait) < 20 min
      """
    ).checks()
    func numbers(_ name: String) -> [Int] { checks[name]?.journeys.map(\.number) ?? [] }
    #expect(numbers("quick") == [3, 2, 1] && numbers("slow") == [1, 2, 3], "\(checks)")
    #expect(numbers("shares") == [3, 2, 1] && numbers("other shares") == [1, 2, 3] && numbers("within") == [1, 2, 3])
    #expect(checks["seen"]?.verdict == .fails && numbers("seen") == [] && checks["fine"]?.verdict == .holds && numbers("fine") == [])
    let worst = try #require(checks["quick"]?.journeys.first)
    #expect(worst.journey == "visit" && worst.replication == 0 && worst.value.point == 1080)
    let stages = worst.stages.filter { $0.lasts != 0 }
    #expect(stages.map(\.what) == ["waits", "is served", "waits 3 min", "ends"] && stages.map(\.place) == ["desk", "desk", "", ""], "\(worst.stages)")
    #expect(stages.map(\.time) == [120, 1200, 1800, 1980] && stages.map(\.lasts) == [1080, 600, 180, nil])
  }

  /// Of a replication that draws, the worst is the largest that was observed in it.
  @Test func theWorstIsTheLargestOfItsReplication() throws {
    let shop = """
      model Shop {
        source orders { rate: 50/h, journey: buy }
        station till { service: exponential(mean: 1 min) }
        journey buy { use till }
      }

      """
    let check = try #require(try examination(shop + "let r = run Shop { span: 5 h, warmup: 1 h }\ncheck \"c\": mean(r.till.wait) < 1 min").checks()["c"])
    #expect(check.verdict == .fails && check.journeys.count == 3)
    let replication = try #require(check.smallest?.replication)
    let alone = try execute(shop + "let r = run Shop { span: 5 h, warmup: 1 h, replications: \(replication + 1) }\nprint max(r.till.wait)", options: {
      var options = ScriptOptions()
      options.replication = UInt32(replication)
      return options
    }())
    guard case .printed(let value)? = alone.result.items.first else { return #expect(Bool(false)) }
    #expect(check.journeys[0].value.point == value.figures.first?.point && check.journeys[0].replication == replication)
    let waits = check.journeys.compactMap { one in one.stages.first { $0.what == "waits" }?.lasts }
    #expect(waits == check.journeys.compactMap(\.value.point) && waits == waits.sorted(by: >), "\(check.journeys)")
  }

  @Test func eventsAreCounted() throws {
    var options = ScriptOptions()
    options.replicationCap = 4000
    let checks = try examination(
      Self.draws + """
        let r = run Draws { span: 1 s }
        check "mostly": share(r.y <= 4) >= 95%
        check "seldom": share(r.y > 1) <= 10%
        """, options: options
    ).checks()
    // 1 - e^-4 = 98.2 %, e^-1 = 36.8 %
    #expect(checks["mostly"]?.verdict == .holds && checks["mostly"]?.method == "e-processes of counted replications")
    #expect(checks["seldom"]?.verdict == .fails && (checks["seldom"]?.replications ?? 99) <= 45)
    let interval = try #require(checks["mostly"]?.interval)
    #expect((interval.low.point ?? 1) < 0.9817 && (interval.high.point ?? 0) > 0.9817)
  }

  @Test func indifferenceDecidesNearTheLimit() throws {
    func check(_ settings: String) throws -> CheckReport? {
      try examination(settings + Self.draws + "let r = run Draws { span: 1 s }\ncheck \"c\": mean(r.x) < 10.01").checks()["c"]
    }
    #expect(try check("")?.verdict == .undecided)
    let settled = try #require(try check("settings { indifference: 5% }\n"))
    #expect(settled.verdict != .undecided && (settled.replications ?? 0) < 1000)
  }

  /// Runs that are compared keep the same number of replications, and what is compared has common draws.
  @Test func comparedRunsGrowTogether() throws {
    let one = try examination(
      Self.draws + """
        let a = run Draws { span: 1 s }
        let b = run Draws(level: 10.1) { span: 1 s }
        let c = run Draws(level: 12) { span: 1 s }
        check "more": mean(b.x) > mean(a.x)
        check "alone": mean(a.x) < 10
        check "together": mean(a.x) + mean(b.x) < 20.1
        check "apart": mean(c.x) > 5
        """)
    let checks = one.checks()
    #expect(checks["more"]?.verdict == .holds && checks["more"]?.replications == 20, "common draws leave only the difference")
    #expect(checks["together"]?.verdict == .undecided && checks["together"]?.replications == 1000)
    #expect(one.simulated == 1000 + 1000 + 20, "who isn't asked for more gets none")
  }

  @Test func untilIsReachedFirst() throws {
    let checks = try examination(
      Self.draws + """
        let r = run Draws { span: 1 s, until: mean(x) within 5% }
        check "c": mean(r.x) < 10.3
        """
    ).checks()
    let check = try #require(checks["c"])
    #expect((check.replications ?? 0) >= 100 && check.verdict != .error && (check.looks ?? 0) > 3)
  }

  @Test func expectationsOfRunsAreExaminedToo() throws {
    let one = try examination(
      Self.draws + """
        let r = run Draws { span: 1 s }
        test "t" {
          expect 1 + 1 == 2
          expect mean(r.x) < 10.8
        }
        test "u" { expect mean(r.x) < 10 }
        """)
    _ = one.checks()
    let tests = one.items.compactMap { if case .test(let test) = $0 { test } else { nil } }
    #expect(tests.map(\.verdict) == [.holds, .undecided] && tests.map(\.expectations) == [2, 1] && one.exitCode == 3)
    #expect(tests[1].failures.first?.message.contains("more replications would decide") == true)
  }

  @Test func aFaultInARunIsToldOnce() throws {
    let one = try examination(
      """
      model Bad {
        source people { at: [1 min], journey: visit }
        gauge x { initial: 1 }
        journey visit { wait (0 min - 5 min) * x }
      }
      let r = run Bad { span: 1 h }
      check "a": mean(r.visit.time) < 1 h
      check "b": mean(r.visit.time) < 2 h
      check "c": 1 < 2
      """)
    let checks = one.checks()
    #expect(checks["a"]?.verdict == .error && checks["b"]?.verdict == .error && checks["c"]?.verdict == .holds && one.exitCode == 2)
    #expect(one.diagnostics.filter { $0.severity == .error }.count == 1)
  }

  @Test func chanceThatDoesNotShowIsTold() throws {
    let checks = try examination(Self.draws + "let r = run Draws { span: 1 s }\ncheck \"c\": max(r.x) * 0 + 1 < 2").checks()
    #expect(checks["c"]?.verdict == .holds && checks["c"]?.notes == ["the same in all 20 replications; what happens in fewer than 1 of 7 may not have been seen"])
  }

  /// Few skewed values say little: they hold only when there are more of them.
  @Test func skewnessWaits() throws {
    let script = """
      model Rare {
        source sources { at: [0 s], journey: draw }
        measure x { of: Count }
        journey draw { record x: sample(pareto(min: 1, shape: 2.1)) }
      }
      let r = run Rare { span: 1 s }
      check "c": mean(r.x) < 6
      """
    let check = try #require(try examination(script).checks()["c"])
    #expect((check.replications ?? 0) > 20, "\(check)")
  }
}

@Suite struct LongRunTests {
  static let till = """
    model Till {
      source people { rate: 0.8/min, journey: visit }
      station till { service: exponential(mean: 1 min) }
      journey visit { use till }
    }

    """

  @Test func independentBatchesGiveAnInterval() throws {
    let run = try execute(Self.till + "let r = run Till { span: 100_000 min, warmup: 1000 min }\ncheck \"c\": mean(r.till.wait) to min < 4.5 min")
    let check = try run.check("c")
    // The mean wait is 4 min; what was seen is some standard errors around it.
    let interval = try #require(check.interval)
    #expect(check.verdict == .holds && check.method == "Student's t of 30 batches")
    #expect((interval.low.point ?? 0) > 180 && (interval.low.point ?? 999) < 260 && (interval.high.point ?? 0) > 230)
    #expect(check.notes == ["one replication: the interval is that of 30 batches, which don't depend on each other"])
  }

  @Test func dependentBatchesGiveNone() throws {
    let run = try execute(Self.till + "let r = run Till { span: 300 min }\ncheck \"c\": mean(r.till.wait) < 4.5 min")
    let check = try run.check("c")
    #expect(check.interval == nil && check.notes.first?.hasPrefix("one replication: no interval, for batches of it depend on each other") == true)
  }

  @Test func startUpIsFoundAndTold() throws {
    let run = try execute(Self.till + "let r = run Till { span: 3000 min, warmup: auto, replications: 5 }\nprint mean(r.till.wait)")
    #expect(run.text.contains("found by MSER-5"), "\(run.text)")
    let same = try execute(Self.till + "let r = run Till { span: 3000 min, warmup: auto, replications: 5 }\nprint mean(r.till.wait)")
    #expect(same.text == run.text)
  }

  @Test func modelsThatFollowTheClockHaveNoWarmUp() throws {
    let run = try execute(
      """
      model Day {
        source people { rate: curve(steps) { 0 h => 10/h, 8 h => 100/h }, journey: visit }
        journey visit { wait 1 min }
      }
      let r = run Day { span: 24 h, warmup: auto }
      """)
    #expect(run.result.exitCode == 2 && run.result.failures.first?.message.contains("follows the clock") == true)
  }
}

@Suite struct DrowningTests {
  /// One parcel a minute, and a hub that needs 23 minutes for each. Whoever asks the delivered hears that 65 of 297 came within a
  /// day; of the 5,400 that have been sent a day ago or earlier, these 65 are 1.2 %.
  @Test func aSystemThatDrownsIsNotJudgedByItsSurvivors() throws {
    let run = try execute(
      """
      model Post {
        source parcels { interarrival: 1 min, journey: deliver }
        station hub { service: 23 min }
        measure trip { of: Time }
        journey deliver { time trip { use hub } }
      }
      let r = run Post { span: 114 h }
      check "the delivered": share(r.deliver.time <= 24 h) > 20%
      check "all": share(r.trip <= 24 h) > 2%
      """)
    let (delivered, all) = (try run.check("the delivered"), try run.check("all"))
    #expect(delivered.verdict == .holds && all.verdict == .fails)
    #expect(((delivered.observed?.point ?? 0) - 0.22).magnitude < 0.002, "\(delivered.sentence)")
    #expect(((all.observed?.point ?? 0) - 0.012).magnitude < 0.0002, "\(all.sentence)")
    // The report says how the number came about.
    #expect(all.notes.contains { $0.hasPrefix("trip: 297 observed, counted as missed") && $0.contains("under way for too long") }, "\(all.notes)")
  }
}
