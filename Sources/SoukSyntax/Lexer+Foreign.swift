// What people bring from other languages and keyboards: `;`, `//`, `&&`, '…', curly quotes, full-width marks, stray bytes.
// Each is reported with what to write instead, and read as what was meant so that the parser can go on.

import SoukText

extension Lexer {
  mutating func foreignOperator(_ i: Int, _ end: Int, _ meant: Keyword) -> Lexeme {
    let glued = wordCharacter(end) > 0 || byte(end) == UInt8(ascii: "(")
    report(.foreignOperator(file.text(i, end), meant: meant.rawValue, glued: glued, at: span(i, end)))
    var lexeme = Lexeme(.word, i, end)
    lexeme.keyword = meant
    return lexeme
  }

  mutating func scanForeignComment(_ i: Int) -> Lexeme {
    if byte(i + 1) == UInt8(ascii: "/") {
      let end = endOfLine(i)
      report(.foreignComment("//", at: span(i, i + 2)))
      return Lexeme(.comment, i, end)
    }
    var end = i + 2
    while end < bytes.count && !(bytes[end] == UInt8(ascii: "*") && byte(end + 1) == UInt8(ascii: "/")) { end += 1 }
    report(.foreignComment("/*", at: span(i, i + 2)))
    return Lexeme(.comment, i, min(bytes.count, end + 2))
  }

  mutating func scanSemicolon(_ i: Int) -> Lexeme {
    let after = skipBlanks(i + 1)
    let last = after >= bytes.count || byte(after) == 0x0A || byte(after) == 0x0D || byte(after) == UInt8(ascii: "#")
    report(.semicolon(lastOnLine: last, at: span(i, i + 1)))
    return Lexeme(.newline, i, i + 1)
  }

  mutating func scanSingleQuoted(_ i: Int) -> Lexeme {
    let line = endOfLine(i)
    var end = i + 1
    while end < line && bytes[end] != UInt8(ascii: "'") { end += 1 }
    guard end < line else {
      report(.strangeCharacter("'", at: span(i, i + 1)))
      return Lexeme(.badValue, i, i + 1)
    }
    report(.singleQuotes(file.text(i + 1, end), at: span(i, end + 1)))
    return Lexeme(.badValue, i, end + 1)
  }

  mutating func scanForeign(_ i: Int) -> Lexeme {
    guard let (value, length) = scalar(i) else {
      var end = i + 1
      while end < bytes.count && bytes[end] >= 0x80 && scalar(end) == nil { end += 1 }
      report(.invalidUTF8(bytes: end - i, at: span(i, end)))
      return Lexeme(.invalid, i, end)
    }
    let end = i + length
    switch value {
    case "\u{201C}", "\u{201D}", "\u{201E}", "\u{2018}", "\u{2019}", "\u{00AB}", "\u{00BB}", "\u{300C}", "\u{300D}", "\u{FF02}":
      return scanCurlyQuoted(i, end)
    case "\u{A0}", "\u{3000}", "\u{200B}", "\u{FEFF}", "\u{2009}", "\u{202F}":
      report(.lookAlike("a space of another kind", meant: " ", at: span(i, end)))
      position = end
      skipForeignSpace()
      return next()
    default: break
    }
    if let (kind, meant) = Self.fullWidth(value) {
      report(.lookAlike("`\(value)`", meant: meant, at: span(i, end)))
      return Lexeme(kind, i, end)
    }
    report(.strangeCharacter(value, at: span(i, end)))
    return Lexeme(.invalid, i, end)
  }

  /// Steps over any further blanks, so that a run of them is one mistake and not many.
  private mutating func skipForeignSpace() {
    while let (value, length) = scalar(position), ["\u{A0}", "\u{3000}", "\u{200B}", "\u{FEFF}", "\u{2009}", "\u{202F}", " ", "\t"].contains(value) {
      position += length
    }
  }

  private mutating func scanCurlyQuoted(_ i: Int, _ textStart: Int) -> Lexeme {
    let line = endOfLine(i)
    var end = textStart
    var textEnd = line
    while end < line {
      guard let (value, length) = scalar(end) else { break }
      end += length
      if ["\u{201C}", "\u{201D}", "\u{2018}", "\u{2019}", "\u{00BB}", "\u{300D}", "\u{FF02}", "\""].contains(value) {
        textEnd = end - length
        break
      }
    }
    if textEnd == line { end = line }
    report(.curlyQuotes(file.text(textStart, textEnd), at: span(i, end)))
    return Lexeme(.badValue, i, end)
  }

  private static func fullWidth(_ value: Unicode.Scalar) -> (TokenKind, String)? {
    switch value {
    case "，", "、": (.comma, ",")
    case "：": (.colon, ":")
    case "（": (.leftParen, "(")
    case "）": (.rightParen, ")")
    case "｛": (.leftBrace, "{")
    case "｝": (.rightBrace, "}")
    case "［", "【": (.leftBracket, "[")
    case "］", "】": (.rightBracket, "]")
    case "＝": (.assign, "=")
    case "＋": (.plus, "+")
    case "－", "−", "–", "—": (.minus, "-")
    case "＊", "×": (.star, "*")
    case "／", "÷": (.slash, "/")
    case "≤": (.lessOrEqual, "<=")
    case "≥": (.greaterOrEqual, ">=")
    case "≠": (.notEqual, "!=")
    case "→": (.arrow, "->")
    case "⇒": (.leadsTo, "=>")
    case "…": (.dots, "..")
    case "？": (.question, "?")
    case "；": (.newline, "a new line")
    default: nil
    }
  }

  // MARK: Inside a string

  /// The next part of a string whose text goes on at `position`: text, a hole's brace, the closing quote, or the line's end.
  mutating func nextInString() -> Lexeme {
    let start = position
    var i = start
    scan: while i < bytes.count {
      switch bytes[i] {
      case UInt8(ascii: "\""), UInt8(ascii: "{"), 0x0A: break scan
      case UInt8(ascii: "}"):
        report(.braceInString(at: span(i, i + 1)))
        i += 1
      case UInt8(ascii: "\\"): i = scanEscape(i)
      case 0x0D where byte(i + 1) == 0x0A: break scan
      case 0x80...:
        if let (_, length) = scalar(i) {
          i += length
        } else {
          report(.invalidUTF8(bytes: 1, at: span(i, i + 1)))
          i += 1
        }
      case 0:
        report(.binaryContent(at: span(i, i + 1)))
        i += 1
      default: i += 1
      }
    }
    let lexeme: Lexeme
    if i > start {
      lexeme = Lexeme(.stringText, start, i)
    } else if byte(i) == UInt8(ascii: "\"") {
      lexeme = Lexeme(.quoteClose, i, i + 1)
    } else if byte(i) == UInt8(ascii: "{") {
      lexeme = Lexeme(.holeOpen, i, i + 1)
    } else {
      lexeme = Lexeme(i < bytes.count ? .newline : .end, i, i)
    }
    position = lexeme.upper
    atLineStart = false
    return lexeme
  }

  private mutating func scanEscape(_ i: Int) -> Int {
    switch byte(i + 1) {
    case UInt8(ascii: "n"), UInt8(ascii: "t"), UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "{"), UInt8(ascii: "}"):
      return i + 2
    case UInt8(ascii: "u"):
      if let (_, end) = unicodeEscape(i) { return end }
      report(.badEscape(file.text(i, i + 2), at: span(i, i + 2)))
      return i + 2
    default:
      let length = max(1, scalar(i + 1)?.length ?? 0)
      let end = byte(i + 1) == 0x0A || i + 1 >= bytes.count ? i + 1 : i + 1 + length
      report(.badEscape(file.text(i, end), at: span(i, end)))
      return end
    }
  }

  /// `\u{1F600}` at `i`: the scalar and where the escape ends.
  private func unicodeEscape(_ i: Int) -> (Unicode.Scalar, Int)? {
    guard byte(i + 2) == UInt8(ascii: "{") else { return nil }
    var value: UInt32 = 0
    var k = i + 3
    while k < i + 9, let digit = hexDigit(byte(k)) {
      value = value << 4 | digit
      k += 1
    }
    guard k > i + 3, byte(k) == UInt8(ascii: "}"), let scalar = Unicode.Scalar(value) else { return nil }
    return (scalar, k + 1)
  }

  private func hexDigit(_ b: UInt8) -> UInt32? {
    switch b {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(b - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(b - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(b - UInt8(ascii: "A") + 10)
    default: nil
    }
  }

  /// The text that a run of string text stands for. O(length).
  func unescaped(_ lower: Int, _ upper: Int) -> String {
    guard bytes[lower..<upper].contains(UInt8(ascii: "\\")) else { return file.text(lower, upper) }
    var out: [UInt8] = []
    var i = lower
    while i < upper {
      guard bytes[i] == UInt8(ascii: "\\"), i + 1 < upper else {
        out.append(bytes[i])
        i += 1
        continue
      }
      switch bytes[i + 1] {
      case UInt8(ascii: "n"): out.append(0x0A)
      case UInt8(ascii: "t"): out.append(0x09)
      case UInt8(ascii: "u"):
        if let (scalar, end) = unicodeEscape(i) {
          out.append(contentsOf: String(Character(scalar)).utf8)
          i = end - 2
        }
      default: out.append(bytes[i + 1])
      }
      i += 2
    }
    return String(decoding: out, as: UTF8.self)
  }
}
