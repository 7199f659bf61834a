// Numbers, dates, times of day and units. A number takes its scale, its `%` and its unit with it:
// `256k payment/s` is one token. The unit is the word after the number on its line, unless that is a clause word.

import SoukText

extension Lexer {
  mutating func scanNumber(_ i: Int) -> Lexeme {
    if let end = dateEnd(i) { return checkedDate(i, end) }
    if let end = clockEnd(i) { return Lexeme(.clock, i, end) }
    let shape = numberShape(i)
    if let bad = scanBadNumber(i, shape) { return bad }
    return Lexeme(.number, i, max(shape.upper, shape.unitUpper))
  }

  // MARK: The shape of a number

  private func digitsEnd(_ i: Int) -> Int {
    var end = i
    while isDigit(byte(end)) || byte(end) == UInt8(ascii: "_") { end += 1 }
    return end
  }

  func numberShape(_ i: Int) -> NumberShape {
    var shape = NumberShape()
    var end = digitsEnd(i)
    if byte(end) == UInt8(ascii: ".") && isDigit(byte(end + 1)) { end = digitsEnd(end + 1) }
    if byte(end) == UInt8(ascii: "e") {
      var exponent = end + 1
      if byte(exponent) == UInt8(ascii: "+") || byte(exponent) == UInt8(ascii: "-") { exponent += 1 }
      if isDigit(byte(exponent)) {
        while isDigit(byte(exponent)) { exponent += 1 }
        end = exponent
      }
    }
    shape.digitsUpper = end
    if let (exponent, length) = scale(end) {
      shape.scaleExponent = exponent
      end += length
    }
    if byte(end) == UInt8(ascii: "%") {
      shape.isPercent = true
      end += 1
    }
    shape.upper = end
    if let (lower, upper) = unitAfterNumber(end) {
      shape.unitLower = lower
      shape.unitUpper = upper
    }
    return shape
  }

  /// The scale at `i`, as a power of ten, and its length in bytes. Latin letters count only when no word goes on.
  private func scale(_ i: Int) -> (exponent: Int, length: Int)? {
    let latin: Int? =
      switch byte(i) {
      case UInt8(ascii: "k"): 3
      case UInt8(ascii: "M"): 6
      case UInt8(ascii: "B"): 9
      case UInt8(ascii: "T"): 12
      default: nil
      }
    if let latin { return wordCharacter(i + 1) == 0 ? (latin, 1) : nil }
    guard byte(i) >= 0x80, let (value, length) = scalar(i) else { return nil }
    switch value {
    case "万", "만": return (4, length)
    case "亿", "억": return (8, length)
    case "조": return (12, length)
    default: return nil
    }
  }

  private func unitAfterNumber(_ i: Int) -> (lower: Int, upper: Int)? {
    if byte(i) == UInt8(ascii: "/") && isWordStart(i + 1) { return (i, unitTail(i)) }
    let lower = skipBlanks(i)
    guard isWordStart(lower) else { return nil }
    let upper = wordEnd(lower)
    if keyword(lower, upper)?.isClauseWord == true || byte(skipBlanks(upper)) == UInt8(ascii: ":") { return nil }
    return (lower, unitTail(unitExponent(upper)))
  }

  /// After the first word of a unit: `/s`, `*h`, `/km^2`, without spaces.
  private func unitTail(_ i: Int) -> Int {
    var end = i
    while (byte(end) == UInt8(ascii: "/") || byte(end) == UInt8(ascii: "*")) && isWordStart(end + 1) {
      end = unitExponent(wordEnd(end + 1))
    }
    return end
  }

  private func unitExponent(_ i: Int) -> Int {
    guard byte(i) == UInt8(ascii: "^") else { return i }
    var end = i + 1
    if byte(end) == UInt8(ascii: "-") { end += 1 }
    guard isDigit(byte(end)) else { return i }
    while isDigit(byte(end)) { end += 1 }
    return end
  }

  /// The end of a unit that stands by itself, after `to` or in a type: `CNY/payment`, `%`, `1/h`; `nil` when there is none.
  func unitEnd(_ i: Int) -> Int? {
    if isWordStart(i) { return unitTail(unitExponent(wordEnd(i))) }
    if byte(i) == UInt8(ascii: "%") { return unitTail(i + 1) }
    if byte(i) == UInt8(ascii: "1") && byte(i + 1) == UInt8(ascii: "/") && isWordStart(i + 2) { return unitTail(i + 1) }
    return nil
  }

  // MARK: Dates and times of day

  private func number(_ i: Int, digits: Int) -> Int? {
    var value = 0
    for k in 0..<digits {
      guard isDigit(byte(i + k)) else { return nil }
      value = value * 10 + Int(byte(i + k) - UInt8(ascii: "0"))
    }
    return value
  }

  /// `hh:mm`, `hh:mm:ss`, at most `24:00`.
  func clockEnd(_ i: Int) -> Int? {
    guard let end = clockShape(i), wordCharacter(end) == 0, byte(end) != UInt8(ascii: ":") else { return nil }
    return end
  }

  private func clockShape(_ i: Int) -> Int? {
    guard let hour = number(i, digits: 2), byte(i + 2) == UInt8(ascii: ":"), let minute = number(i + 3, digits: 2) else {
      return nil
    }
    guard hour < 24 && minute < 60 || hour == 24 && minute == 0 else { return nil }
    if hour < 24, byte(i + 5) == UInt8(ascii: ":"), let second = number(i + 6, digits: 2), second < 60 { return i + 8 }
    return i + 5
  }

  /// `yyyy-mm-dd`, with `Thh:mm`, `Thh:mm:ss` and a zone (`Z`, `+08:00`).
  private func dateEnd(_ i: Int) -> Int? {
    guard number(i, digits: 4) != nil, byte(i + 4) == UInt8(ascii: "-"), number(i + 5, digits: 2) != nil,
      byte(i + 7) == UInt8(ascii: "-"), number(i + 8, digits: 2) != nil
    else { return nil }
    var end = i + 10
    if byte(end) == UInt8(ascii: "T") {
      guard let clock = clockShape(end + 1) else { return nil }
      end = clock
      if byte(end) == UInt8(ascii: "Z") {
        end += 1
      } else if byte(end) == UInt8(ascii: "+") || byte(end) == UInt8(ascii: "-"), let zone = clockShape(end + 1), zone == end + 6 {
        end = zone
      }
    }
    return wordCharacter(end) == 0 ? end : nil
  }

  private mutating func checkedDate(_ i: Int, _ end: Int) -> Lexeme {
    let year = number(i, digits: 4) ?? 0
    let month = number(i + 5, digits: 2) ?? 0
    let day = number(i + 8, digits: 2) ?? 0
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let lengths = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    if year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= lengths[month - 1] { return Lexeme(.date, i, end) }
    report(.noSuchDate(file.text(i, i + 10), at: span(i, end)))
    return Lexeme(.badValue, i, end)
  }

  // MARK: What people type instead

  private mutating func scanBadNumber(_ i: Int, _ shape: NumberShape) -> Lexeme? {
    let end = digitsEnd(i)
    if let lexeme = badDateOrClock(i, end) { return lexeme }
    if byte(i) == UInt8(ascii: "0") && end > i + 1 {
      let whole = max(shape.upper, shape.unitUpper)
      var digits = i
      while digits < end - 1 && (byte(digits) == UInt8(ascii: "0") || byte(digits) == UInt8(ascii: "_")) { digits += 1 }
      report(.leadingZero(file.text(i, end), means: file.text(digits, end), at: span(i, end)))
      return Lexeme(.badValue, i, whole)
    }
    guard shape.unitUpper > 0, shape.unitLower == shape.upper, byte(shape.unitLower) != UInt8(ascii: "/") else { return nil }
    let word = wordEnd(shape.unitLower)
    let unit = file.text(shape.unitLower, word)
    let digits = file.text(i, shape.upper)
    if unit == "m" {
      report(.gluedMinute(digits, at: span(i, word)))
      return Lexeme(.badValue, i, shape.unitUpper)
    }
    let bytes = Array(unit.utf8)
    if bytes.count == 4, [UInt8(ascii: "k"), UInt8(ascii: "M"), UInt8(ascii: "B"), UInt8(ascii: "T")].contains(bytes[0]),
      bytes[1...].allSatisfy({ $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") })
    {
      report(.gluedScale(digits, scale: String(unit.prefix(1)), unit: String(unit.dropFirst()), at: span(i, word)))
      return Lexeme(.badValue, i, shape.unitUpper)
    }
    return nil
  }

  /// `2017-1-1`, `2017-13-45T9:00`, `1:5`, `25:00`.
  private mutating func badDateOrClock(_ i: Int, _ end: Int) -> Lexeme? {
    func digits(_ k: Int) -> Int {
      var k = k
      while isDigit(byte(k)) { k += 1 }
      return k
    }
    let minus = UInt8(ascii: "-")
    if end == i + 4, digits(i) == end, byte(end) == minus {
      let month = digits(end + 1)
      if month - end - 1 >= 1, month - end - 1 <= 2, byte(month) == minus {
        let day = digits(month + 1)
        if day - month - 1 >= 1, day - month - 1 <= 2 {
          var whole = day
          while wordCharacter(whole) > 0 || byte(whole) == UInt8(ascii: ":") && isDigit(byte(whole + 1)) || byte(whole) == UInt8(ascii: "+") && isDigit(byte(whole + 1)) {
            whole += max(1, wordCharacter(whole))
          }
          let parts = (number(end + 1, digits: month - end - 1) ?? 0, number(month + 1, digits: day - month - 1) ?? 0)
          report(.badDate(file.text(i, whole), year: file.text(i, end), month: parts.0, day: parts.1, tail: file.text(day, whole), at: span(i, whole)))
          return Lexeme(.badValue, i, whole)
        }
      }
    }
    if end - i <= 2, digits(i) == end, byte(end) == UInt8(ascii: ":"), isDigit(byte(end + 1)) {
      let minutes = digits(end + 1)
      var whole = minutes
      if byte(whole) == UInt8(ascii: ":") && isDigit(byte(whole + 1)) { whole = digits(whole + 1) }
      whole = wordEnd(whole)
      report(.badClock(file.text(i, whole), hour: number(i, digits: end - i) ?? 0, minute: number(end + 1, digits: min(2, minutes - end - 1)) ?? 0, at: span(i, whole)))
      return Lexeme(.badValue, i, whole)
    }
    return nil
  }
}
