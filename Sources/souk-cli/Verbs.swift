// The verbs, and those of them that take a few lines: `explain`, `version`, `completions`. Bare `souk` is the prompt.

import ArgumentParser
import Souk
import SoukPrompt
import SoukText
import SoukUnits

struct SoukCommand: Verb {
  static let configuration = CommandConfiguration(
    commandName: "souk",
    abstract: "Souk: scripts of a commerce ecosystem, simulated and checked.",
    discussion: """
      Without a verb, `souk` is a prompt that takes a script line by line.

      Examples:
        souk run shop.souk                 run a script
        souk run shop.souk --seed 7        … with other random numbers
        souk test checks                   run the checks of a folder's scripts
        souk check shop.souk               types and units only
        souk doc std.payments              what the library offers
        souk explain E0203                 what a message means
        souk help run                      all options of a verb

      Exit codes:
      \(ExitStatus.table)
      """,
    version: "souk \(soukVersion)",
    subcommands: [Run.self, TestScripts.self, CheckScripts.self, Format.self, Doc.self, Explain.self, Repl.self, Version.self, Completions.self])

  @Flag(help: "At the prompt: what is entered isn't kept in the history's file.")
  var noHistory = false

  func execute() -> ExitStatus { MainActor.assumeIsolated { AtPrompt.run(keepsHistory: !noHistory) } }
}

struct Repl: Verb {
  static let configuration = CommandConfiguration(
    commandName: "repl",
    abstract: "The prompt; with --json as lines of JSON, for notebooks and editors.",
    discussion: """
      Examples:
        souk repl                          the prompt, as `souk` alone
        souk repl --no-history             … that keeps nothing of what is entered
        souk repl --json                   requests and answers, see docs/prompt.md

      Exit codes:
        0  it was left
      """)

  @Flag(help: "Requests on standard input, answers on standard output, one JSON object a line.")
  var json = false

  @Flag(help: "What is entered isn't kept in the history's file.")
  var noHistory = false

  func execute() -> ExitStatus { MainActor.assumeIsolated { json ? AtPrompt.runJSON() : AtPrompt.run(keepsHistory: !noHistory) } }
}

struct Explain: Verb {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Explains a message by its code; without a code, lists them all.",
    discussion: """
      Examples:
        souk explain E0203
        souk explain

      Exit codes:
        0  the page or the list was printed
        2  there is no such code
      """)

  @Argument(help: "The code in the message's brackets, such as E0203.")
  var code: String?

  func execute() -> ExitStatus {
    guard let code else {
      Terminal.print(Explanation.all.map { "\($0.code.text)  \($0.title)\n" }.joined())
      return .held
    }
    let wanted = code.uppercased()
    if let page = Explanation(for: DiagnosticCode(wanted)) {
      Terminal.print(page.text)
      return .held
    }
    let likest = Explanation.all.map(\.code.text).compactMap { known in
      SpellingDistance.between(wanted, known, atMost: 2).map { (known, $0) }
    }.min { $0.1 < $1.1 }?.0
    Terminal.complain("there is no code `\(code)`\n  \(likest.map { "did you mean `souk explain \($0)`?" } ?? "`souk explain` lists them all")")
    return .wrong
  }
}

struct Version: Verb {
  static let configuration = CommandConfiguration(
    commandName: "version",
    abstract: "Prints the version.",
    discussion: """
      Within one version the same script and seed give the same sample path, to the byte.

      Example:
        souk version

      Exit codes:
        0  always
      """)

  func execute() -> ExitStatus {
    Terminal.print("souk \(soukVersion)\n")
    return .held
  }
}

struct Completions: Verb {
  static let configuration = CommandConfiguration(
    commandName: "completions",
    abstract: "Prints a completion script for a shell.",
    discussion: """
      Examples:
        souk completions bash > ~/.local/share/bash-completion/completions/souk
        souk completions zsh > ~/.zfunc/_souk
        souk completions fish > ~/.config/fish/completions/souk.fish

      Exit codes:
        0  the script was printed
        2  the shell isn't known
      """)

  enum Shell: String, ExpressibleByArgument, CaseIterable { case bash, zsh, fish }

  @Argument(help: "bash, zsh or fish.")
  var shell: Shell

  func execute() -> ExitStatus {
    let script =
      switch shell {
      case .bash: SoukCommand.completionScript(for: .bash)
      case .zsh: SoukCommand.completionScript(for: .zsh)
      case .fish: SoukCommand.completionScript(for: .fish)
      }
    Terminal.print(script + "\n")
    return .held
  }
}
