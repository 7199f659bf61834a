// The checker: tree to typed program, with all mistakes collected.
//
// Pass 1 gathers the names that each file declares, so that order doesn't matter among declarations. Pass 2 checks units,
// tables, functions (each when it is first called), models and components, then the items in order. Inference is
// Kennedy's: dimensions are unified in a free abelian group, sorts are never guessed. An expression that is wrong gets the
// type `unknown`, which fits everything, so that one mistake is told once.

public import SoukSyntax
public import SoukText
internal import SoukUnits

/// One file of a program: its tree, and which files (by index) its import targets are, in the order they are written.
public struct ModuleTree: Sendable {
  public var tree: SyntaxTree
  public var key: String
  public var imports: [Int]
  public var isLibrary: Bool
  /// One entry of a session: what it declares takes the place of what it sees under that name, and its settings are in force
  /// in the entries after it. Of a session only the items of the last entry are checked; identifiers never change when
  /// entries are added.
  public var isEntry: Bool
  public init(tree: SyntaxTree, key: String, imports: [Int], isLibrary: Bool, isEntry: Bool = false) {
    self.tree = tree
    self.key = key
    self.imports = imports
    self.isLibrary = isLibrary
    self.isEntry = isEntry
  }
}

/// Checks a program; modules come in the order of their dependencies, the script last, and with them the values that its
/// parameters are given from outside. O(size of the program).
public func check(_ modules: [ModuleTree], given: [SettingTree] = []) -> (program: TypedProgram, diagnostics: [Diagnostic]) {
  var checker = Checker(modules)
  checker.checkAll(given)
  return (checker.program, checker.diagnostics)
}

/// What a name of a file stands for.
enum Symbol {
  case global(GlobalID)
  case function(FunctionID)
  case scope(ScopeID)
  case table(TableID)
  case record(RecordID)
  case choice(ChoiceID)
}

struct SymbolEntry {
  var symbol: Symbol
  var span: Span
}

/// Where an expression or step stands, which decides what it may do.
enum Place: Equatable {
  case script
  /// Fields, parameters and lets of a model or component; `live` where a changing value is allowed.
  case member(live: Bool)
  case journey
  case action
  case process
  case function
  case test

  var timePasses: Bool { self == .journey || self == .action || self == .process }
  var words: String {
    switch self {
    case .script: "a script"
    case .member: "a field"
    case .function: "a function"
    case .test: "a test"
    default: "this"
    }
  }
}

struct Checker {
  var program = TypedProgram()
  var diagnostics: [Diagnostic] = []
  var solver = DimensionSolver()
  let modules: [ModuleTree]

  var moduleSymbols: [[String: SymbolEntry]] = []
  /// Names a file sees: its own and those of the files that it imports.
  var visible: [[String: SymbolEntry]] = []
  /// What a value's name meant before an entry of a session gave it anew: in `let x = x + 1` the second `x` is that.
  var replaced: [GlobalID: SymbolEntry] = [:]
  var caseOwners: [String: [(ChoiceID, Int)]] = [:]

  // Declarations waiting to be checked, beside their identifiers.
  var functionTrees: [(declaration: FunctionDeclaration, module: Int, scope: ScopeID?)] = []
  var functionState: [CheckState] = []
  var scopeTrees: [(declaration: ModelDeclaration, module: Int)] = []
  var scopeState: [CheckState] = []
  var globalTrees: [(tree: Expression?, annotation: TypeExpression?, module: Int)] = []
  var globalState: [CheckState] = []
  /// Functions declared in a scope, by name.
  var scopeFunctions: [[String: FunctionID]] = []
  var scopeVariables: [[String: Dimension]] = []
  /// Within what a check claims.
  var isClaim = false
  /// Names, such as `limit` or `hub.cutoff`, of which it is known here that they aren't missing.
  var present: Set<String> = []
  /// What stands for `Money` in a type, and where: to be one currency in the end.
  var currencies: [OpenCurrency] = []
  /// Tables that a `List` is made of somewhere: rows of other tables may serve as theirs.
  var rowLists: Set<TableID> = []

  enum CheckState { case waiting, checking, done }

  // The place that is being checked.
  var module = 0
  var scope: ScopeID?
  var place = Place.script
  var locals: [Local] = []
  var localNames: [[String: LocalID]] = []
  /// Names that stand for the row in a thing array's fields.
  var journey: MemberID?
  var outcomes: [String] = []
  /// Type that `return` must give; nil: not inside a body that returns.
  var returnType: Type?
  /// How many `first` heads, `time` bodies … we are inside of: a blocking call is a whole step only.
  var allowsBlocking = false
  /// Set when the expression being checked reads something that changes while a model runs.
  var readsLive = false
  /// Bodies of `join` around the step at hand.
  var joinDepth = 0
  var readsClock = false
  var actionCalls: [ScopeID: [MemberID: [(ScopeID, MemberID, Span)]]] = [:]
  var callerAction: (ScopeID, MemberID)?
  /// Member of a scope while its own let or param is being checked, for circles.
  var memberState: [ScopeID: [CheckState]] = [:]
  /// A figure's ids: what each global, member or the check at hand rests on.
  var provenance = Provenance()

  init(_ modules: [ModuleTree]) { self.modules = modules }

  mutating func report(_ d: Diagnostic) {
    if !diagnostics.contains(d) { diagnostics.append(d) }
  }

  // MARK: The whole

  mutating func checkAll(_ given: [SettingTree]) {
    for (index, module) in modules.enumerated() {
      let known = program.scopes.count
      declare(module, index)
      // In outline at once, so that what a later module declares comes behind it in every table.
      for scope in known..<program.scopes.count { outlineScope(ScopeID(scope)) }
    }
    for index in program.tables.indices { checkTable(TableID(index)) }
    for index in program.scopes.indices { checkScope(ScopeID(index)) }
    for index in functionTrees.indices { checkFunction(FunctionID(index)) }
    for index in modules.indices {
      self.module = index
      let isScript = index == modules.count - 1
      let items = checkItems(modules[index].tree.items, isScript: isScript)
      if isScript {
        program.items = items
        program.docs = modules[index].tree.docs
      }
    }
    for setting in given { checkGiven(setting) }
    for money in currencies where !money.isMoney(solver) {
      report(.wrongType(describe(.quantity(money.dimension)), expected: "an amount of money", money.span, hints: money.hint.map { [$0] } ?? []))
    }
    settleUnits()
    reportRecursiveActions()
    checkStandings()
    diagnostics.sort { ($0.primary.span.file, $0.primary.span.lower) < ($1.primary.span.file, $1.primary.span.lower) }
  }

  // MARK: Pass 1: names

  mutating func declare(_ tree: ModuleTree, _ index: Int) {
    module = index
    moduleSymbols.append([:])
    visible.append([:])
    for imported in tree.imports where imported >= 0 && imported < index {
      visible[index].merge(moduleSymbols[imported]) { first, _ in first }
    }
    declareItems(tree.tree.items, topLevel: true)
  }

  mutating func declareItems(_ items: [Item], topLevel: Bool) {
    for item in items {
      switch item.kind {
      case .units(let declaration): declareUnits(declaration)
      case .function(let declaration):
        let id = addFunction(declaration, scope: nil, docs: item.docs)
        add(declaration.name, .function(id))
      case .binding(let binding): declareGlobal(binding.name, binding.value, binding.type, docs: item.docs)
      case .scenario(let name, let value): declareGlobal(name, value, nil, docs: item.docs)
      case .model(let declaration): declareScope(declaration, isComponent: false, item)
      case .component(let declaration): declareScope(declaration, isComponent: true, item)
      case .table(let declaration): declareTable(declaration, item.span)
      case .record(let name, let fields):
        let id = RecordID(program.records.count)
        program.records.append(Record(name: name.text, fields: []))
        add(name, .record(id))
        let typed = fields.map { (name: $0.name.text, type: $0.type.map { self.type($0) } ?? .unknown, value: TypedExpression?.none) }
        program.records[id.index].fields = typed
      case .choice(let name, let cases): declareChoice(name, cases)
      default: break
      }
    }
  }

  mutating func declareGlobal(_ name: Name, _ value: Expression?, _ annotation: TypeExpression?, docs: String?) {
    let id = GlobalID(program.globals.count)
    program.globals.append(
      Global(name: name.text, type: .unknown, value: nil, span: name.span, docs: docs, isImported: module != modules.count - 1))
    globalTrees.append((value, annotation, module))
    globalState.append(.waiting)
    add(name, .global(id))
  }

  mutating func declareScope(_ declaration: ModelDeclaration, isComponent: Bool, _ item: Item) {
    let id = ScopeID(program.scopes.count)
    program.scopes.append(
      Scope(
        name: declaration.name.text, isComponent: isComponent, isLibrary: modules[module].isLibrary, members: [], settings: [:], invariants: [], processes: [],
        span: declaration.name.span, docs: item.docs))
    scopeTrees.append((declaration, module))
    scopeState.append(.waiting)
    scopeFunctions.append([:])
    scopeVariables.append([:])
    add(declaration.name, .scope(id))
  }

  mutating func declareChoice(_ name: Name, _ cases: [Name]) {
    let id = ChoiceID(program.choices.count)
    program.choices.append(Choice(name: name.text, cases: cases.map(\.text)))
    for (index, one) in cases.enumerated() {
      if cases[..<index].contains(where: { $0.text == one.text }) { report(.duplicate(one, first: nil)) }
      caseOwners[one.text, default: []].append((id, index))
    }
    add(name, .choice(id))
  }

  /// The choice that a case belongs to which stands without it, and which of its cases it is; of several choices with such a
  /// case the one that is seen here.
  func owner(ofCase name: String) -> (ChoiceID, Int)? {
    guard let owners = caseOwners[name] else { return nil }
    let seen = owners.count == 1 ? owners : owners.filter { owner in
      if case .choice(owner.0)? = visible[module][program.choices[owner.0.index].name]?.symbol { true } else { false }
    }
    return seen.count == 1 ? seen[0] : nil
  }

  mutating func declareTable(_ declaration: TableDeclaration, _ span: Span) {
    let id = TableID(program.tables.count)
    program.tables.append(Table(name: declaration.name.text, columns: [], key: nil, rows: .inline([]), span: declaration.name.span))
    tableTrees.append((declaration, module))
    add(declaration.name, .table(id))
  }
  var functionTypes: [FunctionID: (parameters: [Type], result: Type)] = [:]
  /// The function being checked has no declared result: `return` decides it.
  var returnsText = false
  var memberTrees: [ScopeID: [Member]] = [:]
  /// Whether a `return` with a value was met in the body being checked.
  var returnFound = false
  /// What the unit variables of a component are in each of its instances, by the scope and member that is the instance.
  var instanceUnits: [ScopeID: [MemberID: [DimensionVariable: Dimension]]] = [:]
  var localShown: [LocalID: UnitExpression] = [:]
  /// Where the locals of the body at hand are declared.
  var localSpans: [LocalID: Span] = [:]
  var tableTrees: [(declaration: TableDeclaration, module: Int)] = []

  mutating func add(_ name: Name, _ symbol: Symbol) {
    if let first = moduleSymbols[module][name.text] {
      report(.duplicate(name, first: first.span))
      return
    }
    if let known = visible[module][name.text] {
      if !modules[module].isEntry {
        report(.duplicate(name, first: known.span))
      } else if case .global(let id) = symbol {
        replaced[id] = known
      }
    }
    moduleSymbols[module][name.text] = SymbolEntry(symbol: symbol, span: name.span)
    visible[module][name.text] = SymbolEntry(symbol: symbol, span: name.span)
  }

  mutating func addFunction(_ declaration: FunctionDeclaration, scope: ScopeID?, docs: String?) -> FunctionID {
    let id = FunctionID(program.functions.count)
    program.functions.append(
      Function(
        name: declaration.name.text, body: Body(locals: [], steps: [], expression: nil), parameters: [], result: .unknown,
        isRecursive: false, span: declaration.name.span, docs: docs))
    functionTrees.append((declaration, module, scope))
    functionState.append(.waiting)
    return id
  }

  /// Whether an entry of a session says once more what the session counts.
  private func isKnownCount(_ name: String) -> Bool {
    modules[module].isEntry && program.units.isDeclared(name) && program.units.unit(named: name)?.dimension == .count(name)
  }

  mutating func declareUnits(_ declaration: UnitDeclaration) {
    switch declaration {
    case .counts(let names):
      for name in names where !isKnownCount(name.text) {
        if case .failure(let problem) = program.units.declareCount(name.text) { report(.badUnit(problem, name.span)) }
      }
    case .derived(let name, let value, let date):
      let typed = check(value)
      guard case .quantity(let dimension) = resolved(typed.type), let factor = constant(typed) else {
        report(.badDeclaration("a unit is declared as a number of another unit", value.span, "not a constant quantity",
          hint: "write `unit \(name.text) = 12 order`"))
        return
      }
      let known = program.units.unit(named: name.text)
      if known?.dimension.currency != nil, let other = dimension.currency {
        var dateText: String?
        if let date, case .date(let text) = date.kind {
          dateText = text
          _ = check(date)
        }
        let shownFactor = factor / (program.units.unit(named: other.name)?.factor ?? 1)
        if modules[module].isEntry { program.units.withdrawRate(of: name.text, in: dimension) }
        if case .failure(let problem) = program.units.declareRate(from: name.text, rate: shownFactor, to: dimension, on: dateText) {
          report(.badUnit(problem, name.span))
        }
      } else if modules[module].isEntry, program.units.redeclare(name.text, factor: factor, dimension: dimension) {
        return
      } else if case .failure(let problem) = program.units.declare(name.text, factor: factor, dimension: dimension) {
        report(.badUnit(problem, name.span))
      }
    }
  }

  // MARK: Items

  mutating func checkItems(_ items: [Item], isScript: Bool) -> [TypedItem] {
    var out: [TypedItem] = []
    for item in items {
      place = .script
      scope = nil
      if let kind = checkItem(item, isScript: isScript) { out.append(TypedItem(kind: kind, span: item.span)) }
    }
    return out
  }

  mutating func checkItem(_ item: Item, isScript: Bool) -> TypedItem.Kind? {
    switch item.kind {
    case .binding(let binding): return bindingItem(binding.name)
    case .scenario(let name, _): return bindingItem(name)
    case .settings(let fields):
      for field in fields where isScript || modules[module].isEntry { program.settings[field.name.text] = checkSetting(field) }
      return nil
    case .check(let tree): return isScript ? .check(checkCheck(tree)) : nil
    case .print(let value): return isScript ? .print(wholly(value)) : nil
    case .plot(let values, let options):
      guard isScript else { return nil }
      var typed: [String: TypedExpression] = [:]
      for option in options { typed[option.name.text] = check(option.value) }
      return .plot(values.map { wholly($0) }, options: typed)
    case .export(let value, let name): return isScript ? .export(wholly(value), to: check(string: name)) : nil
    case .expression(let value): return isScript ? .expression(wholly(value)) : nil
    case .condition(let condition, let then, let otherwise):
      guard isScript else { return nil }
      let typed = checkCondition(condition)
      let thenItems = nested(then)
      return .condition(typed, then: thenItems, otherwise: otherwise.map { nested($0) } ?? [])
    case .loop(let name, let source, let body):
      guard isScript else { return nil }
      let list = check(source)
      let element = elementType(list)
      let saved = visible[module]
      let savedOwn = moduleSymbols[module]
      let id = GlobalID(program.globals.count)
      program.globals.append(Global(name: name.text, type: element, value: nil, span: name.span, docs: nil, isImported: false))
      globalTrees.append((nil, nil, module))
      globalState.append(.done)
      visible[module][name.text] = SymbolEntry(symbol: .global(id), span: name.span)
      let items = nested(body)
      visible[module] = saved
      moduleSymbols[module] = savedOwn
      return .loop(id, in: list, body: items)
    case .test(let name, let steps):
      guard isScript else { return nil }
      let title = check(string: name)
      let body = checkBody(place: .test, parameters: [], steps: steps, returns: nil).body
      return .test(name: title, body)
    case .advance(let target, let to):
      guard isScript else { return nil }
      let (simulation, typed) = checkAdvance(target, to)
      return .advance(simulation, typed)
    default: return nil
    }
  }

  /// An expression whose value is shown or given away as it is.
  mutating func wholly(_ tree: Expression) -> TypedExpression {
    let value = checkWhole(tree)
    noteWhole(value)
    return resolvedTree(value)
  }

  /// Items inside braces: their declarations are seen there only.
  mutating func nested(_ items: [Item]) -> [TypedItem] {
    let saved = visible[module]
    let savedOwn = moduleSymbols[module]
    declareItems(items, topLevel: false)
    let out = checkItems(items, isScript: true)
    visible[module] = saved
    moduleSymbols[module] = savedOwn
    return out
  }

  mutating func bindingItem(_ name: Name) -> TypedItem.Kind? {
    guard let entry = visible[module][name.text], case .global(let id) = entry.symbol else { return nil }
    checkGlobal(id)
    return module == modules.count - 1 ? .binding(id) : nil
  }

  mutating func checkGlobal(_ id: GlobalID) {
    guard globalState[id.index] == .waiting, let tree = globalTrees[id.index].tree else { return }
    globalState[id.index] = .checking
    let annotation = globalTrees[id.index].annotation
    let name = program.globals[id.index].name
    let value = detached(module: globalTrees[id.index].module) { checker -> TypedExpression in
      checker.provenance.begin()
      let own = checker.visible[checker.module][name]
      if let former = checker.replaced[id] { checker.visible[checker.module][name] = former }
      defer { checker.visible[checker.module][name] = own }
      let expected = annotation.map { checker.type($0) }
      var value = checker.check(tree, expected: expected)
      if let expected { value = checker.coerce(value, to: expected, why: annotation.map { Label($0.span, "declared here") }) }
      checker.provenance.end(.global(id))
      return checker.resolvedTree(value)
    }
    program.globals[id.index].value = value
    program.globals[id.index].type = value.type
    noteAlias(value, named: name)
    globalState[id.index] = .done
  }

  /// Runs `body` with the state of a place of its own, and comes back.
  mutating func detached<T>(module: Int? = nil, scope: ScopeID? = nil, place: Place = .script, _ body: (inout Checker) -> T) -> T {
    let saved = (self.module, self.scope, self.place, locals, localNames, present, localShown, journey, outcomes, returnType, allowsBlocking, readsLive, readsClock, callerAction, localSpans, isClaim)
    self.module = module ?? self.module
    self.scope = scope
    self.place = place
    locals = []
    localNames = [[:]]
    present = []
    localShown = [:]
    journey = nil
    outcomes = []
    returnType = nil
    allowsBlocking = false
    callerAction = nil
    isClaim = false
    let result = body(&self)
    (self.module, self.scope, self.place, locals, localNames, present, localShown, journey, outcomes, returnType, allowsBlocking, readsLive, readsClock, callerAction, localSpans, isClaim) = saved
    return result
  }

  mutating func checkSetting(_ field: Field) -> TypedExpression {
    let known = ["flake", "edits", "confidence", "indifference", "seed", "replications", "provenance"]
    if !known.contains(field.name.text) {
      report(.unknownField(field.name, of: "`settings`", known: known, suggestions: closest(field.name.text, known)))
    }
    return field.name.text == "provenance"
      ? TypedExpression(.text([.text(nameText(field.value) ?? "")]), .text, field.value.span) : check(field.value)
  }

  mutating func checkCheck(_ tree: Check) -> TypedCheck {
    provenance.begin()
    isClaim = true
    let claim = checkWhole(tree.claim)
    isClaim = false
    let confidence = tree.confidence.map { checkQuantity($0, .dimensionless) }
    let figures = provenance.endCheck(tree)
    switch resolved(claim.type) {
    case .claim, .bool, .estimate(.bool), .unknown: break
    default: report(.notAClaim(describe(claim.type), claim.span, hint: claimHint(claim, written(tree.claim) ?? "…")))
    }
    if tree.standing == nil, !figures.isEmpty { report(.needsStanding(figures, tree.name.span)) }
    return TypedCheck(
      standing: tree.standing, name: check(string: tree.name), claim: resolvedTree(claim), confidence: confidence, figures: figures,
      span: tree.span)
  }
}
