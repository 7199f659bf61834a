// Laws as values to laws of the compiled model: formulas folded to the parameters that sampling wants, tables shared,
// compositions flattened where that is exact. Equal laws get one index.

import SoukModel
import SoukSema

/// The laws of a model under construction.
struct LawTables {
  private(set) var laws: [Law] = []
  private(set) var tables: [LawTable] = []
  private var lawIndex: [Law: Int32] = [:]
  private var tableIndex: [LawTable: Int32] = [:]

  /// The index of a law whose values, numbers in base units, come out multiplied by `factor`; texts and cases of choices
  /// come out as `number` says.
  mutating func add(_ value: LawValue, factor: Double, number: (Value) -> Double) -> Int32 {
    let law = compile(value, factor, number)
    return index(of: law)
  }

  mutating func index(of law: Law) -> Int32 {
    if let known = lawIndex[law] { return known }
    let new = Int32(laws.count)
    laws.append(law)
    lawIndex[law] = new
    return new
  }

  private mutating func table(_ table: LawTable) -> Int32 {
    if let known = tableIndex[table] { return known }
    let new = Int32(tables.count)
    tables.append(table)
    tableIndex[table] = new
    return new
  }

  private mutating func compile(_ value: LawValue, _ k: Double, _ number: (Value) -> Double) -> Law {
    switch value {
    case .simple(let name, let p): return Self.simple(name, p, factor: k)
    case .weighted(let chances, let values):
      return Law(.weighted, table: table(LawTable(weights: chances, values: values.map { Self.isNumber($0) ? number($0) * k : number($0) })))
    case .hyperexponential(let chances, let means):
      return Law(.hyperexponential, table: table(LawTable(weights: chances, values: means.map { $0 * k })))
    case .empirical(let values, let linear):
      let ascending = values.sorted().map { $0 * k }
      if !linear || ascending.count < 2 {
        return Law(.empiricalSteps, table: table(LawTable(weights: ascending.map { _ in 1 }, values: ascending)))
      }
      let last = Double(ascending.count - 1)
      return Law(.empiricalLinear, table: table(LawTable(weights: ascending.indices.map { Double($0) / last }, values: ascending)))
    case .empiricalPoints(let points):
      return Law(.empiricalLinear, table: table(LawTable(weights: points.map(\.probability), values: points.map { $0.value * k })))
    case .mixture(let chances, let laws):
      let parts = laws.map { add($0, factor: k, number: number) }
      return Law(.mixture, table: table(LawTable(weights: chances, laws: parts)))
    case .truncated(let law, let low, let high):
      return Law(.truncated, low * k, high * k, table: part(law, k, number))
    case .affine(let law, let shift, let factor):
      if shift == 0, factor > 0 { return compile(law, k * factor, number) }
      return Law(.affine, shift * k, factor, table: part(law, k, number))
    case .sum(let laws): return Law(.sum, table: parts(laws, k, number))
    case .product(let laws):
      if k == 1 { return Law(.product, table: parts(laws, 1, number)) }
      let plain = index(of: Law(.product, table: parts(laws, 1, number)))
      return Law(.affine, 0, k, table: table(LawTable(laws: [plain])))
    case .minimum(let laws): return Law(.minimum, table: parts(laws, k, number))
    case .maximum(let laws): return Law(.maximum, table: parts(laws, k, number))
    case .rounded(let law):
      if k == 1 { return Law(.rounded, table: part(law, 1, number)) }
      let plain = index(of: Law(.rounded, table: part(law, 1, number)))
      return Law(.affine, 0, k, table: table(LawTable(laws: [plain])))
    }
  }

  private mutating func part(_ law: LawValue, _ k: Double, _ number: (Value) -> Double) -> Int32 { parts([law], k, number) }

  private mutating func parts(_ laws: [LawValue], _ k: Double, _ number: (Value) -> Double) -> Int32 {
    var indices: [Int32] = []
    for law in laws { indices.append(add(law, factor: k, number: number)) }
    return table(LawTable(laws: indices))
  }

  private static func isNumber(_ value: Value) -> Bool {
    if case .number = value { true } else { false }
  }

  /// A law without tables, its values multiplied by `factor` > 0: its parameters of the values' dimension are.
  static func simple(_ name: LawName, _ given: [String: Double], factor: Double) -> Law {
    var p = given
    if factor != 1 { for (key, x) in given { p[key] = x * power(of: key, name, given, factor) } }
    if name == .weibull, let mean = p["mean"], let sd = p["sd"] {
      let (shape, scale) = LawFormulas.weibull(mean: mean, sd: sd)
      return Law(.weibull, shape, scale)
    }
    var algebra = PlainAlgebra()
    guard let (kind, x) = LawFormulas.parameters(name, p, &algebra) else { return Law(.constant, .nan) }
    return Law(kind, x[0], x.count > 1 ? x[1] : 0, x.count > 2 ? x[2] : 0, x.count > 3 ? x[3] : 0)
  }

  private static func power(of key: String, _ name: LawName, _ given: [String: Double], _ factor: Double) -> Double {
    for form in LawForms.forms[name] ?? [] where Set(given.keys).isSubset(of: form.parameters.map(\.name)) {
      switch form.parameters.first(where: { $0.name == key })?.kind {
      case .same, .sameList: return factor
      case .rate: return 1 / factor
      default: return 1
      }
    }
    return 1
  }
}
