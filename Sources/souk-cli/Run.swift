// `souk run`: a script, executed and reported.

import ArgumentParser
import Souk
import SoukEngine
import SoukReport
import SoukScript
import SoukText

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

struct Run: Verb {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Runs a script and reports what it prints and checks.",
    discussion: """
      Examples:
        souk run shop.souk
        souk run shop.souk --seed 7 --set arrivals="60 order/h"
        souk run shop.souk --set store.couriers="50 courier" --set "bank[icbc].capacity=100/s"
        souk run shop.souk --set till.serve="exponential(mean: 2 min)"
        souk run shop.souk --json > result.json
        souk run - < shop.souk

      Exit codes:
      \(ExitStatus.table)
      """)

  @Argument(help: ArgumentHelp("The script, or - for standard input.", valueName: "FILE"), completion: .file(extensions: ["souk"]))
  var file: String

  @Option(help: "Replaces every seed of the script.")
  var seed: UInt64?

  @Option(name: .customLong("set"), parsing: .singleValue, help: ArgumentHelp("Gives a parameter of a model, or of a component in it, another value, a constant of the language; may be repeated.", valueName: "path=value"))
  var settings: [String] = []

  @Option(help: "Replaces the number of replications of every run.")
  var replications: Int?

  @Option(help: "Runs only this replication, counted from 0, of every run: to look at one by itself.")
  var replication: UInt32?

  @Flag(help: "Writes the whole result as JSON.")
  var json = false

  @Option(help: "Shows a stage on standard error: tokens, tree, typed, model or trace.")
  var dump: StageWord?

  @Option(help: ArgumentHelp("Stops a script after this many steps.", valueName: "500M"), transform: { try LimitText.steps($0) })
  var maxSteps: UInt64?

  @Option(help: ArgumentHelp("Stops a run that needs more memory.", valueName: "2GB"), transform: { try LimitText.bytes($0) })
  var maxMemory: UInt64?

  @Option(help: ArgumentHelp("Stops the script after this time.", valueName: "60 s"), transform: { try LimitText.seconds($0) })
  var maxTime: Double?

  @Option(help: "Replications that run at once. The results are the same with any number.")
  var threads: Int?

  @Flag(help: "Writes no colours, even to a terminal.")
  var noColor = false

  @Flag(help: "Prints only what isn't well: checks that don't hold, mistakes.")
  var quiet = false

  func validate() throws {
    if let replications, !(1...1_000_000).contains(replications) { throw ValidationError("--replications is a number from 1 to 1000000") }
    if let replication, replication >= 1_000_000 { throw ValidationError("--replication is a number from 0 to 999999") }
    if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads is a number from 1 to 1024") }
  }

  func execute() -> ExitStatus {
    let script: LoadedScript
    do throws(FileProblem) {
      script = try file == "-" ? standardInput() : Pipeline.read(file)
    } catch {
      Terminal.complain(error.message)
      return .wrong
    }
    if let dump, let text = Pipeline.text(of: dump.stage, script) { Terminal.complain(text: text) }
    let checked = Pipeline.check(script, given: settings)
    if let dump, let text = Pipeline.text(of: dump.stage, checked) { Terminal.complain(text: text) }
    Mistakes.show(checked, noColor: noColor)
    return checked.isSound ? run(checked, options()) : .wrong
  }

  private func standardInput() throws(FileProblem) -> LoadedScript {
    let name = "standard input"
    return Loader.load(try Files.read(STDIN_FILENO, name: name, limit: ReadLimits().fileBytes), name: name)
  }

  /// What the words ask of the execution.
  private func options() -> ScriptOptions {
    var options = ScriptOptions()
    options.seed = seed
    options.replications = replications.map { UInt32($0) }
    options.replication = replication
    if let maxSteps { options.limits.maxSteps = maxSteps }
    if let maxMemory { options.limits.maxBytes = Int(maxMemory) }
    options.threads = threads ?? Terminal.processors
    options.width = Terminal.width
    return options
  }

  private func run(_ checked: CheckedScript, _ options: ScriptOptions) -> ExitStatus {
    var options = options
    let stop = Interruption(maxTime: maxTime)
    options.flag = stop.flag
    let show = dump.flatMap { Pipeline.show($0.stage) { Terminal.complain(text: $0) } }
    let watch = Watch(isShown: Terminal.showsProgress && !quiet)
    options.onProgress = { watch.show($0) }
    watch.follow(stop.flag)
    options.onRun = { run in
      // A run may take long: what was said before it is seen while it goes on.
      Terminal.flush()
      show?(run)
    }
    let style = PageStyle(width: Terminal.width, hasColour: Terminal.wantsColor(STDOUT_FILENO, refused: noColor))
    let report = TextReport(style: style, units: checked.program.units)
    let outcome = Pipeline.execute(checked, options: options) { said in
      watch.clear()
      switch said {
      case .item(let item):
        if !json, !quiet || item.isUnwell { Terminal.print(report.text(item)) }
      case .warning(let diagnostic), .failure(let diagnostic):
        Mistakes.show([diagnostic], in: checked.script.sources, noColor: noColor)
      case .unwritten(let problem): Terminal.complain(problem.message)
      }
    }
    watch.clear()
    if json {
      Terminal.print(outcome.document.json(writer: FigureWriter(units: checked.program.units)))
    } else if !quiet, let summary = report.summary(outcome.result.items) {
      Terminal.print(summary + "\n")
    }
    if outcome.status == .interrupted { Terminal.complain("interrupted; what is printed is what was known so far") }
    return outcome.status
  }
}

extension ReportItem {
  /// Whether it tells of something that isn't as it should be.
  var isUnwell: Bool {
    switch self {
    case .check(let check): check.verdict != .holds
    case .test(let test): !test.passed
    default: false
    }
  }
}

/// The stages by the words of the command line.
enum StageWord: String, ExpressibleByArgument, CaseIterable {
  case tokens, tree, typed, model, trace

  var stage: Stage {
    switch self {
    case .tokens: .tokens
    case .tree: .tree
    case .typed: .typed
    case .model: .model
    case .trace: .trace
    }
  }
}
