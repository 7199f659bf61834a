// Values of the script: what expressions outside of journeys evaluate to. Numbers are in base units; their dimensions were
// settled by the checker. What only experiments make (results, estimates, samples, claims) is behind `HostValue`, so
// that elaboration knows nothing of them.

public import SoukSema

public enum Value: Sendable {
  case number(Double)
  case bool(Bool)
  case text(String)
  /// Nanoseconds since 1970 UTC, and the zone that it is shown in (minutes east).
  case date(Int64, zone: Int)
  /// Seconds after midnight.
  case clock(Double)
  case list([Value])
  indirect case range(lower: Double, upper: Double, step: Double?)
  /// From one date or time of day to another.
  indirect case span(from: Value, to: Value)
  case record(RecordID, [Value])
  case table(TableID)
  case row(TableID, Int)
  case choice(ChoiceID, Int)
  case law(LawValue)
  indirect case curve(CurveValue)
  indirect case calendar(CalendarValue)
  indirect case function(FunctionValue)
  /// An optional without a value.
  case nothing
  /// A model with arguments (a scenario).
  case model(ScopeID, [MemberID: Value])
  /// While a model is elaborated: an instance or thing at this place of the network.
  case instance(InstancePath)
  /// A journey of an instance, as a value; given arguments are expressions and stay with the field that has them.
  case journey(InstancePath, MemberID)
  case void
  case host(any HostValue)
}

/// What experiments make; the script's interpreter has the types.
public protocol HostValue: Sendable {}

/// A place in the elaborated network: members' indices from the model down; an array's element adds its row.
public struct InstancePath: Hashable, Sendable {
  public enum Step: Hashable, Sendable { case member(MemberID), row(Int) }
  public var steps: [Step]
  public init(_ steps: [Step] = []) { self.steps = steps }
}

/// A law as a value: a constructor's name with numbers, or a composition.
public indirect enum LawValue: Sendable {
  /// In the sense of `SoukModel.Law`: kind and parameters in base units, tables as values.
  case simple(LawName, [String: Double])
  case weighted(chances: [Double], values: [Value])
  case empirical([Double], linear: Bool)
  /// Distribution function through these points, linear between.
  case empiricalPoints([(value: Double, probability: Double)])
  case hyperexponential(chances: [Double], means: [Double])
  case mixture(chances: [Double], laws: [LawValue])
  case truncated(LawValue, low: Double, high: Double)
  /// shift + factor × law
  case affine(LawValue, shift: Double, factor: Double)
  case sum([LawValue])
  case product([LawValue])
  case minimum([LawValue])
  case maximum([LawValue])
  case rounded(LawValue)
}

public struct CurveValue: Hashable, Sendable {
  public var linear: Bool
  /// Seconds after which it recurs; 0 if it doesn't.
  public var period: Double
  /// Keys are seconds since the model's start, after midnight (daily curves), or since 1970 (dates).
  public var keys: Keys
  public var times: [Double]
  public var values: [Double]
  /// Curves that it is multiplied by, once a model says how their clocks meet.
  public var factors: [CurveValue] = []
  public enum Keys: String, Sendable { case sinceStart, clock, date }
  public init(linear: Bool, period: Double, keys: Keys, times: [Double], values: [Double]) {
    self.linear = linear
    self.period = period
    self.keys = keys
    self.times = times
    self.values = values
  }
}

public struct CalendarValue: Sendable {
  /// Seconds after midnight (clock), since the start, or since 1970 (dates).
  public var instants: [Double]
  public var keys: CurveValue.Keys
  public var period: Double
  public init(instants: [Double], keys: CurveValue.Keys, period: Double) {
    self.instants = instants
    self.keys = keys
    self.period = period
  }
}

public enum FunctionValue: Sendable {
  case named(FunctionID)
  case lambda(Body, [LocalID], captured: [LocalID: Value])
}
