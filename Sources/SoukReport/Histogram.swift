// Observations in ascending order to at most twenty classes of equal round width; the few beyond the 99.5th percentile
// share the last class, so that one straggler doesn't flatten the rest.

/// Counts by class; class i is from edge i up to, not including, edge i + 1, the last one including its end.
struct Histogram {
  var edges: [Double] = []
  var counts: [Int] = []
  /// Whether the last class is wider than the others: it holds all that is beyond.
  var hasTail = false

  /// `values` ascending; `factor`: base units in one of the unit that the edges should be round in. O(n).
  init(_ values: [Double], factor: Double = 1, classes: Int = 20) {
    guard let least = values.first, let most = values.last, least.isFinite, most.isFinite else { return }
    let inner = values[min(values.count - 1, Int(Double(values.count) * 0.995))]
    let low = least / factor
    let high = inner / factor
    guard high > low else {
      edges = [least, most]
      counts = [values.count]
      return
    }
    let start = low > 0 && low < 0.5 * high ? 0 : low
    let step = Axis.roundStep(high - start, atMost: classes)
    let first = (start / step + 1e-9).rounded(.down)
    var edge = first
    edges = [edge * step * factor]
    while edge * step <= high * (1 + 1e-12), edges.count <= 4 * classes {
      edge += 1
      edges.append(edge * step * factor)
    }
    if let last = edges.last, most > last {
      edges.append(most)
      hasTail = true
    }
    counts = Array(repeating: 0, count: edges.count - 1)
    var index = 0
    for value in values {
      while index < counts.count - 1, value >= edges[index + 1] { index += 1 }
      counts[index] += 1
    }
  }
}

