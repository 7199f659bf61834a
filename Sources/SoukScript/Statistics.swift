// The statistics of results: `mean(day.till.wait)`, `p99(x)`, `rate(c, every: 1 min)`, `x at 28 s`, `first(cond)`. Each is
// taken in every replication by itself; what comes out is an estimate, or a signal again.

import SoukLower
import SoukModel
import SoukNumerics
import SoukSema
import SoukStats
import SoukText
import SoukUnits

struct Statistics {
  let span: Span

  private func fault(_ message: String, hint: String? = nil) -> EvaluationError { .results(message, span, hint: hint) }

  /// A builtin whose first argument was made by an experiment.
  func evaluate(_ builtin: Builtin, _ arguments: [Value]) throws -> Value {
    guard let first = arguments.first else { throw fault("`\(builtin.rawValue)` needs an argument") }
    if arguments.count > 1, [.min, .max, .clamp].contains(builtin) { return try fold(builtin, arguments) }
    if arguments.count == 2, let whole = rounding(builtin) {
      return try Lifting(span: span).lift(first, arguments[1]) { whole($0 / $1) * $1 }
    }
    switch first {
    case .host(let sample as SampleValue): return try of(sample, builtin, arguments)
    case .host(let signal as SignalValue): return try of(signal, builtin, arguments)
    case .host(let estimate as EstimateValue): return try of(estimate, builtin, arguments)
    default: throw fault("`\(builtin.rawValue)` has no meaning here")
    }
  }

  private func fold(_ builtin: Builtin, _ arguments: [Value]) throws -> Value {
    let lifting = Lifting(span: span)
    if builtin == .clamp, arguments.count == 3 {
      let low = try lifting.lift(arguments[0], arguments[1]) { max($0, $1) }
      return try lifting.lift(low, arguments[2]) { min($0, $1) }
    }
    var out = arguments[0]
    for next in arguments.dropFirst() { out = try lifting.lift(out, next, builtin == .min ? { min($0, $1) } : { max($0, $1) }) }
    return out
  }

  /// `round(x, 1 min)`: to whole ones of the second.
  private func rounding(_ builtin: Builtin) -> ((Double) -> Double)? {
    switch builtin {
    case .floor: { $0.rounded(.down) }
    case .ceil: { $0.rounded(.up) }
    case .round: { $0.rounded() }
    default: nil
    }
  }

  private func unary(_ builtin: Builtin) -> ((Double) -> Double)? {
    switch builtin {
    case .abs: { $0.magnitude }
    case .floor: { $0.rounded(.down) }
    case .ceil: { $0.rounded(.up) }
    case .round: { $0.rounded() }
    case .sqrt: { $0.squareRoot() }
    case .exp: { Elementary.exp($0) }
    case .ln: { Elementary.log($0) }
    case .log10: { Elementary.log($0) / Elementary.log(10) }
    case .log2: { Elementary.log($0) / Elementary.log(2) }
    case .sin: { Elementary.sin($0) }
    case .cos: { Elementary.cos($0) }
    case .tan: { Elementary.tan($0) }
    case .sign: { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 }
    case .cents: { $0.rounded(.toNearestOrEven) }
    default: nil
    }
  }

  func number(_ value: Value) throws -> Double {
    switch value {
    case .number(let x), .clock(let x): return x
    case .host(let estimate as EstimateValue):
      guard let point = estimate.point else { throw fault("there are no data for this number") }
      return point
    default: throw fault("a number is needed here")
    }
  }

  /// Seconds as ticks.
  func ticks(_ seconds: Double) throws -> Int64 {
    guard seconds.isFinite, seconds.magnitude < 9e9 else { throw fault("this time is out of range") }
    return Int64((seconds * StepTrace.ticksPerSecond).rounded())
  }

  /// So many windows are more than anybody reads, and less than memory holds.
  private static let windowLimit: Int64 = 2_000_000

  private func width(_ arguments: [Value], within lengths: [Int64]) throws -> Int64 {
    guard arguments.count > 1 else { throw fault("a window is needed", hint: "write `every: 1 min`") }
    let width = try ticks(number(arguments[1]))
    guard width > 0 else { throw fault("a window must be longer than 0 s") }
    guard lengths.allSatisfy({ $0 / width <= Self.windowLimit / Int64(max(1, lengths.count)) }) else {
      throw fault("these are more than 2 million windows", hint: "make them wider")
    }
    return width
  }

  private func share(_ arguments: [Value]) throws -> Double {
    guard arguments.count > 1 else { throw fault("which quantile?", hint: "write `quantile(x, 95%)`") }
    let q = try number(arguments[1])
    guard q >= 0, q <= 1 else { throw fault("a quantile is between 0% and 100%") }
    return q
  }

  /// p50, p90, p95, p99 and `quantile(x, q)`.
  private func order(_ builtin: Builtin, _ arguments: [Value]) throws -> Double? {
    switch builtin {
    case .p50: return 0.5
    case .p90: return 0.9
    case .p95: return 0.95
    case .p99: return 0.99
    case .quantile: return try share(arguments)
    default: return nil
    }
  }

  // MARK: Samples

  private func of(_ sample: SampleValue, _ builtin: Builtin, _ arguments: [Value]) throws -> Value {
    func estimate(_ statistic: (Observations) -> Double?) -> Value {
      .host(EstimateValue(values: sample.parts.map(statistic).map { $0.flatMap { $0.isNaN ? nil : $0 } }, lineage: sample.lineage))
    }
    func signal(_ statistic: (Observations) -> StepTrace) throws -> Value {
      try Lifting(span: span).requireFull(sample)
      return .host(SignalValue(traces: sample.parts.map(statistic), origin: sample.lineage.runs.first?.start, lineage: sample.lineage))
    }
    if let q = try order(builtin, arguments) {
      try Lifting(span: span).requireFull(sample)
      return estimate { $0.quantile(q) }
    }
    if sample.isTruth, builtin == .share || builtin == .mean { return share(sample) }
    if let change = unary(builtin) { return try Lifting(span: span).map(.host(sample), change) }
    switch builtin {
    case .mean: return .host(batched(EstimateValue(values: sample.parts.map(\.mean), lineage: sample.lineage), sample.parts.first))
    case .sd: return estimate(\.deviation)
    case .variance: return estimate { $0.deviation.map { $0 * $0 } }
    case .min: return estimate(\.minimum)
    case .max: return estimate(\.maximum)
    case .last: return estimate { $0.values.last }
    case .count:
      if sample.isTruth { return estimate { Double($0.share.trueCount) * sample.weight } }
      return estimate { Double($0.count) * sample.weight }
    case .sum: return estimate { $0.sum * sample.weight }
    case .always: return truth(sample.lineage, sample.parts.map { part in part.count == 0 ? nil : !part.values.contains(0) })
    case .any: return truth(sample.lineage, sample.parts.map { part in part.values.contains { $0 != 0 } })
    case .rate:
      let width = try width(arguments, within: sample.parts.map { $0.to - $0.from })
      return try signal { $0.rate(every: width, weight: sample.weight) }
    case .series:
      let width = try width(arguments, within: sample.parts.map { $0.to - $0.from })
      return try signal { $0.averages(every: width) }
    case .cumulative: return try signal(\.cumulative)
    default: throw fault("`\(builtin.rawValue)` has no meaning for observations")
    }
  }

  private func truth(_ lineage: Lineage, _ values: [Bool?]) -> Value {
    .host(EstimateValue(values: values.map { $0.map { $0 ? 1 : 0 } }, form: .truth, lineage: lineage))
  }

  /// The share for which a condition holds, with what the report has to say about those that never came.
  private func share(_ sample: SampleValue) -> Value {
    var counts = Censoring(path: sample.path, recorded: 0, lost: 0, overdue: 0, leftOut: 0)
    var isEvent = true
    let values = sample.parts.map { part -> Double? in
      let share = part.share
      counts.recorded += share.recorded
      counts.lost += share.lost
      counts.overdue += share.overdue
      counts.leftOut += share.leftOut
      isEvent = isEvent && share.trueCount + share.falseCount <= 1
      return share.share
    }
    var lineage = sample.lineage
    if counts.isWorthTelling { lineage.censored.append(counts) }
    let estimate = EstimateValue(values: values, isEvent: isEvent, lineage: lineage)
    // What never came has no place in the order of the others.
    let isWhole = counts.lost + counts.overdue == 0
    return .host(isWhole ? batched(estimate, sample.parts.first) : estimate)
  }

  /// A mean of one long replication keeps its observations: batches of them may give it an interval.
  private func batched(_ estimate: EstimateValue, _ part: Observations?) -> EstimateValue {
    guard estimate.values.count == 1, let part, part.isFull, part.values.count >= 2 * BatchMeans.batchCount, !estimate.lineage.isExact else { return estimate }
    var out = estimate
    out.series = Series(values: part.values)
    return out
  }

  /// An average over time of one long replication keeps those of equal stretches.
  private func batched(_ estimate: EstimateValue, _ trace: StepTrace?) -> EstimateValue {
    let stretches = Int64(32 * BatchMeans.batchCount)
    guard estimate.values.count == 1, let trace, trace.isFull, trace.to - trace.from >= stretches, !estimate.lineage.isExact else { return estimate }
    let averages = trace.averages(every: (trace.to - trace.from) / stretches).values
    guard averages.count >= 2 * BatchMeans.batchCount, averages.allSatisfy(\.isFinite) else { return estimate }
    var out = estimate
    out.series = Series(values: averages)
    return out
  }

  // MARK: Signals

  private func of(_ signal: SignalValue, _ builtin: Builtin, _ arguments: [Value]) throws -> Value {
    func estimate(_ statistic: (StepTrace) -> Double?) -> Value {
      .host(EstimateValue(values: signal.traces.map(statistic).map { $0.flatMap { $0.isNaN ? nil : $0 } }, lineage: signal.lineage))
    }
    func full() throws {
      guard signal.traces.allSatisfy({ $0.isFull || $0.summary == nil }) else { throw EvaluationError.notKept("this value", span) }
    }
    func changed(_ change: (StepTrace) -> StepTrace) throws -> Value {
      try full()
      var out = signal
      out.traces = signal.traces.map(change)
      out.isTruth = false
      return .host(out)
    }
    if let q = try order(builtin, arguments) {
      try full()
      return estimate { $0.quantile(q) }
    }
    if let change = unary(builtin) { return try changed { $0.map(change) } }
    switch builtin {
    case .mean, .share:
      return .host(batched(EstimateValue(values: signal.traces.map { $0.mean.flatMap { $0.isNaN ? nil : $0 } }, lineage: signal.lineage), signal.traces.first))
    case .sd:
      try full()
      return estimate(\.deviation)
    case .variance:
      try full()
      return estimate { $0.deviation.map { $0 * $0 } }
    case .min: return estimate(\.minimum)
    case .max: return estimate(\.maximum)
    case .last: return estimate(\.last)
    case .integral, .sum: return estimate(\.integral)
    case .count: return estimate { trace in Double(rises(trace)) }
    case .duration:
      try full()
      return estimate(\.duration)
    case .first:
      try full()
      return first(signal)
    case .always:
      try full()
      return truth(signal.lineage, signal.traces.map(\.isAlwaysTrue))
    case .any:
      try full()
      return truth(signal.lineage, signal.traces.map(\.isEverTrue))
    case .rate:
      let width = try width(arguments, within: signal.traces.map { $0.to - $0.from })
      return try changed { $0.rate(every: width) }
    case .series:
      let width = try width(arguments, within: signal.traces.map { $0.to - $0.from })
      return try changed { $0.averages(every: width) }
    case .cumulative: return try changed(\.cumulative)
    default: throw fault("`\(builtin.rawValue)` has no meaning for a value over time")
    }
  }

  /// How often a condition becomes true.
  private func rises(_ trace: StepTrace) -> Int {
    var count = 0
    var before = 0.0
    trace.forEachStretch { _, _, value in
      if value != 0, before == 0, !value.isNaN { count += 1 }
      before = value
    }
    return count
  }

  /// When a condition first holds; where it never does there are no data.
  private func first(_ signal: SignalValue) -> Value {
    let values = signal.traces.map { $0.firstTruth.map { Double($0) / StepTrace.ticksPerSecond } }
    var out = EstimateValue(values: values, lineage: signal.lineage)
    // With a start it is told as a date; against durations it counts from the start.
    if let start = signal.origin ?? signal.lineage.runs.first?.start { out.form = .moment(start) }
    return .host(out)
  }

  // MARK: Estimates

  private func of(_ estimate: EstimateValue, _ builtin: Builtin, _ arguments: [Value]) throws -> Value {
    if let change = unary(builtin) { return .host(estimate.map(change)) }
    switch builtin {
    case .value:
      guard let point = estimate.point else { throw fault("there are no data for this estimate") }
      if let origin = estimate.origin, let instant = origin.adding(seconds: point) {
        return .date(instant.nanoseconds, zone: instant.zoneMinutes)
      }
      return .number(point)
    case .halfWidth:
      guard let half = estimate.halfWidth(level: 0.95) else { throw fault("one replication has no interval") }
      return .number(half)
    // A number a replication is its own mean, least, greatest and last.
    case .mean, .min, .max, .last, .sum: return .host(estimate)
    case .share where estimate.form == .truth:
      var out = estimate
      out.form = .number
      out.isEvent = true
      return .host(out)
    case .sd:
      let known = estimate.values.compactMap { $0 }
      guard known.count == estimate.values.count, known.count > 1 else { throw fault("the spread needs two replications") }
      return .number(Moments(known).standardDeviation)
    default: throw fault("`\(builtin.rawValue)` has no meaning for an estimate")
    }
  }

  // MARK: At and during

  /// A time or date as ticks since the start of the run that `lineage` names. A time of day is the first one from the start on.
  func instant(_ value: Value, _ lineage: Lineage) throws -> Int64 {
    switch value {
    case .date(let nanoseconds, let zone):
      guard let start = lineage.runs.first?.start, let instant = Instant(nanoseconds: nanoseconds, zoneMinutes: zone) else {
        throw fault("the model has no `start`, so dates have no meaning in it", hint: "write `start: 2017-11-11` in the model")
      }
      return instant.nanoseconds - start.nanoseconds
    case .clock(let seconds):
      guard let start = lineage.runs.first?.start else {
        throw fault("the model has no `start`, so a time of day has no meaning in it", hint: "write `start: 2017-11-11` in the model")
      }
      let day: Int64 = 86_400_000_000_000
      let wanted = try ticks(seconds) - start.nanosecondOfDay
      return wanted < 0 ? wanted + day : wanted
    default: return try ticks(number(value))
    }
  }

  func at(_ value: Value, _ time: Value) throws -> Value {
    guard case .host(let signal as SignalValue) = value else { throw fault("`at` needs a value over time") }
    let tick = try instant(time, signal.lineage)
    guard signal.traces.allSatisfy(\.isFull) else { throw EvaluationError.notKept("this value", span) }
    var out = EstimateValue(values: signal.traces.map { $0.value(at: tick) }, lineage: signal.lineage)
    if signal.isTruth { out.form = .truth }
    return .host(out)
  }

  func during(_ value: Value, from: Value, to: Value) throws -> Value {
    switch value {
    case .host(var signal as SignalValue):
      let (a, b) = (try instant(from, signal.lineage), try instant(to, signal.lineage))
      guard a <= b else { throw fault("this window ends before it begins") }
      signal.traces = try signal.traces.map { trace in
        guard trace.isFull else { throw EvaluationError.notKept("this value", span) }
        return trace.during(a, b) ?? StepTrace(times: [], values: [], from: a, to: a, end: trace.end)
      }
      return .host(signal)
    case .host(var sample as SampleValue):
      let (a, b) = (try instant(from, sample.lineage), try instant(to, sample.lineage))
      guard a <= b else { throw fault("this window ends before it begins") }
      try Lifting(span: span).requireFull(sample)
      sample.parts = sample.parts.map { part in
        part.during(a, b) ?? Observations(values: [], times: [], from: a, to: a, end: part.end)
      }
      return .host(sample)
    default: throw fault("`during` needs a value over time, or observations")
    }
  }
}
