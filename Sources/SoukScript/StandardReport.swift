// `print day`: the standard report of a run. A heading, then for the model and each component a table for each kind of
// thing, with what things report by themselves; journeys with their outcomes; measures with what never came.

import SoukLower
import SoukModel
import SoukReport
import SoukSema
import SoukStats
import SoukSyntax
import SoukUnits

struct StandardReport {
  let program: TypedProgram
  let run: RunResults
  /// Of the intervals.
  let level: Double
  /// Cells of which no mean or bound was kept, because the script doesn't ask for them.
  var unrecorded: Set<Int> = []

  private var statistics: ThingStatistics { ThingStatistics(program: program, run: run, unrecorded: unrecorded) }

  func report(notes: [String] = []) -> RunReport {
    var tables: [RunTable] = []
    walk(run.layout, &tables)
    let idle = unused(in: run.layout)
    let never = idle.isEmpty ? [] : ["never used: \(idle.joined(separator: ", "))"]
    return RunReport(
      model: run.modelName, name: run.name, facts: facts, tables: tables, notes: notes + runNotes + never, isComplete: run.isComplete)
  }

  /// The tables of a part alone.
  func report(of layout: Layout) -> RunReport {
    var tables: [RunTable] = []
    switch layout {
    case .instance, .array: walk(layout, &tables)
    case .thing, .journey: tables = kindTables([layout], in: "", isAlone: true)
    case .constant, .formula: break
    }
    return RunReport(model: "\(run.modelName).\(layout.path)", name: nil, facts: facts, tables: tables, isComplete: run.isComplete)
  }

  // MARK: Heading

  var facts: [(name: String, value: String)] {
    var facts: [(name: String, value: String)] = []
    func time(_ ticks: Int64, _ unit: UnitExpression?) -> String {
      NumberText.format(quantity: Double(ticks) / StepTrace.ticksPerSecond, dimension: .time, preferred: unit)
    }
    if let start = run.start { facts.append(("from", "\(start)")) }
    let unit = run.recipe.spanUnit
    if let span = run.span { facts.append(("span", time(span, unit))) }
    if run.warmup > 0 { facts.append(("warm-up", time(run.warmup, unit))) }
    facts.append(("replications", "\(run.paths.count)"))
    facts.append(("seed", "\(run.seed)"))
    if run.weight != 1 { facts.append(("scale", "1/\(NumberText.format(run.weight))")) }
    return facts
  }

  private var runNotes: [String] {
    guard let precision = run.precision else { return [] }
    let share = NumberText.format(precision.target * 100) + "%"
    return [
      precision.isReached
        ? "known within \(share) after \(run.paths.count) replications"
        : "not known within \(share) after \(run.paths.count) replications, the most that were allowed"
    ]
  }

  // MARK: The network

  /// Tables of this instance, then those of the instances inside.
  private func walk(_ layout: Layout, _ tables: inout [RunTable]) {
    switch layout {
    case .instance(let instance):
      var own: [Layout] = []
      var inner: [Layout] = []
      var formulas: [(String, [Cell])] = []
      let scope = program.scopes[instance.scope.index]
      // What a component of the library doesn't document is its own affair, as in its reference.
      for (part, member) in zip(instance.members, scope.members) {
        guard let part, !scope.isLibrary || member.docs != nil else { continue }
        collect(part, &own, &inner)
        guard case .formula(let formula) = part, case .value = member.kind, member.docs != nil else { continue }
        let told = statistics.of(formula)
        if !told.isEmpty { formulas.append((member.name, figures(told))) }
      }
      tables += kindTables(own, in: instance.path)
      if !formulas.isEmpty { tables.append(table(instance.path.isEmpty ? "values" : "values of \(instance.path)", formulas)) }
      for part in inner { walk(part, &tables) }
    case .array(_, _, let elements): for element in elements { walk(element, &tables) }
    case .thing, .journey, .constant, .formula: break
    }
  }

  /// Parts of components that nothing ever came to: a mechanism that this model doesn't use. They have no row of zeros.
  private func unused(in layout: Layout) -> [String] {
    switch layout {
    case .instance(let instance): instance.members.flatMap { $0.map { unused(in: $0) } ?? [] }
    case .array(_, _, let elements): elements.flatMap { unused(in: $0) }
    case .thing(let thing): isUnused(thing) ? [thing.path] : []
    case .journey, .constant, .formula: []
    }
  }

  private func isUnused(_ thing: ThingLayout) -> Bool { thing.path.contains(".") && statistics.isUnused(thing) }

  private func collect(_ layout: Layout, _ own: inout [Layout], _ inner: inout [Layout]) {
    switch layout {
    case .thing, .journey: own.append(layout)
    case .instance: inner.append(layout)
    case .array(_, _, let elements): for element in elements { collect(element, &own, &inner) }
    case .constant, .formula: break
    }
  }

  // MARK: Tables by kind

  private static let order: [(kind: ThingKind, title: String)] = [
    (.source, "sources"), (.station, "stations"), (.pool, "pools"), (.level, "levels"), (.account, "accounts"), (.batch, "batches"),
    (.stock, "stocks"), (.flow, "flows"), (.counter, "counters"), (.gauge, "gauges"), (.measure, "measures"),
  ]

  private func kindTables(_ entries: [Layout], in path: String, isAlone: Bool = false) -> [RunTable] {
    let place = path.isEmpty ? "" : " of \(path)"
    var tables: [RunTable] = []
    for (kind, title) in Self.order {
      let things = entries.compactMap { entry -> ThingLayout? in
        if case .thing(let thing) = entry, thing.kind == kind, isAlone || !isUnused(thing) { thing } else { nil }
      }
      guard !things.isEmpty else { continue }
      let rows = things.map { thing in (short(thing.path, path), figures(statistics.of(thing))) }
      tables.append(table(title + place, rows))
    }
    let journeys = entries.compactMap { entry -> JourneyLayout? in if case .journey(let journey) = entry { journey } else { nil } }
    if !journeys.isEmpty {
      tables.append(table("journeys" + place, journeys.map { (short($0.path, path), figures(statistics.of($0))) }))
      let outcomes = journeys.filter { $0.outcomes.count > 1 }.flatMap { outcomeRows($0, short($0.path, path)) }
      if !outcomes.isEmpty { tables.append(table("outcomes" + place, outcomes)) }
    }
    return tables
  }

  private func short(_ name: String, _ path: String) -> String {
    !path.isEmpty && name.hasPrefix(path + ".") ? String(name.dropFirst(path.count + 1)) : name
  }

  private typealias Cell = (title: String, figure: Figure?)

  private func table(_ title: String, _ rows: [(String, [Cell])]) -> RunTable {
    var columns: [String] = []
    for (_, cells) in rows { for cell in cells where !columns.contains(cell.title) { columns.append(cell.title) } }
    return RunTable(
      title: title, columns: columns,
      rows: rows.map { name, cells in RunTable.Row(name: name, cells: columns.map { column in cells.first { $0.title == column }?.figure }) })
  }

  /// A figure for each statistic; none where nothing was kept, or where a 0 goes without saying.
  private func figures(_ statistics: [ThingStatistic]) -> [Cell] {
    statistics.map { one in (one.title, one.numbers.flatMap { $0.isTold ? figure($0) : nil }) }
  }

  private func figure(_ numbers: ThingStatistic.Numbers) -> Figure {
    var unit: UnitExpression?
    if numbers.isShare, case .success(let read) = program.units.parse("%") { unit = read }
    return Figure(numbers.point, halfWidth: numbers.estimate.halfWidth(level: level), dimension: numbers.dimension, unit: unit)
  }

  /// For each outcome how many, and which share of those that finished.
  private func outcomeRows(_ journey: JourneyLayout, _ name: String) -> [(String, [Cell])] {
    statistics.outcomes(journey).compactMap { outcome, counts, shares in
      if ThingStatistics.ownOutcomes.contains(outcome), counts.values.allSatisfy({ $0 == 0 }) { return nil }
      return ("\(name): \(outcome)", [("count", figure(counts)), ("share", figure(shares))])
    }
  }

  // MARK: What to look at

  /// The busiest station or pool, in a few words; nil when none is busy for most of the time.
  func busiest() -> String? {
    var best: (words: String, share: Double)?
    func visit(_ layout: Layout) {
      switch layout {
      case .thing(let thing):
        guard thing.kind == .station || thing.kind == .pool, let share = statistics.utilisation(thing)?.point, share > (best?.share ?? 0.7) else { return }
        var words = "\(thing.path): \(NumberText.format(share * 100, style: NumberStyle(significantDigits: 3, landmark: 100)))% busy"
        if let queue = statistics.queue(thing)?.point {
          words += ", \(NumberText.format(queue, style: NumberStyle(significantDigits: 3))) waiting on average"
        }
        best = (words, share)
      case .instance(let instance): for part in instance.members { if let part { visit(part) } }
      case .array(_, _, let elements): for element in elements { visit(element) }
      case .journey, .constant, .formula: break
      }
    }
    visit(run.layout)
    return best?.words
  }
}
