// `check "…": claim`: the verdict, the sentence with what was observed, and the evidence of a failure.

import SoukLower
import SoukModel
import SoukReport
import SoukSema
import SoukStats
import SoukSyntax
import SoukText
import SoukUnits

extension Interpreter {
  func perform(_ check: TypedCheck) throws(EvaluationError) {
    guard case .text(let name) = try evaluator.evaluate(check.name) else {
      throw EvaluationError.results("a check's name is a text", check.name.span)
    }
    do {
      let confidence = try confidence(of: check)
      let value = try evaluator.evaluate(check.claim)
      let claim = try typed { try Lifting(span: check.claim.span).claim(value, check.claim) }
      let decision = Deciding.decide(claim, confidence: confidence)
      emit(.check(report(check, name, claim, decision, confidence)))
    } catch {
      // What can't be decided is this check's verdict; the others are decided all the same.
      if error.isLimit { throw error }
      var report = CheckReport(name: name, verdict: .error, sentence: writing.source(check.claim), place: sources.place(check.span))
      report.notes = [error.diagnostic.message]
      emit(.check(report))
      fail(error.diagnostic)
    }
  }

  private func confidence(of check: TypedCheck) throws(EvaluationError) -> Double {
    guard let e = check.confidence else { return try defaultConfidence() }
    guard case .number(let x) = try evaluator.evaluate(e), x > 0.5, x < 1 else {
      throw EvaluationError.results("a confidence is between 50% and 100%", e.span)
    }
    return x
  }

  private func report(_ check: TypedCheck, _ name: String, _ claim: ClaimValue, _ decision: Decision, _ confidence: Double) -> CheckReport {
    let writing = writing
    var report = CheckReport(name: name, verdict: decision.verdict.shown, sentence: writing.sentence(claim), place: sources.place(check.span))
    report.standing = check.standing?.rawValue
    report.figures = check.figures
    let lineage = claim.lineage
    guard let run = lineage.runs.first else { return report }
    report.replications = decision.leaf?.left.values.count ?? run.paths.count
    if let right = decision.leaf?.right, right.values.count > (report.replications ?? 0) { report.replications = right.values.count }
    report.seed = run.seed
    report.command = command(run)
    if let leaf = decision.leaf { describe(leaf, in: &report, confidence, writing) }
    if decision.verdict == .fails {
      report.blame = blame(run, replication: decision.leaf?.worst ?? 0, at: check.span)
    }
    report.notes += notes(lineage, decision, confidence)
    return report
  }

  private func describe(_ leaf: Decision.Leaf, in report: inout CheckReport, _ confidence: Double, _ writing: Writing) {
    guard let right = leaf.right, let sides = leaf.sides else {
      if let worst = leaf.worst, leaf.left.values.count > 1 { report.notes.append("not so in replication \(worst)") }
      return
    }
    let units = writing.units(sides)
    let dimension = ResultAccess.dimension(sides.left.type)
    report.observed = writing.figure(leaf.left, dimension, units.left)
    var limit = writing.figure(right, ResultAccess.dimension(sides.right.type), units.right)
    if right.lineage.runs.isEmpty { limit.halfWidth = nil }
    report.limit = limit
    report.confidence = confidence
    let isMoment = leaf.left.origin != nil
    if let evidence = leaf.evidence, !evidence.margin.isNaN {
      let unit = isMoment ? nil : units.left
      report.margin = Figure(
        evidence.margin, halfWidth: evidence.singleReplication ? nil : evidence.halfWidth, dimension: isMoment ? .time : dimension, unit: unit)
    }
    if let worst = leaf.worst, leaf.left.values.indices.contains(worst), leaf.left.values.count > 1 {
      report.worst = (worst, Figure(leaf.left.values[worst], dimension: dimension, unit: units.left, origin: leaf.left.origin))
    }
  }

  private func command(_ run: RunResults) -> String {
    var out = "souk run \(sources.files.first?.name ?? "script.souk") --seed \(run.seed)"
    for given in program.given { out += " --set '\(given.text.replacing("'", with: "'\\''"))'" }
    if let replications = options.replications { out += " --replications \(replications)" }
    return out
  }

  /// What has to be known beside the verdict.
  private func notes(_ lineage: Lineage, _ decision: Decision, _ confidence: Double) -> [String] {
    var notes: [String] = []
    if decision.leaf?.evidence != nil, decision.verdict != .noData, lineage.runs.allSatisfy({ $0.paths.count == 1 }) { notes.append("one replication: no interval") }
    for one in lineage.censored { notes.append(Self.sentence(one)) }
    if let evidence = decision.leaf?.evidence {
      if evidence.missing > 0 { notes.append("no data in \(evidence.missing) of \(evidence.missing + evidence.n) replications") }
      if evidence.approximate, evidence.n > 1 { notes.append("approximate: the replications are so skewed that the interval may cover less than it says") }
      if decision.verdict == .undecided, let more = evidence.replicationsToDecide { notes.append("about \(more) replications would decide") }
    } else if decision.verdict == .noData, let leaf = decision.leaf {
      notes.append("no data in \(leaf.left.values.filter { $0 == nil }.count) of \(leaf.left.values.count) replications")
    }
    if let run = lineage.runs.first(where: { !$0.isComplete }) { notes.append("\(run.modelName) was stopped before its end") }
    return notes
  }

  static func sentence(_ one: Censoring) -> String {
    func number(_ x: Int) -> String { NumberText.format(Double(x)) }
    var parts: [String] = []
    if one.lost > 0 { parts.append("\(number(one.lost)) lost") }
    if one.overdue > 0 { parts.append("\(number(one.overdue)) under way for too long") }
    var text = "\(one.path): \(number(one.recorded)) observed"
    if !parts.isEmpty { text += ", counted as missed \(parts.joined(separator: " and "))" }
    if one.leftOut > 0 { text += ", left out \(number(one.leftOut)) not yet decided at the end" }
    return text
  }
}

extension Verdict {
  var shown: CheckVerdict {
    switch self {
    case .holds: .holds
    case .fails: .fails
    case .undecided: .undecided
    case .noData: .noData
    case .error: .error
    }
  }
}
