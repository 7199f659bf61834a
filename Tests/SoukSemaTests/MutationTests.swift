// Broken scripts never break the checker: scripts with tokens dropped, doubled, swapped and put elsewhere are checked, and
// whatever is wrong with them is told.

import Foundation
import SoukSema
import SoukSyntax
import SoukText
import Testing

/// SplitMix64: the same mutations in every run.
struct Seeded: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

@Test("mutations of whole scripts are checked without a crash", arguments: 0..<4)
func mutations(part: Int) throws {
  let root = folder.deletingLastPathComponent().deletingLastPathComponent()
  let files = try scripts(in: root.appendingPathComponent("examples/tour")) + scripts(in: root.appendingPathComponent("examples"))
    + scripts(in: folder.appendingPathComponent("Errors"))
  var random = Seeded(state: UInt64(part))
  let rounds = Int(ProcessInfo.processInfo.environment["SOUK_MUTATIONS"] ?? "") ?? 6
  var told = 0
  for file in files {
    let words = tokens(try String(contentsOf: file, encoding: .utf8))
    guard words.count > 4 else { continue }
    for _ in 0..<rounds {
      var mutated = words
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let i = Int.random(in: 0..<mutated.count, using: &random)
        let j = Int.random(in: 0..<mutated.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: mutated.remove(at: i)
        case 1: mutated.insert(mutated[j], at: i)
        case 2: mutated.swapAt(i, j)
        default: mutated[i] = mutated[j]
        }
        if mutated.isEmpty { break }
      }
      if mistakes(mutated.joined()) > 0 { told += 1 }
    }
  }
  #expect(told > files.count, "most mutations are mistakes")
}

/// How many mistakes parsing and checking find together: what is whole of a broken script is checked as well.
private func mistakes(_ text: String) -> Int {
  let parsed = parse(SourceFile(id: FileID(0), name: "mutation", text: text))
  return parsed.diagnostics.count + check([ModuleTree(tree: parsed.tree, key: "", imports: [], isLibrary: false)]).diagnostics.count
}

/// Words and single characters, white space kept as pieces of its own.
private func tokens(_ text: String) -> [String] {
  var out: [String] = []
  var word = ""
  for c in text {
    if c.isLetter || c.isNumber || c == "_" {
      word.append(c)
    } else {
      if !word.isEmpty { out.append(word) }
      word = ""
      out.append(String(c))
    }
  }
  if !word.isEmpty { out.append(word) }
  return out
}
