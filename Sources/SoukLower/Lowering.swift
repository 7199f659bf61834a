// Typed program to compiled model, in this order: elaborate the network (every instance and thing has a path), make the
// kernel's things (cells, tallies, stations, …), write the code of journeys, sources, processes, formulas and invariants,
// lay out registers and jump targets. Mistakes are collected; the first stage that found any ends it.

public import SoukModel
public import SoukSema
public import SoukText

/// How a model is to be lowered.
public struct LowerOptions: Sendable {
  /// What of the results is kept.
  public var demand: Demand
  /// One entity stands for so many, in place of the model's own `scale`.
  public var weight: Double?
  /// Settings of the experiment, in place of the model's: seconds.
  public var span: Double?
  public var warmup: Double?
  /// Seconds between two steps of stocks and flows.
  public var step: Double?
  /// Whether journeys go without what makes no difference; for tests that hold the one against the other.
  var isTrimmed = true

  public init(demand: Demand = Demand(), weight: Double? = nil, span: Double? = nil, warmup: Double? = nil, step: Double? = nil) {
    self.demand = demand
    self.weight = weight
    self.span = span
    self.warmup = warmup
    self.step = step
  }
}

/// A model ready to run, and what is needed to speak of it in the script's terms.
public struct LoweredModel: Sendable {
  public var model: CompiledModel
  public var layout: InstanceLayout
  /// Places in the script; `CompiledModel.places` are indices into them.
  public var places: [Span]
  /// The model's start in nanoseconds since 1970 UTC, and its zone in minutes east; nil without `start`.
  public var start: Int64?
  public var zone: Int
  /// The model's own settings, in seconds.
  public var span: Double?
  public var warmup: Double?
  /// Texts that stand as numbers in journeys: tallies and results of type text are indices into them.
  public var texts: [String]
  /// Lines for the trace, by the message that a `note` names.
  public var notes: [Int32: Note] = [:]
  public var warnings: [Diagnostic]
}

/// Why a model can't be run.
public struct LoweringFailure: Error, Sendable {
  public var diagnostics: [Diagnostic]
}

/// Elaborates and compiles `model` with these arguments; whatever isn't given has its default.
public func lower(
  _ program: TypedProgram, model: ScopeID, arguments: [MemberID: Value] = [:], evaluator: Evaluator,
  options: LowerOptions = LowerOptions()
) throws(LoweringFailure) -> LoweredModel {
  let lowering = Lowering(program, model, arguments, evaluator, options)
  return try lowering.run()
}

struct MemberKey: Hashable {
  var instance: Int
  var member: MemberID
}

/// The state of one lowering; its stages are in extensions.
final class Lowering: NetworkReader {
  let program: TypedProgram
  var evaluator: Evaluator
  let options: LowerOptions
  let modelScope: ScopeID
  let modelArguments: [MemberID: Value]

  var model = CompiledModel()
  var emitter = Emitter()
  var laws = LawTables()
  var diagnostics: [Diagnostic] = []
  var warnings: [Diagnostic] = []

  // The network
  var instances: [Instance] = []
  var instanceIndex: [InstancePath: Int] = [:]
  var things: [NetworkThing] = []
  var thingIndex: [InstancePath: Int] = [:]
  var members: [MemberKey: Member] = [:]
  var membersUnderWay: Set<MemberKey> = []
  /// Locals of folds and functions, while it is asked what an expression reads.
  var foldLocals: Set<LocalID> = []
  var liveFunctions: [FunctionID: Bool] = [:]

  // Time
  var start: Int64?
  var zone = 0
  var span: Double?
  var warmup: Double?

  var notes: [Int32: Note] = [:]

  // What things became
  var probes: [[Statistic: Probe]] = []
  var factors: [[Statistic: Double]] = []
  var capacities: [Double?] = []
  /// Capacities that must be whole in entities, and those of them that the scale would split.
  var wholeCapacities: Set<Double> = []
  var splitCapacities: [(what: String, value: Double, span: Span)] = []
  /// For each thing its index in the model's table of its kind (station, pool, …); -1 if none.
  var kernelIndex: [Int32] = []
  /// Of a measure, counter or gauge with `window`: its index in `windows`.
  var windowIndex: [Int: Int32] = [:]
  /// Of a measure with `window`: a counter cell of its observations, for what waits on them.
  var seenCells: [Int: Int32] = [:]
  /// Stations whose service isn't a constant law: evaluated at each use.
  var liveService: [Int: Binding] = [:]

  var derivedFormulas: [DerivedFormula] = []
  var steppedCells: [SteppedCell] = []
  /// Cells that have the value of a curve of steps, for formulas that read it.
  var curveCells: [CurveValue: Int32] = [:]

  /// Cells of live `let`s and parameters that results are asked for.
  var formulaCells: [MemberKey: Int32] = [:]

  // Code under construction
  var journeyIndex: [JourneyKey: Int32] = [:]
  var journeyQueue: [(key: JourneyKey, index: Int32)] = []
  var journeyLabels: [CodeLabel] = []
  var doings = Doings()
  /// Journeys that are ever started; known when all code is written.
  private(set) lazy var startedJourneys = doings.started(by: model.sources.map(\.journey))
  var streamIndex: [String: Int32] = [:]
  var originIndex: [String: Int32] = [:]
  var columnIndex: [ColumnKey: Int32] = [:]
  var curveIndex: [Curve: Int32] = [:]
  var calendarIndex: [Calendar: Int32] = [:]
  var messageIndex: [String: Int32] = [:]
  var texts: [String] = []
  var textIndex: [String: Int] = [:]
  var drawNames: [BodyKey: [Span: String]] = [:]
  var functionCode: [FunctionID: FunctionCode] = [:]
  /// What the formula or condition at hand reads; nil in journeys.
  var tracker: ReadTracker?
  var formulaDepth = 0
  var inlineDepth = 0
  /// Whether the constants at hand are written in the script itself, where they are stored or compared.
  var isWritten = false
  /// Code that is written after the journey at hand.
  var pending: [() -> Void] = []

  init(_ program: TypedProgram, _ scope: ScopeID, _ arguments: [MemberID: Value], _ evaluator: Evaluator, _ options: LowerOptions) {
    self.program = program
    self.options = options
    self.evaluator = evaluator
    modelScope = scope
    modelArguments = arguments
    self.evaluator.network = self
  }

  var weight: Double { model.weight }

  /// Several things that were given one wrong value tell it once.
  func report(_ error: EvaluationError) {
    let found = error.diagnostic
    if diagnostics.contains(where: { $0.code == found.code && $0.primary == found.primary && $0.message == found.message }) { return }
    diagnostics.append(found)
  }

  func warn(_ code: DiagnosticCode, _ message: String, at span: Span, _ label: String = "", hints: [Hint] = []) {
    let warning = Diagnostic(code, message, at: span, label, hints: hints, severity: .warning)
    if !warnings.contains(warning) { warnings.append(warning) }
  }

  /// Runs a part of the work; its mistake is kept and the work goes on.
  func attempt(_ work: () throws(EvaluationError) -> Void) {
    do throws(EvaluationError) { try work() } catch { report(error) }
  }

  func stopIfMistaken() throws(LoweringFailure) {
    if !diagnostics.isEmpty { throw LoweringFailure(diagnostics: diagnostics) }
  }

  func run() throws(LoweringFailure) -> LoweredModel {
    let scope = program.scopes[modelScope.index]
    model.name = scope.name
    instances = [Instance(path: InstancePath(), name: "", demandName: "", scope: modelScope, arguments: [:])]
    instanceIndex[InstancePath()] = 0
    attempt { () throws(EvaluationError) in try readSettings(scope) }
    try stopIfMistaken()
    elaborateAll(0)
    try stopIfMistaken()
    makeThings()
    try stopIfMistaken()
    writeCode()
    reportSplitCapacities()
    try stopIfMistaken()
    finishModel()
    try stopIfMistaken()
    for (index, note) in notes {
      if case .named([]) = note.shown { notes[index]?.shown = .named(texts) }
    }
    return LoweredModel(
      model: model, layout: layout(of: 0), places: emitter.spans, start: start, zone: zone, span: span, warmup: warmup, texts: texts,
      notes: notes, warnings: warnings)
  }

  private func finishModel() {
    model.laws = laws.laws
    model.lawTables = laws.tables
    model.frameSize = model.journeys.map { Int($0.frameSlots) }.max() ?? 0
    if !emitter.finish(&model, isTrimmed: options.isTrimmed) {
      report(.unexpected("the model needs more than 65,536 registers", program.scopes[modelScope.index].span))
    }
    #if DEBUG
      for problem in verify(model) { report(.unexpected(problem, program.scopes[modelScope.index].span)) }
    #endif
  }

  // MARK: Settings

  private func readSettings(_ scope: Scope) throws(EvaluationError) {
    let env = Environment(instance: InstancePath())
    if let e = scope.settings["start"] {
      guard case .date(let nanoseconds, let minutes) = try evaluator.evaluate(e, env) else { throw .unexpected("`start` isn't a date", e.span) }
      start = nanoseconds
      zone = minutes
    }
    if let e = scope.settings["zone"], case .number(let seconds) = try evaluator.evaluate(e, env) { zone = Int(seconds / 60) }
    span = options.span
    if span == nil, let e = scope.settings["span"] { span = try positive(e, "`span`", env) }
    warmup = options.warmup
    if warmup == nil, let e = scope.settings["warmup"] { warmup = try evaluator.number(e, env) }
    if let weight = options.weight {
      model.weight = weight
    } else if let e = scope.settings["scale"] {
      let scale = try positive(e, "`scale`", env)
      let n = (1 / scale).rounded()
      guard n >= 1, (scale * n - 1).magnitude < 1e-9 else {
        throw EvaluationError("E0304", "`scale` must be 1 over a whole number, such as 1/1000", at: e.span)
      }
      model.weight = n
    }
  }

  func positive(_ e: TypedExpression, _ what: String, _ env: Environment) throws(EvaluationError) -> Double {
    let x = try evaluator.number(e, env)
    guard x > 0, x.isFinite else { throw .domain("\(what) must be greater than 0", e.span) }
    return x
  }

  /// Seconds from the local midnight before the start, of the day or of the week (Monday).
  func clockOffset(period: Double) -> Double {
    guard let start else { return 0 }
    // 1970-01-01 was a Thursday, three days after a Monday.
    let local = Int128(start) + Int128(zone) * 60_000_000_000 + 3 * 86_400_000_000_000
    let length: Int128 = period == 604_800 ? 604_800_000_000_000 : 86_400_000_000_000
    let rest = local % length
    return Double(rest < 0 ? rest + length : rest) / 1e9
  }
}
