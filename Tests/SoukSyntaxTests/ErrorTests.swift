// Each code has its smallest script in Errors/, and beside it the message as a terminal shows it. SOUK_RECORD=1 writes the messages anew;
// they are to be read before they are committed.

import Foundation
import SoukSyntax
import SoukText
import Testing

private let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Errors")

/// The codes that SyntaxProblems.swift can report.
private func codes() throws -> [String] {
  let source = try String(contentsOf: root.appending(path: "Sources/SoukSyntax/SyntaxProblems.swift"), encoding: .utf8)
  return Set(source.matches(of: /"(E01\d\d)"/).map { String($0.1) }).sorted()
}

private func rendered(_ name: String, _ bytes: [UInt8]) -> (text: String, codes: Set<String>) {
  var sources = SourceSet()
  let id = sources.add(name: name, bytes: bytes)
  let problems = parse(sources[id]).diagnostics
  let text = DiagnosticRenderer(sources: sources, color: false, width: 100).render(problems)
  return (text, Set(problems.map(\.code.text)))
}

@Test func eachCodeHasItsScriptAndMessage() throws {
  let all = try codes()
  #expect(all.count >= 49)
  for code in all {
    let script = [UInt8](try Data(contentsOf: folder.appending(path: "\(code).souk")))
    let (text, found) = rendered("\(code).souk", script)
    #expect(found == [code], "\(code): \(text)")
    let golden = folder.appending(path: "\(code).txt")
    if ProcessInfo.processInfo.environment["SOUK_RECORD"] != nil { try Data(text.utf8).write(to: golden) }
    #expect(text == (try? String(contentsOf: golden, encoding: .utf8)), "\(code)")
  }
}

@Test func eachCodeHasItsPage() throws {
  for code in try codes() {
    let page = try #require(Explanation(for: DiagnosticCode(code)), "\(code) has no page")
    let scripts = page.text.components(separatedBy: "```souk\n").dropFirst().map { String($0.prefix(upTo: $0.range(of: "```")?.lowerBound ?? $0.endIndex)) }
    let right = try #require(scripts.last, "\(code): no script")
    #expect(parse(script(right)).diagnostics.isEmpty, "\(code): the right script is wrong")
    if scripts.count > 1 {
      #expect(Set(parse(script(scripts[0])).diagnostics.map(\.code.text)) == [code], "\(code): the wrong script")
    }
  }
}

@Test(arguments: [
  ("model M {\n  jorney a {\n    use till\n  }\n  staton b {\n    x = 3\n  }\n}\nlet y = 5m\nprint y z\n", ["E0140", "E0137", "E0120", "E0100"]),
  ("model M {\n  journey buy {\n    use till\n\n  station till\n}\nprint x", ["E0126"]),
  ("model M {\n  journey buy {\n    use till\n}\nlet x = 3\ncheck \"a\": b", ["E0126"]),
  ("let x = f(1,\nprint 3\nlet z = [1 2, 3]\nlet w = 3)\nprint w", ["E0126", "E0130", "E0127"]),
  ("print \"a {b\"\nprint \"c\nlet x = 'd'", ["E0118", "E0115", "E0110"]),
  ("hold 1 x of y {\n  use till\n  wait 5 min\n}\nprint 3 4", ["E0141", "E0100"]),
  ("let x = {\n  a\n}\nlet y = )", ["E0100", "E0127"]),
])
func severalMistakesAreReportedWithoutCascades(_ text: String, _ expected: [String]) {
  #expect(parse(script(text)).diagnostics.map(\.code.text) == expected)
}
