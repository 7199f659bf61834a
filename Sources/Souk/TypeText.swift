// Types as the language writes them, to stand behind a value at the prompt. Types in words are SoukSema's.

import SoukSema
import SoukUnits

extension TypedProgram {
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
