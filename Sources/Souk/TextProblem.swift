// Bytes that can't be a data file: binary files (spreadsheets, most often) and text that isn't UTF-8. Of scripts the lexer says
// the same (E0105, E0106), for it never fails on any bytes.

import SoukText

enum TextProblem {
  /// What makes the file no text, at its place; `nil` when it is text. O(bytes).
  static func find(in file: SourceFile) -> Diagnostic? {
    if let position = file.bytes.firstIndex(of: 0) {
      return Diagnostic(
        "E0505", "“\(file.name)” isn't a text file", at: Span(file: file.id, lower: 0, upper: 0),
        "byte \(position + 1) of it is zero, which no text has",
        hints: [wideHint(file.bytes) ?? Hint("data are plain text in UTF-8; a spreadsheet can be saved as CSV")])
    }
    guard let position = invalidUTF8(in: file.bytes) else { return nil }
    return Diagnostic(
      "E0506", "“\(file.name)” isn't valid UTF-8",
      at: Span(file: file.id, lower: position, upper: position + 1),
      "byte \(position + 1), hexadecimal \(String(file.bytes[position], radix: 16, uppercase: true)), begins no character here",
      hints: [Hint("save the file as UTF-8; `iconv -f GB18030 -t UTF-8` converts one from GB18030")])
  }

  /// UTF-16 begins with a mark of its own.
  private static func wideHint(_ bytes: [UInt8]) -> Hint? {
    guard bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) else { return nil }
    return Hint("it looks like UTF-16: save it as UTF-8")
  }

  /// The offset of the first byte that can't be decoded, by the table of well-formed sequences (Unicode 16, table 3-7).
  static func invalidUTF8(in bytes: [UInt8]) -> Int? {
    var i = 0
    while i < bytes.count {
      let first = bytes[i]
      let length: Int
      var second: ClosedRange<UInt8> = 0x80...0xBF
      switch first {
      case 0x00...0x7F: length = 1
      case 0xC2...0xDF: length = 2
      case 0xE0: (length, second) = (3, 0xA0...0xBF)
      case 0xE1...0xEC, 0xEE, 0xEF: length = 3
      case 0xED: (length, second) = (3, 0x80...0x9F)
      case 0xF0: (length, second) = (4, 0x90...0xBF)
      case 0xF1...0xF3: length = 4
      case 0xF4: (length, second) = (4, 0x80...0x8F)
      default: return i
      }
      guard i + length <= bytes.count else { return i }
      if length > 1, !second.contains(bytes[i + 1]) { return i }
      if length > 2, !(0x80...0xBF).contains(bytes[i + 2]) { return i }
      if length > 3, !(0x80...0xBF).contains(bytes[i + 3]) { return i }
      i += length
    }
    return nil
  }
}
