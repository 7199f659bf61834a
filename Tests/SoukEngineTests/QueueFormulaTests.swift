// Simulated queues against formulas. Each estimate is a mean over independent replications; it must lie within 4 standard
// errors of the formula (a chance of about 1 in 16,000 to fail wrongly, but seeds are fixed, so it fails never or always),
// and the standard error itself must be small enough for the test to have teeth.

import SoukEngine
import SoukModel
import SoukStats
import Testing

/// Mean over replications against an expected value: within 4 standard errors, and those below `precision` of it.
func expectMean(
  _ values: [Double], _ expected: Double, precision: Double = 0.02, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
) {
  let n = Double(values.count)
  let mean = values.reduce(0, +) / n
  let variance = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / (n - 1)
  let error = (variance / n).squareRoot()
  #expect(abs(mean - expected) <= 4 * error + 1e-12, "\(name): \(mean) ± \(error), expected \(expected)", sourceLocation: sourceLocation)
  #expect(error <= precision * abs(expected), "\(name): standard error \(error) is too large to tell", sourceLocation: sourceLocation)
}

@Suite struct QueueFormulas {
  @Test func mm1() {
    let b = ModelBuilder.queue(rate: 0.8, service: Law(.exponential, 1))
    let paths = b.paths(0..<40, span: 21_000, warmup: 1_000)
    // Wq = ρ / (μ - λ), Lq = λ Wq, utilisation ρ.
    expectMean(paths.map { b.tally("till.wait", of: $0).mean }, 4, precision: 0.03, "wait")
    expectMean(paths.map { b.average("till.queue", of: $0) }, 3.2, precision: 0.03, "queue")
    expectMean(paths.map { b.average("till.busy", of: $0) }, 0.8, precision: 0.005, "busy")
    expectMean(paths.map { b.tally("buy.time", of: $0).mean }, 5, precision: 0.03, "sojourn")
  }
}
