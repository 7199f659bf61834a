// Unification of dimensions. Over the rationals the equation a = b, that is a/b = 1, is one linear equation: if its
// left side has a variable that may be solved for, solving for it gives the most general unifier (Gaussian elimination,
// one row at a time); without one it holds only if nothing is left. Generalisation is the one of Kennedy 1996, §3:
// the environment is brought to echelon form first, since A/B * B in it must not keep A from being generalised.

/// The equations between dimensions met so far, in solved form; a struct, so a copy is a snapshot to come back to.
public struct DimensionSolver: Sendable {
  /// Triangular: a replacement may mention variables that are bound themselves, never in a circle.
  private var bindings: [DimensionVariable: Dimension] = [:]
  private var rigidNames: [DimensionVariable: String] = [:]
  private var next: UInt32 = 0

  public init() {}

  /// A variable that equations may solve for.
  public mutating func freshVariable() -> DimensionVariable {
    defer { next += 1 }
    return DimensionVariable(next)
  }

  /// The dimension of a fresh variable.
  public mutating func fresh() -> Dimension { Dimension(freshVariable()) }

  /// A variable that stands for any dimension whatever, as an author wrote it (`A` in `Dist<A>`): equal only to itself.
  public mutating func freshRigid(name: String) -> DimensionVariable {
    let variable = freshVariable()
    rigidNames[variable] = name
    return variable
  }

  /// Whether equations may not solve for `variable`.
  public func isRigid(_ variable: DimensionVariable) -> Bool { rigidNames[variable] != nil }

  /// `dimension` with all that is known about its variables put in.
  public func resolve(_ dimension: Dimension) -> Dimension {
    var result = dimension
    // An exponent beyond all bounds can't be divided out, so there is no going on from it.
    while result.isRepresentable, result.variables.contains(where: { bindings[$0] != nil }) {
      result = result.substituting(bindings)
    }
    return result
  }

  /// Makes `a` and `b` equal in the most general way; false, and nothing changed, when they can't be.
  public mutating func unify(_ a: Dimension, _ b: Dimension) -> Bool {
    // An unrepresentable exponent stays in the quotient and in any solution, so it ends in a refusal below.
    let difference = resolve(a) / resolve(b)
    if difference.isDimensionless { return true }
    guard let (variable, exponent) = pivot(of: difference) else { return false }
    let solution = (difference / Dimension(variable).raised(to: exponent)).raised(to: Rational(-1) / exponent)
    guard solution.isRepresentable else { return false }
    bindings[variable] = solution
    return true
  }

  /// The variable to solve for: one whose exponent is ±1 keeps the solution whole; among those the youngest, so that
  /// names an author has seen stay.
  private func pivot(of dimension: Dimension) -> (DimensionVariable, Rational)? {
    let minusOne = Rational(-1)
    var best: (DimensionVariable, Rational)?
    var bestIsWhole = false
    for factor in dimension.factors {
      guard case .variable(let variable) = factor.atom, !isRigid(variable) else { continue }
      let isWhole = factor.exponent == .one || factor.exponent == minusOne
      guard isWhole || !bestIsWhole else { continue }
      best = (variable, factor.exponent)
      bestIsWhole = isWhole
    }
    return best
  }

  /// Whether `a` and `b` are known to be equal already, without an assumption.
  public func areEqual(_ a: Dimension, _ b: Dimension) -> Bool {
    let left = resolve(a), right = resolve(b)
    return left.isRepresentable && right.isRepresentable && left == right
  }

  /// The variables nothing is known about in `dimensions`, each once, in order of appearance.
  public func freeVariables(of dimensions: [Dimension]) -> [DimensionVariable] {
    var seen: Set<DimensionVariable> = []
    return dimensions.flatMap { resolve($0).variables }.filter { seen.insert($0).inserted }
  }

  /// The variables of `dimensions` that may be generalised: those the environment says nothing about. May bind
  /// variables of the environment to change its basis (see the top of the file); what it says stays the same.
  public mutating func generalise(_ dimensions: [Dimension], environment: [Dimension] = []) -> [DimensionVariable] {
    var fixed: Set<DimensionVariable> = []
    for entry in environment {
      let row = resolve(entry)
      // What is already a basis variable of the environment doesn't count; the rest of the row becomes a new one.
      let rest = Dimension(row.factors.filter { factor in
        guard case .variable(let variable) = factor.atom else { return false }
        return !fixed.contains(variable) && !isRigid(variable)
      })
      guard let (variable, exponent) = pivot(of: rest) else { continue }
      if rest.factors.count == 1 {
        fixed.insert(variable)
        continue
      }
      let basis = freshVariable()
      let others = rest / Dimension(variable).raised(to: exponent)
      let solution = (Dimension(basis) / others).raised(to: Rational.one / exponent)
      guard solution.isRepresentable else {
        fixed.formUnion(rest.variables)
        continue
      }
      bindings[variable] = solution
      fixed.insert(basis)
    }
    return freeVariables(of: dimensions).filter { !fixed.contains($0) && !isRigid($0) }
  }

  /// A fresh copy of each of `variables`, to be given to `Dimension.substituting` over a resolved scheme.
  public mutating func freshCopies(of variables: [DimensionVariable]) -> [DimensionVariable: Dimension] {
    var copies: [DimensionVariable: Dimension] = [:]
    for variable in variables { copies[variable] = fresh() }
    return copies
  }

  /// `dimensions` with the generalised `variables` made fresh, all by the same renaming.
  public mutating func instantiate(_ dimensions: [Dimension], over variables: [DimensionVariable]) -> [Dimension] {
    let copies = freshCopies(of: variables)
    return dimensions.map { resolve($0).substituting(copies) }
  }

  /// Names for the variables of one message: an author's own for rigid ones, letters for the rest.
  public func names() -> DimensionNames { DimensionNames(given: rigidNames) }

  /// How `dimension` is told to people, by all that is known.
  public func describe(_ dimension: Dimension) -> String {
    var names = names()
    return names.text(resolve(dimension))
  }
}
