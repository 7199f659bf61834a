// The prompt: entries on top of each other, from a pipe and at a terminal.

import Foundation
import Testing

@Suite struct PromptTests {
  @Test func linesFromAPipeAreAScript() throws {
    let finished = try Program.run([], input: "let x = 2\nprint [x,\n  3]\nx * 21\n:type 5 km / 1 h\n:quit\nprint 99\n")
    #expect(finished.code == 0 && finished.errors.isEmpty, "\(finished)")
    #expect(finished.output.contains("[2, 3]\n42\n"))
    #expect(!finished.output.contains("99") && !finished.output.contains("souk>"))
  }

  @Test func aMistakeLeavesNoTrace() throws {
    let finished = try Program.run([], input: "let x = 1 s + 1 CNY\nlet x = 7\nx\n")
    #expect(finished.code == 2 && finished.errors.contains("E0202"), "\(finished)")
    #expect(finished.output == "7\n")
  }

  @Test func runsAreExecutedOnce() throws {
    let finished = try Program.run([], input: Models.quick + "mean(day.till.wait) to min\n1 + 1\n")
    #expect(finished.code == 0, "\(finished)")
    #expect(finished.output.matches(of: /mean wait/).count == 1)
    #expect(finished.output.hasSuffix("2\n"))
  }

  @Test(arguments: [":nonsense", ":type 1 +"]) func strangeEntriesAreAnswered(_ entry: String) throws {
    let finished = try Program.run([], input: entry + "\nprint 5\n")
    #expect(!finished.crashed && finished.output.hasSuffix("5\n"), "\(finished)")
    #expect((finished.output + finished.errors).count > 2)
  }

  /// At a terminal made by script(1): the prompt is shown, words of any script arrive whole whatever the locale says, and Ctrl-C
  /// gives up what was typed.
  @Test(
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/script")),
    arguments: ["C", "C.UTF-8", "ko_KR.UTF-8"])
  func terminal(_ locale: String) throws {
    let finished = try Program.terminal(environment: ["LC_ALL": locale, "INPUTRC": "/dev/null", "TERM": "xterm"]) {
      $0.awaits("souk> ")
      $0.types("print \"한글값\"\n")
      $0.awaits("souk> ", count: 2)
      $0.types("half typed")
      $0.awaits("half typed")
      $0.types("\u{3}")
      $0.awaits("souk> ", count: 3)
      $0.types("1 + 2\n")
      $0.awaits("souk> ", count: 4)
      $0.types("\u{4}")
    }
    #expect(finished.code == 0 && !finished.crashed, "\(finished)")
    #expect(finished.output.contains("souk> "))
    // Byte by byte, for a carriage return and a line feed are one character.
    let lines = String(decoding: finished.output.utf8.filter { $0 != 0x0D }, as: UTF8.self).split(separator: "\n")
    #expect(lines.contains { $0.hasSuffix("한글값") && !$0.contains("print") }, "\(finished)")
    #expect(lines.contains { $0.hasSuffix("3") && !$0.contains("+") }, "\(finished)")
  }
}
