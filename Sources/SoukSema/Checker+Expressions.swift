// Expressions: names are looked up, literals get their units, operators their sorts.

internal import SoukSyntax
internal import SoukText
internal import SoukUnits

extension Checker {
  /// A whole expression of an item or step: where `run` and, in journeys, blocking calls may stand.
  mutating func checkWhole(_ e: Expression, expected: Type? = nil) -> TypedExpression {
    allowsBlocking = place.timePasses
    defer { allowsBlocking = false }
    return check(e, expected: expected)
  }

  /// The typed expression; where it was asked whether a value is missing, and it isn't, it is no longer optional.
  mutating func check(_ e: Expression, expected: Type? = nil) -> TypedExpression {
    var typed = checkAnew(e, expected: expected)
    if !present.isEmpty, case .optional(let inner) = resolved(typed.type), let path = e.path, present.contains(path) {
      // What a running model shows, such as `m.recent`, may be missing again by now.
      if case .statistic = typed.kind { return typed }
      typed.type = inner
    }
    return typed
  }

  private mutating func checkAnew(_ e: Expression, expected: Type?) -> TypedExpression {
    let blocking = allowsBlocking
    switch e.kind {
    case .group, .call, .not, .spawn, .choose: break
    default: allowsBlocking = false
    }
    defer { allowsBlocking = blocking }
    let bad = TypedExpression(.unknown, .unknown, e.span)
    switch e.kind {
    case .name(let name): return checkName(name, e.span, expected: expected)
    case .number(let literal): return number(literal, e.span)
    case .string(let literal):
      let text = check(string: literal)
      if let expected, case .choice(let id) = resolved(expected), let name = literal.plain { return choiceCase(name, id, e.span) }
      return text
    case .date(let text): return date(text, e.span)
    case .clock(let text): return clock(text, e.span)
    case .hole:
      let type = expected.map { describe($0) } ?? "a value (nothing here says of which unit)"
      report(.hole(e.span, type: type, candidates: expected.map { candidates(for: $0) } ?? []))
      return bad
    case .list(let elements): return list(elements, e.span, expected: expected)
    case .group(let inner): return check(inner, expected: expected)
    case .negate(let inner):
      var value = check(inner, expected: expected)
      value = readThing(value) ?? value
      guard let (_, element) = sort(value.type), case .quantity = element else {
        if value.type != .unknown { report(.wrongType(describe(value.type), expected: "a number", value.span)) }
        return bad
      }
      if case .number(let x) = value.kind { return TypedExpression(.number(-x), value.type, e.span, shown: value.shown) }
      return TypedExpression(.negate(value), value.type, e.span, shown: value.shown)
    case .not(let inner):
      let value = check(inner)
      let sort = truth(value)
      return TypedExpression(.not(value), sort == .estimate ? .claim : rebuilt(sort, .bool), e.span)
    case .binary(let op, let left, let right, let opSpan): return binary(op, left, right, e.span, opSpan, expected: expected)
    case .convert(let inner, let unit): return convert(check(inner), unit, e.span)
    case .range(let lower, let upper, let step): return range(lower, upper, step, e.span)
    case .call(let callee, let arguments): return call(callee, arguments, e.span, expected: expected)
    case .member(let base, let name): return member(base, name, e.span)
    case .index(let base, let index): return element(base, index, e.span)
    case .entries(let head, let entries): return checkEntries(head, entries, e.span, expected: expected)
    case .ifElse(let condition, let then, let otherwise):
      let test = checkCondition(condition)
      let known = presence(in: condition)
      let a = with(present: known.whenTrue) { $0.check(then, expected: expected) }
      let other = with(present: known.whenFalse) { $0.check(otherwise, expected: expected ?? a.type) }
      var type = a.type == .unknown ? other.type : a.type
      // Where one branch may be missing, so may the whole.
      if case .optional(let inner) = resolved(type) {
        if inner == .unknown { type = other.type.isOptional ? other.type : .optional(other.type) }
      } else if resolved(other.type).isOptional {
        type = .optional(type)
      }
      let b = coerce(other, to: type, why: Label(then.span, "the other branch is \(describe(a.type))"))
      return TypedExpression(.conditional(test, then: a, otherwise: b), type, e.span, shown: a.shown ?? b.shown)
    case .lambda(let parameters, let body): return lambda(parameters, body, e.span, expected: expected)
    case .spawn(let inner): return checkSpawn(inner, e.span)
    case .choose(let choice): return checkChoose(choice, e.span)
    case .sourced(let inner, let id):
      provenance.cite(id.plain ?? "", id.span)
      return check(inner, expected: expected)
    case .assumed(let inner):
      provenance.cite("", e.span)
      return check(inner, expected: expected)
    case .at(let inner, let instant): return at(inner, instant, e.span)
    case .during(let inner, let range): return during(inner, range, e.span)
    case .within(let inner, let tolerance, let target): return within(inner, tolerance, target, e.span)
    case .experiment(let experiment): return checkExperiment(experiment, e.span)
    case .missing: return bad
    }
  }

  mutating func checkCondition(_ e: Expression) -> TypedExpression {
    allowsBlocking = place.timePasses
    let value = check(e)
    allowsBlocking = false
    switch resolved(value.type) {
    case .bool, .unknown: break
    case .claim, .estimate: report(.claimAsCondition(value.span, pointTaken: pointTaken(e)))
    default: report(.wrongType(describe(value.type), expected: "a truth value", value.span, hints: [Hint("compare it with something: `… > 0`")]))
    }
    return value
  }

  // MARK: Literals

  mutating func number(_ literal: NumberLiteral, _ span: Span) -> TypedExpression {
    if let unit = literal.unit {
      var text = unit.text
      if literal.isPercent { text = "%" + (text.hasPrefix("/") || text.hasPrefix("*") ? text : "*" + text) }
      switch program.units.parse(unit.text, numeral: literal.text, isValue: { isValueName($0) }) {
      case .failure(let problem):
        report(.badUnit(problem, unit.span))
        return TypedExpression(.unknown, .unknown, span)
      case .success(let expression):
        var shown = expression
        if literal.isPercent, case .success(let percent) = program.units.parse(text) { shown = percent }
        return TypedExpression(.number(expression.inBaseUnits(literal.value)), .quantity(expression.dimension), span, shown: shown)
      }
    }
    if literal.isPercent {
      var shown: UnitExpression?
      if case .success(let percent) = program.units.parse("%") { shown = percent }
      return TypedExpression(.number(literal.value), .number, span, shown: shown)
    }
    // A literal 0 fits every unit.
    if literal.value == 0 { return TypedExpression(.number(0), .quantity(solver.fresh()), span) }
    return TypedExpression(.number(literal.value), .number, span)
  }

  func isValueName(_ name: String) -> Bool {
    if localNames.contains(where: { $0[name] != nil }) || visible[module][name] != nil { return true }
    if let scope { return program.scopes[scope.index].member(named: name) != nil }
    return false
  }

  mutating func check(string literal: StringLiteral) -> TypedExpression {
    var parts: [TextPart] = []
    for part in literal.parts {
      switch part {
      case .text(let text): parts.append(.text(text))
      case .hole(let e):
        let value = check(e)
        let shown = resolvedTree(readThing(value) ?? value)
        noteWhole(shown)
        parts.append(.value(shown))
      }
    }
    if parts.isEmpty { parts = [.text("")] }
    return TypedExpression(.text(parts), .text, literal.span)
  }

  mutating func date(_ text: String, _ span: Span) -> TypedExpression {
    switch Instant.parse(text) {
    case .success(let instant): return TypedExpression(.date(instant.nanoseconds, zone: instant.zoneMinutes), .date, span)
    case .failure(let problem):
      report(.badDate(text, problem.message, span))
      return TypedExpression(.unknown, .unknown, span)
    }
  }

  mutating func clock(_ text: String, _ span: Span) -> TypedExpression {
    switch TimeOfDay.parse(text) {
    case .success(let time): return TypedExpression(.clock(Double(time.seconds)), .clock, span)
    case .failure(let problem):
      report(.badDate(text, problem.message, span))
      return TypedExpression(.unknown, .unknown, span)
    }
  }

  mutating func list(_ elements: [Expression], _ span: Span, expected: Type?) -> TypedExpression {
    var wanted: Type?
    if case .list(let inner)? = expected.map({ resolved($0) }) { wanted = inner }
    var typed: [TypedExpression] = []
    for element in elements {
      let value = check(element, expected: wanted)
      noteWhole(value)
      if let type = wanted ?? typed.first?.type {
        typed.append(coerce(value, to: type, why: typed.first.map { Label($0.span, "the list is of \(describe($0.type))") }))
      } else {
        typed.append(value)
      }
    }
    return TypedExpression(.list(typed), .list(wanted ?? typed.first?.type ?? .quantity(solver.fresh())), span, shown: typed.first?.shown)
  }

  mutating func range(_ lower: Expression, _ upper: Expression, _ step: Expression?, _ span: Span) -> TypedExpression {
    let a = check(lower)
    let b = check(upper)
    if a.type == b.type, a.type == .date || a.type == .clock { return TypedExpression(.range(a, b, step: nil), .span(a.type), span) }
    guard case .quantity(let d) = a.type else {
      expectType(a, "a number")
      return TypedExpression(.unknown, .unknown, span)
    }
    let top = coerce(b, to: .quantity(d), why: Label(a.span, "the range begins with \(describe(a.type))"))
    let by = step.map { checkQuantity($0, d) }
    return TypedExpression(.range(a, top, step: by), .range(d), span, shown: a.shown ?? top.shown)
  }

  // MARK: Operators

  private mutating func binary(_ op: BinaryOperator, _ left: Expression, _ right: Expression, _ span: Span, _ opSpan: Span, expected: Type?) -> TypedExpression {
    if op == .and || op == .or {
      let first = check(left)
      let known = presence(in: left)
      return logic(op, first, with(present: op == .and ? known.whenTrue : known.whenFalse) { $0.check(right) }, span)
    }
    if op == .contains {
      let list = check(left)
      let value = check(right)
      _ = coerce(value, to: elementType(list))
      return TypedExpression(.builtin(.contains, [list, value]), .bool, span)
    }
    if op == .add || op == .subtract, let problem = percentProblem(op, left, right, span) {
      report(problem)
      return TypedExpression(.unknown, .unknown, span)
    }
    let a = check(left, expected: op == .multiply || op == .divide || op == .power ? nil : op.isComparison ? nil : expected)
    let b = check(right, expected: op.isComparison || op == .add || op == .subtract ? a.type : nil)
    guard op.isComparison else { return arithmetic(op, a, b, span, opSpan) }
    return comparison(op, a, b, span, opSpan, text: (written(left), written(right)))
  }

  /// `n + 10%`: ten percent of what? Only a share, or the number 1, can be added to.
  private mutating func percentProblem(_ op: BinaryOperator, _ left: Expression, _ right: Expression, _ span: Span) -> Diagnostic? {
    guard case .number(let literal) = right.kind, literal.isPercent, literal.unit == nil else { return nil }
    if case .number(let other) = left.kind, other.isPercent || (other.value == 1 && other.unit == nil) { return nil }
    let before = diagnostics
    let base = check(left)
    diagnostics = before
    if base.type == .unknown || base.shown?.text == "%" { return nil }
    return .percentAdded(
      right.span, whole: span, sign: op.rawValue, percent: literal.text, base: written(left) ?? "…", isSum: left.isSum,
      mayBeShare: left.isComposed && sort(base.type)?.1 == .number)
  }

  mutating func convert(_ value: TypedExpression, _ unit: UnitText, _ span: Span) -> TypedExpression {
    let value = readThing(value) ?? value
    if value.type == .unknown { return value }
    guard let (sort, element) = sort(value.type), case .quantity(let dimension) = resolved(element) else {
      report(.wrongType(describe(value.type), expected: "a quantity before `to`", value.span))
      return TypedExpression(.unknown, .unknown, span)
    }
    // `1/h` is `/h`.
    let text = unit.text.hasPrefix("1/") ? String(unit.text.dropFirst()) : unit.text
    switch program.units.parse(text, isValue: { isValueName($0) }) {
    case .failure(let problem):
      report(.badUnit(problem, unit.span))
      return TypedExpression(.unknown, .unknown, span)
    case .success(let target):
      if solver.unify(dimension, target.dimension) {
        return TypedExpression(.convert(value, factor: 1), value.type, span, shown: target)
      }
      guard let conversion = program.units.conversion(from: solver.resolve(dimension), to: target) else {
        let difference = solver.resolve(dimension / target.dimension)
        let codes = difference.factors.compactMap { factor -> String? in
          if case .base(let base) = factor.atom, base.kind == .currency { return base.name }
          return nil
        }
        if codes.count == difference.factors.count, codes.count == 2 {
          report(.missingRate(codes[1], to: codes[0], unit.span))
        } else {
          report(
            .mixedUnits(
              "give \(describe(value.type)) in \(unit.text)", describe(value.type), solver.describe(target.dimension), value.span, unit.span, at: span))
        }
        return TypedExpression(.unknown, .unknown, span)
      }
      return TypedExpression(.convert(value, factor: conversion.exchange), rebuilt(sort, .quantity(target.dimension)), span, shown: target)
    }
  }

  // MARK: Names

  mutating func checkName(_ name: String, _ span: Span, expected: Type?) -> TypedExpression {
    for names in localNames.reversed() {
      if let id = names[name] {
        return TypedExpression(.local(id), locals[id.index].type, span, shown: localShown[id])
      }
    }
    if let scope, let id = program.scopes[scope.index].member(named: name) { return memberReference(scope, id, span) }
    if let entry = visible[module][name] { return symbolReference(entry, name, span) }
    switch name {
    case "true", "false": return TypedExpression(.bool(name == "true"), .bool, span)
    case "none":
      if let expected = expected.map({ resolved($0) }), expected.isOptional { return TypedExpression(.nothing, expected, span) }
      return TypedExpression(.nothing, .optional(.unknown), span)
    case "never": return TypedExpression(.number(.infinity), .time, span)
    case "now" where place.timePasses || place == .member(live: true):
      readsClock = true
      return TypedExpression(.now, .time, span)
    default: break
    }
    if case .choice(let id)? = expected.map({ resolved($0) }), program.choices[id.index].cases.contains(name) { return choiceCase(name, id, span) }
    if let owner = owner(ofCase: name) { return TypedExpression(.choiceCase(owner.1), .choice(owner.0), span) }
    report(.unknownName(name, span, suggestions: closest(name, namesInReach()).filter { $0 != name }, elsewhere: elsewhere(name)))
    return TypedExpression(.unknown, .unknown, span)
  }

  func namesInReach() -> [String] {
    var names = localNames.flatMap(\.keys)
    if let scope { names += program.scopes[scope.index].members.map(\.name) + scopeFunctions[scope.index].keys }
    names += visible[module].keys
    names += Builtin.allCases.map(\.rawValue) + LawName.allCases.map(\.rawValue) + ["true", "false", "now", "never", "none", "curve", "daily", "weekly", "mix"]
    return names.sorted()
  }

  private func candidates(for type: Type) -> [String] {
    var out: [String] = []
    for names in localNames { for (name, id) in names where resolved(locals[id.index].type) == resolved(type) { out.append(name) } }
    if let scope { for member in program.scopes[scope.index].members where resolved(member.type) == resolved(type) { out.append(member.name) } }
    for (name, entry) in visible[module] {
      if case .global(let id) = entry.symbol, resolved(program.globals[id.index].type) == resolved(type) { out.append(name) }
    }
    return Array(out.sorted().prefix(5))
  }

  private mutating func symbolReference(_ entry: SymbolEntry, _ name: String, _ span: Span) -> TypedExpression {
    switch entry.symbol {
    case .global(let id):
      if globalState[id.index] == .checking {
        report(.badDeclaration("`\(name)` is defined by itself", span, "comes back to `\(name)`"))
        return TypedExpression(.unknown, .unknown, span)
      }
      checkGlobal(id)
      provenance.use(.global(id))
      return TypedExpression(.global(id), program.globals[id.index].type, span, shown: program.globals[id.index].value?.shown)
    case .function(let id):
      checkFunction(id)
      provenance.use(.function(id))
      let function = program.functions[id.index]
      return TypedExpression(.function(id), .function(function.parameters.map { function.body.locals[$0.index].type }, function.result), span)
    case .scope(let id):
      if program.scopes[id.index].isComponent {
        report(.misplaced("the component `\(name)`", "is not a value; things of it are made inside a model", span, hint: "write `\(name) x { … }` in a `model`"))
        return TypedExpression(.unknown, .unknown, span)
      }
      provenance.use(model: id)
      return TypedExpression(.model(id, []), .model(id), span)
    case .table(let id): return TypedExpression(.allRows(id), .table(id), span)
    case .record(let id):
      report(.badArguments("`\(name)` is made with its fields in parentheses", span, hint: "write `\(name)(\(program.records[id.index].fields.map { "\($0.name): …" }.joined(separator: ", ")))`"))
      return TypedExpression(.unknown, .unknown, span)
    case .choice(let id):
      return TypedExpression(.list(program.choices[id.index].cases.indices.map { TypedExpression(.choiceCase($0), .choice(id), span) }), .list(.choice(id)), span)
    }
  }

  // MARK: Time windows and tolerances

  private mutating func at(_ inner: Expression, _ instant: Expression, _ span: Span) -> TypedExpression {
    var value = check(inner)
    value = readThing(value) ?? value
    let moment = momentOf(instant)
    switch resolved(value.type) {
    case .signal(.bool) where isOfBoth(value):
      report(.noDifferenceOfTruth("whether something holds at an instant", span, instead: "(a.… > 5) at 10 min"))
      return TypedExpression(.unknown, .unknown, span)
    case .signal(let t): return TypedExpression(.at(value, moment), .estimate(t), span, shown: value.shown)
    case .curve(let d): return TypedExpression(.at(value, moment), .quantity(d), span, shown: value.shown)
    case .unknown: return value
    default:
      report(.wrongType(describe(value.type), expected: "a value over time (a counter, a queue, a gauge) before `at`", value.span))
      return TypedExpression(.unknown, .unknown, span)
    }
  }

  /// A moment of a run: a time since its start, a date, or a time of its first day.
  private mutating func momentOf(_ e: Expression) -> TypedExpression {
    let moment = check(e)
    switch resolved(moment.type) {
    case .date, .clock, .unknown: return moment
    default: return coerce(moment, to: .time)
    }
  }

  /// The ends of what stands after `during`: a range as written there, or one with a name.
  private mutating func ends(of range: Expression) -> (TypedExpression, TypedExpression)? {
    if case .range(let lower, let upper, _) = range.kind { return (momentOf(lower), momentOf(upper)) }
    let named = check(range)
    let moment: Type
    switch resolved(named.type) {
    case .span(let t): moment = t
    case .range(let d) where solver.unify(d, .time): moment = .time
    case .unknown: return nil
    default:
      report(.wrongType(describe(named.type), expected: "a span of time such as `0 h..1 h`", named.span))
      return nil
    }
    return (
      TypedExpression(.rangeEnd(named, isUpper: false), moment, named.span), TypedExpression(.rangeEnd(named, isUpper: true), moment, named.span)
    )
  }

  private mutating func during(_ inner: Expression, _ range: Expression, _ span: Span) -> TypedExpression {
    var value = check(inner)
    value = readThing(value) ?? value
    guard let (from, to) = ends(of: range) else { return TypedExpression(.unknown, .unknown, span) }
    switch resolved(value.type) {
    case .signal, .sample: return TypedExpression(.during(value, from: from, to: to), value.type, span, shown: value.shown)
    case .unknown: return value
    default:
      report(.wrongType(describe(value.type), expected: "a value over time or a sample before `during`", value.span))
      return TypedExpression(.unknown, .unknown, span)
    }
  }

  private mutating func within(_ inner: Expression, _ tolerance: Expression, _ target: Expression?, _ span: Span) -> TypedExpression {
    guard let target else {
      report(.misplaced("`within` without `of`", "is the precision of a run's `until`", span, hint: "for a comparison write `… within 2% of …`"))
      return TypedExpression(.unknown, .unknown, span)
    }
    let value = check(inner)
    let goal = check(target, expected: value.type)
    let share = check(tolerance)
    guard let (kind, d) = distance(value, goal, span) else { return TypedExpression(.unknown, .unknown, span) }
    // A share of a date means nothing.
    let isDate = sort(goal.type)?.1 == .date
    warnOfShare(share, tolerance, solver.resolve(d))
    if isDate || !solver.unify(share.type.dimension ?? .dimensionless, .dimensionless) { _ = coerce(share, to: .quantity(d)) }
    let type: Type = kind == .estimate ? .claim : rebuilt(kind, .bool)
    var right = readThing(goal) ?? goal
    if right.shown == nil { right.shown = value.shown }
    return TypedExpression(.within(resolvedTree(readThing(value) ?? value), tolerance: resolvedTree(share), of: resolvedTree(right)), type, span)
  }

  /// How far two values are apart; between a moment and a duration it is counted from the start of the moment's model.
  private mutating func distance(_ a: TypedExpression, _ b: TypedExpression, _ span: Span) -> (Sort, Dimension)? {
    if case (.estimate, .date)? = sort(a.type), case (_, .quantity(let d))? = sort(b.type), solver.unify(d, .time) { return (.estimate, .time) }
    if case (.estimate, .date)? = sort(b.type), case (_, .quantity(let d))? = sort(a.type), solver.unify(d, .time) { return (.estimate, .time) }
    let difference = arithmetic(.subtract, a, b, span, span)
    guard difference.type != .unknown, let (kind, element) = sort(difference.type), case .quantity(let d) = element else { return nil }
    return (kind, d)
  }

  /// A tolerance without unit is a share: told where an amount may have been meant.
  private mutating func warnOfShare(_ share: TypedExpression, _ tree: Expression, _ d: Dimension) {
    guard share.type.dimension?.isDimensionless == true, let x = constant(share), x != 0, share.shown?.text != "%" else { return }
    var isNumber = false
    if case .number = share.kind { isNumber = true }
    guard x > 1 || d.isDimensionless && isNumber else { return }
    let percent = NumberText.format(x * 100) + "%"
    report(.toleranceIsShare(share.span, percent, amount: d.isDimensionless ? nil : d.baseUnitText, number: written(tree) ?? NumberText.format(x)))
  }

  // MARK: Functions as values

  mutating func lambda(_ parameters: [Parameter], _ body: Expression, _ span: Span, expected: Type?) -> TypedExpression {
    var wanted: [Type] = []
    if case .function(let types, _)? = expected { wanted = types }
    localNames.append([:])
    var ids: [LocalID] = []
    for (index, parameter) in parameters.enumerated() {
      let type = parameter.type.map { self.type($0) } ?? (index < wanted.count ? wanted[index] : .quantity(solver.fresh()))
      ids.append(addLocal(parameter.name, type, isVariable: false))
    }
    let value = check(body)
    localNames.removeLast()
    let types = ids.map { locals[$0.index].type }
    let made = Body(locals: locals, steps: [], expression: value)
    return TypedExpression(.lambda(made, ids), .function(types, value.type), span)
  }

  mutating func addLocal(_ name: Name, _ type: Type, isVariable: Bool, value: TypedExpression? = nil) -> LocalID {
    let id = LocalID(locals.count)
    locals.append(Local(name: name.text, type: type, isVariable: isVariable, value: value))
    if localNames.isEmpty { localNames.append([:]) }
    if let first = localNames[localNames.count - 1][name.text] { report(.duplicate(name, first: localSpans[first])) }
    localSpans[id] = name.span
    localNames[localNames.count - 1][name.text] = id
    if let shown = value?.shown { localShown[id] = shown }
    return id
  }
}

extension Type {
  var dimension: Dimension? { if case .quantity(let d) = self { d } else { nil } }
}
