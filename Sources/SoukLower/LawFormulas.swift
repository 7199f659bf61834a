// From the parameters that scripts write to those that sampling wants (`SoukModel.LawKind`). The formulas stand once and
// are computed either on numbers or, for laws whose parameters are known only while running, by emitted ops: the algebra
// is a parameter. Method of moments throughout; Johnson, Kotz & Balakrishnan, Continuous Univariate Distributions.

import SoukModel
import SoukNumerics
import SoukSema

/// Numbers, or code that computes them.
protocol NumberAlgebra {
  associatedtype Number
  mutating func constant(_ x: Double) -> Number
  mutating func unary(_ op: OpCode, _ a: Number) -> Number
  mutating func binary(_ op: OpCode, _ a: Number, _ b: Number) -> Number
}

/// Plain numbers.
struct PlainAlgebra: NumberAlgebra {
  mutating func constant(_ x: Double) -> Double { x }
  mutating func unary(_ op: OpCode, _ a: Double) -> Double { Arithmetic.fold(op, a) ?? .nan }
  mutating func binary(_ op: OpCode, _ a: Double, _ b: Double) -> Double { Arithmetic.fold(op, a, b) ?? .nan }
}

enum LawFormulas {
  static let pi = 0x1.921fb54442d18p+1
  static let eulerGamma = 0x1.2788cfc6fb619p-1
  /// sqrt(6) / π
  static let gumbelScale = 6.0.squareRoot() / pi

  /// Kind and parameters a, b, c, d of a law without tables; nil for a form that has no closed formula here
  /// (`hyperexponential`, `empirical`, `weighted`, and `weibull(mean:, sd:)`).
  static func parameters<A: NumberAlgebra>(_ law: LawName, _ p: [String: A.Number], _ a: inout A) -> (LawKind, [A.Number])? {
    switch law {
    case .constant: return list(.constant, p, "value")
    case .uniform: return list(.uniform, p, "min", "max")
    case .dice: return list(.discreteUniform, p, "from", "to")
    case .triangular: return list(.triangular, p, "min", "mode", "max")
    case .pert: return list(.pert, p, "min", "mode", "max")
    case .exponential:
      if let rate = p["rate"] { return (.exponential, [a.binary(.divide, a.constant(1), rate)]) }
      return list(.exponential, p, "mean")
    case .erlang: return list(.erlang, p, "phases", "mean") ?? list(.erlang, p, "k", "mean")
    case .bernoulli: return list(.bernoulli, p, "p")
    case .binomial: return list(.binomial, p, "n", "p")
    case .geometric: return list(.geometric, p, "p")
    case .negativeBinomial: return list(.negativeBinomial, p, "r", "p")
    case .poisson: return list(.poisson, p, "mean")
    case .zipf: return list(.zipf, p, "exponent", "n")
    case .pareto: return list(.pareto, p, "min", "shape")
    case .lomax: return list(.lomax, p, "scale", "shape")
    case .loglogistic: return list(.loglogistic, p, "scale", "shape")
    case .normal: return list(.normal, p, "mean", "sd")
    case .weibull: return list(.weibull, p, "shape", "scale")
    case .studentT:
      guard let df = p["df"] else { return nil }
      return (.studentT, [df, p["location"] ?? a.constant(0), p["scale"] ?? a.constant(1)])
    default: return byMoments(law, p, &a)
    }
  }

  private static func list<N>(_ kind: LawKind, _ p: [String: N], _ names: String...) -> (LawKind, [N])? {
    let values = names.compactMap { p[$0] }
    return values.count == names.count ? (kind, values) : nil
  }

  private static func byMoments<A: NumberAlgebra>(_ law: LawName, _ p: [String: A.Number], _ a: inout A) -> (LawKind, [A.Number])? {
    switch law {
    case .lognormal: return lognormal(p, &a)
    case .gamma:
      guard let mean = p["mean"], let sd = p["sd"] else { return list(.gamma, p, "shape", "scale") }
      let ratio = a.binary(.divide, mean, sd)
      return (.gamma, [a.binary(.multiply, ratio, ratio), a.binary(.divide, a.binary(.multiply, sd, sd), mean)])
    case .inverseGamma:
      guard let mean = p["mean"], let sd = p["sd"] else { return list(.inverseGamma, p, "shape", "scale") }
      let ratio = a.binary(.divide, mean, sd)
      let square = a.binary(.multiply, ratio, ratio)
      return (
        .inverseGamma,
        [a.binary(.add, square, a.constant(2)), a.binary(.multiply, mean, a.binary(.add, square, a.constant(1)))]
      )
    case .inverseGaussian:
      guard let mean = p["mean"], let sd = p["sd"] else { return list(.inverseGaussian, p, "mean", "shape") }
      let ratio = a.binary(.divide, mean, sd)
      return (.inverseGaussian, [mean, a.binary(.multiply, mean, a.binary(.multiply, ratio, ratio))])
    case .gumbel:
      guard let mean = p["mean"], let sd = p["sd"] else { return list(.gumbel, p, "location", "scale") }
      let scale = a.binary(.multiply, sd, a.constant(gumbelScale))
      return (.gumbel, [a.binary(.subtract, mean, a.binary(.multiply, scale, a.constant(eulerGamma))), scale])
    case .beta: return beta(p, &a)
    default: return nil
    }
  }

  /// sd² of the logarithm = ln(1 + (sd / mean)²), its mean = ln mean - sd² / 2.
  private static func lognormal<A: NumberAlgebra>(_ p: [String: A.Number], _ a: inout A) -> (LawKind, [A.Number])? {
    if let mean = p["mean"], let sd = p["sd"] {
      let ratio = a.binary(.divide, sd, mean)
      let square = a.unary(.logarithm, a.binary(.add, a.constant(1), a.binary(.multiply, ratio, ratio)))
      let half = a.binary(.multiply, square, a.constant(0.5))
      return (.lognormal, [a.binary(.subtract, a.unary(.logarithm, mean), half), a.unary(.squareRoot, square)])
    }
    if let median = p["median"], let sd = p["sd_log"] { return (.lognormal, [a.unary(.logarithm, median), sd]) }
    return list(.lognormal, p, "log_mean", "log_sd")
  }

  private static func beta<A: NumberAlgebra>(_ p: [String: A.Number], _ a: inout A) -> (LawKind, [A.Number])? {
    let low = p["min"] ?? a.constant(0)
    let high = p["max"] ?? a.constant(1)
    if let alpha = p["alpha"], let beta = p["beta"] { return (.beta, [alpha, beta, low, high]) }
    guard let mean = p["mean"], let sd = p["sd"] else { return nil }
    let width = a.binary(.subtract, high, low)
    let m = a.binary(.divide, a.binary(.subtract, mean, low), width)
    let rest = a.binary(.subtract, a.constant(1), m)
    let s = a.binary(.divide, sd, width)
    let variance = a.binary(.multiply, s, s)
    let total = a.binary(.subtract, a.binary(.divide, a.binary(.multiply, m, rest), variance), a.constant(1))
    return (.beta, [a.binary(.multiply, m, total), a.binary(.multiply, rest, total), low, high])
  }

  /// Shape and scale of the Weibull law with this mean and deviation: the shape k solves
  /// Γ(1 + 2/k) / Γ(1 + 1/k)² = 1 + (sd / mean)², which falls in k; bisection on ln k to the last bit.
  static func weibull(mean: Double, sd: Double) -> (shape: Double, scale: Double) {
    let target = Elementary.log1p((sd / mean) * (sd / mean))
    func excess(_ k: Double) -> Double { Elementary.lgamma(1 + 2 / k) - 2 * Elementary.lgamma(1 + 1 / k) - target }
    var (low, high) = (0.02, 2000.0)
    for _ in 0..<200 {
      let middle = (low * high).squareRoot()
      if middle <= low || middle >= high { break }
      if excess(middle) > 0 { low = middle } else { high = middle }
    }
    return (high, mean / Elementary.exp(Elementary.lgamma(1 + 1 / high)))
  }

  /// Two phases with balanced means (Whitt 1982): equal shares of the mean come from each.
  static func hyperexponential(mean: Double, scv: Double) -> (chances: [Double], means: [Double]) {
    let p = (1 + ((scv - 1) / (scv + 1)).squareRoot()) / 2
    if p >= 1 { return ([1], [mean]) }
    return ([p, 1 - p], [mean / (2 * p), mean / (2 * (1 - p))])
  }
}
