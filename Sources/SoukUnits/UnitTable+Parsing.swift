// Unit text to a product of units: `payment/s`, `CNY/h`, `s^2`, `%/month`, `/s`.
// Grammar (the UNIT part of the QUANTITY token in grammar/souk.lark), read by hand from left to right:
//   unit = ["%"] [("*" | "/")] power { ("*" | "/") power } | "%"      power = word ["^" ["-"] digits]

extension UnitTable {
  /// The largest exponent a unit may be given.
  static let largestExponent = 12

  /// Reads `unitText`, the part of a quantity after its number, or a whole conversion target.
  ///
  /// `numeral` is the number it stood after, for advice that can be pasted; `isValue` says whether a name is a value's in
  /// the scope, so that `1/n` can be told from a misspelt unit. Offsets in a problem count UTF-8 bytes of `unitText`.
  public func parse(
    _ unitText: some StringProtocol, numeral: String? = nil, isValue: (String) -> Bool = { _ in false }
  ) -> Result<UnitExpression, UnitProblem> {
    let whole = String(unitText)
    // Most are one name.
    if let unit = units[whole] { return .success(UnitExpression([UnitExpression.Factor(unit, 1)])) }
    return UnitText.parts(of: whole).flatMap { parts in
      var factors: [UnitExpression.Factor] = []
      for part in parts {
        guard let unit = units[part.name] else {
          return .failure(explain(part, in: whole, numeral: numeral, isValue: isValue))
        }
        factors.append(UnitExpression.Factor(unit, part.exponent))
      }
      let expression = UnitExpression(factors)
      guard expression.factor.isFinite, expression.factor > 0 else {
        return .failure(
          UnitProblem(.malformed, name: whole, message: "`\(whole)` is too large or too small a unit to calculate with"))
      }
      return .success(expression)
    }
  }

  /// Reads the dimension part of a type: unit names, dimension names such as `Time`, and what `variable` knows (`A`).
  public func parseDimension(
    _ typeText: some StringProtocol, variable: (String) -> Dimension? = { _ in nil }
  ) -> Result<Dimension, UnitProblem> {
    let whole = String(typeText)
    return UnitText.parts(of: whole).flatMap { parts in
      var dimension = Dimension.dimensionless
      for part in parts {
        guard let one = variable(part.name) ?? Self.dimensionNames[part.name] ?? units[part.name]?.dimension else {
          return .failure(explain(part, in: whole, numeral: nil, among: Self.dimensionNames.keys.sorted()))
        }
        dimension = dimension * one.raised(to: part.exponent)
      }
      return .success(dimension)
    }
  }
}

/// The form of a unit text, before its names are looked up.
enum UnitText {
  /// A name with its exponent, and where it stands.
  struct Part: Equatable {
    let name: String
    let exponent: Int
    let offset: Int
  }

  /// Splits `text` into its parts, or says where it isn't a unit text.
  static func parts(of text: String) -> Result<[Part], UnitProblem> {
    var reader = UnitTextReader(text)
    return reader.readAll()
  }

  /// Whether `character` may stand in a unit's name: letters, marks, digits and `_` of any script.
  static func isNameCharacter(_ character: Character) -> Bool {
    if character == "_" || character.isLetter || character.isNumber { return true }
    // A combining mark on its own is part of a word, as in the scripts of India.
    return character.unicodeScalars.allSatisfy { scalar in
      switch scalar.properties.generalCategory {
      case .nonspacingMark, .spacingMark, .enclosingMark: true
      default: false
      }
    }
  }
}

private struct UnitTextReader {
  let text: String
  var position: String.Index
  var parts: [UnitText.Part] = []

  init(_ text: String) {
    self.text = text
    position = text.startIndex
  }

  var next: Character? { position < text.endIndex ? text[position] : nil }
  var offset: Int { text.utf8.distance(from: text.startIndex, to: position) }

  mutating func skipSpaces() {
    while let character = next, character == " " || character == "\t" { position = text.index(after: position) }
  }

  mutating func take(_ character: Character) -> Bool {
    guard next == character else { return false }
    position = text.index(after: position)
    return true
  }

  mutating func takeWhile(_ condition: (Character) -> Bool) -> Substring {
    let start = position
    while let character = next, condition(character) { position = text.index(after: position) }
    return text[start..<position]
  }

  mutating func readAll() -> Result<[UnitText.Part], UnitProblem> {
    skipSpaces()
    guard next != nil else { return .failure(malformed("a unit is missing here")) }
    if next == "%" {
      parts.append(UnitText.Part(name: "%", exponent: 1, offset: offset))
      position = text.index(after: position)
      skipSpaces()
      if next == nil { return .success(parts) }
    }
    var sign = 1
    if take("/") { sign = -1 } else { _ = take("*") }
    while true {
      if let problem = readPower(sign: sign) { return .failure(problem) }
      if take("/") {
        sign = -1
      } else if take("*") {
        sign = 1
      } else {
        break
      }
    }
    skipSpaces()
    guard next == nil else { return .failure(malformed("inside a unit there are only names, `*`, `/` and `^`")) }
    return .success(parts)
  }

  mutating func readPower(sign: Int) -> UnitProblem? {
    let start = offset
    guard let first = next, UnitText.isNameCharacter(first), !first.isNumber || first.isLetter else {
      return malformed("a unit's name is expected here")
    }
    let name = String(takeWhile(UnitText.isNameCharacter))
    var exponent = 1
    if take("^") {
      let sign = take("-") ? -1 : 1
      let digits = takeWhile { $0.isASCII && $0.isNumber }
      guard let value = Int(digits), value <= UnitTable.largestExponent else {
        return malformed("an exponent is a whole number up to \(UnitTable.largestExponent)")
      }
      exponent = sign * value
    }
    parts.append(UnitText.Part(name: name, exponent: sign * exponent, offset: start))
    return nil
  }

  func malformed(_ reason: String) -> UnitProblem {
    UnitProblem(
      .malformed, name: next.map(String.init) ?? "", offset: offset, message: "`\(text)` isn't a unit", advice: reason)
  }
}
