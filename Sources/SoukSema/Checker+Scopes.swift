// Models and components: their members in outline first (so that order doesn't matter), then in full.

internal import SoukSyntax
internal import SoukText
internal import SoukUnits

extension Checker {
  /// Names and, as far as they are written, types of a scope's members.
  mutating func outlineScope(_ id: ScopeID) {
    let (tree, module) = scopeTrees[id.index]
    detached(module: module, scope: nil, place: .member(live: false)) { checker in
      checker.scope = id
      for member in tree.members { checker.outline(member, id) }
    }
    memberState[id] = Array(repeating: .waiting, count: program.scopes[id.index].members.count)
  }

  private mutating func outline(_ member: Member, _ id: ScopeID) {
    func add(_ name: Name, _ type: Type, _ kind: ScopeMember.Kind) {
      if let first = program.scopes[id.index].members.first(where: { $0.name == name.text }) {
        report(.duplicate(name, first: first.span))
        memberTrees[id, default: []].append(member)
        program.scopes[id.index].members.append(ScopeMember(name: "\(name.text) (again)", type: type, kind: kind, span: name.span, docs: member.docs))
        return
      }
      memberTrees[id, default: []].append(member)
      program.scopes[id.index].members.append(ScopeMember(name: name.text, type: type, kind: kind, span: name.span, docs: member.docs))
    }
    let nothing = TypedExpression(.unknown, .unknown, member.span)
    let empty = Body(locals: [], steps: [], expression: nil)
    switch member.kind {
    case .parameter(let binding):
      add(binding.name, binding.type.map { type($0) } ?? .unknown, .parameter(nil, isLive: binding.type?.isLive ?? false))
    case .binding(let binding): add(binding.name, .unknown, .value(nothing, isLive: false))
    case .variable(let binding):
      add(binding.name, .thing(.gauge, solver.fresh()), .thing(TypedThing(variableOf: .dimensionless, initial: nil)))
    case .thing(let thing):
      add(thing.name, outlineType(thing, id), .thing(TypedThing(kind: .kernel(.gauge), table: nil, row: nil, fields: [], dimension: .dimensionless)))
    case .journey(let name, let parameters, let steps):
      let types = parameters.map { $0.type.map { type($0) } ?? .quantity(solver.fresh()) }
      add(name, .journey(types), .journey(Journey(body: empty, parameters: [], outcomes: outcomeNames(steps), result: .void)))
    case .action(let name, _, let result, _):
      add(name, .void, .action(Action(body: empty, parameters: [], result: result.map { type($0) } ?? .void, blocks: true)))
    case .function(let declaration):
      scopeFunctions[id.index][declaration.name.text] = addFunction(declaration, scope: id, docs: member.docs)
    case .table(let declaration): declareTable(declaration, member.span)
    case .choice(let name, let cases): declareChoice(name, cases)
    default: break
    }
  }

  /// What is known of a thing before its fields are checked: its journey may name it, and is checked on the way.
  private mutating func outlineType(_ tree: Thing, _ id: ScopeID) -> Type {
    let one: Type
    if let kind = ThingKind(rawValue: tree.kind.text) {
      one = .thing(kind, solver.fresh())
    } else if let entry = visible[module][tree.kind.text], case .scope(let component) = entry.symbol, program.scopes[component.index].isComponent {
      one = .instance(component)
    } else {
      return .unknown
    }
    guard let index = tree.index else { return one }
    guard case .name(let name) = index.table.kind else { return .unknown }
    if let entry = visible[module][name], case .table(let table) = entry.symbol { return .array(one, table) }
    // A parameter of the component that takes a list of rows, declared before or after.
    for case .parameter(let binding) in scopeTrees[id.index].declaration.members.map(\.kind) where binding.name.text == name {
      if let written = binding.type, case .list(.row(let table)) = type(written) { return .array(one, table) }
    }
    return .unknown
  }

  /// The outcomes that a journey's steps name, `completed` first when the end can be reached.
  private func outcomeNames(_ steps: [Step]) -> [String] {
    var names = ["completed"]
    visitAll(steps) { step in
      if case .leave(let name) = step.kind, let name = name?.plain, !names.contains(name) { names.append(name) }
    }
    return names
  }

  private func givesResult(_ steps: [Step]) -> Bool {
    var gives = false
    visitAll(steps) { step in if case .returning(.some) = step.kind { gives = true } }
    return gives
  }

  /// Visits each step, and those inside it.
  private func visitAll(_ steps: [Step], _ visit: (Step) -> Void) {
    func walk(_ steps: [Step]) {
      for step in steps {
        visit(step)
        switch step.kind {
        case .condition(_, let a, let b):
          walk(a)
          walk(b ?? [])
        case .hold(_, _, let clauses, let body):
          walk(body)
          walk(clauses.otherwise ?? [])
        case .use(_, _, let clauses), .seize(_, _, let clauses), .put(_, _, let clauses), .take(_, _, let clauses), .await(_, let clauses):
          walk(clauses.otherwise ?? [])
        case .join(_, let clauses, let body):
          walk(body ?? [])
          walk(clauses.otherwise ?? [])
        case .transfer(_, _, _, let other), .reserve(_, _, let other), .capture(_, _, _, let other): walk(other ?? [])
        case .choose(let arms): for arm in arms { walk(arm.body) }
        case .first(let arms):
          for arm in arms {
            walk([arm.head])
            walk(arm.body)
          }
        case .whileLoop(_, let body), .forLoop(_, _, let body), .time(_, let body): walk(body)
        default: break
        }
      }
    }
    walk(steps)
  }

  mutating func checkScope(_ id: ScopeID) {
    for index in program.scopes[id.index].members.indices { checkMember(id, MemberID(index)) }
    let (tree, module) = scopeTrees[id.index]
    var counts: [SoukSyntax.Process.Trigger: Int] = [:]
    for member in tree.members {
      detached(module: module, scope: id, place: .member(live: false)) { checker in
        checker.provenance.begin()
        switch member.kind {
        case .field(let field): checker.checkModelSetting(field, id)
        case .invariant(let name, let condition):
          checker.place = .member(live: true)
          let value = checker.check(condition)
          _ = checker.coerce(value, to: .bool)
          checker.program.scopes[id.index].invariants.append((name.text, value, name.span))
        case .process(let process):
          counts[process.trigger, default: 0] += 1
          checker.checkProcess(process, id, number: counts[process.trigger] ?? 1, span: member.span)
        default: break
        }
        checker.provenance.end(.scope(id))
      }
    }
  }

  static let modelSettings = ["start", "span", "warmup", "scale", "step"]

  private mutating func checkModelSetting(_ field: Field, _ id: ScopeID) {
    let name = field.name.text
    guard Self.modelSettings.contains(name) else {
      report(.unknownField(field.name, of: "a model", known: Self.modelSettings, suggestions: closest(name, Self.modelSettings)))
      return
    }
    if program.scopes[id.index].isComponent {
      report(.misplaced("`\(name)`", "belongs to a model, not to a component", field.name.span))
      return
    }
    let value: TypedExpression
    switch name {
    case "start": value = coerce(check(field.value), to: .date)
    case "scale":
      value = checkQuantity(field.value, .dimensionless)
      if let s = constant(value) {
        let n = 1 / s
        if s <= 0 || s > 1 || abs(n - n.rounded()) > 1e-6 * n {
          report(.badArguments("a scale is 1/n with a whole n", value.span, hint: "`scale: 1/1000` makes one entity stand for a thousand"))
        }
      }
    default: value = checkQuantity(field.value, .time)
    }
    program.scopes[id.index].settings[name] = value
  }

  /// Checks one member when it is first needed.
  mutating func checkMember(_ scopeID: ScopeID, _ id: MemberID) {
    guard memberState[scopeID]?[id.index] == .waiting, let tree = memberTrees[scopeID]?[id.index] else {
      if memberState[scopeID]?[id.index] == .checking { circular(scopeID, id) }
      return
    }
    memberState[scopeID]?[id.index] = .checking
    let module = scopeTrees[scopeID.index].module
    detached(module: module, scope: scopeID, place: .member(live: false)) { checker in
      checker.provenance.begin()
      checker.checkMemberBody(tree, scopeID, id)
      checker.provenance.end(.member(scopeID, id))
    }
    memberState[scopeID]?[id.index] = .done
  }

  private mutating func circular(_ scopeID: ScopeID, _ id: MemberID) {
    let member = program.scopes[scopeID.index].members[id.index]
    switch member.kind {
    case .value, .parameter: report(.badDeclaration("`\(member.name)` is defined by itself", member.span, "comes back to `\(member.name)`"))
    default: break
    }
  }

  private mutating func checkMemberBody(_ tree: Member, _ scopeID: ScopeID, _ id: MemberID) {
    switch tree.kind {
    case .parameter(let binding): checkParameter(binding, scopeID, id)
    case .binding(let binding):
      place = .member(live: true)
      readsLive = false
      readsClock = false
      let expected = binding.type.map { type($0) }
      var value = binding.value.map { check($0, expected: expected) } ?? TypedExpression(.unknown, .unknown, binding.span)
      if let expected { value = coerce(value, to: expected) }
      value = resolvedTree(readThing(value) ?? value)
      if value.shown == nil, case .unit(let text)? = binding.type?.kind, text.text == "Share", case .success(let percent) = program.units.parse("%") {
        value.shown = percent
      }
      program.scopes[scopeID.index].members[id.index].type = value.type
      program.scopes[scopeID.index].members[id.index].kind = .value(value, isLive: readsLive || readsClock)
    case .variable(let binding): checkVariable(binding, scopeID, id)
    case .thing(let thing): checkThing(thing, scopeID, id)
    case .journey(_, let parameters, let steps):
      memberState[scopeID]?[id.index] = .done  // spawns and sources may name it from inside
      guard case .journey(let outline) = program.scopes[scopeID.index].members[id.index].kind else { return }
      journey = id
      outcomes = outline.outcomes
      var types: [Type] = []
      if case .journey(let outlined) = program.scopes[scopeID.index].members[id.index].type { types = outlined }
      let returns = Type.quantity(solver.fresh())
      // Known before its body is checked, for it may start others of its kind.
      program.scopes[scopeID.index].members[id.index].kind = .journey(
        Journey(
          body: outlineBody(parameters, types), parameters: parameters.indices.map { LocalID($0) }, outcomes: outcomes,
          result: givesResult(steps) ? returns : .void))
      let checked = checkBody(place: .journey, parameters: parameters, types: types, steps: steps, returns: returns, keep: true)
      program.scopes[scopeID.index].members[id.index].kind = .journey(
        Journey(body: checked.body, parameters: checked.parameters, outcomes: outcomes, result: returnFound ? resolved(returnType ?? .void) : .void))
    case .action(let name, let parameters, let result, let steps):
      callerAction = (scopeID, id)
      let type = result.map { self.type($0) } ?? .void
      let types = parameters.map { $0.type.map { self.type($0) } ?? .quantity(solver.fresh()) }
      // Known before its body is checked, so that a circle is told as one.
      program.scopes[scopeID.index].members[id.index].kind = .action(Action(body: outlineBody(parameters, types), parameters: parameters.indices.map { LocalID($0) }, result: type, blocks: true))
      let checked = checkBody(place: .action, parameters: parameters, types: types, steps: steps, returns: type, keep: true)
      if type != .void, !alwaysReturns(checked.body.steps), !endsAlways(checked.body.steps) { report(.missingReturn(name.text, name.span, type: describe(type))) }
      program.scopes[scopeID.index].members[id.index].kind = .action(
        Action(body: checked.body, parameters: checked.parameters, result: type, blocks: takesTime(checked.body.steps)))
    default: break
    }
  }

  private func outlineBody(_ parameters: [Parameter], _ types: [Type]) -> Body {
    Body(locals: zip(parameters, types).map { Local(name: $0.name.text, type: $1, isVariable: false, value: nil) }, steps: [], expression: nil)
  }

  /// A member `var`: a number that steps change, with a constant to begin with.
  private mutating func checkVariable(_ binding: Binding, _ scopeID: ScopeID, _ id: MemberID) {
    readsLive = false
    readsClock = false
    let declared = binding.type.map { type($0) }
    var value = binding.value.map { check($0, expected: declared) } ?? TypedExpression(.unknown, .unknown, binding.span)
    if let declared { value = coerce(value, to: declared, why: binding.type.map { Label($0.span, "declared here") }) }
    if readsLive || readsClock { report(.changesWhereFixed(binding.name.text, value.span, declared: nil)) }
    guard case .quantity(let dimension) = resolved(declared ?? value.type) else {
      expectType(value, "a number")
      return
    }
    // `var n = 0` counts.
    if declared == nil, !dimension.isClosed { _ = solver.unify(dimension, .dimensionless) }
    if case .thing(_, let outlined) = program.scopes[scopeID.index].members[id.index].type { _ = solver.unify(outlined, dimension) }
    let known = solver.resolve(dimension)
    program.scopes[scopeID.index].members[id.index].type = .thing(.gauge, known)
    program.scopes[scopeID.index].members[id.index].kind = .thing(TypedThing(variableOf: known, initial: resolvedTree(value)))
  }

  private mutating func checkParameter(_ binding: Binding, _ scopeID: ScopeID, _ id: MemberID) {
    let declared = binding.type.map { self.type($0) }
    var value: TypedExpression?
    if let tree = binding.value {
      // A default doesn't say what a unit variable is: an instance may give the parameter in another unit.
      let open = declared.map { opened($0) }
      value = check(tree, expected: open)
      if let declared = open, let typed = value { value = coerce(typed, to: declared, why: binding.type.map { Label($0.span, "declared here") }) }
      value = value.map { resolvedTree($0) }
    } else if let declared {
      // Without a default a model's parameter must be given by every run, unless it may be missing.
      value = nothing(of: declared, binding.span)
    }
    if binding.type == nil, binding.value == nil {
      report(.badDeclaration("`\(binding.name.text)` has neither a type nor a value", binding.name.span, hint: "write `param \(binding.name.text): Time` or `param \(binding.name.text) = 5 min`"))
    }
    var type = declared ?? value?.type ?? .unknown
    if declared == nil, case .quantity(let d) = type { type = .quantity(solver.resolve(d)) }
    program.scopes[scopeID.index].members[id.index].type = resolved(type)
    program.scopes[scopeID.index].members[id.index].kind = .parameter(value, isLive: binding.type?.isLive ?? false)
    if requiresProvenance, let tree = binding.value, case .number = ungrouped(tree).kind, !program.scopes[scopeID.index].isComponent,
      // Zero is no figure: it says that something isn't there.
      value.map({ constant($0) }) != .some(0)
    {
      report(.constantWithoutSource(binding.name.text, tree.span))
    }
  }

  /// `settings { provenance: required }`
  var requiresProvenance: Bool {
    guard let script = modules.last else { return false }
    return script.tree.items.contains { item in
      if case .settings(let fields) = item.kind { return fields.contains { $0.name.text == "provenance" && nameText($0.value) == "required" } }
      return false
    }
  }

  mutating func checkProcess(_ tree: SoukSyntax.Process, _ id: ScopeID, number: Int, span: Span) {
    place = .member(live: true)
    readsLive = false
    readsClock = false
    var head = check(tree.head)
    switch tree.trigger {
    case .every: head = coerce(head, to: .time)
    case .at:
      switch resolved(head.type) {
      case .date, .clock, .calendar, .unknown: break
      default: head = coerce(head, to: .time)
      }
    case .on:
      head = coerce(head, to: .bool)
      if head.type != .unknown, !readsLive { report(.neverChanges(head.span, time: readsClock)) }
    }
    let steps = tree.body
    let here = module
    let typed: Body = detached(module: here, scope: id, place: .process) { (checker: inout Checker) -> Body in
      checker.checkBody(place: .process, parameters: [], steps: steps, returns: nil).body
    }
    program.scopes[id.index].processes.append(
      TypedProcess(trigger: tree.trigger, head: resolvedTree(head), body: typed, name: "\(tree.trigger.rawValue) \(number)", span: span))
  }

  // MARK: Tables

  mutating func checkTable(_ id: TableID) {
    let tree = tableTrees[id.index].declaration
    detached(module: tableTrees[id.index].module) { (checker: inout Checker) -> Void in
      checker.provenance.begin()
      var columns: [(name: String, type: Type, unit: UnitExpression?)] = []
      for column in tree.columns {
        let type = column.type.map { checker.type($0) } ?? .text
        var unit: UnitExpression?
        if case .unit(let text)? = column.type?.kind, case .success(let u) = checker.program.units.parse(text.text) { unit = u }
        if columns.contains(where: { $0.name == column.name.text }) { checker.report(.duplicate(column.name, first: nil)) }
        columns.append((column.name.text, type, unit))
      }
      checker.program.tables[id.index].columns = columns
      checker.program.tables[id.index].key = tree.columns.firstIndex(where: \.isKey) ?? (columns.first.map { $0.type == .text } == true ? 0 : nil)
      switch tree.rows {
      case .data(let e): checker.checkData(e, id)
      case .inline(let rows): checker.checkRows(rows, id, columns.map(\.type), tree)
      }
      checker.provenance.end(.scope(ScopeID(-1)))
    }
  }

  private mutating func checkData(_ e: Expression, _ id: TableID) {
    guard case .call(let callee, let arguments) = e.kind, case .name("csv") = callee.kind, let first = arguments.first else {
      report(.badArguments("a table's rows come from braces or from `csv(\"file.csv\")`", e.span))
      return
    }
    program.tables[id.index].rows = .csv(coerce(check(first.value), to: .text))
  }

  private mutating func checkRows(_ rows: [[Expression]], _ id: TableID, _ types: [Type], _ tree: TableDeclaration) {
    var typed: [[TypedExpression]] = []
    var keys: [String: Span] = [:]
    let key = program.tables[id.index].key
    let units = program.tables[id.index].columns.map { $0.unit?.text }
    for row in rows {
      let lacks = (row.count..<max(row.count, types.count)).map { nothing(of: types[$0], row.last?.span ?? tree.name.span) }
      if row.count > types.count || lacks.contains(where: { $0 == nil }), let first = row.first, let last = row.last {
        report(
          .badArguments(
            "this row has \(count(row.count, "value")), and \(tree.name.text) has \(count(types.count, "column"))", first.span.joined(last.span),
            declared: Label(tree.name.span, "columns: \(tree.columns.map(\.name.text).joined(separator: ", "))")))
      }
      var cells: [TypedExpression] = []
      for (index, cell) in row.enumerated() where index < types.count {
        let column = tree.columns[index]
        let value = coerce(check(cell, expected: types[index]), to: types[index], why: Label(column.name.span, "the column is \(units[index] ?? describe(types[index]))"), unit: units[index])
        if index == key, case .text(let parts) = value.kind, parts.count == 1, case .text(let text) = parts[0] {
          if let first = keys[text] { report(.duplicate(Name(text, cell.span), first: first)) }
          keys[text] = cell.span
        }
        cells.append(value)
      }
      cells += lacks.map { $0 ?? TypedExpression(.unknown, .unknown, tree.name.span) }
      typed.append(cells)
    }
    program.tables[id.index].rows = .inline(typed)
  }

  // MARK: Circles

  mutating func reportRecursiveActions() {
    struct Node: Hashable {
      let scope: ScopeID
      let member: MemberID
    }
    var done: Set<Node> = []
    var reported: Set<Node> = []
    func name(_ n: Node) -> String { program.scopes[n.scope.index].members[n.member.index].name }
    func walk(_ node: Node, _ path: [Node]) -> (chain: [String], span: Span)? {
      if done.contains(node) { return nil }
      for (scope, member, span) in actionCalls[node.scope]?[node.member] ?? [] {
        let next = Node(scope: scope, member: member)
        if let start = (path + [node]).firstIndex(of: next) {
          let circle = (path + [node])[start...]
          if circle.allSatisfy({ reported.insert($0).inserted }) { return (circle.map(name) + [name(next)], span) }
          continue
        }
        if let found = walk(next, path + [node]) { return found }
      }
      done.insert(node)
      return nil
    }
    for scope in program.scopes.indices {
      for member in program.scopes[scope].members.indices {
        if let (chain, span) = walk(Node(scope: ScopeID(scope), member: MemberID(member)), []) { report(.recursiveAction(chain, span)) }
      }
    }
  }
}
