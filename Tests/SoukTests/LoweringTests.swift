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
  @Test func everyModelOfCasesAndTourIsSound() throws {
    let fold = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Cases")
    var scripts = try FileManager.default.contentsOfDirectory(atPath: fold.path).filter { $0.hasSuffix(".souk") }.sorted().map { fold.appendingPathComponent($0).path }
    if let extra = ProcessInfo.processInfo.environment["SOUK_LOWER"] { scripts = extra.split(separator: " ").map(String.init) }
    var lowered = 0
    for path in scripts {
      do {
        let model = try Lowered.model(at: path)
        if ProcessInfo.processInfo.environment["SOUK_DUMP"] != nil { print(path); print(dump(model.model)) }
        #expect(verify(model.model).isEmpty, "\(path)")
        lowered += 1
      } catch let failure as LoweringFailure {
        for d in failure.diagnostics { print(path, d.code.text, d.message, d.primary.span.lower, d.primary.text) }
      } catch {
        print(path, error)
      }
    }
    print("lowered \(lowered) of \(scripts.count)")
    #expect(lowered > 0)
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
