// The formatter: the tour is a fixed point; whatever the layout was, formatting twice is formatting once, and no token is lost.

import SoukSyntax
import SoukText
import Testing

/// The tokens' texts without layout: numbers without spaces, comments without trailing blanks.
private func essence(_ file: SourceFile) -> [String] {
  parse(file).tokens.filter { $0.kind != .newline && $0.kind != .continuation }.map { token in
    let text = file.text(Int(token.lower), Int(token.upper))
    switch token.kind {
    case .number: return text.filter { $0 != " " && $0 != "\t" }
    case .comment, .docComment: return String(text.reversed().drop { $0 == " " || $0 == "\t" || $0 == "\r" }.reversed())
    default: return text
    }
  }
}

@Test func tourIsAFixedPoint() throws {
  for file in try examples() {
    let text = try #require(format(file).text)
    #expect(text == file.text(0, file.bytes.count), "\(file.name)")
  }
}

@Test(arguments: [
  ("let x=120ms", "let x = 120 ms\n"), ("let x = 24h+5만명", "let x = 24 h + 5만 명\n"), ("let x = 256k/s", "let x = 256k/s\n"),
  ("let x=daily[06:00]", "let x = daily [06:00]\n"), ("let x = days [0]", "let x = days[0]\n"),
  ("let x = ( 1+2 )*-3", "let x = (1 + 2) * -3\n"), ("let x = a/b^2", "let x = a / b^2\n"), ("let x = 1/1000", "let x = 1/1000\n"),
  ("let x = f (a , b:3)[ 1 ] .c", "let x = f(a, b: 3)[1].c\n"), ("model M{param x:Dist < Time >?=3}", "model M { param x: Dist<Time>? = 3 }\n"),
  ("model M {\nparam a = 1\n  \tparam b = 2\n\n\n\nparam c = 3\n}", "model M {\n  param a = 1\n  param b = 2\n\n  param c = 3\n}\n"),
  ("let x = f(\na,\nb\n)", "let x = f(\n  a,\n  b\n)\n"), ("let x = a +\nb", "let x = a +\n  b\n"), ("# a\n\n\n#b  \n", "# a\n\n#b\n"),
  ("let x = \"a  {  b+c }  d\"", "let x = \"a  {b + c}  d\"\n"), ("let a    = 1\nlet bbbb = 22ms    # c\nlet c = 3 # d", "let a    = 1\nlet bbbb = 22 ms    # c\nlet c = 3 # d\n"),
  ("let a   = 1ms # x\nlet bbb = 1   # y", "let a   = 1 ms # x\nlet bbb = 1    # y\n"), ("let x = 2 m ^2", "let x = 2 m ^2\n"), ("", ""), ("\r\n\r\nprint x\r\n", "print x\n"),
])
func canonicalLayout(_ source: String, _ expected: String) {
  #expect(format(script(source)).text == expected)
}

@Test func brokenFilesAreLeftAlone() {
  guard case .broken(let problems) = format(script("let x = ")) else {
    Issue.record("a broken file was formatted")
    return
  }
  #expect(!problems.isEmpty)
}

/// Gaps between the tokens of a line made longer or shorter, blank lines added: the same tokens in another layout.
private func disarranged(_ text: String, by random: inout Seeded) -> String {
  let file = script(text)
  var out = ""
  var at = 0
  for token in parse(file).tokens {
    let gap = file.text(at, Int(token.lower))
    switch Int.random(in: 0..<8, using: &random) {
    case 0: out += gap + " "
    case 1: out += gap.isEmpty ? "" : String(repeating: " ", count: Int.random(in: 1...6, using: &random))
    case 2: out += gap.isEmpty ? "" : "\t"
    case 3 where token.kind == .newline: out += gap + "\n\n"
    default: out += gap
    }
    out += file.text(Int(token.lower), Int(token.upper))
    at = Int(token.upper)
  }
  return out
}

@Test func formattingIsIdempotentAndKeepsEveryToken() throws {
  var random = Seeded(state: 7)
  let texts = try examples().map { $0.text(0, $0.bytes.count) } + corpus + exampleItems()
  var formatted = 0
  for round in 0..<2000 {
    let source = script(disarranged(texts[round % texts.count], by: &random))
    guard let once = format(source).text else { continue }
    formatted += 1
    #expect(essence(script(once)) == essence(source), "tokens changed:\n\(source.text(0, source.bytes.count))")
    #expect(format(script(once)).text == once, "not idempotent:\n\(once)")
  }
  #expect(formatted > 1500)
}

@Test func mutatedScriptsThatAreWholeKeepTheirTokens() throws {
  var random = Seeded(state: 11)
  let items = try exampleItems() + corpus
  var formatted = 0
  for _ in 0..<3000 {
    let source = script(mutated(items.randomElement(using: &random) ?? "", by: &random))
    guard let once = format(source).text else { continue }
    formatted += 1
    #expect(essence(script(once)) == essence(source), "tokens changed:\n\(source.text(0, source.bytes.count))")
    #expect(format(script(once)).text == once, "not idempotent:\n\(once)")
  }
  #expect(formatted > 150)
}
