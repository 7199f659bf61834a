// The evidence of one case in sentences, the same in every format: what was observed against which limit, how sure that is, which
// replication shows it best, what to look at, what to type.

import SoukUnits

/// Writes what a case rests on.
public struct SuiteEvidence: Sendable {
  let writer: FigureWriter

  public init(_ script: ScriptReport) { writer = FigureWriter(units: script.units) }

  /// One sentence a line. Of what holds only what could mislead.
  public func lines(_ one: CaseReport) -> [String] {
    switch one {
    case .check(let check): lines(check)
    case .test(let test): lines(test)
    }
  }

  /// The sentence as written: `the till is quick: mean(day.till.wait) < 12 min`.
  public func title(_ one: CaseReport) -> String {
    switch one {
    case .check(let check):
      let standing = check.standing.map { " (\($0))" } ?? ""
      return check.claim.isEmpty ? "\(check.name)\(standing)" : "\(check.name)\(standing): \(check.claim)"
    case .test(let test): return "test \(test.name)"
    }
  }

  private func lines(_ test: TestReport) -> [String] {
    var lines = test.failures.map { "\($0.place): \($0.message)" }
    if test.verdict != .holds { lines.append("\(test.expectations) \(test.expectations == 1 ? "expectation" : "expectations"), \(test.place)") }
    return lines
  }

  private func lines(_ check: CheckReport) -> [String] {
    if check.verdict == .holds { return check.notes }
    var lines: [String] = []
    if let observed = observed(check) { lines.append(observed) }
    if let certainty = certainty(check) { lines.append(certainty) }
    if let more = check.moreReplications { lines.append("about \(NumberWords.count(more)) more replications would decide") }
    lines += check.notes
    if let smallest = check.smallest, check.replications != 1 {
      let value = smallest.observed.map { " with \(writer.text($0))" } ?? ""
      lines.append("smallest failing replication: \(smallest.replication)\(value), \(NumberWords.count(Int(clamping: smallest.events))) events")
    }
    if let blame = check.blame { lines.append("look at \(blame)") }
    lines += check.journeys.map(journey)
    if !check.figures.isEmpty { lines.append("published: \(check.figures.joined(separator: ", "))") }
    lines.append(check.place + (check.seed.map { ", seed \($0)" } ?? ""))
    if let command = check.smallest?.command ?? check.command { lines.append("again: \(command)") }
    return lines
  }

  /// `observed 8.98 min, limit 8 min: misses by 0.98 min`
  private func observed(_ check: CheckReport) -> String? {
    guard var observed = check.observed else { return nil }
    observed.halfWidth = nil
    var text = observed.point == nil ? "observed nothing" : "observed \(writer.text(observed))"
    if let limit = check.limit { text += ", limit \(writer.text(limit))" }
    if var margin = check.margin, let point = margin.point {
      margin.halfWidth = nil
      margin.point = point.magnitude
      text += point < 0 ? ": misses by \(difference(margin))" : point > 0 ? ": \(difference(margin)) to spare" : ": exactly on it"
    }
    return text
  }

  /// `true value between 8.72 min and 9.24 min, each end at 95% confidence (30 replications, look 2, Student's t)`
  private func certainty(_ check: CheckReport) -> String? {
    var facts: [String] = []
    if let count = check.replications { facts.append(count == 1 ? "1 replication" : "\(NumberWords.count(count)) replications") }
    if let looks = check.looks, (check.replications ?? 1) > 1 { facts.append("look \(looks)") }
    let margin = check.interval == nil ? spread(check.margin) : nil
    if let method = check.method, check.interval != nil || margin != nil { facts.append(method) }
    if let margin, let confidence = check.confidence {
      return "margin between \(difference(margin.low)) and \(difference(margin.high)), each end at \(writer.share(confidence)) confidence (\(facts.joined(separator: ", ")))"
    }
    guard let interval = check.interval, let confidence = check.confidence else { return facts.isEmpty ? nil : facts.joined(separator: ", ") }
    let ends = "between \(writer.text(interval.low)) and \(writer.text(interval.high))"
    return "true value \(ends), each end at \(writer.share(confidence)) confidence (\(facts.joined(separator: ", ")))"
  }

  /// `worst: buy 212 of replication 18 with 22.1 min: arrives at 13.2 h, waits at till for 21.3 min, is served at till for 47.5 s, ends`
  private func journey(_ one: JourneyReport) -> String {
    func time(_ seconds: Double) -> String { NumberText.format(quantity: seconds, dimension: .time) }
    // What takes no time between two others is only their seam.
    let stages = one.stages.enumerated().filter { index, stage in index == 0 || stage.lasts != 0 }.map(\.element)
    var parts: [String] = []
    for (index, stage) in stages.enumerated() {
      if index >= Self.stageLimit {
        parts.append("… \(stages.count - index) more")
        break
      }
      var text = stage.place.isEmpty ? stage.what : "\(stage.what) at \(stage.place)"
      if index == 0 { text += " at \(time(stage.time))" }
      // `waits 5 min` has said so itself.
      if let lasts = stage.lasts, lasts > 0, text != "waits \(time(lasts))" { text += " for \(time(lasts))" }
      parts.append(text)
    }
    return "worst: \(one.journey) \(one.number) of replication \(one.replication) with \(writer.text(one.value)): \(parts.joined(separator: ", "))"
  }

  /// So many stages of a journey are told.
  private static let stageLimit = 12

  /// The ends of a margin's interval; nil where it has none.
  private func spread(_ margin: Figure?) -> (low: Figure, high: Figure)? {
    guard var low = margin, let point = low.point, let half = low.halfWidth, half > 0 else { return nil }
    low.halfWidth = nil
    var high = low
    low.point = point - half
    high.point = point + half
    return (low, high)
  }

  /// Shares differ by percentage points.
  private func difference(_ figure: Figure) -> String {
    let text = writer.text(figure)
    return text.contains("%") ? text.filter { $0 != "%" } + " percentage points" : text
  }
}

enum NumberWords {
  /// `1,204` from 1204.
  static func count(_ n: Int) -> String {
    var digits = Array(String(n))
    var at = digits.count - 3
    while at > 0 {
      digits.insert(",", at: at)
      at -= 3
    }
    return String(digits)
  }
}

extension FigureWriter {
  /// `95%`, `99.9995%`: as many digits as tell it from 1.
  func share(_ x: Double) -> String {
    var exponent = 0
    var rest = 1 - x
    while rest > 0, rest < 0.0995, exponent < 12 {
      rest *= 10
      exponent += 1
    }
    var scale = 100.0
    for _ in 0..<exponent { scale *= 10 }
    let rounded = (x * scale).rounded() / (scale / 100)
    var text = "\(rounded)"
    if text.hasSuffix(".0") { text.removeLast(2) }
    return text + "%"
  }
}
