// Executes a typed program's items in order: bindings, prints, plots, checks, tests, exports, paused simulations. What it
// has to tell goes to a sink, one event after the other; it reads and writes nothing itself.

public import SoukLower
import SoukEngine
import SoukModel
import SoukReport
public import SoukSema
import SoukStats
import SoukSyntax
public import SoukText
import SoukUnits

/// The execution of one script, item by item. For one thread.
public final class Interpreter {
  public private(set) var program: TypedProgram
  public private(set) var sources: SourceSet
  /// At a prompt they change between entries.
  public var options: ScriptOptions
  /// What an examination keeps between its looks; nil for an execution that reports.
  let evidence: Evidence?
  private let sink: (ScriptEvent) -> Void
  private(set) var evaluator: Evaluator

  private var items: [ReportItem] = []
  private var failures: [Diagnostic] = []
  /// Values of globals that were executed, kept when the program grows.
  public private(set) var bound: [GlobalID: Value] = [:]
  /// The name that the next run gets.
  var pendingName: String?
  /// The check that is looked at.
  var checkName: String?
  var simulations: [PausedSimulation] = []
  /// Runs that were made again because more of them was asked for; the earlier ones are kept so that they stay themselves.
  var successors: [ObjectIdentifier: RunResults] = [:]
  var kept: [RunResults] = []
  var firstSeed: UInt64?
  /// Expectations of the test under way.
  private var expectations: (count: Int, failures: [TestReport.Failure])?
  private var stopCode: Int32?

  public convenience init(
    program: TypedProgram, sources: SourceSet, options: ScriptOptions = ScriptOptions(), sink: @escaping (ScriptEvent) -> Void = { _ in }
  ) {
    self.init(program: program, sources: sources, options: options, evidence: nil, sink: sink)
  }

  init(program: TypedProgram, sources: SourceSet, options: ScriptOptions, evidence: Evidence?, sink: @escaping (ScriptEvent) -> Void) {
    self.evidence = evidence
    self.program = program
    self.sources = sources
    self.options = options
    self.sink = sink
    evaluator = Evaluator(program: program)
    evaluator = Evaluator(program: program, host: ExperimentHost(interpreter: self), stepLimit: options.evaluationSteps)
  }

  /// Goes on with a program that has grown at its end, or back to one, with the values that are bound in it. For a prompt.
  public func adopt(program: TypedProgram, sources: SourceSet, bound: [GlobalID: Value]) {
    self.bound = bound
    self.program = program
    self.sources = sources
    evaluator = Evaluator(program: program, host: ExperimentHost(interpreter: self), stepLimit: options.evaluationSteps)
    for (id, value) in bound { evaluator.setGlobal(id, to: value) }
  }

  // MARK: Execution

  /// Executes every item; stops at the first that can't be executed.
  public func runAll() -> ScriptResult {
    for item in program.items { if !execute(item) { break } }
    return result
  }

  /// What has happened so far.
  public var result: ScriptResult {
    ScriptResult(items: items, failures: failures, isComplete: stopCode == nil, exitCode: exitCode, seed: firstSeed)
  }

  /// Executes one item; false when it failed, which was told to the sink.
  @discardableResult
  public func execute(_ item: TypedItem) -> Bool {
    do {
      if evidence == nil, case .binding(let id) = item.kind {
        pendingName = program.globals[id.index].name
        defer { pendingName = nil }
        bound[id] = try evaluator.global(id, item.span)
        return true
      }
      try perform(item)
      return true
    } catch {
      failures.append(error.diagnostic)
      if error.isLimit, stopCode == nil { stopCode = 4 }
      sink(.failure(error.diagnostic))
      return false
    }
  }

  /// The value of an expression, as text: for a prompt.
  public func describe(_ e: TypedExpression) throws(EvaluationError) -> String {
    writing.printed(try evaluator.evaluate(e), of: e).text
  }

  func emit(_ item: ReportItem) {
    items.append(item)
    sink(.item(item))
  }

  func warn(_ diagnostic: Diagnostic) { sink(.warning(diagnostic)) }

  /// One of several mistakes; the last of them ends the item.
  func fail(_ diagnostic: Diagnostic) {
    failures.append(diagnostic)
    sink(.failure(diagnostic))
  }

  /// Something stopped a run for good: 4 at a limit, 130 interrupted.
  func stop(code: Int32) { stopCode = code }

  /// What `body` gives, or nil where it fails, which then has no consequence: for hints.
  func attempt<Result>(_ body: () throws(EvaluationError) -> Result) -> Result? {
    let before = stopCode
    do throws(EvaluationError) { return try body() } catch {
      stopCode = before
      return nil
    }
  }

  private func touchesSimulation(_ item: TypedItem) -> Bool {
    guard case .binding(let id) = item.kind else { return false }
    return program.globals[id.index].value?.touchesSimulation ?? false
  }

  private func perform(_ item: TypedItem) throws(EvaluationError) {
    if let evidence {
      if evidence.hasFailed && options.stopsAtFailure { return }
      guard item.isExamined || touchesSimulation(item) else { return }
    }
    switch item.kind {
    case .binding(let id):
      pendingName = program.globals[id.index].name
      defer { pendingName = nil }
      _ = try evaluator.global(id, item.span)
    case .print(let e), .expression(let e): try print(e, Environment())
    case .plot(let values, let options): try plot(values, options)
    case .export(let e, let name): try export(e, name)
    case .check(let check): try perform(check)
    case .condition(let condition, let then, let otherwise):
      guard case .bool(let holds) = try evaluator.evaluate(condition) else {
        throw EvaluationError.results("this is neither true nor false", condition.span, hint: "`value(…)` takes the point of an estimate")
      }
      for item in holds ? then : otherwise { try perform(item) }
    case .loop(let id, let source, let body):
      guard let elements = try evaluator.items(of: try evaluator.evaluate(source), at: source.span) else {
        throw EvaluationError.results("this can't be gone through", source.span)
      }
      for element in elements {
        evaluator.setGlobal(id, to: element)
        forget(body)
        for item in body { try perform(item) }
      }
    case .test(let name, let body): try test(name, body, item.span)
    case .advance(let target, let to): try advance(target, to, Environment())
    }
  }

  /// What a round of a loop binds, the next binds again.
  private func forget(_ items: [TypedItem]) {
    for item in items {
      switch item.kind {
      case .binding(let id): evaluator.forgetGlobal(id)
      case .condition(_, let then, let otherwise): forget(then + otherwise)
      case .loop(_, _, let body): forget(body)
      default: break
      }
    }
  }

  // MARK: Settings

  /// A number of `settings { … }`.
  func setting(_ name: String) throws(EvaluationError) -> Double? {
    guard let e = program.settings[name] else { return nil }
    guard case .number(let x) = try evaluator.evaluate(e) else { return nil }
    return x
  }

  /// The confidence of checks that don't say their own: by `confidence`, or by the false alarms a year that `flake` allows.
  func defaultConfidence() throws(EvaluationError) -> Double {
    if let confidence = try setting("confidence") {
      guard confidence > 0.5, confidence < 1, let e = program.settings["confidence"] else {
        throw EvaluationError.results("a confidence is between 50% and 100%", program.settings["confidence"]?.span ?? Span(file: FileID(0), lower: 0, upper: 0))
      }
      _ = e
      return confidence
    }
    guard let flake = try setting("flake"), let edits = try setting("edits"), flake > 0, edits > 0 else { return 0.95 }
    // Both are a year's: the ratio has no unit.
    let alpha = FlakeBudget.alpha(falseAlarmsPerYear: flake, checks: max(1, checkCount(program.items)), runsPerYear: edits)
    return 1 - min(alpha, 0.5)
  }

  /// The zone around a limit in which either verdict will do, as a share of the limit.
  func indifference() throws(EvaluationError) -> Double {
    guard let share = try setting("indifference") else { return 0 }
    guard share >= 0, share < 0.5 else {
      throw EvaluationError.results("`indifference` is a share of the limit, below 50%", program.settings["indifference"]?.span ?? Span(file: FileID(0), lower: 0, upper: 0))
    }
    return share
  }

  private func checkCount(_ items: [TypedItem]) -> Int {
    items.reduce(0) { count, item in
      switch item.kind {
      case .check: count + 1
      case .condition(_, let then, let otherwise): count + checkCount(then) + checkCount(otherwise)
      case .loop(_, _, let body): count + checkCount(body)
      default: count
      }
    }
  }

  /// How values are written now.
  var writing: Writing {
    Writing(program: program, sources: sources, evaluator: evaluator, level: 0.95, width: options.width, lines: options.lines)
  }

  // MARK: Print, plot, export

  func print(_ e: TypedExpression, _ env: Environment) throws(EvaluationError) {
    let value = try evaluator.evaluate(e, env)
    switch value {
    case .host(let run as RunResults): emit(.run(StandardReport(program: program, run: try whole(run, at: e.span), level: 0.95).report()))
    case .host(let part as ResultPart):
      // Everything is kept where a part is printed; layouts of the same model are alike.
      emit(.run(StandardReport(program: program, run: part.run, level: 0.95).report(of: part.layout)))
    case .host(let simulation as SimulationReference):
      try refresh(simulation, at: e.span)
      emit(.run(StandardReport(program: program, run: snapshot(simulation), level: 0.95).report()))
    case .host(let pair as PairedValue):
      if let report = try compared(pair, at: e.span) { emit(.run(report)) } else { emit(.printed(writing.printed(value, of: e))) }
    case .void: return
    default: emit(.printed(writing.printed(value, of: e)))
    }
  }

  /// The report of what is different, where a whole or a part of results is compared.
  private func compared(_ pair: PairedValue, at span: Span) throws(EvaluationError) -> RunReport? {
    guard let report = try comparison(pair, at: span) else { return nil }
    return report.report()
  }

  func comparison(_ pair: PairedValue, at span: Span) throws(EvaluationError) -> ComparisonReport? {
    func run(_ value: Value) throws(EvaluationError) -> (run: RunResults, part: Layout?)? {
      switch value {
      case .host(let run as RunResults): return (try whole(run, at: span), nil)
      // Everything is kept where a part is printed.
      case .host(let part as ResultPart): return (part.run, part.layout)
      case .host(let simulation as SimulationReference):
        try refresh(simulation, at: span)
        return (snapshot(simulation), nil)
      default: return nil
      }
    }
    guard let first = try run(pair.first), let second = try run(pair.second) else { return nil }
    return ComparisonReport(program: program, first: first, second: second, sides: pair.sides)
  }

  private func plot(_ expressions: [TypedExpression], _ settings: [String: TypedExpression]) throws(EvaluationError) {
    var values: [(expression: TypedExpression, value: Value, side: String?)] = []
    var limits: [(name: String, value: Double)] = []
    for e in expressions {
      let value = try plotted(try evaluator.evaluate(e), e)
      if case .number(let x) = value {
        limits.append((writing.isLiteral(e) ? writing.printed(value, of: e).text : writing.source(e), x))
      } else if case .host(let pair as PairedValue) = value {
        // Both side by side.
        values += [(e, pair.first, pair.sides.names.first), (e, pair.second, pair.sides.names.second)]
      } else {
        values.append((e, value, nil))
      }
    }
    var specs = try Plotting(writing: writing).plots(values)
    for index in specs.indices {
      specs[index].limits = limits
      try apply(settings, to: &specs[index])
    }
    for spec in specs { emit(.plot(spec)) }
  }

  /// A thing's own value where it is named alone.
  private func plotted(_ value: Value, _ e: TypedExpression) throws(EvaluationError) -> Value {
    if case .host(var pair as PairedValue) = value {
      pair.first = try plotted(pair.first, e)
      pair.second = try plotted(pair.second, e)
      return .host(pair)
    }
    guard case .host(let part as ResultPart) = value, case .thing(let thing) = part.layout else { return value }
    let own: Statistic =
      switch thing.kind {
      case .source: .started
      case .station: .queue
      case .pool: .held
      case .level: .level
      case .account: .balance
      case .batch: .waiting
      case .counter: .count
      case .measure: .sample
      case .gauge, .stock, .flow: .value
      }
    let type: Type = own == .sample ? .sample(.quantity(part.dimension)) : .signal(.quantity(part.dimension))
    return try typed { try ResultAccess(program: program, span: e.span).statistic(part, own, type: type) }
  }

  private func apply(_ settings: [String: TypedExpression], to spec: inout PlotSpec) throws(EvaluationError) {
    for (name, e) in settings.sorted(by: { $0.key < $1.key }) {
      let value = try evaluator.evaluate(e)
      switch (name, value) {
      case ("title", .text(let text)): spec.title = text
      case ("height", .number(let x)) where x >= 1 && x <= 100: spec.height = Int(x)
      case ("width", .number(let x)) where x >= 10 && x <= 400: spec.width = Int(x)
      case ("limit", .number(let x)): spec.limits.append(("limit", x))
      case ("from", _), ("to", _):
        let tick = try instant(value, e, spec)
        for index in spec.series.indices {
          spec.series[index].points.removeAll { name == "from" ? $0.x < tick : $0.x > tick }
        }
      default:
        throw EvaluationError.results("a plot has no such option, or not with this value", e.span, hint: "there are title, height, width, limit, from and to")
      }
    }
  }

  private func instant(_ value: Value, _ e: TypedExpression, _ spec: PlotSpec) throws(EvaluationError) -> Double {
    switch value {
    case .number(let x): return x
    case .date(let nanoseconds, let zone):
      guard let origin = spec.origin, let instant = Instant(nanoseconds: nanoseconds, zoneMinutes: zone) else { break }
      return instant.seconds(since: origin)
    default: break
    }
    throw EvaluationError.results("a time since the start, or a date of a model with a `start`, is needed here", e.span)
  }

  private func export(_ e: TypedExpression, _ name: TypedExpression) throws(EvaluationError) {
    guard case .text(let file) = try evaluator.evaluate(name) else {
      throw EvaluationError.results("a file's name is needed here", name.span)
    }
    if case .simulation = e.type, case .host(let reference as SimulationReference) = try evaluator.evaluate(e) {
      return emit(.export(try saved(reference, as: file, at: e.span)))
    }
    let value = try evaluator.evaluate(e)
    if case .host(let pair as PairedValue) = value, let report = try comparison(pair, at: e.span) { return emit(.export(report.data(file))) }
    emit(.export(try Plotting(writing: writing).data(try plotted(value, e), of: e, file: file)))
  }

  // MARK: Tests

  private func test(_ name: TypedExpression, _ body: Body, _ span: Span) throws(EvaluationError) {
    guard case .text(let title) = try evaluator.evaluate(name) else {
      throw EvaluationError.results("a test's name is a text", name.span)
    }
    guard isSelected(title) else { return }
    expectations = (0, [])
    defer { expectations = nil }
    var env = Environment()
    var failures: [TestReport.Failure] = []
    do {
      _ = try evaluator.execute(body.steps, &env)
    } catch {
      if error.isLimit { throw error }
      failures.append(TestReport.Failure(place: sources.place(error.diagnostic.primary.span), message: error.diagnostic.message))
    }
    let done = expectations ?? (0, [])
    let report = TestReport(name: title, place: sources.place(span), expectations: done.count, failures: done.failures + failures)
    if report.verdict == .fails || report.verdict == .error { evidence?.hasFailed = true }
    emit(.test(report))
  }

  /// Whether an examination is asked for what has this name.
  func isSelected(_ name: String) -> Bool { evidence == nil || options.selects?(name) ?? true }

  /// `expect cond`: in a test it is noted, elsewhere it stops the script.
  func expect(_ e: TypedExpression, _ env: Environment) throws(EvaluationError) {
    let key = evidence?.meet(e.span)
    if let key, expectations != nil, let known = evidence?.expectations[key] {
      expectations?.count += 1
      if let known { expectations?.failures.append(known) }
      return
    }
    let value = try evaluator.evaluate(e, env)
    var verdict: CheckVerdict
    var message = ""
    switch value {
    case .bool(let isTrue):
      verdict = isTrue ? .holds : .fails
      message = "expected \(try sides(e, env))"
    case .host(let claim as ClaimValue):
      let decision = try decide(claim, confidence: try defaultConfidence())
      verdict = decision.verdict.shown
      message = "expected \(writing.sentence(claim))\(verdict == .fails ? "" : ": \(verdict.rawValue)")"
      if verdict == .undecided, let more = more(decision, claim.lineage) { message += ", about \(NumberText.format(Double(more))) more replications would decide" }
    case .host(let estimate as EstimateValue) where estimate.form == .truth:
      verdict = !estimate.values.isEmpty && estimate.values.allSatisfy { $0 == 1 } ? .holds : .fails
      message = "expected \(writing.sentence(.truth(estimate, e)))"
    default: throw EvaluationError.results("`expect` needs a condition", e.span)
    }
    // A report has one look, and what isn't certain by then isn't as expected.
    if evidence == nil, verdict == .undecided || verdict == .noData { verdict = .fails }
    expectations?.count += 1
    let failure = verdict == .holds ? nil : TestReport.Failure(place: sources.place(e.span), message: message, verdict: verdict)
    if let key, verdict != .undecided { evidence?.expectations[key] = failure }
    guard let failure else { return }
    guard expectations != nil else { throw EvaluationError.results(message, e.span) }
    expectations?.failures.append(failure)
  }

  /// The condition as written, and what its sides are.
  private func sides(_ e: TypedExpression, _ env: Environment) throws(EvaluationError) -> String {
    guard case .comparison(let op, let a, let b) = e.kind else { return writing.source(e) }
    func side(_ e: TypedExpression) throws(EvaluationError) -> String {
      let text = writing.printed(try evaluator.evaluate(e, env), of: e).text
      return writing.isLiteral(e) || text == writing.source(e) ? text : "\(writing.source(e)) = \(text)"
    }
    return "\(try side(a)) \(op.rawValue) \(try side(b))"
  }

  // MARK: How it ended

  private var exitCode: Int32 {
    if let stopCode { return stopCode }
    if !failures.isEmpty { return 2 }
    var verdicts: Set<CheckVerdict> = []
    for item in items {
      if case .check(let check) = item { verdicts.insert(check.verdict) }
      if case .test(let test) = item { verdicts.insert(test.verdict) }
    }
    if verdicts.contains(.error) { return 2 }
    if verdicts.contains(.fails) { return 1 }
    return verdicts.contains(.undecided) || verdicts.contains(.noData) ? 3 : 0
  }
}
