// Unification: what it makes equal, that it assumes no more than it must, and what may be generalised.

import SoukUnits
import Testing

@Suite struct DimensionSolverTests {
  private let cny = Dimension.currency("CNY"), payment = Dimension.count("payment")

  /// Hidden solutions make systems of equations that have one; the solver must accept them all, and each hidden solution
  /// must be an instance of its answer (which is what "most general" says).
  @Test func unifiersAreUnifiersAndMostGeneral() {
    for seed in 0..<400 {
      var random = SeededGenerator(seed: UInt64(seed))
      var solver = DimensionSolver()
      let variables = (0..<4).map { _ in solver.freshVariable() }
      var hidden: [DimensionVariable: Dimension] = [:]
      for variable in variables { hidden[variable] = random.dimension() }
      var equations: [(Dimension, Dimension)] = []
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let a = random.dimension(variables: variables), c = random.dimension(variables: variables)
        equations.append((a, a * c / c.substituting(hidden)))
      }
      for (a, b) in equations { #expect(unify(&solver, a, b), "seed \(seed)") }
      for (a, b) in equations {
        #expect(solver.resolve(a) == solver.resolve(b), "seed \(seed)")
        #expect(solver.areEqual(a, b))
      }
      for variable in variables {
        #expect(solver.resolve(Dimension(variable)).substituting(hidden) == hidden[variable], "seed \(seed)")
      }
    }
  }

  /// The number of variables left free is the number of unknowns less the rank of the equations.
  @Test func nothingMoreIsAssumedThanTheEquationsSay() {
    var solver = DimensionSolver()
    let v = (0..<4).map { _ in solver.fresh() }
    #expect(unify(&solver, v[0] * v[1], v[2] * .time))
    #expect(unify(&solver, v[0] / v[3], cny))
    #expect(unify(&solver, v[0] * v[0] * v[1], v[2] * v[3] * cny * .time))
    #expect(solver.freeVariables(of: v).count == 2)
  }

  @Test func whatCannotBeEqualChangesNothing() {
    var solver = DimensionSolver()
    let a = solver.fresh()
    #expect(unify(&solver, a, cny / payment))
    #expect(!unify(&solver, a, cny))
    #expect(!unify(&solver, cny, payment))
    #expect(!unify(&solver, .dimensionless, .time))
    #expect(solver.resolve(a) == cny / payment)
    #expect(solver.describe(a) == "CNY/payment")
  }

  @Test func rootsAreSolvedFor() {
    var solver = DimensionSolver()
    let a = solver.fresh()
    #expect(unify(&solver, a * a, Dimension.time.raised(to: 4)))
    #expect(solver.resolve(a) == Dimension.time.raised(to: 2))
    let b = solver.fresh()
    #expect(unify(&solver, b.raised(to: 2), .time))
    #expect(solver.resolve(b) == Dimension.time.raised(to: Rational(1, over: 2)))
  }

  @Test func wholeSolutionsArePreferred() {
    var solver = DimensionSolver()
    let a = solver.fresh(), b = solver.fresh(), c = solver.fresh()
    #expect(unify(&solver, a.raised(to: 2) * b * c.raised(to: 3), cny))
    let solved = solver.resolve(b)
    #expect(solved == cny / a.raised(to: 2) / c.raised(to: 3))
  }

  @Test func rigidVariablesEqualOnlyThemselves() {
    var solver = DimensionSolver()
    let x = Dimension(solver.freshRigid(name: "X")), a = solver.fresh()
    #expect(!unify(&solver, x, cny))
    #expect(!unify(&solver, x / .time, x))
    #expect(unify(&solver, a, x / .time))
    #expect(unify(&solver, x, x))
    #expect(solver.describe(a) == "X/s")
  }

  @Test func aSchemeIsFreshAtEachUse() {
    // fn days_to_ship(parcels, capacity) = parcels / capacity
    var solver = DimensionSolver()
    let parcels = solver.fresh(), capacity = solver.fresh(), result = solver.fresh()
    #expect(unify(&solver, result, parcels / capacity))
    let general = solver.generalise([parcels, capacity, result])
    #expect(general.count == 2)
    let parcel = Dimension.count("parcel")
    let first = solver.instantiate([parcels, capacity, result], over: general)
    let second = solver.instantiate([parcels, capacity, result], over: general)
    #expect(unify(&solver, first[0], parcel) && unify(&solver, first[1], parcel / .time))
    #expect(solver.resolve(first[2]) == .time)
    #expect(unify(&solver, second[0], cny) && unify(&solver, second[1], payment))
    #expect(solver.resolve(second[2]) == cny / payment)
    #expect(solver.resolve(first[2]) == .time)
  }

  @Test func theEnvironmentLimitsWhatIsGeneralised() {
    var solver = DimensionSolver()
    let a = solver.fresh(), b = solver.fresh()
    do {
      var s = solver
      #expect(s.generalise([a * b], environment: [a, b]).isEmpty)
    }
    do {
      var s = solver
      #expect(s.generalise([a * b], environment: [a]) == b.variables)
    }
    do {
      // The environment holds only the product, so either factor alone is as good as free (Kennedy 1996, §3.3).
      var s = solver
      #expect(s.generalise([a], environment: [a * b]).count == 1)
      #expect(s.generalise([a * b], environment: [a * b]).isEmpty)
    }
    do {
      var s = solver
      #expect(s.generalise([a], environment: [a * b, a / b]).isEmpty)
    }
  }

  @Test func generalisedVariablesNeverOccurInTheEnvironment() {
    for seed in 0..<300 {
      var random = SeededGenerator(seed: UInt64(seed))
      var solver = DimensionSolver()
      let variables = (0..<4).map { _ in solver.freshVariable() }
      let environment = (0..<2).map { _ in random.dimension(variables: variables) }
      let type = [random.dimension(variables: variables), random.dimension(variables: variables)]
      let general = Set(solver.generalise(type, environment: environment))
      #expect(general.isDisjoint(with: solver.freeVariables(of: environment)), "seed \(seed)")
      // What is left of the type's variables is in the environment's span: fixing the environment fixes it.
      let fixed = solver.freeVariables(of: type).filter { !general.contains($0) }
      #expect(Set(fixed).isSubset(of: solver.freeVariables(of: environment)), "seed \(seed)")
    }
  }
}
