// Roots for x > 0: Newton's step in log x where it stays inside the bracket, else the middle on a logarithmic scale. The logarithm of
// a tail is concave in log x for the laws here, so the steps converge from far out, where those in x itself crawl.

enum Bracket {
  /// The root of an increasing function of log x, from `start`, inside low ..< high; `evaluate` gives the value at x and the
  /// slope with respect to log x.
  ///
  /// Ends when the step is below two units in the last place, or after 200 steps.
  static func root(
    start: Double, low: Double, high: Double, _ evaluate: (Double) -> (value: Double, slope: Double)
  ) -> Double {
    var low = low
    var high = high
    var x = start
    for _ in 0..<200 {
      let (value, slope) = evaluate(x)
      if value == 0 { return x }
      if value < 0 { low = x } else { high = x }
      let step = -value / slope
      var next = step.magnitude < 0.5 ? x + x * Elementary.expm1(step) : x * Elementary.exp(step)
      if !(next > low && next < high) { next = middle(low, high) }
      if (next - x).magnitude <= 0x1p-52 * x { return next }
      x = next
    }
    return x
  }

  static func middle(_ low: Double, _ high: Double) -> Double {
    if low == 0 { return high * 0x1p-4 }
    if high == .infinity { return low * 4 }
    return high > 4 * low ? low.squareRoot() * high.squareRoot() : low + (high - low) * 0.5
  }
}
