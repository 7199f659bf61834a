// Rows and columns to aligned text: names to the left, numbers to the right, units in the header. A table that is wider
// than the page is cut into several, each with the first column again.

/// How lines are drawn.
public enum LineStyle: Sendable, Hashable {
  case unicode, ascii
  var horizontal: Character { self == .unicode ? "─" : "-" }
  var ellipsis: String { self == .unicode ? "…" : "~" }
}

/// A column's head and the side its entries stand on.
public struct TableColumn: Sendable, Hashable {
  public var title: String
  public var isNumeric: Bool
  public init(_ title: String, isNumeric: Bool = true) {
    self.title = title
    self.isNumeric = isNumeric
  }
}

/// Lays out rows of texts.
struct TextTable {
  var columns: [TableColumn]
  var rows: [[String]]
  var lines: LineStyle
  var width: Int
  var indent = ""

  /// The lines of the table, without trailing spaces. O(cells).
  func render() -> [String] {
    guard !columns.isEmpty else { return [] }
    var widths = columns.indices.map { index in
      max(columns[index].title.displayWidth, rows.map { index < $0.count ? $0[index].displayWidth : 0 }.max() ?? 0)
    }
    let room = width - indent.displayWidth
    let widestOther = widths.dropFirst().max() ?? 0
    // A name may be shortened, a number may not.
    if !columns[0].isNumeric { widths[0] = min(widths[0], max(12, room - widestOther - 2)) }
    var out: [String] = []
    var first = 1
    repeat {
      var shown = [0]
      var used = widths[0]
      while first < columns.count, used + 2 + widths[first] <= room || shown.count == 1 {
        used += 2 + widths[first]
        shown.append(first)
        first += 1
      }
      if !out.isEmpty { out.append("") }
      out += block(shown, widths)
    } while first < columns.count
    return out
  }

  private func block(_ shown: [Int], _ widths: [Int]) -> [String] {
    func line(_ texts: [String]) -> String {
      let cells = shown.map { index in
        (index < texts.count ? texts[index] : "").fitted(to: widths[index], mark: lines.ellipsis)
          .padded(to: widths[index], right: columns[index].isNumeric)
      }
      return trimmed(indent + cells.joined(separator: "  "))
    }
    let rule = indent + shown.map { String(repeating: lines.horizontal, count: widths[$0]) }.joined(separator: "  ")
    return [line(columns.map(\.title)), rule] + rows.map(line)
  }
}

/// Without the spaces at the end.
func trimmed(_ line: String) -> String {
  var line = line
  while line.last == " " { line.removeLast() }
  return line
}

/// Aligned tables for printed values.
public enum TableText {
  /// The lines of a table that fits the page, without trailing spaces.
  public static func lines(_ columns: [TableColumn], _ rows: [[String]], style: PageStyle) -> [String] {
    TextTable(columns: columns, rows: rows, lines: style.lines, width: style.width).render()
  }
}
