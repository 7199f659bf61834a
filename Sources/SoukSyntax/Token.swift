// The tokens of a file: kind and place only, 12 bytes each. White space is what lies between them; comments and line ends
// are tokens of their own, so that tokens and gaps together give the file back byte for byte.

public enum TokenKind: UInt8, Sendable, Hashable {
  case word, number, date, clock, unit
  /// The quote that opens a string, a run of its text, the braces of a hole, the quote that closes it.
  case quote, stringText, holeOpen, holeClose, quoteClose
  case leftParen, rightParen, leftBracket, rightBracket, leftBrace, rightBrace
  case comma, colon, dot, dots, assign, arrow, leadsTo, question
  case plus, minus, star, slash, caret
  case less, lessOrEqual, greater, greaterOrEqual, equal, notEqual
  /// `%` apart from a number; it has a place only where a unit stands by itself.
  case percent
  /// `#` to the end of the line, and `##`, which documents.
  case comment, docComment
  case newline
  /// A line end after which the statement goes on because of the mark or keyword before it.
  case continuation
  /// Marks with a second use, told apart in the list of tokens only: the minus of `-x`, the brackets of a call or of
  /// parameters, of an index, of a type, and the `?` of a type.
  case negate, callOpen, indexOpen, typeOpen, typeClose, optionalMark
  /// Something that was meant as a value and could not be read; its diagnostic is already there.
  case badValue
  /// Anything else that could not be read; its diagnostic is already there.
  case invalid
  case end
  /// What the parser sees between a mistake and the place where it goes on; never in a list of tokens.
  case stopped

  /// Whether a statement goes on in the next line when this stands at the end of a line.
  var continuesLine: Bool {
    switch self {
    case .leftParen, .leftBracket, .leftBrace, .comma, .colon, .dot, .dots, .assign, .arrow, .leadsTo, .plus, .minus, .star,
      .slash, .caret, .less, .lessOrEqual, .greater, .greaterOrEqual, .equal, .notEqual: true
    default: false
    }
  }

  /// Whether a line may not begin with this.
  var isInfix: Bool {
    switch self {
    case .dot, .dots, .assign, .arrow, .leadsTo, .plus, .star, .slash, .caret, .less, .lessOrEqual, .greater, .greaterOrEqual,
      .equal, .notEqual, .comma, .colon: true
    default: false
    }
  }
}

public struct Token: Sendable, Hashable {
  public var kind: TokenKind
  /// Byte offsets, half open.
  public var lower: UInt32
  public var upper: UInt32
  public init(_ kind: TokenKind, _ lower: Int, _ upper: Int) {
    self.kind = kind
    self.lower = UInt32(lower)
    self.upper = UInt32(upper)
  }
}

/// Words that mean something somewhere. None is reserved: each is a keyword only where the grammar has a place for it,
/// and a name elsewhere.
enum Keyword: String, CaseIterable, Sendable {
  case and, or, not, to, `in`, of, from, into, by, step, `for`, priority, patience, within, `else`, confidence, over, `as`
  case until, on, `if`, assumed, at, during, mod, contains, weight, logit, calibrated, predicted
  case `import`, unit, fn, `let`, `var`, param, scenario, model, component, test, settings, table, record, choice, check
  case print, plot, export, advance, journey, action, invariant, every, key, live
  case run, start, fork, compare, sweep, fit
  case use, hold, seize, release, put, take, transfer, reserve, capture, await, join, set, add, count, wait, spawn, choose
  case first, leave, `while`, `return`, time, expect

  static let byText: [String: Keyword] = Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue, $0) })

  /// By their letters, five bits each: every word of a script is looked up.
  static let byLetters: [UInt64: Keyword] = Dictionary(
    uniqueKeysWithValues: allCases.map { ($0.rawValue.utf8.reduce(0) { letters($0, then: $1) }, $0) })
  static let longest = 12

  static func letters(_ letters: UInt64, then letter: UInt8) -> UInt64 { letters << 5 | UInt64(letter - UInt8(ascii: "a") + 1) }

  /// Never the unit of the number before it. Frozen: a new word here would change the meaning of scripts.
  var isClauseWord: Bool {
    switch self {
    case .and, .or, .not, .to, .in, .of, .from, .into, .by, .step, .for, .priority, .patience, .within, .else, .confidence,
      .over, .as, .until, .on, .if, .assumed, .at, .during, .mod, .contains, .weight, .logit, .calibrated, .predicted: true
    default: false
    }
  }

  /// As a keyword it needs something after it, unless it is one of these.
  var canEndStatement: Bool { self == .leave || self == .return || self == .assumed }

  /// Begins an item at the top level of a file and nothing inside a journey.
  var beginsOnlyItem: Bool {
    switch self {
    case .import, .unit, .scenario, .model, .component, .test, .settings, .check, .plot, .export: true
    default: false
    }
  }

  /// Begins an item, a member or a step.
  var beginsStatement: Bool {
    switch self {
    case .let, .var, .param, .fn, .journey, .action, .invariant, .every, .table, .choice, .record, .print, .if, .for, .while,
      .use, .hold, .wait, .leave, .return, .expect, .count, .set, .add, .advance: true
    default: beginsOnlyItem
    }
  }

  /// A verb of journeys that can't begin an item.
  var isJourneyVerb: Bool {
    switch self {
    case .use, .hold, .seize, .release, .put, .take, .transfer, .reserve, .capture, .await, .join, .set, .add, .count, .wait,
      .spawn, .choose, .first, .leave, .while, .return, .time, .expect, .var: true
    default: false
    }
  }
}
