// Typed expressions to values: a tree walk over what the checker has resolved. Pure expressions are evaluated here; what
// only experiments make (results, estimates, claims) goes to an `EvaluationHost`, and members of a model that is being
// elaborated are asked of a `NetworkReader`. Numbers are in base units throughout.
//
// The walk's switch is split over small functions so that a call of a recursive function takes little of the stack.

import SoukModel
public import SoukSema
import SoukSyntax
public import SoukText

/// What a body's expressions see: its locals, and the instance whose members they name.
public struct Environment: Sendable {
  var locals: [Value?]
  /// The instance of the network in which `.member` expressions stand; nil outside of models.
  public var instance: InstancePath?

  public init(instance: InstancePath? = nil) {
    locals = []
    self.instance = instance
  }

  public subscript(_ local: LocalID) -> Value? {
    get { local.index < locals.count ? locals[local.index] : nil }
    set {
      while locals.count <= local.index { locals.append(nil) }
      locals[local.index] = newValue
    }
  }
}

/// The part of evaluation that knows experiments. Elaboration alone uses `RefusingHost`.
public protocol EvaluationHost {
  /// The value of an expression that only experiments make: an experiment, a statistic of results, `within`, `at`, `during`.
  func evaluateHost(_ e: TypedExpression, _ env: Environment, _ evaluator: Evaluator) throws(EvaluationError) -> Value
  /// The value of `e`, whose operands are these; at least one is a `.host` value (or a list or record with one).
  func applyHost(_ e: TypedExpression, _ operands: [Value], _ env: Environment, _ evaluator: Evaluator) throws(EvaluationError) -> Value
  /// A step of a function's or test's body that is for the world outside: `expect`, `print`.
  func executeHost(_ step: TypedStep, _ env: Environment, _ evaluator: Evaluator) throws(EvaluationError)
  /// How a value is written inside a text.
  func text(_ value: Value, of e: TypedExpression, _ evaluator: Evaluator) -> String
}

extension EvaluationHost {
  public func text(_ value: Value, of e: TypedExpression, _ evaluator: Evaluator) -> String { evaluator.plainText(value, shown: e.shown) }
}

/// A host without experiments.
public struct RefusingHost: EvaluationHost {
  public init() {}
  public func evaluateHost(_ e: TypedExpression, _ env: Environment, _ evaluator: Evaluator) throws(EvaluationError) -> Value {
    throw .changes(e.span)
  }
  public func applyHost(_ e: TypedExpression, _ operands: [Value], _ env: Environment, _ evaluator: Evaluator) throws(EvaluationError) -> Value {
    throw .changes(e.span)
  }
  public func executeHost(_ step: TypedStep, _ env: Environment, _ evaluator: Evaluator) throws(EvaluationError) {}
}

/// A model that is being elaborated, as expressions of its members see it.
protocol NetworkReader: AnyObject {
  func value(of member: MemberID, in instance: InstancePath, at span: Span) throws(EvaluationError) -> Value
  /// The rows that an array has an element for, in order.
  func rows(ofArray path: InstancePath, at span: Span) throws(EvaluationError) -> [Int]
}

public struct Evaluator {
  public let program: TypedProgram
  /// Rows of tables that come from files, read and checked by the outer ring.
  public let tables: [TableID: [[Value]]]
  public let host: any EvaluationHost
  let state: State
  weak var network: (any NetworkReader)?

  /// What evaluation remembers and uses up; shared by copies of one evaluator, and by one thread only.
  final class State {
    var globals: [GlobalID: Value] = [:]
    var underWay: Set<GlobalID> = []
    var rows: [TableID: [[Value]]] = [:]
    var ownRows: [TableID: Int] = [:]
    var keys: [TableID: [String: Int]] = [:]
    var steps = 0
    var depth = 0
  }

  /// Limits of one evaluator's life.
  public static let recursionLimit = 1000
  public static let defaultStepLimit = 200_000_000
  let stepLimit: Int

  public init(
    program: TypedProgram, tables: [TableID: [[Value]]] = [:], host: any EvaluationHost = RefusingHost(),
    stepLimit: Int = Evaluator.defaultStepLimit
  ) {
    self.program = program
    self.tables = tables
    self.host = host
    self.stepLimit = stepLimit
    state = State()
  }

  /// The value of `e`. O(size of what is evaluated).
  public func evaluate(_ e: TypedExpression, _ env: Environment = Environment()) throws(EvaluationError) -> Value {
    state.steps += 1
    if state.steps > stepLimit { throw .tooManySteps(stepLimit, e.span) }
    switch e.kind {
    case .number(let x): return .number(x)
    case .bool(let b): return .bool(b)
    case .text(let parts): return try text(parts, env)
    case .date(let nanoseconds, let zone): return .date(nanoseconds, zone: zone)
    case .clock(let seconds): return .clock(seconds)
    case .local(let id): return try local(id, e, env)
    case .global(let id): return try global(id, e.span)
    case .member(let id): return try member(id, e.span, env)
    case .nothing: return .nothing
    case .allRows(let table): return .table(table)
    case .rowsAs(let table, let part):
      let first = try firstRow(of: part, in: table)
      return .list(try ownRows(part).map { .row(table, first + $0) })
    case .choiceCase(let i): return choice(i, e.type)
    case .function(let id): return .function(.named(id))
    case .lambda(let body, let parameters): return lambda(body, parameters, env)
    case .arithmetic(let op, let a, let b): return try arithmetic(op, a, b, e, env)
    case .comparison(let op, let a, let b): return try comparison(op, a, b, e, env)
    case .and(let a, let b): return try logical(a, b, e, env, stopsAt: false)
    case .or(let a, let b): return try logical(a, b, e, env, stopsAt: true)
    case .conditional(let c, let a, let b):
      return try condition(c, env) ? evaluate(a, env) : evaluate(b, env)
    case .call(let id, let arguments): return try call(id, arguments, e, env)
    case .apply(let f, let arguments): return try applyExpression(f, arguments, e, env)
    case .builtin(let builtin, let arguments): return try callBuiltin(builtin, arguments, e, env)
    default: return try evaluateRest(e, env)
    }
  }

  @inline(never)
  private func evaluateRest(_ e: TypedExpression, _ env: Environment) throws(EvaluationError) -> Value {
    switch e.kind {
    case .access(let base, _, let id): return try access(base, id, e, env)
    case .element(let base, let row): return try element(base, row, e, env)
    case .field(let base, let i): return try field(base, i, e, env)
    case .column(let base, let i): return try column(base, i, e, env)
    case .row(let table, let key): return try row(table, key, e, env)
    case .rowAs(let table, let part, let given):
      guard case .row(_, let i) = try evaluate(given, env) else { return try host.applyHost(e, [try evaluate(given, env)], env, self) }
      return .row(table, try firstRow(of: part, in: table) + i)
    case .law(let name, let arguments): return try law(name, arguments, e, env)
    case .mix(let entries): return try mix(entries, e, env)
    case .curve(let linear, let period, let entries): return try curve(linear, period, entries, e, env)
    case .orDefault(let a, let b): return try orDefault(a, b, e, env)
    case .not(let a): return try not(a, e, env)
    case .negate(let a): return try negate(a, e, env)
    case .convert(let a, let factor): return try convert(a, factor, e, env)
    case .list(let items):
      var values: [Value] = []
      for item in items { values.append(try evaluate(item, env)) }
      return .list(values)
    case .range(let low, let high, let step): return try range(low, high, step, e, env)
    case .rangeEnd(let range, let isUpper): return try end(of: range, isUpper: isUpper, env)
    case .fold(let builtin, let id, let source, let body): return try fold(builtin, id, source, body, e, env)
    case .record(let id, let fields):
      var values: [Value] = []
      for field in fields { values.append(try evaluate(field, env)) }
      return .record(id, values)
    case .model(let scope, let arguments):
      var values: [MemberID: Value] = [:]
      for (id, value) in arguments { values[id] = try evaluate(value, env) }
      return .model(scope, values)
    case .calendar(let instants, let period): return try calendar(instants, period, e, env)
    case .journeyReference(let base, _, let id, _): return try journey(base, id, e, env)
    case .statistic(let base, _):
      let value: Value?
      do { value = try evaluate(base, env) } catch {
        // What can't be worked out here the host may know; what was stopped isn't asked for again.
        if error.isLimit { throw error }
        value = nil
      }
      if let value, value.isHost { return try host.applyHost(e, [value], env, self) }
      return try host.evaluateHost(e, env, self)
    default: return try host.evaluateHost(e, env, self)
    }
  }

  // MARK: Names

  private func local(_ id: LocalID, _ e: TypedExpression, _ env: Environment) throws(EvaluationError) -> Value {
    guard let value = env[id] else { throw .changes(e.span) }
    return value
  }

  /// The value of a global; evaluated when it is first asked for, unless `setGlobal` gave it.
  public func global(_ id: GlobalID, _ span: Span) throws(EvaluationError) -> Value {
    if let value = state.globals[id] { return value }
    let global = program.globals[id.index]
    guard let expression = global.value else { throw .unexpected("the variable `\(global.name)` has no value yet", span) }
    guard state.underWay.insert(id).inserted else { throw .cycle(global.name, global.span) }
    defer { state.underWay.remove(id) }
    let value = try evaluate(expression, Environment())
    state.globals[id] = value
    return value
  }

  /// Gives a global its value: of a binding in its turn, of a loop's variable at each round.
  public func setGlobal(_ id: GlobalID, to value: Value) { state.globals[id] = value }

  /// A binding is evaluated again when it is next asked for.
  public func forgetGlobal(_ id: GlobalID) { state.globals[id] = nil }

  private func member(_ id: MemberID, _ span: Span, _ env: Environment) throws(EvaluationError) -> Value {
    guard let instance = env.instance, let network else { throw .changes(span) }
    return try network.value(of: id, in: instance, at: span)
  }

  private func access(_ base: TypedExpression, _ id: MemberID, _ e: TypedExpression, _ env: Environment) throws(EvaluationError) -> Value {
    let value = try evaluate(base, env)
    if case .instance(let path) = value, let network { return try network.value(of: id, in: path, at: e.span) }
    return try host.applyHost(e, [value], env, self)
  }

  private func element(_ base: TypedExpression, _ row: TypedExpression, _ e: TypedExpression, _ env: Environment) throws(EvaluationError) -> Value {
    let value = try evaluate(base, env)
    let index = try evaluate(row, env)
    switch (value, index) {
    case (.instance(let path), .row(_, let i)): return .instance(InstancePath(path.steps + [.row(i)]))
    case (.instance(let path), .text(let key)):
      guard case .array(_, let table) = base.type, let network else { break }
      for row in try network.rows(ofArray: path, at: e.span) where try rowKey(table, row) == key {
        return .instance(InstancePath(path.steps + [.row(row)]))
      }
      throw .noRow(key, table: program.tables[table.index].name, e.span)
    case (.list(let items), .number(let x)):
      guard x >= 0, x < Double(items.count), x == x.rounded() else { throw .indexOutOfRange(x, count: items.count, e.span) }
      return items[Int(x)]
    case (.table(let table), .text(let key)): return .row(table, try rowIndex(table, key, e.span))
    case (.table(let table), .number(let x)):
      let count = try ownRows(table).count
      guard x >= 0, x < Double(count), x == x.rounded() else { throw .indexOutOfRange(x, count: count, e.span) }
      return .row(table, Int(x))
    default: break
    }
    return try host.applyHost(e, [value, index], env, self)
  }

  private func journey(_ base: TypedExpression?, _ id: MemberID, _ e: TypedExpression, _ env: Environment) throws(EvaluationError) -> Value {
    guard let base else {
      guard let instance = env.instance else { throw .changes(e.span) }
      return .journey(instance, id)
    }
    let value = try evaluate(base, env)
    if case .instance(let path) = value { return .journey(path, id) }
    return try host.applyHost(e, [value], env, self)
  }

  private func choice(_ i: Int, _ type: Type) -> Value {
    if case .choice(let id) = type { return .choice(id, i) }
    if case .optional(.choice(let id)) = type { return .choice(id, i) }
    return .number(Double(i))
  }

  // MARK: Functions

  private func lambda(_ body: Body, _ parameters: [LocalID], _ env: Environment) -> Value {
    var captured: [LocalID: Value] = [:]
    for (i, value) in env.locals.enumerated() { captured[LocalID(i)] = value }
    return .function(.lambda(body, parameters, captured: captured))
  }

  @inline(never)
  private func call(_ id: FunctionID, _ arguments: [TypedExpression], _ e: TypedExpression, _ env: Environment) throws(EvaluationError) -> Value {
    var inner = Environment(instance: env.instance)
    let function = program.functions[id.index]
    for (i, parameter) in function.parameters.enumerated() {
      if i < arguments.count {
        inner[parameter] = try evaluate(arguments[i], env)
      } else if let value = function.body.locals[parameter.index].value {
        inner[parameter] = try evaluate(value, inner)
      }
    }
    return try run(function.body, &inner, e.span)
  }

  /// A function's value at these arguments.
  public func apply(_ function: FunctionValue, _ arguments: [Value], at span: Span, _ env: Environment = Environment()) throws(EvaluationError) -> Value {
    var inner = Environment(instance: env.instance)
    switch function {
    case .named(let id):
      let function = program.functions[id.index]
      for (i, parameter) in function.parameters.enumerated() {
        if i < arguments.count {
          inner[parameter] = arguments[i]
        } else if let value = function.body.locals[parameter.index].value {
          inner[parameter] = try evaluate(value, inner)
        }
      }
      return try run(function.body, &inner, span)
    case .lambda(let body, let parameters, let captured):
      for (id, value) in captured { inner[id] = value }
      for (parameter, argument) in zip(parameters, arguments) { inner[parameter] = argument }
      return try run(body, &inner, span)
    }
  }

  private func applyExpression(_ f: TypedExpression, _ arguments: [TypedExpression], _ e: TypedExpression, _ env: Environment) throws(EvaluationError) -> Value {
    let value = try evaluate(f, env)
    var operands: [Value] = []
    for argument in arguments { operands.append(try evaluate(argument, env)) }
    guard case .function(let function) = value else { return try host.applyHost(e, [value] + operands, env, self) }
    return try apply(function, operands, at: e.span, env)
  }

  private func run(_ body: Body, _ env: inout Environment, _ span: Span) throws(EvaluationError) -> Value {
    state.depth += 1
    defer { state.depth -= 1 }
    if state.depth > Self.recursionLimit { throw .tooDeep(Self.recursionLimit, span) }
    if let expression = body.expression { return try evaluate(expression, env) }
    if case .returned(let value) = try execute(body.steps, &env) { return value }
    return .void
  }

  // MARK: Tables

  /// A table's rows, each with one value a column: its own, then those of the tables that serve as parts of it.
  public func rows(_ table: TableID) throws(EvaluationError) -> [[Value]] {
    if let rows = state.rows[table] { return rows }
    var rows = try written(table)
    state.ownRows[table] = rows.count
    for part in program.tables[table.index].parts {
      let given = try self.rows(part.table)
      for i in try ownRows(part.table) { rows.append(part.columns.map { $0.map { given[i][$0] } ?? .nothing }) }
    }
    state.rows[table] = rows
    return rows
  }

  /// Indices of a table's own rows.
  public func ownRows(_ table: TableID) throws(EvaluationError) -> Range<Int> {
    _ = try rows(table)
    return 0..<(state.ownRows[table] ?? 0)
  }

  /// Where the rows of `part` begin among those of `table`.
  func firstRow(of part: TableID, in table: TableID) throws(EvaluationError) -> Int {
    if part == table { return 0 }
    var first = try ownRows(table).count
    for one in program.tables[table.index].parts {
      if one.table == part { return first }
      first += try ownRows(one.table).count
    }
    throw .unexpected("the rows of \(program.tables[part.index].name) aren't rows of \(program.tables[table.index].name)", program.tables[part.index].span)
  }

  private func written(_ table: TableID) throws(EvaluationError) -> [[Value]] {
    if let rows = tables[table] { return rows }
    guard case .inline(let expressions) = program.tables[table.index].rows else {
      throw .unexpected("the rows of table \(program.tables[table.index].name) weren't loaded", program.tables[table.index].span)
    }
    var rows: [[Value]] = []
    for row in expressions {
      var values: [Value] = []
      for cell in row { values.append(try evaluate(cell, Environment())) }
      rows.append(values)
    }
    return rows
  }

  /// The key of a row as paths and streams name it; its number where the table has no key.
  public func rowKey(_ table: TableID, _ i: Int) throws(EvaluationError) -> String {
    guard let key = program.tables[table.index].key else { return "\(i)" }
    return plainText(try rows(table)[i][key], shown: nil)
  }

  func rowIndex(_ table: TableID, _ key: String, _ span: Span) throws(EvaluationError) -> Int {
    if state.keys[table] == nil {
      var index: [String: Int] = [:]
      for i in try ownRows(table) { index[try rowKey(table, i)] = i }
      state.keys[table] = index
    }
    guard let i = state.keys[table]?[key] else { throw .noRow(key, table: program.tables[table.index].name, span) }
    return i
  }

  private func row(_ table: TableID, _ key: TypedExpression, _ e: TypedExpression, _ env: Environment) throws(EvaluationError) -> Value {
    switch try evaluate(key, env) {
    case .text(let text): return .row(table, try rowIndex(table, text, e.span))
    case .number(let x):
      let count = try ownRows(table).count
      guard x >= 0, x < Double(count), x == x.rounded() else { throw .indexOutOfRange(x, count: count, e.span) }
      return .row(table, Int(x))
    case .row(let table, let i): return .row(table, i)
    case let other: return try host.applyHost(e, [other], env, self)
    }
  }

  private func column(_ base: TypedExpression, _ i: Int, _ e: TypedExpression, _ env: Environment) throws(EvaluationError) -> Value {
    switch try evaluate(base, env) {
    case .row(let table, let row): return try rows(table)[row][i]
    case .table(let table):
      let all = try rows(table)
      return .list(try ownRows(table).map { all[$0][i] })
    case let other: return try host.applyHost(e, [other], env, self)
    }
  }

  private func field(_ base: TypedExpression, _ i: Int, _ e: TypedExpression, _ env: Environment) throws(EvaluationError) -> Value {
    let value = try evaluate(base, env)
    if case .record(_, let fields) = value, i < fields.count { return fields[i] }
    return try host.applyHost(e, [value], env, self)
  }

  // MARK: Text

  private func text(_ parts: [TextPart], _ env: Environment) throws(EvaluationError) -> Value {
    var text = ""
    for part in parts {
      switch part {
      case .text(let literal): text += literal
      case .value(let e): text += host.text(try evaluate(e, env), of: e, self)
      }
    }
    return .text(text)
  }
}
