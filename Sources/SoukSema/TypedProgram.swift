// The typed program: every name resolved, every expression typed, units gone into factors. Elaboration and the script's
// interpreter read it; neither asks again what a name means.
//
// Everything is values in tables, joined by identifiers. Inside a model or component, names of its own members are
// `.member`; what belongs to another instance is reached by `.access`. Nothing here depends on parameters' values.

public import SoukSyntax
public import SoukText
public import SoukUnits

public struct TypedProgram: Sendable {
  /// What runs, in order: the script's own items (imported files contribute only declarations).
  public var items: [TypedItem] = []
  public var globals: [Global] = []
  public var functions: [Function] = []
  public var scopes: [Scope] = []
  public var tables: [Table] = []
  /// The records that the language has itself come first.
  public var records = TypedProgram.ownRecords
  public var choices: [Choice] = []
  public var units = UnitTable()
  /// `settings { … }`, by name.
  public var settings: [String: TypedExpression] = [:]
  /// For each model what its results are asked for anywhere in the script, so that a run keeps that and no more.
  public var demands: [ScopeID: Demand] = [:]
  /// Values that parameters are given from outside of the script, in the order in which they were given.
  public var given: [GivenValue] = []
  /// Notes on types for `--dump typed` and the prompt: place and what stands there.
  public var docs: String?

  public init() {}
}

/// What of a model's results is asked for. Paths are dotted names without indices, ending in the statistic: `till.wait`,
/// `alipay.gateway.queue`, `online.outcome`, `domestic.sample`, `paid.count`.
public struct Demand: Sendable {
  /// Kept in full: each change or observation with its time.
  public var full: Set<String> = []
  /// Asked for no more than moments, extremes and the last value: kept in summary.
  public var summaries: Set<String> = []
  /// Of these, what a check claims something of: one long replication keeps its observations, for batches are made of them.
  public var claimed: Set<String> = []
  /// The whole of the results is printed or passed on: everything is kept in summary.
  public var everything = false
  /// An alias was made of a part of the results: all below this path is kept in full.
  public var prefixes: Set<String> = []
  public init() {}

  /// Whether all that is asked for here is kept under `other`, too.
  public func isCovered(by other: Demand) -> Bool {
    full.isSubset(of: other.full) && summaries.isSubset(of: other.summaries) && claimed.isSubset(of: other.claimed) && prefixes.isSubset(of: other.prefixes) && (other.everything || !everything)
  }

  /// What either asks for.
  public func union(_ other: Demand) -> Demand {
    var both = self
    both.full.formUnion(other.full)
    both.summaries.formUnion(other.summaries)
    both.claimed.formUnion(other.claimed)
    both.prefixes.formUnion(other.prefixes)
    both.everything = everything || other.everything
    return both
  }
}

/// `--set store.couriers="50 courier"`: parameters and the constant that they are given in place of their own value.
public struct GivenValue: Sendable {
  /// As given: `store.couriers=50 courier`.
  public var text: String
  /// All parameters that the path means, of one type.
  public var places: [Place]
  public var value: TypedExpression

  /// A parameter of a model, or of an instance in it.
  public struct Place: Sendable {
    public var model: ScopeID
    /// From the model down to the instance; empty for the model's own parameters.
    public var steps: [Step]
    public var member: MemberID
  }
  /// One instance on the way, or, without a key, all of an array.
  public struct Step: Sendable {
    public var member: MemberID
    public var table: TableID?
    public var key: Name?
  }
}

public struct Global: Sendable {
  public var name: String
  public var type: Type
  /// Evaluated lazily when it comes from an imported file, in its turn otherwise. `nil` for a loop's variable.
  public var value: TypedExpression?
  public var span: Span
  public var docs: String?
  public var isImported: Bool
}

public struct TypedItem: Sendable {
  public var kind: Kind
  public var span: Span
  public indirect enum Kind: Sendable {
    case binding(GlobalID)
    case check(TypedCheck)
    case print(TypedExpression)
    case plot([TypedExpression], options: [String: TypedExpression])
    case export(TypedExpression, to: TypedExpression)
    case condition(TypedExpression, then: [TypedItem], otherwise: [TypedItem])
    case loop(GlobalID, in: TypedExpression, body: [TypedItem])
    case test(name: TypedExpression, Body)
    case advance(TypedExpression, AdvanceTarget)
    case expression(TypedExpression)
  }
}

/// How far a paused simulation is advanced.
public enum AdvanceTarget: Sendable { case by(TypedExpression), to(TypedExpression), until(TypedExpression) }

extension TypedProgram {
  /// What `step s by 10` lists: something that happened.
  public static let event = RecordID(0)
  /// What `trace(s, journey: 42)` lists: a part of a journey, and how long it lasted.
  public static let stage = RecordID(1)

  static let ownRecords = [
    Record(name: "Event", fields: [("at", .time, nil), ("who", .text, nil), ("what", .text, nil), ("where", .text, nil)]),
    Record(name: "Stage", fields: [("at", .time, nil), ("what", .text, nil), ("where", .text, nil), ("lasts", .optional(.time), nil)]),
  ]
}

public struct TypedCheck: Sendable {
  public var standing: Check.Standing?
  public var name: TypedExpression
  /// Of type claim, or bool for what needs no run.
  public var claim: TypedExpression
  /// A share such as 0.99; `nil` for the default.
  public var confidence: TypedExpression?
  /// Ids of the published figures in the claim.
  public var figures: [String]
  public var span: Span
}

public struct Function: Sendable {
  public var name: String
  public var body: Body
  public var parameters: [LocalID]
  public var result: Type
  public var isRecursive: Bool
  public var span: Span
  public var docs: String?
}

public struct Record: Sendable {
  public var name: String
  public var fields: [(name: String, type: Type, value: TypedExpression?)]
}

public struct Choice: Sendable {
  public var name: String
  public var cases: [String]
}

public struct Table: Sendable {
  public var name: String
  public var columns: [(name: String, type: Type, unit: UnitExpression?)]
  /// Index of the key column.
  public var key: Int?
  public var rows: Rows
  public var span: Span
  /// Tables whose rows serve as rows of this one, where a list of them is wanted: behind its own rows, in this order.
  public var parts: [Part] = []
  /// Another table with this one's columns: for each column here its column there; nil for one that may be missing and is.
  public struct Part: Sendable, Equatable {
    public var table: TableID
    public var columns: [Int?]
  }
  public enum Rows: Sendable {
    case inline([[TypedExpression]])
    /// `csv("hubs.csv")`: the file's name; read and checked by the outer ring.
    case csv(TypedExpression)
  }
}

// MARK: Models and components

public struct Scope: Sendable {
  public var name: String
  public var isComponent: Bool
  /// Of a module of the standard library.
  public var isLibrary: Bool
  public var members: [ScopeMember]
  /// `start`, `span`, `warmup`, `scale`, `zone` of a model, by name.
  public var settings: [String: TypedExpression]
  public var invariants: [(name: String, condition: TypedExpression, span: Span)]
  public var processes: [TypedProcess]
  public var span: Span
  public var docs: String?

  public func member(named name: String) -> MemberID? {
    members.firstIndex { $0.name == name }.map(MemberID.init)
  }
}

public struct ScopeMember: Sendable {
  public var name: String
  public var type: Type
  public var kind: Kind
  public var span: Span
  public var docs: String?
  public enum Kind: Sendable {
    /// Its default, if any. `isLive`: may be given a changing value.
    case parameter(TypedExpression?, isLive: Bool)
    /// `let`: a constant of the run, or, when it reads what changes, a formula that is read afresh each time.
    case value(TypedExpression, isLive: Bool)
    case thing(TypedThing)
    case journey(Journey)
    case action(Action)
  }
}

/// A kernel thing, or an instance of a component.
public struct TypedThing: Sendable {
  public enum Kind: Sendable, Hashable { case kernel(ThingKind), component(ScopeID) }
  public var kind: Kind
  /// `[k in Table]`: the table and the local that stands for the row in the fields' expressions.
  public var table: TableID?
  /// `[k in list]`: the list of rows of that table; all of its own when nil.
  public var rows: TypedExpression?
  public var row: LocalID?
  /// By name; of a component, values for its parameters.
  public var fields: [(name: String, value: TypedExpression)]
  /// Unit of what it counts, holds or measures (`of:`); of a source the count that its rate has, of a level what it holds.
  public var dimension: Dimension
  /// Of an instance: what the unit variables of its component are in it.
  public var units: [DimensionVariable: Dimension] = [:]
  /// A member `var`: a gauge of which nothing is kept.
  public var isVariable = false
  public func field(_ name: String) -> TypedExpression? { fields.first { $0.name == name }?.value }
}

extension TypedThing {
  /// A member `var`, with its constant to begin with.
  init(variableOf dimension: Dimension, initial: TypedExpression?) {
    self.init(
      kind: .kernel(.gauge), table: nil, row: nil, fields: initial.map { [("initial", $0)] } ?? [], dimension: dimension, isVariable: true)
  }
}

public struct Journey: Sendable {
  public var body: Body
  public var parameters: [LocalID]
  /// Names that `leave as` gives, in order of appearance; `completed` stands for the end of the steps, `balked` and
  /// `reneged` where a `use` without else can give them.
  public var outcomes: [String]
  /// Type of what `return x` gives to a handle; void if nothing.
  public var result: Type
}

public struct Action: Sendable {
  public var body: Body
  public var parameters: [LocalID]
  public var result: Type
  /// Whether time may pass in it.
  public var blocks: Bool
}

public struct TypedProcess: Sendable {
  public var trigger: SoukSyntax.Process.Trigger
  /// `every`: a duration; `at`: an instant, time since the start, time of day or calendar; `on`: a condition.
  public var head: TypedExpression
  public var body: Body
  /// Its name in streams and traces: `every 1`, `at 2` in order of appearance.
  public var name: String
  public var span: Span
}

/// Steps with the locals they use.
public struct Body: Sendable {
  public var locals: [Local]
  public var steps: [TypedStep]
  /// For a function `= expr`: its one expression (then there are no steps).
  public var expression: TypedExpression?
}

public struct Local: Sendable {
  public var name: String
  public var type: Type
  public var isVariable: Bool
  /// Default of a parameter.
  public var value: TypedExpression?
}

// MARK: Steps

public struct TypedStep: Sendable {
  public var kind: Kind
  public var span: Span

  public indirect enum Kind: Sendable {
    case binding(LocalID, TypedExpression)
    /// Assigns to a local `var`, a gauge, …
    case setLocal(LocalID, TypedExpression)
    case setThing(TypedExpression, TypedExpression)
    case addLocal(LocalID, TypedExpression)
    case addThing(TypedExpression, TypedExpression)
    case use(TypedExpression, for: TypedExpression?, TypedClauses)
    case hold(TypedExpression, of: TypedExpression, TypedClauses, body: [TypedStep])
    case seize(TypedExpression, of: TypedExpression, TypedClauses)
    case release(TypedExpression, of: TypedExpression)
    case put(TypedExpression, into: TypedExpression, TypedClauses)
    case take(TypedExpression, from: TypedExpression, TypedClauses)
    case transfer(TypedExpression, from: TypedExpression, to: TypedExpression, otherwise: [TypedStep]?)
    case reserve(TypedExpression, of: TypedExpression, otherwise: [TypedStep]?)
    case capture(TypedExpression, of: TypedExpression, to: TypedExpression, otherwise: [TypedStep]?)
    case await(TypedExpression, TypedClauses)
    case join(TypedExpression, TypedClauses, body: [TypedStep])
    case record(TypedExpression, TypedExpression)
    case count(TypedExpression, TypedExpression?)
    case wait(TypedExpression)
    case waitUntil(TypedExpression)
    /// Chances sum to at most 1; the rest goes to `otherwise` (empty: on to the next step).
    case choose([(chance: TypedExpression, body: [TypedStep])], otherwise: [TypedStep])
    case first([(head: TypedStep, body: [TypedStep])])
    case leave(outcome: Int)
    case condition(TypedExpression, then: [TypedStep], otherwise: [TypedStep])
    case whileLoop(TypedExpression, body: [TypedStep])
    case forLoop(LocalID, in: TypedExpression, body: [TypedStep])
    case returning(TypedExpression?)
    case time(TypedExpression, body: [TypedStep])
    case expect(TypedExpression)
    case print(TypedExpression)
    /// In a test only.
    case advance(TypedExpression, AdvanceTarget)
    /// A call of an action, `spawn`, or any expression for its effect.
    case expression(TypedExpression)
  }
}

public struct TypedClauses: Sendable {
  public var priority: TypedExpression?
  public var patience: TypedExpression?
  /// `nil` when there is no `else`: who balks or reneges leaves the journey with that outcome (index in the journey's outcomes).
  public var otherwise: [TypedStep]?
  public var balkedOutcome: Int?
  public var renegedOutcome: Int?
}

// MARK: Expressions

public struct TypedExpression: Sendable {
  public var kind: Kind
  public var type: Type
  public var span: Span
  /// The unit in which a person wrote this or asked for it; what a report shows it in. Inferred statically.
  public var shown: UnitExpression?

  public indirect enum Kind: Sendable {
    case number(Double)
    case bool(Bool)
    case text([TextPart])
    /// Nanoseconds since 1970 UTC, and the zone it was written in (minutes east).
    case date(Int64, zone: Int)
    case clock(Double)
    case local(LocalID)
    case global(GlobalID)
    /// A member of the scope that the expression stands in.
    case member(MemberID)
    /// A member of another instance (base of type instance), or of results (base of type results or resultOf(instance)).
    case access(TypedExpression, ScopeID, MemberID)
    /// `hub[h]`, `results.hub["hangzhou"]`: an array of things indexed by a row.
    case element(TypedExpression, TypedExpression)
    /// What a thing or journey reports by itself. In a model: its value now. In results: signal, sample or estimate.
    case statistic(TypedExpression, Statistic)
    case field(TypedExpression, Int)
    case column(TypedExpression, Int)
    /// The row of a table with this key (a Text), or of this index.
    case row(TableID, TypedExpression)
    case allRows(TableID)
    /// A table's own rows as a list of rows of another (or itself), whose part it is.
    case rowsAs(TableID, of: TableID)
    /// A row of a table as the row of another, whose part that table is.
    case rowAs(TableID, of: TableID, TypedExpression)
    case choiceCase(Int)
    case call(FunctionID, [TypedExpression])
    /// A function value called.
    case apply(TypedExpression, [TypedExpression])
    case function(FunctionID)
    case lambda(Body, [LocalID])
    case builtin(Builtin, [TypedExpression])
    /// A law by its constructor and the arguments by name.
    case law(LawName, [(name: String, value: TypedExpression)])
    /// `mix { 90% => a, 10% => b }`, `weighted { … }`: chances and what they lead to.
    case mix([(chance: TypedExpression, value: TypedExpression)])
    /// `curve(steps) { 00:00 => a, … }`, `daily(steps) { … }`, `weekly(…)`: keys in seconds (or dates). period 0: none.
    case curve(linear: Bool, period: Double, [(key: TypedExpression, value: TypedExpression)])
    case arithmetic(BinaryOperator, TypedExpression, TypedExpression)
    case comparison(BinaryOperator, TypedExpression, TypedExpression)
    case and(TypedExpression, TypedExpression)
    case or(TypedExpression, TypedExpression)
    /// `x or default` for an optional x.
    case orDefault(TypedExpression, TypedExpression)
    case not(TypedExpression)
    case negate(TypedExpression)
    /// Multiplies by an exchange rate (or 1): `x to USD`. The unit is in `shown`.
    case convert(TypedExpression, factor: Double)
    case conditional(TypedExpression, then: TypedExpression, otherwise: TypedExpression)
    case list([TypedExpression])
    case range(TypedExpression, TypedExpression, step: TypedExpression?)
    /// `sum(x for k in Table)` and `[x for …]`-like: the builtin folds the values.
    case fold(Builtin, LocalID, in: TypedExpression, TypedExpression)
    case record(RecordID, [TypedExpression])
    /// A model with arguments, by member; what isn't given has its default.
    case model(ScopeID, [(MemberID, TypedExpression)])
    case experiment(TypedExperiment)
    case within(TypedExpression, tolerance: TypedExpression, of: TypedExpression)
    case at(TypedExpression, TypedExpression)
    case during(TypedExpression, from: TypedExpression, to: TypedExpression)
    /// The lower or upper end of a range.
    case rangeEnd(TypedExpression, isUpper: Bool)
    // In journeys:
    case now
    case actionCall(base: TypedExpression?, ScopeID, MemberID, [TypedExpression])
    /// The journey as a value; arguments when it is to be started with them.
    case journeyReference(base: TypedExpression?, ScopeID, MemberID, [TypedExpression]?)
    /// A journey parameter of a component, with arguments.
    case journeyCall(TypedExpression, [TypedExpression])
    case spawn(TypedExpression)
    case handleState(TypedExpression, HandleState)
    case choose(LocalID, in: TypedExpression, logit: Bool, TypedExpression)
    case calendar([TypedExpression], period: Double)
    /// An optional without a value: what a parameter that may be left out is then.
    case nothing
    case unknown
  }

  public enum HandleState: String, Sendable { case started, done, result }

  public init(_ kind: Kind, _ type: Type, _ span: Span, shown: UnitExpression? = nil) {
    self.kind = kind
    self.type = type
    self.span = span
    self.shown = shown
  }
}

public enum TextPart: Sendable {
  case text(String)
  case value(TypedExpression)
}

public struct TypedExperiment: Sendable {
  public enum Kind: Sendable { case run, start, fork, step, compare }
  public var kind: Kind
  public var model: ScopeID
  /// Of type model (run, start, compare) or simulation (fork, step, compare).
  public var target: TypedExpression
  /// fork s(args): the changed arguments.
  public var arguments: [(MemberID, TypedExpression)]
  /// span, warmup, replications, seed, step, threads; of a `step` how many events, `by`; and for `until`:
  public var settings: [String: TypedExpression]
  /// An estimate of the model's results to be known within a share of itself. Its results stand as `.local(LocalID(0))`
  /// of type results, or comparison.
  public var until: (expression: TypedExpression, within: TypedExpression)?
  /// Of `compare A to B`, B and its model.
  public var other: (target: TypedExpression, model: ScopeID)?
}

/// What things and journeys report by themselves.
public enum Statistic: String, Sendable, CaseIterable {
  // signals (cells)
  case arrivals, completions, balked, reneged, queue, busy, servers, rate, up
  case held, waiting, size, level, put, taken, balance, reserved
  case count, value, started, finished, active
  // samples (tallies)
  case wait, service, sizes, sample, time, outcome
  // estimates
  case utilisation
  // windows (live only)
  case recent, seen, highest
  /// Of a batch, in the body of `join`.
  case joined
}

/// Functions known to the language, by meaning. Sorts are checked: the same name may serve scalars, samples, signals.
public enum Builtin: String, Sendable, CaseIterable {
  // numbers
  case abs, floor, ceil, round, sqrt, exp, ln, log10, log2, sin, cos, tan, min, max, clamp, sign
  /// Rounds money to whole smallest units, half to even.
  case cents
  case count, sum, mean, sd, last, p50, p90, p95, p99, quantile, share, integral, rate, series, first, duration, always, any
  case cumulative
  case product
  // lists
  case length, sort, reverse, map, filter, append, contains, index
  // laws
  /// Draws from a law (journeys only); `happens(p)`: true with probability p.
  case sample, happens
  /// The probability that a law's value satisfies a comparison; argument is a comparison node with one Dist side.
  case chance
  case truncate, shift, variance
  // the point of an estimate
  case value, halfWidth = "half_width"
  /// What an estimate was when a baseline was saved; in checks only.
  case baseline
  // dates, text
  case monthsAfter = "months_after", text, next
  // missing values
  case isMissing = "missing"
  // paused simulations
  case trace
  /// Backoff delays and the like are library functions, not builtins.
  case print
}

/// The laws by their names in scripts.
public enum LawName: String, Sendable, CaseIterable {
  case constant, uniform, dice, triangular, pert, exponential, erlang, hyperexponential, gamma
  case inverseGamma = "inverse_gamma", inverseGaussian = "inverse_gaussian", weibull, lognormal, normal
  case studentT = "student_t", beta, pareto, lomax, loglogistic, gumbel, bernoulli, binomial, geometric
  case negativeBinomial = "negative_binomial", poisson, zipf, weighted, empirical
}
