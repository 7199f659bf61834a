// The smallest script for each mistake, with the message that it gets. `SOUK_RECORD=1` writes the messages anew, to be
// read as text before they are committed.

import Foundation
import SoukSema
import SoukSyntax
import SoukText
import Testing

let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

/// All that checking says of a script, as a person reads it.
func messages(_ text: String, name: String) -> String {
  var sources = SourceSet()
  let id = sources.add(name: name, bytes: Array(text.utf8))
  let parsed = parse(sources[id])
  var found = parsed.diagnostics
  if found.isEmpty { found = check([ModuleTree(tree: parsed.tree, key: name, imports: [], isLibrary: false)]).diagnostics }
  return DiagnosticRenderer(sources: sources, color: false, width: 110).render(found)
}

func scripts(in path: URL) throws -> [URL] {
  try FileManager.default.contentsOfDirectory(at: path, includingPropertiesForKeys: nil).filter { $0.pathExtension == "souk" }
    .sorted { $0.lastPathComponent < $1.lastPathComponent }
}

@Test("each mistake gets its message", arguments: try scripts(in: folder.appendingPathComponent("Errors")))
func mistake(_ script: URL) throws {
  let text = try String(contentsOf: script, encoding: .utf8)
  let found = messages(text, name: script.lastPathComponent)
  let expected = script.deletingPathExtension().appendingPathExtension("expected")
  if ProcessInfo.processInfo.environment["SOUK_RECORD"] == "1" { try found.write(to: expected, atomically: true, encoding: .utf8) }
  let code = String(script.deletingPathExtension().lastPathComponent.prefix(5))
  #expect(found.contains("[\(code)]"), "the script is named after its code")
  #expect(found == (try String(contentsOf: expected, encoding: .utf8)))
}

@Test("the tour has no mistakes", arguments: ["01_checkout", "02_units", "06_component"])
func tour(_ name: String) throws {
  let path = folder.deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("examples/tour/\(name).souk")
  #expect(messages(try String(contentsOf: path, encoding: .utf8), name: name) == "")
}
