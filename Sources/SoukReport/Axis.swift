// Axes: round numbers at which to put marks (1, 2 or 5 times a power of ten; for time whole minutes, hours, days), and
// their labels in one unit.

import SoukUnits

/// Marks on an axis: where, and what is written there.
struct Axis {
  var low: Double
  var high: Double
  var marks: [(at: Double, label: String)]
  /// Written once at the axis's end.
  var unit: String

  /// The position of `x` between the ends, 0 to 1; what has none is put at the beginning.
  func share(_ x: Double) -> Double {
    let share = high > low ? (x - low) / (high - low) : 0.5
    return share.isFinite ? min(max(share, 0), 1) : 0
  }

  /// The largest of 1, 2, 5 times a power of ten that goes at least `count` times into `range`, so at most 2.5 `count` times.
  static func roundStep(_ range: Double, atMost count: Int) -> Double {
    guard range > 0, range.isFinite, count > 0 else { return 1 }
    let least = range / Double(count)
    var power = 1.0
    while power > least { power /= 10 }
    while power * 10 <= least { power *= 10 }
    // `power` ≤ least < 10 × `power`
    for factor in [1.0, 2, 5, 10] where power * factor >= least * (1 - 1e-9) { return power * factor }
    return power * 10
  }

  /// An axis of values in `unit` (or base units), from zero where that costs little.
  static func values(_ low: Double, _ high: Double, unit: UnitExpression?, dimension: Dimension, atMost count: Int) -> Axis {
    let name = unit?.text ?? dimension.baseUnitText
    let factor = unit?.factor ?? dimension.baseUnitFactor
    var (low, high) = (low / factor, high / factor)
    if low > 0, low < 0.6 * high { low = 0 }
    if high < 0, high > 0.6 * low { high = 0 }
    if high <= low {
      let margin = max(low.magnitude * 0.1, 1e-9)
      if low == 0 { high = 1 } else { (low, high) = (low - margin, high + margin) }
    }
    let step = roundStep(high - low, atMost: count)
    let first = (low / step + 1e-9).rounded(.down)
    let last = (high / step - 1e-9).rounded(.up)
    var marks: [(at: Double, label: String)] = []
    // Counted in whole numbers: beyond 2^53 steps adding one to a number would not change it.
    for offset in 0...Int(min(max(last - first, 0), Double(4 * max(count, 1)))) {
      let value = (first + Double(offset)) * step
      if marks.last?.at == value * factor { break }
      marks.append((value * factor, label(value, step)))
    }
    return Axis(low: first * step * factor, high: last * step * factor, marks: marks, unit: name)
  }

  /// The number with the digits that its step needs.
  private static func label(_ value: Double, _ step: Double) -> String {
    if value == 0 { return "0" }
    // Products of round steps carry rounding that seven digits hide.
    return NumberText.format(value, style: NumberStyle(significantDigits: max(4, digits(value.magnitude / step) + 1)))
  }

  private static func digits(_ ratio: Double) -> Int {
    var count = 0
    var rest = ratio
    while rest >= 1, count < 15 {
      rest /= 10
      count += 1
    }
    return count
  }

  private static let timeSteps: [(seconds: Double, unit: String, size: Double)] = [
    (1, "s", 1), (2, "s", 1), (5, "s", 1), (10, "s", 1), (15, "s", 1), (30, "s", 1),
    (60, "min", 60), (120, "min", 60), (300, "min", 60), (600, "min", 60), (900, "min", 60), (1800, "min", 60),
    (3600, "h", 3600), (7200, "h", 3600), (10_800, "h", 3600), (21_600, "h", 3600), (43_200, "h", 3600),
    (86_400, "day", 86_400), (172_800, "day", 86_400), (432_000, "day", 86_400), (864_000, "day", 86_400),
    (1_728_000, "day", 86_400), (4_320_000, "day", 86_400), (8_640_000, "day", 86_400),
  ]
  private static let year = 31_556_952.0

  /// An axis of seconds since the start; with an origin its marks are times of day or dates.
  static func time(_ low: Double, _ high: Double, origin: Instant?, atMost count: Int) -> Axis {
    let range = high - low
    guard range > 0 else { return Axis(low: low, high: low + 1, marks: [], unit: "s") }
    let least = range / Double(max(count, 1))
    var step = timeSteps.first { $0.seconds >= least * (1 - 1e-9) } ?? (0, "day", 86_400)
    if least < 0.5 { step = (roundStep(range, atMost: count), "s", 1) }
    if step.seconds == 0 {
      // A calendar has marks at whole dates all the same, so years are only a measure of how far apart.
      let years = roundStep(range / year, atMost: count)
      step = (max(years, 1) * year, "year", year)
    }
    if let origin { return dated(low, high, origin, step.seconds) }
    var marks: [(at: Double, label: String)] = []
    var index = (low / step.seconds - 1e-9).rounded(.up)
    while index * step.seconds <= high * (1 + 1e-9), marks.count <= 4 * count {
      let at = index * step.seconds
      marks.append((at, NumberText.format(at / step.size, style: NumberStyle(significantDigits: 6))))
      index += 1
    }
    return Axis(low: low, high: high, marks: marks, unit: step.unit)
  }

  private static func dated(_ low: Double, _ high: Double, _ origin: Instant, _ step: Double) -> Axis {
    var marks: [(at: Double, label: String)] = []
    if step >= year {
      guard let first = origin.adding(seconds: low), let last = origin.adding(seconds: high) else {
        return Axis(low: low, high: high, marks: [], unit: "")
      }
      let every = max(1, Int((step / year).rounded()))
      var year = (first.date.year / every) * every
      while year <= last.date.year {
        if case .success(let date) = CivilDate.checked(year: year, month: 1, day: 1),
          let instant = Instant(date, zoneMinutes: origin.zoneMinutes)
        {
          let at = instant.seconds(since: origin)
          if at >= low, at <= high { marks.append((at, "\(year)")) }
        }
        year += every
      }
      return Axis(low: low, high: high, marks: marks, unit: "")
    }
    // Marks at multiples of the step on the clocks of the model's zone.
    let sinceMidnight = Double(origin.nanosecondOfDay) / 1e9
    var index = ((low + sinceMidnight) / step - 1e-9).rounded(.up)
    var lastDate = ""
    while index * step - sinceMidnight <= high * (1 + 1e-9), marks.count < 200 {
      let at = index * step - sinceMidnight
      index += 1
      guard let instant = origin.adding(seconds: at) else { continue }
      let date = "\(instant.date)"
      let second = Int(instant.nanosecondOfDay / 1_000_000_000)
      let time = TimeOfDay(seconds: second).map { "\($0)" } ?? ""
      var label = step >= 86_400 ? String(date.dropFirst(5)) : time
      if step < 86_400, date != lastDate, second == 0 { label = String(date.dropFirst(5)) }
      lastDate = date
      marks.append((at, label))
    }
    return Axis(low: low, high: high, marks: marks, unit: origin.adding(seconds: low).map { "\($0.date.year)" } ?? "")
  }
}
