// `souk test --save-baseline` and `--baseline` as a pipeline uses them, and ten models that were broken on purpose: which of the checks
// and what of the baseline finds each stands in docs/checks.md, and is held here.

import Foundation
import Testing

private enum Market {
  static let script = (try? Repository.text("Tests/SoukTests/Broken/market.souk")) ?? ""
}

@Suite struct CommandLineBaselineTests {
  private func souk(_ words: String..., in folder: Scratch) throws -> Finished { try Program.run(["test"] + words, in: folder.url) }

  @Test func savedAndHeldAgainst() throws {
    let folder = try Scratch(["market.souk": Market.script])
    let first = try souk("--save-baseline", "base.json", in: folder)
    #expect(first.code == 3 && first.output.contains("no baseline was given"), "\(first)")
    let same = try souk("--baseline", "base.json", in: folder)
    #expect(same.code == 0 && same.output.contains("\nsince base.json (Souk "), "\(same)")
    #expect(same.output.hasSuffix("): nothing moved\n1 script, 7 cases: 7 hold\n"))
    // The same bytes on any number of processors, and what is saved while it is held against is what was saved.
    for threads in ["1", "3"] {
      #expect(try souk("--baseline", "base.json", "--save-baseline", "again.json", "--threads", threads, in: folder) == same)
      #expect(try folder.text("again.json") == folder.text("base.json"))
    }
    // A file may be moved on in place.
    try folder.write(Market.script.replacing("mean: 4 min", with: "mean: 3.4 min"), to: "market.souk")
    let better = try souk("--baseline", "base.json", "--save-baseline", "base.json", in: folder)
    #expect(better.code == 0 && better.output.contains("note: the script has changed since") && better.output.contains("station hub, in "), "\(better)")
    #expect(try souk("--baseline", "base.json", in: folder).output.contains("nothing moved"))
    try folder.write(Market.script, to: "market.souk")
    let worse = try souk("--baseline", "base.json", in: folder)
    #expect(worse.code == 1 && worse.output.contains("FAILS      no worse trips"), "\(worse)")
    // What is to be pasted says so again.
    let command = try #require(worse.output.firstMatch(of: /again: (.*)/)).output.1
    #expect(command == "souk test market.souk --filter 'no worse trips' --seed 1 --baseline base.json")
    let again = try Program.shell(String(command), in: folder.url)
    #expect(again.code == 1 && again.output.contains("FAILS      no worse trips"), "\(again)")
  }

  @Test func parametersAndSeedsThatMovedAreTold() throws {
    let folder = try Scratch(["market.souk": Market.script])
    _ = try souk("--save-baseline", "base.json", in: folder)
    let given = try souk("--baseline", "base.json", "--set", "price=26 CNY", in: folder)
    #expect(given.output.contains("note: parameters set from outside were none, and are price=26 CNY"), "\(given)")
    #expect(given.output.contains("not moved: source orders, station till, station bank, station hub"))
    let other = try souk("--baseline", "base.json", "--seed", "2", "--max-replications", "30", in: folder)
    #expect(other.output.contains("the seed was 1, and is 2") && other.output.contains("10 of 10 things moved") && other.output.contains("not paired"), "\(other)")
    let part = try souk("--baseline", "base.json", "--filter", "paid", in: folder)
    #expect(part.code == 0 && part.output.contains("nothing moved"), "\(part)")
  }

  @Test func filesThatAreNoBaselineAreRefused() throws {
    let folder = try Scratch(["market.souk": Market.script, "a.souk": "test \"t\" { expect 1 == 1 }\n"])
    _ = try souk("--save-baseline", "base.json", in: folder)
    let whole = try folder.text("base.json")
    let broken: [(name: String, text: String?, told: String)] = [
      ("none.json", nil, "there is no file “none.json”; `souk test --save-baseline none.json` makes one"),
      ("half.json", String(whole.prefix(whole.count / 2)), "“half.json” is no whole baseline: it isn't JSON, or not all of it is there"),
      ("other.json", "{\"souk_test\": 2}", "“other.json” is no baseline: `souk test --save-baseline` writes one"),
      ("newer.json", whole.replacing("\"souk_baseline\": 1", with: "\"souk_baseline\": 7"), "“newer.json” is a baseline of format 7, written by Souk"),
      ("edited.json", whole.replacing("\"seed\": \"1\"", with: "\"seed\": \"2\""), "“edited.json” is no whole baseline: it was changed after it was written"),
    ]
    for (name, text, told) in broken {
      if let text { try folder.write(text, to: name) }
      let finished = try souk("--baseline", name, in: folder)
      #expect(finished.code == 2 && finished.output.isEmpty && finished.errors.contains(told), "\(finished)")
    }
    let unwritable = try souk("--save-baseline", "nowhere/base.json", in: folder)
    #expect(unwritable.code == 2 && unwritable.output.isEmpty && unwritable.errors.contains("nowhere/base.json"), "told before anything runs: \(unwritable)")
    #expect(try souk("a.souk", "--save-baseline", "/dev/full", in: folder).code == 2)
    for words in [["--filter", "x"], ["--fail-fast"], ["--rerun-failed"], ["--seeds", "3"], ["--format", "json=b.json"]] {
      #expect(try Program.run(["test", "--save-baseline", "b.json"] + words, in: folder.url).code == 2, "\(words)")
    }
    #expect(!folder.names.contains("b.json"))
  }

  /// What isn't whole takes no baseline's place.
  @Test func anUnfinishedTestSavesNothing() throws {
    let folder = try Scratch(["a.souk": Market.script, "base.json": "the one before"])
    let stopped = try souk("--save-baseline", "base.json", "--max-steps", "1000", in: folder)
    #expect(stopped.code == 4 && stopped.errors.contains("no baseline is saved: a.souk didn't run to its end"), "\(stopped)")
    try folder.write("check \"x\": 1 h < 1 CNY\n", to: "a.souk")
    #expect(try souk("--save-baseline", "base.json", in: folder).code == 2)
    try folder.write(Models.endless, to: "a.souk")
    let late = try souk("--save-baseline", "base.json", "--budget", "0.3 s", in: folder)
    #expect(late.code == 3 && late.errors.contains("no baseline is saved: the test isn't whole"), "\(late)")
    #expect(try folder.text("base.json") == "the one before" && folder.names == ["a.souk", "base.json"])
  }

  @Test func keptEvidenceSaysTheSame() throws {
    let folder = try Scratch(["market.souk": Market.script])
    _ = try souk("--save-baseline", "base.json", "--resume", in: folder)
    let resumed = try souk("--baseline", "base.json", "--resume", "--max-steps", "1000", in: folder)
    #expect(resumed.code == 0 && resumed.output.contains("nothing moved"), "\(resumed)")
  }
}

/// How far a run of many replications is, where a terminal watches, and nowhere else.
@Suite struct ProgressTests {
  @Test func aTerminalSeesHowFarItIs() throws {
    let script = """
      model Till {
        source people { rate: 0.8/min, journey: visit }
        station till { service: exponential(mean: 1 min) }
        journey visit { use till }
      }
      let r = run Till { span: 10 h, replications: 41 }
      check "short": mean(r.till.wait) < 1 h

      """
    let folder = try Scratch(["a.souk": script, "one.souk": script.replacing("41", with: "1")])
    func run(_ file: String, _ words: String..., terminal: String = "xterm") throws -> String {
      try Program.terminal(["run", folder.url.appending(path: file).systemPath] + words, environment: ["TERM": terminal]) { _ in }.output
    }
    let seen = try run("a.souk")
    #expect(seen.contains("·  Till: 1 of 41 replications") && seen.contains("\r\u{1B}[Kholds"), "\(seen)")
    for output in [try run("one.souk"), try run("a.souk", "--quiet"), try run("a.souk", terminal: "dumb")] { #expect(!output.contains("Till: "), "\(output)") }
    let piped = try Program.run(["run", "a.souk"], in: folder.url)
    #expect(piped.code == 0 && piped.errors.isEmpty && piped.output.hasPrefix("holds      short"))
  }
}

/// Ten ways to break one model.
@Suite struct BrokenModelTests {
  struct Break: CustomTestStringConvertible {
    var name: String
    /// What stands in the script, and what in its place.
    var from: String
    var to: String
    var testDescription: String { name }

    static let all = [
      Break(name: "a lost parcel", from: "    put 1 parcel into delivered\n", to: "    if happens(5%) { leave as \"lost\" }\n    put 1 parcel into delivered\n"),
      Break(name: "a swapped unit", from: "wait 30 min", to: "wait 30 s"),
      Break(name: "a slower hub", from: "gamma(mean: 4 min,", to: "gamma(mean: 4.4 min,"),
      Break(name: "a dead bank", from: "station bank { servers: 2,", to: "gauge alive { initial: 2 }\n  at 18 h { set alive: 0 }\n  station bank { servers: alive,"),
      Break(name: "another seed", from: "warmup: 2 h }", to: "warmup: 2 h, seed: 2 }"),
      Break(name: "a renamed station", from: "till", to: "desk"),
      Break(name: "a mistyped price", from: "25.50 CNY", to: "25.05 CNY"),
      Break(name: "fewer orders", from: "rate: 40 order/h", to: "rate: 38 order/h"),
      Break(name: "a shorter queue", from: "capacity: 30", to: "capacity: 3"),
      Break(name: "another law of the same mean", from: "gamma(mean: 4 min, sd: 2 min)", to: "exponential(mean: 4 min)"),
    ]
  }

  private struct Found: Decodable {
    struct Script: Decodable { var cases: [Case] }
    struct Case: Decodable {
      var name: String
      var verdict: String
    }
    struct Baseline: Decodable {
      struct Script: Decodable { var runs: [Run] }
      struct Run: Decodable {
        var paired: Bool
        var new, gone: [String]
        var moved: [Thing]
      }
      struct Thing: Decodable {
        var kind, path: String
        var changes: [Change]
      }
      struct Change: Decodable {
        var statistic, verdict: String
        var difference: Figure
      }
      struct Figure: Decodable { var text: String }
      var moved: Bool
      var scripts: [Script]
    }
    var exit: Int
    var scripts: [Script]
    var baseline: Baseline
  }

  /// What the checks say, and what the baseline names: things that moved, and the largest change beyond noise of the first of them.
  private func row(_ broken: Break, _ found: Found) -> String {
    let checks = found.scripts[0].cases.filter { $0.verdict != "holds" }.map { "“\($0.name)” \($0.verdict == "no_data" ? "no data" : $0.verdict)" }
    let run = found.baseline.scripts[0].runs[0]
    var words: [String] = []
    if !run.gone.isEmpty { words.append("gone: \(run.gone.joined(separator: ", "))") }
    if !run.new.isEmpty { words.append("new: \(run.new.joined(separator: ", "))") }
    let beyond = run.moved.flatMap { thing in thing.changes.filter { $0.verdict == "beyond_noise" }.map { (thing, $0) } }
    words.append("\(run.moved.count) things moved")
    if !run.paired { words.append("the seed is another") }
    if let (thing, change) = beyond.first { words.append("\(beyond.count) statistic\(beyond.count == 1 ? "" : "s") beyond noise, first \(thing.kind) \(thing.path): \(change.statistic) \(change.difference.text)") } else { words.append("none beyond noise") }
    return "| \(broken.name) | \(checks.isEmpty ? "–" : checks.joined(separator: ", ")) | \(words.joined(separator: "; ")) |"
  }

  @Test func eachIsFound() throws {
    let folder = try Scratch(["market.souk": Market.script])
    #expect(try Program.run(["test", "--save-baseline", "base.json"], in: folder.url).code == 3)
    var rows: [String] = []
    var foundByChecks = 0
    for broken in Break.all {
      let text = Market.script.replacing(broken.from, with: broken.to)
      #expect(text != Market.script)
      try folder.write(text, to: "market.souk")
      let finished = try Program.run(["test", "--baseline", "base.json", "--format", "json"], in: folder.url)
      let found = try JSONDecoder().decode(Found.self, from: Data(finished.output.utf8))
      #expect(found.baseline.moved, "\(broken.name) isn't seen by the baseline")
      if found.exit != 0 { foundByChecks += 1 }
      rows.append(row(broken, found))
    }
    #expect(foundByChecks >= 8, "\(rows.joined(separator: "\n"))")
    let table = rows.joined(separator: "\n")
    #expect(try Repository.text("docs/checks.md").contains(table), "docs/checks.md should have\n\(table)")
  }
}
