// What follows when a name is given a new meaning. Models, components, functions, tables, records, choices and scenarios that
// use it, directly or through each other, are declared anew behind the entry, so that the next run sees the change. Values
// stay what they were, and are named. What a definition uses is read off its words: a name after a dot or before a colon is
// another's, and all others are taken for uses, which is right or one declaration too many.

import SoukSyntax
import SoukText

extension Session {
  /// The definition that a name has now.
  struct Definition {
    var item: Item
    var words: Set<String>
    /// `let`, `model`, `fn` …
    var kind: String
  }

  /// What an entry declares, in order.
  func definitions(of entry: Entry) -> [(name: String, definition: Definition)] {
    entry.items.flatMap { item in
      item.declaredNames.map { ($0, Definition(item: item, words: words(of: item, in: loaded), kind: item.keyword)) }
    }
  }

  /// What every name stands for now, in the order in which it was entered.
  var definitions: [(name: String, definition: Definition)] {
    var last: [String: Int] = [:]
    for (name, _) in entries.flatMap(\.definitions) { last[name, default: 0] += 1 }
    return entries.flatMap(\.definitions).filter { name, _ in
      last[name, default: 0] -= 1
      return last[name] == 0
    }
  }

  /// The items that have to be declared anew because they use, by some way, what `items` declare.
  func followers(of items: [Item]) -> [Item] {
    let (followers, _) = touched(by: items)
    return followers.map(\.item)
  }

  /// The names of values that came from what an entry replaces.
  func kept(by entry: Entry) -> [String] {
    touched(by: Array(entry.items[..<entry.own])).values
  }

  private func touched(by items: [Item]) -> (followers: [Definition], values: [String]) {
    let own = Set(items.flatMap(\.declaredNames))
    let known = definitions
    var changed = own.intersection(known.map(\.name)).subtracting(["ans"])
    guard !changed.isEmpty else { return ([], []) }
    var names: Set<String> = []
    while true {
      let next = known.filter { name, definition in
        !own.contains(name) && !names.contains(name) && definition.item.isFollowing && !definition.words.isDisjoint(with: changed)
      }
      if next.isEmpty { break }
      names.formUnion(next.map(\.name))
      changed.formUnion(next.map(\.name))
    }
    let values = known.filter { name, definition in
      !own.contains(name) && name != "ans" && definition.kind == "let" && !definition.words.isDisjoint(with: changed)
    }
    return (known.filter { names.contains($0.name) }.map(\.definition), values.map(\.name))
  }

  /// The words in an item that may be names of values or definitions.
  func words(of item: Item, in script: LoadedScript) -> Set<String> {
    Set(namePlaces(of: item.span, in: script).map(\.text)).subtracting(item.declaredNames)
  }

  /// Whether a name is used in one of these items.
  func uses(_ name: String, _ items: [Item], in script: LoadedScript) -> Bool {
    items.contains { item in namePlaces(of: item.span, in: script).contains { $0.text == name } }
  }

  /// Words in a stretch of a file that may be names, with their places.
  func namePlaces(of span: Span, in script: LoadedScript) -> [Name] {
    let tokens = script.parsed[Int(span.file.index)].tokens.filter { $0.kind != .newline && $0.kind != .comment && $0.kind != .docComment }
    let file = script.sources[span.file]
    return tokens.indices.compactMap { index in
      let token = tokens[index]
      guard token.kind == .word, token.lower >= span.lower, token.upper <= span.upper else { return nil }
      if index > 0, tokens[index - 1].kind == .dot { return nil }
      if index + 1 < tokens.count, tokens[index + 1].kind == .colon { return nil }
      return Name(file.text(Int(token.lower), Int(token.upper)), Span(file: span.file, lower: Int(token.lower), upper: Int(token.upper)))
    }
  }
}

extension Item {
  /// The names that it declares for what comes after it.
  var declaredNames: [String] {
    switch kind {
    case .function(let function): [function.name.text]
    case .binding(let binding): [binding.name.text]
    case .scenario(let name, _), .record(let name, _), .choice(let name, _): [name.text]
    case .model(let model), .component(let model): [model.name.text]
    case .table(let table): [table.name.text]
    default: []
    }
  }

  /// The word that it is declared with.
  var keyword: String {
    switch kind {
    case .function: "fn"
    case .binding: "let"
    case .scenario: "scenario"
    case .record: "record"
    case .choice: "choice"
    case .model: "model"
    case .component: "component"
    case .table: "table"
    default: ""
    }
  }

  /// A definition that means something else once what it uses does; a value stays what it is.
  var isFollowing: Bool {
    switch kind {
    case .function, .scenario, .record, .choice, .model, .component, .table: true
    default: false
    }
  }

  /// Something that nothing has to be executed for.
  var isDeclaration: Bool {
    switch kind {
    case .importing, .units, .settings: true
    case .scenario: false
    default: isFollowing
    }
  }

  var isExpression: Bool { if case .expression = kind { true } else { false } }

  /// An expression under a name, and after it the name alone, which shows it.
  func bound(to name: String) -> [Item] {
    guard case .expression(let value) = kind else { return [self] }
    let binding = Binding(name: Name(name, value.span), type: nil, value: value, span: span)
    return [Item(.binding(binding), span), Item(.expression(Expression(.name(name), value.span)), span)]
  }
}
