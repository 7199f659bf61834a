// Types in words, for `:type` at the prompt and for `--dump typed`.

import SoukSema
import SoukUnits

extension TypedProgram {
  /// `CNY/payment`, `a distribution of Time`, `the results of Shop`.
  func words(for type: Type) -> String {
    switch type {
    case .quantity(let dimension): dimension.description
    case .bool: "true or false"
    case .text: "a text"
    case .date: "a date"
    case .clock: "a time of day"
    case .void: "nothing"
    case .dist(let inner): "a distribution of \(words(for: inner))"
    case .curve(let dimension): "a curve of \(dimension)"
    case .list(let inner): "a list of \(words(for: inner))"
    case .range(let dimension): "a range of \(dimension)"
    case .span(let inner): "from \(words(for: inner)) to another"
    case .optional(let inner): "\(words(for: inner)), or missing"
    case .record(let id): "a record \(records[id.index].name)"
    case .table(let id): "the table \(tables[id.index].name)"
    case .row(let id): "a row of \(tables[id.index].name)"
    case .choice(let id): "a choice \(choices[id.index].name)"
    case .outcome: "an outcome"
    case .function(let parameters, let result):
      "a function (\(parameters.map(words).joined(separator: ", "))) -> \(words(for: result))"
    case .instance(let id): "a \(scopes[id.index].name)"
    case .thing(let kind, _): "a \(kind.rawValue)"
    case .array(let inner, let id): "\(words(for: inner)) for each row of \(tables[id.index].name)"
    case .journey: "a journey"
    case .handle: "a handle of a spawned journey"
    case .calendar: "recurring instants"
    case .model(let id): "the model \(scopes[id.index].name)"
    case .results(let id): "the results of \(scopes[id.index].name)"
    case .simulation(let id): "a paused simulation of \(scopes[id.index].name)"
    case .resultOf(let inner): "results of \(words(for: inner))"
    case .sample(let inner): "a sample of \(words(for: inner)): a value an entity"
    case .signal(let inner): "a signal of \(words(for: inner)): a value over time"
    case .estimate(let inner): "an estimate of \(words(for: inner)): a value a replication"
    case .claim: "a claim"
    case .unknown: "unknown"
    }
  }

  /// A type as the language writes it, to stand behind a value: `Time`, `CNY/payment`, `Estimate<Time>`; nil for a plain number and
  /// for what says by itself what it is.
  func sort(of type: Type) -> String? {
    func inner(_ type: Type) -> String { sort(of: type) ?? "Count" }
    return switch type {
    case .quantity(let dimension): dimension.isDimensionless ? nil : dimension.description
    case .bool: "Bool"
    case .text: "Text"
    case .date: "Date"
    case .clock: "Clock"
    case .dist(let element): "Dist<\(inner(element))>"
    case .curve(let dimension): "Curve<\(inner(.quantity(dimension)))>"
    case .list(let element): "List<\(inner(element))>"
    case .range(let dimension): "Range<\(inner(.quantity(dimension)))>"
    case .sample(let element): "Sample<\(inner(element))>"
    case .signal(let element): "Signal<\(inner(element))>"
    case .estimate(let element): "Estimate<\(inner(element))>"
    case .optional(let element): inner(element) + "?"
    case .choice(let id): choices[id.index].name
    case .row(let id): tables[id.index].name
    default: nil
    }
  }
}
