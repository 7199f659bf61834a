// `baseline(…)` in checks, and what an examination leaves for it.

import SoukReport
import Testing

@testable import SoukScript

private let draws = ExaminationTests.draws

private func look(_ script: String, _ baseline: ScriptBaseline?, isGiven: Bool = true, _ change: (inout ScriptOptions) -> Void = { _ in }) throws -> (checks: [String: CheckReport], record: ScriptBaseline) {
  var options = ScriptOptions()
  options.recordsAll = true
  if isGiven { options.baseline = BaselineSource(file: "b.json", script: baseline) }
  change(&options)
  let one = try examination(script, options: options)
  return (one.checks(), one.record())
}

@Suite struct RatchetTests {
  static let script = draws + "let r = run Draws { span: 1 s }\ncheck \"c\": mean(r.x) <= baseline(mean(r.x)) * 101%"

  @Test func withoutABaselineNothingPasses() throws {
    let (checks, record) = try look(Self.script, nil, isGiven: false)
    #expect(checks["c"]?.verdict == .noData && checks["c"]?.notes.first?.hasPrefix("no baseline was given: `souk test --baseline FILE`") == true)
    #expect(checks["c"]?.command == nil && checks["c"]?.smallest == nil)
    #expect(record.values.map(\.expression) == ["mean(r.x)"] && record.values[0].check == "c" && record.values[0].values.count == 20)
    // A report has none either.
    let run = try execute(Self.script)
    #expect(try run.check("c").verdict == .noData && run.result.exitCode == 3)
    #expect(try look(Self.script, nil).checks["c"]?.notes == ["b.json knows nothing of this script"])
    #expect(try look(Self.script, ScriptBaseline(path: "")).checks["c"]?.notes == ["b.json doesn't have `mean(r.x)`: it wasn't asked for when the baseline was saved"])
  }

  @Test func commonDrawsDecideAtOnce() throws {
    let record = try look(Self.script, nil).record
    let same = try #require(try look(Self.script, record).checks["c"])
    #expect(same.verdict == .holds && same.replications == 20 && same.looks == 1)
    // 2 % more in each replication is seen in the first look, though the mean's own interval is ± 14 %.
    let more = try #require(try look(Self.script.replacing("level = 10", with: "level = 10.3"), record).checks["c"])
    #expect(more.verdict == .fails && more.looks == 1 && more.method == "Student's t")
    #expect(more.command == "souk test test.souk --filter c --seed 1 --baseline b.json" && more.smallest?.command == more.command)
    #expect(try look(Self.script.replacing("101%", with: "105%").replacing("level = 10", with: "level = 10.3"), record).checks["c"]?.verdict == .holds)
  }

  /// A baseline has the replications that it has: no more are asked for, and what that leaves open is said.
  @Test func moreReplicationsThanTheBaselineHas() throws {
    let record = try look(Self.script, nil).record
    let other = try #require(try look(Self.script, record) { $0.seed = 2 }.checks["c"])
    #expect(other.verdict == .undecided && other.replications == 20 && other.moreReplications == nil)
    #expect(other.notes.contains("the baseline's seed is 1: its replications have other random numbers"))
    #expect(other.notes.contains { $0.hasPrefix("the baseline has 20 replications; with ") && $0.hasSuffix("save it with `--replications`") })
    // Others of the same run go on; the ratchet stays with the first 20.
    let more = Self.script + "\ncheck \"d\": mean(r.x) < 10.8"
    let both = try look(more, record) { $0.seed = 2 }
    #expect(both.checks["c"]?.replications == 20 && (both.checks["d"]?.replications ?? 0) > 20)
    // What is saved has all that there are.
    #expect(both.record.values[0].values.count == both.checks["d"]?.replications && both.record.runs[0].replications == 100)
  }

  @Test func withoutChanceItIsExact() throws {
    let desk = """
      model Desk {
        source people { at: [0 min, 8 min, 30 min], journey: visit }
        station desk { service: 10 min }
        journey visit { use desk }
      }
      let r = run Desk { span: 1 h }
      check "c": max(r.visit.time) <= baseline(max(r.visit.time))
      check "most": max(r.desk.queue) <= baseline(max(r.desk.queue)) * 102%
      """
    let record = try look(desk, nil).record
    #expect(record.values[0].isExact && record.values[0].values == [720] && record.runs[0].replications == 1)
    #expect(try look(desk, record).checks.values.allSatisfy { $0.verdict == .holds })
    let slower = try look(desk.replacing("service: 10 min", with: "service: 10.5 min"), record).checks
    #expect(slower["c"]?.verdict == .fails && slower["c"]?.method == nil && slower["most"]?.verdict == .holds)
    // What nothing was drawn in stands for every replication of what is drawn now.
    let drawn = try look(desk.replacing("service: 10 min", with: "service: uniform(min: 9 min, max: 13 min)"), record).checks
    #expect(drawn["c"]?.verdict == .fails && (drawn["c"]?.replications ?? 0) >= 20, "\(drawn)")
  }

  @Test func unitsAndTolerances() throws {
    let record = try look(Self.script, nil).record
    let timed = Self.script.replacing("measure x { of: Count }", with: "measure x { of: Time }").replacing("param level = 10", with: "param level = 10 s").replacing("sd: 3)", with: "sd: 3 s)")
    #expect(try look(timed, record).checks["c"]?.notes == ["b.json has `mean(r.x)` in a plain number, and it is in s now"])
    let both = draws + "let r = run Draws { span: 1 s }\ncheck \"c\": mean(r.x) - baseline(mean(r.x)) within 1 of 0 and mean(r.y) within 5% of baseline(mean(r.y))"
    #expect(try look(both, try look(both, nil).record).checks["c"]?.verdict == .holds)
  }

  /// In a loop the same words mean another thing in each round: the check's name tells them apart.
  @Test func roundsOfALoopAreToldApart() throws {
    let loop = draws + """
      for level in [10, 20] {
        let r = run Draws(level: level) { span: 1 s }
        check "at {level}": mean(r.x) <= baseline(mean(r.x)) * 101%
      }
      """
    let record = try look(loop, nil).record
    #expect(record.values.map(\.check) == ["at 10", "at 20"] && record.runs.map(\.name) == ["r", "r#2"])
    #expect(try look(loop, record).checks.values.allSatisfy { $0.verdict == .holds })
    #expect(try look(loop.replacing("[10, 20]", with: "[20, 10]"), record).checks.values.allSatisfy { $0.verdict == .holds })
    let renamed = try look(loop.replacing("at {level}", with: "with {level}"), record).checks
    #expect(renamed["with 10"]?.verdict == .noData, "two values, and no telling which")
  }
}

@Suite struct RecordTests {
  private func moved(_ before: String, _ after: String) throws -> [String] {
    let (old, new) = (try look(before, nil).record, try look(after, nil).record)
    let report = BaselineReport(file: "b", old: Baseline(version: "", scripts: [old]), new: Baseline(version: "", scripts: [new]))
    return report.scripts[0].runs.flatMap { run in run.moved.map { "\($0.kind) \($0.path)" } + run.appeared + run.gone }
  }

  static let shop = """
    unit order
    model Shop {
      source orders { rate: 50 order/h, journey: buy }
      source strangers { rate: 10 order/h, journey: stroll }
      station till { service: exponential(mean: 1 min) }
      station mirror { service: exponential(mean: 5 min), servers: 3 }
      account bank { of: CNY, initial: 100 CNY }
      counter seen { of: order }
      let full = till.queue > 3
      journey buy { use till }
      journey stroll {
        use mirror
        count seen
      }
    }
    let day = run Shop { span: 20 h }
    check "c": mean(day.till.wait) < 1 h
    """

  /// Another check, or a percentile in place of a mean, asks for more to be kept and moves nothing.
  @Test func whatIsAskedForMovesNothing() throws {
    #expect(try moved(Self.shop, Self.shop + "\ncheck \"d\": p99(day.till.wait) < 10 h\ncheck \"e\": p95(day.mirror.queue) < 100") == [])
    #expect(try moved(Self.shop, Self.shop.replacing("mean(day.till.wait) < 1 h", with: "share(day.till.wait <= 1 h) > 1% and max(day.buy.time) < 99 h")) == [])
    #expect(try moved(Self.shop, "# a remark\n" + Self.shop.replacing("\"c\"", with: "\"another name\"")) == [])
  }

  /// What is edited moves, with what depends on it, and nothing beside that.
  @Test func onlyWhatIsEditedMoves() throws {
    #expect(try moved(Self.shop, Self.shop.replacing("mean: 5 min", with: "mean: 5.001 min")) == ["station mirror", "counter seen", "journey stroll"])
    #expect(try moved(Self.shop, Self.shop.replacing("mean: 1 min", with: "mean: 61 s")) == ["station till", "let full", "journey buy"])
    #expect(try moved(Self.shop, Self.shop.replacing("till.queue > 3", with: "till.queue > 4")) == ["let full"])
    #expect(try moved(Self.shop, Self.shop.replacing("100 CNY", with: "100.01 CNY")) == ["account bank"])
    #expect(try moved(Self.shop, Self.shop.replacing("    count seen\n", with: "")) == ["counter seen"])
    #expect(try moved(Self.shop, Self.shop.replacing("seen", with: "known")) == ["counter known", "counter seen"])
  }

  @Test func parametersThatMovedAreNamed() throws {
    func notes(_ before: String, _ after: String) throws -> [String] {
      let (old, new) = (try look(before, nil).record, try look(after, nil).record)
      return BaselineReport(file: "b", old: Baseline(version: "", scripts: [old]), new: Baseline(version: "", scripts: [new])).scripts[0].runs.flatMap(\.notes)
    }
    let shop = """
      unit order
      component desk {
        param serve: Time = 30 s
        station clerk { service: exponential(mean: serve) }
        action help() { use clerk }
      }
      model Shop {
        param arrivals = 50 order/h
        param isOpen = true
        let double = 2 * arrivals
        desk front { serve: 40 s }
        source orders { rate: if isOpen { arrivals } else { double }, journey: buy }
        journey buy { front.help() }
      }
      let day = run Shop { span: 2 h }
      check "c": mean(day.buy.time) < 1 h
      """
    #expect(try notes(shop, shop) == [])
    #expect(try notes(shop, shop.replacing("50 order/h", with: "50.001 order/h")) == ["arrivals was 50 order/h, and is 50.001 order/h", "double was 100 order/h, and is 100.002 order/h"])
    #expect(try notes(shop, shop.replacing("serve: 40 s", with: "serve: 50 s")) == ["front.serve was 40 s, and is 50 s"])
    #expect(try notes(shop, shop.replacing("isOpen = true", with: "isOpen = false")) == ["isOpen was true, and is false"])
  }

  @Test func everyThingHasNumbers() throws {
    let record = try look(Self.shop, nil).record
    let run = try #require(record.runs.first)
    #expect(run.name == "day" && run.model == "Shop" && run.seed == 1 && run.span == 72_000 && !run.isExact && run.replications == 20)
    for thing in run.things where thing.kind != "let" {
      #expect(!thing.statistics.isEmpty && thing.fingerprints.count == 20, "\(thing.path)")
      if thing.kind != "account" { #expect(Set(thing.fingerprints).count == 20, "\(thing.path): replications are told apart") }
    }
    // Of a run with more, a hundred are kept.
    let many = try look(Self.shop.replacing("20 h", with: "1 h, replications: 130"), nil).record
    #expect(many.runs[0].replications == 100 && many.runs[0].things.allSatisfy { $0.fingerprints.count == 100 })
  }
}
