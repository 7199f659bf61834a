// How a dimension is told to people: `Time`, `CNY/payment`, `A/s`. Variables get letters in the order in which a
// message mentions them; the solver's numbers never show.

/// The letters of the dimension variables in one message, so that `A` is the same thing throughout it.
public struct DimensionNames: Sendable {
  private var letters: [DimensionVariable: String]
  private var taken: Set<String>

  /// `given` are names that an author chose.
  public init(given: [DimensionVariable: String] = [:]) {
    letters = given
    taken = Set(given.values)
  }

  /// The letter of `variable`: `A` to `Z`, then `A2` and on.
  public mutating func letter(of variable: DimensionVariable) -> String {
    if let known = letters[variable] { return known }
    var round = 1
    while true {
      for scalar in UInt8(ascii: "A")...UInt8(ascii: "Z") {
        let letter = String(UnicodeScalar(scalar)) + (round == 1 ? "" : "\(round)")
        guard taken.insert(letter).inserted else { continue }
        letters[variable] = letter
        return letter
      }
      round += 1
    }
  }

  /// `a plain number`, `Time`, `CNY`, `payment/s`, `A/s`: one physical dimension alone by its name, products in base units.
  public mutating func text(_ dimension: Dimension) -> String {
    if dimension.isDimensionless { return "a plain number" }
    if let base = dimension.base { return base.name }
    return unitText(dimension)
  }

  /// The dimension as a unit text in base units: `s`, `CNY/payment`, `1/s`; empty for none.
  public mutating func unitText(_ dimension: Dimension) -> String {
    var over: [String] = [], under: [String] = []
    for factor in dimension.factors {
      let name =
        switch factor.atom {
        case .variable(let variable): letter(of: variable)
        case .base(let base): base.baseUnitName
        }
      let isUnder = factor.exponent.isNegative
      let power = isUnder ? -factor.exponent : factor.exponent
      let text = power == .one ? name : power.isWhole ? "\(name)^\(power)" : "\(name)^(\(power))"
      if isUnder { under.append(text) } else { over.append(text) }
    }
    if over.isEmpty && !under.isEmpty { over = ["1"] }
    return ([over.joined(separator: "*")] + under).joined(separator: "/")
  }
}

extension Dimension: CustomStringConvertible {
  /// `a plain number`, `Time`, `CNY`, `payment/s`, `1/s`; variables as `A`, `B`.
  public var description: String {
    var names = DimensionNames()
    return names.text(self)
  }

  /// The unit text in base units: `s`, `CNY/payment`, `1/s`; empty for a dimensionless one.
  public var baseUnitText: String {
    var names = DimensionNames()
    return names.unitText(self)
  }

  /// How many base units one of `baseUnitText` is.
  public var baseUnitFactor: Double {
    factors.reduce(1) { product, factor in
      guard case .base(let base) = factor.atom, base.baseUnitFactor != 1, factor.exponent.isWhole else { return product }
      let power = Int(factor.exponent.numerator.magnitude)
      let scale = (0..<power).reduce(1.0) { partial, _ in partial * base.baseUnitFactor }
      return factor.exponent.isNegative ? product / scale : product * scale
    }
  }

  /// What such a quantity is, for the middle of a sentence: `a time`, `money in CNY`, `a number of order`,
  /// `a rate in payment/s`, `a plain number`.
  public var kindWords: String {
    if isDimensionless { return "a plain number" }
    if !isClosed && factors.count == 1 { return "a quantity of any unit" }
    if let base {
      switch base.kind {
      case .currency: return "money in \(base.name)"
      case .count: return "a number of \(base.name)"
      case .physical:
        switch base {
        case .time: return "a time"
        case .data: return "an amount of data"
        case .length: return "a length"
        case .mass: return "a mass"
        case .energy: return "an amount of energy"
        default: return "a quantity in \(base.baseUnitName)"
        }
      }
    }
    if exponent(of: .time) == Rational(-1) { return "a rate in \(self)" }
    return "a quantity in \(self)"
  }
}
