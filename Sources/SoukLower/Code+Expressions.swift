// Expressions in journeys, conditions and formulas, by partial evaluation.

import SoukModel
import SoukSema
import SoukSyntax
import SoukText

extension Lowering {
  /// What an expression is here: evaluated where it is known, code where it isn't.
  func term(_ e: TypedExpression, _ ctx: CodeContext) throws(EvaluationError) -> Term {
    if e.type.isReference { return try reference(e, ctx) }
    if try isStatic(e, ctx) { return try modelTerm(try evaluator.evaluate(e, ctx.env), e.type, e.span) }
    switch e.kind {
    case .number(let x): return .constant(x)
    case .bool(let b): return .constant(b ? 1 : 0)
    case .choiceCase(let i): return .constant(Double(i))
    case .local(let id):
      guard let term = ctx.locals[id] else { throw .unexpected("the local `\(ctx.localName(id))` has no value", e.span) }
      return term
    case .member(let id):
      guard let instance = instanceIndex[ctx.instance] else { throw .unexpected("a member outside of its instance", e.span) }
      return try member(id, instance, e)
    case .access(let base, _, let id): return try access(base, id, e, ctx)
    case .statistic(let base, let statistic): return try self.statistic(base, statistic, e, ctx)
    case .field(let base, let i):
      guard case .record(let fields) = try term(base, ctx), i < fields.count else { throw .notInJourneys("this field", e.span) }
      return fields[i]
    case .column(let base, let i): return try columnTerm(base, i, e, ctx)
    case .row(let table, let key):
      if key.type == .text { throw .computedKey(program.tables[table.index].name, key.span) }
      return try term(key, ctx)
    case .convert(let key, 1): return try term(key, ctx)
    case .rowAs(let table, let part, let given):
      return try binary(.add, try term(given, ctx), .constant(Double(try evaluator.firstRow(of: part, in: table))), e.span)
    case .convert(let a, let factor):
      return try binary(.multiply, numberTerm(a, ctx), .constant(factor), e.span)
    case .element(let base, let row): return try element(base, row, e, ctx)
    case .now:
      let r = emitter.register()
      emitter.emit(.now, r)
      return .register(r)
    default: return try computed(e, ctx)
    }
  }

  private func computed(_ e: TypedExpression, _ ctx: CodeContext) throws(EvaluationError) -> Term {
    switch e.kind {
    case .arithmetic(let op, let a, let b): return try arithmetic(op, a, b, e, ctx)
    case .comparison(let op, let a, let b): return try comparison(op, a, b, e, ctx)
    case .and(let a, let b): return try logical(a, b, e, ctx, isAnd: true)
    case .or(let a, let b): return try logical(a, b, e, ctx, isAnd: false)
    case .not(let a): return try unary(.not, numberTerm(a, ctx), e.span)
    case .negate(let a):
      let inner = try term(a, ctx)
      if inner.isLaw { return .affineLaw(inner, shift: .constant(0), factor: .constant(-1)) }
      return try unary(.negate, inner, e.span)
    case .orDefault(let a, let b): return try orDefault(a, b, e, ctx)
    case .conditional(let c, let a, let b): return try conditional(c, a, b, e, ctx)
    case .list(let items):
      var terms: [Term] = []
      for item in items { terms.append(try held(numberOrTerm(item, ctx), e.span)) }
      return .list(terms)
    case .record(_, let fields):
      var terms: [Term] = []
      for field in fields { terms.append(try held(numberOrTerm(field, ctx), e.span)) }
      return .record(terms)
    case .law(let name, let arguments):
      if let known = try knownLaw(name, arguments, e, ctx) { return known }
      var p: [String: Term] = [:]
      for argument in arguments { p[argument.name] = try numberTerm(argument.value, ctx) }
      return .law(name, p)
    case .fold(let builtin, let id, let source, let body): return try fold(builtin, id, source, body, e, ctx)
    case .call(let id, let arguments): return try call(id, arguments, e, ctx)
    case .apply(let f, let arguments): return try apply(f, arguments, e, ctx)
    case .at(let function, let moment):
      guard case .value(.curve(let curve)) = try term(function, ctx) else { throw .notInJourneys("a value at another moment", e.span) }
      if case .now = moment.kind { return try curveNow(curve, e.span) }
      return try curveAt(curve, numberTerm(moment, ctx), e.span)
    case .within(let a, let tolerance, let b):
      let target = try numberTerm(b, ctx)
      var allowed = try numberTerm(tolerance, ctx)
      // A tolerance without a unit is a share of the target.
      if case .quantity(let d) = tolerance.type, d.isDimensionless { allowed = try binary(.multiply, allowed, unary(.absolute, target, e.span), e.span) }
      let difference = try unary(.absolute, binary(.subtract, numberTerm(a, ctx), target, e.span), e.span)
      return try binary(.lessOrEqual, difference, allowed, e.span)
    case .lambda(let body, let parameters): return .closure(body, parameters, ctx)
    case .builtin(let builtin, let arguments): return try self.builtin(builtin, arguments, e, ctx)
    case .actionCall(let base, let scope, let member, let arguments): return try callAction(base, scope, member, arguments, e, ctx)
    case .spawn(let target): return try spawn(target, e, ctx, keepsHandle: true)
    case .handleState(let handle, let state): return try handleState(handle, state, e, ctx)
    case .choose(let id, let source, let logit, let weight): return try chooseFrom(id, source, logit, weight, e, ctx)
    default: throw .notInJourneys("this", e.span)
    }
  }

  /// A term whose registers won't be overwritten by what is computed next.
  private func held(_ term: Term, _ span: Span) throws(EvaluationError) -> Term { term }

  private func numberOrTerm(_ e: TypedExpression, _ ctx: CodeContext) throws(EvaluationError) -> Term {
    let term = try term(e, ctx)
    return term.isLaw && !e.type.isLaw ? try draw(term, e, ctx) : term
  }

  /// A law whose parameters are known.
  private func knownLaw(_ name: LawName, _ arguments: [(name: String, value: TypedExpression)], _ e: TypedExpression, _ ctx: CodeContext) throws(EvaluationError) -> Term? {
    for argument in arguments where try !isStatic(argument.value, ctx) { return nil }
    guard case .law(let law) = try evaluator.evaluate(e, ctx.env) else { return nil }
    return .value(.law(law))
  }

  // MARK: Names

  /// A member's value: constant, read from a cell, or its formula afresh.
  func member(_ id: MemberID, _ instance: Int, _ e: TypedExpression) throws(EvaluationError) -> Term {
    switch try resolve(id, in: instance, at: e.span) {
    case .constant(let value): return try modelTerm(value, e.type, e.span)
    case .live(let binding): return try formula(binding)
    case .thing(let i): return .value(.instance(things[i].path))
    default: return .value(.instance(InstancePath(instances[instance].path.steps + [.member(id)])))
    }
  }

  /// The code of a formula that stands in an instance.
  func formula(_ binding: Binding) throws(EvaluationError) -> Term {
    let key = BodyKey.source(-1)
    guard formulaDepth < 200 else { throw .unexpected("formulas nest too deep", binding.expression.span) }
    formulaDepth += 1
    defer { formulaDepth -= 1 }
    let ctx = CodeContext(instance: binding.env.instance ?? InstancePath(), owner: "", body: key, locals: [], frame: nil)
    ctx.env = binding.env
    ctx.adoptStatics(self)
    return try term(binding.expression, ctx)
  }

  private func access(_ base: TypedExpression, _ id: MemberID, _ e: TypedExpression, _ ctx: CodeContext) throws(EvaluationError) -> Term {
    switch try reference(base, ctx) {
    case .value(.instance(let path)):
      guard let instance = instanceIndex[path] else { throw .unexpected("a member of what isn't a component", e.span) }
      return try member(id, instance, e)
    case .picked(let paths, let row):
      return try select(row, paths.count, e.span) { (i) throws(EvaluationError) -> Term in
        guard let instance = self.instanceIndex[paths[i]] else { throw .unexpected("a member of what isn't a component", e.span) }
        return try self.member(id, instance, e)
      }
    default: throw .unexpected("a member of what isn't a component", e.span)
    }
  }

  /// A thing, instance, array or journey by name; rows may be known only while running.
  func reference(_ e: TypedExpression, _ ctx: CodeContext) throws(EvaluationError) -> Term {
    switch e.kind {
    case .local(let id):
      if let term = ctx.locals[id] { return term }
      if let value = ctx.env[id] { return .value(value) }
    case .access(let base, _, let id):
      switch try reference(base, ctx) {
      case .value(.instance(let path)): return .value(try value(of: id, in: path, at: e.span))
      case .picked(let paths, let row):
        var inner: [InstancePath] = []
        for path in paths {
          guard case .instance(let p) = try value(of: id, in: path, at: e.span) else { throw .notInJourneys("this reference", e.span) }
          inner.append(p)
        }
        return .picked(inner, row: row)
      default: break
      }
    case .element(let base, let row):
      guard case .value(.instance(let path)) = try reference(base, ctx), case .array(_, let table) = base.type else { break }
      let rows = try rows(ofArray: path, at: base.span)
      switch try term(row, ctx) {
      case .constant(let x):
        var i = Int(x)
        if case .text = row.type, i < texts.count {
          let key = texts[i]
          i = -1
          for one in rows where try evaluator.rowKey(table, one) == key { i = one }
          if i < 0 { throw .noRow(key, table: program.tables[table.index].name, row.span) }
        }
        guard rows.contains(i) else { throw .indexOutOfRange(x, count: rows.count, row.span) }
        return .value(.instance(InstancePath(path.steps + [.row(i)])))
      case let running:
        if row.type == .text { throw .computedKey(program.tables[table.index].name, row.span) }
        return .picked(rows.map { InstancePath(path.steps + [.row($0)]) }, row: try position(of: running, among: rows, of: table, row.span))
      }
    case .conditional(let c, let a, let b):
      guard case .constant(let x) = try term(c, ctx) else { throw .notInJourneys("a choice between parts of a model", e.span) }
      return try reference(x != 0 ? a : b, ctx)
    case .journeyReference(let base, _, let id, _):
      guard let base else { return .value(.journey(ctx.instance, id)) }
      if case .value(.instance(let path)) = try reference(base, ctx) { return .value(.journey(path, id)) }
    default: break
    }
    return .value(try evaluator.evaluate(e, ctx.env))
  }

  /// Which of an array's elements a row known only while running has; the run stops at a row that has none.
  private func position(of row: Term, among rows: [Int], of table: TableID, _ span: Span) throws(EvaluationError) -> Term {
    let all = try evaluator.rows(table).count
    if rows == Array(0..<all) { return row }
    let positions = Dictionary(uniqueKeysWithValues: rows.enumerated().map { ($1, $0) })
    let place = try pick((0..<all).map { .constant(Double(positions[$0] ?? -1)) }, row, span)
    return rows.count == all ? place : try pick(rows.indices.map { .constant(Double($0)) }, place, span)
  }

  /// The thing (or things, one of which is picked) that an expression names.
  func thing(_ e: TypedExpression, _ ctx: CodeContext) throws(EvaluationError) -> ThingReference {
    switch try reference(e, ctx) {
    case .value(.instance(let path)):
      if let i = thingIndex[path] { return .one(i) }
    case .picked(let paths, let row):
      let indices = paths.compactMap { thingIndex[$0] }
      if indices.count == paths.count, !indices.isEmpty { return .picked(indices, row: row) }
    default: break
    }
    throw .unexpected("this isn't a thing of the kernel", e.span)
  }

  // MARK: Rows known only while running

  /// Code for each element of an array; the one whose row it is runs. The row's register must hold until then.
  func dispatch(_ row: Term, _ count: Int, _ span: Span, _ body: (Int) throws(EvaluationError) -> Void) throws(EvaluationError) {
    if case .constant(let x) = row { return try body(Int(x)) }
    let r = try register(row, span)
    let end = emitter.label()
    for i in 0..<count {
      let next = emitter.label()
      if i < count - 1 {
        let isThis = emitter.register()
        emitter.emit(.equal, isThis, r, emitter.flag(Double(i)))
        emitter.emit(.jumpIfZero, isThis, next.index)
      }
      try body(i)
      if i < count - 1 { emitter.jump(end) }
      emitter.put(next)
    }
    emitter.put(end)
  }

  /// The number that one of several pieces of code gives.
  func select(_ row: Term, _ count: Int, _ span: Span, _ body: (Int) throws(EvaluationError) -> Term) throws(EvaluationError) -> Term {
    if case .constant(let x) = row { return try body(Int(x)) }
    let result = emitter.register()
    try dispatch(row, count, span) { (i) throws(EvaluationError) in
      let term = try body(i)
      self.emitter.emit(.move, result, try self.register(term, span))
    }
    return .register(result)
  }

  /// Emits an op one of whose operands is the thing's index (of whatever kind `index` gives); `operand` says which.
  func emit(
    _ code: OpCode, _ a: Int32, _ b: Int32, _ c: Int32, operand: Int, _ reference: ThingReference, _ span: Span, _ index: (Int) -> Int32
  ) throws(EvaluationError) {
    var operands = [a, b, c]
    switch reference {
    case .one(let i): operands[operand] = index(i)
    case .picked(let all, let row):
      let first = index(all[0])
      let stride = all.count > 1 ? index(all[1]) - first : 1
      for (k, i) in all.enumerated() where index(i) != first + Int32(k) * stride {
        throw .unexpected("the elements of an array aren't laid out side by side", span)
      }
      operands[operand] = first
      let offset = try register(binary(.multiply, row, .constant(Double(stride)), span), span)
      emitter.emit(.offset, Int32(operand), offset)
    }
    emitter.emit(code, operands[0], operands[1], operands[2])
  }

  private func columnTerm(_ base: TypedExpression, _ i: Int, _ e: TypedExpression, _ ctx: CodeContext) throws(EvaluationError) -> Term {
    guard case .row(let table) = base.type else { throw .notInJourneys("this column", e.span) }
    let rows = try evaluator.rows(table)
    let type = program.tables[table.index].columns[i].type
    var terms: [Term] = []
    for row in rows { terms.append(try modelTerm(row[i], type, e.span)) }
    switch try term(base, ctx) {
    case .constant(let x): return terms[Int(x)]
    case let running: return try pick(terms, running, e.span)
    }
  }

  /// One of several known terms by an index known only while running.
  func pick(_ terms: [Term], _ index: Term, _ span: Span) throws(EvaluationError) -> Term {
    let numbers: [Double] = terms.compactMap { if case .constant(let x) = $0 { x } else { nil } }
    if numbers.count == terms.count {
      let r = emitter.register()
      emitter.emit(.column, r, column(numbers), try register(index, span))
      return .register(r)
    }
    if case .record(let fields)? = terms.first {
      var parts: [Term] = []
      for k in fields.indices {
        let each: [Term] = terms.compactMap { if case .record(let f) = $0 { f[k] } else { nil } }
        parts.append(try pick(each, index, span))
      }
      return .record(parts)
    }
    return try select(index, terms.count, span) { (i) throws(EvaluationError) in terms[i] }
  }

  private func element(_ base: TypedExpression, _ row: TypedExpression, _ e: TypedExpression, _ ctx: CodeContext) throws(EvaluationError) -> Term {
    let items = try elements(try term(base, ctx), base.span)
    switch try numberTerm(row, ctx) {
    case .constant(let x):
      guard x >= 0, x < Double(items.count), x == x.rounded() else { throw .indexOutOfRange(x, count: items.count, e.span) }
      return items[Int(x)]
    case let running: return try pick(items, running, e.span)
    }
  }

  /// What a `for`, fold or `choose … in` goes through.
  func elements(_ source: Term, _ span: Span) throws(EvaluationError) -> [Term] {
    switch source {
    case .list(let items): return items
    case .value(.table(let table)): return try evaluator.ownRows(table).map { .constant(Double($0)) }
    default: throw .notInJourneys("a list of unknown length", span)
    }
  }

  // MARK: Operators

  private static let ops: [BinaryOperator: OpCode] = [
    .add: .add, .subtract: .subtract, .multiply: .multiply, .divide: .divide, .power: .power, .modulo: .modulo,
  ]

  private func arithmetic(_ op: BinaryOperator, _ a: TypedExpression, _ b: TypedExpression, _ e: TypedExpression, _ ctx: CodeContext) throws(EvaluationError) -> Term {
    let x = try term(a, ctx)
    let y = try term(b, ctx)
    if op == .contains { return try contains(x, y, e.span) }
    if x.isLaw || y.isLaw, e.type.isLaw { return try lawArithmetic(op, x, y, e.span) }
    let left = x.isLaw ? try draw(x, a, ctx) : x
    let right = y.isLaw ? try draw(y, b, ctx) : y
    guard var code = Self.ops[op] else { throw .unexpected("no such operator", e.span) }
    if !right.isConstant, stopsAtZero(ctx) {
      if code == .divide { code = .divideNonzero }
      if code == .modulo { code = .moduloNonzero }
    }
    return try binary(code, left, right, e.span)
  }

  /// A step that divides by zero stops the run. A formula that is kept up to date doesn't: its quotient is no number until the
  /// divisor is another one (a share of nothing at the start, say), and who uses it meets that there.
  private func stopsAtZero(_ ctx: CodeContext) -> Bool { ctx.frame != nil && tracker == nil && formulaDepth == 0 }

  private func contains(_ source: Term, _ item: Term, _ span: Span) throws(EvaluationError) -> Term {
    var found = Term.constant(0)
    for element in try elements(source, span) { found = try binary(.or, found, binary(.equal, element, item, span), span) }
    return found
  }

  private func lawArithmetic(_ op: BinaryOperator, _ x: Term, _ y: Term, _ span: Span) throws(EvaluationError) -> Term {
    switch (op, x.isLaw, y.isLaw) {
    case (.add, true, false): return .affineLaw(x, shift: y, factor: .constant(1))
    case (.add, false, true): return .affineLaw(y, shift: x, factor: .constant(1))
    case (.subtract, true, false): return .affineLaw(x, shift: try unary(.negate, y, span), factor: .constant(1))
    case (.subtract, false, true): return .affineLaw(y, shift: x, factor: .constant(-1))
    case (.multiply, true, false): return .affineLaw(x, shift: .constant(0), factor: y)
    case (.multiply, false, true): return .affineLaw(y, shift: .constant(0), factor: x)
    case (.divide, true, false): return .affineLaw(x, shift: .constant(0), factor: try binary(.divide, .constant(1), y, span))
    default: throw .notInJourneys("this combination of laws", span)
    }
  }

  private func comparison(_ op: BinaryOperator, _ a: TypedExpression, _ b: TypedExpression, _ e: TypedExpression, _ ctx: CodeContext) throws(EvaluationError) -> Term {
    let x = try numberTerm(a, ctx)
    let y = try numberTerm(b, ctx)
    let (left, right) = try (leaves(x, e.span), leaves(y, e.span))
    if left.count > 1 || right.count > 1 {
      guard left.count == right.count else { return .constant(op == .equal ? 0 : 1) }
      var same = Term.constant(1)
      for (p, q) in zip(left, right) { same = try binary(.and, same, binary(.equal, p, q, e.span), e.span) }
      return op == .equal ? same : try unary(.not, same, e.span)
    }
    return try writing(a, b) { () throws(EvaluationError) in try self.compared(op, x, y, e) }
  }

  private func compared(_ op: BinaryOperator, _ x: Term, _ y: Term, _ e: TypedExpression) throws(EvaluationError) -> Term {
    switch op {
    case .less: return try binary(.less, x, y, e.span)
    case .lessOrEqual: return try binary(.lessOrEqual, x, y, e.span)
    case .greater: return try binary(.less, y, x, e.span)
    case .greaterOrEqual: return try binary(.lessOrEqual, y, x, e.span)
    case .equal: return try binary(.equal, x, y, e.span)
    default: return try binary(.notEqual, x, y, e.span)
    }
  }

  /// The right side is evaluated only if the left doesn't decide: it may divide by what the left has looked at.
  private func logical(_ a: TypedExpression, _ b: TypedExpression, _ e: TypedExpression, _ ctx: CodeContext, isAnd: Bool) throws(EvaluationError) -> Term {
    let x = settled(try numberTerm(a, ctx))
    if case .constant(let known) = x { return (known != 0) == isAnd ? try numberTerm(b, ctx) : .constant(isAnd ? 0 : 1) }
    if b.isSimple { return try binary(isAnd ? .and : .or, x, numberTerm(b, ctx), e.span) }
    let result = emitter.register()
    emitter.emit(.move, result, try register(x, e.span))
    let end = emitter.label()
    emitter.emit(isAnd ? .jumpIfZero : .jumpUnlessZero, result, end.index)
    emitter.emit(.move, result, try register(numberTerm(b, ctx), e.span))
    emitter.put(end)
    return .register(result)
  }

  private func orDefault(_ a: TypedExpression, _ b: TypedExpression, _ e: TypedExpression, _ ctx: CodeContext) throws(EvaluationError) -> Term {
    switch try numberTerm(a, ctx) {
    case .constant(let x): return x.isNaN ? try term(b, ctx) : .constant(x)
    case .nothing: return try term(b, ctx)
    case let running: return try binary(.orDefault, running, numberTerm(b, ctx), e.span)
    }
  }

  private func conditional(_ c: TypedExpression, _ a: TypedExpression, _ b: TypedExpression, _ e: TypedExpression, _ ctx: CodeContext) throws(EvaluationError) -> Term {
    let condition = try numberTerm(c, ctx)
    if case .constant(let x) = condition { return try term(x != 0 ? a : b, ctx) }
    let test = try register(condition, c.span)
    let otherwise = emitter.label()
    let end = emitter.label()
    emitter.emit(.jumpIfZero, test, otherwise.index)
    let first = try term(a, ctx)
    let parts = try leaves(first, e.span)
    var results: [Int32] = []
    for part in parts {
      let value = try writing(a) { () throws(EvaluationError) in try self.register(part, e.span) }
      let r = emitter.register()
      emitter.emit(.move, r, value)
      results.append(r)
    }
    emitter.jump(end)
    emitter.put(otherwise)
    let second = try leaves(try term(b, ctx), e.span)
    guard second.count == parts.count else { throw .notInJourneys("a choice between values of different shape", e.span) }
    for (part, r) in zip(second, results) {
      emitter.emit(.move, r, try writing(b) { () throws(EvaluationError) in try self.register(part, e.span) })
    }
    emitter.put(end)
    var places = results.map { Term.register($0) }[...]
    return rebuilt(first, &places)
  }

  /// Jumps to `label` when the condition holds, if it is a comparison of which there is a jump; false (and no code) if not.
  func jumpIfCompared(_ e: TypedExpression, _ ctx: CodeContext, to label: CodeLabel) throws(EvaluationError) -> Bool {
    guard case .comparison(let op, let a, let b) = e.kind, try !isStatic(e, ctx) else { return false }
    let code: OpCode
    switch op {
    case .less, .greater: code = .jumpIfLess
    case .lessOrEqual, .greaterOrEqual: code = .jumpIfLessOrEqual
    default: return false
    }
    let left = try numberTerm(a, ctx)
    let x = try writing(a) { () throws(EvaluationError) in try self.register(left, a.span) }
    let right = try numberTerm(b, ctx)
    let y = try writing(b) { () throws(EvaluationError) in try self.register(right, b.span) }
    let isSwapped = op == .greater || op == .greaterOrEqual
    emitter.emit(code, isSwapped ? y : x, isSwapped ? x : y, label.index)
    return true
  }

  /// Jumps to `label` when the condition doesn't hold.
  func jumpUnless(_ e: TypedExpression, _ ctx: CodeContext, to label: CodeLabel) throws(EvaluationError) {
    if try !isStatic(e, ctx) {
      switch e.kind {
      case .not(let inner):
        if try jumpIfCompared(inner, ctx, to: label) { return }
        let term = settled(try numberTerm(inner, ctx))
        if case .constant(let x) = term { return x != 0 ? emitter.jump(label) : () }
        return emitter.emit(.jumpUnlessZero, try register(term, e.span), label.index)
      case .and(let a, let b):
        try jumpUnless(a, ctx, to: label)
        return try jumpUnless(b, ctx, to: label)
      default: break
      }
    }
    let term = settled(try numberTerm(e, ctx))
    if case .constant(let x) = term { return x == 0 ? emitter.jump(label) : () }
    emitter.emit(.jumpIfZero, try register(term, e.span), label.index)
  }
}

extension Term {
  var isConstant: Bool { if case .constant = self { true } else { false } }

  var isLaw: Bool {
    switch self {
    case .value(.law), .law, .affineLaw: true
    default: false
    }
  }
}

extension Type {
  var isLaw: Bool {
    if case .dist = self { return true }
    return false
  }
}

extension TypedExpression {
  /// Cheap and without a trap: may be evaluated though its value isn't needed.
  var isSimple: Bool {
    switch kind {
    case .number, .bool, .local, .member, .choiceCase, .statistic, .now, .access: true
    case .comparison(_, let a, let b), .and(let a, let b), .or(let a, let b): a.isSimple && b.isSimple
    case .not(let a): a.isSimple
    default: false
    }
  }
}

extension CodeContext {
  func localName(_ id: LocalID) -> String { id.index < localTypes.count ? localTypes[id.index].name : "#\(id.index)" }

  /// Makes the locals that the environment knows available as terms.
  func adoptStatics(_ lowering: Lowering) {
    for (i, value) in env.locals.enumerated() {
      guard let value, locals[LocalID(i)] == nil else { continue }
      switch value {
      case .row, .bool, .choice, .text, .clock: locals[LocalID(i)] = .constant(lowering.plainNumber(value))
      case .number: break
      default: locals[LocalID(i)] = .value(value)
      }
    }
  }
}
