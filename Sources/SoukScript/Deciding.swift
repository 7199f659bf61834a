// A claim to its verdict. Estimates are compared replication by replication, and the differences' mean is held against
// zero by a t test each way; what needed no run is simply true or false. A claim of parts is decided part by part, each at
// the error divided by the number of parts (Bonferroni), so that the whole keeps its confidence.

import SoukLower
import SoukSema
import SoukStats
import SoukSyntax

/// A verdict with what it rests on.
struct Decision: Sendable {
  var verdict: Verdict
  /// The part of the claim that decided, with its evidence; nil for what needed no statistics.
  var leaf: Leaf?

  struct Leaf: Sendable {
    var left: EstimateValue
    var right: EstimateValue?
    var op: BinaryOperator?
    var tolerance: Tolerance?
    var sides: ClaimValue.Sides?
    var evidence: ClaimEvidence?
    /// The replication (from 0) that misses by most, or violates at all.
    var worst: Int?
  }
}

extension Verdict {
  var negated: Verdict { self == .holds ? .fails : self == .fails ? .holds : self }
}

extension BinaryOperator {
  var comparator: Comparator? {
    switch self {
    case .less: .lessThan
    case .lessOrEqual: .atMost
    case .greater: .moreThan
    case .greaterOrEqual: .atLeast
    default: nil
    }
  }

  /// The comparison that is true when this one is false.
  var negated: BinaryOperator {
    switch self {
    case .less: .greaterOrEqual
    case .lessOrEqual: .greater
    case .greater: .lessOrEqual
    case .greaterOrEqual: .less
    case .equal: .notEqual
    case .notEqual: .equal
    default: self
    }
  }
}

enum Deciding {
  /// The verdict on a claim at `confidence`, such as 0.95.
  static func decide(_ claim: ClaimValue, confidence: Double) -> Decision {
    let parts = claim.parts
    return decide(claim, confidence: 1 - (1 - confidence) / Double(max(parts, 1)), isNegated: false)
  }

  private static func decide(_ claim: ClaimValue, confidence: Double, isNegated: Bool) -> Decision {
    switch claim {
    case .decided(let holds, _): return Decision(verdict: holds != isNegated ? .holds : .fails)
    case .not(let inner): return decide(inner, confidence: confidence, isNegated: !isNegated)
    case .and(let a, let b):
      return joined(decide(a, confidence: confidence, isNegated: isNegated), decide(b, confidence: confidence, isNegated: isNegated), isAnd: !isNegated)
    case .or(let a, let b):
      return joined(decide(a, confidence: confidence, isNegated: isNegated), decide(b, confidence: confidence, isNegated: isNegated), isAnd: isNegated)
    case .truth(let estimate, _): return truth(estimate, isNegated: isNegated)
    case .comparison(let op, let left, let right, let sides):
      return compare(isNegated ? op.negated : op, left, right, sides, confidence)
    case .within(let left, let right, let tolerance, let sides): return within(left, right, tolerance, sides, confidence, isNegated: isNegated)
    }
  }

  /// `and`: fails with either, holds with both; `or` the other way round.
  private static func joined(_ a: Decision, _ b: Decision, isAnd: Bool) -> Decision {
    let order: [Verdict] = isAnd ? [.error, .fails, .noData, .undecided, .holds] : [.error, .holds, .noData, .undecided, .fails]
    func rank(_ decision: Decision) -> Int { order.firstIndex(of: decision.verdict) ?? 0 }
    return rank(b) < rank(a) ? b : a
  }

  /// What is said of each replication holds when it holds in all.
  private static func truth(_ estimate: EstimateValue, isNegated: Bool) -> Decision {
    let wanted: Double = isNegated ? 0 : 1
    let worst = estimate.values.firstIndex { $0 != nil && $0 != wanted }
    let verdict: Verdict =
      if worst != nil { .fails } else if estimate.values.isEmpty || estimate.values.contains(where: { $0 == nil }) { .noData } else { .holds }
    return Decision(verdict: verdict, leaf: Decision.Leaf(left: estimate, worst: worst))
  }

  private static func compare(
    _ op: BinaryOperator, _ left: EstimateValue, _ right: EstimateValue, _ sides: ClaimValue.Sides, _ confidence: Double
  ) -> Decision {
    let differences = zip(left.values, right.values).map { a, b in a.flatMap { a in b.map { a - $0 } } ?? .nan }
    guard let comparator = op.comparator else { return equality(op, differences, left, right, sides, confidence) }
    let evidence = Claim.decide(differences: differences, comparator, confidence: confidence)
    let known = differences.indices.filter { !differences[$0].isNaN }
    let worst = known.min { differences[$0] * comparator.direction < differences[$1] * comparator.direction }
    return Decision(
      verdict: evidence.verdict,
      leaf: Decision.Leaf(left: left, right: right, op: op, sides: sides, evidence: evidence, worst: worst.flatMap { comparator.accepts(differences[$0]) ? nil : $0 }))
  }

  /// Equality is certain only where every replication shows it; it is refuted like any other claim.
  private static func equality(
    _ op: BinaryOperator, _ differences: [Double], _ left: EstimateValue, _ right: EstimateValue, _ sides: ClaimValue.Sides, _ confidence: Double
  ) -> Decision {
    var leaf = Decision.Leaf(left: left, right: right, op: op, sides: sides)
    let stricter = (1 + confidence) / 2
    let below = Claim.decide(differences: differences, .atLeast, confidence: stricter)
    let above = Claim.decide(differences: differences, .atMost, confidence: stricter)
    leaf.evidence = above
    var verdict = Verdict.undecided
    if differences.isEmpty || differences.contains(where: \.isNaN) {
      verdict = .noData
    } else if differences.allSatisfy({ $0 == 0 }) {
      verdict = .holds
    } else if below.verdict == .fails || above.verdict == .fails {
      verdict = .fails
    }
    leaf.worst = differences.firstIndex { $0 != 0 && !$0.isNaN }
    return Decision(verdict: op == .equal ? verdict : verdict.negated, leaf: leaf)
  }

  private static func within(
    _ left: EstimateValue, _ right: EstimateValue, _ tolerance: Tolerance, _ sides: ClaimValue.Sides, _ confidence: Double, isNegated: Bool
  ) -> Decision {
    let evidence = Claim.decideWithin(
      left.values.map { $0 ?? .nan }, of: right.values.map { $0 ?? .nan }, tolerance: tolerance, confidence: confidence)
    return Decision(
      verdict: isNegated ? evidence.verdict.negated : evidence.verdict,
      leaf: Decision.Leaf(left: left, right: right, tolerance: tolerance, sides: sides, evidence: evidence, worst: evidence.firstViolation))
  }

  /// Whether the claim is true of the points, for `expect` and `value(…)`; nil without data.
  static func point(_ claim: ClaimValue) -> Bool? {
    switch claim {
    case .decided(let holds, _): return holds
    case .not(let inner): return point(inner).map { !$0 }
    case .and(let a, let b): return point(a).flatMap { x in point(b).map { x && $0 } }
    case .or(let a, let b): return point(a).flatMap { x in point(b).map { x || $0 } }
    case .truth(let estimate, _): return estimate.values.contains { $0 == nil } ? nil : estimate.values.allSatisfy { $0 == 1 }
    case .comparison(let op, let a, let b, _):
      return a.point.flatMap { x in b.point.map { Lifting.test(op)(x, $0) } }
    case .within(let a, let b, let tolerance, _): return a.point.flatMap { x in b.point.map { (x - $0).magnitude <= tolerance.width(of: $0) } }
    }
  }
}

extension ClaimValue {
  /// How many statements are decided in it.
  var parts: Int {
    switch self {
    case .decided: 0
    case .truth, .comparison, .within: 1
    case .not(let inner): inner.parts
    case .and(let a, let b), .or(let a, let b): a.parts + b.parts
    }
  }

  /// The runs behind it, and what was censored.
  var lineage: Lineage {
    switch self {
    case .decided: Lineage()
    case .truth(let a, _): a.lineage
    case .comparison(_, let a, let b, _), .within(let a, let b, _, _): a.lineage.merged(b.lineage)
    case .not(let inner): inner.lineage
    case .and(let a, let b), .or(let a, let b): a.lineage.merged(b.lineage)
    }
  }
}
