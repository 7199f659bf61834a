// A script's text → what it prints, for tests: all stages in one call.

import SoukLower
import SoukReport
import SoukSema
import SoukSyntax
import SoukText
import Testing

@testable import SoukScript

/// What came of executing a script.
struct Execution {
  var result: ScriptResult
  var text: String
  var program: TypedProgram
  var interpreter: Interpreter
  /// A place to blame.
  var span: Span

  /// What a name was bound to, where that is something of an experiment's.
  func value(_ name: String) -> (any HostValue)? {
    guard let index = program.globals.firstIndex(where: { $0.name == name }), case .host(let value)? = interpreter.bound[GlobalID(index)] else { return nil }
    return value
  }

  /// The text of the check with this name.
  func check(_ name: String) throws -> CheckReport { try #require(result.checks.first { $0.name == name }) }
}

/// Executes `script`; mistakes of its form or types fail the test.
func execute(_ script: String, options: ScriptOptions = ScriptOptions(), overrides: [String: String] = [:]) throws -> Execution {
  var sources = SourceSet()
  let id = sources.add(name: "test.souk", bytes: Array(script.utf8))
  let parsed = parse(sources[id])
  var given: [SettingTree] = []
  for (path, text) in overrides.sorted(by: { $0.key < $1.key }) {
    let file = sources.add(name: "--set", bytes: Array("\(path)=\(text)".utf8))
    given.append(try #require(parseSetting(sources[file])))
  }
  let (program, mistakes) = check([ModuleTree(tree: parsed.tree, key: "test.souk", imports: [], isLibrary: false)], given: given)
  let wrong = (parsed.diagnostics + mistakes).filter { $0.severity == .error }
  try #require(wrong.isEmpty, "\(wrong.map { "\(sources.place($0.primary.span)): \($0.message)" })")
  let report = TextReport(style: PageStyle(width: 100), units: program.units)
  var text = ""
  let interpreter = Interpreter(program: program, sources: sources, options: options) { event in
    switch event {
    case .item(let item): text += report.text(item)
    case .warning(let diagnostic): text += "warning \(diagnostic.code.text): \(diagnostic.message)\n"
    case .failure(let diagnostic): text += "failure \(diagnostic.code.text): \(diagnostic.message)\n"
    }
  }
  let result = interpreter.runAll()
  if let summary = report.summary(result.items) { text += summary + "\n" }
  return Execution(
    result: result, text: text, program: program, interpreter: interpreter, span: Span(file: id, lower: 0, upper: 0))
}
