// Values, means and products of curves. On each stretch between the points of its factors a product of steps is a step, and
// one of steps and a line is a line: so products are exact, with the points of all factors. A line that jumps has two points
// at one time: the value just before it and the one from it on.
//
// Factors that recur (daily, weekly) give a curve of the longer period. What recurs times what doesn't depends on when the
// model starts and how long it runs: such factors are kept apart until the model is compiled, and laid out over its span.

import SoukSema
import SoukText

extension CurveValue {
  /// The value at `x` seconds of its own clock; nil for a curve without points. O(points).
  public func value(at x: Double) -> Double? { times.isEmpty ? nil : after(phase(x)) }

  private func phase(_ x: Double) -> Double { period > 0 ? Arithmetic.modulo(x, period) : x }

  /// The value from `x` on, `x` within the period.
  private func after(_ x: Double) -> Double {
    guard let i = times.lastIndex(where: { $0 <= x }) else { return first }
    return line(i, i + 1, x)
  }

  /// The value just before `x`, where `x` is above 0 and at most the period.
  private func before(_ x: Double) -> Double {
    guard let i = times.lastIndex(where: { $0 < x }) else { return first }
    return line(i, i + 1, x)
  }

  /// Before the first point of a period steps stand as they did at the end of the period before, lines as at the first point.
  private var first: Double { (period > 0 && !linear ? values.last : values.first) ?? 0 }

  private func line(_ i: Int, _ j: Int, _ x: Double) -> Double {
    guard linear, j < times.count, times[j] > times[i] else { return values[i] }
    return values[i] + (values[j] - values[i]) * ((x - times[i]) / (times[j] - times[i]))
  }

  /// The points at which it may turn or jump, over `length` seconds of its own clock from 0 on, its periods' ends included.
  private func points(over length: Double) -> [Double] {
    guard period > 0 else { return times }
    var all: [Double] = []
    var base = 0.0
    while base < length {
      all.append(base)
      for time in times where time > 0 && time < period && base + time < length { all.append(base + time) }
      base += period
    }
    return all
  }

  /// The mean over time: of a recurring curve over its period, of another one from its first point to its last.
  var mean: Double {
    let ends = period > 0 ? [period] : []
    let all = points(over: period) + ends
    guard let low = all.first, let high = all.last, high > low else { return values.first ?? 0 }
    var area = 0.0
    for (a, b) in zip(all, all.dropFirst()) where b > a { area += 0.5 * (after(a) + before(b)) * (b - a) }
    return area / (high - low)
  }

  /// The product with a curve whose clock is this one's, or nil when both are lines. `length`: over so many seconds, where
  /// one recurs and the other doesn't.
  fileprivate func product(_ other: CurveValue, over length: Double) -> CurveValue? {
    if linear && other.linear { return nil }
    let longer = max(period, other.period)
    let isRecurring = period > 0 && other.period > 0
    let all = Set(points(over: isRecurring ? longer : length) + other.points(over: isRecurring ? longer : length)).sorted()
    var result = CurveValue(
      linear: linear || other.linear, period: isRecurring ? longer : 0, keys: period > 0 ? other.keys : keys, times: [], values: [])
    func limit(before x: Double) -> Double { own(x).before * other.own(x).before }
    for (i, x) in all.enumerated() {
      let value = own(x).after * other.own(x).after
      if result.linear, i > 0, limit(before: x) != value { result.append(x, limit(before: x)) }
      result.append(x, value)
    }
    if result.linear, isRecurring { result.append(longer, limit(before: longer)) }
    return result
  }

  /// Its values just before and from `x` on, whatever its period.
  fileprivate func own(_ x: Double) -> (before: Double, after: Double) {
    let t = phase(x)
    return (before(period > 0 && t == 0 ? period : t), after(t))
  }

  fileprivate mutating func append(_ time: Double, _ value: Double) {
    times.append(time)
    values.append(value)
  }

  /// The product of two curves as far as it can be known without a model.
  func times(_ other: CurveValue, _ span: Span) throws(EvaluationError) -> CurveValue {
    var rest = factors + other.factors
    var (a, b) = (self, other)
    (a.factors, b.factors) = ([], [])
    let isKnown = a.keys == b.keys && (a.period > 0) == (b.period > 0)
    if isKnown {
      let (short, long) = (min(a.period, b.period), max(a.period, b.period))
      guard short == 0 || Arithmetic.modulo(long, short) == 0 else {
        throw .curve("the periods of these curves don't divide one another", span)
      }
      guard var result = a.product(b, over: 0) else { throw .twoLines(span) }
      result.factors = rest
      return result
    }
    if a.linear && b.linear { throw .twoLines(span) }
    rest.append(b)
    a.factors = rest
    return a
  }
}

extension EvaluationError {
  static func twoLines(_ span: Span) -> EvaluationError {
    EvaluationError(
      "E0315", "two linear curves are multiplied", at: span, "their product isn't linear between its points",
      hint: "write one of them in steps: `daily(steps) { … }`")
  }
}

extension Lowering {
  /// A curve without factors kept apart: they are laid out over the model's span, by seconds since its start.
  func whole(_ curve: CurveValue, _ span: Span) throws(EvaluationError) -> CurveValue {
    if curve.factors.isEmpty { return curve }
    guard let length = options.span ?? self.span else {
      throw EvaluationError(
        "E0315", "a curve that recurs times one that doesn't needs the model's span", at: span,
        hint: "say `span: 10 day` in the model or the run")
    }
    var alone = curve
    alone.factors = []
    var result = try sinceStart(alone, span, length)
    for factor in curve.factors {
      guard let next = result.product(try sinceStart(factor, span, length), over: length) else { throw .twoLines(span) }
      result = next
    }
    return result
  }

  /// The same curve by seconds since the model's start: what recurs is laid out up to `length`.
  private func sinceStart(_ curve: CurveValue, _ span: Span, _ length: Double) throws(EvaluationError) -> CurveValue {
    let compiled = try compile(curve, span)
    var result = CurveValue(linear: curve.linear, period: 0, keys: .sinceStart, times: [], values: [])
    if curve.period == 0 {
      result.times = compiled.times.map { $0 - compiled.offset }
      result.values = compiled.values
      return result
    }
    var base = -compiled.offset
    while base <= length {
      let points = [0] + curve.times.filter { $0 > 0 && $0 < curve.period }
      for x in points {
        let (before, after) = curve.own(x)
        if curve.linear, before != after, !result.times.isEmpty { result.append(base + x, before) }
        result.append(base + x, after)
      }
      base += curve.period
    }
    return result
  }
}
