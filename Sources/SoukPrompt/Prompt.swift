// The plain prompt: entries of one or more lines, each checked and executed on top of those before. At a terminal lines are
// edited with readline; from a pipe they are read in silence, as a script that is typed.

public import Souk
public import SoukText

/// What the prompt shows, left to whoever owns the terminal.
public struct PromptOutput {
  /// Text for standard output.
  public var print: (String) -> Void
  /// Mistakes, with the files that their places are in.
  public var show: ([Diagnostic], SourceSet) -> Void
  public init(print: @escaping (String) -> Void, show: @escaping ([Diagnostic], SourceSet) -> Void) {
    self.print = print
    self.show = show
  }
}

@MainActor
public struct Prompt {
  private let session: Session
  private let output: PromptOutput
  /// Whether an entry had a mistake: what a pipe's exit code tells.
  public private(set) var hadMistakes = false

  public init(session: Session, output: PromptOutput) {
    self.session = session
    self.output = output
  }

  static let help = """
    Type a statement or an expression; what is open goes on in the next line.
      :type EXPRESSION   its unit or type
      :help              this
      :quit              leave (or Ctrl-D)

    """

  /// Reads entries from the terminal until it is left.
  public mutating func runAtTerminal() {
    LineEditor.prepare()
    output.print("Souk \(soukVersion). :help for help, :quit to leave.\n")
    var entry = ""
    while true {
      switch LineEditor.read(entry.isEmpty ? "souk> " : " ...> ") {
      case .end:
        output.print("\n")
        return
      case .abandoned: entry = ""
      case .line(let line):
        entry += (entry.isEmpty ? "" : "\n") + line
        // An empty line ends an entry that isn't whole, so that a lost bracket doesn't hold one fast.
        guard isCommand(entry) || Session.isComplete(entry) || line.isEmpty else { continue }
        defer { entry = "" }
        if entry.allSatisfy(\.isWhitespace) { continue }
        LineEditor.remember(entry)
        if !take(entry) { return }
      }
    }
  }

  /// Takes lines that don't come from a terminal; `nextLine` gives `nil` at their end.
  public mutating func run(lines nextLine: () -> String?) {
    var entry = ""
    while let line = nextLine() {
      entry += (entry.isEmpty ? "" : "\n") + line
      guard isCommand(entry) || Session.isComplete(entry) else { continue }
      if !take(entry) { return }
      entry = ""
    }
    if !entry.isEmpty { _ = take(entry) }
  }

  private func isCommand(_ entry: String) -> Bool { entry.hasPrefix(":") }

  /// False when the prompt is to be left.
  private mutating func take(_ entry: String) -> Bool {
    guard isCommand(entry) else {
      note(session.enter(entry))
      return true
    }
    let words = entry.split(separator: " ", maxSplits: 1)
    switch words.first {
    case ":quit", ":q": return false
    case ":help", ":h": output.print(Self.help)
    case ":type", ":t":
      let (text, diagnostics, sources) = session.type(of: words.count > 1 ? String(words[1]) : "?")
      note((diagnostics, sources))
      output.print(text.map { $0 + "\n" } ?? (diagnostics.isEmpty ? "that isn't an expression\n" : ""))
    default: output.print("there is no \(words.first ?? ""); :help lists what there is\n")
    }
    return true
  }

  private mutating func note(_ found: (diagnostics: [Diagnostic], sources: SourceSet)) {
    if found.diagnostics.contains(where: { $0.severity == .error }) { hadMistakes = true }
    if !found.diagnostics.isEmpty { output.show(found.diagnostics, found.sources) }
  }
}
