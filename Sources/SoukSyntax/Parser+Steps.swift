// The steps of journeys, actions, functions, tests and processes.

import SoukText

extension Parser {
  static let stepWords: [Keyword] = [
    .let, .var, .use, .hold, .seize, .release, .put, .take, .transfer, .reserve, .capture, .await, .join, .set, .add, .record,
    .count, .wait, .choose, .spawn, .first, .leave, .while, .return, .time, .expect, .print, .advance, .step,
  ]

  mutating func parseSteps(_ owner: String) -> [Step] {
    var steps: [Step] = []
    block(of: owner, commas: false, of: .steps) { parser in steps.append(parser.parseStep()) }
    return steps
  }

  mutating func parseStep() -> Step {
    let lower = token.lower
    if misplacedInSteps() { return Step(.missing, span(lower, lower)) }
    correctSpelling(Self.stepWords)
    let kind = parseStepKind()
    return Step(kind, span(from: lower))
  }

  private mutating func parseStepKind() -> Step.Kind {
    guard token.kind == .word, !token.beforeColon, let keyword = token.keyword else { return expressionStep() }
    switch keyword {
    case .let: return .binding(parseBinding(.let))
    case .var: return .variable(parseBinding(.var))
    case .use, .seize, .put, .take, .await: return withElse(parseWaiting(keyword))
    case .hold: return parseHold()
    case .join: return parseJoin()
    case .transfer, .reserve, .capture, .release: return parseTransfer(keyword)
    case .set, .add, .record:
      takeKeyword()
      let place = parsePlace("what is changed by `\(keyword.rawValue)`")
      expectColon(keyword)
      let value = parseExpression()
      return keyword == .set ? .set(place, value) : keyword == .add ? .add(place, value) : .record(place, value)
    case .count:
      takeKeyword()
      let place = parsePlace("a counter")
      return .count(place, accept(.colon) ? parseExpression() : nil)
    case .wait: return parseWait()
    case .spawn:
      takeKeyword()
      return .spawn(parseCallOfPlace("spawn"))
    case .choose:
      takeKeyword()
      return .choose(parseArms())
    case .first:
      takeKeyword()
      return .first(parseRace())
    case .leave:
      takeKeyword()
      if token.kind == .word, !token.firstOnLine, !at(.as) {
        fail(.leaveWithoutAs(text(token), at: tokenSpan))
        return .leave(as: nil)
      }
      return .leave(as: accept(.as) ? parseString() : nil)
    case .if: return parseIfStep()
    case .while:
      takeKeyword()
      let condition = parseCondition("while")
      return .whileLoop(condition, body: parseSteps("`while`"))
    case .for:
      takeKeyword()
      let name = expectName("a name for each element")
      expect(.in, after: "`for \(name.text)`")
      let list = parseHead()
      return .forLoop(name, in: list, body: parseSteps("`for`"))
    case .return:
      takeKeyword()
      let ends = token.kind == .newline || token.kind == .rightBrace || token.kind == .end || token.kind == .comma
      return .returning(ends ? nil : parseExpression())
    case .time:
      takeKeyword()
      let measure = parsePlace("a measure")
      return .time(measure, body: parseSteps("`time`"))
    case .expect:
      takeKeyword()
      let claim = parseExpression()
      if token.kind == .assign { fail(.assignInCondition(at: tokenSpan)) }
      return .expect(claim)
    case .print:
      takeKeyword()
      return .print(parseValue())
    case .advance:
      let (simulation, target) = parseAdvance()
      return .advance(simulation, target)
    case .step: return .expression(parseExperiment(keyword))
    default: return expressionStep()
    }
  }

  private mutating func expressionStep() -> Step.Kind {
    let lower = token.lower
    let value = parseOperators(.or, braces: true)
    if case .missing = value.kind, stopped, lower == real.lower { return .missing }
    return .expression(value)
  }

  private mutating func expectColon(_ keyword: Keyword) {
    if token.kind == .assign { return fail(.assignAfterVerb(keyword.rawValue, whole: span(lastUpper, token.upper), at: tokenSpan)) }
    expect(.colon, "`:`", after: "`\(keyword.rawValue)` and its thing")
  }

  /// `store.picking`, `gates[k]`: what verbs act on.
  mutating func parsePlace(_ what: String) -> Expression {
    let lower = token.lower
    let name = expectName(what)
    var value = stopped && name.text.isEmpty ? missing() : Expression(.name(name.text), name.span)
    var depth = 1
    while !stopped {
      if token.kind == .dot {
        take()
        value = Expression(.member(value, expectName("a name after `.`")), span(from: lower))
      } else if token.kind == .leftBracket {
        guard enter() else { leave(); break }
        mark(.indexOpen)
        take()
        let index = parseExpression()
        expect(.rightBracket, "`]`", after: "an index")
        leave()
        value = Expression(.index(value, index), span(from: lower))
      } else {
        break
      }
      depth = max(depth, lastDepth) + 1
      limitDepth(depth)
    }
    lastDepth = depth
    return value
  }

  /// `j(x)`, what `spawn` starts.
  mutating func parseCallOfPlace(_ verb: String) -> Expression {
    let lower = token.lower
    let place = parsePlace("a journey")
    let depth = lastDepth
    guard token.kind == .leftParen else {
      unexpected("`(`", after: "`\(verb)` and a journey")
      return place
    }
    let arguments = parseArguments()
    lastDepth = max(depth, lastDepth) + 1
    return Expression(.call(place, arguments), span(from: lower))
  }

  // MARK: Waiting

  /// `priority p patience t`, in this order.
  private mutating func parseClauses() -> Clauses {
    var clauses = Clauses()
    if accept(.priority) { clauses.priority = parseSum() }
    if accept(.patience) { clauses.patience = parseSum() }
    if at(.priority) || at(.for) { fail(.clauseOrder(text(token), at: tokenSpan)) }
    return clauses
  }

  /// A waiting step without its `else`, which also heads an arm of `first`.
  private mutating func parseWaiting(_ keyword: Keyword) -> Step.Kind {
    takeKeyword()
    switch keyword {
    case .use:
      let station = parsePlace("a station")
      let duration = accept(.for) ? parseSum() : nil
      return .use(station, for: duration, parseClauses())
    case .seize:
      let amount = parseSum()
      expect(.of, after: "how much is seized")
      let pool = parsePlace("a pool")
      return .seize(amount, of: pool, parseClauses())
    case .put:
      let amount = parseSum()
      expect(.into, after: "how much is put")
      let level = parsePlace("a level")
      return .put(amount, into: level, parseClauses())
    case .take:
      let amount = parseSum()
      expect(.from, after: "how much is taken")
      let level = parsePlace("a level")
      return .take(amount, from: level, parseClauses())
    case .join:
      let batch = parsePlace("a batch")
      return .join(batch, parseClauses(), body: nil)
    default:
      let condition = parseHead()
      var clauses = Clauses()
      if accept(.patience) { clauses.patience = parseSum() }
      return .await(condition, clauses)
    }
  }

  /// Adds `else { … }` to a waiting step.
  private mutating func withElse(_ kind: Step.Kind) -> Step.Kind {
    guard accept(.else) else { return kind }
    let steps = parseSteps("`else`")
    switch kind {
    case .use(let a, let b, var clauses):
      clauses.otherwise = steps
      return .use(a, for: b, clauses)
    case .seize(let a, let b, var clauses):
      clauses.otherwise = steps
      return .seize(a, of: b, clauses)
    case .put(let a, let b, var clauses):
      clauses.otherwise = steps
      return .put(a, into: b, clauses)
    case .take(let a, let b, var clauses):
      clauses.otherwise = steps
      return .take(a, from: b, clauses)
    case .await(let a, var clauses):
      clauses.otherwise = steps
      return .await(a, clauses)
    default: return kind
    }
  }

  private mutating func parseHold() -> Step.Kind {
    takeKeyword()
    let amount = parseSum()
    expect(.of, after: "how much is held")
    let pool = parsePlace("a pool")
    var clauses = parseClauses()
    let body = parseSteps("`hold`")
    if accept(.else) { clauses.otherwise = parseSteps("`else`") }
    return .hold(amount, of: pool, clauses, body: body)
  }

  private mutating func parseJoin() -> Step.Kind {
    takeKeyword()
    let batch = parsePlace("a batch")
    var clauses = parseClauses()
    let body = token.kind == .leftBrace ? parseSteps("`join`") : nil
    if accept(.else) { clauses.otherwise = parseSteps("`else`") }
    return .join(batch, clauses, body: body)
  }

  private mutating func parseTransfer(_ keyword: Keyword) -> Step.Kind {
    takeKeyword()
    let amount = parseSum()
    if keyword == .transfer {
      expect(.from, after: "`transfer` and an amount")
      let source = parsePlace("an account")
      expect(.to, after: "the account that pays")
      let target = parsePlace("an account")
      return .transfer(amount, from: source, to: target, otherwise: accept(.else) ? parseSteps("`else`") : nil)
    }
    expect(.of, after: "`\(keyword.rawValue)` and an amount")
    let place = parsePlace(keyword == .release ? "a pool" : "an account")
    switch keyword {
    case .release: return .release(amount, of: place)
    case .reserve: return .reserve(amount, of: place, otherwise: accept(.else) ? parseSteps("`else`") : nil)
    default:
      expect(.to, after: "the account that pays")
      let target = parsePlace("an account")
      return .capture(amount, of: place, to: target, otherwise: accept(.else) ? parseSteps("`else`") : nil)
    }
  }

  private mutating func parseWait() -> Step.Kind {
    takeKeyword()
    if accept(.until) { return .waitUntil(parseExpression()) }
    return .wait(parseExpression())
  }

  // MARK: Branches

  private mutating func parseIfStep() -> Step.Kind {
    guard enter() else { leave(); return .missing }
    defer { leave() }
    takeKeyword()
    let condition = parseCondition("if")
    let then = parseSteps("the condition of an `if`")
    guard accept(.else) else { return .condition(condition, then: then, otherwise: nil) }
    guard at(.if) else { return .condition(condition, then: then, otherwise: parseSteps("`else`")) }
    let lower = token.lower
    let nested = parseIfStep()
    return .condition(condition, then: then, otherwise: [Step(nested, span(from: lower))])
  }

  private mutating func parseArms() -> [Arm] {
    var arms: [Arm] = []
    block(of: "`choose`", commas: true) { parser in
      let lower = parser.token.lower
      let chance = parser.accept(.else) ? nil : parser.parseExpression()
      parser.expect(.leadsTo, "`=>`", after: "the chance of an arm")
      let body = parser.parseArmBody()
      arms.append(Arm(chance: chance, body: body, span: parser.span(from: lower)))
    }
    return arms
  }

  /// `{ steps }` or one step.
  private mutating func parseArmBody() -> [Step] {
    guard token.kind != .leftBrace else { return parseSteps("`=>`") }
    guard !stopped, enter() else { leave(); return [] }
    defer { leave() }
    return [parseStep()]
  }

  private mutating func parseRace() -> [RaceArm] {
    var arms: [RaceArm] = []
    block(of: "`first`", commas: true) { parser in
      let lower = parser.token.lower
      let head = parser.parseRaceHead()
      if parser.at(.else) { parser.fail(.elseInRace(at: parser.tokenSpan)) }
      parser.expect(.leadsTo, "`=>`", after: "the wait that heads an arm")
      let body = parser.parseArmBody()
      arms.append(RaceArm(head: head, body: body, span: parser.span(from: lower)))
    }
    return arms
  }

  private mutating func parseRaceHead() -> Step {
    let lower = token.lower
    let kind: Step.Kind
    if token.kind == .word && !token.beforeColon, let keyword = token.keyword, keyword.isRaceHead {
      kind = keyword == .wait ? parseWait() : parseWaiting(keyword)
    } else if token.kind == .word && !token.beforeColon, token.keyword?.isJourneyVerb == true,
      lexer.wordCharacter(lexer.skipBlanks(token.upper)) > 0
    {
      fail(.notAWait(text(token), at: tokenSpan))
      kind = .missing
    } else {
      kind = .expression(parseOperators(.or, braces: true))
    }
    return Step(kind, span(from: lower))
  }
}

extension Keyword {
  /// A wait that may head an arm of `first`.
  var isRaceHead: Bool {
    switch self {
    case .use, .seize, .put, .take, .await, .join, .wait: true
    default: false
    }
  }
}
