// The laws of probability as scripts write them: by which names each takes its parameters, what each parameter measures,
// and which numbers it may have. The checker reads the shapes, elaboration the domains; the formulas are elaboration's.

/// One accepted way to write a law: `lognormal(mean:, sd:)`.
public struct LawForm: Sendable, Hashable {
  /// What a parameter measures, beside what the law's values measure.
  public enum Kind: Sendable, Hashable {
    /// The dimension of the law's values.
    case same
    /// One over the dimension of the law's values: `exponential(rate: 3/h)`.
    case rate
    /// A plain number.
    case number
    /// A plain number that is whole.
    case whole
    /// From 0 to 1.
    case share
    /// A list of quantities of the dimension of the law's values.
    case sameList
    /// A list of chances or weights.
    case shareList
    /// True or false.
    case flag
  }

  /// What the law's values measure.
  public enum Values: Sendable, Hashable {
    /// What the parameters of kind `same` (or `sameList`, or one over `rate`) measure.
    case asParameters
    /// Plain numbers.
    case number
  }

  public struct Parameter: Sendable, Hashable {
    public let name: String
    public let kind: Kind
    public let isOptional: Bool
    /// What an optional parameter is when it isn't given (a flag's false is 0); nil when its absence means something else.
    public let defaultValue: Double?

    public init(_ name: String, _ kind: Kind, isOptional: Bool = false, defaultValue: Double? = nil) {
      self.name = name
      self.kind = kind
      self.isOptional = isOptional
      self.defaultValue = defaultValue
    }
  }

  public let name: LawName
  /// In the order in which unnamed arguments are taken.
  public let parameters: [Parameter]
  public let values: Values

  init(_ name: LawName, _ values: Values = .asParameters, _ parameters: Parameter...) {
    self.name = name
    self.values = values
    self.parameters = parameters
  }

  /// `lognormal(mean:, sd:)`, for messages.
  public var text: String { "\(name.rawValue)(\(parameters.map { $0.name + ":" }.joined(separator: ", ")))" }
}

public enum LawForms {
  /// Every form of every law but `weighted`, which is written with braces. Of several forms of one law, the given names
  /// decide; unnamed arguments are those of the first.
  public static let forms: [LawName: [LawForm]] = Dictionary(grouping: all, by: \.name)

  private static let all: [LawForm] = [
    LawForm(.constant, .asParameters, .init("value", .same)),
    LawForm(.uniform, .asParameters, .init("min", .same), .init("max", .same)),
    LawForm(.dice, .asParameters, .init("from", .same), .init("to", .same)),
    LawForm(.triangular, .asParameters, .init("min", .same), .init("mode", .same), .init("max", .same)),
    LawForm(.pert, .asParameters, .init("min", .same), .init("mode", .same), .init("max", .same)),
    LawForm(.exponential, .asParameters, .init("mean", .same)),
    LawForm(.exponential, .asParameters, .init("rate", .rate)),
    LawForm(.erlang, .asParameters, .init("phases", .whole), .init("mean", .same)),
    LawForm(.erlang, .asParameters, .init("k", .whole), .init("mean", .same)),
    LawForm(.hyperexponential, .asParameters, .init("weights", .shareList), .init("means", .sameList)),
    LawForm(.hyperexponential, .asParameters, .init("mean", .same), .init("scv", .number)),
    LawForm(.gamma, .asParameters, .init("mean", .same), .init("sd", .same)),
    LawForm(.gamma, .asParameters, .init("shape", .number), .init("scale", .same)),
    LawForm(.inverseGamma, .asParameters, .init("shape", .number), .init("scale", .same)),
    LawForm(.inverseGamma, .asParameters, .init("mean", .same), .init("sd", .same)),
    LawForm(.inverseGaussian, .asParameters, .init("mean", .same), .init("shape", .same)),
    LawForm(.inverseGaussian, .asParameters, .init("mean", .same), .init("sd", .same)),
    LawForm(.weibull, .asParameters, .init("shape", .number), .init("scale", .same)),
    LawForm(.weibull, .asParameters, .init("mean", .same), .init("sd", .same)),
    LawForm(.lognormal, .asParameters, .init("mean", .same), .init("sd", .same)),
    LawForm(.lognormal, .asParameters, .init("median", .same), .init("sd_log", .number)),
    LawForm(.lognormal, .number, .init("log_mean", .number), .init("log_sd", .number)),
    LawForm(.normal, .asParameters, .init("mean", .same), .init("sd", .same)),
    LawForm(.studentT, .asParameters, .init("df", .number), .init("location", .same), .init("scale", .same)),
    LawForm(.studentT, .number, .init("df", .number)),
    LawForm(
      .beta, .asParameters, .init("alpha", .number), .init("beta", .number), .init("min", .same), .init("max", .same)),
    LawForm(.beta, .number, .init("alpha", .number), .init("beta", .number)),
    LawForm(
      .beta, .asParameters, .init("mean", .same), .init("sd", .same), .init("min", .same), .init("max", .same)),
    LawForm(.beta, .number, .init("mean", .number), .init("sd", .number)),
    LawForm(.pareto, .asParameters, .init("min", .same), .init("shape", .number)),
    LawForm(.lomax, .asParameters, .init("scale", .same), .init("shape", .number)),
    LawForm(.loglogistic, .asParameters, .init("scale", .same), .init("shape", .number)),
    LawForm(.gumbel, .asParameters, .init("location", .same), .init("scale", .same)),
    LawForm(.gumbel, .asParameters, .init("mean", .same), .init("sd", .same)),
    LawForm(.bernoulli, .number, .init("p", .share)),
    LawForm(.binomial, .asParameters, .init("n", .same), .init("p", .share)),
    LawForm(.geometric, .number, .init("p", .share)),
    LawForm(.negativeBinomial, .number, .init("r", .number), .init("p", .share)),
    LawForm(.poisson, .asParameters, .init("mean", .same)),
    LawForm(.zipf, .number, .init("exponent", .number), .init("n", .whole)),
    LawForm(
      .empirical, .asParameters, .init("values", .sameList),
      .init("linear", .flag, isOptional: true, defaultValue: 0)),
  ]

  /// What is wrong with a law's parameters, or nil: "`sd` must be greater than 0". Numbers are in base units and by
  /// name; lists are judged entry by entry where they are evaluated.
  public static func domainProblem(_ law: LawName, _ p: [String: Double]) -> String? {
    for name in p.keys.sorted() {
      guard let x = p[name], !x.isFinite else { continue }
      return "`\(name)` must be a finite number"
    }
    for rule in rules[law] ?? [] {
      if let problem = rule.problem(p) { return problem }
    }
    return nil
  }

  /// A rule over the parameters that are given; it is silent where one that it speaks of isn't.
  private enum Rule: Sendable {
    case positive([String])
    case notNegative([String])
    case share([String])
    /// A share greater than 0.
    case chance([String])
    case whole([String])
    case atLeast(String, Double)
    case above(String, Double)
    /// The first must be less than the second.
    case less(String, String)
    case notMore(String, String)
    /// A beta law's `sd` must leave room between `min` and `max` (0 and 1 where they aren't given).
    case betaMoments

    func problem(_ p: [String: Double]) -> String? {
      switch self {
      case .positive(let names):
        names.first { p[$0].map { !($0 > 0) } ?? false }.map { "`\($0)` must be greater than 0" }
      case .notNegative(let names):
        names.first { p[$0].map { !($0 >= 0) } ?? false }.map { "`\($0)` must not be negative" }
      case .share(let names):
        names.first { p[$0].map { !($0 >= 0 && $0 <= 1) } ?? false }.map { "`\($0)` must be from 0% to 100%" }
      case .chance(let names):
        names.first { p[$0].map { !($0 > 0 && $0 <= 1) } ?? false }.map { "`\($0)` must be above 0% and at most 100%" }
      case .whole(let names):
        names.first { p[$0].map { $0 != $0.rounded() } ?? false }.map { "`\($0)` must be a whole number" }
      case .atLeast(let name, let bound):
        p[name].flatMap { $0 >= bound ? nil : "`\(name)` must be at least \(Int(bound))" }
      case .above(let name, let bound):
        p[name].flatMap { $0 > bound ? nil : "`\(name)` must be greater than \(Int(bound))" }
      case .less(let a, let b):
        both(p, a, b) { $0 < $1 } ? nil : "`\(a)` must be less than `\(b)`"
      case .notMore(let a, let b):
        both(p, a, b) { $0 <= $1 } ? nil : "`\(a)` must not be greater than `\(b)`"
      case .betaMoments:
        betaProblem(p)
      }
    }

    private func both(_ p: [String: Double], _ a: String, _ b: String, _ holds: (Double, Double) -> Bool) -> Bool {
      guard let x = p[a], let y = p[b] else { return true }
      return holds(x, y)
    }

    private func betaProblem(_ p: [String: Double]) -> String? {
      guard let mean = p["mean"], let sd = p["sd"] else { return nil }
      let (low, high) = (p["min"] ?? 0, p["max"] ?? 1)
      guard mean > low, mean < high else { return "`mean` must be between `min` and `max`" }
      guard sd * sd < (mean - low) * (high - mean) else {
        return "`sd` is too large: no law between `min` and `max` with this `mean` varies so much"
      }
      return nil
    }
  }

  private static let rules: [LawName: [Rule]] = [
    .uniform: [.notMore("min", "max")],
    .dice: [.whole(["from", "to"]), .notMore("from", "to")],
    .triangular: [.notMore("min", "mode"), .notMore("mode", "max"), .less("min", "max")],
    .pert: [.notMore("min", "mode"), .notMore("mode", "max"), .less("min", "max")],
    .exponential: [.positive(["mean", "rate"])],
    .erlang: [.whole(["phases", "k"]), .atLeast("phases", 1), .atLeast("k", 1), .positive(["mean"])],
    .hyperexponential: [.positive(["mean"]), .atLeast("scv", 1)],
    .gamma: [.positive(["mean", "sd", "shape", "scale"])],
    .inverseGamma: [.positive(["mean", "sd", "shape", "scale"])],
    .inverseGaussian: [.positive(["mean", "sd", "shape"])],
    .weibull: [.positive(["mean", "sd", "shape", "scale"])],
    .lognormal: [.positive(["mean", "median"]), .notNegative(["sd", "sd_log", "log_sd"])],
    .normal: [.notNegative(["sd"])],
    .studentT: [.positive(["df", "scale"])],
    .beta: [.positive(["alpha", "beta", "sd"]), .less("min", "max"), .betaMoments],
    .pareto: [.positive(["min", "shape"])],
    .lomax: [.positive(["scale", "shape"])],
    .loglogistic: [.positive(["scale", "shape"])],
    .gumbel: [.positive(["scale", "sd"])],
    .bernoulli: [.share(["p"])],
    .binomial: [.notNegative(["n"]), .whole(["n"]), .share(["p"])],
    .geometric: [.chance(["p"])],
    .negativeBinomial: [.positive(["r"]), .chance(["p"])],
    .poisson: [.notNegative(["mean"])],
    .zipf: [.notNegative(["exponent"]), .whole(["n"]), .atLeast("n", 1)],
  ]
}
