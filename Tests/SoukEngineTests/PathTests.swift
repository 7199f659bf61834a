// Every way of running gives one sample path: chains of stations as recursions and parked entities against every event
// through the list and a token for everybody, on hundreds of random models, compared to the byte: every change of every
// cell, every observation, the numbers of events and steps.

import SoukEngine
import SoukModel
import SoukNumerics
import SoukStats
import Testing

/// All that a path consists of.
func everything(_ p: SamplePath) -> String {
  digest(p) + " \(p.steps) " + p.cells.map { "\($0.atWarmup) \($0.times) \($0.values)" }.joined(separator: ";")
    + p.tallies.map { "\($0.mean) \($0.minimum) \($0.maximum) \($0.values) \($0.times) \($0.lost) \($0.pending)" }.joined(separator: ";")
}

struct RandomWay {
  /// What models are made of: anything, or stations alone that refuse entities.
  enum Kind { case any, limited }

  var b = ModelBuilder()
  private var ordinal: UInt32 = 0
  private let seed: UInt64
  private var names = 0

  init(seed: UInt64, recording: Recording, _ kind: Kind = .any) {
    self.seed = seed
    b.recording = recording
    for _ in 0..<(1 + number(kind == .any ? 3 : 2)) {
      if kind == .limited {
        limited()
        continue
      }
      switch number(7) {
      case 0, 1: waits()
      case 2: rounds()
      case 3, 4: limited()
      default: row()
      }
    }
    if kind == .limited && number(5) == 0 { b.model.weight = 3 }
    if number(4) == 0 {
      for i in b.model.tallies.indices { b.model.tallies[i].thresholds = [0, 1, 2.5] }
    }
  }

  fileprivate mutating func number(_ n: Int) -> Int {
    ordinal += 1
    let words = Philox4x32.philox4x32(key: StreamKey(seed: seed, path: "way"), attempt: 0, index: 0, ordinal: ordinal, replication: 0)
    return Int(words.0 % UInt64(n))
  }

  fileprivate mutating func name(_ kind: String) -> String {
    names += 1
    return "\(kind) \(names)"
  }

  private mutating func continuousLaw() -> Law {
    switch number(5) {
    case 0: Law(.uniform, 0, 2)
    case 1: Law(.gamma, 2, 0.4)
    case 2: Law(.lognormal, -0.5, 0.6)
    case 3: Law(.erlang, 3, 0.8)
    default: Law(.exponential, 0.9)
    }
  }

  /// Stations in a row; now and then one of them has limits, so that the row must go through the event list.
  private mutating func row() {
    let journey = name("row")
    let length = 1 + number(5)
    let isLimited = number(4) == 0
    var stations: [Int32] = []
    for i in 0..<length {
      let law = length == 1 && number(2) == 0 ? Law(.constant, 1) : continuousLaw()
      stations.append(
        b.station(name("station"), servers: Double(1 + number(3)), service: law, capacity: isLimited && i == length - 1 ? 3 : .max))
    }
    let j = b.journey(journey, outcomes: ["done", "lost"])
    let sites = stations.map { b.use($0) }
    b.emit(.end, 0, -1)
    for site in sites { b.model.uses[Int(site)].otherwise = b.here }
    b.emit(.end, 1, -1)
    sources(of: j)
  }

  /// A station with a rate, bounded room or patience, behind others or alone; alone its times may be whole, so that completions,
  /// departures and arrivals meet at one instant.
  private mutating func limited() {
    let isAlone = number(4) > 0
    let capacity: Int64 = number(3) == 0 ? Int64(2 + number(5)) : .max
    let servers = Double(1 + (number(2) == 0 ? number(3) : 0))
    var before: [Int32] = []
    if !isAlone { before.append(b.station(name("station"), servers: Double(1 + number(2)), service: continuousLaw())) }
    let station: Int32
    switch isAlone ? number(5) : 4 {
    case 0: station = b.station(name("gate"), rate: b.cell(name("rate"), initial: [0.5, 1, 3][number(3)]), capacity: capacity)
    case 1: station = b.station(name("station"), servers: servers, service: Law(.constant, Double(number(3))), capacity: capacity)
    case 2: station = b.station(name("station"), servers: servers, service: Law(.discreteUniform, 0, 3), capacity: capacity)
    default: station = b.station(name("station"), servers: servers, service: continuousLaw(), capacity: capacity)
    }
    let j = b.journey(name("limited"), outcomes: ["done", "lost"])
    for earlier in before { _ = b.use(earlier) }
    var patience: Int32 = -1
    switch number(7) {
    case 0: break
    case 1: patience = b.register(Double(number(3)))
    case 2: patience = b.register(.infinity)
    default:
      let laws = isAlone ? [Law(.discreteUniform, 0, 3), Law(.constant, 1), continuousLaw(), continuousLaw()] : [continuousLaw()]
      patience = b.register()
      b.emit(.draw, patience, b.law(laws[number(laws.count)]), b.drawSite(name("patience")))
    }
    let site = b.use(station, patience: patience)
    let jumps = number(2) == 0
    if jumps { b.emit(.jump, b.here + 2) }
    let refused = b.here
    b.emit(.end, jumps ? [1, 0, -1][number(3)] : 0, -1)
    if jumps { b.emit(.end, number(5) == 0 ? -1 : 0, -1) } else { b.emit(.end, 1, -1) }
    b.model.uses[Int(site)].otherwise = jumps ? refused : refused + 1
    for _ in 0..<number(3) {
      switch number(isAlone ? 5 : 2) {
      case 0: b.source(name("source"), .poisson(rate: 1.2), journey: j)
      case 1:
        b.model.curves.append(Curve(shape: number(2) == 0 ? .steps : .linear, times: [0, 15, 60], values: [2, 0.5, 1], period: number(2) == 0 ? 70 : 0))
        b.source(name("source"), .curve(curve: Int32(b.model.curves.count - 1), factor: 0.5), journey: j)
      case 2: b.source(name("source"), .interarrival(law: b.law(Law(.constant, 1))), journey: j)
      case 3: b.source(name("source"), .interarrival(law: b.law(Law(.discreteUniform, 0, 2))), journey: j)
      default: b.source(name("source"), .interarrival(law: b.law(Law(.discreteUniform, 1, 4))), journey: j, batch: Law(.discreteUniform, 0, 4))
      }
    }
    sources(of: j)
  }

  private mutating func sources(of j: Int32) {
    for _ in 0..<(1 + number(2)) {
      switch number(3) {
      case 0: b.source(name("source"), .interarrival(law: b.law(Law(.uniform, 0, 2))), journey: j)
      case 1: b.source(name("source"), .poisson(rate: 0.3), journey: j, batch: Law(.poisson, 2))
      default: b.source(name("source"), .poisson(rate: 0.9), journey: j, limit: 500)
      }
    }
  }

  /// Waits in loops and timed bodies, with slots that are and aren't read afterwards, whole numbers among the times.
  private mutating func waits() {
    let timed = b.tally(name("timed"))
    let isTimed = number(2) == 0
    var open: [(slot: Int32, tally: Int32)] = []
    if isTimed { open.append((slot: 2, tally: timed)) }
    let j = b.journey(name("waits"), slots: 4, outcomes: ["done"], timed: open)
    let site = b.drawSite(name("delay"))
    b.model.drawSites[Int(site)].counter = 3
    let law = b.law(number(2) == 0 ? Law(.discreteUniform, 0, 3) : Law(.exponential, 2))
    let delay = b.register(), count = b.register(), one = b.register(1), few = b.register(Double(1 + number(4)))
    b.emit(.storeSlot, 0, few)
    if isTimed { b.emit(.timeBegin, 2, timed) }
    let top = b.here
    b.emit(.draw, delay, law, site)
    b.emit(.wait, delay)
    b.emit(.loadSlot, count, 0)
    b.emit(.subtract, count, count, one)
    b.emit(.storeSlot, 0, count)
    b.emit(.jumpUnlessZero, count, top)
    if isTimed { b.emit(.timeEnd, 2, timed) }
    if number(2) == 0 {
      b.emit(.wait, b.register(Double(number(3))))
    } else {
      // Until the next of some instants, now and then one that has passed.
      let r = b.register(), step = b.register(Double(3 + number(5)))
      b.emit(.now, r)
      b.emit(.divide, r, r, step)
      b.emit(.floor, r, r)
      if number(4) > 0 { b.emit(.add, r, r, one) }
      b.emit(.multiply, r, r, step)
      b.emit(.waitUntil, r)
    }
    b.emit(.record, timed, few)
    b.emit(.end, 0, -1)
    sources(of: j)
    if number(3) == 0 {
      let times = b.law(number(2) == 0 ? Law(.constant, 5) : Law(.uniform, 0, 50))
      b.source(name("all"), .released(count: 30, times: times), journey: j)
    }
  }
}

extension RandomWay {
  /// Entities that go round for ever: what they keep is nothing but the count of their draws, or another slot beside it; now and
  /// then they branch, count, and queue in the middle of a round.
  fileprivate mutating func rounds() {
    let j = b.journey(name("rounds"), slots: 3)
    let site = b.drawSite(name("round"))
    b.model.drawSites[Int(site)].counter = 2
    let law = b.law(number(3) == 0 ? Law(.discreteUniform, 0, 40) : Law(.exponential, 20))
    let delay = b.register(), kept = b.register(), flag = b.register(), half = b.register(10), one = b.register(1)
    let counted = b.cell(name("counted")), observed = b.tally(name("observed"))
    let keepsAnother = number(2) == 0
    let top = b.here
    b.emit(.draw, delay, law, site)
    if keepsAnother { b.emit(.storeSlot, 0, delay) }
    b.emit(.wait, delay)
    if keepsAnother { b.emit(.loadSlot, kept, 0) } else { b.emit(.now, kept) }
    b.emit(.record, observed, kept)
    b.emit(.count, counted, one)
    b.emit(.less, flag, kept, half)
    // Written and read within a round: nothing that is kept.
    b.emit(.storeSlot, 1, flag)
    b.emit(.loadSlot, flag, 1)
    let skip = b.here
    b.emit(.jumpIfZero, flag, 0)
    if number(2) == 0 { _ = b.use(b.station(name("in the way"), servers: 2, service: Law(.exponential, 0.1))) }
    b.emit(.wait, one)
    b.patch(skip, b: b.here)
    b.emit(.jump, top)
    b.source(name("who goes round"), .poisson(rate: 0.9), journey: j, limit: 40)
  }
}

@Suite struct Ways {
  @Test func everyWayGivesTheSamePath() {
    var shorter = 0
    for seed in UInt64(1)...300 {
      for recording in [seed % 2 == 0 ? Recording.summary : .off, .full] {
        let m = RandomWay(seed: seed, recording: recording)
        func path(isPlain: Bool, pieces: Int64) -> String {
          var s = Simulation(m.b.model, RunSettings(seed: seed, warmup: 20 * second, isPlain: isPlain))
          for i in 1...pieces {
            if let stop = s.run(until: 200 * second * i / pieces) { #expect(Bool(false), "model \(seed) stopped: \(stop)") }
            #expect(s.isConsistent())
            if i == 2 { s = s.fork() }
          }
          if !isPlain && s.usesRecursions { shorter += 1 }
          return everything(s.samplePath()) + " \(s.liveTokens > 0)"
        }
        let plain = path(isPlain: true, pieces: 1)
        #expect(path(isPlain: false, pieces: 1) == plain, "model \(seed)")
        if recording == .full { #expect(path(isPlain: false, pieces: 7) == path(isPlain: true, pieces: 7), "model \(seed) in pieces") }
      }
    }
    #expect(shorter > 100, "only \(shorter) runs had a chain")
  }

  /// Stations that refuse entities, looked at and forked at random instants, many of them while somebody waits or at an instant
  /// at which something happens.
  @Test func limitedStationsGiveTheSamePath() {
    var shorter = 0
    for seed in UInt64(1)...250 {
      for recording in [Recording.off, .summary, .full] {
        var m = RandomWay(seed: seed, recording: recording, .limited)
        var pauses = Set((0..<6).map { _ in Int64(m.number(150)) * (m.number(2) == 0 ? second : 777_777_777) })
        pauses.insert(150 * second)
        let warmup = Int64(m.number(3)) * 20 * second
        func path(isPlain: Bool) -> [String] {
          var s = Simulation(m.b.model, RunSettings(seed: seed, warmup: warmup, isPlain: isPlain))
          var seen: [String] = []
          for (i, pause) in pauses.sorted().enumerated() {
            if let stop = s.run(until: pause) { #expect(Bool(false), "model \(seed) stopped: \(stop)") }
            #expect(s.isConsistent())
            seen.append("\(pause): \(everything(s.samplePath())) \(s.liveTokens)")
            if i % 2 == 1 {
              let fork = s.fork()
              s.run(until: pause + second)
              s = fork
            }
          }
          if !isPlain && s.usesRecursions { shorter += 1 }
          return seen
        }
        let plain = path(isPlain: true)
        let isSame = path(isPlain: false) == plain
        #expect(isSame, "model \(seed), \(recording)")
      }
    }
    #expect(shorter > 600, "only \(shorter) runs had a chain")
  }

  /// Two sources at a crowded station over many arrivals, entity by entity in batches.
  @Test func longLinesGiveTheSamePath() {
    for (servers, room) in [(1.0, Int64.max), (1, 40), (3, .max)] {
      var b = ModelBuilder()
      let station = b.station("till", servers: servers, service: Law(.exponential, servers), capacity: room)
      let journey = b.journey("buy", outcomes: ["served", "lost"])
      let patience = b.register()
      b.emit(.draw, patience, b.law(Law(.exponential, 60)), b.drawSite("patience"))
      let site = b.use(station, patience: patience)
      b.emit(.end, 0, -1)
      b.model.uses[Int(site)].otherwise = b.here
      b.emit(.end, 1, -1)
      b.model.curves = [Curve(shape: .steps, times: [0, 1000, 1500], values: [1, 4, 0.2])]
      b.source("door", .poisson(rate: 0.5), journey: journey)
      b.source("gate", .curve(curve: 0, factor: 1), journey: journey)
      func path(isPlain: Bool, pieces: Int64) -> String {
        var s = Simulation(b.model, RunSettings(seed: 3, warmup: 500 * second, isPlain: isPlain))
        for i in 1...pieces { s.run(until: 8_000 * second * i / pieces) }
        #expect(s.usesRecursions == !isPlain)
        return everything(s.samplePath())
      }
      let plain = path(isPlain: true, pieces: 1)
      #expect(path(isPlain: false, pieces: 1) == plain, "\(servers) servers, room for \(room)")
      #expect(path(isPlain: false, pieces: 9) == plain, "\(servers) servers, room for \(room), in pieces")

      // Stopped from outside again and again, it shows whom it has counted, and finds the same in the end.
      let flag = StopFlag()
      flag.raise(.interrupted)
      var stopped = Simulation(b.model, RunSettings(seed: 3, warmup: 500 * second, flag: flag))
      var stops = 0
      while stopped.run(until: 8_000 * second) != nil, stopped.canGoOn {
        stops += 1
        let seen = stopped.samplePath()
        #expect(b.cell("till.arrivals", of: seen).last == b.cell("door.started", of: seen).last + b.cell("gate.started", of: seen).last)
        #expect(b.cell("buy.active", of: seen).last == Double(stopped.liveTokens))
        stopped.goOn()
      }
      #expect(stops > 1 && everything(stopped.samplePath()) == plain, "\(stops) stops")
    }
  }

  /// The loop that tells each event does the same in the same order, however often it is stopped.
  @Test func steppingGivesTheSamePath() {
    var models = 0
    for seed in UInt64(1)...100 {
      let m = RandomWay(seed: seed, recording: .summary)
      var whole = Simulation(m.b.model, RunSettings(seed: seed, warmup: 20 * second))
      var stepped = Simulation(m.b.model, RunSettings(seed: seed, warmup: 20 * second, isPlain: true))
      whole.run(until: 200 * second)
      var last: Int64 = 0
      var started = 0, finished = 0
      let sink = { (event: TraceEvent) in
        #expect(event.time >= last, "model \(seed)")
        last = event.time
        if event.what == .started { started += 1 }
        if event.what == .finished { finished += 1 }
      }
      var steps = 0
      while stepped.step(7, until: 150 * second, sink) == 7 { steps += 1 }
      #expect(steps > 3 && stepped.now == 150 * second && stepped.isConsistent(), "model \(seed)")
      stepped = stepped.fork()
      _ = stepped.step(.max, until: 200 * second, sink)
      #expect(everything(stepped.samplePath()) == everything(whole.samplePath()), "model \(seed)")
      models += finished > 0 ? 1 : 0
      #expect(started > 0 && started - finished == whole.liveTokens, "model \(seed): \(started) - \(finished), \(whole.liveTokens)")
    }
    #expect(models > 80, "in \(models) of 100 somebody came to an end")
  }

  /// Long enough that stations go on entity by entity over many arrivals; cutting a run into pieces changes nothing that counts.
  @Test func longRowsGiveTheSamePath() {
    for servers in [1.0, 2.0] {
      for length in [1, 4] {
        var b = ModelBuilder()
        let journey = b.journey("row", outcomes: ["done"])
        for i in 0..<length { _ = b.use(b.station("station \(i)", servers: servers, service: Law(.exponential, 0.9 * servers))) }
        b.emit(.end, 0, -1)
        b.source("door", .poisson(rate: 0.7), journey: journey)
        b.source("gate", .interarrival(law: b.law(Law(.uniform, 1, 9))), journey: journey)
        func path(isPlain: Bool, pieces: Int64) -> String {
          var s = Simulation(b.model, RunSettings(seed: 3, warmup: 500 * second, isPlain: isPlain))
          for i in 1...pieces { s.run(until: 8_000 * second * i / pieces) }
          #expect(s.usesRecursions == !isPlain)
          return everything(s.samplePath())
        }
        let plain = path(isPlain: true, pieces: 1)
        #expect(path(isPlain: false, pieces: 1) == plain, "\(length) stations of \(servers)")
        #expect(path(isPlain: false, pieces: 9) == plain, "\(length) stations of \(servers), in pieces")
      }
    }
  }

  /// A trace tells every event, so it takes the plain way, and finds the same.
  @Test func tracesSeeEverybody() {
    let m = RandomWay(seed: 4, recording: .summary)
    var traced = m.b.simulation(), quiet = m.b.simulation()
    var started = 0
    traced.setTrace { if $0.what == .started { started += 1 } }
    traced.run(until: 100 * second)
    quiet.run(until: 100 * second)
    #expect(everything(traced.samplePath()) == everything(quiet.samplePath()))
    #expect(started > 50)
  }
}
