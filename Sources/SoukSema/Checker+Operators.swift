// Arithmetic, comparison and logic, over the sorts: a sample, signal or estimate lifts the operation; a claim comes of
// comparing an estimate.

internal import SoukSyntax
internal import SoukText
internal import SoukUnits

extension Checker {
  /// A type split into what it is a value of: one number, one an entity, one a moment, one a replication, a law, a curve.
  enum Sort: Int { case scalar, dist, curve, sample, signal, estimate }

  func sort(_ type: Type) -> (Sort, Type)? {
    switch resolved(type) {
    case .quantity, .date, .bool, .text, .choice, .outcome, .clock: (.scalar, type)
    case .dist(let t): (.dist, t)
    case .curve(let d): (.curve, .quantity(d))
    case .sample(let t): (.sample, t)
    case .signal(let t): (.signal, t)
    case .estimate(let t): (.estimate, t)
    default: nil
    }
  }

  func rebuilt(_ sort: Sort, _ type: Type) -> Type {
    switch sort {
    case .scalar: type
    case .dist: .dist(type)
    case .curve: if case .quantity(let d) = type { .curve(d) } else { .unknown }
    case .sample: .sample(type)
    case .signal: .signal(type)
    case .estimate: .estimate(type)
    }
  }

  /// The sort of an operation on two; nil when they don't go together.
  func joined(_ a: Sort, _ b: Sort) -> Sort? {
    if a == b { return a }
    if a == .scalar { return b }
    if b == .scalar { return a }
    switch (a, b) {
    case (.estimate, .sample), (.sample, .estimate): return .sample
    case (.estimate, .signal), (.signal, .estimate): return .signal
    default: return nil
    }
  }

  mutating func arithmetic(_ op: BinaryOperator, _ left: TypedExpression, _ right: TypedExpression, _ span: Span, _ opSpan: Span) -> TypedExpression {
    let left = readThing(left) ?? left
    let right = readThing(right) ?? right
    let bad = TypedExpression(.unknown, .unknown, span)
    if left.type == .unknown || right.type == .unknown { return bad }
    guard let (leftSort, a) = sort(left.type), let (rightSort, b) = sort(right.type), let sort = joined(leftSort, rightSort) else {
      report(cannot(op, left, right, opSpan))
      return bad
    }
    if mixesDifference(left, right) { return bad }
    if sort == .curve, !(op == .multiply || op == .divide && rightSort == .scalar) {
      report(.wrongType("a curve", expected: "a number", right.span, hints: [Hint("a curve can be multiplied by a number or a curve, and divided by a number")]))
      return bad
    }
    let shown: UnitExpression?
    let element: Type
    switch (a, b) {
    case (.quantity(let x), .quantity(let y)):
      switch op {
      case .add, .subtract:
        guard solver.unify(x, y) else {
          report(cannot(op, left, right, opSpan))
          return bad
        }
        element = .quantity(x)
        shown = left.shown ?? right.shown
      case .modulo:
        guard solver.unify(x, y) else {
          report(cannot(op, left, right, opSpan))
          return bad
        }
        element = .quantity(x)
        shown = left.shown
      case .multiply:
        element = .quantity(x * y)
        shown = combined(left, right, inverse: false)
      case .divide:
        if constant(right) == 0 { report(.divisionByZero(right.span)) }
        element = .quantity(x / y)
        shown = combined(left, right, inverse: true)
      default:
        guard let result = power(left, x, right, y) else { return bad }
        element = .quantity(result)
        shown = nil
      }
    case (.date, .date) where op == .subtract, (.clock, .clock) where op == .subtract: (element, shown) = (.time, nil)
    case (.date, .quantity(let t)) where (op == .add || op == .subtract) && solver.unify(t, .time): (element, shown) = (.date, nil)
    case (.quantity(let t), .date) where op == .add && solver.unify(t, .time): (element, shown) = (.date, nil)
    default:
      report(cannot(op, left, right, opSpan))
      return bad
    }
    return TypedExpression(.arithmetic(op, left, right), rebuilt(sort, element), span, shown: shown)
  }

  private mutating func power(_ left: TypedExpression, _ x: Dimension, _ right: TypedExpression, _ y: Dimension) -> Dimension? {
    guard solver.unify(y, .dimensionless) else {
      report(.wrongType(describe(right.type), expected: "a plain number as exponent", right.span))
      return nil
    }
    if solver.resolve(x).isDimensionless { return x }
    guard let exponent = constant(right) else {
      report(
        .wrongType("an exponent that isn't constant", expected: "a constant exponent, because \(describe(left.type)) has a unit", right.span))
      return nil
    }
    if exponent == 0.5 { return x.raised(to: Rational(1, over: 2)) }
    guard exponent == exponent.rounded(), abs(exponent) <= 12 else {
      report(.wrongType("the exponent \(exponent)", expected: "a small whole exponent or 0.5, because the base has a unit", right.span))
      return nil
    }
    return x.raised(to: Int(exponent))
  }

  /// The unit in which a product or quotient is shown: the product of the units, if each dimension appears in one unit only.
  private func combined(_ left: TypedExpression, _ right: TypedExpression, inverse: Bool) -> UnitExpression? {
    func dimensionless(_ e: TypedExpression) -> Bool {
      if let (_, t) = sort(e.type), case .quantity(let d) = t { return solver.resolve(d).isDimensionless }
      return false
    }
    // A share of a share is a share.
    if !inverse, let share = left.shown, share.text == "%", right.shown?.text == "%" { return share }
    if dimensionless(right) { return dimensionless(left) ? nil : left.shown }
    if dimensionless(left), !inverse { return right.shown }
    guard let a = left.shown ?? (dimensionless(left) ? UnitExpression.none : nil), let b = right.shown else { return nil }
    if a.text == "%" || b.text == "%" { return nil }
    let factors = a.factors + b.factors.map { UnitExpression.Factor($0.unit, inverse ? -$0.exponent : $0.exponent) }
    let joined = UnitExpression(factors)
    // What is counted before what it is counted by: `CNY/s`.
    let product = UnitExpression(joined.factors.filter { $0.exponent > 0 } + joined.factors.filter { $0.exponent < 0 })
    var seen: Set<BaseDimension> = []
    for factor in product.factors {
      for part in factor.unit.dimension.factors {
        guard case .base(let base) = part.atom, seen.insert(base).inserted else { return nil }
      }
    }
    return product.isEmpty ? nil : product
  }

  private mutating func cannot(_ op: BinaryOperator, _ left: TypedExpression, _ right: TypedExpression, _ opSpan: Span) -> Diagnostic {
    let a = describe(left.type)
    let b = describe(right.type)
    var hints: [Hint] = []
    if let (_, x) = sort(left.type), let (_, y) = sort(right.type), case .quantity(let p) = resolved(x), case .quantity(let q) = resolved(y) {
      if let from = q.currency, let to = p.currency {
        if let unit = program.units.unit(named: to.name), program.units.conversion(from: q, to: UnitExpression(unit)) != nil {
          hints.append(Hint("exchange it first: `… to \(to.name)`"))
        } else {
          return .missingRate(from.name, to: to.name, right.span)
        }
      } else if p.isDimensionless, !q.isDimensionless, case .number(let n) = left.kind {
        let whole = "\(NumberText.format(n)) \(right.shown?.text ?? q.baseUnitText)"
        hints.append(Hint("give the number its unit: `\(whole)`", replace: left.span, with: whole))
      } else if q.isDimensionless, !p.isDimensionless, case .number(let n) = right.kind {
        let whole = "\(NumberText.format(n)) \(left.shown?.text ?? p.baseUnitText)"
        hints.append(Hint("give the number its unit: `\(whole)`", replace: right.span, with: whole))
      } else if solver.areEqual(p / q, .time) || solver.areEqual(q / p, .time) {
        hints.append(Hint("one is an amount and the other a rate: multiply the rate by a time, or divide the amount by one"))
      }
    }
    let isAsked = [left, right].contains { if case .nothing = $0.kind { true } else { false } }
    if isAsked { hints.append(Hint("ask whether it is missing: `missing(…)`")) }
    for side in [left, right] where !isAsked {
      if case .optional(let inner) = resolved(side.type), case .quantity(let d) = resolved(inner) {
        hints.append(Hint("say what it is where there is none: `(… or 0\(d.isDimensionless ? "" : " " + d.baseUnitText))`"))
      }
    }
    let verb =
      switch op {
      case .add: "add \(b) to \(a)"
      case .subtract: "subtract \(b) from \(a)"
      case .multiply: "multiply \(a) by \(b)"
      case .divide: "divide \(a) by \(b)"
      case .modulo: "take \(a) modulo \(b)"
      case .power: "raise \(a) to \(b)"
      default: "compare \(a) with \(b)"
      }
    if resolved(left.type) == .text || resolved(right.type) == .text, op == .add {
      hints.append(Hint("write values into a text with braces: `\"… {value} …\"`"))
    }
    return .mixedUnits(verb, a, b, left.span, right.span, at: opSpan, hints: hints)
  }

  // MARK: Comparison

  mutating func comparison(_ op: BinaryOperator, _ left: TypedExpression, _ right: TypedExpression, _ span: Span, _ opSpan: Span, inChance: Bool = false, text: (left: String?, right: String?) = (nil, nil))
    -> TypedExpression
  {
    var left = readThing(left) ?? left
    var right = readThing(right) ?? right
    (left, right) = (namedCases(left, like: right), namedCases(right, like: left))
    let bad = TypedExpression(.unknown, .unknown, span)
    if left.type == .unknown || right.type == .unknown { return bad }
    if case .claim = left.type {
      report(.wrongType("a claim", expected: "a value", left.span, hints: [Hint("compare two things at a time, with `and` between")]))
      return bad
    }
    guard let (leftSort, a) = sort(left.type), let (rightSort, b) = sort(right.type), let sort = joined(leftSort, rightSort),
      leftSort != .curve, rightSort != .curve
    else {
      if left.type == right.type, op == .equal || op == .notEqual, case .list = resolved(left.type) {
        return TypedExpression(.comparison(op, left, right), .bool, span)
      }
      if case .list(let x) = resolved(left.type), case .list(let y) = resolved(right.type), op == .equal || op == .notEqual, fits(x, y) {
        return TypedExpression(.comparison(op, left, right), .bool, span)
      }
      report(cannot(op, left, right, opSpan))
      return bad
    }
    if mixesDifference(left, right) { return bad }
    if sort == .dist, !inChance {
      var (chance, draw) = (String?.none, String?.none)
      if let x = text.left, let y = text.right {
        func drawn(_ sort: Sort, _ words: String) -> String { sort == .dist ? "sample(\(words))" : words }
        if place.timePasses { draw = "\(drawn(leftSort, x)) \(op.rawValue) \(drawn(rightSort, y))" } else { chance = "chance(\(x) \(op.rawValue) \(y))" }
      }
      report(.comparesLaw(span, chance: chance, draw: draw))
      return bad
    }
    let ordered = op != .equal && op != .notEqual
    let isFit: Bool
    switch (resolved(a), resolved(b)) {
    case (.quantity(let x), .quantity(let y)): isFit = solver.unify(x, y)
    case (.date, .date), (.clock, .clock): isFit = true
    // A moment is a date, and counts from the start of its model beside a duration.
    case (.date, .quantity(let d)) where leftSort == .estimate, (.quantity(let d), .date) where rightSort == .estimate:
      isFit = solver.unify(d, .time)
    case (.bool, .bool), (.text, .text): isFit = !ordered
    case (.choice(let x), .choice(let y)): isFit = x == y && !ordered
    case (.outcome, .outcome): isFit = !ordered && a == b
    default: isFit = false
    }
    guard isFit else {
      report(cannot(op, left, right, opSpan))
      return bad
    }
    if rightSort == .scalar, right.shown == nil, let shown = left.shown { right.shown = shown }
    let type: Type =
      switch sort {
      case .scalar, .curve: .bool
      case .dist: .dist(.bool)
      case .sample: .sample(.bool)
      case .signal: .signal(.bool)
      case .estimate: .claim
      }
    return TypedExpression(.comparison(op, resolvedTree(left), resolvedTree(right)), type, span)
  }

  /// A text literal beside a choice or an outcome names one of its cases.
  private mutating func namedCases(_ e: TypedExpression, like other: TypedExpression) -> TypedExpression {
    guard case .text(let parts) = e.kind, parts.count == 1, case .text(let name) = parts[0], let (_, t) = sort(other.type) else { return e }
    switch t {
    case .choice(let id): return choiceCase(name, id, e.span)
    case .outcome(let scope, let member):
      guard case .journey(let journey) = program.scopes[scope.index].members[member.index].kind else { return e }
      guard let index = journey.outcomes.firstIndex(of: name) else {
        let owner = program.scopes[scope.index].members[member.index].name
        report(.unknownCase(name, of: "the outcomes of `\(owner)`", known: journey.outcomes, suggestions: closest(name, journey.outcomes), e.span))
        return TypedExpression(.unknown, .unknown, e.span)
      }
      return TypedExpression(.choiceCase(index), .outcome(scope, member), e.span)
    default: return e
    }
  }

  // MARK: Logic

  mutating func logic(_ op: BinaryOperator, _ left: TypedExpression, _ right: TypedExpression, _ span: Span) -> TypedExpression {
    if op == .or, case .optional(let inner) = resolved(left.type) {
      if case .bool = resolved(right.type), inner != .bool {
        report(.wrongType("a truth value", expected: describe(inner), right.span, hints: [Hint("`or` binds looser than a comparison: write `(x or 0) > 5`")]))
        return TypedExpression(.unknown, .unknown, span)
      }
      let other = coerce(right, to: inner)
      return TypedExpression(.orDefault(left, other), inner, span, shown: left.shown ?? right.shown)
    }
    let a = truth(left)
    let b = truth(right)
    guard let sort = joined(a, b) else {
      report(.wrongType(describe(right.type), expected: describe(left.type), right.span))
      return TypedExpression(.unknown, .unknown, span)
    }
    let type: Type = sort == .estimate ? .claim : rebuilt(sort, .bool)
    return TypedExpression(op == .and ? .and(left, right) : .or(left, right), type, span)
  }

  /// The sort of a truth value; a mistake if it isn't one.
  mutating func truth(_ e: TypedExpression) -> Sort {
    switch resolved(e.type) {
    case .bool, .unknown: return .scalar
    case .sample(.bool): return .sample
    case .signal(.bool): return .signal
    case .claim: return .estimate
    default:
      report(.wrongType(describe(e.type), expected: "a truth value", e.span, hints: [Hint("compare it with something: `… > 0`")]))
      return .scalar
    }
  }
}
