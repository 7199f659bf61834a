// Reports as text for a terminal or a log: aligned tables with units in their heads, check lines that begin with the
// verdict, evidence indented below them. No colour unless asked for.

public import SoukUnits

/// How a page is laid out.
public struct PageStyle: Sendable, Hashable {
  public var width: Int
  public var lines: LineStyle
  /// Verdicts in colours by ANSI codes.
  public var hasColour: Bool
  public init(width: Int = 100, lines: LineStyle = .unicode, hasColour: Bool = false) {
    self.width = max(40, width)
    self.lines = lines
    self.hasColour = hasColour
  }
}

/// Writes report items as text.
public struct TextReport: Sendable {
  public var style: PageStyle
  public var writer: FigureWriter

  public init(style: PageStyle = PageStyle(), units: UnitTable) {
    self.style = style
    writer = FigureWriter(units: units)
  }

  /// One item, each line ended by a newline.
  public func text(_ item: ReportItem) -> String {
    lines(item).map { $0 + "\n" }.joined()
  }

  private func lines(_ item: ReportItem) -> [String] {
    switch item {
    case .printed(let value): value.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    case .run(let report): run(report)
    case .plot(let spec): PlotText(writer: writer, lines: style.lines, width: min(style.width, 100)).render(spec)
    case .check(let report): check(report)
    case .test(let report): test(report)
    case .export(let data): data.text != nil ? ["saved to \(data.file)"] : ["exported \(data.rows.count) rows to \(data.file)"]
    case .note(let text): ["note: \(text)"]
    }
  }

  // MARK: Checks

  private func coloured(_ text: String, _ verdict: CheckVerdict) -> String {
    guard style.hasColour else { return text }
    let code =
      switch verdict {
      case .holds: "32"
      case .fails, .error: "31"
      case .undecided, .noData: "33"
      }
    return "\u{1B}[\(code)m\(text)\u{1B}[0m"
  }

  private static func word(_ verdict: CheckVerdict) -> String {
    verdict == .fails ? "FAILS" : verdict == .error ? "ERROR" : verdict.rawValue
  }

  private func check(_ report: CheckReport) -> [String] {
    let word = Self.word(report.verdict).padded(to: 9)
    let standing = report.standing.map { " (\($0))" } ?? ""
    var out = ["\(coloured(word, report.verdict))  \(report.name)\(standing): \(report.sentence)"]
    let indent = String(repeating: " ", count: 11)
    out += evidence(report).flatMap { $0.wrapped(to: style.width - indent.count, indent: "  ") }.map { indent + $0 }
    return out
  }

  /// What the verdict rests on; of a check that holds only what could mislead.
  private func evidence(_ report: CheckReport) -> [String] {
    guard report.verdict != .holds else { return report.notes }
    var out: [String] = []
    if let margin = report.margin, let point = margin.point {
      var size = margin
      if point < 0 { size.point = -point }
      let words = report.verdict == .fails || point < 0 ? "misses by" : "is ahead by"
      let level = margin.halfWidth.flatMap { $0 > 0 ? report.confidence : nil }.map { ", each way at \(share($0))" } ?? ""
      out.append("\(words) \(difference(size))\(level)")
    }
    var facts: [String] = []
    if let count = report.replications { facts.append(count == 1 ? "1 replication" : "\(count) replications") }
    if let seed = report.seed { facts.append("seed \(seed)") }
    facts.append(report.place)
    out.append(facts.joined(separator: ", "))
    if let worst = report.worst { out.append("worst: replication \(worst.replication) with \(writer.text(worst.observed))") }
    if let blame = report.blame { out.append("look at \(blame)") }
    if !report.figures.isEmpty { out.append("published: \(report.figures.joined(separator: ", "))") }
    out += report.notes
    if let command = report.command { out.append("again: \(command)") }
    return out
  }

  /// Shares differ by percentage points.
  private func difference(_ figure: Figure) -> String {
    let text = writer.text(figure)
    guard text.contains("%") else { return text }
    return text.filter { $0 != "%" } + " percentage points"
  }

  private func share(_ x: Double) -> String {
    var text = NumberText.format(x * 100, style: .percent)
    text += "%"
    return text
  }

  // MARK: Tests

  private func test(_ report: TestReport) -> [String] {
    let verdict: CheckVerdict = report.passed ? .holds : .fails
    let word = coloured((report.passed ? "passes" : "FAILS").padded(to: 9), verdict)
    var out = ["\(word)  test \(report.name)"]
    for failure in report.failures { out += ["           \(failure.message)", "           \(failure.place)"] }
    return out
  }

  // MARK: Runs

  private func run(_ report: RunReport) -> [String] {
    let name = report.name.map { "\($0): " } ?? ""
    var out = ["\(name)\(report.model)" + (report.isComplete ? "" : " (incomplete)")]
    out += report.facts.map { "\($0.name) \($0.value)" }.joined(separator: ", ").wrapped(to: style.width - 2).map { "  " + $0 }
    for table in report.tables where !table.rows.isEmpty { out += [""] + self.table(table) }
    if !report.notes.isEmpty { out.append("") }
    out += report.notes.flatMap { $0.wrapped(to: style.width - 2, indent: "  ") }.map { "  " + $0 }
    return out
  }

  private func table(_ table: RunTable) -> [String] {
    var columns = [TableColumn(table.title, isNumeric: false)]
    var texts = table.rows.map { [$0.name] }
    for (index, title) in table.columns.enumerated() {
      let figures = table.rows.map { index < $0.cells.count ? $0.cells[index] : nil }
      if figures.allSatisfy({ $0 == nil }) { continue }
      let (unit, cells) = column(figures)
      columns.append(TableColumn(unit.isEmpty ? title : "\(title) [\(unit)]"))
      for row in texts.indices { texts[row].append(cells[row]) }
    }
    return TextTable(columns: columns, rows: texts, lines: style.lines, width: style.width, indent: "  ").render()
  }

  /// One column's texts; its unit goes to the head when one suits all its figures.
  private func column(_ figures: [Figure?]) -> (unit: String, cells: [String]) {
    let none = style.lines == .unicode ? "–" : "-"
    let known = figures.compactMap { $0 }.filter { $0.point != nil }
    func each(_ figure: Figure?) -> String {
      guard let figure else { return "" }
      return figure.point == nil ? none : writer.text(figure)
    }
    guard let first = known.first, known.allSatisfy({ $0.dimension == first.dimension && $0.unit?.text == first.unit?.text && $0.origin == nil }) else {
      return ("", figures.map(each))
    }
    let sizes = known.compactMap { $0.point?.magnitude }.filter { $0 > 0 }.sorted()
    let unit = first.unit ?? sizes.dropFirst(sizes.count / 2).first.flatMap { writer.readableUnit($0, first.dimension) }
    guard let unit, unit.dimension == first.dimension, !unit.isEmpty,
      let low = sizes.first, let high = sizes.last, high / low < 1e4
    else { return ("", figures.map(each)) }
    let text = unit.text
    let cells = figures.map { figure -> String in
      guard var figure else { return "" }
      guard figure.point != nil else { return none }
      figure.unit = unit
      let full = writer.text(figure)
      return without(full, text)
    }
    return (text, cells)
  }

  /// The figure's text without its unit, which stands in the head.
  private func without(_ text: String, _ unit: String) -> String {
    if unit == "%" { return String(text.filter { $0 != "%" }) }
    guard text.hasSuffix(unit) else { return text }
    return trimmed(String(text.dropLast(unit.count)))
  }

  // MARK: The end

  /// `4 checks: 3 hold, 1 fails; 2 predicted (1 holds)`; nil when nothing was checked or tested.
  public func summary(_ items: [ReportItem]) -> String? {
    var verdicts: [CheckVerdict: Int] = [:]
    var standings: [String: (all: Int, held: Int)] = [:]
    var tests = 0, failed = 0
    for item in items {
      if case .check(let check) = item {
        verdicts[check.verdict, default: 0] += 1
        if let standing = check.standing {
          standings[standing, default: (0, 0)].all += 1
          if check.verdict == .holds { standings[standing, default: (0, 0)].held += 1 }
        }
      } else if case .test(let test) = item {
        tests += 1
        if !test.passed { failed += 1 }
      }
    }
    let checks = verdicts.values.reduce(0, +)
    guard checks + tests > 0 else { return nil }
    var parts: [String] = []
    if checks > 0 {
      let counted = CheckVerdict.allCases.compactMap { verdict -> String? in
        guard let count = verdicts[verdict] else { return nil }
        let words: (one: String, many: String) =
          switch verdict {
          case .holds: ("holds", "hold")
          case .fails: ("fails", "fail")
          case .undecided: ("is undecided", "are undecided")
          case .noData: ("has no data", "have no data")
          case .error: ("is in error", "are in error")
          }
        return "\(count) \(count == 1 ? words.one : words.many)"
      }
      var text = "\(checks) \(checks == 1 ? "check" : "checks"): " + counted.joined(separator: ", ")
      for name in ["calibrated", "predicted"] {
        if let standing = standings[name] { text += "; of \(standing.all) \(name) \(standing.held) \(standing.held == 1 ? "holds" : "hold")" }
      }
      parts.append(text)
    }
    if tests > 0 {
      parts.append("\(tests) \(tests == 1 ? "test" : "tests"): " + (failed == 0 ? (tests == 1 ? "passes" : "all pass") : "\(failed) \(failed == 1 ? "fails" : "fail")"))
    }
    return parts.joined(separator: "; ")
  }
}
