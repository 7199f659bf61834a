// Probability laws in the form that sampling wants: constants worked out once, tables flattened. A law whose quantile is
// affordable takes one word and is drawn by inversion, increasing in the uniform number, so that common random numbers
// and antithetic draws stay in step; the others take several words of one counter. The method depends on the law alone.

import SoukModel
import SoukNumerics

/// A law ready to be sampled.
struct LawRecord: BitwiseCopyable {
  var kind: LawKind
  /// Drawn by inversion of one uniform number.
  var isOneWord: Bool
  var a: Double
  var b: Double
  var c: Double
  var d: Double
  /// Worked out from the parameters; meaning by kind.
  var p: Double = 0
  var q: Double = 0
  var r: Double = 0
  var s: Double = 0
  /// Where the table's numbers (values, cumulative shares) and its laws begin; how many entries.
  var values: Int32 = 0
  var shares: Int32 = 0
  var laws: Int32 = 0
  var count: Int32 = 0

  /// A law without a table; nil if the parameters are out of range.
  init?(_ law: Law) {
    kind = law.kind
    a = law.a
    b = law.b
    c = law.c
    d = law.d
    isOneWord = LawRecord.isInverted(law.kind)
    guard LawRecord.areValid(law) else { return nil }
    prepare()
  }

  static func isInverted(_ kind: LawKind) -> Bool {
    switch kind {
    case .uniform, .discreteUniform, .triangular, .exponential, .weibull, .lognormal, .normal, .pareto, .lomax, .loglogistic,
      .gumbel, .bernoulli, .geometric, .weighted, .empiricalSteps, .empiricalLinear:
      true
    default: false
    }
  }

  /// Whether the parameters make a law (tables apart).
  static func areValid(_ law: Law) -> Bool {
    let a = law.a, b = law.b, c = law.c, d = law.d
    switch law.kind {
    case .constant: return a.isFinite
    case .uniform: return a.isFinite && b.isFinite && a <= b
    case .discreteUniform: return a.isFinite && b.isFinite && a <= b && a == a.rounded() && b == b.rounded()
    case .triangular, .pert: return a.isFinite && c.isFinite && a <= b && b <= c
    case .exponential: return a >= 0 && a.isFinite
    case .erlang: return a >= 1 && a == a.rounded() && a < 1e9 && b >= 0 && b.isFinite
    case .gamma, .inverseGamma, .inverseGaussian, .weibull, .pareto, .lomax, .loglogistic:
      return a > 0 && b > 0 && a.isFinite && b.isFinite
    case .lognormal, .normal, .gumbel: return a.isFinite && b >= 0 && b.isFinite
    case .studentT: return a > 0 && b.isFinite && c >= 0 && c.isFinite
    case .beta: return a > 0 && b > 0 && a.isFinite && b.isFinite && c.isFinite && d.isFinite && c <= d
    case .bernoulli: return a >= 0 && a <= 1
    case .binomial: return a >= 0 && a == a.rounded() && a < 1e15 && b >= 0 && b <= 1
    case .geometric: return a > 0 && a <= 1
    case .negativeBinomial: return a > 0 && a.isFinite && b > 0 && b <= 1
    case .poisson: return a >= 0 && a < 1e15
    case .zipf: return a >= 0 && a.isFinite && b >= 1 && b == b.rounded() && b < 1e15
    case .hyperexponential, .weighted, .empiricalSteps, .empiricalLinear, .mixture, .sum, .product, .minimum, .maximum, .rounded:
      return true
    case .truncated: return a <= b
    case .affine: return a.isFinite && b.isFinite
    }
  }

  /// Constants of the sampling methods.
  private mutating func prepare() {
    switch kind {
    case .weibull: p = 1 / a
    case .pareto, .lomax, .loglogistic: p = 1 / b
    case .geometric: p = a < 1 ? 1 / Elementary.log1p(-a) : 0
    case .triangular: p = c > a ? (b - a) / (c - a) : 0
    case .pert:
      // Beta with weight 4 on the mode.
      p = c > a ? 1 + 4 * (b - a) / (c - a) : 1
      q = c > a ? 1 + 4 * (c - b) / (c - a) : 1
    case .zipf:
      p = Zipf.integral(1.5, a) - 1
      q = Zipf.integral(b + 0.5, a)
      r = 2 - Zipf.inverse(Zipf.integral(2.5, a) - Zipf.density(2, a), a)
    default: break
    }
  }
}

/// The laws of a model.
struct LawSet: BitwiseCopyable {
  private let records: Slab<LawRecord>
  /// Values and cumulative shares of all tables.
  private let numbers: Slab<Double>
  /// Indices of the laws in tables.
  private let children: Slab<Int32>
  /// Whether each law may be sampled; one that may not makes the run stop with a fault.
  private let valid: Slab<Bool>

  init(_ laws: [Law], tables: [LawTable]) {
    var records = Slab<LawRecord>(capacity: laws.count)
    var numbers = Slab<Double>()
    var children = Slab<Int32>()
    var valid = Slab<Bool>(capacity: laws.count)
    for law in laws {
      var isValid = true
      var record: LawRecord
      if let checked = LawRecord(law) { record = checked } else {
        isValid = false
        record = LawRecord(constant: .nan)
      }
      if isValid && law.table >= 0 {
        isValid = LawSet.add(tables[Int(law.table)], to: &record, &numbers, &children)
      }
      records.append(record)
      valid.append(isValid)
    }
    self.records = records
    self.numbers = numbers
    self.children = children
    self.valid = valid
  }

  func free() {
    records.free()
    numbers.free()
    children.free()
    valid.free()
  }

  @inline(__always)
  subscript(i: Int32) -> LawRecord {
    @inline(__always) unsafeAddress { unsafe records.address(of: Int(i)) }
  }

  /// Whether a law's parameters and table make a law.
  func isValid(_ law: Int32) -> Bool { valid[law] }

  var count: Int { records.count }

  /// Flattens a table into a record: values beside cumulative shares that end in 1; false if it makes no law.
  private static func add(
    _ table: LawTable, to record: inout LawRecord, _ numbers: inout Slab<Double>, _ children: inout Slab<Int32>
  ) -> Bool {
    record.laws = Int32(children.count)
    for law in table.laws { children.append(law) }
    record.values = Int32(numbers.count)
    let count = max(table.values.count, table.laws.count)
    record.count = Int32(count)
    guard count > 0 else { return false }
    var order = Array(0..<count)
    if record.kind == .weighted || record.kind == .empiricalSteps {
      // In ascending order of value, so that the draw increases with the uniform number.
      order.sort { (table.values[$0], $0) < (table.values[$1], $1) }
    }
    for i in order where !table.values.isEmpty { numbers.append(table.values[i]) }
    record.shares = Int32(numbers.count)
    if record.kind == .empiricalLinear {
      guard table.weights.count == count else { return false }
      let last = table.weights[count - 1]
      for weight in table.weights { numbers.append(weight / last) }
      return last > 0
    }
    let weights = table.weights.isEmpty ? [Double](repeating: 1, count: count) : table.weights
    guard weights.count == count, weights.allSatisfy({ $0 >= 0 && $0.isFinite }) else { return false }
    var total = 0.0
    for i in order { total += weights[i] }
    guard total > 0 else { return false }
    var sum = 0.0
    for (position, i) in order.enumerated() {
      sum += weights[i]
      numbers.append(position == count - 1 ? 1 : sum / total)
    }
    return true
  }

  /// The value of a law that has only one.
  func constant(_ law: Int32) -> Double? { records[law].kind == .constant ? records[law].a : nil }

  // MARK: Inversion

  /// The value of a one-word law at a uniform number; increasing.
  func quantile(_ law: Int32, _ u: Double) -> Double { quantile(records[law], u) }

  func quantile(_ law: LawRecord, _ u: Double) -> Double {
    switch law.kind {
    case .constant: return law.a
    case .uniform: return law.a + (law.b - law.a) * u
    case .discreteUniform: return min(law.a + ((law.b - law.a + 1) * u).rounded(.down), law.b)
    case .triangular:
      if u < law.p { return law.a + (u * (law.c - law.a) * (law.b - law.a)).squareRoot() }
      return law.c - ((1 - u) * (law.c - law.a) * (law.c - law.b)).squareRoot()
    case .exponential: return -law.a * Elementary.log(1 - u)
    case .weibull: return law.b * Elementary.pow(-Elementary.log(1 - u), law.p)
    case .lognormal: return Elementary.exp(law.a + law.b * NormalLaw.quantile(u))
    case .normal: return law.a + law.b * NormalLaw.quantile(u)
    case .pareto: return law.a * Elementary.pow(1 - u, -law.p)
    case .lomax: return law.a * Elementary.expm1(-law.p * Elementary.log(1 - u))
    case .loglogistic: return law.a * Elementary.pow(u / (1 - u), law.p)
    case .gumbel: return law.a - law.b * Elementary.log(-Elementary.log(u))
    case .bernoulli: return u >= 1 - law.a ? 1 : 0
    case .geometric: return law.a < 1 ? max((Elementary.log(1 - u) * law.p).rounded(.up), 1) : 1
    case .weighted, .empiricalSteps: return numbers[Int(law.values) + entry(law, u)]
    case .empiricalLinear: return interpolated(law, u)
    default: preconditionFailure("law \(law.kind) has no quantile that is drawn from")
    }
  }

  /// The first entry of a table whose cumulative share exceeds u.
  func entry(_ law: LawRecord, _ u: Double) -> Int {
    var low = 0
    var high = Int(law.count) - 1
    while low < high {
      let middle = (low + high) / 2
      if numbers[Int(law.shares) + middle] > u { high = middle } else { low = middle + 1 }
    }
    return low
  }

  private func interpolated(_ law: LawRecord, _ u: Double) -> Double {
    let i = entry(law, u)
    let right = numbers[Int(law.values) + i]
    if i == 0 { return right }
    let left = numbers[Int(law.values) + i - 1]
    let low = numbers[Int(law.shares) + i - 1]
    let high = numbers[Int(law.shares) + i]
    return left + (right - left) * ((u - low) / (high - low))
  }

  // MARK: Sampling

  /// A draw from a law of the model; NaN if the law isn't one.
  func sample(_ law: Int32, _ counter: Counter) -> Double {
    var counter = counter
    return sample(records[law], &counter)
  }

  /// A draw from a law with computed parameters.
  func sample(_ law: LawRecord, _ counter: Counter) -> Double {
    var counter = counter
    return sample(law, &counter)
  }

  func child(_ law: LawRecord, _ i: Int) -> LawRecord { records[children[Int(law.laws) + i]] }
  func value(_ law: LawRecord, _ i: Int) -> Double { numbers[Int(law.values) + i] }
  func share(_ law: LawRecord, _ i: Int) -> Double { numbers[Int(law.shares) + i] }

  func sample(_ law: LawRecord, _ counter: inout Counter) -> Double {
    if law.kind == .constant { return law.a }
    if law.isOneWord { return quantile(law, counter.uniform()) }
    return sampleWide(law, &counter)
  }
}

extension LawRecord {
  init(constant: Double) {
    kind = .constant
    isOneWord = false
    a = constant
    b = 0
    c = 0
    d = 0
  }
}
