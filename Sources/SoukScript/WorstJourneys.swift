// A check that fails → the journeys that speak against it most, each with its timeline. The smallest failing replication is lived through
// again by the loop that tells, and of the tally that the claim speaks of its largest values (or its smallest, where more is wanted) are
// followed back to whom they belong.

import SoukLower
import SoukReport
import SoukSema
import SoukStats
import SoukSyntax
import SoukText
import SoukUnits

extension Interpreter {
  /// So many are shown.
  private static let journeyCount = 3
  /// The loop that tells is some ten times slower than the one that runs, and goes twice: what takes longer than this isn't lived again.
  private static let stepLimit: UInt64 = 5_000_000

  /// The worst journeys of the smallest failing replication; none where the claim speaks of no observations, or it would take long.
  func worstJourneys(_ leaf: Decision.Leaf, _ run: RunResults, _ span: Span) -> [JourneyReport] {
    guard let index = leaf.violations.filter({ run.paths.indices.contains($0) }).min(by: { run.paths[$0].events < run.paths[$1].events }),
      run.paths[index].steps < Self.stepLimit, let observed = (leaf.left.lineage.observed + (leaf.right?.lineage.observed ?? [])).first
    else { return [] }
    let replication = run.paths[index].replication
    guard let replay = attempt({ () throws(EvaluationError) in try replay(of: run, replication: replication, at: span) }),
      replay.lowered.model.tallies.indices.contains(observed.tally)
    else { return [] }
    let tally = replay.lowered.model.tallies[observed.tally].path
    let unit = leaf.sides.flatMap { sides in [sides.left, sides.right].first { ResultAccess.dimension($0.type) == observed.dimension } }.flatMap(writing.shownUnit)
    return replay.worst(Self.journeyCount, in: tally, smallest: leaf.wantsMore).map { timeline in
      JourneyReport(
        journey: timeline.journey, number: timeline.number, replication: Int(replication),
        value: Figure(timeline.value.map { $0 * observed.factor }, dimension: observed.dimension, unit: unit),
        stages: timeline.stages.map { stage in
          JourneyReport.Stage(
            time: Double(stage.time) / StepTrace.ticksPerSecond, what: stage.what, place: stage.place,
            lasts: stage.lasts.map { Double($0) / StepTrace.ticksPerSecond })
        })
    }
  }
}

extension Decision.Leaf {
  /// Whether the claim wants its observations to be large, so that the smallest speak against it most.
  var wantsMore: Bool {
    let isOnTheLeft = !left.lineage.observed.isEmpty
    guard let sides, let op else { return (left.point ?? 0) < (right?.point ?? 0) }
    let wantsMoreOfSide: Bool
    switch op {
    case .greater, .greaterOrEqual: wantsMoreOfSide = isOnTheLeft
    case .less, .lessOrEqual: wantsMoreOfSide = !isOnTheLeft
    // What should be equal is too small or too large.
    default: wantsMoreOfSide = (left.point ?? 0) < (right?.point ?? 0)
    }
    // A share of `x <= 24 h` that should be larger wants x to be smaller.
    return (isOnTheLeft ? sides.left : sides.right).isShareOfSmall ? !wantsMoreOfSide : wantsMoreOfSide
  }
}

extension TypedExpression {
  /// Whether it counts what is below a limit.
  fileprivate var isShareOfSmall: Bool {
    switch kind {
    case .comparison(let op, let a, _):
      // `x <= 24 h` and `24 h >= x` are the same.
      if case .sample = a.type { return op == .less || op == .lessOrEqual }
      return op == .greater || op == .greaterOrEqual
    case .builtin(_, let arguments): return arguments.first?.isShareOfSmall ?? false
    case .not(let inner): return !inner.isShareOfSmall
    case .arithmetic(_, let a, _), .convert(let a, _), .during(let a, _, _): return a.isShareOfSmall
    default: return false
    }
  }
}
