// A plot drawn with characters: one line in Braille dots (2 × 4 to a character), several with a mark each, a histogram in
// bars with its percentiles beside it.

import SoukStats
import SoukUnits

struct PlotText {
  var writer: FigureWriter
  var lines: LineStyle
  var width: Int

  private var marks: [Character] { lines == .unicode ? ["●", "○", "▲", "△", "■", "□", "◆", "◇"] : ["*", "o", "x", "+", "#", "%", "@", "="] }

  /// The plot's lines. O(points + area).
  func render(_ given: PlotSpec) -> [String] {
    let spec = given.finite
    var out: [String] = []
    if let title = spec.title { out.append(title) }
    let width = min(max(spec.width ?? self.width, 30), 400)
    switch spec.kind {
    case .histogram: for series in spec.series { out += histogram(series, width, limits: spec.limits) }
    case .time, .relation:
      for group in panels(spec) { out += chart(spec, group, width) }
    }
    out += spec.notes.map { "  \($0)" }
    return out
  }

  /// Series by dimension: what can't share a y axis gets a panel of its own.
  private func panels(_ spec: PlotSpec) -> [[PlotSpec.Series]] {
    var groups: [[PlotSpec.Series]] = []
    for series in spec.series {
      if let index = groups.firstIndex(where: { $0[0].dimension == series.dimension }) {
        groups[index].append(series)
      } else {
        groups.append([series])
      }
    }
    return groups
  }

  // MARK: Lines

  private func chart(_ spec: PlotSpec, _ series: [PlotSpec.Series], _ width: Int) -> [String] {
    let points = series.flatMap(\.points)
    let known = points.filter { $0.y != nil }
    let names = series.map(\.name).joined(separator: ", ")
    guard let firstX = points.map(\.x).min(), let lastX = points.map(\.x).max(), !known.isEmpty else {
      return ["\(names): no data"]
    }
    let height = min(max(spec.height ?? 12, 4), 100)
    var low = known.map(\.low).min() ?? 0
    var high = known.map(\.high).max() ?? 1
    for limit in spec.limits {
      low = min(low, limit.value)
      high = max(high, limit.value)
    }
    let dimension = series[0].dimension
    let unit = series[0].unit ?? writer.readableUnit(max(low.magnitude, high.magnitude), dimension)
    let y = Axis.values(low, high, unit: unit, dimension: dimension, atMost: max(2, height / 3))
    let labelWidth = y.marks.map { $0.label.displayWidth }.max() ?? 1
    // The axis's unit stands right of its last mark.
    let columns = max(10, width - labelWidth - 7)
    let x =
      spec.kind == .time
      ? Axis.time(firstX, lastX, origin: spec.origin, atMost: columns / 12)
      : Axis.values(firstX, lastX, unit: nil, dimension: .dimensionless, atMost: columns / 12)
    var canvas = Canvas(columns: columns, rows: height)
    for limit in spec.limits { canvas.rule(at: y.share(limit.value), lines == .unicode ? "╌" : "-") }
    for (index, line) in series.enumerated() {
      let mark = series.count == 1 && lines == .unicode && spec.kind == .time ? nil : marks[index % marks.count]
      canvas.draw(spec.kind == .time ? stretches(line.points, x, columns * 2) : dots(line.points, x, columns * 2), y, mark)
    }
    var out = header(spec, series, y.unit)
    out += framed(canvas.render(), x, y, labelWidth, columns)
    return out
  }

  private func header(_ spec: PlotSpec, _ series: [PlotSpec.Series], _ unit: String) -> [String] {
    let inUnit = unit.isEmpty ? "" : "  [\(unit)]"
    var names = series.enumerated().map { series.count == 1 ? $1.name : "\(marks[$0 % marks.count]) \($1.name)" }
    names += spec.limits.map { "\(lines == .unicode ? "╌╌" : "--") \($0.name)" }
    return [names.joined(separator: "   ") + inUnit]
  }

  /// Points over time by columns of dots: weighted means, and extremes.
  private func stretches(_ points: [PlotSpec.Point], _ x: Axis, _ columns: Int) -> [Canvas.Column?] {
    var out = [Canvas.Column?](repeating: nil, count: columns)
    for (index, point) in points.enumerated() {
      guard let value = point.y else { continue }
      let end = index + 1 < points.count ? points[index + 1].x : x.high
      let first = min(columns - 1, max(0, Int(x.share(point.x) * Double(columns))))
      let last = min(columns - 1, max(first, Int((x.share(end) * Double(columns) - 1e-9).rounded(.down))))
      for column in first...last {
        var cell = out[column] ?? Canvas.Column(sum: 0, count: 0, low: point.low, high: point.high)
        cell.sum += value
        cell.count += 1
        cell.low = min(cell.low, point.low)
        cell.high = max(cell.high, point.high)
        out[column] = cell
      }
    }
    return out
  }

  private func dots(_ points: [PlotSpec.Point], _ x: Axis, _ columns: Int) -> [Canvas.Column?] {
    var out = [Canvas.Column?](repeating: nil, count: columns)
    for point in points {
      guard let value = point.y else { continue }
      let column = min(columns - 1, max(0, Int(x.share(point.x) * Double(columns))))
      out[column] = Canvas.Column(sum: value, count: 1, low: value, high: value)
    }
    return out
  }

  /// The drawing between its axes.
  private func framed(_ rows: [String], _ x: Axis, _ y: Axis, _ labelWidth: Int, _ columns: Int) -> [String] {
    let (bar, tick, corner, line, below): (String, String, String, String, String) =
      lines == .unicode ? ("│", "┤", "└", "─", "┬") : ("|", "+", "+", "-", "+")
    var labels = [String?](repeating: nil, count: rows.count)
    for mark in y.marks {
      let row = Int(((1 - y.share(mark.at)) * Double(rows.count - 1)).rounded())
      if rows.indices.contains(row) { labels[row] = mark.label }
    }
    var out = rows.enumerated().map { index, row in
      trimmed((labels[index] ?? "").padded(to: labelWidth, right: true) + " " + (labels[index] == nil ? bar : tick) + row)
    }
    var axis = [String](repeating: line, count: columns)
    var under = ""
    var end = 0
    for mark in x.marks {
      let column = min(columns - 1, Int(x.share(mark.at) * Double(columns)))
      let label = mark.label
      let start = max(0, column - label.displayWidth / 2)
      guard start == 0 || start > end, start + label.displayWidth <= columns else { continue }
      axis[column] = below
      under += String(repeating: " ", count: start - under.displayWidth) + label
      end = start + label.displayWidth
    }
    if !x.unit.isEmpty { under += " " + x.unit }
    out.append(String(repeating: " ", count: labelWidth + 1) + corner + axis.joined())
    out.append(trimmed(String(repeating: " ", count: labelWidth + 2) + under))
    return out
  }

  // MARK: Histograms

  private func histogram(_ series: PlotSpec.Series, _ width: Int, limits: [(name: String, value: Double)]) -> [String] {
    guard let least = series.values.first else { return ["\(series.name): no data"] }
    let typical = SampleQuantile.type7(series.values, 0.9)
    let unit = series.unit ?? writer.readableUnit(max(typical.magnitude, least.magnitude), series.dimension)
    let factor = unit?.factor ?? series.dimension.baseUnitFactor
    let classes = Histogram(series.values, factor: factor)
    let name = unit?.text ?? series.dimension.baseUnitText
    let count = NumberText.format(Double(series.values.count))
    var remarks: [(at: Double, text: String)] = [("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99)].map { label, q in
      (SampleQuantile.type7(series.values, q), label)
    }
    var total = 0.0
    for value in series.values { total += value }
    remarks.append((total / Double(series.values.count), "mean"))
    remarks += limits.map { ($0.value, $0.name) }
    remarks.sort { $0.at < $1.at }
    func number(_ x: Double) -> String { NumberText.format(x / factor) }
    let labels = classes.counts.indices.map { index in
      classes.hasTail && index == classes.counts.count - 1
        ? "from \(number(classes.edges[index]))" : "\(number(classes.edges[index]))..\(number(classes.edges[index + 1]))"
    }
    let labelWidth = labels.map(\.displayWidth).max() ?? 0
    let noteWidth = 30
    let room = max(8, width - labelWidth - noteWidth - 12)
    let highest = max(1, classes.counts.max() ?? 1)
    var out = ["\(series.name)" + (name.isEmpty ? "" : "  [\(name)]") + "  \(count) values"]
    for (index, count) in classes.counts.enumerated() {
      let isLast = index == classes.counts.count - 1
      let here = remarks.filter { ($0.at >= classes.edges[index] || index == 0) && (isLast || $0.at < classes.edges[index + 1]) }
      let share = NumberText.format(quantity: Double(count) / Double(series.values.count), dimension: .dimensionless, preferred: percent, significantDigits: 3)
      var line = labels[index].padded(to: labelWidth, right: true) + " " + (lines == .unicode ? "│" : "|")
      line += bar(Double(count) / Double(highest) * Double(room), room) + " " + share.padded(to: 6, right: true)
      if !here.isEmpty {
        line += "  " + (lines == .unicode ? "◂" : "<") + " " + here.map { "\($0.text) \(number($0.at))" }.joined(separator: ", ")
      }
      out.append(trimmed(line))
    }
    return out
  }

  private var percent: UnitExpression? {
    guard case .success(let read) = writer.units.parseQuantity("1%") else { return nil }
    return read.unit
  }

  /// A bar of `length` columns, to an eighth.
  private func bar(_ length: Double, _ room: Int) -> String {
    let eighths = length > 0 ? max(1, Int((length * 8).rounded())) : 0
    if lines == .ascii { return String(repeating: "#", count: (eighths + 4) / 8).padded(to: room) }
    let partial: [String] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
    return (String(repeating: "█", count: eighths / 8) + partial[eighths % 8]).padded(to: room)
  }
}

extension PlotSpec {
  /// Without what has no place on an axis: the infinite, and what differs from its neighbour by more than a number can hold.
  fileprivate var finite: PlotSpec {
    func isDrawable(_ x: Double) -> Bool { x.magnitude < 1e300 }
    var out = self
    for index in out.series.indices {
      out.series[index].values.removeAll { !isDrawable($0) }
      out.series[index].points = series[index].points.filter { isDrawable($0.x) }.map { point in
        let isKnown = point.y.map(isDrawable) ?? false
        return isKnown && isDrawable(point.low) && isDrawable(point.high) ? point : Point(x: point.x, y: nil, low: 0, high: 0)
      }
    }
    out.limits.removeAll { !isDrawable($0.value) }
    return out
  }
}

/// A grid of characters that Braille dots, marks and rules are put on.
private struct Canvas {
  /// What one column of dots shows.
  struct Column {
    var sum: Double
    var count: Double
    var low: Double
    var high: Double
    var mean: Double { sum / count }
  }

  let columns: Int
  let rows: Int
  private var dots: [UInt8]
  private var marks: [Character?]
  private var background: [Character?]

  init(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
    dots = Array(repeating: 0, count: columns * rows)
    marks = Array(repeating: nil, count: columns * rows)
    background = Array(repeating: nil, count: columns * rows)
  }

  mutating func rule(at share: Double, _ character: Character) {
    let row = Int(((1 - share) * Double(rows - 1)).rounded())
    guard (0..<rows).contains(row) else { return }
    for column in 0..<columns { background[row * columns + column] = character }
  }

  /// The bits of a Braille character (U+2800) by row and column of dots.
  private static let bits: [[UInt8]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]

  private mutating func dot(_ x: Int, _ y: Int) {
    guard x >= 0, x < columns * 2, y >= 0, y < rows * 4 else { return }
    dots[(y / 4) * columns + x / 2] |= Self.bits[y % 4][x % 2]
  }

  /// `line` has two entries a column of characters. Without a mark, dots from low to high, joined to the column before.
  mutating func draw(_ line: [Column?], _ y: Axis, _ mark: Character?) {
    if let mark {
      for column in 0..<columns {
        guard let value = line[2 * column] ?? line[2 * column + 1] else { continue }
        let row = Int(((1 - y.share(value.mean)) * Double(rows - 1)).rounded())
        if (0..<rows).contains(row) { marks[row * columns + column] = mark }
      }
      return
    }
    func level(_ value: Double) -> Int { Int(((1 - y.share(value)) * Double(rows * 4 - 4)).rounded()) + 2 }
    var before: Int?
    for (x, column) in line.enumerated() {
      guard let column else {
        before = nil
        continue
      }
      var top = level(column.high)
      var bottom = level(column.low)
      if let before {
        top = min(top, max(before, top > before ? before : top))
        bottom = max(bottom, min(before, bottom < before ? before : bottom))
      }
      for y in min(top, bottom)...max(top, bottom) { dot(x, y) }
      before = level(column.mean)
    }
  }

  func render() -> [String] {
    (0..<rows).map { row in
      String(
        (0..<columns).map { column -> Character in
          let index = row * columns + column
          if let mark = marks[index] { return mark }
          if dots[index] != 0, let scalar = Unicode.Scalar(0x2800 + UInt32(dots[index])) { return Character(scalar) }
          return background[index] ?? " "
        })
    }
  }
}
