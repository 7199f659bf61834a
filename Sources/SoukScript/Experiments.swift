// `run`: a model with arguments is lowered and given to the engine, replication by replication, and its sample paths become
// results. `compare` is two runs with the same seed, and so with common random numbers. A run with a precision goes on until its
// interval is narrow enough, by a rule that pays for each look.

import SoukEngine
import SoukLower
import SoukModel
import SoukReport
import SoukSema
import SoukStats
import SoukSyntax
import SoukText
import SoukUnits
import Synchronization

extension Interpreter {
  func perform(_ experiment: TypedExperiment, _ e: TypedExpression, _ env: Environment) throws(EvaluationError) -> Value {
    switch experiment.kind {
    case .run: return try run(experiment, e, env)
    case .start: return try start(experiment, e, env)
    case .fork: return try fork(experiment, e, env)
    case .step: return try step(experiment, e, env)
    case .compare:
      guard let other = experiment.other, case .simulation = experiment.target.type else { return try run(experiment, e, env) }
      let (first, second) = (try simulation(experiment.target, env, "compared"), try simulation(other.target, env, "compared"))
      return try compareSimulations((first, experiment.target), (second, other.target), e)
    }
  }

  // MARK: Settings

  struct Plan {
    var lowered: LoweredModel
    var arguments: [MemberID: Value]
    var options: LowerOptions
    var span: Int64?
    var warmup: Int64
    var seed: UInt64
    var replications: UInt32
    /// Where `warmup: auto` stands; the warm-up is 0 until it was found.
    var findsWarmup: Span?
  }

  private func number(_ name: String, _ experiment: TypedExperiment, _ env: Environment) throws(EvaluationError) -> Double? {
    guard let e = experiment.settings[name] else { return nil }
    guard case .number(let x) = try evaluator.evaluate(e, env), x.isFinite else {
      throw EvaluationError.results("`\(name)` must be a number", e.span)
    }
    return x
  }

  private func whole(_ name: String, _ experiment: TypedExperiment, _ env: Environment, least: Double) throws(EvaluationError) -> UInt64? {
    guard let x = try number(name, experiment, env) else { return nil }
    guard x == x.rounded(), x >= least, x < 9e15 else {
      throw EvaluationError.results("`\(name)` must be a whole number from \(NumberText.format(least))", experiment.settings[name]?.span ?? experiment.target.span)
    }
    return UInt64(x)
  }

  func ticks(_ seconds: Double, _ span: Span) throws(EvaluationError) -> Int64 {
    try typed { try Statistics(span: span).ticks(seconds) }
  }

  func plan(_ experiment: TypedExperiment, _ e: TypedExpression, _ env: Environment) throws(EvaluationError) -> Plan {
    guard case .model(let model, var arguments) = try evaluator.evaluate(experiment.target, env) else {
      throw EvaluationError.results("this isn't a model", experiment.target.span)
    }
    for given in program.given {
      for place in given.places where place.model == model && place.steps.isEmpty { arguments[place.member] = try evaluator.evaluate(given.value) }
    }
    var findsWarmup: Span?
    if let e = experiment.settings["warmup"], case .text = e.kind { findsWarmup = e.span }
    let globalReplications = try setting("replications").map { UInt64(min(max(1, $0), 1e9)) }
    let ownReplications = try whole("replications", experiment, env, least: 1)
    let replications = options.replications.map(UInt64.init) ?? ownReplications ?? globalReplications ?? 1
    let lowerOptions = LowerOptions(
      demand: demand(of: model, isAlone: replications == 1 && experiment.until == nil), span: try number("span", experiment, env),
      warmup: findsWarmup == nil ? try number("warmup", experiment, env) : 0,
      step: try number("step", experiment, env))
    let lowered = try lowered(model, arguments, lowerOptions, e.span)
    let span = try lowered.span.map { (seconds) throws(EvaluationError) in try ticks(seconds, e.span) }
    let warmup = try ticks(lowered.warmup ?? 0, e.span)
    if let span, warmup >= span { throw EvaluationError.results("the warm-up lasts as long as the run, so nothing would be observed", e.span) }
    guard replications <= 1_000_000 else { throw EvaluationError.results("at most 1_000_000 replications", e.span) }
    let scriptSeed = try setting("seed").map { UInt64(min(max(0, $0), 9e15)) }
    let runSeed = try whole("seed", experiment, env, least: 0)
    let seed = options.seed ?? runSeed ?? scriptSeed ?? 1
    firstSeed = firstSeed ?? seed
    return Plan(lowered: lowered, arguments: arguments, options: lowerOptions, span: span, warmup: warmup, seed: seed, replications: UInt32(replications), findsWarmup: findsWarmup)
  }

  func lowered(_ model: ScopeID, _ arguments: [MemberID: Value], _ options: LowerOptions, _ span: Span) throws(EvaluationError) -> LoweredModel {
    do {
      let lowered = try lower(program, model: model, arguments: arguments, evaluator: evaluator, options: options)
      for warning in lowered.warnings { warn(warning) }
      return lowered
    } catch {
      for diagnostic in error.diagnostics.dropFirst() { fail(diagnostic) }
      throw EvaluationError(error.diagnostics.first ?? Diagnostic("I0401", "the model can't be run", at: span))
    }
  }

  // MARK: Runs

  /// `run`, or a side of `compare`: a model with its plan, ready to be simulated.
  private struct Trial {
    let experiment: TypedExperiment
    var plan: Plan
    let span: Int64
    let name: String?
    let place: Span
    /// What is told after each replication.
    let finished: (@Sendable () -> Void)?
  }

  private func trial(_ experiment: TypedExperiment, _ name: String?, _ e: TypedExpression, _ env: Environment) throws(EvaluationError) -> Trial {
    let plan = try plan(experiment, e, env)
    guard let span = plan.span else {
      throw EvaluationError.results(
        "how long is this run?", e.span, hint: "write `{ span: 1 day }` after the model, or `span: 1 day` in it")
    }
    return Trial(experiment: experiment, plan: plan, span: span, name: name, place: e.span, finished: progress(of: experiment, plan))
  }

  private func run(_ experiment: TypedExperiment, _ e: TypedExpression, _ env: Environment) throws(EvaluationError) -> Value {
    let name = pendingName ?? (evidence == nil ? nil : self.name(of: e))
    pendingName = nil
    var trials: [Trial] = []
    if let other = experiment.other {
      var second = experiment
      (second.target, second.model) = other
      for one in [experiment, second] { trials.append(try trial(one, name.map { "\($0): \(writing.source(one.target))" }, e, env)) }
      if trials[0].span != trials[1].span { throw unlikeSpans(trials, e) }
    }
    if trials.isEmpty { trials.append(try trial(experiment, name, e, env)) }
    if let place = trials[0].plan.findsWarmup {
      var warmup: Int64 = 0
      // Both are observed from the same instant on.
      for one in trials {
        let name = trials.count == 1 ? one.plan.lowered.model.name : writing.source(one.experiment.target)
        warmup = max(warmup, try self.warmup(of: one.plan.lowered.model, named: name, seed: one.plan.seed, span: one.span, at: place))
      }
      for index in trials.indices {
        trials[index].plan.warmup = warmup
        trials[index].plan.options.warmup = Double(warmup) / StepTrace.ticksPerSecond
      }
    }
    for one in trials { options.onRun?(PlannedRun(lowered: one.plan.lowered, seed: one.plan.seed, span: one.span, warmup: one.plan.warmup)) }
    if let evidence { return try examined(trials, name, evidence, env) }
    if let until = experiment.until, options.replication == nil {
      let reached = try runUntil(until, env, trials) { (index, range) throws(EvaluationError) in try simulate(trials[index], range) }
      return value(name, zip(trials, reached.paths).map { results($0, $1, reached.precision, RunResults.Growth(run: nil, look: reached.precision.looks, isLast: true)) }, trials)
    }
    var runs: [RunResults] = []
    for one in trials { runs.append(results(one, try simulate(one, options.replication.map { $0..<$0 + 1 } ?? 0..<one.plan.replications), nil, nil)) }
    return value(name, runs, trials)
  }

  /// A run alone is its results; two are compared.
  private func value(_ name: String?, _ runs: [RunResults], _ trials: [Trial]) -> Value {
    guard runs.count == 2 else { return .host(runs[0]) }
    let names = trials.map { writing.source($0.experiment.target) }
    return .host(PairedValue(first: .host(runs[0]), second: .host(runs[1]), sides: ComparedSides(names: (names[0], names[1]), name: name, parting: nil)))
  }

  private func unlikeSpans(_ trials: [Trial], _ e: TypedExpression) -> EvaluationError {
    let told = trials.map { "`\(writing.source($0.experiment.target))` \(NumberText.format(quantity: Self.seconds($0.span), dimension: .time))" }
    return .results("\(told[0]) and \(told[1]): the two don't last equally long", e.span, hint: "say how long both are to run: `{ span: 1 day }`")
  }

  private func results(_ trial: Trial, _ paths: [SamplePath], _ precision: RunResults.Precision?, _ growth: RunResults.Growth?) -> RunResults {
    let (plan, model) = (trial.plan, program.scopes[trial.experiment.model.index])
    return RunResults(
      model: trial.experiment.model, modelName: model.name, layout: .instance(plan.lowered.layout), paths: paths,
      seed: plan.seed, weight: plan.lowered.model.weight, start: Self.start(of: plan.lowered), span: trial.span, warmup: plan.warmup,
      precision: precision, name: trial.name,
      recipe: RunResults.Recipe(
        arguments: plan.arguments, options: plan.options, spanUnit: (trial.experiment.settings["span"] ?? model.settings["span"])?.shown),
      isExact: plan.lowered.model.isExact, growth: growth)
  }

  private func simulate(_ trial: Trial, _ range: Range<UInt32>) throws(EvaluationError) -> [SamplePath] {
    let plan = trial.plan
    // How far the only one is, is asked of it itself.
    if range.count == 1, evidence == nil { options.flag?.aim(0..<trial.span) }
    defer { if range.count == 1, evidence == nil { options.flag?.aim(nil) } }
    let paths = runReplications(
      plan.lowered.model, seed: plan.seed, replications: range, span: trial.span, warmup: plan.warmup, limits: options.limits,
      flag: options.flag, threads: options.threads, finished: trial.finished)
    if let stopped = paths.first(where: { $0.stop != .reachedEnd }) {
      let finished = paths.filter { $0.stop == .reachedEnd }
      if isPartialWorthTelling(stopped.stop), evidence == nil {
        // Of a run that is stopped in its first replication, that one up to where it came.
        let cells = plan.lowered.model.cells
        var partial = StandardReport(
          program: program, run: results(trial, finished.isEmpty ? [stopped] : finished, nil, nil), level: 0.95,
          unrecorded: Set(cells.indices.filter { cells[$0].recording == .off })
        ).report(
          notes: ["stopped after \(finished.count) of \(range.count) replications"])
        partial.isComplete = false
        emit(.run(partial))
      }
      throw stopError(stopped, plan.lowered, trial.place)
    }
    return paths
  }

  /// What is told after each replication; nil where nobody listens or there is one only.
  private func progress(of experiment: TypedExperiment, _ plan: Plan) -> (@Sendable () -> Void)? {
    guard let tell = options.onProgress, evidence == nil, options.replication == nil, experiment.until != nil || plan.replications > 1 else { return nil }
    let done = Mutex(0)
    let all = experiment.until == nil ? Int(plan.replications) : nil
    let model = program.scopes[experiment.model.index].name
    return {
      let count = done.withLock { done in
        done += 1
        return done
      }
      tell(RunProgress(model: model, done: count, all: all))
    }
  }

  /// The run at the present look of an examination; what is compared grows together.
  private func examined(_ trials: [Trial], _ name: String?, _ evidence: Evidence, _ env: Environment) throws(EvaluationError) -> Value {
    let stated = Int(trials[0].plan.replications)
    let first = options.replications == nil ? max(stated, LookSchedule.leastReplications) : stated
    let until = trials[0].experiment.until
    let indices = trials.map { one in
      evidence.run(
        one.plan.lowered.model, seed: one.plan.seed, span: one.span, warmup: one.plan.warmup,
        schedule: LookSchedule(first: until == nil ? first : LookSchedule.leastReplications, cap: options.replicationCap))
    }
    if let until, indices.contains(where: { evidence.runs[$0].precision == nil }) {
      let reached = try runUntil(until, env, trials) { (index, range) throws(EvaluationError) in
        let all = try evidence.paths(indices[index], Int(range.upperBound)) { (missing) throws(EvaluationError) in try simulate(trials[index], missing) }
        return Array(all.dropFirst(Int(range.lowerBound)))
      }
      for index in indices { evidence.reached(reached.precision, index) }
    }
    evidence.tie(indices)
    var runs: [RunResults] = []
    for (trial, index) in zip(trials, indices) {
      let run = evidence.runs[index]
      let paths = try evidence.paths(index, run.replications) { (missing) throws(EvaluationError) in try simulate(trial, missing) }
      let shown = results(trial, paths, run.precision, RunResults.Growth(run: index, look: run.look, isLast: run.isAtCap))
      evidence.keep(shown, index)
      runs.append(shown)
    }
    return value(name, runs, trials)
  }

  /// The name that the script gives a run, where it does.
  private func name(of e: TypedExpression) -> String? { program.globals.first { $0.value?.span == e.span }?.name }

  /// Replications in growing blocks until the estimate is known well enough, or the cap is reached.
  private func runUntil(
    _ until: (expression: TypedExpression, within: TypedExpression), _ env: Environment, _ trials: [Trial],
    _ paths: (Int, Range<UInt32>) throws(EvaluationError) -> [SamplePath]
  ) throws(EvaluationError) -> (paths: [[SamplePath]], precision: RunResults.Precision) {
    guard case .number(let target) = try evaluator.evaluate(until.within, env), target > 0, target < 1 else {
      throw EvaluationError.results("a precision is a share between 0% and 100%", until.within.span)
    }
    let rule = PrecisionStop(relativeHalfWidth: target, level: 0.95, cap: max(2, options.replicationCap))
    var done = trials.map { _ in [SamplePath]() }
    var count = 0
    var look = 1
    while true {
      let next = rule.replications(atLook: look)
      for index in trials.indices { done[index] += try paths(index, UInt32(count)..<UInt32(next)) }
      count = next
      var inner = Environment()
      inner[LocalID(0)] = value(nil, zip(trials, done).map { results($0, $1, nil, nil) }, trials)
      guard case .host(let estimate as EstimateValue) = try evaluator.evaluate(until.expression, inner) else {
        throw EvaluationError.results("`until` needs an estimate", until.expression.span)
      }
      options.onProgress?(
        RunProgress(
          model: "", done: count, all: nil,
          value: "\(writing.source(until.expression)) = \(writing.printed(.host(estimate), of: until.expression).text)"))
      let known = estimate.values.compactMap { $0 }
      let decision = rule.decide(Moments(known), look: look)
      let isCapped = if case .capped = decision { true } else { false }
      if case .stop = decision, known.count == estimate.values.count { return (done, RunResults.Precision(target: target, isReached: true, looks: look)) }
      if isCapped || count >= rule.cap {
        let what = trials.count == 2 ? "the difference" : program.scopes[trials[0].experiment.model.index].name
        emit(.note("\(what) isn't known within \(NumberText.format(target * 100))% after \(count) replications, the most that were allowed"))
        return (done, RunResults.Precision(target: target, isReached: false, looks: look))
      }
      look += 1
    }
  }

  // MARK: What is kept

  /// What of a model's results the script asks for, printing the whole included.
  func demand(of model: ScopeID, isAlone: Bool = false) -> Demand {
    var demand = program.demands[model] ?? Demand()
    // Batches of one long replication are made of its observations.
    if isAlone, evidence == nil, options.replication == nil { demand.full.formUnion(demand.claimed) }
    // An examination prints nothing.
    demand.everything = demand.everything || evidence != nil && options.recordsAll || evidence == nil && program.items.contains { $0.showsWhole(of: model) }
    return demand
  }

  /// The same run with everything kept at least in summary; itself when that is so already.
  func whole(_ run: RunResults, at span: Span) throws(EvaluationError) -> RunResults {
    if run.recipe.options.demand.everything { return run }
    var demand = demand(of: run.model)
    demand.everything = true
    return try again(run, demand, 0..<UInt32(run.paths.count), at: span)
  }

  /// The same run with all that the script asks for by now; at a prompt that grows.
  func current(_ run: RunResults, at span: Span) throws(EvaluationError) -> RunResults {
    let known = run.recipe.options.demand
    let demand = demand(of: run.model).union(known)
    if demand.isCovered(by: known) { return run }
    if let later = successors[ObjectIdentifier(run)] { return try current(later, at: span) }
    let later = try again(run, demand, 0..<UInt32(run.paths.count), at: span)
    successors[ObjectIdentifier(run)] = later
    kept.append(run)
    return later
  }

  /// Same model, arguments, seed: the same sample paths, with more of them kept.
  private func again(_ run: RunResults, _ demand: Demand, _ replications: Range<UInt32>, at place: Span) throws(EvaluationError) -> RunResults {
    var recipe = run.recipe
    recipe.options.demand = demand
    let lowered = try lowered(run.model, recipe.arguments, recipe.options, place)
    guard let span = run.span else { return run }
    // An only replication keeps its number.
    let replications = options.replication.map { $0..<$0 + 1 } ?? replications
    let paths = runReplications(
      lowered.model, seed: run.seed, replications: replications, span: span, warmup: run.warmup, limits: options.limits, flag: options.flag,
      threads: options.threads)
    if let stopped = paths.first(where: { $0.stop != .reachedEnd }) { throw stopError(stopped, lowered, place) }
    return RunResults(
      model: run.model, modelName: run.modelName, layout: .instance(lowered.layout), paths: paths, seed: run.seed, weight: run.weight,
      start: run.start, span: span, warmup: run.warmup, precision: run.precision, name: run.name, recipe: recipe, isExact: run.isExact,
      growth: run.growth)
  }

  /// What was busiest in one replication, which is run again if it wasn't observed.
  func blame(_ run: RunResults, replication: Int, at span: Span) -> String? {
    guard run.paths.indices.contains(replication) else { return nil }
    if run.recipe.options.demand.everything { return StandardReport(program: program, run: run, level: 0.95).busiest() }
    // A model that takes long isn't run again for a hint.
    guard run.paths[replication].steps < 100_000_000 else { return nil }
    var demand = Demand()
    demand.everything = true
    let index = run.paths[replication].replication
    guard let again = attempt({ () throws(EvaluationError) in try again(run, demand, index..<(index + 1), at: span) }) else { return nil }
    return StandardReport(program: program, run: again, level: 0.95).busiest()
  }

  static func start(of lowered: LoweredModel) -> Instant? {
    lowered.start.flatMap { Instant(nanoseconds: $0, zoneMinutes: lowered.zone) }
  }

  // MARK: What stopped a run

  private func isPartialWorthTelling(_ stop: StopReason) -> Bool {
    if case .limit = stop { true } else { false }
  }

  func stopError(_ path: SamplePath, _ lowered: LoweredModel, _ span: Span) -> EvaluationError {
    let model = lowered.model
    func place(_ index: Int32) -> Span {
      guard index >= 0, Int(index) < lowered.places.count else { return span }
      return lowered.places[Int(index)]
    }
    let moment = "at \(NumberText.format(quantity: Double(path.end) / StepTrace.ticksPerSecond, dimension: .time)) of replication \(path.replication)"
    func error(_ code: DiagnosticCode, _ message: String, _ at: Span, _ hint: String? = nil, isLimit: Bool = false) -> EvaluationError {
      EvaluationError(
        Diagnostic(code, message, at: at, moment, others: at == span ? [] : [Label(span, "run here")], hints: hint.map { [Hint($0)] } ?? []),
        isLimit: isLimit)
    }
    switch path.stop {
    case .reachedEnd: return error("I0401", "a run that had ended was taken for stopped", span)
    case .trap(let message, let at):
      let text = model.messages.indices.contains(Int(message)) ? model.messages[Int(message)] : "the model stopped itself"
      return error("I0402", text, place(at))
    case .fault(.divisionByZero(let dividend), let at):
      let what = dividend == 0 ? "0 is divided by 0 here" : "a number is divided by 0 here"
      return error("E0413", what, place(at), "say what is to happen then: `if … == 0 { … } else { … }`")
    case .fault(let fault, let at): return error("E0411", Self.words(fault, model), place(at))
    case .invariant(let index):
      let invariant = model.invariants[Int(index)]
      return error("E0412", "the invariant `\(invariant.name)` doesn't hold", place(invariant.place), "what it says has to be true after every event")
    case .limit(let limit, let at):
      stop(code: limit == .interrupted ? 130 : 4)
      switch limit {
      case .steps: return error("E0420", "the run took more steps than are allowed", place(at), "`--max-steps` allows more", isLimit: true)
      case .memory: return error("E0421", "the run needs more memory than is allowed", place(at), "`--max-memory` allows more; does a queue grow without end?", isLimit: true)
      case .time: return error("E0422", "the run took longer than is allowed", place(at), "`--max-time` allows more", isLimit: true)
      case .stuck: return error("E0423", "this goes round without time passing", place(at), "a loop needs a `wait` in it, or an end", isLimit: true)
      case .interrupted: return error("E0424", "interrupted", place(at), isLimit: true)
      }
    }
  }

  private static func words(_ fault: StopReason.Fault, _ model: CompiledModel) -> String {
    switch fault {
    case .negativeWait(let seconds): "a time to wait is negative: \(NumberText.format(quantity: seconds, dimension: .time))"
    case .notDone: "this journey isn't done, and has no result yet: `await` its `.done` before"
    case .noCapacity(let s): "the capacity of \(model.stations[Int(s)].path) isn't a number: was something divided by zero?"
    case .noRate(let s): "the rate of \(model.sources[Int(s)].path) isn't a number: was something divided by zero?"
    case .fractionalServers(let s, let servers):
      "the servers of \(model.stations[Int(s)].path) would be \(NumberText.format(servers)) at this scale: let them change by whole entities, or give the station a `rate`"
    case .notANumber: "a value isn't a number here: was something divided by zero?"
    case .divisionByZero: "a number is divided by 0 here"
    case .indexOutOfRange(let index): "there is no element \(NumberText.format(index))"
    case .overdrawn(let account): "the account \(model.accounts.indices.contains(Int(account)) ? model.accounts[Int(account)].path : "") hasn't got this much"
    case .moneyOverflow: "an amount of money is too large"
    case .releasedTooMuch(let pool): "more of \(model.pools[Int(pool)].path) is released than is held"
    case .requestTooLarge(let amount) where amount < 0: "an amount is negative: \(NumberText.format(amount))"
    case .requestTooLarge(let amount): "\(NumberText.format(amount)) at once is more than there can ever be"
    case .badDistribution: "a distribution's parameters aren't in their domain"
    case .noWeights: "there is nothing to choose from: no weight is above 0"
    case .drawsExhausted: "more was drawn here than the random numbers of one entity allow"
    case .recursionTooDeep: "functions call each other too deep"
    }
  }
}

extension TypedItem {
  /// Whether results of `model` as a whole, or a component or thing of them, are shown or written by this item.
  func showsWhole(of model: ScopeID) -> Bool {
    switch kind {
    case .print(let e), .export(let e, _), .expression(let e): e.isWhole(of: model)
    case .condition(_, let then, let otherwise): (then + otherwise).contains { $0.showsWhole(of: model) }
    case .loop(_, _, let body): body.contains { $0.showsWhole(of: model) }
    case .binding, .check, .plot, .test, .advance: false
    }
  }
}

extension TypedExpression {
  func isWhole(of model: ScopeID) -> Bool {
    switch type {
    case .results(model), .simulation(model), .comparison(model, _), .comparison(_, model), .resultOf: return true
    case .list:
      if case .list(let items) = kind { return items.contains { $0.isWhole(of: model) } }
      return false
    default: return false
    }
  }
}
