// The runs of an examination → what a baseline keeps of them: for every source, station, account, journey, measure and live formula a
// fingerprint a replication, and the statistics that it reports by itself. A fingerprint is a digest of what is kept of a thing in summary:
// counts, sums, integrals over time to the bit, extremes, second moments, and when what was lost or is still open began. It doesn't depend
// on what else a script asks for, so another check in the script moves nothing.

import SoukLower
import SoukModel
import SoukReport
import SoukSema
import SoukStats
import SoukUnits

struct BaselineRuns {
  let program: TypedProgram
  /// Whether what the standard report leaves out is kept as well: parts of the library's components that are their own affair.
  var isComplete = true
  /// Of so many replications.
  var replicationLimit = Baseline.replicationLimit

  /// The runs with names that tell them apart.
  func record(_ runs: [RunResults]) -> [RunBaseline] {
    var seen: [String: Int] = [:]
    return runs.map { run in
      let name = run.name ?? run.modelName
      seen[name, default: 0] += 1
      let number = seen[name] ?? 1
      return record(run, named: number == 1 ? name : "\(name)#\(number)")
    }
  }

  /// One run, or a part of it.
  func record(_ whole: RunResults, named name: String, part: Layout? = nil) -> RunBaseline {
    // Without chance all replications are the first.
    let run = whole.first(whole.isExact ? 1 : replicationLimit)
    var things: [ThingBaseline] = []
    walk(part ?? run.layout, run, ThingStatistics(program: program, run: run), &things)
    return RunBaseline(
      name: name, model: run.modelName, seed: run.seed, span: Double(run.span ?? 0) / StepTrace.ticksPerSecond,
      warmup: Double(run.warmup) / StepTrace.ticksPerSecond, isExact: run.isExact, replications: run.paths.count, values: values(of: run),
      things: things)
  }

  /// Parameters and constants of a run by their paths.
  func values(of run: RunResults) -> [(path: String, text: String)] {
    var values: [(path: String, text: String)] = []
    constants(run.layout, &values)
    return values
  }

  /// Parameters and constants that can be told in a few words; of laws and curves it is seen what they do.
  private func constants(_ layout: Layout, _ values: inout [(path: String, text: String)]) {
    switch layout {
    case .instance(let instance):
      let scope = program.scopes[instance.scope.index]
      for (part, member) in zip(instance.members, scope.members) {
        guard let part else { continue }
        guard case .constant(let value) = part else {
          constants(part, &values)
          continue
        }
        // What a component of the library doesn't document is its own affair.
        if scope.isLibrary, member.docs == nil { continue }
        if let text = text(value, member) { values.append((instance.path.isEmpty ? member.name : "\(instance.path).\(member.name)", text)) }
      }
    case .array(_, _, let elements): for element in elements { constants(element, &values) }
    case .thing, .journey, .constant, .formula: break
    }
  }

  private func text(_ value: Value, _ member: ScopeMember) -> String? {
    switch value {
    case .number(let x):
      let shown: UnitExpression? =
        switch member.kind {
        case .parameter(let e, _): e?.shown
        case .value(let e, _): e.shown
        case .thing, .journey, .action: nil
        }
      return NumberText.format(quantity: x, dimension: ResultAccess.dimension(member.type), preferred: shown, significantDigits: 12)
    case .bool, .text, .date, .clock, .choice: return Evaluator(program: program).plainText(value, shown: nil)
    default: return nil
    }
  }

  private func walk(_ layout: Layout, _ run: RunResults, _ statistics: ThingStatistics, _ things: inout [ThingBaseline]) {
    switch layout {
    case .thing(let thing): things.append(record(thing, run, statistics))
    case .journey(let journey): things.append(record(journey, run, statistics))
    case .instance(let instance):
      let scope = program.scopes[instance.scope.index]
      for (part, member) in zip(instance.members, scope.members) {
        guard let part, isComplete || member.docs != nil || !scope.isLibrary && !part.isFormula else { continue }
        walk(part, run, statistics, &things)
      }
    case .array(_, _, let elements): for element in elements { walk(element, run, statistics, &things) }
    case .formula(let formula): things.append(record(formula, run, statistics))
    case .constant: break
    }
  }

  // MARK: Things

  private func record(_ thing: ThingLayout, _ run: RunResults, _ statistics: ThingStatistics) -> ThingBaseline {
    ThingBaseline(
      kind: thing.kind.rawValue, path: thing.path, fingerprints: run.paths.map { fingerprint(thing.probes, [], $0) },
      statistics: statistics.of(thing).compactMap(Self.kept))
  }

  private func record(_ journey: JourneyLayout, _ run: RunResults, _ statistics: ThingStatistics) -> ThingBaseline {
    var kept = statistics.of(journey).compactMap(Self.kept)
    // Of one outcome alone the numbers of the finished say all.
    let outcomes = journey.outcomes.count > 1 ? statistics.outcomes(journey) : []
    for (outcome, count, share) in outcomes where count.values.contains(where: { $0 != 0 }) || !ThingStatistics.ownOutcomes.contains(outcome) {
      kept += [ThingStatistic(title: "“\(outcome)”", numbers: count), ThingStatistic(title: "share of “\(outcome)”", numbers: share)].compactMap(Self.kept)
    }
    return ThingBaseline(
      kind: "journey", path: journey.path, fingerprints: run.paths.map { fingerprint(journey.probes, journey.outcomeCells, $0) }, statistics: kept)
  }

  /// A live formula.
  private func record(_ formula: FormulaLayout, _ run: RunResults, _ statistics: ThingStatistics) -> ThingBaseline {
    ThingBaseline(
      kind: "let", path: formula.path, fingerprints: run.paths.map { fingerprint([.value: formula.probe], [], $0) },
      statistics: statistics.of(formula).compactMap(Self.kept))
  }

  private static func kept(_ one: ThingStatistic) -> StatisticBaseline? {
    guard let numbers = one.numbers, numbers.values.contains(where: { $0 != nil }) else { return nil }
    return StatisticBaseline(
      name: one.title, dimension: numbers.dimension, isShare: numbers.isShare, values: numbers.values.map { $0.flatMap { $0.isFinite ? $0 : nil } })
  }

  // MARK: Fingerprints

  private func fingerprint(_ probes: [Statistic: Probe], _ outcomes: [Int], _ path: SamplePath) -> UInt64 {
    var digest = Fingerprint()
    for (statistic, probe) in probes.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      digest.add(statistic.rawValue)
      switch probe {
      case .cell(let index): if path.cells.indices.contains(index) { add(path.cells[index], to: &digest) }
      case .tally(let index): if path.tallies.indices.contains(index) { add(path.tallies[index], to: &digest) }
      }
    }
    for index in outcomes where path.cells.indices.contains(index) { add(path.cells[index], to: &digest) }
    return digest.value
  }

  private func add(_ cell: CellRecord, to digest: inout Fingerprint) {
    for x in [cell.last, cell.atWarmup, cell.integral, cell.minimum, cell.maximum] { digest.add(x) }
  }

  private func add(_ tally: TallyRecord, to digest: inout Fingerprint) {
    digest.add(word: UInt64(bitPattern: tally.count))
    for x in [tally.sum, tally.minimum, tally.maximum, tally.mean, tally.m2] { digest.add(x) }
    for list in [tally.lost, tally.pending] {
      digest.add(word: UInt64(list.count))
      for tick in list { digest.add(word: UInt64(bitPattern: tick)) }
    }
  }
}

extension Layout {
  fileprivate var isFormula: Bool { if case .formula = self { true } else { false } }
}

extension RunResults {
  /// The same with its first replications alone.
  func first(_ count: Int) -> RunResults {
    if paths.count <= count { return self }
    return RunResults(
      model: model, modelName: modelName, layout: layout, paths: Array(paths.prefix(count)), seed: seed, weight: weight, start: start, span: span,
      warmup: warmup, precision: precision, name: name, recipe: recipe, isExact: isExact, growth: growth)
  }
}
