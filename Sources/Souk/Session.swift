// A script that grows, for prompts and notebooks. Each entry is a module that sees what the entries before it declared, and
// only its own items are executed, on top of what was bound. What an entry declares anew takes the place of what had the
// name: the definitions that use it are declared anew as well (see Session+Replacing.swift), while values and results stay
// what they were. An entry with a mistake leaves no trace; of one that fails while it runs, what was done before stays.

import SoukLower
public import SoukScript
import SoukSema
import SoukSyntax
public import SoukText
public import SoukUnits

public final class Session {
  /// What became of an entry.
  public struct Answer: Sendable {
    /// What is wrong with it, or suspicious; with an error nothing was executed.
    public var diagnostics: [Diagnostic] = []
    /// The files that their places are in.
    public var sources: SourceSet
    /// Values that came from what the entry has replaced, and stay as they are.
    public var kept: [String] = []
    /// Whether every item was executed to its end.
    public var isDone = false

    public var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }
  }

  /// One entry as it counts: its own items, and behind them the definitions that follow what it replaced.
  struct Entry {
    var text: String
    var name: String
    var folder: String
    /// Which of the script's modules it is.
    var module: Int
    var items: [Item]
    /// How many of `items` are its own.
    var own: Int
    /// Which entry's value `ans` is in it.
    var formerAns: Int?
    /// Its last expression is bound to `ans`.
    var givesAns = false
    /// What it declares, once it has been executed.
    var definitions: [(name: String, definition: Definition)] = []
  }

  /// Where imports are read and files are saved.
  let home: String
  private let sink: (Said, SourceSet) -> Void
  private(set) var entries: [Entry] = []
  /// The text of all entries and what they import.
  private(set) var loaded: LoadedScript
  private(set) var checked: CheckedScript
  /// What was said of the entries so far, so that it isn't said again.
  private var told: Set<Diagnostic> = []
  /// What is executed now, when it is an expression: its type is shown with its value.
  private var shown: TypedExpression?
  private lazy var interpreter = Interpreter(program: checked.program, sources: checked.script.sources, options: options) {
    [unowned self] in tell($0)
  }
  /// Whether a value is followed by its type: `12.3 min : Time`.
  public var showsTypes = false
  /// In force from the next entry on.
  public var options: ScriptOptions
  /// Whether a mistake was made, or something failed: what the exit code of a pipe tells.
  public private(set) var hadMistakes = false
  /// Whether the last thing that failed was stopped from outside.
  public private(set) var wasInterrupted = false
  /// Told the units before something is shown in them.
  public var onUnits: (UnitTable) -> Void = { _ in }
  /// The files that were loaded, the latest last.
  public internal(set) var loadedPaths: [String] = []

  /// A session whose imports are read from `folder`; what is printed goes to `sink`, with the files that its places are in.
  public init(folder: String = ".", options: ScriptOptions = ScriptOptions(), sink: @escaping (Said, SourceSet) -> Void) {
    home = folder
    self.options = options
    self.sink = sink
    loaded = Loader.load([], name: "prompt", folder: folder)
    checked = CheckedScript(script: loaded)
  }

  private func tell(_ event: ScriptEvent) {
    if case .failure(let diagnostic) = event {
      hadMistakes = true
      wasInterrupted = diagnostic.code == "E0424"
    }
    var said = checked.script.carryOut(event)
    if case .unwritten = said { hadMistakes = true }
    if showsTypes, let shown, case .item(.printed(var value)) = said, !value.text.contains("\n"), let sort = program.sort(of: shown.type) {
      value.text += " : \(sort)"
      said = .item(.printed(value))
    }
    sink(said, interpreter.sources)
  }

  var program: TypedProgram { checked.program }

  /// The units that are known by now: what values are written in.
  public var units: UnitTable { program.units }

  /// The code that a script of all entries would end with.
  public var exitCode: Int32 { interpreter.result.exitCode }

  /// Whether an entry is whole, or goes on in the next line.
  public static func isComplete(_ entry: String) -> Bool {
    DeepStack.run { SoukSyntax.isComplete(SourceFile(id: FileID(0), name: "prompt", text: entry)) }
  }

  /// Something that was asked for couldn't be done.
  public func noteMistake() { hadMistakes = true }

  // MARK: Entries

  /// Checks an entry and executes it; `name` and `folder` are those of the file that it is from.
  @discardableResult
  public func enter(_ text: String, name: String = "prompt", folder: String? = nil) -> Answer {
    let (draft, script, checked) = draft(text, name, folder)
    let answer = answer(checked, draft)
    guard !answer.hasErrors else {
      hadMistakes = true
      return answer
    }
    return execute(draft, script, checked, answer)
  }

  private func answer(_ checked: CheckedScript, _ draft: Entry) -> Answer {
    var new = checked.diagnostics.filter { !told.contains($0) && $0.code != "E0513" }
    let file = checked.script.modules[draft.module].file
    // A definition from before that no longer goes together with what is new.
    for index in new.indices where new[index].primary.span.file.index < file.index && new[index].severity == .error {
      new[index].hints.append(Hint("this was entered before and uses what you change; enter both together"))
    }
    return Answer(diagnostics: new, sources: checked.script.sources, kept: kept(by: draft))
  }

  /// An entry on top of the others, with the definitions that follow it, and all of it checked.
  func draft(_ text: String, _ name: String = "prompt", _ folder: String? = nil) -> (Entry, LoadedScript, CheckedScript) {
    let folder = folder ?? home
    let script = Loader.add(Array(text.utf8), name: name, key: "entry \(entries.count + 1)", folder: folder, to: loaded)
    let module = script.modules.count - 1
    let items = script.parsed[Int(script.modules[module].file.index)].tree.items
    var entry = Entry(text: text, name: name, folder: folder, module: module, items: items, own: items.count)
    if uses("ans", items, in: script) { entry.formerAns = entries.lastIndex(where: \.givesAns) }
    entry.items += followers(of: items)
    let plain = check(script, with: entry)
    guard let last = items.lastIndex(where: \.isExpression), !items.contains(where: { $0.declaredNames.contains("ans") }) else { return (entry, script, plain) }
    var bound = entry
    bound.givesAns = true
    bound.items.replaceSubrange(last...last, with: items[last].bound(to: "ans"))
    bound.own += 1
    let checked = check(script, with: bound)
    // What can't be kept, such as a claim, is only shown.
    return checked.isSound || !plain.isSound ? (bound, script, checked.isSound ? checked : plain) : (entry, script, plain)
  }

  private func check(_ script: LoadedScript, with draft: Entry) -> CheckedScript {
    var modules: [Int: (items: [Item], imports: [Int])] = [:]
    var seen: [Int] = []
    for entry in entries + [draft] {
      // The latest first: of two declarations of a name, that one is seen.
      let own = script.modules[entry.module].imports
      modules[entry.module] = (entry.items, own + seen)
      seen = [entry.module] + own + seen
    }
    return Pipeline.check(script, entries: modules)
  }

  private func execute(_ draft: Entry, _ script: LoadedScript, _ next: CheckedScript, _ answer: Answer) -> Answer {
    var answer = answer
    let former = (checked: checked, bound: interpreter.bound)
    checked = next
    interpreter.options = script.reading(options)
    onUnits(next.program.units)
    interpreter.adopt(program: next.program, sources: next.script.sources, bound: former.bound)
    for item in next.program.items {
      if case .expression(let e) = item.kind { shown = e }
      defer { shown = nil }
      if DeepStack.run({ interpreter.execute(item) }) { continue }
      keepWhatWasDone(draft, script, until: item.span, former)
      return answer
    }
    commit(draft, script)
    answer.isDone = true
    return answer
  }

  private func commit(_ entry: Entry, _ script: LoadedScript) {
    told.formUnion(checked.diagnostics)
    loaded = script
    entries.append(entry)
    entries[entries.count - 1].definitions = definitions(of: entry)
  }

  /// An entry failed at an item: its declarations, and what came before that item, stay; the rest is as if not entered.
  private func keepWhatWasDone(_ draft: Entry, _ script: LoadedScript, until failed: Span, _ former: (checked: CheckedScript, bound: [GlobalID: Value])) {
    var entry = draft
    let own = draft.items[..<draft.own].filter { $0.isDeclaration || $0.span.upper <= failed.lower }
    entry.items = own + draft.items[draft.own...]
    entry.own = own.count
    entry.givesAns = own.contains { $0.declaredNames == ["ans"] }
    if !own.isEmpty {
      let rest = check(script, with: entry)
      if rest.isSound {
        let globals = rest.program.globals.count
        let bound = interpreter.bound.filter { $0.key.index < globals && program.globals[$0.key.index].span.lower < failed.lower || former.bound[$0.key] != nil }
        checked = rest
        interpreter.adopt(program: rest.program, sources: rest.script.sources, bound: bound)
        commit(entry, script)
        return
      }
    }
    checked = former.checked
    interpreter.adopt(program: former.checked.program, sources: former.checked.script.sources, bound: former.bound)
  }

  // MARK: Questions

  /// The expression that a text is, checked on top of the session; `nil` when it is something else or wrong.
  func expression(_ text: String) -> (typed: TypedExpression?, checked: CheckedScript) {
    let (entry, _, checked) = draft(text)
    guard checked.isSound, entry.own <= 2, let item = checked.program.items.last else { return (nil, checked) }
    switch item.kind {
    case .expression(let e): return (e, checked)
    default: return (nil, checked)
    }
  }

  /// The type of an expression in words, or what is wrong with it.
  public func type(of expression: String) -> (words: String?, answer: Answer) {
    let (typed, checked) = self.expression(expression)
    let new = checked.diagnostics.filter { !told.contains($0) && $0.code != "E0513" }
    return (typed.map { checked.program.words(for: $0.type) }, Answer(diagnostics: new, sources: checked.script.sources))
  }

  /// What was given a name, the latest last: values, definitions, and of which sort they are.
  public var names: [(name: String, kind: String, words: String)] {
    var out: [(name: String, kind: String, words: String)] = []
    for (name, definition) in definitions {
      out.append((name, definition.kind, definition.kind == "let" ? type(of: name).words ?? "" : ""))
    }
    return out
  }
}
