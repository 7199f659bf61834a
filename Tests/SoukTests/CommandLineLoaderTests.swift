// Reading scripts and data: what is found, what is refused, and that nothing outside the script's folder is read.

import Foundation
import Souk
import SoukText
import Testing

@Suite struct LoaderTests {
  static func load(_ folder: Scratch, _ name: String = "main.souk") throws -> LoadedScript {
    try Loader.load(folder.url.appending(path: name).systemPath)
  }

  static func codes(_ folder: Scratch) throws -> [String] { try load(folder).diagnostics.map(\.code.text) }

  @Test func importsComeBeforeWhatImportsThem() throws {
    let folder = try Scratch([
      "main.souk": "import \"parts/a.souk\", \"b.souk\"\n",
      "parts/a.souk": "import \"c.souk\"\nlet a = 1\n",
      "parts/c.souk": "let c = 1\n",
      "b.souk": "import \"parts/c.souk\", std.traffic\nlet b = 1\n",
    ])
    let script = try Self.load(folder)
    #expect(script.diagnostics.isEmpty)
    #expect(script.importsComplete)
    // c and std.traffic once each, the script last, and file 0 nevertheless.
    #expect(script.modules.count == 5)
    #expect(script.modules.last?.file == FileID(0))
    #expect(script.modules.last?.imports == [1, 3])
    for (index, module) in script.modules.enumerated() { #expect(module.imports.allSatisfy { $0 < index }) }
    #expect(script.modules.filter(\.isLibrary).map(\.key) == ["std.traffic"])
  }

  @Test func circlesAreToldWithTheirChain() throws {
    let folder = try Scratch([
      "main.souk": "import \"a.souk\"\n", "a.souk": "import \"b.souk\"\n", "b.souk": "import \"./a.souk\"\n",
    ])
    let script = try Self.load(folder)
    let circle = try #require(script.diagnostics.first)
    #expect(circle.code == "E0508" && script.diagnostics.count == 1)
    #expect(circle.primary.text.matches(of: /(\w+)\.souk/).map { String($0.1) } == ["a", "b", "a"])
    #expect(!script.importsComplete)
  }

  @Test func nothingOutsideIsRead() throws {
    let outside = try Scratch(["secret.souk": "let secret = 1\n"])
    let folder = try Scratch([
      "main.souk": "import \"../x.souk\", \"\(outside.url.systemPath)/secret.souk\", \"link.souk\", \"in/../../y.souk\", \"in/ok.souk\"\n",
      "in/ok.souk": "import \"../side.souk\"\n", "side.souk": "let side = 1\n",
    ])
    try FileManager.default.createSymbolicLink(
      at: folder.url.appending(path: "link.souk"), withDestinationURL: outside.url.appending(path: "secret.souk"))
    #expect(try Self.codes(folder) == ["E0507", "E0507", "E0507", "E0507"])
  }

  /// A folder whose name begins like the script's is not inside of it.
  @Test func aLikeNameIsOutside() throws {
    let folder = try Scratch(["a/main.souk": "import \"../ab/x.souk\"\n", "ab/x.souk": "let x = 1\n"])
    #expect(try Self.load(folder, "a/main.souk").diagnostics.map(\.code.text) == ["E0507"])
  }

  @Test func missingNamesAreGuessed() throws {
    let folder = try Scratch(["main.souk": "import \"shpo.souk\"\n", "shop.souk": "let x = 1\n"])
    let found = try #require(try Self.load(folder).diagnostics.first)
    #expect(found.code == "E0501")
    #expect(found.hints.contains { $0.text.contains("“shop.souk”") })
  }

  static let table = "table Hubs(key name: Text) = csv(\"hubs.csv\")\nprint 1\n"

  @Test func dataThatAreNoText() throws {
    let folder = try Scratch(["main.souk": Self.table])
    func problems(_ bytes: [UInt8]) throws -> [Diagnostic] {
      try folder.write(bytes, to: "hubs.csv")
      return Pipeline.check(try Self.load(folder)).diagnostics
    }
    #expect(try problems([0x70, 0, 0x71]).map(\.code) == ["E0505"])
    for bad: [UInt8] in [[0x80], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE4, 0xB8], [0xFE]] {
      let problem = try #require(try problems(Array("name\n".utf8) + bad + [0x0A]).first)
      #expect(problem.code == "E0506" && problem.primary.span.lower == 5)
    }
    #expect(try problems(Array("name\n中文 한글 🛒 \u{10FFFF}\n".utf8)).isEmpty)
    #expect(try problems([0xEF, 0xBB, 0xBF] + Array("name\r\n\"a, \"\"b\"\"\nc\"\r\n\r\n".utf8)).isEmpty)
  }

  @Test func scriptsThatAreNoText() throws {
    let folder = try Scratch()
    try folder.write(Array("print ".utf8) + [0, 0x0A], to: "main.souk")
    #expect(try Self.codes(folder).contains("E0106"))
    try folder.write(Array("print ".utf8) + [0xD6, 0xD0, 0x0A], to: "main.souk")
    #expect(try Self.codes(folder).contains("E0105"))
  }

  @Test func byteOrderMarkAndCarriageReturnsAreFine() throws {
    let folder = try Scratch()
    try folder.write([0xEF, 0xBB, 0xBF] + Array("let x = 1\r\nprint x\r\n".utf8), to: "main.souk")
    #expect(try Self.codes(folder) == [])
  }

  @Test func theCommandsOwnFileIsThrown() throws {
    let folder = try Scratch(["large.souk": "", "folder/x.souk": ""])
    try folder.write([UInt8](repeating: 0x20, count: 16 << 20 + 1), to: "large.souk")
    #expect(throws: FileProblem.self) { try Self.load(folder, "none.souk") }
    #expect(throws: FileProblem.self) { try Self.load(folder, "folder") }
    do {
      _ = try Self.load(folder, "large.souk")
      Issue.record("a file over the limit was read")
    } catch let problem as FileProblem {
      #expect(problem.message.contains("16 MiB"))
    }
  }
}

@Suite struct ReplacingFileTests {
  @Test func permissionsAndLinksStay() throws {
    let folder = try Scratch(["real": "old"])
    let real = folder.url.appending(path: "real").systemPath, link = folder.url.appending(path: "link").systemPath
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: real)
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: real)
    try Files.replace(link, with: Array("new".utf8))
    #expect(try folder.text("real") == "new")
    #expect(try FileManager.default.attributesOfItem(atPath: real)[.posixPermissions] as? Int == 0o640)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == real)
    #expect(folder.names == ["link", "real"])
  }

  @Test func whatCannotBeWrittenLeavesNothing() throws {
    let folder = try Scratch(["sub/x": ""])
    #expect(throws: FileProblem.self) { try Files.replace(folder.url.appending(path: "sub").systemPath, with: [1]) }
    #expect(throws: FileProblem.self) { try Files.replace(folder.url.appending(path: "none/x").systemPath, with: [1]) }
    #expect(throws: FileProblem.self) { try Files.replace("/dev/full", with: [1]) }
    #expect(folder.names == ["sub"])
  }
}

@Suite struct LimitTextTests {
  @Test func limitsAreReadWithTheirUnits() throws {
    #expect(try LimitText.seconds("60 s") == 60)
    #expect(try LimitText.seconds("5min") == 300)
    #expect(try LimitText.bytes("2GB") == 2_000_000_000)
    #expect(try LimitText.bytes("512 MiB") == 512 << 20)
    #expect(try LimitText.steps("500M") == 500_000_000)
    for wrong in ["", "x", "0", "5 GB", "3 parcel"] { #expect(throws: (any Error).self) { try LimitText.seconds(wrong) } }
    #expect(throws: (any Error).self) { try LimitText.bytes("60 s") }
    #expect(throws: (any Error).self) { try LimitText.steps("60 s") }
  }
}
