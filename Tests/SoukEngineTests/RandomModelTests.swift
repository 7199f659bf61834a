// Random models: journeys of random steps (stations of every discipline with patience and breakdowns, pools, levels, races,
// batches, spawned journeys) under load, held to what must always be true: a consistent state at any instant, entities in =
// out + inside, and nothing held, queued or alive once the last entity has gone.

import SoukEngine
import SoukModel
import SoukNumerics
import SoukStats
import Testing

struct RandomModel {
  var b = ModelBuilder()
  private var ordinal: UInt32 = 0
  private let seed: UInt64
  private var stations: [Int32] = []
  private var pools: [Int32] = []
  private var registers: [Int32] = []

  init(seed: UInt64) {
    self.seed = seed
    build()
  }

  private mutating func number(_ n: Int) -> Int {
    ordinal += 1
    let words = Philox4x32.philox4x32(key: StreamKey(seed: seed, path: "model"), attempt: 0, index: 0, ordinal: ordinal, replication: 0)
    return Int(words.0 % UInt64(n))
  }

  private mutating func time() -> Int32 {
    // Whole numbers make ties.
    b.register(Double(number(4)))
  }

  private mutating func build() {
    let disciplines: [Station.Discipline] = [.fifo, .lifo, .priority, .preemptiveResume, .preemptiveRestart, .processorSharing, .shortestFirst]
    for i in 0..<4 {
      let fails = number(3) == 0
      stations.append(
        b.station(
          "station \(i)", servers: Double(1 + number(3)), discipline: disciplines[number(disciplines.count)],
          service: number(2) == 0 ? Law(.discreteUniform, 0, 3) : Law(.exponential, 1), capacity: number(3) == 0 ? 4 : .max,
          uptime: fails ? Law(.exponential, 20) : nil, repair: fails ? Law(.constant, 2) : nil))
    }
    let rate = b.cell("rate", initial: 2)
    stations.append(b.station("gate", discipline: number(2) == 0 ? .fifo : .preemptiveResume, rate: rate))
    for i in 0..<2 { pools.append(b.pool("pool \(i)", size: 2, discipline: [.fifo, .lifo, .priority][number(3)])) }
    b.model.levels.append(
      Level(path: "tank", initial: 5, capacity: 10, level: b.cell("level"), put: b.cell("put"), taken: b.cell("taken"), waiting: b.cell("level.waiting"), wait: b.tally("level.wait")))
    b.model.batches.append(
      Batch(path: "batch", size: 3, within: 4 * second, calendar: -1, waiting: b.cell("batch.waiting"), sizes: b.tally("batch.sizes"), wait: b.tally("batch.wait")))
    // A child that does a few steps by itself.
    let child = b.journey("child", outcomes: ["done", "lost"])
    steps(2, depth: 1)
    b.model.spawns.append(SpawnSite(journey: child, arguments: [], origin: b.origin("children"), keepsHandle: false))
    let journey = b.journey("parent", outcomes: ["done", "lost"])
    steps(4, depth: 0)
    b.source("all", .poisson(rate: 1.5), journey: journey, limit: 400, batch: Law(.discreteUniform, 1, 3))
  }

  /// Steps that end in outcome 0, or 1 where something is refused.
  private mutating func steps(_ count: Int, depth: Int) {
    var refused: [(Bool, Int32)] = []  // a use site or a request site that needs its `else`
    for _ in 0..<count { step(depth: depth, &refused) }
    b.emit(.end, 0, -1)
    for (isUse, site) in refused {
      if isUse { b.model.uses[Int(site)].otherwise = b.here } else { b.model.requests[Int(site)].otherwise = b.here }
    }
    b.emit(.end, 1, -1)
  }

  private mutating func step(depth: Int, _ refused: inout [(Bool, Int32)]) {
    switch number(depth == 0 ? 7 : 4) {
    case 0: b.emit(.wait, time())
    case 1: refused.append((true, use()))
    case 2: hold(&refused)
    case 3: race()
    case 4:
      let r = b.register()
      b.emit(.spawn, r, 0)
    case 5:
      let body = b.here + 1
      let site = Int32(b.model.joins.count)
      b.emit(.join, site)
      b.emit(.wait, time())
      b.emit(.joinEnd, site)
      b.model.joins.append(JoinSite(batch: 0, body: body, after: b.here, patience: -1, otherwise: -1))
    default:
      let amount = b.register(Double(1 + number(2)))
      b.emit(.put, b.request(0, amount: amount))
      b.emit(.take, b.request(0, amount: amount))
    }
  }

  private mutating func use() -> Int32 {
    let priority = b.register(Double(number(3)))
    let patience = number(2) == 0 ? time() : -1
    let station = stations[number(stations.count)]
    return b.use(station, priority: priority, patience: patience)
  }

  private mutating func hold(_ refused: inout [(Bool, Int32)]) {
    let pool = pools[number(pools.count)]
    let amount = b.register(Double(1 + number(2)))
    let site = b.request(pool, amount: amount, priority: amount, patience: time())
    refused.append((false, site))
    b.emit(.seize, site)
    b.emit(.wait, time())
    b.emit(.release, pool, amount)
  }

  /// Use | hold with its unwinding | wait: all bodies go on behind the race.
  private mutating func race() {
    let index = Int32(b.model.races.count)
    b.model.races.append(RaceSite(arms: []))
    var arms: [RaceSite.Arm] = []
    var jumps: [Int32] = []
    b.emit(.race, index)
    var heads: [Int32] = []
    heads.append(b.here)
    let site = use()
    b.model.uses[Int(site)].patience = -1
    b.emit(.raceWon, 0)
    b.model.uses[Int(site)].otherwise = b.here
    b.emit(.wait, b.register(5))
    b.emit(.raceWon, 0)
    heads.append(b.here)
    let pool = pools[number(pools.count)]
    let amount = b.register(Double(1 + number(2)))
    b.emit(.seize, b.request(pool, amount: amount, priority: amount))
    let at = b.here
    b.emit(.unwindAt, 0)
    b.emit(.wait, time())
    b.emit(.release, pool, amount)
    b.emit(.unwindAt, -1)
    b.emit(.raceWon, 1)
    b.patch(at, a: b.here)
    b.emit(.release, pool, amount)
    b.emit(.unwound)
    heads.append(b.here)
    b.emit(.wait, time())
    b.emit(.raceWon, 2)
    for head in heads {
      arms.append(.init(head: head, body: b.here))
      jumps.append(b.here)
      b.emit(.jump)
    }
    for jump in jumps { b.patch(jump, a: b.here) }
    b.model.races[Int(index)].arms = arms
  }
}

@Suite struct RandomModels {
  @Test func whatMustAlwaysHold() {
    for seed in UInt64(1)...60 {
      let m = RandomModel(seed: seed)
      var s = m.b.simulation(seed: seed)
      for t in stride(from: Int64(5), through: 300, by: 5) {
        if let stop = s.run(until: t * second) { #expect(Bool(false), "model \(seed) stopped: \(stop)") }
        #expect(s.isConsistent(), "model \(seed) at \(t)")
      }
      s.run(until: 20_000 * second)
      let p = s.samplePath()
      for name in ["parent", "child"] {
        let started = m.b.cell("\(name).started", of: p).last
        let out = m.b.cell("\(name).done", of: p).last + m.b.cell("\(name).lost", of: p).last
        #expect(started == m.b.cell("\(name).finished", of: p).last + m.b.cell("\(name).active", of: p).last, "model \(seed) \(name)")
        #expect(out == m.b.cell("\(name).finished", of: p).last, "model \(seed) \(name)")
      }
      for i in 0..<4 {
        let station = "station \(i)"
        let came = m.b.cell("\(station).arrivals", of: p).last
        let went = ["completions", "balked", "reneged", "queue", "busy"].reduce(0) { $0 + m.b.cell("\(station).\($1)", of: p).last }
        #expect(came == went, "model \(seed) \(station): \(came), \(went)")
      }
      // A tank or a batch may keep some for ever; pools may not.
      if m.b.cell("level.waiting", of: p).last == 0 {
        #expect(s.liveTokens == 0, "model \(seed): \(s.liveTokens) tokens left")
        for i in 0..<2 { #expect(m.b.cell("pool \(i).held", of: p).last == 0, "model \(seed) pool \(i)") }
      }
      var plain = Simulation(m.b.model, RunSettings(seed: seed, isPlain: true))
      plain.run(until: 20_000 * second)
      #expect(digest(plain.samplePath()) == digest(p), "model \(seed)")
      var stepped = Simulation(m.b.model, RunSettings(seed: seed, isPlain: true))
      var told: Int64 = 0
      while stepped.step(1000, until: 20_000 * second, { told = max(told, $0.time) }) > 0 {}
      #expect(digest(stepped.samplePath()) == digest(p) && told > 0 && told <= 20_000 * second, "model \(seed)")
      // The same once more, in one piece.
      var again = m.b.simulation(seed: seed)
      again.run(until: 20_000 * second)
      #expect(digest(again.samplePath()) == digest(p), "model \(seed)")
    }
  }
}
