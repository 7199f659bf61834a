// A paused simulation as a file: which model it is of, the seed, the arguments and what it was told to do. Opened in a later
// process it lives through that again, with the same draws, and goes on to the byte; so opening takes as long as its past did. What
// another version, or a model that has changed, would make of the same commands is something else, and is refused.

import SoukEngine
import SoukLower
import SoukModel
import SoukNumerics
import SoukReport
import SoukSema
import SoukText
import SoukUnits

/// What the file of a paused simulation says.
struct SavedSimulation {
  static let format = "souk paused simulation 1"

  var version: String
  var model: String
  var digest: String
  var seed: UInt64
  /// Ticks.
  var warmup: Int64
  var arguments: [(String, JSONValue)]
  var history: [JSONValue]
  /// The instant at which it stands.
  var now: Int64

  var text: String {
    JSONValue.object([
      ("format", .text(Self.format)), ("souk", .text(version)), ("model", .text(model)), ("digest", .text(digest)), ("seed", .text("\(seed)")),
      ("warmup", .text("\(warmup)")), ("arguments", .object(arguments)), ("history", .list(history)), ("now", .text("\(now)")),
    ]).text() + "\n"
  }

  init(version: String, model: String, digest: String, seed: UInt64, warmup: Int64, arguments: [(String, JSONValue)], history: [JSONValue], now: Int64) {
    (self.version, self.model, self.digest, self.seed, self.warmup) = (version, model, digest, seed, warmup)
    (self.arguments, self.history, self.now) = (arguments, history, now)
  }

  /// nil when the text isn't such a file, or not a whole one.
  init?(_ text: String) {
    guard let json = JSONValue(text), case .text(Self.format)? = json["format"], case .text(let version)? = json["souk"],
      case .text(let model)? = json["model"], case .text(let digest)? = json["digest"], case .text(let seed)? = json["seed"],
      case .text(let warmup)? = json["warmup"], case .text(let now)? = json["now"], case .object(let arguments)? = json["arguments"],
      case .list(let history)? = json["history"], let seed = UInt64(seed), let warmup = Int64(warmup), let now = Int64(now)
    else { return nil }
    self.init(version: version, model: model, digest: digest, seed: seed, warmup: warmup, arguments: arguments, history: history, now: now)
  }
}

extension Interpreter {
  /// `export s to "shop.souksim"`
  func saved(_ reference: SimulationReference, as file: String, at span: Span) throws(EvaluationError) -> ExportData {
    let paused = simulations[reference.index]
    var history: [JSONValue] = []
    for command in paused.history {
      switch command {
      case .advance(let instant): history.append(.object([("to", .text("\(instant)"))]))
      case .step(let count): history.append(.object([("events", .integer(Int64(count)))]))
      case .change(let changed): history.append(.object([("change", .object(try written(changed, of: paused.model, span)))]))
      }
    }
    let saved = SavedSimulation(
      version: options.version, model: program.scopes[paused.model.index].name, digest: try digest(paused.model, paused.arguments, span),
      seed: paused.seed, warmup: paused.warmup, arguments: try written(paused.arguments, of: paused.model, span), history: history,
      now: paused.simulation.now)
    return ExportData(file: file, text: saved.text)
  }

  /// `start Shop { from: "shop.souksim" }`
  func open(_ model: ScopeID, from name: TypedExpression, _ env: Environment, at span: Span) throws(EvaluationError) -> Value {
    guard case .text(let file) = try evaluator.evaluate(name, env) else { throw EvaluationError.results("a file's name is needed here", name.span) }
    func refused(_ reason: String, hint: String? = nil) -> EvaluationError {
      EvaluationError.results("`\(file)` can't be opened: \(reason)", name.span, hint: hint)
    }
    guard let readFile = options.readFile else { throw refused("no files are read here") }
    let text: String
    switch readFile(file, name.span) {
    case .success(let found): text = found
    case .failure(let problem): throw refused(problem.reason)
    }
    guard let saved = SavedSimulation(text) else {
      throw refused("it isn't a paused simulation, or not a whole one", hint: "`export s to \"\(file)\"` writes one")
    }
    guard saved.version == options.version else {
      throw refused("it was saved by Souk \(saved.version), and this is \(options.version): only the same version gives the same events")
    }
    let own = program.scopes[model.index].name
    guard saved.model == own else { throw refused("it is of the model `\(saved.model)`, not of `\(own)`") }
    let arguments = try read(saved.arguments, of: model) { refused($0) }
    guard saved.digest == (try digest(model, arguments, span)) else {
      throw refused("the model `\(own)` has changed since it was saved", hint: "the script that it was saved from opens it")
    }
    let demand = self.demand(of: model)
    var paused = PausedSimulation(
      simulation: Simulation(CompiledModel(), RunSettings(seed: saved.seed)), lowered: try lowered(model, arguments, LowerOptions(demand: demand), span),
      model: model, arguments: arguments, present: arguments, seed: saved.seed, warmup: saved.warmup, demand: demand)
    for command in saved.history {
      if case .text(let ticks)? = command["to"], let instant = Int64(ticks) {
        paused.history.append(.advance(to: instant))
      } else if case .number(let count)? = command["events"], count >= 0, count <= 1e6 {
        paused.history.append(.step(Int(count)))
        paused.chronicle = Chronicle(paused.lowered)
      } else if case .object(let changed)? = command["change"] {
        paused.history.append(.change(try read(changed, of: model) { refused($0) }))
      } else {
        throw refused("it isn't whole")
      }
    }
    firstSeed = firstSeed ?? saved.seed
    try relive(&paused, at: span)
    guard paused.simulation.now == saved.now else { throw refused("it isn't whole") }
    simulations.append(paused)
    return .host(SimulationReference(index: simulations.count - 1))
  }

  /// What tells whether a model is the one that a simulation was saved from: everything that it is made of, and none of its text.
  private func digest(_ model: ScopeID, _ arguments: [MemberID: Value], _ span: Span) throws(EvaluationError) -> String {
    let model = try lowered(model, arguments, LowerOptions(demand: Demand()), span).model
    let text = dump(model) + "\(model.columns)\(model.windows)\(model.streams)\(model.origins)\(model.drawSites)\(model.spawns)\(model.joins)"
      + model.cells.map { "\($0.path) \($0.initial)\n" }.joined() + model.registers.map { "\($0)\n" }.joined()
    return [UInt64(1), 2].map { key in
      let hex = String(SipHash24.hash(text.utf8, k0: key, k1: 0), radix: 16)
      return String(repeating: "0", count: 16 - hex.utf8.count) + hex
    }.joined()
  }

  // MARK: Arguments

  private func written(_ arguments: [MemberID: Value], of model: ScopeID, _ span: Span) throws(EvaluationError) -> [(String, JSONValue)] {
    var out: [(String, JSONValue)] = []
    for (member, value) in arguments.sorted(by: { $0.key.index < $1.key.index }) {
      let name = program.scopes[model.index].members[member.index].name
      do throws(UnwritableValue) {
        out.append((name, try written(value)))
      } catch {
        throw EvaluationError.results("this simulation can't be saved: its argument `\(name)` \(error.reason)", span, hint: error.hint)
      }
    }
    return out
  }

  private func read(
    _ arguments: [(String, JSONValue)], of model: ScopeID, _ refused: (String) -> EvaluationError
  ) throws(EvaluationError) -> [MemberID: Value] {
    var out: [MemberID: Value] = [:]
    for (name, json) in arguments {
      guard let member = program.scopes[model.index].member(named: name),
        let value = value(json, as: program.scopes[model.index].members[member.index].type)
      else { throw refused("its argument `\(name)` isn't one of the model's") }
      out[member] = value
    }
    return out
  }
}
