// `souk test` as a build's gate sees it: what it finds, in which order it tells, how it ends, and that nothing that looks like a
// pass is none.

import Foundation
import Testing

private enum Scripts {
  /// M/M/1 at a utilisation of 5/6: the mean wait is 5 min.
  static func till(_ checks: String) -> String {
    """
    unit order
    model Shop {
      param arrivals = 50 order/h
      source orders { rate: arrivals, journey: buy }
      station till { service: exponential(mean: 1 min) }
      journey buy { use till }
    }
    let day = run Shop { span: 20 h, warmup: 2 h }
    print "not for a gate"
    export rate(day.orders.started, every: 1 h) to "orders.csv"
    \(checks)

    """
  }

  static let holds = till("check \"bearable\": mean(day.till.wait) < 1 h")
  static let fails = till("check \"quick\": mean(day.till.wait) < 1 min")
  static let undecided = till("check \"exact\": mean(day.till.wait) < 5 min confidence 99.9%")
  static let noData = till("check \"early\": mean(day.till.wait during 0 s..0 s) < 1 h")
  static let wrong = "check \"x\": 1 h < 1 CNY\n"
  static let empty = "print 1\n"
  static let test = """
    fn delay(attempt) = 2^attempt * 1 s
    test "delays double" {
      expect delay(0) == 1 s
      expect delay(3) == 8 s
    }
    """ + "\n"
}

@Suite struct CommandLineTestVerbTests {
  private func souk(_ words: String..., files: [String: String], environment: [String: String] = [:]) throws -> (Finished, Scratch) {
    let folder = try Scratch(files)
    return (try Program.run(["test"] + words, in: folder.url, environment: environment), folder)
  }

  @Test func findsScriptsAndTellsThemInOrder() throws {
    let files = ["b.souk": Scripts.holds, "a/z.souk": Scripts.test, "a/notes.txt": "x", ".hidden/c.souk": Scripts.wrong]
    let (finished, folder) = try souk(files: files)
    #expect(finished.code == 0 && finished.errors.isEmpty, "\(finished)")
    #expect(
      finished.output == """
        ./a/z.souk
          passes     test delays double
        ./b.souk
          holds      bearable: mean(day.till.wait) < 1 h
        2 scripts, 2 cases: 2 hold

        """.replacing("./", with: ""))
    #expect(folder.names == [".hidden", "a", "b.souk"], "nothing is exported")
    #expect(try Program.run(["test", "b.souk", ".", "a"], in: folder.url).output.hasPrefix("b.souk\n"), "in the order of the words, each once")
  }

  @Test func exitCodesTellTheWorst() throws {
    func code(_ files: [String: String], _ words: [String] = []) throws -> Int32 {
      let folder = try Scratch(files)
      return try Program.run(["test", "--max-replications", "30"] + words, in: folder.url).code
    }
    #expect(try code(["a.souk": Scripts.holds]) == 0)
    #expect(try code(["a.souk": Scripts.holds, "b.souk": Scripts.fails, "c.souk": Scripts.undecided]) == 1)
    #expect(try code(["a.souk": Scripts.fails, "b.souk": Scripts.wrong]) == 2)
    #expect(try code(["a.souk": Scripts.undecided]) == 3)
    #expect(try code(["a.souk": Scripts.noData]) == 3)
    #expect(try code(["a.souk": Scripts.empty]) == 3)
    #expect(try code(["a.souk": Scripts.till("if false { check \"never\": mean(day.till.wait) < 1 h }")]) == 3)
    #expect(try code(["a.souk": Scripts.holds], ["--max-steps", "1000"]) == 4)
    #expect(try code(["a.txt": "x"]) == 2)
    #expect(try code([:], ["none.souk"]) == 2)
    #expect(try code(["a.souk": Scripts.holds], ["a.souk", "b.souk"]) == 2, "nothing runs when a word is mistyped")
  }

  @Test(arguments: [
    (["--format", "xml"], "junit"), (["--format", "json", "--format", "tap"], "standard output"), (["--format", "json="], "junit"),
    (["--format", "json=a", "--format", "tap=a"], "one file"), (["--budget", "5 GB"], "--budget"), (["--max-replications", "0"], "--max-replications"),
    (["--filter", ""], "--filter"), (["--set", "nothing"], "=`"),
  ])
  func wrongWordsAreTwo(_ words: [String], _ told: String) throws {
    let folder = try Scratch(["a.souk": Scripts.test])
    let finished = try Program.run(["test"] + words, in: folder.url)
    #expect(finished.code == 2 && !finished.crashed)
    #expect((finished.errors + finished.output).localizedCaseInsensitiveContains(told), "\(finished)")
  }

  @Test func helpTellsFormatsAndCodes() throws {
    let finished = try Program.run(["help", "test"])
    #expect(finished.code == 0 && finished.output.contains("Exit codes:") && finished.output.contains("junit=report.xml"))
  }

  @Test func theSameBytesOnAnyNumberOfThreads() throws {
    let files = ["a.souk": Scripts.undecided, "b.souk": Scripts.fails, "c.souk": Scripts.test, "d.souk": Scripts.noData, "e.souk": Scripts.wrong]
    let folder = try Scratch(files)
    let one = try Program.run(["test", "--max-replications", "40", "--threads", "1"], in: folder.url)
    #expect(one.code == 2 && one.output.contains("5 scripts, 4 cases"))
    for threads in ["2", "7"] {
      #expect(try Program.run(["test", "--max-replications", "40", "--threads", threads], in: folder.url) == one)
    }
    let other = try Program.run(["test", "--max-replications", "40", "--seed", "2"], in: folder.url)
    #expect(other.output != one.output && other.output.contains("seed 2"))
  }

  @Test func failureTellsWhatToDo() throws {
    let (finished, folder) = try souk(files: ["a.souk": Scripts.fails])
    #expect(finished.code == 1)
    for part in ["FAILS      quick: mean(day.till.wait) < 1 min", "limit 1 min: misses by", "true value between", "each end at 95%", "(20",
      "smallest failing replication: ", " events", "look at till: ", "worst: buy ", "waits at till", "a.souk:11:1, seed 1"]
    { #expect(finished.output.contains(part), "\(part) is missing in\n\(finished.output)") }
    // What is to be pasted runs that one replication, and shows the same number.
    let found = try #require(finished.output.firstMatch(of: /smallest failing replication: (\d+) with ([0-9.]+ min)/))
    let command = try #require(finished.output.firstMatch(of: /again: (.*)/)).output.1
    #expect(command == "souk run a.souk --seed 1 --replication \(found.output.1)")
    let again = try Program.shell(String(command), in: folder.url)
    #expect(again.code == 1 && again.output.contains("mean(day.till.wait) = \(found.output.2) < 1 min"), "\(again)")
    #expect(again.output.contains("replication \(found.output.1) alone"))
  }

  @Test func moreReplicationsDecideWhatFewCannot() throws {
    let script = Scripts.till("check \"near\": mean(day.till.wait) < 5.5 min")
    let folder = try Scratch(["a.souk": script])
    let few = try Program.run(["test", "--max-replications", "20"], in: folder.url)
    #expect(few.code == 3 && few.output.contains("more replications would decide"), "\(few)")
    let command = try #require(few.output.firstMatch(of: /again: (.*)/)).output.1
    let many = try Program.shell(String(command), in: folder.url)
    #expect(many.code == 0 && many.output.contains("holds      near"), "\(many)")
  }

  @Test func filterAsksForNames() throws {
    let script = Scripts.till("check \"bearable\": mean(day.till.wait) < 1 h\ncheck \"Quick enough\": mean(day.till.wait) < 1 min\n" + Scripts.test)
    let folder = try Scratch(["a.souk": script, "b.souk": Scripts.holds])
    let quick = try Program.run(["test", "--filter", "quick"], in: folder.url)
    #expect(quick.code == 1 && quick.output.contains("FAILS      Quick enough") && !quick.output.contains("bearable"))
    #expect(quick.output.contains("1 script not run"))
    let delays = try Program.run(["test", "--filter", "delays"], in: folder.url)
    #expect(delays.code == 0 && delays.output.contains("passes     test delays double"))
    let none = try Program.run(["test", "--filter", "bearabel"], in: folder.url)
    #expect(none.code == 2 && none.errors.contains("no check or test that ran is called “bearabel”"), "\(none)")
  }

  @Test func failFastLeavesOutTheRest() throws {
    let files = ["a.souk": Scripts.holds, "b.souk": Scripts.till("check \"quick\": mean(day.till.wait) < 1 min\ncheck \"later\": mean(day.till.wait) < 1 h"),
      "c.souk": Scripts.test, "d.souk": Scripts.fails]
    let folder = try Scratch(files)
    let one = try Program.run(["test", "--fail-fast", "--threads", "1"], in: folder.url)
    #expect(one.code == 1 && one.output.contains("c.souk\n  not run    a script before it has failed"), "\(one)")
    #expect(!one.output.contains("later") && !one.output.contains("delays"))
    #expect(try Program.run(["test", "--fail-fast", "--threads", "4"], in: folder.url) == one)
  }

  @Test func severalFormatsAtOnce() throws {
    let words = ["--format", "junit=r.xml", "--format", "json=r.json", "--format", "tap=r.tap", "--format", "sarif=r.sarif", "--format", "markdown=r.md", "--format", "text"]
    let folder = try Scratch(["a.souk": Scripts.fails])
    let finished = try Program.run(["test"] + words, in: folder.url)
    #expect(finished.code == 1 && finished.output.contains("FAILS"))
    #expect(folder.names == ["a.souk", "r.json", "r.md", "r.sarif", "r.tap", "r.xml"])
    for name in ["r.json", "r.md", "r.sarif", "r.tap", "r.xml"] { #expect(try folder.text(name).contains("misses by"), "\(name)") }
    for (format, file) in [("junit", "r.xml"), ("json", "r.json"), ("tap", "r.tap"), ("sarif", "r.sarif"), ("markdown", "r.md")] {
      #expect(try Program.run(["test", "--format", format], in: folder.url).output == folder.text(file))
    }
  }

  @Test func githubGetsAnnotationsAndSummary() throws {
    let folder = try Scratch(["a.souk": Scripts.fails, "summary.md": "before\n"])
    let finished = try Program.run(
      ["test", "a.souk", "--format", "github"], in: folder.url, environment: ["GITHUB_STEP_SUMMARY": folder.url.appending(path: "summary.md").systemPath])
    #expect(finished.code == 1 && finished.output.contains("::error file=a.souk,line=11,col=1,title=fails%3A quick::"))
    #expect(finished.output.contains("FAILS      quick"), "people read the log, too")
    #expect(try folder.text("summary.md").hasPrefix("before\n## souk test: failed\n"))
  }

  @Test func timeThatIsOverIsNoPass() throws {
    let folder = try Scratch(["a.souk": Models.endless, "b.souk": Scripts.test])
    let finished = try Program.run(["test", "--budget", "0.3 s", "--threads", "2", "--format", "junit=r.xml"], in: folder.url)
    #expect(finished.code == 3 && finished.output.contains("nothing is known") && finished.output.contains("not whole"), "\(finished)")
    #expect(try folder.text("r.xml").contains("the report is whole"))
  }

  @Test(arguments: [true, false]) func interruptionReportsWhatIsKnown(byCtrlC: Bool) throws {
    let folder = try Scratch(["a.souk": Scripts.test, "b.souk": Models.endless])
    let finished = try Program.run(["test", "--threads", "1", "--format", "json=r.json"], in: folder.url) { process in
      process.awaits("delays double")
      if byCtrlC { process.interrupts() } else { process.terminates() }
    }
    #expect(finished.code == 130 && finished.output.contains("passes     test delays double"), "\(finished)")
    #expect(finished.output.contains("not whole: interrupted"))
    let json = try folder.text("r.json")
    #expect(json.contains("\"complete\": false") && json.contains("\"exit\": 130"))
  }

  /// A report of an earlier run must not be taken for the one of a run that was ended by force.
  @Test func aKilledRunLeavesNoReport() throws {
    let folder = try Scratch(["a.souk": Scripts.test, "b.souk": Models.endless, "r.xml": "<old/>"])
    let killed = try Program.shell(
      "'\(Program.url.systemPath)' test --threads 1 --format junit=r.xml > out & p=$!; until grep -q delays out; do sleep 0.05; done; kill -9 $p; wait $p; echo $?",
      in: folder.url)
    #expect(killed.output.hasSuffix("137\n"), "\(killed)")
    #expect(folder.names == ["a.souk", "b.souk", "out"])
  }

  @Test func reportsThatCannotBeWrittenAreToldAtOnce() throws {
    let folder = try Scratch(["a.souk": Models.endless])
    // A file system on which nothing can be made, whoever asks.
    if FileManager.default.fileExists(atPath: "/proc/self") {
      let readOnly = try Program.run(["test", "--format", "junit=/proc/r.xml"], in: folder.url)
      #expect(readOnly.code == 2 && readOnly.errors.contains("/proc/r.xml") && readOnly.output.isEmpty, "\(readOnly)")
    }
    let missing = try Program.run(["test", "--format", "junit=none/r.xml"], in: folder.url)
    #expect(missing.code == 2 && missing.errors.contains("none/r.xml") && missing.output.isEmpty, "\(missing)")
    try folder.write(Scripts.test, to: "b.souk")
    let full = try Program.run(["test", "b.souk", "--format", "junit=/dev/full"], in: folder.url)
    #expect(full.code == 2 && full.errors.contains("the disk is full"), "\(full)")
  }
}

/// The files of `examples/ci`, as far as they can be run here.
@Suite struct PipelineExampleTests {
  @Test func makeRunsWhatChanged() throws {
    let folder = try Scratch(["checks/a.souk": Scripts.holds, "Makefile": try Repository.text("examples/ci/Makefile")])
    let path = "PATH='\(Program.url.deletingLastPathComponent().systemPath)':$PATH"
    let first = try Program.shell("\(path) make check", in: folder.url)
    #expect(first.code == 0 && first.output.contains("holds      bearable"), "\(first)")
    #expect(try Program.shell("\(path) make check", in: folder.url).output.contains("othing to be done"))
    try folder.write(Scripts.fails, to: "checks/a.souk")
    let failed = try Program.shell("\(path) make -s check", in: folder.url)
    #expect(failed.code == 2 && failed.output.contains("FAILS") && failed.errors.contains("Error 1"), "\(failed)")
    #expect(try Program.shell("\(path) make -s check", in: folder.url).code == 2, "a failure doesn't count as done")
  }

  @Test func commitsAreHeldUpByFailures() throws {
    let folder = try Scratch(["a.souk": Scripts.test, "notes.txt": "x"])
    let hook = Repository.root.appending(path: "examples/ci/pre-commit").systemPath
    let path = "export PATH='\(Program.url.deletingLastPathComponent().systemPath)':$PATH"
    let prepare = "git init -q . && git config user.email a@b.c && git config user.name a && git config core.hooksPath .git/hooks && cp '\(hook)' .git/hooks/pre-commit"
    func commit(_ what: String) throws -> Finished { try Program.shell("\(path); git add . && git commit -qm '\(what)'", in: folder.url) }
    #expect(try Program.shell(prepare, in: folder.url).code == 0)
    let good = try commit("passes")
    #expect(good.code == 0, "\(good)")
    try folder.write(Scripts.test.replacing("8 s", with: "9 s"), to: "a.souk")
    let bad = try commit("fails")
    #expect(bad.code != 0 && (bad.output + bad.errors).contains("FAILS"), "\(bad)")
    try folder.write(Scripts.test.replacing("== 8 s", with: "==   8 s"), to: "a.souk")
    #expect(try commit("layout").errors.contains("need souk fmt"))
  }

  /// Each command in the workflows is one that the program takes: its words are parsed, and fail only for want of a folder `checks`.
  @Test(arguments: ["github.yml", "baseline.yml", "gitlab-ci.yml", "Makefile"]) func commandsAreUnderstood(_ file: String) throws {
    let commands = try Repository.text("examples/ci/\(file)").matches(of: /souk test checks.*/).map { String($0.output) }
    #expect(!commands.isEmpty)
    let folder = try Scratch()
    for command in commands {
      let finished = try Program.shell("CI_PIPELINE_ID=7; " + command.replacing("$@", with: "r.xml"), in: folder.url)
      #expect(finished.code == 2 && finished.errors.contains("there is no file “checks”"), "\(command): \(finished)")
    }
  }
}

/// What is kept from one test to the next.
@Suite struct ResumedTestTests {
  @Test func evidenceIsContinued() throws {
    let folder = try Scratch(["a.souk": Scripts.undecided, "b.souk": Scripts.fails])
    let few = try Program.run(["test", "--resume", "--max-replications", "30"], in: folder.url)
    #expect(few.code == 1 && folder.names.contains(".souk"), "\(few)")
    // What goes on with kept evidence says what one long test says.
    let resumed = try Program.run(["test", "--resume", "--max-replications", "100"], in: folder.url)
    let atOnce = try Program.run(["test", "--max-replications", "100"], in: folder.url)
    #expect(resumed == atOnce, "\(resumed)")
    // Kept replications aren't simulated again: with so few steps nothing could be.
    let kept = try Program.run(["test", "a.souk", "--resume", "--max-replications", "100", "--max-steps", "1000"], in: folder.url)
    #expect(kept.code == 3 && atOnce.output.hasPrefix(kept.output.components(separatedBy: "\n1 script")[0]), "\(kept)")
    // Another seed is another run.
    #expect(try Program.run(["test", "a.souk", "--resume", "--seed", "2", "--max-steps", "1000"], in: folder.url).code == 4)
  }

  @Test func aKilledTestLosesNothing() throws {
    let slow = Scripts.till("let long = run Shop { span: 2_000_000 h, replications: 40 }\ncheck \"bearable\": mean(day.till.wait) < 1 h\ncheck \"endless\": mean(long.till.wait) < 1 h")
    let folder = try Scratch(["a.souk": Scripts.holds, "b.souk": slow])
    let killed = try Program.shell(
      "'\(Program.url.systemPath)' test --resume --threads 1 > out & p=$!; until [ -s .souk/a.souk.evidence ]; do sleep 0.05; done; kill -9 $p; wait $p; echo $?", in: folder.url)
    #expect(killed.output.hasSuffix("137\n"), "\(killed)")
    let resumed = try Program.run(["test", "a.souk", "--resume", "--max-steps", "1000"], in: folder.url)
    #expect(resumed.code == 0 && resumed.output.contains("holds      bearable"), "\(resumed)")
  }

  @Test func brokenEvidenceIsSimulatedAgain() throws {
    let folder = try Scratch(["a.souk": Scripts.holds])
    let good = try Program.run(["test", "--resume"], in: folder.url)
    let file = ".souk/a.souk.evidence"
    let bytes = try Array(Data(contentsOf: folder.url.appending(path: file)))
    for broken in [[], Array("no evidence".utf8), Array(bytes.dropLast(8)), bytes.prefix(bytes.count / 2) + [0], Array(bytes.dropLast()) + [bytes[bytes.count - 1] ^ 1]] {
      try folder.write(Array(broken), to: file)
      #expect(try Program.run(["test", "--resume"], in: folder.url) == good)
    }
  }

  @Test func onlyWhatFailedIsTestedAgain() throws {
    let folder = try Scratch(["a.souk": Scripts.holds, "b.souk": Scripts.till("check \"quick\": mean(day.till.wait) < 1 min\ncheck \"bearable\": mean(day.till.wait) < 1 h"), "c.souk": Scripts.empty])
    let first = try Program.run(["test", "--rerun-failed"], in: folder.url)
    #expect(first.code == 1 && first.output.contains("3 scripts, 3 cases"), "\(first)")
    let second = try Program.run(["test", "--rerun-failed"], in: folder.url)
    #expect(second.code == 1 && second.output.contains("2 scripts, 1 case") && !second.output.contains("bearable"), "\(second)")
    try folder.write(Scripts.till("check \"quick\": mean(day.till.wait) < 1 h\ncheck \"bearable\": mean(day.till.wait) < 1 h"), to: "b.souk")
    try folder.write(Scripts.test, to: "c.souk")
    #expect(try Program.run(["test", "--rerun-failed"], in: folder.url).code == 0)
    let all = try Program.run(["test", "--rerun-failed"], in: folder.url)
    #expect(all.code == 0 && all.output.contains("3 scripts, 4 cases") && all.errors.contains("nothing failed the last time"), "\(all)")
    #expect(try folder.text(".souk/.gitignore") == "*\n")
  }
}
