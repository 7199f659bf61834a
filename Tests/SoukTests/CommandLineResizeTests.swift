// A terminal that gets another width: while a line is edited, while an entry of several lines is open, while something runs. What
// was there stays, the line is drawn again where it was, and what comes after fits.

import Foundation
import Testing

@Suite(.enabled(if: Screen.tmux != nil, "tmux isn't installed")) struct ResizeTests {
  /// Rows above the line, so that none of it leaves the screen when it gets narrow.
  private static let rows = "types 'for i in 1..12 { print \"row\" }'\nkeys Enter\nprompts 2\n"

  /// What was shown, without blanks: where a wide character went to the next row whole, one is in its place.
  private func lines(_ finished: Finished) -> [String] {
    finished.output.replacing(" ", with: "").split(separator: "\n").map(String.init)
  }

  /// After each change of width a character is typed at both ends of a text of wide and combined ones, which shows that the editor
  /// knows where it is; at the end one line stands there, no copy, and all above it.
  @Test(arguments: [(80, [60, 40, 33, 21, 50, 80, 100]), (33, [34, 50, 35, 100, 33, 22]), (100, [99, 50, 25, 24, 53])])
  func aLineThatIsEdited(_ first: Int, _ widths: [Int]) throws {
    let text = "한글 中文字 e\u{301} 👍 한글 중문 abc 가나다라마바사아자차카타파하 trailing 한글"
    let edits = widths.indices.map { i in
      let (left, right) = (String(repeating: "가", count: i + 1), String(repeating: "字", count: i + 1))
      return "resizes \(widths[i])\nkeys C-a C-f\ntypes '가'\nkeys C-e C-b\ntypes '字'\nshows 'souk> \"\(left)\(text)\(right)\"'"
    }
    let finished = try Screen.run(
      columns: first, Self.rows + "types '\"\(text)\"'\nshows 'trailing 한글\"'\n" + edits.joined(separator: "\n") + "\nkeys Enter\nprompts 3\nlines\nends")
    let shown = lines(finished)
    let whole = String(repeating: "가", count: widths.count) + text + String(repeating: "字", count: widths.count)
    #expect(shown.filter { $0 == "row" }.count == 12, "\(finished)")
    let bare = whole.replacing(" ", with: "")
    #expect(Array(shown.suffix(3)) == ["souk>\"\(bare)\"", "\(bare):Text", "souk>"], "\(finished)")
    #expect(shown.filter { $0.contains("trailing") }.count == 2, "\(finished)")
  }

  /// With the cursor in the middle and rows on both sides of it.
  @Test func theCursorInTheMiddle() throws {
    let text = "가나다라마바사아자차카타파하가나다라마바사아자차카타파하가나다라마바사아자차카타파하"
    let finished = try Screen.run(
      columns: 90,
      Self.rows + """
        types '"\(text)"'
        shows '\(text)"'
        keys C-b C-b C-b C-b C-b
        for width in 49 31 30 72 90; do
          resizes $width
          types 中
        done
        shows '차中中中中中카타파하"'
        keys Enter
        prompts 3
        lines
        ends
        """)
    let whole = text.dropLast(4) + "中中中中中카타파하"
    let shown = lines(finished)
    #expect(Array(shown.suffix(3)) == ["souk>\"\(whole)\"", "\(whole):Text", "souk>"], "\(finished)")
    #expect(shown.filter { $0.contains("souk>\"") }.count == 1, "\(finished)")
  }

  /// Lines of an open entry stay, and the one that is edited is drawn again, with its own prompt.
  @Test func anOpenEntry() throws {
    let finished = try Screen.run(
      columns: 80,
      Self.rows + """
        types 'let words = ['
        keys Enter
        shows '  ...'
        types '  "한글 中文字 e\u{301} 👍 가나다라마바사아자차카타파하", "second",'
        keys Enter
        types '  "中文字中文字中文字中文字中文字中文字中文字中文字'
        shows '中文字中文字中文字'
        for width in 50 24 41 80; do
          resizes $width
          types x
        done
        shows '中文字xxxx'
        types '"]'
        keys Enter
        prompts 3
        types 'for w in words { print w }'
        keys Enter
        prompts 4
        lines
        ends
        """)
    let shown = lines(finished)
    let word = "한글中文字e\u{301}👍가나다라마바사아자차카타파하"
    let last = String(repeating: "中文字", count: 8) + "xxxx"
    #expect(
      Array(shown.suffix(8)) == [
        "souk>letwords=[", "...\"\(word)\",\"second\",", "...\"\(last)\"]", "souk>forwinwords{printw}", word, "second", last, "souk>",
      ], "\(finished)")
  }

  /// The line that tells how far it is is taken away whole from a terminal that got narrower; tables and plots then fit it, and
  /// the editor knows the width.
  @Test(arguments: [(100, 50), (50, 100)]) func whileSomethingRuns(_ first: Int, _ then: Int) throws {
    let finished = try Screen.run(
      columns: first,
      """
      types '\(TerminalTests.model.replacingOccurrences(of: "\n", with: "\r"))'
      prompts 2
      types 'let s = start M'
      keys Enter
      prompts 3
      types 'advance s by 10000 week'
      keys Enter
      shows ' of 192 year'
      resizes \(then)
      sleep 0.5
      keys C-c
      shows 'goes on from there'
      prompts 4
      gone ' of 192 year'
      types 'let day = run M { span: 1 min }'
      keys Enter
      prompts 5
      types 'plot day.t.queue'
      keys Enter
      prompts 6
      types '"가나다라마바사아자차카타파하 가나다라마바사아자차카타파하 가나다라마바사아자차카타파하'
      keys C-a
      types '"한글 '
      shows '"한글 "가나다라마바사아자차카타파하 가나다라마바사아자차카타파하 가나다라마바사아자차카타파하'
      lines
      keys C-c
      ends
      """)
    let shown = finished.output.split(separator: "\n").map(String.init)
    #expect(!shown.contains { $0.contains("··") || $0.contains("of 192") }, "\(finished)")
    let after = shown.drop { !$0.contains("let day") }.dropFirst().prefix { !$0.contains("한글") }
    #expect(after.count > 12, "\(finished)")
    let widest = after.map(\.count).max() ?? 0
    #expect(widest <= then && widest > then / 2, "\(finished)")
  }
}
