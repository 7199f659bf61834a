// Functions known to the language, statistics of things as they are now, and the script's own functions, in journeys.

import SoukModel
import SoukNumerics
import SoukSema
import SoukSyntax
import SoukText

extension Lowering {
  // MARK: Builtins

  func builtin(_ builtin: Builtin, _ arguments: [TypedExpression], _ e: TypedExpression, _ ctx: CodeContext) throws(EvaluationError) -> Term {
    switch builtin {
    case .sample: return try draw(try term(arguments[0], ctx), e, ctx)
    case .happens:
      let p = try numberTerm(arguments[0], ctx)
      return try draw(.law(.bernoulli, ["p": p]), e, ctx)
    case .next:
      let calendar = try self.calendar(of: try evaluator.evaluate(arguments[0], ctx.env), e.span)
      let after = emitter.register()
      if arguments.count > 1 { emitter.emit(.move, after, try number(arguments[1], ctx)) } else { emitter.emit(.now, after) }
      let r = emitter.register()
      emitter.emit(.nextInstant, r, calendar, after)
      return .register(r)
    case .value: return try term(arguments[0], ctx)
    default: break
    }
    var terms: [Term] = []
    for argument in arguments { terms.append(try term(argument, ctx)) }
    if terms.contains(where: { $0.isLaw }) { return try lawBuiltin(builtin, terms, e) }
    if let (op, _) = Arithmetic.unary(builtin), terms.count == 1 { return try unary(op, terms[0], e.span) }
    return try numberBuiltin(builtin, terms, arguments, e, ctx)
  }

  private func numberBuiltin(_ builtin: Builtin, _ terms: [Term], _ arguments: [TypedExpression], _ e: TypedExpression, _ ctx: CodeContext) throws(EvaluationError) -> Term {
    switch (builtin, terms.count) {
    case (.log10, 1): return try binary(.divide, unary(.logarithm, terms[0], e.span), .constant(Arithmetic.ln10), e.span)
    case (.log2, 1): return try binary(.divide, unary(.logarithm, terms[0], e.span), .constant(Arithmetic.ln2), e.span)
    case (.tan, 1): return try binary(.divide, unary(.sine, terms[0], e.span), unary(.cosine, terms[0], e.span), e.span)
    case (.cents, 1): return try unary(.roundMoney, terms[0], e.span)
    case (.sign, 1):
      let above = try binary(.less, .constant(0), terms[0], e.span)
      return try binary(.subtract, above, binary(.less, terms[0], .constant(0), e.span), e.span)
    case (.clamp, 3): return try binary(.maximum, terms[1], binary(.minimum, terms[2], terms[0], e.span), e.span)
    case (.isMissing, 1): return try binary(.notEqual, terms[0], terms[0], e.span)
    case (.min, 2...), (.max, 2...): return try folded(builtin, terms, e.span)
    case (.length, 1): return .constant(Double(try elements(terms[0], e.span).count))
    case (.contains, 2):
      var found = Term.constant(0)
      for item in try elements(terms[0], e.span) { found = try binary(.or, found, binary(.equal, item, terms[1], e.span), e.span) }
      return found
    case (.round, 2), (.floor, 2), (.ceil, 2):
      guard let op = Arithmetic.unary(builtin)?.op else { return terms[0] }
      return try binary(.multiply, unary(op, binary(.divide, terms[0], terms[1], e.span), e.span), terms[1], e.span)
    case (.index, 2):
      let items = try elements(terms[0], e.span)
      guard case .constant(let x) = terms[1] else { return try pick(items, terms[1], e.span) }
      guard x >= 0, x < Double(items.count), x == x.rounded() else { throw .indexOutOfRange(x, count: items.count, e.span) }
      return items[Int(x)]
    case (.map, 2): return .list(try mapped(terms, arguments, e, ctx))
    case (_, 1): return try folded(builtin, try elements(terms[0], e.span), e.span)
    default: throw .notInJourneys("`\(builtin.rawValue)`", e.span)
    }
  }

  private func mapped(_ terms: [Term], _ arguments: [TypedExpression], _ e: TypedExpression, _ ctx: CodeContext) throws(EvaluationError) -> [Term] {
    var (source, f) = (terms[0], terms[1])
    if case .value(.function) = source { swap(&source, &f) }
    if case .closure = source { swap(&source, &f) }
    var results: [Term] = []
    for item in try elements(source, e.span) { results.append(try apply(f, [item], e, ctx)) }
    return results
  }

  /// What folds and functions of lists give, from their elements, in order.
  func folded(_ builtin: Builtin, _ items: [Term], _ span: Span) throws(EvaluationError) -> Term {
    func all(_ op: OpCode, from first: Term) throws(EvaluationError) -> Term {
      var result = first
      for item in items { result = try binary(op, result, item, span) }
      return result
    }
    switch builtin {
    case .sum: return try all(.add, from: .constant(0))
    case .count: return try all(.add, from: .constant(0))
    case .product: return try all(.multiply, from: .constant(1))
    case .any: return try all(.or, from: .constant(0))
    case .always: return try all(.and, from: .constant(1))
    case .min, .max:
      guard let first = items.first else { throw .emptyList("the \(builtin == .min ? "smallest" : "largest")", span) }
      var result = first
      for item in items.dropFirst() { result = try binary(builtin == .min ? .minimum : .maximum, result, item, span) }
      return result
    case .mean, .share:
      if items.isEmpty { throw .emptyList("the mean", span) }
      return try binary(.divide, all(.add, from: .constant(0)), .constant(Double(items.count)), span)
    default: throw .notInJourneys("`\(builtin.rawValue)`", span)
    }
  }

  func fold(_ builtin: Builtin, _ id: LocalID, _ source: TypedExpression, _ body: TypedExpression, _ e: TypedExpression, _ ctx: CodeContext) throws(EvaluationError) -> Term {
    let oldTerm = ctx.locals[id]
    let oldValue = ctx.env[id]
    defer {
      ctx.locals[id] = oldTerm
      ctx.env[id] = oldValue
    }
    var terms: [Term] = []
    try forEachElement(source, id, ctx) { () throws(EvaluationError) in
      terms.append(try self.numberTerm(body, ctx))
    }
    if builtin == .map { return .list(terms) }
    return try folded(builtin, terms, e.span)
  }

  /// Binds a local to each element in turn, known to the evaluator too where the element is.
  func forEachElement(_ source: TypedExpression, _ id: LocalID, _ ctx: CodeContext, _ body: () throws(EvaluationError) -> Void) throws(EvaluationError) {
    if try isStatic(source, ctx) {
      for value in try evaluator.elements(of: source, ctx.env) {
        ctx.env[id] = value
        ctx.locals[id] = try modelTerm(value, source.type.elementType, source.span)
        try body()
      }
      return
    }
    for item in try elements(try term(source, ctx), source.span) {
      ctx.env[id] = nil
      ctx.locals[id] = item
      try body()
    }
  }

  private func lawBuiltin(_ builtin: Builtin, _ terms: [Term], _ e: TypedExpression) throws(EvaluationError) -> Term {
    if builtin == .shift, terms.count == 2 { return .affineLaw(terms[0], shift: terms[1], factor: .constant(1)) }
    throw .notInJourneys("`\(builtin.rawValue)` of a law with parameters that change", e.span)
  }

  // MARK: Statistics now

  func statistic(_ base: TypedExpression, _ statistic: Statistic, _ e: TypedExpression, _ ctx: CodeContext) throws(EvaluationError) -> Term {
    if case .journey = base.type { return try journeyStatistic(base, statistic, e, ctx) }
    let reference = try reference(base, ctx)
    switch reference {
    case .value(.journey): return try journeyStatistic(base, statistic, e, ctx)
    default: return try read(thing(base, ctx), statistic, e.span, ctx)
    }
  }

  private func journeyStatistic(_ base: TypedExpression, _ statistic: Statistic, _ e: TypedExpression, _ ctx: CodeContext) throws(EvaluationError) -> Term {
    guard case .value(.journey(let path, let id)) = try reference(base, ctx), let instance = instanceIndex[path] else {
      throw .unexpected("a statistic of what isn't a journey", e.span)
    }
    let journey = model.journeys[Int(journeyNumber(JourneyKey(MemberKey(instance: instance, member: id))))]
    switch statistic {
    case .started: return load(journey.started)
    case .finished: return load(journey.finished)
    case .active: return load(journey.active)
    default: throw .notInJourneys("`\(statistic.rawValue)`", e.span)
    }
  }

  private func load(_ cell: Int32) -> Term {
    let r = emitter.register()
    emitter.emit(.loadCell, r, cell)
    tracker?.cells.insert(cell)
    return .register(r)
  }

  /// What a thing is when its name stands where a number is needed.
  func mainStatistic(_ reference: ThingReference, _ span: Span) throws(EvaluationError) -> Term {
    let statistic: Statistic
    switch things[reference.first].kind {
    case .counter: statistic = .count
    case .gauge, .stock, .flow: statistic = .value
    case .level: statistic = .level
    case .account: statistic = .balance
    case .pool: statistic = .held
    default: throw .notInJourneys("this thing as a number", span)
    }
    return try read(reference, statistic, span)
  }

  private func joined(_ reference: ThingReference, _ ctx: CodeContext?, _ span: Span) throws(EvaluationError) -> Term {
    guard let join = ctx?.frame?.joins.last(where: { reference.all.contains($0.batch) }) else {
      throw EvaluationError(
        "E0319", "nobody has joined `\(things[reference.first].name)` here", at: span, "this is known between the braces of its own `join`",
        hint: "take it along from there: `let n = \(things[reference.first].name).joined`")
    }
    return .slot(join.slot)
  }

  /// A statistic's value now, in real units.
  func read(_ reference: ThingReference, _ statistic: Statistic, _ span: Span, _ ctx: CodeContext? = nil) throws(EvaluationError) -> Term {
    let first = reference.first
    switch statistic {
    case .recent, .seen, .highest: return try window(reference, statistic, span)
    case .joined: return try joined(reference, ctx, span)
    case .utilisation:
      let isPool = things[first].kind == .pool
      let capacity = try read(reference, isPool ? .size : .servers, span)
      let busy = try read(reference, isPool ? .held : .busy, span)
      return try binary(.divide, busy, binary(.maximum, capacity, .constant(1), span), span)
    default: break
    }
    guard cellIndex(first, statistic) != nil else { throw .notInJourneys("`\(statistic.rawValue)`", span) }
    let r = emitter.register()
    try emit(.loadCell, r, 0, 0, operand: 1, reference, span) { self.cellIndex($0, statistic) ?? 0 }
    switch reference {
    case .one(let i): if let cell = cellIndex(i, statistic) { tracker?.cells.insert(cell) }
    case .picked(let all, _): for i in all { if let cell = cellIndex(i, statistic) { tracker?.cells.insert(cell) } }
    }
    // Capacities are kept in entities.
    if [.servers, .size].contains(statistic) || (statistic == .rate && things[first].kind == .station) {
      return try binary(.multiply, .register(r), .constant(weight), span)
    }
    return .register(r)
  }

  private func window(_ reference: ThingReference, _ statistic: Statistic, _ span: Span) throws(EvaluationError) -> Term {
    guard windowIndex[reference.first] != nil else {
      throw EvaluationError(
        "E0320", "`\(things[reference.first].name)` has no memory", at: span, "`\(statistic.rawValue)` looks back over a `window`",
        hint: "give it a `window:`, such as `window: 10 min`")
    }
    let op: OpCode = statistic == .recent ? .windowRecent : statistic == .seen ? .windowSeen : .windowHighest
    let r = emitter.register()
    try emit(op, r, 0, 0, operand: 1, reference, span) { self.windowIndex[$0] ?? 0 }
    let all: [Int] = if case .picked(let all, _) = reference { all } else { [reference.first] }
    for i in all {
      guard tracker != nil, let cell = seenCells[i] ?? cellIndex(i, .count) ?? cellIndex(i, .value) else { continue }
      tracker?.cells.insert(cell)
      // What is read changes as well when a value becomes too old.
      if let window = windowIndex[i], model.windows[Int(window)].ticks > 0 { model.windows[Int(window)].watched = cell }
    }
    // A measure's observations are entities', each of which stands for several.
    if statistic == .seen, things[reference.first].kind == .measure { return try binary(.multiply, .register(r), .constant(weight), span) }
    return .register(r)
  }

  // MARK: Functions

  func call(_ id: FunctionID, _ arguments: [TypedExpression], _ e: TypedExpression, _ ctx: CodeContext) throws(EvaluationError) -> Term {
    let function = program.functions[id.index]
    var terms: [Term] = []
    for argument in arguments { terms.append(try numberOrStructure(argument, ctx)) }
    if function.isRecursive { return try callRecursive(id, terms, e, ctx) }
    let inner = CodeContext(instance: ctx.instance, owner: Self.joined(ctx.owner, function.name), body: .function(id), locals: function.body.locals, frame: ctx.frame)
    inner.usesRegisters = true
    return try inline(function.body, function.parameters, terms, inner, e.span, arguments: arguments, caller: ctx)
  }

  private func numberOrStructure(_ e: TypedExpression, _ ctx: CodeContext) throws(EvaluationError) -> Term {
    try term(e, ctx)
  }

  func apply(_ f: TypedExpression, _ arguments: [TypedExpression], _ e: TypedExpression, _ ctx: CodeContext) throws(EvaluationError) -> Term {
    let function = try term(f, ctx)
    var terms: [Term] = []
    for argument in arguments { terms.append(try term(argument, ctx)) }
    if case .value(.curve(let curve)) = function, let time = terms.first { return try curveAt(curve, time, e.span) }
    return try apply(function, terms, e, ctx)
  }

  func apply(_ function: Term, _ terms: [Term], _ e: TypedExpression, _ ctx: CodeContext) throws(EvaluationError) -> Term {
    switch function {
    case .closure(let body, let parameters, let outer):
      let inner = CodeContext(instance: outer.instance, owner: outer.owner, body: outer.body, locals: outer.localTypes, frame: outer.frame)
      inner.usesRegisters = true
      inner.env = outer.env
      inner.locals = outer.locals
      return try inline(body, parameters, terms, inner, e.span)
    case .value(.function(.named(let id))):
      let function = program.functions[id.index]
      if function.isRecursive { return try callRecursive(id, terms, e, ctx) }
      let inner = CodeContext(instance: ctx.instance, owner: Self.joined(ctx.owner, function.name), body: .function(id), locals: function.body.locals, frame: ctx.frame)
      inner.usesRegisters = true
      return try inline(function.body, function.parameters, terms, inner, e.span)
    case .value(.function(.lambda(let body, let parameters, let captured))):
      let inner = CodeContext(instance: ctx.instance, owner: ctx.owner, body: ctx.body, locals: body.locals, frame: ctx.frame)
      inner.usesRegisters = true
      for (id, value) in captured { inner.locals[id] = try modelTerm(value, body.type(of: id), e.span) }
      return try inline(body, parameters, terms, inner, e.span)
    default: throw .notInJourneys("a call of this", e.span)
    }
  }

  /// A function's body in place of its call.
  private func inline(
    _ body: Body, _ parameters: [LocalID], _ terms: [Term], _ inner: CodeContext, _ span: Span, arguments: [TypedExpression] = [],
    caller: CodeContext? = nil
  ) throws(EvaluationError) -> Term {
    guard inlineDepth < 100 else { throw .notInJourneys("functions that call each other so deep", span) }
    inlineDepth += 1
    defer { inlineDepth -= 1 }
    for (i, parameter) in parameters.enumerated() {
      if i < terms.count {
        inner.locals[parameter] = terms[i]
        if i < arguments.count, let caller, try isStatic(arguments[i], caller) { inner.env[parameter] = try evaluator.evaluate(arguments[i], caller.env) }
      } else if parameter.index < body.locals.count, let value = body.locals[parameter.index].value {
        inner.locals[parameter] = try term(value, inner)
        if try isStatic(value, inner) { inner.env[parameter] = try evaluator.evaluate(value, inner.env) }
      }
    }
    if let expression = body.expression { return try term(expression, inner) }
    let end = emitter.label()
    inner.returns = ReturnTarget(label: end, places: [], usesRegisters: true, cleanupDepth: inner.frame?.cleanups.count ?? 0)
    for step in body.steps { try self.step(step, inner) }
    emitter.put(end)
    guard let result = inner.resultTerm else { return .nothing }
    return result
  }

  /// A call of a function that calls itself: its code stands once, its registers are saved by each call.
  private func callRecursive(_ id: FunctionID, _ terms: [Term], _ e: TypedExpression, _ ctx: CodeContext) throws(EvaluationError) -> Term {
    let function = program.functions[id.index]
    guard let resultShape = shape(function.result), size(of: resultShape) == 1 else {
      throw .notInJourneys("a recursive function that gives more than one number", e.span)
    }
    let code = try codeOf(id, function)
    var values: [Int32] = []
    for (i, parameter) in function.parameters.enumerated() {
      if i < terms.count {
        values.append(try register(terms[i], e.span))
      } else if let value = function.body.locals[parameter.index].value {
        values.append(try number(value, ctx))
      }
    }
    for (target, value) in zip(code.arguments, values) { emitter.emit(.move, target, value) }
    emitter.call(code.label, region: code.region)
    let r = emitter.register()
    emitter.emit(.move, r, code.result)
    return .register(r)
  }

  private func codeOf(_ id: FunctionID, _ function: Function) throws(EvaluationError) -> FunctionCode {
    if let known = functionCode[id] { return known }
    let passing = emitter.newRegion()
    let old = emitter.use(passing)
    let arguments = function.parameters.map { _ in emitter.register() }
    let result = emitter.register()
    _ = emitter.use(old)
    let code = FunctionCode(label: emitter.label(), region: emitter.newRegion(), arguments: arguments, result: result)
    functionCode[id] = code
    pending.append { [self] in attempt { () throws(EvaluationError) in try writeRecursive(id, function, code) } }
    return code
  }

  private func writeRecursive(_ id: FunctionID, _ function: Function, _ code: FunctionCode) throws(EvaluationError) {
    let old = emitter.use(code.region)
    defer { _ = emitter.use(old) }
    emitter.put(code.label)
    let ctx = CodeContext(instance: InstancePath(), owner: function.name, body: .function(id), locals: function.body.locals, frame: nil)
    ctx.usesRegisters = true
    for (parameter, argument) in zip(function.parameters, code.arguments) {
      let own = emitter.register()
      emitter.emit(.move, own, argument)
      ctx.locals[parameter] = .register(own)
    }
    let end = emitter.label()
    if let expression = function.body.expression {
      emitter.emit(.move, code.result, try number(expression, ctx))
    } else {
      ctx.returns = ReturnTarget(label: end, places: [code.result], usesRegisters: true, cleanupDepth: 0)
      ctx.resultTerm = .register(code.result)
      for step in function.body.steps { try self.step(step, ctx) }
    }
    emitter.put(end)
    emitter.emit(.returnFunction)
  }

  // MARK: Curves

  /// The value of a curve now. What is kept up to date by what it reads (a formula, a condition) reads a cell that changes
  /// with the curve's steps.
  func curveNow(_ given: CurveValue, _ span: Span) throws(EvaluationError) -> Term {
    let curve = try whole(given, span)
    guard tracker != nil else {
      let time = emitter.register()
      emitter.emit(.now, time)
      return try curveAt(curve, .register(time), span)
    }
    if curve.linear {
      throw EvaluationError(
        "E0316", "what depends on this changes in steps only", at: span, "this curve is linear", hint: "write `curve(steps)`")
    }
    if let known = curveCells[curve] { return load(known) }
    let compiled = try compile(curve, span)
    model.cells.append(Cell(path: "curve \(curveCells.count + 1)", initial: Self.value(of: compiled, at: 0), recording: .off))
    let cell = Int32(model.cells.count - 1)
    curveCells[curve] = cell
    steppedCells.append(SteppedCell(cell: cell, curve: compiled, name: "curve \(curveCells.count)"))
    return load(cell)
  }

  func curveAt(_ curve: CurveValue, _ time: Term, _ span: Span) throws(EvaluationError) -> Term {
    let r = emitter.register()
    emitter.emit(.curve, r, index(of: try compile(curve, span)), try register(time, span))
    return .register(r)
  }
}

extension Type {
  /// What a list's or table's elements are.
  var elementType: Type {
    switch self {
    case .list(let inner): inner
    case .table(let table): .row(table)
    case .range(let dimension): .quantity(dimension)
    default: .number
    }
  }
}

extension Body {
  func type(of id: LocalID) -> Type { id.index < locals.count ? locals[id.index].type : .number }
}
