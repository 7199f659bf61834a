// `souk doc`: the reference of a module of the standard library, of one thing in it, or of a script.

import ArgumentParser
import Souk
import SoukLibrary
import SoukText
import SoukUnits

struct Doc: Verb {
  static let configuration = CommandConfiguration(
    commandName: "doc",
    abstract: "Prints the reference of a module, of one thing in it, or of a script.",
    discussion: """
      Examples:
        souk doc                       the modules of the standard library
        souk doc std.payments          a module
        souk doc payment               a component, function or record of the library
        souk doc std                   the whole library
        souk doc shop.souk             a script of your own: what it says with ##

      Exit codes:
        0  the text was printed
        2  there is nothing of that name
      """)

  @Argument(help: "A module (std.payments), something in one (payment), std, or a script's file.")
  var name: String?

  func execute() -> ExitStatus {
    guard let name else {
      for module in LibraryModule.all { Terminal.print("\(module.name)  \(firstSentence(of: Reference.markdown(of: module)))\n") }
      return .held
    }
    if name.hasSuffix(".souk") { return file(name) }
    if name == "std" {
      Terminal.print(LibraryModule.all.map { Reference.markdown(of: $0) }.joined(separator: "\n"))
      return .held
    }
    if let module = LibraryModule.named(name) ?? LibraryModule.named("std.\(name)") {
      Terminal.print(Reference.markdown(of: module))
      return .held
    }
    let parts = LibraryModule.all.flatMap { Reference.parts(named: name, of: Reference.markdown(of: $0)) }
    guard parts.isEmpty else {
      Terminal.print(parts.joined(separator: "\n"))
      return .held
    }
    let likest = LibraryModule.all.compactMap { module in
      SpellingDistance.between(name, module.name, atMost: 3).map { (module.name, $0) }
    }.min { $0.1 < $1.1 }?.0
    Terminal.complain("there is no module or component `\(name)`\n  \(likest.map { "did you mean `souk doc \($0)`?" } ?? "`souk doc` lists the modules")")
    return .wrong
  }

  private func file(_ path: String) -> ExitStatus {
    do throws(FileProblem) {
      let loaded = try Loader.load(path)
      Terminal.print(Reference.markdown(of: loaded.script.tree, in: loaded.sources[FileID(0)], name: path))
      return .held
    } catch {
      Terminal.complain(error.message)
      return .wrong
    }
  }

  private func firstSentence(of markdown: String) -> String {
    let text: String = markdown.split(separator: "\n\n").dropFirst().first.map { String($0).replacing("\n", with: " ") } ?? ""
    return text.firstRange(of: ". ").map { String(text[..<$0.lowerBound]) + "." } ?? String(text)
  }
}
