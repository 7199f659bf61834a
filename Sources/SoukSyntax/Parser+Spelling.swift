// Lines that begin in a way no statement does: with `else`, with an operator, with a misspelt keyword, with a verb or a
// member where there is no journey or model. Each is told by its own message and read as what was meant.

import SoukText

extension Parser {
  /// At the start of an item.
  mutating func misplaced() -> Bool {
    if badLineStart() { return true }
    guard scriptOrTop, token.kind == .word, !token.beforeColon, let keyword = token.keyword, anotherOperandFollows else {
      return false
    }
    if keyword.isJourneyVerb {
      let place = tokenSpan
      let word = text(token)
      quietly { parser in _ = parser.parseStep() }
      diagnostics.append(.verbOutsideJourney(word, inModel: false, at: place))
      return true
    }
    switch keyword {
    case .run, .start, .fork, .sweep, .fit:
      let place = tokenSpan
      quietly { parser in _ = parser.parseValue() }
      diagnostics.append(.experimentAsStatement(keyword.rawValue, at: place))
      return true
    case .param, .journey, .action, .invariant, .every, .on:
      let place = tokenSpan
      quietly { parser in _ = parser.parseMember() }
      diagnostics.append(.memberOutsideModel(keyword.rawValue, at: place))
      return true
    default: return false
    }
  }

  /// `model Shop(n: Count) { … }`: the parameters that stand in parentheses, as the members that they would be.
  mutating func misplacedParameters(_ owner: String) -> [Member] {
    guard token.kind == .leftParen else { return [] }
    let lower = token.lower
    var parameters: [Parameter] = []
    quietly { parser in parameters = parser.parseParameters("`\(owner)`") }
    diagnostics.append(.parametersInParentheses(owner, parameters.first?.name.text, at: span(from: lower)))
    return parameters.map { parameter in
      let binding = Binding(name: parameter.name, type: parameter.type, value: parameter.value, span: parameter.name.span)
      return Member(.parameter(binding), parameter.name.span)
    }
  }

  private var scriptOrTop: Bool { open.count == scriptDepth }

  /// Reads what was meant; its own mistakes are of no interest where it can't stand anyway.
  private mutating func quietly(_ read: (inout Parser) -> Void) {
    let count = diagnostics.count
    read(&self)
    diagnostics.removeLast(diagnostics.count - count)
  }

  mutating func misplacedInSteps() -> Bool {
    if badLineStart() { return true }
    guard token.kind == .word, !token.beforeColon, let keyword = token.keyword, anotherOperandFollows else { return false }
    switch keyword {
    case .model, .component, .journey, .action, .scenario, .import, .test, .param, .unit, .invariant, .table, .choice, .check,
      .plot, .export, .settings:
      fail(.notAStep(keyword.rawValue, at: tokenSpan))
      return true
    default: return false
    }
  }

  /// At the start of any statement.
  mutating func badLineStart() -> Bool {
    if at(.else) {
      fail(.elseAtLineStart(gap: gapToLineAbove.map { span($0, token.lower) }, at: tokenSpan))
      return true
    }
    guard token.kind.isInfix, token.firstOnLine else { return false }
    let operand = lexer.skipBlanks(token.upper)
    let start = token.lower - lexer.lineIndent
    fail(
      .operatorAtLineStart(
        text(token), gap: gapToLineAbove.map { span($0, operand) }, indent: lexer.file.text(start, token.lower), at: tokenSpan))
    return true
  }

  /// End of the token before this line, unless a comment comes between.
  private var gapToLineAbove: Int? {
    guard let last = tokens.dropLast().last(where: { $0.kind != .newline && $0.kind != .continuation }) else { return nil }
    return last.kind == .comment || last.kind == .docComment ? nil : Int(last.upper)
  }

  /// Whether a word, number or string follows the word on its line, so that it can't be an expression.
  var anotherOperandFollows: Bool {
    let next = lexer.skipBlanks(token.upper)
    guard next > token.upper else { return false }
    if lexer.byte(next) == UInt8(ascii: "\"") || lexer.isDigit(lexer.byte(next)) { return true }
    guard lexer.isWordStart(next) else { return false }
    switch lexer.keyword(next, lexer.wordEnd(next)) {
    case .and, .or, .to, .at, .during, .mod, .contains, .within, .assumed, .from, .of, .in: return false
    default: return true
    }
  }

  /// Reads a misspelt keyword as what was meant, with a report.
  @discardableResult
  mutating func correctSpelling(_ candidates: [Keyword]) -> Bool {
    guard token.kind == .word, !token.beforeColon, anotherOperandFollows else { return false }
    if let keyword = token.keyword, candidates.contains(keyword) || keyword == .if || keyword == .for || keyword == .not { return false }
    guard let meant = nearest(candidates) else { return false }
    diagnostics.append(.misspelt(text(token), meant: meant.rawValue, at: tokenSpan))
    token.keyword = meant
    return true
  }

  /// The candidate that is at most one slip away, or two for long words; `nil` when there is none, or the word is right.
  func nearest(_ candidates: [Keyword]) -> Keyword? {
    let word = Array(text(token).utf8)
    guard word.count >= 2 && word.count <= 12 else { return nil }
    let lowered = word.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
    var best: (keyword: Keyword, distance: Int)?
    for candidate in candidates {
      let target = Array(candidate.rawValue.utf8)
      let limit = min(word.count, target.count) >= 5 ? 2 : 1
      let distance = slips(lowered, target)
      if distance <= limit && distance < (best?.distance ?? .max) { best = (candidate, distance) }
    }
    return best?.keyword
  }

  /// Optimal string alignment distance: insertions, deletions, replacements and swaps of neighbours.
  private func slips(_ a: [UInt8], _ b: [UInt8]) -> Int {
    if abs(a.count - b.count) > 2 { return 3 }
    var rows = [[Int]](repeating: [Int](repeating: 0, count: b.count + 1), count: a.count + 1)
    for i in 0...a.count { rows[i][0] = i }
    for j in 0...b.count { rows[0][j] = j }
    for i in 1...a.count {
      for j in 1...b.count {
        let replaced = rows[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
        rows[i][j] = min(replaced, rows[i - 1][j] + 1, rows[i][j - 1] + 1)
        if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
          rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
        }
      }
    }
    return rows[a.count][b.count]
  }
}
