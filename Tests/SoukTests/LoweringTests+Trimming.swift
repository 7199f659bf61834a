// Code of journeys with and without what makes no difference: the same sample paths to the bit, of every script that there is and of
// journeys made up at random, and the ops of small ones.

import Foundation
import SoukEngine
import SoukModel
import SoukSema
import SoukStats
import Testing

@testable import SoukLower

@Suite struct TrimmingTests {
  /// The model of a script trimmed and as it is written; nil if it has none.
  private func both(_ lower: (LowerOptions) throws -> LoweredModel?) throws -> (trimmed: CompiledModel, written: CompiledModel)? {
    var options = LowerOptions()
    options.demand.everything = true
    guard let trimmed = try lower(options) else { return nil }
    options.isTrimmed = false
    guard let written = try lower(options) else { return nil }
    #expect(verify(trimmed.model).isEmpty)
    return (trimmed.model, written.model)
  }

  private func path(_ model: CompiledModel, until end: Int64) -> SamplePath {
    var simulation = Simulation(model, RunSettings(seed: 7))
    _ = simulation.run(until: end)
    #expect(simulation.isConsistent())
    return simulation.samplePath()
  }

  /// An instant that the model reaches in so many steps.
  private func instant(_ model: CompiledModel, steps: UInt64) -> Int64 {
    var settings = RunSettings(seed: 7)
    settings.limits = RunLimits(maxSteps: steps)
    var simulation = Simulation(model, settings)
    _ = simulation.run(until: 1_000_000_000_000_000)
    return simulation.now - 1
  }

  /// By what two sample paths differ; nil if by nothing. How many ops were executed doesn't count.
  private func difference(_ a: SamplePath, _ b: SamplePath) -> String? {
    if a.stop != b.stop { return "\(a.stop) and \(b.stop)" }
    if a.events != b.events { return "\(a.events) and \(b.events) events" }
    for (i, (x, y)) in zip(a.cells, b.cells).enumerated() where "\(x)" != "\(y)" { return "cell \(i)" }
    for (i, (x, y)) in zip(a.tallies, b.tallies).enumerated() where "\(x)" != "\(y)" { return "tally \(i)" }
    return nil
  }

  private var scripts: [String] {
    get throws {
      let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      let root = tests.deletingLastPathComponent().deletingLastPathComponent()
      var folders = [tests.appendingPathComponent("Cases"), tests.appendingPathComponent("Library"), root.appendingPathComponent("examples"), root.appendingPathComponent("examples/tour")]
      let benchmarks = root.appendingPathComponent("Benchmarks")
      for name in try FileManager.default.contentsOfDirectory(atPath: benchmarks.path).sorted() where !name.contains(".") { folders.append(benchmarks.appendingPathComponent(name)) }
      var paths: [String] = []
      for folder in folders {
        paths += try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".souk") }.sorted().map { folder.appendingPathComponent($0).path }
      }
      return paths
    }
  }

  /// Every script's model has the same sample path either way, with fewer ops.
  @Test func everyScriptHasTheSamePath() throws {
    var ops = (trimmed: 0, written: 0)
    var steps: (trimmed: UInt64, written: UInt64) = (0, 0)
    var models = 0
    for script in try scripts {
      let name = script.split(separator: "/").suffix(2).joined(separator: "/")
      let pair: (trimmed: CompiledModel, written: CompiledModel)?
      do { pair = try both { try Lowered.modelIfAny(at: script, options: $0) } } catch is LoweringFailure { continue }
      guard let pair else { continue }
      models += 1
      ops.trimmed += pair.trimmed.code.count
      ops.written += pair.written.code.count
      let end = instant(pair.written, steps: 10_000)
      let (trimmed, written) = (path(pair.trimmed, until: end), path(pair.written, until: end))
      if let difference = difference(trimmed, written) { Issue.record("\(name): \(difference)") }
      #expect(trimmed.steps <= written.steps, "\(name)")
      steps.trimmed += trimmed.steps
      steps.written += written.steps
    }
    #expect(models > 150)
    #expect(ops.trimmed < ops.written, "\(ops)")
    #expect(steps.trimmed * 10 < steps.written * 9, "\(steps)")
  }

  /// Journeys of loops, branches, flags, waits and observations made up at random.
  @Test(arguments: 0..<120) func randomJourneysHaveTheSamePath(seed: Int) throws {
    var writer = JourneyWriter(seed: UInt64(seed))
    let text = writer.script()
    guard let pair = try both({ try Lowered.model(text, options: $0) }) else { return }
    let end = instant(pair.written, steps: 20_000)
    let (trimmed, written) = (path(pair.trimmed, until: end), path(pair.written, until: end))
    if let difference = difference(trimmed, written) { Issue.record("\(difference)\n\(text)") }
  }

  // MARK: What it does

  private func code(_ text: String) throws -> [String] {
    let lines = dump(try Lowered.model(text).model).split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    return Array(lines.drop { $0 != "code" }.dropFirst())
  }

  /// A flag that ends a loop is neither stored nor asked for.
  @Test func flagsDecideJumps() throws {
    let code = try code(
      """
      model M {
        source s { rate: 1/min, journey: j }
        station till { servers: 2, service: exponential(mean: 30 s) }
        counter done
        journey j {
          var going = true
          var answer = 3
          while going {
            set going: false
            use till
            if happens(20%) { set going: true } else { set answer: 1 }
          }
          if answer == 1 { count done }
        }
      }
      """)
    #expect(code.count == 5, "\(code)")
    #expect(!code.contains { $0.contains("Slot") }, "\(code)")
  }

  /// What was stored is read from where it is, what nobody reads isn't stored, and the clock stands still within a step.
  @Test func storesAndLoadsThatNobodyNeedsGo() throws {
    let code = try code(
      """
      model M {
        source s { rate: 1/min, journey: j }
        measure m { of: Time }
        journey j {
          var began = now
          var unread = now
          set unread: began + 1 min
          wait 1 min
          record m: now - began
          var again = now
          if happens(50%) { set again: now + 1 s } else { set again: now + 2 s }
          record m: now - again + 1 s
        }
      }
      """)
    #expect(code.filter { $0.contains("storeSlot") }.count == 3, "\(code)")
    #expect(code.filter { $0.contains(" now ") }.count == 3, "\(code)")
  }

  /// What arguments make of a number decides nothing, so simulations can be forked with other arguments as before.
  @Test(arguments: [("tries", [0.0, 1, 2, 3]), ("limit", [0, 1, 2, 5])])
  func argumentsDontShapeTheCode(parameter: String, values: [Double]) throws {
    let text = """
      model M {
        param tries = 2
        param limit = 5
        source s { rate: 1/min, journey: j }
        counter done
        counter few
        journey j {
          var left = tries
          var other = limit
          var n = 0
          var flag = true
          while left > 0 {
            wait 1 s
            set left: left - 1
            if left == other { count done }
            add n: 1
            if n == tries { set flag: false }
            if happens(50%) { set other: tries } else { set other: limit }
          }
          if n == 0 { count few }
          if flag { count done }
          if other == 2 { count few }
        }
      }
      """
    let program = try Lowered.program(text)
    guard let scope = program.scopes.indices.last(where: { !program.scopes[$0].isComponent }),
      let member = program.scopes[scope].members.firstIndex(where: { $0.name == parameter })
    else { throw LoweringFailure(diagnostics: []) }
    let models = try values.map {
      try lower(program, model: ScopeID(scope), arguments: [MemberID(member): .number($0)], evaluator: Evaluator(program: program)).model
    }
    for model in models.dropFirst() { #expect(models[0].relation(to: model) == .differentConstants) }
  }
}

/// Writes journeys.
private struct JourneyWriter {
  private var state: UInt64
  private var loops = 0
  /// Actions can't call themselves, nor end their journey.
  private var isInAction = false

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

  private mutating func next(_ n: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % n
  }

  private mutating func pick(_ items: [String]) -> String { items[next(items.count)] }

  private mutating func number() -> String { pick(["0", "1", "2", "3", "x", "y", "z", "k", "x + 1", "y - z", "x * y", "now / 1 s", "g.value", "max(x, y)"]) }

  private mutating func test() -> String {
    switch next(9) {
    case 0: pick(["going", "flag", "not going", "not flag", "given"])
    case 1: "happens(30%)"
    case 2: "\(pick(["x", "y", "z"])) == \(next(4))"
    case 3: "\(pick(["x", "y", "z"])) != \(pick(["k", "1", "y"]))"
    case 4: "\(number()) < \(number())"
    case 5: "\(number()) >= \(number())"
    case 6: "going and \(pick(["x", "y"])) > \(next(3))"
    case 7: "flag or \(pick(["x", "z"])) == \(next(3))"
    default: "(\(pick(["going", "flag"])) or happens(50%)) and not (x == \(next(3)))"
    }
  }

  private mutating func flag() -> String { pick(["true", "false", "happens(40%)", "x < y", "not going", "flag", "given", "going and x == 1"]) }

  private mutating func steps(_ depth: Int, _ indent: String) -> String {
    var text = ""
    for _ in 0..<(1 + next(4)) { text += step(depth, indent) }
    return text
  }

  private mutating func step(_ depth: Int, _ indent: String) -> String {
    let deeper = indent + "  "
    switch next(depth > 3 ? 13 : 20) {
    case 0, 1: return "\(indent)set \(pick(["x", "y", "z"])): \(number())\n"
    case 2: return "\(indent)set \(pick(["going", "flag"])): \(flag())\n"
    case 3: return "\(indent)add \(pick(["x", "y", "z"])): \(pick(["1", "2", "k", "z"]))\n"
    case 4: return "\(indent)wait \(pick(["1 s", "sample(exponential(mean: 2 s))", "max(0, min(x, 3)) * 1 s"]))\n"
    case 5: return "\(indent)record m: \(number())\n"
    case 6: return "\(indent)count c\n"
    case 7: return "\(indent)set g: \(number())\n"
    case 8: return "\(indent)use till patience 1 s else { \(pick(["count c", "set x: 1", "set flag: false", isInAction ? "count c" : "leave as \"gone\""])) }\n"
    case 9: return "\(indent)set x: if \(test()) { \(number()) } else { \(number()) }\n"
    case 10: return "\(indent)transfer \(1 + next(3)) CNY from purse to shop else { \(pick(["count c", "set y: 0", "set flag: true"])) }\n"
    case 11: return "\(indent)reserve 1 CNY of shop else { set x: 2 }\n\(indent)\(pick(["capture 1 CNY of shop to purse", "set z: 1"]))\n"
    case 12:
      loops += 1
      let child = "child_\(loops)"
      return "\(indent)let \(child) = spawn child(\(number()), \(flag()))\n\(indent)\(pick(["await \(child).done", "wait 1 s", "if \(child).done { set x: 1 }"]))\n"
    case 13, 14, 15: return "\(indent)if \(test()) {\n\(steps(depth + 1, deeper))\(indent)} else {\n\(steps(depth + 1, deeper))\(indent)}\n"
    case 16: return "\(indent)hold 1 of desk {\n\(steps(depth + 1, deeper))\(indent)}\n"
    case 17: return "\(indent)time t {\n\(steps(depth + 1, deeper))\(indent)}\n"
    case 18:
      loops += 1
      let round = "round_\(loops)"
      return "\(indent)var \(round) = 0\n\(indent)while \(test()) and \(round) < 3 {\n\(deeper)add \(round): 1\n\(steps(depth + 1, deeper))\(indent)}\n"
    default:
      if isInAction { return "\(indent)spawn child(y, going)\n" }
      return "\(indent)set \(pick(["x", "y"])): act(\(number()), \(flag()))\n\(indent)\(pick(["spawn child(x, flag)", "set z: x"]))\n"
    }
  }

  mutating func script() -> String {
    isInAction = true
    let action = steps(3, "    ")
    isInAction = false
    let variables = "    var x = \(next(3))\n    var y = k\n    var z = 0\n    var going = true\n    var flag = false\n"
    return """
      model M {
        param k = 1
        param given = true
        source s { rate: 1/s, journey: j(\(pick(["true", "false", "happens(50%)"]))) }
        station till { servers: 1, capacity: 3, service: exponential(mean: 900 ms) }
        pool desk { size: 2 }
        account purse { of: CNY, initial: 40 CNY }
        account shop { of: CNY }
        gauge g { of: 1 }
        counter c
        measure m { of: 1 }
        measure t { of: Time }
        action act(a: Count, given: Bool) -> Count {
          var x = a
          var y = 1
          var z = 0
          var going = given
          var flag = true
      \(action)
          if flag { return x }
          return y
        }
        journey child(a: Count, flag: Bool) {
          wait 1 s
          if flag { record m: a }
        }
        journey j(first: Bool) {
      \(variables)
          if first { set x: 1 }
      \(steps(0, "    "))\(steps(0, "    "))
          record m: x + y + z
          if going { count c }
        }
      }
      """
  }
}
