// Paths into a run's results: `day.alipay.gateway.wait` goes from the run to a component, a thing, and what the thing
// reports by itself, by the layout that elaboration left.

import SoukLower
import SoukModel
import SoukSema
import SoukStats
import SoukText
import SoukUnits

struct ResultAccess {
  let program: TypedProgram
  let span: Span

  private func fault(_ message: String, hint: String? = nil) -> EvaluationError { .results(message, span, hint: hint) }

  // MARK: Along the path

  /// A member of results: `run` is whole when `layout` is its model's.
  func member(_ layout: Layout, of run: RunResults, _ scope: ScopeID, _ id: MemberID, type: Type) throws -> Value {
    let name = program.scopes[scope.index].members[id.index].name
    guard case .instance(let instance) = layout,
      // Of a comparison with another model, what bears the name there.
      let own = instance.scope == scope ? id : program.scopes[instance.scope.index].member(named: name), own.index < instance.members.count
    else { throw fault("there is no `\(name)` in these results") }
    guard let part = instance.members[own.index] else { throw fault("`\(name)` leaves no results") }
    return try value(part, of: run, type, path: name)
  }

  private func value(_ layout: Layout, of run: RunResults, _ type: Type, path: String) throws -> Value {
    switch layout {
    case .constant(let value):
      if case .signal(let inner) = type, case .number(let x) = value { return .host(constant(x, of: run, inner)) }
      return value
    case .formula(let formula): return .host(try signal(formula.probe, of: run, factor: 1, isTruth: Self.isTruth(type)))
    default: return .host(ResultPart(run: run, layout: layout, dimension: Self.dimension(type)))
    }
  }

  /// A live parameter that was given a constant: it never changes.
  private func constant(_ x: Double, of run: RunResults, _ type: Type) -> SignalValue {
    let traces = run.paths.map { StepTrace(times: [0], values: [x], from: min($0.warmup, $0.end), to: $0.end, end: $0.end) }
    return SignalValue(traces: traces, isTruth: Self.isTruth(type), origin: run.start, lineage: Lineage(runs: [run]))
  }

  /// An element of an array of things, by its row.
  func element(_ part: ResultPart, row: Int) throws -> Value {
    guard case .array(_, _, let elements) = part.layout, elements.indices.contains(row) else { throw fault("there is no such row in these results") }
    return .host(ResultPart(run: part.run, layout: elements[row], dimension: part.dimension))
  }

  static func dimension(_ type: Type) -> Dimension {
    switch type {
    // What nothing settled (the `Money` of an instance through which no money goes) is shown as a plain number.
    case .quantity(let dimension), .curve(let dimension), .range(let dimension), .thing(_, let dimension): dimension.isClosed ? dimension : .dimensionless
    case .sample(let inner), .signal(let inner), .estimate(let inner), .resultOf(let inner), .array(let inner, _), .optional(let inner),
      .list(let inner), .dist(let inner):
      dimension(inner)
    // A moment among estimates is counted in seconds from its model's start.
    case .date: .time
    default: .dimensionless
    }
  }

  static func isTruth(_ type: Type) -> Bool {
    switch type {
    case .bool: true
    case .sample(let inner), .signal(let inner), .estimate(let inner): isTruth(inner)
    default: false
    }
  }

  // MARK: Statistics of things

  /// What a thing or journey reports by itself.
  func statistic(_ part: ResultPart, _ statistic: Statistic, type: Type) throws -> Value {
    let (path, probes, factor, isSingle, outcomes): (String, [Statistic: Probe], Double, Bool, [String]?) =
      switch part.layout {
      case .thing(let thing): (thing.path, thing.probes, thing.factors[statistic] ?? 1, thing.isSingle, nil)
      case .journey(let journey): (journey.path, journey.probes, 1, journey.isSingle, journey.outcomes)
      default: throw fault("a whole has no `\(statistic.rawValue)`; name one of its parts")
      }
    if statistic == .utilisation {
      guard case .thing(let thing) = part.layout else { throw fault("a journey has no utilisation") }
      return .host(EstimateValue(values: utilisation(thing, of: part.run), lineage: Lineage(runs: [part.run])))
    }
    guard let probe = probes[statistic] else { throw fault("\(path) doesn't report `\(statistic.rawValue)`") }
    let dimension = Self.dimension(type)
    switch probe {
    case .cell: return .host(try signal(probe, of: part.run, factor: factor, isTruth: Self.isTruth(type)))
    case .tally(let index):
      let isDuration = dimension == .time
      var observations = sample(
        index, of: part.run, path: path, factor: factor, isDuration: isDuration, categories: statistic == .outcome ? outcomes : nil,
        weight: statistic == .sizes || isSingle ? 1 : part.run.weight)
      // An outcome is no number that could be worse than another.
      if statistic != .outcome { observations.lineage.observed = [Lineage.Observed(tally: index, factor: factor, dimension: dimension)] }
      return .host(observations)
    }
  }

  func signal(_ probe: Probe, of run: RunResults, factor: Double = 1, isTruth: Bool = false) throws -> SignalValue {
    guard case .cell(let index) = probe else { throw fault("this isn't a value over time") }
    let traces = run.paths.map { path -> StepTrace in
      guard path.cells.indices.contains(index) else { return StepTrace(times: [], values: [], from: 0, to: 0, end: path.end) }
      return StepTrace(path.cells[index].scaled(by: factor), of: path)
    }
    return SignalValue(traces: traces, isTruth: isTruth, origin: run.start, lineage: Lineage(runs: [run]))
  }

  /// `weight`: how many real ones each value stands for; a batch is one, whatever the scale.
  func sample(
    _ index: Int, of run: RunResults, path: String, factor: Double = 1, isDuration: Bool, categories: [String]?, weight: Double? = nil
  ) -> SampleValue {
    let parts = run.paths.map { path -> Observations in
      guard path.tallies.indices.contains(index) else { return Observations(values: [], times: [], from: 0, to: path.end, end: path.end) }
      return Observations(path.tallies[index].scaled(by: factor), of: path, isDuration: isDuration)
    }
    return SampleValue(parts: parts, path: path, categories: categories, weight: weight ?? run.weight, lineage: Lineage(runs: [run]))
  }

  /// ∫ busy / ∫ servers (held / size), each replication; nil where there was never a server. Where a rate changes, what was
  /// served of what could have been, ∫ rate: who waits through a closed night keeps nobody busy.
  func utilisation(_ thing: ThingLayout, of run: RunResults) -> [Double?] {
    guard case .cell(let busy)? = thing.probes[.busy] ?? thing.probes[.held] else { return run.paths.map { _ in nil } }
    return run.paths.map { path in
      guard path.cells.indices.contains(busy) else { return nil }
      if case .cell(let rate)? = thing.probes[.rate], path.cells.indices.contains(rate), path.cells[rate].minimum < path.cells[rate].maximum,
        case .cell(let completions)? = thing.probes[.completions], path.cells.indices.contains(completions)
      {
        let served = path.cells[completions].last - path.cells[completions].atWarmup
        let possible = path.cells[rate].integral * (thing.factors[.rate] ?? 1)
        return possible > 0 ? served / possible : nil
      }
      let work = path.cells[busy].integral * (thing.factors[.busy] ?? thing.factors[.held] ?? 1)
      let seconds = Double(path.end - min(path.warmup, path.end)) / StepTrace.ticksPerSecond
      let available: Double
      if let capacity = thing.capacity {
        available = capacity * seconds
      } else if case .cell(let size)? = thing.probes[.servers] ?? thing.probes[.size], path.cells.indices.contains(size) {
        available = path.cells[size].integral * (thing.factors[.servers] ?? thing.factors[.size] ?? 1)
      } else {
        // A station with a rate serves one after the other.
        available = seconds * run.weight
      }
      return available > 0 ? work / available : nil
    }
  }
}

extension CellRecord {
  /// The same in other units: what is recorded in the model's, told in the script's.
  func scaled(by factor: Double) -> CellRecord {
    if factor == 1 { return self }
    var out = self
    out.last *= factor
    out.atWarmup *= factor
    out.integral *= factor
    out.minimum *= factor
    out.maximum *= factor
    out.values = values.map { $0 * factor }
    return out
  }
}

extension TallyRecord {
  /// The same in other units.
  func scaled(by factor: Double) -> TallyRecord {
    if factor == 1 { return self }
    var out = self
    out.sum *= factor
    out.minimum *= factor
    out.maximum *= factor
    out.mean *= factor
    out.m2 *= factor * factor
    out.values = values.map { $0 * factor }
    return out
  }
}
