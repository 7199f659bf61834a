// `start`, `advance`, `fork`, `step`, `trace`: simulations that wait. What one is told to do is kept, so that it can live through
// its past again, with the same draws: when more of it is asked for than was kept, or when somebody wants to see each event.

import SoukEngine
import SoukLower
import SoukModel
import SoukReport
import SoukSema
import SoukStats
import SoukSyntax
import SoukText
import SoukUnits

/// A simulation that was started and waits to be advanced.
struct PausedSimulation {
  /// One thing that it was told to do.
  enum Command: Sendable {
    /// Up to this instant, in ticks.
    case advance(to: Int64)
    /// So many events of which there is something to tell.
    case step(Int)
    /// These arguments from here on.
    case change([MemberID: Value])
  }

  var simulation: Simulation
  var lowered: LoweredModel
  var model: ScopeID
  /// Those that it was started with.
  var arguments: [MemberID: Value]
  /// Those that hold now.
  var present: [MemberID: Value]
  var seed: UInt64
  var warmup: Int64
  var demand: Demand
  var history: [Command] = []
  /// From which tick on which other arguments held.
  var changes: [(at: Int64, arguments: [MemberID: Value])] = []
  /// Who has which number, once it was stepped through: from then on each event is told.
  var chronicle: Chronicle?

  /// Whether each entity and event of its has to be there by itself: to be told, or to go on under other constants.
  var isPlain: Bool {
    chronicle != nil || history.contains { if case .change = $0 { true } else { false } }
  }

}

extension Interpreter {
  func start(_ experiment: TypedExperiment, _ e: TypedExpression, _ env: Environment) throws(EvaluationError) -> Value {
    if let file = experiment.settings["from"] { return try open(experiment.model, from: file, env, at: e.span) }
    let plan = try plan(experiment, e, env)
    let settings = RunSettings(seed: plan.seed, replication: 0, warmup: plan.warmup, limits: options.limits, flag: options.flag)
    simulations.append(
      PausedSimulation(
        simulation: Simulation(plan.lowered.model, settings), lowered: plan.lowered, model: experiment.model, arguments: plan.arguments,
        present: plan.arguments, seed: plan.seed, warmup: plan.warmup, demand: plan.options.demand))
    return .host(SimulationReference(index: simulations.count - 1))
  }

  /// A copy that goes on by itself; other arguments hold for it from here on.
  func fork(_ experiment: TypedExperiment, _ e: TypedExpression, _ env: Environment) throws(EvaluationError) -> Value {
    let reference = try simulation(experiment.target, env, "forked")
    var copy = simulations[reference.index]
    copy.chronicle = copy.chronicle.map { Chronicle($0) }
    copy.simulation = copy.simulation.fork()
    if !experiment.arguments.isEmpty {
      var changed: [MemberID: Value] = [:]
      for (member, expression) in experiment.arguments { changed[member] = try evaluator.evaluate(expression, env) }
      if copy.simulation.usesRecursions {
        // Who is in a chain of stations was told when it will leave: lived through again with each event by itself.
        copy.history.append(.change(changed))
        try relive(&copy, at: e.span)
      } else {
        try carryOut(.change(changed), &copy, e.span)
        copy.history.append(.change(changed))
      }
    }
    simulations.append(copy)
    return .host(SimulationReference(index: simulations.count - 1))
  }

  func simulation(_ target: TypedExpression, _ env: Environment, _ what: String) throws(EvaluationError) -> SimulationReference {
    guard case .host(let reference as SimulationReference) = try evaluator.evaluate(target, env) else {
      throw EvaluationError.results("only a simulation that was started can be \(what)", target.span)
    }
    return reference
  }

  // MARK: Advancing

  func advance(_ target: TypedExpression, _ to: AdvanceTarget, _ env: Environment) throws(EvaluationError) {
    let reference = try simulation(target, env, "advanced")
    let now = simulations[reference.index].simulation.now
    switch to {
    case .by(let e):
      guard case .number(let seconds) = try evaluator.evaluate(e, env), seconds >= 0 else { throw EvaluationError.results("a time from 0 s on is needed here", e.span) }
      let (instant, overflow) = now.addingReportingOverflow(try ticks(seconds, e.span))
      try move(reference, to: overflow ? .max : instant, e.span)
    case .to(let e):
      let value = try evaluator.evaluate(e, env)
      let lineage = Lineage(runs: [snapshot(reference)])
      let instant = try typed { try Statistics(span: e.span).instant(value, lineage) }
      guard instant >= now else { throw EvaluationError.results("a simulation can't go back in time", e.span, hint: "`start` another one, or `fork` it before") }
      try move(reference, to: instant, e.span)
    case .until(let e): try advance(reference, until: e, env)
    }
  }

  /// Carries out a command, and keeps it; one that fails leaves the simulation where it was, one that is interrupted where it
  /// has come to.
  private func move(_ reference: SimulationReference, to instant: Int64, _ span: Span, isGoal: Bool = true) throws(EvaluationError) {
    var paused = simulations[reference.index]
    if isGoal { options.flag?.aim(paused.simulation.now..<max(instant, paused.simulation.now)) }
    defer { options.flag?.aim(nil) }
    do throws(EvaluationError) {
      try carryOut(.advance(to: instant), &paused, span)
      paused.history.append(.advance(to: instant))
      simulations[reference.index] = paused
    } catch {
      guard paused.simulation.canGoOn else { throw error }
      paused.simulation.goOn()
      // What is left of this instant, so that it stands between two.
      let now = paused.simulation.now
      guard (try? carryOut(.advance(to: now), &paused, span)) != nil else { throw error }
      paused.history.append(.advance(to: now))
      simulations[reference.index] = paused
      var told = error
      told.diagnostic.hints.append(Hint("it stands there, and `advance` goes on from there"))
      throw told
    }
  }

  private func carryOut(
    _ command: PausedSimulation.Command, _ paused: inout PausedSimulation, _ span: Span, telling: ((TraceEvent) -> Void)? = nil
  ) throws(EvaluationError) {
    let chronicle = paused.chronicle
    let sink = telling ?? chronicle.map { chronicle in { _ = chronicle.number($0) } }
    switch command {
    case .advance(let instant):
      if let sink { _ = paused.simulation.step(.max, until: instant, sink) } else { paused.simulation.run(until: instant) }
    case .step(let count): _ = paused.simulation.step(count, sink ?? { _ in })
    case .change(let changed): try change(changed, &paused, span)
    }
    if paused.simulation.stopped != nil { throw stopError(paused.simulation.samplePath(), paused.lowered, span) }
  }

  /// Lets other arguments hold from this instant on.
  private func change(_ changed: [MemberID: Value], _ paused: inout PausedSimulation, _ span: Span) throws(EvaluationError) {
    let members = program.scopes[paused.model.index].members
    let names = changed.keys.sorted { $0.index < $1.index }.map { "`\(members[$0.index].name)`" }.joined(separator: " and ")
    let isOne = changed.count == 1
    let next = try lowered(paused.model, paused.present.merging(changed) { $1 }, LowerOptions(demand: paused.demand), span)
    switch paused.lowered.model.relation(to: next.model) {
    case .differentShape(let what):
      throw EvaluationError.results(
        "\(names) can't change from here on: \(what) \(isOne ? "depends" : "depend") on \(isOne ? "it" : "them")", span,
        hint: "`start \(program.scopes[paused.model.index].name)(…)` begins one with \(isOne ? "it" : "them")")
    case .differentBeginning where paused.simulation.now > 0:
      warn(Diagnostic("W0402", "\(names) \(isOne ? "says" : "say") only how things begin, and these have begun", at: span, severity: .warning))
    default: break
    }
    paused.present.merge(changed) { $1 }
    paused.changes.append((paused.simulation.now, changed))
    paused.lowered = next
    paused.simulation = paused.simulation.fork(as: next.model, settings(paused))
  }

  private func settings(_ paused: PausedSimulation) -> RunSettings {
    RunSettings(
      seed: paused.seed, replication: 0, warmup: paused.warmup, limits: options.limits, flag: options.flag, isPlain: paused.isPlain)
  }

  /// To the instant at which the condition first holds. Looked for in steps of a thousandth of the model's span (a minute without
  /// one); a step that went too far is done again, with the same draws, up to that instant.
  private func advance(_ reference: SimulationReference, until e: TypedExpression, _ env: Environment) throws(EvaluationError) {
    let paused = simulations[reference.index]
    let span = try paused.lowered.span.map { (seconds) throws(EvaluationError) in try ticks(seconds, e.span) }
    let step = max(1, (span ?? 60_000_000_000_000) / 1000)
    let end = paused.simulation.now + (span ?? step * 10_000)
    while true {
      if try isTrueNow(try evaluator.evaluate(e, env), e) { return }
      let before = simulations[reference.index]
      let now = before.simulation.now
      if let tell = options.onProgress, case .comparison(_, let a, _) = e.kind, let value = attempt({ () throws(EvaluationError) in try evaluator.evaluate(a, env) }) {
        tell(RunProgress(model: program.scopes[paused.model.index].name, done: 0, all: nil, value: "\(writing.source(a)) = \(writing.printed(value, of: a).text) at \(NumberText.format(quantity: Self.seconds(now), dimension: .time))"))
      }
      if now >= end { throw EvaluationError.results("this didn't become true by the end of the span", e.span) }
      try move(reference, to: min(end, now + step), e.span, isGoal: false)
      guard case .host(let signal as SignalValue) = try evaluator.evaluate(e, env), let trace = signal.traces.first,
        let instant = trace.during(now, simulations[reference.index].simulation.now)?.firstTruth
      else { continue }
      if instant < simulations[reference.index].simulation.now {
        var paused = simulations[reference.index]
        paused.history[paused.history.count - 1] = .advance(to: instant)
        try relive(&paused, at: e.span)
        simulations[reference.index] = paused
      }
      return
    }
  }

  private func isTrueNow(_ value: Value, _ e: TypedExpression) throws(EvaluationError) -> Bool {
    switch value {
    case .bool(let holds): return holds
    case .host(let signal as SignalValue): return signal.traces.first?.last.map { $0 != 0 } ?? false
    case .host(let claim as ClaimValue): return Deciding.point(claim) ?? false
    case .host(let estimate as EstimateValue): return estimate.point.map { $0 != 0 } ?? false
    default: throw EvaluationError.results("a condition is needed here", e.span)
    }
  }

  // MARK: Its past

  /// Keeps of a simulation all that is asked of it by now; at a prompt that grows. What wasn't kept is lived through again, with
  /// the same draws.
  func refresh(_ reference: SimulationReference, at span: Span) throws(EvaluationError) {
    var paused = simulations[reference.index]
    let demand = self.demand(of: paused.model).union(paused.demand)
    if demand.isCovered(by: paused.demand) { return }
    paused.demand = demand
    try relive(&paused, at: span)
    simulations[reference.index] = paused
  }

  /// Brings a simulation from its start to where it stands, with what it is to keep.
  func relive(_ paused: inout PausedSimulation, at span: Span, telling: ((TraceEvent) -> Void)? = nil) throws(EvaluationError) {
    if paused.simulation.now > 0 { options.flag?.aim(0..<paused.simulation.now) }
    defer { options.flag?.aim(nil) }
    paused.lowered = try lowered(paused.model, paused.arguments, LowerOptions(demand: paused.demand), span)
    paused.present = paused.arguments
    paused.changes = []
    if paused.chronicle != nil { paused.chronicle = Chronicle(paused.lowered) }
    paused.simulation = Simulation(paused.lowered.model, settings(paused))
    for command in paused.history { try carryOut(command, &paused, span, telling: telling) }
  }

  /// What a paused simulation has left behind up to now, as the results of one replication.
  func snapshot(_ reference: SimulationReference) -> RunResults {
    let paused = simulations[reference.index]
    return RunResults(
      model: paused.model, modelName: program.scopes[paused.model.index].name, layout: .instance(paused.lowered.layout),
      paths: [paused.simulation.samplePath()], seed: paused.seed, weight: paused.lowered.model.weight, start: Self.start(of: paused.lowered),
      span: paused.simulation.now, warmup: paused.warmup, precision: nil, name: nil,
      recipe: RunResults.Recipe(arguments: paused.present, options: LowerOptions(demand: paused.demand)), isExact: paused.lowered.model.isExact,
      isPaused: true)
  }

  // MARK: Events, one by one

  /// `step s by n`: the next events of which there is something to tell, each with what follows from it at that instant.
  func step(_ experiment: TypedExperiment, _ e: TypedExpression, _ env: Environment) throws(EvaluationError) -> Value {
    let reference = try simulation(experiment.target, env, "stepped through")
    guard let by = experiment.settings["by"], case .number(let x) = try evaluator.evaluate(by, env), x >= 1, x == x.rounded(), x <= 1_000_000 else {
      throw EvaluationError.results("how many events is a whole number from 1 to 1_000_000", experiment.settings["by"]?.span ?? e.span)
    }
    var paused = simulations[reference.index]
    if paused.chronicle == nil {
      // Up to now nobody looked at its events: it lives through them again, told.
      paused.chronicle = Chronicle(paused.lowered)
      try relive(&paused, at: e.span)
    }
    var happened: [Happening] = []
    let chronicle = paused.chronicle.map { Chronicle($0) }
    paused.chronicle = chronicle
    let done = paused.simulation.step(Int(x)) { event in
      if let happening = chronicle?.read(event) { happened.append(happening) }
    }
    if paused.simulation.stopped != nil { throw stopError(paused.simulation.samplePath(), paused.lowered, e.span) }
    paused.history.append(.step(done))
    simulations[reference.index] = paused
    return .list(
      happened.map {
        .record(TypedProgram.event, [.number(Self.seconds($0.time)), .text($0.who), .text($0.what), .text($0.place)])
      })
  }

  static func seconds(_ ticks: Int64) -> Double { Double(ticks) / StepTrace.ticksPerSecond }

  /// `trace(s, journey: n)`: what the n-th journey that started has lived through up to now; of a run, in its first replication
  /// or the one that is named.
  func trace(_ subject: Value, journey number: Value, replication: Value?, at span: Span) throws(EvaluationError) -> Value {
    guard case .number(let x) = number, x >= 1, x == x.rounded(), x < 1e15 else {
      throw EvaluationError.results("a journey's number is a whole number from 1", span, hint: "journeys count from 1 in the order in which they start")
    }
    let (timelines, started) = try timelines(subject, [Int(x)], replication: replication, at: span)
    guard let timeline = timelines.first else {
      throw EvaluationError.results("there is no journey \(NumberText.format(x)): \(NumberText.format(Double(started))) have started", span)
    }
    return .list(
      timeline.stages.map {
        .record(
          TypedProgram.stage,
          [.number(Self.seconds($0.time)), .text($0.what), .text($0.place), $0.lasts.map { .number(Self.seconds($0)) } ?? .nothing])
      })
  }

  private func timelines(
    _ subject: Value, _ numbers: Set<Int>, replication: Value?, at span: Span
  ) throws(EvaluationError) -> ([JourneyTimeline], started: Int) {
    switch subject {
    case .host(let reference as SimulationReference):
      var paused = simulations[reference.index]
      let recorder = TimelineRecorder(paused.lowered, wanted: numbers)
      paused.chronicle = Chronicle(paused.lowered)
      try relive(&paused, at: span, telling: recorder.take)
      return (recorder.gathered(now: paused.simulation.now), recorder.chronicle.started)
    case .host(let run as RunResults):
      var wanted = run.paths.first?.replication ?? 0
      if case .number(let x)? = replication {
        guard let path = run.paths.first(where: { Double($0.replication) == x }) else {
          throw EvaluationError.results("this run has no replication \(NumberText.format(x))", span, hint: "they count from 0")
        }
        wanted = path.replication
      }
      return try replay(of: run, replication: wanted, at: span).gather(numbers)
    default: throw EvaluationError.results("a paused simulation or the results of a run are needed here", span)
    }
  }

  /// One replication of a run, to be lived through again: which journeys were in it, and what they went through.
  func replay(of run: RunResults, replication: UInt32, at span: Span) throws(EvaluationError) -> Replay {
    let lowered = try lowered(run.model, run.recipe.arguments, run.recipe.options, span)
    return Replay(
      lowered: lowered, seed: run.seed, replication: replication, warmup: run.warmup, span: run.span ?? 0, limits: options.limits,
      flag: options.flag)
  }
}
