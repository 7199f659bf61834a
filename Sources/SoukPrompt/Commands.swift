// The prompt's commands: a word after a colon, and what it does. One table serves execution, `:help` and completion.

import Souk
import SoukText

extension Prompt {
  /// A command, its argument in words, and what it does in a few.
  static let commands: [(name: String, argument: String, does: String)] = [
    ("help", "[NAME]", "this list, or help on a command or a name"),
    ("type", "EXPRESSION", "its unit or type, without working it out"),
    ("doc", "NAME", "all that is documented of a name: yours, the library's, the language's"),
    ("load", "FILE", "enters a script"),
    ("reload", "", "enters again what was loaded"),
    ("save", "FILE", "writes what was entered as a script that runs"),
    ("set", "seed N", "the seed of all runs from now on; also `:set replications N`, and `:set` alone shows them"),
    ("time", "ENTRY", "how long it takes"),
    ("plot", "EXPRESSION", "draws it"),
    ("format", "[NAME]", "a definition, or the last entry, in its one layout"),
    ("history", "[N]", "what was entered"),
    ("quit", "", "leave (or Ctrl-D)"),
  ]

  static var help: String {
    let width = commands.map { $0.name.count + $0.argument.count + 2 }.max() ?? 0
    let lines = commands.map { command in
      let left = ":\(command.name) \(command.argument)"
      return "  " + left + String(repeating: " ", count: max(1, width + 2 - left.count)) + command.does
    }
    return """
      Type a statement or an expression; what is open goes on in the next line. `ans` is the last value.
      Tab completes, Alt-h (or F1) helps at the cursor, Ctrl-C gives up a line or stops what runs.
      \(lines.joined(separator: "\n"))

      """
  }

  /// The command that a word means: its name, or a beginning that only one has.
  static func command(_ word: String) -> String? {
    if commands.contains(where: { $0.name == word }) { return word }
    let meant = commands.filter { $0.name.hasPrefix(word) }.map(\.name)
    // One letter is the first command that begins with it.
    return word.count == 1 ? meant.first : meant.count == 1 ? meant[0] : nil
  }

  /// False when the prompt is to be left.
  func take(command line: String) -> Bool {
    let words = line.dropFirst().split(separator: " ", maxSplits: 1).map(String.init)
    let argument = (words.count > 1 ? words[1] : "").trimmingSpaces
    guard let word = words.first, let command = Self.command(word) else {
      output.print("there is no :\(words.first ?? ""); :help lists what there is\n")
      return true
    }
    switch command {
    case "quit": return false
    case "help": output.print(argument.isEmpty ? Self.help : help(on: argument))
    case "type": showType(argument)
    case "doc" where argument.isEmpty: output.print("of what? `:doc mean`\n")
    case "doc": output.print((session.documentation(of: argument) ?? "nothing is known of `\(argument)`").endingInNewline)
    case "load": load(argument)
    case "reload": reload()
    case "save": save(argument)
    case "set": set(argument)
    case "time": time(argument)
    case "plot": argument.isEmpty ? output.print("what is to be drawn? `:plot day.till.wait`\n") : enter("plot " + argument)
    case "format": output.print(session.formatted(argument.isEmpty ? nil : argument).endingInNewline)
    case "history": showHistory(argument)
    default: break
    }
    return true
  }

  private func help(on name: String) -> String {
    let word = name.hasPrefix(":") ? String(name.dropFirst()) : name
    if let command = Self.commands.first(where: { $0.name == word }), name.hasPrefix(":") || session.help(on: name) == nil {
      return ":\(command.name) \(command.argument)\n  \(command.does)\n"
    }
    return (session.help(on: name) ?? "nothing is known of `\(name)`").endingInNewline
  }

  private func showType(_ expression: String) {
    guard !expression.isEmpty else { return output.print("of what? `:type 5 km / 1 h`\n") }
    let (words, answer) = session.type(of: expression)
    if !answer.diagnostics.isEmpty { output.show(answer.diagnostics, answer.sources) }
    output.print(words.map { $0 + "\n" } ?? (answer.diagnostics.isEmpty ? "that isn't an expression\n" : ""))
  }

  private func load(_ path: String) {
    guard !path.isEmpty else { return output.print("which file? `:load shop.souk`\n") }
    do throws(FileProblem) {
      output.begin()
      defer { output.end() }
      tell(try session.load(path))
    } catch {
      fail(error.message)
    }
  }

  private func reload() {
    let paths = session.loadedPaths
    if paths.isEmpty { output.print("nothing was loaded yet; `:load FILE` loads a script\n") }
    for path in paths { load(path) }
  }

  private func save(_ path: String) {
    guard !path.isEmpty else { return output.print("under which name? `:save shop.souk`\n") }
    do throws(FileProblem) {
      if let problem = try session.save(to: path) { output.print(problem + "\n") }
      output.print("saved to \(path)\n")
    } catch {
      fail(error.message)
    }
  }

  private func fail(_ message: String) {
    session.noteMistake()
    output.print(message + "\n")
  }

  private func set(_ argument: String) {
    let words = argument.split(separator: " ")
    switch (words.first, words.dropFirst().first.flatMap { UInt64($0) }) {
    case (nil, _):
      output.print("seed \(session.options.seed.map { "\($0)" } ?? "as the script says")\nreplications \(session.options.replications.map { "\($0)" } ?? "as the script says")\n")
    case ("seed", let seed) where seed != nil || words.count == 1: session.options.seed = seed
    case ("replications", nil) where words.count == 1: session.options.replications = nil
    case ("replications", let number?) where (1...1_000_000).contains(number): session.options.replications = UInt32(number)
    default: output.print("there are `:set seed N` and `:set replications N`; without N, as the script says\n")
    }
  }

  private func time(_ entry: String) {
    guard !entry.isEmpty else { return output.print("of what? `:time mean(day.till.wait)`\n") }
    let seconds = ContinuousClock().measure { enter(entry) } / .seconds(1)
    output.print("took \(seconds < 1 ? "\(Int((seconds * 1000).rounded())) ms" : "\((seconds * 100).rounded() / 100) s")\n")
  }

  private func showHistory(_ argument: String) {
    let number = Int(argument) ?? 20
    for entry in history.entries.suffix(max(0, number)) { output.print(entry.replacing("\n", with: "\n  ") + "\n") }
  }
}

extension String {
  fileprivate var trimmingSpaces: String {
    var text = self[...]
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }

  fileprivate var endingInNewline: String { hasSuffix("\n") ? self : self + "\n" }
}

/// Completions at the prompt: its commands, and behind those that take one an expression or a file; else the session's.
@MainActor
enum PromptWords {
  static func completions(in text: String, at offset: Int, session: Session) -> [Completion] {
    let before = String(decoding: text.utf8.prefix(offset), as: UTF8.self)
    guard before.hasPrefix(":") else { return session.completions(in: text, at: offset).found }
    guard let space = before.firstIndex(of: " ") else {
      let word = before.dropFirst()
      return Prompt.commands.filter { $0.name.hasPrefix(word) }.map { Completion($0.name, $0.argument.isEmpty ? nil : " ", $0.does) }
    }
    let command = Prompt.command(String(before[..<space].dropFirst()))
    if command == "load" || command == "save" {
      let line = ":load" + before[space...]
      return session.completions(in: line, at: line.utf8.count).found
    }
    if command == "set" { return ["seed", "replications"].filter { $0.hasPrefix(before[before.index(after: space)...]) }.map { Completion($0, " ", "") } }
    let argument = String(before[before.index(after: space)...])
    return session.completions(in: argument, at: argument.utf8.count).found
  }
}
