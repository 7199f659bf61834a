// What things report by themselves, as numbers: for a source how many it started, for a station its wait, queue and utilisation, for a
// journey how it ended, a number a replication each. The standard report makes tables of them, a baseline keeps them.

import SoukLower
import SoukModel
import SoukSema
import SoukStats
import SoukUnits

/// One statistic of one thing; no numbers where nothing of it was kept.
struct ThingStatistic {
  var title: String
  var numbers: Numbers?

  /// A number for each replication; nil where a replication has no data for it.
  struct Numbers {
    var values: [Double?]
    var dimension: Dimension
    /// Told in percents.
    var isShare = false
    /// Told only where it isn't 0.
    var isExceptional = false

    var estimate: EstimateValue { EstimateValue(values: values.map { $0.flatMap { $0.isFinite ? $0 : nil } }, lineage: Lineage()) }
    var point: Double? { estimate.point }
    var isTold: Bool { !isExceptional || point != 0 }
  }
}

/// Reads the statistics of a run's things.
struct ThingStatistics {
  typealias Numbers = ThingStatistic.Numbers

  let program: TypedProgram
  let run: RunResults
  /// Cells of which no mean or bound was kept.
  var unrecorded: Set<Int> = []

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
    init(_ thing: ThingLayout) { (probes, factors, isSingle) = (thing.probes, thing.factors, thing.isSingle) }
    init(_ journey: JourneyLayout) { (probes, factors, isSingle) = (journey.probes, [:], journey.isSingle) }
    subscript(_ statistic: Statistic) -> Reading? {
      probes[statistic].map { Reading(probe: $0, factor: factors[statistic] ?? 1, isSingle: isSingle || statistic == .sizes) }
    }
  }

  // MARK: Cells

  private func cell(_ reading: Reading?, _ dimension: Dimension, _ statistic: (CellRecord, SamplePath) -> Double?) -> Numbers? {
    guard let reading, case .cell(let index) = reading.probe else { return nil }
    return Numbers(
      values: run.paths.map { path in path.cells.indices.contains(index) ? statistic(path.cells[index].scaled(by: reading.factor), path) : nil },
      dimension: dimension)
  }

  private func change(_ reading: Reading?, _ dimension: Dimension) -> Numbers? { cell(reading, dimension) { cell, _ in cell.last - cell.atWarmup } }
  private func last(_ reading: Reading?, _ dimension: Dimension) -> Numbers? { cell(reading, dimension) { cell, _ in cell.last } }
  private func most(_ reading: Reading?, _ dimension: Dimension) -> Numbers? { kept(reading, dimension) { cell, _ in cell.maximum } }
  private func least(_ reading: Reading?, _ dimension: Dimension) -> Numbers? { kept(reading, dimension) { cell, _ in cell.minimum } }

  /// A summary over time; nothing where none was kept.
  private func kept(_ reading: Reading?, _ dimension: Dimension, _ statistic: (CellRecord, SamplePath) -> Double?) -> Numbers? {
    if case .cell(let index)? = reading?.probe, unrecorded.contains(index) { return nil }
    return cell(reading, dimension, statistic)
  }

  private func seconds(_ path: SamplePath) -> Double { Double(path.end - min(path.warmup, path.end)) / StepTrace.ticksPerSecond }

  private func mean(_ reading: Reading?, _ dimension: Dimension) -> Numbers? {
    kept(reading, dimension) { cell, path in seconds(path) > 0 ? cell.integral / seconds(path) : cell.last }
  }

  private func perTime(_ reading: Reading?, _ dimension: Dimension) -> Numbers? {
    guard let reading, case .cell(let index) = reading.probe else { return nil }
    let values = run.paths.map { path -> Double? in
      guard path.cells.indices.contains(index), seconds(path) > 0 else { return nil }
      return (path.cells[index].last - path.cells[index].atWarmup) * reading.factor / seconds(path)
    }
    return Numbers(values: values, dimension: dimension / .time)
  }

  private func exceptional(_ numbers: Numbers?) -> Numbers? {
    var numbers = numbers
    numbers?.isExceptional = true
    return numbers
  }

  // MARK: Tallies

  private func observations(_ reading: Reading?, _ dimension: Dimension) -> SampleValue? {
    guard let reading, case .tally(let index) = reading.probe else { return nil }
    return ResultAccess(program: program, span: program.scopes[run.model.index].span)
      .sample(index, of: run, path: "", factor: reading.factor, isDuration: dimension == .time, categories: nil, weight: reading.isSingle ? 1 : nil)
  }

  private func tally(_ reading: Reading?, _ dimension: Dimension, _ statistic: (Observations) -> Double?) -> Numbers? {
    observations(reading, dimension).map { sample in Numbers(values: sample.parts.map(statistic), dimension: dimension) }
  }

  // MARK: Things

  /// What a thing reports by itself.
  func of(_ thing: ThingLayout) -> [ThingStatistic] {
    let p = Readings(thing)
    let none = Dimension.dimensionless
    let dimension = thing.dimension.isClosed ? thing.dimension : none
    let list: [(String, Numbers?)] =
      switch thing.kind {
      case .source: [("started", change(p[.started], dimension)), ("rate", perTime(p[.started], dimension))]
      case .station:
        [
          ("arrivals", change(p[.arrivals], none)), ("served", change(p[.completions], none)), ("balked", exceptional(change(p[.balked], none))),
          ("reneged", exceptional(change(p[.reneged], none))), ("wait", tally(p[.wait], .time, \.mean)), ("longest", tally(p[.wait], .time, \.maximum)),
          ("queue", mean(p[.queue], none)), ("max queue", most(p[.queue], none)), ("busy", mean(p[.busy], none)), ("utilisation", utilisation(thing)),
        ]
      case .pool:
        [
          ("held", mean(p[.held], dimension)), ("max held", most(p[.held], dimension)), ("size", mean(p[.size], dimension)), ("waiting", mean(p[.waiting], none)),
          ("wait", tally(p[.wait], .time, \.mean)), ("utilisation", utilisation(thing)),
        ]
      case .level:
        [
          ("mean", mean(p[.level], dimension)), ("min", least(p[.level], dimension)), ("max", most(p[.level], dimension)), ("last", last(p[.level], dimension)),
          ("put", change(p[.put], dimension)), ("taken", change(p[.taken], dimension)), ("waiting", mean(p[.waiting], none)), ("wait", tally(p[.wait], .time, \.mean)),
        ]
      case .account:
        [
          ("balance", last(p[.balance], dimension)), ("min", least(p[.balance], dimension)), ("max", most(p[.balance], dimension)),
          ("reserved", exceptional(last(p[.reserved], dimension))),
        ]
      case .batch:
        [
          ("batches", tally(p[.sizes], none) { Double($0.count) }), ("size", tally(p[.sizes], none, \.mean)),
          ("waiting", mean(p[.waiting], none)), ("wait", tally(p[.wait], .time, \.mean)),
        ]
      case .stock, .gauge:
        [
          ("mean", mean(p[.value], dimension)), ("min", least(p[.value], dimension)), ("max", most(p[.value], dimension)), ("last", last(p[.value], dimension)),
        ]
      case .flow: [("mean", mean(p[.value] ?? p[.rate], dimension)), ("max", most(p[.value] ?? p[.rate], dimension))]
      case .counter: [("count", change(p[.count], dimension)), ("rate", perTime(p[.count], dimension))]
      case .measure: measure(p[.sample], dimension)
      }
    return list.map { ThingStatistic(title: $0, numbers: $1) }
  }

  /// What a formula comes to.
  func of(_ formula: FormulaLayout) -> [ThingStatistic] {
    guard let dimension = formula.dimension, dimension.isClosed else { return [] }
    let reading = Reading(probe: formula.probe, factor: 1, isSingle: false)
    let list = [
      ("mean", mean(reading, dimension)), ("min", least(reading, dimension)), ("max", most(reading, dimension)), ("last", last(reading, dimension)),
    ]
    return list.map { title, numbers in
      var numbers = numbers
      numbers?.isShare = formula.isShare
      return ThingStatistic(title: title, numbers: numbers)
    }
  }

  private func measure(_ reading: Reading?, _ dimension: Dimension) -> [(String, Numbers?)] {
    guard let sample = observations(reading, dimension) else { return [] }
    func count(_ values: [Double]) -> Numbers { Numbers(values: values, dimension: .dimensionless) }
    func of(_ statistic: (Observations) -> Double?) -> Numbers { Numbers(values: sample.parts.map(statistic), dimension: dimension) }
    var list: [(String, Numbers?)] = [("values", count(sample.parts.map { Double($0.count) * sample.weight })), ("mean", of(\.mean))]
    if sample.parts.allSatisfy(\.isFull) {
      for (name, q) in [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)] { list.append((name, of { $0.quantile(q) })) }
    }
    list.append(("max", of(\.maximum)))
    list.append(("lost", exceptional(count(sample.parts.map { part in Double(part.censored.filter(\.isLost).count) * sample.weight }))))
    list.append(("under way", exceptional(count(sample.parts.map { part in Double(part.censored.filter { !$0.isLost }.count) * sample.weight }))))
    return list
  }

  /// What a journey reports by itself, its outcomes apart.
  func of(_ journey: JourneyLayout) -> [ThingStatistic] {
    let p = Readings(journey)
    let none = Dimension.dimensionless
    let list = [
      ("started", change(p[.started], none)), ("finished", change(p[.finished], none)), ("under way", last(p[.active], none)),
      ("time", tally(p[.time], .time, \.mean)), ("longest", tally(p[.time], .time, \.maximum)),
    ]
    return list.map { ThingStatistic(title: $0, numbers: $1) }
  }

  /// Outcomes that the language gives by itself: told when they occurred, for often they can't.
  static let ownOutcomes: Set<String> = ["completed", "balked", "reneged"]

  /// For each outcome how many, and which share of those that finished.
  func outcomes(_ journey: JourneyLayout) -> [(outcome: String, count: Numbers, share: Numbers)] {
    func count(_ cell: Int, _ path: SamplePath) -> Double {
      path.cells.indices.contains(cell) ? path.cells[cell].last - path.cells[cell].atWarmup : 0
    }
    let all = run.paths.map { path in journey.outcomeCells.reduce(0) { $0 + count($1, path) } }
    return zip(journey.outcomes, journey.outcomeCells).map { outcome, cell in
      let counts = run.paths.map { count(cell, $0) }
      let shares = zip(counts, all).map { $1 > 0 ? $0 / $1 : nil as Double? }
      return (outcome, Numbers(values: counts, dimension: .dimensionless), Numbers(values: shares, dimension: .dimensionless, isShare: true))
    }
  }

  func utilisation(_ thing: ThingLayout) -> Numbers? {
    if thing.probes.values.contains(where: { if case .cell(let index) = $0 { unrecorded.contains(index) } else { false } }) { return nil }
    let access = ResultAccess(program: program, span: program.scopes[run.model.index].span)
    return Numbers(values: access.utilisation(thing, of: run), dimension: .dimensionless, isShare: true)
  }

  /// The mean number of those who wait at a station or pool.
  func queue(_ thing: ThingLayout) -> Numbers? {
    let p = Readings(thing)
    return mean(p[.queue] ?? p[.waiting], .dimensionless)
  }

  /// Whether nothing ever came to it.
  func isUnused(_ thing: ThingLayout) -> Bool {
    let p = Readings(thing)
    func never(_ numbers: Numbers?) -> Bool { (numbers?.point ?? 0) == 0 }
    return switch thing.kind {
    case .station: never(change(p[.arrivals], .dimensionless)) && never(most(p[.queue], .dimensionless)) && never(most(p[.busy], .dimensionless))
    case .pool: never(most(p[.held], .dimensionless)) && never(most(p[.waiting], .dimensionless))
    case .batch: never(most(p[.waiting], .dimensionless)) && never(tally(p[.sizes], .dimensionless) { Double($0.count) })
    default: false
    }
  }
}
