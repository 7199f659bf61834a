// Where does the start-up end? A series → the cut that minimizes the marginal standard error of what follows: MSER-5 of White &
// Spratt (2000), on means of five, cutting at most half.

/// The start-up phase of a series, by MSER-5.
public enum WarmUp {
  /// Where to cut.
  public struct Cut: Sendable, Equatable {
    /// How many values to drop from the start, a multiple of 5.
    public var dropped: Int
    /// Whether the minimum lies at the half-way bound: the run is too short to tell.
    public var isTooShort: Bool
  }

  /// The MSER-5 cut of a series; nil below 20 values. Linear time.
  public static func mser5(_ values: [Double]) -> Cut? {
    let count = values.count / 5
    guard count >= 4 else { return nil }
    let means = (0..<count).map { batch in values[batch * 5..<batch * 5 + 5].reduce(0, +) / 5 }
    // From the back, so that each suffix costs one Welford step.
    var suffix = Moments()
    var best = (score: Double.infinity, at: 0)
    for index in means.indices.reversed() {
      suffix.add(means[index])
      if index > count / 2 { continue }
      let size = Double(count - index)
      let score = suffix.m2 / (size * size)
      if score <= best.score { best = (score, index) }
    }
    return Cut(dropped: best.at * 5, isTooShort: best.at == count / 2)
  }
}
