// Moments: nanoseconds from 1970-01-01T00:00Z with the zone they were written in. Integer arithmetic only; no leap
// seconds, no zone database: a zone is an offset, and none means UTC.

/// A moment with the offset of the zone it is told in; two moments are equal when they are the same instant.
public struct Instant: Sendable {
  /// Nanoseconds since 1970-01-01T00:00Z.
  public let nanoseconds: Int64
  /// What local time is ahead of UTC, in minutes.
  public let zoneMinutes: Int

  /// The first and the last year whose every moment can be held.
  public static let years = 1678...2261

  private static let nanosecondsPerSecond: Int64 = 1_000_000_000
  private static let nanosecondsPerDay: Int64 = 86_400 * nanosecondsPerSecond

  /// A moment; nil outside the years that can be held.
  public init?(nanoseconds: Int64, zoneMinutes: Int = 0) {
    guard zoneMinutes.magnitude <= 1440 else { return nil }
    self.nanoseconds = nanoseconds
    self.zoneMinutes = zoneMinutes
    // The years leave more than a day to either end of the integers, so local times don't overflow either.
    guard nanoseconds.magnitude < UInt64(Int64.max) - UInt64(Self.nanosecondsPerDay) * 2, Self.years.contains(date.year)
    else { return nil }
  }

  /// `date` at `time` of the day in the zone `zoneMinutes` ahead of UTC; nil outside the years that can be held.
  public init?(_ date: CivilDate, _ time: TimeOfDay = .midnight, zoneMinutes: Int = 0) {
    guard Self.years.contains(date.year), zoneMinutes.magnitude <= 1440 else { return nil }
    let seconds = Int64(date.daysSince1970) * 86_400 + Int64(time.seconds) - Int64(zoneMinutes) * 60
    let (nanoseconds, overflow) = seconds.multipliedReportingOverflow(by: Self.nanosecondsPerSecond)
    guard !overflow else { return nil }
    self.init(nanoseconds: nanoseconds, zoneMinutes: zoneMinutes)
  }

  /// Nanoseconds since 1970-01-01T00:00 on the clocks of its zone.
  private var localNanoseconds: Int64 { nanoseconds + Int64(zoneMinutes) * 60 * Self.nanosecondsPerSecond }

  private var localDays: Int { CivilDate.floorDivide(Int(localNanoseconds), Int(Self.nanosecondsPerDay)) }

  /// Nanoseconds since midnight in its zone.
  public var nanosecondOfDay: Int64 { localNanoseconds - Int64(localDays) * Self.nanosecondsPerDay }

  /// The date in its zone.
  public var date: CivilDate { CivilDate(daysSince1970: localDays) }

  /// The day of the week in its zone.
  public var weekday: Weekday { date.weekday }

  /// The same moment told in another zone.
  public func inZone(minutes: Int) -> Instant? { Instant(nanoseconds: nanoseconds, zoneMinutes: minutes) }

  /// This moment and `nanoseconds` more; nil outside the years that can be held.
  public func adding(nanoseconds more: Int64) -> Instant? {
    let (sum, overflow) = nanoseconds.addingReportingOverflow(more)
    return overflow ? nil : Instant(nanoseconds: sum, zoneMinutes: zoneMinutes)
  }

  /// This moment and `seconds` more, to the nearest nanosecond; nil outside the years that can be held.
  public func adding(seconds: Double) -> Instant? {
    // Whole seconds and the rest apart: their product with 1e9 would lose the last digits over years.
    let whole = seconds.rounded(.towardZero)
    guard let wholeSeconds = Int64(exactly: whole) else { return nil }
    let (product, overflow) = wholeSeconds.multipliedReportingOverflow(by: Self.nanosecondsPerSecond)
    guard !overflow else { return nil }
    return adding(nanoseconds: product)?.adding(nanoseconds: Int64(((seconds - whole) * 1e9).rounded()))
  }

  /// The seconds from `earlier` to this moment, to the nearest representable number.
  public func seconds(since earlier: Instant) -> Double {
    Double(Int128(nanoseconds) - Int128(earlier.nanoseconds)) / 1e9
  }

  /// The same local time `count` months later, on the last day of the month when it is shorter; nil out of range.
  public func monthsAfter(_ count: Int) -> Instant? {
    guard count.magnitude <= 12_000 else { return nil }
    let later = date.monthsAfter(count)
    guard Self.years.contains(later.year) else { return nil }
    return adding(nanoseconds: Int64(later.daysSince1970 - localDays) * Self.nanosecondsPerDay)
  }
}

extension Instant: Hashable, Comparable {
  public static func == (a: Instant, b: Instant) -> Bool { a.nanoseconds == b.nanoseconds }
  public static func < (a: Instant, b: Instant) -> Bool { a.nanoseconds < b.nanoseconds }
  public func hash(into hasher: inout Hasher) { hasher.combine(nanoseconds) }
}

/// A time of day on a clock, to the second; `24:00` is the end of the day.
public struct TimeOfDay: Hashable, Sendable, Comparable {
  /// Seconds since midnight, 0 to 86400.
  public let seconds: Int

  public static let midnight = TimeOfDay(unchecked: 0)
  /// `24:00`.
  public static let endOfDay = TimeOfDay(unchecked: 86_400)

  private init(unchecked seconds: Int) { self.seconds = seconds }

  /// The time `seconds` after midnight; nil outside a day.
  public init?(seconds: Int) {
    guard (0...86_400).contains(seconds) else { return nil }
    self.seconds = seconds
  }

  public static func < (a: TimeOfDay, b: TimeOfDay) -> Bool { a.seconds < b.seconds }
}
