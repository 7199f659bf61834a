// Text → tokens, on demand: the parser asks for the next token and says when it wants a unit or the inside of a string.
// So every script is read in one pass without a table of names. The shapes of words, numbers, dates and units are those of the
// terminals in grammar/souk.lark; change both together.

import SoukText

/// A token with what the parser wants to know about it. Kept small: it is copied often, and deep scripts need the stack.
struct Lexeme {
  var kind: TokenKind
  var lower: Int
  var upper: Int
  var keyword: Keyword?
  /// A word directly before `:` is a name, whatever it means elsewhere.
  var beforeColon = false
  /// `from` directly before a string names a source.
  var beforeString = false
  var firstOnLine = false

  init(_ kind: TokenKind, _ lower: Int, _ upper: Int) {
    self.kind = kind
    self.lower = lower
    self.upper = upper
  }
}

/// Where the parts of a number lie: `256k payment/s` has digits `256`, scale 1e3 and the unit `payment/s`.
struct NumberShape {
  var digitsUpper = 0
  var scaleExponent = 0
  var isPercent = false
  /// End of digits, scale and `%`.
  var upper = 0
  var unitLower = 0
  var unitUpper = 0
}

struct Lexer {
  let file: SourceFile
  let bytes: [UInt8]
  var position = 0
  var diagnostics: [Diagnostic] = []
  /// No token has been seen on this line yet.
  var atLineStart = true
  /// Mistakes before this offset are already reported: a token may be read twice.
  var reportedUpTo = -1
  var tabWarned = false
  /// First byte of the line that is being read, and the column of its first token.
  var lineStart = 0
  var lineIndent = 0
  /// A zero byte was met; what is missing behind it is no mistake of its own.
  var isBinary = false

  init(_ file: SourceFile) {
    self.file = file
    bytes = file.bytes
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  func byte(_ i: Int) -> UInt8 { i < bytes.count ? bytes[i] : 0 }
  func span(_ lower: Int, _ upper: Int) -> Span { Span(file: file.id, lower: lower, upper: upper) }

  mutating func report(_ diagnostic: Diagnostic) {
    guard Int(diagnostic.primary.span.lower) > reportedUpTo else { return }
    reportedUpTo = Int(diagnostic.primary.span.lower)
    diagnostics.append(diagnostic)
  }

  /// The next token, comments and line ends included.
  mutating func next() -> Lexeme {
    skipSpaces()
    let start = position
    let first = atLineStart
    guard start < bytes.count else {
      var lexeme = Lexeme(.end, start, start)
      lexeme.firstOnLine = first
      return lexeme
    }
    if first { lineIndent = start - lineStart }
    var lexeme = scan(start)
    lexeme.firstOnLine = first
    position = lexeme.upper
    atLineStart = lexeme.kind == .newline
    if atLineStart { lineStart = position }
    return lexeme
  }

  private mutating func skipSpaces() {
    while true {
      switch byte(position) {
      case 0x20: position += 1
      case 0x09:
        if !tabWarned {
          tabWarned = true
          diagnostics.append(.tab(at: span(position, position + 1)))
        }
        position += 1
      case 0x0D where byte(position + 1) == 0x0A: return
      default: return
      }
    }
  }

  private mutating func scan(_ i: Int) -> Lexeme {
    let b = bytes[i]
    switch b {
    case 0x0A: return Lexeme(.newline, i, i + 1)
    case 0x0D where byte(i + 1) == 0x0A: return Lexeme(.newline, i, i + 2)
    case UInt8(ascii: "#"):
      return Lexeme(byte(i + 1) == UInt8(ascii: "#") ? .docComment : .comment, i, endOfLine(i))
    case UInt8(ascii: "0")...UInt8(ascii: "9"): return scanNumber(i)
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): return scanWord(i)
    case UInt8(ascii: "\""): return Lexeme(.quote, i, i + 1)
    case 0x80...: return isWordStart(i) ? scanWord(i) : scanForeign(i)
    default: return scanMark(i, b)
    }
  }

  private mutating func scanMark(_ i: Int, _ b: UInt8) -> Lexeme {
    let c = byte(i + 1)
    func one(_ kind: TokenKind) -> Lexeme { Lexeme(kind, i, i + 1) }
    func two(_ kind: TokenKind) -> Lexeme { Lexeme(kind, i, i + 2) }
    let equals = UInt8(ascii: "=")
    let more = UInt8(ascii: ">")
    switch b {
    case UInt8(ascii: "("): return one(.leftParen)
    case UInt8(ascii: ")"): return one(.rightParen)
    case UInt8(ascii: "["): return one(.leftBracket)
    case UInt8(ascii: "]"): return one(.rightBracket)
    case UInt8(ascii: "{"): return one(.leftBrace)
    case UInt8(ascii: "}"): return one(.rightBrace)
    case UInt8(ascii: ","): return one(.comma)
    case UInt8(ascii: ":"): return one(.colon)
    case UInt8(ascii: "?"): return one(.question)
    case UInt8(ascii: "+"): return one(.plus)
    case UInt8(ascii: "*"): return one(.star)
    case UInt8(ascii: "^"): return one(.caret)
    case UInt8(ascii: "."): return c == b ? two(.dots) : one(.dot)
    case UInt8(ascii: "-"): return c == more ? two(.arrow) : one(.minus)
    case UInt8(ascii: "="): return c == equals ? two(.equal) : c == more ? two(.leadsTo) : one(.assign)
    case UInt8(ascii: "<"): return c == equals ? two(.lessOrEqual) : one(.less)
    case UInt8(ascii: ">"): return c == equals ? two(.greaterOrEqual) : one(.greater)
    case UInt8(ascii: "/"): return c == b || c == UInt8(ascii: "*") ? scanForeignComment(i) : one(.slash)
    case UInt8(ascii: "!"): return c == equals ? two(.notEqual) : foreignOperator(i, i + 1, .not)
    case UInt8(ascii: "&"): return foreignOperator(i, c == b ? i + 2 : i + 1, .and)
    case UInt8(ascii: "|"): return foreignOperator(i, c == b ? i + 2 : i + 1, .or)
    case UInt8(ascii: ";"): return scanSemicolon(i)
    case UInt8(ascii: "'"): return scanSingleQuoted(i)
    case UInt8(ascii: "%"): return one(.percent)
    case 0:
      report(.binaryContent(at: span(i, i + 1)))
      isBinary = true
      return Lexeme(.comment, i, bytes.count) // nothing behind it is worth reading
    default:
      report(.strangeCharacter(Unicode.Scalar(b), at: span(i, i + 1)))
      return one(.invalid)
    }
  }

  // MARK: Words

  /// The scalar whose UTF-8 begins at `i` and its length; `nil` when the bytes are not valid UTF-8.
  func scalar(_ i: Int) -> (value: Unicode.Scalar, length: Int)? {
    let b = byte(i)
    if b < 0x80 { return i < bytes.count ? (Unicode.Scalar(b), 1) : nil }
    let length = b >= 0xF0 ? 4 : b >= 0xE0 ? 3 : b >= 0xC2 ? 2 : 0
    guard length > 0, i + length <= bytes.count else { return nil }
    var value = UInt32(b) & (0x7F >> UInt32(length))
    for k in 1..<length {
      guard bytes[i + k] & 0xC0 == 0x80 else { return nil }
      value = value << 6 | UInt32(bytes[i + k] & 0x3F)
    }
    let smallest: [UInt32] = [0, 0, 0x80, 0x800, 0x10000]
    guard value >= smallest[length], let scalar = Unicode.Scalar(value) else { return nil }
    return (scalar, length)
  }

  func isWordStart(_ i: Int) -> Bool {
    let b = byte(i)
    if b < 0x80 { return isASCIILetter(b) || b == UInt8(ascii: "_") }
    guard let (value, _) = scalar(i) else { return false }
    return value.properties.isXIDStart
  }

  func isASCIILetter(_ b: UInt8) -> Bool { (b | 0x20) >= UInt8(ascii: "a") && (b | 0x20) <= UInt8(ascii: "z") }
  func isDigit(_ b: UInt8) -> Bool { b >= UInt8(ascii: "0") && b <= UInt8(ascii: "9") }

  /// The length of the word character at `i`, 0 when there is none.
  func wordCharacter(_ i: Int) -> Int {
    let b = byte(i)
    if b < 0x80 { return isASCIILetter(b) || isDigit(b) || b == UInt8(ascii: "_") ? 1 : 0 }
    guard let (value, length) = scalar(i), value.properties.isXIDContinue else { return 0 }
    return length
  }

  /// End of the word that begins at `i`.
  func wordEnd(_ i: Int) -> Int {
    var end = i
    while true {
      let length = wordCharacter(end)
      if length == 0 { return end }
      end += length
    }
  }

  func keyword(_ lower: Int, _ upper: Int) -> Keyword? {
    guard upper - lower <= Keyword.longest else { return nil }
    var letters: UInt64 = 0
    for i in lower..<upper {
      guard bytes[i] >= UInt8(ascii: "a") && bytes[i] <= UInt8(ascii: "z") else { return nil }
      letters = Keyword.letters(letters, then: bytes[i])
    }
    return Keyword.byLetters[letters]
  }

  private func scanWord(_ i: Int) -> Lexeme {
    let end = wordEnd(i)
    var lexeme = Lexeme(.word, i, end)
    lexeme.keyword = keyword(i, end)
    let after = skipBlanks(end)
    lexeme.beforeColon = byte(after) == UInt8(ascii: ":")
    lexeme.beforeString = lexeme.keyword == .from && byte(after) == UInt8(ascii: "\"")
    return lexeme
  }

  func skipBlanks(_ i: Int) -> Int {
    var i = i
    while byte(i) == 0x20 || byte(i) == 0x09 { i += 1 }
    return i
  }

  func endOfLine(_ i: Int) -> Int {
    var end = i
    while end < bytes.count && bytes[end] != 0x0A { end += 1 }
    if end > i && end < bytes.count && bytes[end - 1] == 0x0D { end -= 1 }
    return end
  }
}
