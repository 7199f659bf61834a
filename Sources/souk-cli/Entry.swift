// The words of the command line → a verb, by swift-argument-parser; what is wrong with them → one line on standard error and
// exit code 2, in place of that library's 64.

import ArgumentParser
import Souk
import SoukUnits

/// Something that `souk` does.
protocol Verb: ParsableCommand {
  func execute() -> ExitStatus
}

enum Entry {
  /// Runs what the words say; how it ended.
  static func run(_ words: [String]) -> ExitStatus {
    if let mistake = mistakenVerb(words) {
      Terminal.complain(mistake)
      return .wrong
    }
    do {
      var command = try command(words)
      if let verb = command as? any Verb { return verb.execute() }
      try command.run()
      return .held
    } catch {
      return report(error, words)
    }
  }

  /// What the words say, asking the verb that the first one is alone: to make ready for all verbs takes a tenth of a short run.
  private static func command(_ words: [String]) throws -> any ParsableCommand {
    let verb = SoukCommand.configuration.subcommands.first { $0._commandName == words.first }
    if let verb, let command = try? verb.parse(Array(words.dropFirst())) { return command }
    return try SoukCommand.parseAsRoot(words)
  }

  private static func report(_ error: any Error, _ words: [String]) -> ExitStatus {
    let message = SoukCommand.message(for: error)
    guard SoukCommand.exitCode(for: error) != .success else {
      Terminal.print(SoukCommand.fullMessage(for: error) + "\n")
      return .held
    }
    let verb = words.first.flatMap { verbs.contains($0) ? $0 : nil }
    let help = verb.map { "souk help \($0)" } ?? "souk help"
    Terminal.complain("\(message.isEmpty ? "the command line is wrong" : message)\n  see `\(help)`")
    return .wrong
  }

  static let verbs = (SoukCommand.configuration.subcommands.map { $0._commandName } + ["help"]).sorted()

  /// What to say when the first word is meant as a verb and is none; `nil` when it is one or an option.
  private static func mistakenVerb(_ words: [String]) -> String? {
    guard let word = words.first, !word.hasPrefix("-"), !verbs.contains(word) else {
      guard words.first == "help", let topic = words.dropFirst().first(where: { !$0.hasPrefix("-") }), !verbs.contains(topic) else { return nil }
      return unknown(topic)
    }
    if word.hasSuffix(".souk") || Files.kind(of: word) == .file {
      return "to run a script write `souk run \(words.joined(separator: " "))`"
    }
    return unknown(word)
  }

  private static func unknown(_ word: String) -> String {
    let likest = verbs.compactMap { verb in SpellingDistance.between(word, verb, atMost: 2).map { (verb, $0) } }.min { $0.1 < $1.1 }
    let offer = likest.map { "did you mean `souk \($0.0)`?" } ?? "there are: \(verbs.joined(separator: ", "))"
    return "there is no verb `\(word)`\n  \(offer)"
  }
}
