// Dates and times of day: against known values over six centuries, and every reason for refusing one.

import SoukUnits
import Testing

@Suite struct InstantTests {
  @Test(arguments: [
    ("1678-01-01", -106_650, Weekday.saturday), ("1752-09-14", -79_366, .thursday), ("1815-06-18", -56_445, .sunday),
    ("1900-03-01", -25_508, .thursday), ("1969-07-20", -165, .sunday), ("1970-01-01", 0, .thursday),
    ("2000-02-29", 11_016, .tuesday), ("2017-11-11", 17_481, .saturday), ("2038-01-19", 24_855, .tuesday),
    ("2100-03-01", 47_541, .monday), ("2261-12-31", 106_650, .tuesday),
  ])
  func knownDates(_ text: String, _ days: Int, _ weekday: Weekday) throws {
    let instant = try Instant.parse(text).get()
    #expect(instant.nanoseconds == Int64(days) * 86_400_000_000_000)
    #expect(instant.weekday == weekday)
    #expect(instant.description == text)
  }

  /// Day by day with the calendar's own rule, over two whole cycles of 400 years.
  @Test func everyDayFollowsTheOneBefore() throws {
    var days = try CivilDate.checked(year: 1600, month: 1, day: 1).get().daysSince1970
    #expect(days == -135_140)
    for year in 1600..<2400 {
      let isLeap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0)
      let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
      for (index, length) in lengths.enumerated() {
        for day in 1...length {
          let date = CivilDate(daysSince1970: days)
          guard date.year == year, date.month == index + 1, date.day == day, date.daysSince1970 == days else {
            Issue.record("day \(days) is \(date), not \(year)-\(index + 1)-\(day)")
            return
          }
          days += 1
        }
      }
    }
  }

  @Test func momentsAreWrittenInTheirZone() throws {
    let table: [(String, Int64, String)] = [
      ("2017-11-11T00:00+08:00", 1_510_329_600, "2017-11-11T00:00+08:00"), ("2017-11-10T16:00Z", 1_510_329_600, "2017-11-10T16:00"),
      ("2017-11-11T00:00", 1_510_358_400, "2017-11-11"), ("2017-11-11T00:00:07", 1_510_358_407, "2017-11-11T00:00:07"),
      ("2017-11-11T24:00", 1_510_444_800, "2017-11-12"), ("1969-12-31T23:59:59Z", -1, "1969-12-31T23:59:59"),
      ("2017-11-11T00:00-03:30", 1_510_371_000, "2017-11-11T00:00-03:30"),
    ]
    for (text, seconds, shown) in table {
      let instant = try Instant.parse(text).get()
      #expect(instant.nanoseconds == seconds * 1_000_000_000, "\(text)")
      #expect(instant.description == shown)
    }
    let a = try Instant.parse("2017-11-11T00:00+08:00").get(), b = try Instant.parse("2017-11-10T16:00").get()
    #expect(a == b && a.hashValue == b.hashValue && a.inZone(minutes: 0)?.description == "2017-11-10T16:00")
    #expect(a.weekday == .saturday && b.weekday == .friday)
    #expect(Instant(nanoseconds: 1_500_000_000)?.description == "1970-01-01T00:00:01.5")
  }

  @Test func randomMomentsReadBack() throws {
    var random = SeededGenerator(seed: 5)
    for _ in 0..<3000 {
      let seconds = Int64.random(in: -9_000_000_000...9_000_000_000, using: &random)
      let zone = Int.random(in: -48...56, using: &random) * 15
      let instant = try #require(Instant(nanoseconds: seconds * 1_000_000_000, zoneMinutes: zone))
      let back = try Instant.parse(instant.description).get()
      #expect(back == instant && back.zoneMinutes == zone, "\(instant)")
    }
  }

  @Test(arguments: [
    ("2017-13-01", "there is no month 13", 5, 2), ("2017-00-01", "there is no month 0", 5, 2),
    ("2017-02-30", "February 2017 has 28 days", 8, 2), ("1900-02-29", "February 1900 has 28 days", 8, 2),
    ("2016-02-30", "February 2016 has 29 days", 8, 2), ("2017-04-31", "April 2017 has 30 days", 8, 2),
    ("2017-11-00", "days count from 1", 8, 2), ("2017-11-11T25:00", "there is no hour 25", 11, 2),
    ("2017-11-11T12:60", "there is no minute 60", 14, 2), ("2017-11-11T24:01", "a day ends at 24:00", 11, 5),
    ("2017-11-11T23:59:60", "leap seconds aren't kept; a minute ends with second 59", 17, 2),
    ("2017-11-11T12:00:61", "there is no second 61", 17, 2), ("2017-11-11T12:00+15:00", "zones are from -12:00 to +14:00", 16, 6),
    ("0900-01-01", "dates are from 1678 to 2261", 0, 4), ("2262-01-01", "dates are from 1678 to 2261", 0, 4),
    ("2017-11-1", "a date is written `2017-11-11` or `2017-11-11T08:00+08:00`, a time of day `08:00`", 9, 0),
    ("2017-11-11 12:00", "a date is written `2017-11-11` or `2017-11-11T08:00+08:00`, a time of day `08:00`", 10, 1),
  ])
  func wrongDatesSayWhy(_ text: String, _ message: String, _ offset: Int, _ length: Int) {
    guard case .failure(let problem) = Instant.parse(text) else {
      Issue.record("\(text) was read")
      return
    }
    #expect(problem.message == message)
    #expect(problem.offset == offset)
    #expect(problem.length == length)
  }

  @Test func monthsAfterKeepTheDayOrTheEndOfTheMonth() throws {
    let table = [
      ("2017-01-31", 1, "2017-02-28"), ("2016-01-31", 1, "2016-02-29"), ("2017-11-11", 12, "2018-11-11"), ("2017-11-11", 2, "2018-01-11"),
      ("2017-03-31", -1, "2017-02-28"), ("2017-01-15", -1, "2016-12-15"), ("2016-02-29", 12, "2017-02-28"), ("2000-05-05", 0, "2000-05-05"),
      ("1970-01-31", -14, "1968-11-30"),
    ]
    for (start, months, end) in table {
      #expect(try Instant.parse(start).get().monthsAfter(months)?.description == end)
    }
    let china = try Instant.parse("2017-01-31T00:30+08:00").get()
    #expect(china.monthsAfter(1)?.description == "2017-02-28T00:30+08:00")
    #expect(china.monthsAfter(Int.max) == nil)
    #expect(china.monthsAfter(12 * 300) == nil)
  }

  @Test func timeIsAddedAndTakenApart() throws {
    let day = try Instant.parse("2017-11-11").get()
    #expect(day.adding(seconds: 86_400)?.description == "2017-11-12")
    #expect(day.adding(seconds: 0.5)?.description == "2017-11-11T00:00:00.5")
    #expect(day.adding(seconds: -1)?.description == "2017-11-10T23:59:59")
    #expect(day.adding(seconds: 1e12) == nil)
    #expect(day.adding(seconds: .nan) == nil)
    #expect(day.adding(seconds: .infinity) == nil)
    #expect(day.adding(nanoseconds: .max) == nil)
    // Nanoseconds survive a span of two centuries.
    #expect(try #require(day.adding(seconds: 6_000_000_000.25)).nanoseconds - day.nanoseconds == 6_000_000_000_250_000_000)
    let first = try Instant.parse("1678-01-01").get(), last = try Instant.parse("2261-12-31").get()
    #expect(last.seconds(since: first) == 213_300 * 86_400)
    #expect(first < last)
    #expect(Instant(nanoseconds: .min) == nil && Instant(nanoseconds: .max) == nil)
    #expect(Instant(nanoseconds: 0, zoneMinutes: .max) == nil)
  }

  @Test func timesOfDay() throws {
    for (text, seconds) in [("00:00", 0), ("00:03", 180), ("23:59:30", 86_370), ("24:00", 86_400)] {
      let time = try TimeOfDay.parse(text).get()
      #expect(time.seconds == seconds)
      #expect(time.description == text)
    }
    for text in ["24:01", "25:00", "12:60", "1:00", "12", "12:00Z", ""] {
      guard case .failure = TimeOfDay.parse(text) else {
        Issue.record("\(text) was read")
        continue
      }
    }
    #expect(TimeOfDay(seconds: 86_401) == nil)
  }
}
