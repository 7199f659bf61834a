// The place at the end of a text: the word that is being written, what stands before it, and which brackets are open around it.

import SoukSyntax
import SoukText

struct TextPlace {
  /// Without the word at the end.
  var before: String
  var partial: String
  /// Where in the text that word begins, in bytes.
  var start: Int
  /// Tokens of `before`, line ends included, comments not.
  var tokens: [Token]
  var quoted: Quoted?
  var isComment = false
  private let file: SourceFile

  /// Inside a text literal, or behind a command that takes a file.
  struct Quoted {
    var folder: String
    /// The name as far as it is written, and what of it is the word at the cursor.
    var name: String
    var partial: String
    var wantsFile: Bool
    var endings: [String]
    var isCommand: Bool
  }

  /// The innermost bracket that is open.
  enum Inner {
    case none
    /// `callee(`
    case round(String)
    case square
    /// The words before `{`, back to the beginning of the statement.
    case brace([String])
  }

  static func isNameByte(_ byte: UInt8) -> Bool {
    byte >= 0x80 || byte == UInt8(ascii: "_") || (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z") || byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }

  init(_ text: String) {
    let bytes = Array(text.utf8)
    var start = bytes.count
    while start > 0, Self.isNameByte(bytes[start - 1]) { start -= 1 }
    // The unit of `24h` is a word of its own; a file's name isn't.
    let isQuoted = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).last.map { line in
      line.first == UInt8(ascii: ":") || line.count { $0 == UInt8(ascii: "\"") } % 2 == 1
    }
    while isQuoted != true, start < bytes.count, bytes[start] >= UInt8(ascii: "0"), bytes[start] <= UInt8(ascii: "9") { start += 1 }
    self.start = start
    before = String(decoding: bytes[..<start], as: UTF8.self)
    partial = String(decoding: bytes[start...], as: UTF8.self)
    file = SourceFile(id: FileID(0), name: "prompt", text: before)
    tokens = parse(file).tokens.filter { ![.comment, .docComment, .end, .continuation].contains($0.kind) }
    let line = before.split(separator: "\n", omittingEmptySubsequences: false).last ?? ""
    var isOpen = false
    var last = line.startIndex
    for index in line.indices {
      if line[index] == "\"" {
        isOpen.toggle()
        last = line.index(after: index)
      } else if line[index] == "#", !isOpen {
        isComment = true
      }
    }
    if line.hasPrefix(":") {
      let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2, [":load", ":save"].contains(parts[0]) { quoted = Self.quote(String(parts[1]), partial, [".souk"], isCommand: true) }
    } else if isOpen {
      let isImport = line.hasPrefix("import ")
      quoted = Self.quote(String(line[last...]), partial, isImport ? [".souk"] : line[..<last].hasSuffix("csv(\"") ? [".csv"] : [], isCommand: false)
    }
  }

  private static func quote(_ text: String, _ partial: String, _ endings: [String], isCommand: Bool) -> Quoted {
    let whole = text + partial
    let slash = whole.lastIndex(of: "/")
    let folder = slash.map { String(whole[...$0]) } ?? ""
    let name = slash.map { String(whole[whole.index(after: $0)...]) } ?? whole
    return Quoted(folder: folder.isEmpty ? "." : folder, name: name, partial: partial, wantsFile: !endings.isEmpty, endings: endings, isCommand: isCommand)
  }

  private func text(_ token: Token) -> String { file.text(Int(token.lower), Int(token.upper)) }

  var endsWithSpace: Bool { before.last?.isWhitespace ?? true }

  /// The word right before the cursor's.
  var lastWord: String? { tokens.last.flatMap { $0.kind == .word ? text($0) : nil } }

  /// Whether this verb begins the line.
  func isVerbBefore(_ verb: String) -> Bool {
    let line = tokens.lastIndex { $0.kind == .newline }.map { tokens[($0 + 1)...] } ?? tokens[...]
    return line.first.map { $0.kind == .word && text($0) == verb } ?? false
  }

  /// `import std.`: the words of the path so far.
  var libraryPath: [String]? {
    let line = tokens.lastIndex { $0.kind == .newline }.map { tokens[($0 + 1)...] } ?? tokens[...]
    guard line.count >= 3, line.last?.kind == .dot, let first = line.first, text(first) == "import" else { return nil }
    let names = line.dropFirst().reversed().prefix { $0.kind == .word || $0.kind == .dot }.reversed()
    return names.filter { $0.kind == .word }.map { text($0) }
  }

  /// A statement may begin here.
  var beginsStatement: Bool {
    guard let last = tokens.last else { return true }
    return last.kind == .newline || last.kind == .leftBrace
  }

  /// A field may begin here: as a statement, or behind a comma.
  var beginsField: Bool { beginsStatement || tokens.last?.kind == .comma }

  var beginsArgument: Bool {
    guard let last = tokens.last?.kind else { return false }
    return last == .leftParen || last == .comma || last == .callOpen
  }

  /// Brackets that are open, the innermost last, by the index of their token.
  private var open: [Int] {
    var stack: [Int] = []
    for (index, token) in tokens.enumerated() {
      switch token.kind {
      case .leftParen, .callOpen, .leftBracket, .indexOpen, .leftBrace: stack.append(index)
      case .rightParen, .rightBracket, .rightBrace: _ = stack.popLast()
      default: break
      }
    }
    return stack
  }

  /// The words of the statement that a brace belongs to.
  private func head(_ brace: Int) -> [String] {
    var from = brace
    while from > 0, ![.newline, .leftBrace, .rightBrace].contains(tokens[from - 1].kind) { from -= 1 }
    return tokens[from..<brace].filter { $0.kind == .word }.map { text($0) }
  }

  var inner: Inner {
    guard let last = open.last else { return .none }
    switch tokens[last].kind {
    case .leftBrace: return .brace(head(last))
    case .leftParen, .callOpen: return .round(last > 0 && tokens[last - 1].kind == .word ? text(tokens[last - 1]) : "")
    default: return .square
    }
  }

  /// The model or component that the place is in.
  var model: String? {
    for index in open where tokens[index].kind == .leftBrace {
      let words = head(index)
      if words.count >= 2, words[0] == "model" || words[0] == "component" { return words[1] }
    }
    return nil
  }

  /// What stands before the dot: as text, and the names on its way.
  var base: (text: String, chain: [String])? {
    guard tokens.last?.kind == .dot else { return nil }
    var index = tokens.count - 1
    let end = index
    var chain: [String] = []
    while index > 0 {
      let token = tokens[index - 1]
      switch token.kind {
      case .word where tokens[index].kind != .word:
        chain.insert(text(token), at: 0)
        index -= 1
      case .dot where tokens[index].kind == .word: index -= 1
      case .rightBracket, .rightParen:
        var depth = 0
        repeat {
          index -= 1
          if [.rightBracket, .rightParen].contains(tokens[index].kind) { depth += 1 }
          if [.leftBracket, .indexOpen, .leftParen, .callOpen].contains(tokens[index].kind) { depth -= 1 }
        } while depth > 0 && index > 0
      default:
        guard index < end else { return nil }
        return (file.text(Int(tokens[index].lower), Int(tokens[end].lower)), chain)
      }
    }
    return index < end ? (file.text(Int(tokens[index].lower), Int(tokens[end].lower)), chain) : nil
  }
}
