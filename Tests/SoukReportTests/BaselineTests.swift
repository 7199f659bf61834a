// Baselines: what is written is read to the bit, what isn't one is told apart, and what changed is told with its noise, which is held to
// what it promises.

import Foundation
import SoukNumerics
import SoukUnits
import Testing

@testable import SoukReport

enum Baselines {
  /// A run with one thing, which has these numbers for its wait (in seconds).
  static func run(_ waits: [Double?], seed: UInt64 = 1, isExact: Bool = false, name: String = "day", thing: String = "till") -> RunBaseline {
    let wait = StatisticBaseline(name: "wait", dimension: .time, values: waits)
    let fingerprints = waits.map { ($0 ?? -1).bitPattern }
    let still = ThingBaseline(kind: "source", path: "orders", fingerprints: waits.map { _ in 7 }, statistics: [StatisticBaseline(name: "started", dimension: .dimensionless, values: waits.map { _ in 3 })])
    return RunBaseline(
      name: name, model: "Shop", seed: seed, span: 3600, warmup: 0, isExact: isExact, replications: waits.count,
      things: [still, ThingBaseline(kind: "station", path: thing, fingerprints: fingerprints, statistics: [wait])])
  }

  static func baseline(_ runs: RunBaseline..., path: String = "shop.souk", digest: UInt64 = 5) -> Baseline {
    Baseline(version: "0.1.0", scripts: [ScriptBaseline(path: path, digest: digest, runs: runs)])
  }

  /// The n-th of normal numbers, by a generator of the test's own.
  static func normal(_ n: Int, _ key: UInt64) -> Double {
    func uniform(_ n: UInt64) -> Double {
      var z = (n &+ key &* 0x2545_f491_4f6c_dd1d) &* 0x9e37_79b9_7f4a_7c15
      z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
      return (Double((z ^ (z >> 31)) >> 11) + 0.5) / 9_007_199_254_740_992
    }
    return (-2 * log(uniform(UInt64(2 * n + 1)))).squareRoot() * cos(2 * .pi * uniform(UInt64(2 * n + 2)))
  }

  /// One of everything, for the formats: in another order of magnitude, gone, new, from another text.
  static func changed(_ path: String) throws -> BaselineReport {
    let before = (0..<20).map { 60 + normal($0, 3) }
    var old = baseline(run(before), run([1, 2], name: "only then"), path: path, digest: 4)
    old.scripts.append(ScriptBaseline(path: "other.souk"))
    var new = baseline(run(before.map { $0 + 30 + $0 / 100 }), run([1, 2], name: "only|now <b>"), path: path)
    new.scripts[0].runs[0].things.append(ThingBaseline(kind: "account", path: "bank", fingerprints: Array(repeating: 1, count: 20), statistics: []))
    new.scripts[0].runs[0].things[1].statistics.append(StatisticBaseline(name: "longest", dimension: .time, values: before))
    old.scripts[0].runs[0].things[1].statistics.append(StatisticBaseline(name: "longest", dimension: .time, values: before.map { $0 + normal(Int($0), 9) }))
    return BaselineReport(file: "base.json", old: old, new: new)
  }
}

@Suite struct BaselineFileTests {
  static func whole() -> Baseline {
    var baseline = Baselines.baseline(Baselines.run([0.1, nil, 1e-300, -0.0, 12_345_678.9]), Baselines.run([7], seed: .max, isExact: true, name: "订单 \"x\""))
    baseline.scripts[0].runs[0].values = [("till.serve", "30 s")]
    baseline.scripts[0].given = ["a=1 h"]
    baseline.scripts[0].values = [
      ValueBaseline(check: "c", expression: "mean(day.till.wait)", seed: 3, isExact: false, dimension: .time, values: [1.0 / 3, nil]),
      ValueBaseline(check: "d", expression: "x", seed: nil, isExact: true, dimension: .dimensionless, values: [2]),
    ]
    return baseline
  }

  @Test func whatIsWrittenIsRead() throws {
    let written = Self.whole().json()
    let read = try Baseline(json: written)
    #expect(read.json() == written && written.hasSuffix("}\n"))
    let (run, value) = (read.scripts[0].runs[0], read.scripts[0].values[0])
    #expect(run.things[1].statistics[0].values.map { $0?.bitPattern } == [0.1, nil, 1e-300, -0.0, 12_345_678.9].map { $0?.bitPattern })
    #expect(run.things[1].fingerprints == Self.whole().scripts[0].runs[0].things[1].fingerprints)
    #expect(value.values == [1.0 / 3, nil] && value.seed == 3 && read.scripts[0].runs[1].seed == .max && read.scripts[0].digest == 5)
    #expect(!BaselineReport(file: "b", old: read, new: Self.whole()).isMoved)
  }

  @Test func whatIsNoBaselineIsToldApart() {
    let whole = Self.whole().json()
    func problem(_ text: String) -> BaselineProblem? {
      do {
        _ = try Baseline(json: text)
        return nil
      } catch { return error }
    }
    for text in ["", "not JSON", String(whole.prefix(whole.count / 2)), whole + "x"] {
      guard case .damaged("it isn't JSON, or not all of it is there") = problem(text) else { Issue.record("\(text.prefix(20))"); continue }
    }
    #expect(problem("{}") == .foreign && problem("[1]") == .foreign && problem("{\"souk_test\": 2, \"version\": \"1\"}") == .foreign)
    #expect(problem(whole.replacing("\"souk_baseline\": 1", with: "\"souk_baseline\": 2")) == .newer(format: 2, version: "0.1.0"))
    #expect(problem(whole.replacing("0.1,", with: "0.2,")) == .damaged("it was changed after it was written"))
    #expect(problem(whole.replacing("\"exact\": false", with: "\"exact\": true")) == .damaged("it was changed after it was written"))
    #expect(problem(whole.replacing("\"runs\"", with: "\"walks\"")) == .damaged("parts of it are missing"))
    // A list that is shorter than its neighbours.
    #expect(problem(whole.replacing("[0.1, null, 1e-300, -0, 12345678.9]", with: "[0.1]")) == .damaged("parts of it are missing"))
  }

  /// Every byte counts: whichever is changed, it isn't taken for what was written.
  @Test func anyChangedByteIsFound() {
    let whole = Array(Self.whole().json().utf8)
    let same = Self.whole().json()
    for at in whole.indices {
      var bytes = whole
      bytes[at] ^= 1
      if let read = try? Baseline(json: String(decoding: bytes, as: UTF8.self)) {
        // What says the same (a zero more at a number's end, another space) is the same; the version is only told.
        #expect(read.json() == same || read.version != "0.1.0", "byte \(at)")
      }
    }
  }

  @Test func ratchetsFindTheirValue() {
    var script = ScriptBaseline(path: "a")
    func value(_ check: String, _ x: Double) -> ValueBaseline {
      ValueBaseline(check: check, expression: "mean(x)", seed: 1, isExact: false, dimension: .time, values: [x])
    }
    script.values = [value("a", 1)]
    #expect(script.value("mean(x)", in: "renamed")?.values == [1] && script.value("mean(y)", in: "a") == nil)
    script.values.append(value("b", 2))
    #expect(script.value("mean(x)", in: "b")?.values == [2] && script.value("mean(x)", in: "renamed") == nil)
    #expect(script.values[0].isOf(.time) && !script.values[0].isOf(.dimensionless))
  }
}

@Suite struct BaselineComparisonTests {
  private func compare(_ old: RunBaseline, _ new: RunBaseline) -> BaselineReport {
    BaselineReport(file: "b", old: Baselines.baseline(old), new: Baselines.baseline(new))
  }

  private func change(_ old: RunBaseline, _ new: RunBaseline) throws -> BaselineReport.Change {
    let thing = try #require(compare(old, new).scripts[0].runs[0].moved.first)
    return try #require(thing.changes.first)
  }

  @Test func whatIsTheSameHasNotMoved() {
    let report = compare(Baselines.run([1, 2, 3]), Baselines.run([1, 2, 3]))
    let run = report.scripts[0].runs[0]
    #expect(!report.isMoved && report.comparisons == 0 && run.moved.isEmpty && run.unmoved == ["source orders", "station till"])
  }

  /// Differences of 1, 2, 3: a mean of 2, a standard error of 1/√3, and t(2) = 4.302652730 at 95 %.
  @Test func pairedDifferencesHaveStudentsInterval() throws {
    let change = try change(Baselines.run([100, 50, 10]), Baselines.run([101, 52, 13]))
    #expect(change.difference.point == 2 && change.replications == 3)
    #expect(((change.difference.halfWidth ?? 0) - 4.302652730 / 3.0.squareRoot()).magnitude < 1e-8)
    #expect(change.verdict == .withinNoise && ((change.share ?? 0) - 2 / (160.0 / 3)).magnitude < 1e-12)
    // What would drown in the spread of the replications stands out replication by replication.
    let steady = try self.change(Baselines.run([100, 50, 10, 70]), Baselines.run([101, 51.1, 10.9, 71]))
    #expect(steady.verdict == .beyondNoise)
    #expect(try self.change(Baselines.run([100, 50, 10, 70]), Baselines.run([101, 51.1, 10.9, 71], seed: 2)).verdict == .withinNoise)
  }

  /// With two seeds the means are compared, by Welch: of 27.5, 21 (variances 7, 100/3; 8 and 4 values) a half-width of t(3.63) · 3.03.
  @Test func otherSeedsAreNotPaired() throws {
    let old = Baselines.run([25, 26, 30, 31, 24, 28, 29, 27].map { $0 }, seed: 1)
    let change = try change(old, Baselines.run([15, 17, 25, 27], seed: 2))
    #expect(change.difference.point == -6.5 && change.replications == 4)
    #expect(((change.difference.halfWidth ?? 0) - 9.06).magnitude < 0.35, "\(change.difference)")
    let report = compare(old, Baselines.run([15, 17, 25, 27], seed: 2))
    #expect(!report.scripts[0].runs[0].isPaired && report.scripts[0].runs[0].notes.first?.hasPrefix("the seed was 1, and is 2") == true)
  }

  @Test func withoutChanceThereIsNoNoise() throws {
    #expect(try change(Baselines.run([5], isExact: true), Baselines.run([6], isExact: true)).verdict == .exact)
    let single = compare(Baselines.run([5]), Baselines.run([6]))
    #expect(single.scripts[0].runs[0].moved[0].changes[0].verdict == .unknown && single.comparisons == 0)
    #expect(compare(Baselines.run([5], isExact: true), Baselines.run([6, 7])).scripts[0].runs[0].notes == ["nothing was drawn, and now something is"])
  }

  @Test func onlyWhatBothHaveIsCompared() throws {
    let report = compare(Baselines.run([1, nil, 3, 4, 9, 9]), Baselines.run([2, 5, 4.1, 5]))
    let run = report.scripts[0].runs[0]
    #expect(run.replications == 4 && run.moved[0].replications == 4 && run.moved[0].changes[0].replications == 3)
    let other = compare(Baselines.run([1, 2]), Baselines.run([1, 2], thing: "counter")).scripts[0].runs[0]
    #expect(other.appeared == ["station counter"] && other.gone == ["station till"] && other.moved.isEmpty)
    #expect(compare(Baselines.run([1, 2]), Baselines.run([1, 2], thing: "counter")).isMoved)
    var inMoney = Baselines.run([2, 3])
    inMoney.things[1].statistics = [StatisticBaseline(name: "wait", dimension: .dimensionless, values: [2, 3])]
    let swapped = compare(Baselines.run([1, 2]), inMoney).scripts[0].runs[0]
    #expect(swapped.notes == ["till wait was in s, and is in plain numbers"] && swapped.moved[0].changes.isEmpty)
  }

  @Test func runsAreFoundByTheirNames() {
    let old = Baselines.baseline(Baselines.run([1, 2], name: "a"), Baselines.run([3, 4], name: "b"))
    let new = Baselines.baseline(Baselines.run([3, 4], name: "b"), Baselines.run([5, 6], name: "c"))
    let report = BaselineReport(file: "b", old: old, new: new)
    #expect(report.scripts[0].runs.map(\.name) == ["b"] && report.scripts[0].appeared == ["c (Shop)"] && report.scripts[0].gone == ["a (Shop)"])
    #expect(BaselineReport(file: "b", old: old, new: new, isPart: true).scripts[0].gone == [])
  }

  @Test func whatElseMovedIsSaid() {
    var (old, new) = (Baselines.baseline(Baselines.run([1, 2])), Baselines.baseline(Baselines.run([1, 2]), digest: 6))
    old.version = "0.0.9"
    new.scripts[0].given = ["a=2"]
    new.scripts[0].runs[0].span = 7200
    old.scripts.append(ScriptBaseline(path: "gone.souk"))
    new.scripts.insert(ScriptBaseline(path: "first.souk"), at: 0)
    let report = BaselineReport(file: "b", old: old, new: new)
    #expect(report.untested == ["gone.souk"] && report.scripts.map(\.path) == ["first.souk", "shop.souk"])
    #expect(report.scripts[0].notes == ["the baseline knows nothing of this script"])
    #expect(report.scripts[1].notes.map { $0.prefix(24) } == ["the script has changed s", "parameters set from outs", "the baseline is of Souk "])
    #expect(report.scripts[1].runs[0].notes == ["the span was 1 h, and is 2 h"])
  }

  /// Of 1,000 pairs of suites that differ in their seeds only, with 40 statistics each, not more than 5 % may have anything beyond noise;
  /// with 50 expected, more than 72 come with a probability of 0.1 %. And a real change among the 40 is found.
  @Test(arguments: [true, false]) func noiseIsSeldomTakenForAChange(isPaired: Bool) {
    func suite(_ key: UInt64, seed: UInt64, shift: Double = 0) -> Baseline {
      var run = Baselines.run(Array(repeating: 0, count: 20), seed: seed)
      run.things = (0..<40).map { thing in
        let values = (0..<20).map { Baselines.normal(thing * 20 + $0, key) + (thing == 7 ? shift : 0) }
        return ThingBaseline(kind: "station", path: "s\(thing)", fingerprints: values.map(\.bitPattern), statistics: [StatisticBaseline(name: "wait", dimension: .time, values: values)])
      }
      return Baselines.baseline(run)
    }
    func beyond(_ report: BaselineReport) -> [String] {
      report.scripts[0].runs[0].moved.filter { $0.changes.contains { $0.verdict == .beyondNoise } }.map(\.path)
    }
    var wrong = 0
    for trial in 0..<1000 {
      let report = BaselineReport(file: "b", old: suite(UInt64(2 * trial + 1), seed: 1), new: suite(UInt64(2 * trial + 2), seed: isPaired ? 1 : 2))
      #expect(report.comparisons == 40)
      if !beyond(report).isEmpty { wrong += 1 }
    }
    #expect(wrong <= 72 && wrong >= 20, "\(wrong) of 1000")
    #expect(beyond(BaselineReport(file: "b", old: suite(1, seed: 1), new: suite(2, seed: isPaired ? 1 : 2, shift: 3))) == ["s7"])
  }
}

@Suite struct BaselineTextTests {
  @Test func whatMovedIsNamed() throws {
    var suite = try Suites.good()
    suite.scripts[0].path = "shop.souk"
    suite.baseline = try Baselines.changed("shop.souk")
    let text = SuiteText(style: PageStyle(width: 100)).summary(suite)
    #expect(
      text == """
        since base.json (Souk 0.1.0): 1 of 2 things moved; 1 of 2 statistics compared is beyond noise (all
          intervals together at 95% confidence, Bonferroni); not tested this time: other.souk
          shop.souk
            note: the script has changed since
            new: run only|now <b> (Shop)
            gone: run only then (Shop)
            run day of Shop: 1 of 2 things moved (20 replications, paired)
              new: account bank
              station till, in 20 of 20 replications
                wait: 59.8 s → 1.507 min, +30.5980 ± 0.0064 s (+51.2%), beyond noise
                within noise: longest
              not moved: source orders
        1 script, 1 case: 1 holds

        """)
    var quiet = SuiteText(style: PageStyle(width: 100))
    quiet.isQuiet = true
    #expect(quiet.summary(suite).contains("station till"))
    suite.baseline = BaselineReport(file: "b", old: Baselines.baseline(Baselines.run([1])), new: Baselines.baseline(Baselines.run([1])))
    #expect(quiet.summary(suite) == "since b (Souk 0.1.0): nothing moved\n1 script, 1 case: 1 holds\n")
  }

  @Test func everyFormatTellsIt() throws {
    let suite = try Suites.all()
    for content in [suite.json(), suite.junit(), suite.tap(), suite.sarif(), suite.githubAnnotations(), suite.markdown()] {
      #expect(content.contains("till") && (content.contains("beyond noise") || content.contains("beyond_noise")), "\(content.prefix(300))")
    }
    let json = try #require(JSONValue(suite.json())?["baseline"]?["scripts"]?.items?.first?["runs"]?.items?.first)
    #expect(json["moved"]?.items?.first?["changes"]?.items?.first?["verdict"]?.string == "beyond_noise")
    #expect(JSONValue(try Suites.good().json())?["baseline"] != nil, "null, and there")
  }
}
