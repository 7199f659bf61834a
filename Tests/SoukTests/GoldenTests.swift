// A behaviour is a script and what it prints. `Goldens/<stage>/<name>.souk` with `<name>.expected` beside it: what `souk`
// prints for it, what it complains of, its exit code. The folder says what is asked: `run` and `errors` run the script,
// `check` checks it, `format` formats it, `tokens`, `tree`, `typed`, `model` and `trace` show that stage.
//
// A first line `# with --max-steps 5M` has options; of what was stopped on the way only the message is kept, without
// the moment that it had come to, which is the machine's or the engine's.
//
// SOUK_RECORD=1 writes the expected files anew; read the difference before committing it.

import Foundation
import Testing

@Suite struct GoldenTests {
  static let folder = "Tests/SoukTests/Goldens"
  static let isRecording = ProcessInfo.processInfo.environment["SOUK_RECORD"] == "1"

  static let scripts = Repository.files(below: folder, extension: "souk").filter { path in
    // Scripts in a folder of their own are parts of the one above them.
    path.dropFirst(folder.count + 1).split(separator: "/").count == 2
  }

  /// The words that a stage's folder stands for.
  static func words(stage: String, name: String) -> [String]? {
    switch stage {
    case "run", "errors": ["run", name]
    case "json": ["run", name, "--json"]
    case "check": ["check", name]
    case "format": ["fmt", "-"]
    case "tokens", "tree", "typed", "model", "trace": ["run", name, "--dump", stage]
    default: nil
    }
  }

  /// Codes of runs that are stopped from outside or at a limit.
  static let stopCodes = ["E0420", "E0421", "E0422", "E0424"]

  /// Runs `souk` with these words and those that the script's first line has for it.
  static func run(_ words: [String], input: String?, _ script: URL) throws -> Finished {
    let first = try String(contentsOf: script, encoding: .utf8).prefix { $0 != "\n" }
    let options = first.hasPrefix("# with --") ? first.split(separator: " ").dropFirst(2).map(String.init) : []
    return try Program.run(words + options, input: input, in: script.deletingLastPathComponent()) {
      guard first.hasPrefix("# with Ctrl-C") else { return }
      $0.awaits("begun")
      $0.interrupts()
    }
  }

  @Test(arguments: scripts) func printsWhatIsExpected(_ path: String) throws {
    let url = Repository.root.appending(path: path)
    let stage = url.deletingLastPathComponent().lastPathComponent
    let words = try #require(Self.words(stage: stage, name: url.lastPathComponent), "no such stage as \(stage)")
    let input = words.last == "-" ? try Repository.text(path) : nil
    var finished = try Self.run(words, input: input, url)
    if let code = Self.stopCodes.first(where: { url.lastPathComponent.hasPrefix($0) }) {
      #expect(finished.errors.contains(code) && finished.code == (code == "E0424" ? 130 : 4), "\(finished)")
      finished.output = ""
      finished.errors = finished.errors.replacing(/at [^\n]* of replication/, with: "at … of replication")
    }
    #expect(!finished.crashed, "ended by signal \(finished.code)")
    let expected = url.deletingPathExtension().appendingPathExtension("expected")
    if Self.isRecording {
      try finished.description.write(to: expected, atomically: true, encoding: .utf8)
      return
    }
    let text = try #require(try? String(contentsOf: expected, encoding: .utf8), "no \(expected.lastPathComponent): SOUK_RECORD=1 makes it")
    #expect(finished.description == text)
  }

  /// An expected file whose script was renamed would be held against nothing.
  @Test func everyExpectedFileHasItsScript() {
    for path in Repository.files(below: Self.folder, extension: "expected") {
      let script = path.dropLast("expected".count) + "souk"
      #expect(Self.scripts.contains(String(script)), "\(path) has no script")
    }
  }

  /// Files in `errors` are named after the code that they are the smallest script for.
  @Test(arguments: scripts.filter { $0.contains("/errors/") }) func errorScriptGivesItsCode(_ path: String) throws {
    let name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    let code = String(name.prefix(5))
    try #require(code.wholeMatch(of: /E\d{4}/) != nil, "the name should begin with a code")
    let url = Repository.root.appending(path: path)
    let finished = try Self.run(["run", url.lastPathComponent], input: nil, url)
    #expect(finished.errors.contains(code))
  }
}
