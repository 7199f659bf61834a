// The members of models and components.

import SoukText

extension Parser {
  static let memberWords: [Keyword] = [
    .param, .let, .var, .journey, .action, .fn, .table, .choice, .invariant, .every, .at, .on,
  ]

  mutating func parseMembers(_ owner: String, _ name: String) -> [Member] {
    var members: [Member] = []
    block(of: "`\(owner) \(name)`", commas: true, of: .members) { parser in members.append(parser.parseMember()) }
    return members
  }

  mutating func parseMember() -> Member {
    let lower = token.lower
    let before = docs.take(at: lower)
    if badLineStart() { return Member(.missing, span(lower, lower)) }
    var kind = parseMemberKind()
    let memberDocs = docs.take(at: before, trailing: lastUpper)
    switch kind {
    case .parameter(var binding):
      binding.docs = memberDocs
      kind = .parameter(binding)
    case .binding(var binding):
      binding.docs = memberDocs
      kind = .binding(binding)
    case .variable(var binding):
      binding.docs = memberDocs
      kind = .variable(binding)
    default: break
    }
    return Member(kind, span(from: lower), docs: memberDocs)
  }

  private mutating func parseMemberKind() -> Member.Kind {
    guard token.kind == .word else {
      unexpected("a member such as `param`, `station`, `journey` or `name: value`", after: "a model")
      return .missing
    }
    if token.beforeColon {
      guard let field = parseField("a model") else { return .missing }
      return .field(field)
    }
    guard let keyword = token.keyword else { return parseThing() }
    switch keyword {
    case .param: return .parameter(parseBinding(keyword))
    case .let: return .binding(parseBinding(keyword))
    case .var: return .variable(parseBinding(keyword))
    case .journey: return parseJourney()
    case .action: return parseAction()
    case .fn: return .function(parseFunction())
    case .table: return .table(parseTable())
    case .choice:
      let (name, options) = parseChoice()
      return .choice(name, options)
    case .invariant:
      takeKeyword()
      let name = expectName("the name of the invariant")
      expect(.colon, "`:`", after: "`invariant \(name.text)`")
      let condition = parseExpression()
      if token.kind == .assign { fail(.assignInCondition(at: tokenSpan)) }
      return .invariant(name, condition)
    case .every, .at, .on:
      takeKeyword()
      let head = parseHead()
      let trigger = Process.Trigger(rawValue: keyword.rawValue) ?? .every
      return .process(Process(trigger: trigger, head: head, body: parseSteps("`\(keyword.rawValue)`")))
    default: return parseThing()
    }
  }

  private mutating func parseJourney() -> Member.Kind {
    takeKeyword()
    let name = expectName("the name of the journey")
    let parameters = token.kind == .leftParen ? parseParameters("`journey`") : []
    return .journey(name, parameters, parseSteps("`journey \(name.text)`"))
  }

  private mutating func parseAction() -> Member.Kind {
    takeKeyword()
    let name = expectName("the name of the action")
    let parameters = parseParameters("`action \(name.text)`")
    var result: TypeExpression?
    if accept(.arrow) { result = parseType() }
    return .action(name, parameters, result: result, parseSteps("`action \(name.text)`"))
  }

  /// `KIND name { … }`, `KIND name[k in Table] { … }`; a misspelt keyword is read as what was meant.
  private mutating func parseThing() -> Member.Kind {
    if misspeltMember() { return parseMemberKind() }
    let kind = expectName("a kind of thing")
    guard token.kind == .word else {
      if !stopped { thingWithoutName(kind) }
      return .missing
    }
    let name = expectName("the name of the \(kind.text)")
    var index: Thing.Index?
    if token.kind == .leftBracket {
      mark(.indexOpen)
      take()
      let variable = expectName("a name for each row")
      expect(.in, after: "`[\(variable.text)`")
      index = Thing.Index(variable: variable, table: parseSum())
      expect(.rightBracket, "`]`", after: "the table of an index")
    }
    switch token.kind {
    case .leftBrace: break
    case .newline, .comma, .rightBrace, .end, .stopped:
      return .thing(Thing(kind: kind, name: name, index: index, fields: []))
    default:
      if token.kind == .word && token.beforeColon {
        let rest = lexer.file.text(token.lower, lexer.endOfLine(token.lower))
        let whole = rest.contains("#") || rest.contains("}") ? nil : span(lastUpper, token.lower + rest.utf8.count)
        fail(.braceMissing(kind.text, name.text, fields: rest, whole: whole, at: tokenSpan))
      } else if token.kind == .leftParen {
        fail(.thingTakesBraces(kind.text, name.text, at: tokenSpan))
      } else if let verb = Keyword.byText[kind.text], verb.isJourneyVerb {
        fail(.verbOutsideJourney(kind.text, inModel: true, at: kind.span))
      } else {
        unexpected("`{`", after: "`\(kind.text) \(name.text)`")
      }
      return .thing(Thing(kind: kind, name: name, index: index, fields: []))
    }
    return .thing(Thing(kind: kind, name: name, index: index, fields: parseFields("`\(kind.text) \(name.text)`")))
  }

  private mutating func thingWithoutName(_ kind: Name) {
    if token.kind == .assign {
      return fail(.assignInField(kind.text, at: tokenSpan, whole: kind.span.joined(tokenSpan)))
    }
    if let verb = Keyword.byText[kind.text], verb.isJourneyVerb, token.kind != .newline {
      return fail(.verbOutsideJourney(kind.text, inModel: true, at: kind.span))
    }
    unexpected("the name of the \(kind.text)", after: "`\(kind.text)`")
  }

  /// A word that is no member's keyword, before something that no thing looks like: `jorney buy { use till }`.
  private mutating func misspeltMember() -> Bool {
    let nameLower = lexer.skipBlanks(token.upper)
    guard lexer.isWordStart(nameLower) else { return false }
    let after = lexer.skipBlanks(lexer.wordEnd(nameLower))
    switch lexer.byte(after) {
    case UInt8(ascii: "("), UInt8(ascii: "="), UInt8(ascii: ":"): return correctSpelling(Self.memberWords)
    case UInt8(ascii: "{"):
      guard nearest(Self.memberWords) != nil, !fieldsFollow(after + 1) else { return false }
      return correctSpelling(Self.memberWords)
    default: return false
    }
  }

  /// Whether fields, or nothing, follow the `{` before `i`.
  func fieldsFollow(_ i: Int) -> Bool {
    var probe = lexer
    probe.position = i
    while true {
      let next = probe.next()
      switch next.kind {
      case .newline, .comment, .docComment: continue
      case .rightBrace, .end: return true
      default: return next.beforeColon
      }
    }
  }
}
