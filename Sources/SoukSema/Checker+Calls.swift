// Calls: functions, laws, curves, records, models with arguments, actions and journeys.

internal import SoukSyntax
internal import SoukText
internal import SoukUnits

extension Checker {
  mutating func call(_ callee: Expression, _ arguments: [Argument], _ span: Span, expected: Type?) -> TypedExpression {
    let blocking = allowsBlocking
    allowsBlocking = false
    defer { allowsBlocking = blocking }
    switch callee.kind {
    case .name(let name): return callName(name, callee.span, arguments, span, expected: expected, blocking: blocking)
    case .member(let base, let name):
      let target = check(base)
      if case .instance(let scope) = resolved(target.type) { return callMember(target, scope, name, arguments, span, blocking: blocking) }
      let value = member(of: target, name, callee.span)
      return apply(value, arguments, span)
    default: return apply(check(callee), arguments, span)
    }
  }

  private mutating func callName(_ name: String, _ nameSpan: Span, _ arguments: [Argument], _ span: Span, expected: Type?, blocking: Bool) -> TypedExpression {
    if !localNames.contains(where: { $0[name] != nil }) {
      if let scope {
        if let id = program.scopes[scope.index].member(named: name) { return callOwn(scope, id, name, nameSpan, arguments, span, blocking: blocking) }
        if let id = scopeFunctions[scope.index][name] { return callFunction(id, arguments, span) }
      }
      if let entry = visible[module][name] {
        switch entry.symbol {
        case .function(let id): return callFunction(id, arguments, span)
        case .record(let id): return makeRecord(id, arguments, span)
        case .scope(let id): return makeModel(id, arguments, span, name)
        default: break
        }
      } else {
        if let law = LawName(rawValue: name) { return checkLaw(law, arguments, span, expected: expected) }
        if name == "daily" || name == "weekly" { return calendar(name, arguments.map(\.value), span) }
        if let builtin = Builtin(rawValue: name) { return checkBuiltin(builtin, arguments, span, nameSpan, expected: expected) }
      }
    }
    let target = checkName(name, nameSpan, expected: nil)
    if !isCallable(target.type) {
      // `let rate = 3/h` hides nothing: what can't be called is not meant by a call.
      if let law = LawName(rawValue: name) { return checkLaw(law, arguments, span, expected: expected) }
      if let builtin = Builtin(rawValue: name) { return checkBuiltin(builtin, arguments, span, nameSpan, expected: expected) }
    }
    return apply(target, arguments, span)
  }

  private func isCallable(_ type: Type) -> Bool {
    switch resolved(type) {
    case .function, .journey, .model, .unknown: true
    default: false
    }
  }

  /// A value of function or journey type called.
  private mutating func apply(_ target: TypedExpression, _ arguments: [Argument], _ span: Span) -> TypedExpression {
    switch resolved(target.type) {
    case .function(let types, let result):
      let values = positional(arguments, types.map { Optional($0) }, span, "this function")
      return TypedExpression(.apply(target, values), result, span)
    case .journey(let types):
      let values = positional(arguments, types.map { Optional($0) }, span, "this journey")
      if case .journeyReference(let base, let scope, let id, _) = target.kind {
        return TypedExpression(.journeyReference(base: base, scope, id, values), .journey([]), span)
      }
      return TypedExpression(.journeyCall(target, values), .journey([]), span)
    case .model(let id):
      if case .model(_, let given) = target.kind, given.isEmpty { return makeModel(id, arguments, span, program.scopes[id.index].name) }
      report(.badArguments("a scenario has its arguments already", span, hint: "call the model itself with all arguments"))
    case .unknown: for argument in arguments { _ = check(argument.value) }
    default: report(.badArguments("\(describe(target.type)) can't be called", target.span, "not a function"))
    }
    return TypedExpression(.unknown, .unknown, span)
  }

  /// Arguments by position (labels are refused), each coerced to its type when that is known.
  mutating func positional(_ arguments: [Argument], _ types: [Type?], _ span: Span, _ what: String) -> [TypedExpression] {
    if arguments.count != types.count {
      report(.badArguments("\(what) takes \(count(types.count, "argument")), and here are \(arguments.count)", span))
    }
    var out: [TypedExpression] = []
    for (index, argument) in arguments.enumerated() {
      let wanted = index < types.count ? types[index] : nil
      let value = check(argument.value, expected: wanted)
      noteWhole(value)
      out.append(wanted.map { coerce(value, to: $0) } ?? value)
    }
    while out.count < types.count { out.append(TypedExpression(.unknown, .unknown, span)) }
    return out
  }

  func count(_ n: Int, _ noun: String) -> String { n == 1 ? "1 \(noun)" : n == 0 ? "no \(noun)s" : "\(n) \(noun)s" }

  /// Arguments by label or position matched to named parameters; nil where none is given.
  mutating func matched(_ arguments: [Argument], _ parameters: [(name: String, type: Type)], _ span: Span, _ what: String, declared: [Span] = []) -> [TypedExpression?] {
    var out = [TypedExpression?](repeating: nil, count: parameters.count)
    var next = 0
    for argument in arguments {
      var index: Int?
      if let label = argument.label {
        index = parameters.firstIndex { $0.name == label.text }
        if index == nil {
          let names = parameters.map(\.name)
          report(
            .badArguments(
              "\(what) has no parameter `\(label.text)`", label.span, "not a parameter",
              hint: closest(label.text, names).first.map { "did you mean `\($0)`?" } ?? (names.isEmpty ? nil : "its parameters are \(Diagnostic.list(names))")))
        }
      } else {
        while next < parameters.count, out[next] != nil { next += 1 }
        if next < parameters.count { index = next } else { report(.badArguments("\(what) takes \(count(parameters.count, "argument"))", argument.value.span, "one too many")) }
      }
      guard let index else {
        _ = check(argument.value)
        continue
      }
      if out[index] != nil { report(.badArguments("`\(parameters[index].name)` is given twice", argument.value.span)) }
      let why = index < declared.count ? Label(declared[index], "`\(parameters[index].name)` is \(describe(parameters[index].type))") : nil
      out[index] = coerce(check(argument.value, expected: parameters[index].type), to: parameters[index].type, why: why)
    }
    return out
  }

  // MARK: Functions and records

  mutating func callFunction(_ id: FunctionID, _ arguments: [Argument], _ span: Span) -> TypedExpression {
    if functionState[id.index] == .waiting { checkFunction(id) }
    if functionState[id.index] == .checking { program.functions[id.index].isRecursive = true }
    provenance.use(.function(id))
    let function = program.functions[id.index]
    let isDone = functionState[id.index] == .done
    var types = function.parameters.map { function.body.locals[$0.index].type }
    var result = function.result
    if functionState[id.index] == .checking {
      types = functionTypes[id]?.parameters ?? []
      result = functionTypes[id]?.result ?? .unknown
    }
    if isDone { (types, result) = instantiated(types, result) }
    let names = isDone ? function.parameters.map { function.body.locals[$0.index].name } : functionTrees[id.index].declaration.parameters.map(\.name.text)
    var values = matched(arguments, zip(names, types).map { (name: $0, type: $1) }, span, "`\(function.name)`", declared: functionTrees[id.index].declaration.parameters.map(\.name.span))
    for index in values.indices where values[index] == nil {
      if isDone, let value = function.body.locals[function.parameters[index].index].value {
        values[index] = value
      } else {
        report(.badArguments("`\(function.name)` needs `\(names[index])`", span, "not given", declared: Label(function.span, "declared here")))
      }
    }
    let all = values.map { $0 ?? TypedExpression(.unknown, .unknown, span) }
    return TypedExpression(.call(id, all), resolved(result), span, shown: nil)
  }

  /// A function's type with fresh dimension variables: it serves all units.
  private mutating func instantiated(_ parameters: [Type], _ result: Type) -> ([Type], Type) {
    var substitution: [DimensionVariable: Dimension] = [:]
    for type in parameters + [result] {
      for variable in resolved(type).dimensions.flatMap(\.variables) where substitution[variable] == nil { substitution[variable] = solver.fresh() }
    }
    return (parameters.map { resolved($0).substituting(substitution) }, resolved(result).substituting(substitution))
  }

  mutating func checkFunction(_ id: FunctionID) {
    guard functionState[id.index] == .waiting else { return }
    functionState[id.index] = .checking
    let (tree, module, scope) = functionTrees[id.index]
    detached(module: module, scope: scope, place: .function) { checker in
      checker.provenance.begin()
      checker.checkFunctionBody(id, tree)
      checker.provenance.end(.function(id))
    }
    functionState[id.index] = .done
  }

  private mutating func checkFunctionBody(_ id: FunctionID, _ tree: FunctionDeclaration) {
    var ids: [LocalID] = []
    for parameter in tree.parameters {
      let type = parameter.type.map { self.type($0) } ?? .quantity(solver.fresh())
      var value: TypedExpression?
      if let tree = parameter.value { value = coerce(check(tree, expected: type), to: type) } else { value = nothing(of: type, parameter.name.span) }
      ids.append(addLocal(parameter.name, type, isVariable: false, value: value))
    }
    let declared = tree.result.map { self.type($0) }
    let result = declared ?? .quantity(solver.fresh())
    functionTypes[id] = (ids.map { locals[$0.index].type }, result)
    var body = Body(locals: [], steps: [], expression: nil)
    var found = result
    switch tree.body {
    case .expression(let e):
      let value = check(e, expected: declared)
      if let declared {
        body.expression = coerce(value, to: declared, why: tree.result.map { Label($0.span, "declared here") })
      } else {
        if case .quantity = value.type { _ = fits(value.type, result) }
        body.expression = value
        found = value.type
      }
    case .steps(let steps, let span):
      returnType = result
      returnsText = declared == nil
      body.steps = checkSteps(steps)
      if !alwaysReturns(body.steps) { report(.missingReturn(tree.name.text, Span(file: span.file, lower: Int(span.upper) - 1, upper: Int(span.upper)), type: declared.map { describe($0) } ?? "a value")) }
    }
    body.locals = locals
    program.functions[id.index].body = body
    program.functions[id.index].parameters = ids
    program.functions[id.index].result = resolved(found)
    for index in body.locals.indices { program.functions[id.index].body.locals[index].type = resolved(body.locals[index].type) }
  }

  func alwaysReturns(_ steps: [TypedStep]) -> Bool {
    guard let last = steps.last else { return false }
    switch last.kind {
    case .returning: return true
    case .condition(_, let a, let b): return alwaysReturns(a) && alwaysReturns(b)
    case .whileLoop(let condition, _): if case .bool(true) = condition.kind { return true } else { return false }
    default: return false
    }
  }

  private mutating func makeRecord(_ id: RecordID, _ arguments: [Argument], _ span: Span) -> TypedExpression {
    let record = program.records[id.index]
    var values = matched(arguments, record.fields.map { (name: $0.name, type: $0.type) }, span, "`\(record.name)`")
    for (index, field) in record.fields.enumerated() where values[index] == nil { values[index] = nothing(of: field.type, span) }
    for (index, value) in values.enumerated() where value == nil {
      report(.badArguments("`\(record.name)` needs `\(record.fields[index].name)`", span, "not given"))
    }
    return TypedExpression(.record(id, values.map { $0 ?? TypedExpression(.unknown, .unknown, span) }), .record(id), span)
  }

  /// `SinglesDay(surge: 2)`: a model with arguments.
  private mutating func makeModel(_ id: ScopeID, _ arguments: [Argument], _ span: Span, _ name: String) -> TypedExpression {
    if program.scopes[id.index].isComponent {
      report(.misplaced("the component `\(name)`", "can't be called; things of it are made inside a model", span, hint: "write `\(name) x { … }` in a `model`"))
      return TypedExpression(.unknown, .unknown, span)
    }
    provenance.use(model: id)
    // What a run is given is an input of the model, not what its results are compared with.
    provenance.begin()
    let given = modelArguments(id, arguments)
    provenance.end(.scope(id))
    return TypedExpression(.model(id, given), .model(id), span)
  }

  mutating func modelArguments(_ id: ScopeID, _ arguments: [Argument]) -> [(MemberID, TypedExpression)] {
    var out: [(MemberID, TypedExpression)] = []
    let scopeInfo = program.scopes[id.index]
    let parameters = scopeInfo.members.indices.filter { if case .parameter = scopeInfo.members[$0].kind { true } else { false } }
    for argument in arguments {
      guard let label = argument.label else {
        report(.badArguments("a model's arguments are given by name", argument.value.span, hint: parameters.first.map { "write `\(scopeInfo.members[$0].name): …`" }))
        _ = check(argument.value)
        continue
      }
      guard let index = parameters.first(where: { scopeInfo.members[$0].name == label.text }) else {
        let names = parameters.map { scopeInfo.members[$0].name }
        report(
          .badArguments(
            "`\(scopeInfo.name)` has no param `\(label.text)`", label.span, "not a param",
            hint: closest(label.text, names).first.map { "did you mean `\($0)`?" } ?? (names.isEmpty ? "it has none" : "its params are \(Diagnostic.list(names))")))
        _ = check(argument.value)
        continue
      }
      let member = scopeInfo.members[index]
      let value = check(argument.value, expected: member.type)
      out.append((MemberID(index), coerce(value, to: member.type, why: Label(member.span, "declared here"))))
    }
    return out
  }

  // MARK: Actions and journeys

  private mutating func callOwn(_ scope: ScopeID, _ id: MemberID, _ name: String, _ nameSpan: Span, _ arguments: [Argument], _ span: Span, blocking: Bool) -> TypedExpression {
    checkMember(scope, id)
    switch program.scopes[scope.index].members[id.index].kind {
    case .action: return callAction(nil, scope, id, arguments, span, blocking: blocking)
    case .journey: return callJourney(nil, scope, id, arguments, span)
    default:
      var target = memberReference(scope, id, nameSpan)
      if case .optional(let inner) = resolved(target.type), present.contains(name) { target.type = inner }
      if !isCallable(target.type) {
        if let law = LawName(rawValue: name) { return checkLaw(law, arguments, span, expected: nil) }
        if let builtin = Builtin(rawValue: name) { return checkBuiltin(builtin, arguments, span, nameSpan, expected: nil) }
      }
      return apply(target, arguments, span)
    }
  }

  private mutating func callMember(_ base: TypedExpression, _ scope: ScopeID, _ name: Name, _ arguments: [Argument], _ span: Span, blocking: Bool) -> TypedExpression {
    if let id = program.scopes[scope.index].member(named: name.text) {
      checkMember(scope, id)
      switch program.scopes[scope.index].members[id.index].kind {
      case .action: return callAction(base, scope, id, arguments, span, blocking: blocking)
      case .journey: return callJourney(base, scope, id, arguments, span)
      default: break
      }
    } else if let id = scopeFunctions[scope.index][name.text] {
      return callFunction(id, arguments, span)
    }
    return apply(member(of: base, name, span), arguments, span)
  }

  private mutating func callAction(_ base: TypedExpression?, _ scope: ScopeID, _ id: MemberID, _ arguments: [Argument], _ span: Span, blocking: Bool) -> TypedExpression {
    let member = program.scopes[scope.index].members[id.index]
    guard case .action(let action) = member.kind else { return TypedExpression(.unknown, .unknown, span) }
    if let (callerScope, callerID) = callerAction { actionCalls[callerScope, default: [:]][callerID, default: []].append((scope, id, span)) }
    if !place.timePasses {
      report(.blocksOutside("\(member.name)()", where: place.words, span))
    } else if !blocking, action.blocks || memberState[scope]?[id.index] == .checking {
      var owner = ""
      if case .member(let id)? = base?.kind, let here = self.scope { owner = program.scopes[here.index].members[id.index].name + "." }
      let given = arguments.map { a in (a.label.map { "\($0.text): " } ?? "") + (written(a.value) ?? "…") }.joined(separator: ", ")
      report(.blockingInside(span, text: "\(owner)\(member.name)(\(given))"))
    }
    let parameters = actionParameters(scope, id)
    var values = matched(arguments, parameters.map { (name: $0.name, type: instantiated($0.type, in: base)) }, span, "`\(member.name)`", declared: parameterSpans(scope, id))
    for index in values.indices where values[index] == nil {
      if let value = parameters[index].value { values[index] = value } else {
        report(.badArguments("`\(member.name)` needs `\(parameters[index].name)`", span, "not given", declared: Label(member.span, "declared here")))
      }
    }
    return TypedExpression(
      .actionCall(base: base, scope, id, values.map { $0 ?? TypedExpression(.unknown, .unknown, span) }), instantiated(action.result, in: base), span)
  }

  /// Where the parameters of an action or a journey stand.
  private func parameterSpans(_ scope: ScopeID, _ id: MemberID) -> [Span] {
    switch memberTrees[scope]?[id.index].kind {
    case .action(_, let parameters, _, _)?, .journey(_, let parameters, _)?: parameters.map(\.name.span)
    default: []
    }
  }

  func actionParameters(_ scope: ScopeID, _ id: MemberID) -> [Local] {
    switch program.scopes[scope.index].members[id.index].kind {
    case .action(let action): action.parameters.map { action.body.locals[$0.index] }
    case .journey(let journey): journey.parameters.map { journey.body.locals[$0.index] }
    default: []
    }
  }

  private mutating func callJourney(_ base: TypedExpression?, _ scope: ScopeID, _ id: MemberID, _ arguments: [Argument], _ span: Span) -> TypedExpression {
    let parameters = actionParameters(scope, id)
    let name = program.scopes[scope.index].members[id.index].name
    var values = matched(arguments, parameters.map { (name: $0.name, type: instantiated($0.type, in: base)) }, span, "`\(name)`", declared: parameterSpans(scope, id))
    for index in values.indices where values[index] == nil {
      if let value = parameters[index].value { values[index] = value } else { report(.badArguments("`\(name)` needs `\(parameters[index].name)`", span, "not given")) }
    }
    return TypedExpression(
      .journeyReference(base: base, scope, id, values.map { $0 ?? TypedExpression(.unknown, .unknown, span) }), .journey([]), span)
  }

  mutating func checkSpawn(_ tree: Expression, _ span: Span) -> TypedExpression {
    allowsBlocking = false
    if !place.timePasses { report(.blocksOutside("spawn", where: place.words, span)) }
    let journey = check(tree)
    switch (journey.kind, resolved(journey.type)) {
    case (.journeyReference(let base, let scope, let id, let arguments), _):
      var result: Type = .outcome(scope, id)
      if case .journey(let j) = program.scopes[scope.index].members[id.index].kind, j.result != .void { result = j.result }
      if arguments == nil, case .journey(let types) = journey.type, !types.isEmpty {
        report(.badArguments("`spawn` wants the journey with its arguments", tree.span, hint: "write `spawn \(program.scopes[scope.index].members[id.index].name)(…)`"))
      }
      let whole = TypedExpression(.journeyReference(base: base, scope, id, arguments ?? []), journey.type, tree.span)
      return TypedExpression(.spawn(whole), .handle(result), span)
    case (.journeyCall, _): return TypedExpression(.spawn(journey), .handle(.void), span)
    case (_, .unknown): return TypedExpression(.unknown, .unknown, span)
    default:
      report(.wrongKind("spawn", wants: "a journey", found: describe(journey.type), tree.span, hint: "write `spawn name(…)`"))
      return TypedExpression(.unknown, .unknown, span)
    }
  }

  mutating func checkChoose(_ tree: ChooseExpression, _ span: Span) -> TypedExpression {
    allowsBlocking = false
    if !place.timePasses { report(.blocksOutside("choose", where: place.words, span)) }
    let list = check(tree.list)
    let element = elementType(list)
    localNames.append([:])
    let id = addLocal(tree.variable, element, isVariable: false)
    let score = readNumber(check(tree.score))
    localNames.removeLast()
    if tree.rule == .logit { _ = coerce(score, to: .number) }
    return TypedExpression(.choose(id, in: list, logit: tree.rule == .logit, score), element, span, shown: list.shown)
  }

  /// A number, where a thing may stand for its value.
  mutating func readNumber(_ e: TypedExpression) -> TypedExpression {
    let value = readThing(e) ?? e
    switch resolved(value.type) {
    case .quantity, .unknown: break
    default: report(.wrongType(describe(value.type), expected: "a number", value.span))
    }
    return value
  }

  // MARK: Curves and mixtures

  mutating func checkEntries(_ head: Expression, _ entries: [Entry], _ span: Span, expected: Type?) -> TypedExpression {
    var name = ""
    var shape: String?
    switch head.kind {
    case .name(let text): name = text
    case .call(let callee, let arguments):
      if case .name(let text) = callee.kind { name = text }
      shape = arguments.first.flatMap { nameText($0.value) }
    default: break
    }
    switch name {
    case "curve", "daily", "weekly": return checkCurve(name, shape, entries, span, head.span)
    case "mix": return checkMix(entries, span, expected: expected)
    case let model where isModel(model):
      report(.misplaced("`\(name) { … }`", "is a model, which is run", head.span, hint: "write `run \(name) { … }`, or `start \(name) { … }`"))
      return TypedExpression(.unknown, .unknown, span)
    default:
      report(
        .misplaced(
          "`\(name.isEmpty ? "this" : name) { … }`", "isn't something that has entries", head.span,
          hint: "entries belong to `curve(steps) { … }`, `daily(steps) { … }`, `mix { … }`"))
      return TypedExpression(.unknown, .unknown, span)
    }
  }

  private func isModel(_ name: String) -> Bool {
    if case .scope(let id)? = visible[module][name]?.symbol { !program.scopes[id.index].isComponent } else { false }
  }

  private mutating func checkCurve(_ name: String, _ shape: String?, _ entries: [Entry], _ span: Span, _ headSpan: Span) -> TypedExpression {
    if shape != "steps", shape != "linear" {
      report(.badArguments("say how `\(name)` goes from point to point", headSpan, hint: "write `\(name)(steps) { … }` or `\(name)(linear) { … }`"))
    }
    var typed: [(key: TypedExpression, value: TypedExpression)] = []
    var dimension: Dimension?
    var keyType: Type?
    var last: Double?
    for entry in entries {
      let key = check(entry.key)
      switch resolved(key.type) {
      case .clock, .date, .unknown: break
      case .quantity(let d) where solver.unify(d, .time): break
      default: report(.wrongType(describe(key.type), expected: "a time, a time of day or a date", key.span))
      }
      if let keyType, key.type != .unknown, resolved(keyType) != resolved(key.type) {
        report(.wrongType(describe(key.type), expected: describe(keyType), key.span))
      }
      keyType = keyType ?? key.type
      let position: Double? = switch key.kind { case .clock(let s): s; case .date(let n, _): Double(n) / 1e9; default: constant(key) }
      if let last, let position, position <= last { report(.badArguments("the times of a curve go up", key.span, "not later than the one before")) }
      last = position ?? last
      var value = readNumber(check(entry.value, expected: dimension.map { .quantity($0) }))
      if let dimension { value = coerce(value, to: .quantity(dimension), why: typed.first.map { Label($0.value.span, "the curve is of \(describe($0.value.type))") }) }
      if dimension == nil, case .quantity(let d) = value.type { dimension = d }
      typed.append((key, value))
    }
    if typed.isEmpty { report(.badArguments("a curve needs at least one point", span)) }
    let period: Double = name == "daily" ? 86_400 : name == "weekly" ? 604_800 : 0
    return TypedExpression(.curve(linear: shape == "linear", period: period, typed), .curve(dimension ?? .dimensionless), span, shown: typed.first?.value.shown)
  }

  private mutating func checkMix(_ entries: [Entry], _ span: Span, expected: Type?) -> TypedExpression {
    var typed: [(chance: TypedExpression, value: TypedExpression)] = []
    var sum = 0.0
    var allKnown = true
    var wanted: Type?
    if case .dist(let t)? = expected.map({ resolved($0) }) { wanted = t }
    for entry in entries {
      let chance = checkQuantity(entry.key, .dimensionless)
      if let p = constant(chance) { sum += p } else { allKnown = false }
      var value = check(entry.value, expected: typed.first?.value.type ?? wanted)
      if let first = typed.first?.value { value = coerce(value, to: first.type, why: Label(first.span, "the mix is of \(describe(first.type))")) }
      typed.append((chance, value))
    }
    if allKnown, sum > 1 + 1e-9 {
      report(.chancesExceedOne(sum, span, arms: [], canElse: false))
    } else if allKnown, sum < 1 - 1e-9 {
      report(.badArguments("the chances of a mix add up to \(NumberText.format(sum * 100))%, and must be 100%", span))
    }
    let type = typed.first?.value.type ?? .unknown
    if case .dist = resolved(type) { return TypedExpression(.mix(typed), type, span, shown: typed.first?.value.shown) }
    return TypedExpression(.mix(typed), .dist(type), span, shown: typed.first?.value.shown)
  }
}
