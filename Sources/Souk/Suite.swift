// Scripts → one result: each is read, checked and examined, several at once. Looks are handed out by a queue: first every
// script's first look, in the order of their paths, then those that are still undecided, whoever has used the least time before
// the others. So a budget is shared fairly, and without one the result depends on the scripts and the seed alone.

import Dispatch
public import SoukEngine
public import SoukReport
public import SoukScript
import SoukSema
import SoukText
import Synchronization

/// What a suite is asked.
public struct SuiteOptions: Sendable {
  /// For each script: seed, replications, cap, limits, filter, whether to stop at a failure.
  public var script = ScriptOptions()
  /// The filter's text, for messages.
  public var filter: String?
  /// Values for parameters as `--set` has them, for every script.
  public var given: [String] = []
  /// Processors to use.
  public var threads = 1
  /// Whether scripts after the first with a failure are left out.
  public var stopsAtFailure = false
  /// The folder in which evidence is kept from one test to the next; nothing is kept when nil.
  public var evidenceFolder: String?
  /// The names that are asked for in each script, by its path; all when nil, none where there is no entry.
  public var names: [String: Set<String>]?
  /// What the result is held against, with its file's name.
  public var baseline: (file: String, content: Baseline)?
  /// Whether a baseline is to be made of the result.
  public var recordsBaseline = false
  /// Raised with `.time` when the time is over, with `.interrupted` by Ctrl-C.
  public var flag = StopFlag()
  /// Nanoseconds since some instant: what each script has used is shared by it.
  public var clock: @Sendable () -> UInt64 = { DispatchTime.now().uptimeNanoseconds }
  /// Whether the flag was raised, and why; asked between looks.
  public var stopReason: @Sendable () -> StopFlag.Reason? = { nil }
  public init() {}
}

/// How far a suite is, for whoever watches.
public struct SuiteProgress: Sendable {
  public var scripts: Int
  public var finished: Int
  public var replications: Int
  /// What is counted.
  public var unit = "scripts"
}

/// Tests scripts.
public final class Suite: Sendable {
  private let options: SuiteOptions
  private let jobs: [Job]
  private let queue: Mutex<Queue>

  /// A script and how far its examination is.
  private final class Job: Sendable {
    let path: String
    let state = Mutex<Work>(Work())
    init(_ path: String) { self.path = path }
  }

  private struct Work {
    var checked: CheckedScript?
    var examination: Examination?
    var problems: [ScriptProblem] = []
    var isWrong = false
    var hasBegun = false
    /// Whether no evidence is kept any more, which has been noted.
    var isTooLarge = false
    var notes: [String] = []
  }

  private struct Queue {
    /// Jobs that wait for a look, with the seconds that they have used.
    var waiting: [(job: Int, seconds: Double)]
    var running = 0
    var finished: [Int: ScriptReport] = [:]
    var replications = 0
    /// The first script, by its place, that has failed.
    var firstFailure = Int.max
  }

  /// A suite of these scripts, in this order.
  public init(_ paths: [String], options: SuiteOptions) {
    self.options = options
    jobs = paths.map { Job($0) }
    queue = Mutex(Queue(waiting: paths.indices.map { ($0, 0) }))
  }

  /// Tests all scripts; `tell` gets each one's report in their order, as soon as those before it are done.
  public func run(
    tell: @escaping @Sendable (ScriptReport) -> Void = { _ in }, progress: @escaping @Sendable (SuiteProgress) -> Void = { _ in }
  ) -> SuiteReport {
    let workers = max(1, min(options.threads, jobs.count))
    let told = Mutex(0)
    @Sendable func tellWhatIsDone() {
      told.withLock { next in
        while let report = settled(next) {
          tell(report)
          next += 1
        }
      }
    }
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
      while let (index, seconds, threads) = take() {
        let begun = options.clock()
        let (report, replications) = look(index, threads: threads)
        let used = seconds + Double(options.clock() - begun) / 1e9
        let shown = queue.withLock { queue -> SuiteProgress in
          queue.running -= 1
          queue.replications += replications
          if let report {
            queue.finished[index] = report
            if [.fails, .error].contains(report.verdict) { queue.firstFailure = min(queue.firstFailure, index) }
          } else {
            queue.waiting.append((index, used))
          }
          return SuiteProgress(scripts: jobs.count, finished: queue.finished.count, replications: queue.replications)
        }
        progress(shown)
        tellWhatIsDone()
      }
    }
    tellWhatIsDone()
    return report()
  }

  /// A finished script's report. What was tested beyond the first failure was tested by chance, and isn't told.
  private func settled(_ index: Int) -> ScriptReport? {
    queue.withLock { queue in
      guard let report = queue.finished[index] else { return nil }
      return options.stopsAtFailure && queue.firstFailure < index ? Self.leftOut(report.path) : report
    }
  }

  private static func leftOut(_ path: String) -> ScriptReport { ScriptReport(path: path, outcome: .skipped("a script before it has failed")) }

  private func report() -> SuiteReport {
    let scripts = jobs.indices.compactMap { settled($0) }
    var cut: String?
    switch options.stopReason() {
    case .interrupted: cut = "interrupted; what is reported is what was known by then"
    case .time where scripts.contains(where: { $0.outcome == .outOfTime || $0.cases.contains { $0.verdict == .undecided } }):
      cut = "the time was over before all was decided"
    default: break
    }
    var result = SuiteReport(version: soukVersion, scripts: scripts, cut: cut, exitCode: 0, seed: options.script.seed, filter: options.filter)
    result.exitCode = options.stopReason() == .interrupted ? ExitStatus.interrupted.rawValue : SuiteReport.exitCode(of: scripts)
    if let (file, content) = options.baseline { result.baseline = BaselineReport(file: file, old: content, new: record(), isPart: isPart) }
    return result
  }

  // MARK: Baselines

  /// Whether not all of each script is asked for.
  private var isPart: Bool { options.filter != nil || options.names != nil || options.stopsAtFailure }

  /// What a baseline keeps of the scripts that ran to their end.
  public func record() -> Baseline {
    let ended = queue.withLock { queue in Set(queue.finished.filter { $0.value.outcome == .finished }.map(\.key)) }
    let scripts = jobs.indices.filter { ended.contains($0) }.compactMap { index -> ScriptBaseline? in
      jobs[index].state.withLock { work in
        guard var script = work.examination?.record(), let checked = work.checked else { return nil }
        script.path = jobs[index].path
        script.digest = checked.script.digest
        return script
      }
    }
    return Baseline(version: soukVersion, scripts: scripts)
  }

  // MARK: Looks

  /// The next look and how many processors it may use; nil when there is nothing left for this worker.
  ///
  /// A worker that finds nothing to do ends, even if others will put their scripts back: those go on with more processors.
  private func take() -> (job: Int, seconds: Double, threads: Int)? {
    queue.withLock { queue in
      // Least time used, then first in order; who hasn't begun has used none.
      guard let at = queue.waiting.indices.min(by: { (queue.waiting[$0].seconds, queue.waiting[$0].job) < (queue.waiting[$1].seconds, queue.waiting[$1].job) })
      else { return nil }
      let next = queue.waiting.remove(at: at)
      queue.running += 1
      let sharers = min(options.threads, queue.running + queue.waiting.count)
      return (next.job, next.seconds, max(1, options.threads / sharers))
    }
  }

  /// One look at a script: its report when that was the last.
  private func look(_ index: Int, threads: Int) -> (report: ScriptReport?, replications: Int) {
    let job = jobs[index]
    let isLeftOut = options.stopsAtFailure && queue.withLock { $0.firstFailure < index }
    if isLeftOut { return (Self.leftOut(job.path), 0) }
    return job.state.withLock { work in
      if !work.hasBegun { begin(job.path, &work) }
      guard let examination = work.examination, options.stopReason() == nil else { return (report(job.path, work, options.stopReason()), 0) }
      let before = examination.simulated
      let goesOn = DeepStack.run { examination.look(threads: threads) }
      let replications = examination.simulated - before
      if replications > 0 { keep(examination, &work, job.path) }
      if goesOn, options.stopReason() == nil { return (nil, replications) }
      return (report(job.path, work, options.stopReason()), replications)
    }
  }

  /// Reads and checks a script; what is wrong with it is kept, and then there is no examination.
  private func begin(_ path: String, _ work: inout Work) {
    work.hasBegun = true
    do throws(FileProblem) {
      let checked = Pipeline.check(try Pipeline.read(path), given: options.given)
      work.checked = checked
      work.problems = checked.diagnostics.map { ScriptProblem($0, checked) }
      work.isWrong = !checked.isSound
      guard checked.isSound else { return }
      var script = checked.script.reading(options.script)
      script.flag = options.flag
      script.baseline = options.baseline.map { BaselineSource(file: $0.file, script: $0.content.script(path)) }
      script.recordsAll = options.baseline != nil || options.recordsBaseline
      if let names = options.names?[path] { script.selects = { names.contains($0) } }
      work.examination = Examination(
        program: checked.program, sources: checked.script.sources, options: script, stored: stored(path), version: soukVersion)
    } catch {
      work.isWrong = true
      work.problems = [ScriptProblem(code: "", message: error.message, place: SourcePlace(file: path, line: 1, column: 1), hints: [], isError: true)]
    }
  }

  // MARK: Evidence

  /// Bytes of evidence that are kept for one script.
  private static let evidenceLimit = 256 << 20

  private func evidenceFile(_ path: String) -> String? {
    options.evidenceFolder.map { folder in
      Files.join(folder, String(path.map { $0 == "/" ? "_" : $0 }) + ".evidence")
    }
  }

  /// What an earlier test left of this script. What can't be read, or isn't whole, is simulated again.
  private func stored(_ path: String) -> StoredEvidence {
    guard let file = evidenceFile(path), let bytes = try? Files.read(file, limit: Self.evidenceLimit) else { return StoredEvidence() }
    return StoredEvidence(bytes: bytes) ?? StoredEvidence()
  }

  /// Keeps what is known after a look, so that nothing of it is lost, however this process ends.
  private func keep(_ examination: Examination, _ work: inout Work, _ path: String) {
    guard let file = evidenceFile(path), !work.isTooLarge else { return }
    let bytes = examination.toStore.bytes
    guard bytes.count <= Self.evidenceLimit else {
      work.isTooLarge = true
      work.notes.append("the evidence has \(ByteCount.text(UInt64(bytes.count))), too much to be kept for --resume")
      return
    }
    do throws(FileProblem) {
      try Files.replace(file, with: bytes)
    } catch {
      work.isTooLarge = true
      work.notes.append("the evidence isn't kept: \(error.message)")
    }
  }

  private func report(_ path: String, _ work: Work, _ reason: StopFlag.Reason?) -> ScriptReport {
    var report = ScriptReport(path: path, outcome: .finished, problems: work.problems)
    if let checked = work.checked { report.units = checked.program.units }
    guard let examination = work.examination, let checked = work.checked else {
      report.outcome = work.isWrong ? .wrong : reason == .interrupted ? .interrupted : .outOfTime
      return report
    }
    for item in examination.items {
      switch item {
      case .check(let check): report.cases.append(.check(check))
      case .test(let test): report.cases.append(.test(test))
      case .note(let text): report.notes.append(text)
      default: break
      }
    }
    // Who pressed Ctrl-C knows.
    for diagnostic in examination.diagnostics where diagnostic.code != "E0424" {
      let problem = ScriptProblem(diagnostic, checked)
      if !report.problems.contains(problem) { report.problems.append(problem) }
    }
    report.seed = examination.seed
    report.notes += work.notes
    if reason == .interrupted {
      report.outcome = .interrupted
    } else if examination.isStopped {
      report.outcome = .stopped
    } else if examination.looks == 0 {
      report.outcome = .outOfTime
    } else if let filter = options.filter, report.cases.isEmpty {
      report.outcome = .skipped("no check or test that ran is called “\(filter)”")
    }
    return report
  }
}

extension LoadedScript {
  /// A digest of the script's own text, of what it imports and of its data; not of the library, which is Souk's.
  var digest: UInt64 {
    let library = Set(modules.filter(\.isLibrary).map(\.file))
    var digest = Fingerprint()
    for file in sources.files where !library.contains(file.id) && file.name != Pipeline.settingName {
      digest.add(word: UInt64(file.bytes.count))
      digest.add(file.bytes)
    }
    return digest.value
  }
}

extension ScriptProblem {
  init(_ diagnostic: Diagnostic, _ checked: CheckedScript) {
    let span = diagnostic.primary.span
    let isKnown = checked.script.sources.files.indices.contains(Int(span.file.index))
    let place = isKnown ? SourcePlace(checked.script.sources.place(span)) : SourcePlace(file: "", line: 1, column: 1)
    let label = diagnostic.primary.text.isEmpty ? "" : ": \(diagnostic.primary.text)"
    self.init(
      code: diagnostic.code.text, message: diagnostic.message + label, place: place, hints: diagnostic.hints.map(\.text),
      isError: diagnostic.severity == .error)
  }
}
