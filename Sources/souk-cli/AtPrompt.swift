// Bare `souk`: the prompt with this process's terminal, or a pipe's lines.

import Dispatch
import Souk
import SoukPrompt
import SoukReport
import SoukScript
import SoukText
import SoukEngine
import SoukUnits

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

@MainActor
enum AtPrompt {
  /// `souk repl --json`: requests and answers as lines of JSON on the standard streams.
  static func runJSON() -> ExitStatus {
    let flag = StopFlag()
    var options = ScriptOptions()
    options.threads = Terminal.processors
    options.flag = flag
    let interrupts = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
    signal(SIGINT, SIG_IGN)
    interrupts.setEventHandler { flag.raise(.interrupted) }
    interrupts.activate()
    let incoming = Incoming { flag.raise(.interrupted) }
    let heard = Heard()
    let session = Session(options: options) { said, sources in heard.take(said, sources) }
    session.showsTypes = true
    session.onUnits = { heard.units = $0 }
    let protocolOfLines = JSONPrompt(session: session) { Terminal.print($0); Terminal.flush() }
    heard.say = { protocolOfLines.say($0, kind: $1) }
    DispatchQueue.global().async { incoming.read { readLine() } }
    while let request = incoming.next() {
      flag.lower()
      protocolOfLines.answer(request)
    }
    interrupts.cancel()
    return .held
  }

  /// What a session says, as texts.
  private final class Heard: @unchecked Sendable {
    var units = UnitTable()
    var say: (_ text: String, _ kind: String) -> Void = { _, _ in }

    func take(_ said: Said, _ sources: SourceSet) {
      switch said {
      case .item(let item): say(TextReport(style: PageStyle(), units: units).text(item), item.kindWord)
      case .warning(let diagnostic), .failure(let diagnostic):
        say(DiagnosticRenderer(sources: sources, color: false, width: 100).render([diagnostic]), "diagnostic")
      case .unwritten(let problem): say(problem.message + "\n", "diagnostic")
      }
    }
  }

  static func run(keepsHistory: Bool) -> ExitStatus {
    let isTerminal = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
    let flag = StopFlag()
    let lines = lines
    var options = ScriptOptions()
    options.width = Terminal.width
    options.threads = Terminal.processors
    options.flag = flag
    options.lines = lines
    var units = UnitTable()
    let watch = Watch(isShown: isTerminal && Terminal.showsProgress)
    options.onProgress = { watch.show($0) }
    watch.follow(flag)
    let session = Session(options: options) { said, sources in
      watch.clear()
      switch said {
      case .item(let item):
        let style = PageStyle(width: Terminal.width, lines: lines, hasColour: Terminal.wantsColor(STDOUT_FILENO, refused: false))
        Terminal.print(TextReport(style: style, units: units).text(item))
      case .warning(let diagnostic), .failure(let diagnostic): Mistakes.show([diagnostic], in: sources, noColor: false)
      case .unwritten(let problem): Terminal.complain(problem.message)
      }
    }
    var output = PromptOutput(print: Terminal.print) { Mistakes.show($0, in: $1, noColor: false) }
    output.ready = { flag.lower() }
    // The terminal may have been resized since.
    output.begin = { session.options.width = Terminal.width }
    output.end = { watch.clear() }
    session.onUnits = { units = $0 }
    let prompt = Prompt(session: session, output: output)
    if isTerminal {
      prompt.runAtTerminal(keepsHistory: keepsHistory) { flag.raise(.interrupted) }
      return .held
    }
    do throws(FileProblem) {
      let bytes = try Files.read(STDIN_FILENO, name: "standard input", limit: ReadLimits().fileBytes)
      let stop = Interruption(maxTime: nil)
      session.options.flag = stop.flag
      prompt.run(String(decoding: bytes, as: UTF8.self))
    } catch {
      Terminal.complain(error.message)
      return .wrong
    }
    let code = ExitStatus(rawValue: session.exitCode) ?? .wrong
    return code == .interrupted || code == .stopped ? code : session.hadMistakes ? .wrong : code
  }

  /// Lines and dots beyond ASCII only where the locale has them.
  private nonisolated static var lines: LineStyle {
    func variable(_ name: String) -> String { unsafe getenv(name).map { unsafe String(cString: $0) } ?? "" }
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].map(variable).first { !$0.isEmpty } ?? ""
    return locale.uppercased().contains("UTF-8") || locale.uppercased().contains("UTF8") ? .unicode : .ascii
  }
}

extension ReportItem {
  /// What it is, in a word that machines read.
  fileprivate var kindWord: String {
    switch self {
    case .printed: "value"
    case .run: "results"
    case .plot: "plot"
    case .check: "check"
    case .test: "test"
    case .export: "export"
    case .note: "note"
    }
  }
}
