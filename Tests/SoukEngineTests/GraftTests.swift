// A simulation that goes on under other constants: nothing is lost on the way, and what is to come uses the same draws.

import SoukModel
import Testing

@testable import SoukEngine

@Suite struct Grafts {
  /// Under the same model it goes on as if nothing had been done, whatever the model has in it.
  @Test func sameModelGoesOnTheSame() {
    for seed in UInt64(1)...60 {
      for isPlain in [true, false] {
        let m = RandomModel(seed: seed)
        let settings = RunSettings(seed: seed, isPlain: isPlain)
        var whole = Simulation(m.b.model, settings)
        whole.run(until: 400 * second)
        var parts = Simulation(m.b.model, settings)
        for t in [0, 3, 77, 150, 310] as [Int64] {
          parts.run(until: t * second)
          if !parts.usesRecursions { parts = parts.fork(as: m.b.model, settings) }
          #expect(parts.isConsistent() && parts.now == t * second, "model \(seed)")
        }
        parts.run(until: 400 * second)
        #expect(digest(parts.samplePath()) == digest(whole.samplePath()), "model \(seed), plain \(isPlain)")
      }
    }
    for seed in UInt64(1)...40 {
      let m = RandomWay(seed: seed, recording: .full)
      let settings = RunSettings(seed: seed, warmup: 20 * second, isPlain: true)
      var whole = Simulation(m.b.model, settings)
      whole.run(until: 200 * second)
      var parts = Simulation(m.b.model, settings)
      for t in [1, 20, 90] as [Int64] {
        parts.run(until: t * second)
        parts = parts.fork(as: m.b.model, settings)
      }
      parts.run(until: 200 * second)
      #expect(digest(parts.samplePath()) == digest(whole.samplePath()), "model \(seed)")
    }
  }

  /// A Poisson source at twice the rate uses the same exponentials up twice as fast, from that instant on.
  @Test func arrivalsComeFasterFromNowOn() {
    func model(rate: Double) -> CompiledModel {
      var b = ModelBuilder()
      let journey = b.journey("visit")
      b.emit(.end, -1, -1)
      b.model.sources.append(
        Source(path: "people", pattern: .poisson(rate: rate), journey: journey, entry: b.model.journeys[0].entry, origin: b.origin("people"), stream: b.stream("people.gaps"), started: -1))
      return b.model
    }
    let settings = RunSettings(seed: 3, isPlain: true)
    var slow = Simulation(model(rate: 0.1), settings)
    slow.run(until: 500 * second)
    var fast = slow.fork(as: model(rate: 0.2), settings)
    func arrivals(_ simulation: inout Simulation, until: Int64) -> [Int64] {
      var times: [Int64] = []
      _ = simulation.step(.max, until: until) { if $0.what == .started { times.append($0.time) } }
      return times
    }
    let late = arrivals(&slow, until: 1500 * second)
    let soon = arrivals(&fast, until: 1000 * second)
    #expect(late.count > 60)
    #expect(soon.count == late.count)
    for (a, b) in zip(late, soon) { #expect(abs(Double(a - 500 * second) / 2 - Double(b - 500 * second)) < 200, "\(a) \(b)") }
  }

  @Test func shapesAreToldApart() {
    func model(servers: Double, stations: Int, wait: Double) -> CompiledModel {
      var b = ModelBuilder()
      for i in 0..<stations { _ = b.cell("desk \(i).servers", initial: servers) }
      _ = b.journey("visit")
      b.emit(.wait, b.register(wait))
      b.emit(.end, -1, -1)
      return b.model
    }
    let one = model(servers: 1, stations: 1, wait: 3)
    #expect(one.relation(to: one) == .same)
    #expect(one.relation(to: model(servers: 1, stations: 1, wait: 4)) == .differentConstants)
    #expect(one.relation(to: model(servers: 2, stations: 1, wait: 3)) == .differentBeginning)
    #expect(one.relation(to: model(servers: 1, stations: 2, wait: 3)) == .differentShape("which things it has"))
  }
}
