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

  /// M/M/1 at 90 %: the mean wait is 9 min, the probability to wait at all 90 %; Little's law.
  @Test func queueWaitsAsTheFormulaSays() throws {
    let run = try execute(
      Self.checkout + """
        let day = run Checkout { span: 400 h, warmup: 20 h, replications: 20, seed: 1 }
        check "wait": mean(day.till.wait) within 25% of 9 min
        check "busy": day.till.utilisation within 3% of 90%
        check "waits": share(day.till.wait > 0 s) within 3% of 90%
        check "Little": mean(day.till.queue) within 3% of mean(day.till.wait) * 54/h
        check "not so": mean(day.till.wait) < 5 min
        """)
    #expect(run.result.checks.map(\.verdict) == [.holds, .holds, .holds, .holds, .fails], "\(run.text)")
    let failed = try run.check("not so")
    #expect(failed.replications == 20 && failed.seed == 1 && failed.confidence == 0.95)
    #expect(failed.command == "souk run test.souk --seed 1")
    #expect(failed.blame?.hasPrefix("till: ") == true)
    #expect(try #require(failed.margin?.point) < 0)
    #expect(failed.worst != nil)
    #expect(run.result.exitCode == 1 && run.result.seed == 1)
  }

  @Test func threadsDontChangeAByte() throws {
    let script =
      Self.checkout + """
        let day = run Checkout { span: 20 h, replications: 8, seed: 7 }
        print day
        print "{mean(day.till.wait)}, {p95(day.till.wait)}, {max(day.till.queue)}"
        plot day.till.queue
        plot day.till.wait
        check "short": mean(day.till.wait) < 9 min
        """
    var options = ScriptOptions()
    let one = try execute(script, options: options)
    options.threads = 4
    let four = try execute(script, options: options)
    #expect(one.text == four.text)
    #expect(one.result.exitCode == four.result.exitCode)
    options.seed = 8
    let other = try execute(script, options: options)
    #expect(other.text != one.text && other.text.contains("seed 8"))
  }
}
