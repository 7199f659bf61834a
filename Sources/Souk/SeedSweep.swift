// Scripts under many seeds → how often each check had each verdict. What a verdict's chance of error is, is seen here: a claim that is
// exactly true at its limit may fail in as many seeds as its confidence allows, and one with a margin shouldn't at all.

import Dispatch
import SoukEngine
public import SoukReport
import SoukScript
import SoukSema
import SoukText
import Synchronization

extension Suite {
  /// Tests each script once for each of `count` seeds from `first` on, as many at once as there are processors.
  public static func sweep(
    _ paths: [String], options: SuiteOptions, seeds first: UInt64, count: Int, progress: @escaping @Sendable (SuiteProgress) -> Void = { _ in }
  ) -> SeedReport {
    var report = SeedReport(first: first, count: count)
    for path in paths {
      let before = report.scripts.count * count
      report.scripts.append(sweep(path, options, first, count) { done, replications in
        progress(SuiteProgress(scripts: paths.count * count, finished: before + done, replications: replications, unit: "seeds"))
      })
    }
    switch options.stopReason() {
    case .interrupted: report.cut = "interrupted"
    case .time: report.cut = "the time was over"
    case nil: break
    }
    return report
  }

  private struct Tally {
    var lines: [SeedReport.Line] = []
    var done = 0
    var replications = 0
    var problems: [ScriptProblem] = []

    mutating func add(_ items: [ReportItem], evidence: SuiteEvidence) {
      var seen: [String: Int] = [:]
      for item in items {
        let one: CaseReport
        switch item {
        case .check(let check): one = .check(check)
        case .test(let test): one = .test(test)
        default: continue
        }
        // A check in a loop is met again in each round.
        let place = one.place.text
        seen[place, default: 0] += 1
        let key = "\(place) \(seen[place] ?? 0)"
        let index = lines.firstIndex { $0.key == key } ?? lines.count
        if index == lines.count { lines.append(SeedReport.Line(key: key, order: (one.place.line, seen[place] ?? 0), title: evidence.title(one))) }
        lines[index].counts[one.verdict, default: 0] += 1
        if case .check(let check) = one { lines[index].replications += check.replications ?? 0 }
      }
    }
  }

  private static func sweep(
    _ path: String, _ options: SuiteOptions, _ first: UInt64, _ count: Int, _ progress: @escaping @Sendable (Int, Int) -> Void
  ) -> SeedReport.Script {
    var script = SeedReport.Script(path: path)
    let checked: CheckedScript
    do throws(FileProblem) {
      checked = Pipeline.check(try Pipeline.read(path), given: options.given)
    } catch {
      script.problems = [ScriptProblem(code: "", message: error.message, place: SourcePlace(file: path, line: 1, column: 1), hints: [], isError: true)]
      return script
    }
    script.problems = checked.diagnostics.map { ScriptProblem($0, checked) }
    guard checked.isSound else { return script }
    let tally = Mutex(Tally())
    let evidence = SuiteEvidence(ScriptReport(path: path, outcome: .finished, units: checked.program.units))
    let next = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: max(1, min(options.threads, count))) { _ in
      while options.stopReason() == nil {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        if index >= count { return }
        var one = checked.script.reading(options.script)
        one.seed = first &+ UInt64(index)
        one.flag = options.flag
        let examination = Examination(program: checked.program, sources: checked.script.sources, options: one)
        DeepStack.run { while options.stopReason() == nil, examination.look(threads: 1) {} }
        // A seed that was cut short tells nothing.
        guard options.stopReason() == nil else { return }
        let problems = examination.diagnostics.filter { $0.severity == .error }.map { ScriptProblem($0, checked) }
        let (items, simulated) = (examination.items, examination.simulated)
        let (done, replications) = tally.withLock { tally in
          tally.add(items, evidence: evidence)
          tally.done += 1
          tally.replications += simulated
          for problem in problems where !tally.problems.contains(problem) { tally.problems.append(problem) }
          return (tally.done, tally.replications)
        }
        progress(done, replications)
      }
    }
    let found = tally.withLock { $0 }
    script.seeds = found.done
    script.lines = found.lines.sorted { $0.order < $1.order }
    script.problems += found.problems
    return script
  }
}
