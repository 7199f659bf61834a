// What is known of optional values: after `missing(x)` was asked, x is its value where the answer was no.

internal import SoukSyntax
internal import SoukText

extension Expression {
  /// `x`, `x.y` as a text; nil for anything else.
  var path: String? {
    switch kind {
    case .name(let name): name
    case .member(let base, let name): base.path.map { "\($0).\(name.text)" }
    case .group(let inner): inner.path
    default: nil
    }
  }

  /// Whether an operator makes it of two others.
  var isComposed: Bool { if case .binary = kind { true } else { false } }

  /// Whether it is a sum or difference, to be bracketed before it is multiplied.
  var isSum: Bool {
    if case .binary(let op, _, _, _) = kind { return op == .add || op == .subtract }
    return false
  }
}

extension Checker {
  /// What an optional is that isn't given; nil for what must be given.
  func nothing(of type: Type, _ span: Span) -> TypedExpression? {
    if case .optional = resolved(type) { TypedExpression(.nothing, type, span) } else { nil }
  }

  /// Paths that aren't missing when the condition is true, and when it is false.
  func presence(in condition: Expression) -> (whenTrue: Set<String>, whenFalse: Set<String>) {
    switch condition.kind {
    case .group(let inner): return presence(in: inner)
    case .not(let inner):
      let known = presence(in: inner)
      return (known.whenFalse, known.whenTrue)
    case .binary(.and, let a, let b, _): return (presence(in: a).whenTrue.union(presence(in: b).whenTrue), [])
    case .binary(.or, let a, let b, _): return ([], presence(in: a).whenFalse.union(presence(in: b).whenFalse))
    case .call(let callee, let arguments):
      guard case .name("missing") = callee.kind, arguments.count == 1, let path = arguments[0].value.path, isFixed(path) else { return ([], []) }
      return ([], [path])
    default: return ([], [])
    }
  }

  /// Whether what a path begins with stays what it is: a variable may be missing again in the next step.
  private func isFixed(_ path: String) -> Bool {
    let name = String(path.prefix { $0 != "." })
    for names in localNames.reversed() { if let id = names[name] { return !locals[id.index].isVariable } }
    return true
  }

  /// Does `body` knowing that these paths aren't missing.
  mutating func with<Result>(present more: Set<String>, _ body: (inout Checker) -> Result) -> Result {
    let known = present
    present.formUnion(more)
    defer { present = known }
    return body(&self)
  }
}
