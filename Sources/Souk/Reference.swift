// A module's tree → its reference in Markdown: what has `##` before it or behind it, in the order of the file. What isn't
// documented is the module's own affair and left out; parameters are always shown, for they are what a reader may write.

public import SoukLibrary
public import SoukSyntax
public import SoukText

/// The reference of one module: what `souk doc` prints and `docs/library.md` holds.
public struct Reference {
  private let source: SourceFile
  private var out = ""

  /// The reference of a file called `name` in imports or on the command line. O(size of the file).
  public static func markdown(of tree: SyntaxTree, in source: SourceFile, name: String) -> String {
    var reference = Reference(source: source)
    reference.out = "# \(name)\n"
    reference.paragraph(tree.docs)
    for item in tree.items { reference.write(item) }
    return reference.out
  }

  /// The reference of a module of the standard library.
  public static func markdown(of module: LibraryModule) -> String {
    let loaded = Loader.load(Array(module.text.utf8), name: module.name, followingImports: false)
    return markdown(of: loaded.script.tree, in: loaded.sources[FileID(0)], name: module.name)
  }

  /// What is documented under this name in the text of a reference, each a part of it: a unit and a component may share one.
  public static func parts(named name: String, of markdown: String) -> [String] {
    let lines = markdown.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.indices.filter { lines[$0].hasPrefix("## ") && lines[$0].hasSuffix("`\(name)`") }.map { first in
      let next = lines[(first + 1)...].firstIndex { $0.hasPrefix("## ") } ?? lines.endIndex
      return lines[first..<next].joined(separator: "\n")
    }
  }

  /// A definition in a line or two: `fn demand(t: Time) -> order/h`, `component cloud(size: Count, …)`.
  static func signature(of item: Item, in source: SourceFile) -> String {
    let reference = Reference(source: source)
    switch item.kind {
    case .function(let function): return reference.signature("fn", function.name.text, function.parameters, function.result)
    case .model(let model), .component(let model):
      let parameters = model.members.compactMap { member -> Parameter? in
        guard case .parameter(let binding) = member.kind else { return nil }
        return Parameter(name: binding.name, type: binding.type, value: binding.value)
      }
      return reference.signature(item.keyword, model.name.text, parameters, nil)
    case .record(let name, let fields): return reference.signature("record", name.text, fields, nil)
    case .table(let table): return reference.signature("table", table.name.text, table.columns, nil)
    case .choice(let name, let cases): return "choice \(name.text) { \(cases.map(\.text).joined(separator: ", ")) }"
    default: return reference.text(item.span)
    }
  }

  private init(source: SourceFile) { self.source = source }

  // MARK: Items

  private mutating func write(_ item: Item) {
    switch item.kind {
    case .units(.counts(let names)):
      for name in names { section("unit", name.text, item.docs) }
    case .component(let component): write(component, "component", item.docs)
    case .model(let model): write(model, "model", item.docs)
    case .function(let function):
      guard item.docs != nil else { return }
      section("fn", function.name.text, nil)
      code(signature("fn", function.name.text, function.parameters, function.result))
      paragraph(item.docs)
    case .record(let name, let fields):
      guard item.docs != nil else { return }
      section("record", name.text, item.docs)
      table(["field", "type", ""], fields.map { ["`\($0.name.text)`", type($0.type), line($0.docs)] })
    case .table(let declared):
      guard item.docs != nil else { return }
      section("table", declared.name.text, item.docs)
      table(["column", "type", ""], declared.columns.map { ["`\($0.name.text)`", type($0.type), line($0.docs)] })
    case .choice(let name, let cases):
      guard item.docs != nil else { return }
      section("choice", name.text, item.docs)
      paragraph("One of " + cases.map { "`\($0.text)`" }.joined(separator: ", ") + ".")
    case .binding(let binding):
      guard item.docs != nil else { return }
      section("let", binding.name.text, item.docs)
    default: break
    }
  }

  private mutating func write(_ declaration: ModelDeclaration, _ kind: String, _ docs: String?) {
    section(kind, declaration.name.text, docs)
    var parameters: [[String]] = []
    var reports: [[String]] = []
    var holds: [String] = []
    var actions: [(signature: String, docs: String)] = []
    for member in declaration.members {
      switch member.kind {
      case .parameter(let binding):
        let given = binding.value.map { "`\(text($0.span))`" } ?? ""
        let optional = if case .optional? = binding.type?.kind { true } else { false }
        parameters.append(["`\(binding.name.text)`", type(binding.type), given.isEmpty ? (optional ? "may be left out" : "needed") : given, line(member.docs)])
      case .thing(let thing):
        guard let docs = member.docs else { continue }
        let index = thing.index.map { "[\($0.variable.text) in \(text($0.table.span))]" } ?? ""
        reports.append(["`\(thing.name.text)\(index)`", thing.kind.text, line(docs)])
      case .binding(let binding):
        guard let docs = member.docs else { continue }
        reports.append(["`\(binding.name.text)`", "value", line(docs)])
      case .action(let name, let given, let result, _):
        guard let docs = member.docs else { continue }
        actions.append((signature("", name.text, given, result), docs))
      case .invariant(let name, let condition): holds.append("- `\(name.text)`: `\(text(condition.span))`" + (member.docs.map { ". \(line($0))" } ?? ""))
      default: break
      }
    }
    if !parameters.isEmpty {
      paragraph("Parameters:")
      table(["name", "type", "default", ""], parameters)
    }
    for action in actions {
      code(action.signature)
      paragraph(action.docs)
    }
    if !reports.isEmpty {
      paragraph("It reports:")
      table(["name", "is a", ""], reports)
    }
    if !holds.isEmpty {
      paragraph("What always holds:")
      out += "\n" + holds.joined(separator: "\n") + "\n"
    }
  }

  // MARK: Pieces

  private mutating func section(_ kind: String, _ name: String, _ docs: String?) {
    out += "\n## \(kind) `\(name)`\n"
    paragraph(docs)
  }

  private mutating func paragraph(_ text: String?) {
    guard let text, !text.isEmpty else { return }
    out += "\n\(text)\n"
  }

  private mutating func code(_ text: String) { out += "\n```text\n\(text)\n```\n" }

  private mutating func table(_ heads: [String], _ rows: [[String]]) {
    guard !rows.isEmpty else { return }
    func row(_ cells: [String]) -> String { "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |\n" }
    out += "\n" + row(heads) + "|" + heads.map { _ in " --- |" }.joined() + "\n"
    for cells in rows { out += row(cells) }
  }

  private func signature(_ kind: String, _ name: String, _ parameters: [Parameter], _ result: TypeExpression?) -> String {
    let given = parameters.map { parameter in
      parameter.name.text + (parameter.type.map { ": \(text($0.span))" } ?? "") + (parameter.value.map { " = \(text($0.span))" } ?? "")
    }
    return (kind.isEmpty ? "" : kind + " ") + "\(name)(\(given.joined(separator: ", ")))" + (result.map { " -> \(text($0.span))" } ?? "")
  }

  private func type(_ type: TypeExpression?) -> String { type.map { "`\(text($0.span))`" } ?? "" }

  /// The source as written, on one line.
  private func text(_ span: Span) -> String { line(source.text(span)) }

  private func line(_ text: String?) -> String { (text ?? "").split(whereSeparator: \.isWhitespace).joined(separator: " ") }
}
