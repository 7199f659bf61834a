// The types of Souk. A type says the sort of a value (one number, a law, a value an entity, a value over time, a number a
// replication, a claim) and, for quantities, its dimension.

public import SoukUnits

public struct ScopeID: Hashable, Sendable { public var index: Int; public init(_ index: Int) { self.index = index } }
public struct TableID: Hashable, Sendable { public var index: Int; public init(_ index: Int) { self.index = index } }
public struct RecordID: Hashable, Sendable { public var index: Int; public init(_ index: Int) { self.index = index } }
public struct ChoiceID: Hashable, Sendable { public var index: Int; public init(_ index: Int) { self.index = index } }
public struct FunctionID: Hashable, Sendable { public var index: Int; public init(_ index: Int) { self.index = index } }
public struct GlobalID: Hashable, Sendable { public var index: Int; public init(_ index: Int) { self.index = index } }
/// A local variable of one body (journey, action, function, process, test): index into `Body.locals`.
public struct LocalID: Hashable, Sendable { public var index: Int; public init(_ index: Int) { self.index = index } }
/// A member of a model or component: index into `Scope.members`.
public struct MemberID: Hashable, Sendable { public var index: Int; public init(_ index: Int) { self.index = index } }

public indirect enum Type: Hashable, Sendable {
  /// One number with a dimension. In base units: seconds, smallest units of money, single orders.
  case quantity(Dimension)
  case bool
  case text
  case date
  /// A time of day, in seconds after midnight.
  case clock
  case void
  /// A law of probability over quantities, texts or cases of a choice.
  case dist(Type)
  /// A function of time.
  case curve(Dimension)
  case list(Type)
  case range(Dimension)
  /// From one date to another, or from one time of day to another: what may stand after `during`.
  case span(Type)
  case optional(Type)
  case record(RecordID)
  case table(TableID)
  /// One row of a table.
  case row(TableID)
  case choice(ChoiceID)
  /// The closed set of a journey's outcomes.
  case outcome(ScopeID, MemberID)
  case function([Type], Type)
  /// A component's instance.
  case instance(ScopeID)
  /// A kernel thing by reference (`till`), whose unit (a counter's, a level's) is the dimension.
  case thing(ThingKind, Dimension)
  /// An array of things or instances, indexed by a table's rows.
  case array(Type, TableID)
  /// A journey as a value, to be given to a component: its parameters.
  case journey([Type])
  /// What `spawn` gives: the result's type.
  case handle(Type)
  /// Recurring instants: `daily [06:00]`.
  case calendar
  /// A model with arguments: a scenario.
  case model(ScopeID)
  /// What `run` gives.
  case results(ScopeID)
  /// A paused simulation: what `start` gives.
  case simulation(ScopeID)
  /// What `compare` gives: two runs, or two paused simulations, of these models.
  case comparison(ScopeID, ScopeID)
  /// Part of a run's results: the component, the thing or array at that path.
  case resultOf(Type)
  case sample(Type)
  case signal(Type)
  /// A number (or a date) for each replication.
  case estimate(Type)
  case claim
  /// Produced where a mistake was reported already; fits everything.
  case unknown

  /// What it is where it isn't missing.
  var present: Type { if case .optional(let inner) = self { inner } else { self } }

  public static let number = Type.quantity(.dimensionless)
  public static let time = Type.quantity(.time)
}

extension Type {
  var isOptional: Bool { if case .optional = self { true } else { false } }

  /// The dimensions in it, from left to right.
  public var dimensions: [Dimension] {
    switch self {
    case .quantity(let d), .curve(let d), .range(let d), .thing(_, let d): [d]
    case .dist(let t), .list(let t), .optional(let t), .sample(let t), .signal(let t), .estimate(let t), .handle(let t), .array(let t, _),
      .resultOf(let t):
      t.dimensions
    case .journey(let ts): ts.flatMap(\.dimensions)
    case .function(let ts, let t): ts.flatMap(\.dimensions) + t.dimensions
    default: []
    }
  }

  /// The type with other dimensions in place of dimension variables.
  func substituting(_ s: [DimensionVariable: Dimension]) -> Type {
    switch self {
    case .quantity(let d): .quantity(d.substituting(s))
    case .curve(let d): .curve(d.substituting(s))
    case .range(let d): .range(d.substituting(s))
    case .thing(let kind, let d): .thing(kind, d.substituting(s))
    case .dist(let t): .dist(t.substituting(s))
    case .list(let t): .list(t.substituting(s))
    case .optional(let t): .optional(t.substituting(s))
    case .array(let t, let table): .array(t.substituting(s), table)
    case .sample(let t): .sample(t.substituting(s))
    case .signal(let t): .signal(t.substituting(s))
    case .estimate(let t): .estimate(t.substituting(s))
    case .resultOf(let t): .resultOf(t.substituting(s))
    case .journey(let ts): .journey(ts.map { $0.substituting(s) })
    case .handle(let t): .handle(t.substituting(s))
    case .function(let ps, let r): .function(ps.map { $0.substituting(s) }, r.substituting(s))
    default: self
    }
  }
}

/// The kinds of the kernel.
public enum ThingKind: String, Hashable, Sendable, CaseIterable {
  case source, station, pool, level, account, batch, counter, gauge, measure, stock, flow
}
