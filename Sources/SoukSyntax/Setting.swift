// `store.couriers=50 courier`, a value given from outside → the path to a parameter and the value's tree. The path is names
// with dots, and keys in brackets (`bank[icbc].capacity`), written bare because a shell eats quotes; the value is an
// expression of the language.

public import SoukText

/// A parameter's name and the value that it is given.
public struct SettingTree: Sendable {
  /// One name of the path; of an array of things, the key of the one that is meant.
  public struct Part: Sendable {
    public var name: Name
    public var key: Name?
  }
  public var path: [Part]
  public var pathSpan: Span
  public var value: Expression
  /// The value as written: what a parameter of type Text takes.
  public var text: Name
  /// The whole as given.
  public var whole: String
  /// What is wrong with the value's form.
  public var diagnostics: [Diagnostic]
}

/// Reads `path=value`; nil where the `=` is missing. O(length).
public func parseSetting(_ file: SourceFile) -> SettingTree? {
  guard let equals = topLevel(UInt8(ascii: "="), file, 0..<file.bytes.count).first else { return nil }
  var parts: [SettingTree.Part] = []
  var lower = 0
  for upper in topLevel(UInt8(ascii: "."), file, 0..<equals) + [equals] {
    parts.append(part(file, lower..<upper))
    lower = upper + 1
  }
  var parser = Parser(file, from: equals + 1)
  let value = parser.parseWholeExpression()
  return SettingTree(
    path: parts, pathSpan: Span(file: file.id, lower: 0, upper: equals), value: value, text: name(file, equals + 1..<file.bytes.count),
    whole: file.text(0, file.bytes.count), diagnostics: parser.lexer.diagnostics + parser.diagnostics)
}

/// Where a mark stands outside of brackets.
private func topLevel(_ mark: UInt8, _ file: SourceFile, _ range: Range<Int>) -> [Int] {
  var depth = 0
  var places: [Int] = []
  for i in range {
    switch file.bytes[i] {
    case UInt8(ascii: "["): depth += 1
    case UInt8(ascii: "]"): depth = max(0, depth - 1)
    case mark where depth == 0: places.append(i)
    default: break
    }
  }
  return places
}

private func part(_ file: SourceFile, _ range: Range<Int>) -> SettingTree.Part {
  guard let bracket = file.bytes[range].firstIndex(of: UInt8(ascii: "[")), let close = file.bytes[range].lastIndex(of: UInt8(ascii: "]")),
    close > bracket
  else { return SettingTree.Part(name: name(file, range)) }
  var key = name(file, bracket + 1..<close)
  if key.text.count >= 2, key.text.hasPrefix("\""), key.text.hasSuffix("\"") { key.text = String(key.text.dropFirst().dropLast()) }
  return SettingTree.Part(name: name(file, range.lowerBound..<bracket), key: key)
}

/// The text of a range without the blanks around it.
private func name(_ file: SourceFile, _ range: Range<Int>) -> Name {
  var (lower, upper) = (range.lowerBound, range.upperBound)
  while lower < upper, file.bytes[lower] == 0x20 { lower += 1 }
  while upper > lower, file.bytes[upper - 1] == 0x20 { upper -= 1 }
  return Name(file.text(lower, upper), Span(file: file.id, lower: lower, upper: upper))
}

extension Parser {
  /// One expression and then nothing.
  fileprivate mutating func parseWholeExpression() -> Expression {
    let value = parseExpression()
    while token.kind == .newline { take() }
    if token.kind != .end { unexpectedAfterStatement() }
    return value
  }
}
