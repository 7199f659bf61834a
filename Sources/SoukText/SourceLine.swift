// A line of a script as a terminal shows it: tabs spread to columns, control characters made visible, wide characters counted
// as two, and when it is too long, cut to the part around a place.

/// One shown line and where its bytes stand in it.
struct SourceLine {
  /// What is printed.
  private(set) var text = ""
  /// For each character of the whole line: its first byte in the file, its column, its width; the line's end closes the list.
  private var cells: [(byte: Int, column: Int, text: String)] = []
  private var endColumn = 0
  /// The columns that are shown.
  private var window = 0..<0
  private var cutLeft = false

  static let tabWidth = 4

  /// The line that holds byte `offset`, cut to `width` columns around the bytes `focus`.
  init(_ file: SourceFile, line: Int, focus: Range<Int>, width: Int) {
    let lower = Int(file.lineStarts[line - 1])
    var upper = line < file.lineStarts.count ? Int(file.lineStarts[line]) - 1 : file.bytes.count
    if upper > lower && file.bytes[upper - 1] == 0x0D { upper -= 1 }
    // A line of megabytes is not worth a walk over all of it: what is far from the place is never shown.
    let reach = 4096
    var from = max(lower, min(focus.lowerBound, upper) - reach)
    while from > lower && file.bytes[from] & 0xC0 == 0x80 { from -= 1 }
    let to = min(upper, max(from, focus.lowerBound) + reach)
    var byte = from
    var column = 0
    for character in file.text(from, to) {
      let shown = Self.shown(character, at: column)
      cells.append((byte, column, shown))
      column += displayWidth(shown)
      byte += character.utf8.count
    }
    endColumn = column
    cells.append((max(byte, to), column, ""))
    cut(to: max(20, width), focus: self.column(focus.lowerBound)..<max(self.column(focus.lowerBound) + 1, self.column(min(focus.upperBound, upper))), whole: from == lower && to == upper)
  }

  private static func shown(_ character: Character, at column: Int) -> String {
    if character == "\t" { return String(repeating: " ", count: tabWidth - column % tabWidth) }
    let hidden = character.unicodeScalars.allSatisfy { $0.properties.generalCategory == .control || $0.properties.generalCategory == .format }
    return hidden ? "\u{FFFD}" : String(character)
  }

  private mutating func cut(to width: Int, focus: Range<Int>, whole: Bool) {
    if endColumn <= width && whole {
      window = 0..<endColumn + 1
      text = cells.map(\.text).joined()
    } else {
      let spare = max(0, width - 2 - focus.count)
      let start = max(0, min(focus.lowerBound - spare / 2, endColumn - (width - 2)))
      window = start..<start + width - 2
      cutLeft = start > 0
      var right = false
      for cell in cells where cell.column >= window.lowerBound && !cell.text.isEmpty {
        if cell.column + displayWidth(cell.text) > window.upperBound {
          right = true
          break
        }
        if text.isEmpty && cutLeft { text = "…" + String(repeating: " ", count: cell.column - window.lowerBound) }
        text += cell.text
      }
      if right { text += "…" }
    }
    while text.last == " " { text.removeLast() }
  }

  /// The column of a byte in the whole line. O(log length).
  private func column(_ byte: Int) -> Int {
    var low = 0
    var high = cells.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if cells[middle].byte <= byte { low = middle } else { high = middle }
    }
    return cells.isEmpty ? 0 : cells[low].column
  }

  /// The columns that bytes take in what is shown, at least one wide.
  func columns(_ bytes: Range<Int>) -> Range<Int> {
    let shift = (cutLeft ? 1 : 0) - window.lowerBound
    func shown(_ byte: Int) -> Int { min(max(column(byte), window.lowerBound), window.upperBound) + shift }
    let start = shown(bytes.lowerBound)
    return start..<max(start + 1, shown(bytes.upperBound))
  }
}
