// What changed since a baseline in sentences, the same in every format: which things of which run moved, in how many replications, by
// how much their statistics changed, and whether that is more than noise. What is within noise is named and not listed.

import SoukUnits

/// Writes what changed since a baseline.
struct SuiteBaseline {
  let report: BaselineReport
  private let writers: [String: FigureWriter]

  /// So many things of a run are told in full; JSON has all.
  static let thingLimit = 20

  init(_ suite: SuiteReport, _ report: BaselineReport) {
    self.report = report
    writers = Dictionary(suite.scripts.map { ($0.path, FigureWriter(units: $0.units)) }) { a, _ in a }
  }

  func writer(_ path: String) -> FigureWriter { writers[path] ?? FigureWriter(units: UnitTable()) }

  /// What is said of one script.
  struct Part {
    var path: String
    var lines: [Line]
    var isMoved: Bool
  }

  /// A sentence, and how deep it stands.
  struct Line {
    var depth: Int
    var text: String
  }

  /// `since base.json (Souk 0.1.0): 3 of 5 things moved; 4 of 11 statistics compared are beyond noise (…)`
  var headline: String {
    let runs = report.scripts.flatMap(\.runs)
    let things = runs.reduce(0) { $0 + $1.moved.count + $1.unmoved.count }
    let moved = runs.reduce(0) { $0 + $1.moved.count }
    let changes = runs.flatMap { $0.moved.flatMap(\.changes) }
    let beyond = changes.count(where: { $0.verdict == .beyondNoise })
    var text = "since \(report.file) (Souk \(report.version)): "
    text += moved == 0 ? "\(things == 0 ? "nothing could be compared" : report.isMoved ? "no thing that both have moved" : "nothing moved")" : "\(moved) of \(Self.count(things, "thing")) moved"
    if report.comparisons > 0 {
      text += "; \(beyond) of \(Self.count(report.comparisons, "statistic")) compared \(beyond == 1 ? "is" : "are") beyond noise"
      text += " (all intervals together at \(FigureWriter(units: UnitTable()).share(report.confidence)) confidence, Bonferroni)"
    }
    if !report.untested.isEmpty { text += "; not tested this time: \(report.untested.joined(separator: ", "))" }
    return text
  }

  static func count(_ n: Int, _ what: String) -> String { "\(NumberWords.count(n)) \(what)\(n == 1 ? "" : "s")" }

  /// What is said of each script; nothing of one in which nothing changed.
  var scripts: [Part] {
    report.scripts.compactMap { script in
      var lines = script.notes.map { Line(depth: 0, text: "note: \($0)") }
      if !script.appeared.isEmpty { lines.append(Line(depth: 0, text: "new: \(script.appeared.map { "run \($0)" }.joined(separator: ", "))")) }
      if !script.gone.isEmpty { lines.append(Line(depth: 0, text: "gone: \(script.gone.map { "run \($0)" }.joined(separator: ", "))")) }
      for run in script.runs { lines += self.lines(run, script.path) }
      let isMoved = !script.appeared.isEmpty || !script.gone.isEmpty || script.runs.contains { !$0.moved.isEmpty || !$0.appeared.isEmpty || !$0.gone.isEmpty }
      return lines.isEmpty ? nil : Part(path: script.path, lines: lines, isMoved: isMoved)
    }
  }

  private func lines(_ run: BaselineReport.Run, _ path: String) -> [Line] {
    if run.moved.isEmpty, run.appeared.isEmpty, run.gone.isEmpty, run.notes.isEmpty { return [] }
    var lines = [Line(depth: 0, text: title(run))]
    lines += run.notes.map { Line(depth: 1, text: "note: \($0)") }
    if !run.appeared.isEmpty { lines.append(Line(depth: 1, text: "new: \(run.appeared.joined(separator: ", "))")) }
    if !run.gone.isEmpty { lines.append(Line(depth: 1, text: "gone: \(run.gone.joined(separator: ", "))")) }
    for thing in run.moved.prefix(Self.thingLimit) {
      lines.append(Line(depth: 1, text: title(thing, run)))
      lines += changes(thing, path).map { Line(depth: 2, text: $0) }
    }
    if run.moved.count > Self.thingLimit {
      lines.append(Line(depth: 1, text: "and \(run.moved.count - Self.thingLimit) more things, which the JSON report has"))
    }
    if !run.unmoved.isEmpty, !run.moved.isEmpty {
      let shown = run.unmoved.prefix(Self.thingLimit).joined(separator: ", ")
      lines.append(Line(depth: 1, text: "not moved: \(shown)\(run.unmoved.count > Self.thingLimit ? " and \(run.unmoved.count - Self.thingLimit) more" : "")"))
    }
    return lines
  }

  /// `run day of Shop: 3 of 5 things moved (20 replications, paired)`
  func title(_ run: BaselineReport.Run) -> String {
    let name = run.name == run.model ? "run of \(run.model)" : "run \(run.name) of \(run.model)"
    let all = run.moved.count + run.unmoved.count
    let how = run.replications == 1 ? "1 replication" : "\(run.replications) replications, \(run.isPaired ? "paired" : "not paired")"
    return "\(name): \(run.moved.isEmpty ? "none" : "\(run.moved.count)") of \(Self.count(all, "thing")) moved (\(how))"
  }

  /// `station till, in 20 of 20 replications`
  func title(_ thing: BaselineReport.Thing, _ run: BaselineReport.Run) -> String {
    "\(thing.kind) \(thing.path)" + (run.replications == 1 ? "" : ", in \(thing.replications) of \(run.replications) replications")
  }

  /// The changes of a thing, a sentence each; those within noise in one.
  func changes(_ thing: BaselineReport.Thing, _ path: String) -> [String] {
    let writer = writer(path)
    if thing.changes.isEmpty { return ["what is reported of it is the same, at other times or in another order"] }
    var lines = thing.changes.filter { $0.verdict != .withinNoise }.map { change in
      "\(change.statistic): \(writer.text(change.before)) → \(writer.text(change.after)), \(difference(change, writer))"
    }
    let quiet = thing.changes.filter { $0.verdict == .withinNoise }.map(\.statistic)
    if !quiet.isEmpty { lines.append("within noise: \(quiet.joined(separator: ", "))") }
    return lines
  }

  /// `+0.88 ± 0.12 min (+17.8%), beyond noise`
  func difference(_ change: BaselineReport.Change, _ writer: FigureWriter) -> String {
    let text = writer.text(change.difference)
    var out = text.hasPrefix("-") ? text : "+\(text)"
    if change.difference.unit != nil { out = out.filter { $0 != "%" } + " percentage points" } else if let share = change.share { out += " (\(Self.percent(share)))" }
    switch change.verdict {
    case .beyondNoise, .withinNoise: out += ", \(change.verdict.rawValue)"
    case .exact: out += ", without chance"
    case .unknown: out += ", one replication: whether that is noise isn't known"
    }
    return change.isApproximate && change.verdict == .beyondNoise ? out + " (approximate: the replications are skewed)" : out
  }

  static func percent(_ share: Double) -> String {
    let text = NumberText.format(share * 100, style: NumberStyle(significantDigits: 3))
    return (share < 0 ? text : "+" + text) + "%"
  }
}

// MARK: JSON

extension SuiteBaseline {
  var json: JSONValue {
    .object([
      ("file", .text(report.file)), ("version", .text(report.version)), ("moved", .bool(report.isMoved)), ("confidence", .number(report.confidence)),
      ("comparisons", .integer(Int64(report.comparisons))), ("untested", Self.texts(report.untested)), ("scripts", .list(report.scripts.map(script))),
    ])
  }

  private static func texts(_ texts: [String]) -> JSONValue { .list(texts.map { .text($0) }) }

  private func script(_ script: BaselineReport.Script) -> JSONValue {
    let encoding = JSONEncoding(writer: writer(script.path))
    return .object([
      ("path", .text(script.path)), ("notes", Self.texts(script.notes)), ("new", Self.texts(script.appeared)), ("gone", Self.texts(script.gone)),
      ("runs", .list(script.runs.map { run($0, encoding) })),
    ])
  }

  private func run(_ run: BaselineReport.Run, _ encoding: JSONEncoding) -> JSONValue {
    .object([
      ("name", .text(run.name)), ("model", .text(run.model)), ("replications", .integer(Int64(run.replications))), ("paired", .bool(run.isPaired)),
      ("notes", Self.texts(run.notes)), ("new", Self.texts(run.appeared)), ("gone", Self.texts(run.gone)), ("unmoved", Self.texts(run.unmoved)),
      ("moved", .list(run.moved.map { thing($0, encoding) })),
    ])
  }

  private func thing(_ thing: BaselineReport.Thing, _ encoding: JSONEncoding) -> JSONValue {
    .object([
      ("kind", .text(thing.kind)), ("path", .text(thing.path)), ("replications", .integer(Int64(thing.replications))),
      ("changes", .list(thing.changes.map { change($0, encoding) })),
    ])
  }

  private func change(_ change: BaselineReport.Change, _ encoding: JSONEncoding) -> JSONValue {
    let verdict =
      switch change.verdict {
      case .beyondNoise: "beyond_noise"
      case .withinNoise: "within_noise"
      case .exact: "exact"
      case .unknown: "unknown"
      }
    return .object([
      ("statistic", .text(change.statistic)), ("verdict", .text(verdict)), ("before", encoding.figure(change.before)), ("after", encoding.figure(change.after)),
      ("difference", encoding.figure(change.difference)), ("share", .optional(change.share)), ("replications", .integer(Int64(change.replications))),
      ("approximate", .bool(change.isApproximate)),
    ])
  }
}
