// Plots: axes with round marks, lines where they belong, histograms that count everything.

import SoukUnits
import Testing

@testable import SoukReport

@Suite struct PlotTests {
  let report = TextReport(style: PageStyle(width: 60), units: FigureTests.units)

  func series(_ name: String, _ values: [Double], step: Double = 3600) -> PlotSpec.Series {
    PlotSpec.Series(
      name: name, dimension: .dimensionless,
      points: values.enumerated().map { PlotSpec.Point(x: Double($0) * step, y: $1, low: $1, high: $1) })
  }

  @Test func roundSteps() {
    #expect(Axis.roundStep(10, atMost: 5) == 2)
    #expect(Axis.roundStep(1, atMost: 4) == 0.5)
    #expect(Axis.roundStep(7000, atMost: 4) == 2000)
    for range in [0.003, 0.7, 1, 3.3, 99, 12_345] as [Double] {
      for count in 2...12 { #expect(range / Axis.roundStep(range, atMost: count) <= Double(count) + 1e-9) }
    }
  }

  @Test func timeAxisHasWholeUnits() {
    let axis = Axis.time(0, 86_400, origin: nil, atMost: 5)
    #expect(axis.unit == "h")
    #expect(axis.marks.map(\.label) == ["0", "6", "12", "18", "24"])
  }

  @Test func timeAxisHasDatesAndTimesOfTheZone() throws {
    let start = try Instant.parse("2017-11-11T00:00+08:00").get()
    let day = Axis.time(0, 86_400, origin: start, atMost: 5)
    #expect(day.marks.map(\.label) == ["11-11", "06:00", "12:00", "18:00", "11-12"])
    let years = Axis.time(0, 10 * 31_556_952, origin: try Instant.parse("2004-12-01").get(), atMost: 5)
    #expect(years.marks.map(\.label) == ["2006", "2008", "2010", "2012", "2014"])
  }

  @Test func risingLineGoesFromCornerToCorner() {
    let lines = report.text(.plot(PlotSpec(kind: .time, series: [series("x", (0...100).map(Double.init))]))).split(separator: "\n").map(String.init)
    #expect(lines[0] == "x")
    // Twelve rows, the axis and its labels.
    #expect(lines.count == 15)
    let rows = lines[1...12].map { Array($0) }
    func first(_ row: [Character]) -> Int? { row.firstIndex { ("\u{2801}"..."\u{28FF}").contains(String($0)) } }
    let starts = rows.compactMap(first)
    #expect(starts.count == 12)
    #expect(zip(starts, starts.dropFirst()).allSatisfy { $0 > $1 }, "higher rows begin further right")
    #expect(lines[1].hasPrefix("100 ┤"))
    #expect(lines[12].hasPrefix("  0 ┤"))
    #expect(lines.allSatisfy { $0.displayWidth <= 60 })
  }

  @Test func limitAndLegendAreShown() {
    var spec = PlotSpec(kind: .time, series: [series("a", [1, 2, 3]), series("b", [3, 2, 1])])
    spec.limits = [("limit", 2.5)]
    let text = report.text(.plot(spec))
    #expect(text.contains("● a   ○ b   ╌╌ limit"))
    #expect(text.contains("╌╌╌╌"))
    let ascii = TextReport(style: PageStyle(width: 60, lines: .ascii), units: FigureTests.units).text(.plot(spec))
    #expect(ascii.utf8.count == ascii.count)
    #expect(ascii.contains("* a   o b   -- limit"))
  }

  @Test func noPointsIsNoData() {
    #expect(report.text(.plot(PlotSpec(kind: .time, series: [series("x", [])]))) == "x: no data\n")
    #expect(report.text(.plot(PlotSpec(kind: .histogram, series: [series("x", [])]))) == "x: no data\n")
  }

  @Test func histogramCountsEverything() {
    let values = (0..<1000).map { Double($0) * Double($0) / 1000 }
    let histogram = Histogram(values)
    #expect(histogram.counts.reduce(0, +) == 1000)
    #expect(histogram.edges.count == histogram.counts.count + 1)
    #expect(zip(histogram.edges, histogram.edges.dropFirst()).allSatisfy { $0 < $1 })
    for (index, count) in histogram.counts.enumerated() {
      let isLast = index == histogram.counts.count - 1
      let inside = values.filter { $0 >= histogram.edges[index] && ($0 < histogram.edges[index + 1] || isLast) }.count
      #expect(inside == count)
    }
    #expect(Histogram([2, 2, 2]).counts == [3])
    #expect(Histogram([]).counts.isEmpty)
  }

  @Test func histogramMarksItsPercentiles() {
    let spec = PlotSpec(
      kind: .histogram, series: [PlotSpec.Series(name: "wait", dimension: .time, values: (1...1000).map { Double($0) * 0.6 })])
    let text = report.text(.plot(spec))
    #expect(text.hasPrefix("wait  [min]  1000 values\n"))
    #expect(text.contains("p50 5") && text.contains("p99 9.9"))
  }

  /// Whatever a model computes can be drawn: the infinite is left out, and no axis is counted without end.
  @Test(arguments: [[1, .infinity, 2], [.nan, .nan], [1e17, 1e17 + 16], [-.infinity], [1e-300, 2e-300], [1e308, -1e308], [0, 0], [-3, -2.9]] as [[Double]])
  func anyNumbersCanBeDrawn(_ values: [Double]) {
    for style in [LineStyle.unicode, .ascii] {
      let report = TextReport(style: PageStyle(width: 60, lines: style), units: FigureTests.units)
      var spec = PlotSpec(kind: .time, series: [series("x", values)])
      spec.limits = [("l", values[0])]
      #expect(report.text(.plot(spec)).hasPrefix("x"))
      spec.kind = .relation
      #expect(!report.text(.plot(spec)).isEmpty)
      let histogram = PlotSpec(kind: .histogram, series: [PlotSpec.Series(name: "x", dimension: .time, values: values.filter { !$0.isNaN }.sorted())])
      #expect(report.text(.plot(histogram)).hasPrefix("x"))
    }
  }
}
