// Tokens → tree, by recursive descent with one token of lookahead; operators by precedence climbing. It never fails: the first
// mistake of a statement is reported, after which the parser sees `.stopped` for a token, so that every rule
// ends where it is; the list that holds the statement then goes on behind it (Parser+Recovery.swift).
// Reads exactly the language of grammar/souk.lark; grammar/check.py holds the two against each other.

public import SoukText

public struct ParseResult: Sendable {
  public var tree: SyntaxTree
  /// All tokens with comments and line ends, in order; what lies between two of them is white space.
  public var tokens: [Token]
  public var diagnostics: [Diagnostic]
  /// The text ends where a statement could not: within a bracket or a string, or after an operator.
  var endsEarly = false
}

/// Reads a script. Never fails: what is wrong is in `diagnostics` (the first hundred), and the tree has the rest. O(length).
public func parse(_ file: SourceFile) -> ParseResult {
  var parser = Parser(file)
  let items = parser.parseFile()
  let fileDocs = parser.fileDocs
  let diagnostics = (parser.lexer.diagnostics + parser.diagnostics).sorted {
    ($0.primary.span.lower, $0.code) < ($1.primary.span.lower, $1.code)
  }
  return ParseResult(
    tree: SyntaxTree(file: file.id, items: items, docs: fileDocs), tokens: parser.tokens,
    diagnostics: Array(diagnostics.prefix(Parser.reportLimit)), endsEarly: parser.endsEarly)
}

/// Whether a text typed at the prompt is whole: false when it ends within a bracket or a string, or after something that
/// can't end a statement. A text with another mistake is whole, so that it is reported. O(length).
public func isComplete(_ file: SourceFile) -> Bool {
  !parse(file).endsEarly
}

struct Parser {
  var lexer: Lexer
  let file: FileID
  /// The token to be read next.
  var token: Lexeme
  /// The real next token while `token` is `.stopped`.
  var held: Lexeme?
  var tokens: [Token] = []
  var diagnostics: [Diagnostic] = []
  var endsEarly = false

  /// End of the last token that was taken.
  var lastUpper = 0
  var lastKind = TokenKind.end
  /// The last token taken can't end a statement: line ends before the next are dropped.
  var continuing = true
  /// Inside `(` or `[`, where line ends are dropped.
  var inRound = false
  /// How many strings are open around a hole: in one the text may not go to the next line.
  var stringDepth = 0
  /// Brackets that are open now, innermost last.
  var open: [OpenBracket] = []
  /// The innermost block whose `}` stands under another column than the line of its `{`: the first suspect when one is missing.
  var misaligned: Span?
  var unclosedReported = false
  /// A block has just been left without its `}`: what follows begins a line though no line end was taken.
  var unwinding = false
  /// The string around a hole ended within it.
  var holeEndedString = false

  var nesting = 0
  /// Depth of `if` and `for` blocks at the top level, which hold items.
  var scriptDepth = 0
  /// Depth of the expression that was read last, so that no tree is too deep to be walked.
  var lastDepth = 0

  var docs = DocComments()
  var fileDocs: String?

  static let nestingLimit = 200
  static let depthLimit = 500
  /// More mistakes than anyone reads: the file is something else than a script.
  static let reportLimit = 100

  struct OpenBracket {
    var kind: TokenKind
    var lower: Int
    /// Column, in bytes, of the first character of its line.
    var indent: Int
  }

  init(_ file: SourceFile) {
    lexer = Lexer(file)
    self.file = file.id
    token = Lexeme(.end, 0, 0)
    tokens.reserveCapacity(file.bytes.count / 4)
    token = readToken()
  }

  /// Begins to read in the middle of a line.
  init(_ file: SourceFile, from position: Int) {
    lexer = Lexer(file)
    lexer.position = position
    lexer.atLineStart = false
    lastUpper = position
    self.file = file.id
    token = Lexeme(.end, position, position)
    token = readToken()
  }

  // MARK: Reading

  func span(_ lower: Int, _ upper: Int) -> Span { Span(file: file, lower: lower, upper: upper) }
  func span(from lower: Int) -> Span { Span(file: file, lower: lower, upper: max(lower, lastUpper)) }
  var tokenSpan: Span { held.map { span($0.lower, $0.upper) } ?? span(token.lower, token.upper) }
  /// The next token even when stopped.
  var real: Lexeme { held ?? token }
  var atEndOfFile: Bool { lexer.position >= lexer.bytes.count }
  var stopped: Bool { token.kind == .stopped }
  func text(_ lexeme: Lexeme) -> String { lexer.file.text(lexeme.lower, lexeme.upper) }

  /// The next token that matters. Every token goes to the list as it is read.
  mutating func readToken() -> Lexeme {
    while true {
      let next = lexer.next()
      if next.kind == .newline && stringDepth > 0 {
        lexer.position = next.lower // a hole ends with its line: read again behind the string
        return Lexeme(.end, next.lower, next.lower)
      }
      if next.kind != .end { tokens.append(Token(next.kind, next.lower, next.upper)) }
      switch next.kind {
      case .comment: continue
      case .docComment: docs.note(next, in: lexer)
      case .newline:
        if next.firstOnLine { fileDocs = docs.blankLine(fileDocs, atTop: lastUpper == 0) }
        if continuing || inRound {
          if goesOn { mark(.continuation) }
          continue
        }
        return next
      default:
        docs.settle(before: next.lower)
        return next
      }
    }
  }

  /// The statement goes on in the next line though no bracket or list is open that would say so.
  private var goesOn: Bool {
    guard continuing, !inRound else { return false }
    switch lastKind {
    case .leftBrace, .newline, .end: return false
    case .comma: return open.isEmpty
    default: return true
    }
  }

  /// Says in the list which use of its mark the next token is.
  mutating func mark(_ kind: TokenKind) {
    guard !stopped || kind == .continuation, let last = tokens.indices.last else { return }
    tokens[last].kind = kind
  }

  /// Takes the next token; a word taken here is a name.
  mutating func take() {
    guard !stopped else { return }
    lastUpper = token.upper
    lastKind = token.kind
    continuing = token.kind.continuesLine || token.kind == .newline
    trackBrackets()
    token = readToken()
  }

  /// Takes the next token, a word, as the keyword that it is.
  mutating func takeKeyword() {
    guard !stopped else { return }
    lastUpper = token.upper
    lastKind = .word
    continuing = !(token.keyword?.canEndStatement ?? false)
    token = readToken()
  }

  private mutating func trackBrackets() {
    switch token.kind {
    case .leftParen, .leftBracket, .leftBrace:
      open.append(OpenBracket(kind: token.kind, lower: token.lower, indent: lexer.lineIndent))
    case .rightParen, .rightBracket, .rightBrace:
      if let bracket = open.popLast(), token.kind == .rightBrace, token.firstOnLine, bracket.indent != lexer.lineIndent,
        misaligned == nil
      {
        misaligned = span(bracket.lower, bracket.lower + 1)
      }
    default: return
    }
    updateRound()
  }

  mutating func updateRound() {
    inRound = open.last.map { $0.kind == .leftParen || $0.kind == .leftBracket } ?? false
  }

  // MARK: Asking

  /// Whether the next token is this word as a keyword.
  func at(_ keyword: Keyword) -> Bool {
    token.keyword == keyword && token.kind == .word && !token.beforeColon
  }

  mutating func accept(_ keyword: Keyword) -> Bool {
    guard at(keyword) else { return false }
    takeKeyword()
    return true
  }

  mutating func accept(_ kind: TokenKind) -> Bool {
    guard token.kind == kind else { return false }
    take()
    return true
  }

  /// Takes a mark or reports that it is missing.
  mutating func expect(_ kind: TokenKind, _ what: String, after context: String) {
    if token.kind == kind { take() } else { unexpected(what, after: context) }
  }

  mutating func expect(_ keyword: Keyword, after context: String) {
    if at(keyword) { takeKeyword() } else { unexpected("`\(keyword.rawValue)`", after: context) }
  }

  mutating func expectName(_ what: String) -> Name {
    guard token.kind == .word, !at(.else), !statementStandsInstead() else {
      if !stopped { fail(.nameExpected(what, found: describe(token), at: tokenSpan)) }
      return Name("", span(real.lower, real.lower))
    }
    let name = Name(text(token), tokenSpan)
    take()
    return name
  }

  /// Reports a mistake and stops reading until the list that holds this statement goes on.
  mutating func fail(_ diagnostic: Diagnostic) {
    guard !stopped else { return }
    if token.kind != .invalid && token.kind != .badValue && lexer.reportedUpTo != token.lower && !lexer.isBinary { diagnostics.append(diagnostic) }
    stop()
  }

  mutating func stop() {
    guard !stopped else { return }
    if token.kind == .end && atEndOfFile && (continuing || !open.isEmpty) { endsEarly = true }
    held = token
    token = Lexeme(.stopped, token.lower, token.lower)
  }

  // MARK: Depth

  /// Counts one more level of brackets or blocks; false, with a report, when there are too many.
  mutating func enter() -> Bool {
    nesting += 1
    if nesting <= Self.nestingLimit { return true }
    if !stopped { fail(.tooDeep(limit: Self.nestingLimit, at: tokenSpan)) }
    return false
  }

  mutating func leave() { nesting -= 1 }
}

/// Collects `##` lines: those before an item, and the one at the end of its line.
struct DocComments {
  private var pending: [String] = []
  private var ready: (text: String, lower: Int)?
  private var trailing: (text: String, lower: Int)?

  mutating func note(_ lexeme: Lexeme, in lexer: Lexer) {
    var text = lexer.file.text(lexeme.lower + 2, lexeme.upper)
    if text.hasPrefix(" ") { text.removeFirst() }
    if lexeme.firstOnLine { pending.append(text) } else { trailing = (text, lexeme.lower) }
  }

  /// A blank line parts comments from what follows; those at the top of the file are the file's.
  mutating func blankLine(_ fileDocs: String?, atTop: Bool) -> String? {
    defer { pending = [] }
    return atTop && fileDocs == nil && !pending.isEmpty ? pending.joined(separator: "\n") : fileDocs
  }

  /// What was collected belongs to the token that begins at `lower`.
  mutating func settle(before lower: Int) {
    guard !pending.isEmpty else { return }
    ready = (pending.joined(separator: "\n"), lower)
    pending = []
  }

  /// The lines before the token at `lower`.
  mutating func take(at lower: Int) -> String? {
    guard let found = ready, found.lower == lower else { return nil }
    ready = nil
    return found.text
  }

  /// Adds the comment that trails what ends at `upper`.
  mutating func take(at lower: String?, trailing upper: Int) -> String? {
    guard let found = trailing, found.lower >= upper else { return lower }
    trailing = nil
    return lower.map { $0 + "\n" + found.text } ?? found.text
  }
}
