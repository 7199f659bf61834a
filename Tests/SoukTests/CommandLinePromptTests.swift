// The prompt: entries on top of each other, from a pipe and at a terminal.

import Foundation
import Souk
import Testing

@Suite struct PromptTests {
  @Test func linesFromAPipeAreAScript() throws {
    let finished = try Program.run([], input: "let x = 2\nprint [x,\n  3]\nx * 21\n:type 5 km / 1 h\n:quit\nprint 99\n")
    #expect(finished.code == 0 && finished.errors.isEmpty, "\(finished)")
    #expect(finished.output == "[2, 3]\n42\nmeter/s\n")
  }

  @Test func linesMayEndAsOnWindows() throws {
    let finished = try Program.run([], input: ":type 5 min\r\nlet x = [\r\n  1,\r\n  2]\r\nx\r\n:type x\r\n:quit\r\nprint 9\r\n")
    #expect(finished == Finished(output: "Time\n[1, 2]\na list of numbers\n", errors: "", code: 0))
  }

  /// As a file would be: nothing of it is executed, and the code is that of a wrong script.
  @Test func aMistakeInAPipedScriptIsOneOfTheScript() throws {
    let finished = try Program.run([], input: "let x = 1 s + 1 CNY\nlet y = 7\ny\n")
    #expect(finished.code == 2 && finished.errors.contains("E0202") && finished.output.isEmpty, "\(finished)")
    let failing = try Program.run([], input: Models.quick + "check \"it is quick\": mean(day.till.wait) < 1 s\n")
    #expect(failing.code == 1, "\(failing)")
  }

  @Test func runsAreExecutedOnce() throws {
    let finished = try Program.run([], input: Models.quick + ":set\nmean(day.till.wait) to min\n:set\n1 + 1\n")
    #expect(finished.code == 0, "\(finished)")
    #expect(finished.output.matches(of: /mean wait/).count == 1)
    #expect(finished.output.hasSuffix("\n2\n"))
  }

  @Test(arguments: [":nonsense", ":type 1 +", ":load nowhere.souk", ":doc nothing", ":help nothing", ":set speed 3", ":load", ":save", ":plot"])
  func strangeEntriesAreAnswered(_ entry: String) throws {
    let finished = try Program.run([], input: entry + "\nprint 5\n")
    #expect(!finished.crashed && finished.output.hasSuffix("5\n"), "\(finished)")
    #expect((finished.output + finished.errors).count > 2)
  }

  /// A command without what it is about asks for it, and breaks nothing.
  @Test(arguments: [(":type", "of what? `:type 5 km / 1 h`"), (":doc", "of what? `:doc mean`"), (":time", "of what? `:time mean(day.till.wait)`"), (":plot", "what is to be drawn? `:plot day.till.wait`"), (":load", "which file? `:load shop.souk`"), (":save", "under which name? `:save shop.souk`"), (":reload", "nothing was loaded yet; `:load FILE` loads a script")])
  func commandsAskForWhatTheyAreAbout(_ command: String, _ answer: String) throws {
    let finished = try Program.run([], input: command + "\nprint 5\n")
    #expect(finished == Finished(output: answer + "\n5\n", errors: "", code: 0))
  }

  @Test func whatIsSavedRuns() throws {
    let folder = try Scratch(["lib.souk": "let base = 5 min\n"])
    let input = "import \"lib.souk\"\n:set\nlet x = base * 2\n:set\nx / 4\n:set\nans * 3\n:set\n:save out.souk\n"
    let finished = try Program.run([], input: input, in: folder.url)
    #expect(finished.code == 0, "\(finished)")
    let saved = try Program.run(["run", "out.souk"], in: folder.url)
    #expect(saved.code == 0 && saved.output == "2.5 min\n7.5 min\n", "\(saved)")
  }

  /// At a terminal made by script(1): the prompt is shown, words of any script arrive whole whatever the locale says, and Ctrl-C
  /// gives up what was typed.
  @Test(
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/script")),
    arguments: ["C", "C.UTF-8", "ko_KR.UTF-8"], ["xterm", "dumb"])
  func terminal(_ locale: String, _ kind: String) throws {
    let state = try Scratch()
    let finished = try Program.terminal(environment: ["LC_ALL": locale, "INPUTRC": "/dev/null", "TERM": kind, "XDG_STATE_HOME": state.url.systemPath]) {
      $0.awaits("souk> ")
      $0.types("print \"한글값\"\n")
      $0.awaits("souk> ", count: 2)
      $0.types("half typed")
      $0.awaits("half typed")
      $0.types("\u{3}")
      $0.awaits("souk> ", count: 3)
      $0.types("1 + 2\n")
      $0.awaits("souk> ", count: 4)
      $0.types("ans * 2 min\n")
      $0.awaits("souk> ", count: 5)
      $0.types("\u{4}")
    }
    #expect(finished.code == 0 && !finished.crashed, "\(finished)")
    let lines = finished.plainLines
    #expect(lines.contains { $0.hasSuffix("한글값") && !$0.contains("print") }, "\(finished)")
    #expect(lines.contains { $0.hasSuffix("3") && !$0.contains("+") }, "\(finished)")
    #expect(lines.contains("6 min : Time"), "\(finished)")
    let history = state.url.appending(path: "souk/history")
    let kept = try state.text("souk/history")
    #expect(kept == "print \"한글값\"\n1 + 2\nans * 2 min\n")
    let mode = try FileManager.default.attributesOfItem(atPath: history.systemPath)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  /// A pasted text arrives as one line with ends of lines in it, and is one entry; a key completes, and what runs is stopped.
  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/script")))
  func pasteCompletionInterruption() throws {
    let state = try Scratch()
    let finished = try Program.terminal(
      environment: ["LC_ALL": "C.UTF-8", "INPUTRC": "/dev/null", "TERM": "xterm", "XDG_STATE_HOME": state.url.systemPath]
    ) {
      $0.awaits("souk> ")
      $0.types("\u{1B}[200~unit order\nmodel Slow {\n\n  source s { rate: 1000 order/s, journey: go }\n  station t { service: 1 ms }\n  journey go { use t }\n}\n\u{1B}[201~\n")
      $0.awaits("souk> ", count: 2)
      $0.types("let a = ru\tSlow { spa\t 10000 week }\n")
      $0.awaits("10000 week }")
      // The run has begun once the key no longer reaches the line editor.
      $0.awaits("\u{1B}[?2004l", count: 2)
      $0.types("\u{3}")
      $0.awaits("E0424")
      $0.types("1 + 1\n")
      $0.awaits("\r2\r")
      $0.types("let x = 5 min\nlet y = 2 * x\nlet x = 6 min\n")
      $0.awaits("before this change")
      $0.types("\u{4}")
    }
    #expect(finished.code == 0 && !finished.crashed, "\(finished)")
    #expect(finished.output.contains("run Slow { span: 10000 week }"), "\(finished)")
    #expect(finished.plainLines.contains { $0.hasSuffix("y is still from before this change") }, "\(finished)")
    let history = try state.text("souk/history")
    #expect(history.contains("journey go { use t }\\n}\n"), "\(history)")
  }

  /// The same session as lines of JSON: one answer for each request, with its id.
  @Test func linesOfJSON() throws {
    let requests = [
      #"{"id": 1, "execute": "let x = 90 min to h\nx"}"#, #"{"id": 2, "is_complete": "model M {"}"#, #"{"id": 3, "complete": "quan"}"#,
      #"{"id": "four", "inspect": "quantile(", "at": 9}"#, #"{"id": 5, "execute": "1 s + 1 CNY"}"#, "nonsense", #"{"id": 7, "interrupt": true}"#,
    ]
    let finished = try Program.run(["repl", "--json"], input: requests.map { $0 + "\n" }.joined())
    let lines = finished.output.split(separator: "\n").map(String.init)
    try #require(finished.code == 0 && lines.count == 8, "\(finished)")
    #expect(lines[0] == #"{"event":"output","id":1,"kind":"value","text":"1.5 h : Time\n"}"#)
    #expect(lines[1] == #"{"diagnostics":[],"id":1,"kept":[],"status":"ok"}"#)
    #expect(lines[2] == #"{"complete":false,"id":2,"status":"ok"}"#)
    #expect(lines[3].hasPrefix(#"{"id":3,"matches":[{"append":"(","detail":"quantile(x, 99.9%)","text":"quantile"}],"start":0"#))
    #expect(lines[4].contains(#""id":"four""#) && lines[4].contains("this share doesn't exceed"))
    #expect(lines[5].contains(#""code":"E0202""#) && lines[5].contains(#""status":"error""#))
    #expect(lines[6].contains("a request is a JSON object") && lines[7].contains(#""status":"ok""#))
  }

  @Test func whatRunsIsInterruptedByARequest() throws {
    let slow = #"{"id": 1, "execute": "unit order\nmodel S {\n source s { rate: 1000 order/s, journey: g }\n station t { service: 1 ms }\n journey g { use t }\n}\nlet a = run S { span: 10000 week }"}"#
    let finished = try Program.run(["repl", "--json"]) {
      $0.types(slow + "\n")
      $0.keeps(pressing: #"{"id": 2, "interrupt": true}"# + "\n", until: "interrupted")
      $0.types(#"{"id": 3, "execute": "1 + 1"}"# + "\n")
      $0.awaits(#""id":3,"kept""#)
    }
    #expect(finished.output.contains(#""status":"interrupted""#) && finished.output.contains(#""text":"2\n""#), "\(finished)")
  }

  /// The page on the prompt shows what happens: what is typed in its two sessions is typed here.
  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/script")), arguments: [0, 1])
  func theTranscriptIsWhatHappens(_ session: Int) throws {
    let fences = Fence.all(in: "docs/prompt.md").filter { $0.words == ["prompt"] }
    try #require(fences.count == 2)
    let fence = fences[session]
    let shown = fence.text.split(separator: "\n").map(String.init)
    let typed = shown.filter { $0.hasPrefix("souk> ") || $0.hasPrefix("  ... ") }.map { $0.dropFirst(6) }
    try #require(typed.count > 20)
    let finished = try Program.terminal(["--no-history"], environment: ["LC_ALL": "C.UTF-8", "INPUTRC": "/dev/null", "TERM": "dumb"]) { program in
      var prompts = 1
      program.awaits("souk> ")
      for line in typed {
        program.types(line + "\n")
        prompts += 1
        program.awaits(["souk> ", "  ... "], count: prompts)
      }
      program.types("\u{4}")
    }
    let lines = finished.plainLines.filter { !$0.isEmpty }
    #expect(lines.dropFirst().dropLast() == shown[...], "\(finished)")
  }

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/script")))
  func noHistoryLeavesNoFile() throws {
    let state = try Scratch()
    let finished = try Program.terminal(["--no-history"], environment: ["INPUTRC": "/dev/null", "XDG_STATE_HOME": state.url.systemPath]) {
      $0.awaits("souk> ")
      $0.types("7 * 6\n")
      $0.awaits("42")
      $0.types("\u{4}")
    }
    #expect(finished.code == 0 && state.names.isEmpty, "\(finished)")
  }
}

extension Finished {
  /// Lines of a terminal without what steers it. Byte by byte, for a carriage return and a line feed are one character.
  var plainLines: [String] {
    let text = String(decoding: output.utf8.filter { $0 != 0x0D }, as: UTF8.self)
    return text.replacing(/\u{1B}\[[?0-9;]*[a-zA-Z]/, with: "").split(separator: "\n").map(String.init)
  }
}

/// A session as the prompt and notebooks use it.
@Suite struct SessionTests {
  /// What is said, line by line.
  private final class Heard: @unchecked Sendable {
    var lines: [String] = []
  }

  private func session(_ entries: [String]) -> (session: Session, heard: [String], answers: [Session.Answer]) {
    let heard = Heard()
    let session = Session { said, _ in
      if case .item(.printed(let value)) = said { heard.lines.append(value.text) }
    }
    session.showsTypes = true
    let answers = entries.map { session.enter($0) }
    return (session, heard.lines, answers)
  }

  @Test func valuesAreShownWithTheirTypes() {
    let (_, heard, _) = session(["90 min to h", "5 km / 1 h", "42", "[1 min, 2 min]", "\"a\"", "2 > 1", "uniform(1 min, 2 min)"])
    #expect(heard.prefix(6) == ["1.5 h : Time", "5 km/h : meter/s", "42", "[1 min, 2 min] : List<Time>", "a : Text", "true : Bool"])
    #expect(heard.last?.hasSuffix(": Dist<Time>") == true, "\(heard)")
  }

  @Test func theLastValueIsAns() {
    let (_, heard, _) = session(["20 min", "ans * 2", "let x = 1", "ans / 4"])
    #expect(heard == ["20 min : Time", "40 min : Time", "10 min : Time"])
  }

  @Test func definitionsAreReplacedAndWhatUsesThemFollows() {
    let (session, heard, answers) = session([
      "let rate = 2", "fn twice(x: Count) -> Count = x * rate", "fn four(x: Count) -> Count = twice(twice(x))", "let old = four(1)", "let rate = 3",
      "four(1)", "old", "fn twice(x: Count) -> Count = x + 1", "four(1)", "let rate = rate + 1", "rate",
    ])
    #expect(heard == ["9", "4", "3", "4"])
    let done = answers.map(\.isDone)
    #expect(!done.contains(false))
    #expect(answers[4].kept == ["old"])
    #expect(session.names.map(\.name).sorted() == ["ans", "four", "old", "rate", "twice"])
  }

  @Test func aReplacementThatBreaksWhatUsesItIsRefused() {
    let (_, heard, answers) = session(["fn f(x: Time) -> Time = x", "fn g(x: Time) -> Time = f(x) * 2", "fn f(x: CNY) -> CNY = x", "g(1 min)"])
    #expect(answers[2].hasErrors && !answers[2].isDone)
    let hints = answers[2].diagnostics.flatMap(\.hints).map(\.text)
    #expect(hints.contains("this was entered before and uses what you change; enter both together"))
    #expect(heard == ["2 min : Time"])
  }

  @Test func aMistakeCostsNothing() {
    let (_, heard, answers) = session(["let x = 7", "let x = 1 s + 1 CNY", "x", "let z = [1, 2, 3][7]", "let z = 4", "z"])
    #expect(answers.map(\.isDone) == [true, false, true, false, true, true])
    #expect(heard == ["7", "4"])
  }

  /// Results keep the model that they were made with, whatever is declared later.
  @Test func resultsStayWhatTheyWere() {
    let model = "model M {\n param n = 2\n source s { at: [0 min, 1 min], journey: go }\n station t { service: 5 min }\n journey go { use t }\n}"
    let (_, heard, _) = session([
      model, "let a = run M { span: 1 h }", "max(a.t.wait)", model.replacingOccurrences(of: "service: 5 min", with: "service: 10 min"),
      "let b = run M { span: 1 h }", "max(b.t.wait)", "max(a.t.wait)", "count(a.go.time)",
    ])
    #expect(heard == ["4 min : Estimate<Time>", "9 min : Estimate<Time>", "4 min : Estimate<Time>", "2 : Estimate<Count>"])
  }

  /// Of a paused simulation a value over time is what it is now.
  @Test func aPausedSimulationIsReadAsItIs() {
    let (_, heard, _) = session([
      "model Q {\n source s { at: [0 min, 0 min, 0 min], journey: g }\n station t { service: 10 min }\n journey g { use t }\n}",
      "let s = start Q", "advance s by 1 min", "s.t.queue", "let b = fork s", "advance s by 10 min", "s.t.queue", "b.t.queue",
      "advance s until s.t.queue == 0", "s.t.completions", "max(s.t.wait)",
    ])
    #expect(heard == ["2 : Signal<Count>", "1 : Signal<Count>", "2 : Signal<Count>", "2 : Signal<Count>", "20 min : Estimate<Time>"])
  }

  @Test func unitsAndSettingsMayBeSaidAgain() {
    let (_, heard, answers) = session(["unit order", "unit order, parcel", "unit pallet = 40 parcel", "unit pallet = 50 parcel", "2 pallet to parcel", "choice C { a, b }", "choice C { a, c }", "C.c == C.c"])
    let mistakes = answers.flatMap(\.diagnostics).map(\.message)
    #expect(mistakes == [])
    #expect(heard == ["100 parcel : parcel", "true : Bool"])
  }

  private static let model = "unit order\nmodel Shop {\n  param clerks = 2\n  source people { rate: 20 order/h, journey: visit }\n  station till { servers: clerks, service: 1 min }\n  journey visit { use till }\n}"

  @Test(arguments: [
    ("day.", "till", "."), ("day.till.", "wait", ""), ("day.till.qu", "queue", ""), ("mean(da", "day", "."), ("5 mi", "min", ""), ("90 min to ", "h", ""),
    ("run Shop(", "clerks", ":"), ("run Shop { spa", "span", ":"), ("expo", "exponential", "("), ("exponential(me", "mean", ":"), ("import std.", "payments", ""),
    ("model N {\n  station t { ser", "service", ":"), ("model N {\n  station t { service: 1 min }\n  journey g { use t\n  let x = t.", "queue", ""),
    ("model N {\n  sta", "station", " "), ("model N {\n  journey g {\n    us", "use", " "), ("ad", "advance", " "),
  ])
  func completion(_ text: String, _ expected: String, _ append: String) {
    let (session, _, _) = session([Self.model, "let day = run Shop { span: 1 h }"])
    let found = session.completions(in: text, at: text.utf8.count).found
    let one = found.first { $0.text == expected }
    #expect(one != nil, "\(found.map(\.text))")
    #expect(one?.append.map(String.init) ?? "" == append)
  }

  @Test func nothingIsOfferedInCommentsAndTexts() {
    let (session, _, _) = session([Self.model])
    for text in ["# the ti", "print \"the ti", "let x = 5 # mi"] {
      let found = session.completions(in: text, at: text.utf8.count).found.map(\.text)
      #expect(found == [])
    }
  }

  @Test func helpAtTheCursor() {
    let (session, _, _) = session([Self.model, "## Twice as much. And no more.\nfn twice(x: Count) -> Count = 2 * x"])
    #expect(session.help(in: "print twice(3", at: 13) == "fn twice(x: Count) -> Count\n  Twice as much.")
    #expect(session.help(in: "quantile(", at: 9)?.hasPrefix("quantile(") == true)
    #expect(session.help(on: "Shop") == "model Shop(clerks = 2)")
  }
}
