// A suite's result in each of its formats: what people read against what they should read, and what machines read against what
// others wrote for these formats. The tools are installed by Tests/validators/validate.py --install; where one is missing, its test
// is skipped.

import Foundation
import SoukUnits
import TestCommands
import Testing

@testable import SoukReport

enum Suites {
  static func check(_ name: String, _ verdict: CheckVerdict, line: Int) throws -> CheckReport {
    let minutes = try FigureTests.units.parse("min").get()
    func time(_ seconds: Double) -> Figure { Figure(seconds, dimension: .time, unit: minutes) }
    var check = CheckReport(name: name, verdict: verdict, sentence: "mean(day.till.wait) = 8.98 ± 0.31 min < 8 min", place: "shop.souk:\(line):1")
    check.claim = "mean(day.till.wait) < 8 min"
    check.observed = Figure(538.8, halfWidth: 18.6, dimension: .time, unit: minutes)
    check.limit = time(480)
    check.margin = Figure(-58.8, halfWidth: 15.8, dimension: .time, unit: minutes)
    check.interval = (time(523), time(554.6))
    check.confidence = 0.95
    check.method = "Student's t"
    check.replications = 30
    check.looks = 2
    check.seed = 1
    check.command = "souk run shop.souk --seed 1"
    if verdict == .fails {
      check.smallest = (17, time(610), 1204, "souk run shop.souk --seed 1 --replication 17")
      check.blame = "till: 89.9% busy"
      func stage(_ time: Double, _ what: String, _ place: String, _ lasts: Double?) -> JourneyReport.Stage { JourneyReport.Stage(time: time, what: what, place: place, lasts: lasts) }
      check.journeys = [
        JourneyReport(
          journey: "buy", number: 42, replication: 17, value: time(1200),
          stages: [
            stage(7200, "arrives", "", 0), stage(7200, "waits", "till", 1200), stage(8400, "is served", "till", 30), stage(8430, "is done", "till", 0),
            stage(8430, "waits 5 min", "", 300), stage(8730, "ends as lost", "", nil),
          ])
      ]
    }
    if verdict == .undecided { check.moreReplications = 12_000 }
    if verdict == .noData { check.notes = ["no data in 30 of 30 replications"] }
    return check
  }

  /// One of everything, with names that every format has to write in its own way.
  static func all() throws -> SuiteReport {
    let verdicts: [CheckVerdict] = [.holds, .fails, .undecided, .noData, .error]
    let names = ["plain", "a \"quoted\" <b>&amp; ]]> name", "a|pipe #1 * _x_ `code`", "two\nlines\tand a \u{1}", "订单 ✓ 100%: a, b"]
    var shop = ScriptReport(path: "shop.souk", outcome: .finished, seed: 1, units: FigureTests.units)
    for (number, verdict) in verdicts.enumerated() { shop.cases.append(.check(try check(names[number], verdict, line: number + 3))) }
    let failure = TestReport.Failure(place: "shop.souk:12:3", message: "expected x = 1 == 2")
    shop.cases.append(.test(TestReport(name: "delays double", place: "shop.souk:11:1", expectations: 2, failures: [failure])))
    shop.cases.append(.test(TestReport(name: "delays", place: "shop.souk:15:1", expectations: 1, failures: [])))
    shop.notes = ["a note"]
    let place = SourcePlace(file: "dir a/wrong.souk", line: 3, column: 5)
    let problem = ScriptProblem(code: "E0202", message: "can't compare Time with CNY", place: place, hints: ["write `1 h`"], isError: true)
    let wrong = ScriptReport(path: "dir a/wrong.souk", outcome: .wrong, problems: [problem])
    let scripts = [
      shop, wrong, ScriptReport(path: "empty.souk", outcome: .finished), ScriptReport(path: "late.souk", outcome: .outOfTime),
      ScriptReport(path: "left.souk", outcome: .skipped("a script before it has failed")), ScriptReport(path: "big.souk", outcome: .stopped),
    ]
    var report = SuiteReport(version: "0.1.0", scripts: scripts, exitCode: SuiteReport.exitCode(of: scripts), seed: UInt64.max, filter: "t")
    report.baseline = try Baselines.changed("shop.souk")
    return report
  }

  static func cut() throws -> SuiteReport {
    var report = SuiteReport(version: "0.1.0", scripts: [ScriptReport(path: "x.souk", outcome: .interrupted)], cut: "interrupted", exitCode: 130)
    report.scripts[0].cases = [.check(try check("held", .holds, line: 1))]
    return report
  }

  static func good() throws -> SuiteReport {
    SuiteReport(
      version: "0.1.0", scripts: [ScriptReport(path: "x.souk", outcome: .finished, cases: [.check(try check("held", .holds, line: 1))])], exitCode: 0)
  }
}

@Suite struct SuiteTests {
  let text = SuiteText(style: PageStyle(width: 90))

  @Test func failureCarriesItsEvidence() throws {
    let script = ScriptReport(path: "shop.souk", outcome: .finished, cases: [.check(try Suites.check("the till", .fails, line: 25))], units: FigureTests.units)
    #expect(
      text.text(script) == """
        shop.souk
          FAILS      the till: mean(day.till.wait) < 8 min
                     observed 8.98 min, limit 8 min: misses by 0.98 min
                     true value between 8.717 min and 9.243 min, each end at 95% confidence (30
                       replications, look 2, Student's t)
                     smallest failing replication: 17 with 10.17 min, 1,204 events
                     look at till: 89.9% busy
                     worst: buy 42 of replication 17 with 20 min: arrives at 2 h, waits at till
                       for 20 min, is served at till for 30 s, waits 5 min, ends as lost
                     shop.souk:25:1, seed 1
                     again: souk run shop.souk --seed 1 --replication 17

        """)
  }

  @Test func undecidedSaysHowMuchIsMissing() throws {
    let script = ScriptReport(path: "s.souk", outcome: .finished, cases: [.check(try Suites.check("c", .undecided, line: 1))], units: FigureTests.units)
    #expect(text.text(script).contains("undecided  c: mean(day.till.wait) < 8 min\n"))
    #expect(text.text(script).contains("about 12,000 more replications would decide\n"))
  }

  @Test func nothingCheckedIsNoPass() throws {
    let empty = ScriptReport(path: "empty.souk", outcome: .finished)
    #expect(empty.verdict == .noData && SuiteReport.exitCode(of: [empty]) == 3)
    #expect(text.text(empty) == "empty.souk\n  no data    no check or test ran, and that is not a pass\n")
    #expect(SuiteReport.exitCode(of: []) == 3)
    #expect(SuiteReport.exitCode(of: [ScriptReport(path: "a", outcome: .skipped("x"))]) == 3)
  }

  @Test func whatIsWorstDecidesTheExitCode() throws {
    func code(_ scripts: [CheckVerdict]...) throws -> Int32 {
      SuiteReport.exitCode(of: try scripts.map { verdicts in
        ScriptReport(path: "a", outcome: .finished, cases: try verdicts.map { .check(try Suites.check("c", $0, line: 1)) })
      })
    }
    #expect(try code([.holds]) == 0)
    #expect(try code([.holds, .undecided]) == 3)
    #expect(try code([.holds, .noData]) == 3)
    #expect(try code([.undecided, .fails], [.holds]) == 1)
    #expect(try code([.holds], [.fails], [.error]) == 2)
    let held = ScriptReport(path: "a", outcome: .finished, cases: [.check(try Suites.check("c", .holds, line: 1))])
    let failed = ScriptReport(path: "a", outcome: .finished, cases: [.check(try Suites.check("c", .fails, line: 1))])
    var stopped = held
    stopped.outcome = .stopped
    #expect(SuiteReport.exitCode(of: [ScriptReport(path: "w", outcome: .wrong), failed]) == 2)
    #expect(SuiteReport.exitCode(of: [stopped, ScriptReport(path: "t", outcome: .outOfTime)]) == 4)
    #expect(SuiteReport.exitCode(of: [stopped, failed]) == 1)
    #expect(SuiteReport.exitCode(of: [ScriptReport(path: "t", outcome: .outOfTime), held]) == 3)
    #expect(SuiteReport.exitCode(of: [ScriptReport(path: "t", outcome: .skipped("filter")), held]) == 0)
  }

  @Test func summaryNamesWhatDoesNotHold() throws {
    var suite = try Suites.all()
    suite.baseline = nil
    let summary = text.summary(suite)
    #expect(summary.hasPrefix("6 scripts, 7 cases: 2 hold, 2 fail, 1 is undecided, 1 has no data, 1 is in error"))
    #expect(summary.contains("  FAILS      shop.souk:4 a \"quoted\"") && summary.contains("  undecided  shop.souk:5 "))
    #expect(text.summary(try Suites.cut()).contains("not whole: interrupted"))
  }

  @Test func quietLeavesOutWhatHolds() throws {
    var quiet = text
    quiet.isQuiet = true
    #expect(quiet.text(try Suites.good().scripts[0]) == "")
    #expect(!quiet.text(try Suites.all().scripts[0]).contains("plain"))
  }

  /// A workflow command is one line, and what would end its parts early is in percents.
  @Test func annotationsAreOneLineEach() throws {
    let lines = try Suites.all().githubAnnotations().split(separator: "\n")
    #expect(lines.count == 5 + 1 + 3 + 1)
    for line in lines {
      let parts = try #require(line.wholeMatch(of: /::(error|warning|notice) file=([^,:]*),line=\d+,col=\d+,title=([^,:]*)::(.*)/), "\(line)")
      #expect(!parts.output.4.contains("\r"))
    }
    #expect(lines.contains { $0.hasPrefix("::error file=shop.souk,line=4,col=1,title=fails%3A a \"quoted\"") })
    #expect(lines.contains { $0.contains("again: souk run shop.souk --seed 1 --replication 17") })
    #expect(try Suites.cut().githubAnnotations().contains("::error title=souk test::not whole: interrupted"))
    #expect(try Suites.good().githubAnnotations() == "")
  }

  @Test func tableCellsHoldTheirMarks() throws {
    let page = try Suites.all().markdown()
    #expect(page.contains("| ⚠️ undecided | a\\|pipe \\#1 \\* \\_x\\_ \\`code\\` | 8.98 ± 0.31 min |"))
    #expect(page.contains("| ❌ fails | a \"quoted\" &lt;b&gt;&amp;amp; \\]\\]&gt; name |"))
    var columns = 0
    for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
      guard line.hasPrefix("| ") || line.hasPrefix("|-") else { columns = 0; continue }
      let marks = line.replacing("\\|", with: "").count(where: { $0 == "|" })
      #expect(marks >= 4 && (columns == 0 || marks == columns), "\(line)")
      columns = marks
    }
  }

  @Test func confidenceKeepsTheDigitsThatTellItFromOne() {
    let writer = FigureWriter(units: UnitTable())
    #expect(writer.share(0.95) == "95%" && writer.share(0.99) == "99%" && writer.share(1 - 5e-7) == "99.99995%" && writer.share(0.975) == "97.5%")
  }

  @Test func wordsAreQuotedForAShell() {
    #expect(ShellWord.quoted("a/b-1.souk") == "a/b-1.souk" && ShellWord.quoted("订单.souk") == "订单.souk")
    #expect(ShellWord.quoted("it's $x") == "'it'\\''s $x'" && ShellWord.quoted("") == "''")
  }
}

// MARK: Tools that others wrote

private let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

private func validate(_ format: String, _ content: String) throws -> (status: Int32, output: String) {
  let file = FileManager.default.temporaryDirectory.appending(path: "souk-suite-\(UUID().uuidString)")
  defer { try? FileManager.default.removeItem(at: file) }
  try content.write(to: file, atomically: true, encoding: .utf8)
  return try Command("python3", [root.appending(path: "Tests/validators/validate.py").path, format, file.path]).run()
}

/// Whether the tool for a format is there: it says of an empty file that it isn't valid, rather than that it can't tell.
private func isInstalled(_ format: String) -> Bool { (try? validate(format, "").status) == 1 }

private struct Format: CustomTestStringConvertible {
  var testDescription: String
  var write: @Sendable (SuiteReport) -> String

  static let all = [
    Format(testDescription: "junit") { $0.junit() }, Format(testDescription: "tap") { $0.tap() }, Format(testDescription: "sarif") { $0.sarif() },
    Format(testDescription: "json") { $0.json() },
  ]
  static let installed = all.filter { isInstalled($0.testDescription) }
}

@Suite(.enabled(if: !Format.installed.isEmpty, "no validator is installed: Tests/validators/validate.py --install"))
struct SuiteFormatTests {
  @Test(arguments: Format.installed) private func isValidForOthers(_ format: Format) throws {
    for suite in [try Suites.all(), try Suites.cut(), try Suites.good()] {
      let content = format.write(suite)
      let (status, output) = try validate(format.testDescription, content)
      #expect(status == 0, "\(output)\n\(content)")
    }
  }

  /// The validators can say no.
  @Test(arguments: Format.installed) private func aBrokenReportIsRefused(_ format: Format) throws {
    let good = format.write(try Suites.all())
    let broken: String =
      switch format.testDescription {
      case "junit": good.replacing("failures=\"2\"", with: "failures=\"1\"")
      case "tap": good.replacing("1..", with: "1..1")
      case "sarif": good.replacing("\"ruleId\": \"check-fails\"", with: "\"ruleId\": \"other\"")
      default: good.replacing("\"verdict\": \"fails\"", with: "\"verdict\": \"FAILS\"")
      }
    #expect(broken != good)
    #expect(try validate(format.testDescription, broken).status == 1)
  }

  /// Perl's harness, which most consumers of TAP behave like.
  @Test(.enabled(if: (try? Command("prove", ["--version"]).run().status) == 0, "prove (perl) is not installed"))
  func perlReadsTheProtocol() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "souk-tap-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func prove(_ suite: SuiteReport) throws -> (status: Int32, output: String) {
      let file = folder.appending(path: "report.tap")
      try suite.tap().write(to: file, atomically: true, encoding: .utf8)
      return try Command("prove", ["-e", "cat", file.path]).run()
    }
    let all = try prove(try Suites.all())
    #expect(all.status != 0 && all.output.contains("Tests: 12 Failed: 9") && !all.output.contains("Parse errors"), "\(all.output)")
    #expect(try prove(try Suites.good()).status == 0)
    let cut = try prove(try Suites.cut())
    #expect(cut.status != 0 && cut.output.contains("Bailout"), "\(cut.output)")
  }
}
