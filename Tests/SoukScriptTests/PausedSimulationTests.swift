// Simulations that are forked with other arguments, saved and opened: what changes, what doesn't, and what is refused.

import SoukText
import Synchronization
import Testing

@testable import SoukScript

@Suite struct PausedSimulationTests {
  static let shop = """
    unit order
    choice Mood { calm, busy }
    table Desks(key name: Text, staff: Count) {
      "north", 1
      "south", 2
    }
    model Shop {
      param clerks = 1
      param rate = 50 order/h
      param stock = 10
      param patience: Time = 5 min
      param desks: List<Desks> = [Desks["north"]]
      param serve: Dist<Time> = exponential(mean: 1 min)
      param mood: Mood = calm
      source people { rate: rate, journey: visit }
      station till  { servers: clerks, service: serve }
      station desk[d in desks] { servers: d.staff, service: 1 s }
      level shelf   { initial: stock, capacity: 1000 }
      every 1 h { put 1 into shelf }
      journey visit {
        use till patience patience else { leave as "gone" }
        for d in desks { use desk[d] }
      }
    }

    """

  /// A fork with other arguments has the past of what it was forked from, and a future of its own with the same draws.
  @Test func argumentsChangeFromTheInstantOn() throws {
    let run = try execute(
      Self.shop + """
        let s = start Shop
        advance s by 10 h
        let same = fork s(clerks: 1)
        let more = fork s(clerks: 2, patience: 1 min)
        let late = start Shop(clerks: 2, patience: 1 min)
        advance late by 10 h
        print last(more.till.completions) == last(s.till.completions)
        advance s by 10 h
        advance same by 10 h
        advance more by 10 h
        advance late by 10 h
        check "same": mean(same.till.wait) == mean(s.till.wait)
        check "past": max(more.till.wait during 0 h..10 h) == max(s.till.wait during 0 h..10 h)
        check "shorter": mean(more.till.wait) < mean(s.till.wait)
        check "longer": mean(more.till.wait) > mean(late.till.wait)
        check "patience": max(more.till.wait during 11 h..20 h) <= 1 min
        let quick = fork more(serve: constant(1 s), rate: 3000 order/h)
        advance quick by 1 h
        check "law and rate": count(quick.till.completions during 20 h..21 h) > 2700
        advance quick until last(quick.till.completions) > 5000
        let seen = step quick by 3
        let again = fork quick(clerks: 3)
        advance quick by 1 h
        advance again by 1 h
        print trace(again, journey: 4000)[0].at == trace(quick, journey: 4000)[0].at
        """)
    #expect(run.result.checks.map(\.verdict) == Array(repeating: .holds, count: 6), "\(run.text)")
    #expect(run.text.hasSuffix("true\n6 checks: 6 hold\n") || run.text.contains("\ntrue\n"), "\(run.text)")
    #expect(run.result.failures.isEmpty, "\(run.text)")
  }

  /// A name that the script doesn't have is the simulation's; one that it has is its own.
  @Test func conditionsFindNamesInTheSimulation() throws {
    func told(_ condition: String, _ before: String = "") throws -> String {
      try execute(Self.shop + "\(before)let s = start Shop { seed: 7 }\nadvance s until \(condition)\nprint \"{first(s.till.queue >= 5)} {last(s.till.completions)}\"").text
    }
    let (known, later) = (try told("s.till.queue >= 5"), try told("till.queue >= 7"))
    #expect(known.contains("min") && known != later)
    #expect(try told("till.queue >= 5") == known)
    #expect(try told("not (till.queue < 5 * clerks)") == known)
    #expect(try told("till.queue >= clerks", "let clerks = 5\n") == known)
  }

  @Test func whatShapesTheModelIsRefused() throws {
    let run = try execute(Self.shop + "let s = start Shop\nadvance s by 1 h\nlet b = fork s(desks: [Desks[\"north\"], Desks[\"south\"]])")
    #expect(
      run.text == "failure E0401: `desks` can't change from here on: which things it has depends on it\n", "\(run.text)")
    let idle = try execute(Self.shop + "let s = start Shop\nadvance s by 1 h\nlet b = fork s(stock: 20)\nprint last(b.shelf.level) == last(s.shelf.level)")
    #expect(idle.text.hasPrefix("warning W0402: `stock` says only how things begin, and these have begun\n"), "\(idle.text)")
    // Before anything has happened it is what it would have been started with.
    let fresh = try execute(Self.shop + "let s = start Shop\nlet b = fork s(stock: 20)\nadvance b by 1 min\nprint last(b.shelf.level)")
    #expect(fresh.text == "20\n", "\(fresh.text)")
  }

  /// Files by name, as the outer ring would keep them.
  private final class Folder: Sendable {
    let files = Mutex<[String: String]>([:])

    var options: ScriptOptions {
      var options = ScriptOptions()
      options.version = "1"
      options.readFile = { name, _ in
        self.files.withLock { files in
          guard let text = files[name] else { return .failure(UnreadFile(reason: "there is no such file")) }
          return .success(text)
        }
      }
      return options
    }

    func keep(_ run: Execution) {
      for case .export(let data) in run.result.items { files.withLock { $0[data.file] = data.text } }
    }
  }

  @Test func savedSimulationsGoOnToTheByte() throws {
    let folder = Folder()
    let rest = """
      advance s by 10 h
      print s
      print trace(s, journey: 700)
      step s by 4
      """
    let first = try execute(
      Self.shop + """
        let a = start Shop(mood: busy, serve: exponential(mean: 62 s), desks: [Desks["south"]]) { seed: 7 }
        advance a by 10 h
        let seen = step a by 5
        let s = fork a(clerks: 2, patience: 2 min)
        advance s until s.till.queue >= 3
        export s to "s.souksim"

        """ + rest, options: folder.options)
    folder.keep(first)
    let second = try execute(Self.shop + "let s = start Shop { from: \"s.souksim\" }\n" + rest, options: folder.options)
    #expect(first.result.failures.isEmpty && second.result.failures.isEmpty, "\(first.text)\n\(second.text)")
    #expect(first.text == "saved to s.souksim\n" + second.text, "\(first.text)\n\(second.text)")
    #expect(second.result.seed == 7)
  }

  @Test func whatDoesNotMatchIsRefusedWithTheReason() throws {
    let folder = Folder()
    folder.keep(try execute(Self.shop + "let s = start Shop\nadvance s by 1 h\nexport s to \"s.souksim\"", options: folder.options))
    let open = "let s = start Shop { from: \"s.souksim\" }"
    func message(_ script: String, _ options: ScriptOptions) throws -> String { try #require(try execute(script, options: options).result.failures.first).message }
    #expect(try execute(Self.shop + open, options: folder.options).result.failures.isEmpty)
    #expect(
      try message(Self.shop.replacing("1 s }", with: "2 s }") + open, folder.options)
        == "`s.souksim` can't be opened: the model `Shop` has changed since it was saved")
    #expect(
      try message("model Other { journey j { wait 1 s } }\nlet s = start Other { from: \"s.souksim\" }", folder.options)
        == "`s.souksim` can't be opened: it is of the model `Shop`, not of `Other`")
    var other = folder.options
    other.version = "2"
    #expect(
      try message(Self.shop + open, other)
        == "`s.souksim` can't be opened: it was saved by Souk 1, and this is 2: only the same version gives the same events")
    #expect(try message(Self.shop + "let s = start Shop { from: \"t.souksim\" }", folder.options) == "`t.souksim` can't be opened: there is no such file")
    // Whatever is cut off, it isn't taken for whole.
    let text = try #require(folder.files.withLock { $0["s.souksim"] })
    for length in stride(from: 0, to: text.count - 2, by: 7) {
      folder.files.withLock { $0["s.souksim"] = String(text.prefix(length)) }
      #expect(try message(Self.shop + open, folder.options).hasPrefix("`s.souksim` can't be opened: it isn't "))
    }
  }
}
