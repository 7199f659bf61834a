// What an examination keeps from look to look: the sample paths of every run, and the checks that are decided. A run is known
// by what determines its paths (compiled model, seed, span, warm-up), so however often a script asks for it, a replication
// is simulated once.

import SoukEngine
import SoukLower
import SoukModel
import SoukReport
import SoukStats
import SoukText

/// The evidence of one script's examination. For one thread at a time.
final class Evidence {
  /// A run whose replications are added until what is asked of it is decided.
  struct Run {
    var schedule: LookSchedule
    var look = 1
    /// Nothing is drawn: one replication is simulated and stands for all.
    let isExact: Bool
    fileprivate(set) var paths: [SamplePath] = []
    fileprivate let digest: StoredEvidence.Digest
    /// What stopped it, told again to whoever asks again.
    var stop: EvaluationError?
    /// Looks of a precision that were made before, and how it ended.
    var precision: RunResults.Precision?
    /// Runs that grow together share this number.
    fileprivate(set) var group: Int

    var replications: Int { schedule.replications(atLook: look) }
    var isAtCap: Bool { replications >= schedule.cap }
    var growth: (look: Int, isLast: Bool) { (look, isAtCap) }
  }

  /// A check or an expectation in the order of execution: its place, and the how manieth time it is met in one look.
  struct Case: Hashable {
    var place: Span
    var round: Int
  }

  /// Paths that an earlier examination left, and the version that they are of.
  private let stored: StoredEvidence
  private let version: String

  init(stored: StoredEvidence = StoredEvidence(), version: String = "") {
    self.stored = stored
    self.version = version
  }

  private(set) var runs: [Run] = []
  private var index: [String: Int] = [:]
  /// Reports of checks that are decided for good.
  var settled: [Case: CheckReport] = [:]
  /// Expectations that are decided for good: nil where it holds.
  var expectations: [Case: TestReport.Failure?] = [:]
  private var rounds: [Span: Int] = [:]
  /// Runs that what is undecided asks for, in this look.
  private var wanted: Set<Int> = []
  /// Raised when something failed and nothing more is to be looked at.
  var hasFailed = false
  /// What checks ask a baseline for, as it is now.
  var values: [ValueBaseline] = []
  /// The results of each run at its last look.
  private(set) var results: [Int: RunResults] = [:]
  /// Replications simulated so far.
  private(set) var simulated = 0

  /// A new look at the same script.
  func beginLook() {
    rounds = [:]
    wanted = []
    hasFailed = false
  }

  /// The name of what is met now.
  func meet(_ place: Span) -> Case {
    rounds[place, default: 0] += 1
    return Case(place: place, round: rounds[place] ?? 0)
  }

  // MARK: Runs

  /// The run with these paths, which is new when nobody asked for it before.
  func run(_ model: CompiledModel, seed: UInt64, span: Int64, warmup: Int64, schedule: LookSchedule) -> Int {
    // Plain values print as what they are, numbers in full: the text is the model.
    let key = "\(seed) \(span) \(warmup) \(model)"
    if let known = index[key] { return known }
    index[key] = runs.count
    let digest = StoredEvidence.Digest("\(version) \(key)")
    runs.append(Run(schedule: schedule, isExact: model.isExact, paths: stored.runs[digest] ?? [], digest: digest, group: runs.count))
    return runs.count - 1
  }

  /// All paths, to be kept: those of runs that weren't asked for this time as well.
  var toStore: StoredEvidence {
    var out = stored
    for run in runs { out.runs[run.digest] = run.paths }
    return out
  }

  /// The paths of the first `count` replications, those that are missing made by `simulate`.
  func paths(
    _ run: Int, _ count: Int, _ simulate: (Range<UInt32>) throws(EvaluationError) -> [SamplePath]
  ) throws(EvaluationError) -> [SamplePath] {
    if let stop = runs[run].stop { throw stop }
    let missing = (runs[run].isExact ? 1 : count) - runs[run].paths.count
    if missing > 0 {
      let known = UInt32(runs[run].paths.count)
      do throws(EvaluationError) {
        runs[run].paths += try simulate(known..<known + UInt32(missing))
      } catch {
        if !error.isLimit { runs[run].stop = error }
        throw error
      }
      simulated += missing
    }
    if runs[run].isExact { return Array(repeating: runs[run].paths[0], count: count) }
    return Array(runs[run].paths.prefix(count))
  }

  /// Keeps what a run has shown so far.
  func keep(_ latest: RunResults, _ run: Int) { results[run] = latest }

  /// Says that a precision has ended at this look, from which what is undecided goes on.
  func reached(_ precision: RunResults.Precision, _ run: Int) {
    runs[run].precision = precision
    runs[run].look = precision.looks
  }

  /// What was said of these runs together isn't decided: they need more replications.
  func isUndecided(_ lineage: Lineage) {
    wanted.formUnion(lineage.runs.compactMap { $0.growth?.run })
  }

  /// Runs that are compared keep the same number of replications.
  func tie(_ lineage: Lineage) { tie(lineage.runs.compactMap { $0.growth?.run }) }

  /// These runs have the same number of replications from now on.
  func tie(_ together: [Int]) {
    guard let first = together.first else { return }
    let groups = Set(together.map { runs[$0].group })
    for other in runs.indices where groups.contains(runs[other].group) { runs[other].group = runs[first].group }
  }

  /// Sets the next look of all runs that are wanted; false when none of them may grow.
  func grow() -> Bool {
    let groups = Set(wanted.filter { !runs[$0].isAtCap }.map { runs[$0].group })
    for group in groups {
      let members = runs.indices.filter { runs[$0].group == group }
      let look = (members.map { runs[$0].look }.max() ?? 0) + 1
      for member in members { runs[member].look = look }
    }
    return !groups.isEmpty
  }
}

extension CompiledModel {
  /// Whether nothing is drawn in it, so that every replication is the same.
  var isExact: Bool {
    // Laws that are made of others are steady when those are, and those are in the list as well.
    let steady: Set<LawKind> = [.constant, .truncated, .affine, .sum, .product, .minimum, .maximum, .rounded]
    return laws.allSatisfy { steady.contains($0.kind) }
      && sources.allSatisfy { source in
        switch source.pattern {
        case .interarrival, .released, .instants, .calendar: true
        case .poisson, .curve, .live: false
        }
      } && code.allSatisfy { $0.code != .drawDynamic && $0.code != .drawWeighted }
  }
}
