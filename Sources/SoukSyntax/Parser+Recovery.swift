// Going on after a mistake: lists skip to the end of the line, or to their closing brace, and read the next element.
// A `{` without its `}` is told by the layout: an item's keyword no further to the right than the line that opened the block.

import SoukText

extension Parser {
  /// Reads `{ element … }`; elements are parted by line ends, and by commas where `commas`.
  mutating func block(of what: String, commas: Bool, of elements: Elements = .others, _ element: (inout Parser) -> Void) {
    guard token.kind == .leftBrace else { return unexpected("`{`", after: what) }
    guard enter() else { return leave() }
    defer { leave() }
    take()
    let base = open.count
    while true {
      if stopped { recover(base: base) }
      switch token.kind {
      case .rightBrace:
        take()
        return
      case .end:
        reportUnclosed(base: base)
        return
      case .newline:
        take()
        continue
      default: break
      }
      if beginsOuter(base: base, elements) {
        reportUnclosed(base: base)
        return
      }
      let before = token.lower
      element(&self)
      separate(what, commas: commas)
      if stopped { recover(base: base) }
      if real.lower == before && token.kind != .rightBrace && token.kind != .end { take() }
    }
  }

  /// After an element: a separator is taken; anything but that or the end of the list is a mistake.
  private mutating func separate(_ what: String, commas: Bool) {
    if unwinding {
      unwinding = false
      return
    }
    switch token.kind {
    case .newline: take()
    case .comma where commas: take()
    case .rightBrace, .end, .stopped: return
    case .comma: fail(.commaBetweenSteps(at: tokenSpan))
    case .word where commas && token.beforeColon:
      diagnostics.append(.missingComma(after: span(max(0, lastUpper - 1), lastUpper), before: tokenSpan))
    default: unexpectedAfterStatement()
    }
  }

  /// Skips the rest of a broken statement: to the line's end outside the brackets that it opened, or to the block's `}`.
  mutating func recover(base: Int) {
    guard let next = held else { return }
    held = nil
    token = next
    var depth = max(0, open.count - base)
    if open.count > base { open.removeLast(open.count - base) }
    updateRound()
    continuing = false
    while true {
      switch token.kind {
      case .end: return
      case .newline:
        if depth == 0 { return }
        skipOne()
        if beginsStatement { return }
        continue
      case .leftParen, .leftBracket, .leftBrace: depth += 1
      case .rightParen, .rightBracket: depth = max(0, depth - 1)
      case .rightBrace:
        if depth == 0 { return }
        depth -= 1
      case .word where token.firstOnLine && depth > 0 && beginsStatement: return
      case .quote:
        skipString()
        continue
      default: break
      }
      skipOne()
    }
  }

  private mutating func skipOne() {
    lastUpper = token.upper
    token = readToken()
  }

  /// Steps over a string without looking into its holes.
  private mutating func skipString() {
    var holes = 0
    while true {
      let part = lexer.nextInString()
      if part.kind == .newline || part.kind == .end { break }
      tokens.append(Token(part.kind, part.lower, part.upper))
      if part.kind == .quoteClose { break }
      holes += 1
    }
    skipOne()
  }

  private var beginsStatement: Bool {
    guard token.kind == .word, !token.beforeColon, let keyword = token.keyword, keyword.beginsStatement else { return false }
    return token.firstOnLine
  }

  enum Elements { case members, steps, fields, others }

  /// A line no further to the right than the one that opened this block, which begins as nothing in the block can: its `}` is missing.
  private func beginsOuter(base: Int, _ elements: Elements) -> Bool {
    guard scriptDepth == 0, token.firstOnLine, token.kind == .word, !token.beforeColon, anotherOperandFollows,
      base > 0, base <= open.count, lexer.lineIndent <= open[base - 1].indent
    else { return false }
    switch elements {
    case .members: return token.keyword?.beginsOnlyItem == true && !looksLikeThing
    case .fields: return true
    case .steps:
      if let keyword = token.keyword, keyword == .if || keyword == .for || keyword == .not || Self.stepWords.contains(keyword) { return false }
      return nearest(Self.stepWords) == nil
    case .others: return token.keyword?.beginsOnlyItem == true
    }
  }

  /// `KIND name`, `KIND name {` with fields, `KIND name[`: what a member may be, whatever the kind is called.
  private var looksLikeThing: Bool {
    let name = lexer.skipBlanks(token.upper)
    guard lexer.isWordStart(name) else { return false }
    let after = lexer.skipBlanks(lexer.wordEnd(name))
    switch lexer.byte(after) {
    case 0, 0x0A, 0x0D, UInt8(ascii: "#"), UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "["): return true
    case UInt8(ascii: "{"): return fieldsFollow(after + 1)
    default: return false
    }
  }

  mutating func reportUnclosed(base: Int) {
    if stringDepth > 0 { return stop() }
    if token.kind == .end { endsEarly = true }
    if open.count > base { open.removeLast(open.count - base) }
    let bracket = open.popLast()
    updateRound()
    unwinding = token.kind != .end
    guard !unclosedReported else { return }
    unclosedReported = true
    let place = bracket.map { span($0.lower, $0.lower + 1) } ?? tokenSpan
    diagnostics.append(.unclosed("{", outer: misaligned == nil ? nil : place, at: misaligned ?? place))
  }

  // MARK: What was found instead

  /// The general report: `what` was expected here.
  mutating func unexpected(_ what: String, after context: String) {
    guard !stopped else { return }
    if reportCommonMistake() { return }
    fail(.unexpected(describe(token), expected: what, in: context, at: tokenSpan))
  }

  /// Mistakes that can be told from the token alone, wherever it stands.
  mutating func reportCommonMistake() -> Bool {
    if token.kind == .end && stringDepth > 0 {
      stop()
      return true
    }
    switch token.kind {
    case .invalid, .badValue: stop()
    case .percent:
      let number = lastUpper > 0 && lexer.isDigit(lexer.byte(lastUpper - 1)) && lexer.skipBlanks(lastUpper) == token.lower
      let next = lexer.skipBlanks(token.upper)
      let divides = lexer.wordCharacter(next) > 0 || lexer.byte(next) == UInt8(ascii: "(")
      fail(.loosePercent(gap: number ? span(lastUpper, token.upper) : nil, divides: divides, at: tokenSpan))
    case .rightParen, .rightBracket, .rightBrace:
      guard let bracket = open.last else {
        fail(.unopened(text(token), at: tokenSpan))
        return true
      }
      let closes = Self.closer(bracket.kind)
      guard closes != token.kind else { return false }
      if token.kind == .rightBrace && bracket.kind != .leftBrace || token.kind == .end {
        fail(.unclosed(lexer.file.text(bracket.lower, bracket.lower + 1), outer: nil, at: span(bracket.lower, bracket.lower + 1)))
      } else {
        fail(.wrongCloser(text(token), opened: span(bracket.lower, bracket.lower + 1), expected: Self.spelling(closes), at: tokenSpan))
      }
    case .end where inRound, .newline where inRound:
      guard let bracket = open.last else { return false }
      fail(.unclosed(lexer.file.text(bracket.lower, bracket.lower + 1), outer: nil, at: span(bracket.lower, bracket.lower + 1)))
    case .word where inRound && token.firstOnLine && beginsStatement:
      guard let bracket = open.last else { return false }
      fail(.unclosed(lexer.file.text(bracket.lower, bracket.lower + 1), outer: nil, at: span(bracket.lower, bracket.lower + 1)))
    default: return false
    }
    return true
  }

  /// A statement is whole and its line goes on.
  mutating func unexpectedAfterStatement() {
    guard !stopped, !reportCommonMistake() else { return }
    if token.kind == .assign {
      let before = tokens.dropLast().last
      let start = before?.kind == .word && startsLine(before) ? before.map { span(Int($0.lower), Int($0.lower)) } : nil
      return fail(.assignInExpression(start: start, at: tokenSpan))
    }
    fail(.unexpected(describe(token), expected: "the end of the line", in: "", at: tokenSpan))
  }

  private func startsLine(_ token: Token?) -> Bool {
    guard let token else { return false }
    var i = Int(token.lower)
    while i > 0 && lexer.byte(i - 1) == 0x20 { i -= 1 }
    return i == 0 || lexer.byte(i - 1) == 0x0A
  }

  static func closer(_ kind: TokenKind) -> TokenKind {
    switch kind {
    case .leftParen: .rightParen
    case .leftBracket: .rightBracket
    default: .rightBrace
    }
  }

  static func spelling(_ kind: TokenKind) -> String {
    switch kind {
    case .rightParen: ")"
    case .rightBracket: "]"
    default: "}"
    }
  }

  /// A token as messages call it.
  func describe(_ lexeme: Lexeme) -> String {
    switch lexeme.kind {
    case .end: "the end of the file"
    case .newline: "the end of the line"
    case .quote: "a string"
    default: "`\(text(lexeme))`"
    }
  }
}
