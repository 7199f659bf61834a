// What stands at the top level of a file, and simulations to be run.

import SoukText

extension Parser {
  mutating func parseFile() -> [Item] {
    var items: [Item] = []
    while true {
      if stopped { recover(base: 0) }
      switch token.kind {
      case .end: return items
      case .newline:
        take()
        continue
      case .rightBrace, .rightParen, .rightBracket:
        if !unclosedReported { diagnostics.append(.unopened(text(token), at: tokenSpan)) }
        take()
        continue
      default: break
      }
      let before = token.lower
      items.append(parseItem())
      endItem()
      if stopped { recover(base: 0) }
      if real.lower == before && token.kind != .end { take() }
    }
  }

  private mutating func endItem() {
    if unwinding {
      unwinding = false
      return
    }
    switch token.kind {
    case .newline: take()
    case .end, .stopped: return
    default: unexpectedAfterStatement()
    }
  }

  mutating func parseItem() -> Item {
    let lower = token.lower
    let before = docs.take(at: lower)
    if misplaced() { return Item(.missing, span(lower, lower)) }
    correctSpelling(Self.itemWords)
    var kind = parseItemKind()
    let place = span(from: lower)
    let itemDocs = docs.take(at: before, trailing: lastUpper)
    if case .binding(var binding) = kind {
      binding.docs = itemDocs
      kind = .binding(binding)
    }
    return Item(kind, place, docs: itemDocs)
  }

  static let itemWords: [Keyword] = [
    .import, .unit, .fn, .let, .scenario, .model, .component, .test, .settings, .table, .record, .choice, .check, .print, .plot,
    .export, .advance, .step, .compare,
  ]

  private mutating func parseItemKind() -> Item.Kind {
    guard token.kind == .word, !token.beforeColon, let keyword = token.keyword else { return expressionItem() }
    switch keyword {
    case .import: return parseImport()
    case .unit: return parseUnitDeclaration()
    case .fn: return .function(parseFunction())
    case .let: return .binding(parseBinding(keyword))
    case .scenario:
      takeKeyword()
      let name = expectName("the name of the scenario")
      expect(.assign, "`=`", after: "`scenario \(name.text)`")
      return .scenario(name, parseExpression())
    case .model, .component:
      takeKeyword()
      let name = expectName("the name of the \(keyword.rawValue)")
      let given = misplacedParameters(keyword.rawValue)
      let model = ModelDeclaration(name: name, members: given + parseMembers(keyword.rawValue, name.text))
      return keyword == .model ? .model(model) : .component(model)
    case .test:
      takeKeyword()
      let name = parseString()
      return .test(name: name, body: parseSteps("`test`"))
    case .settings:
      takeKeyword()
      return .settings(parseFields("`settings`"))
    case .table: return .table(parseTable())
    case .record:
      takeKeyword()
      let name = expectName("the name of the record")
      return .record(name, parseParameters("`record \(name.text)`", typed: true))
    case .choice:
      let (name, options) = parseChoice()
      return .choice(name, options)
    case .check: return .check(parseCheck())
    case .print:
      takeKeyword()
      return .print(parseValue())
    case .plot: return parsePlot()
    case .export:
      takeKeyword()
      let value = parseSum()
      expect(.to, after: "what is exported")
      return .export(value, to: parseString())
    case .if: return parseItemCondition()
    case .for:
      takeKeyword()
      let name = expectName("a name for each element")
      expect(.in, after: "`for \(name.text)`")
      let list = parseHead()
      return .loop(name, in: list, body: parseItemBlock("`for`"))
    case .advance:
      let (simulation, target) = parseAdvance()
      return .advance(simulation, target)
    case .step, .compare: return .expression(parseExperiment(keyword))
    default: return expressionItem()
    }
  }

  private mutating func expressionItem() -> Item.Kind {
    let lower = token.lower
    let value = parseOperators(.or, braces: true)
    if case .missing = value.kind, stopped, lower == real.lower { return .missing }
    return .expression(value)
  }

  private mutating func parseImport() -> Item.Kind {
    takeKeyword()
    var targets: [ImportTarget] = []
    repeat {
      if token.kind == .quote {
        targets.append(.file(parseString()))
      } else {
        let lower = token.lower
        var path = [expectName("the name of a library, or a file such as \"model.souk\"")]
        while accept(.dot) { path.append(expectName("a name after `.`")) }
        targets.append(.library(path, span(from: lower)))
      }
    } while accept(.comma)
    return .importing(targets)
  }

  private mutating func parseUnitDeclaration() -> Item.Kind {
    takeKeyword()
    let name = expectName("the name of the unit")
    if accept(.assign) {
      let value = parseExpression()
      var date: Expression?
      if accept(.on) { date = parseDate() }
      return .units(.derived(name, value, on: date))
    }
    var names = [name]
    while accept(.comma) { names.append(expectName("the name of a unit")) }
    return .units(.counts(names))
  }

  private mutating func parseDate() -> Expression {
    guard token.kind == .date else {
      if token.kind == .badValue {
        let place = tokenSpan
        take()
        return Expression(.missing, place)
      }
      unexpected("a date such as `2017-11-10`", after: "`on`")
      return missing()
    }
    let date = Expression(.date(text(token)), tokenSpan)
    take()
    return date
  }

  mutating func parseFunction() -> FunctionDeclaration {
    takeKeyword()
    let name = expectName("the name of the function")
    let parameters = parseParameters("`fn \(name.text)`")
    var result: TypeExpression?
    if accept(.arrow) { result = parseType() }
    let lower = token.lower
    if token.kind == .leftBrace {
      let steps = parseSteps("the function")
      return FunctionDeclaration(name: name, parameters: parameters, result: result, body: .steps(steps, span(from: lower)))
    }
    expect(.assign, "`=` or `{`", after: "the parameters of a function")
    return FunctionDeclaration(name: name, parameters: parameters, result: result, body: .expression(parseExpression()))
  }

  /// `let`, `var` and `param`; the last may go without a value, and takes an expression only.
  mutating func parseBinding(_ keyword: Keyword) -> Binding {
    let lower = token.lower
    takeKeyword()
    let name = expectName("a name after `\(keyword.rawValue)`")
    var type: TypeExpression?
    if accept(.colon) { type = parseType() }
    var value: Expression?
    if keyword == .param {
      if accept(.assign) { value = parseExpression() }
    } else {
      if token.kind == .assign || stopped { take() } else { bindingWithoutValue(keyword, name, type) }
      value = parseValue()
    }
    let place = span(from: lower)
    return Binding(name: name, type: type, value: value, span: place)
  }

  private mutating func bindingWithoutValue(_ keyword: Keyword, _ name: Name, _ type: TypeExpression?) {
    if token.kind == .equal { return fail(.doubleEqualsInBinding(keyword.rawValue, name.text, at: tokenSpan)) }
    unexpected("`=`", after: "`\(keyword.rawValue) \(name.text)`")
  }

  mutating func parseChoice() -> (Name, [Name]) {
    takeKeyword()
    let name = expectName("the name of the choice")
    var options: [Name] = []
    block(of: "`choice \(name.text)`", commas: true) { parser in options.append(parser.expectName("an option")) }
    return (name, options)
  }

  mutating func parseTable() -> TableDeclaration {
    takeKeyword()
    let name = expectName("the name of the table")
    let columns = parseParameters("`table \(name.text)`", columns: true)
    if accept(.assign) { return TableDeclaration(name: name, columns: columns, rows: .data(parseExpression())) }
    var rows: [[Expression]] = []
    block(of: "the columns of a table", commas: false) { parser in
      var row = [parser.parseExpression()]
      while parser.accept(.comma) { row.append(parser.parseExpression()) }
      rows.append(row)
    }
    return TableDeclaration(name: name, columns: columns, rows: .inline(rows))
  }

  private mutating func parseCheck() -> Check {
    let lower = token.lower
    takeKeyword()
    var standing: Check.Standing?
    if accept(.calibrated) { standing = .calibrated } else if accept(.predicted) { standing = .predicted }
    let name = parseString()
    expect(.colon, "`:`", after: "the name of a check")
    let claim = parseExpression()
    if token.kind == .assign { fail(.assignInCondition(at: tokenSpan)) }
    var confidence: Expression?
    if accept(.confidence) { confidence = parseSum() }
    return Check(standing: standing, name: name, claim: claim, confidence: confidence, span: span(from: lower))
  }

  private mutating func parsePlot() -> Item.Kind {
    takeKeyword()
    var values = [parseHead()]
    while accept(.comma) { values.append(parseHead()) }
    return .plot(values, options: token.kind == .leftBrace ? parseFields("`plot`") : [])
  }

  private mutating func parseItemBlock(_ owner: String) -> [Item] {
    var items: [Item] = []
    scriptDepth += 1
    block(of: owner, commas: false) { parser in items.append(parser.parseItem()) }
    scriptDepth -= 1
    return items
  }

  private mutating func parseItemCondition() -> Item.Kind {
    guard enter() else { leave(); return .missing }
    defer { leave() }
    takeKeyword()
    let condition = parseCondition("if")
    let then = parseItemBlock("the condition of an `if`")
    guard accept(.else) else { return .condition(condition, then: then, otherwise: nil) }
    guard at(.if) else { return .condition(condition, then: then, otherwise: parseItemBlock("`else`")) }
    let lower = token.lower
    let nested = parseItemCondition()
    return .condition(condition, then: then, otherwise: [Item(nested, span(from: lower))])
  }

  mutating func parseAdvance() -> (Expression, Item.AdvanceTarget) {
    takeKeyword()
    let simulation = parsePlace("a simulation that was started")
    if accept(.by) { return (simulation, .by(parseSum())) }
    if accept(.until) { return (simulation, .until(parseExpression())) }
    expect(.to, after: "`advance`")
    return (simulation, .to(parseSum()))
  }

  // MARK: Experiments

  mutating func parseExperiment(_ keyword: Keyword) -> Expression {
    let lower = token.lower
    let kind = Experiment.Kind(rawValue: keyword.rawValue) ?? .run
    takeKeyword()
    let target = parseSum()
    var depth = lastDepth
    var experiment = Experiment(kind: kind, target: target, settings: [])
    switch kind {
    case .compare:
      expect(.to, after: "`compare`")
      experiment.other = parseSum()
    case .sweep:
      expect(.over, after: "what is swept")
      experiment.over = parseFields("`over`")
    case .fit:
      expect(.over, after: "what is fitted")
      experiment.over = parseFields("`over`")
      depth = max(depth, lastDepth)
      expect(.to, after: "the parameters of `fit`")
      experiment.other = parseSum()
    case .step:
      expect(.by, after: "the simulation that is stepped through")
      experiment.other = parseSum()
    case .run, .start, .fork: break
    }
    depth = max(depth, lastDepth)
    if token.kind == .leftBrace, kind != .step { experiment.settings = parseFields("`\(keyword.rawValue)`") }
    lastDepth = max(depth, lastDepth) + 1
    return Expression(.experiment(experiment), span(from: lower))
  }

  /// `{ name: value, … }`
  mutating func parseFields(_ owner: String) -> [Field] {
    var fields: [Field] = []
    var depth = 0
    block(of: owner, commas: true, of: .fields) { parser in
      guard let field = parser.parseField(owner) else { return }
      fields.append(field)
      depth = max(depth, parser.lastDepth)
    }
    lastDepth = depth
    return fields
  }

  mutating func parseField(_ owner: String) -> Field? {
    guard token.kind == .word, token.beforeColon else {
      fieldExpected(owner)
      return nil
    }
    let name = expectName("a field")
    take()
    return Field(name: name, value: parseValue())
  }

  private mutating func fieldExpected(_ owner: String) {
    guard !stopped else { return }
    if token.kind == .word, lexer.byte(lexer.skipBlanks(token.upper)) == UInt8(ascii: "=") {
      let mark = lexer.skipBlanks(token.upper)
      if lexer.byte(mark + 1) != UInt8(ascii: "=") && lexer.byte(mark + 1) != UInt8(ascii: ">") {
        return fail(.assignInField(text(token), at: span(mark, mark + 1), whole: span(token.lower, mark + 1)))
      }
    }
    unexpected("a field such as `name: value`", after: owner)
  }
}
