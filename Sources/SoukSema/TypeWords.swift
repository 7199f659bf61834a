// Types told to people: in messages, by `:type` at the prompt, in `--dump typed`.

public import SoukUnits

extension TypedProgram {
  /// `CNY/payment`, `a distribution of Time`, `the results of Shop`; `dimension` says what isn't solved yet, too.
  public func words(for type: Type, dimension: (Dimension) -> String = \.description) -> String {
    func words(_ type: Type) -> String {
      switch type {
      case .quantity(let d): d.isDimensionless ? "numbers" : dimension(d)
      case .bool: "truth values"
      default: self.words(for: type, dimension: dimension)
      }
    }
    return switch type {
    case .quantity(let d): d.isDimensionless ? "a plain number" : dimension(d)
    case .bool: "a truth value"
    case .text: "a text"
    case .date: "a date"
    case .clock: "a time of day"
    case .void: "nothing"
    case .dist(let t): "a distribution of \(words(t))"
    case .curve(let d): "a curve of \(dimension(d))"
    case .list(let t): "a list of \(words(t))"
    case .range(let d): "a range of \(dimension(d))"
    case .span(.date): "a range of dates"
    case .span: "a range of times of day"
    case .optional(.unknown): "nothing"
    case .optional(let t): "\(words(t)) or nothing"
    case .record(let id): "\("AEIOU".contains(records[id.index].name.prefix(1)) ? "an" : "a") \(records[id.index].name)"
    case .table(let id): "the table \(tables[id.index].name)"
    case .row(let id): "a row of \(tables[id.index].name)"
    case .choice(let id): "a \(choices[id.index].name)"
    case .outcome: "an outcome"
    case .function: "a function"
    case .instance(let id): "a \(scopes[id.index].name)"
    case .thing(let kind, _): "a \(kind.rawValue)"
    case .array(let t, let table): "an array with \(words(t)) for each row of \(tables[table.index].name)"
    case .journey: "a journey"
    case .handle: "a handle of a spawned journey"
    case .calendar: "a calendar"
    case .model(let id): "the model \(scopes[id.index].name)"
    case .results(let id): "the results of \(scopes[id.index].name)"
    case .simulation(let id): "a paused simulation of \(scopes[id.index].name)"
    case .comparison(let a, let b): "a comparison of \(scopes[a.index].name)\(a == b ? "" : " and \(scopes[b.index].name)")"
    case .resultOf(let t): "the results of \(words(t))"
    case .sample(let t): "a sample of \(words(t)) (a value an entity)"
    case .signal(let t): "a signal of \(words(t)) (a value over time)"
    case .estimate(let t): "an estimate of \(words(t)) (a value a replication)"
    case .claim: "a claim"
    case .unknown: "unknown"
    }
  }
}
