// Reference cases with exact values (docs/cases.md). `Cases/<id>.souk` is a model whose quantities are known by a formula,
// and each of its checks is one of three lines:
//
//     check "W": EXPRESSION within TOLERANCE of VALUE                 for what has a unit
//     check "L": abs(EXPRESSION - VALUE) <= TOLERANCE                 for plain numbers
//     check "D": EXPRESSION == VALUE                                  for what has to be exact
//
// Each test runs such a script and holds every deviation, in tolerances, to 1. In every run of the tests some scripts are
// run with fewer replications, and their tolerances widened by the root of that factor; SOUK_ALL_CASES=1 runs them all as
// they are and prints a table.

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

  /// The script with, after it, each quantity printed: as it is, and its deviation in tolerances.
  private func printing(replications: Int?) -> (text: String, widening: Double) {
    var script = text
    var widening = 1.0
    if let replications, let written = text.firstMatch(of: /replications: ([0-9_]+)/) {
      script = script.replacing(written.output.0, with: "replications: \(replications)")
      widening = ((Double(written.output.1.filter { $0 != "_" }) ?? 1) / Double(replications)).squareRoot()
    }
    for quantity in quantities {
      script += "\nprint \(quantity.expression)\nprint ((\(quantity.expression)) - (\(quantity.value))) / (\(quantity.tolerance == "0" ? "1" : quantity.tolerance))"
    }
    return (script + "\n", widening)
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

  /// Runs the script, with so many replications if they are given.
  func run(replications: Int? = nil, seconds: Double) throws -> [Finding] {
    let (script, widening) = printing(replications: replications)
    let scratch = try Scratch(["\(name).souk": script])
    let finished = try Program.run(["run", "\(name).souk", "--json"], in: scratch.url, seconds: seconds)
    try #require(!finished.crashed, "\(name) was ended by signal \(finished.code) after \(seconds) s at most\n\(finished.errors)")
    let report = try JSONDecoder().decode(Report.self, from: Data(finished.output.utf8))
    let printed = report.items.filter { $0.kind == "print" }
    try #require(printed.count == 2 * quantities.count, "\(name) printed \(printed.count) of \(2 * quantities.count) values\n\(finished.errors)")
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

  /// What every run of the tests runs, with so many replications (nil: as written): quick also without optimisation.
  static let quick: [(name: String, replications: Int?)] = [
    ("mm1-basic", 1), ("mmc-erlang-c", 1), ("mg1-lognormal", 1), ("prio-np-3", 1), ("ps-insensitive", 1),
    ("rng-stream-contract", nil), ("dist-lognormal-moments", nil),
  ]

  @Test(arguments: ReferenceCase.names) func everyCheckIsOfAFormThatIsRead(_ name: String) throws {
    #expect(try !ReferenceCase(name).quantities.isEmpty, "a case without a quantity")
  }

  @Test func everyScriptIsSound() throws {
    let finished = try Program.run(["check", ReferenceCase.folder])
    #expect(finished.code == 0, "\(finished)")
  }

  @Test(arguments: quick) func quickCaseIsWithinTolerance(_ name: String, _ replications: Int?) throws {
    for finding in try ReferenceCase(name).run(replications: replications, seconds: 60) {
      #expect(finding.holds, "\(finding.quantity.name) is \(finding.shown), \(finding.deviation) tolerances from \(finding.quantity.value)")
    }
  }

  @Test(.enabled(if: runsAll)) func everyCaseIsWithinTolerance() throws {
    print(Self.row("case", "quantity", "is", "should be", "tolerance", "deviation", ""))
    for name in ReferenceCase.names {
      let began = Date.now
      do {
        for finding in try ReferenceCase(name).run(seconds: 1800) {
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
