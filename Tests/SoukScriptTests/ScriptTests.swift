// Scripts that need no run: printing, tests, loops, settings, exit codes.

import SoukReport
import SoukSema
import Testing

@testable import SoukScript

@Suite struct ScriptTests {
  @Test func unitsOfTheTour() throws {
    let run = try execute(
      """
      unit order, payment, parcel
      unit USD = 6.64 CNY on 2017-11-10
      let gmv      = 168.2B CNY
      let payments = 1.48B payment
      let peak     = 256k payment/s
      let basket = gmv / payments
      print "average payment: {basket}, or {basket to USD/payment}"
      print "one minute at the peak: {peak * 1 min}"
      print "the day's mean rate is {payments / 1 day / peak} of its peak"
      fn days_to_ship(parcels, capacity) = parcels / capacity
      print days_to_ship(812M parcel, 100M parcel/day)
      let 하루방문자 = 6000만
      print 하루방문자 / 5억
      """)
    #expect(
      run.text == """
        average payment: 113.6 CNY/payment, or 17.12 USD/payment
        one minute at the peak: 15.36M payment
        the day's mean rate is 0.06691 of its peak
        8.12 day
        0.12

        """)
    #expect(run.result.exitCode == 0 && run.result.isComplete)
  }

  @Test func valuesOfAllKinds() throws {
    let run = try execute(
      """
      unit parcel
      record Point(x: Count, y: Time)
      table Hubs(key name: Text, sort: parcel/h) {
        "hangzhou", 18M parcel/h
        "tianjin", 12M parcel/h
      }
      print [1 s, 2 s, 4 s]
      print 2017-11-11
      print Point(x: 1, y: 90 s)
      print Hubs
      print Hubs["tianjin"].sort
      print sum(h.sort for h in Hubs)
      print if 1 < 2 { "yes" } else { "no" }
      for k in [1, 2] { print "round {k}" }
      if 2 > 1 { print true } else { print false }
      """)
    #expect(
      run.text == """
        [1 s, 2 s, 4 s]
        2017-11-11
        Point(x: 1, y: 1.5 min)
        name      sort [parcel/h]
        ────────  ───────────────
        hangzhou              18M
        tianjin               12M
        12M parcel/h
        30M parcel/h
        yes
        round 1
        round 2
        true

        """)
  }

  @Test func checksWithoutRunsAreDecidedExactly() throws {
    let run = try execute(
      """
      let a = 2 s
      check "small": a < 3 s
      check "large": a > 3 s
      check "both": a < 3 s and a > 1 s
      """)
    #expect(
      run.text == """
        holds      small: a = 2 s < 3 s
        FAILS      large: a = 2 s > 3 s
                   test.souk:3:1
        holds      both: a < 3 s and a > 1 s
        3 checks: 2 hold, 1 fails

        """)
    #expect(run.result.exitCode == 1)
  }

  @Test func testsShowBothSides() throws {
    let run = try execute(
      """
      fn double(x) = 2 * x
      test "doubling" {
        let b = double(3 s)
        expect b == 6 s
        expect double(b) == 13 s
        expect 1 < 2
      }
      test "fine" { expect double(1) == 2 }
      test "stopped" { expect 1 / sum([0, 0]) == 1 }
      """)
    #expect(
      run.text == """
        FAILS      test doubling
                   expected double(b) = 12 s == 13 s
                   test.souk:5:10
        passes     test fine
        FAILS      test stopped
                   division by zero
                   test.souk:9:29
        3 tests: 2 fail

        """)
    #expect(run.result.exitCode == 1)
  }

  @Test func mistakeWhileRunningEndsTheScript() throws {
    let run = try execute("let none = sum([0, 0])\nprint 1\nprint 1 / none\nprint 2")
    #expect(run.text == "1\nfailure E0301: division by zero\n")
    #expect(run.result.exitCode == 2 && run.result.failures.count == 1)
  }
}
