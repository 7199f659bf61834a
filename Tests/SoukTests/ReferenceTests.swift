// The reference of the standard library, as `souk doc` prints it and `docs/library.md` holds it.

import Foundation
import Souk
import SoukLibrary
import SoukSema
import Testing

@Suite struct ReferenceTests {
  /// SOUK_RECORD=1 writes the page anew.
  @Test func pageOfTheLibraryIsUpToDate() throws {
    let printed = try Program.run(["doc", "std"])
    #expect(printed.code == 0)
    let url = Repository.root.appending(path: "docs/library.md")
    if GoldenTests.isRecording { try Data(printed.output.utf8).write(to: url) }
    #expect(try String(contentsOf: url, encoding: .utf8) == printed.output, "`souk doc std > docs/library.md` writes it anew")
  }

  /// What an analyst may write or read of a component is told: each parameter, action and thing it reports has words.
  @Test(arguments: LibraryModule.all.map(\.name)) func everythingOfferedHasWords(_ name: String) throws {
    let module = try #require(LibraryModule.named(name))
    let text = Reference.markdown(of: module)
    #expect(text.hasPrefix("# \(name)\n\n"))
    for line in text.split(separator: "\n") where line.hasPrefix("| `") {
      let cells = line.dropFirst().dropLast().split(separator: "|", omittingEmptySubsequences: false)
      if cells.count == 4 { #expect(cells[3].contains { $0.isLetter }, "\(line)") }
    }
  }

  @Test func oneThingOfAModule() throws {
    let part = try Program.run(["doc", "payment"])
    #expect(part.code == 0 && part.output.contains("## component `payment`") && !part.output.contains("`settlement`") && part.output.contains("## unit `payment`"), "\(part)")
    let list = try Program.run(["doc"])
    #expect(list.output.contains("std.payments") && list.output.contains("std.cloud"))
    let wrong = try Program.run(["doc", "std.paymnts"])
    #expect(wrong.code == 2 && wrong.errors.contains("did you mean `souk doc std.payments`?"), "\(wrong)")
  }

  /// Help at the prompt knows every function and every distribution that the language brings.
  @Test func wordsHaveHelp() {
    let operators: Set<Builtin> = [.contains, .print]
    for builtin in Builtin.allCases where !operators.contains(builtin) { #expect(WordHelp.all[builtin.rawValue] != nil, "\(builtin.rawValue)") }
    // What `weighted` draws from is written `mix { … }`.
    for law in LawName.allCases {
      let word = law == .weighted ? "mix" : law.rawValue
      #expect(WordHelp.all[word] != nil, "\(word)")
    }
  }

  @Test func aScriptOfOnesOwn() throws {
    let folder = try Scratch(["shop.souk": "## A shop.\n\n## A desk.\ncomponent desk {\n  param clerks: Count = 2  ## how many serve\n  counter gone  ## who left\n}\n"])
    let printed = try Program.run(["doc", "shop.souk"], in: folder.url)
    #expect(printed.code == 0 && printed.output.contains("| `clerks` | `Count` | `2` | how many serve |"), "\(printed)")
    #expect(printed.output.contains("| `gone` | counter | who left |"))
  }
}
