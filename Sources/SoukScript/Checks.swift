// `check "…": claim`: the verdict, the sentence with what was observed, and the evidence of a failure.

import SoukLower
import SoukModel
import SoukNumerics
import SoukReport
import SoukSema
import SoukStats
import SoukSyntax
import SoukText
import SoukUnits

extension Interpreter {
  func perform(_ check: TypedCheck) throws(EvaluationError) {
    let key = evidence?.meet(check.span)
    if let key, let known = evidence?.settled[key] {
      // What a baseline is to keep of it has more replications by now.
      if options.recordsAll, check.claim.asksBaseline { _ = attempt { () throws(EvaluationError) in try ask(check) } }
      if known.verdict == .fails || known.verdict == .error { evidence?.hasFailed = true }
      return emit(.check(known))
    }
    guard case .text(let name) = try evaluator.evaluate(check.name) else {
      throw EvaluationError.results("a check's name is a text", check.name.span)
    }
    guard isSelected(name) else { return }
    do {
      let confidence = try confidence(of: check)
      let value = try ask(check)
      let claim = try typed { try Lifting(span: check.claim.span).claim(value, check.claim) }
      let decision = try decide(claim, confidence: confidence)
      tell(report(check, name, claim, decision, confidence), key)
    } catch {
      // What can't be decided is this check's verdict; the others are decided all the same.
      if error.isLimit { throw error }
      var report = CheckReport(name: name, verdict: .error, sentence: writing.source(check.claim), place: sources.place(check.span))
      report.claim = writing.source(check.claim)
      report.notes = [error.diagnostic.message]
      tell(report, key)
      fail(error.diagnostic)
    }
  }

  /// The value of a check's claim.
  private func ask(_ check: TypedCheck) throws(EvaluationError) -> Value {
    guard case .text(let name) = try evaluator.evaluate(check.name) else { return .nothing }
    checkName = name
    defer { checkName = nil }
    return try evaluator.evaluate(check.claim)
  }

  private func tell(_ report: CheckReport, _ key: Evidence.Case?) {
    if let key, report.verdict != .undecided { evidence?.settled[key] = report }
    if report.verdict == .fails || report.verdict == .error { evidence?.hasFailed = true }
    emit(.check(report))
  }

  /// The verdict on a claim. In an examination what isn't decided asks for more replications.
  func decide(_ claim: ClaimValue, confidence: Double) throws(EvaluationError) -> Decision {
    let lineage = claim.lineage
    let look = lineage.isExact ? nil : lineage.look
    let isLast = lineage.isBaselineExhausted || lineage.runs.allSatisfy { $0.growth?.isLast ?? true }
    let decision = Deciding.decide(
      claim,
      by: DecisionRule(
        confidence: confidence, look: look, isLast: isLast, indifference: try indifference(), usesBatches: options.replication == nil))
    evidence?.tie(lineage)
    if decision.verdict == .undecided, !lineage.isBaselineExhausted { evidence?.isUndecided(lineage) }
    return decision
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
    report.claim = writing.source(check.claim)
    report.standing = check.standing?.rawValue
    report.figures = check.figures
    let lineage = claim.lineage
    guard let run = lineage.runs.first else { return report }
    report.replications = decision.leaf?.left.values.count ?? run.paths.count
    if let right = decision.leaf?.right, right.values.count > (report.replications ?? 0) { report.replications = right.values.count }
    if lineage.isExact, evidence != nil { report.replications = 1 }
    report.seed = run.seed
    report.looks = lineage.isExact ? nil : lineage.look
    report.command = lineage.fromBaseline == nil ? command(run) : compare(name, run)
    if evidence != nil, decision.verdict == .undecided, !lineage.isBaselineExhausted { report.command = examine(name, run, replications: report.replications, more: more(decision, lineage)) }
    if let leaf = decision.leaf { describe(leaf, in: &report, confidence, writing) }
    if decision.verdict == .undecided, !lineage.isBaselineExhausted { report.moreReplications = more(decision, lineage) }
    if decision.verdict == .fails {
      if let leaf = decision.leaf { report.smallest = smallest(leaf, run, writing) }
      // A run by itself knows no baseline, so it would show one side only.
      if lineage.fromBaseline != nil, let command = report.command { report.smallest?.command = command }
      if !lineage.isDifference {
        if let leaf = decision.leaf { report.journeys = worstJourneys(leaf, run, check.span) }
        report.blame = blame(run, replication: decision.leaf?.worst ?? 0, at: check.span)
      }
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
    if let evidence = leaf.evidence {
      report.method = evidence.method == .exact ? nil : evidence.method.words
      if evidence.method == .exact { report.confidence = nil }
      if !evidence.margin.isNaN {
        let unit = isMoment ? nil : units.left
        report.margin = Figure(
          evidence.margin, halfWidth: evidence.isPointAlone ? nil : evidence.halfWidth, dimension: isMoment ? .time : dimension, unit: unit)
      }
      if right.lineage.runs.isEmpty, let observed = leaf.left.point, let bounds = evidence.interval(about: observed) {
        func end(_ x: Double) -> Figure { Figure(x, dimension: dimension, unit: units.left, origin: leaf.left.origin) }
        report.interval = (end(bounds.lowerBound), end(bounds.upperBound))
      }
    }
    if let worst = leaf.worst, leaf.left.values.indices.contains(worst), leaf.left.values.count > 1, !leaf.left.lineage.isExact {
      report.worst = (worst, Figure(leaf.left.values[worst], dimension: dimension, unit: units.left, origin: leaf.left.origin))
    }
  }

  /// Of the replications that break the claim by themselves, the one in which least happens: the easiest to look at.
  private func smallest(_ leaf: Decision.Leaf, _ run: RunResults, _ writing: Writing) -> (replication: Int, observed: Figure?, events: UInt64, command: String)? {
    let candidates = leaf.violations.filter { run.paths.indices.contains($0) }
    guard let index = candidates.min(by: { run.paths[$0].events < run.paths[$1].events }) else { return nil }
    let path = run.paths[index]
    var observed: Figure?
    if let sides = leaf.sides, leaf.left.values.indices.contains(index) {
      let dimension = ResultAccess.dimension(sides.left.type)
      observed = Figure(leaf.left.values[index], dimension: dimension, unit: writing.units(sides).left, origin: leaf.left.origin)
    }
    return (Int(path.replication), observed, path.events, command(run, replication: path.replication))
  }

  private func command(_ run: RunResults, replication: UInt32? = nil) -> String {
    var out = "souk run \(ShellWord.quoted(sources.files.first?.name ?? "script.souk")) --seed \(run.seed)"
    for given in program.given { out += " --set \(ShellWord.quoted(given.text))" }
    if run.isExact { return out }
    if let only = replication ?? options.replication { return out + " --replication \(only)" }
    if run.growth?.run != nil { return out + " --replications \(run.paths.count)" }
    if let replications = options.replications { out += " --replications \(replications)" }
    return out
  }

  /// The command that holds a check against its baseline again.
  private func compare(_ name: String, _ run: RunResults) -> String? {
    guard let file = options.baseline?.file else { return nil }
    var out = "souk test \(ShellWord.quoted(sources.files.first?.name ?? "script.souk")) --filter \(ShellWord.quoted(name)) --seed \(run.seed)"
    out += " --baseline \(ShellWord.quoted(file))"
    for given in program.given { out += " --set \(ShellWord.quoted(given.text))" }
    if let replications = options.replications { out += " --replications \(replications)" }
    return out
  }

  /// The command that goes on with a check that isn't decided.
  private func examine(_ name: String, _ run: RunResults, replications: Int?, more: Int?) -> String {
    var out = "souk test \(ShellWord.quoted(sources.files.first?.name ?? "script.souk")) --filter \(ShellWord.quoted(name)) --seed \(run.seed)"
    for given in program.given { out += " --set \(ShellWord.quoted(given.text))" }
    guard let replications, let more else { return out }
    // A number that is easy to read, and half as many again: the estimate is one.
    var scale = 1
    let wanted = (replications + more) * 3 / 2
    while wanted / scale >= 100 { scale *= 10 }
    return out + " --max-replications \(min(1_000_000, (wanted + scale - 1) / scale * scale))"
  }

  /// How many more replications would decide, were everything to go on as it did.
  func more(_ decision: Decision, _ lineage: Lineage) -> Int? {
    guard let leaf = decision.leaf, let evidence = leaf.evidence else { return nil }
    let needed: Int?
    if let growth = lineage.runs.compactMap(\.growth).max(by: { $0.look < $1.look }), evidence.method == .student, let right = leaf.right {
      let differences = zip(leaf.left.values, right.values).compactMap { a, b in a.flatMap { a in b.map { a - $0 } } }
      let schedule = LookSchedule(first: max(1, differences.count), cap: differences.count)
      needed = schedule.replicationsToDecide(
        Moments(differences), margin: evidence.margin, alpha: 1 - evidence.confidence, looksBefore: growth.look - 1)
    } else {
      needed = evidence.method == .batches ? nil : evidence.replicationsToDecide
    }
    return needed.map { max(1, $0 - evidence.n) }
  }

  /// What has to be known beside the verdict.
  private func notes(_ lineage: Lineage, _ decision: Decision, _ confidence: Double) -> [String] {
    var notes: [String] = []
    if let from = lineage.fromBaseline {
      if let absence = from.absence { return [absence] + from.notes }
      notes += from.notes
      if decision.verdict == .undecided, lineage.isBaselineExhausted {
        let wanted = more(decision, lineage).map { "about \(NumberText.format(Double($0 + from.replications)))" } ?? "more"
        notes.append("the baseline has \(from.replications) replications; with \(wanted) it could be told: save it with `--replications`")
      }
    }
    let isSingle = !lineage.isExact && lineage.runs.allSatisfy { $0.paths.count == 1 }
    if let evidence = decision.leaf?.evidence, evidence.method == .batches {
      notes.append("one replication: the interval is that of \(BatchMeans.batchCount) batches, which don't depend on each other")
    } else if options.replication == nil, let leaf = decision.leaf, leaf.evidence != nil, leaf.left.series != nil, leaf.right?.lineage.runs.isEmpty == true, isSingle {
      notes.append("one replication: no interval, for batches of it depend on each other; make the run longer, or replicate it")
    } else if decision.leaf?.evidence != nil, decision.verdict != .noData, isSingle {
      notes.append(
        options.replication == nil || lineage.runs.isEmpty
          ? "one replication: no interval" : "replication \(lineage.runs[0].paths[0].replication) alone: no interval")
    }
    for one in lineage.censored { notes.append(Self.sentence(one)) }
    if let evidence = decision.leaf?.evidence {
      let observed = lineage.isExact ? 1 : evidence.missing + evidence.n
      if evidence.missing > 0 { notes.append("no data in \(min(evidence.missing, observed)) of \(observed) replications") }
      if evidence.approximate, evidence.n > 1 { notes.append("approximate: the replications are so skewed that the interval may cover less than it says") }
      if decision.verdict == .undecided, evidence.method != .batches, self.evidence == nil, let more = evidence.replicationsToDecide { notes.append("about \(more) replications would decide") }
      if let rare = unseen(evidence, decision, lineage) { notes.append(rare) }
    } else if decision.verdict == .noData, let leaf = decision.leaf {
      notes.append("no data in \(leaf.left.values.filter { $0 == nil }.count) of \(leaf.left.values.count) replications")
    }
    if let run = lineage.runs.first(where: { !$0.isComplete }) { notes.append("\(run.modelName) was stopped before its end") }
    return notes
  }

  /// Chance is in the model and none is in the number: what is rare may not have been met. A share of the replications that
  /// would be met with the confidence is 1 - (1 - confidence)^(1/n).
  private func unseen(_ evidence: ClaimEvidence, _ decision: Decision, _ lineage: Lineage) -> String? {
    guard lineage.look != nil, !lineage.isExact, evidence.method == .student, evidence.halfWidth == 0, evidence.n > 1, decision.verdict == .holds else { return nil }
    let share = -Elementary.expm1(Elementary.log(1 - evidence.confidence) / Double(evidence.n))
    return "the same in all \(evidence.n) replications; what happens in fewer than 1 of \(Int((1 / share).rounded(.down))) may not have been seen"
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

extension ClaimEvidence.Method {
  /// The test by its name.
  var words: String {
    switch self {
    case .student: "Student's t"
    case .clopperPearson: "exact binomial bounds"
    case .eProcess: "e-processes of counted replications"
    case .ratio: "Wald's ratio of counted replications"
    case .batches: "Student's t of \(BatchMeans.batchCount) batches"
    case .exact: "no chance"
    }
  }
}

extension ClaimEvidence {
  /// Whether there is nothing but a point: one replication, or no chance at all.
  var isPointAlone: Bool { singleReplication || method == .exact }

  /// Between what the true value lies, each end with the confidence; nil for a point alone.
  func interval(about observed: Double) -> ClosedRange<Double>? {
    if let bounds { return bounds }
    guard !isPointAlone, halfWidth.isFinite, observed.isFinite, n > 1 else { return nil }
    return (observed - halfWidth)...(observed + halfWidth)
  }
}

extension TypedExpression {
  /// Whether `baseline(…)` stands in it.
  var asksBaseline: Bool { if case .builtin(.baseline, _) = kind { true } else { children.contains(where: \.asksBaseline) } }
}
