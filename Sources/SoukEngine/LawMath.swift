// What is known of a law without drawing from it: mean, variance, distribution function, quantile, support. Closed forms
// where there are any, through the incomplete gamma and beta functions; compositions from their parts; truncated laws,
// minima and maxima by integrating the quantile (tanh-sinh). What can't be told is nil; a moment that doesn't exist is
// infinite or NaN.

public import SoukModel
import SoukNumerics

/// Moments, distribution functions and draws of a model's laws, outside of any run.
public final class LawMath: Sendable {
  private let records: LawStorage
  private let laws: [Law]
  private let tables: [LawTable]

  public init(laws: [Law], tables: [LawTable]) {
    self.laws = laws
    self.tables = tables
    records = LawStorage(LawSet(laws, tables: tables))
  }

  /// Whether a law's parameters and table make a law.
  public func isValid(_ law: Int32) -> Bool { records.set.isValid(law) }

  /// One draw: the same that an entity of this ordinal would make from the stream at this index in this replication.
  ///
  /// Without an origin, as scripts draw, the stream's name alone is the key.
  public func sample(
    _ law: Int32, seed: UInt64, stream: String, origin: String? = nil, ordinal: UInt32, index: UInt32 = 0, replication: UInt32 = 0
  ) -> Double {
    var key = StreamKey(seed: seed, path: "stream " + stream).bits
    if let origin { key ^= StreamKey(seed: seed, path: "origin " + origin).bits }
    return records.set.sample(law, Counter(key: key, index: index, ordinal: ordinal, replication: replication))
  }

  private func record(_ law: Int32) -> LawRecord { records.set[law] }

  private func parts(_ law: Law) -> [Int32] { law.table >= 0 ? tables[Int(law.table)].laws : [] }

  /// Entries of a table as (share, value); equal shares where it has no weights.
  private func entries(_ law: Law) -> [(share: Double, value: Double)] {
    let table = tables[Int(law.table)]
    let weights = table.weights.isEmpty ? table.values.map { _ in 1.0 } : table.weights
    let total = weights.reduce(0, +)
    return zip(weights, table.values).map { ($0 / total, $1) }
  }

  private func partShares(_ law: Law) -> [(share: Double, law: Int32)] {
    let table = tables[Int(law.table)]
    let weights = table.weights.isEmpty ? table.laws.map { _ in 1.0 } : table.weights
    let total = weights.reduce(0, +)
    return zip(weights, table.laws).map { ($0 / total, $1) }
  }

  // MARK: Moments

  /// The mean; infinite or NaN where there is none, nil where no form is known.
  public func mean(_ law: Int32) -> Double? { moments(law)?.mean }

  /// The variance; infinite or NaN where there is none, nil where no form is known.
  public func variance(_ law: Int32) -> Double? { moments(law)?.variance }

  private func moments(_ index: Int32) -> (mean: Double, variance: Double)? {
    guard isValid(index) else { return nil }
    let law = laws[Int(index)]
    if let simple = LawMoments.simple(law) { return simple }
    switch law.kind {
    case .hyperexponential:
      let parts = entries(law)
      let mean = parts.reduce(0) { $0 + $1.share * $1.value }
      return (mean, parts.reduce(0) { $0 + 2 * $1.share * $1.value * $1.value } - mean * mean)
    case .weighted, .empiricalSteps:
      let parts = entries(law)
      let mean = parts.reduce(0) { $0 + $1.share * $1.value }
      return (mean, parts.reduce(0) { $0 + $1.share * ($1.value - mean) * ($1.value - mean) })
    case .empiricalLinear: return linearMoments(law)
    case .mixture: return mixtureMoments(law)
    case .affine:
      guard let inner = moments(parts(law)[0]) else { return nil }
      return (law.a + law.b * inner.mean, law.b * law.b * inner.variance)
    case .sum, .product: return combinedMoments(law)
    case .minimum, .maximum, .truncated: return integratedMoments(index)
    case .rounded: return summedMoments(index)
    default: return nil
    }
  }

  private func linearMoments(_ law: Law) -> (mean: Double, variance: Double) {
    let table = tables[Int(law.table)]
    let total = table.weights[table.weights.count - 1]
    var mean = table.weights[0] / total * table.values[0]
    var square = table.weights[0] / total * table.values[0] * table.values[0]
    for i in 1..<max(table.values.count, 1) {
      let share = (table.weights[i] - table.weights[i - 1]) / total
      let x = table.values[i - 1]
      let y = table.values[i]
      mean += share * (x + y) / 2
      square += share * (x * x + x * y + y * y) / 3
    }
    return (mean, square - mean * mean)
  }

  private func mixtureMoments(_ law: Law) -> (mean: Double, variance: Double)? {
    var mean = 0.0
    var square = 0.0
    for part in partShares(law) where part.share > 0 {
      guard let m = moments(part.law) else { return nil }
      mean += part.share * m.mean
      square += part.share * (m.variance + m.mean * m.mean)
    }
    return (mean, square - mean * mean)
  }

  private func combinedMoments(_ law: Law) -> (mean: Double, variance: Double)? {
    var mean = law.kind == .sum ? 0.0 : 1.0
    var variance = 0.0
    var square = 1.0
    for part in parts(law) {
      guard let m = moments(part) else { return nil }
      if law.kind == .sum {
        mean += m.mean
        variance += m.variance
      } else {
        mean *= m.mean
        square *= m.variance + m.mean * m.mean
      }
    }
    return (mean, law.kind == .sum ? variance : square - mean * mean)
  }

  /// Moments of a continuous law by integrating its quantile over (0, 1).
  private func integratedMoments(_ law: Int32) -> (mean: Double, variance: Double)? {
    guard cdf(law, 0) != nil, !isDiscrete(law), let middle = quantile(law, 0.5) else { return nil }
    let first = Integration.tanhSinh { (self.quantile(law, $0) ?? .nan) - middle }
    let second = Integration.tanhSinh { u in
      let d = (self.quantile(law, u) ?? .nan) - middle
      return d * d
    }
    return (middle + first, second - first * first)
  }

  /// Moments of a whole-number law by summing its distribution function, where the numbers are few.
  private func summedMoments(_ law: Int32) -> (mean: Double, variance: Double)? {
    guard let low = quantile(law, 1e-17), let high = quantile(law, 1 - 1e-15), high - low < 1e6 else { return nil }
    var mean = 0.0
    var square = 0.0
    var before = 0.0
    var k = low
    while k <= high {
      guard let upTo = cdf(law, k) else { return nil }
      mean += (upTo - before) * (k - low)
      square += (upTo - before) * (k - low) * (k - low)
      before = upTo
      k += 1
    }
    return (low + mean, square - mean * mean)
  }

  // MARK: Support

  /// The smallest and the largest value that a draw may have.
  public func support(_ index: Int32) -> (lower: Double, upper: Double) {
    let law = laws[Int(index)]
    if let simple = LawMoments.simpleSupport(law) { return simple }
    switch law.kind {
    case .hyperexponential: return (0, .infinity)
    case .weighted, .empiricalSteps, .empiricalLinear:
      let values = entries(law).filter { law.kind == .empiricalLinear || $0.share > 0 }.map(\.value)
      return (values.min() ?? .nan, values.max() ?? .nan)
    default: break
    }
    let inner = parts(law).map { support($0) }
    switch law.kind {
    case .truncated: return (max(law.a, inner[0].lower), min(law.b, inner[0].upper))
    case .affine:
      let ends = (law.a + law.b * inner[0].lower, law.a + law.b * inner[0].upper)
      return law.b < 0 ? (ends.1, ends.0) : ends
    case .rounded: return (inner[0].lower.rounded(), inner[0].upper.rounded())
    case .sum: return (inner.reduce(0) { $0 + $1.lower }, inner.reduce(0) { $0 + $1.upper })
    case .product:
      return inner.dropFirst().reduce(inner[0]) { range, next in
        let corners = [range.lower * next.lower, range.lower * next.upper, range.upper * next.lower, range.upper * next.upper]
          .map { $0.isNaN ? 0 : $0 }
        return (corners.min() ?? .nan, corners.max() ?? .nan)
      }
    case .minimum: return (inner.map(\.lower).min() ?? .nan, inner.map(\.upper).min() ?? .nan)
    case .maximum: return (inner.map(\.lower).max() ?? .nan, inner.map(\.upper).max() ?? .nan)
    default: return (inner.map(\.lower).min() ?? .nan, inner.map(\.upper).max() ?? .nan)
    }
  }

  /// Whether all values are isolated points.
  public func isDiscrete(_ index: Int32) -> Bool {
    let law = laws[Int(index)]
    switch law.kind {
    case .constant, .discreteUniform, .bernoulli, .binomial, .geometric, .negativeBinomial, .poisson, .zipf, .weighted, .empiricalSteps,
      .rounded:
      return true
    case .mixture, .sum, .product, .minimum, .maximum, .truncated, .affine: return parts(law).allSatisfy { isDiscrete($0) }
    default: return false
    }
  }

  // MARK: Distribution function and quantile

  /// The probability of a value at or under x; nil where no form is known (sums and products).
  public func cdf(_ index: Int32, _ x: Double) -> Double? {
    guard isValid(index), !x.isNaN else { return nil }
    let law = laws[Int(index)]
    if let simple = LawMoments.simpleCDF(law, x) { return simple }
    if let closed = records.set.closedCDF(record(index), x) { return closed }
    switch law.kind {
    case .hyperexponential:
      return x <= 0 ? 0 : entries(law).reduce(0) { $0 - $1.share * Elementary.expm1(-x / $1.value) }
    case .weighted, .empiricalSteps: return min(entries(law).reduce(0) { $1.value <= x ? $0 + $1.share : $0 }, 1)
    case .empiricalLinear: return linearCDF(law, x)
    case .mixture:
      var sum = 0.0
      for part in partShares(law) {
        guard let inner = cdf(part.law, x) else { return nil }
        sum += part.share * inner
      }
      return sum
    case .affine: return affineCDF(law, x)
    case .truncated: return truncatedCDF(law, x)
    case .rounded:
      let inner = parts(law)[0]
      // Halves round away from zero, which a continuous law never meets.
      return isDiscrete(inner) ? nil : cdf(inner, x.rounded(.down) + 0.5)
    case .minimum, .maximum:
      var product = 1.0
      for part in parts(law) {
        guard let inner = cdf(part, x) else { return nil }
        product *= law.kind == .minimum ? 1 - inner : inner
      }
      return law.kind == .minimum ? 1 - product : product
    default: return nil
    }
  }

  private func linearCDF(_ law: Law, _ x: Double) -> Double {
    let table = tables[Int(law.table)]
    let total = table.weights[table.weights.count - 1]
    if x < table.values[0] { return 0 }
    for i in 1..<max(table.values.count, 1) where x < table.values[i] {
      let share = (x - table.values[i - 1]) / (table.values[i] - table.values[i - 1])
      return (table.weights[i - 1] + share * (table.weights[i] - table.weights[i - 1])) / total
    }
    return 1
  }

  private func affineCDF(_ law: Law, _ x: Double) -> Double? {
    let inner = parts(law)[0]
    if law.b == 0 { return x >= law.a ? 1 : 0 }
    if law.b > 0 { return cdf(inner, (x - law.a) / law.b) }
    if isDiscrete(inner) { return nil }
    return cdf(inner, (x - law.a) / law.b).map { 1 - $0 }
  }

  private func truncatedCDF(_ law: Law, _ x: Double) -> Double? {
    let inner = parts(law)[0]
    if isDiscrete(inner) { return nil }
    guard let low = cdf(inner, law.a), let high = cdf(inner, law.b), let here = cdf(inner, x) else { return nil }
    return min(max((here - low) / (high - low), 0), 1)
  }

  /// The smallest value with a probability of at least p at or under it; nil where no form is known or p is outside 0…1.
  public func quantile(_ index: Int32, _ p: Double) -> Double? {
    guard isValid(index), p >= 0, p <= 1 else { return nil }
    let (lower, upper) = support(index)
    if p == 0 { return lower }
    if p == 1 { return upper }
    let law = record(index)
    if law.kind == .constant { return law.a }
    if law.isOneWord && !isDiscrete(index) { return records.set.quantile(law, p) }
    guard cdf(index, 0) != nil else { return nil }
    if laws[Int(index)].kind == .weighted || laws[Int(index)].kind == .empiricalSteps {
      return entries(laws[Int(index)]).map(\.value).sorted().first { (cdf(index, $0) ?? 1) >= p - 1e-15 } ?? upper
    }
    return isDiscrete(index) ? wholeQuantile(index, p, lower, upper) : bisectedQuantile(index, p, lower, upper)
  }

  /// By bisection between whole numbers; laws on other lattices have none.
  private func wholeQuantile(_ law: Int32, _ p: Double, _ lower: Double, _ upper: Double) -> Double? {
    guard lower.isInfinite || lower == lower.rounded(), upper.isInfinite || upper == upper.rounded() else { return nil }
    var low = lower.isFinite ? lower - 1 : -1.0
    while (cdf(law, low) ?? 0) >= p {
      low = low * 2
      if low < -1e300 { return nil }
    }
    var high = max(low + 1, 1)
    while (cdf(law, high) ?? 1) < p {
      high = high * 2
      if high > 1e300 { return nil }
    }
    while high - low > 1 {
      let middle = ((low + high) / 2).rounded(.down)
      if middle <= low || middle >= high { break }
      if (cdf(law, middle) ?? 1) >= p { high = middle } else { low = middle }
    }
    return high
  }

  private func bisectedQuantile(_ law: Int32, _ p: Double, _ lower: Double, _ upper: Double) -> Double? {
    var low = lower
    var high = upper
    if low.isInfinite {
      low = min(-1, high - 1)
      while (cdf(law, low) ?? 0) > p { low *= 2 }
    }
    if high.isInfinite {
      high = max(1, low + 1)
      while (cdf(law, high) ?? 1) < p { high *= 2 }
    }
    for _ in 0..<200 {
      let middle = low + (high - low) / 2
      if middle <= low || middle >= high { break }
      if (cdf(law, middle) ?? 1) < p { low = middle } else { high = middle }
    }
    return high
  }
}

/// Owns the slabs of a law set outside of a program.
private final class LawStorage: @unchecked Sendable {
  let set: LawSet
  init(_ set: LawSet) { self.set = set }
  deinit { set.free() }
}

/// Numerical integration.
enum Integration {
  /// ∫ f over (0, 1) by the tanh-sinh rule of Takahasi & Mori (1974), halving the step until two results agree to 1e-10.
  static func tanhSinh(_ f: (Double) -> Double) -> Double {
    func term(_ t: Double) -> Double {
      let s = 0.5 * Double.pi * (Elementary.exp(t) - Elementary.exp(-t)) / 2
      let c = 0.5 * Double.pi * (Elementary.exp(t) + Elementary.exp(-t)) / 2
      let e = Elementary.exp(-2 * s.magnitude)
      let near = e / (1 + e)  // distance from the nearer end
      let x = s < 0 ? near : 1 - near
      if x <= 0 || x >= 1 { return 0 }
      return f(x) * 2 * c * e / ((1 + e) * (1 + e))
    }
    var step = 0.5
    var sum = term(0)
    var t = step
    while t < 4 {
      sum += term(t) + term(-t)
      t += step
    }
    var result = sum * step
    for _ in 0..<6 {
      t = step / 2
      while t < 4 {
        sum += term(t) + term(-t)
        t += step
      }
      step /= 2
      let finer = sum * step
      if (finer - result).magnitude <= 1e-10 * finer.magnitude { return finer }
      result = finer
    }
    return result
  }
}
