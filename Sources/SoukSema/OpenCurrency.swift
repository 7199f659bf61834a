// `Money` in a type stands for one currency, which what is given settles. Where that is no currency, the place that made it so
// is told, and not the instance in which it then doesn't fit.

internal import SoukText
internal import SoukUnits

/// What stands for `Money` in a type: to be one currency in the end.
struct OpenCurrency {
  var dimension: Dimension
  /// Where it stands, or what made something else of it.
  var span: Span
  var hint: Hint?

  /// Whether it is a currency, or may still become one.
  func isMoney(_ solver: DimensionSolver) -> Bool {
    let known = solver.resolve(dimension)
    return known.currency != nil || !known.variables.isEmpty
  }

  /// Given where money is wanted, `e` settled it, and is none.
  mutating func spoil(by e: TypedExpression) {
    span = e.span
    guard case .number(let x) = e.kind, case .quantity(let d) = e.type, d.isDimensionless else { return }
    hint = Hint("say in which currency: `\(NumberText.format(x)) CNY`")
  }
}

extension Checker {
  /// Those that stand for `Money` in a type, and aren't known yet.
  func openCurrencies(in type: Type) -> [Int] {
    let open = resolved(type).dimensions.flatMap(\.variables)
    if open.isEmpty { return [] }
    return currencies.indices.filter { index in solver.resolve(currencies[index].dimension).variables.contains { open.contains($0) } }
  }
}
