// Diagnostics → what a terminal shows: the message, the place, the source lines with the places marked, what to write instead.
//
//     error[E0203]: cannot add CNY to payment/s
//      --> peak.souk:3:12
//       |
//     3 | print peak + gmv
//       |       ----   ^^^ CNY
//       |       |
//       |       payment/s
//       = hint: …

/// Makes text of diagnostics for a terminal of `width` columns, with or without colour.
public struct DiagnosticRenderer: Sendable {
  private let sources: SourceSet
  private let color: Bool
  private let width: Int

  public init(sources: SourceSet, color: Bool, width: Int) {
    self.sources = sources
    self.color = color
    self.width = max(40, width)
  }

  /// All diagnostics in the order of their places, then how many there are. Empty when there are none.
  public func render(_ diagnostics: [Diagnostic]) -> String {
    guard !diagnostics.isEmpty else { return "" }
    let sorted = diagnostics.sorted {
      ($0.primary.span.file, $0.primary.span.lower, $0.code) < ($1.primary.span.file, $1.primary.span.lower, $1.code)
    }
    let errors = diagnostics.count { $0.severity == .error }
    var counts: [String] = []
    if errors > 0 { counts.append(errors == 1 ? "1 error" : "\(errors) errors") }
    let warnings = diagnostics.count - errors
    if warnings > 0 { counts.append(warnings == 1 ? "1 warning" : "\(warnings) warnings") }
    return sorted.map { render($0) }.joined(separator: "\n") + "\n" + counts.joined(separator: ", ") + "\n"
  }

  /// One diagnostic; ends with a line end.
  public func render(_ diagnostic: Diagnostic) -> String {
    let tone: Style = diagnostic.severity == .error ? .error : .warning
    var out = style("\(diagnostic.severity.rawValue)[\(diagnostic.code.text)]", tone) + style(": \(diagnostic.message)", .strong) + "\n"
    let labels = [diagnostic.primary] + diagnostic.others
    let digits = gutterDigits(diagnostic, labels)
    var files: [FileID] = []
    for label in labels where !files.contains(label.span.file) { files.append(label.span.file) }
    for file in files {
      let here = labels.enumerated().filter { $0.element.span.file == file }.map { (label: $0.element, isPrimary: $0.offset == 0) }
      let arrow = file == diagnostic.primary.span.file ? "-->" : ":::"
      out += String(repeating: " ", count: digits) + style(arrow, .gutter) + " " + sources.place(here[0].label.span) + "\n"
      out += excerpt(sources[file], here, digits: digits, tone: tone)
    }
    for hint in diagnostic.hints { out += render(hint, digits: digits) }
    return out
  }

  // MARK: Source lines

  private func gutterDigits(_ diagnostic: Diagnostic, _ labels: [Label]) -> Int {
    let spans = labels.map(\.span) + diagnostic.hints.compactMap(\.replacement?.span)
    return spans.map { "\(sources[$0.file].position(Int($0.lower)).line + 1)".count }.max() ?? 1
  }

  private func gutter(_ line: Int?, _ digits: Int, _ mark: String = "|") -> String {
    let number = line.map { "\($0)" } ?? ""
    return style(String(repeating: " ", count: max(0, digits - number.count)) + number + " " + mark, .gutter)
  }

  private func row(_ head: String, _ body: String) -> String {
    body.isEmpty ? head + "\n" : head + " " + body + "\n"
  }

  private func excerpt(_ file: SourceFile, _ labels: [(label: Label, isPrimary: Bool)], digits: Int, tone: Style) -> String {
    var out = row(gutter(nil, digits), "")
    let placed = labels.map { (line: file.position(Int($0.label.span.lower)).line, label: $0.label, isPrimary: $0.isPrimary) }
    var last: Int?
    for line in Set(placed.map(\.line)).sorted() {
      if let last, line > last + 2 { out += style("...", .gutter) + "\n" }
      if let last, line == last + 2 { out += sourceRow(file, last + 1, digits) }
      last = line
      let here = placed.filter { $0.line == line }
      let focus = (here.first { $0.isPrimary } ?? here[0]).label.span
      let shown = SourceLine(file, line: line, focus: Int(focus.lower)..<Int(focus.upper), width: width - digits - 3)
      out += row(gutter(line, digits), shown.text)
      let end = lineEnd(file, line)
      let marks = here.map { item in
        Mark(
          columns: shown.columns(Int(item.label.span.lower)..<max(Int(item.label.span.lower), min(Int(item.label.span.upper), end))),
          text: item.label.text, isPrimary: item.isPrimary)
      }
      for text in markRows(marks, tone) { out += row(gutter(nil, digits), text) }
    }
    return out
  }

  private func sourceRow(_ file: SourceFile, _ line: Int, _ digits: Int) -> String {
    let start = Int(file.lineStarts[line - 1])
    return row(gutter(line, digits), SourceLine(file, line: line, focus: start..<start, width: width - digits - 3).text)
  }

  private func lineEnd(_ file: SourceFile, _ line: Int) -> Int {
    line < file.lineStarts.count ? Int(file.lineStarts[line]) - 1 : file.bytes.count
  }

  private struct Mark {
    var columns: Range<Int>
    var text: String
    var isPrimary: Bool
  }

  /// The rows below a source line: carets and dashes with the last label beside them, the other labels below, joined by bars.
  private func markRows(_ marks: [Mark], _ tone: Style) -> [String] {
    let ordered = marks.sorted { ($0.columns.lowerBound, $0.isPrimary ? 1 : 0) < ($1.columns.lowerBound, $1.isPrimary ? 1 : 0) }
    var canvas = Canvas()
    for mark in ordered.sorted(by: { !$0.isPrimary && $1.isPrimary }) {
      for column in mark.columns { canvas.put(mark.isPrimary ? "^" : "-", at: column, mark.isPrimary ? tone : .second) }
    }
    var waiting = ordered
    let end = ordered.map(\.columns.upperBound).max() ?? 0
    if let last = ordered.last, last.columns.upperBound == end {
      waiting.removeLast()
      canvas.write(last.text, at: end + 1, last.isPrimary ? tone : .second)
    }
    waiting.removeAll { $0.text.isEmpty }
    var rows = [canvas]
    if !waiting.isEmpty { rows.append(bars(waiting, tone)) }
    while let mark = waiting.popLast() {
      var below = bars(waiting.filter { $0.columns.lowerBound < mark.columns.lowerBound }, tone)
      below.write(mark.text, at: mark.columns.lowerBound, mark.isPrimary ? tone : .second)
      rows.append(below)
    }
    return rows.map { $0.text { style($0, $1) } }
  }

  private func bars(_ marks: [Mark], _ tone: Style) -> Canvas {
    var canvas = Canvas()
    for mark in marks { canvas.put("|", at: mark.columns.lowerBound, mark.isPrimary ? tone : .second) }
    return canvas
  }

  // MARK: Hints

  /// The advice, and the line as it would be with the replacement.
  private func render(_ hint: Hint, digits: Int) -> String {
    var out = gutter(nil, digits, "=") + style(" hint: ", .strong) + hint.text + "\n"
    guard let replacement = hint.replacement else { return out }
    let file = sources[replacement.span.file]
    let first = file.position(Int(replacement.span.lower)).line
    let last = file.position(Int(replacement.span.upper)).line
    let start = Int(file.lineStarts[first - 1])
    let lower = Int(replacement.span.lower)
    let changed = file.text(start, lower) + replacement.text + file.text(Int(replacement.span.upper), lineEnd(file, last))
    let edited = SourceFile(id: file.id, name: file.name, text: changed)
    var offset = lower - start
    for line in 1...edited.lineStarts.count {
      let bytes = Int(edited.lineStarts[line - 1])..<lineEnd(edited, line)
      offset = min(max(offset, bytes.lowerBound), max(bytes.lowerBound, bytes.upperBound))
      let shown = SourceLine(edited, line: line, focus: offset..<min(bytes.upperBound, offset + replacement.text.utf8.count), width: width - digits - 3)
      if line > 1 && shown.text.isEmpty { continue }
      out += row(gutter(first + line - 1, digits), style(shown.text, .good))
    }
    return out
  }

  // MARK: Colour

  private enum Style { case error, warning, second, gutter, strong, good }

  private func style(_ text: String, _ style: Style) -> String {
    guard color, !text.isEmpty else { return text }
    let code =
      switch style {
      case .error: "1;31"
      case .warning: "1;33"
      case .second: "1;34"
      case .gutter: "34"
      case .strong: "1"
      case .good: "32"
      }
    return "\u{1B}[\(code)m\(text)\u{1B}[0m"
  }

  /// A row of characters, each with its style; columns are a terminal's.
  private struct Canvas {
    private var cells: [(text: String, style: Style?)] = []

    mutating func put(_ text: String, at column: Int, _ style: Style) {
      while cells.count <= column { cells.append((" ", nil)) }
      cells[column] = (text, style)
    }

    mutating func write(_ text: String, at column: Int, _ style: Style) {
      guard !text.isEmpty else { return }
      put(text, at: column, style)
      cells.removeLast(cells.count - column - 1)
    }

    func text(_ paint: (String, Style) -> String) -> String {
      var out = ""
      var i = 0
      while i < cells.count {
        guard let style = cells[i].style else {
          out += cells[i].text
          i += 1
          continue
        }
        var run = ""
        while i < cells.count, cells[i].style == style {
          run += cells[i].text
          i += 1
        }
        out += paint(run, style)
      }
      return out
    }
  }
}
