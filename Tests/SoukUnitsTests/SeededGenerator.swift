// A small generator for property tests (SplitMix64, G. Steele et al. 2014), so that a failure can be repeated.

import SoukUnits

struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A small exponent, sometimes a fraction.
  mutating func exponent() -> Rational {
    Rational(Int.random(in: -3...3, using: &self), over: Int.random(in: 0..<4, using: &self) == 0 ? 2 : 1)
  }

  static let bases: [BaseDimension] = [.time, .data, .count("order"), .count("payment"), .currency("CNY"), .currency("USD")]

  /// A random dimension over `bases` and the given variables.
  mutating func dimension(variables: [DimensionVariable] = []) -> Dimension {
    var factors: [Dimension.Factor] = []
    for _ in 0..<Int.random(in: 0...3, using: &self) {
      if let base = Self.bases.randomElement(using: &self) { factors.append(.init(.base(base), exponent())) }
    }
    for variable in variables where Bool.random(using: &self) { factors.append(.init(.variable(variable), exponent())) }
    return Dimension(factors)
  }
}

/// Unifies; a free function because `#expect` evaluates a method on a copy of what it is called on.
func unify(_ solver: inout DimensionSolver, _ a: Dimension, _ b: Dimension) -> Bool { solver.unify(a, b) }
