// A quantity as written to its number and unit text: `168.2B CNY`, `6000만`, `2.2%/month`, `20/h`, `120ms`.
// The QUANTITY token of grammar/souk.lark by hand: digits with `_`, fraction, exponent, a glued scale, and the rest.

/// A quantity's text, taken apart: the number with its scale, and the unit as written.
public struct QuantityLiteral: Hashable, Sendable {
  /// The number with its scale, correctly rounded: 168.2e9 for `168.2B`. A `%` is part of the unit.
  public let value: Double
  /// The number as written, with its scale: `168.2B`.
  public let numeral: String
  /// The unit as written, without the spaces before it; empty when there is none.
  public let unitText: String
  /// Where the unit begins, in UTF-8 bytes of the whole text.
  public let unitOffset: Int

  /// The scales and their powers of ten.
  public static let scales: [Character: Int] = [
    "k": 3, "M": 6, "B": 9, "T": 12, "万": 4, "만": 4, "亿": 8, "억": 8, "조": 12,
  ]

  /// Takes `text` apart; nil when it doesn't begin with a number or the number is too large for any computer to hold.
  public init?(_ text: some StringProtocol) {
    let characters = Array(text)
    var position = 0
    func peek(_ ahead: Int = 0) -> Character? {
      position + ahead < characters.count ? characters[position + ahead] : nil
    }
    func isDigit(_ character: Character?) -> Bool { character.map { $0.isASCII && $0.isNumber } ?? false }
    var decimal = ""
    func takeDigits() {
      while let character = peek(), isDigit(character) || character == "_" {
        if character != "_" { decimal.append(character) }
        position += 1
      }
    }
    guard isDigit(peek()) else { return nil }
    takeDigits()
    if peek() == ".", isDigit(peek(1)) {
      decimal.append(".")
      position += 1
      takeDigits()
    }
    var exponent = 0
    if peek() == "e" {
      let signed = peek(1) == "-" || peek(1) == "+"
      if isDigit(peek(signed ? 2 : 1)) {
        var end = position + (signed ? 2 : 1)
        while end < characters.count, isDigit(characters[end]) { end += 1 }
        guard let written = Int(String(characters[(position + 1)..<end])), abs(written) < 10_000 else { return nil }
        exponent = written
        position = end
      }
    }
    if let character = peek(), let power = Self.scales[character] {
      let isWordGoingOn = character.isASCII && (peek(1).map(UnitText.isNameCharacter) ?? false)
      if !isWordGoingOn {
        exponent += power
        position += 1
      }
    }
    // Shifting the exponent in the text rounds once; multiplying by a power of ten would round twice.
    guard let value = Double("\(decimal)e\(exponent)"), value.isFinite else { return nil }
    self.value = value
    numeral = String(characters[..<position])
    var unitStart = position
    while unitStart < characters.count, characters[unitStart] == " " || characters[unitStart] == "\t" { unitStart += 1 }
    unitText = String(characters[unitStart...])
    unitOffset = String(characters[..<unitStart]).utf8.count
  }
}

/// A number of units: a value in base units, its dimension, and the unit it was written in.
public struct Quantity: Hashable, Sendable {
  /// The value in base units.
  public let value: Double
  public let unit: UnitExpression
  public var dimension: Dimension { unit.dimension }

  /// `number` of `unit`.
  public init(_ number: Double, _ unit: UnitExpression) {
    value = unit.inBaseUnits(number)
    self.unit = unit
  }
}

extension UnitTable {
  /// Reads a quantity as the language writes it; offsets in a problem count UTF-8 bytes of the whole text.
  public func parseQuantity(
    _ text: some StringProtocol, isValue: (String) -> Bool = { _ in false }
  ) -> Result<Quantity, UnitProblem> {
    guard let literal = QuantityLiteral(text) else {
      return .failure(UnitProblem(.malformed, name: String(text), message: "`\(text)` isn't a number"))
    }
    if literal.unitText.isEmpty { return .success(Quantity(literal.value, .none)) }
    return parse(literal.unitText, numeral: literal.numeral, isValue: isValue)
      .map { Quantity(literal.value, $0) }
      .mapError { problem in
        UnitProblem(
          problem.kind, name: problem.name, offset: problem.offset + literal.unitOffset, message: problem.message,
          suggestions: problem.suggestions, advice: problem.advice)
      }
  }
}
