// Dates and times of day to text and back: `2017-11-11`, `2017-11-11T00:00+08:00`, `00:03`, `24:00` (RFC 3339 without
// fractions; seconds may be left out, and a missing zone means UTC).

extension Instant: CustomStringConvertible {
  /// Reads a date as the language writes it, or says which part of it is wrong.
  public static func parse(_ text: some StringProtocol) -> Result<Instant, MomentProblem> {
    var reader = ClockReader(text)
    do throws(MomentProblem) {
      let instant = try reader.instant()
      return .success(instant)
    } catch {
      return .failure(error)
    }
  }

  /// The moment in its zone: a date alone at midnight UTC, else with the time, and the zone unless it is UTC.
  public var description: String {
    let ofDay = nanosecondOfDay
    if ofDay == 0 && zoneMinutes == 0 { return date.description }
    let seconds = Int(ofDay / 1_000_000_000)
    var text = "\(date)T\(padded(seconds / 3600)):\(padded(seconds / 60 % 60))"
    let fraction = Int(ofDay % 1_000_000_000)
    if seconds % 60 != 0 || fraction != 0 { text += ":\(padded(seconds % 60))" }
    if fraction != 0 {
      var digits = padded(fraction, to: 9)
      while digits.hasSuffix("0") { digits.removeLast() }
      text += ".\(digits)"
    }
    guard zoneMinutes != 0 else { return text }
    let ahead = Int(zoneMinutes.magnitude)
    return text + (zoneMinutes < 0 ? "-" : "+") + "\(padded(ahead / 60)):\(padded(ahead % 60))"
  }
}

extension TimeOfDay: CustomStringConvertible {
  /// Reads `00:03`, `23:59:30` or `24:00`, or says which part of it is wrong.
  public static func parse(_ text: some StringProtocol) -> Result<TimeOfDay, MomentProblem> {
    var reader = ClockReader(text)
    do throws(MomentProblem) {
      let time = try reader.timeOfDay()
      try reader.end()
      return .success(time)
    } catch {
      return .failure(error)
    }
  }

  /// `00:03`, with the seconds when there are any.
  public var description: String {
    let text = "\(padded(seconds / 3600)):\(padded(seconds / 60 % 60))"
    return seconds % 60 == 0 ? text : "\(text):\(padded(seconds % 60))"
  }
}

private struct ClockReader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ text: some StringProtocol) { bytes = Array(text.utf8) }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(MomentProblem) {
    guard take(character) else { throw form() }
  }

  /// A number of exactly `count` digits.
  private mutating func digits(_ count: Int) throws(MomentProblem) -> Int {
    var value = 0
    for _ in 0..<count {
      guard let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { throw form() }
      value = value * 10 + Int(byte - UInt8(ascii: "0"))
      position += 1
    }
    return value
  }

  private func form() -> MomentProblem {
    MomentProblem(
      "a date is written `2017-11-11` or `2017-11-11T08:00+08:00`, a time of day `08:00`", offset: position,
      length: next == nil ? 0 : 1)
  }

  func end() throws(MomentProblem) {
    if next != nil { throw form() }
  }

  mutating func timeOfDay() throws(MomentProblem) -> TimeOfDay {
    let start = position
    let hour = try digits(2)
    try expect(":")
    let minute = try digits(2)
    let second = take(":") ? try digits(2) : 0
    if minute > 59 { throw MomentProblem("there is no minute \(minute)", offset: start + 3, length: 2) }
    if second > 59 {
      let reason = second == 60 ? "leap seconds aren't kept; a minute ends with second 59" : "there is no second \(second)"
      throw MomentProblem(reason, offset: start + 6, length: 2)
    }
    guard hour <= 24, let time = TimeOfDay(seconds: hour * 3600 + minute * 60 + second) else {
      let reason = hour == 24 ? "a day ends at 24:00" : "there is no hour \(hour)"
      throw MomentProblem(reason, offset: start, length: hour == 24 ? position - start : 2)
    }
    return time
  }

  private mutating func zone() throws(MomentProblem) -> Int {
    let start = position
    if take("Z") { return 0 }
    let sign: Int
    if take("+") { sign = 1 } else if take("-") { sign = -1 } else { return 0 }
    let hours = try digits(2)
    try expect(":")
    let minutes = try digits(2)
    let offset = sign * (hours * 60 + minutes)
    guard minutes < 60, (-12 * 60...14 * 60).contains(offset) else {
      throw MomentProblem("zones are from -12:00 to +14:00", offset: start, length: position - start)
    }
    return offset
  }

  mutating func instant() throws(MomentProblem) -> Instant {
    let year = try digits(4)
    try expect("-")
    let month = try digits(2)
    try expect("-")
    let day = try digits(2)
    let date: CivilDate
    switch CivilDate.checked(year: year, month: month, day: day) {
    case .success(let checked): date = checked
    case .failure(let problem): throw (1...12).contains(month) ? problem.at(8, 2) : problem.at(5, 2)
    }
    var time = TimeOfDay.midnight
    var zoneMinutes = 0
    if take("T") {
      time = try timeOfDay()
      zoneMinutes = try zone()
    }
    try end()
    guard let instant = Instant(date, time, zoneMinutes: zoneMinutes) else {
      let years = Instant.years
      throw MomentProblem("dates are from \(years.lowerBound) to \(years.upperBound)", offset: 0, length: 4)
    }
    return instant
  }
}
