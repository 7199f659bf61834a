// Bare `souk`: the prompt with this process's terminal, or a pipe's lines.

import Souk
import SoukPrompt
import SoukReport
import SoukScript
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
  static func run() -> ExitStatus {
    let isTerminal = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
    var options = ScriptOptions()
    options.width = Terminal.width
    options.threads = Terminal.processors
    let style = PageStyle(width: Terminal.width, hasColour: Terminal.wantsColor(STDOUT_FILENO, refused: false))
    let report = TextReport(style: style, units: UnitTable())
    var hasFailed = false
    let session = Session(options: options) { said, sources in
      switch said {
      case .item(let item): Terminal.print(report.text(item))
      case .warning(let diagnostic): Mistakes.show([diagnostic], in: sources, noColor: false)
      case .failure(let diagnostic):
        hasFailed = true
        Mistakes.show([diagnostic], in: sources, noColor: false)
      case .unwritten(let problem):
        hasFailed = true
        Terminal.complain(problem.message)
      }
    }
    let output = PromptOutput(print: Terminal.print) { Mistakes.show($0, in: $1, noColor: false) }
    var prompt = Prompt(session: session, output: output)
    if isTerminal {
      prompt.runAtTerminal()
      return .held
    }
    prompt.run { readLine() }
    return prompt.hadMistakes || hasFailed ? .wrong : ExitStatus(rawValue: session.exitCode) ?? .wrong
  }
}
