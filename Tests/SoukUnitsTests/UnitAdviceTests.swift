// Every message about a unit that isn't one: what it says and what it offers, word for word.

import SoukUnits
import Testing

@Suite struct UnitAdviceTests {
  /// The quantity as written, and the message with its advice.
  @Test(arguments: [
    ("5m", "`m` could mean minutes, metres or millions: write `5 min` or `5 meter` or `5M`"),
    ("5 CNY/m", "`m` could mean minutes, metres or millions: write `5 CNY/min` or `5 CNY/meter` or `5M`"),
    ("5kCNY", "a scale is glued to its number, not to the unit: write `5k CNY`"),
    ("5 kCNY/h", "a scale is glued to its number, not to the unit: write `5k CNY/h`"),
    ("5Morder", "a scale is glued to its number, not to the unit: write `5M order`"),
    ("5 M", "a scale is glued to its number, not to the unit: write `5M`"),
    ("5 k/s", "a scale is glued to its number, not to the unit: write `5k/s`"),
    ("2.5 million", "a scale is glued to its number, not to the unit: write `2.5M`"),
    ("2 bn", "a scale is glued to its number, not to the unit: write `2B`"),
    ("3 hr", "there is no unit `hr`: write `3 h`"),
    ("3 mins", "there is no unit `mins`: write `3 min`"),
    ("3 sec", "there is no unit `sec`: write `3 s`"),
    ("3d", "there is no unit `d`: write `3 day`"),
    ("3 order/d", "there is no unit `d`: write `3 order/day`"),
    ("3 yuan", "there is no unit `yuan`: write `3 CNY`"),
    ("20 rps", "there is no unit `rps`: write `20/s`"),
    ("5 pct", "there is no unit `pct`: write `5%`"),
    ("8 b", "there is no unit `b`: write `8 byte` or `8 bit`"),
    ("6000万元", "there is no unit `元`: write `6000万 CNY`"),
    ("3 orders", "there is no unit `orders`: did you mean `order`?"),
    ("3 paymnet/s", "there is no unit `paymnet`: did you mean `payment`?"),
    ("3 usd", "there is no unit `usd`: did you mean `USD`?"),
    ("3 CNZ", "there is no unit `CNZ`: did you mean `CNY`?"),
    ("3 xs", "there is no unit `xs`: if it is something you count, declare it: `unit xs`"),
    ("3 mni", "there is no unit `mni`: did you mean `min`?"),
    ("3 Order", "there is no unit `Order`: did you mean `order`?"),
    ("3 courier", "there is no unit `courier`: if it is something you count, declare it: `unit courier`"),
    (
      "10 order/zebra",
      "there is no unit `zebra`: if it is something you count, declare it: `unit zebra`; if `zebra` is a value, write `10 order / zebra`"
    ),
    ("1/n", "`n` is a value, and no unit has that name: inside a unit there are no spaces; to calculate, write `1 / n`"),
    ("10 order/n", "`n` is a value, and no unit has that name: inside a unit there are no spaces; to calculate, write `10 order / n`"),
    ("95%/n", "`n` is a value, and no unit has that name: inside a unit there are no spaces; to calculate, write `95% / n`"),
    ("10 n", "`n` is a value, and no unit has that name: a unit stands right after a number; to multiply, write `10 * n`"),
  ])
  func adviceCanBePasted(_ text: String, _ expected: String) throws {
    let result = try tourTable().parseQuantity(text, isValue: { $0 == "n" })
    guard case .failure(let problem) = result else {
      Issue.record("\(text) was read")
      return
    }
    #expect(problem.description == expected)
  }

  @Test func adviceOnScalesAndAbbreviationsIsValidItself() throws {
    let table = try tourTable()
    for text in ["5m", "5kCNY", "5Morder", "3 hr", "3d", "3 sec", "8 b", "20 rps", "5 pct", "6000万元", "3 CNY/hr", "10 Mbps"] {
      guard case .failure(let problem) = table.parseQuantity(text), let advice = problem.advice else {
        Issue.record("\(text) was read")
        continue
      }
      let offered = advice.split(separator: "`", omittingEmptySubsequences: false).enumerated()
        .filter { $0.offset % 2 == 1 }.map(\.element)
      #expect(!offered.isEmpty)
      for literal in offered { #expect((try? table.parseQuantity(literal).get()) != nil, "\(text) offers \(literal)") }
    }
  }

  @Test func theUnknownNameIsUnderlined() throws {
    let table = try tourTable()
    guard case .failure(let problem) = table.parseQuantity("10 CNY/paymnet") else { return #expect(Bool(false)) }
    #expect((problem.offset, problem.length) == (7, 7))
    guard case .failure(let inUnit) = table.parse("CNY/元") else { return #expect(Bool(false)) }
    #expect((inUnit.offset, inUnit.length) == (4, 3))
  }

  @Test func aUnitWinsOverAValueOfTheSameName() throws {
    let table = try tourTable()
    #expect((try? table.parseQuantity("10 order/h", isValue: { $0 == "h" }).get()) != nil)
  }

  @Test func declaredNamesAreOfferedBeforeBuiltInOnes() throws {
    var table = UnitTable()
    _ = try table.declareCount("hous").get()
    #expect(table.suggestions(for: "houx") == ["hous", "hour"])
    #expect(table.suggestions(for: "hourx").first == "hour")
  }

  @Test func spellingDistances() {
    #expect(SpellingDistance.between("order", "order", atMost: 0) == 0)
    #expect(SpellingDistance.between("ordre", "order", atMost: 2) == 1)
    #expect(SpellingDistance.between("kitten", "sitting", atMost: 3) == 3)
    #expect(SpellingDistance.between("kitten", "sitting", atMost: 2) == nil)
    #expect(SpellingDistance.between("", "ab", atMost: 2) == 2)
  }
}
