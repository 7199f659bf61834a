// Two results of one script → what changed. First exactly: things whose fingerprints differ in any replication have moved, the others
// did the same to the last bit. Then, of things that moved, each statistic: with one seed the replications have common random numbers, so
// the differences replication by replication are looked at (Student's t); with two seeds the means are (Welch 1947). All intervals of a
// suite hold together: each has the confidence 1 - α/m, m being the number of comparisons (Bonferroni). What an interval that excludes 0
// tells is more than noise. Bonferroni and not Holm, so that the verdict and the interval beside it never disagree.

import SoukStats
import SoukUnits

/// What changed since a baseline, in all scripts of a suite.
public struct BaselineReport: Sendable {
  /// The file, and the version of Souk that wrote it.
  public var file: String
  public var version: String
  /// Of all intervals together, such as 0.95.
  public var confidence: Double
  /// Statistics that were compared.
  public var comparisons: Int
  public var scripts: [Script]
  /// Scripts of the baseline that weren't tested.
  public var untested: [String]

  public struct Script: Sendable {
    public var path: String
    /// What is different in how it was tested: its text, parameters, version.
    public var notes: [String]
    public var runs: [Run]
    /// Runs on one side only.
    public var appeared: [String]
    public var gone: [String]
  }

  public struct Run: Sendable {
    public var name: String
    public var model: String
    /// Replications that both have.
    public var replications: Int
    /// Whether they have common random numbers.
    public var isPaired: Bool
    public var notes: [String]
    /// Things that did the same in every replication.
    public var unmoved: [String]
    public var moved: [Thing]
    /// Things on one side only, by kind and path.
    public var appeared: [String]
    public var gone: [String]
  }

  public struct Thing: Sendable {
    public var kind: String
    public var path: String
    /// In how many of the replications it did something else.
    public var replications: Int
    /// Statistics whose numbers differ, in the order of reports.
    public var changes: [Change]
  }

  public struct Change: Sendable {
    public var statistic: String
    public var before: Figure
    public var after: Figure
    /// After - before, with half of its interval at the confidence that all have together.
    public var difference: Figure
    /// The difference as a share of what was before.
    public var share: Double?
    public var verdict: Verdict
    /// Replications with data on both sides.
    public var replications: Int
    /// Whether the differences are so skewed that the interval may cover less than it says.
    public var isApproximate: Bool
  }

  public enum Verdict: String, Sendable, CaseIterable {
    case beyondNoise = "beyond noise"
    case withinNoise = "within noise"
    /// Nothing is drawn, so there is no noise.
    case exact
    /// There is one replication only.
    case unknown
  }

  /// Whether anything at all is different in what was simulated.
  public var isMoved: Bool {
    scripts.contains { script in
      !script.appeared.isEmpty || !script.gone.isEmpty || script.runs.contains { !$0.moved.isEmpty || !$0.appeared.isEmpty || !$0.gone.isEmpty }
    }
  }
}

extension BaselineReport {
  /// What changed from `old` to `new`, whose numbers have dimensions. Where `new` is only a part of what could be asked, nothing is gone.
  public init(file: String, old: Baseline, new: Baseline, isPart: Bool = false, confidence: Double = 0.95) {
    self.init(file: file, version: old.version, confidence: confidence, comparisons: 0, scripts: [], untested: [])
    let tested = Set(new.scripts.map(\.path))
    untested = old.scripts.map(\.path).filter { !tested.contains($0) }
    var pairs: [(script: ScriptBaseline, known: ScriptBaseline, runs: [(old: RunBaseline, new: RunBaseline)])] = []
    for script in new.scripts {
      guard let known = old.script(script.path) else {
        scripts.append(Script(path: script.path, notes: ["the baseline knows nothing of this script"], runs: [], appeared: [], gone: []))
        continue
      }
      let runs = script.runs.compactMap { run in known.runs.first { $0.name == run.name && $0.model == run.model }.map { (old: $0, new: run) } }
      comparisons += runs.reduce(0) { $0 + Self.count($1.old, $1.new) }
      pairs.append((script, known, runs))
    }
    let level = Comparison.bonferroniLevel(confidence, comparisons: max(1, comparisons))
    for (script, known, runs) in pairs {
      func name(_ run: RunBaseline) -> String { run.name == run.model ? run.name : "\(run.name) (\(run.model))" }
      func isMissing(_ run: RunBaseline, _ runs: [RunBaseline]) -> Bool { !runs.contains { $0.name == run.name && $0.model == run.model } }
      scripts.append(
        Script(
          path: script.path, notes: Self.notes(known, script), runs: runs.map { Self.compare($0.old, $0.new, level) },
          appeared: script.runs.filter { isMissing($0, known.runs) }.map(name), gone: isPart ? [] : known.runs.filter { isMissing($0, script.runs) }.map(name)))
    }
    let order = Dictionary(new.scripts.enumerated().map { ($1.path, $0) }) { a, _ in a }
    scripts.sort { (order[$0.path] ?? 0) < (order[$1.path] ?? 0) }
    if old.version != new.version {
      for index in scripts.indices where !scripts[index].runs.isEmpty {
        scripts[index].notes.append("the baseline is of Souk \(old.version), this is \(new.version): sample paths may differ for that")
      }
    }
  }

  private static func notes(_ old: ScriptBaseline, _ new: ScriptBaseline) -> [String] {
    var notes: [String] = []
    if old.digest != new.digest { notes.append("the script has changed since") }
    if old.given != new.given {
      func words(_ given: [String]) -> String { given.isEmpty ? "none" : given.joined(separator: ", ") }
      notes.append("parameters set from outside were \(words(old.given)), and are \(words(new.given))")
    }
    return notes
  }

  // MARK: Runs

  private static func key(_ thing: ThingBaseline) -> String { "\(thing.kind) \(thing.path)" }

  /// Things that both have, with the replications in which they differ.
  private static func common(_ old: RunBaseline, _ new: RunBaseline) -> [(old: ThingBaseline, new: ThingBaseline, moved: Int)] {
    let before = Dictionary(old.things.map { (key($0), $0) }) { a, _ in a }
    return new.things.compactMap { thing in
      before[key(thing)].map { known in (known, thing, zip(known.fingerprints, thing.fingerprints).count(where: { $0 != $1 })) }
    }
  }

  /// What is different between two runs, `after` being what is compared and `before` what it is compared to: all intervals hold
  /// together with the confidence. O(numbers in both).
  public static func differences(from before: RunBaseline, to after: RunBaseline, confidence: Double = 0.95) -> (run: Run, comparisons: Int) {
    let comparisons = count(before, after)
    return (compare(before, after, Comparison.bonferroniLevel(confidence, comparisons: max(1, comparisons))), comparisons)
  }

  /// How many statistics of things that moved can be compared.
  private static func count(_ old: RunBaseline, _ new: RunBaseline) -> Int {
    let isExact = old.isExact && new.isExact
    return common(old, new).reduce(0) { count, pair in
      pair.moved == 0 ? count : count + pair.new.statistics.count(where: { Numbers(pair.old, $0, isPaired: old.seed == new.seed, isExact: isExact)?.isTested ?? false })
    }
  }

  private static func compare(_ old: RunBaseline, _ new: RunBaseline, _ level: Double) -> Run {
    let isPaired = old.seed == new.seed
    let things = common(old, new)
    var run = Run(
      name: new.name, model: new.model, replications: min(old.replications, new.replications), isPaired: isPaired,
      notes: notes(old, new), unmoved: things.filter { $0.moved == 0 }.map { key($0.new) }, moved: [], appeared: [], gone: [])
    let known = Set(things.map { key($0.new) })
    run.appeared = new.things.map(key).filter { !known.contains($0) }
    run.gone = old.things.map(key).filter { !known.contains($0) }
    for (before, after, moved) in things where moved > 0 {
      var thing = Thing(kind: after.kind, path: after.path, replications: moved, changes: [])
      for statistic in after.statistics {
        if let numbers = Numbers(before, statistic, isPaired: isPaired, isExact: old.isExact && new.isExact), let change = numbers.change(level) {
          thing.changes.append(change)
        } else if let known = before.statistics.first(where: { $0.name == statistic.name }), known.unit != statistic.unit || known.perUnit != statistic.perUnit {
          run.notes.append("\(after.path) \(statistic.name) was in \(known.unit.isEmpty ? "plain numbers" : known.unit), and is in \(statistic.unit.isEmpty ? "plain numbers" : statistic.unit)")
        }
      }
      run.moved.append(thing)
    }
    return run
  }

  private static func notes(_ old: RunBaseline, _ new: RunBaseline) -> [String] {
    var notes: [String] = []
    if old.seed != new.seed { notes.append("the seed was \(old.seed), and is \(new.seed): other random numbers, so everything that draws moves, and nothing is paired") }
    func time(_ seconds: Double) -> String { NumberText.format(quantity: seconds, dimension: .time) }
    if old.span != new.span { notes.append("the span was \(time(old.span)), and is \(time(new.span))") }
    if old.warmup != new.warmup { notes.append("the warm-up was \(time(old.warmup)), and is \(time(new.warmup))") }
    let before = Dictionary(old.values.map { ($0.path, $0.text) }) { a, _ in a }
    for (path, text) in new.values {
      if let known = before[path], known != text { notes.append("\(path) was \(known), and is \(text)") }
    }
    if old.isExact != new.isExact { notes.append(new.isExact ? "nothing is drawn any more" : "nothing was drawn, and now something is") }
    return notes
  }

  // MARK: Statistics

  /// One statistic on both sides.
  private struct Numbers {
    let statistic: StatisticBaseline
    var before: [Double]
    var after: [Double]
    let isPaired: Bool
    let isExact: Bool

    /// Nil where they can't be compared.
    init?(_ thing: ThingBaseline, _ statistic: StatisticBaseline, isPaired: Bool, isExact: Bool) {
      guard let known = thing.statistics.first(where: { $0.name == statistic.name }), known.unit == statistic.unit, known.perUnit == statistic.perUnit
      else { return nil }
      self.statistic = statistic
      self.isPaired = isPaired
      self.isExact = isExact
      if isPaired {
        let both = zip(known.values, statistic.values).compactMap { a, b in a.flatMap { a in b.map { (a, $0) } } }.filter { $0.0.isFinite && $0.1.isFinite }
        (before, after) = (both.map(\.0), both.map(\.1))
      } else {
        (before, after) = (known.values.compactMap { $0 }.filter(\.isFinite), statistic.values.compactMap { $0 }.filter(\.isFinite))
      }
      if before.isEmpty || after.isEmpty || before == after { return nil }
    }

    /// Whether there is noise to be held against.
    var isTested: Bool { !isExact && before.count > 1 && after.count > 1 }

    func change(_ level: Double) -> Change? {
      guard let dimension = statistic.dimension else { return nil }
      let (a, b) = (Moments(before), Moments(after))
      var verdict = Verdict.unknown
      var half: Double?
      var isApproximate = false
      var difference = b.mean - a.mean
      if isExact {
        verdict = .exact
      } else if isTested {
        let interval = isPaired ? Comparison.paired(after, before, level: level) : Comparison.welch(b, a, level: level).interval
        difference = interval.estimate
        half = interval.halfWidth
        isApproximate = interval.approximate
        verdict = interval.contains(0) ? .withinNoise : .beyondNoise
      }
      let unit = statistic.isShare ? FigureWriter.percent : nil
      func figure(_ x: Double, _ half: Double? = nil) -> Figure { Figure(x, halfWidth: half, dimension: dimension, unit: unit) }
      return Change(
        statistic: statistic.name, before: figure(a.mean), after: figure(b.mean), difference: figure(difference, half),
        share: a.mean == 0 ? nil : difference / a.mean.magnitude, verdict: verdict, replications: min(before.count, after.count), isApproximate: isApproximate)
    }
  }
}
