// Baselines as files: read with a reason where one can't be used, written whole or not at all, and only of a test that came to its end.

import Souk
import SoukReport

enum BaselineFile {
  private static let limit = 256 << 20

  /// The baseline in a file; nil when there is none that can be used, which was told.
  static func read(_ path: String) -> Baseline? {
    do {
      return try Baseline(json: String(decoding: try Files.read(path, limit: limit), as: UTF8.self))
    } catch let problem as FileProblem {
      Terminal.complain(problem.message + (problem.kind == .missing ? "; `souk test --save-baseline \(path)` makes one" : ""))
    } catch let problem as BaselineProblem {
      Terminal.complain("“\(path)” \(problem.words)")
    } catch {
      Terminal.complain("can't read “\(path)”: \(error)")
    }
    return nil
  }

  /// Whether the file can be written, which is better known before an hour of replications than after it. What is there stays.
  static func canBeWritten(_ path: String) -> Bool {
    do throws(FileProblem) {
      if Files.kind(of: path) == .file {
        try Files.replace(path, with: try Files.read(path, limit: limit))
      } else if Files.kind(of: path) == nil {
        try Files.replace(path, with: [])
        try Files.remove(path)
      }
      return true
    } catch {
      Terminal.complain(error.message)
      return false
    }
  }

  /// Writes the baseline of a test; false when it can't be written. One that didn't come to its end leaves the file as it is.
  static func save(_ baseline: Baseline, of result: SuiteReport, to path: String) -> Bool {
    let unfinished = result.scripts.filter { $0.outcome != .finished }
    guard result.cut == nil, unfinished.isEmpty else {
      let reason = result.cut.map { "the test isn't whole (\($0))" } ?? "\(unfinished[0].path) didn't run to its end"
      Terminal.complain("no baseline is saved: \(reason)")
      return true
    }
    do throws(FileProblem) {
      try Files.replace(path, with: Array(baseline.json().utf8))
      return true
    } catch {
      Terminal.complain(error.message)
      return false
    }
  }
}
