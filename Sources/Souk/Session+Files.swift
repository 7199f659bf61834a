// A session and files: scripts that are loaded into it, and the script that it is saved as.

import SoukSyntax
import SoukText

extension Session {
  /// Enters the script in a file; its imports are read from its own folder.
  public func load(_ path: String) throws(FileProblem) -> Answer {
    let real = Files.join(home, path)
    let bytes = try Files.read(real, limit: ReadLimits().fileBytes)
    loadedPaths.removeAll { $0 == path }
    loadedPaths.append(path)
    return enter(String(decoding: bytes, as: UTF8.self), name: path, folder: Files.folder(of: real))
  }

  /// Writes the session as a script; gives what keeps that script from running by itself, if anything does.
  public func save(to path: String) throws(FileProblem) -> String? {
    let text = script
    try Files.replace(Files.join(home, path), with: Array(text.utf8))
    let checked = Pipeline.check(Loader.load(Array(text.utf8), name: path, folder: home))
    return checked.diagnostics.first { $0.severity == .error }.map { "as a script of its own it isn't right yet: \($0.message)" }
  }

  /// Everything that holds by now, as a script: what was replaced is left out, `ans` has become a name of its own.
  public var script: String {
    var last: [String: Int] = [:]
    for (index, entry) in entries.enumerated() {
      for item in entry.items[..<entry.own] { for name in item.declaredNames { last[name] = index } }
    }
    var imported: Set<String> = []
    var units: Set<String> = []
    return entries.indices.map { index in
      let entry = entries[index]
      let file = loaded.sources[loaded.modules[entry.module].file]
      var skipsShown = false
      let texts = entry.items[..<entry.own].compactMap { item -> String? in
        if skipsShown, item.isExpression {
          skipsShown = false
          return nil
        }
        var text = renamed(item, entry, file)
        if item.declaredNames == ["ans"], entry.givesAns {
          skipsShown = true
          return isAnsUsed(of: index) ? "let \(ansName(index)) = \(text)\nprint \(ansName(index))" : "print \(text)"
        }
        if !item.declaredNames.isEmpty, item.declaredNames.allSatisfy({ last[$0] != index }) { return nil }
        if case .importing = item.kind, !imported.insert(text).inserted { return nil }
        if case .units = item.kind, !units.insert(text).inserted { return nil }
        if let docs = item.docs, !text.contains("##") { text = docs.split(separator: "\n").map { "## \($0)\n" }.joined() + text }
        return text
      }
      return texts.map { $0 + "\n" }.joined()
    }.joined()
  }

  private func ansName(_ entry: Int) -> String { "ans\(entries[...entry].count { $0.givesAns })" }

  private func isAnsUsed(of entry: Int) -> Bool { entries.contains { $0.formerAns == entry } }

  /// An item's text, in which `ans` has the name that its value has in a script.
  private func renamed(_ item: Item, _ entry: Entry, _ file: SourceFile) -> String {
    var text = ""
    var from = Int(item.span.lower)
    if let former = entry.formerAns {
      for place in namePlaces(of: item.span, in: loaded) where place.text == "ans" {
        text += file.text(from, Int(place.span.lower)) + ansName(former)
        from = Int(place.span.upper)
      }
    }
    return text + file.text(from, Int(item.span.upper))
  }

  /// A definition, or the last entry, in its one layout.
  public func formatted(_ name: String?) -> String {
    let text: String
    if let name {
      guard let definition = definitions.last(where: { $0.name == name })?.definition else { return "there is no definition of `\(name)` here" }
      text = loaded.sources[definition.item.span.file].text(definition.item.span)
    } else {
      guard let last = entries.last else { return "nothing was entered yet" }
      text = last.text
    }
    return Pipeline.format(Loader.load(Array((text + "\n").utf8), name: "prompt", followingImports: false)) ?? text
  }
}
