// Expressions written out again, for hints that can be pasted: `value(mean(day.till.wait)) < 12 min` rather than `value(…)`.

internal import SoukSyntax
internal import SoukText

extension Checker {
  /// A short expression as its author would write it; nil for what is long or has bodies of its own.
  func written(_ e: Expression) -> String? {
    switch e.kind {
    case .name(let text), .date(let text), .clock(let text): return text
    case .number(let n):
      guard let unit = n.unit?.text else { return n.text }
      return n.text + (unit.hasPrefix("/") ? "" : " ") + unit
    case .string(let s): return s.plain.map { "\"\($0)\"" }
    case .group(let inner): return written(inner).map { "(\($0))" }
    case .negate(let inner): return written(inner).map { "-\($0)" }
    case .not(let inner): return written(inner).map { "not \($0)" }
    case .member(let base, let name): return written(base).map { "\($0).\(name.text)" }
    case .index(let base, let index):
      guard let a = written(base), let b = written(index) else { return nil }
      return "\(a)[\(b)]"
    case .binary(let op, let a, let b, _):
      guard let x = written(a), let y = written(b) else { return nil }
      return "\(x) \(op.rawValue) \(y)"
    case .call(let callee, let arguments):
      guard let name = written(callee) else { return nil }
      var parts: [String] = []
      for argument in arguments {
        guard argument.generator == nil, let value = written(argument.value) else { return nil }
        parts.append((argument.label.map { "\($0.text): " } ?? "") + value)
      }
      return "\(name)(\(parts.joined(separator: ", ")))"
    case .convert(let inner, let unit): return written(inner).map { "\($0) to \(unit.text)" }
    default: return nil
    }
  }

  /// `value(mean(x)) < 12 min` of `mean(x) < 12 min`: the side that is an estimate gets its point taken.
  func pointTaken(_ e: Expression) -> String? {
    guard case .binary(let op, let a, let b, _) = ungrouped(e).kind, op.isComparison, let x = written(a), let y = written(b) else { return nil }
    if case .call = a.kind { return "value(\(x)) \(op.rawValue) \(y)" }
    if case .member = a.kind { return "value(\(x)) \(op.rawValue) \(y)" }
    return "\(x) \(op.rawValue) value(\(y))"
  }

  /// Advice for a name that isn't known but means something elsewhere.
  func elsewhere(_ name: String) -> Hint? {
    if ["run", "start", "fork", "compare"].contains(name) {
      let example = name == "compare" ? "compare A to B" : "\(name) Model"
      return Hint("a simulation is run behind `let name =`, or in parentheses: `(\(example) { … })`, and never inside a function or a model")
    }
    if program.units.unit(named: name) != nil { return Hint("`\(name)` is a unit, and stands behind a number: `1 \(name)`") }
    for other in program.scopes where other.member(named: name) != nil {
      if scope == nil, !other.isComponent { return Hint("`\(name)` belongs to the model \(other.name); a run's results have it: `let r = run \(other.name) { … }`, then `r.\(name)`") }
    }
    return nil
  }

  /// What to make of a value that isn't a claim yet.
  func claimHint(_ claim: TypedExpression, _ text: String) -> String {
    switch resolved(claim.type) {
    case .sample(.bool), .signal(.bool): "say how often: `share(\(text)) >= 90%`, or `always(\(text))`"
    case .sample, .signal: "make one number of it and compare that: `mean(\(text)) <= …`"
    default: "compare it: `\(text) <= …`, or `\(text) within 2% of …`"
    }
  }
}
