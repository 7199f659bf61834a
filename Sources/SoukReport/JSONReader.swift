// Text → a value of JSON (RFC 8259). Numbers are doubles; of a name that stands twice in an object the first counts.

extension JSONValue {
  /// Reads a whole text; nil when it isn't JSON, or nests deeper than 64. O(length).
  public init?(_ text: String) {
    var reader = JSONReader(bytes: Array(text.utf8))
    guard let value = reader.value(depth: 0) else { return nil }
    reader.skipSpace()
    guard reader.index == reader.bytes.count else { return nil }
    self = value
  }

  /// The member of an object; nil for none and for what is no object.
  public subscript(_ name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.0 == name }?.1
  }
}

private struct JSONReader {
  let bytes: [UInt8]
  var index = 0

  var next: UInt8? { index < bytes.count ? bytes[index] : nil }

  mutating func skipSpace() { while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { index += 1 } }

  mutating func accept(_ text: String) -> Bool {
    guard bytes[index...].starts(with: text.utf8) else { return false }
    index += text.utf8.count
    return true
  }

  mutating func value(depth: Int) -> JSONValue? {
    skipSpace()
    guard depth < 64, let byte = next else { return nil }
    switch byte {
    case UInt8(ascii: "{"): return object(depth)
    case UInt8(ascii: "["): return list(depth)
    case UInt8(ascii: "\""): return string().map { .text($0) }
    default: break
    }
    if accept("true") { return .bool(true) }
    if accept("false") { return .bool(false) }
    if accept("null") { return .null }
    let start = index
    while let byte = next, byte >= 0x30 && byte <= 0x39 || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains(byte) { index += 1 }
    return start == index ? nil : Double(String(decoding: bytes[start..<index], as: UTF8.self)).map { .number($0) }
  }

  mutating func list(_ depth: Int) -> JSONValue? {
    index += 1
    var items: [JSONValue] = []
    skipSpace()
    if accept("]") { return .list([]) }
    while let item = value(depth: depth + 1) {
      items.append(item)
      skipSpace()
      if accept("]") { return .list(items) }
      guard accept(",") else { return nil }
    }
    return nil
  }

  mutating func object(_ depth: Int) -> JSONValue? {
    index += 1
    var fields: [(String, JSONValue)] = []
    skipSpace()
    if accept("}") { return .object([]) }
    while true {
      skipSpace()
      guard next == UInt8(ascii: "\""), let name = string() else { return nil }
      skipSpace()
      guard accept(":"), let field = value(depth: depth + 1) else { return nil }
      fields.append((name, field))
      skipSpace()
      if accept("}") { return .object(fields) }
      guard accept(",") else { return nil }
    }
  }

  mutating func unit() -> UInt16? {
    guard index + 4 <= bytes.count, let unit = UInt16(String(decoding: bytes[index..<index + 4], as: UTF8.self), radix: 16) else { return nil }
    index += 4
    return unit
  }

  mutating func string() -> String? {
    index += 1
    var out: [UInt8] = []
    while let byte = next {
      index += 1
      if byte == UInt8(ascii: "\"") { return String(decoding: out, as: UTF8.self) }
      guard byte == UInt8(ascii: "\\") else {
        out.append(byte)
        continue
      }
      guard let escaped = next else { return nil }
      index += 1
      switch escaped {
      case UInt8(ascii: "n"): out.append(0x0A)
      case UInt8(ascii: "t"): out.append(0x09)
      case UInt8(ascii: "r"): out.append(0x0D)
      case UInt8(ascii: "b"): out.append(0x08)
      case UInt8(ascii: "f"): out.append(0x0C)
      case UInt8(ascii: "u"):
        guard let first = unit() else { return nil }
        var units = [first]
        if UTF16.isLeadSurrogate(first), accept("\\u"), let second = unit() { units.append(second) }
        out += Array(String(decoding: units, as: UTF16.self).utf8)
      default: out.append(escaped)
      }
    }
    return nil
  }
}
