// Text → the same text in canonical layout. Lines stay lines: only what is between tokens changes. Indentation is two spaces for each line
// that has opened a bracket; tokens are parted by one space or none; columns that the author lined up on adjacent lines
// stay lined up (as in gofmt, but only where the author did it). The result is a fixed point.

public import SoukText

public enum FormatResult: Sendable {
  case formatted(String)
  /// The file has mistakes, so it is left alone.
  case broken([Diagnostic])

  /// The canonical text, when there is one.
  public var text: String? {
    if case .formatted(let text) = self { text } else { nil }
  }
}

/// Gives a script its canonical layout. Idempotent; keeps every token and comment. O(length).
public func format(_ file: SourceFile) -> FormatResult {
  let result = parse(file)
  guard result.diagnostics.allSatisfy({ $0.severity == .warning }) else { return .broken(result.diagnostics) }
  var formatter = Formatter(file)
  formatter.split(result.tokens)
  formatter.indent()
  formatter.align()
  return .formatted(formatter.text())
}

private struct Formatter {
  /// A token as it is printed: its text, the spaces before it in the source and in the result.
  struct Piece {
    var kind: TokenKind
    var text: String
    var width: Int
    var sourceColumn: Int
    var sourceGap: Int
    var gap: Int
    /// Output column; known once all to its left are placed.
    var column = 0
    var group = -1
  }

  struct Line {
    var pieces: [Piece] = []
    var isContinuation = false
    var indent = 0
  }

  let file: SourceFile
  var lines: [Line] = []

  init(_ file: SourceFile) { self.file = file }

  // MARK: Lines of pieces

  mutating func split(_ tokens: [Token]) {
    var line = Line()
    var end = file.bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var column = 0
    for token in tokens {
      if token.kind == .newline || token.kind == .continuation {
        lines.append(line)
        line = Line(isContinuation: token.kind == .continuation)
        end = Int(token.upper)
        column = 0
        continue
      }
      let gap = displayColumns(end, Int(token.lower), from: column) - column
      column += gap
      let source = file.text(Int(token.lower), Int(token.upper))
      let text = spelled(token.kind, source)
      var piece = Piece(
        kind: token.kind, text: text, width: displayWidth(text), sourceColumn: column, sourceGap: gap, gap: 0)
      if let before = line.pieces.last { piece.gap = Self.gap(before, piece) }
      line.pieces.append(piece)
      column = displayColumns(Int(token.lower), Int(token.upper), from: column)
      end = Int(token.upper)
    }
    lines.append(line)
    keepTightDivisions()
  }

  /// The column after the bytes, tabs going to the next multiple of four.
  private func displayColumns(_ lower: Int, _ upper: Int, from column: Int) -> Int {
    guard lower < upper else { return column }
    var column = column
    if upper - lower == 1 { return file.bytes[lower] == 0x09 ? column + 4 - column % 4 : column + 1 }
    for character in file.text(lower, upper) {
      column += character == "\t" ? 4 - column % 4 : displayWidth(character)
    }
    return column
  }

  private func spelled(_ kind: TokenKind, _ source: String) -> String {
    switch kind {
    case .number: Self.spacedNumber(source)
    case .comment, .docComment: Self.trimmed(source)
    default: source
    }
  }

  /// `120ms` → `120 ms`; a unit that begins with `/` stays glued.
  private static func spacedNumber(_ source: String) -> String {
    let lexer = Lexer(SourceFile(id: FileID(0), name: "", text: source))
    let shape = lexer.numberShape(0)
    guard shape.unitUpper > 0, shape.unitLower < lexer.bytes.count, lexer.bytes[shape.unitLower] != UInt8(ascii: "/") else { return source }
    return lexer.file.text(0, shape.upper) + " " + lexer.file.text(shape.unitLower, shape.unitUpper)
  }

  private static func trimmed(_ source: String) -> String {
    var text = source
    while let last = text.last, last == " " || last == "\t" || last == "\r" { text.removeLast() }
    return text
  }

  // MARK: Gaps

  /// Spaces between two tokens of a line: none or one. A comment keeps its distance.
  private static func gap(_ a: Piece, _ b: Piece) -> Int {
    if b.kind == .comment || b.kind == .docComment { return max(1, b.sourceGap) }
    // A calendar's instants aren't an index: `daily [06:00]`.
    if b.kind == .indexOpen, a.kind == .word, a.text == "daily" || a.text == "weekly" { return 1 }
    switch b.kind {
    case .comma, .colon, .rightParen, .rightBracket, .dot, .dots, .callOpen, .indexOpen, .typeOpen, .typeClose, .optionalMark,
      .stringText, .holeOpen, .holeClose, .quoteClose:
      return 0
    case .caret: return a.kind == .number && a.text.contains(" ") || a.kind == .number && a.text.contains("/") ? 1 : 0
    default: break
    }
    switch a.kind {
    case .leftParen, .leftBracket, .callOpen, .indexOpen, .typeOpen, .negate, .dot, .dots, .caret, .quote, .stringText, .holeOpen,
      .holeClose:
      return 0
    default: return 1
    }
  }

  /// `1/10_000` may stay a fraction of two numbers.
  private mutating func keepTightDivisions() {
    for l in lines.indices {
      let pieces = lines[l].pieces
      guard pieces.count >= 3 else { continue }
      for i in 1..<pieces.count - 1 where pieces[i].kind == .slash && pieces[i].sourceGap == 0 && pieces[i + 1].sourceGap == 0 {
        if Self.isPlain(pieces[i - 1]) && Self.isPlain(pieces[i + 1]) {
          lines[l].pieces[i].gap = 0
          lines[l].pieces[i + 1].gap = 0
        }
      }
    }
  }

  private static func isPlain(_ piece: Piece) -> Bool {
    piece.kind == .number && piece.text.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 || $0 == 0x5F || $0 == 0x2E }
  }

  // MARK: Indentation

  /// What a line opens and doesn't close is one level, however many brackets it is.
  mutating func indent() {
    var open: [Int] = []
    for l in lines.indices {
      let pieces = lines[l].pieces
      var level = open.last.map { $0 + 1 } ?? 0
      if let first = pieces.first, first.kind.isCloser, let opener = open.last { level = opener }
      if lines[l].isContinuation, let first = pieces.first, !first.kind.isCloser { level += 1 }
      lines[l].indent = 2 * level
      for piece in pieces {
        if piece.kind.isOpener { open.append(level) } else if piece.kind.isCloser { _ = open.popLast() }
      }
    }
  }

  // MARK: Columns

  /// Links tokens that stand in one column on adjacent lines, and gives each such column its place from left to right.
  mutating func align() {
    var groups: [[(line: Int, piece: Int)]] = []
    for l in lines.indices.dropLast() { link(l, l + 1, &groups) }
    let order = groups.indices.filter { !groups[$0].isEmpty }.sorted { source(groups[$0][0]) < source(groups[$1][0]) }
    var placed = [Int](repeating: 0, count: lines.count)
    for g in order {
      var target = 0
      let distance = groups[g].map { lines[$0.line].pieces[$0.piece].sourceGap }.min() ?? 1
      for member in groups[g] {
        place(member.line, upTo: member.piece, &placed)
        target = max(target, end(member.line, before: member.piece) + max(1, distance))
      }
      for member in groups[g] {
        lines[member.line].pieces[member.piece].column = target
        placed[member.line] = member.piece + 1
      }
    }
    for l in lines.indices { place(l, upTo: lines[l].pieces.count, &placed) }
  }

  private func source(_ member: (line: Int, piece: Int)) -> Int { lines[member.line].pieces[member.piece].sourceColumn }

  private func end(_ line: Int, before piece: Int) -> Int {
    let last = lines[line].pieces[piece - 1]
    return last.column + last.width
  }

  /// Sets the columns of the pieces that are in no group.
  private mutating func place(_ line: Int, upTo piece: Int, _ placed: inout [Int]) {
    while placed[line] < piece {
      let i = placed[line]
      lines[line].pieces[i].column = i == 0 ? lines[line].indent : end(line, before: i) + lines[line].pieces[i].gap
      placed[line] += 1
    }
  }

  private mutating func link(_ upper: Int, _ lower: Int, _ groups: inout [[(line: Int, piece: Int)]]) {
    var j = 1
    for i in lines[upper].pieces.indices.dropFirst() {
      let a = lines[upper].pieces[i]
      while j < lines[lower].pieces.count && lines[lower].pieces[j].sourceColumn < a.sourceColumn { j += 1 }
      guard j < lines[lower].pieces.count else { return }
      let b = lines[lower].pieces[j]
      guard a.sourceColumn == b.sourceColumn, a.sourceGap >= 1, b.sourceGap >= 1, a.gap >= 1, b.gap >= 1, a.isComment == b.isComment,
        a.isComment || a.sourceGap >= 2 || b.sourceGap >= 2
      else { continue }
      var group = a.group
      if group < 0 {
        group = groups.count
        groups.append([(upper, i)])
        lines[upper].pieces[i].group = group
      }
      groups[group].append((lower, j))
      lines[lower].pieces[j].group = group
    }
  }

  // MARK: Text

  func text() -> String {
    var out = ""
    var blank = false
    for line in lines {
      guard !line.pieces.isEmpty else {
        blank = !out.isEmpty
        continue
      }
      if blank { out += "\n" }
      blank = false
      var column = 0
      for piece in line.pieces {
        while column < piece.column {
          out += " "
          column += 1
        }
        out += piece.text
        column += piece.width
      }
      out += "\n"
    }
    return out
  }
}

extension Formatter.Piece {
  fileprivate var isComment: Bool { kind == .comment || kind == .docComment }
}

extension TokenKind {
  fileprivate var isOpener: Bool {
    switch self {
    case .leftParen, .leftBracket, .leftBrace, .callOpen, .indexOpen: true
    default: false
    }
  }

  fileprivate var isCloser: Bool {
    switch self {
    case .rightParen, .rightBracket, .rightBrace: true
    default: false
    }
  }
}
