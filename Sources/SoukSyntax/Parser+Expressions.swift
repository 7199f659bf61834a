// Expressions, by precedence climbing. From loose to tight: `or`, `and`, `not`, comparisons, `to at during`, `..`, `+ -`,
// `* / mod`, unary `-`, `^`, then calls, members, indices, entries and provenance.

import SoukText

/// How tightly an operator binds; the numbers are only compared.
enum Level: Int, Comparable {
  case or = 1, and, not, comparison, conversion, range, sum, product, tight
  static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }
  var next: Level { Level(rawValue: rawValue + 1) ?? .tight }
  var previous: Int { rawValue - 1 }
}

extension Parser {
  /// An expression, or a simulation to be run: the right side of a `let`, an argument, a field, a hole of a string.
  mutating func parseValue() -> Expression {
    if token.kind == .word, !token.beforeColon, let keyword = token.keyword {
      switch keyword {
      case .run, .start, .fork, .step, .compare, .sweep, .fit: return parseExperiment(keyword)
      case .choose: return parseChooseExpression()
      case .spawn:
        let lower = token.lower
        takeKeyword()
        let call = parseCallOfPlace("spawn")
        lastDepth += 1
        return Expression(.spawn(call), span(from: lower))
      default: break
      }
    }
    return parseExpression()
  }

  mutating func parseExpression() -> Expression {
    if at(.if) { return parseIfExpression() }
    if at(.fn) { return parseLambda() }
    return parseOperators(.or, braces: true)
  }

  /// An expression whose braces belong to the word before it.
  mutating func parseHead() -> Expression { parseOperators(.or, braces: false) }
  /// A sum: what a clause takes, so that `to`, `of` and `for` after it belong to the statement.
  mutating func parseSum() -> Expression { parseOperators(.sum, braces: false) }

  private mutating func parseIfExpression() -> Expression {
    let lower = token.lower
    guard enter() else { leave(); return missing() }
    defer { leave() }
    takeKeyword()
    let condition = parseCondition("if")
    var depth = lastDepth
    let then = parseBracedExpression("if")
    depth = max(depth, lastDepth)
    var otherwise: Expression
    if token.kind == .newline { otherwise = missing(); fail(.elseMissing(at: tokenSpan)) } else {
      expect(.else, after: "the first branch of an `if` that gives a value")
      otherwise = at(.if) ? parseIfExpression() : parseBracedExpression("else")
    }
    lastDepth = max(depth, lastDepth) + 1
    if stopped { otherwise = missing() }
    return Expression(.ifElse(condition, then: then, otherwise: otherwise), span(from: lower))
  }

  private mutating func parseBracedExpression(_ word: String) -> Expression {
    expect(.leftBrace, "`{`", after: "`\(word)`")
    let value = parseExpression()
    if token.kind == .newline { take() }
    expect(.rightBrace, "`}`", after: "the value of a branch")
    return value
  }

  /// A condition: `if x = 3` is told as what it is.
  mutating func parseCondition(_ word: String) -> Expression {
    let condition = parseHead()
    if token.kind == .assign {
      diagnostics.append(.assignInCondition(at: tokenSpan))
      take()
      let lower = condition.span.lower
      let right = parseOperators(.conversion, braces: false)
      return Expression(.binary(.equal, condition, right, operatorSpan: right.span), span(from: Int(lower)))
    }
    return condition
  }

  private mutating func parseLambda() -> Expression {
    let lower = token.lower
    guard enter() else { leave(); return missing() }
    defer { leave() }
    takeKeyword()
    let parameters = parseParameters("fn")
    expect(.assign, "`=`", after: "the parameters of a function")
    let body = parseExpression()
    lastDepth += 1
    return Expression(.lambda(parameters, body), span(from: lower))
  }

  private mutating func parseChooseExpression() -> Expression {
    let lower = token.lower
    takeKeyword()
    let variable = expectName("the name of what is chosen")
    expect(.in, after: "`choose \(variable.text)`")
    let list = parseHead()
    var depth = lastDepth
    var rule = ChooseExpression.Rule.weight
    if at(.logit) { rule = .logit; takeKeyword() } else { expect(.weight, after: "`choose … in …`") }
    let score = parseHead()
    depth = max(depth, lastDepth)
    lastDepth = depth + 1
    return Expression(
      .choose(ChooseExpression(variable: variable, list: list, rule: rule, score: score)), span(from: lower))
  }

  func missing() -> Expression { Expression(.missing, span(real.lower, real.lower)) }

  // MARK: Operators

  private func infix() -> (operator: BinaryOperator, level: Level)? {
    switch token.kind {
    case .plus: (.add, .sum)
    case .minus: (.subtract, .sum)
    case .star: (.multiply, .product)
    case .slash: (.divide, .product)
    case .less: (.less, .comparison)
    case .lessOrEqual: (.lessOrEqual, .comparison)
    case .greater: (.greater, .comparison)
    case .greaterOrEqual: (.greaterOrEqual, .comparison)
    case .equal: (.equal, .comparison)
    case .notEqual: (.notEqual, .comparison)
    case .word where !token.beforeColon:
      switch token.keyword {
      case .or: (.or, .or)
      case .and: (.and, .and)
      case .mod: (.modulo, .product)
      case .contains: (.contains, .comparison)
      default: nil
      }
    default: nil
    }
  }

  mutating func parseOperators(_ lowest: Level, braces: Bool) -> Expression {
    let lower = token.lower
    let negated = lowest <= .not && at(.not)
    var left = negated ? parseNot(braces: braces) : parseUnary(braces: braces)
    var ceiling = negated ? Level.and.rawValue : Level.tight.rawValue
    var depth = lastDepth
    while !stopped {
      guard let level = parseOperator(&left, &depth, lower, lowest, ceiling, braces) else { break }
      let chains = level != .comparison && level != .range
      ceiling = chains ? level.rawValue : level.previous
      depth += 1
      limitDepth(depth)
    }
    lastDepth = depth
    return left
  }

  mutating func limitDepth(_ depth: Int) {
    if depth > Self.depthLimit && !stopped { fail(.tooDeep(limit: Self.depthLimit, at: tokenSpan)) }
  }

  private mutating func parseNot(braces: Bool) -> Expression {
    let lower = token.lower
    guard enter() else { leave(); return missing() }
    defer { leave() }
    takeKeyword()
    let operand = parseOperators(.not, braces: braces)
    lastDepth += 1
    return Expression(.not(operand), span(from: lower))
  }

  /// Reads one operator of a level between `lowest` and `ceiling` and what stands right of it.
  private mutating func parseOperator(
    _ left: inout Expression, _ depth: inout Int, _ lower: Int, _ lowest: Level, _ ceiling: Int, _ braces: Bool
  ) -> Level? {
    func fits(_ level: Level) -> Bool { level >= lowest && level.rawValue <= ceiling }
    if let (op, level) = infix() {
      if level == .comparison && ceiling == Level.comparison.previous && level >= lowest {
        var middle: String?
        if case .binary(_, _, let operand, _) = left.kind { middle = lexer.file.text(operand.span) }
        fail(.comparisonChain(middle: middle, gap: span(lastUpper, lastUpper), at: tokenSpan))
        return nil
      }
      guard fits(level) else { return nil }
      let place = tokenSpan
      if token.kind == .word { takeKeyword() } else { take() }
      let right = parseOperators(level.next, braces: braces)
      depth = max(depth, lastDepth)
      left = Expression(.binary(op, left, right, operatorSpan: place), span(from: lower))
      return level
    }
    if token.kind == .dots, fits(.range) {
      take()
      let upper = parseOperators(.sum, braces: braces)
      depth = max(depth, lastDepth)
      var step: Expression?
      if accept(.step) {
        step = parseOperators(.sum, braces: braces)
        depth = max(depth, lastDepth)
      }
      left = Expression(.range(left, upper, step: step), span(from: lower))
      return .range
    }
    guard token.kind == .word, !token.beforeColon, let keyword = token.keyword else { return nil }
    switch keyword {
    case .to where fits(.conversion):
      let unit = parseUnit(after: "`to`")
      left = Expression(.convert(left, unit), span(from: lower))
      return .conversion
    case .at where fits(.conversion), .during where fits(.conversion):
      takeKeyword()
      let right = parseOperators(.range, braces: braces)
      depth = max(depth, lastDepth)
      left = Expression(keyword == .at ? .at(left, right) : .during(left, right), span(from: lower))
      return .conversion
    case .within where fits(.comparison):
      takeKeyword()
      let tolerance = parseOperators(.conversion, braces: braces)
      depth = max(depth, lastDepth)
      var target: Expression?
      if accept(.of) {
        target = parseOperators(.conversion, braces: braces)
        depth = max(depth, lastDepth)
      }
      left = Expression(.within(left, tolerance: tolerance, of: target), span(from: lower))
      return .comparison
    default: return nil
    }
  }

  private mutating func parseUnary(braces: Bool) -> Expression {
    let lower = token.lower
    if token.kind == .minus { return parseNegation(braces: braces) }
    let base = parsePostfix(braces: braces)
    return token.kind == .caret ? parsePower(base, lower, braces: braces) : base
  }

  private mutating func parseNegation(braces: Bool) -> Expression {
    let lower = token.lower
    guard enter() else { leave(); return missing() }
    defer { leave() }
    mark(.negate)
    take()
    let operand = parseUnary(braces: braces)
    lastDepth += 1
    return Expression(.negate(operand), span(from: lower))
  }

  private mutating func parsePower(_ base: Expression, _ lower: Int, braces: Bool) -> Expression {
    guard enter() else { leave(); return base }
    defer { leave() }
    let depth = lastDepth
    let place = tokenSpan
    take()
    let exponent = parseUnary(braces: braces)
    lastDepth = max(depth, lastDepth) + 1
    return Expression(.binary(.power, base, exponent, operatorSpan: place), span(from: lower))
  }

  // MARK: Atoms and what follows them

  private mutating func parsePostfix(braces: Bool) -> Expression {
    let lower = token.lower
    var value = parseAtom()
    var depth = lastDepth
    parseSuffixes(&value, &depth, lower)
    if braces && token.kind == .leftBrace {
      let entries = parseEntries()
      depth = max(depth, lastDepth) + 1
      value = Expression(.entries(value, entries), span(from: lower))
    }
    lastDepth = depth
    return token.kind == .word && (token.beforeString || at(.assumed)) ? parseOrigin(value, lower) : value
  }

  /// `from "S3-09"` or `assumed`, behind the value that it is about.
  private mutating func parseOrigin(_ value: Expression, _ lower: Int) -> Expression {
    let depth = lastDepth
    let named = token.beforeString
    takeKeyword()
    let kind: Expression.Kind = named ? .sourced(value, parseString()) : .assumed(value)
    lastDepth = depth + 1
    return Expression(kind, span(from: lower))
  }

  private mutating func parseSuffixes(_ value: inout Expression, _ depth: inout Int, _ lower: Int) {
    while true {
      switch token.kind {
      case .dot:
        let dot = tokenSpan
        take()
        if case .number = value.kind, token.kind != .word || token.firstOnLine {
          fail(.numberEndsWithDot(at: dot))
          continue
        }
        value = Expression(.member(value, expectName("a name after `.`")), span(from: lower))
      case .leftParen:
        let arguments = parseArguments()
        value = Expression(.call(value, arguments), span(from: lower))
      case .leftBracket:
        guard enter() else { return leave() }
        mark(.indexOpen)
        take()
        var index = parseExpression()
        if token.kind == .comma {
          // `daily [06:00, 14:00]`: several stand for their list.
          var several = [index]
          while token.kind == .comma {
            take()
            if token.kind == .rightBracket { break }
            several.append(parseExpression())
          }
          index = Expression(.list(several), span(from: Int(index.span.lower)))
        }
        expect(.rightBracket, "`]`", after: "an index")
        leave()
        value = Expression(.index(value, index), span(from: lower))
      default: return
      }
      depth = max(depth, lastDepth) + 1
      limitDepth(depth)
    }
  }

  private mutating func parseAtom() -> Expression {
    lastDepth = 1
    switch token.kind {
    case .quote: return parseStringValue()
    case .leftBracket: return parseList()
    case .leftParen: return parseGroup()
    default: return parseLeaf()
    }
  }

  private mutating func parseStringValue() -> Expression {
    let string = parseString()
    return Expression(.string(string), string.span)
  }

  /// What has no expression inside. Apart from `parseAtom`, whose frame is on the stack for each level of nesting.
  private mutating func parseLeaf() -> Expression {
    let place = tokenSpan
    switch token.kind {
    case .word:
      if statementStandsInstead() || at(.else) {
        valueExpected()
        return missing()
      }
      let name = text(token)
      take()
      return Expression(.name(name), place)
    case .number:
      let number = numberLiteral(token)
      take()
      return Expression(.number(number), place)
    case .date, .clock:
      let written = text(token)
      let kind = token.kind
      take()
      return Expression(kind == .date ? .date(written) : .clock(written), place)
    case .question:
      take()
      return Expression(.hole, place)
    case .badValue:
      take()
      return Expression(.missing, place)
    default:
      valueExpected()
      return Expression(.missing, span(real.lower, real.lower))
    }
  }

  /// A line that begins with a statement where the one above wants to go on: `let x =` and then `print y` in the next line.
  func statementStandsInstead() -> Bool {
    guard continuing, lastKind != .newline, lastKind != .comma || inRound, lastKind != .leftBrace, token.firstOnLine, let keyword = token.keyword, !token.beforeColon, keyword.beginsStatement else { return false }
    let after = lexer.skipBlanks(token.upper)
    guard after > token.upper, lexer.wordCharacter(after) > 0 || lexer.byte(after) == UInt8(ascii: "\"") else { return false }
    return !keywordContinues(after)
  }

  /// Whether the word at `i` could go on an expression, as `and` does.
  private func keywordContinues(_ i: Int) -> Bool {
    lexer.isWordStart(i) && lexer.keyword(i, lexer.wordEnd(i))?.isClauseWord == true
  }

  private mutating func valueExpected() {
    guard !stopped else { return }
    let closes = open.last.map { Self.closer($0.kind) == token.kind } ?? false
    if !closes && reportCommonMistake() { return }
    let after = lastUpper > 0 ? span(max(0, lastUpper - 1), lastUpper) : tokenSpan
    if token.firstOnLine || token.kind == .newline || token.kind == .end || closes {
      fail(.valueMissing(after: lastToken(), at: after))
    } else if token.kind.isInfix {
      fail(.valueBeforeOperator(text(token), after: lastToken(), at: tokenSpan))
    } else {
      fail(.unexpected(describe(token), expected: "a value", in: "", at: tokenSpan))
    }
  }

  private func lastToken() -> String {
    guard let last = tokens.last(where: { Int($0.upper) <= lastUpper && $0.kind != .newline && $0.kind != .comment && $0.kind != .docComment }) else {
      return ""
    }
    return lexer.file.text(Int(last.lower), Int(last.upper))
  }

  private mutating func parseList() -> Expression {
    let lower = token.lower
    guard enter() else { leave(); return missing() }
    defer { leave() }
    take()
    var elements: [Expression] = []
    var depth = 0
    while token.kind != .rightBracket && !stopped {
      elements.append(parseExpression())
      depth = max(depth, lastDepth)
      if !separateArguments(.rightBracket) { break }
    }
    if elements.isEmpty && token.kind == .rightBracket { depth = 0 }
    expect(.rightBracket, "`,` or `]`", after: "an element")
    lastDepth = depth + 1
    return Expression(.list(elements), span(from: lower))
  }

  private mutating func parseGroup() -> Expression {
    let lower = token.lower
    guard enter() else { leave(); return missing() }
    defer { leave() }
    take()
    let value = parseValue()
    expect(.rightParen, "`)`", after: "the expression")
    lastDepth += 1
    return Expression(.group(value), span(from: lower))
  }

  /// After an element in `( )` or `[ ]`: true when another may follow. A missing comma is reported and read as if it were there.
  mutating func separateArguments(_ closer: TokenKind) -> Bool {
    if accept(.comma) { return true }
    guard token.kind != closer, !stopped else { return false }
    switch token.kind {
    case .number, .word, .quote, .date, .clock, .question, .badValue:
      if token.kind == .word && token.firstOnLine && token.keyword?.beginsStatement == true && !token.beforeColon { return false }
      diagnostics.append(.missingComma(after: span(max(0, lastUpper - 1), lastUpper), before: tokenSpan))
      return true
    default: return false
    }
  }

  mutating func parseArguments() -> [Argument] {
    guard enter() else { leave(); return [] }
    defer { leave() }
    mark(.callOpen)
    take()
    var arguments: [Argument] = []
    var depth = 0
    while token.kind != .rightParen && !stopped {
      arguments.append(parseArgument())
      depth = max(depth, lastDepth)
      if !separateArguments(.rightParen) { break }
    }
    expect(.rightParen, "`,` or `)`", after: "an argument")
    lastDepth = depth
    return arguments
  }

  private mutating func parseArgument() -> Argument {
    var label: Name?
    if token.kind == .word && token.beforeColon {
      label = expectName("a label")
      take()
    }
    let value = parseValue()
    guard accept(.for) else { return Argument(label: label, value: value) }
    let depth = lastDepth
    let variable = expectName("a name for each element")
    expect(.in, after: "`for \(variable.text)`")
    let source = parseHead()
    lastDepth = max(depth, lastDepth)
    return Argument(label: label, value: value, generator: (variable, source))
  }

  private mutating func parseEntries() -> [Entry] {
    var entries: [Entry] = []
    var depth = 0
    block(of: "the value", commas: true) { parser in
      if parser.token.kind == .word && parser.token.beforeColon {
        let name = parser.expectName("a field")
        parser.take()
        let value = parser.parseExpression()
        entries.append(Entry(key: Expression(.name(name.text), name.span), value: value, isField: true))
        depth = max(depth, parser.lastDepth)
      } else {
        let key = parser.parseExpression()
        depth = max(depth, parser.lastDepth)
        parser.expect(.leadsTo, "`=>`", after: "a key")
        entries.append(Entry(key: key, value: parser.parseExpression()))
        depth = max(depth, parser.lastDepth)
      }
    }
    lastDepth = depth
    return entries
  }
}
