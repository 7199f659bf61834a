// Curves of time: their value, their integral, and the inverse of the integral (exact for steps and for straight lines),
// by a table of the integral at the points. A recurring curve begins at its first point's time modulo the period: before
// the first point of a period it has the value of the last point of the period before (steps), or of the first (lines).

import SoukModel

/// A level piece of a curve that doesn't recur.
struct CurvePiece: BitwiseCopyable {
  var offset = 0.0
  var start = 0.0
  var end = 0.0
  var length = 0.0
  var height = 0.0

  /// As `CurveSet.delay`, to the bit, if that is within this piece; nil if it isn't.
  @inline(__always)
  func delay(from: Double, amount: Double) -> Double? {
    let phase = from + offset
    if phase < start || phase >= end { return nil }
    let room = length - (phase - start)
    let area = room * height
    return amount <= area && area > 0 ? min(amount / height, room) : nil
  }
}

/// The curves of a model.
struct CurveSet: BitwiseCopyable {
  struct Record: BitwiseCopyable {
    var isLinear: Bool
    var start: Int32
    var count: Int32
    /// Seconds; 0 if it doesn't recur.
    var period: Double
    var offset: Double
    /// Integral over one period.
    var total: Double
  }

  private let records: Slab<Record>
  /// Points with the period's ends added: times, values at and just before each (they differ at a step), integral up to it.
  private let times: Slab<Double>
  private let values: Slab<Double>
  private let ends: Slab<Double>
  private let integrals: Slab<Double>

  init(_ curves: [Curve]) {
    var records = Slab<Record>(capacity: curves.count)
    var times = Slab<Double>()
    var values = Slab<Double>()
    var ends = Slab<Double>()
    var integrals = Slab<Double>()
    for curve in curves {
      let start = times.count
      let segments = CurveSet.segments(curve)
      var area = 0.0
      for segment in segments {
        times.append(segment.time)
        values.append(segment.value)
        ends.append(segment.end)
        integrals.append(area)
        if segment.length < .infinity { area += 0.5 * (segment.value + segment.end) * segment.length }
      }
      records.append(
        Record(
          isLinear: curve.shape == .linear, start: Int32(start), count: Int32(segments.count), period: curve.period,
          offset: curve.offset, total: area))
    }
    self.records = records
    self.times = times
    self.values = values
    self.ends = ends
    self.integrals = integrals
  }

  func free() {
    records.free()
    times.free()
    values.free()
    ends.free()
    integrals.free()
  }

  /// A piece from `time` on, from `value` to `end` over `length` seconds.
  private struct Segment {
    var time: Double
    var length: Double
    var value: Double
    var end: Double
  }

  private static func segments(_ curve: Curve) -> [Segment] {
    guard let firstTime = curve.times.first, let firstValue = curve.values.first, let lastValue = curve.values.last else {
      return [Segment(time: 0, length: .infinity, value: 0, end: 0)]
    }
    let isLinear = curve.shape == .linear
    let end = curve.period > 0 ? curve.period : .infinity
    var segments: [Segment] = []
    if firstTime > 0 {
      let value = curve.period > 0 && !isLinear ? lastValue : firstValue
      segments.append(Segment(time: 0, length: min(firstTime, end), value: value, end: value))
    }
    for i in curve.times.indices where curve.times[i] < end {
      let isLast = i + 1 == curve.times.count
      let next = isLast ? end : min(curve.times[i + 1], end)
      if next <= curve.times[i] { continue }
      var final = curve.values[i]
      if isLinear && !isLast {
        let share = (next - curve.times[i]) / (curve.times[i + 1] - curve.times[i])
        final += (curve.values[i + 1] - curve.values[i]) * share
      }
      segments.append(Segment(time: curve.times[i], length: next - curve.times[i], value: curve.values[i], end: final))
    }
    return segments
  }

  /// Value `seconds` after the model's start; O(log points).
  func value(_ curve: Int32, at seconds: Double) -> Double {
    if seconds.isNaN { return .nan }
    let record = records[curve]
    let i = segment(record, place(record, seconds).phase)
    let t = place(record, seconds).phase
    let length = self.length(record, i)
    if values[i] == ends[i] || length == .infinity { return values[i] }
    return values[i] + (ends[i] - values[i]) * (max(t - times[i], 0) / length)
  }

  /// Whole periods before an instant, and how far into the period it is.
  private func place(_ record: Record, _ seconds: Double) -> (periods: Double, phase: Double) {
    let t = seconds + record.offset
    if record.period <= 0 { return (0, t) }
    let periods = (t / record.period).rounded(.down)
    return (periods, min(max(t - periods * record.period, 0), record.period))
  }

  /// The last piece that begins at or before `phase`.
  private func segment(_ record: Record, _ phase: Double) -> Int {
    var low = Int(record.start)
    var high = low + Int(record.count) - 1
    while low < high {
      let middle = (low + high + 1) / 2
      if times[middle] <= phase { low = middle } else { high = middle - 1 }
    }
    return low
  }

  private func length(_ record: Record, _ i: Int) -> Double {
    if i + 1 < Int(record.start) + Int(record.count) { return times[i + 1] - times[i] }
    return record.period > 0 ? record.period - times[i] : .infinity
  }

  /// The integral from the model's start to an instant, up to a constant that depends on the curve alone.
  private func integral(_ record: Record, _ seconds: Double) -> Double {
    let (periods, phase) = place(record, seconds)
    let i = segment(record, phase)
    let t = phase - times[i]
    let length = self.length(record, i)
    let slope = length < .infinity ? (ends[i] - values[i]) / length : 0
    return periods * record.total + integrals[i] + t * (values[i] + 0.5 * slope * t)
  }

  /// The integral between two instants in seconds after the start.
  func integral(_ curve: Int32, from: Double, to: Double) -> Double {
    let record = records[curve]
    return integral(record, to) - integral(record, from)
  }

  /// The delay in seconds after `from` at which the integral since `from` reaches `amount`; infinity if it never does.
  ///
  /// Negative values count as 0 only if the caller keeps them out: rates are checked when a source opens.
  func delay(_ curve: Int32, from: Double, amount: Double) -> Double {
    let record = records[curve]
    var left = amount
    let (_, startPhase) = place(record, from)
    var phase = startPhase
    var passed = 0.0
    var i = segment(record, phase)
    if record.period > 0 {
      if !(record.total > 0) { return .infinity }
      // The rest of this period, then whole periods at once.
      let rest = record.total - phaseIntegral(record, i, phase)
      if left > rest {
        left -= rest
        passed = record.period - phase
        let whole = (left / record.total).rounded(.down)
        passed += whole * record.period
        left = max(left - whole * record.total, 0)
        phase = 0
        i = Int(record.start)
      }
    }
    let last = Int(record.start) + Int(record.count) - 1
    while true {
      let length = self.length(record, i)
      let within = phase - times[i]
      let slope = length < .infinity ? (ends[i] - values[i]) / length : 0
      let height = values[i] + slope * within
      let room = length - within
      let area = room < .infinity ? room * (height + 0.5 * slope * room) : (height > 0 ? .infinity : 0)
      if left <= area && area > 0 { return passed + CurveSet.solve(height, slope, left, room) }
      left -= area
      passed += room
      if i == last {
        if record.period <= 0 { return .infinity }
        // Rounding left a crumb at the end of a period: it goes to the next.
        i = Int(record.start)
        phase = 0
      } else {
        i += 1
        phase = times[i]
      }
    }
  }

  /// The piece around an instant, if it is level and has an end and the curve doesn't recur; else one without length.
  func piece(_ curve: Int32, at seconds: Double) -> CurvePiece {
    let record = records[curve]
    let i = segment(record, seconds + record.offset)
    let length = self.length(record, i)
    if record.period > 0 || values[i] != ends[i] || length == .infinity { return CurvePiece() }
    return CurvePiece(offset: record.offset, start: times[i], end: times[i + 1], length: length, height: values[i])
  }

  private func phaseIntegral(_ record: Record, _ i: Int, _ phase: Double) -> Double {
    let t = phase - times[i]
    let length = self.length(record, i)
    let slope = length < .infinity ? (ends[i] - values[i]) / length : 0
    return integrals[i] + t * (values[i] + 0.5 * slope * t)
  }

  /// The t with height t + slope t² / 2 = area, in the form that doesn't cancel.
  private static func solve(_ height: Double, _ slope: Double, _ area: Double, _ room: Double) -> Double {
    if slope == 0 { return min(area / height, room) }
    let root = max(height * height + 2 * slope * area, 0).squareRoot()
    let t = 2 * area / (height + root)
    return min(max(t, 0), room)
  }

  /// Whether no value of a curve is negative or NaN.
  func isRate(_ curve: Int32) -> Bool {
    let record = records[curve]
    for i in Int(record.start)..<(Int(record.start) + Int(record.count)) where !(values[i] >= 0 && ends[i] >= 0) {
      return false
    }
    return true
  }
}
