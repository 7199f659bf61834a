// Values as plain text, where no host has a better way: keys of tables, paths, messages.

import SoukSema
public import SoukUnits

extension Evaluator {
  /// A value in the language's own notation, numbers in the unit `shown` (or as they are in base units).
  public func plainText(_ value: Value, shown: UnitExpression?) -> String {
    switch value {
    case .number(let x):
      guard let shown else { return NumberText.format(x) }
      return NumberText.join(NumberText.format(shown.number(of: x)), shown.text)
    case .bool(let b): return b ? "true" : "false"
    case .text(let text): return text
    case .date(let nanoseconds, let zone): return Instant(nanoseconds: nanoseconds, zoneMinutes: zone).map { "\($0)" } ?? "no date"
    case .clock(let seconds): return clockText(seconds)
    case .list(let items): return "[" + items.map { plainText($0, shown: shown) }.joined(separator: ", ") + "]"
    case .range(let low, let high, let step):
      return NumberText.format(low) + ".." + NumberText.format(high) + (step.map { " step " + NumberText.format($0) } ?? "")
    case .span(let from, let to): return plainText(from, shown: nil) + ".." + plainText(to, shown: nil)
    case .record(let id, let fields):
      let record = program.records[id.index]
      let parts = zip(record.fields, fields).map { "\($0.name): \(plainText($1, shown: nil))" }
      return "\(record.name)(\(parts.joined(separator: ", ")))"
    case .table(let table): return program.tables[table.index].name
    case .row(let table, let i): return (try? rowKey(table, i)) ?? "row \(i)"
    case .choice(let id, let i): return program.choices[id.index].cases[i]
    case .model(let scope, _): return program.scopes[scope.index].name
    case .nothing: return "nothing"
    case .law: return "a law"
    case .curve: return "a curve"
    case .calendar: return "a calendar"
    case .function: return "a function"
    case .instance, .journey: return "a part of a model"
    case .void: return ""
    case .host: return "results"
    }
  }

  private func clockText(_ seconds: Double) -> String {
    let whole = Int(seconds)
    func two(_ n: Int) -> String { n < 10 ? "0\(n)" : "\(n)" }
    let text = "\(two(whole / 3600)):\(two(whole / 60 % 60))"
    return whole % 60 == 0 ? text : text + ":" + two(whole % 60)
  }
}

extension Value {
  /// Whether this is, or directly holds, something that only a host understands.
  var isHost: Bool {
    switch self {
    case .host: true
    case .list(let items): items.contains { $0.isHost }
    case .record(_, let fields): fields.contains { $0.isHost }
    default: false
    }
  }
}
