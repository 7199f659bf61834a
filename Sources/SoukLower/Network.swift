// Elaboration: a model with arguments becomes a flat network of instances and things, each with a path. Members are
// resolved when they are first asked for, so the order of declaration doesn't matter; what a parameter or `let` is
// (constant, formula, reference) follows from what its expression reads.

import SoukModel
import SoukSema
import SoukText
import SoukUnits

/// An expression with the environment that its names are looked up in.
struct Binding {
  var expression: TypedExpression
  var env: Environment
}

/// What a member of an instance turned out to be.
enum Member {
  case constant(Value)
  /// Changes while the model runs; read afresh each time.
  case live(Binding)
  case thing(Int)
  case instance(Int)
  /// One for each of these rows of the table: indices of things, or of instances.
  case things(TableID, rows: [Int], [Int])
  case instances(TableID, rows: [Int], [Int])
  case journey
  case action
}

/// A model, or a component in it.
struct Instance {
  var path: InstancePath
  /// Dotted, with keys: `banks[icbc].gateway`. Empty for the model itself.
  var name: String
  /// Dotted, without keys, as demands are written.
  var demandName: String
  var scope: ScopeID
  /// Fields given where it is made.
  var arguments: [String: Binding]
  /// What the unit variables of its component are here.
  var units: [DimensionVariable: Dimension] = [:]
}

/// A kernel thing of the network.
struct NetworkThing {
  var path: InstancePath
  var name: String
  var demandName: String
  var kind: ThingKind
  var thing: TypedThing
  /// What its fields' expressions see.
  var env: Environment
  var span: Span
}

extension Lowering {
  // MARK: Members

  func value(of member: MemberID, in instance: InstancePath, at span: Span) throws(EvaluationError) -> Value {
    guard let index = instanceIndex[instance] else { throw .changes(span) }
    switch try resolve(member, in: index, at: span) {
    case .constant(let value): return value
    case .live: throw .changes(span)
    case .journey: return .journey(instance, member)
    default: return .instance(InstancePath(instance.steps + [.member(member)]))
    }
  }

  func resolve(_ member: MemberID, in instance: Int, at span: Span) throws(EvaluationError) -> Member {
    let key = MemberKey(instance: instance, member: member)
    if let known = members[key] { return known }
    let declared = program.scopes[instances[instance].scope.index].members[member.index]
    guard membersUnderWay.insert(key).inserted else { throw .cycle(declared.name, declared.span) }
    defer { membersUnderWay.remove(key) }
    let resolved = try elaborate(declared, member, in: instance, at: span)
    members[key] = resolved
    return resolved
  }

  private func elaborate(_ declared: ScopeMember, _ member: MemberID, in instance: Int, at span: Span) throws(EvaluationError) -> Member {
    switch declared.kind {
    case .parameter(let value, _):
      if instance == 0, let given = modelArguments[member] { return .constant(given) }
      if let given = try given(member, in: instance) { return .constant(given) }
      if let given = instances[instance].arguments[declared.name] { return try bind(given) }
      guard let value else { throw .noValue(declared.name, declared.span) }
      return try bind(Binding(expression: value, env: Environment(instance: instances[instance].path)))
    case .value(let value, _): return try bind(Binding(expression: value, env: Environment(instance: instances[instance].path)))
    case .thing(let thing): return try elaborate(thing, declared, member, in: instance)
    case .journey: return .journey
    case .action: return .action
    }
  }

  private func bind(_ binding: Binding) throws(EvaluationError) -> Member {
    if try isLive(binding.expression, binding.env) { return .live(binding) }
    do throws(EvaluationError) {
      return .constant(try evaluator.evaluate(binding.expression, binding.env))
    } catch {
      throw told(error, from: binding)
    }
  }

  // MARK: Things and instances

  private func elaborate(_ thing: TypedThing, _ declared: ScopeMember, _ member: MemberID, in parent: Int) throws(EvaluationError) -> Member {
    let path = InstancePath(instances[parent].path.steps + [.member(member)])
    let name = Self.joined(instances[parent].name, declared.name)
    let demandName = Self.joined(instances[parent].demandName, declared.name)
    let env = Environment(instance: instances[parent].path)
    guard let table = thing.table else {
      return try make(thing, path, name, demandName, env, declared.span)
    }
    var indices: [Int] = []
    var areInstances = false
    let rows = try rows(of: thing, table, env)
    for row in rows {
      var rowEnv = env
      if let local = thing.row { rowEnv[local] = .row(table, row) }
      let element = InstancePath(path.steps + [.row(row)])
      switch try make(thing, element, "\(name)[\(try evaluator.rowKey(table, row))]", demandName, rowEnv, declared.span) {
      case .thing(let i): indices.append(i)
      case .instance(let i):
        indices.append(i)
        areInstances = true
      default: break
      }
    }
    return areInstances ? .instances(table, rows: rows, indices) : .things(table, rows: rows, indices)
  }

  /// The rows that an array has an element for. A list of them is known before the run.
  private func rows(of thing: TypedThing, _ table: TableID, _ env: Environment) throws(EvaluationError) -> [Int] {
    guard let list = thing.rows else { return Array(try evaluator.ownRows(table)) }
    if try readsLive(list, env) { throw .changes(list.span) }
    var rows: [Int] = []
    for case .row(_, let i) in try evaluator.elements(of: list, env) {
      if rows.contains(i) { throw .rowTwice(try evaluator.rowKey(table, i), list.span) }
      rows.append(i)
    }
    return rows
  }

  func rows(ofArray path: InstancePath, at span: Span) throws(EvaluationError) -> [Int] {
    guard case .member(let member)? = path.steps.last, let owner = instanceIndex[InstancePath(path.steps.dropLast())] else {
      throw .unexpected("this isn't an array of the model", span)
    }
    switch try resolve(member, in: owner, at: span) {
    case .things(_, let rows, _), .instances(_, let rows, _): return rows
    default: throw .unexpected("this isn't an array of the model", span)
    }
  }

  private func make(
    _ thing: TypedThing, _ path: InstancePath, _ name: String, _ demandName: String, _ env: Environment, _ span: Span
  ) throws(EvaluationError) -> Member {
    switch thing.kind {
    case .kernel(let kind):
      things.append(NetworkThing(path: path, name: name, demandName: demandName, kind: kind, thing: thing, env: env, span: span))
      thingIndex[path] = things.count - 1
      return .thing(things.count - 1)
    case .component(let scope):
      var arguments: [String: Binding] = [:]
      for field in thing.fields { arguments[field.name] = Binding(expression: field.value, env: env) }
      let around = env.instance.flatMap { instanceIndex[$0] }.map { instances[$0].units } ?? [:]
      instances.append(
        Instance(
          path: path, name: name, demandName: demandName, scope: scope, arguments: arguments,
          units: thing.units.mapValues { $0.substituting(around) }))
      instanceIndex[path] = instances.count - 1
      return .instance(instances.count - 1)
    }
  }

  static func joined(_ prefix: String, _ name: String) -> String { prefix.isEmpty ? name : prefix + "." + name }

  /// Elaborates every member of every instance, depth first in the order of declaration.
  func elaborateAll(_ instance: Int) {
    let scope = program.scopes[instances[instance].scope.index]
    for i in scope.members.indices {
      let member = MemberID(i)
      do throws(EvaluationError) {
        switch try resolve(member, in: instance, at: scope.members[i].span) {
        case .instance(let inner): elaborateAll(inner)
        case .instances(_, _, let inner):
          for index in inner { elaborateAll(index) }
        default: break
        }
      } catch {
        report(error)
      }
    }
  }

  // MARK: What changes

  /// Whether an expression's value changes while the model runs. References to things and instances don't.
  func isLive(_ e: TypedExpression, _ env: Environment) throws(EvaluationError) -> Bool {
    if e.type.isReference { return false }
    return try readsLive(e, env)
  }

  func readsLive(_ e: TypedExpression, _ env: Environment) throws(EvaluationError) -> Bool {
    switch e.kind {
    case .now, .actionCall, .spawn, .choose, .handleState: return true
    case .statistic: return true
    case .builtin(.sample, _), .builtin(.happens, _), .builtin(.next, _): return true
    case .local(let id): return env[id] == nil && !foldLocals.contains(id)
    case .member(let id):
      if case .thing = e.type { return true }
      guard let instance = env.instance, let index = instanceIndex[instance] else { return true }
      return try isLiveMember(id, index, e)
    case .access(let base, _, let id):
      if case .thing = e.type { return true }
      if try readsLive(base, env), !base.type.isReference { return true }
      guard case .instance(let path) = try evaluator.evaluate(base, env), let index = instanceIndex[path] else { return true }
      return try isLiveMember(id, index, e)
    case .element(let base, let row):
      if case .thing = e.type { return true }
      if try readsLive(row, env) { return true }
      return base.type.isReference ? false : try readsLive(base, env)
    case .journeyReference, .journeyCall: return false
    case .fold(_, let id, let source, let body):
      if try readsLive(source, env) { return true }
      return try withFold(id) { () throws(EvaluationError) in try self.foldReadsLive(id, source, body, env) }
    case .call(let id, let arguments):
      for argument in arguments where try readsLive(argument, env) { return true }
      return try functionReadsLive(id, env)
    case .lambda(let body, let parameters):
      let inserted = parameters.filter { foldLocals.insert($0).inserted }
      let locals = body.locals.indices.map { LocalID($0) }.filter { env[$0] == nil && foldLocals.insert($0).inserted }
      defer { for id in inserted + locals { foldLocals.remove(id) } }
      for child in body.expressions where try readsLive(child, env) { return true }
      return false
    default:
      for child in e.children where try readsLive(child, env) { return true }
      return false
    }
  }

  private func withFold(_ id: LocalID, _ body: () throws(EvaluationError) -> Bool) throws(EvaluationError) -> Bool {
    let inserted = foldLocals.insert(id).inserted
    defer { if inserted { foldLocals.remove(id) } }
    return try body()
  }

  /// A fold over a table may reach into instances by its row: asked of the first element, the others being alike.
  private func foldReadsLive(_ id: LocalID, _ source: TypedExpression, _ body: TypedExpression, _ env: Environment) throws(EvaluationError) -> Bool {
    var inner = env
    // What is gone through isn't known yet inside of a function: then its body is looked at as it stands.
    if let elements = try? evaluator.elements(of: source, env) {
      guard let first = elements.first else { return false }
      inner[id] = first
    }
    return try readsLive(body, inner)
  }

  private func isLiveMember(_ id: MemberID, _ instance: Int, _ e: TypedExpression) throws(EvaluationError) -> Bool {
    switch try resolve(id, in: instance, at: e.span) {
    case .live: true
    case .constant: false
    default: !e.type.isReference
    }
  }

  private func functionReadsLive(_ id: FunctionID, _ env: Environment) throws(EvaluationError) -> Bool {
    if let known = liveFunctions[id] { return known }
    liveFunctions[id] = false
    let function = program.functions[id.index]
    let locals = function.body.locals.indices.map { LocalID($0) }.filter { foldLocals.insert($0).inserted }
    defer { for local in locals { foldLocals.remove(local) } }
    var result = false
    for child in function.body.expressions where try readsLive(child, Environment(instance: env.instance)) { result = true }
    liveFunctions[id] = result
    return result
  }
}

extension Type {
  /// Whether values of this type name a part of the network.
  var isReference: Bool {
    switch self {
    case .instance, .thing, .journey: true
    case .array(let inner, _): inner.isReference
    default: false
    }
  }
}
