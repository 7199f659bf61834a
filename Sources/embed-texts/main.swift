// Text files → one Swift source with an array of (name, text), by raw string literals. Used while building; see
// Plugins/EmbedTexts.
//
//   embed-texts TYPE OUTPUT FILE…

import Foundation

let arguments = CommandLine.arguments.dropFirst()
guard arguments.count >= 2, let type = arguments.first, let output = arguments.dropFirst().first else {
  FileHandle.standardError.write(Data("usage: embed-texts TYPE OUTPUT FILE…\n".utf8))
  exit(2)
}

/// As many `#` as make a raw literal of `text` end where it should.
func fence(for text: String) -> String {
  var fence = "#"
  while text.contains("\"\"\"" + fence) || text.contains("\\" + fence) { fence += "#" }
  return fence
}

do {
  var source = "// Made by embed-texts from the texts in this target's folder.\n\nenum \(type) {\n"
  source += "  static let texts: [(name: String, text: String)] = [\n"
  for path in arguments.dropFirst(2) {
    let url = URL(fileURLWithPath: path)
    var text = try String(contentsOf: url, encoding: .utf8)
    if !text.hasSuffix("\n") { text += "\n" }
    let fence = fence(for: text)
    let name = url.deletingPathExtension().lastPathComponent
    source += "(\"\(name)\", \(fence)\"\"\"\n\(text)\n\"\"\"\(fence)),\n"
  }
  source += "  ]\n}\n"
  try source.write(toFile: output, atomically: true, encoding: .utf8)
} catch {
  FileHandle.standardError.write(Data("embed-texts: \(error)\n".utf8))
  exit(1)
}
