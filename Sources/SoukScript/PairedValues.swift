// What `compare` makes: two values side by side. A path into a comparison, a condition on it, its rate every minute are worked out for
// each of the two; where a number a replication comes of it, the pair becomes the difference, replication by replication. With
// the same seed both have the same random numbers, draw by draw, so most of the luck cancels (common random numbers).

import SoukLower
import SoukModel
import SoukSema
import SoukStats
import SoukText
import SoukUnits

/// A value of each side of a comparison: results, parts of them, samples or signals.
struct PairedValue: HostValue {
  var first: Value
  var second: Value
  var sides: ComparedSides
}

/// What is compared, for reports.
struct ComparedSides: Sendable {
  /// As the script writes them.
  var names: (first: String, second: String)
  /// What the script calls the comparison, if anything.
  var name: String?
  /// Of forks, the tick from which their paths are different ones, and the one at which both stand; nil for runs.
  var parting: (at: Int64?, now: Int64)?
}

extension Value {
  /// The sides of the first comparison that is in these values.
  static func sides(in values: [Value]) -> ComparedSides? {
    for value in values {
      switch value {
      case .host(let pair as PairedValue): return pair.sides
      case .list(let items): if let sides = sides(in: items) { return sides }
      default: break
      }
    }
    return nil
  }

  /// What it is on one side; what isn't of a comparison is the same on both.
  func side(isFirst: Bool) -> Value {
    switch self {
    case .host(let pair as PairedValue): isFirst ? pair.first : pair.second
    case .list(let items): .list(items.map { $0.side(isFirst: isFirst) })
    default: self
    }
  }
}

extension Lifting {
  /// The difference of two numbers or estimates; of all else the pair.
  func paired(_ first: Value, _ second: Value, _ sides: ComparedSides) throws -> Value {
    switch (first, second) {
    case (.number, .number): return try arithmetic(.subtract, first, second)
    case (.host(var a as EstimateValue), .host(var b as EstimateValue)):
      guard a.form != .truth, b.form != .truth else {
        throw EvaluationError.results("this is true or false of each of the two, and that has no difference", span, hint: "ask two runs with names")
      }
      a.lineage.isDifference = true
      for index in a.lineage.censored.indices { a.lineage.censored[index].path += " of \(sides.names.first)" }
      for index in b.lineage.censored.indices { b.lineage.censored[index].path += " of \(sides.names.second)" }
      return try arithmetic(.subtract, .host(a), .host(b))
    default: return .host(PairedValue(first: first, second: second, sides: sides))
    }
  }
}

// MARK: Forks

extension Interpreter {
  /// `compare b to s`: what two paused simulations have become since they parted. Both are kept as they stand now.
  func compareSimulations(
    _ first: (reference: SimulationReference, name: TypedExpression), _ second: (reference: SimulationReference, name: TypedExpression), _ e: TypedExpression
  ) throws(EvaluationError) -> Value {
    let (a, b) = (simulations[first.reference.index], simulations[second.reference.index])
    let names = (first: writing.source(first.name), second: writing.source(second.name))
    guard a.seed == b.seed else {
      throw EvaluationError.results(
        "`\(names.first)` has the random numbers of seed \(a.seed) and `\(names.second)` those of seed \(b.seed), so what differs may be luck alone", e.span,
        hint: "`fork \(names.second)(…)` goes on with the same ones")
    }
    guard a.simulation.now == b.simulation.now else {
      let isBehind = a.simulation.now < b.simulation.now
      throw EvaluationError.results(
        "`\(names.first)` stands at \(moment(a.simulation.now, a)) and `\(names.second)` at \(moment(b.simulation.now, b))", e.span,
        hint: "`advance \(isBehind ? names.first : names.second) to \(moment(max(a.simulation.now, b.simulation.now), a))` first")
    }
    let parting = a.parting(from: b)
    let from = max(a.warmup, b.warmup, parting ?? 0)
    func frozen(_ simulation: PausedSimulation) throws(EvaluationError) -> Value {
      var copy = simulation
      copy.simulation = simulation.simulation.fork()
      copy.chronicle = simulation.chronicle.map { Chronicle($0) }
      if copy.warmup != from {
        // What they have in common isn't observed: each lives through its past again, and what it records begins there.
        copy.warmup = from
        try relive(&copy, at: e.span)
      }
      simulations.append(copy)
      return .host(SimulationReference(index: simulations.count - 1))
    }
    return .host(
      PairedValue(first: try frozen(a), second: try frozen(b), sides: ComparedSides(names: names, parting: (parting, a.simulation.now))))
  }

  /// A time since the start, exactly, as one would write it in `advance s to …`: a date has no fractions of a second.
  private func moment(_ ticks: Int64, _ simulation: PausedSimulation) -> String {
    let second: Int64 = 1_000_000_000
    if ticks % second == 0, let instant = Self.start(of: simulation.lowered)?.adding(nanoseconds: ticks) { return "\(instant)" }
    let units = [("day", 86400 * second), ("h", 3600 * second), ("min", 60 * second)]
    if let (name, unit) = units.first(where: { ticks > 0 && ticks % ($0.1 / 10) == 0 && ticks >= $0.1 }) {
      return NumberText.join("\(ticks / unit)" + (ticks % unit == 0 ? "" : ".\(ticks % unit / (unit / 10))"), name)
    }
    var fraction = ticks % second == 0 ? "" : "\(second + ticks % second)".dropFirst()
    while fraction.last == "0" { fraction.removeLast() }
    return "\(ticks / second)\(fraction.isEmpty ? "" : ".")\(fraction) s"
  }
}

extension PausedSimulation {
  /// The tick from which on other arguments held than in `other`; nil where they are the same all along.
  func parting(from other: PausedSimulation) -> Int64? {
    func text(_ arguments: [MemberID: Value]) -> String { "\(arguments.sorted { $0.key.index < $1.key.index })" }
    if text(arguments) != text(other.arguments) { return 0 }
    let (own, theirs) = (changes.map { (at: $0.at, text: text($0.arguments)) }, other.changes.map { (at: $0.at, text: text($0.arguments)) })
    for index in 0..<max(own.count, theirs.count) {
      guard index < own.count else { return theirs[index].at }
      guard index < theirs.count else { return own[index].at }
      if own[index] != theirs[index] { return min(own[index].at, theirs[index].at) }
    }
    return nil
  }
}
