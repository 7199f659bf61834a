// Numbers, strings with their holes, and units that stand by themselves.

import SoukText

extension Parser {
  func numberLiteral(_ lexeme: Lexeme) -> NumberLiteral {
    let shape = lexer.numberShape(lexeme.lower)
    let digits = lexer.file.text(lexeme.lower, shape.digitsUpper)
    // The scale joins the exponent, so that `0.3M` is the double nearest to 300000 and not a product of two roundings.
    var exponent = shape.scaleExponent - (shape.isPercent ? 2 : 0)
    var mantissa = digits.utf8.contains(UInt8(ascii: "_")) ? digits.filter { $0 != "_" } : digits
    if let mark = mantissa.utf8.firstIndex(of: UInt8(ascii: "e")) {
      exponent += Int(mantissa[mantissa.index(after: mark)...]) ?? 0
      mantissa = String(mantissa[..<mark])
    }
    let value = Double(exponent == 0 ? mantissa : "\(mantissa)e\(exponent)") ?? .infinity
    let unit =
      shape.unitUpper > 0
      ? UnitText(lexer.file.text(shape.unitLower, shape.unitUpper), span(shape.unitLower, shape.unitUpper)) : nil
    return NumberLiteral(
      value: value, isPercent: shape.isPercent, unit: unit, text: lexer.file.text(lexeme.lower, shape.upper))
  }

  mutating func parseString() -> StringLiteral {
    let lower = token.lower
    guard token.kind == .quote else {
      unexpected("a string such as \"name\"", after: "")
      return StringLiteral(parts: [], span: span(real.lower, real.lower))
    }
    var parts: [StringLiteral.Part] = []
    while true {
      let part = lexer.nextInString()
      if part.kind != .newline && part.kind != .end { tokens.append(Token(part.kind, part.lower, part.upper)) }
      lastUpper = part.upper
      switch part.kind {
      case .stringText: parts.append(.text(lexer.unescaped(part.lower, part.upper)))
      case .holeOpen:
        if let hole = parseHole(part) { parts.append(.hole(hole)) }
        if holeEndedString {
          holeEndedString = false
          token = readToken()
          return StringLiteral(parts: parts, span: span(lower, lastUpper))
        }
        if stopped { return StringLiteral(parts: parts, span: span(from: lower)) }
      case .quoteClose:
        continuing = false
        token = readToken()
        return StringLiteral(parts: parts, span: span(lower, part.upper))
      default:
        diagnostics.append(.unterminatedString(quote: span(lower, lower + 1), at: span(lower, part.lower)))
        if part.kind == .end { endsEarly = true }
        continuing = false
        token = readToken()
        return StringLiteral(parts: parts, span: span(lower, part.lower))
      }
    }
  }

  /// The expression of a hole; the token at its end is `}`, from which the string goes on.
  private mutating func parseHole(_ brace: Lexeme) -> Expression? {
    guard enter() else { leave(); return nil }
    defer { leave() }
    stringDepth += 1
    open.append(OpenBracket(kind: .leftBrace, lower: brace.lower, indent: 0))
    updateRound()
    continuing = false
    let base = open.count
    token = readToken()
    var value: Expression?
    if token.kind == .rightBrace {
      diagnostics.append(.emptyHole(at: span(brace.lower, token.upper)))
    } else {
      value = parseValue()
      lastDepth += 1
    }
    if token.kind == .quote { return endString(in: brace, base, value) }
    if token.kind != .rightBrace && token.kind != .end { unexpected("`}`", after: "the value in a string") }
    if stopped { recover(base: base) }
    stringDepth -= 1
    open.removeLast(open.count - base + 1)
    updateRound()
    if token.kind == .rightBrace {
      if let last = tokens.indices.last { tokens[last].kind = .holeClose }
      return value
    }
    diagnostics.append(.unclosedHole(at: span(brace.lower, brace.lower + 1)))
    if atEndOfFile { endsEarly = true }
    continuing = false
    token = readToken()
    stop()
    return value
  }

  /// `"a {b"`: the quote that should have come behind the hole's `}`.
  private mutating func endString(in brace: Lexeme, _ base: Int, _ value: Expression?) -> Expression? {
    diagnostics.append(.unclosedHole(at: span(brace.lower, brace.lower + 1)))
    mark(.quoteClose)
    lastUpper = token.upper
    continuing = false
    stringDepth -= 1
    open.removeLast(open.count - base + 1)
    updateRound()
    holeEndedString = true
    return value
  }

  /// A unit that stands by itself: after `to`, or as a type. The keyword or mark before it is the next token where `after` is `to`.
  mutating func parseUnit(after word: String) -> UnitText {
    guard !stopped else { return UnitText("", span(real.lower, real.lower)) }
    takeKeyword()
    return parseBareUnit(after: word)
  }

  mutating func parseBareUnit(after word: String) -> UnitText {
    guard !stopped else { return UnitText("", span(real.lower, real.lower)) }
    guard let upper = lexer.unitEnd(token.lower), token.kind != .end, !statementStandsInstead() else {
      if !reportCommonMistake() { fail(.unitExpected(found: describe(token), after: word, at: tokenSpan)) }
      return UnitText("", span(real.lower, real.lower))
    }
    let place = span(token.lower, upper)
    if let last = tokens.indices.last { tokens[last] = Token(.unit, token.lower, upper) }
    lexer.position = upper
    lexer.atLineStart = false
    lastUpper = upper
    continuing = false
    token = readToken()
    return UnitText(lexer.file.text(place), place)
  }
}
