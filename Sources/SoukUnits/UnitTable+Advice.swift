// What an unknown unit may have meant: abbreviations people use, scales written on the unit, values written into a
// unit, and misspellings (optimal string alignment distance, at most a third of the word).

extension UnitTable {
  /// Abbreviations and everyday names that aren't units, and the units they may mean, the likeliest first.
  private static let meant: [String: [String]] = [
    "m": ["min", "meter"], "d": ["day"], "hr": ["h"], "hrs": ["h"], "mins": ["min"], "sec": ["s"], "secs": ["s"],
    "msec": ["ms"], "usec": ["us"], "nsec": ["ns"], "millis": ["ms"], "micros": ["us"], "y": ["year"], "yr": ["year"],
    "yrs": ["year"], "mo": ["month"], "mon": ["month"], "mth": ["month"], "w": ["week"], "wk": ["week"],
    "wks": ["week"], "H": ["h"], "S": ["s"], "MS": ["ms"], "D": ["day"], "b": ["byte", "bit"], "g": ["gram"],
    "t": ["tonne"], "ton": ["tonne"], "tons": ["tonne"], "KB": ["kB"], "gb": ["GB"], "mb": ["MB"], "kb": ["kB"],
    "tb": ["TB"], "Kbit": ["kbit"], "pct": ["%"], "bps": ["bit/s", "bp"], "kbps": ["kbit/s"], "Mbps": ["Mbit/s"],
    "Gbps": ["Gbit/s"], "RMB": ["CNY"], "rmb": ["CNY"], "yuan": ["CNY"], "CNH": ["CNY"], "元": ["CNY"], "dollar": ["USD"],
    "dollars": ["USD"], "euro": ["EUR"], "euros": ["EUR"], "won": ["KRW"], "원": ["KRW"], "yen": ["JPY"], "pound": ["GBP"],
    "pounds": ["GBP"], "秒": ["s"], "分": ["min"], "小时": ["h"], "天": ["day"], "月": ["month"], "年": ["year"], "초": ["s"],
    "분": ["min"], "시간": ["h"], "일": ["day"], "달": ["month"], "년": ["year"], "ops": ["/s"], "Hz": ["/s"], "rps": ["/s"],
    "tps": ["/s"], "qps": ["/s"],
  ]

  /// Words for scales, and the scale as it is glued to a number.
  private static let scaleWords: [String: String] = [
    "k": "k", "K": "k", "M": "M", "B": "B", "T": "T", "G": "B", "thousand": "k", "million": "M", "millions": "M",
    "mn": "M", "mil": "M", "mio": "M", "billion": "B", "billions": "B", "bn": "B", "trillion": "T", "trillions": "T",
    "tn": "T", "万": "万", "亿": "亿", "만": "만", "억": "억", "조": "조",
  ]

  /// The problem with the unknown name `part` of the unit text `whole`.
  func explain(
    _ part: UnitText.Part, in whole: String, numeral: String?, isValue: (String) -> Bool = { _ in false },
    among others: [String] = []
  ) -> UnitProblem {
    let name = part.name
    let pasted = { (unit: String) in Self.rewritten(whole, replacing: part, by: unit, numeral: numeral) }
    if isValue(name), let problem = valueInUnit(part, whole, numeral) { return problem }
    if name == "m" {
      return UnitProblem(
        .ambiguous, name: name, offset: part.offset, message: "`m` could mean minutes, metres or millions",
        suggestions: ["min", "meter"],
        advice: "write \(pasted("min")) or \(pasted("meter"))" + (numeral.map { " or `\($0)M`" } ?? ""))
    }
    if let meanings = Self.meant[name] {
      return unknown(part, suggestions: meanings, advice: "write " + meanings.map(pasted).joined(separator: " or "))
    }
    if let problem = scaleOnUnit(part, whole, numeral) { return problem }
    let close = suggestions(for: name, among: others)
    if let first = close.first { return unknown(part, suggestions: close, advice: "did you mean `\(first)`?") }
    let declare = "if it is something you count, declare it: `unit \(name)`"
    if let divided = division(part, whole, numeral) {
      return unknown(part, suggestions: [], advice: "\(declare); if `\(name)` is a value, write \(divided)")
    }
    return unknown(part, suggestions: [], advice: declare)
  }

  private func unknown(_ part: UnitText.Part, suggestions: [String], advice: String) -> UnitProblem {
    UnitProblem(
      .unknown, name: part.name, offset: part.offset, message: "there is no unit `\(part.name)`", suggestions: suggestions,
      advice: advice)
  }

  /// `1/n` and `10 order/n`: a value can't be part of a unit, but with spaces the quantity is divided by it.
  private func valueInUnit(_ part: UnitText.Part, _ whole: String, _ numeral: String?) -> UnitProblem? {
    let advice =
      division(part, whole, numeral).map { "inside a unit there are no spaces; to calculate, write \($0)" }
      ?? "a unit stands right after a number; to multiply, write `\(numeral ?? "1") * \(part.name)`"
    return UnitProblem(
      .valueInUnit, name: part.name, offset: part.offset, message: "`\(part.name)` is a value, and no unit has that name",
      advice: advice)
  }

  /// The text with spaces round the operator before `part`, or nil when `part` comes first.
  private func division(_ part: UnitText.Part, _ whole: String, _ numeral: String?) -> String? {
    let utf8 = whole.utf8
    guard part.offset > 0 else { return nil }
    let operatorIndex = utf8.index(utf8.startIndex, offsetBy: part.offset - 1)
    let sign = whole[operatorIndex]
    guard sign == "/" || sign == "*" else { return nil }
    let before = whole[..<operatorIndex]
    let after = whole[whole.index(after: operatorIndex)...]
    let unit = before.isEmpty || before.hasPrefix("%") ? String(before) : " \(before)"
    return "`\(numeral ?? "1")\(unit) \(sign) \(after)`"
  }

  /// `5 kCNY`, `5 Morder`, `5 million`: the scale belongs to the number.
  private func scaleOnUnit(_ part: UnitText.Part, _ whole: String, _ numeral: String?) -> UnitProblem? {
    let name = part.name
    var found: (scale: String, unit: String)?
    if let scale = Self.scaleWords[name] {
      found = (scale, "")
    } else if let first = name.first, let scale = Self.scaleWords[String(first)] {
      let rest = String(name.dropFirst())
      if units[rest] != nil { found = (scale, rest) }
    }
    guard let (scale, unit) = found else { return nil }
    let number = "\(numeral ?? "5")\(scale)"
    var text = "`\(number)`"
    if numeral != nil || part.offset == 0 {
      let rest = Self.replaced(whole, part, by: unit)
      text = rest.isEmpty || rest.hasPrefix("/") ? "`\(number)\(rest)`" : "`\(number) \(rest)`"
    }
    return UnitProblem(
      .scaleOnUnit, name: name, offset: part.offset, message: "a scale is glued to its number, not to the unit",
      suggestions: unit.isEmpty ? [] : [unit], advice: "write \(text)")
  }

  /// `whole` with `part`'s name replaced.
  private static func replaced(_ whole: String, _ part: UnitText.Part, by unit: String) -> String {
    let utf8 = whole.utf8
    let start = utf8.index(utf8.startIndex, offsetBy: part.offset)
    let end = utf8.index(start, offsetBy: part.name.utf8.count)
    let after = whole[end...]
    let before = whole[..<start]
    // `tps` means `/s`: no operator is put before it twice.
    return String(before) + (unit.hasPrefix("/") && before.hasSuffix("/") ? String(unit.dropFirst()) : unit) + after
  }

  private static func rewritten(
    _ whole: String, replacing part: UnitText.Part, by unit: String, numeral: String?
  ) -> String {
    let text = replaced(whole, part, by: unit)
    guard let numeral else { return "`\(text)`" }
    return text.hasPrefix("/") || text.hasPrefix("%") ? "`\(numeral)\(text)`" : "`\(numeral) \(text)`"
  }

  /// Names of units, or of `others`, that `name` may be a misspelling of, the closest first; declared names win ties.
  public func suggestions(for name: String, among others: [String] = []) -> [String] {
    let allowed = max(1, name.count / 3)
    var found: [(distance: Int, rank: Int, name: String)] = []
    for candidate in Set(units.keys).union(others) {
      if candidate.lowercased() == name.lowercased() {
        found.append((0, 0, candidate))
        continue
      }
      // One letter in a word of two, or in a currency's code, is nearly any word.
      guard name.count > 2, candidate.count > 2 else { continue }
      if let unit = units[candidate], unit.dimension.currency?.name == unit.name, name != name.uppercased() { continue }
      let distance = SpellingDistance.between(name, candidate, atMost: allowed)
      guard let distance else { continue }
      found.append((distance, isDeclared(candidate) || others.contains(candidate) ? 0 : 1, candidate))
    }
    found.sort { ($0.distance, $0.rank, $0.name) < ($1.distance, $1.rank, $1.name) }
    return found.prefix(3).map(\.name)
  }
}
