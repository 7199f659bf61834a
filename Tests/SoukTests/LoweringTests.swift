// Scripts are lowered and the compiled models looked at: sound by their own tables, the same bytes each time, and for
// small scripts the whole disassembly.

import Foundation
import SoukEngine
import SoukModel
import SoukSema
import SoukStats
import SoukText
import Testing

@testable import Souk
@testable import SoukLower

enum Lowered {
  /// The typed program of a script's text.
  static func program(_ text: String) throws -> TypedProgram {
    try inFile(text) { path in
      let checked = Pipeline.check(try Pipeline.read(path))
      guard checked.isSound else { throw LoweringFailure(diagnostics: checked.diagnostics) }
      return checked.program
    }
  }

  private static func inFile<T>(_ text: String, _ body: (String) throws -> T) throws -> T {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("souk-lowering-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("script.souk")
    try text.write(to: file, atomically: true, encoding: .utf8)
    return try body(file.path)
  }

  /// Checks a script's text and lowers its last model.
  static func model(_ text: String, arguments: [MemberID: Value] = [:], options: LowerOptions = LowerOptions()) throws -> LoweredModel {
    try inFile(text) { try model(at: $0, arguments: arguments, options: options) }
  }

  /// The last model of a script; nil if it has none.
  static func modelIfAny(at path: String, options: LowerOptions = LowerOptions()) throws -> LoweredModel? {
    let checked = Pipeline.check(try Pipeline.read(path))
    return checked.program.scopes.contains { !$0.isComponent } ? try model(at: path, options: options) : nil
  }

  static func model(at path: String, arguments: [MemberID: Value] = [:], options: LowerOptions = LowerOptions()) throws -> LoweredModel {
    let checked = Pipeline.check(try Pipeline.read(path))
    guard checked.isSound else { throw LoweringFailure(diagnostics: checked.diagnostics) }
    guard let scope = checked.program.scopes.indices.last(where: { !checked.program.scopes[$0].isComponent }) else {
      throw LoweringFailure(diagnostics: [])
    }
    let program = checked.program
    return try lower(program, model: ScopeID(scope), arguments: arguments, evaluator: Evaluator(program: program), options: options)
  }
}

@Suite struct LoweringTests {
  /// Every case's model is lowered, its tables agree with its ops, and a second lowering gives the same bytes.
  @Test func everyCaseIsSoundAndTheSameEachTime() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Cases")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".souk") }.sorted()
    #expect(names.count > 50)
    for name in names {
      let path = folder.appendingPathComponent(name).path
      do {
        guard let first = try Lowered.modelIfAny(at: path), let second = try Lowered.modelIfAny(at: path) else { continue }
        #expect(verify(first.model).isEmpty, "\(name)")
        #expect(dump(first.model) == dump(second.model), "\(name)")
      } catch let failure as LoweringFailure {
        Issue.record("\(name): \(failure.diagnostics.map(\.message))")
      }
    }
  }

  /// The verifier sees what is broken.
  @Test func verifierFindsWhatIsWrong() throws {
    var model = try Lowered.model("model M { source s { rate: 1/s, journey: j }, journey j { wait 1 s } }").model
    #expect(verify(model).isEmpty)
    model.code[0].a = 99
    #expect(!verify(model).isEmpty)
  }

  /// The smallest model, op by op.
  @Test func checkoutIsTwoOps() throws {
    let model = try Lowered.model(
      """
      model Checkout {
        source orders { rate: 54/h, journey: buy }
        station till { servers: 1, service: exponential(mean: 1 min) }
        journey buy { use till }
      }
      """)
    #expect(
      dump(model.model) == """
        model Checkout
        law 0: exponential 60 0 0 0
        source orders: poisson(rate: 0.015) journey 0 entry 0
        station till: fifo servers c1=1 service law 0
        journey 0 buy: entry 0 slots 0
        code
          0  use 0 (till)
          1  end 0 0

        """)
  }

  /// Every case's model runs in the engine without a fault.
  @Test func everyModelRuns() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Cases")
    var options = LowerOptions()
    options.demand.everything = true
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).filter({ $0.hasSuffix(".souk") }).sorted() {
      let lowered: LoweredModel
      do {
        lowered = try Lowered.model(at: folder.appendingPathComponent(name).path, options: options)
      } catch is LoweringFailure {
        continue
      }
      var settings = RunSettings(seed: 1)
      settings.limits = RunLimits(maxSteps: 300_000)
      var simulation = Simulation(lowered.model, settings)
      switch simulation.run(until: 1_000_000_000_000_000) {
      case nil, .reachedEnd, .limit(.steps, _): break
      case let stop?:
        var place = ""
        if case .fault(_, let p) = stop, p >= 0 { place = "\(lowered.places[Int(p)])" }
        Issue.record("\(name): \(stop) \(place)")
      }
      #expect(simulation.isConsistent(), "\(name)")
    }
  }

  /// M/M/1 at a load of 0.9: the mean wait is 9 service times (Erlang).
  @Test func checkoutWaitsAsTheFormulaSays() throws {
    var options = LowerOptions()
    options.demand.full = ["till.wait"]
    let lowered = try Lowered.model(
      """
      unit order
      model Checkout {
        param arrivals = 54 order/h
        source orders { rate: arrivals, journey: buy }
        station till { servers: 1, service: exponential(mean: 1 min) }
        journey buy { use till }
      }
      """, options: options)
    var means: [Double] = []
    for replication in 0..<20 {
      var simulation = Simulation(lowered.model, RunSettings(seed: 1, replication: UInt32(replication), warmup: 72_000_000_000_000))
      _ = simulation.run(until: 3_672_000_000_000_000)
      let path = simulation.samplePath()
      let tally = lowered.model.tallies.firstIndex { $0.path == "till.wait" } ?? 0
      means.append(path.tallies[tally].mean)
    }
    let mean = means.reduce(0, +) / 20
    let deviation = (means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 19 / 20).squareRoot()
    // 4.5 standard errors: a right engine misses once in about 150,000 seeds.
    #expect(abs(mean - 540) < 4.5 * deviation, "mean wait \(mean) s, standard error \(deviation)")
    #expect(deviation < 60)
  }
}
