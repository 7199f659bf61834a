// The stages of Souk, chained here and nowhere else:
//
//   text → tokens → syntax tree → typed program → elaborated model → compiled model → sample path → statistics → report
//
// What is wrong with a script doesn't stop the stages that can still say something: all mistakes are reported in one run.

import SoukLower
public import SoukSema
import SoukSyntax
public import SoukText

public enum Pipeline {
  /// The name under which values from outside stand beside the sources.
  static let settingName = "--set"

  /// text → tokens → tree. Throws when the file itself can't be read.
  public static func read(_ path: String) throws(FileProblem) -> LoadedScript { try Loader.load(path) }

  /// tokens → text in its one layout; `nil` when there are mistakes of form.
  public static func format(_ script: LoadedScript) -> String? { DeepStack.run { SoukSyntax.format(script.sources[FileID(0)]).text } }

  /// tree → typed program, the tables' data files read. What is wrong with names is not asked while imports are missing.
  ///
  /// `given` are values for parameters from outside, as `--set` has them: `store.couriers=50 courier`.
  public static func check(_ script: LoadedScript, given: [String] = []) -> CheckedScript { DeepStack.run { typed(script, given) } }

  private static func typed(_ script: LoadedScript, _ given: [String]) -> CheckedScript {
    var script = script
    var checked = CheckedScript(script: script)
    checked.diagnostics = script.diagnostics
    guard script.importsComplete else { return checked }
    let settings = script.readSettings(given, diagnostics: &checked.diagnostics)
    checked.take(SoukSema.check(script.modules.map { script.tree(of: $0) }, given: settings), &script)
    if script.script.tree.items.isEmpty, checked.diagnostics.isEmpty {
      checked.diagnostics.append(
        Diagnostic(
          "E0513", "there is nothing in “\(script.sources[FileID(0)].name)”", at: Span(file: FileID(0), lower: 0, upper: 0),
          "a script has at least one statement"))
    }
    checked.script = script
    return checked
  }
}

extension CheckedScript {
  /// What the checker found, and after it what the data files say.
  fileprivate mutating func take(_ found: (program: TypedProgram, diagnostics: [Diagnostic]), _ script: inout LoadedScript) {
    program = found.program
    diagnostics += found.diagnostics
    diagnostics += script.readTables(of: &program, limits: ReadLimits())
    diagnostics += unknownKeys(in: program)
  }
}

extension Pipeline {
  /// trees → typed program of a session: `entries` are modules of the script with the items and the imports that the session
  /// gives them.
  static func check(_ script: LoadedScript, entries: [Int: (items: [Item], imports: [Int])]) -> CheckedScript {
    DeepStack.run {
      var script = script
      var checked = CheckedScript(script: script)
      checked.diagnostics = script.diagnostics
      guard script.importsComplete else { return checked }
      let modules = script.modules.indices.map { index in
        var module = script.tree(of: script.modules[index])
        if let entry = entries[index] {
          module.tree.items = entry.items
          module.imports = entry.imports
          module.isEntry = true
        }
        return module
      }
      checked.take(SoukSema.check(modules), &script)
      checked.script = script
      return checked
    }
  }
}

extension LoadedScript {
  fileprivate func tree(of module: Module) -> ModuleTree {
    ModuleTree(tree: parsed[Int(module.file.index)].tree, key: module.key, imports: module.imports, isLibrary: module.isLibrary)
  }

  /// Values from outside as trees. Each becomes one of the sources, so that mistakes in it are shown where they are.
  fileprivate mutating func readSettings(_ given: [String], diagnostics: inout [Diagnostic]) -> [SettingTree] {
    given.compactMap { text in
      let file = sources.add(name: Pipeline.settingName, bytes: Array(text.utf8))
      folders.append(nil)
      if let tree = parseSetting(sources[file]) { return tree }
      diagnostics.append(
        Diagnostic(
          "E0243", "a parameter is set with `path=value`", at: Span(file: file, lower: 0, upper: text.utf8.count), "there is no `=`",
          hints: [Hint("write the value behind it, such as `--set arrivals=\"60 order/h\"`")]))
      return nil
    }
  }
}

/// A script with its types, and all that is wrong with it.
public struct CheckedScript: Sendable {
  public var script: LoadedScript
  public var program = TypedProgram()
  public var diagnostics: [Diagnostic] = []
  /// Whether it can run.
  public var isSound: Bool { !diagnostics.contains { $0.severity == .error } }

  init(script: LoadedScript) { self.script = script }
}

/// What `--dump` shows.
public enum Stage: String, Sendable, CaseIterable { case tokens, tree, typed, model, trace }

extension Pipeline {
  /// The tokens or the tree of a script as text; `nil` for later stages.
  public static func text(of stage: Stage, _ script: LoadedScript) -> String? {
    switch stage {
    case .tokens: tokens(of: script)
    case .tree: DeepStack.run { StructureText.text(script.script.tree.items, sources: script.sources) }
    default: nil
    }
  }

  /// The typed program as text; `nil` for other stages.
  public static func text(of stage: Stage, _ checked: CheckedScript) -> String? {
    stage == .typed ? DeepStack.run { StructureText.text(checked.program, sources: checked.script.sources) } : nil
  }

  /// One token a line: place, kind, text.
  private static func tokens(of script: LoadedScript) -> String {
    let file = script.sources[FileID(0)]
    return script.script.tokens.map { token in
      let (line, column) = file.position(Int(token.lower))
      let text = file.text(Int(token.lower), Int(token.upper)).replacing("\n", with: "\\n")
      return "\(line):\(column)  \(token.kind)\(text.isEmpty ? "" : "  \(text)")\n"
    }.joined()
  }
}
