// A script that grows, for prompts and notebooks: each entry is checked together with all before it, and only what is new is
// executed, on top of what was bound. An entry with a mistake, or one that fails, leaves no trace.

public import SoukScript
import SoukSema
import SoukSyntax
public import SoukText

public final class Session {
  private var text = ""
  private var executed = 0
  private let folder: String
  private let options: ScriptOptions
  private let sink: (Said, SourceSet) -> Void
  private var checked: CheckedScript
  private lazy var interpreter = Interpreter(program: checked.program, sources: checked.script.sources, options: options) {
    [unowned self] in tell($0)
  }

  /// A session whose imports are read from `folder`; what is printed goes to `sink`, with the files that its places are in.
  public init(folder: String = ".", options: ScriptOptions = ScriptOptions(), sink: @escaping (Said, SourceSet) -> Void) {
    self.folder = folder
    self.options = options
    self.sink = sink
    checked = CheckedScript(script: Loader.load([], name: "prompt", folder: folder))
  }

  private func tell(_ event: ScriptEvent) {
    sink(checked.script.carryOut(event), interpreter.sources)
  }

  /// The code that a script of all entries would end with.
  public var exitCode: Int32 { interpreter.result.exitCode }

  /// Whether an entry is whole, or goes on in the next line.
  public static func isComplete(_ entry: String) -> Bool {
    SoukSyntax.isComplete(SourceFile(id: FileID(0), name: "prompt", text: entry))
  }

  /// Checks an entry and executes it. What is wrong with it is returned, with the files that the places are in; then
  /// nothing was executed.
  @discardableResult
  public func enter(_ entry: String) -> (diagnostics: [Diagnostic], sources: SourceSet) {
    let grown = text + entry + (entry.hasSuffix("\n") ? "" : "\n")
    let next = check(grown)
    let new = next.diagnostics.filter { isNew($0) && $0.code != "E0513" }
    guard !new.contains(where: { $0.severity == .error }) else { return (new, next.script.sources) }
    interpreter.adopt(program: next.program, sources: next.script.sources)
    for item in next.program.items.dropFirst(executed) where !DeepStack.run({ interpreter.execute(item) }) {
      interpreter.adopt(program: checked.program, sources: checked.script.sources)
      return (new, next.script.sources)
    }
    text = grown
    executed = next.program.items.count
    checked = next
    return (new, next.script.sources)
  }

  /// The type of an expression in words, or what is wrong with it.
  public func type(of expression: String) -> (words: String?, diagnostics: [Diagnostic], sources: SourceSet) {
    let next = check(text + expression + "\n")
    let new = next.diagnostics.filter(isNew)
    guard !new.contains(where: { $0.severity == .error }), next.program.items.count == executed + 1,
      case .expression(let typed) = next.program.items[executed].kind
    else { return (nil, new, next.script.sources) }
    return (next.program.words(for: typed.type), new, next.script.sources)
  }

  private func check(_ text: String) -> CheckedScript {
    Pipeline.check(Loader.load(Array(text.utf8), name: "prompt", folder: folder))
  }

  /// Whether a mistake is of the entry, rather than of what stands before it.
  private func isNew(_ diagnostic: Diagnostic) -> Bool {
    diagnostic.primary.span.file != FileID(0) || Int(diagnostic.primary.span.lower) >= text.utf8.count
  }
}
