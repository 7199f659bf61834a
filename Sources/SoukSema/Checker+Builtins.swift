// The functions of the language: over numbers, lists, laws, and what runs leave behind. One rule each.

internal import SoukSyntax
internal import SoukText
internal import SoukUnits

extension Checker {
  mutating func checkBuiltin(_ f: Builtin, _ arguments: [Argument], _ span: Span, _ nameSpan: Span, expected: Type?) -> TypedExpression {
    if arguments.count == 1, let generator = arguments[0].generator { return fold(f, arguments[0].value, generator.variable, generator.source, span) }
    switch f {
    case .abs, .floor, .ceil, .round, .sign: return sameUnit(f, arguments, span)
    case .cents:
      let value = one(f, arguments, span)
      if case .quantity(let d) = resolved(value.type), d.currency == nil, d.variables.isEmpty { report(.wrongType(describe(value.type), expected: "an amount of money", value.span)) }
      return TypedExpression(.builtin(f, [value]), value.type, span, shown: value.shown)
    case .sqrt:
      let value = lifted(f, arguments, span)
      guard let (s, t) = sort(value.type), case .quantity(let d) = resolved(t) else { return bad(span) }
      return TypedExpression(.builtin(f, [value]), rebuilt(s, .quantity(d.raised(to: Rational(1, over: 2)))), span)
    case .exp, .ln, .log10, .log2, .sin, .cos, .tan:
      let value = lifted(f, arguments, span)
      guard let (s, t) = sort(value.type) else { return bad(span) }
      if !fits(t, .number) { report(.wrongType(describe(value.type), expected: "a plain number", value.span, hints: [Hint("divide by a unit first: `x / 1 s`")])) }
      return TypedExpression(.builtin(f, [value]), rebuilt(s, .number), span)
    case .min, .max: return extremes(f, arguments, span)
    case .clamp:
      let x = readNumber(check(arguments.first?.value ?? missing(span)))
      let rest = arguments.dropFirst().map { coerce(check($0.value, expected: x.type), to: x.type) }
      if rest.count != 2 { report(.badArguments("`clamp` takes a value, the lowest and the highest", span, hint: "write `clamp(x, 0, 10)`")) }
      return TypedExpression(.builtin(f, [x] + rest), x.type, span, shown: x.shown)
    case .mean, .sd, .last, .p50, .p90, .p95, .p99, .sum, .product, .variance: return summary(f, arguments, span)
    case .quantile: return quantile(arguments, span)
    case .share: return share(arguments, span)
    case .count: return countOf(arguments, span)
    case .integral: return integral(arguments, span)
    case .rate, .series: return rate(f, arguments, span)
    case .cumulative:
      let value = one(f, arguments, span)
      return TypedExpression(.builtin(f, [value]), value.type, span, shown: value.shown)
    case .first, .duration, .always, .any: return overTime(f, arguments, span)
    case .length, .sort, .reverse, .map, .filter, .append, .contains, .index: return listFunction(f, arguments, span)
    case .sample, .happens, .chance, .truncate, .shift: return lawFunction(f, arguments, span)
    case .value, .halfWidth:
      let value = one(f, arguments, span)
      switch resolved(value.type) {
      case .estimate(.date) where f == .halfWidth: return TypedExpression(.builtin(f, [value]), .time, span)
      case .estimate(let t): return TypedExpression(.builtin(f, [value]), t, span, shown: value.shown)
      case .claim where f == .value: return TypedExpression(.builtin(f, [value]), .bool, span)
      case .quantity, .unknown: return TypedExpression(.builtin(f, [value]), value.type, span, shown: value.shown)
      default:
        report(.wrongType(describe(value.type), expected: "an estimate", value.span))
        return bad(span)
      }
    case .baseline: return baseline(arguments, span)
    case .monthsAfter:
      let date = check(arguments.first?.value ?? missing(span))
      let months = arguments.count > 1 ? checkQuantity(arguments[1].value, .dimensionless) : bad(span)
      if arguments.count != 2 { report(.badArguments("`months_after` takes a date and how many months", span, hint: "write `months_after(2017-11-11, 3)`")) }
      return TypedExpression(.builtin(f, [coerce(date, to: .date), months]), .date, span)
    case .text:
      let value = one(f, arguments, span)
      return TypedExpression(.text([.value(resolvedTree(value))]), .text, span)
    case .next:
      let value = one(f, arguments, span)
      readsClock = true
      return TypedExpression(.builtin(f, [coerce(value, to: .calendar)]), .time, span)
    case .isMissing:
      let value = one(f, arguments, span)
      return TypedExpression(.builtin(f, [value]), .bool, span)
    case .trace: return checkTrace(arguments, span)
    case .print: return bad(span)
    }
  }

  /// `baseline(p95(r.order.time))`: the same estimate, as it was.
  private mutating func baseline(_ arguments: [Argument], _ span: Span) -> TypedExpression {
    if !isClaim {
      report(.misplaced("`baseline`", "belongs to the claim of a check", span, hint: "write `check \"…\": p95(r.order.time) <= baseline(p95(r.order.time)) * 102%`"))
    }
    let value = one(.baseline, arguments, span)
    switch resolved(value.type) {
    case .estimate(let t) where isQuantityOrDate(t): return TypedExpression(.builtin(.baseline, [value]), value.type, span, shown: value.shown)
    case .unknown: return bad(span)
    default:
      report(.wrongType(describe(value.type), expected: "an estimate such as `p95(r.order.time)`", value.span))
      return bad(span)
    }
  }

  private func isQuantityOrDate(_ type: Type) -> Bool {
    switch resolved(type) {
    case .quantity, .date: true
    default: false
    }
  }

  private func bad(_ span: Span) -> TypedExpression { TypedExpression(.unknown, .unknown, span) }
  private func missing(_ span: Span) -> Expression { Expression(.missing, span) }

  private mutating func one(_ f: Builtin, _ arguments: [Argument], _ span: Span) -> TypedExpression {
    if arguments.count != 1 { report(.badArguments("`\(f.rawValue)` takes 1 argument, and here are \(arguments.count)", span)) }
    guard let first = arguments.first else { return bad(span) }
    let before = program.demands
    var value = check(first.value)
    value = readThing(value) ?? value
    if sufficesSummary(f, of: value), case .statistic(let base, let statistic) = value.kind, resultPath(base) != nil {
      program.demands = before
      demand(base, statistic, inSummary: true)
    }
    return value
  }

  /// Whether a statistic of what things report by themselves needs no more than moments, extremes and the last value.
  private func sufficesSummary(_ f: Builtin, of value: TypedExpression) -> Bool {
    switch resolved(value.type) {
    case .sample(let t):
      if case .quantity = resolved(t) { return [.mean, .sd, .variance, .min, .max, .count, .sum].contains(f) }
      return false
    case .signal(let t):
      if case .quantity = resolved(t) { return [.mean, .min, .max, .last, .count, .integral].contains(f) }
      return false
    default: return false
    }
  }

  private mutating func lifted(_ f: Builtin, _ arguments: [Argument], _ span: Span) -> TypedExpression {
    let value = one(f, arguments, span)
    guard let (_, t) = sort(value.type), case .quantity = resolved(t) else {
      if value.type != .unknown { report(.wrongType(describe(value.type), expected: "a number", value.span)) }
      return bad(span)
    }
    return value
  }

  private mutating func sameUnit(_ f: Builtin, _ arguments: [Argument], _ span: Span) -> TypedExpression {
    guard f == .round || f == .floor || f == .ceil, arguments.count == 2 else {
      let value = lifted(f, arguments, span)
      return TypedExpression(.builtin(f, [value]), f == .sign ? .number : value.type, span, shown: f == .sign ? nil : value.shown)
    }
    // round(x, 1 min): to whole minutes.
    let value = readNumber(check(arguments[0].value))
    let unit = coerce(check(arguments[1].value, expected: value.type), to: value.type)
    return TypedExpression(.builtin(f, [value, unit]), value.type, span, shown: value.shown ?? unit.shown)
  }

  private mutating func extremes(_ f: Builtin, _ arguments: [Argument], _ span: Span) -> TypedExpression {
    if arguments.count == 1 { return summary(f, arguments, span) }
    guard arguments.count >= 2 else {
      report(.badArguments("`\(f.rawValue)` takes values to compare, or one list, sample or signal", span))
      return bad(span)
    }
    var values: [TypedExpression] = []
    var best = Sort.scalar
    var element: Type?
    for argument in arguments {
      var value = check(argument.value, expected: element)
      value = readThing(value) ?? value
      guard let (s, t) = sort(value.type), case .quantity(let d) = resolved(t) else {
        if case .date = value.type { element = .date; values.append(value); continue }
        if value.type != .unknown { report(.wrongType(describe(value.type), expected: "a number", value.span)) }
        return bad(span)
      }
      if let first = element, case .quantity(let e) = first, !solver.unify(d, e) {
        report(.mixedUnits("compare \(describe(value.type)) with \(describe(first))", describe(first), describe(value.type), values[0].span, value.span, at: value.span))
        return bad(span)
      }
      element = element ?? t
      best = joined(best, s) ?? best
      values.append(value)
    }
    return TypedExpression(.builtin(f, values), rebuilt(best, element ?? .number), span, shown: values.compactMap(\.shown).first)
  }

  // MARK: Summaries: one number of many

  private mutating func summary(_ f: Builtin, _ arguments: [Argument], _ span: Span) -> TypedExpression {
    let value = one(f, arguments, span)
    let result: Type
    switch resolved(value.type) {
    case .sample(let t), .signal(let t):
      if f == .variance, case .quantity(let d) = t { result = .estimate(.quantity(d * d)) } else if case .bool = t { result = .estimate(.number) } else { result = .estimate(t) }
    case .list(let t):
      if case .estimate = resolved(t) { result = t } else if f == .variance, case .quantity(let d) = t { result = .quantity(d * d) } else { result = t }
    case .range(let d): result = .quantity(d)
    case .dist(let t):
      guard [.mean, .sd, .variance, .p50, .p90, .p95, .p99].contains(f) else { fallthrough }
      if f == .variance, case .quantity(let d) = resolved(t) { result = .quantity(d * d) } else { result = t }
    case .estimate(let t) where f == .mean || f == .sd || f == .min || f == .max: result = t
    case .curve(let d) where f == .max || f == .min || f == .mean: result = .quantity(d)
    case .unknown: return bad(span)
    default:
      report(.wrongType(describe(value.type), expected: "a sample, a signal, a list or a distribution", value.span))
      return bad(span)
    }
    return TypedExpression(.builtin(f, [value]), result, span, shown: f == .variance ? nil : value.shown)
  }

  private mutating func quantile(_ arguments: [Argument], _ span: Span) -> TypedExpression {
    guard arguments.count == 2 else {
      report(.badArguments("`quantile` takes the values and the share below it", span, hint: "write `quantile(x, 99.9%)`"))
      return bad(span)
    }
    let value = summary(.p50, [arguments[0]], span)
    let q = checkQuantity(arguments[1].value, .dimensionless)
    guard case .builtin(_, let inner) = value.kind else { return bad(span) }
    if let x = constant(q), x < 0 || x > 1 { report(.badArguments("a quantile's share is between 0% and 100%", q.span)) }
    return TypedExpression(.builtin(.quantile, inner + [q]), value.type, span, shown: value.shown)
  }

  private mutating func share(_ arguments: [Argument], _ span: Span) -> TypedExpression {
    let value = one(.share, arguments, span)
    var percent: UnitExpression?
    if case .success(let unit) = program.units.parse("%") { percent = unit }
    switch resolved(value.type) {
    case .sample(.bool), .signal(.bool): return TypedExpression(.builtin(.share, [value]), .estimate(.number), span, shown: percent)
    case .list(.bool): return TypedExpression(.builtin(.share, [value]), .number, span, shown: percent)
    case .unknown: return bad(span)
    default:
      report(.wrongType(describe(value.type), expected: "a condition on a sample or a signal", value.span, hints: [Hint("compare it: `share(day.till.wait <= 5 min)`")]))
      return bad(span)
    }
  }

  private mutating func countOf(_ arguments: [Argument], _ span: Span) -> TypedExpression {
    let value = one(.count, arguments, span)
    switch resolved(value.type) {
    case .sample: return TypedExpression(.builtin(.count, [value]), .estimate(.number), span)
    case .list(.bool): return TypedExpression(.builtin(.count, [value]), .number, span)
    case .list, .table: return TypedExpression(.builtin(.length, [value]), .number, span)
    case .signal(.bool): return TypedExpression(.builtin(.count, [value]), .estimate(.number), span)
    case .signal(let t):
      let total = TypedExpression(.builtin(.last, [value]), .estimate(t), span, shown: value.shown)
      // Of a part of the time, what was counted in it.
      guard case .during(let whole, let from, _) = value.kind else { return total }
      return TypedExpression(.arithmetic(.subtract, total, TypedExpression(.at(whole, from), .estimate(t), span)), .estimate(t), span, shown: value.shown)
    case .unknown: return bad(span)
    default:
      report(.wrongType(describe(value.type), expected: "a sample or a list", value.span))
      return bad(span)
    }
  }

  private mutating func integral(_ arguments: [Argument], _ span: Span) -> TypedExpression {
    let value = one(.integral, arguments, span)
    guard case .signal(.quantity(let d)) = resolved(value.type) else {
      if value.type != .unknown { report(.wrongType(describe(value.type), expected: "a value over time", value.span)) }
      return bad(span)
    }
    return TypedExpression(.builtin(.integral, [value]), .estimate(.quantity(d * .time)), span)
  }

  private mutating func rate(_ f: Builtin, _ arguments: [Argument], _ span: Span) -> TypedExpression {
    guard let first = arguments.first else { return bad(span) }
    var value = check(first.value)
    value = readThing(value) ?? value
    guard let every = arguments.dropFirst().first(where: { $0.label?.text == "every" }) ?? arguments.dropFirst().first else {
      report(.badArguments("`\(f.rawValue)` needs the width of its windows", span, hint: "write `\(f.rawValue)(\(nameText(first.value) ?? "x"), every: 1 min)`"))
      return bad(span)
    }
    let width = checkQuantity(every.value, .time)
    switch resolved(value.type) {
    case .signal(.quantity(let d)):
      return TypedExpression(.builtin(f, [value, width]), .signal(.quantity(f == .rate ? d / .time : d)), span, shown: f == .series ? value.shown : nil)
    case .sample(let t) where f == .series: return TypedExpression(.builtin(f, [value, width]), .signal(t), span, shown: value.shown)
    case .sample where f == .rate: return TypedExpression(.builtin(f, [value, width]), .signal(.quantity(.rate)), span)
    case .unknown: return bad(span)
    default:
      report(.wrongType(describe(value.type), expected: "a counter or another value over time", value.span))
      return bad(span)
    }
  }

  private mutating func overTime(_ f: Builtin, _ arguments: [Argument], _ span: Span) -> TypedExpression {
    let value = one(f, arguments, span)
    if f != .duration, isOfBoth(value) {
      report(f == .first ? .noDifferenceOfMoments(span) : .noDifferenceOfTruth("`\(f.rawValue)(…)`", span, instead: "\(f.rawValue)(a.…)"))
      return bad(span)
    }
    switch resolved(value.type) {
    case .signal(.bool):
      switch f {
      case .first: return TypedExpression(.builtin(f, [value]), .estimate(isDated(value) ? .date : .time), span)
      case .duration: return TypedExpression(.builtin(f, [value]), .estimate(.time), span)
      default: return TypedExpression(.builtin(f, [value]), .claim, span)
      }
    case .sample(.bool) where f == .always || f == .any: return TypedExpression(.builtin(f, [value]), .claim, span)
    case .list(let t) where f == .first: return TypedExpression(.builtin(f, [value]), t, span, shown: value.shown)
    case .list(.bool) where f == .always || f == .any: return TypedExpression(.builtin(f, [value]), .bool, span)
    case .unknown: return bad(span)
    default:
      report(.wrongType(describe(value.type), expected: "a condition over time such as `day.till.queue > 10`", value.span))
      return bad(span)
    }
  }

  // MARK: Lists

  private mutating func fold(_ f: Builtin, _ body: Expression, _ variable: Name, _ source: Expression, _ span: Span) -> TypedExpression {
    let list = check(source)
    localNames.append([:])
    let id = addLocal(variable, elementType(list), isVariable: false)
    var value = check(body)
    value = readThing(value) ?? value
    localNames.removeLast()
    let result: Type
    switch f {
    case .sum, .min, .max, .mean, .product: result = value.type
    case .count: result = .number
    case .any, .always: result = .bool
    case .map, .append: result = .list(value.type)
    default:
      report(.badArguments("`\(f.rawValue)` doesn't go over a list with `for`", span, hint: "`sum`, `min`, `max`, `mean`, `count`, `any`, `always` and `map` do"))
      return bad(span)
    }
    if f == .count || f == .any || f == .always { _ = coerce(value, to: .bool) }
    return TypedExpression(.fold(f, id, in: list, value), result, span, shown: value.shown)
  }

  private mutating func listFunction(_ f: Builtin, _ arguments: [Argument], _ span: Span) -> TypedExpression {
    guard let first = arguments.first else {
      report(.badArguments("`\(f.rawValue)` takes a list", span))
      return bad(span)
    }
    let list = check(first.value)
    let element = elementType(list)
    switch f {
    case .length: return TypedExpression(.builtin(f, [list]), .number, span)
    case .sort, .reverse: return TypedExpression(.builtin(f, [list]), .list(element), span, shown: list.shown)
    case .map, .filter:
      guard arguments.count == 2 else {
        report(.badArguments("`\(f.rawValue)` takes a list and a function", span, hint: "write `\(f.rawValue)(xs, fn(x) = x * 2)`"))
        return bad(span)
      }
      let function = check(arguments[1].value, expected: .function([element], .unknown))
      guard case .function(let types, let result) = resolved(function.type), types.count == 1, fits(element, types[0]) else {
        expectType(function, "a function of one element")
        return bad(span)
      }
      return TypedExpression(.builtin(f, [list, function]), .list(f == .map ? resolved(result) : element), span)
    case .append, .contains:
      guard arguments.count == 2 else { return bad(span) }
      let value = coerce(check(arguments[1].value, expected: element), to: element)
      return TypedExpression(.builtin(f, [list, value]), f == .append ? .list(element) : .bool, span, shown: list.shown)
    default:
      guard arguments.count == 2 else {
        report(.badArguments("`index` takes a list and the value to be found in it", span, hint: "write `index(xs, x)`; the first of a list is `xs[0]`"))
        return bad(span)
      }
      let value = coerce(check(arguments[1].value, expected: element), to: element)
      return TypedExpression(.builtin(.index, [list, value]), .optional(.number), span)
    }
  }

  // MARK: Laws

  private mutating func lawFunction(_ f: Builtin, _ arguments: [Argument], _ span: Span) -> TypedExpression {
    guard let first = arguments.first else {
      report(.badArguments("`\(f.rawValue)` takes an argument", span))
      return bad(span)
    }
    switch f {
    case .happens:
      if !place.timePasses { report(.blocksOutside("happens", where: place.words, span)) }
      return TypedExpression(.builtin(f, [checkQuantity(first.value, .dimensionless)]), .bool, span)
    case .chance:
      guard case .binary(let op, let left, let right, let opSpan) = ungrouped(first.value).kind, op.isComparison else {
        report(.badArguments("`chance` takes a comparison with a distribution", span, hint: "write `chance(ride <= 30 min)`; for an event of this probability write `happens(30%)`"))
        return bad(span)
      }
      let a = check(left)
      let b = check(right, expected: a.type)
      let compared = comparison(op, a, b, first.value.span, opSpan, inChance: true)
      guard case .dist = compared.type else {
        if compared.type != .unknown { report(.wrongType(describe(compared.type), expected: "a comparison with a distribution", compared.span)) }
        return bad(span)
      }
      var percent: UnitExpression?
      if case .success(let unit) = program.units.parse("%") { percent = unit }
      return TypedExpression(.builtin(.chance, [compared]), .number, span, shown: percent)
    case .sample:
      let law = check(first.value)
      if !place.timePasses { report(.misplaced("`sample`", "draws for an entity, and there is none in \(place.words)", span, hint: "draws live in journeys and actions; `mean(…)` is a law's mean")) }
      guard case .dist(let t) = resolved(law.type) else {
        if case .quantity = law.type { return TypedExpression(.builtin(.sample, [coerce(law, to: .dist(law.type))]), law.type, span, shown: law.shown) }
        if law.type != .unknown { report(.wrongType(describe(law.type), expected: "a distribution", law.span)) }
        return bad(span)
      }
      return TypedExpression(.builtin(.sample, [law]), t, span, shown: law.shown)
    default:
      let law = check(first.value)
      guard case .dist(let t) = resolved(law.type) else {
        expectType(law, "a distribution")
        return bad(span)
      }
      var rest: [TypedExpression] = []
      for name in f == .truncate ? ["min", "max"] : ["by"] {
        let given = arguments.dropFirst().first { $0.label?.text == name } ?? (arguments.dropFirst().allSatisfy { $0.label == nil } ? arguments.dropFirst().dropFirst(rest.count).first : nil)
        if let given {
          rest.append(coerce(check(given.value, expected: t), to: t))
        } else {
          rest.append(TypedExpression(.number(name == "min" ? -.infinity : name == "max" ? .infinity : 0), t, span))
        }
      }
      return TypedExpression(.builtin(f, [law] + rest), law.type, span, shown: law.shown)
    }
  }

  func ungrouped(_ e: Expression) -> Expression {
    if case .group(let inner) = e.kind { return ungrouped(inner) }
    return e
  }

  mutating func checkLaw(_ law: LawName, _ arguments: [Argument], _ span: Span, expected: Type?) -> TypedExpression {
    let forms = LawForms.forms[law] ?? []
    let labels = arguments.compactMap { $0.label?.text }
    let candidates = forms.filter { form in
      labels.allSatisfy { label in form.parameters.contains { $0.name == label } } && arguments.count <= form.parameters.count
        && form.parameters.filter { !$0.isOptional }.count <= arguments.count
    }
    guard let form = candidates.first else {
      let shapes = forms.map { "`\($0.text)`" }.joined(separator: " or ")
      report(.badArguments("`\(law.rawValue)` isn't made this way", span, hint: "write \(shapes)"))
      for argument in arguments { _ = check(argument.value) }
      return bad(span)
    }
    var own = solver.fresh()
    if case .dist(.quantity(let d))? = expected.map({ resolved($0) }) , form.values == .asParameters { own = d }
    if form.values == .number { own = .dimensionless }
    var given: [(name: String, value: TypedExpression)] = []
    var numbers: [String: Double] = [:]
    var first: TypedExpression?
    var allFit = true
    for (index, argument) in arguments.enumerated() {
      let parameter = argument.label.flatMap { label in form.parameters.first { $0.name == label.text } } ?? form.parameters[index]
      let type: Type =
        switch parameter.kind {
        case .same: .quantity(own)
        case .rate: .quantity(.dimensionless / own)
        case .number, .whole, .share: .number
        case .sameList: .list(.quantity(own))
        case .shareList: .list(.number)
        case .flag: .bool
        }
      var value = readThing(check(argument.value, expected: type)) ?? bad(argument.value.span)
      if value.type == .unknown { value = check(argument.value, expected: type) }
      if !fits(value.type, type) {
        allFit = false
        // Same unit as the parameters before it: say which.
        if parameter.kind == .same, let first, case .quantity = value.type {
          report(.mixedUnits("describe one distribution by \(describe(first.type)) and \(describe(value.type))", describe(first.type), describe(value.type), first.span, value.span, at: value.span))
        } else {
          report(mismatch(value, type, nil))
        }
      }
      if parameter.kind == .same, first == nil { first = value }
      if let x = constant(value) { numbers[parameter.name] = x }
      if parameter.kind == .whole, let x = constant(value), x != x.rounded() { report(.outsideDomain(law.rawValue, "`\(parameter.name)` must be a whole number", value.span)) }
      given.append((parameter.name, value))
    }
    if allFit, numbers.count == arguments.count, let problem = LawForms.domainProblem(law, numbers) {
      let culprit = given.first { problem.hasPrefix("`\($0.name)`") }?.value.span ?? span
      report(.outsideDomain(law.rawValue, problem, culprit))
    }
    return TypedExpression(.law(law, given), .dist(.quantity(own)), span, shown: first?.shown)
  }

  /// Whether an expression is of the results of a model with a `start`, so that its moments are dates.
  func isDated(_ e: TypedExpression) -> Bool {
    switch resolved(e.type) {
    case .results(let model), .simulation(let model), .comparison(let model, _): return program.scopes[model.index].settings["start"] != nil
    default: break
    }
    switch e.kind {
    case .access(let a, _, _), .statistic(let a, _), .element(let a, _), .not(let a), .negate(let a), .convert(let a, _), .during(let a, _, _), .at(let a, _):
      return isDated(a)
    case .comparison(_, let a, let b), .arithmetic(_, let a, let b), .and(let a, let b), .or(let a, let b), .orDefault(let a, let b), .within(let a, _, let b):
      return isDated(a) || isDated(b)
    case .builtin(_, let arguments): return arguments.contains { isDated($0) }
    case .global(let id): return program.globals[id.index].value.map { isDated($0) } ?? false
    default: return false
    }
  }
}
