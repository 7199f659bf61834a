// Calendar dates by integer arithmetic: the proleptic Gregorian calendar as days from 1970-01-01.
// Algorithms: H. Hinnant, chrono-Compatible Low-Level Date Algorithms (days_from_civil, civil_from_days).

/// A day of the week, Monday first (ISO 8601).
public enum Weekday: Int, Hashable, Sendable, CaseIterable, CustomStringConvertible {
  case monday = 1, tuesday, wednesday, thursday, friday, saturday, sunday

  /// `Monday` to `Sunday`.
  public var description: String {
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"][rawValue - 1]
  }
}

/// A date of the proleptic Gregorian calendar.
public struct CivilDate: Hashable, Sendable {
  public let year: Int
  /// 1 to 12.
  public let month: Int
  /// 1 to the length of the month.
  public let day: Int

  private static let monthNames = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
  ]

  /// The date, or why there is none: "there is no month 13", "February 2017 has 28 days".
  public static func checked(year: Int, month: Int, day: Int) -> Result<CivilDate, MomentProblem> {
    guard (1...12).contains(month) else { return .failure(MomentProblem("there is no month \(month)")) }
    let length = lengthOfMonth(month, year: year)
    guard (1...length).contains(day) else {
      let reason = day < 1 ? "days count from 1" : "\(monthNames[month - 1]) \(year) has \(length) days"
      return .failure(MomentProblem(reason))
    }
    return .success(CivilDate(year: year, month: month, day: day))
  }

  private init(year: Int, month: Int, day: Int) {
    (self.year, self.month, self.day) = (year, month, day)
  }

  /// Whether February has 29 days in `year`.
  public static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

  /// The number of days of `month`, which must be 1 to 12.
  public static func lengthOfMonth(_ month: Int, year: Int) -> Int {
    month == 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
  }

  /// The date `days` after 1970-01-01, within 10¹⁵ days of it.
  public init(daysSince1970 days: Int) {
    let shifted = days + 719_468
    let era = Self.floorDivide(shifted, 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    // Years begin in March here, so that the leap day is the last of its year.
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  /// The number of days from 1970-01-01, negative before it.
  public var daysSince1970: Int {
    let marchYear = month <= 2 ? year - 1 : year
    let era = Self.floorDivide(marchYear, 400)
    let yearOfEra = marchYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  public var weekday: Weekday {
    let index = daysSince1970 + 3  // 1970-01-01 was a Thursday.
    return Weekday.allCases[index - Self.floorDivide(index, 7) * 7]
  }

  /// The same day `count` months later, or the last day of that month when it is shorter. `Instant` bounds `count`.
  func monthsAfter(_ count: Int) -> CivilDate {
    let index = year * 12 + month - 1 + count
    let year = Self.floorDivide(index, 12)
    let month = index - year * 12 + 1
    return CivilDate(year: year, month: month, day: min(day, Self.lengthOfMonth(month, year: year)))
  }

  /// Division that rounds towards minus infinity.
  static func floorDivide(_ a: Int, _ b: Int) -> Int { a >= 0 ? a / b : -((b - 1 - a) / b) }
}

extension CivilDate: CustomStringConvertible {
  /// `2017-11-11`.
  public var description: String { "\(padded(year, to: 4))-\(padded(month))-\(padded(day))" }
}

/// `number` with leading zeros; `number` isn't negative.
func padded(_ number: Int, to width: Int = 2) -> String {
  let digits = "\(number)"
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

/// A mistake in a date or time of day: the reason, and which part of the text it is about.
public struct MomentProblem: Error, Hashable, Sendable, CustomStringConvertible {
  /// One sentence without the full stop.
  public let message: String
  /// Where the wrong part begins, in UTF-8 bytes of the text.
  public let offset: Int
  /// How many UTF-8 bytes it has.
  public let length: Int

  init(_ message: String, offset: Int = 0, length: Int = 0) {
    (self.message, self.offset, self.length) = (message, offset, length)
  }

  func at(_ offset: Int, _ length: Int) -> MomentProblem { MomentProblem(message, offset: offset, length: length) }

  public var description: String { message }
}
