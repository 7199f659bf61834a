// What is reached by a dot or a bracket: members of instances, what things report by themselves, parts of results.

internal import SoukSyntax
internal import SoukText
internal import SoukUnits

/// What a statistic is a value of, in results.
enum Shape { case signal, sample, estimate, window, group }

extension ThingKind {
  /// Everything that a thing of this kind reports by itself; dimension `.own` is the thing's unit, `.ownPerTime` so many
  /// of it a time.
  enum StatisticUnit { case own, ownPerTime, number, time }

  var statistics: [(Statistic, Shape, StatisticUnit)] {
    switch self {
    case .source: [(.started, .signal, .own)]
    case .station:
      [
        (.arrivals, .signal, .number), (.completions, .signal, .number), (.balked, .signal, .number), (.reneged, .signal, .number),
        (.queue, .signal, .number), (.busy, .signal, .number), (.servers, .signal, .number), (.rate, .signal, .ownPerTime), (.up, .signal, .number),
        (.wait, .sample, .time), (.service, .sample, .time), (.utilisation, .estimate, .number),
      ]
    case .pool:
      [(.held, .signal, .own), (.waiting, .signal, .number), (.size, .signal, .own), (.wait, .sample, .time), (.utilisation, .estimate, .number)]
    case .level: [(.level, .signal, .own), (.put, .signal, .own), (.taken, .signal, .own), (.waiting, .signal, .number), (.wait, .sample, .time)]
    case .account: [(.balance, .signal, .own), (.reserved, .signal, .own)]
    case .batch: [(.waiting, .signal, .number), (.sizes, .sample, .number), (.joined, .group, .number), (.wait, .sample, .time)]
    case .counter: [(.count, .signal, .own), (.recent, .window, .own), (.seen, .window, .number)]
    case .gauge: [(.value, .signal, .own), (.recent, .window, .own), (.highest, .window, .own)]
    case .measure: [(.sample, .sample, .own), (.recent, .window, .own), (.seen, .window, .number), (.highest, .window, .own)]
    case .stock, .flow: []
    }
  }

  /// What stands for the thing itself where a value is wanted.
  var ownStatistic: Statistic? {
    switch self {
    case .counter: .count
    case .gauge: .value
    case .level: .level
    case .account: .balance
    case .measure: .sample
    case .source: .started
    default: nil
    }
  }
}

extension Checker {
  static let journeyStatistics: [(Statistic, Shape, ThingKind.StatisticUnit)] = [
    (.started, .signal, .number), (.finished, .signal, .number), (.active, .signal, .number), (.time, .sample, .time), (.outcome, .sample, .own),
  ]

  mutating func memberReference(_ scopeID: ScopeID, _ id: MemberID, _ span: Span) -> TypedExpression {
    checkMember(scopeID, id)
    let member = program.scopes[scopeID.index].members[id.index]
    provenance.use(.member(scopeID, id))
    var shown: UnitExpression?
    switch member.kind {
    case .parameter(let value, let live):
      shown = value?.shown
      if live { readsLive = true }
    case .value(let value, let live):
      shown = value.shown
      if live { readsLive = true }
    case .journey:
      return TypedExpression(.journeyReference(base: nil, scopeID, id, nil), member.type, span)
    default: break
    }
    return TypedExpression(.member(id), member.type, span, shown: shown)
  }

  mutating func member(_ baseTree: Expression, _ name: Name, _ span: Span) -> TypedExpression {
    // `Health.up`: a case by its set.
    if case .name(let text) = baseTree.kind, let entry = visible[module][text], case .choice(let id) = entry.symbol {
      return choiceCase(name.text, id, span)
    }
    let base = check(baseTree)
    return member(of: base, name, span)
  }

  mutating func member(of base: TypedExpression, _ name: Name, _ span: Span) -> TypedExpression {
    let out = part(of: base, name, span)
    return isOfBoth(base) ? common(out, base, name, span) : out
  }

  /// What stands behind the dot, in one of what may be two runs.
  mutating func part(of base: TypedExpression, _ name: Name, _ span: Span) -> TypedExpression {
    let bad = TypedExpression(.unknown, .unknown, span)
    switch resolved(base.type) {
    case .unknown: return bad
    case .results(let scope), .simulation(let scope), .comparison(let scope, _): return access(base, scope, name, span, results: true)
    case .resultOf(.instance(let scope)): return access(base, scope, name, span, results: true)
    case .instance(let scope): return access(base, scope, name, span, results: false)
    case .resultOf(.thing(let kind, let d)): return statistic(base, kind.statistics, d, "a \(kind.rawValue)", name, span, results: true)
    case .thing(let kind, let d): return statistic(base, kind.statistics, d, "a \(kind.rawValue)", name, span, results: false)
    case .resultOf(.journey): return journeyStatistic(base, name, span, results: true)
    case .journey: return journeyStatistic(base, name, span, results: false)
    case .handle(let result):
      guard let state = TypedExpression.HandleState(rawValue: name.text) else {
        report(.unknownMember(name, of: "a handle", suggestions: [], known: ["started", "done", "result"]))
        return bad
      }
      readsLive = true
      return TypedExpression(.handleState(base, state), state == .result ? result : .bool, span)
    case .record(let id):
      let fields = program.records[id.index].fields
      guard let index = fields.firstIndex(where: { $0.name == name.text }) else {
        report(.unknownMember(name, of: "a \(program.records[id.index].name)", suggestions: closest(name.text, fields.map(\.name)), known: fields.map(\.name)))
        return bad
      }
      return TypedExpression(.field(base, index), fields[index].type, span)
    case .row(let id): return column(base, id, name, span)
    default:
      report(.unknownMember(name, of: describe(base.type), suggestions: [], known: []))
      if case .quantity = resolved(base.type) {
        diagnostics[diagnostics.count - 1].hints = [Hint("a number has no parts; in another unit it is written with `to`, as in `90 min to h`")]
      }
      return bad
    }
  }

  private mutating func column(_ base: TypedExpression, _ id: TableID, _ name: Name, _ span: Span) -> TypedExpression {
    let columns = program.tables[id.index].columns
    guard let index = columns.firstIndex(where: { $0.name == name.text }) else {
      report(.unknownMember(name, of: "a row of \(program.tables[id.index].name)", suggestions: closest(name.text, columns.map(\.name)), known: columns.map(\.name)))
      return TypedExpression(.unknown, .unknown, span)
    }
    return TypedExpression(.column(base, index), columns[index].type, span, shown: columns[index].unit)
  }

  private mutating func access(_ base: TypedExpression, _ scopeID: ScopeID, _ name: Name, _ span: Span, results: Bool) -> TypedExpression {
    let bad = TypedExpression(.unknown, .unknown, span)
    guard let id = program.scopes[scopeID.index].member(named: name.text) else {
      let known = program.scopes[scopeID.index].members.filter { if case .action = $0.kind { !results } else { true } }.map(\.name)
      report(.unknownMember(name, of: results ? "\(program.scopes[scopeID.index].name)" : "a \(program.scopes[scopeID.index].name)", suggestions: closest(name.text, known), known: known))
      return bad
    }
    checkMember(scopeID, id)
    let member = program.scopes[scopeID.index].members[id.index]
    var shown: UnitExpression?
    var type = instantiated(member.type, in: base)
    switch member.kind {
    case .parameter(let value, let live):
      shown = value?.shown
      if results, live { type = .signal(type) } else if live { readsLive = true }
    case .value(let value, let live):
      shown = value.shown
      if results, live { type = .signal(type) } else if live { readsLive = true }
    case .thing(let thing):
      if results, thing.isVariable {
        report(.misplaced("`\(name.text)`", "is a variable, of which no record is kept: a `gauge` has one", name.span))
        return bad
      }
      if results, type != .unknown { type = .resultOf(type) }
    case .journey:
      if !results { return TypedExpression(.journeyReference(base: base, scopeID, id, nil), type, span) }
      type = .resultOf(type)
    case .action:
      if results {
        report(.misplaced("`\(name.text)`", "is an action, which leaves no results of its own", name.span))
        return bad
      }
    }
    let out = TypedExpression(.access(base, scopeID, id), type, span, shown: shown)
    if results, case .signal = type { demand(out, nil) }
    return out
  }

  private mutating func statistic(
    _ base: TypedExpression, _ known: [(Statistic, Shape, ThingKind.StatisticUnit)], _ own: Dimension, _ what: String, _ name: Name, _ span: Span, results: Bool
  ) -> TypedExpression {
    guard let entry = known.first(where: { $0.0.rawValue == name.text && (results ? $0.1 != .window : true) }) else {
      let names = known.filter { results ? $0.1 != .window : $0.1 != .sample }.map(\.0.rawValue)
      report(.unknownMember(name, of: what, suggestions: closest(name.text, names), known: names))
      return TypedExpression(.unknown, .unknown, span)
    }
    let element: Type =
      switch entry.2 {
      case .own: .quantity(own)
      case .ownPerTime: .quantity(own / .time)
      case .number: .number
      case .time: .time
      }
    return made(base, entry.0, entry.1, element, name, span, results: results)
  }

  private mutating func journeyStatistic(_ base: TypedExpression, _ name: Name, _ span: Span, results: Bool) -> TypedExpression {
    guard let entry = Self.journeyStatistics.first(where: { $0.0.rawValue == name.text }) else {
      let names = Self.journeyStatistics.map(\.0.rawValue)
      report(.unknownMember(name, of: "a journey", suggestions: closest(name.text, names), known: names))
      return TypedExpression(.unknown, .unknown, span)
    }
    var element: Type = entry.2 == .time ? .time : .number
    if entry.0 == .outcome {
      switch base.kind {
      case .access(_, let scope, let id), .journeyReference(_, let scope, let id, _): element = .outcome(scope, id)
      default: break
      }
    }
    return made(base, entry.0, entry.1, element, name, span, results: results)
  }

  private mutating func made(_ base: TypedExpression, _ statistic: Statistic, _ shape: Shape, _ element: Type, _ name: Name, _ span: Span, results: Bool) -> TypedExpression {
    if shape == .group, results || joinDepth == 0 {
      let hint = results ? "`\(Statistic.sizes.rawValue)` has all of them" : "write it between the braces of `join … { … }`, and take it along in a `let`"
      report(.misplaced("`\(name.text)`", "is how many go together, and known where one of them acts for all", name.span, hint: hint))
      return TypedExpression(.unknown, .unknown, span)
    }
    if results {
      let type: Type =
        switch shape {
        case .signal, .window, .group: .signal(element)
        case .sample: .sample(element)
        case .estimate: .estimate(element)
        }
      let out = TypedExpression(.statistic(base, statistic), type, span)
      demand(base, statistic)
      return out
    }
    readsLive = true
    switch shape {
    case .signal, .group: return TypedExpression(.statistic(base, statistic), element, span)
    case .window:
      return TypedExpression(.statistic(base, statistic), statistic == .seen ? element : .optional(element), span)
    case .sample, .estimate:
      report(
        .misplaced(
          "`\(name.text)`", "is known when the run is over, not while it runs", name.span,
          hint: "a `measure` with a `window` can be read while it runs: `m.recent`"))
      return TypedExpression(.unknown, .unknown, span)
    }
  }

  /// The value that stands for a thing where a value is wanted; nil for what isn't a thing.
  mutating func readThing(_ e: TypedExpression) -> TypedExpression? {
    switch resolved(e.type) {
    case .thing(let kind, let d):
      guard let own = kind.ownStatistic, own != .sample else { return nil }
      readsLive = true
      return TypedExpression(.statistic(e, own), .quantity(d), e.span)
    case .resultOf(.thing(let kind, let d)):
      guard let own = kind.ownStatistic else { return nil }
      demand(e, own)
      return TypedExpression(.statistic(e, own), own == .sample ? .sample(.quantity(d)) : .signal(.quantity(d)), e.span)
    default: return nil
    }
  }

  // MARK: Elements

  mutating func element(_ baseTree: Expression, _ index: Expression, _ span: Span) -> TypedExpression {
    if case .name(let name) = baseTree.kind, name == "daily" || name == "weekly" { return calendar(name, [index], span) }
    let base = check(baseTree)
    let bad = TypedExpression(.unknown, .unknown, span)
    switch resolved(base.type) {
    case .unknown:
      _ = check(index)
      return bad
    case .array(let element, let table): return TypedExpression(.element(base, row(index, ofArrayOver: table)), element, span)
    case .resultOf(.array(let element, let table)): return TypedExpression(.element(base, row(index, ofArrayOver: table)), .resultOf(element), span)
    case .table(let table):
      let typed = row(index, of: table)
      return TypedExpression(typed.kind, .row(table), span)
    case .list(let element):
      let at = checkQuantity(index, .dimensionless)
      return TypedExpression(.element(base, at), element, span, shown: base.shown)
    default:
      report(.wrongType(describe(base.type), expected: "a list, a table or an array of things before `[`", base.span))
      return bad
    }
  }

  /// The row whose element of an array is meant. A key stays a text: only the array knows its rows, where they are a list.
  private mutating func row(_ index: Expression, ofArrayOver table: TableID) -> TypedExpression {
    let typed = row(index, of: table)
    if case .row(_, let key) = typed.kind, key.type == .text { return key }
    return typed
  }

  /// A row of a table by its key or as a row.
  private mutating func row(_ index: Expression, of table: TableID) -> TypedExpression {
    let value = check(index)
    switch resolved(value.type) {
    case .row(table), .unknown: return value
    case .row: return coerce(value, to: .row(table))
    case .text:
      if case .text(let parts) = value.kind, parts.count == 1, case .text(let key) = parts[0] { checkKey(key, table, value.span) }
      return TypedExpression(.row(table, value), .row(table), value.span)
    case .quantity: return TypedExpression(.row(table, coerce(value, to: .number)), .row(table), value.span)
    default:
      report(.wrongType(describe(value.type), expected: "a key or a row of \(program.tables[table.index].name)", value.span))
      return TypedExpression(.unknown, .unknown, value.span)
    }
  }

  private mutating func checkKey(_ key: String, _ table: TableID, _ span: Span) {
    guard case .inline(let rows) = program.tables[table.index].rows, !rowLists.contains(table), let column = program.tables[table.index].key else { return }
    let keys = rows.compactMap { row -> String? in
      guard column < row.count, case .text(let parts) = row[column].kind, parts.count == 1, case .text(let text) = parts[0] else { return nil }
      return text
    }
    if !keys.contains(key) {
      report(.unknownCase(key, of: "the keys of \(program.tables[table.index].name)", known: Array(keys.prefix(8)), suggestions: closest(key, keys), span))
    }
  }

  mutating func calendar(_ name: String, _ items: [Expression], _ span: Span) -> TypedExpression {
    var instants: [TypedExpression] = []
    for item in items {
      let value = check(item)
      if case .list(let inner) = value.kind { instants += inner } else { instants.append(value) }
    }
    for instant in instants {
      switch resolved(instant.type) {
      case .clock, .unknown: break
      case .quantity(let d) where solver.unify(d, .time): break
      default: report(.wrongType(describe(instant.type), expected: "a time of day such as 06:00", instant.span))
      }
    }
    return TypedExpression(.calendar(instants, period: name == "daily" ? 86_400 : 604_800), .calendar, span)
  }

  // MARK: Demand: what a script asks of its runs

  /// The model (of what is compared, both) and the dotted path of a part of results, if it is one.
  func resultPath(_ e: TypedExpression) -> ([ScopeID], [String])? {
    switch e.kind {
    case .access(let base, let scope, let id):
      let name = program.scopes[scope.index].members[id.index].name
      switch resolved(base.type) {
      case .results(let model), .simulation(let model): return ([model], [name])
      case .comparison(let first, let second): return (first == second ? [first] : [first, second], [name])
      default:
        if let (models, path) = resultPath(base) { return (models, path + [name]) }
        return nil
      }
    case .element(let base, _): return resultPath(base)
    case .global(let id):
      if let value = program.globals[id.index].value { return resultPath(value) }
      return nil
    default: return nil
    }
  }

  mutating func demand(_ e: TypedExpression, _ statistic: Statistic?, inSummary: Bool = false) {
    guard let (models, path) = resultPath(e) else {
      // A part of results that came by another way: keep everything that bears the name.
      for scope in program.scopes.indices where !program.scopes[scope].isComponent { program.demands[ScopeID(scope), default: Demand()].everything = true }
      return
    }
    let full = (path + (statistic.map { [$0.rawValue] } ?? [])).joined(separator: ".")
    for model in models {
      if inSummary {
        program.demands[model, default: Demand()].summaries.insert(full)
        if isClaim { program.demands[model, default: Demand()].claimed.insert(full) }
      } else {
        program.demands[model, default: Demand()].full.insert(full)
      }
    }
  }

  /// Results that are used as a whole (printed, passed on, put into a list): everything is kept in summary; of a part
  /// of them, everything below it.
  mutating func noteWhole(_ e: TypedExpression) {
    switch resolved(e.type) {
    case .results(let model), .simulation(let model), .list(.results(let model)): program.demands[model, default: Demand()].everything = true
    case .comparison(let first, let second), .list(.comparison(let first, let second)):
      for model in [first, second] { program.demands[model, default: Demand()].everything = true }
    case .resultOf:
      guard let (models, path) = resultPath(e) else { return demand(e, nil) }
      for model in models { program.demands[model, default: Demand()].prefixes.insert(path.joined(separator: ".")) }
    default: break
    }
  }

  /// `let d = day.till`: what is asked of `d` later is asked of the run.
  mutating func noteAlias(_ e: TypedExpression, named: String) {
    switch resolved(e.type) {
    case .resultOf:
      guard let (models, path) = resultPath(e) else { return }
      for model in models { program.demands[model, default: Demand()].prefixes.insert(path.joined(separator: ".")) }
    case .list(.results(let model)): program.demands[model, default: Demand()].everything = true
    case .list(.comparison(let first, let second)):
      for model in [first, second] { program.demands[model, default: Demand()].everything = true }
    default: break
    }
  }
}
