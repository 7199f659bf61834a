// `souk explain`: every code of the sources has a page, and each page tells the truth: its first script makes the mistake,
// its last doesn't.

import Foundation
import SoukText
import Testing

@Suite struct ExplanationTests {
  /// Codes in the sources, as string literals of four digits.
  static let codes: Set<String> = {
    var codes: Set<String> = []
    for path in Repository.files(below: "Sources", extension: "swift") where !path.hasPrefix("Sources/souk-cli/") {
      let text = (try? Repository.text(path)) ?? ""
      for match in text.matches(of: /"(E\d{4})"/) { codes.insert(String(match.1)) }
    }
    return codes
  }()

  @Test func everyCodeHasItsPage() {
    let pages = Set(Explanation.all.map(\.code.text))
    #expect(!Self.codes.isEmpty)
    #expect(Self.codes.subtracting(pages).sorted() == [], "codes without a page in Sources/SoukText/Explanations")
    #expect(pages.subtracting(Self.codes).sorted() == [], "pages whose code no stage gives")
  }

  @Test(arguments: Explanation.all.map(\.code.text)) func pageHasItsForm(_ code: String) throws {
    let page = try #require(Explanation(for: DiagnosticCode(code)))
    #expect(page.text.hasPrefix("# \(code)"))
    #expect(!page.title.isEmpty)
    let count = Self.scripts(of: page).count + (Self.unwritable(code) == nil ? 0 : 1)
    #expect(count >= 2, "two fenced scripts: the mistake, and what to write instead")
  }

  @Test(arguments: Explanation.all.map(\.code.text)) func pageTellsTheTruth(_ code: String) throws {
    let scripts = Self.scripts(of: try #require(Explanation(for: DiagnosticCode(code))))
    var wrong = try #require(scripts.first)
    let right = try #require(scripts.last)
    if let bytes = Self.unwritable(code) { wrong = Script(bytes: bytes) }
    // Nothing in a script presses Ctrl-C; the command line's own tests do.
    if code == "E0424" { return }
    let finished = try Self.run(wrong, code: code)
    #expect(finished.errors.contains(code), "the first script should give \(code):\n\(finished)")
    let mended = try Self.run(right, code: code)
    #expect(!mended.errors.contains(code), "the last script still gives \(code):\n\(mended)")
    #expect(!finished.crashed && !mended.crashed)
  }

  struct Script {
    var bytes: [UInt8]
    /// The data file that stands before it.
    var data = ""
    /// Options that stand behind `souk` where the block begins.
    var options: [String] = []
  }

  /// Where a mistake needs more than a script (a pipe, a large file, many files), the page's own script shows the message.
  @Test(arguments: ["E0503", "E0504", "E0510"]) func messageWithFiles(_ code: String) throws {
    let page = try #require(Explanation(for: DiagnosticCode(code)))
    let wrong = try #require(Self.scripts(of: page).first)
    let finished = try Self.run(wrong, code: code)
    let url = Repository.root.appending(path: "Tests/SoukTests/Goldens/errors/\(code).message")
    if GoldenTests.isRecording { try Data(finished.description.utf8).write(to: url) }
    #expect(try String(contentsOf: url, encoding: .utf8) == finished.description)
  }

  /// Scripts with mistakes that no page can show.
  static func unwritable(_ code: String) -> [UInt8]? {
    switch code {
    case "E0105": Array("print ".utf8) + [0xD6, 0xD0, 0x0A]
    case "E0106": Array("print ".utf8) + [0, 0x0A]
    case "E0129": Array((String(repeating: "(", count: 100_000) + "1\n").utf8)
    default: nil
    }
  }

  static func scripts(of page: Explanation) -> [Script] {
    var scripts: [Script] = []
    var data = ""
    for block in page.text.matches(of: /(?m)^```(\w+)([^\n]*)\n((?:(?!```)[^\n]*\n)*)```/) {
      switch block.1 {
      case "csv": data = String(block.3)
      case "souk": scripts.append(Script(bytes: Array(String(block.3).utf8), data: data, options: block.2.split(separator: " ").map(String.init)))
      default: break
      }
    }
    return scripts
  }

  static func run(_ script: Script, code: String) throws -> Finished {
    let folder = try Scratch(["hubs.csv": script.data])
    try folder.write(script.bytes, to: "script.souk")
    try fixtures(for: code, in: folder)
    // Limits are set low enough that a page's endless script ends soon.
    let limits =
      switch code {
      case "E0421": ["--max-memory", "20MB"]
      case "E0422": ["--max-time", "50ms"]
      case "E0423": ["--max-steps", "100M"]
      default: ["--max-steps", "5M", "--max-memory", "200MB"]
      }
    return try Program.run(["run", "script.souk"] + limits + script.options, in: folder.url)
  }

  /// What stands beside the script of a page about files.
  static func fixtures(for code: String, in folder: Scratch) throws {
    switch code {
    case "E0502": try FileManager.default.createDirectory(at: folder.url.appending(path: "models"), withIntermediateDirectories: true)
    case "E0503": #expect(mkfifo(folder.url.appending(path: "private.souk").systemPath, 0o600) == 0)
    case "E0504": try folder.write([UInt8](repeating: 0x20, count: 16 << 20 + 1), to: "large.souk")
    case "E0505": try folder.write([0x50, 0x4B, 3, 4, 0, 0], to: "binary.csv")
    case "E0506": try folder.write(Array("name,sort\n".utf8) + [0xD6, 0xD0, 0x2C, 0x31, 0x0A], to: "gbk.csv")
    case "E0508": try folder.write("import \"script.souk\"\n", to: "circle.souk")
    case "E0510":
      try folder.write("import \"deep1.souk\"\n", to: "deep.souk")
      for level in 1...70 { try folder.write("import \"deep\(level + 1).souk\"\n", to: "deep\(level).souk") }
      try folder.write("let end = 1\n", to: "deep71.souk")
    default: break
    }
  }
}
