// Bad input to the program: each a clear line on standard error and the documented exit code, never a crash, and nothing that
// looks complete and isn't.

import Foundation
import Testing

/// A queue that a run takes a while over, and one that has no end.
enum Models {
  /// Instances, one within another, and an array of them.
  static let town = """
    unit order, courier, payment
    choice Mood { calm, rush }
    table Banks(key id: Text, capacity: payment/s) {
      "icbc", 10 payment/s
      "abc",  20 payment/s
    }
    component gateway {
      param capacity: X/Time
      param mood: Mood = calm
      station desk { rate: capacity }
      action pass() { use desk }
    }
    component shop {
      param couriers: courier = 4 courier
      param serve: Dist<Time> = 1 min
      param name: Text = "x"
      gateway gate { capacity: 100 order/s }
      pool riders { size: couriers }
      station till { service: serve }
      action sell() {
        gate.pass()
        use till
        hold 1 courier of riders { wait 2 min }
      }
    }
    model Town {
      param half = 50%
      shop store { couriers: 3 courier }
      gateway bank[b in Banks] { capacity: b.capacity }
      source people { rate: 30 order/h, journey: visit }
      journey visit {
        store.sell()
        if happens(half) { bank["icbc"].pass() } else { bank["abc"].pass() }
      }
    }
    let half = 1 min
    let day = run Town { span: 10 h }
    let serve = round(value(mean(day.store.till.service)), 1 min)
    print "{day.store.couriers}, {serve}, {day.store.name}, {day.store.gate.mood}, {day.store.gate.capacity}, {value(last(day.bank["icbc"].desk.rate))} and {value(last(day.bank["abc"].desk.rate))}"

    """
  static let quick = """
    unit order
    model Shop {
      param arrivals = 50 order/h
      source orders { rate: arrivals, journey: buy }
      station till { servers: 1, service: exponential(mean: 1 min) }
      journey buy { use till }
    }
    let day = run Shop { span: 100 h, warmup: 2 h, replications: 4, seed: 1 }
    print "mean wait {mean(day.till.wait) to min}"
    check "bearable": mean(day.till.wait) < 1 h

    """

  /// Runs for hours unless it is stopped, in little memory.
  static let endless = """
    unit order
    model Shop {
      source orders { rate: 50 order/h, journey: buy }
      station till { servers: 1, service: exponential(mean: 1 min) }
      journey buy { use till }
    }
    print "begun"
    let day = run Shop { span: 2_000_000 h, replications: 40, seed: 1 }
    print "not known"
    check "busy": day.till.utilisation > 50%

    """
}

@Suite struct CommandLineTests {
  @Test(arguments: [
    (["rnu", "x"], "souk run"), (["run"], "FILE"), (["run", "x.souk", "--sede", "1"], "--seed"), (["frobnicate"], "there are"),
    (["shop.souk"], "souk run shop.souk"), (["--frobnicate"], "souk help"), (["help", "runn"], "souk run"),
    (["completions", "tcsh"], "bash"), (["explain", "E9999"], "souk explain"), (["run", "none.souk"], "none.souk"),
    (["run", "Sources"], "folder"), (["check", "none.souk"], "none.souk"), (["check", "Sources/CReadline"], ".souk"),
    (["fmt", "none.souk"], "none.souk"), (["run", "x.souk", "--max-time", "5 GB"], "--max-time"),
    (["run", "x.souk", "--seed", "abc"], "--seed"), (["run", "x.souk", "--dump", "soup"], "tokens"),
  ])
  func wrongWordsAreTwo(_ words: [String], _ told: String) throws {
    let finished = try Program.run(words)
    #expect(finished.code == 2 && !finished.crashed)
    #expect(finished.output.isEmpty)
    #expect(finished.errors.hasPrefix("souk: "))
    #expect(finished.errors.localizedCaseInsensitiveContains(told), "\(finished.errors)")
  }

  @Test(arguments: ["run", "check", "fmt", "explain", "version", "completions"])
  func everyVerbHasHelp(_ verb: String) throws {
    let finished = try Program.run(["help", verb])
    #expect(finished.code == 0)
    #expect(finished.output.contains("souk \(verb)") && finished.output.contains("Exit codes:"))
    #expect(try Program.run([verb, "--help"]).output == finished.output)
  }

  @Test(arguments: ["bash", "zsh", "fish"]) func completionsAreScripts(_ shell: String) throws {
    let finished = try Program.run(["completions", shell])
    #expect(finished.code == 0)
    for verb in ["run", "check", "fmt", "explain"] { #expect(finished.output.contains(verb)) }
  }

  @Test func exitCodesTellTheVerdict() throws {
    let folder = try Scratch(["holds.souk": Models.quick, "fails.souk": Models.quick.replacing("< 1 h", with: "< 1 s")])
    try folder.write(Models.quick.replacing("span: 100 h, warmup: 2 h", with: "span: 1 s"), to: "nodata.souk")
    try folder.write(Models.quick.replacing("< 1 h", with: "< 1 CNY"), to: "wrong.souk")
    #expect(try Program.run(["run", "holds.souk"], in: folder.url).code == 0)
    #expect(try Program.run(["run", "fails.souk"], in: folder.url).code == 1)
    #expect(try Program.run(["run", "wrong.souk"], in: folder.url).code == 2)
    #expect(try Program.run(["run", "nodata.souk"], in: folder.url).code == 3)
    let limited = try Program.run(["run", "holds.souk", "--max-steps", "1000"], in: folder.url)
    #expect(limited.code == 4 && limited.errors.contains("--max-steps"), "\(limited)")
  }

  @Test func standardInputIsAScript() throws {
    let finished = try Program.run(["run", "-"], input: "print 2 * 3\n")
    #expect(finished == Finished(output: "6\n", errors: "", code: 0))
    #expect(try Program.run(["run", "-"], input: "print 1 s + 1 CNY\n").errors.contains("standard input:1:"))
  }

  @Test func emptyScriptsAreNoPass() throws {
    for text in ["", "\n\n", "# nothing\n"] {
      let finished = try Program.run(["run", "-"], input: text)
      #expect(finished.code == 2 && finished.errors.contains("E0513"))
    }
  }

  // MARK: --set

  @Test func parametersAreSet() throws {
    let folder = try Scratch(["shop.souk": Models.quick])
    let plain = try Program.run(["run", "shop.souk"], in: folder.url)
    for path in ["arrivals", "Shop.arrivals"] {
      let faster = try Program.run(["run", "shop.souk", "--set", "\(path)=10 order/h"], in: folder.url)
      #expect(faster.code == 0 && faster.output != plain.output, "\(faster)")
    }
    let same = try Program.run(["run", "shop.souk", "--set", "arrivals=50 order/h"], in: folder.url)
    #expect(same.output == plain.output)
  }

  /// Instances, instances within them, rows of arrays; each value as its parameter's type.
  @Test(arguments: [
    (["store.couriers=50 courier"], "50 courier, 1 min, x, calm, 100 order/s, 10 payment/s and 20 payment/s"),
    (["Town.store.couriers=5 courier", "store.couriers=2 * 3 courier"], "6 courier, 1 min, x, calm, 100 order/s, 10 payment/s and 20 payment/s"),
    (["store.serve=exponential(mean: 2 min)"], "3 courier, 2 min, x, calm, 100 order/s, 10 payment/s and 20 payment/s"),
    (["store.serve=3 min"], "3 courier, 3 min, x, calm, 100 order/s, 10 payment/s and 20 payment/s"),
    (["store.name=north side", "store.gate.mood=rush"], "3 courier, 1 min, north side, rush, 100 order/s, 10 payment/s and 20 payment/s"),
    (["store.name=\"a b\""], "3 courier, 1 min, a b, calm, 100 order/s, 10 payment/s and 20 payment/s"),
    (["store.gate.capacity=7 order/s"], "3 courier, 1 min, x, calm, 7 order/s, 10 payment/s and 20 payment/s"),
    (["bank[icbc].capacity=3 payment/s"], "3 courier, 1 min, x, calm, 100 order/s, 3 payment/s and 20 payment/s"),
    (["bank.capacity=3 payment/s", "bank[\"abc\"].capacity=4 payment/s"], "3 courier, 1 min, x, calm, 100 order/s, 3 payment/s and 4 payment/s"),
  ])
  func parametersOfInstancesAreSet(_ settings: [String], _ printed: String) throws {
    let folder = try Scratch(["town.souk": Models.town])
    let finished = try Program.run(["run", "town.souk"] + settings.flatMap { ["--set", $0] }, in: folder.url)
    #expect(finished == Finished(output: printed + "\n", errors: "", code: 0))
  }

  @Test(arguments: [
    ("store.gate.capacity=7 payment/s", "expected order/s, found payment/s"), ("bank[icb].capacity=3 payment/s", "its keys are `icbc`, `abc`"),
    ("couriers=5 courier", "did you mean `store.couriers`"), ("store.courier=5", "did you mean `store.couriers`"),
    ("store.riders.size=5", "not declared as a `param`"), ("store.serve=exponential(mean: 0 min)", "E0215"), ("store.serve=half", "no name `half`"),
    ("store.serve=1 min 2", "end of the line"), ("store.gate.mood=rsh", "rsh"), ("store.couriers=run Town", "E0"),
  ])
  func wrongSettingsOfInstancesAreTold(_ setting: String, _ told: String) throws {
    let folder = try Scratch(["town.souk": Models.town])
    let finished = try Program.run(["run", "town.souk", "--set", setting], in: folder.url)
    #expect(finished.code == 2 && !finished.crashed && finished.output.isEmpty, "\(finished)")
    #expect(finished.errors.contains(told) && finished.errors.contains("--set:1:"), "\(finished)")
  }

  @Test(arguments: [
    ("arivals=10 order/h", "arrivals"), ("till.servers=2", "till"), ("arrivals=10 CNY", "order/s"), ("arrivals", "="),
    ("arrivals=", "arrivals"), ("arrivals=10 order/", "order"),
  ])
  func wrongSettingsAreTwo(_ setting: String, _ told: String) throws {
    let folder = try Scratch(["shop.souk": Models.quick])
    let finished = try Program.run(["run", "shop.souk", "--set", setting], in: folder.url)
    #expect(finished.code == 2 && !finished.crashed && finished.output.isEmpty, "\(finished)")
    #expect(finished.errors.contains(told), "\(finished)")
  }

  // MARK: The surroundings

  @Test func aReaderThatGoesChangesNothing() throws {
    let folder = try Scratch(["fails.souk": Models.quick.replacing("< 1 h", with: "< 1 s")])
    let finished = try Program.shell("set -o pipefail; souk run fails.souk | true; exit ${PIPESTATUS[0]}", in: folder.url)
    #expect(finished.code == 1 && finished.errors.isEmpty, "\(finished)")
    #expect(try Program.shell("souk explain | head -1; exit ${PIPESTATUS[0]}").code == 0)
  }

  @Test func aFullDiskIsNoticed() throws {
    let folder = try Scratch(["shop.souk": Models.quick])
    for command in ["souk run shop.souk > /dev/full", "souk run shop.souk --json > /dev/full", "souk explain > /dev/full"] {
      let finished = try Program.shell(command, in: folder.url)
      #expect(finished.code == 2 && finished.errors.contains("the disk is full"), "\(command): \(finished)")
    }
  }

  @Test func exportsAreWholeOrNotThere() throws {
    let script = Models.quick + "export day.till.queue to \"queue.csv\"\n"
    let folder = try Scratch(["shop.souk": script])
    #expect(try Program.run(["run", "shop.souk"], in: folder.url).code == 0)
    #expect(try folder.text("queue.csv").contains(","))
    try folder.write("old\n", to: "queue.csv")
    // No file may grow beyond 1 KiB.
    let full = try Program.shell("ulimit -f 1; souk run shop.souk > /dev/null", in: folder.url)
    #expect(full.code == 2 && full.errors.contains("queue.csv"), "\(full)")
    #expect(try folder.text("queue.csv") == "old\n")
    #expect(folder.names == ["queue.csv", "shop.souk"])
  }

  @Test(arguments: ["../out.csv", "/tmp/souk-out.csv", "none/out.csv"]) func exportsStayInTheFolder(_ name: String) throws {
    let folder = try Scratch(["in/shop.souk": Models.quick + "export day.till.queue to \"\(name)\"\n"])
    let finished = try Program.run(["run", "shop.souk"], in: folder.url.appending(path: "in"))
    #expect(finished.code == 2 && finished.errors.contains(name), "\(finished)")
    #expect(folder.names == ["in"])
  }

  // MARK: Stopping

  @Test func interruptReportsWhatIsKnown() throws {
    let folder = try Scratch(["endless.souk": Models.endless])
    let finished = try Program.run(["run", "endless.souk"], in: folder.url) {
      $0.awaits("begun")
      $0.interrupts()
    }
    #expect(finished.code == 130 && !finished.crashed, "\(finished)")
    #expect(finished.output.contains("begun") && !finished.output.contains("not known"))
    #expect(finished.output.contains("Shop (incomplete)"), "what was known so far:\n\(finished)")
    #expect(finished.errors.contains("interrupted"), "\(finished)")
  }

  @Test func timeRunsOut() throws {
    let folder = try Scratch(["endless.souk": Models.endless])
    let finished = try Program.run(["run", "endless.souk", "--max-time", "500 ms"], in: folder.url)
    #expect(finished.code == 4 && finished.errors.contains("--max-time"), "\(finished)")
    #expect(finished.output.contains("begun"))
  }

  // MARK: Determinism

  @Test(arguments: ["examples/tour/01_checkout.souk", "examples/tour/02_units.souk", "examples/tour/06_component.souk"])
  func theSameBytes(_ script: String) throws {
    let plain = try Program.run(["run", script])
    for words in [[], ["--threads", "1"], ["--threads", "2"], ["--dump", "tree"], ["--dump", "typed"], ["--dump", "model"]] {
      #expect(try Program.run(["run", script] + words).output == plain.output, "\(words)")
    }
    let json = try Program.run(["run", script, "--json"])
    #expect(try Program.run(["run", script, "--json", "--threads", "2"]).output == json.output)
  }

  @Test func seedsDiffer() throws {
    let script = "examples/tour/01_checkout.souk"
    let plain = try Program.run(["run", script])
    #expect(try Program.run(["run", script, "--seed", "1"]).output == plain.output)
    #expect(try Program.run(["run", script, "--seed", "2"]).output != plain.output)
  }

  // MARK: fmt

  @Test func formattingIsWholeAndKeepsPermissions() throws {
    let folder = try Scratch(["a.souk": "let  x=1\nprint   x\n", "b/c.souk": "print 1\n", "bad.souk": "let = (\n"])
    let path = folder.url.appending(path: "a.souk").systemPath
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    let checked = try Program.run(["fmt", "--check", "a.souk", "b"], in: folder.url)
    #expect(checked.code == 1 && checked.output.contains("a.souk") && checked.output.contains("+ let x = 1"), "\(checked)")
    #expect(try folder.text("a.souk") == "let  x=1\nprint   x\n")
    #expect(try Program.run(["fmt", "a.souk", "b"], in: folder.url).code == 0)
    #expect(try folder.text("a.souk") == "let x = 1\nprint x\n")
    #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
    #expect(try Program.run(["fmt", "--check", "a.souk", "b"], in: folder.url).code == 0)
    let piped = try Program.run(["fmt", "-"], input: "print   1\n")
    #expect(piped == Finished(output: "print 1\n", errors: "", code: 0))
    let bad = try Program.run(["fmt", "bad.souk"], in: folder.url)
    #expect(bad.code == 2)
    #expect(try folder.text("bad.souk") == "let = (\n")
  }

  // MARK: check

  @Test func foldersAreCheckedWhole() throws {
    let folder = try Scratch(["a.souk": "print 1\n", "b/c.souk": "print 1 s + 1 CNY\n", ".hidden/d.souk": "print (\n"])
    let finished = try Program.run(["check", "."], in: folder.url)
    #expect(finished.code == 2 && finished.errors.contains("2 files checked, 1 with mistakes"), "\(finished)")
    let good = try Program.run(["check", "a.souk"], in: folder.url)
    #expect(good == Finished(output: "1 file checked, no mistakes\n", errors: "", code: 0))
  }
}
