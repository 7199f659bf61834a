// A terminal that gets another width while a line is edited. Most terminals lay the rows that are shown out again: what was one
// row of 80 columns are two of 40, and the cursor stays behind the same character. Readline takes it that rows are cut off, as
// xterm and GNU screen do, and would draw over what stands above, or leave a copy. So where rows are laid out again, the row of
// the prompt is found by doing what the terminal has done, and all from there on is drawn once more.

import CReadline

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What readline wrote up to the cursor, as a terminal keeps it.
struct WrittenLine {
  /// Columns of each character; nil ends a row for good.
  private var cells: [Int?] = []
  /// Whether the cursor was sent to the beginning of a row because the one above is full.
  private var isAtMargin = false

  /// A prompt of so many columns and a text, written in rows of `columns`. A wide character that would be cut goes to the next
  /// row, and blanks take its place.
  init(promptColumns: Int, text: some StringProtocol, columns: Int, width: (Unicode.Scalar) -> Int) {
    var column = 0
    func put(_ width: Int) {
      if column + width > columns {
        cells += [Int](repeating: 1, count: columns - column)
        column = 0
      }
      cells.append(width)
      column += width
      if column == columns { column = 0 }
    }
    for _ in 0..<promptColumns { put(1) }
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n":
        cells.append(nil)
        column = 0
      case "\t": for _ in 0..<(8 - column % 8) { put(1) }
      // Shown as ^A.
      case "\u{0}"..<" ", "\u{7F}":
        put(1)
        put(1)
      default: if width(scalar) > 0 { put(min(width(scalar), columns)) }
      }
    }
    isAtMargin = column == 0 && cells.last != .some(nil)
  }

  /// Rows above the cursor once the terminal has laid it out in rows of `columns`, when what stands at the cursor takes `next`
  /// columns: 0 at the line's end, where the cursor stays behind a row that is just full.
  func rows(columns: Int, next: Int) -> Int {
    var (row, column) = (0, 0)
    for cell in cells {
      guard let width = cell else {
        (row, column) = (row + 1, 0)
        continue
      }
      if column + width > columns { (row, column) = (row + 1, 0) }
      column += width
    }
    return column + max(next, isAtMargin ? 1 : 0) > columns ? row + 1 : row
  }
}

/// The rows of the terminal at which the program runs.
package enum ScreenRows {
  /// Whether rows that became too long or too short are laid out again by the terminal, rather than cut.
  package static var areReflowed: Bool {
    func isSet(_ name: String) -> Bool { unsafe getenv(name) != nil }
    return isSet("TMUX") || !(isSet("XTERM_VERSION") || isSet("STY"))
  }
}

extension LineEditor {
  /// The terminal has another size: the line that is edited is drawn again.
  static func resize() {
    var (rows, former, columns): (Int32, Int32, Int32) = (0, 0, 0)
    unsafe rl_get_screen_size(&rows, &former)
    guard ScreenRows.areReflowed, souk_readline_wraps() != 0 else { return rl_resize_terminal() }
    rl_reset_screen_size()
    unsafe rl_get_screen_size(&rows, &columns)
    guard former > 0, columns > 0 else { return }
    let cursor = cursor
    let before = String(decoding: cursor.line.utf8.prefix(cursor.offset), as: UTF8.self)
    let after = String(decoding: cursor.line.utf8.dropFirst(cursor.offset), as: UTF8.self)
    func width(_ scalar: Unicode.Scalar) -> Int { Int(souk_readline_columns(scalar.value)) }
    let written = WrittenLine(promptColumns: Int(souk_readline_prompt_columns()), text: before, columns: Int(former), width: width)
    souk_readline_redraw(Int32(written.rows(columns: Int(columns), next: after.unicodeScalars.first.map { max(1, width($0)) } ?? 0)))
  }
}
