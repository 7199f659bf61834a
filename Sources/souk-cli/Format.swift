// `souk fmt`: scripts in their one layout. A file is replaced as a whole or not at all, and only when its layout changes.

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

struct Format: Verb {
  static let configuration = CommandConfiguration(
    commandName: "fmt",
    abstract: "Lays scripts out; comments stay where they are.",
    discussion: """
      A script with mistakes of form is left as it is. Of a folder all files that end in .souk are laid out.

      Examples:
        souk fmt shop.souk
        souk fmt --check examples          what would change, and nothing written
        souk fmt - < shop.souk             from standard input to standard output

      Exit codes:
        0  done, or with --check nothing to do
        1  with --check: a layout would change
        2  a script has mistakes, or a file can't be read or written
      """)

  @Argument(help: "Scripts, folders of them, or - for standard input.")
  var paths: [String]

  @Flag(help: "Write nothing; show what would change.")
  var check = false

  @Flag(help: "Write no colours, even to a terminal.")
  var noColor = false

  func execute() -> ExitStatus {
    if paths == ["-"] { return standardInput() }
    let files = Scripts.find(paths)
    var status: ExitStatus = files.isComplete ? .held : .wrong
    for path in files.paths {
      switch format(path) {
      case .wrong: status = .wrong
      case .failed where status == .held: status = .failed
      default: break
      }
    }
    return status
  }

  private func standardInput() -> ExitStatus {
    do throws(FileProblem) {
      let bytes = try Files.read(STDIN_FILENO, name: "standard input", limit: ReadLimits().fileBytes)
      guard let text = laidOut(Loader.load(bytes, name: "standard input", followingImports: false)) else { return .wrong }
      if check {
        let old = String(decoding: bytes, as: UTF8.self)
        Terminal.print(LineDifference.text(from: old, to: text))
        return old == text ? .held : .failed
      }
      Terminal.print(text)
      return .held
    } catch {
      Terminal.complain(error.message)
      return .wrong
    }
  }

  private func format(_ path: String) -> ExitStatus {
    do throws(FileProblem) {
      let bytes = try Files.read(path, limit: ReadLimits().fileBytes)
      guard let text = laidOut(Loader.load(bytes, name: path, followingImports: false)) else { return .wrong }
      if bytes == Array(text.utf8) { return .held }
      if check {
        Terminal.print("\(path)\n" + LineDifference.text(from: String(decoding: bytes, as: UTF8.self), to: text))
        return .failed
      }
      try Files.replace(path, with: Array(text.utf8))
      return .held
    } catch {
      Terminal.complain(error.message)
      return .wrong
    }
  }

  /// The script's text in its layout; `nil` when it has mistakes, which have been shown.
  private func laidOut(_ script: LoadedScript) -> String? {
    guard !script.diagnostics.contains(where: { $0.severity == .error }) else {
      Mistakes.show(script.diagnostics, in: script.sources, noColor: noColor)
      return nil
    }
    return Pipeline.format(script)
  }
}

/// What changes between two texts, line by line.
enum LineDifference {
  /// Removed lines after `-`, new ones after `+`, each stretch under the old text's line number; empty when nothing changes.
  static func text(from old: String, to new: String) -> String {
    func lines(_ text: String) -> [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
    let before = lines(old), after = lines(new)
    let difference = after.difference(from: before)
    var removed: Set<Int> = [], inserted: Set<Int> = []
    for change in difference {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, _, _): inserted.insert(offset)
      }
    }
    var out = ""
    var i = 0, j = 0
    while i < before.count || j < after.count {
      guard removed.contains(i) || inserted.contains(j) else {
        (i, j) = (i + 1, j + 1)
        continue
      }
      out += "  line \(i + 1)\n"
      while removed.contains(i) {
        out += "  - \(before[i])\n"
        i += 1
      }
      while inserted.contains(j) {
        out += "  + \(after[j])\n"
        j += 1
      }
    }
    return out
  }
}
