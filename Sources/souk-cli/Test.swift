// `souk test`: the checks and tests of scripts, with replications added until each is decided; a gate for builds.

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

struct TestScripts: Verb {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Runs the checks and tests of scripts until each is decided.",
    discussion: """
      Of a folder all files that end in .souk are tested, those of folders in it too; without paths, the folder where you are.
      Replications are added until every check is decided, up to --max-replications for each run. Nothing is printed, plotted or
      exported by the scripts. A script in which no check or test ran is not a pass.

      Examples:
        souk test
        souk test checks --filter "the till"
        souk test checks --format junit=report.xml --format text
        souk test checks --budget "5 min" --fail-fast --seed 7
        souk test checks --seeds 200
        souk test checks --save-baseline baseline.json
        souk test checks --baseline baseline.json

      Formats: text, json, junit, tap, sarif, github, markdown. FORMAT=FILE writes a file, FORMAT alone standard output.

      Exit codes:
      \(ExitStatus.table)
      """)

  @Argument(help: "Scripts, or folders of them.")
  var paths: [String] = []

  @Option(help: ArgumentHelp("Only checks and tests whose name contains this, in any case.", valueName: "name"))
  var filter: String?

  @Flag(help: "Leaves out what comes after the first that fails.")
  var failFast = false

  @Option(help: "Replaces every seed of the scripts.")
  var seed: UInt64?

  @Option(help: ArgumentHelp("Tests each script under so many seeds and counts the verdicts: how sure they really are.", valueName: "200"))
  var seeds: Int?

  @Option(help: ArgumentHelp("Time for all scripts together, shared fairly; an hour when nobody says.", valueName: "5 min"), transform: { try LimitText.seconds($0) })
  var budget: Double?

  @Flag(help: "Keeps what was simulated in the folder .souk, and goes on with what an earlier test of the same models left there.")
  var resume = false

  @Flag(help: "Only what didn't hold the last time that this was asked; all when nothing is known of a last time.")
  var rerunFailed = false

  @Option(help: ArgumentHelp("Keeps what every thing of every run did in this file, to be compared with later.", valueName: "file"))
  var saveBaseline: String?

  @Option(help: ArgumentHelp("Tells what changed since this file was saved, and what baseline(…) stands for in checks.", valueName: "file"))
  var baseline: String?

  @Option(help: "Replications of each run at its first look, in place of the script's and of 20 at least.")
  var replications: Int?

  @Option(help: "Replications that a run may use until its checks are decided.")
  var maxReplications = 1000

  @Option(name: .customLong("set"), parsing: .singleValue, help: ArgumentHelp("Gives a parameter another value in every script, as for souk run; may be repeated.", valueName: "path=value"))
  var settings: [String] = []

  @Option(name: .customLong("format"), parsing: .singleValue, help: ArgumentHelp("How to report, and where; may be repeated.", valueName: "format[=file]"))
  var formats: [SuiteOutput] = []

  @Option(help: ArgumentHelp("Stops a script after this many steps.", valueName: "500M"), transform: { try LimitText.steps($0) })
  var maxSteps: UInt64?

  @Option(help: ArgumentHelp("Stops a run that needs more memory.", valueName: "2GB"), transform: { try LimitText.bytes($0) })
  var maxMemory: UInt64?

  @Option(help: "Processors to use. The results are the same with any number.")
  var threads: Int?

  @Flag(help: "Writes no colours, even to a terminal.")
  var noColor = false

  @Flag(help: "Leaves out what holds.")
  var quiet = false

  func validate() throws {
    if let replications, !(1...1_000_000).contains(replications) { throw ValidationError("--replications is a number from 1 to 1000000") }
    if !(1...1_000_000).contains(maxReplications) { throw ValidationError("--max-replications is a number from 1 to 1000000") }
    if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads is a number from 1 to 1024") }
    if let seeds, !(1...10_000_000).contains(seeds) { throw ValidationError("--seeds is a number from 1 to 10000000") }
    if seeds != nil, !formats.isEmpty || failFast { throw ValidationError("--seeds has a table of its own, and knows neither --format nor --fail-fast") }
    if saveBaseline != nil, filter != nil || rerunFailed || failFast {
      throw ValidationError("--save-baseline keeps the whole of each script: without --filter, --rerun-failed and --fail-fast")
    }
    if seeds != nil, baseline != nil || saveBaseline != nil { throw ValidationError("--seeds knows no baselines") }
    if filter?.isEmpty == true { throw ValidationError("--filter needs a part of a name") }
    let shared = formats.filter { $0.file == nil && !$0.format.isForPeople }
    if shared.count > 1 || (!shared.isEmpty && formats.contains { $0.file == nil && $0.format.isForPeople }) {
      throw ValidationError("only one of these formats can go to standard output; write the others as FORMAT=FILE")
    }
    let files = formats.compactMap(\.file)
    if let saveBaseline, files.contains(saveBaseline) { throw ValidationError("a report and the baseline can't go to one file") }
    if Set(files).count < files.count { throw ValidationError("two formats can't go to one file") }
  }

  func execute() -> ExitStatus {
    // A word that was mistyped is told before anything runs.
    let missing = paths.filter { Files.kind(of: $0) == nil }
    for word in missing { Terminal.complain("there is no file “\(word)”") }
    guard missing.isEmpty else { return .wrong }
    let found = Scripts.find(paths.isEmpty ? ["."] : paths)
    guard found.isComplete, !found.paths.isEmpty else { return .wrong }
    // The baseline is read before the files are made, for it may be the one that is to be replaced.
    var known: (file: String, content: Baseline)?
    if let baseline {
      guard let content = BaselineFile.read(baseline) else { return .wrong }
      known = (baseline, content)
    }
    guard prepareFiles() else { return .wrong }
    let stop = Interruption(maxTime: budget, signals: [SIGINT, SIGTERM])
    var suiteOptions = options()
    suiteOptions.flag = stop.flag
    suiteOptions.stopReason = stop.reason
    suiteOptions.baseline = known
    suiteOptions.recordsBaseline = saveBaseline != nil
    let text = SuiteText(
      style: PageStyle(width: Terminal.width, hasColour: Terminal.wantsColor(STDOUT_FILENO, refused: noColor)), isQuiet: quiet)
    let showsText = formats.allSatisfy { $0.file != nil || $0.format.isForPeople }
    let watch = Watch(isShown: Terminal.showsProgress)
    if let seeds {
      let report = Suite.sweep(unique(found.paths), options: suiteOptions, seeds: seed ?? 1, count: seeds) { watch.show($0) }
      watch.clear()
      Terminal.print(report.text(width: Terminal.width))
      return stop.reason() == .interrupted ? .interrupted : ExitStatus(rawValue: report.exitCode) ?? .wrong
    }
    var scripts = unique(found.paths)
    if resume || rerunFailed {
      do throws(FileProblem) { try LastTest.prepare() } catch {
        Terminal.complain(error.message)
        return .wrong
      }
    }
    if resume { suiteOptions.evidenceFolder = LastTest.folder }
    if rerunFailed, let last = LastTest.failed() {
      let again = scripts.filter { last[$0] != nil }
      if again.isEmpty {
        Terminal.complain("nothing failed the last time: all is tested")
      } else {
        suiteOptions.names = last.compactMapValues { $0.isEmpty ? nil : $0 }
        scripts = again
      }
    }
    let suite = Suite(scripts, options: suiteOptions)
    let result = suite.run { script in
      guard showsText else { return }
      watch.clear()
      Terminal.print(text.text(script))
      Terminal.flush()
    } progress: { watch.show($0) }
    watch.clear()
    if showsText { Terminal.print(text.summary(result)) }
    if resume || rerunFailed { LastTest.remember(result) }
    if let filter, !result.scripts.contains(where: { !$0.cases.isEmpty || !$0.problems.isEmpty }), result.exitCode == 3 {
      Terminal.complain("no check or test that ran is called “\(filter)”")
      _ = write(result)
      return .wrong
    }
    var isWritten = write(result)
    if let saveBaseline { isWritten = BaselineFile.save(suite.record(), of: result, to: saveBaseline) && isWritten }
    if result.exitCode == 130 { Terminal.complain("interrupted; what is reported is what was known so far") }
    return isWritten || result.exitCode == 130 ? ExitStatus(rawValue: result.exitCode) ?? .wrong : .wrong
  }

  /// Each script once, whatever folders it was found in.
  private func unique(_ paths: [String]) -> [String] {
    var seen: Set<String> = []
    return paths.filter { seen.insert(Files.resolved($0) ?? $0).inserted }
  }

  private func options() -> SuiteOptions {
    var options = SuiteOptions()
    options.script.seed = seed
    options.script.replications = replications.map { UInt32($0) }
    options.script.replicationCap = maxReplications
    options.script.stopsAtFailure = failFast
    if let filter {
      let wanted = filter.lowercased()
      options.script.selects = { $0.lowercased().contains(wanted) }
    }
    if let maxSteps { options.script.limits.maxSteps = maxSteps }
    if let maxMemory { options.script.limits.maxBytes = Int(maxMemory) }
    options.filter = filter
    options.threads = threads ?? Terminal.processors
    options.stopsAtFailure = failFast
    options.given = settings
    return options
  }

  // MARK: Reports

  /// Takes away the reports of an earlier run, so that none of them is taken for this one's if this one is ended by force; false
  /// when they can't be written, which is better known now than after an hour.
  private func prepareFiles() -> Bool {
    var isGood = true
    if let saveBaseline, !BaselineFile.canBeWritten(saveBaseline) { isGood = false }
    for file in formats.compactMap(\.file) where Files.kind(of: file) != .other {
      do throws(FileProblem) {
        try Files.replace(file, with: [])
        try Files.remove(file)
      } catch {
        Terminal.complain(error.message)
        isGood = false
      }
    }
    return isGood
  }

  /// Writes what isn't text on standard output; false when a file can't be written.
  private func write(_ result: SuiteReport) -> Bool {
    var isWritten = true
    for output in formats {
      let content = output.format.content(result, width: 100)
      if let file = output.file {
        do throws(FileProblem) {
          try Files.replace(file, with: Array(content.utf8))
        } catch {
          Terminal.complain(error.message)
          isWritten = false
        }
      } else if output.format != .text {
        Terminal.print(content)
      }
      if output.format == .github { isWritten = appendSummary(result) && isWritten }
    }
    return isWritten
  }

  /// The summary of the job, where GitHub says where it is.
  private func appendSummary(_ result: SuiteReport) -> Bool {
    guard let path = unsafe getenv("GITHUB_STEP_SUMMARY").map({ unsafe String(cString: $0) }), !path.isEmpty else { return true }
    do throws(FileProblem) {
      try Files.append(path, Array(result.markdown().utf8))
      return true
    } catch {
      Terminal.complain(error.message)
      return false
    }
  }
}

/// What a test leaves for the next one, in the folder `.souk` where it is asked for.
enum LastTest {
  static let folder = ".souk"
  private static let file = ".souk/failed"

  /// Makes the folder, which version control doesn't see.
  static func prepare() throws(FileProblem) {
    try Files.makeFolder(folder)
    try Files.replace(".souk/.gitignore", with: Array("*\n".utf8))
  }

  /// Names of what didn't hold, by script; no names where the script as a whole is to be tested again. Nil when nothing is known.
  static func failed() -> [String: Set<String>]? {
    guard let bytes = try? Files.read(file, limit: 16 << 20) else { return nil }
    var failed: [String: Set<String>] = [:]
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let parts = line.split(separator: "\t", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      failed[parts[0], default: []].formUnion(parts.dropFirst())
    }
    return failed
  }

  /// Keeps what didn't hold. What was left out keeps what was known of it.
  static func remember(_ result: SuiteReport) {
    var lines: [String] = []
    let before = failed() ?? [:]
    let tested = Set(result.scripts.filter { !$0.isSkipped }.map(\.path))
    for (path, names) in before.sorted(by: { $0.key < $1.key }) where !tested.contains(path) {
      lines += names.isEmpty ? [path] : names.sorted().map { "\(path)\t\($0)" }
    }
    for script in result.scripts where tested.contains(script.path) && script.verdict != .holds {
      let names = script.cases.filter { $0.verdict != .holds }.map(\.name)
      // A name of several lines can't stand here; then all of the script is tested again.
      let isPlain = !names.isEmpty && script.outcome == .finished && !names.contains { $0.contains { $0.isNewline || $0 == "\t" } }
      lines += isPlain ? names.map { "\(script.path)\t\($0)" } : [script.path]
    }
    do throws(FileProblem) {
      try Files.replace(file, with: Array(lines.map { $0 + "\n" }.joined().utf8))
    } catch {
      Terminal.complain(error.message)
    }
  }
}

/// A format, and the file that it goes to; standard output without one.
struct SuiteOutput: ExpressibleByArgument {
  enum Format: String, CaseIterable {
    case text, json, junit, tap, sarif, github, markdown

    /// Whether it may stand beside the text on standard output.
    var isForPeople: Bool { self == .text || self == .github }

    func content(_ result: SuiteReport, width: Int) -> String {
      switch self {
      case .text:
        let text = SuiteText(style: PageStyle(width: width))
        return result.scripts.map { text.text($0) }.joined() + text.summary(result)
      case .json: return result.json()
      case .junit: return result.junit()
      case .tap: return result.tap()
      case .sarif: return result.sarif()
      case .github: return result.githubAnnotations()
      case .markdown: return result.markdown()
      }
    }
  }

  var format: Format
  var file: String?

  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard let format = Format(rawValue: parts[0]), parts.count == 1 || !parts[1].isEmpty else { return nil }
    self.format = format
    file = parts.count > 1 ? parts[1] : nil
  }

  static var allValueStrings: [String] { Format.allCases.map(\.rawValue) }
}
