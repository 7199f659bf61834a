// Broken scripts made from whole ones: seeded edits of tokens and of layout.

import SoukSyntax
import SoukText

/// SplitMix64, so that a failing seed is the same everywhere.
struct Seeded: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// The items of all examples, each as a text of its own.
func exampleItems() throws -> [String] {
  try examples().flatMap { file in parse(file).tree.items.map { file.text($0.span) } }
}

/// Pieces that edits put in: every mark and keyword, and values of each kind.
let pieces: [String] = [
  "(", ")", "[", "]", "{", "}", ",", ":", ".", "..", "=", "->", "=>", "?", "+", "-", "*", "/", "^", "<", "<=", ">", ">=", "==",
  "!=", "\n", "\"", "\"a\"", "\"a {b} c\"", "#", "%", "5m", "5kCNY", "007", "2017-1-1", "2017-02-30", "2017-11-11", "1:5", "24:00", "25:00",
  "1_000", "5 h", "95%", "3/s", "10 order/n", "5만명", "x", "y.z", "f(x)", "a[1]", "from \"S3\"", "x:", "every:", "1/h",
  "and", "or", "not", "to", "in", "of", "from", "into", "by", "step", "for", "priority", "patience", "within", "else", "confidence",
  "over", "as", "until", "on", "if", "assumed", "at", "during", "mod", "contains", "weight", "logit", "calibrated", "predicted",
  "import", "unit", "fn", "let", "var", "param", "scenario", "model", "component", "test", "settings", "table", "record", "choice",
  "check", "print", "plot", "export", "advance", "journey", "action", "invariant", "every", "key", "live", "run", "start", "fork",
  "compare", "sweep", "fit", "use", "hold", "seize", "release", "put", "take", "transfer", "reserve", "capture", "await", "join",
  "set", "add", "count", "wait", "spawn", "choose", "first", "leave", "while", "return", "time", "expect",
  "let x = choose b in Banks weight b.share", "first { wait 5 min => leave, use till => { count late } }", "x at 28 s", "x during a..b",
  "a within 2% of b", "sum(x for k in T)", "fn(x) = x * 2", "if a { b } else { c }", "Dist<Time>", "live order/h", "component cloud",
]

/// One to four seeded edits: a token is left out, doubled, swapped with the next, replaced, or a piece is put before it.
func mutated(_ text: String, by random: inout Seeded) -> String {
  var words = parse(script(text)).tokens.reduce(into: (out: [String](), at: 0)) { state, token in
    let file = script(text)
    state.out.append(file.text(state.at, Int(token.lower)))
    state.out.append(file.text(Int(token.lower), Int(token.upper)))
    state.at = Int(token.upper)
  }.out
  guard words.count >= 4 else { return text + " " + (pieces.randomElement(using: &random) ?? "") }
  for _ in 0..<Int.random(in: 1...4, using: &random) {
    let i = Int.random(in: 0..<(words.count / 2 - 1), using: &random) * 2 + 1
    let piece = pieces.randomElement(using: &random) ?? ""
    switch Int.random(in: 0..<6, using: &random) {
    case 0: words[i] = ""
    case 1: words[i] += " " + words[i]
    case 2: words.swapAt(i, i + 2)
    case 3: words[i] = piece
    case 4: words[i] = piece + words[i]
    default: words[i] = piece + " " + words[i]
    }
  }
  return words.joined()
}
