// The parser against the normative grammar, by way of Lark: both must accept and reject the same texts.

import Foundation
import SoukSyntax
import SoukText
import TestCommands
import Testing

/// One text with our verdict, as grammar/check.py reads it.
private struct Verdict: Encodable {
  var text: String
  var accepted: Bool
  var problem: String?

  init(_ text: String) {
    self.text = text
    let errors = parse(script(text)).diagnostics.filter { $0.severity == .error }
    accepted = errors.isEmpty
    problem = errors.first.map { "\($0.code.text): \($0.message)" }
  }
}

private let larkIsInstalled = (try? Command("python3", ["-c", "import lark"]).run().status) == 0
private let checker = root.appending(path: "grammar/check.py").path

@Suite(.enabled(if: larkIsInstalled, "Lark is not installed (pip install lark==1.2.2), so the grammar is not checked"))
struct GrammarTests {
  private func compare(_ verdicts: [Verdict]) throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "souk-verdicts-\(UUID().uuidString).jsonl")
    defer { try? FileManager.default.removeItem(at: file) }
    let encoder = JSONEncoder()
    var lines = Data()
    for verdict in verdicts {
      lines.append(try encoder.encode(verdict))
      lines.append(0x0A)
    }
    try lines.write(to: file)
    let (status, output) = try Command("python3", [checker, file.path]).run()
    #expect(status == 0, "\(output)")
  }

  @Test func hasNoConflictAndAcceptsTheExamples() throws {
    let (status, output) = try Command("python3", [checker]).run()
    #expect(status == 0, "\(output)")
  }

  @Test func agreesOnMutations() throws {
    let seed = UInt64(ProcessInfo.processInfo.environment["SOUK_SEED"] ?? "") ?? 1
    let count = Int(ProcessInfo.processInfo.environment["SOUK_MUTATIONS"] ?? "") ?? 3000
    var random = Seeded(state: seed)
    let items = try exampleItems() + corpus
    let verdicts = (0..<count).map { _ in Verdict(mutated(items.randomElement(using: &random) ?? "", by: &random)) }
    #expect(verdicts.contains { $0.accepted } && verdicts.contains { !$0.accepted })
    try compare(verdicts + items.map { Verdict($0) })
  }

  @Test func agreesOnSentencesOfTheGrammar() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "souk-sentences-\(UUID().uuidString).jsonl")
    defer { try? FileManager.default.removeItem(at: file) }
    let seed = ProcessInfo.processInfo.environment["SOUK_SEED"] ?? "1"
    let (status, output) = try Command("python3", [checker, "--generate", "1500", seed, file.path]).run()
    #expect(status == 0, "\(output)")
    let texts = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map {
      try JSONDecoder().decode(String.self, from: Data($0.utf8))
    }
    #expect(texts.count == 1500)
    try compare(texts.map { Verdict($0) })
  }
}

/// What the tour has no example of.
let corpus: [String] = [
  "record Visit(channel: Text, at: Time)",
  "choice Channel { mobile, desktop }",
  "model M {\n  choice C { a, b }\n  table T(key k: Text, n: order) {\n    \"a\", 3 order\n  }\n  station till[k in T] { servers: 1 }\n}",
  "model M {\n  param rate: live order/h = 3 order/h from \"S3-09\"\n  param d: Dist<Time>? = exponential(mean: 30 min assumed)\n  param on: component cloud\n}",
  "model M {\n  journey j(x: X/Time) {\n    let b = choose x in Banks weight x.share * 2\n    let c = choose x in Banks logit utility(x)\n    let h = spawn k(x)\n    spawn k(x)\n    wait until stock > 3\n  }\n}",
  "model M {\n  journey j {\n    first {\n      use till for 3 min priority 2 => { count served }\n      wait 5 min => leave as \"lost\", await h.done => count late: 2\n      wait until x == 3 => if a { leave } else { count b }\n      take 3 order from stock => print x\n      store.pay(x) => return\n    }\n  }\n}",
  "component c {\n  var seen: Time = 0 s\n  var n = 0\n  action go() { add n: 1 }\n}",
  "model M {\n  journey j {\n    hold 1 courier of riders priority 2 patience 5 min { wait 1 min } else { leave }\n    seize 2 courier of riders[k] patience 3 min\n    release 2 courier of riders[k]\n    put 3 order into stock else { leave }\n    take 3 order from stock priority 1\n    transfer x from a to b else { leave as \"broke\" }\n    reserve x of a else { leave }\n    capture x of a to b\n    capture x of a to b else { leave }\n    await h.done patience 3 min else { leave }\n    join b { wait 1 min }\n    join b patience 1 h\n    time m { wait 1 min }\n    set till.servers: 3\n    add s: 2 order\n    record m: now - t\n    count c\n    var n = 0\n    while n < 3 { set n: n + 1 }\n    for k in T { use till[k].x }\n    choose { 94% => time m { use till }, else => { leave } }\n  }\n}",
  "check calibrated \"a\": share(x <= 24 h) >= 50% confidence 99%",
  "check predicted \"b\": mean(x) within 2% of y at 28 s",
  "let r = sweep M over { a: 1..2 step 0.5 } { until: p99(x) within 2% }",
  "let f = fit M over { a: 1..2 } to data { seed: 1 }",
  "step s by 10\nlet e = step s.x by n + 1\nprint length(step s by 3)\ntest \"t\" { advance s by 1 min\n step s by 2\n let e = step s by 1 }",
  "let s = start M(a: 1) { seed: 2 }\nadvance s by 3 h\nadvance s to 5 h\nadvance s until s.x > 3\nlet t = fork s(a: 2)",
  "let v = sum(x.rate * 2 for x in T) mod 3 + 5 mod 2",
  "let f = map(list, fn(x, y: Time = 3 s) = x * 2)",
  "let a = not b and c or d contains \"x\" to CNY at 3 s during 1 h..2 h",
  "let w = x to %/month + 1", "let m = -2 ^ 2 * -3", "settings { flake: 1%/year, edits: 2000/year }",
  "if a == b {\n  print x\n} else if c {\n  print y\n} else {\n  print z\n}", "for k in [1, 2] {\n  print \"{k}: {f(\"a {k}\")}\"\n}",
  "test \"t\" {\n  expect f(x) == [1 s, 2 s,]\n  print x\n}", "fn f(x: CNY, n = 3) -> CNY {\n  return x * n\n}",
  "plot rate(x, every: 1 min), y { by: z }", "export grid.x to \"grid.csv\"", "unit dozen = 12 order\nunit USD = 6.64 CNY on 2017-11-10",
  "let p = mix { 90% => \"mobile\", 10% => \"desktop\" } from \"S3\"", "let r = Visit { channel: \"a\", at: 3 s }", "let q = ? + ?",
  "model M {\n  every 15 s { set a.b: 3 }\n  at 00:05 { add c: 1 }\n  on x > 3 and y { print x }\n  invariant m: a == b\n  fn g(x) = x\n  action pay(x: CNY) -> Bool { return x > 0 }\n}",
]
