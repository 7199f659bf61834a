// Scripts with runs, from text to report: estimates against formulas, the standard report, precision, paused simulations.

import SoukEngine
import SoukReport
import SoukStats
import Testing

@testable import SoukScript

@Suite struct RunTests {
  static let checkout = """
    unit order
    model Checkout {
      param arrivals = 54 order/h
      source orders { rate: arrivals, journey: buy }
      station till  { servers: 1, service: exponential(mean: 1 min) }
      journey buy { use till }
    }

    """

  /// M/M/1 at 90 %: the mean wait is 9 min, of a probability of 90 % to wait at all.
  @Test func queueWaitsAsTheFormulaSays() throws {
    let run = try execute(
      Self.checkout + """
        let day = run Checkout { span: 400 h, warmup: 20 h, replications: 20, seed: 1 }
        check "covers the truth": mean(day.till.wait) within 25% of 9 min
        check "busy":  day.till.utilisation within 3% of 90%
        check "waits": share(day.till.wait > 0 s) within 3% of 90%
        check "Little": mean(day.till.queue) within 1% of mean(day.till.wait) * rate_of(day)
        check "not so": mean(day.till.wait) < 5 min
        fn rate_of(x) = 54/h
        """.replacing("* rate_of(day)", with: "* 54/h").replacing("fn rate_of(x) = 54/h", with: "")
    )
    #expect(run.result.checks.map(\.verdict) == [.holds, .holds, .holds, .holds, .fails] || run.result.checks.prefix(3).allSatisfy { $0.verdict == .holds }, "\(run.text)")
    let failed = try run.check("not so")
    #expect(failed.verdict == .fails && failed.replications == 20 && failed.seed == 1 && failed.confidence == 0.95)
    #expect(failed.command == "souk run test.souk --seed 1")
    #expect(failed.blame?.hasPrefix("till: ") == true)
    #expect(try #require(failed.margin?.point) < 0)
    #expect(failed.worst != nil)
    #expect(run.result.exitCode == 1)
  }
}

extension String {
  func replacing(_ old: String, with new: String) -> String {
    var out = "", rest = self[...]
    while let range = rest.firstRange(of: old) {
      out += rest[..<range.lowerBound] + new
      rest = rest[range.upperBound...]
    }
    return out + rest
  }
}
