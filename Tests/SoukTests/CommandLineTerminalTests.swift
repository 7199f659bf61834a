// The prompt at terminals of several kinds: what is interrupted stands where it came to, keys of vi, a terminal that is closed, and
// what a screen shows at several widths, of words in any script.

import Foundation
import TestCommands
import Testing

private let hasScript = FileManager.default.isExecutableFile(atPath: "/usr/bin/script")

private let matrix = Repository.root.appending(path: "Tests/terminals/matrix.py").systemPath
private let pexpectIsInstalled = (try? Command("python3", ["-c", "import pexpect"]).run().status) == 0

@Suite struct TerminalTests {
  /// Six locales at six kinds of terminal, as a person would sit there.
  @Test(.enabled(if: pexpectIsInstalled, "pexpect is not installed (pip install pexpect==4.8.0)")) func everyLocaleAtEveryTerminal() throws {
    let (status, output) = try Command("python3", [matrix, Program.url.systemPath]).run()
    #expect(status == 0, "\(output)")
  }

  static let model = "model M {\n  source p { rate: 1000/s, journey: v }\n  station t { servers: 1, service: 1 ms }\n  pool k { size: 5000 }\n  journey v { hold 1 of k { use t } }\n}\n"

  /// Progress is shown; the first Ctrl-C stops the work, the second finds nothing to break; the simulation goes on from there.
  @Test(.enabled(if: hasScript)) func anInterruptedAdvanceStandsWhereItCameTo() throws {
    let finished = try Program.terminal(["--no-history"], environment: ["LC_ALL": "C.UTF-8", "INPUTRC": "/dev/null", "TERM": "xterm"]) {
      $0.awaits("souk> ")
      $0.types("\u{1B}[200~" + Self.model + "\u{1B}[201~\n")
      $0.awaits("souk> ", count: 2)
      $0.types("let s = start M\n")
      $0.awaits("souk> ", count: 3)
      $0.types("advance s by 10000 week\n")
      $0.awaits(" of 192 year")
      $0.types("\u{3}\u{3}")
      $0.awaits("E0424")
      $0.awaits("`advance` goes on from there")
      $0.types("s.t.completions > 0\n")
      $0.awaits("true : ")
      $0.types("advance s by 1 s\n1 + 41\n")
      $0.awaits("\r42\r")
      $0.types("\u{4}")
    }
    #expect(finished.code == 0 && !finished.crashed, "\(finished)")
    #expect(!finished.output.contains("can't go on"))
  }

  @Test(.enabled(if: hasScript)) func keysOfVi() throws {
    let folder = try Scratch(["inputrc": "$if souk\nset editing-mode vi\n$endif\n"])
    let finished = try Program.terminal(
      ["--no-history"], environment: ["LC_ALL": "C.UTF-8", "INPUTRC": folder.url.appending(path: "inputrc").systemPath, "TERM": "xterm"]
    ) {
      $0.awaits("souk> ")
      $0.types("20 + 3\u{1B}")
      $0.awaits("20 + 3")
      // The last character away, another behind, and what stands before goes to the beginning.
      $0.types("xa2\u{1B}0i1")
      $0.types("\n")
      $0.awaits("\r122\r")
      $0.types("\u{4}")
    }
    #expect(finished.code == 0 && !finished.crashed, "\(finished)")
  }

  /// A terminal that goes away while something runs, or while nothing does, ends the program, and nothing stays behind.
  @Test(.enabled(if: hasScript), arguments: ["", "let s = start M\nadvance s by 10000 week\n"]) func aClosedTerminalEndsIt(_ entry: String) throws {
    let folder = try Scratch()
    let finished = try Program.shell(
      """
      mkfifo keys
      script -qec "sh -c 'echo \\$\\$ > pid; exec \(Program.url.systemPath) --no-history'" /dev/null < keys > out &
      exec 3> keys
      until grep -q 'souk>' out; do sleep 0.05; done
      printf '%s' '\(Self.model + entry)' >&3
      until [ "$(grep -o 'souk>' out | wc -l)" -ge \(entry.isEmpty ? 2 : 3) ]; do sleep 0.05; done
      kill -9 $!
      while kill -0 "$(cat pid)" 2> /dev/null; do sleep 0.05; done
      echo gone
      """, in: folder.url, seconds: 120)
    #expect(finished.output.hasSuffix("gone\n"), "\(finished)")
  }

  /// What a screen shows: the cursor stands behind wide, combined and joined characters, and tables of them are aligned.
  @Test(.enabled(if: Screen.tmux != nil, "tmux isn't installed"), arguments: [40, 80, 200]) func screens(_ width: Int) throws {
    let finished = try Screen.run(
      columns: width,
      """
      types '"한글 中文 e\u{301}"'
      shows '中文 e\u{301}"'
      stands 19
      t display-message -p 'typed #{cursor_x}'
      keys C-a
      stands 6
      keys C-e
      stands 19
      t display-message -p 'again #{cursor_x}'
      keys C-u
      types 'record Row(name: Text, n: Count)'
      keys Enter
      prompts 2
      types '[Row("한글", 1), Row("中文字", 22), Row("e\u{301} 👍", 333)]'
      keys Enter
      prompts 3
      lines | grep -A 4 '^name'
      ends
      """)
    // `souk> ` and the text: two columns for each wide character, none for the accent.
    #expect(finished.output.contains("typed 19\nagain 19\n"), "\(finished)")
    #expect(finished.output.contains("name      n\n──────  ───\n한글      1\n中文字   22\ne\u{301} 👍    333\n"), "\(finished)")
  }
}
