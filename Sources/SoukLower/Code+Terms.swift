// Terms to registers and back: constants interned, slots loaded, values of the script made terms.

import SoukModel
import SoukSema
import SoukText

extension Lowering {
  /// A script value as a term of the model.
  func modelTerm(_ value: Value, _ type: Type, _ span: Span) throws(EvaluationError) -> Term {
    switch value {
    case .number(let x): return .constant(x)
    case .bool, .choice, .row, .text, .clock: return .constant(plainNumber(value))
    case .date:
      guard start != nil else { throw .needsStart(span) }
      return .constant(plainNumber(value))
    case .list(let items):
      var element = Type.number
      if case .list(let inner) = type { element = inner }
      var terms: [Term] = []
      for item in items { terms.append(try modelTerm(item, element, span)) }
      return .list(terms)
    case .record(let id, let fields):
      var terms: [Term] = []
      for (field, value) in zip(program.records[id.index].fields, fields) { terms.append(try modelTerm(value, field.type, span)) }
      return .record(terms)
    case .law(let law): return .value(.law(law))
    case .range(let low, let high, let step):
      return .list(try Evaluator.numbers(from: low, to: high, step: step ?? 1, span).map { .constant($0) })
    case .nothing: return .constant(.nan)
    case .host: throw .notInJourneys("a result of a run", span)
    default: return .value(value)
    }
  }

  /// The register that holds a term's number.
  func register(_ term: Term, _ span: Span) throws(EvaluationError) -> Int32 {
    switch term {
    case .constant(let x): return isWritten ? emitter.flag(x) : emitter.constant(x)
    case .register(let r): return r
    case .handle(let handle):
      emitter.noteCopy(of: handle)
      return try register(.slot(handle.slot), span)
    case .slot(let slot):
      if tracker == nil, let r = emitter.holder(of: slot) { return r }
      let r = emitter.register()
      emitter.emit(.loadSlot, r, slot)
      tracker?.readsFrame = true
      return r
    case .nothing: return emitter.constant(.nan)
    case .value(.instance(let path)):
      guard let i = thingIndex[path] else { throw .unexpected("a component stands where a number is needed", span) }
      return try register(mainStatistic(.one(i), span), span)
    case .picked(let paths, let row):
      let indices = paths.compactMap { thingIndex[$0] }
      guard indices.count == paths.count else { throw .unexpected("a component stands where a number is needed", span) }
      return try register(mainStatistic(.picked(indices, row: row), span), span)
    case .value(.curve(let curve)):
      return try register(curveNow(curve, span), span)
    case .list, .record, .law, .affineLaw, .closure, .value:
      throw .notInJourneys("this value", span)
    }
  }

  /// Constants that are met within stand in the script's own text, if these expressions do: jumps may be decided by them.
  func writing<T>(_ sides: TypedExpression?..., body: () throws(EvaluationError) -> T) throws(EvaluationError) -> T {
    let outer = isWritten
    isWritten = sides.contains { $0?.isWritten ?? false }
    defer { isWritten = outer }
    return try body()
  }

  /// The number of an expression, in a register.
  func number(_ e: TypedExpression, _ ctx: CodeContext) throws(EvaluationError) -> Int32 {
    try register(numberTerm(e, ctx), e.span)
  }

  /// The number of an expression; a law is drawn from.
  func numberTerm(_ e: TypedExpression, _ ctx: CodeContext) throws(EvaluationError) -> Term {
    let term = try term(e, ctx)
    switch term {
    case .value(.law), .law, .affineLaw: return try draw(term, e, ctx)
    default: return term
    }
  }

  /// Whether an expression's value is known now.
  func isStatic(_ e: TypedExpression, _ ctx: CodeContext) throws(EvaluationError) -> Bool {
    // In functions that serve all units the factor of a constant isn't known from its type.
    if ctx.usesRegisters, !e.type.isClosed { return false }
    if case .law = e.kind, !e.type.isClosed { return false }
    return try !readsLive(e, ctx.env)
  }

  // MARK: Ops on terms

  /// A slot that holds a constant is one, for decisions. Not for amounts, which could be refused as constants though a test that is
  /// decided by then keeps them out.
  func settled(_ term: Term) -> Term {
    if case .slot(let slot) = term, tracker == nil, let x = emitter.constant(in: slot) { return .constant(x) }
    return term
  }

  func binary(_ op: OpCode, _ a: Term, _ b: Term, _ span: Span) throws(EvaluationError) -> Term {
    if case .constant(let x) = a, case .constant(let y) = b {
      if let folded = Arithmetic.fold(op, x, y) { return .constant(folded) }
      if op == .divide || op == .modulo { throw .divisionByZero(span) }
    }
    if op.decides, case .constant(let x) = settled(a), case .constant(let y) = settled(b), let folded = Arithmetic.fold(op, x, y) { return .constant(folded) }
    switch (op, a, b) {
    case (.multiply, .constant(1), _): return .register(try register(b, span))
    case (.multiply, _, .constant(1)), (.divide, _, .constant(1)): return .register(try register(a, span))
    default: break
    }
    let x = try register(a, span)
    let y = try register(b, span)
    let r = emitter.register()
    emitter.emit(op, r, x, y)
    return .register(r)
  }

  func unary(_ op: OpCode, _ a: Term, _ span: Span) throws(EvaluationError) -> Term {
    if case .constant(let x) = op.decides ? settled(a) : a, let folded = Arithmetic.fold(op, x) { return .constant(folded) }
    let x = try register(a, span)
    let r = emitter.register()
    emitter.emit(op, r, x)
    return .register(r)
  }

  // MARK: Storing

  /// The numbers a term is made of, one a slot or register.
  func leaves(_ term: Term, _ span: Span) throws(EvaluationError) -> [Term] {
    switch term {
    case .record(let fields), .list(let fields):
      var all: [Term] = []
      for field in fields { all += try leaves(field, span) }
      return all
    default: return [term]
    }
  }

  /// The same term with its numbers in other places, in the order of `leaves`.
  func rebuilt(_ term: Term, _ places: inout ArraySlice<Term>) -> Term {
    switch term {
    case .record(let fields): .record(fields.map { rebuilt($0, &places) })
    case .list(let fields): .list(fields.map { rebuilt($0, &places) })
    default: places.popFirst() ?? term
    }
  }

  /// The shape of a type's values: a term with a placeholder for each number. Nil if it can't be in a frame.
  func shape(_ type: Type) -> Term? {
    switch type {
    case .quantity, .bool, .text, .date, .clock, .choice, .outcome, .row, .handle, .unknown: return .nothing
    case .optional(let inner): return shape(inner)
    case .record(let id):
      let fields = program.records[id.index].fields.map { shape($0.type) }
      return fields.contains { $0 == nil } ? nil : .record(fields.compactMap { $0 })
    default: return nil
    }
  }

  func size(of shape: Term) -> Int {
    if case .record(let fields) = shape { return fields.reduce(0) { $0 + size(of: $1) } }
    return 1
  }

  /// Whether a term can be bound to a name as it is: what it is made of doesn't change and outlives the step.
  func isLasting(_ term: Term) -> Bool {
    switch term {
    case .constant, .value, .handle, .nothing, .closure: true
    case .register, .slot: false
    case .list(let items), .record(let items): items.allSatisfy { isLasting($0) }
    case .law(_, let p): p.values.allSatisfy { isLasting($0) }
    case .affineLaw(let a, let b, let c): isLasting(a) && isLasting(b) && isLasting(c)
    case .picked(_, let row): isLasting(row)
    }
  }

  /// A term that outlives the step: its registers are stored in slots (in functions, kept in registers).
  func lasting(_ term: Term, _ ctx: CodeContext, _ span: Span, copySlots: Bool = true) throws(EvaluationError) -> Term {
    switch term {
    case .constant, .value, .handle, .nothing, .closure: return term
    case .slot where !copySlots: return term
    case .register, .slot: return try stored(term, ctx, span)
    case .list(let items):
      var all: [Term] = []
      for item in items { all.append(try lasting(item, ctx, span, copySlots: copySlots)) }
      return .list(all)
    case .record(let items):
      var all: [Term] = []
      for item in items { all.append(try lasting(item, ctx, span, copySlots: copySlots)) }
      return .record(all)
    case .law(let name, let p):
      var all: [String: Term] = [:]
      for key in p.keys.sorted() {
        if let value = p[key] { all[key] = try lasting(value, ctx, span, copySlots: copySlots) }
      }
      return .law(name, all)
    case .affineLaw(let a, let b, let c):
      return .affineLaw(
        try lasting(a, ctx, span, copySlots: copySlots), shift: try lasting(b, ctx, span, copySlots: copySlots),
        factor: try lasting(c, ctx, span, copySlots: copySlots))
    case .picked(let paths, let row): return .picked(paths, row: try lasting(row, ctx, span, copySlots: copySlots))
    }
  }

  /// A number's own slot or register, for a local.
  func stored(_ term: Term, _ ctx: CodeContext, _ span: Span) throws(EvaluationError) -> Term {
    let r = try register(term, span)
    if ctx.usesRegisters {
      let own = emitter.register()
      emitter.emit(.move, own, r)
      return .register(own)
    }
    guard let frame = ctx.frame else { return .register(r) }
    let slot = frame.slot()
    emitter.emit(.storeSlot, slot, r)
    return .slot(slot)
  }

  /// Assigns to a local that is in slots or registers.
  func assign(_ target: Term, _ value: Term, _ span: Span) throws(EvaluationError) {
    let places = try leaves(target, span)
    let parts = try leaves(value, span)
    guard places.count == parts.count else { throw .notInJourneys("an assignment of another shape", span) }
    var registers: [Int32] = []
    for part in parts { registers.append(try register(part, span)) }
    for (place, r) in zip(places, registers) {
      switch place {
      case .slot(let slot): emitter.emit(.storeSlot, slot, r)
      case .register(let own): if own != r { emitter.emit(.move, own, r) }
      default: throw .unexpected("an assignment to what isn't a variable", span)
      }
    }
  }

  // MARK: Columns

  /// A column of these numbers, shared by equal ones.
  func column(_ numbers: [Double]) -> Int32 {
    let key = ColumnKey(numbers: numbers.map(\.bitPattern))
    if let known = columnIndex[key] { return known }
    model.columns.append(numbers)
    columnIndex[key] = Int32(model.columns.count - 1)
    return Int32(model.columns.count - 1)
  }

  func message(_ text: String) -> Int32 {
    if let known = messageIndex[text] { return known }
    model.messages.append(text)
    messageIndex[text] = Int32(model.messages.count - 1)
    return Int32(model.messages.count - 1)
  }
}

extension OpCode {
  /// Whether its result is true or false.
  fileprivate var decides: Bool {
    switch self {
    case .less, .lessOrEqual, .equal, .notEqual, .and, .or, .not: true
    default: false
    }
  }
}

extension Type {
  /// Whether no dimension variable occurs: constants of this type have a known factor.
  var isClosed: Bool {
    switch self {
    case .quantity(let d), .curve(let d), .range(let d), .thing(_, let d): d.isClosed
    case .dist(let t), .list(let t), .optional(let t), .sample(let t), .signal(let t), .estimate(let t), .handle(let t), .array(let t, _):
      t.isClosed
    default: true
    }
  }
}
