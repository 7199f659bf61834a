// `baseline(p95(r.order.time))` in a check: the numbers that the same expression of the same check had when the baseline was saved, one a
// replication, so that with one seed a check compares replications with common random numbers. Where nothing is known of it each
// replication has no data, and the check says why. What is asked for is noted, so that it can be saved.

import SoukLower
public import SoukReport
import SoukSema
import SoukSyntax
import SoukUnits

extension Lineage {
  /// What of a baseline is in a value.
  struct FromBaseline: Sendable, Hashable {
    /// Replications that the baseline has of it; all that there are where nothing was drawn, or nothing is known.
    var replications = Int.max
    /// Why there is nothing.
    var absence: String?
    /// What has to be known beside the verdict.
    var notes: [String] = []

    func merged(_ other: FromBaseline) -> FromBaseline {
      FromBaseline(
        replications: min(replications, other.replications), absence: absence ?? other.absence,
        notes: notes + other.notes.filter { !notes.contains($0) })
    }
  }

  /// Whether the baseline has no more replications than were compared, so that another look would see nothing new.
  var isBaselineExhausted: Bool {
    guard let fromBaseline else { return false }
    return fromBaseline.absence != nil || fromBaseline.replications <= (runs.map(\.paths.count).max() ?? 0)
  }
}

/// A baseline that an execution may ask.
public struct BaselineSource: Sendable {
  /// The file, for messages.
  public var file: String
  /// What it has of this script.
  public var script: ScriptBaseline?
  public init(file: String, script: ScriptBaseline?) {
    self.file = file
    self.script = script
  }
}

extension Interpreter {
  /// The value that `e`, which is now `value`, had in the baseline.
  func baseline(of value: Value, _ e: TypedExpression) throws(EvaluationError) -> Value {
    guard case .host(let now as EstimateValue) = value, now.form != .truth else {
      throw EvaluationError.results("`baseline` needs an estimate", e.span, hint: "write `baseline(p95(r.order.time))`")
    }
    let expression = writing.source(e)
    let dimension = ResultAccess.dimension(e.type)
    let run = now.lineage.runs.first
    note(
      ValueBaseline(
        check: checkName ?? "", expression: expression, seed: run?.seed, isExact: now.lineage.isExact, dimension: dimension,
        values: now.lineage.isExact ? Array(now.values.prefix(1)) : now.values))
    var was = now
    was.series = nil
    was.isEvent = false
    var from = Lineage.FromBaseline()
    if let known = options.baseline?.script?.value(expression, in: checkName ?? ""), known.isOf(dimension) {
      if known.isExact {
        was.values = Array(repeating: known.values.first ?? nil, count: now.values.count)
      } else {
        was.values = Array(known.values.prefix(now.values.count))
        from.replications = known.values.count
        if let then = known.seed, let run, then != run.seed { from.notes.append("the baseline's seed is \(then): its replications have other random numbers") }
      }
    } else {
      was.values = now.values.map { _ in nil }
      from.absence = absence(expression, dimension)
    }
    was.lineage.fromBaseline = from
    return .host(was)
  }

  /// Keeps what a baseline is asked for; of the same question the answer with most replications.
  private func note(_ value: ValueBaseline) {
    guard let evidence else { return }
    if let index = evidence.values.firstIndex(where: { $0.check == value.check && $0.expression == value.expression }) {
      if evidence.values[index].values.count <= value.values.count { evidence.values[index] = value }
    } else {
      evidence.values.append(value)
    }
  }

  private func absence(_ expression: String, _ dimension: Dimension) -> String {
    guard let source = options.baseline else { return "no baseline was given: `souk test --baseline FILE` compares with one that `--save-baseline FILE` wrote" }
    guard let script = source.script else { return "\(source.file) knows nothing of this script" }
    if let known = script.value(expression, in: checkName ?? "") {
      let unit = known.unit.isEmpty ? "a plain number" : known.unit
      return "\(source.file) has `\(expression)` in \(unit), and it is in \(dimension.baseUnitText.isEmpty ? "plain numbers" : dimension.baseUnitText) now"
    }
    return "\(source.file) doesn't have `\(expression)`: it wasn't asked for when the baseline was saved"
  }
}
