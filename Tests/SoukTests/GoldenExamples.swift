// Every example runs and passes its own checks; every script in the documentation runs, or fails with the code it names.

import Foundation
import Testing

@Suite struct ExampleTests {
  /// What waits for features of later versions, and is only parsed and formatted until then.
  static let waiting: Set<String> = [
    "examples/tour/04_growth.souk",  // stocks and flows
    "examples/tour/05_experiments.souk",  // sweep
  ]

  static let examples = Repository.files(below: "examples", extension: "souk")

  @Test(arguments: examples.filter { !waiting.contains($0) }) func exampleRuns(_ path: String) throws {
    let finished = try Program.run(["run", path], seconds: 900, quickly: true)
    #expect(finished.code == 0 && !finished.crashed, "\(finished)")
    #expect(!finished.output.isEmpty)
  }

  /// The part of the tour that compares runs as it is written, with fewer replications; what it doesn't do yet is left out.
  @Test func theTourCompares() throws {
    let text = try Repository.text("examples/tour/05_experiments.souk")
    let sweep = try #require(text.firstRange(of: /(?s)# runs until the interval.*?export grid to "grid.csv"\n/))
    let folder = try Scratch([
      "05.souk": text.replacingCharacters(in: sweep, with: ""), "03_singles_day.souk": try Repository.text("examples/tour/03_singles_day.souk"),
    ])
    let finished = try Program.run(["run", "05.souk", "--replications", "3"], in: folder.url, seconds: 900, quickly: true)
    #expect(finished.code == 0 && !finished.crashed, "\(finished)")
    #expect(finished.output.contains("effect: Matched.overseas compared to Unmatched.overseas"), "\(finished)")
    #expect(finished.output.contains("holds      identity saves most of a day abroad: mean(effect.overseas) = -25."), "\(finished)")
    // Names come along with an import, and nothing else does.
    #expect(!finished.output.contains("payments hold the peak"))
  }

  /// What waits says so with a message of its own, rather than running by halves. When one of them runs, the list above
  /// must become shorter.
  @Test(arguments: waiting.sorted()) func whatWaitsSaysSo(_ path: String) throws {
    let finished = try Program.run(["run", path])
    #expect(finished.code == 2 && !finished.crashed)
    #expect(finished.errors.contains("in this version"))
  }
}

/// Each mechanism of the standard library against what is known of it: scripts in the folder `Library`, whose checks hold.
@Suite struct LibraryTests {
  @Test(arguments: Repository.files(below: "Tests/SoukTests/Library", extension: "souk")) func mechanism(_ path: String) throws {
    let finished = try Program.run(["run", path], seconds: 900, quickly: true)
    #expect(finished.code == 0 && !finished.crashed, "\(finished)")
    #expect(finished.output.contains("holds") || finished.output.contains("passes"), "it states nothing:\n\(finished)")
  }
}

/// A fenced block of a Markdown page.
struct Fence: CustomTestStringConvertible {
  var page: String
  var line: Int
  /// The words after the opening fence: `souk error E0203`, `souk --set clerks=3`.
  var words: [String]
  var text: String
  /// The block that follows with no heading between, when it is ```text.
  var expected: String?
  var testDescription: String { "\(page):\(line)" }

  static func all(in page: String) -> [Fence] {
    guard let source = try? Repository.text(page) else { return [] }
    var fences: [Fence] = []
    var open: (line: Int, words: [String], lines: [Substring])?
    var mayFollow = false
    for (number, line) in source.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if line.hasPrefix("```") {
        if let fence = open {
          let text = fence.lines.map { $0 + "\n" }.joined()
          if fence.words.first == "text", mayFollow, let last = fences.indices.last {
            fences[last].expected = text
          } else {
            fences.append(Fence(page: page, line: fence.line, words: fence.words, text: text))
          }
          mayFollow = fence.words.first == "souk"
          open = nil
        } else {
          open = (number + 1, line.dropFirst(3).split(separator: " ").map(String.init), [])
        }
      } else if open != nil {
        open?.lines.append(line)
      } else if line.hasPrefix("#") {
        mayFollow = false
      }
    }
    return fences
  }
}

@Suite struct DocumentTests {
  static let pages = ["README.md"] + Repository.files(below: "docs", extension: "md")
  static let scripts = pages.flatMap(Fence.all).filter { $0.words.first == "souk" }

  @Test(arguments: scripts) func scriptDoesWhatThePageSays(_ fence: Fence) throws {
    let folder = try Scratch(["script.souk": fence.text])
    let options = fence.words.drop { !$0.hasPrefix("--") }
    let finished = try Program.run(["run", "script.souk"] + options, in: folder.url)
    if fence.words.count > 2, fence.words[1] == "error" {
      #expect(finished.code == 2 && finished.errors.contains(fence.words[2]), "\(finished)")
    } else if fence.words.count > 2, fence.words[1] == "exit" {
      #expect(finished.code == Int32(fence.words[2]) && !finished.crashed, "\(finished)")
    } else {
      #expect(finished.code == 0 && !finished.crashed, "\(finished)")
    }
    if let expected = fence.expected {
      #expect(finished.output + finished.errors == expected)
    }
  }

  /// Links to other pages and files lead somewhere.
  @Test(arguments: pages) func linksLeadSomewhere(_ page: String) throws {
    let folder = Repository.root.appending(path: page).deletingLastPathComponent()
    for link in try Repository.text(page).matches(of: /\]\(([^)#:]+)(#[^)]*)?\)/) {
      let target = folder.appending(path: String(link.1)).systemPath
      #expect(FileManager.default.fileExists(atPath: target), "\(page) links to \(link.1)")
    }
  }
}
