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

  private var facts: [(name: String, value: String)] {
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
      for part in instance.members { if let part { collect(part, &own, &inner) } }
      tables += kindTables(own, in: instance.path)
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

  private func isUnused(_ thing: ThingLayout) -> Bool {
    guard thing.path.contains(".") else { return false }
    let p = Readings(probes: thing.probes, factors: thing.factors, isSingle: thing.isSingle)
    func never(_ figure: Figure?) -> Bool { (figure?.point ?? 0) == 0 }
    return switch thing.kind {
    case .station: never(change(p[.arrivals], .dimensionless)) && never(most(p[.queue], .dimensionless)) && never(most(p[.busy], .dimensionless))
    case .pool: never(most(p[.held], .dimensionless)) && never(most(p[.waiting], .dimensionless))
    case .batch: never(most(p[.waiting], .dimensionless)) && never(tally(p[.sizes], .dimensionless) { Double($0.count) })
    default: false
    }
  }

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
      let rows = things.map { thing in (short(thing.path, path), cells(thing, thing.dimension.isClosed ? thing.dimension : .dimensionless)) }
      tables.append(table(title + place, rows))
    }
    let journeys = entries.compactMap { entry -> JourneyLayout? in if case .journey(let journey) = entry { journey } else { nil } }
    if !journeys.isEmpty {
      tables.append(table("journeys" + place, journeys.map { (short($0.path, path), cells($0)) }))
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

  // MARK: Cells

  private func figure(_ values: [Double?], _ dimension: Dimension, percent: Bool = false) -> Figure {
    let estimate = EstimateValue(values: values.map { $0.flatMap { $0.isFinite ? $0 : nil } }, lineage: Lineage())
    var unit: UnitExpression?
    if percent, case .success(let read) = program.units.parse("%") { unit = read }
    return Figure(estimate.point, halfWidth: estimate.halfWidth(level: level), dimension: dimension, unit: unit)
  }

  /// Where a statistic was recorded, and what its numbers are multiplied by.
  private struct Reading {
    var probe: Probe
    var factor: Double
    /// Each observation is one, whatever the scale.
    var isSingle: Bool
  }

  private struct Readings {
    var probes: [Statistic: Probe]
    var factors: [Statistic: Double]
    var isSingle: Bool
    subscript(_ statistic: Statistic) -> Reading? {
      probes[statistic].map { Reading(probe: $0, factor: factors[statistic] ?? 1, isSingle: isSingle || statistic == .sizes) }
    }
  }

  private func cellFigure(_ reading: Reading?, _ dimension: Dimension, _ statistic: (CellRecord, SamplePath) -> Double?) -> Figure? {
    guard let reading, case .cell(let index) = reading.probe else { return nil }
    return figure(run.paths.map { path in path.cells.indices.contains(index) ? statistic(path.cells[index].scaled(by: reading.factor), path) : nil }, dimension)
  }

  private func change(_ reading: Reading?, _ dimension: Dimension) -> Figure? { cellFigure(reading, dimension) { cell, _ in cell.last - cell.atWarmup } }
  private func last(_ reading: Reading?, _ dimension: Dimension) -> Figure? { cellFigure(reading, dimension) { cell, _ in cell.last } }
  private func most(_ reading: Reading?, _ dimension: Dimension) -> Figure? { kept(reading, dimension) { cell, _ in cell.maximum } }
  private func least(_ reading: Reading?, _ dimension: Dimension) -> Figure? { kept(reading, dimension) { cell, _ in cell.minimum } }

  /// A summary over time; nothing where none was kept.
  private func kept(_ reading: Reading?, _ dimension: Dimension, _ statistic: (CellRecord, SamplePath) -> Double?) -> Figure? {
    if case .cell(let index)? = reading?.probe, unrecorded.contains(index) { return nil }
    return cellFigure(reading, dimension, statistic)
  }

  private func seconds(_ path: SamplePath) -> Double { Double(path.end - min(path.warmup, path.end)) / StepTrace.ticksPerSecond }

  private func mean(_ reading: Reading?, _ dimension: Dimension) -> Figure? {
    kept(reading, dimension) { cell, path in seconds(path) > 0 ? cell.integral / seconds(path) : cell.last }
  }

  private func perTime(_ reading: Reading?, _ dimension: Dimension) -> Figure? {
    guard let reading, case .cell(let index) = reading.probe else { return nil }
    return figure(
      run.paths.map { path in
        guard path.cells.indices.contains(index), seconds(path) > 0 else { return nil }
        return (path.cells[index].last - path.cells[index].atWarmup) * reading.factor / seconds(path)
      }, dimension / .time)
  }

  private func observations(_ reading: Reading?, _ dimension: Dimension) -> SampleValue? {
    guard let reading, case .tally(let index) = reading.probe else { return nil }
    return ResultAccess(program: program, span: program.scopes[run.model.index].span)
      .sample(index, of: run, path: "", factor: reading.factor, isDuration: dimension == .time, categories: nil, weight: reading.isSingle ? 1 : nil)
  }

  private func tally(_ reading: Reading?, _ dimension: Dimension, _ statistic: (Observations) -> Double?) -> Figure? {
    observations(reading, dimension).map { sample in figure(sample.parts.map(statistic), dimension) }
  }

  /// Only what happened at all.
  private func unlessZero(_ figure: Figure?) -> Figure? { figure?.point == 0 ? nil : figure }

  private func cells(_ thing: ThingLayout, _ dimension: Dimension) -> [Cell] {
    let p = Readings(probes: thing.probes, factors: thing.factors, isSingle: thing.isSingle)
    let none = Dimension.dimensionless
    switch thing.kind {
    case .source: return [("started", change(p[.started], dimension)), ("rate", perTime(p[.started], dimension))]
    case .station:
      return [
        ("arrivals", change(p[.arrivals], none)), ("served", change(p[.completions], none)), ("balked", unlessZero(change(p[.balked], none))),
        ("reneged", unlessZero(change(p[.reneged], none))), ("wait", tally(p[.wait], .time, \.mean)), ("longest", tally(p[.wait], .time, \.maximum)),
        ("queue", mean(p[.queue], none)), ("max queue", most(p[.queue], none)), ("busy", mean(p[.busy], none)), ("utilisation", utilisation(thing)),
      ]
    case .pool:
      return [
        ("held", mean(p[.held], dimension)), ("max held", most(p[.held], dimension)), ("size", mean(p[.size], dimension)), ("waiting", mean(p[.waiting], none)),
        ("wait", tally(p[.wait], .time, \.mean)), ("utilisation", utilisation(thing)),
      ]
    case .level:
      return [
        ("mean", mean(p[.level], dimension)), ("min", least(p[.level], dimension)), ("max", most(p[.level], dimension)), ("last", last(p[.level], dimension)),
        ("put", change(p[.put], dimension)), ("taken", change(p[.taken], dimension)), ("waiting", mean(p[.waiting], none)), ("wait", tally(p[.wait], .time, \.mean)),
      ]
    case .account:
      return [
        ("balance", last(p[.balance], dimension)), ("min", least(p[.balance], dimension)), ("max", most(p[.balance], dimension)),
        ("reserved", unlessZero(last(p[.reserved], dimension))),
      ]
    case .batch:
      return [
        ("batches", tally(p[.sizes], none) { Double($0.count) }), ("size", tally(p[.sizes], none, \.mean)),
        ("waiting", mean(p[.waiting], none)), ("wait", tally(p[.wait], .time, \.mean)),
      ]
    case .stock, .gauge:
      return [
        ("mean", mean(p[.value], dimension)), ("min", least(p[.value], dimension)), ("max", most(p[.value], dimension)), ("last", last(p[.value], dimension)),
      ]
    case .flow: return [("mean", mean(p[.value] ?? p[.rate], dimension)), ("max", most(p[.value] ?? p[.rate], dimension))]
    case .counter: return [("count", change(p[.count], dimension)), ("rate", perTime(p[.count], dimension))]
    case .measure: return measureCells(p[.sample], dimension)
    }
  }

  private func measureCells(_ reading: Reading?, _ dimension: Dimension) -> [Cell] {
    guard let sample = observations(reading, dimension) else { return [] }
    var cells: [Cell] = [("values", figure(sample.parts.map { Double($0.count) * sample.weight }, .dimensionless))]
    cells.append(("mean", figure(sample.parts.map(\.mean), dimension)))
    if sample.parts.allSatisfy(\.isFull) {
      for (name, q) in [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)] { cells.append((name, figure(sample.parts.map { $0.quantile(q) }, dimension))) }
    }
    cells.append(("max", figure(sample.parts.map(\.maximum), dimension)))
    let lost = sample.parts.map { part in Double(part.censored.filter(\.isLost).count) * sample.weight }
    let open = sample.parts.map { part in Double(part.censored.filter { !$0.isLost }.count) * sample.weight }
    cells.append(("lost", unlessZero(figure(lost, .dimensionless))))
    cells.append(("under way", unlessZero(figure(open, .dimensionless))))
    return cells
  }

  private func utilisation(_ thing: ThingLayout) -> Figure? {
    if thing.probes.values.contains(where: { if case .cell(let index) = $0 { unrecorded.contains(index) } else { false } }) { return nil }
    let access = ResultAccess(program: program, span: program.scopes[run.model.index].span)
    return figure(access.utilisation(thing, of: run), .dimensionless, percent: true)
  }

  private func cells(_ journey: JourneyLayout) -> [Cell] {
    let p = Readings(probes: journey.probes, factors: [:], isSingle: journey.isSingle)
    let none = Dimension.dimensionless
    return [
      ("started", change(p[.started], none)), ("finished", change(p[.finished], none)), ("under way", last(p[.active], none)),
      ("time", tally(p[.time], .time, \.mean)), ("longest", tally(p[.time], .time, \.maximum)),
    ]
  }

  /// Outcomes that the language gives by itself: told when they occurred, for often they can't.
  static let ownOutcomes: Set<String> = ["completed", "balked", "reneged"]

  /// For each outcome how many, and which share of those that finished.
  private func outcomeRows(_ journey: JourneyLayout, _ name: String) -> [(String, [Cell])] {
    func count(_ cell: Int, _ path: SamplePath) -> Double {
      path.cells.indices.contains(cell) ? path.cells[cell].last - path.cells[cell].atWarmup : 0
    }
    return zip(journey.outcomes, journey.outcomeCells).compactMap { outcome, cell in
      let counts = run.paths.map { count(cell, $0) as Double? }
      if Self.ownOutcomes.contains(outcome), counts.allSatisfy({ $0 == 0 }) { return nil }
      let shares = run.paths.map { path -> Double? in
        let all = journey.outcomeCells.reduce(0) { $0 + count($1, path) }
        return all > 0 ? count(cell, path) / all : nil
      }
      return ("\(name): \(outcome)", [("count", figure(counts, .dimensionless)), ("share", figure(shares, .dimensionless, percent: true))])
    }
  }

  // MARK: What to look at

  /// The busiest station or pool, in a few words; nil when none is busy for most of the time.
  func busiest() -> String? {
    var best: (words: String, share: Double)?
    func visit(_ layout: Layout) {
      switch layout {
      case .thing(let thing):
        guard thing.kind == .station || thing.kind == .pool, let share = utilisation(thing)?.point, share > (best?.share ?? 0.7) else { return }
        let readings = Readings(probes: thing.probes, factors: thing.factors, isSingle: thing.isSingle)
        var words = "\(thing.path): \(NumberText.format(share * 100, style: NumberStyle(significantDigits: 3, landmark: 100)))% busy"
        if let queue = (mean(readings[.queue] ?? readings[.waiting], .dimensionless))?.point {
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
