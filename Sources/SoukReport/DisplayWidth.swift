// How many terminal columns a text takes, and texts fitted to a number of columns. After UAX #11 (East Asian Width):
// wide and full-width characters take two columns, combining marks none.

extension Character {
  /// The columns this character takes in a terminal: 0, 1 or 2.
  var displayWidth: Int {
    guard let scalar = unicodeScalars.first else { return 0 }
    if scalar.properties.generalCategory == .nonspacingMark || scalar.properties.generalCategory == .enclosingMark { return 0 }
    if unicodeScalars.contains(where: { $0.value == 0xFE0F }) { return 2 }
    return scalar.isWide ? 2 : 1
  }
}

extension Unicode.Scalar {
  /// The blocks of wide characters: Hangul, CJK, kana, full-width forms, pictographs.
  fileprivate var isWide: Bool {
    switch value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
      0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
      0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
      true
    default: false
    }
  }
}

extension String {
  /// The terminal columns this text takes. O(length).
  public var displayWidth: Int { reduce(0) { $0 + $1.displayWidth } }

  /// This text filled with spaces to `width` columns; longer texts stay as they are.
  func padded(to width: Int, right: Bool = false) -> String {
    let fill = String(repeating: " ", count: max(0, width - displayWidth))
    return right ? fill + self : self + fill
  }

  /// This text cut to `width` columns, with a mark where something is missing.
  func fitted(to width: Int, mark: String) -> String {
    if displayWidth <= width { return self }
    var out = ""
    var used = 0
    for character in self {
      if used + character.displayWidth + mark.displayWidth > width { break }
      out.append(character)
      used += character.displayWidth
    }
    return out + mark
  }

  /// This text in lines of at most `width` columns, broken at spaces.
  func wrapped(to width: Int, indent: String = "") -> [String] {
    var lines: [String] = []
    var line = ""
    for word in split(separator: " ", omittingEmptySubsequences: true) {
      if !line.isEmpty, line.displayWidth + 1 + String(word).displayWidth > width {
        lines.append(line)
        line = indent + word
      } else {
        line += line.isEmpty || line == indent ? String(word) : " \(word)"
      }
    }
    if !line.isEmpty || lines.isEmpty { lines.append(line) }
    return lines
  }
}
