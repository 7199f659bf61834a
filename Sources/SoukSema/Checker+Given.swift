// Values from outside of the script: `--set store.couriers="50 courier"`. A path leads from a model through its instances to a
// parameter; the value is an expression of constants, checked as the parameter's own field would be, units of the instance
// included.

internal import SoukSyntax
internal import SoukText
internal import SoukUnits

/// A parameter that a path leads to.
private struct Parameter {
  var place: GivenValue.Place
  var type: Type
  /// With its model: `Shop.store.couriers`.
  var path: String
  var span: Span
}

extension Checker {
  mutating func checkGiven(_ tree: SettingTree) {
    let path = tree.path.map { $0.name.text + ($0.key.map { "[\($0.text)]" } ?? "") }.joined(separator: ".")
    let found = parameters(at: tree.path)
    guard let first = found.first else { return reportUnknown(path, tree) }
    if found.contains(where: { $0.type != first.type }) {
      return report(.severalParameters(path, tree.pathSpan, found.map { ($0.path, describe($0.type)) }))
    }
    guard first.type.isGivable else { return report(.notGivable(path, describe(first.type), tree.pathSpan, declared: first.span)) }
    guard let value = givenValue(tree, first) else { return }
    program.given.append(GivenValue(text: tree.whole, places: found.map(\.place), value: value))
  }

  /// The value as the parameter's type; nil, with its mistakes reported, where its form is wrong.
  private mutating func givenValue(_ tree: SettingTree, _ parameter: Parameter) -> TypedExpression? {
    if parameter.type.isText {
      // A shell takes the quotes away, so a text is what stands there.
      if case .string = tree.value.kind, tree.diagnostics.isEmpty {} else {
        return TypedExpression(.text([.text(tree.text.text)]), .text, tree.text.span)
      }
    }
    guard tree.diagnostics.isEmpty else {
      for problem in tree.diagnostics { report(problem) }
      return nil
    }
    // Constants only: what the script works out isn't known from outside.
    let names = visible[module]
    visible[module] = names.filter { if case .global = $0.value.symbol { false } else { true } }
    defer { visible[module] = names }
    return detached(module: modules.count - 1, place: .member(live: false)) { checker in
      checker.provenance.begin()
      defer { checker.provenance.discard() }
      checker.readsLive = false
      checker.readsClock = false
      let value = checker.coerce(
        checker.check(tree.value, expected: parameter.type), to: parameter.type, why: Label(parameter.span, "`\(parameter.path)` is declared here"))
      if checker.readsLive || checker.readsClock { checker.report(.changesWhereFixed(parameter.path, value.span, declared: nil)) }
      return checker.resolvedTree(value)
    }
  }

  // MARK: Paths

  /// What a path means: `couriers` and `store.couriers` in each model that has it, `Shop.store.couriers` in one.
  private mutating func parameters(at path: [SettingTree.Part]) -> [Parameter] {
    var found: [Parameter] = []
    for index in program.scopes.indices where !program.scopes[index].isComponent {
      let model = ScopeID(index)
      if let one = parameter(path[...], in: model, model: model, steps: [], path: program.scopes[index].name, units: [:]) { found.append(one) }
      if path.count > 1, path[0].key == nil, path[0].name.text == program.scopes[index].name,
        let one = parameter(path.dropFirst(), in: model, model: model, steps: [], path: program.scopes[index].name, units: [:])
      {
        found.append(one)
      }
    }
    return found
  }

  private mutating func parameter(
    _ path: ArraySlice<SettingTree.Part>, in scope: ScopeID, model: ScopeID, steps: [GivenValue.Step], path above: String,
    units: [DimensionVariable: Dimension]
  ) -> Parameter? {
    guard let part = path.first, let id = program.scopes[scope.index].member(named: part.name.text) else { return nil }
    let member = program.scopes[scope.index].members[id.index]
    let name = above + "." + part.name.text
    if path.count == 1 {
      guard case .parameter = member.kind, part.key == nil else { return nil }
      return Parameter(
        place: GivenValue.Place(model: model, steps: steps, member: id), type: resolved(resolved(member.type).substituting(units)), path: name,
        span: member.span)
    }
    guard case .thing(let thing) = member.kind, case .component(let component) = thing.kind, part.key == nil || thing.table != nil else { return nil }
    let step = GivenValue.Step(member: id, table: thing.table, key: part.key)
    return parameter(
      path.dropFirst(), in: component, model: model, steps: steps + [step], path: name,
      units: unitsInside(id, scope, component, units))
  }

  private mutating func unitsInside(
    _ id: MemberID, _ scope: ScopeID, _ component: ScopeID, _ around: [DimensionVariable: Dimension]
  ) -> [DimensionVariable: Dimension] {
    units(of: id, in: scope, component).mapValues { solver.resolve($0).substituting(around) }
  }

  // MARK: What could have been meant

  private mutating func reportUnknown(_ path: String, _ tree: SettingTree) {
    var known: [(model: String, path: String)] = []
    for scope in program.scopes where !scope.isComponent {
      var paths: [String] = []
      collect(scope, "", &paths, depth: 0)
      known += paths.map { (scope.name, $0) }
    }
    let models = Set(known.map(\.model))
    let long = known.map { "\($0.model).\($0.path)" }
    let isLong = tree.path.count > 1 && tree.path.first.map { models.contains($0.name.text) } == true
    let offered = isLong || models.count > 1 ? long : known.map(\.path)
    let last = tree.path.last?.name.text ?? ""
    let alike = (isLong ? long : known.map(\.path)).filter { $0.split(separator: ".").count == tree.path.count }
    let suggestion =
      closest(path, alike).first
      ?? offered.first { $0 == last || $0.hasSuffix("." + last) }
      ?? (isMember(tree.path) ? nil : offered.first { closest(last, [String($0.split(separator: ".").last ?? "")]).first != nil })
    report(
      .unknownParameter(
        path, tree.pathSpan, label: isMember(tree.path) ? "not declared as a `param`" : "not known", suggestion: suggestion,
        known: offered.sorted()))
  }

  /// Paths of all parameters in a model or component and in what it is made of.
  private func collect(_ scope: Scope, _ above: String, _ paths: inout [String], depth: Int) {
    guard depth < 8, paths.count < 1000 else { return }
    for member in scope.members {
      switch member.kind {
      case .parameter: if resolved(member.type).isGivable { paths.append(above + member.name) }
      case .thing(let thing):
        guard case .component(let component) = thing.kind else { continue }
        collect(program.scopes[component.index], above + member.name + ".", &paths, depth: depth + 1)
      default: break
      }
    }
  }

  /// Whether the first name of a path is something of a model, though it leads to no parameter.
  private func isMember(_ path: [SettingTree.Part]) -> Bool {
    guard let first = path.first else { return false }
    return program.scopes.contains { !$0.isComponent && $0.member(named: first.name.text) != nil }
  }
}

extension Type {
  fileprivate var isText: Bool {
    switch self {
    case .text, .optional(.text): true
    default: false
    }
  }

  /// Whether a value of this type can be written outside of the model that takes it.
  fileprivate var isGivable: Bool {
    switch self {
    case .quantity, .bool, .text, .date, .clock, .curve, .range, .span, .record, .row, .choice, .calendar, .function, .unknown: true
    case .dist(let inner), .list(let inner), .optional(let inner): inner.isGivable
    default: false
    }
  }
}
