// `souk check`: types and units of scripts, nothing run.

import ArgumentParser
import Souk
import SoukText

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

struct CheckScripts: Verb {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Checks names, types and units of scripts, and runs nothing.",
    discussion: """
      Of a folder all files that end in .souk are checked, those of folders in it too.

      Examples:
        souk check shop.souk
        souk check examples

      Exit codes:
        0  no mistakes
        2  there are mistakes, or a file can't be read
      """)

  @Argument(help: "Scripts, or folders of them.")
  var paths: [String]

  @Flag(help: "Write no colours, even to a terminal.")
  var noColor = false

  @Flag(help: "Print nothing when there are no mistakes.")
  var quiet = false

  func execute() -> ExitStatus {
    let files = Scripts.find(paths)
    var faulty = files.isComplete ? 0 : 1
    for path in files.paths {
      do throws(FileProblem) {
        let checked = Pipeline.check(try Pipeline.read(path))
        Mistakes.show(checked, noColor: noColor)
        if !checked.isSound { faulty += 1 }
      } catch {
        Terminal.complain(error.message)
        faulty += 1
      }
    }
    let count = files.paths.count
    if faulty == 0 {
      if !quiet { Terminal.print(count == 1 ? "1 file checked, no mistakes\n" : "\(count) files checked, no mistakes\n") }
      return .held
    }
    if count > 1 { Terminal.complain("\(count) files checked, \(faulty) with mistakes") }
    return .wrong
  }
}

/// Scripts that words of the command line stand for.
enum Scripts {
  /// The files, and whether everything that was named is there. What isn't has been complained of.
  static func find(_ words: [String]) -> (paths: [String], isComplete: Bool) {
    var paths: [String] = []
    var isComplete = true
    for word in words {
      do throws(FileProblem) {
        guard Files.kind(of: word) == .folder else {
          paths.append(word)
          continue
        }
        let found = try below(word)
        if found.isEmpty {
          Terminal.complain("there is no file that ends in .souk in “\(word)”")
          isComplete = false
        }
        paths += found
      } catch {
        Terminal.complain(error.message)
        isComplete = false
      }
    }
    return (paths, isComplete)
  }

  /// All .souk files in a folder and the folders in it, hidden ones and links to folders aside.
  private static func below(_ folder: String) throws(FileProblem) -> [String] {
    var paths: [String] = []
    for name in try Files.names(in: folder) where !name.hasPrefix(".") {
      let path = Files.join(folder, name)
      switch Files.kind(of: path) {
      case .folder where !Files.isLink(path): paths += try below(path)
      case .file where name.hasSuffix(".souk"): paths.append(path)
      default: break
      }
    }
    return paths
  }
}

/// What is wrong with a script, on standard error.
enum Mistakes {
  static func show(_ checked: CheckedScript, noColor: Bool) {
    show(checked.diagnostics, in: checked.script.sources, noColor: noColor)
  }

  static func show(_ diagnostics: [Diagnostic], in sources: SourceSet, noColor: Bool) {
    guard !diagnostics.isEmpty else { return }
    let color = Terminal.wantsColor(STDERR_FILENO, refused: noColor)
    Terminal.complain(text: DiagnosticRenderer(sources: sources, color: color, width: Terminal.width).render(diagnostics))
  }
}
