// The units a script may write: those built in, and those it declares. Names are a namespace of their own; nothing in
// it depends on the names of values.

/// The units known at one place: names and aliases, declared counts, derived units, rates of exchange.
public struct UnitTable: Sendable {
  /// Canonical names and aliases to units.
  private(set) var units: [String: Unit]
  /// Names declared here, in order, after the built-in ones.
  public private(set) var declaredNames: [String] = []
  /// The rates of exchange declared, in order.
  public internal(set) var rates: [ExchangeRate] = []

  /// The built-in units: time, data, length, mass, energy, shares, every currency.
  public init() { units = Self.builtIn }

  /// The unit called `name`, by its canonical name or an alias.
  public func unit(named name: String) -> Unit? { units[name] }

  /// Every name and alias, in ascending order.
  public var names: [String] { units.keys.sorted() }

  /// The canonical names of the units of `dimension`, the smallest first: what may stand after `to`. O(n log n).
  public func names(of dimension: Dimension) -> [String] {
    Set(units.values).filter { $0.dimension == dimension }.sorted { ($0.factor, $0.name) < ($1.factor, $1.name) }.map(\.name)
  }

  /// Whether `name` was declared here rather than built in.
  public func isDeclared(_ name: String) -> Bool { declaredNames.contains(name) }

  /// Makes the nominal count `name`, a base dimension of its own.
  public mutating func declareCount(_ name: String) -> Result<Unit, UnitProblem> {
    add(Unit(name: name, dimension: .count(name), factor: 1))
  }

  /// Makes `name` a unit of `factor` base units of `dimension`: `unit dozen = 12 parcel`.
  public mutating func declare(_ name: String, factor: Double, dimension: Dimension) -> Result<Unit, UnitProblem> {
    guard factor > 0, factor.isFinite else {
      return .failure(
        UnitProblem(.notPositive, name: name, message: "the unit `\(name)` must be a positive number of something"))
    }
    return add(Unit(name: name, dimension: dimension, factor: factor))
  }

  /// Gives a unit that was declared here another size; false if there is none of this dimension.
  public mutating func redeclare(_ name: String, factor: Double, dimension: Dimension) -> Bool {
    guard isDeclared(name), units[name]?.dimension == dimension, factor > 0, factor.isFinite else { return false }
    units[name] = Unit(name: name, dimension: dimension, factor: factor)
    return true
  }

  /// Forgets the rate that was declared between two currencies, so that another can be.
  public mutating func withdrawRate(of name: String, in other: Dimension) {
    guard let from = unit(named: name)?.dimension.currency, let to = other.currency else { return }
    rates.removeAll { $0.from == from && $0.to == to || $0.from == to && $0.to == from }
  }

  private mutating func add(_ unit: Unit) -> Result<Unit, UnitProblem> {
    let name = unit.name
    if let reason = Self.reservedReason(name) {
      return .failure(UnitProblem(.reserved, name: name, message: "`\(name)` can't be the name of a unit", advice: reason))
    }
    if let existing = units[name] {
      let meaning = isDeclared(name) ? "declared already" : "built in: \(Self.meaning(of: existing))"
      return .failure(
        UnitProblem(
          .alreadyDeclared, name: name, message: "the unit `\(name)` is \(meaning)",
          advice: isDeclared(name) ? nil : "choose another name"))
    }
    units[name] = unit
    declaredNames.append(name)
    return .success(unit)
  }

  /// What a built-in unit is, in a few words: `60 s`, `a currency`.
  private static func meaning(of unit: Unit) -> String {
    if unit.dimension.currency != nil { return "a currency" }
    let number = NumberText.format(unit.factor)
    return unit.dimension.isDimensionless ? number : "\(number) \(unit.dimension.baseUnitText)"
  }

  /// Words that end a quantity, and so can never be read as its unit.
  public static let clauseWords: Set<String> = [
    "and", "or", "not", "to", "in", "of", "from", "into", "by", "step", "for", "priority", "patience", "within", "else",
    "confidence", "over", "as", "until", "on", "if",
  ]

  /// The names of types that aren't dimensions.
  public static let sortNames: Set<String> = [
    "Dist", "Curve", "Sample", "Signal", "Estimate", "Claim", "Bool", "Text", "Date", "List",
  ]

  /// Why `name` can't be declared, or nil.
  private static func reservedReason(_ name: String) -> String? {
    if name.isEmpty { return "a unit needs a name" }
    if clauseWords.contains(name) { return "after a number `\(name)` begins a clause" }
    if sortNames.contains(name) || dimensionNames[name] != nil { return "`\(name)` is the name of a type" }
    if name == "m" { return "`5 m` could mean minutes, metres or millions" }
    if name == "k" { return "`5k` means 5000" }
    if name.utf8.count == 1, let letter = name.utf8.first, (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(letter) {
      return "a single capital stands for any unit"
    }
    return nil
  }

  /// Names that a type may use for a dimension: `Time`, `Data`, `Count`, `Share` and the like.
  public static let dimensionNames: [String: Dimension] = {
    var names: [String: Dimension] = ["Count": .dimensionless, "Share": .dimensionless]
    for base in BaseDimension.physical { names[base.name] = Dimension(base) }
    return names
  }()
}
