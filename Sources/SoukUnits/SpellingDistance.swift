// Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours. O(n·m).

/// How far apart two spellings are.
public enum SpellingDistance {
  /// The distance between `a` and `b` in characters, or nil when it is more than `limit`.
  public static func between(_ a: String, _ b: String, atMost limit: Int) -> Int? {
    let a = Array(a), b = Array(b)
    guard abs(a.count - b.count) <= limit else { return nil }
    var before: [Int] = []
    var previous = Array(0...b.count)
    for i in 0..<a.count {
      var row = [i + 1]
      for j in 0..<b.count {
        var best = min(previous[j] + (a[i] == b[j] ? 0 : 1), previous[j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, before[j - 1] + 1) }
        row.append(best)
      }
      before = previous
      previous = row
    }
    return previous[b.count] <= limit ? previous[b.count] : nil
  }
}
