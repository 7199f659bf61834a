// Types as written, and lists of parameters.

import SoukText

extension Parser {
  /// `live payment/s`, `Dist<Time>`, `component cloud`, `Time?`.
  mutating func parseType() -> TypeExpression {
    let lower = token.lower
    var isLive = false
    if token.kind == .word && token.keyword == .live && lexer.unitEnd(lower) == token.upper {
      isLive = true
      takeKeyword()
    }
    if token.kind == .word && token.keyword == .component && lexer.unitEnd(token.lower) == token.upper {
      takeKeyword()
      let name = expectName("the name of a component")
      return optional(TypeExpression(.component(name), isLive: isLive, span(from: lower)), lower)
    }
    guard !stopped, lexer.unitEnd(token.lower) != nil, token.kind != .end else {
      if !stopped && !reportCommonMistake() { typeMissing() }
      return TypeExpression(.missing, isLive: isLive, span(real.lower, real.lower))
    }
    guard enter() else { leave(); return TypeExpression(.missing, span(real.lower, real.lower)) }
    defer { leave() }
    let unit = parseBareUnit(after: "`:`")
    guard token.kind == .less else {
      return optional(TypeExpression(.unit(unit), isLive: isLive, span(from: lower)), lower)
    }
    mark(.typeOpen)
    take()
    var arguments = [parseType()]
    while accept(.comma) { arguments.append(parseType()) }
    closeAngle()
    return optional(
      TypeExpression(.applied(Name(unit.text, unit.span), arguments), isLive: isLive, span(from: lower)), lower)
  }

  private mutating func typeMissing() {
    let isValue = token.kind == .number || token.kind == .quote || token.kind == .date || token.kind == .clock
    let colon = isValue && lexer.byte(lastUpper - 1) == UInt8(ascii: ":") ? span(lastUpper - 1, lastUpper) : nil
    fail(.typeExpected(found: describe(token), colon: colon, at: tokenSpan))
  }

  private mutating func optional(_ type: TypeExpression, _ lower: Int) -> TypeExpression {
    guard token.kind == .question else { return type }
    mark(.optionalMark)
    take()
    return TypeExpression(.optional(type), isLive: type.isLive, span(from: lower))
  }

  /// The `>` of `Dist<Time>`, also where it touches an `=`. Unlike the operator it can end a line.
  private mutating func closeAngle() {
    if token.kind == .greaterOrEqual {
      token.kind = .greater
      token.upper = token.lower + 1
      if let last = tokens.indices.last { tokens[last] = Token(.greater, token.lower, token.upper) }
      lexer.position = token.upper
    }
    guard token.kind == .greater else { return unexpected("`>`", after: "the type inside `< >`") }
    mark(.typeClose)
    lastUpper = token.upper
    lastKind = .typeClose
    continuing = false
    token = readToken()
  }

  /// `(name: type = value, …)`; the types may be left out.
  mutating func parseParameters(_ owner: String, typed: Bool = false, columns: Bool = false) -> [Parameter] {
    guard token.kind == .leftParen else {
      unexpected("`(`", after: owner)
      return []
    }
    guard enter() else { leave(); return [] }
    defer { leave() }
    mark(.callOpen)
    take()
    var parameters: [Parameter] = []
    while token.kind != .rightParen && !stopped {
      var parameter = parseParameter(typed: typed, column: columns)
      let upper = lastUpper
      let more = separateArguments(.rightParen)
      parameter.docs = docs.take(at: parameter.docs, trailing: upper)
      parameters.append(parameter)
      if !more { break }
    }
    if parameters.isEmpty && (typed || columns) && token.kind == .rightParen {
      fail(.nameExpected(columns ? "a column" : "a field", found: "`)`", at: tokenSpan))
    }
    expect(.rightParen, "`,` or `)`", after: "a parameter")
    return parameters
  }

  private mutating func parseParameter(typed: Bool, column: Bool) -> Parameter {
    let before = docs.take(at: token.lower)
    var isKey = false
    if column && at(.key) {
      isKey = true
      takeKeyword()
    }
    let name = expectName(column ? "the name of a column" : "the name of a parameter")
    var type: TypeExpression?
    if accept(.colon) {
      type = parseType()
    } else if typed || column {
      fail(.columnWithoutType(name.text, at: name.span))
    }
    var value: Expression?
    if !column && accept(.assign) { value = parseExpression() }
    return Parameter(name: name, type: type, value: value, isKey: isKey, docs: before)
  }
}
