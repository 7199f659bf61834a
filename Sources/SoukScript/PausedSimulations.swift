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
  }

  var simulation: Simulation
  var lowered: LoweredModel
  var model: ScopeID
  var arguments: [MemberID: Value]
  var seed: UInt64
  var warmup: Int64
  var demand: Demand
  var history: [Command] = []
  /// Who has which number, once it was stepped through: from then on each event is told.
  var chronicle: Chronicle?
}

extension Interpreter {
  func start(_ experiment: TypedExperiment, _ e: TypedExpression, _ env: Environment) throws(EvaluationError) -> Value {
    let plan = try plan(experiment, e, env)
    let settings = RunSettings(seed: plan.seed, replication: 0, warmup: plan.warmup, limits: options.limits, flag: options.flag)
    simulations.append(
      PausedSimulation(
        simulation: Simulation(plan.lowered.model, settings), lowered: plan.lowered, model: experiment.model, arguments: plan.arguments,
        seed: plan.seed, warmup: plan.warmup, demand: plan.options.demand))
    return .host(SimulationReference(index: simulations.count - 1))
  }

  /// A copy that goes on by itself. With other arguments the copy relives what was, with the same draws, under them.
  func fork(_ experiment: TypedExperiment, _ e: TypedExpression, _ env: Environment) throws(EvaluationError) -> Value {
    let reference = try simulation(experiment.target, env, "forked")
    var copy = simulations[reference.index]
    copy.chronicle = copy.chronicle.map { Chronicle($0) }
    if experiment.arguments.isEmpty {
      copy.simulation = copy.simulation.fork()
    } else {
      for (member, expression) in experiment.arguments { copy.arguments[member] = try evaluator.evaluate(expression, env) }
      copy.demand = demand(of: copy.model)
      try relive(&copy, at: e.span)
    }
    simulations.append(copy)
    return .host(SimulationReference(index: simulations.count - 1))
  }

  private func simulation(_ target: TypedExpression, _ env: Environment, _ what: String) throws(EvaluationError) -> SimulationReference {
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

  /// Carries out a command, and keeps it; one that fails leaves the simulation where it was.
  private func move(_ reference: SimulationReference, to instant: Int64, _ span: Span) throws(EvaluationError) {
    var paused = simulations[reference.index]
    try carryOut(.advance(to: instant), &paused, span)
    paused.history.append(.advance(to: instant))
    simulations[reference.index] = paused
  }

  private func carryOut(_ command: PausedSimulation.Command, _ paused: inout PausedSimulation, _ span: Span) throws(EvaluationError) {
    let chronicle = paused.chronicle
    switch command {
    case .advance(let instant):
      if let chronicle {
        _ = paused.simulation.step(.max, until: instant) { _ = chronicle.number($0) }
      } else {
        paused.simulation.run(until: instant)
      }
    case .step(let count): _ = paused.simulation.step(count) { _ = chronicle?.number($0) }
    }
    if paused.simulation.stopped != nil { throw stopError(paused.simulation.samplePath(), paused.lowered, span) }
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
      if now >= end { throw EvaluationError.results("this didn't become true by the end of the span", e.span) }
      try move(reference, to: min(end, now + step), e.span)
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

  /// Brings a simulation from its start to where it stands, with what it is to keep and the arguments that it has now.
  private func relive(_ paused: inout PausedSimulation, at span: Span) throws(EvaluationError) {
    paused.lowered = try lowered(paused.model, paused.arguments, LowerOptions(demand: paused.demand), span)
    if paused.chronicle != nil { paused.chronicle = Chronicle(paused.lowered) }
    let settings = RunSettings(
      seed: paused.seed, replication: 0, warmup: paused.warmup, limits: options.limits, flag: options.flag, isPlain: paused.chronicle != nil)
    paused.simulation = Simulation(paused.lowered.model, settings)
    for command in paused.history { try carryOut(command, &paused, span) }
  }

  /// What a paused simulation has left behind up to now, as the results of one replication.
  func snapshot(_ reference: SimulationReference) -> RunResults {
    let paused = simulations[reference.index]
    return RunResults(
      model: paused.model, modelName: program.scopes[paused.model.index].name, layout: .instance(paused.lowered.layout),
      paths: [paused.simulation.samplePath()], seed: paused.seed, weight: paused.lowered.model.weight, start: Self.start(of: paused.lowered),
      span: paused.simulation.now, warmup: paused.warmup, precision: nil, name: nil,
      recipe: RunResults.Recipe(arguments: paused.arguments, options: LowerOptions(demand: paused.demand)), isExact: paused.lowered.model.isExact,
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
      let settings = RunSettings(seed: paused.seed, replication: 0, warmup: paused.warmup, limits: options.limits, flag: options.flag, isPlain: true)
      paused.simulation = Simulation(paused.lowered.model, settings)
      for command in paused.history {
        switch command {
        case .advance(let instant): _ = paused.simulation.step(.max, until: instant, recorder.take)
        case .step(let count): _ = paused.simulation.step(count, recorder.take)
        }
        if paused.simulation.stopped != nil { throw stopError(paused.simulation.samplePath(), paused.lowered, span) }
      }
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
