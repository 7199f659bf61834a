// The pieces of a model's code: journeys, sources, processes, stocks and flows, formulas, invariants.

import SoukModel
import SoukSema
import SoukSyntax
import SoukText
import SoukUnits

extension Lowering {
  func writeCode() {
    for (i, instance) in instances.enumerated() {
      let scope = program.scopes[instance.scope.index]
      for (m, member) in scope.members.enumerated() {
        if case .journey = member.kind { _ = journeyNumber(JourneyKey(MemberKey(instance: i, member: MemberID(m)))) }
      }
    }
    makeRecordedFormulas()
    writeJourneys()
    for i in things.indices where things[i].kind == .source {
      attempt { () throws(EvaluationError) in try writeSource(i) }
      flushPending()
    }
    writeSteppedCells()
    attempt { () throws(EvaluationError) in try writeFlows() }
    for i in instances.indices { writeProcesses(i) }
    writeJourneys()
    var formula = 0
    while formula < derivedFormulas.count {
      let derived = derivedFormulas[formula]
      formula += 1
      attempt { () throws(EvaluationError) in try writeDerived(derived) }
      flushPending()
    }
    for i in instances.indices { writeInvariants(i) }
    flushPending()
    writeSteppedCells()
  }

  /// Those that are asked for and not written yet; who spawns asks for others.
  private func writeJourneys() {
    while !journeyQueue.isEmpty {
      let (key, index) = journeyQueue.removeFirst()
      attempt { () throws(EvaluationError) in try writeJourney(key, index) }
      flushPending()
    }
  }

  func flushPending() {
    while !pending.isEmpty {
      let work = pending
      pending = []
      for write in work { write() }
    }
  }

  // MARK: Journeys

  /// The number of an instance's journey; makes its cells and puts it on the list of what is to be written.
  ///
  /// One that stands for itself shares the cells of those that stand for as many as the scale says.
  func journeyNumber(_ key: JourneyKey) -> Int32 {
    if let known = journeyIndex[key] { return known }
    if key.isSingle {
      var journey = model.journeys[Int(journeyNumber(JourneyKey(key.member)))]
      journey.isSingle = true
      return add(journey, key)
    }
    let key = key.member
    let instance = instances[key.instance]
    let member = program.scopes[instance.scope.index].members[key.member.index]
    let path = Self.joined(instance.name, member.name)
    let demand = Self.joined(instance.demandName, member.name)
    var outcomes: [String] = []
    if case .journey(let journey) = member.kind { outcomes = journey.outcomes }
    func cell(_ statistic: Statistic) -> Int32 {
      model.cells.append(Cell(path: "\(path).\(statistic.rawValue)", recording: recording(demand, statistic)))
      return Int32(model.cells.count - 1)
    }
    func tally(_ statistic: Statistic) -> Int32 {
      model.tallies.append(Tally(path: "\(path).\(statistic.rawValue)", recording: recording(demand, statistic)))
      return Int32(model.tallies.count - 1)
    }
    var journey = SoukModel.Journey(
      path: path, started: cell(.started), finished: cell(.finished), active: cell(.active), time: tally(.time),
      outcome: tally(.outcome))
    for outcome in outcomes {
      let kept = recording(demand, .outcome)
      model.cells.append(Cell(path: "\(path).outcome.\(outcome)", recording: kept == .off ? .off : .summary))
      journey.outcomeCells.append(Int32(model.cells.count - 1))
    }
    return add(journey, JourneyKey(key))
  }

  private func add(_ journey: SoukModel.Journey, _ key: JourneyKey) -> Int32 {
    let index = Int32(model.journeys.count)
    let label = emitter.label()
    journeyLabels.append(label)
    model.journeys.append(journey)
    model.journeys[Int(index)].entry = label.index
    model.journeys[Int(index)].timed = []
    model.journeys[Int(index)].frameSlots = 0
    journeyIndex[key] = index
    journeyQueue.append((key, index))
    return index
  }

  private func writeJourney(_ journeyKey: JourneyKey, _ index: Int32) throws(EvaluationError) {
    let key = journeyKey.member
    let instance = instances[key.instance]
    let member = program.scopes[instance.scope.index].members[key.member.index]
    guard case .journey(let journey) = member.kind else { return }
    var slots = 0
    var parameters: [LocalID: Term] = [:]
    for parameter in journey.parameters {
      guard let shape = shape(journey.body.type(of: parameter)) else {
        throw .notInJourneys("the parameter `\(journey.body.locals[parameter.index].name)` of a journey", member.span)
      }
      let count = size(of: shape)
      var places = (slots..<slots + count).map { Term.slot(Int32($0)) }[...]
      parameters[parameter] = rebuilt(shape, &places)
      slots += count
    }
    let frame = FrameState(parameterSlots: slots, isProcess: false, outcomes: journey.outcomes, result: journey.result)
    frame.isSingle = journeyKey.isSingle
    frame.journey = index
    let ctx = CodeContext(
      instance: instance.path, owner: Self.joined(instance.name, member.name), body: .member(instance.scope, key.member),
      locals: journey.body.locals, frame: frame)
    ctx.locals = parameters
    let first = emitter.code.count
    _ = emitter.at(member.span)
    emitter.put(journeyLabels[Int(index)])
    try block(journey.body.steps, ctx)
    try endJourney(nil, ctx)
    finishFrame(frame, index, from: first)
  }

  /// Writes what waits behind a journey's code, then gives the slots for its whole life their numbers.
  private func finishFrame(_ frame: FrameState, _ index: Int32, from first: Int) {
    let body = first..<emitter.code.count
    flushPending()
    dropUnusedHandles(body)
    if !frame.reservations.isEmpty { giveBackReservations(frame) }
    finishDraws(frame)
    let base = max(frame.maxSlot, model.journeys[Int(index)].frameSlots)
    func slot(_ s: Int32) -> Int32 { s >= FrameState.dedicated ? base + s - FrameState.dedicated : s }
    for i in first..<emitter.code.count {
      let (a, b, c) = emitter.code[i].code.signature
      if a == .slot { emitter.code[i].a = slot(emitter.code[i].a) }
      if b == .slot { emitter.code[i].b = slot(emitter.code[i].b) }
      if c == .slot { emitter.code[i].c = slot(emitter.code[i].c) }
    }
    for sites in frame.sites.values {
      for site in sites { model.drawSites[site].counter = slot(model.drawSites[site].counter) }
    }
    for i in model.transfers.indices where model.transfers[i].reservation >= FrameState.dedicated {
      model.transfers[i].reservation = slot(model.transfers[i].reservation)
    }
    for i in model.conditions.indices { model.conditions[i].handleSlots = model.conditions[i].handleSlots.map(slot) }
    model.journeys[Int(index)].timed += frame.timed.map { (slot($0.slot), $0.tally) }
    model.journeys[Int(index)].frameSlots = base + frame.dedicatedCount
  }

  /// Who is spawned keeps no handle where no step that can be reached asks for it: an entity with a handle has a token for its whole life.
  private func dropUnusedHandles(_ body: Range<Int>) {
    var read: Set<Int32> = []
    for i in body {
      let op = emitter.code[i]
      switch op.code {
      case .loadSlot where i > body.lowerBound && emitter.code[i - 1].code == .offset: return
      case .loadSlot, .handleStarted, .handleDone, .handleResult: read.insert(op.b)
      case .await: read.formUnion(model.conditions[Int(model.requests[Int(op.a)].thing)].handleSlots)
      default: break
      }
    }
    for i in body.dropLast() where emitter.code[i].code == .spawn {
      let next = emitter.code[i + 1]
      if next.code == .storeSlot, next.b == emitter.code[i].a, !read.contains(next.a) { model.spawns[Int(emitter.code[i].b)].keepsHandle = false }
    }
  }

  /// Whoever ends gives back what it has reserved: each end becomes a jump to code that does so first.
  private func giveBackReservations(_ frame: FrameState) {
    for i in frame.ends {
      let end = emitter.code[i]
      let label = emitter.label()
      emitter.put(label)
      for account in frame.reservations.keys.sorted() {
        if let slot = frame.reservations[account] { emitter.emit(.releaseReservation, slot, kernelIndex[account]) }
      }
      emitter.emit(.end, end.a, end.b)
      emitter.code[i] = Op(.jump, label.index)
    }
  }

  // MARK: Sources

  private func writeSource(_ i: Int) throws(EvaluationError) {
    let thing = things[i]
    guard let binding = field(i, "journey") else { throw .noValue("\(thing.name).journey", thing.span) }
    let frame = FrameState(parameterSlots: 0, isProcess: false, outcomes: [], result: .void)
    let ctx = CodeContext(instance: thing.env.instance ?? InstancePath(), owner: thing.name, body: .source(i), locals: [], frame: frame)
    ctx.env = thing.env
    ctx.adoptStatics(self)
    let start = try journeyStart(binding.expression, binding, ctx)
    let index = journeyNumber(JourneyKey(MemberKey(instance: start.instance, member: start.member)))
    guard case .journey(let journey) = program.scopes[instances[start.instance].scope.index].members[start.member.index].kind else { return }
    var entry = journeyLabels[Int(index)]
    if !journey.parameters.isEmpty {
      nameDraws(in: start.arguments, of: .source(i))
      entry = emitter.label()
      let first = emitter.code.count
      let mark = emitter.mark
      _ = emitter.at(binding.expression.span)
      emitter.put(entry)
      var registers: [Int32] = []
      let values = try arguments(journey, start)
      // Defaults may be the model's parameters.
      isWritten = start.arguments.count == journey.parameters.count && start.arguments.allSatisfy(\.isWritten)
      defer { isWritten = false }
      for value in values { registers.append(try register(value, binding.expression.span)) }
      for (slot, r) in registers.enumerated() { emitter.emit(.storeSlot, Int32(slot), r) }
      emitter.release(to: mark)
      emitter.jump(journeyLabels[Int(index)])
      finishFrame(frame, index, from: first)
    }
    let (pattern, batchLaw) = try pattern(i)
    var limit = Int64.max
    if let x = try numberField(i, "limit"), x.isFinite { limit = Int64((x / weight).rounded(.down)) }
    kernelIndex[i] = Int32(model.sources.count)
    model.sources.append(
      Source(
        path: thing.name, pattern: pattern, batchLaw: batchLaw, limit: limit, journey: index, entry: entry.index,
        origin: origin(thing.name), stream: stream("\(thing.name).interarrival"),
        batchStream: batchLaw >= 0 ? stream("\(thing.name).batch") : -1, started: cellIndex(i, .started) ?? -1))
  }

  private func pattern(_ i: Int) throws(EvaluationError) -> (Source.Pattern, batchLaw: Int32) {
    if let rate = field(i, "rate") { return (try ratePattern(i, rate), try lawField(i, "batch")) }
    if field(i, "interarrival") != nil {
      return (.interarrival(law: try lawField(i, "interarrival", factor: weight)), try lawField(i, "batch"))
    }
    if let count = field(i, "count") {
      let x = try evaluator.number(count.expression, count.env)
      guard x >= 0, x.isFinite else { throw .domain("`count` can't be negative", count.expression.span) }
      let entities = (x / weight).rounded()
      // What differs by a rounding error doesn't differ.
      if (entities * weight - x).magnitude > 1e-9 * x {
        warn(
          "E0314", "\(written(x)) isn't a multiple of \(written(weight)): \(written(entities * weight)) will come", at: count.expression.span)
      }
      let times = field(i, "times") == nil ? laws.index(of: Law(.constant, 0)) : try lawField(i, "times")
      return (.released(count: Int64(entities), times: times), -1)
    }
    guard let instants = field(i, "at") ?? field(i, "instants") ?? field(i, "times") else {
      throw .unexpected("the source `\(things[i].name)` doesn't say when anything comes", things[i].span)
    }
    let value = try evaluator.evaluate(instants.expression, instants.env)
    let calendar = model.calendars[Int(try self.calendar(of: value, instants.expression.span))]
    let batch = try scaledBatch(i, instants.expression.span)
    if calendar.period == 0 { return (.instants(calendar.instants), batch) }
    return (.calendar(try self.calendar(of: value, instants.expression.span)), batch)
  }

  /// At given instants the scale can thin only how many come at once.
  private func scaledBatch(_ i: Int, _ span: Span) throws(EvaluationError) -> Int32 {
    if weight == 1 { return try lawField(i, "batch") }
    guard let batch = field(i, "batch"), case .law(.simple(.constant, let parameters)) = try constantField(i, "batch"), let x = parameters["value"] else {
      throw EvaluationError(
        "E0312", "one thing at a time can't come at a scale of 1/\(written(weight))", at: span,
        hint: "give the source a `batch` that is a multiple of \(written(weight)), or leave out `scale`")
    }
    return laws.index(of: Law(.constant, try wholeCapacity(x, "the batch", batch.expression.span)))
  }

  private func ratePattern(_ i: Int, _ rate: Binding) throws(EvaluationError) -> Source.Pattern {
    let span = rate.expression.span
    if try isLive(rate.expression, rate.env) {
      let (formula, curve) = try splitRate(rate)
      model.cells.append(Cell(path: "\(things[i].name).rate", recording: recording(things[i].demandName, .rate)))
      let cell = Int32(model.cells.count - 1)
      probes[i][.rate] = .cell(Int(cell))
      if weight != 1 { factors[i][.rate] = weight }
      derivedFormulas.append(DerivedFormula(cell: cell, binding: formula, factor: 1 / weight))
      return .live(cell: cell, curve: curve)
    }
    switch try evaluator.evaluate(rate.expression, rate.env) {
    case .number(let x):
      guard x >= 0, x.isFinite else { throw .domain("a rate can't be negative", span) }
      return .poisson(rate: x / weight)
    case .curve(let given):
      let curve = try whole(given, span)
      guard curve.values.allSatisfy({ $0 >= 0 && $0.isFinite }) else { throw .domain("a rate can't be negative", span) }
      return .curve(curve: index(of: try compile(curve, span)), factor: 1 / weight)
    default: throw .unexpected("a rate isn't a number or a curve", span)
    }
  }

  /// A live rate times a curve: the curve is kept apart, so that arrivals follow it exactly.
  private func splitRate(_ rate: Binding) throws(EvaluationError) -> (Binding, curve: Int32) {
    guard case .arithmetic(.multiply, let a, let b) = rate.expression.kind else { return (rate, -1) }
    for (live, other) in [(a, b), (b, a)] {
      guard case .curve = other.type, try !isLive(other, rate.env) else { continue }
      guard case .curve(let curve) = try evaluator.evaluate(other, rate.env) else { continue }
      return (Binding(expression: live, env: rate.env), index(of: try compile(curve, other.span)))
    }
    return (rate, -1)
  }

  // MARK: Processes

  /// Starts writing an internal journey; gives its number.
  private func beginProcess(_ path: String) -> Int32 {
    let label = emitter.label()
    journeyLabels.append(label)
    model.journeys.append(SoukModel.Journey(path: path, entry: label.index))
    let index = Int32(model.journeys.count - 1)
    model.processes.append(Process(journey: index, origin: origin(path)))
    emitter.put(label)
    return index
  }

  private func writeProcesses(_ i: Int) {
    let scope = program.scopes[instances[i].scope.index]
    for (p, process) in scope.processes.enumerated() {
      attempt { () throws(EvaluationError) in try write(process, p, instance: i) }
      flushPending()
    }
  }

  private func write(_ process: TypedProcess, _ p: Int, instance i: Int) throws(EvaluationError) {
    let path = Self.joined(instances[i].name, process.name)
    let frame = FrameState(parameterSlots: 0, isProcess: true, outcomes: [], result: .void)
    let ctx = CodeContext(
      instance: instances[i].path, owner: path, body: .process(instances[i].scope, p), locals: process.body.locals, frame: frame)
    let first = emitter.code.count
    _ = emitter.at(process.span)
    let index = beginProcess(path)
    switch process.trigger {
    case .every: try every(process, ctx, frame)
    case .at: try at(process, ctx, frame)
    case .on: try on(process, ctx, frame)
    }
    finishFrame(frame, index, from: first)
  }

  private func looped(_ frame: FrameState, _ body: () throws(EvaluationError) -> Void) throws(EvaluationError) {
    let top = emitter.label()
    emitter.put(top)
    frame.loopDepth += 1
    try body()
    frame.loopDepth -= 1
    emitter.jump(top)
  }

  /// The first time after one period, then by schedule: a body that takes long doesn't shift the rounds after it.
  private func every(_ process: TypedProcess, _ ctx: CodeContext, _ frame: FrameState) throws(EvaluationError) {
    let span = process.head.span
    if try !isStatic(process.head, ctx) {
      return try looped(frame) { () throws(EvaluationError) in
        let mark = self.emitter.mark
        self.emitter.emit(.wait, try self.number(process.head, ctx))
        self.emitter.release(to: mark)
        try self.block(process.body.steps, ctx)
      }
    }
    switch try evaluator.evaluate(process.head, ctx.env) {
    case .number(let period):
      guard period > 0, period.isFinite else { throw .domain("a period must be greater than 0", span) }
      let counter = frame.slot()
      try looped(frame) { () throws(EvaluationError) in
        let mark = self.emitter.mark
        let k = try self.binary(.add, .slot(counter), .constant(1), span)
        self.emitter.emit(.storeSlot, counter, try self.register(k, span))
        self.emitter.emit(.waitUntil, try self.register(self.binary(.multiply, k, .constant(period), span), span))
        self.emitter.release(to: mark)
        try self.block(process.body.steps, ctx)
      }
    case let other: try recurring(self.calendar(of: other, span), process, ctx, frame)
    }
  }

  private func at(_ process: TypedProcess, _ ctx: CodeContext, _ frame: FrameState) throws(EvaluationError) {
    let span = process.head.span
    if try !isStatic(process.head, ctx) {
      emitter.emit(.waitUntil, try number(process.head, ctx))
      try block(process.body.steps, ctx)
      emitter.emit(.end, -1, -1)
      return
    }
    let value = try evaluator.evaluate(process.head, ctx.env)
    let calendar = try self.calendar(of: value, span)
    if case .clock = value {
      // A time of day alone is the first such time.
      let r = emitter.register()
      emitter.emit(.nextInstant, r, calendar, emitter.constant(-1))
      emitter.emit(.waitUntil, r)
      try block(process.body.steps, ctx)
      emitter.emit(.end, -1, -1)
      return
    }
    try recurring(calendar, process, ctx, frame)
  }

  /// At each instant of a calendar, one at time 0 included.
  private func recurring(_ calendar: Int32, _ process: TypedProcess, _ ctx: CodeContext, _ frame: FrameState) throws(EvaluationError) {
    try atInstants(calendar, frame, process.head.span) { () throws(EvaluationError) in try self.block(process.body.steps, ctx) }
  }

  private func atInstants(_ calendar: Int32, _ frame: FrameState, _ span: Span, _ body: () throws(EvaluationError) -> Void) throws(EvaluationError) {
    let last = frame.slot()
    emitter.emit(.storeSlot, last, emitter.constant(-1))
    let end = emitter.label()
    try looped(frame) { () throws(EvaluationError) in
      let mark = self.emitter.mark
      let next = self.emitter.register()
      self.emitter.emit(.nextInstant, next, calendar, try self.register(.slot(last), span))
      self.emitter.emit(.storeSlot, last, next)
      let isNever = try self.register(self.binary(.equal, .register(next), .constant(.infinity), span), span)
      self.emitter.emit(.jumpUnlessZero, isNever, end.index)
      self.emitter.emit(.waitUntil, next)
      self.emitter.release(to: mark)
      try body()
    }
    emitter.put(end)
    emitter.emit(.end, -1, -1)
  }

  /// At each change of the condition from false to true.
  private func on(_ process: TypedProcess, _ ctx: CodeContext, _ frame: FrameState) throws(EvaluationError) {
    try looped(frame) { () throws(EvaluationError) in
      self.awaitCondition(self.condition(process.head, ctx))
      try self.block(process.body.steps, ctx)
      self.awaitCondition(self.condition(process.head, ctx, negated: true))
    }
  }

  private func awaitCondition(_ condition: Int32) {
    model.requests.append(RequestSite(thing: condition, amount: -1, priority: -1, patience: -1, otherwise: -1))
    emitter.emit(.await, Int32(model.requests.count - 1))
  }

  // MARK: Formulas

  /// Capacities given as curves of steps: a process sets the cell at each step.
  private func writeSteppedCells() {
    defer { steppedCells.removeAll() }
    for stepped in steppedCells {
      attempt { () throws(EvaluationError) in
        let frame = FrameState(parameterSlots: 0, isProcess: true, outcomes: [], result: .void)
        let first = emitter.code.count
        let span = program.scopes[modelScope.index].span
        _ = emitter.at(span)
        let index = beginProcess("\(stepped.name) steps")
        let curve = self.index(of: stepped.curve)
        let calendar = try self.calendar(ofSteps: stepped.curve)
        try atInstants(calendar, frame, span) { () throws(EvaluationError) in
          let time = self.emitter.register()
          let value = self.emitter.register()
          self.emitter.emit(.now, time)
          self.emitter.emit(.curve, value, curve, time)
          self.emitter.emit(.setCell, stepped.cell, value)
        }
        finishFrame(frame, index, from: first)
      }
    }
  }

  private func calendar(ofSteps curve: Curve) throws(EvaluationError) -> Int32 {
    let keys: CurveValue.Keys = .sinceStart
    let instants = curve.times.map { time -> Double in
      let t = time - curve.offset
      return curve.period > 0 ? Arithmetic.modulo(t, curve.period) : t
    }
    let calendar = CalendarValue(instants: instants.filter { $0 >= 0 }, keys: keys, period: curve.period)
    return try self.calendar(of: .calendar(calendar), program.scopes[modelScope.index].span)
  }

  /// Live `let`s and parameters that results are asked for get a cell; journeys read the formula itself.
  private func makeRecordedFormulas() {
    for key in members.keys.sorted(by: { ($0.instance, $0.member.index) < ($1.instance, $1.member.index) }) {
      guard case .live(let binding)? = members[key], shape(binding.expression.type) != nil else { continue }
      let instance = instances[key.instance]
      let name = program.scopes[instance.scope.index].members[key.member.index].name
      let scope = program.scopes[instance.scope.index]
      let isShown = !scope.isLibrary || scope.members[key.member.index].docs != nil
      let kept = formulaRecording(Self.joined(instance.demandName, name), isShown: isShown)
      if kept == .off { continue }
      model.cells.append(Cell(path: Self.joined(instance.name, name), recording: kept))
      let cell = Int32(model.cells.count - 1)
      formulaCells[key] = cell
      derivedFormulas.append(DerivedFormula(cell: cell, binding: binding, factor: 1))
    }
  }

  /// Of the library's formulas the standard report shows those that are documented, so a run of which it is printed doesn't keep
  /// the others: each would be worked out at every change of what it reads.
  private func formulaRecording(_ path: String, isShown: Bool) -> Recording {
    let kept = max(recording(path, .value), options.demand.full.contains(path) ? .full : .off)
    return !isShown && kept == .summary && !options.demand.summaries.contains(path + "." + Statistic.value.rawValue) ? .off : kept
  }

  private func writeDerived(_ derived: DerivedFormula) throws(EvaluationError) {
    let entry = emitter.label()
    let index = model.derived.count
    model.derived.append(DerivedCell(cell: derived.cell, entry: entry.index, result: -1))
    let span = derived.binding.expression.span
    let (result, reads) = try evaluation(entry, span) { () throws(EvaluationError) -> Term in
      try self.binary(.multiply, self.formula(derived.binding), .constant(derived.factor), span)
    }
    model.derived[index].result = result
    for cell in reads.cells.sorted() { watch(cell, .derived(Int32(index))) }
  }

  private func writeInvariants(_ i: Int) {
    for invariant in program.scopes[instances[i].scope.index].invariants {
      attempt { () throws(EvaluationError) in
        let entry = emitter.label()
        let index = model.invariants.count
        model.invariants.append(
          Invariant(
            name: Self.joined(instances[i].name, invariant.name), entry: entry.index, result: -1, place: emitter.placeIndex(invariant.span)))
        let env = Environment(instance: instances[i].path)
        let (result, reads) = try evaluation(entry, invariant.span) { () throws(EvaluationError) -> Term in
          try self.formula(Binding(expression: invariant.condition, env: env))
        }
        model.invariants[index].result = result
        for cell in reads.cells.sorted() { watch(cell, .invariant(Int32(index))) }
      }
    }
  }

  // MARK: Stocks and flows

  /// Euler's method, as system dynamics has it: rates are read at the beginning of each step and hold to its end.
  private func writeFlows() throws(EvaluationError) {
    let flows = things.indices.filter { things[$0].kind == .flow }
    guard let any = flows.first else { return }
    let step = try flowStep(any)
    let frame = FrameState(parameterSlots: 0, isProcess: true, outcomes: [], result: .void)
    let first = emitter.code.count
    _ = emitter.at(things[any].span)
    let index = beginProcess("flows")
    let counter = frame.slot()
    let slots = flows.map { _ in frame.slot() }
    try looped(frame) { () throws(EvaluationError) in
      for (i, slot) in zip(flows, slots) { try self.writeRate(i, slot, frame) }
      let mark = self.emitter.mark
      let span = self.things[any].span
      let k = try self.binary(.add, .slot(counter), .constant(1), span)
      self.emitter.emit(.storeSlot, counter, try self.register(k, span))
      self.emitter.emit(.waitUntil, try self.register(self.binary(.multiply, k, .constant(step), span), span))
      self.emitter.release(to: mark)
      for (i, slot) in zip(flows, slots) { try self.writeFlow(i, slot, step) }
    }
    finishFrame(frame, index, from: first)
  }

  private func flowStep(_ any: Int) throws(EvaluationError) -> Double {
    if let step = options.step { return step }
    let scope = program.scopes[modelScope.index]
    if let e = scope.settings["step"] { return try positive(e, "`step`", Environment(instance: InstancePath())) }
    guard let span else {
      throw EvaluationError("I0325", "stocks and flows need a step", at: things[any].span, hint: "write `step: 1 day` in the run's settings")
    }
    return span / 1000
  }

  private func writeRate(_ i: Int, _ slot: Int32, _ frame: FrameState) throws(EvaluationError) {
    guard let rate = field(i, "rate") else { throw .noValue("\(things[i].name).rate", things[i].span) }
    let mark = emitter.mark
    let place = emitter.at(rate.expression.span)
    let r = try register(formula(rate), rate.expression.span)
    emitter.emit(.storeSlot, slot, r)
    emitter.emit(.setCell, cellIndex(i, .value) ?? -1, r)
    emitter.place = place
    emitter.release(to: mark)
  }

  private func writeFlow(_ i: Int, _ slot: Int32, _ step: Double) throws(EvaluationError) {
    let mark = emitter.mark
    defer { emitter.release(to: mark) }
    let span = things[i].span
    let amount = try register(binary(.multiply, .slot(slot), .constant(step), span), span)
    for (name, isInto) in [("into", true), ("from", false)] {
      guard let binding = field(i, name) else { continue }
      guard case .instance(let path) = try evaluator.evaluate(binding.expression, binding.env), let stock = thingIndex[path],
        let cell = cellIndex(stock, .value)
      else { throw .unexpected("`\(name)` isn't a stock", binding.expression.span) }
      emitter.emit(.addCell, cell, isInto ? amount : try register(unary(.negate, .register(amount), span), span))
    }
  }
}
