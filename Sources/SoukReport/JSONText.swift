// JSON with the members in the order given and every number in full (RFC 8259). What isn't finite is null.

import SoukUnits

/// A JSON value.
public indirect enum JSONValue: Sendable {
  case null
  case bool(Bool)
  case number(Double)
  case integer(Int64)
  case text(String)
  case list([JSONValue])
  case object([(String, JSONValue)])

  /// A number, or null for none and for what isn't finite.
  public static func optional(_ number: Double?) -> JSONValue { number.map { .number($0) } ?? .null }
  public static func optional(_ text: String?) -> JSONValue { text.map { .text($0) } ?? .null }

  /// The value as text, indented by two spaces a level. O(size).
  public func text(indent: String = "") -> String {
    switch self {
    case .null: return "null"
    case .bool(let value): return value ? "true" : "false"
    case .number(let value): return NumberText.exact(value) ?? "null"
    case .integer(let value): return "\(value)"
    case .text(let text): return Self.quoted(text)
    case .list(let values):
      if values.isEmpty { return "[]" }
      if values.allSatisfy(\.isFlat) { return "[" + values.map { $0.text() }.joined(separator: ", ") + "]" }
      let inner = indent + "  "
      return "[\n" + values.map { inner + $0.text(indent: inner) }.joined(separator: ",\n") + "\n\(indent)]"
    case .object(let members):
      if members.isEmpty { return "{}" }
      let inner = indent + "  "
      let lines = members.map { "\(inner)\(Self.quoted($0.0)): \($0.1.text(indent: inner))" }
      return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
    }
  }

  /// The value on one line, without spaces. O(size).
  public var line: String {
    switch self {
    case .list(let values): "[" + values.map(\.line).joined(separator: ",") + "]"
    case .object(let members): "{" + members.map { "\(Self.quoted($0.0)):\($0.1.line)" }.joined(separator: ",") + "}"
    default: text()
    }
  }

  /// Whether it stands on one line.
  private var isFlat: Bool {
    switch self {
    case .list(let values): values.allSatisfy { if case .list = $0 { false } else { $0.isFlat } }
    case .object: false
    default: true
    }
  }

  private static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\t": out += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }
}
