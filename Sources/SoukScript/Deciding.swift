// A claim to its verdict. Estimates are compared replication by replication, and the differences' mean is held against
// zero by a t test each way; one event a replication is counted and decided exactly; what needed no run, and what a model
// without chance gives, is simply true or false. A claim of parts is decided part by part, each at the error divided by the
// number of parts (Bonferroni), so that the whole keeps its confidence. Where replications are added until a claim is decided,
// each look pays its part of the error (`LookSchedule`), or the test is one that may be looked at at any time.

import SoukLower
import SoukSema
import SoukStats
import SoukSyntax

/// How sure a verdict has to be, and how often it is asked for.
struct DecisionRule: Sendable {
  var confidence: Double
  /// Which look at growing evidence this is, from 1; nil where the number of replications was fixed beforehand.
  var look: Int?
  /// Whether no look will follow.
  var isLast = true
  /// Half of the zone around the limit in which either verdict will do, as a share of the limit.
  var indifference = 0.0
  /// Whether one long replication is cut into batches; not where one replication is looked at for itself.
  var usesBatches = true

  /// The confidence that a look needs which pays for all others.
  var level: Double { look.map { 1 - LookSchedule.error(1 - confidence, atLook: $0) } ?? confidence }
}

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
    /// All replications that by themselves violate the claim.
    var violations: [Int] = []
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
  /// The verdict on a claim at `confidence`, such as 0.95, from a number of replications that was fixed beforehand.
  static func decide(_ claim: ClaimValue, confidence: Double) -> Decision { decide(claim, by: DecisionRule(confidence: confidence)) }

  /// The verdict on a claim by a rule.
  static func decide(_ claim: ClaimValue, by rule: DecisionRule) -> Decision {
    var rule = rule
    rule.confidence = 1 - (1 - rule.confidence) / Double(max(claim.parts, 1))
    return decide(claim, rule, isNegated: false)
  }

  private static func decide(_ claim: ClaimValue, _ rule: DecisionRule, isNegated: Bool) -> Decision {
    switch claim {
    case .decided(let holds, _): return Decision(verdict: holds != isNegated ? .holds : .fails)
    case .not(let inner): return decide(inner, rule, isNegated: !isNegated)
    case .and(let a, let b): return joined(decide(a, rule, isNegated: isNegated), decide(b, rule, isNegated: isNegated), isAnd: !isNegated)
    case .or(let a, let b): return joined(decide(a, rule, isNegated: isNegated), decide(b, rule, isNegated: isNegated), isAnd: isNegated)
    case .truth(let estimate, _): return truth(estimate, isNegated: isNegated)
    case .comparison(let op, let left, let right, let sides): return compare(isNegated ? op.negated : op, left, right, sides, rule)
    case .within(let left, let right, let tolerance, let sides): return within(left, right, tolerance, sides, rule, isNegated: isNegated)
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
    let violations = estimate.values.indices.filter { estimate.values[$0] != nil && estimate.values[$0] != wanted }
    let verdict: Verdict =
      if !violations.isEmpty { .fails } else if estimate.values.isEmpty || estimate.values.contains(where: { $0 == nil }) { .noData } else { .holds }
    return Decision(verdict: verdict, leaf: Decision.Leaf(left: estimate, worst: violations.first, violations: violations))
  }

  private static func compare(
    _ op: BinaryOperator, _ left: EstimateValue, _ right: EstimateValue, _ sides: ClaimValue.Sides, _ rule: DecisionRule
  ) -> Decision {
    let differences = zip(left.values, right.values).map { a, b in a.flatMap { a in b.map { a - $0 } } ?? .nan }
    guard let comparator = op.comparator else { return equality(op, differences, left, right, sides, rule) }
    let zone = rule.indifference * (right.point ?? 0).magnitude
    let counted = events(left, right, comparator, rule, zone) ?? batches(left, right, comparator, rule)
    let evidence = counted ?? settled(
      Claim.decide(differences: differences, comparator, confidence: rule.level, indifference: zone), left.lineage.merged(right.lineage), rule)
    let violations = differences.indices.filter { !differences[$0].isNaN && !comparator.accepts(differences[$0]) }
    let worst = violations.min { differences[$0] * comparator.direction < differences[$1] * comparator.direction }
    return Decision(
      verdict: evidence.verdict,
      leaf: Decision.Leaf(left: left, right: right, op: op, sides: sides, evidence: evidence, worst: worst, violations: violations))
  }

  /// One event a replication against a share: successes are counted, and nothing leans on normality.
  private static func events(
    _ left: EstimateValue, _ right: EstimateValue, _ comparator: Comparator, _ rule: DecisionRule, _ zone: Double
  ) -> ClaimEvidence? {
    guard left.isEvent, right.lineage.runs.isEmpty, let limit = right.values.first.flatMap({ $0 }), limit > 0, limit < 1, left.values.count > 1,
      !left.lineage.isExact
    else { return nil }
    let known = left.values.compactMap { $0 }
    let successes = known.count(where: { $0 == 1 })
    var evidence =
      rule.look == nil
      ? Claim.decide(successes: successes, trials: known.count, share: limit, comparator, confidence: rule.confidence)
      : Claim.decideSequentially(
        successes: successes, trials: known.count, share: limit, comparator, confidence: rule.confidence, indifference: zone)
    evidence.missing = left.values.count - known.count
    if evidence.missing > 0, evidence.verdict != .fails { evidence.verdict = .noData }
    return evidence
  }

  /// One long replication against a limit, by batches of its observations; nil where they aren't independent.
  private static func batches(_ left: EstimateValue, _ right: EstimateValue, _ comparator: Comparator, _ rule: DecisionRule) -> ClaimEvidence? {
    guard rule.usesBatches, let series = left.series, left.values.count == 1, right.lineage.runs.isEmpty, let limit = right.values.first.flatMap({ $0 }), series.scale > 0
    else { return nil }
    return Claim.decide(series: series.values.map { $0 * series.scale }, limit: limit, comparator, confidence: rule.level)
  }

  /// What a t test said, where nothing was drawn or more is to come: a verdict that leans on a normality that the data don't show
  /// waits for more of them.
  private static func settled(_ evidence: ClaimEvidence, _ lineage: Lineage, _ rule: DecisionRule) -> ClaimEvidence {
    var evidence = evidence
    evidence.confidence = rule.confidence
    if lineage.isExact, !lineage.runs.isEmpty {
      evidence.method = .exact
      evidence.approximate = false
    } else if rule.look != nil, !rule.isLast, evidence.approximate, evidence.verdict == .holds || evidence.verdict == .fails {
      evidence.verdict = .undecided
    }
    return evidence
  }

  /// Equality is certain only where every replication shows it; it is refuted like any other claim.
  private static func equality(
    _ op: BinaryOperator, _ differences: [Double], _ left: EstimateValue, _ right: EstimateValue, _ sides: ClaimValue.Sides, _ rule: DecisionRule
  ) -> Decision {
    var leaf = Decision.Leaf(left: left, right: right, op: op, sides: sides)
    let lineage = left.lineage.merged(right.lineage)
    let stricter = (1 + rule.level) / 2
    let below = settled(Claim.decide(differences: differences, .atLeast, confidence: stricter), lineage, rule)
    let above = settled(Claim.decide(differences: differences, .atMost, confidence: stricter), lineage, rule)
    leaf.evidence = above
    var verdict = Verdict.undecided
    if differences.isEmpty || differences.contains(where: \.isNaN) {
      verdict = .noData
    } else if differences.allSatisfy({ $0 == 0 }) {
      verdict = .holds
    } else if below.verdict == .fails || above.verdict == .fails {
      verdict = .fails
    }
    leaf.violations = differences.indices.filter { !differences[$0].isNaN && (differences[$0] == 0) != (op == .equal) }
    leaf.worst = leaf.violations.first
    return Decision(verdict: op == .equal ? verdict : verdict.negated, leaf: leaf)
  }

  private static func within(
    _ left: EstimateValue, _ right: EstimateValue, _ tolerance: Tolerance, _ sides: ClaimValue.Sides, _ rule: DecisionRule, isNegated: Bool
  ) -> Decision {
    let (a, b) = (left.values.map { $0 ?? .nan }, right.values.map { $0 ?? .nan })
    let evidence = settled(Claim.decideWithin(a, of: b, tolerance: tolerance, confidence: rule.level), left.lineage.merged(right.lineage), rule)
    let violations = zip(a, b).enumerated().filter { _, pair in
      let isInside = (pair.0 - pair.1).magnitude <= tolerance.width(of: pair.1)
      return !(pair.0 - pair.1).isNaN && isInside == isNegated
    }.map(\.offset)
    return Decision(
      verdict: isNegated ? evidence.verdict.negated : evidence.verdict,
      leaf: Decision.Leaf(
        left: left, right: right, tolerance: tolerance, sides: sides, evidence: evidence, worst: violations.first, violations: violations))
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
