// What may stand at the cursor, in the order of how likely it is meant: members after a dot, fields inside a block, parameters
// inside parentheses, units after a number, files and modules after `import`, and else names, words of the language and
// beginnings of statements. The text before the cursor is lexed; what names mean is asked of the checker, which gives a typed
// program even for a text that isn't whole yet.

import SoukSema
import SoukLibrary
import SoukSyntax
import SoukText
import SoukUnits

/// Something that may stand at the cursor.
public struct Completion: Sendable, Hashable {
  public var text: String
  /// What is written behind it when it is the only one: `(`, `.`, `:`, a space, `"`.
  public var append: Character?
  /// What it is, in a few words: `a station`, `unit`, `field`.
  public var detail: String
  public init(_ text: String, _ append: Character?, _ detail: String) {
    self.text = text
    self.append = append
    self.detail = detail
  }
}

extension Session {
  /// What may stand in a text at this byte, and where in it that begins.
  public func completions(in text: String, at offset: Int) -> (start: Int, found: [Completion]) {
    let place = TextPlace(String(decoding: text.utf8.prefix(offset), as: UTF8.self))
    let all = DeepStack.run { candidates(place) }
    var seen: Set<String> = []
    let found = all.filter { $0.text.hasPrefix(place.partial) && seen.insert($0.text).inserted }
    return (place.start, found)
  }

  private func candidates(_ place: TextPlace) -> [Completion] {
    if place.isComment { return [] }
    if let quoted = place.quoted { return files(quoted) }
    if let path = place.libraryPath { return modules(after: path) }
    switch place.tokens.last?.kind {
    case .dot: return members(place)
    case .number where place.endsWithSpace: return unitWords + clauses
    case .unit where !place.endsWithSpace: return unitWords
    case .number, .unit: return clauses
    default: break
    }
    if place.lastWord == "to", !place.isVerbBefore("advance") { return unitWords }
    if place.lastWord == "import" { return modules(after: []) }
    switch place.inner {
    case .round(let callee) where place.beginsArgument: return parameters(of: callee, place) + expressions(place)
    case .brace(let head):
      let fields = place.beginsField ? self.fields(of: head, place) : []
      if place.beginsStatement || !fields.isEmpty { return fields + statements(in: head) }
    case .none where place.beginsStatement: return statements(in: []) + expressions(place)
    default: break
    }
    return expressions(place)
  }

  // MARK: Kinds of places

  private var unitWords: [Completion] {
    let declared = program.units.declaredNames
    return declared.map { Completion($0, nil, "unit of yours") } + UnitTable().names.map { Completion($0, nil, "unit") }
  }

  private var clauses: [Completion] { ["to", "for", "within", "at", "during", "assumed"].map { Completion($0, " ", "") } }

  private func modules(after path: [String]) -> [Completion] {
    let prefix = path.map { $0 + "." }.joined()
    let found = LibraryModule.all.filter { $0.name.hasPrefix(prefix) }
    guard path.isEmpty else { return found.map { Completion(String($0.name.dropFirst(prefix.count)), nil, "module") } }
    return [Completion("std", ".", "the standard library")]
  }

  private func files(_ quoted: TextPlace.Quoted) -> [Completion] {
    guard quoted.wantsFile, let names = try? Files.names(in: Files.join(home, quoted.folder)) else { return [] }
    return names.sorted().compactMap { name in
      if name.hasPrefix(".") || !name.hasPrefix(quoted.name) { return nil }
      let path = Files.join(home, Files.join(quoted.folder, name))
      let isFolder = Files.kind(of: path) == .folder
      guard isFolder || quoted.endings.contains(where: { name.hasSuffix($0) }) else { return nil }
      // Only what stands behind the word at the cursor is written.
      let rest = String(name.dropFirst(quoted.name.count - quoted.partial.count))
      return Completion(rest, isFolder ? "/" : quoted.isCommand ? nil : "\"", isFolder ? "folder" : "file")
    }
  }

  private func parameters(of callee: String, _ place: TextPlace) -> [Completion] {
    var out: [Completion] = []
    func add(_ names: [(name: String, detail: String)]) { out += names.map { Completion($0.name, ":", $0.detail) } }
    let checked = drafted(place)
    if let id = checked.program.functions.lastIndex(where: { $0.name == callee }) {
      let function = checked.program.functions[id]
      add(function.parameters.map { (function.body.locals[$0.index].name, checked.program.words(for: function.body.locals[$0.index].type)) })
    } else if let scope = modelScope(callee, checked) {
      add(parameters(of: scope, checked))
    } else if let law = LawName(rawValue: callee), let forms = LawForms.forms[law] {
      add(forms.flatMap { form in form.parameters.map { ($0.name, form.text) } })
    } else if callee == "rate" || callee == "series" {
      add([("every", "Time")])
    }
    return out
  }

  private func parameters(of scope: Scope, _ checked: CheckedScript) -> [(name: String, detail: String)] {
    scope.members.compactMap { member in
      guard case .parameter = member.kind else { return nil }
      return (member.name, member.docs?.firstSentence ?? checked.program.words(for: member.type))
    }
  }

  /// A model by its name, or that of a scenario or a simulation of it.
  private func modelScope(_ name: String, _ checked: CheckedScript) -> Scope? {
    if let scope = checked.program.scopes.last(where: { $0.name == name }) { return scope }
    guard let global = checked.program.globals.last(where: { $0.name == name }) else { return nil }
    switch global.type {
    case .model(let id), .simulation(let id): return checked.program.scopes[id.index]
    default: return nil
    }
  }

  private func fields(of head: [String], _ place: TextPlace) -> [Completion] {
    guard let kind = head.first else { return [] }
    func named(_ names: [String], _ detail: String) -> [Completion] { names.map { Completion($0, ":", detail) } }
    if let kernel = ThingKind(rawValue: kind), head.count > 1 { return named(kernel.fieldNames, "field of a \(kind)") }
    if head.contains(where: { $0 == "run" || $0 == "start" || $0 == "compare" }) { return named(Vocabulary.runSettings, "setting of a run") }
    switch kind {
    case "plot": return named(["title", "height", "width", "limit", "from", "to"], "option of a plot")
    case "settings": return named(Vocabulary.settings, "setting")
    case "model": return named(Vocabulary.modelSettings, "setting of a model")
    default: break
    }
    let checked = drafted(place)
    guard let scope = checked.program.scopes.last(where: { $0.name == kind && $0.isComponent }) else { return [] }
    return parameters(of: scope, checked).map { Completion($0.name, ":", $0.detail) }
  }

  private func statements(in head: [String]) -> [Completion] {
    func words(_ words: [String]) -> [Completion] { words.map { Completion($0, " ", WordHelp.all[$0]?.signature ?? "") } }
    let verbs = [
      "use", "hold", "wait", "choose", "record", "count", "set", "time", "join", "put", "take", "transfer", "reserve", "capture", "await", "seize",
      "release", "spawn", "leave", "if", "while", "for", "first", "let", "var", "return", "add",
    ]
    switch head.first {
    case nil:
      return words([
        "let", "print", "plot", "check", "advance", "step", "export", "model", "component", "import", "unit", "fn", "scenario", "table", "record", "choice",
        "test", "settings", "if", "for",
      ])
    case "model"?, "component"?:
      let components = definitions.filter { $0.definition.kind == "component" }.map(\.name) + libraryComponents
      return words(ThingKind.allCases.filter { $0 != .stock && $0 != .flow }.map(\.rawValue) + ["param", "journey", "let", "every", "at", "on", "invariant", "action", "fn"])
        + components.map { Completion($0, " ", "component") }
    case "journey"?, "action"?, "every"?, "at"?, "on"?, "if"?, "while"?, "hold"?, "time"?, "for"?, "choose"?: return words(verbs)
    case "test"?: return words(["expect", "let", "print", "for", "if"])
    default: return []
    }
  }

  private var libraryComponents: [String] {
    let modules = Set(loaded.modules.filter(\.isLibrary).map(\.file.index))
    return program.scopes.filter { $0.isComponent && modules.contains($0.span.file.index) }.map(\.name)
  }

  private func expressions(_ place: TextPlace) -> [Completion] {
    var out: [Completion] = []
    let checked = place.model == nil ? self.checked : drafted(place)
    if let model = place.model, let scope = checked.program.scopes.last(where: { $0.name == model }) {
      out += scope.members.map { member in Completion(member.name, append(after: member.type), checked.program.words(for: member.type)) }
    }
    for (name, definition) in definitions.reversed() {
      switch definition.kind {
      case "let":
        let type = program.globals.last { $0.name == name }?.type ?? .unknown
        out.append(Completion(name, append(after: type), program.words(for: type)))
      case "fn": out.append(Completion(name, "(", "function"))
      case "model", "scenario": out.append(Completion(name, nil, definition.kind))
      default: out.append(Completion(name, nil, definition.kind))
      }
    }
    out += program.functions.filter { !$0.name.isEmpty }.map { Completion($0.name, "(", "function") }
    out += ["run", "start", "fork", "step"].map { Completion($0, " ", WordHelp.all[$0]?.signature ?? "") }
    let builtins = Builtin.allCases.map(\.rawValue).filter { WordHelp.all[$0] != nil }
    out += (builtins + LawName.allCases.map(\.rawValue)).sorted().map { Completion($0, "(", WordHelp.all[$0]?.signature ?? "") }
    return out + ["true", "false"].map { Completion($0, nil, "") }
  }

  private func append(after type: Type) -> Character? {
    switch type {
    case .results, .simulation, .resultOf(.instance), .resultOf(.thing), .resultOf(.journey), .instance, .record, .row, .handle: "."
    case .array, .resultOf(.array): "["
    case .function: "("
    default: nil
    }
  }

  // MARK: Members

  private func members(_ place: TextPlace) -> [Completion] {
    guard let base = place.base else { return [] }
    let checked = drafted(place)
    let type: Type
    if let model = place.model, let scope = checked.program.scopes.last(where: { $0.name == model }), let own = walk(base.chain, from: scope, checked.program) {
      type = own
    } else if let id = program.choices.lastIndex(where: { $0.name == base.text }) {
      return program.choices[id].cases.map { Completion($0, nil, "a \(base.text)") }
    } else {
      guard let found = expression(base.text).typed?.type else { return [] }
      type = found
    }
    return members(of: type, checked.program).map { Completion($0.name, append(after: $0.type), checked.program.words(for: $0.type)) }
  }

  /// The type of a path inside a model that is being written.
  private func walk(_ chain: [String], from scope: Scope, _ program: TypedProgram) -> Type? {
    guard let first = chain.first, var type = scope.members.first(where: { $0.name == first })?.type else { return nil }
    for name in chain.dropFirst() {
      guard let next = members(of: type, program).first(where: { $0.name == name })?.type else { return nil }
      type = next
    }
    return type
  }

  private func members(of type: Type, _ program: TypedProgram) -> [(name: String, type: Type)] {
    func scope(_ id: ScopeID, inResults: Bool) -> [(name: String, type: Type)] {
      program.scopes[id.index].members.compactMap { member in
        switch member.kind {
        case .action: return inResults ? nil : (member.name, member.type)
        case .thing, .journey: return (member.name, inResults ? .resultOf(member.type) : member.type)
        case .parameter, .value: return (member.name, member.type)
        }
      }
    }
    switch type {
    case .results(let id), .simulation(let id), .comparison(let id, _), .resultOf(.instance(let id)): return scope(id, inResults: true)
    case .instance(let id): return scope(id, inResults: false)
    case .resultOf(.thing(let kind, let d)): return kind.reported(inResults: true).map { ($0.rawValue, .signal(.quantity(d))) }
    case .thing(let kind, let d): return kind.reported(inResults: false).map { ($0.rawValue, .quantity(d)) }
    case .resultOf(.journey): return Vocabulary.journeyStatistics.map { ($0.rawValue, .number) }
    case .array(let inner, _): return members(of: inner, program)
    case .resultOf(.array(let inner, _)): return members(of: .resultOf(inner), program)
    case .record(let id): return program.records[id.index].fields.map { ($0.name, $0.type) }
    case .row(let id): return program.tables[id.index].columns.map { ($0.name, $0.type) }
    case .handle: return [("started", .bool), ("done", .bool), ("result", .unknown)]
    default: return []
    }
  }

  private func drafted(_ place: TextPlace) -> CheckedScript { draft(place.before + place.partial).2 }

  // MARK: Help

  /// The signature and the first sentence of what stands at a byte of a text, or of the call around it; nil if nothing is known.
  public func help(in text: String, at offset: Int) -> String? {
    let bytes = Array(text.utf8)
    var end = min(offset, bytes.count)
    while end < bytes.count, TextPlace.isNameByte(bytes[end]) { end += 1 }
    let place = TextPlace(String(decoding: bytes[..<end], as: UTF8.self))
    if !place.partial.isEmpty {
      if place.tokens.last?.kind == .dot, let base = place.base, let words = type(of: base.text + "." + place.partial).words { return "\(base.text).\(place.partial): \(words)" }
      if let found = help(on: place.partial) { return found }
    }
    if case .round(let callee) = place.inner { return help(on: callee) }
    if case .brace(let head) = place.inner, let kind = head.first { return help(on: kind) }
    return nil
  }

  /// The signature and the first sentence of a name: of the session, the library or the language.
  public func help(on name: String) -> String? {
    let trees = loaded.modules.reversed().map { loaded.parsed[Int($0.file.index)].tree }
    for tree in trees {
      guard let item = tree.items.last(where: { $0.declaredNames.contains(name) }) else { continue }
      let source = loaded.sources[tree.file]
      var out = Reference.signature(of: item, in: source)
      if item.keyword == "let", let type = program.globals.last(where: { $0.name == name })?.type { out = "let \(name): \(program.words(for: type))" }
      return out + (item.docs.map { "\n  " + $0.firstSentence } ?? "")
    }
    return WordHelp.all[name].map { "\($0.signature)\n  \($0.sentence)" }
  }

  /// All that is documented of a name, as Markdown; the first sentence where there is no more.
  public func documentation(of name: String) -> String? {
    for module in loaded.modules.reversed() {
      let tree = loaded.parsed[Int(module.file.index)].tree
      let text = Reference.markdown(of: tree, in: loaded.sources[tree.file], name: module.key)
      if let part = Reference.parts(named: name, of: text).first { return part }
    }
    for module in LibraryModule.all {
      if let part = Reference.parts(named: name, of: Reference.markdown(of: module)).first { return part }
    }
    return help(on: name)
  }
}

extension String {
  /// Up to the first full stop.
  var firstSentence: String {
    let line = split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return line.firstRange(of: ". ").map { String(line[..<$0.lowerBound]) + "." } ?? line
  }
}
