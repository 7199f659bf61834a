// Reference cases with exact values (docs/cases.md). `Cases/<id>.souk` is a model whose quantities are known by a formula,
// and each of its checks is one of three lines:
//
//     check "W": EXPRESSION within TOLERANCE of VALUE                 for what has a unit
//     check "L": abs(EXPRESSION - VALUE) <= TOLERANCE                 for plain numbers
//     check "D": EXPRESSION == VALUE                                  for what has to be exact
//
// Each test runs such a script and holds every deviation, in tolerances, to 1. In every run of the tests some scripts are
// run with fewer replications (or for a shorter span, where there is one replication of independent draws), and their
// tolerances widened by the root of that factor. All cases as they are, with a table, by the program as it is released:
//
//     swift build -c release --product souk && SOUK_ALL_CASES=1 swift test --filter CaseTests

import Foundation
import Testing

/// A script of `Cases`.
private struct ReferenceCase {
  /// One line `check`.
  struct Quantity {
    var name: String
    var expression: String
    var value: String
    var tolerance: String
    /// Whether it is arithmetic, to which the number of replications means nothing.
    var isArithmetic: Bool { !expression.contains("value(") && !expression.contains("sd(") }
  }

  static let folder = "Tests/SoukTests/Cases"
  static let names = Repository.files(below: folder, extension: "souk").map {
    URL(fileURLWithPath: $0).deletingPathExtension().lastPathComponent
  }

  var name: String
  var text: String
  var quantities: [Quantity] = []

  init(_ name: String) throws {
    self.name = name
    text = try Repository.text("\(Self.folder)/\(name).souk")
    for line in text.split(separator: "\n") where line.hasPrefix("check ") {
      quantities.append(try #require(Self.quantity(String(line)), "neither form of a check: \(line)"))
    }
  }

  private static func quantity(_ line: String) -> Quantity? {
    if let found = line.wholeMatch(of: /check "([^"]+)": *(.+) within (\S+(?: \S+)?) of (\S+(?: \S+)?)/) {
      return Quantity(name: "\(found.1)", expression: "\(found.2)", value: "\(found.4)", tolerance: "\(found.3)")
    }
    if let found = line.wholeMatch(of: /check "([^"]+)": *abs\((.+?)(?: ([-+]) ([0-9.]+))?\) <= ([0-9.]+)/) {
      let sign = found.3 == "+" ? "-" : ""
      return Quantity(name: "\(found.1)", expression: "\(found.2)", value: "\(sign)\(found.4 ?? "0")", tolerance: "\(found.5)")
    }
    if let found = line.wholeMatch(of: /check "([^"]+)": *(.+) == ([0-9.]+)/) {
      return Quantity(name: "\(found.1)", expression: "\(found.2)", value: "\(found.3)", tolerance: "0")
    }
    return nil
  }

  /// The script with a part of its replications, or of its span, and after it each quantity printed: as it is, and its
  /// deviation in tolerances.
  private func printing(oneIn divisor: Int) throws -> String {
    var script = text
    if divisor > 1 {
      let written = try #require(script.firstMatch(of: /replications: ([0-9_]+)/) ?? script.firstMatch(of: /span: ([0-9_]+)/))
      let whole = try #require(Int(written.output.1.filter { $0 != "_" }))
      let part = written.output.0.replacing(written.output.1, with: "\(max(1, whole / divisor))")
      script = script.replacing(written.output.0, with: part)
    }
    for quantity in quantities {
      let unit = quantity.tolerance == "0" ? "1" : quantity.tolerance
      script += "\nprint \(quantity.expression)\nprint ((\(quantity.expression)) - (\(quantity.value))) / (\(unit))"
    }
    return script + "\n"
  }

  /// A quantity as it came out.
  struct Finding {
    var quantity: Quantity
    /// As a report shows it.
    var shown: String
    /// From the exact value, in tolerances.
    var deviation: Double
    var holds: Bool { deviation.magnitude <= (quantity.tolerance == "0" ? 0 : 1) }
  }

  /// All cases are run by the program as it is released.
  private static let program = CaseTests.runsAll ? Repository.root.appending(path: ".build/release/souk") : Program.url

  /// Runs the script with one in `divisor` of its replications.
  func run(oneIn divisor: Int, seconds: Double) throws -> [Finding] {
    let scratch = try Scratch(["\(name).souk": try printing(oneIn: divisor)])
    let finished = try Program.shell("exec '\(Self.program.systemPath)' run \(name).souk --json", in: scratch.url, seconds: seconds)
    // The script's own tolerances are those of all replications: with a part of them its checks may fail.
    let isRun = !finished.crashed && (finished.code == 0 || finished.code == 1)
    try #require(isRun, "\(name) ended with \(finished.crashed ? "signal " : "")\(finished.code) after \(seconds) s at most\n\(finished.errors)")
    let report = try JSONDecoder().decode(Report.self, from: Data(finished.output.utf8))
    if divisor == 1 { #expect(finished.code == 0, "\(name): a check of the script itself fails") }
    let printed = report.items.filter { $0.kind == "print" }
    try #require(printed.count == 2 * quantities.count, "\(name) printed \(printed.count) of \(2 * quantities.count) values\n\(finished.errors)")
    let widening = Double(divisor).squareRoot()
    return try quantities.enumerated().map { index, quantity in
      let deviation = try #require(printed[2 * index + 1].figures?.first?.value, "\(name), \(quantity.name): no data")
      return Finding(
        quantity: quantity, shown: printed[2 * index].text ?? "", deviation: deviation / (quantity.isArithmetic ? 1 : widening))
    }
  }

  /// What is read of a report in JSON.
  private struct Report: Decodable {
    struct Figure: Decodable { var value: Double? }
    struct Item: Decodable {
      var kind: String
      var text: String?
      var figures: [Figure]?
    }
    var items: [Item]
  }
}

@Suite struct CaseTests {
  static let runsAll = ProcessInfo.processInfo.environment["SOUK_ALL_CASES"] == "1"

  /// What every run of the tests runs, each with one in so many of its replications: quick also without optimisation.
  static let quick: [(name: String, divisor: Int)] = [
    ("autoscale-hysteresis", 20), ("base-stock-lost", 20), ("breakdowns", 20), ("dist-lognormal-moments", 20), ("escrow-pipeline", 20),
    ("flash-sale", 20), ("law-inventory-breakdown", 20), ("line-blocking-poisson", 20),
    ("mg1-lognormal", 20), ("mm1-basic", 20), ("mmc-erlang-c", 20), ("nhpp-table", 20), ("prio-np-3", 20),
    ("ps-insensitive", 20), ("rng-stream-contract", 1), ("sir-stochastic", 100), ("tandem-3", 20),
  ]

  @Test(arguments: ReferenceCase.names) func everyCheckIsOfAFormThatIsRead(_ name: String) throws {
    #expect(try !ReferenceCase(name).quantities.isEmpty, "a case without a quantity")
  }

  @Test func everyScriptIsSound() throws {
    let finished = try Program.run(["check", ReferenceCase.folder])
    #expect(finished.code == 0, "\(finished)")
  }

  @Test(.enabled(if: !runsAll), arguments: quick) func quickCaseIsWithinTolerance(_ name: String, _ divisor: Int) throws {
    for finding in try ReferenceCase(name).run(oneIn: divisor, seconds: 120) {
      #expect(finding.holds, "\(finding.quantity.name) is \(finding.shown), \(finding.deviation) tolerances from \(finding.quantity.value)")
    }
  }

  /// The other half of `rng-stream-contract`: to the byte, in whatever order the threads come to the replications.
  @Test func threadsChangeNothing() throws {
    func output(threads: Int) throws -> Finished {
      try Program.run(["run", "rng-stream-contract.souk", "--json", "--threads", "\(threads)"], in: Repository.root.appending(path: ReferenceCase.folder))
    }
    let one = try output(threads: 1)
    #expect(one.code == 0 && one.output.contains("max_abs_difference"), "\(one)")
    #expect(try output(threads: 8) == one)
  }

  @Test(.enabled(if: runsAll)) func everyCaseIsWithinTolerance() throws {
    print(Self.row("case", "quantity", "is", "should be", "tolerance", "deviation", ""))
    for name in ReferenceCase.names {
      let began = Date.now
      do {
        for finding in try ReferenceCase(name).run(oneIn: 1, seconds: 1800) {
          let quantity = finding.quantity
          print(
            Self.row(
              name, quantity.name, finding.shown, quantity.value, quantity.tolerance, String(format: "%.3f", finding.deviation),
              finding.holds ? "pass" : "FAIL"))
          #expect(finding.holds, "\(name), \(quantity.name): \(finding.deviation) tolerances from \(quantity.value)")
        }
      } catch {
        print(Self.row(name, "", "", "", "", "", "FAIL: it didn't run"))
        Issue.record(error)
      }
      print(String(format: "%@: %.1f s", name, Date.now.timeIntervalSince(began)))
    }
  }

  /// A line of the table: columns of fixed widths.
  private static func row(_ cells: String...) -> String {
    zip(cells, [26, 26, 22, 22, 16, 10, 0]).map { cell, width in cell.padding(toLength: max(width, cell.count), withPad: " ", startingAt: 0) }
      .joined(separator: " ")
  }
}
