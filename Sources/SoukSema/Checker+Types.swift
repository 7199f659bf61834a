// Types as written to types, types told to people, and where one type is accepted for another.

internal import SoukSyntax
internal import SoukText
internal import SoukUnits

extension Checker {
  /// The type that a type expression means.
  mutating func type(_ tree: TypeExpression) -> Type {
    switch tree.kind {
    case .missing: return .unknown
    case .optional(let inner): return .optional(type(inner))
    case .component(let name):
      guard let entry = visible[module][name.text], case .scope(let id) = entry.symbol, program.scopes[id.index].isComponent else {
        report(.unknownName(name.text, name.span, what: "component", suggestions: closest(name.text, componentNames())))
        return .unknown
      }
      return .instance(id)
    case .applied(let name, let arguments): return applied(name, arguments.map { type($0) }, tree.span)
    case .unit(let unit): return namedType(unit)
    }
  }

  private mutating func applied(_ name: Name, _ arguments: [Type], _ span: Span) -> Type {
    func dimension(_ index: Int) -> Dimension? {
      if case .quantity(let d) = arguments[index] { return d }
      return arguments[index] == .unknown ? .dimensionless : nil
    }
    switch (name.text, arguments.count) {
    case ("Dist", 1): return .dist(arguments[0])
    case ("List", 1):
      if case .row(let table) = arguments[0] { rowLists.insert(table) }
      return .list(arguments[0])
    case ("Range", 1): if let d = dimension(0) { return .range(d) }
    case ("Curve", 1): if let d = dimension(0) { return .curve(d) }
    case ("Sample", 1): return .sample(arguments[0])
    case ("Signal", 1): return .signal(arguments[0])
    case ("Estimate", 1): return .estimate(arguments[0])
    case ("Journey", _): return .journey(arguments)
    default: break
    }
    report(.badDeclaration("there is no type `\(name.text)` of \(arguments.count) types", span, hint: "types that take a type are `Dist<Time>`, `List<CNY>`, `Range<Count>`, `Curve<payment/s>`, `Journey<Visit>`"))
    return .unknown
  }

  private mutating func namedType(_ unit: UnitText) -> Type {
    switch unit.text {
    case "Bool": return .bool
    case "Text": return .text
    case "Date": return .date
    case "Clock": return .clock
    case "Journey": return .journey([])
    case "Calendar": return .calendar
    default: break
    }
    if let entry = visible[module][unit.text] {
      switch entry.symbol {
      case .record(let id): return .record(id)
      case .choice(let id): return .choice(id)
      case .table(let id): return .row(id)
      default: break
      }
    }
    return dimension(unit.text.hasPrefix("1/") ? String(unit.text.dropFirst()) : unit.text, unit.span).map { .quantity($0) } ?? .unknown
  }

  /// The dimension that a unit text means in a type or an `of:`, where a single capital and `Money` are unit variables of the
  /// component; nil, and reported, if there is none.
  mutating func dimension(_ text: String, _ span: Span) -> Dimension? {
    var known = scope.map { scopeVariables[$0.index] } ?? [:]
    let result = program.units.parseDimension(text) { name in
      guard name == "Money" || (name.count == 1 && name.first?.isUppercase == true && name.first?.isLetter == true) else { return nil }
      if let variable = known[name] { return variable }
      let fresh = solver.fresh()
      if name == "Money" { currencies.append(OpenCurrency(dimension: fresh, span: span)) }
      known[name] = fresh
      return fresh
    }
    if let scope { scopeVariables[scope.index] = known }
    switch result {
    case .success(let dimension): return dimension
    case .failure(let problem):
      report(.badUnit(problem, span))
      return nil
    }
  }

  func componentNames() -> [String] { program.scopes.filter(\.isComponent).map(\.name) }

  // MARK: Resolving

  /// The type with what is known about its dimension variables put in.
  func resolved(_ type: Type) -> Type {
    switch type {
    case .quantity(let d): .quantity(solver.resolve(d))
    case .curve(let d): .curve(solver.resolve(d))
    case .range(let d): .range(solver.resolve(d))
    case .thing(let kind, let d): .thing(kind, solver.resolve(d))
    case .dist(let t): .dist(resolved(t))
    case .list(let t): .list(resolved(t))
    case .optional(let t): .optional(resolved(t))
    case .sample(let t): .sample(resolved(t))
    case .signal(let t): .signal(resolved(t))
    case .estimate(let t): .estimate(resolved(t))
    case .resultOf(let t): .resultOf(resolved(t))
    case .array(let t, let table): .array(resolved(t), table)
    case .handle(let t): .handle(resolved(t))
    case .journey(let ts): .journey(ts.map { resolved($0) })
    case .function(let ps, let r): .function(ps.map { resolved($0) }, resolved(r))
    default: type
    }
  }

  func resolvedTree(_ e: TypedExpression) -> TypedExpression {
    var out = e
    out.type = resolved(e.type)
    return out
  }

  // MARK: Words

  func describe(_ type: Type) -> String { program.words(for: resolved(type)) { solver.describe($0) } }

  private func words(journey parameters: [Type]) -> String {
    parameters.isEmpty ? "a journey without parameters" : "a journey with \(parameters.map { describe($0) }.joined(separator: " and "))"
  }

  // MARK: Fitting

  /// Whether `from` is accepted where `to` is wanted; unifies dimensions on the way.
  mutating func fits(_ from: Type, _ to: Type) -> Bool {
    switch (from, to) {
    case (.unknown, _), (_, .unknown): return true
    case (.quantity(let a), .quantity(let b)), (.curve(let a), .curve(let b)), (.range(let a), .range(let b)): return solver.unify(a, b)
    case (.thing(let k, let a), .thing(let l, let b)): return k == l && solver.unify(a, b)
    case (.dist(let a), .dist(let b)), (.list(let a), .list(let b)), (.sample(let a), .sample(let b)), (.signal(let a), .signal(let b)),
      (.estimate(let a), .estimate(let b)), (.optional(let a), .optional(let b)), (.handle(let a), .handle(let b)):
      return fits(a, b)
    case (_, .optional(let b)): return fits(from, b)
    case (.journey(let a), .journey(let b)): return a.count == b.count && zip(a, b).allSatisfy { fits($0, $1) }
    case (.function(let a, let r), .function(let b, let s)): return a.count == b.count && zip(a, b).allSatisfy { fits($0, $1) } && fits(r, s)
    case (.array(let a, let t), .array(let b, let u)): return t == u && fits(a, b)
    default: return from == to
    }
  }

  /// `e` where a value of type `to` is wanted: a number serves as a constant law or curve; otherwise a mistake is reported.
  mutating func coerce(_ e: TypedExpression, to: Type, why: Label? = nil, unit: String? = nil) -> TypedExpression {
    var e = e
    switch (resolved(e.type), to) {
    case (.quantity, .dist(let inner)) where fits(e.type, inner):
      e = TypedExpression(.law(.constant, [("value", e)]), to, e.span, shown: e.shown)
      return e
    case (.quantity(let d), .curve(let c)) where solver.unify(d, c):
      let zero = TypedExpression(.number(0), .time, e.span)
      return TypedExpression(.curve(linear: false, period: 0, [(key: zero, value: e)]), to, e.span, shown: e.shown)
    case (.thing(.counter, _), _), (.thing(.gauge, _), _), (.thing(.level, _), _), (.thing(.account, _), _):
      if let read = readThing(e), fits(read.type, to) { return read }
    case (.text, .dist(.text)):
      return TypedExpression(.mix([(chance: TypedExpression(.number(1), .number, e.span), value: e)]), to, e.span)
    case (.text, .choice(let id)):
      if case .text(let parts) = e.kind, parts.count == 1, case .text(let name) = parts[0] { return choiceCase(name, id, e.span) }
    case (.list(let element), .list(.dist(let inner))) where fits(element, inner): return e
    case (.table(let given), .list(.row(let wanted))) where serves(given, as: wanted, e.span):
      return TypedExpression(.rowsAs(wanted, of: given), to, e.span)
    case (.row(let given), .row(let wanted)) where given != wanted && serves(given, as: wanted, e.span):
      return TypedExpression(.rowAs(wanted, of: given, e), to, e.span)
    case (let from, .optional(let inner)) where !from.isOptional && from != .unknown: return coerce(e, to: inner, why: why, unit: unit)
    default: break
    }
    let open = openCurrencies(in: to)
    if !fits(e.type, to) { report(mismatch(e, to, why, unit: unit)) }
    for index in open where !currencies[index].isMoney(solver) { currencies[index].spoil(by: e) }
    return e
  }

  /// Whether rows of `given` can stand as rows of `wanted`: each of its columns is there by name and type, or may be
  /// missing. What is lacking is reported.
  private mutating func serves(_ given: TableID, as wanted: TableID, _ span: Span) -> Bool {
    if given == wanted || program.tables[wanted.index].parts.contains(where: { $0.table == given }) { return true }
    let columns = program.tables[given.index].columns
    var found: [Int?] = []
    for column in program.tables[wanted.index].columns {
      let index = columns.firstIndex { $0.name == column.name }
      if let index, !fits(columns[index].type, column.type) {
        report(
          .wrongType(
            describe(columns[index].type), expected: "\(describe(column.type)) in the column \(column.name)", span,
            why: Label(program.tables[wanted.index].span, "the column is declared here")))
        return true
      }
      if index == nil {
        guard case .optional = column.type else {
          report(
            .badArguments(
              "the table \(program.tables[given.index].name) has no column `\(column.name)`, which each row of \(program.tables[wanted.index].name) has", span,
              declared: Label(program.tables[wanted.index].span, "columns: \(program.tables[wanted.index].columns.map(\.name).joined(separator: ", "))")))
          return true
        }
      }
      found.append(index)
    }
    program.tables[wanted.index].parts.append(Table.Part(table: given, columns: found))
    return true
  }

  mutating func mismatch(_ e: TypedExpression, _ to: Type, _ why: Label?, unit: String? = nil) -> Diagnostic {
    var hints: [Hint] = []
    switch (resolved(e.type), resolved(to)) {
    case (.quantity(let d), .quantity(let w)):
      if w.currency != nil || d.currency != nil, let from = d.currency, let target = w.currency {
        let unit = program.units.unit(named: target.name).map { UnitExpression($0) }
        if let unit, program.units.conversion(from: d, to: unit) != nil {
          hints.append(Hint("exchange it: `… to \(target.name)`"))
        } else {
          return .missingRate(from.name, to: target.name, e.span)
        }
      } else if d.isDimensionless, case .number(let n) = e.kind, e.shown?.text != "%" {
        let whole = "\(NumberText.format(n)) \(unit ?? w.baseUnitText)"
        hints.append(Hint("give it its unit: `\(whole)`", replace: e.span, with: whole))
      }
    case (.quantity(let d), .dist(.quantity(let w))) where d.isDimensionless && !w.isDimensionless:
      if case .number(let n) = e.kind, e.shown?.text != "%" {
        let whole = "\(NumberText.format(n)) \(w == .time ? "min" : w.baseUnitText)"
        hints.append(Hint("give it its unit, if it is always the same: `\(whole)`; else a distribution: `exponential(mean: \(whole))`"))
      }
    case (.estimate, .quantity), (.estimate, .bool): hints.append(Hint("`value(…)` takes the point of an estimate"))
    case (.optional(.unknown), _): hints.append(Hint("`none` stands where a value may be missing, whose type has a `?`: `\(describe(to))?`"))
    case (.optional, _) where !resolved(to).isOptional:
      hints.append(Hint("it may be missing: `… or` says what to use then, or ask `missing(…)` of what doesn't change"))
    case (.dist, .quantity): hints.append(Hint("`sample(…)` draws from it, `mean(…)` is its mean"))
    case (.sample, .quantity), (.signal, .quantity): hints.append(Hint("`mean(…)`, `p95(…)` and the like make one number of it"))
    case (.journey(let given), .journey(let wanted)):
      return .wrongType(words(journey: given), expected: words(journey: wanted), e.span, why: why)
    default: break
    }
    return .wrongType(describe(e.type), expected: describe(to), e.span, why: why, hints: hints)
  }

  mutating func expectType(_ e: TypedExpression, _ words: String) {
    if e.type != .unknown { report(.wrongType(describe(e.type), expected: words, e.span)) }
  }

  /// An expression that must be one number of this dimension.
  mutating func checkQuantity(_ tree: Expression, _ dimension: Dimension, why: Label? = nil) -> TypedExpression {
    coerce(check(tree, expected: .quantity(dimension)), to: .quantity(dimension), why: why)
  }

  mutating func elementType(_ list: TypedExpression) -> Type {
    switch resolved(list.type) {
    case .list(let t): return t
    case .range(let d): return .quantity(d)
    case .table(let id): return .row(id)
    case .unknown: return .unknown
    default:
      report(.wrongType(describe(list.type), expected: "a list, a range or a table", list.span))
      return .unknown
    }
  }

  // MARK: Small things

  /// The value of a constant expression that needs nothing but numbers, or nil.
  func constant(_ e: TypedExpression) -> Double? {
    switch e.kind {
    case .number(let x): return x
    case .negate(let x): return constant(x).map { -$0 }
    case .convert(let x, let factor): return constant(x).map { $0 * factor }
    case .global(let id): return program.globals[id.index].value.flatMap { constant($0) }
    case .arithmetic(let op, let a, let b):
      guard let x = constant(a), let y = constant(b) else { return nil }
      switch op {
      case .add: return x + y
      case .subtract: return x - y
      case .multiply: return x * y
      case .divide: return y == 0 ? nil : x / y
      default: return nil
      }
    default: return nil
    }
  }

  func nameText(_ e: Expression) -> String? {
    switch e.kind {
    case .name(let text): text
    case .string(let s): s.plain
    case .group(let inner): nameText(inner)
    default: nil
    }
  }

  func closest(_ name: String, _ known: some Sequence<String>) -> [String] {
    known.compactMap { candidate -> (String, Int)? in
      SpellingDistance.between(name.lowercased(), candidate.lowercased(), atMost: max(1, name.count / 3)).map { (candidate, $0) }
    }.sorted { ($0.1, $0.0) < ($1.1, $1.0) }.map(\.0)
  }

  mutating func choiceCase(_ name: String, _ id: ChoiceID, _ span: Span) -> TypedExpression {
    let choice = program.choices[id.index]
    guard let index = choice.cases.firstIndex(of: name) else {
      report(.unknownCase(name, of: choice.name, known: choice.cases, suggestions: closest(name, choice.cases), span))
      return TypedExpression(.unknown, .unknown, span)
    }
    return TypedExpression(.choiceCase(index), .choice(id), span)
  }
}
