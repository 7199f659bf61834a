// What experiments make, as values of the script: a run's results and parts of them, estimates (a number a replication),
// samples (the observations of each replication), signals (a step function each), claims.

import SoukLower
import SoukModel
import SoukSema
import SoukStats
import SoukSyntax
import SoukUnits

/// A finished run: every replication's sample path, and where in it things are.
final class RunResults: HostValue {
  let model: ScopeID
  let modelName: String
  let layout: Layout
  let paths: [SamplePath]
  let seed: UInt64
  /// How many real things one entity stands for.
  let weight: Double
  let start: Instant?
  /// Ticks; nil where a run ended by itself.
  let span: Int64?
  let warmup: Int64
  /// What `until` asked for and how it ended.
  let precision: Precision?
  /// The name that the script gave it first.
  let name: String?
  /// How it was made, so that it can be made again when more of it is asked for.
  let recipe: Recipe
  /// Whether the model draws nothing, so that every replication is the same.
  let isExact: Bool
  /// Which look at a growing number of replications this is; nil where the number was fixed beforehand.
  let growth: Growth?
  /// What a paused simulation has left up to now: its values over time are read as they are at this instant.
  let isPaused: Bool

  /// Where a run stands whose replications are added until what is asked of it is decided.
  struct Growth: Sendable, Hashable {
    /// Which of the evidence's runs; nil for one that `until` has ended for good.
    var run: Int?
    var look: Int
    var isLast: Bool
  }

  struct Recipe: Sendable {
    var arguments: [MemberID: Value]
    var options: LowerOptions
    /// The unit in which the script gives the span.
    var spanUnit: UnitExpression?
  }

  struct Precision: Sendable {
    var target: Double
    var isReached: Bool
    var looks: Int
  }

  init(
    model: ScopeID, modelName: String, layout: Layout, paths: [SamplePath], seed: UInt64, weight: Double, start: Instant?, span: Int64?,
    warmup: Int64, precision: Precision?, name: String?, recipe: Recipe, isExact: Bool, growth: Growth? = nil,
    isPaused: Bool = false
  ) {
    self.isPaused = isPaused
    self.model = model
    self.modelName = modelName
    self.layout = layout
    self.paths = paths
    self.seed = seed
    self.weight = weight
    self.start = start
    self.span = span
    self.warmup = warmup
    self.precision = precision
    self.name = name
    self.recipe = recipe
    self.isExact = isExact
    self.growth = growth
  }

  /// Whether every replication reached its end.
  var isComplete: Bool { paths.allSatisfy { $0.stop == .reachedEnd } }
}

/// A component, thing, journey or array of a run's results.
struct ResultPart: HostValue {
  var run: RunResults
  var layout: Layout
  /// Dimension of what the thing counts or holds.
  var dimension: Dimension
}

/// A paused simulation: which of the interpreter's.
struct SimulationReference: HostValue { var index: Int }

/// A part of a paused simulation.
struct SimulationPart: HostValue {
  var index: Int
  var layout: Layout
  var dimension: Dimension
}

/// What a share left out or counted as missed, for the report.
struct Censoring: Sendable, Hashable {
  var path: String
  var recorded: Int
  var lost: Int
  var overdue: Int
  var leftOut: Int
  var isWorthTelling: Bool { lost + overdue + leftOut > 0 }
}

/// Where a value came from: the runs, and what was censored on the way.
struct Lineage: Sendable {
  var runs: [RunResults] = []
  var censored: [Censoring] = []
  /// The tallies whose observations are in it: whose journeys it speaks of.
  var observed: [Observed] = []
  /// Whether it is what `compare` subtracted: of two runs, so that neither has its faults alone.
  var isDifference = false
  /// What of a baseline is in it; nil for nothing.
  var fromBaseline: FromBaseline?

  /// A tally of a run's model, and what its numbers are multiplied by to be in base units.
  struct Observed: Sendable, Hashable {
    var tally: Int
    var factor: Double
    var dimension: Dimension
  }

  /// Whether no chance is in it.
  var isExact: Bool { runs.allSatisfy(\.isExact) }
  /// The look that this is, where any of the runs grows.
  var look: Int? { runs.compactMap { $0.growth?.look }.max() }

  func merged(_ other: Lineage) -> Lineage {
    var out = self
    for run in other.runs where !out.runs.contains(where: { $0 === run }) { out.runs.append(run) }
    for one in other.censored where !out.censored.contains(one) { out.censored.append(one) }
    for one in other.observed where !out.observed.contains(one) { out.observed.append(one) }
    out.isDifference = isDifference || other.isDifference
    if let theirs = other.fromBaseline { out.fromBaseline = out.fromBaseline?.merged(theirs) ?? theirs }
    return out
  }
}

/// The observations of one replication behind their mean.
struct Series: Sendable {
  var values: [Double]
  var scale = 1.0
}

/// A number for each replication; nil where a replication has no data for it.
struct EstimateValue: HostValue {
  enum Form: Sendable, Hashable {
    case number
    /// 1 or 0: whether something holds.
    case truth
    /// Seconds since this instant.
    case moment(Instant)
  }
  var values: [Double?]
  var form: Form = .number
  /// Whether each number is 1 or 0: one event a replication, that happened or didn't.
  var isEvent = false
  /// Of a mean of one long replication, the values that it is the mean of, in their order and times `scale`.
  var series: Series?
  var lineage: Lineage

  var origin: Instant? { if case .moment(let origin) = form { origin } else { nil } }

  /// The mean over replications; nil unless each has data.
  var point: Double? {
    let known = values.compactMap { $0 }
    guard known.count == values.count, !known.isEmpty else { return nil }
    return Moments(known).mean
  }

  /// Half the width of Student's interval at `level`; nil for one replication.
  func halfWidth(level: Double) -> Double? {
    let known = values.compactMap { $0 }
    guard known.count == values.count, known.count > 1 else { return nil }
    return Moments(known).meanInterval(level: level).halfWidth
  }

  func map(_ change: (Double) -> Double?) -> EstimateValue {
    EstimateValue(values: values.map { $0.flatMap(change).flatMap { $0.isNaN ? nil : $0 } }, lineage: lineage)
  }
}

/// The observations of each replication.
struct SampleValue: HostValue {
  var parts: [Observations]
  /// What was observed: `day.online.time`. Samples of one journey have the same beginning.
  var path: String
  /// Names that values are indices into: a journey's outcomes.
  var categories: [String]?
  var isTruth = false
  var weight: Double
  var lineage: Lineage
}

/// A step function for each replication.
struct SignalValue: HostValue {
  var traces: [StepTrace]
  var isTruth = false
  /// For a signal of moments there is none; for plots, when time begins.
  var origin: Instant?
  var lineage: Lineage
}

/// A statement on estimates, to be decided by a check.
indirect enum ClaimValue: HostValue {
  case comparison(BinaryOperator, EstimateValue, EstimateValue, Sides)
  case within(EstimateValue, EstimateValue, tolerance: Tolerance, Sides)
  case truth(EstimateValue, TypedExpression)
  case decided(Bool, TypedExpression)
  case and(ClaimValue, ClaimValue)
  case or(ClaimValue, ClaimValue)
  case not(ClaimValue)

  /// The expressions compared, for the report.
  struct Sides: Sendable {
    var left: TypedExpression
    var right: TypedExpression
    /// How far they may be apart.
    var tolerance: TypedExpression?
  }
}
