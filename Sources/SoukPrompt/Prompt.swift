// The prompt: entries of one or more lines, each checked and executed on top of those before. At a terminal lines are edited
// with readline; from a pipe they are read in silence, as a script that is typed.

public import Souk
public import SoukText

/// What the prompt needs of whoever owns the terminal.
public struct PromptOutput {
  /// Text for standard output.
  public var print: (String) -> Void
  /// Mistakes, with the files that their places are in.
  public var show: ([Diagnostic], SourceSet) -> Void
  /// Called before a line is read: nothing is to be stopped any more.
  public var ready: () -> Void = {}
  /// Called before each entry is executed, and after it.
  public var begin: () -> Void = {}
  public var end: () -> Void = {}
  public init(print: @escaping (String) -> Void, show: @escaping ([Diagnostic], SourceSet) -> Void) {
    self.print = print
    self.show = show
  }
}

@MainActor
public final class Prompt {
  let session: Session
  let output: PromptOutput
  var history = HistoryFile(path: nil)

  public init(session: Session, output: PromptOutput) {
    self.session = session
    self.output = output
  }

  // MARK: At a terminal

  /// Reads entries from the terminal until it is left. Ctrl-C while something runs calls `interrupt`.
  public func runAtTerminal(keepsHistory: Bool, interrupt: @escaping @Sendable () -> Void) {
    var entry = ""
    let work = Work(interrupt: interrupt)
    LineEditor.prepare(
      work: work, complete: { [session] cursor in
        let (text, offset) = Self.whole(entry, cursor)
        let found = PromptWords.completions(in: text, at: offset, session: session)
        return (found.map(\.text), found.first?.append)
      }, help: { [session] cursor in
        let (text, offset) = Self.whole(entry, cursor)
        return session.help(in: text, at: offset)
      })
    history = HistoryFile(path: keepsHistory ? HistoryFile.usualPath : nil)
    LineEditor.offer(history: history.entries)
    session.showsTypes = true
    output.print("Souk \(soukVersion). :help for help, :quit to leave.\n")
    while true {
      output.ready()
      switch LineEditor.read(entry.isEmpty ? "souk> " : "  ... ", isContinued: !entry.isEmpty) {
      case .end:
        output.print("\n")
        return
      case .abandoned: entry = ""
      case .line(let line):
        entry += (entry.isEmpty ? "" : "\n") + line
        // Two empty lines end an entry that isn't whole, so that a lost bracket doesn't hold one fast.
        guard isCommand(entry) || Session.isComplete(entry) || entry.hasSuffix("\n\n") else { continue }
        let whole = String(entry.trimmingLineEnds)
        entry = ""
        if whole.allSatisfy(\.isWhitespace) { continue }
        history.add(whole)
        LineEditor.offer(history: history.entries)
        if !takeAll(whole) { return }
      }
    }
  }

  private static func whole(_ entry: String, _ cursor: Cursor) -> (String, Int) {
    entry.isEmpty ? (cursor.line, cursor.offset) : (entry + "\n" + cursor.line, entry.utf8.count + 1 + cursor.offset)
  }

  // MARK: From a pipe

  /// Takes a text that doesn't come from a terminal: a script, with commands between its statements.
  public func run(_ text: String) {
    takeAll(text, name: "standard input")
  }

  /// Entries and commands in a text of several lines: a command stands on a line of its own. False when the prompt is to be left.
  @discardableResult
  private func takeAll(_ text: String, name: String = "prompt") -> Bool {
    var entry = ""
    // Empty lines in place of what was entered before keep the numbers of the lines.
    var above = 0
    var number = 0
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: { $0 == "\n" || $0 == "\r\n" }) {
      defer { number += 1 }
      guard isCommand(line), entry.isEmpty || Session.isComplete(entry) else {
        entry += line + "\n"
        continue
      }
      enter(String(repeating: "\n", count: above) + entry, name)
      entry = ""
      above = number + 1
      if !take(command: String(line)) { return false }
    }
    enter(String(repeating: "\n", count: above) + entry, name)
    return true
  }

  private func isCommand(_ entry: some StringProtocol) -> Bool { entry.hasPrefix(":") }

  func enter(_ text: String, _ name: String = "prompt") {
    guard !text.allSatisfy(\.isWhitespace) else { return }
    output.begin()
    let answer = session.enter(text, name: name)
    output.end()
    tell(answer)
  }

  func tell(_ answer: Session.Answer) {
    if !answer.diagnostics.isEmpty { output.show(answer.diagnostics, answer.sources) }
    if answer.isDone, session.showsTypes, !answer.kept.isEmpty {
      let names = answer.kept.joined(separator: ", ")
      output.print("\(names) \(answer.kept.count == 1 ? "is" : "are") still from before this change\n")
    }
  }
}

extension String {
  /// Without the empty lines at its end.
  var trimmingLineEnds: Substring {
    var text = self[...]
    while text.last == "\n" { text.removeLast() }
    return text
  }
}
