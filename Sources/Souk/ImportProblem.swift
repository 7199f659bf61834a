// What can be wrong with an import, as diagnostics: one constructor for each.

import SoukLibrary
import SoukText
import SoukUnits

enum ImportProblem {
  static func diagnostic(_ problem: ConfinedProblem, name: String, at span: Span) -> Diagnostic {
    switch problem {
    case .outside:
      return Diagnostic(
        "E0507", "“\(name)” is outside of the script's folder", at: span, "leads out of it",
        hints: [Hint("a script reads only what lies in its own folder or below: copy the file there")])
    case .file(var problem):
      // Told by the name as it is written: the real path is nobody's concern.
      if case .tooLarge = problem.kind { problem.path = name }
      return diagnostic(problem, at: span)
    }
  }

  static func diagnostic(_ problem: FileProblem, at span: Span) -> Diagnostic {
    switch problem.kind {
    case .missing:
      Diagnostic(
        "E0501", problem.message, at: span, "this file was looked for",
        hints: nearby(problem.path).map { [Hint("there is “\($0)” in that folder")] }
          ?? [Hint("names are relative to the file they stand in")])
    case .folder:
      Diagnostic("E0502", problem.message, at: span, "names a folder", hints: [Hint("name one file in it")])
    case .tooLarge:
      Diagnostic("E0504", problem.message, at: span, "is too large")
    case .unreadable, .unwritable:
      Diagnostic("E0503", problem.message, at: span, "can't be read")
    }
  }

  /// The name in the folder of a missing file that is spelt most alike, if any is.
  static func nearby(_ path: String) -> String? {
    let wanted = path.split(separator: "/").last.map(String.init) ?? path
    let names = (try? Files.names(in: Files.folder(of: path))) ?? []
    return likest(wanted, among: names)
  }

  /// The name among `names` that is spelt most like `wanted`, if any is near.
  static func likest(_ wanted: String, among names: [String]) -> String? {
    names.compactMap { name in SpellingDistance.between(wanted, name, atMost: 2).map { (name: name, distance: $0) } }
      .min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
  }

  static func nameNotPlain(at span: Span) -> Diagnostic {
    Diagnostic("E0509", "the name of a file can't be computed", at: span, "has a hole in it", hints: [Hint("write the name out")])
  }

  static func fileFromLibrary(_ name: String, at span: Span) -> Diagnostic {
    Diagnostic("E0507", "a library module can't import the file “\(name)”", at: span, "leads out of the library")
  }

  static func tooDeep(_ limit: Int, at span: Span) -> Diagnostic {
    Diagnostic("E0510", "imports go more than \(limit) files deep", at: span, "would be one more")
  }

  static func unknownModule(_ name: String, at span: Span) -> Diagnostic {
    let names = LibraryModule.all.map(\.name)
    let offer = likest(name, among: names).map { Hint("did you mean `\($0)`?", replace: span, with: $0) }
    return Diagnostic(
      "E0511", "the standard library has no module `\(name)`", at: span, "isn't there",
      hints: [offer ?? Hint("it has \(names.map { "`\($0)`" }.joined(separator: ", "))")])
  }
}
