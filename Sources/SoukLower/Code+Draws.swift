// Draws: which stream, and which of the entity's draws from it. A stream is named by the path of what draws: the `let`
// that is bound to it (`buy.basket`), else the kind of draw counted in the order of the text (`buy.choose 1`); an inlined
// action keeps its own path. Streams that one journey passes once have the fixed index 0; others count in a frame slot.

import SoukModel
import SoukSema
import SoukText

extension Lowering {
  /// A draw from a law, as a number.
  func draw(_ law: Term, _ e: TypedExpression, _ ctx: CodeContext) throws(EvaluationError) -> Term {
    switch law {
    case .value(.law(let value)):
      let index = laws.add(value, factor: 1) { self.plainNumber($0) }
      return try drawn(index, e, ctx)
    case .law(let name, let p): return try drawDynamic(name, p, e, ctx)
    case .affineLaw(let inner, let shift, let factor):
      let x = try draw(inner, e, ctx)
      return try binary(.add, shift, binary(.multiply, factor, x, e.span), e.span)
    case .constant, .register, .slot: return law
    default: throw .notInJourneys("a draw from this", e.span)
    }
  }

  private func drawn(_ law: Int32, _ e: TypedExpression, _ ctx: CodeContext) throws(EvaluationError) -> Term {
    let site = try drawSite(streamName(e.span, ctx), ctx, e.span)
    let r = emitter.register()
    emitter.emit(.draw, r, law, site)
    return .register(r)
  }

  private func drawDynamic(_ name: LawName, _ p: [String: Term], _ e: TypedExpression, _ ctx: CodeContext) throws(EvaluationError) -> Term {
    var algebra = EmittingAlgebra(lowering: self, span: e.span)
    let parameters = LawFormulas.parameters(name, p, &algebra)
    if let error = algebra.error { throw error }
    guard let (kind, terms) = parameters else {
      throw .notInJourneys("`\(name.rawValue)` in this form, with parameters that change,", e.span)
    }
    if kind == .bernoulli, case .constant(let chance)? = terms.first, chance >= 0, chance <= 1 {
      // What never or always happens needs no draw.
      if chance == 0 || chance == 1 { return .constant(chance) }
      return try drawn(laws.index(of: Law(.bernoulli, chance)), e, ctx)
    }
    var values: [Int32] = []
    for term in terms { values.append(try register(term, e.span)) }
    // A law has up to four parameters; what lies in the registers of those that this one hasn't doesn't matter.
    let first = emitter.registers(4)
    for (i, value) in values.enumerated() { emitter.emit(.move, first + Int32(i), value) }
    let site = try drawSite(streamName(e.span, ctx), ctx, e.span)
    let r = emitter.register()
    emitter.drawDynamic(into: r, kind: kind, first: first, site: site)
    return .register(r)
  }

  /// A site for a stream; `group`: streams that share one count of the entity's draws.
  func drawSite(_ name: String, _ ctx: CodeContext, _ span: Span, group: String? = nil) throws(EvaluationError) -> Int32 {
    guard let frame = ctx.frame else { throw .notInJourneys("a draw", span) }
    if tracker != nil { throw .notInJourneys("a draw in a condition", span) }
    model.drawSites.append(DrawSite(stream: stream(name), index: 0, counter: -1))
    let site = model.drawSites.count - 1
    let key = group ?? name
    frame.sites[key, default: []].append(site)
    if frame.loopDepth > 0 { frame.loopedGroups.insert(key) }
    return Int32(site)
  }

  /// Gives a counter to streams that an entity of this journey may draw from more than once.
  func finishDraws(_ frame: FrameState) {
    for key in frame.sites.keys.sorted() {
      let sites = frame.sites[key] ?? []
      let streams = Set(sites.map { model.drawSites[$0].stream })
      if !frame.loopedGroups.contains(key), streams.count == sites.count { continue }
      let slot = frame.dedicatedSlot()
      for site in sites { model.drawSites[site].counter = slot }
    }
  }

  // MARK: Names

  /// The path of the stream that the draw at `span` uses.
  func streamName(_ span: Span, _ ctx: CodeContext) -> String {
    if drawNames[ctx.body] == nil { drawNames[ctx.body] = namesOfDraws(ctx.body) }
    let name = drawNames[ctx.body]?[span] ?? "draw at \(span.lower)"
    return Self.joined(ctx.owner, name)
  }

  private func namesOfDraws(_ key: BodyKey) -> [Span: String] {
    var naming = DrawNaming(lowering: self)
    switch key {
    case .member(let scope, let member):
      switch program.scopes[scope.index].members[member.index].kind {
      case .journey(let journey): naming.visit(journey.body)
      case .action(let action): naming.visit(action.body)
      default: break
      }
    case .process(let scope, let i):
      naming.visit(program.scopes[scope.index].processes[i].body)
    case .function(let id): naming.visit(program.functions[id.index].body)
    case .source(let i):
      if i >= 0, let journey = things[i].thing.field("journey") { naming.visit(journey, letName: nil) }
    }
    return naming.names
  }

  /// Names the draws in a source's arguments, wherever these were written.
  func nameDraws(in arguments: [TypedExpression], of key: BodyKey) {
    var naming = DrawNaming(lowering: self)
    for argument in arguments { naming.visit(argument, letName: nil) }
    drawNames[key] = naming.names
  }

  // MARK: Choices

  /// `choose x in list weight e` (or `logit e`): one of the elements.
  func chooseFrom(_ id: LocalID, _ source: TypedExpression, _ logit: Bool, _ weight: TypedExpression, _ e: TypedExpression, _ ctx: CodeContext) throws(EvaluationError) -> Term {
    var weights: [Term] = []
    var items: [Term] = []
    try forEachElement(source, id, ctx) { () throws(EvaluationError) in
      items.append(ctx.locals[id] ?? .nothing)
      weights.append(try self.numberTerm(weight, ctx))
    }
    ctx.env[id] = nil
    if items.isEmpty { throw .emptyList("a choice", source.span) }
    if logit { weights = try exponentials(weights, e.span) }
    let index = try drawIndex(weights, e, ctx)
    if case .value(.table) = try term(source, ctx) { return index }
    return try pick(items, index, e.span)
  }

  /// Weights of a logit choice, e^(u − max u): the largest is 1, so nothing overflows.
  private func exponentials(_ utilities: [Term], _ span: Span) throws(EvaluationError) -> [Term] {
    let largest = try folded(.max, utilities, span)
    var weights: [Term] = []
    for u in utilities { weights.append(try unary(.exponential, binary(.subtract, u, largest, span), span)) }
    return weights
  }

  /// The index drawn with these weights.
  func drawIndex(_ weights: [Term], _ e: TypedExpression, _ ctx: CodeContext) throws(EvaluationError) -> Term {
    let known: [Double] = weights.compactMap { if case .constant(let x) = $0 { x } else { nil } }
    if known.count == weights.count {
      try evaluator.checkWeights(known, e.span)
      let law = LawValue.weighted(chances: known, values: known.indices.map { .number(Double($0)) })
      return try draw(.value(.law(law)), e, ctx)
    }
    var values: [Int32] = []
    for weight in weights { values.append(try register(weight, e.span)) }
    let first = emitter.registers(values.count)
    for (i, value) in values.enumerated() { emitter.emit(.move, first + Int32(i), value) }
    let site = try drawSite(streamName(e.span, ctx), ctx, e.span)
    let r = emitter.register()
    emitter.emit(.drawWeighted, r, first, site)
    emitter.emit(.extra, Int32(values.count))
    return .register(r)
  }
}

/// The names of a body's draws, in the order of the text.
private struct DrawNaming {
  let lowering: Lowering
  var names: [Span: String] = [:]
  var counts: [String: Int] = [:]

  init(lowering: Lowering) { self.lowering = lowering }

  mutating func visit(_ body: Body) {
    if let expression = body.expression { visit(expression, letName: nil) }
    visit(body.steps, body)
  }

  private mutating func visit(_ steps: [TypedStep], _ body: Body) {
    for step in steps {
      var letName: String?
      if case .binding(let id, _) = step.kind, id.index < body.locals.count { letName = body.locals[id.index].name }
      if case .choose = step.kind { name(step.span, "choose", isLet: false) }
      for e in step.expressions { visit(e, letName: letName) }
      // A law where a number is needed is drawn from on the spot.
      switch step.kind {
      case .wait(let e): drawnOnTheSpot(e, "wait")
      case .use(_, let d, let clauses):
        if let d { drawnOnTheSpot(d, "for") }
        if let patience = clauses.patience { drawnOnTheSpot(patience, "patience") }
      case .take(_, _, let clauses), .seize(_, _, let clauses), .hold(_, _, let clauses, _), .await(_, let clauses), .join(_, let clauses, _),
        .put(_, _, let clauses):
        if let patience = clauses.patience { drawnOnTheSpot(patience, "patience") }
      default: break
      }
      for inner in step.bodies { visit(inner, body) }
    }
  }

  private mutating func drawnOnTheSpot(_ e: TypedExpression, _ word: String) {
    if e.type.isLaw { name(e.span, word, isLet: false) }
  }

  mutating func visit(_ e: TypedExpression, letName: String?) {
    for child in e.children { visit(child, letName: letName) }
    var word: String?
    switch e.kind {
    case .builtin(.sample, _): word = "sample"
    case .builtin(.happens, _): word = "happens"
    case .choose: word = "choose"
    case .spawn: word = "spawn"
    default: break
    }
    if let word { name(e.span, word == "spawn" ? word : letName ?? word, isLet: letName != nil && word != "spawn") }
  }

  private mutating func name(_ span: Span, _ word: String, isLet: Bool) {
    guard names[span] == nil else { return }
    let count = counts[word, default: 0] + 1
    counts[word] = count
    names[span] = isLet && count == 1 ? word : "\(word) \(count)"
  }
}

/// Formulas of laws as ops.
private struct EmittingAlgebra: NumberAlgebra {
  let lowering: Lowering
  let span: Span
  var error: EvaluationError?

  init(lowering: Lowering, span: Span) {
    self.lowering = lowering
    self.span = span
  }

  mutating func constant(_ x: Double) -> Term { .constant(x) }

  mutating func unary(_ op: OpCode, _ a: Term) -> Term {
    do throws(EvaluationError) { return try lowering.unary(op, a, span) } catch {
      self.error = error
      return .constant(.nan)
    }
  }

  mutating func binary(_ op: OpCode, _ a: Term, _ b: Term) -> Term {
    do throws(EvaluationError) { return try lowering.binary(op, a, b, span) } catch {
      self.error = error
      return .constant(.nan)
    }
  }
}
