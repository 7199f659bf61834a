// Arguments in the file of a paused simulation: whatever can be told by names and numbers comes back the same to the bit, the rest is
// refused with its reason, and a file that was changed is refused or opened, never more.

import SoukScript
import Synchronization
import Testing

@Suite struct SavedSimulationTests {
  private static let shop = """
    unit order
    record Hub(name: Text, speed: Time)
    table Desks(key name: Text, speed: Time) {
      "north", 20 s
      "south", 40 s
    }
    choice Mood { calm, busy }
    fn slower(x: Time) -> Time = x * 2
    fn quicker(x: Time) -> Time = x / 2
    let usual = curve(steps) { 0 h => 400 order/h, 1 h => 600 order/h }
    let wave = daily(linear) { 00:00 => 20%, 12:00 => 180%, 24:00 => 20% }
    model Shop {
      span: 2 day
      start: 2017-11-11
      param demand: Curve<order/h> = usual
      param serve: Dist<Time> = exponential(mean: 6 s)
      param delay = slower
      param hubs: List<Hub> = [Hub("a", 1 s)]
      param desks: List<Desks> = Desks
      param mood: Dist<Mood> = mix { 50% => Mood.calm, 50% => Mood.busy }
      param within: Time?
      param rounds: Range<Count> = 1..2
      param calls = daily [06:00, 18:00]
      param opens = 00:10
      param name = "x"
      source people { rate: demand, journey: visit }
      station till { servers: 2, service: serve }
      station desk[k in desks] { servers: 1, service: k.speed }
      counter called
      at calls { count called }
      journey visit {
        wait delay(5 s)
        if sample(mood) == Mood.busy { use till patience (within or 10 s) else { leave } }
        for h in hubs { wait h.speed }
        for i in rounds { use desk["south"] }
      }
    }

    """

  /// What opens and keeps files by their names.
  private final class Folder: Sendable {
    let text = Mutex("")

    var options: ScriptOptions {
      var options = ScriptOptions()
      options.version = "1"
      options.readFile = { _, _ in .success(self.text.withLock { $0 }) }
      return options
    }

    func keep(_ run: Execution) {
      for case .export(let data) in run.result.items { text.withLock { $0 = data.text ?? "" } }
    }
  }

  private static let rest = "advance s by 1 h\nprint s\nprint trace(s, journey: 9)\nstep s by 3\n"
  private static let open = shop + "let s = start Shop { from: \"s.souksim\" }\n"

  private func saving(_ arguments: String) -> String {
    Self.shop + "let s = start Shop(\(arguments)) { seed: 4 }\nadvance s by 9 h\nexport s to \"s.souksim\"\n"
  }

  @Test(arguments: [
    "demand: usual * wave", "demand: usual", "demand: wave * (500 order/h)", "demand: 450 order/h", "delay: quicker", "within: 7 s", "within: none",
    "hubs: [Hub(\"b\", 3 s), Hub(\"한글\", 1/3 * 1 s)]", "desks: filter(Desks, fn(d) = d.speed > 30 s)", "rounds: 1..3",
    "calls: weekly [5 day + 12 h]", "opens: 00:20", "name: \"中文 \\\"q\\\"\"", "mood: mix { 20% => Mood.calm, 80% => Mood.busy }",
    "serve: truncate(2 * (exponential(mean: 6 s) + lognormal(mean: 1 s, sd: 2 s)), 0 s, 1 min)", "serve: empirical([1 s, 2 s, 30 s])",
    "serve: min(exponential(mean: 6 s), uniform(1 s, 20 s))", "serve: max(constant(2 s), exponential(mean: 6 s))",
    "serve: mix { 25% => exponential(mean: 1 s), 75% => gamma(mean: 6 s, sd: 2 s) }", "serve: hyperexponential([90%, 10%], [1 s, 60 s])",
    "serve: 5 s", "serve: exponential(mean: 6 s) - 1 s * uniform(0, 1) + 2 s", "serve: truncate(exponential(mean: 6 s), low: 2 s)",
  ])
  func everyKindOfArgument(_ arguments: String) throws {
    let folder = Folder()
    let first = try execute(saving(arguments) + Self.rest, options: folder.options)
    try #require(first.result.failures.isEmpty, "\(first.text) \(first.result.failures.map(\.message))")
    folder.keep(first)
    let second = try execute(Self.open + Self.rest, options: folder.options)
    #expect(second.result.failures.isEmpty, "\(second.result.failures.map(\.message))")
    #expect(first.text == "saved to s.souksim\n" + second.text)
    // And saved again it is the same file.
    let again = try execute(Self.open + "export s to \"t.souksim\"\n", options: folder.options)
    let text = folder.text.withLock { $0 }
    folder.keep(again)
    #expect(folder.text.withLock { $0 } == text)
  }

  @Test func whatHasNoNameIsRefused() throws {
    let refused = try execute(saving("delay: fn(x: Time) = x * 3"), options: Folder().options)
    let failure = try #require(refused.result.failures.first)
    #expect(failure.message == "this simulation can't be saved: its argument `delay` is a function without a name")
    #expect(failure.hints.map(\.text) == ["one that has a name can be saved: `fn name(x) = …`"])
  }

  /// A function, a table or a record that says something else by now makes another model.
  @Test func whatIsNamedMustStillBeTheSame() throws {
    let folder = Folder()
    folder.keep(try execute(saving("delay: quicker, hubs: [Hub(\"b\", 3 s)]"), options: folder.options))
    for (old, new) in [("= x / 2", "= x / 3"), ("fn quicker", "fn faster"), ("record Hub(name: Text, speed: Time)", "record Hub(name: Text, of: Text, speed: Time)")] {
      let changed = try execute(Self.open.replacing(old, with: new).replacing("Hub(\"a\", 1 s)", with: new.contains("of:") ? "Hub(\"a\", \"\", 1 s)" : "Hub(\"a\", 1 s)"), options: folder.options)
      let message = try #require(changed.result.failures.first).message
      #expect(message.hasPrefix("`s.souksim` can't be opened: "), "\(message)")
    }
  }

  /// Each word and number of the file in turn is another one.
  @Test func aFileThatWasChangedIsRefusedOrOpened() throws {
    let folder = Folder()
    let all = "demand: usual * wave, delay: quicker, within: 7 s, hubs: [Hub(\"b\", 3 s)], rounds: 1..3, calls: weekly [5 day + 12 h], mood: mix { 20% => Mood.calm, 80% => Mood.busy }, serve: truncate(2 * (exponential(mean: 6 s) + empirical([1 s, 2 s])), 0 s, 1 min)"
    folder.keep(try execute(saving(all).replacing("by 9 h", with: "by 1 min"), options: folder.options))
    let text = folder.text.withLock { $0 }
    var opened = 0
    var reasons: Set<String> = []
    let arguments = try #require(text.firstRange(of: "arguments")).upperBound
    for range in text.ranges(of: /"[a-zA-Z]+"|[0-9.]+(e[-0-9]+)?|null/) where range.lowerBound > arguments {
      for other in ["\"steps\"", "-1", "[]", "1e300", "\"nan\""] where other != text[range] {
        folder.text.withLock { $0 = text.replacingCharacters(in: range, with: other) }
        let run = try execute(Self.open, options: folder.options)
        if run.result.failures.isEmpty { opened += 1 }
for failure in run.result.failures { reasons.insert(failure.message.split(separator: ": ").last.map(String.init) ?? "") }
      }
    }
    // What changes nothing, such as a number that nobody reads.
    #expect(opened < 20)
    #expect(reasons.contains("the model `Shop` has changed since it was saved") && reasons.contains("its argument `calls` isn't one of the model's"), "\(reasons)")
  }
}

extension String {
  fileprivate func replacingCharacters(in range: Range<String.Index>, with other: String) -> String {
    String(self[..<range.lowerBound]) + other + self[range.upperBound...]
  }
}
