// The tour is the surface of the language: its scripts are read without a mistake, and their tokens give the text back.

import Foundation
import SoukSyntax
import SoukText
import Testing

/// The root of the package, where examples/ and grammar/ are.
let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// All scripts under examples/, by path.
func examples() throws -> [SourceFile] {
  let folder = root.appending(path: "examples").resolvingSymlinksInPath()
  let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
  return try names.filter { $0.hasSuffix(".souk") }.sorted().map { name in
    SourceFile(id: FileID(0), name: name, bytes: [UInt8](try Data(contentsOf: folder.appending(path: name))))
  }
}

func script(_ text: String) -> SourceFile { SourceFile(id: FileID(0), name: "script.souk", text: text) }

@Test func tourIsReadWithoutMistakes() throws {
  let files = try examples()
  #expect(files.count >= 6)
  for file in files {
    let result = parse(file)
    #expect(result.diagnostics.isEmpty, "\(file.name): \(result.diagnostics.map(\.message))")
    #expect(!result.tree.items.isEmpty)
  }
}

@Test func tokensAndGapsAreTheText() throws {
  for file in try examples() {
    var at = 0
    for token in parse(file).tokens {
      #expect(Int(token.lower) >= at && token.upper > token.lower, "\(file.name): tokens overlap at byte \(token.lower)")
      let gap = file.text(at, Int(token.lower))
      #expect(gap.allSatisfy { $0 == " " }, "\(file.name): `\(gap)` is in no token")
      at = Int(token.upper)
    }
    #expect(at == file.bytes.count || file.text(at, file.bytes.count).allSatisfy { $0 == " " })
  }
}
