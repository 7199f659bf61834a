// Dimensions as a vector space over the rationals: a product of base dimensions and dimension variables, each to an
// exponent. Kept as a sorted list without zero exponents, so equal dimensions are equal values.
// After A. J. Kennedy, Programming Languages and Dimensions (1996), with rational exponents so that roots exist.

/// A number that stands for a dimension not yet known.
public struct DimensionVariable: Hashable, Sendable, Comparable {
  public let index: UInt32
  public init(_ index: UInt32) { self.index = index }
  public static func < (a: DimensionVariable, b: DimensionVariable) -> Bool { a.index < b.index }
}

/// A product of base dimensions and dimension variables to rational exponents; the empty product is dimensionless.
public struct Dimension: Hashable, Sendable {
  /// What carries an exponent.
  public enum Atom: Hashable, Sendable, Comparable {
    case variable(DimensionVariable)
    case base(BaseDimension)

    /// Variables first, then base dimensions in their canonical order.
    public static func < (a: Atom, b: Atom) -> Bool {
      switch (a, b) {
      case (.variable(let x), .variable(let y)): x < y
      case (.base(let x), .base(let y)): x < y
      case (.variable, .base): true
      case (.base, .variable): false
      }
    }
  }

  /// One atom with its exponent.
  public struct Factor: Hashable, Sendable {
    public let atom: Atom
    public let exponent: Rational
    public init(_ atom: Atom, _ exponent: Rational) {
      self.atom = atom
      self.exponent = exponent
    }
  }

  /// The factors in canonical order, none with exponent zero, no atom twice.
  public let factors: [Factor]

  private init(sorted factors: [Factor]) { self.factors = factors }

  /// The product of `factors`, in any order and with repeats. O(n log n).
  public init(_ factors: some Sequence<Factor>) {
    var sum: [Atom: Rational] = [:]
    for factor in factors { sum[factor.atom, default: .zero] = sum[factor.atom, default: .zero] + factor.exponent }
    self.factors = sum.filter { !$0.value.isZero }.map { Factor($0.key, $0.value) }.sorted { $0.atom < $1.atom }
  }

  /// The base dimension `base` to the power 1.
  public init(_ base: BaseDimension) { factors = [Factor(.base(base), .one)] }

  /// The dimension variable `variable` to the power 1.
  public init(_ variable: DimensionVariable) { factors = [Factor(.variable(variable), .one)] }

  /// The empty product: counts without a name, shares, ratios.
  public static let dimensionless = Dimension(sorted: [])
  /// Time, in seconds.
  public static let time = Dimension(.time)
  /// Per second.
  public static let rate = Dimension.dimensionless / .time

  /// A nominal count's dimension.
  public static func count(_ name: String) -> Dimension { Dimension(.count(name)) }
  /// A currency's dimension.
  public static func currency(_ code: String) -> Dimension { Dimension(.currency(code)) }
  /// A dimension variable's dimension.
  public static func variable(_ index: UInt32) -> Dimension { Dimension(DimensionVariable(index)) }

  public var isDimensionless: Bool { factors.isEmpty }

  /// False when a power grew beyond what exponents can hold; such a dimension unifies with nothing.
  public var isRepresentable: Bool { factors.allSatisfy { $0.exponent.isRepresentable } }

  /// The exponent of `atom`, zero when absent.
  public func exponent(of atom: Atom) -> Rational { factors.first { $0.atom == atom }?.exponent ?? .zero }

  /// The exponent of `base`, zero when absent.
  public func exponent(of base: BaseDimension) -> Rational { exponent(of: .base(base)) }

  /// The variables that occur, in ascending order.
  public var variables: [DimensionVariable] {
    factors.compactMap { if case .variable(let variable) = $0.atom { variable } else { nil } }
  }

  /// Whether no variable occurs.
  public var isClosed: Bool { variables.isEmpty }

  /// The base dimension that this is the first power of, or nil.
  public var base: BaseDimension? {
    guard factors.count == 1, factors[0].exponent == .one, case .base(let base) = factors[0].atom else { return nil }
    return base
  }

  /// The currency that this is the first power of, or nil: whether a quantity is an amount of money.
  public var currency: BaseDimension? { base.flatMap { $0.kind == .currency ? $0 : nil } }

  /// Merges two canonical lists, `b`'s exponents multiplied by `power`. O(n + m).
  private static func merge(_ a: Dimension, _ b: Dimension, _ power: Rational) -> Dimension {
    var merged: [Factor] = []
    var (i, j) = (0, 0)
    while i < a.factors.count || j < b.factors.count {
      if j == b.factors.count || (i < a.factors.count && a.factors[i].atom < b.factors[j].atom) {
        merged.append(a.factors[i])
        i += 1
        continue
      }
      var exponent = b.factors[j].exponent * power
      if i < a.factors.count, a.factors[i].atom == b.factors[j].atom {
        exponent = exponent + a.factors[i].exponent
        i += 1
      }
      if !exponent.isZero { merged.append(Factor(b.factors[j].atom, exponent)) }
      j += 1
    }
    return Dimension(sorted: merged)
  }

  public static func * (a: Dimension, b: Dimension) -> Dimension { merge(a, b, .one) }

  public static func / (a: Dimension, b: Dimension) -> Dimension { merge(a, b, Rational(-1)) }

  /// Every exponent multiplied by `power`; the zeroth power is dimensionless.
  public func raised(to power: Rational) -> Dimension { Self.merge(.dimensionless, self, power) }

  /// Every exponent multiplied by `power`.
  public func raised(to power: Int) -> Dimension { raised(to: Rational(power)) }

  /// Replaces each variable that `substitution` knows, once; the replacements aren't searched again.
  public func substituting(_ substitution: [DimensionVariable: Dimension]) -> Dimension {
    var result = self
    for factor in factors {
      guard case .variable(let variable) = factor.atom, let replacement = substitution[variable] else { continue }
      result = result / Dimension(variable).raised(to: factor.exponent) * replacement.raised(to: factor.exponent)
    }
    return result
  }
}
