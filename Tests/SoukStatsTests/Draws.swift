// Random numbers for the tests of this folder, from named streams, and the switch for the long tests.
import Glibc
import SoukNumerics

/// A stream of uniform and normal numbers.
struct Draws {
  let key: StreamKey
  var ordinal: UInt32 = 0

  init(_ name: String, seed: UInt64 = 20_171_111) { key = StreamKey(seed: seed, path: name) }

  mutating func uniform() -> Double {
    let word = Philox4x32.philox4x32(key: key, attempt: 0, index: 0, ordinal: ordinal, replication: 0).0
    ordinal += 1
    return Philox4x32.uniform(word)
  }

  mutating func normal() -> Double { NormalLaw.quantile(uniform()) }

  mutating func exponential() -> Double { -Elementary.log(uniform()) }
}

/// Whether SOUK_LONG_TESTS=1 asks for the simulations of minutes.
let longTests: Bool = getenv("SOUK_LONG_TESTS").map { String(cString: $0) == "1" } ?? false

/// Whether `count` of `trials` is credible at a true chance of `p`: neither tail below 1e-4.
func isCredible(_ count: Int, of trials: Int, at p: Double) -> Bool {
  BinomialLaw.cdf(count, trials: trials, probability: p) > 1e-4
    && 1 - BinomialLaw.cdf(count - 1, trials: trials, probability: p) > 1e-4
}

/// Whether `count` of `trials` is credible at a true chance of at most `p`.
func isCredible(_ count: Int, of trials: Int, atMost p: Double) -> Bool {
  1 - BinomialLaw.cdf(count - 1, trials: trials, probability: p) > 1e-4
}

func isNear(_ a: Double, _ b: Double, _ tolerance: Double) -> Bool { abs(a - b) <= tolerance }
