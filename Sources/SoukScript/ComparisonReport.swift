// `print effect`: of what the standard report shows, what is different between the two sides, each statistic with its value in both
// and the difference. With common random numbers what isn't touched by the change is the same to the last bit, and is only named.
// The rest is held against luck: Student's t of the differences replication by replication, all intervals together at one
// confidence (Bonferroni); what they tell comes first.

import SoukLower
import SoukModel
import SoukReport
import SoukSema
import SoukStats
import SoukUnits

struct ComparisonReport {
  let program: TypedProgram
  /// Results of each side; a part of them, where that is compared.
  let first: (run: RunResults, part: Layout?)
  let second: (run: RunResults, part: Layout?)
  let sides: ComparedSides

  /// Of all intervals together.
  private static let confidence = 0.95
  /// So many things are named that are the same in both.
  private static let namedLimit = 12

  private typealias Change = BaselineReport.Change
  private typealias Row = (thing: BaselineReport.Thing, change: Change)

  private func differences() -> (run: BaselineReport.Run, comparisons: Int) {
    let runs = BaselineRuns(program: program, isComplete: false, replicationLimit: .max)
    return BaselineReport.differences(
      from: runs.record(second.run, named: "", part: second.part), to: runs.record(first.run, named: "", part: first.part),
      confidence: Self.confidence)
  }

  private var isExact: Bool { first.run.isExact && second.run.isExact }

  // MARK: As a report

  func report() -> RunReport {
    let (differences, comparisons) = differences()
    let rows = differences.moved.flatMap { thing in thing.changes.map { (thing, $0) } }
    let told = rows.filter { $0.1.verdict != .withinNoise }
    let tables = [
      table(told.contains { $0.1.verdict == .beyondNoise } ? "beyond luck" : "different", told),
      table("not beyond luck", rows.filter { $0.1.verdict == .withinNoise }),
    ]
    let path = first.part.map { ".\($0.path)" } ?? ""
    return RunReport(
      model: "\(sides.names.first)\(path) compared to \(sides.names.second)\(path)", name: sides.name, facts: facts, tables: tables,
      notes: notes(differences, comparisons, rows), isComplete: first.run.isComplete && second.run.isComplete)
  }

  /// Those of the runs, and which arguments are different.
  private var facts: [(name: String, value: String)] {
    var facts = StandardReport(program: program, run: first.run, level: Self.confidence).facts
    if let parting = sides.parting {
      func time(_ ticks: Int64) -> String { NumberText.format(quantity: Interpreter.seconds(ticks), dimension: .time) }
      facts.removeAll { ["span", "warm-up", "replications"].contains($0.name) }
      facts.append(("both at", time(parting.now)))
      if let at = parting.at { facts.append(("parted at", time(at))) }
    }
    if !isSameModel { return facts }
    let runs = BaselineRuns(program: program)
    let (own, theirs) = (runs.values(of: first.run), runs.values(of: second.run))
    let known = Dictionary(theirs.map { ($0.path, $0.text) }) { a, _ in a }
    for (path, text) in own { if let other = known[path], other != text { facts.append((path, "\(text) against \(other)")) } }
    return facts
  }

  private var isSameModel: Bool { first.run.model == second.run.model }

  private func table(_ title: String, _ rows: [Row]) -> RunTable {
    RunTable(
      title: title, columns: [sides.names.first, sides.names.second, "difference", "change"],
      rows: rows.map { thing, change in
        let share = change.after.unit == nil ? change.share.map { Figure(Self.rounded($0), dimension: .dimensionless, unit: percent) } : nil
        return RunTable.Row(name: "\(thing.path): \(change.statistic)", cells: [change.after, change.before, change.difference, share])
      })
  }

  /// To two digits, or whole percents: beside it stands the difference with its interval.
  private static func rounded(_ share: Double) -> Double {
    var steps = 100.0
    while share != 0, (share * steps).magnitude < 10, steps < 1e9 { steps *= 10 }
    return (share * steps).rounded() / steps
  }

  private var percent: UnitExpression? { if case .success(let unit) = program.units.parse("%") { unit } else { nil } }

  private func notes(_ differences: BaselineReport.Run, _ comparisons: Int, _ rows: [Row]) -> [String] {
    var notes: [String] = []
    let isPath = sides.parting != nil
    if rows.isEmpty {
      if let parting = sides.parting, parting.at == nil { notes.append("they haven't parted: no argument is another one in either") }
      notes.append(
        differences.moved.isEmpty
          ? "nothing is different: both did the same\(everywhere)" : "no statistic is different; some things happened at other times or in another order")
    } else if isExact {
      notes.append("nothing is drawn in either, so there is no luck in what is different")
    } else if isPath {
      notes.append("one path each, with the same random numbers, from the instant at which they parted: how much of a difference is luck isn't known")
    } else if differences.replications == 1 {
      notes.append("one replication of each, with the same random numbers: how much of a difference is luck isn't known; `replications: 20` tells")
    } else if comparisons > 0 {
      notes.append(
        "\(differences.replications) replications of each, pair by pair with the same random numbers; the ± of all \(comparisons) differences hold together with 95% confidence, and a difference is beyond luck where its ± doesn't reach 0")
    }
    if rows.contains(where: { $0.change.after.unit != nil }) { notes.append("differences of shares are percentage points") }
    let skewed = rows.filter { $0.change.isApproximate && $0.change.verdict == .beyondNoise }.map { "\($0.thing.path): \($0.change.statistic)" }
    if !skewed.isEmpty { notes.append("approximate, because the differences are skewed: \(named(skewed))") }
    if !differences.unmoved.isEmpty, !differences.moved.isEmpty { notes.append("the same in both\(everywhere): \(named(differences.unmoved))") }
    if !differences.appeared.isEmpty { notes.append("in \(sides.names.first) alone: \(named(differences.appeared))") }
    if !differences.gone.isEmpty { notes.append("in \(sides.names.second) alone: \(named(differences.gone))") }
    return notes
  }

  private var everywhere: String { isExact || first.run.paths.count == 1 ? "" : " in every replication" }

  private func named(_ names: [String]) -> String {
    let rest = names.count - Self.namedLimit
    return names.prefix(Self.namedLimit).joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
  }

  // MARK: As data

  /// A row a statistic that is different, in base units.
  func data(_ file: String) -> ExportData {
    func cell(_ figure: Figure, _ number: Double?) -> ExportData.Cell { number.map { .number($0 / figure.dimension.baseUnitFactor) } ?? .missing }
    let rows = differences().run.moved.flatMap { thing in
      thing.changes.map { change -> [ExportData.Cell] in
        [
          .text(thing.kind), .text(thing.path), .text(change.statistic), cell(change.after, change.after.point), cell(change.before, change.before.point),
          cell(change.difference, change.difference.point), cell(change.difference, change.difference.halfWidth),
          .text(change.difference.dimension.baseUnitText), .text(Self.word(change.verdict)),
        ]
      }
    }
    return ExportData(
      file: file, columns: ["kind", "name", "statistic", sides.names.first, sides.names.second, "difference", "half_width", "unit", "luck"], rows: rows)
  }

  private static func word(_ verdict: BaselineReport.Verdict) -> String {
    switch verdict {
    case .beyondNoise: "beyond"
    case .withinNoise: "within"
    case .exact: "none"
    case .unknown: "unknown"
    }
  }
}
