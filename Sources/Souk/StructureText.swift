// A value of any stage as indented text, for `--dump tree` and `--dump typed`: names of cases and fields, one a line, what is
// empty left out. By reflection, so that no stage has a printer to keep in step with its types.

import SoukSema
import SoukSyntax
import SoukText
import SoukUnits

struct StructureText {
  private let sources: SourceSet
  private var lines: [String] = []

  /// The text of `value`, each line ended by a newline. O(size of the value).
  static func text(_ value: Any, sources: SourceSet) -> String {
    var writer = StructureText(sources: sources)
    writer.write(value, name: nil, depth: 0)
    return writer.lines.map { $0 + "\n" }.joined()
  }

  private init(sources: SourceSet) { self.sources = sources }

  private mutating func line(_ text: String, _ name: String?, _ depth: Int) {
    lines.append(String(repeating: "  ", count: depth) + (name.map { "\($0): " } ?? "") + text)
  }

  /// What is told in one word or is of no interest; the rest is taken apart.
  private func leaf(_ value: Any) -> String? {
    switch value {
    case let span as Span: sources.place(span)
    case let name as Name: name.text
    case let unit as SoukSyntax.UnitText: unit.text
    case let unit as UnitExpression: unit.text
    case let dimension as Dimension: dimension.description
    case let text as String: "\"\(text.replacing("\n", with: "\\n"))\""
    case let number as Double: number.description
    case let number as any BinaryInteger: "\(number)"
    case let flag as Bool: "\(flag)"
    case is UnitTable: "…"
    default: nil
    }
  }

  private mutating func write(_ value: Any, name: String?, depth: Int) {
    if let leaf = leaf(value) { return line(leaf, name, depth) }
    let mirror = Mirror(reflecting: value)
    switch mirror.displayStyle {
    case .optional:
      if let child = mirror.children.first { write(child.value, name: name, depth: depth) }
    case .collection, .set:
      if mirror.children.isEmpty { return }
      line("[\(mirror.children.count)]", name, depth)
      for child in mirror.children { write(child.value, name: nil, depth: depth + 1) }
    case .dictionary: writeDictionary(mirror, name, depth)
    case .enum: writeCase(value, mirror, name, depth)
    default: writeFields(mirror, "\(mirror.subjectType)", name, depth)
    }
  }

  /// In the order of the keys' texts, for a dictionary has none of its own.
  private mutating func writeDictionary(_ mirror: Mirror, _ name: String?, _ depth: Int) {
    if mirror.children.isEmpty { return }
    line("[\(mirror.children.count)]", name, depth)
    let entries = mirror.children.map { child in
      let pair = Array(Mirror(reflecting: child.value).children)
      return (key: "\(pair[0].value)", value: pair[1].value)
    }
    for entry in entries.sorted(by: { $0.key < $1.key }) { write(entry.value, name: entry.key, depth: depth + 1) }
  }

  private mutating func writeCase(_ value: Any, _ mirror: Mirror, _ name: String?, _ depth: Int) {
    guard let child = mirror.children.first, let label = child.label else { return line("\(value)", name, depth) }
    let payload = Mirror(reflecting: child.value)
    if let leaf = leaf(child.value) { return line("\(label) \(leaf)", name, depth) }
    if payload.displayStyle == .tuple { return writeFields(payload, label, name, depth) }
    line(label, name, depth)
    write(child.value, name: nil, depth: depth + 1)
  }

  /// A field that is only a place goes to the heading.
  private mutating func writeFields(_ mirror: Mirror, _ heading: String, _ name: String?, _ depth: Int) {
    var heading = heading
    var rest: [Mirror.Child] = []
    for child in mirror.children {
      if let span = child.value as? Span {
        if child.label == "span" { heading += "  \(sources.place(span))" }
      } else {
        rest.append(child)
      }
    }
    line(heading, name, depth)
    for child in rest {
      let label = child.label.flatMap { $0.hasPrefix(".") ? nil : $0 }
      write(child.value, name: label, depth: depth + 1)
    }
  }
}
