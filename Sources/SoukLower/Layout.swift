// Where the elaborated model's things are in the compiled one: which cell or tally keeps which statistic. Scripts read
// results by it, reports walk it.

public import SoukSema
public import SoukUnits

/// A cell or a tally of the compiled model.
public enum Probe: Hashable, Sendable {
  case cell(Int)
  case tally(Int)
}

/// One node of the elaborated network.
public indirect enum Layout: Sendable {
  case thing(ThingLayout)
  case journey(JourneyLayout)
  case instance(InstanceLayout)
  /// An array, one node for each of these rows of the table.
  case array(TableID, rows: [Int], [Layout])
  /// A parameter or a constant `let`, with its value in this run.
  case constant(Value)
  case formula(FormulaLayout)
}

/// A live `let` or parameter whose values are kept.
public struct FormulaLayout: Sendable {
  public var path: String
  public var probe: Probe
  /// Nil of what isn't a number.
  public var dimension: Dimension?
  /// Declared as a share, to be told in percent.
  public var isShare: Bool
}

public struct ThingLayout: Sendable {
  public var kind: ThingKind
  public var path: String
  /// Of what it counts, holds or measures.
  public var dimension: Dimension
  public var probes: [Statistic: Probe]
  /// A station without `rate`, a pool: its capacity in real units when constant.
  public var capacity: Double?
  /// What a recorded number is multiplied by to be in base units, where that isn't 1: amounts of money are recorded in
  /// smallest units, a live capacity under a scale in entities.
  public var factors: [Statistic: Double] = [:]
  /// Whether what it observes stands for itself, whatever the scale.
  public var isSingle = false
  public init(kind: ThingKind, path: String, dimension: Dimension, probes: [Statistic: Probe], capacity: Double? = nil) {
    self.kind = kind
    self.path = path
    self.dimension = dimension
    self.probes = probes
    self.capacity = capacity
  }
}

public struct JourneyLayout: Sendable {
  public var path: String
  /// Whether all who pass it stand for themselves, whatever the scale.
  public var isSingle: Bool
  public var probes: [Statistic: Probe]
  public var outcomes: [String]
  /// Counter cell of each outcome.
  public var outcomeCells: [Int]
  public init(path: String, isSingle: Bool, probes: [Statistic: Probe], outcomes: [String], outcomeCells: [Int]) {
    self.path = path
    self.isSingle = isSingle
    self.probes = probes
    self.outcomes = outcomes
    self.outcomeCells = outcomeCells
  }
}

public struct InstanceLayout: Sendable {
  public var scope: ScopeID
  public var path: String
  /// In the order of the scope's members; `nil` for what leaves nothing behind (actions).
  public var members: [Layout?]
  public init(scope: ScopeID, path: String, members: [Layout?]) {
    self.scope = scope
    self.path = path
    self.members = members
  }
}
