// Time for a whole suite is shared fairly: a first look for each script, then who has used the least goes on. The clock is the
// test's own: each run of a model takes as long as the test says.

import Souk
import SoukEngine
import SoukModel
import SoukReport
import SoukScript
import Synchronization
import Testing

@Suite struct BudgetTests {
  /// A claim that is at its limit is never decided.
  private static func script(_ model: String, _ check: String) -> String {
    """
    model \(model) {
      source sources { at: [0 s], journey: draw }
      measure x { of: Count }
      journey draw { record x: sample(normal(mean: 10, sd: 3)) }
    }
    let r = run \(model) { span: 1 s }
    check "c": mean(r.x) < \(check)

    """
  }

  private final class Clock: Sendable {
    let seconds = Mutex<Double>(0)
    func add(_ time: Double) { seconds.withLock { $0 += time } }
    var now: Double { seconds.withLock { $0 } }
  }

  /// The suite's report when a run of each model takes this many seconds, and where the time was used.
  private func test(_ scripts: [(model: String, check: String, seconds: Double)], budget: Double, threads: Int = 1) throws -> (report: SuiteReport, used: [String: Double]) {
    let folder = try Scratch(Dictionary(uniqueKeysWithValues: scripts.map { ("\($0.model).souk", Self.script($0.model, $0.check)) }))
    let costs = Dictionary(uniqueKeysWithValues: scripts.map { ($0.model, $0.seconds) })
    let clock = Clock()
    let used = Mutex<[String: Double]>([:])
    var options = SuiteOptions()
    options.threads = threads
    options.script.replicationCap = 1_000_000
    options.script.onRun = { run in
      let cost = costs[run.model.name] ?? 0
      clock.add(cost)
      used.withLock { $0[run.model.name, default: 0] += cost }
    }
    options.clock = { UInt64(clock.now * 1e9) }
    options.stopReason = { clock.now >= budget ? .time : nil }
    let suite = Suite(scripts.map { folder.url.appending(path: "\($0.model).souk").systemPath }, options: options)
    return (suite.run(), used.withLock { $0 })
  }

  private func check(_ report: SuiteReport, _ index: Int) -> CheckReport? {
    guard case .check(let check)? = report.scripts[index].cases.first else { return nil }
    return check
  }

  /// One is decided at once; what it leaves, those share who never will be, whatever a look of theirs takes.
  @Test func timeIsSharedByWhatWasUsed() throws {
    let (report, used) = try test([("Decided", "20", 1), ("Cheap", "10", 1), ("Dear", "10", 4), ("Middling", "10", 2)], budget: 40)
    #expect(check(report, 0)?.verdict == .holds && used["Decided"] == 1)
    #expect((1...3).allSatisfy { check(report, $0)?.verdict == .undecided })
    // 39 s for three: 13 each, give or take one look of theirs.
    for (model, look) in [("Cheap", 1.0), ("Dear", 4), ("Middling", 2)] {
      #expect(((used[model] ?? 0) - 13).magnitude <= look + 1, "\(model): \(used)")
    }
    #expect((check(report, 1)?.looks ?? 0) > 2 * (check(report, 2)?.looks ?? .max) && report.cut == "the time was over before all was decided" && report.exitCode == 3)
    // What is left open says what it would take.
    #expect((1...3).allSatisfy { (check(report, $0)?.moreReplications ?? 1) > 0 })
  }

  /// However long one of them takes, each has a first look before any has a second.
  @Test func eachHasAFirstLook() throws {
    let (report, used) = try test([("Slow", "10", 100), ("A", "10", 1), ("B", "20", 1)], budget: 103)
    #expect(used["Slow"] == 100 && (used["A"] ?? 0) >= 1 && used["B"] == 1)
    #expect(check(report, 0)?.verdict == .undecided && check(report, 1)?.verdict == .undecided && check(report, 2)?.verdict == .holds)
    #expect(report.scripts.allSatisfy { $0.outcome == .finished })
  }

  /// What the time didn't suffice for isn't known, and isn't a pass.
  @Test func whoNeverHadALookIsNotAPass() throws {
    let (report, _) = try test([("First", "20", 10), ("Second", "20", 10)], budget: 10)
    #expect(report.scripts.map(\.outcome) == [.finished, .outOfTime] && report.exitCode == 3 && report.cut != nil)
    #expect(report.scripts[1].verdict == .noData)
  }

  /// Time that suffices leaves no trace.
  @Test func timeThatSufficesIsNotTold() throws {
    let (report, _) = try test([("First", "20", 10), ("Second", "20", 10)], budget: 1000, threads: 2)
    #expect(report.exitCode == 0 && report.cut == nil)
  }
}
