// Figures with half-widths, and tables: what a reader sees.

import SoukUnits
import Testing

@testable import SoukReport

@Suite struct FigureTests {
  static var units: UnitTable {
    var units = UnitTable()
    _ = units.declareCount("payment")
    return units
  }
  let writer = FigureWriter(units: FigureTests.units)

  func unit(_ text: String) throws -> UnitExpression { try Self.units.parse(text).get() }

  @Test func halfWidthHasTwoDigitsAndThePointAsManyDecimals() throws {
    let minutes = try unit("min")
    #expect(writer.text(Figure(8.9812 * 60, halfWidth: 0.3111 * 60, dimension: .time, unit: minutes)) == "8.98 ± 0.31 min")
    #expect(writer.text(Figure(8.9812 * 60, halfWidth: 12.3 * 60, dimension: .time, unit: minutes)) == "9 ± 12 min")
    // Rounding up to a further digit doesn't show a third one.
    #expect(writer.text(Figure(8.9812 * 60, halfWidth: 0.0996 * 60, dimension: .time, unit: minutes)) == "8.98 ± 0.10 min")
    #expect(writer.text(Figure(8.9812 * 60, halfWidth: 0.996 * 60, dimension: .time, unit: minutes)) == "9.0 ± 1.0 min")
  }

  @Test func unitIsFoundForItsSize() {
    #expect(writer.text(Figure(540, halfWidth: 18.6, dimension: .time)) == "9.00 ± 0.31 min")
    #expect(writer.text(Figure(540, dimension: .time)) == "9 min")
  }

  @Test func percentStandsAtBothNumbers() throws {
    let percent = try unit("%")
    #expect(writer.text(Figure(0.8973, halfWidth: 0.0041, dimension: .dimensionless, unit: percent)) == "89.73% ± 0.41%")
  }

  @Test func largeNumbersShareOneScale() throws {
    let payments = Dimension.count("payment")
    #expect(writer.text(Figure(1.4832e9, halfWidth: 2.1e6, dimension: payments)) == "1483.2M ± 2.1M payment")
    #expect(writer.text(Figure(256_123, halfWidth: 1200, dimension: payments)) == "256_123 ± 1200 payment")
  }

  @Test func moneyIsToldInItsUnitAndNotInHundredths() {
    #expect(writer.text(Figure(11_364, halfWidth: 31, dimension: .currency("CNY"))) == "113.64 ± 0.31 CNY")
    #expect(writer.text(Figure(11_364, dimension: .currency("CNY"))) == "113.64 CNY")
  }

  @Test func momentIsADate() throws {
    let start = try Instant.parse("2004-12-01").get()
    #expect(writer.text(Figure(86_400 * 31, dimension: .time, origin: start)) == "2005-01-01")
    #expect(writer.text(Figure(86_400 * 31, halfWidth: 86_400 * 2.5, dimension: .time, origin: start)) == "2005-01-01 ± 2.5 day")
  }

  @Test func noPointIsNoData() {
    #expect(writer.text(Figure(nil, dimension: .time)) == "no data")
    #expect(writer.text(Figure(.nan, dimension: .time)) == "no data")
  }

  @Test func fixedDecimals() {
    #expect(fixed(1234.567, places: 1) == "1234.6")
    #expect(fixed(12_345.678, places: 0) == "12_346")
    #expect(fixed(-0.004, places: 2) == "0.00")
    #expect(fixed(-0.006, places: 2) == "-0.01")
  }

  @Test func wideCharactersTakeTwoColumns() {
    #expect("하루방문자".displayWidth == 10)
    #expect("ab".displayWidth == 2)
    #expect("하루방문자".fitted(to: 7, mark: "…") == "하루방…")
    #expect("一".padded(to: 4) == "一  ")
  }

  @Test func tableIsAlignedByWidth() {
    let lines = TableText.lines(
      [TableColumn("station", isNumeric: false), TableColumn("wait [min]"), TableColumn("busy")], [["till", "8.98", "0.9"], ["계산대", "10.1", "0.95"]],
      style: PageStyle(width: 60, lines: .ascii))
    #expect(
      lines == [
        "station  wait [min]  busy",
        "-------  ----------  ----",
        "till           8.98   0.9",
        "계산대         10.1  0.95",
      ])
  }

  @Test func tableTooWideIsCutIntoBlocks() {
    let columns = [TableColumn("name", isNumeric: false)] + (1...6).map { TableColumn("column number \($0)") }
    let lines = TableText.lines(columns, [["a"] + (1...6).map { "\($0)" }], style: PageStyle(width: 60, lines: .ascii))
    #expect(lines.allSatisfy { $0.displayWidth <= 60 })
    #expect(lines.filter { $0.hasPrefix("name") }.count == 2)
    for number in 1...6 { #expect(lines.contains { $0.contains("column number \(number)") }) }
  }
}
