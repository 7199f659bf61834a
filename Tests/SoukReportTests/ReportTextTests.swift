// Whole reports against what they should look like, and the machine formats.

import SoukUnits
import Testing

@testable import SoukReport

@Suite struct ReportTextTests {
  let report = TextReport(style: PageStyle(width: 80), units: FigureTests.units)
  func unit(_ text: String) throws -> UnitExpression { try FigureTests.units.parse(text).get() }

  func check(_ verdict: CheckVerdict) throws -> CheckReport {
    let minutes = try unit("min")
    var check = CheckReport(
      name: "the queue is bearable", verdict: verdict, sentence: "mean(day.till.wait) = 8.98 ± 0.31 min < 8 min", place: "shop.souk:25:1")
    check.observed = Figure(538.8, halfWidth: 18.6, dimension: .time, unit: minutes)
    check.limit = Figure(480, dimension: .time, unit: minutes)
    check.margin = Figure(-58.8, halfWidth: 15.8, dimension: .time, unit: minutes)
    check.confidence = 0.95
    check.replications = 20
    check.seed = 1
    check.worst = (7, Figure(610, dimension: .time, unit: minutes))
    check.command = "souk run shop.souk --seed 1"
    check.blame = "till: 89.9% busy"
    return check
  }

  @Test func failureCarriesItsEvidence() throws {
    #expect(
      report.text(.check(try check(.fails))) == """
        FAILS      the queue is bearable: mean(day.till.wait) = 8.98 ± 0.31 min < 8 min
                   misses by 0.98 ± 0.26 min, each way at 95%
                   20 replications, seed 1, shop.souk:25:1
                   worst: replication 7 with 10.17 min
                   look at till: 89.9% busy
                   again: souk run shop.souk --seed 1

        """)
  }

  @Test func successIsOneLine() throws {
    var check = try check(.holds)
    #expect(report.text(.check(check)) == "holds      the queue is bearable: mean(day.till.wait) = 8.98 ± 0.31 min < 8 min\n")
    check.standing = "predicted"
    check.notes = ["one replication: no interval"]
    #expect(
      report.text(.check(check)) == """
        holds      the queue is bearable (predicted): mean(day.till.wait) = 8.98 ± 0.31 min < 8 min
                   one replication: no interval

        """)
  }

  @Test func summaryCountsVerdictsAndStandings() throws {
    var predicted = try check(.holds)
    predicted.standing = "predicted"
    let items: [ReportItem] = [.check(try check(.holds)), .check(try check(.fails)), .check(predicted), .check(try check(.noData))]
    #expect(report.summary(items) == "4 checks: 2 hold, 1 fails, 1 has no data; of 1 predicted 1 holds")
    #expect(report.summary([.note("x")]) == nil)
    let failed = TestReport(name: "t", place: "a:1:1", expectations: 1, failures: [TestReport.Failure(place: "a:2:3", message: "expected x = 1 == 2")])
    #expect(report.summary([.test(failed)]) == "1 test: 1 fails")
    #expect(report.text(.test(failed)) == "FAILS      test t\n           expected x = 1 == 2\n           a:2:3\n")
  }

  @Test func runHasItsTablesWithUnitsInTheHead() throws {
    let run = RunReport(
      model: "Checkout", name: "day", facts: [("span", "1000 h"), ("replications", "20")],
      tables: [
        RunTable(
          title: "stations", columns: ["wait", "busy", "reneged"],
          rows: [
            RunTable.Row(name: "till", cells: [Figure(538.8, halfWidth: 18.6, dimension: .time), Figure(0.9, halfWidth: 0.004, dimension: .dimensionless, unit: try unit("%")), nil]),
            RunTable.Row(name: "express", cells: [Figure(61, halfWidth: 2, dimension: .time), Figure(nil, dimension: .dimensionless), nil]),
          ])
      ], notes: ["something to know"])
    #expect(
      report.text(.run(run)) == """
        day: Checkout
          span 1000 h, replications 20

          stations     wait [min]      busy [%]
          ────────  ─────────────  ────────────
          till        8.98 ± 0.31  90.00 ± 0.40
          express   1.017 ± 0.033             –

          something to know

        """)
  }

  @Test func jsonHasNoNaNAndAllDigits() throws {
    let figure = Figure(1.0 / 3, halfWidth: .infinity, dimension: .time)
    let document = ReportDocument(
      script: "a \"b\".souk", version: "1.0", seed: .max,
      items: [.printed(PrintedValue(text: "x", figures: [figure, Figure(.nan, dimension: .dimensionless), Figure(11_364, dimension: .currency("CNY"))])), .check(try check(.fails))],
      isComplete: false, exitCode: 130)
    let json = document.json(writer: report.writer)
    #expect(json.hasPrefix("{\n  \"souk\": 1,\n"))
    #expect(json.contains("\"script\": \"a \\\"b\\\".souk\""))
    #expect(json.contains("\"seed\": \"18446744073709551615\""))
    #expect(json.contains("\"complete\": false"))
    #expect(json.contains("\"value\": 0.3333333333333333,"))
    #expect(json.contains("\"value\": null,"))
    #expect(json.contains("\"value\": 113.64,\n          \"unit\": \"CNY\""))
    #expect(json.contains("\"fails\": 1"))
    #expect(!json.lowercased().contains("nan") && !json.contains("inf"))
  }

  @Test func csvQuotesWhatNeedsIt() {
    let data = ExportData(file: "a.csv", columns: ["time [s]", "say \"x\""], rows: [[.number(0.1), .text("a,b")], [.missing, .text("line\r\nend")]])
    #expect(data.csv == "time [s],\"say \"\"x\"\"\"\r\n0.1,\"a,b\"\r\n,\"line\r\nend\"\r\n")
  }
}
