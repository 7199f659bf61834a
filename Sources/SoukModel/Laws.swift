// Laws, curves, calendars.

/// A probability law with its parameters in the form sampling wants. `a…d` by kind; see `LawKind`.
public struct Law: Sendable, Hashable {
  public var kind: LawKind
  public var a: Double
  public var b: Double
  public var c: Double
  public var d: Double
  /// Index into `lawTables` for kinds with a table; -1 if none.
  public var table: Int32
  public init(_ kind: LawKind, _ a: Double = 0, _ b: Double = 0, _ c: Double = 0, _ d: Double = 0, table: Int32 = -1) {
    self.kind = kind
    self.a = a
    self.b = b
    self.c = c
    self.d = d
    self.table = table
  }
}

public enum LawKind: UInt8, Sendable, CaseIterable, BitwiseCopyable {
  case constant            // a
  case uniform             // a..b
  case discreteUniform     // whole numbers a…b
  case triangular          // min a, mode b, max c
  case pert                // min a, mode b, max c (beta with weight 4)
  case exponential         // mean a
  case erlang              // a phases, mean b
  case hyperexponential    // table: weights, values = means
  case gamma               // shape a, scale b
  case inverseGamma        // shape a, scale b
  case inverseGaussian     // mean a, shape b
  case weibull             // shape a, scale b
  case lognormal           // mean a and sd b of the logarithm
  case normal              // mean a, sd b
  case studentT            // degrees of freedom a, location b, scale c
  case beta                // alpha a, beta b, on c..d
  case pareto              // minimum a, shape b
  case lomax               // scale a, shape b
  case loglogistic         // scale a, shape b
  case gumbel              // location a, scale b
  case bernoulli           // probability a
  case binomial            // trials a, probability b
  case geometric           // probability a; trials up to and with the first success, from 1
  case negativeBinomial    // a successes (may be fractional), probability b; failures before them, from 0
  case poisson             // mean a
  case zipf                // exponent a, over 1…b
  case weighted            // table: weights, values
  case empiricalSteps      // table: values, each as likely as its weight (equal weights for raw data)
  case empiricalLinear     // table: distribution function through (values, weights = cumulative), linear between
  case mixture             // table: weights, laws
  case truncated           // law table.laws[0] kept within a…b
  case affine              // a + b × law table.laws[0]
  case sum                 // sum of independent draws of table.laws
  case product             // product of independent draws of table.laws
  case minimum             // smallest of independent draws of table.laws
  case maximum             // largest of independent draws of table.laws
  case rounded             // law table.laws[0] rounded to the nearest whole number
}

public struct LawTable: Sendable, Hashable {
  public var weights: [Double]
  public var values: [Double]
  public var laws: [Int32]
  public init(weights: [Double] = [], values: [Double] = [], laws: [Int32] = []) {
    self.weights = weights
    self.values = values
    self.laws = laws
  }
}

/// A function of time since the model's start. Before the first point it has the first value; after the last point, the
/// last, unless it recurs.
public struct Curve: Sendable, Hashable {
  public enum Shape: UInt8, Sendable { case steps, linear }
  public var shape: Shape
  /// Seconds, ascending.
  public var times: [Double]
  public var values: [Double]
  /// Seconds after which it begins again; 0 if it doesn't.
  public var period: Double
  /// Seconds by which time since the start is advanced before it is looked up (a model that starts at 08:00 reads a
  /// daily curve at 08:00).
  public var offset: Double
  public init(shape: Shape, times: [Double], values: [Double], period: Double = 0, offset: Double = 0) {
    self.shape = shape
    self.times = times
    self.values = values
    self.period = period
    self.offset = offset
  }
}

/// Instants in ticks since the model's start: listed, or recurring with a period.
public struct Calendar: Sendable, Hashable {
  public var instants: [Int64]
  /// Ticks; 0 for a list that ends.
  public var period: Int64
  public init(instants: [Int64], period: Int64) {
    self.instants = instants
    self.period = period
  }
}
