// Comma-separated values → rows of fields with their places, by RFC 4180: fields may be quoted, a quote inside is doubled,
// and quoted fields may hold commas and line ends. CRLF and LF both end a row; a BOM and blank lines at the end are dropped.

import SoukText

struct CSVField: Sendable {
  /// Unquoted; of fields without quotes the spaces around are left out.
  var text: String
  var span: Span
}

struct CSVReader {
  private let file: SourceFile
  private var position = 0
  private(set) var rows: [[CSVField]] = []
  private(set) var diagnostics: [Diagnostic] = []

  /// Reads all rows; what is malformed is in the diagnostics. O(bytes).
  static func read(_ file: SourceFile) -> (rows: [[CSVField]], diagnostics: [Diagnostic]) {
    var reader = CSVReader(file: file)
    reader.readRows()
    return (reader.rows, reader.diagnostics)
  }

  private init(file: SourceFile) { self.file = file }

  private var byte: UInt8? { position < file.bytes.count ? file.bytes[position] : nil }

  private func span(_ lower: Int, _ upper: Int) -> Span { Span(file: file.id, lower: lower, upper: upper) }

  private mutating func readRows() {
    if file.bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    while byte != nil {
      let row = readRow()
      if row.count == 1, row[0].text.isEmpty, row[0].span.lower == row[0].span.upper { continue }
      rows.append(row)
    }
  }

  private mutating func readRow() -> [CSVField] {
    var row: [CSVField] = []
    while true {
      row.append(byte == UInt8(ascii: "\"") ? readQuoted() : readPlain())
      guard byte == UInt8(ascii: ",") else { break }
      position += 1
    }
    if byte == 0x0D { position += 1 }
    if byte == 0x0A { position += 1 }
    return row
  }

  private var endsField: Bool {
    switch byte {
    case nil, UInt8(ascii: ","), 0x0A: true
    case 0x0D: position + 1 >= file.bytes.count || file.bytes[position + 1] == 0x0A
    default: false
    }
  }

  private mutating func readPlain() -> CSVField {
    var lower = position
    while !endsField { position += 1 }
    var upper = position
    func isSpace(_ i: Int) -> Bool { file.bytes[i] == 0x20 || file.bytes[i] == 0x09 }
    while lower < upper, isSpace(lower) { lower += 1 }
    while lower < upper, isSpace(upper - 1) { upper -= 1 }
    return CSVField(text: file.text(lower, upper), span: span(lower, upper))
  }

  private mutating func readQuoted() -> CSVField {
    let open = position
    position += 1
    var bytes: [UInt8] = []
    while let next = byte {
      position += 1
      if next != UInt8(ascii: "\"") {
        bytes.append(next)
      } else if byte == UInt8(ascii: "\"") {
        bytes.append(next)
        position += 1
      } else {
        return finishQuoted(open, bytes)
      }
    }
    diagnostics.append(
      Diagnostic("E0520", "a quoted field isn't closed", at: span(open, open + 1), "this quote has no partner",
        hints: [Hint("a quote inside of a quoted field is written twice")]))
    return CSVField(text: String(decoding: bytes, as: UTF8.self), span: span(open, position))
  }

  private mutating func finishQuoted(_ open: Int, _ bytes: [UInt8]) -> CSVField {
    let close = position
    while byte == 0x20 || byte == 0x09 { position += 1 }
    if !endsField {
      let stray = position
      while !endsField { position += 1 }
      diagnostics.append(
        Diagnostic("E0520", "a quoted field goes on after its quote", at: span(stray, position), "is outside of the quotes",
          hints: [Hint("a quote inside of a quoted field is written twice")]))
    }
    return CSVField(text: String(decoding: bytes, as: UTF8.self), span: span(open, close))
  }
}
