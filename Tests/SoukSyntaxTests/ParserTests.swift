// What the tree holds, how deep and how long scripts may be, and when a typed text is whole.

import SoukSyntax
import SoukText
import Testing

private func value(_ text: String) throws -> Expression {
  let result = parse(script("let x = \(text)"))
  #expect(result.diagnostics.isEmpty, "\(text): \(result.diagnostics.map(\.message))")
  guard case .binding(let binding)? = result.tree.items.first?.kind else { throw Missing() }
  return try #require(binding.value)
}

private struct Missing: Error {}

/// An expression with all its brackets, to see what binds tighter.
private func shape(_ e: Expression) -> String {
  switch e.kind {
  case .name(let n): n
  case .number(let n): n.text + (n.unit.map { " \($0.text)" } ?? "")
  case .binary(let op, let a, let b, _): "(\(shape(a)) \(op.rawValue) \(shape(b)))"
  case .negate(let a): "-\(shape(a))"
  case .not(let a): "(not \(shape(a)))"
  case .convert(let a, let unit): "(\(shape(a)) to \(unit.text))"
  case .range(let a, let b, let step): "(\(shape(a))..\(shape(b))\(step.map { " step \(shape($0))" } ?? ""))"
  case .at(let a, let b): "(\(shape(a)) at \(shape(b)))"
  case .during(let a, let b): "(\(shape(a)) during \(shape(b)))"
  case .within(let a, let t, let b): "(\(shape(a)) within \(shape(t))\(b.map { " of \(shape($0))" } ?? ""))"
  case .sourced(let a, let s): "[\(shape(a)) from \(s.plain ?? "?")]"
  case .assumed(let a): "[\(shape(a)) assumed]"
  case .call(let f, let args): "\(shape(f))(\(args.map { shape($0.value) }.joined(separator: ", ")))"
  case .member(let a, let n): "\(shape(a)).\(n.text)"
  default: "…"
  }
}

@Test(arguments: [
  ("a + b * c - d", "((a + (b * c)) - d)"), ("a - b - c", "((a - b) - c)"), ("-a ^ b ^ c", "-(a ^ (b ^ c))"), ("2 ^ -x", "(2 ^ -x)"),
  ("a or b and not c == d", "(a or (b and (not (c == d))))"), ("a + b to h < c", "(((a + b) to h) < c)"), ("a mod b * c", "((a mod b) * c)"),
  ("1..a + 2 step 3", "(1..(a + 2) step 3)"), ("x at 28 s > y", "((x at 28 s) > y)"), ("x during 0 h..1 h", "(x during (0 h..1 h))"),
  ("a within 2% of b + c", "(a within 2% of (b + c))"), ("a.b within 2%", "(a.b within 2%)"), ("xs contains y", "(xs contains y)"),
  ("256k payment/s from \"S3-09\" * 2", "([256k payment/s from S3-09] * 2)"), ("a + 30 min assumed", "(a + [30 min assumed])"),
  ("5 mod 2", "(5 mod 2)"), ("12 assumed", "[12 assumed]"), ("10 order / n", "(10 order / n)"), ("10 order/n", "10 order/n"),
  ("f(x).y(1 h)", "f(x).y(1 h)"), ("1 +\n  2", "(1 + 2)"),
])
func precedence(_ text: String, _ expected: String) throws {
  #expect(shape(try value(text)) == expected)
}

@Test(arguments: [
  ("256k", 256e3, nil), ("91.2B CNY", 91.2e9, "CNY"), ("6000만", 6e7, nil), ("5억", 5e8, nil), ("7조", 7e12, nil), ("3万", 3e4, nil), ("2亿", 2e8, nil),
  ("5만명", 5e4, "명"), ("95%", 0.95, nil), ("2.2%/month", 0.022, "/month"), ("1_000", 1000, nil), ("1.5e3", 1500, nil), ("120ms", 120, "ms"),
  ("0.3M", 300_000, nil), ("0.07%", 0.0007, nil), ("3 m^2/s", 3, "m^2/s"), ("2T", 2e12, nil), ("5kg", 5, "kg"), ("3 kW*h", 3, "kW*h"),
] as [(String, Double, String?)])
func numbers(_ text: String, _ expected: Double, _ unit: String?) throws {
  guard case .number(let number) = try value(text).kind else { throw Missing() }
  #expect(number.value == expected)
  #expect(number.unit?.text == unit)
  #expect(number.isPercent == text.contains("%"))
}

@Test func stringsHaveTextAndHoles() throws {
  guard case .string(let s) = try value(#""a\n\t\"\\\{\}\u{1F600} {b + "c {d}"} e""#).kind else { throw Missing() }
  #expect(s.parts.count == 3)
  guard case .text(let first) = s.parts[0], case .hole(let hole) = s.parts[1], case .text(let last) = s.parts[2] else { throw Missing() }
  #expect(first == "a\n\t\"\\{}😀 " && last == " e")
  guard case .binary(.add, _, let inner, _) = hole.kind, case .string(let nested) = inner.kind else { throw Missing() }
  #expect(nested.parts.count == 2)
}

@Test func documentationGoesToWhatItDocuments() throws {
  let text = """
    #!/usr/bin/env souk
    ## The file.

    ## A shop.
    ## Two lines.
    model Shop {
      param a = 1   ## trails a
      ## before b
      param b = 2
      # no documentation
      counter late { of: order }   ## trails late

      ## lost: a blank line follows

      counter early
    }
    table T(
      key k: Text,   ## the key
      ## the size
      n: order
    ) {
      "a", 3 order
    }
    """
  let tree = parse(script(text)).tree
  #expect(tree.docs == "The file.")
  #expect(tree.items[0].docs == "A shop.\nTwo lines.")
  guard case .model(let model) = tree.items[0].kind, case .table(let table) = tree.items[1].kind else { throw Missing() }
  #expect(model.members.map(\.docs) == ["trails a", "before b", "trails late", nil])
  #expect(table.columns.map(\.docs) == ["the key", "the size"])
}

@Test func lineEndsOfAllKinds() {
  let unix = "unit order\n\nmodel M {\n  param a = 1 +\n    2\n}\n"
  for text in [unix, unix.replacing("\n", with: "\r\n"), "\u{FEFF}" + unix] {
    let result = parse(script(text))
    #expect(result.diagnostics.isEmpty && result.tree.items.count == 2)
  }
  #expect(parse(script("")).tree.items.isEmpty && parse(script("")).diagnostics.isEmpty)
  #expect(parse(script("\n# only a comment")).diagnostics.isEmpty)
}

@Test(arguments: [
  ("print 1", true), ("", true), ("model M {", false), ("model M {\n}", true), ("let x = f(1,", false), ("let x = [1", false), ("let x = 1 +", false),
  ("let x =", false), ("let x", true), ("print \"a", false), ("print \"a {b", false), ("print \"a {b}\"", true), ("let x = )", true), ("x to", false), ("leave", true),
  ("if a {\n  print 1", false), ("if a {\n  print 1\n} else", false), ("let x = f(1\n", false), ("check \"a\":", false), ("model M {\n  jorney x {\n", false),
])
func completeness(_ text: String, _ expected: Bool) {
  #expect(isComplete(script(text)) == expected, "\(text)")
}

@Test(arguments: [
  "(", "[", "{", "-", "not ", "\"{", "f(", "if a { ", "model M { ", "fn() = ", "2 ^ ", "a => choose { ", "x[", "List<", "spawn f(", ". ", "a { b => ", "first { use a => ",
])
func nestingHasALimitAndNoStackOverflows(_ piece: String) {
  for head in ["let x = ", "", "let x: ", "model M { journey j { ", "test \"t\" { choose { "] {
    let result = parse(script(head + String(repeating: piece, count: 20_000)))
    #expect(!result.diagnostics.isEmpty)
  }
}

@Test func longChainsAreRefusedNotFatal() {
  for piece in [" + 1", ".a", "(1)", " to h", " and a", "[1]"] {
    let result = parse(script("let x = 1" + String(repeating: piece, count: 50_000)))
    #expect(result.diagnostics.map(\.code) == ["E0129"])
    #expect(parse(script("let x = 1" + String(repeating: piece, count: 400))).diagnostics.isEmpty)
  }
  let chain = String(repeating: "if a { } else ", count: 10_000)
  #expect(!parse(script(chain + "{ }")).diagnostics.isEmpty)
}

@Test func anyBytesAreReadWithoutACrash() {
  var random = Seeded(state: 3)
  for length in 0..<300 {
    let bytes = (0..<length * 3).map { _ in UInt8.random(in: 0...255, using: &random) }
    _ = parse(SourceFile(id: FileID(0), name: "noise", bytes: bytes))
    let printable = (0..<length * 3).map { _ in Array("ab1 \n(){}[]\"'.,:=<>+-*/%#?\\é万".utf8).randomElement(using: &random) ?? 0 }
    _ = parse(SourceFile(id: FileID(0), name: "noise", bytes: printable))
  }
}

@Test func everyPrefixOfTheTourIsReadWithoutACrash() throws {
  for file in try examples() {
    for end in stride(from: 0, to: file.bytes.count, by: 7) {
      let part = SourceFile(id: FileID(0), name: file.name, bytes: Array(file.bytes[..<end]))
      let result = parse(part)
      #expect(result.diagnostics.count <= 4, "\(file.name) cut at \(end): \(result.diagnostics.map(\.message))")
    }
  }
}
