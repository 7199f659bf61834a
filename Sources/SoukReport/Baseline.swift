// What a suite has shown, kept to be compared with: for each run what every thing of it did in every replication, as a fingerprint
// and as the statistics that things report by themselves, and the values that ratchets (`baseline(…)`) ask for. Plain values: the
// script's execution makes them, JSON keeps them, a comparison reads two of them.

public import SoukUnits

/// The kept result of a suite.
public struct Baseline: Sendable {
  /// The number of the file's form; it changes when a member changes its meaning or goes away.
  public static let format = 1
  /// Of a run so many replications are kept.
  public static let replicationLimit = 100
  /// Of Souk, when it was saved.
  public var version: String
  public var scripts: [ScriptBaseline]

  public init(version: String, scripts: [ScriptBaseline]) {
    self.version = version
    self.scripts = scripts
  }

  /// What is known of the script with this path.
  public func script(_ path: String) -> ScriptBaseline? { scripts.first { $0.path == path } }
}

/// What one script has shown.
public struct ScriptBaseline: Sendable {
  public var path: String
  /// A digest of its text and of that of what it imports.
  public var digest: UInt64
  /// Parameters that were given from outside, as given.
  public var given: [String]
  public var runs: [RunBaseline]
  public var values: [ValueBaseline]

  public init(path: String, digest: UInt64 = 0, given: [String] = [], runs: [RunBaseline] = [], values: [ValueBaseline] = []) {
    self.path = path
    self.digest = digest
    self.given = given
    self.runs = runs
    self.values = values
  }
}

/// One run of a model.
public struct RunBaseline: Sendable {
  /// The name that the script gives it, else its model's; with `#2` where there are several.
  public var name: String
  public var model: String
  public var seed: UInt64
  /// Seconds.
  public var span: Double
  public var warmup: Double
  /// Whether nothing is drawn in it, so that its one replication is all of them.
  public var isExact: Bool
  /// Replications that are kept, from 0 on.
  public var replications: Int
  /// Parameters and constants of the model and its components, with their values as people read them.
  public var values: [(path: String, text: String)]
  public var things: [ThingBaseline]

  public init(
    name: String, model: String, seed: UInt64, span: Double, warmup: Double, isExact: Bool, replications: Int, values: [(path: String, text: String)] = [],
    things: [ThingBaseline]
  ) {
    self.values = values
    self.name = name
    self.model = model
    self.seed = seed
    self.span = span
    self.warmup = warmup
    self.isExact = isExact
    self.replications = replications
    self.things = things
  }
}

/// One thing of a run: a source, a station, a journey.
public struct ThingBaseline: Sendable {
  /// `station`, `account`, …
  public var kind: String
  public var path: String
  /// A digest of what it did, for each replication.
  public var fingerprints: [UInt64]
  public var statistics: [StatisticBaseline]

  public init(kind: String, path: String, fingerprints: [UInt64], statistics: [StatisticBaseline]) {
    self.kind = kind
    self.path = path
    self.fingerprints = fingerprints
    self.statistics = statistics
  }
}

/// A statistic of a thing: a number for each replication.
public struct StatisticBaseline: Sendable {
  public var name: String
  /// Base unit of the numbers, and how many of them are one of it (money is kept in its smallest unit).
  public var unit: String
  public var perUnit: Double
  public var values: [Double?]
  /// Where the numbers come from a run and not from a file.
  public var dimension: Dimension?
  /// Told in percents.
  public var isShare: Bool

  public init(name: String, dimension: Dimension, isShare: Bool = false, values: [Double?]) {
    self.init(name: name, unit: dimension.baseUnitText, perUnit: dimension.baseUnitFactor, values: values)
    self.dimension = dimension
    self.isShare = isShare
  }

  init(name: String, unit: String, perUnit: Double, values: [Double?]) {
    self.name = name
    self.unit = unit
    self.perUnit = perUnit
    self.values = values
    isShare = false
  }
}

/// What `baseline(expression)` of a check stands for.
public struct ValueBaseline: Sendable {
  /// Of the check in which it stands.
  public var check: String
  /// The expression as it is written, on one line.
  public var expression: String
  public var seed: UInt64?
  /// Whether nothing is drawn in what it comes from.
  public var isExact: Bool
  public var unit: String
  public var perUnit: Double
  public var values: [Double?]

  public init(check: String, expression: String, seed: UInt64?, isExact: Bool, dimension: Dimension, values: [Double?]) {
    self.init(
      check: check, expression: expression, seed: seed, isExact: isExact, unit: dimension.baseUnitText, perUnit: dimension.baseUnitFactor, values: values)
  }

  init(check: String, expression: String, seed: UInt64?, isExact: Bool, unit: String, perUnit: Double, values: [Double?]) {
    self.check = check
    self.expression = expression
    self.seed = seed
    self.isExact = isExact
    self.unit = unit
    self.perUnit = perUnit
    self.values = values
  }

  /// Whether its numbers are of this dimension.
  public func isOf(_ dimension: Dimension) -> Bool { unit == dimension.baseUnitText && perUnit == dimension.baseUnitFactor }
}

extension ScriptBaseline {
  /// The value of an expression in a check: that of the check with this name, or else the only one of the expression.
  public func value(_ expression: String, in check: String) -> ValueBaseline? {
    let known = values.filter { $0.expression == expression }
    return known.first { $0.check == check } ?? (known.count == 1 ? known.first : nil)
  }
}
