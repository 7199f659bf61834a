// What the renderer draws: places on one line and on several, wide characters and tabs, long lines, several files, colour.

import SoukText
import Testing

/// The spans of the marked parts: `«` and `»` are taken out of the text, and what they enclose is a place.
private func marked(_ text: String, name: String = "a.souk", in sources: inout SourceSet) -> [Span] {
  var bytes: [UInt8] = []
  var starts: [Int] = []
  var ranges: [(Int, Int)] = []
  for character in text {
    if character == "«" {
      starts.append(bytes.count)
    } else if character == "»" {
      ranges.append((starts.removeLast(), bytes.count))
    } else {
      bytes.append(contentsOf: String(character).utf8)
    }
  }
  let id = sources.add(name: name, bytes: bytes)
  return ranges.map { Span(file: id, lower: $0.0, upper: $0.1) }
}

private func render(_ text: String, color: Bool = false, width: Int = 80, _ make: ([Span]) -> Diagnostic) -> String {
  var sources = SourceSet()
  let spans = marked(text, in: &sources)
  return DiagnosticRenderer(sources: sources, color: color, width: width).render(make(spans))
}

@Test func twoPlacesOnOneLine() {
  let text = render("let a = 1\nprint «peak» + «gmv»\n") {
    Diagnostic("E0203", "cannot add CNY to payment/s", at: $0[1], "CNY", others: [Label($0[0], "payment/s")], hints: [Hint("multiply", replace: $0[1], with: "gmv / 1 s")])
  }
  #expect(
    text == """
      error[E0203]: cannot add CNY to payment/s
       --> a.souk:2:14
        |
      2 | print peak + gmv
        |       ----   ^^^ CNY
        |       |
        |       payment/s
        = hint: multiply
      2 | print peak + gmv / 1 s

      """)
}

@Test func placesOnSeveralLines() {
  let text = render("let «a» = 1 h\n\n\n\nprint «b» + a") {
    Diagnostic("E0203", "m", at: $0[1], "here", others: [Label($0[0], "declared here")])
  }
  #expect(
    text == """
      error[E0203]: m
       --> a.souk:5:7
        |
      1 | let a = 1 h
        |     - declared here
      ...
      5 | print b + a
        |       ^ here

      """)
}

@Test func wideCharactersAndTabsAreLinedUp() {
  let wide = render("let 하루방문자 = «6000만»") { Diagnostic("E0001", "m", at: $0[0], "x") }
  #expect(wide.contains("| let 하루방문자 = 6000만\n  |                  ^^^^^^ x\n"))
  let tab = render("\ta\t«b»") { Diagnostic("E0001", "m", at: $0[0], "x") }
  #expect(tab.contains("|     a   b\n  |         ^ x\n"))
  let combined = render("e\u{301}e\u{301} «b» 👩‍👩‍👧 é") { Diagnostic("E0001", "m", at: $0[0], "x") }
  #expect(combined.contains("|    ^ x\n"))
  #expect(displayWidth("6000万") == 6 && displayWidth("a\u{301}") == 1 && displayWidth("😀") == 2 && displayWidth("ﾊ") == 1)
}

@Test func longLinesAreCutAroundThePlace() {
  let text = render(String(repeating: "abc ", count: 500) + "«here»" + String(repeating: " xyz", count: 500), width: 60) {
    Diagnostic("E0001", "m", at: $0[0], "x")
  }
  let lines = text.split(separator: "\n").map(String.init)
  #expect(lines.allSatisfy { displayWidth($0) <= 60 })
  let source = lines[3]
  let marks = lines[4]
  #expect(source.contains("… ") || source.contains(" …"))
  let column = marks.prefix { $0 != "^" }.count
  #expect(source.dropFirst(column).hasPrefix("here") && marks.dropFirst(column).hasPrefix("^^^^ x"))
}

@Test func controlCharactersDontReachTheTerminal() {
  let text = render("print \"\u{1B}[31m\" «x»") { Diagnostic("E0001", "m", at: $0[0]) }
  #expect(!text.contains("\u{1B}"))
}

@Test func placesInOtherFilesAndAtTheEnd() {
  var sources = SourceSet()
  let first = marked("import \"b.souk\"\n«»", in: &sources)
  let second = marked("let «x» = 1", name: "b.souk", in: &sources)
  let text = DiagnosticRenderer(sources: sources, color: false, width: 80).render(
    Diagnostic("E0001", "m", at: first[0], "here", others: [Label(second[0], "there")]))
  #expect(text.contains(" --> a.souk:2:1\n  |\n2 |\n  | ^ here\n ::: b.souk:1:5\n  |\n1 | let x = 1\n  |     - there\n"))
}

@Test func manyAreSortedAndCounted() {
  var sources = SourceSet()
  let spans = marked("«a» «b» «c»", in: &sources)
  let renderer = DiagnosticRenderer(sources: sources, color: false, width: 80)
  let text = renderer.render([
    Diagnostic("E0003", "third", at: spans[2]), Diagnostic("E0001", "first", at: spans[0]),
    Diagnostic("E0002", "second", at: spans[1], severity: .warning),
  ])
  let order = ["error[E0001]: first", "warning[E0002]: second", "error[E0003]: third"].map { text.ranges(of: $0).first?.lowerBound }
  #expect(order.allSatisfy { $0 != nil } && order.compactMap { $0 } == order.compactMap { $0 }.sorted())
  #expect(text.hasSuffix("\n2 errors, 1 warning\n"))
  #expect(renderer.render([]).isEmpty)
}

@Test func colourIsOnlyAdded() {
  let make: ([Span]) -> Diagnostic = { Diagnostic("E0001", "m", at: $0[0], "x", hints: [Hint("h", replace: $0[0], with: "q")]) }
  let plain = render("let «a»", make)
  let painted = render("let «a»", color: true, make)
  #expect(painted.contains("\u{1B}[1;31m"))
  #expect(painted.replacing(/\u{1B}\[[0-9;]*m/, with: "") == plain)
}
