// Things: `KIND name { field: value }`, of the kernel or of a component. One table says which fields each kind has.

internal import SoukSyntax
internal import SoukText
internal import SoukUnits

/// What a field of a kernel thing takes.
enum FieldRule {
  /// A number in the thing's own unit, in plain numbers, or a time.
  case own, number, time
  /// Like `own` and `number`, and may change while the model runs (a live value or a curve).
  case liveOwn, liveNumber
  /// The thing's unit by name: `of: CNY`.
  case unit
  /// A rate: the thing's own unit a time; live or a curve.
  case rate
  /// A distribution of times, of counts.
  case times, counts
  case word([String])
  case flag
  case journey
  case instants
  case batchSize
}

extension ThingKind {
  var fields: [(name: String, rule: FieldRule)] {
    switch self {
    case .source:
      [
        ("rate", .rate), ("interarrival", .times), ("count", .own), ("times", .times), ("at", .instants), ("batch", .counts), ("limit", .own),
        ("of", .unit), ("journey", .journey),
      ]
    case .station:
      [
        ("servers", .liveNumber), ("service", .times), ("rate", .rate), ("discipline", .word(Self.disciplines)), ("capacity", .number),
        ("uptime", .times), ("repair", .times),
      ]
    case .pool: [("size", .liveOwn), ("discipline", .word(["fifo", "lifo", "priority"]))]
    case .level: [("capacity", .own), ("initial", .own), ("of", .unit)]
    case .account: [("currency", .unit), ("of", .unit), ("initial", .own), ("floor", .own), ("outside", .flag)]
    case .batch: [("size", .batchSize), ("within", .time), ("at", .instants)]
    case .counter: [("of", .unit), ("initial", .own), ("window", .time)]
    case .gauge: [("of", .unit), ("initial", .own), ("window", .time)]
    case .measure: [("of", .unit), ("window", .time)]
    case .stock: [("initial", .own), ("of", .unit)]
    case .flow: [("into", .unit), ("from", .unit), ("rate", .rate)]
    }
  }

  static let disciplines = ["fifo", "lifo", "priority", "preemptive", "preemptive_restart", "sharing", "shortest_first"]
}

extension Checker {
  mutating func checkThing(_ tree: Thing, _ scopeID: ScopeID, _ id: MemberID) {
    var table: TableID?
    var rows: TypedExpression?
    var row: LocalID?
    localNames.append([:])
    if let index = tree.index {
      let source = check(index.table)
      if case .table(let found) = source.type {
        table = found
        row = addLocal(index.variable, .row(found), isVariable: false)
      } else if case .list(.row(let found)) = resolved(source.type) {
        table = found
        rows = source
        row = addLocal(index.variable, .row(found), isVariable: false)
      } else if source.type != .unknown {
        report(.wrongType(describe(source.type), expected: "a table or a list of its rows", source.span))
      }
    }
    var typed: TypedThing
    let type: Type
    if let kind = ThingKind(rawValue: tree.kind.text) {
      if kind == .stock || kind == .flow {
        // One message for each; what is said of it is not judged.
        report(.notYet("a `\(kind.rawValue)`", tree.kind.span))
        program.scopes[scopeID.index].members[id.index].type = .unknown
        return
      }
      typed = checkKernelThing(tree, kind)
      type = .thing(kind, solver.resolve(typed.dimension))
    } else if let entry = visible[module][tree.kind.text], case .scope(let component) = entry.symbol, program.scopes[component.index].isComponent {
      typed = checkInstance(tree, component, units(of: id, in: scopeID, component))
      type = .instance(component)
    } else {
      report(.unknownKind(tree.kind, suggestions: closest(tree.kind.text, ThingKind.allCases.map(\.rawValue) + componentNames())))
      for field in tree.fields { _ = fieldWord(field) == nil ? check(field.value) : TypedExpression(.unknown, .unknown, field.name.span) }
      program.scopes[scopeID.index].members[id.index].type = .unknown
      return
    }
    typed.table = table
    typed.rows = rows
    typed.row = row
    var outlined = program.scopes[scopeID.index].members[id.index].type
    if case .array(let element, _) = outlined { outlined = element }
    if case .thing(_, let own) = outlined { _ = solver.unify(own, typed.dimension) }
    typed.dimension = solver.resolve(typed.dimension)
    program.scopes[scopeID.index].members[id.index].kind = .thing(typed)
    program.scopes[scopeID.index].members[id.index].type = table.map { .array(type, $0) } ?? type
  }

  private func fieldWord(_ field: Field) -> String? { nameText(field.value) }

  /// The unit that an expression such as `CNY/payment` in `of:` names.
  private func unitText(_ e: Expression) -> String? {
    switch e.kind {
    case .name(let text): return text
    case .group(let inner): return unitText(inner)
    case .number(let n):
      // `1/min` is one token, a number with the unit `/min`.
      guard n.text == "1" else { return nil }
      guard let unit = n.unit else { return "1" }
      return unit.text.hasPrefix("/") ? unit.text : nil
    case .binary(let op, let a, let b, _):
      guard op == .multiply || op == .divide || op == .power, let x = unitText(a), let y = unitText(b) else { return nil }
      return "\(x)\(op.rawValue)\(y)"
    default: return nil
    }
  }

  private mutating func checkKernelThing(_ tree: Thing, _ kind: ThingKind) -> TypedThing {
    let rules = kind.fields
    let what = "a \(kind.rawValue)"
    var own: Dimension = ownFromUnit(tree, kind) ?? solver.fresh()
    if kind == .counter || kind == .gauge, ownFromUnit(tree, kind) == nil, !tree.fields.contains(where: { $0.name.text == "initial" }) { own = .dimensionless }
    if kind == .account, !tree.fields.contains(where: { ["of", "currency", "initial"].contains($0.name.text) }) {
      report(.missingField("of", of: "an account", tree.name.span, example: "of: CNY"))
    }
    var fields: [(name: String, value: TypedExpression)] = []
    for field in tree.fields {
      guard let rule = rules.first(where: { $0.name == field.name.text })?.rule else {
        report(.unknownField(field.name, of: what, known: rules.map(\.name), suggestions: closest(field.name.text, rules.map(\.name))))
        if fieldWord(field) == nil { _ = check(field.value) }
        continue
      }
      if fields.contains(where: { $0.name == field.name.text }) { report(.duplicate(field.name, first: nil)) }
      if let value = checkField(field, rule, &own, kind) { fields.append((field.name.text, value)) }
    }
    checkRequired(tree, kind, fields.map(\.name))
    // Without a rate or a count that says what comes, plain ones come.
    if kind == .source, solver.resolve(own).base == nil, !tree.fields.contains(where: { ["rate", "count", "of"].contains($0.name.text) }) { _ = solver.unify(own, .dimensionless) }
    return TypedThing(kind: .kernel(kind), table: nil, row: nil, fields: fields, dimension: own)
  }

  private mutating func ownFromUnit(_ tree: Thing, _ kind: ThingKind) -> Dimension? {
    guard let field = tree.fields.first(where: { $0.name.text == "of" || $0.name.text == "currency" }) else { return nil }
    guard let text = unitText(field.value) else { return nil }
    if text == "1" { return .dimensionless }
    guard let dimension = dimension(text, field.value.span) else { return .dimensionless }
    if kind == .account, dimension.currency == nil, dimension.variables.isEmpty {
      report(.wrongType(solver.describe(dimension), expected: "a currency", field.value.span))
    }
    return dimension
  }

  /// A field that may be left out takes what may be missing: the field is as if it weren't written.
  private mutating func checkField(_ field: Field, _ rule: FieldRule, _ own: inout Dimension, _ kind: ThingKind) -> TypedExpression? {
    guard let path = field.value.path, isOptional(field.value) else { return checkPresentField(field, rule, &own, kind) }
    let before = present
    present.insert(path)
    defer { present = before }
    guard var value = checkPresentField(field, rule, &own, kind) else { return nil }
    value.type = .optional(value.type)
    return value
  }

  private mutating func isOptional(_ e: Expression) -> Bool {
    guard case .name(let name) = e.kind, let scope, let member = program.scopes[scope.index].member(named: name) else { return false }
    guard case .parameter = program.scopes[scope.index].members[member.index].kind else { return false }
    if case .optional = program.scopes[scope.index].members[member.index].type { return true }
    return false
  }

  private mutating func checkPresentField(_ field: Field, _ rule: FieldRule, _ own: inout Dimension, _ kind: ThingKind) -> TypedExpression? {
    readsLive = false
    readsClock = false
    var live = false
    let value: TypedExpression
    switch rule {
    case .unit:
      guard unitText(field.value) != nil else {
        report(.wrongType("an expression", expected: "a unit by its name, such as `of: CNY` or `of: Time`", field.value.span))
        return nil
      }
      return nil
    case .own: value = checkQuantity(field.value, own)
    case .number: value = checkQuantity(field.value, .dimensionless)
    case .time:
      let window = readNumber(check(field.value))
      value = field.name.text == "window" && fits(window.type, .number) ? window : coerce(window, to: .time)
    case .liveNumber, .liveOwn:
      live = true
      place = .member(live: true)
      let wanted = { if case .liveNumber = rule { Dimension.dimensionless } else { own } }()
      value = liveNumber(field, wanted)
    case .rate:
      live = true
      place = .member(live: true)
      value = rateField(field, &own, kind)
    case .times: value = coerce(check(field.value, expected: .dist(.time)), to: .dist(.time))
    case .counts: value = coerce(check(field.value, expected: .dist(.quantity(own))), to: .dist(.quantity(own)))
    case .batchSize:
      let size = readNumber(check(field.value))
      value = size
    case .flag: value = coerce(check(field.value), to: .bool)
    case .word(let words):
      let text = nameText(field.value) ?? ""
      if !words.contains(text.lowercased()), let scope, let member = program.scopes[scope.index].member(named: text) {
        // A parameter says it; what it says is held against the words when the instance is made.
        checkMember(scope, member)
        value = coerce(check(field.value, expected: .text), to: .text)
        break
      }
      if !words.contains(text.lowercased()) {
        report(.unknownCase(text, of: "the values of `\(field.name.text)`", known: words, suggestions: closest(text, words), field.value.span))
      }
      value = TypedExpression(.text([.text(text.lowercased())]), .text, field.value.span)
    case .journey: value = journeyField(field)
    case .instants:
      let instants = check(field.value)
      switch resolved(instants.type) {
      case .calendar, .list(.date), .list(.clock), .unknown: break
      case .list(let t) where fits(t, .time): break
      default: report(.wrongType(describe(instants.type), expected: "a calendar such as `daily [06:00]` or a list of times", instants.span))
      }
      value = instants
    }
    place = .member(live: false)
    if !live, readsLive || readsClock { report(.changesWhereFixed(field.name.text, field.value.span, declared: nil)) }
    return resolvedTree(value)
  }

  private mutating func liveNumber(_ field: Field, _ wanted: Dimension) -> TypedExpression {
    let value = check(field.value, expected: .quantity(wanted))
    if case .curve(let d) = resolved(value.type) {
      if !solver.unify(d, wanted) { report(.wrongType(describe(value.type), expected: describe(.curve(wanted)), value.span)) }
      return value
    }
    return coerce(readThing(value) ?? value, to: .quantity(wanted))
  }

  /// A rate X/Time, X being 1 or one nominal count; sets the thing's own unit to X.
  private mutating func rateField(_ field: Field, _ own: inout Dimension, _ kind: ThingKind) -> TypedExpression {
    let value = check(field.value)
    let number = readThing(value) ?? value
    let dimension: Dimension
    switch resolved(number.type) {
    case .quantity(let d), .curve(let d): dimension = d
    case .unknown: return number
    default:
      report(.rateNeedsTime(describe(number.type), number.span))
      return number
    }
    let count = solver.resolve(dimension * .time)
    let isCount = count.isDimensionless || count.base?.kind == .count || !count.variables.isEmpty
    guard isCount, solver.unify(own, count) else {
      report(.rateNeedsTime(describe(number.type), number.span, text: solver.areEqual(dimension, .time) && kind == .source ? written(field.value) : nil, count: count == .time ? written(field.value) : nil))
      return number
    }
    own = solver.resolve(own)
    return number
  }

  private mutating func journeyField(_ field: Field) -> TypedExpression {
    // Arguments are evaluated for each entity that starts, so draws and live values may stand there.
    let value = detachedJourney { $0.check(field.value) }
    switch (value.kind, resolved(value.type)) {
    case (.journeyReference(let base, let scope, let id, let arguments), _):
      if arguments == nil, case .journey(let types) = resolved(value.type), !types.isEmpty {
        let parameters = actionParameters(scope, id)
        let missing = parameters.first { $0.value == nil }
        if let missing {
          report(.badArguments("the journey wants its arguments", value.span, hint: "write `journey: \(program.scopes[scope.index].members[id.index].name)(\(missing.name): …)`"))
        }
        return TypedExpression(.journeyReference(base: base, scope, id, parameters.compactMap(\.value)), value.type, value.span)
      }
    case (.journeyCall, _), (_, .journey): break
    case (_, .unknown): break
    default: report(.wrongType(describe(value.type), expected: "a journey", value.span, hints: [Hint("declare one: `journey \(nameText(field.value) ?? "name") { … }`")]))
    }
    return value
  }

  private mutating func detachedJourney(_ body: (inout Checker) -> TypedExpression) -> TypedExpression {
    let saved = (place, readsLive, readsClock)
    place = .journey
    defer { (place, readsLive, readsClock) = saved }
    return body(&self)
  }

  private mutating func checkRequired(_ tree: Thing, _ kind: ThingKind, _ given: [String]) {
    func need(_ field: String, _ example: String) {
      if !tree.fields.contains(where: { $0.name.text == field }) { report(.missingField(field, of: "a \(kind.rawValue)", tree.name.span, example: example)) }
    }
    switch kind {
    case .source:
      need("journey", "journey: visit")
      let patterns = tree.fields.filter { ["rate", "interarrival", "count", "at"].contains($0.name.text) }
      if patterns.isEmpty { report(.missingField("rate", of: "a source", tree.name.span, example: "rate: 60/h")) }
      if patterns.count > 1 {
        report(.badArguments("a source has one of `rate`, `interarrival`, `count` with `times`, `at`", patterns[1].name.span, "a second one", declared: Label(patterns[0].name.span, "the first")))
      }
      if tree.fields.contains(where: { $0.name.text == "count" }) { need("times", "times: lognormal(median: 2 min, sd_log: 1)") }
    case .station:
      let hasRate = tree.fields.contains { $0.name.text == "rate" }
      if let other = tree.fields.first(where: { ["servers", "service"].contains($0.name.text) }), hasRate {
        report(.badArguments("a station has either a `rate` or `servers` and `service`", other.name.span, "beside a rate"))
      }
      if tree.fields.contains(where: { $0.name.text == "uptime" }) { need("repair", "repair: exponential(mean: 1 h)") }
    case .pool: need("size", "size: 4")
    case .batch: if !tree.fields.contains(where: { ["size", "within", "at"].contains($0.name.text) }) { need("size", "size: 20") }
    case .measure: need("of", "of: Time")
    default: break
    }
  }

  // MARK: Instances of components

  /// The unit variables of a component in one of its instances: each instance has its own.
  mutating func units(of id: MemberID, in owner: ScopeID, _ component: ScopeID) -> [DimensionVariable: Dimension] {
    if let known = instanceUnits[owner]?[id] { return known }
    var own: [DimensionVariable: Dimension] = [:]
    for (name, d) in scopeVariables[component.index].sorted(by: { $0.key < $1.key }) {
      for v in solver.resolve(d).variables where own[v] == nil {
        let fresh = solver.fresh()
        own[v] = fresh
        if name == "Money" { currencies.append(OpenCurrency(dimension: fresh, span: program.scopes[owner.index].members[id.index].span)) }
      }
    }
    instanceUnits[owner, default: [:]][id] = own
    return own
  }

  /// Gives instances their units, when all is checked. What a component left open may have been settled since by a table of the
  /// script that it is given (`cost: Money/visit`): then it is settled in each instance, too.
  mutating func settleUnits() {
    for units in instanceUnits.values.flatMap(\.values) {
      for (v, own) in units {
        let settled = solver.resolve(Dimension(v))
        if settled != Dimension(v) { _ = solver.unify(own, settled.substituting(units)) }
      }
    }
    for s in program.scopes.indices {
      for m in program.scopes[s].members.indices {
        guard case .thing(var thing) = program.scopes[s].members[m].kind else { continue }
        thing.dimension = solver.resolve(thing.dimension)
        if let units = instanceUnits[ScopeID(s)]?[MemberID(m)] { thing.units = units.mapValues { solver.resolve($0) } }
        program.scopes[s].members[m].kind = .thing(thing)
      }
    }
  }

  /// The unit variables of the component that `base` is an instance of, as they are in that instance.
  private mutating func units(of base: TypedExpression) -> [DimensionVariable: Dimension] {
    switch base.kind {
    case .element(let inner, _): return units(of: inner)
    case .member(let id):
      guard let scope, let component = componentOf(base) else { return [:] }
      return units(of: id, in: scope, component)
    case .access(let outer, let owner, let id):
      guard let component = componentOf(base) else { return [:] }
      let inner = units(of: id, in: owner, component)
      let around = units(of: outer)
      return around.isEmpty ? inner : inner.mapValues { solver.resolve($0).substituting(around) }
    case .global(let id): return program.globals[id.index].value.map { units(of: $0) } ?? [:]
    default: return [:]
    }
  }

  private func componentOf(_ e: TypedExpression) -> ScopeID? {
    var type = resolved(e.type)
    if case .resultOf(let inner) = type { type = inner }
    if case .array(let inner, _) = type { type = inner }
    if case .instance(let id) = type { return id }
    return nil
  }

  /// A type of a component's member as it is in the instance `base`.
  mutating func instantiated(_ type: Type, in base: TypedExpression?) -> Type {
    guard let base, let component = componentOf(base), !scopeVariables[component.index].isEmpty else { return type }
    return resolved(type).substituting(units(of: base))
  }

  private mutating func checkInstance(_ tree: Thing, _ component: ScopeID, _ substitution: [DimensionVariable: Dimension]) -> TypedThing {
    for index in program.scopes[component.index].members.indices {
      if case .parameter = program.scopes[component.index].members[index].kind { checkMember(component, MemberID(index)) }
    }
    let scopeInfo = program.scopes[component.index]
    var fields: [(name: String, value: TypedExpression)] = []
    let parameters = scopeInfo.members.filter { if case .parameter = $0.kind { true } else { false } }
    for field in tree.fields {
      guard let member = parameters.first(where: { $0.name == field.name.text }) else {
        report(.unknownField(field.name, of: "a \(scopeInfo.name)", known: parameters.map(\.name), suggestions: closest(field.name.text, parameters.map(\.name))))
        _ = check(field.value)
        continue
      }
      guard case .parameter(_, let isLive) = member.kind else { continue }
      if fields.contains(where: { $0.name == field.name.text }) { report(.duplicate(field.name, first: nil)) }
      readsLive = false
      readsClock = false
      place = .member(live: isLive)
      let type = resolved(member.type).substituting(substitution)
      let value: TypedExpression
      if case .journey(let types) = type.present {
        value = detachedJourney { $0.check(field.value) }
        if case .journey(let own) = resolved(value.type) {
          if !(own.count == types.count && zip(types, own).allSatisfy { fits($0, $1) }) { report(mismatch(value, type.present, Label(member.span, "declared here"))) }
        } else if value.type != .unknown {
          report(.wrongType(describe(value.type), expected: "a journey", value.span))
        }
      } else {
        value = coerce(check(field.value, expected: type), to: type, why: Label(member.span, "declared here"))
      }
      place = .member(live: false)
      if !isLive, readsLive || readsClock { report(.changesWhereFixed(field.name.text, field.value.span, declared: Label(member.span, "not declared `live`"))) }
      fields.append((field.name.text, resolvedTree(value)))
    }
    settleCurrencies(component, substitution)
    for member in parameters {
      guard case .parameter(let value, _) = member.kind, !tree.fields.contains(where: { $0.name.text == member.name }) else { continue }
      if let value {
        let type = resolved(member.type).substituting(substitution)
        if !fits(anew(resolved(value.type).substituting(substitution), keeping: substitution), type) { report(mismatch(TypedExpression(value.kind, value.type, tree.name.span), type, Label(value.span, "the default is used"))) }
        continue
      }
      report(.missingField(member.name, of: "a \(scopeInfo.name)", tree.name.span, example: "\(member.name): …"))
    }
    return TypedThing(kind: .component(component), table: nil, row: nil, fields: fields, dimension: .dimensionless)
  }

  /// `fee: 1 CNY/request` of a `param fee: Money/X` says what Money is, and so what X is: money is in one currency alone.
  private mutating func settleCurrencies(_ component: ScopeID, _ own: [DimensionVariable: Dimension]) {
    guard let money = scopeVariables[component.index]["Money"] else { return }
    let known = solver.resolve(solver.resolve(money).substituting(own))
    guard !known.variables.isEmpty else { return }
    // What was said binds either of the two to the other: the currency stands beside the variable in one of them.
    let currencies = Set(
      own.values.flatMap { solver.resolve($0).factors }.compactMap { factor -> BaseDimension? in
        if case .base(let base) = factor.atom, base.kind == .currency { base } else { nil }
      })
    if let currency = currencies.first, currencies.count == 1 { _ = solver.unify(known, Dimension(currency)) }
  }

  /// The type of a default with fresh variables in place of what it leaves open, such as the unit of a `0`: each instance
  /// settles them for itself.
  private mutating func anew(_ type: Type, keeping own: [DimensionVariable: Dimension]) -> Type {
    let kept = Set(own.values.flatMap(\.variables))
    var fresh: [DimensionVariable: Dimension] = [:]
    for v in type.dimensions.flatMap(\.variables) where !kept.contains(v) && fresh[v] == nil { fresh[v] = solver.fresh() }
    return fresh.isEmpty ? type : type.substituting(fresh)
  }

  /// The type with fresh variables in place of those of the component that is checked.
  mutating func opened(_ type: Type) -> Type {
    guard let scope, program.scopes[scope.index].isComponent else { return type }
    var fresh: [DimensionVariable: Dimension] = [:]
    for (_, d) in scopeVariables[scope.index].sorted(by: { $0.key < $1.key }) {
      for v in solver.resolve(d).variables { fresh[v] = solver.fresh() }
    }
    return fresh.isEmpty ? type : resolved(type).substituting(fresh)
  }
}
