// The written rules, one small model each: what comes first at one instant, what a withdrawal gives back, how live values
// act, what each thing of the kernel does in order.

import SoukEngine
import SoukModel
import SoukStats
import Testing

/// Values of a gauge-like cell by time, as "t:v" in seconds.
func history(_ record: CellRecord) -> [String] {
  zip(record.times, record.values).map { time, value in
    let t = Double(time) / 1e9
    func short(_ x: Double) -> String { x == x.rounded() ? "\(Int(x))" : "\(x)" }
    return "\(short(t)):\(short(value))"
  }
}

@Suite struct Rules {
  /// Entities at the given seconds that use a station for `service`, recorded in full.
  private func arrivals(_ times: [Double], _ b: inout ModelBuilder, journey: Int32) {
    b.source("arrivals", .instants(times.map { Int64($0 * 1e9) }), journey: journey)
  }

  @Test func completionBeatsArrivalAndTimer() {
    // One server, no waiting room: the arrival at 1 finds the server freed at 1 by the completion.
    var b = ModelBuilder()
    b.recording = .full
    let station = b.station("till", service: Law(.constant, 1), capacity: 1)
    let journey = b.journey("buy", outcomes: ["served", "lost"])
    let site = b.use(station)
    b.emit(.end, 0, -1)
    b.model.uses[Int(site)].otherwise = b.here
    b.emit(.end, 1, -1)
    arrivals([0, 1, 1.5, 2], &b, journey: journey)
    let p = b.paths(0..<1, span: 10)[0]
    #expect(b.tally("buy.outcome", of: p).values == [0, 1, 0, 0])
    #expect(b.cell("buy.served", of: p).last == 3)
  }

  @Test func serviceStartBeatsPatienceAtTheSameInstant() {
    for (patience, outcomes) in [(1.0, [0.0, 0]), (0.999_999_999, [1, 0])] {
      var b = ModelBuilder()
      b.recording = .full
      let station = b.station("till", service: Law(.constant, 1))
      let register = b.register(patience)
      let journey = b.journey("buy", outcomes: ["served", "lost"])
      let site = b.use(station, patience: register)
      b.emit(.end, 0, -1)
      b.model.uses[Int(site)].otherwise = b.here
      b.emit(.end, 1, -1)
      arrivals([0, 0], &b, journey: journey)
      let p = b.paths(0..<1, span: 10)[0]
      #expect(b.tally("buy.outcome", of: p).values == outcomes)
      #expect(b.cell("till.reneged", of: p).last == outcomes.filter { $0 == 1 }.reduce(0, +))
    }
  }

  /// Three entities come while one is served; in which order are they served?
  private func order(_ discipline: Station.Discipline, services: [Double], priorities: [Double]) -> [Double] {
    var b = ModelBuilder()
    b.recording = .full
    let station = b.station("till", discipline: discipline)
    let log = b.tally("log")
    b.model.columns = [services, priorities]
    let number = b.register(), service = b.register(), priority = b.register(), one = b.register(1)
    let next = b.cell("next", initial: 0)
    let journey = b.journey("buy", slots: 1)
    b.emit(.loadCell, number, next)
    b.emit(.addCell, next, one)
    b.emit(.storeSlot, 0, number)
    b.emit(.column, service, 0, number)
    b.emit(.column, priority, 1, number)
    _ = b.use(station, service: service, priority: priority)
    b.emit(.loadSlot, number, 0)
    b.emit(.record, log, number)
    b.emit(.end, -1, -1)
    arrivals(services.indices.map { 0.1 * Double($0) }, &b, journey: journey)
    return b.tally("log", of: b.paths(0..<1, span: 100)[0]).values
  }

  @Test func disciplines() {
    let services = [1.0, 3, 2, 2]
    #expect(order(.fifo, services: services, priorities: [1, 3, 2, 1]) == [0, 1, 2, 3])
    #expect(order(.lifo, services: services, priorities: [1, 3, 2, 1]) == [0, 3, 2, 1])
    #expect(order(.priority, services: services, priorities: [5, 3, 2, 2]) == [0, 2, 3, 1])
    #expect(order(.shortestFirst, services: services, priorities: [1, 1, 1, 1]) == [0, 2, 3, 1])
    // 1 displaces 0, 2 displaces 1, 3 doesn't displace its equal; the displaced resume at the head of their class.
    #expect(order(.preemptiveResume, services: services, priorities: [5, 3, 2, 2]) == [2, 3, 1, 0])
    #expect(order(.preemptiveRestart, services: services, priorities: [5, 3, 2, 2]) == [2, 3, 1, 0])
    // Shared: 0 (1 s) is first out, then the two of 2 s by arrival, then the one of 3 s.
    #expect(order(.processorSharing, services: services, priorities: [1, 1, 1, 1]) == [0, 2, 3, 1])
  }

  @Test func resumeKeepsWorkAndRestartLosesIt() {
    for (discipline, end) in [(Station.Discipline.preemptiveResume, 3.0), (.preemptiveRestart, 4.0)] {
      var b = ModelBuilder()
      b.recording = .full
      let station = b.station("till", discipline: discipline)
      let one = b.register(1), two = b.register(2)
      let slow = b.journey("slow")
      _ = b.use(station, service: two, priority: two)
      b.emit(.end, -1, -1)
      let urgent = b.journey("urgent")
      _ = b.use(station, service: one, priority: one)
      b.emit(.end, -1, -1)
      b.source("slows", .instants([0]), journey: slow)
      b.source("urgents", .instants([second]), journey: urgent)
      let p = b.paths(0..<1, span: 10)[0]
      #expect(b.tally("slow.time", of: p).values == [end])
      #expect(b.tally("urgent.time", of: p).values == [1])
      #expect(history(b.cell("till.busy", of: p)).last == "\(Int(end)):0")
    }
  }

  @Test func liveServersAndRate() {
    // Servers 1 → 3 at 1 (two waiting start at once) → 1 at 2 (those in service finish).
    var b = ModelBuilder()
    b.recording = .full
    let station = b.station("till", service: Law(.constant, 4))
    let servers = b.model.stations[0].servers
    let one = b.register(1), three = b.register(3)
    let journey = b.journey("buy")
    _ = b.use(station)
    b.emit(.end, -1, -1)
    arrivals([0, 0, 0, 0], &b, journey: journey)
    let control = b.journey("control")
    b.emit(.wait, one)
    b.emit(.setCell, servers, three)
    b.emit(.wait, one)
    b.emit(.setCell, servers, one)
    b.emit(.end, -1, -1)
    b.process(control)
    let p = b.paths(0..<1, span: 100)[0]
    #expect(b.tally("buy.time", of: p).values == [4, 5, 5, 9])
    #expect(b.cell("till.busy", of: p).maximum == 3)
  }

  @Test func liveRateKeepsRemainingWork() {
    // Rate 1 until 0.5, 0 until 1.5, then 2: the first passes at 1.5 + 0.5 / 2, the second half a second later.
    var b = ModelBuilder()
    b.recording = .full
    let rate = b.cell("rate", initial: 1)
    let station = b.station("gate", rate: rate)
    let half = b.register(0.5), one = b.register(1), zero = b.register(0), two = b.register(2)
    let journey = b.journey("pass")
    _ = b.use(station)
    b.emit(.end, -1, -1)
    arrivals([0, 0], &b, journey: journey)
    let control = b.journey("control")
    b.emit(.wait, half)
    b.emit(.setCell, rate, zero)
    b.emit(.wait, one)
    b.emit(.setCell, rate, two)
    b.emit(.end, -1, -1)
    b.process(control)
    let p = b.paths(0..<1, span: 100)[0]
    #expect(b.tally("pass.time", of: p).values == [1.75, 2.25])
  }

  @Test func breakdownStopsServiceAndRepairResumes() {
    // Up 1, down 1, …: a service of 2.5 begun at 0 works in [0,1], [2,3] and half of [4,5].
    var b = ModelBuilder()
    b.recording = .full
    let station = b.station("till", service: Law(.constant, 2.5), uptime: Law(.constant, 1), repair: Law(.constant, 1))
    let journey = b.journey("buy")
    _ = b.use(station)
    b.emit(.end, -1, -1)
    arrivals([0], &b, journey: journey)
    let p = b.paths(0..<1, span: 10)[0]
    #expect(b.tally("buy.time", of: p).values == [4.5])
    #expect(Array(history(b.cell("till.up", of: p)).prefix(5)) == ["0:0", "0:1", "1:0", "2:1", "3:0"])
  }

  @Test func poolsAreStrict() {
    // 3 of 4 held until 2; a request for 2 waits, and a later one for 1 doesn't overtake it (but by priority).
    for (discipline, times) in [(Pool.Discipline.fifo, [2.0, 2, 2]), (.priority, [2.0, 2, 0]), (.lifo, [2.0, 2, 0])] {
      var b = ModelBuilder()
      b.recording = .full
      let pool = b.pool("pool", size: 4, discipline: discipline)
      let three = b.register(3), two = b.register(2), one = b.register(1)
      func journey(_ name: String, amount: Int32, priority: Int32, hold: Bool) -> Int32 {
        let j = b.journey(name)
        let site = b.request(pool, amount: amount, priority: priority)
        b.emit(.seize, site)
        if hold { b.emit(.wait, two) }
        b.emit(.release, pool, amount)
        b.emit(.end, -1, -1)
        return j
      }
      let big = journey("big", amount: three, priority: one, hold: true)
      let middle = journey("middle", amount: two, priority: two, hold: false)
      let small = journey("small", amount: one, priority: one, hold: false)
      for (name, j) in [("bigs", big), ("middles", middle), ("smalls", small)] { b.source(name, .instants([0]), journey: j) }
      let p = b.paths(0..<1, span: 10)[0]
      #expect(["big", "middle", "small"].map { b.tally("\($0).time", of: p).sum } == times)
      #expect(b.cell("pool.held", of: p).last == 0)
    }
  }

  @Test func releasingWhatNobodyHoldsIsAFault() {
    var b = ModelBuilder()
    let pool = b.pool("pool", size: 4)
    let one = b.register(1)
    let journey = b.journey("wrong")
    b.emit(.release, pool, one)
    b.emit(.end, -1, -1)
    b.process(journey)
    var s = b.simulation()
    #expect(s.run(until: 10) == .fault(.releasedTooMuch(pool: 0), place: 0))
  }

  @Test func levelsServeBothSides() {
    var b = ModelBuilder()
    b.recording = .full
    b.model.levels.append(
      Level(
        path: "tank", initial: 2, capacity: 5, level: b.cell("tank.level"), put: b.cell("tank.put"), taken: b.cell("tank.taken"),
        waiting: b.cell("tank.waiting"), wait: b.tally("tank.wait")))
    let four = b.register(4), three = b.register(3), one = b.register(1)
    let put = b.request(0, amount: four)
    let take = b.request(0, amount: three)
    let filler = b.journey("fill")
    b.emit(.put, put)
    b.emit(.end, -1, -1)
    let taker = b.journey("take")
    b.emit(.wait, one)
    b.emit(.take, take)
    b.emit(.take, take)
    b.emit(.end, -1, -1)
    b.source("fills", .instants([0, 2 * second]), journey: filler)
    b.source("takes", .instants([0]), journey: taker)
    // The put of 4 waits (2 + 4 > 5), the take of 3 waits at 1 (2 < 3): nothing moves, and the take can't be served.
    let stuck = b.paths(0..<1, span: 10)[0]
    #expect(b.cell("tank.level", of: stuck).last == 2)
    #expect(b.cell("tank.waiting", of: stuck).last == 3)
    b.model.registers[Int(three)] = 2
    let p = b.paths(0..<1, span: 10)[0]
    // Taking 2 at 1 lets the put of 4 in, then the second take of 2; the put at 2 waits for room until nobody takes.
    #expect(history(b.cell("tank.level", of: p)) == ["0:0", "0:2", "1:0", "1:4", "1:2"])
    #expect(b.cell("tank.put", of: p).last - b.cell("tank.taken", of: p).last + 2 == b.cell("tank.level", of: p).last)
  }

  @Test func conditionsWakeInOrder() {
    var b = ModelBuilder()
    b.recording = .full
    let gate = b.cell("gate", watchers: [.condition(0)])
    let zero = b.register(0), one = b.register(1), r = b.register(), ordinal = b.register()
    let log = b.tally("log")
    let entry = b.here
    b.emit(.loadCell, r, gate)
    b.emit(.less, r, zero, r)
    b.emit(.endEvaluation)
    b.model.conditions.append(Condition(entry: entry, result: r, readsFrame: false))
    let site = b.request(0)
    let journey = b.journey("pass", slots: 1)
    b.emit(.await, site)
    b.emit(.now, ordinal)
    b.emit(.record, log, ordinal)
    b.emit(.end, -1, -1)
    arrivals([0, 0.5, 3], &b, journey: journey)
    let opener = b.journey("open")
    b.emit(.wait, one)
    b.emit(.setCell, gate, one)
    b.emit(.end, -1, -1)
    b.process(opener)
    let p = b.paths(0..<1, span: 10)[0]
    #expect(b.tally("log", of: p).values == [1, 1, 3])
    #expect(b.tally("pass.time", of: p).values == [1, 0.5, 0])
  }

  @Test func derivedCellsFollowAndInvariantsAreChecked() {
    // double = 2 × base, quadruple = 2 × double; the invariant quadruple < 20 breaks when base reaches 5.
    var b = ModelBuilder()
    b.recording = .full
    let base = b.cell("base", initial: 1, watchers: [.derived(0)])
    let double = b.cell("double", watchers: [.derived(1)])
    let quadruple = b.cell("quadruple", watchers: [.invariant(0)])
    let two = b.register(2), one = b.register(1), twenty = b.register(20), r = b.register()
    for (source, target) in [(base, double), (double, quadruple)] {
      let entry = b.here
      b.emit(.loadCell, r, source)
      b.emit(.multiply, r, r, two)
      b.emit(.endEvaluation)
      b.model.derived.append(DerivedCell(cell: target, entry: entry, result: r))
    }
    let entry = b.here
    b.emit(.loadCell, r, quadruple)
    b.emit(.less, r, r, twenty)
    b.emit(.endEvaluation)
    b.model.invariants.append(Invariant(name: "small", entry: entry, result: r, place: 7))
    let journey = b.journey("grow")
    let loop = b.here
    b.emit(.wait, one)
    b.emit(.addCell, base, one)
    b.emit(.jump, loop)
    b.process(journey)
    var s = b.simulation()
    #expect(s.run(until: 3 * second) == nil)
    #expect(s.cellValue(Int(quadruple)) == 16)
    #expect(s.run(until: 10 * second) == .invariant(index: 0))
    #expect(s.now == 4 * second)
  }

  @Test func batchesGoFullOrInTime() {
    // Size 3, within 10: entities at 0, 1, 2 go at 2; those at 5 and 6 go at 15 after the first's time-out.
    var b = ModelBuilder()
    b.recording = .full
    b.model.batches.append(
      Batch(path: "van", size: 3, within: 10 * second, calendar: -1, waiting: b.cell("van.waiting"), sizes: b.tally("van.sizes"), wait: b.tally("van.wait")))
    let one = b.register(1)
    let rides = b.cell("rides")
    let journey = b.journey("ride")
    b.emit(.join, 0)
    let body = b.here
    b.emit(.count, rides, one)
    b.emit(.wait, one)
    b.emit(.joinEnd, 0)
    let after = b.here
    b.emit(.end, -1, -1)
    b.model.joins.append(JoinSite(batch: 0, body: body, after: after, patience: -1, otherwise: -1))
    arrivals([0, 1, 2, 5, 6], &b, journey: journey)
    let p = b.paths(0..<1, span: 100)[0]
    #expect(b.tally("van.sizes", of: p).values == [3, 2])
    #expect(b.tally("van.wait", of: p).values == [2, 1, 0, 10, 9])
    #expect(b.cell("rides", of: p).last == 2)
    #expect(b.tally("ride.time", of: p).values == [1, 3, 2, 11, 10])
    #expect(b.cell("van.waiting", of: p).last == 0)
    b.model.weight = 10
    #expect(b.tally("van.sizes", of: b.paths(0..<1, span: 100)[0]).values == [30, 20])
  }

  @Test func whoGivesUpLetsThoseBehindThrough() {
    // 3 of 4 are held until 10. A request for 2 gives up at 1; the request for 1 behind it then fits.
    var b = ModelBuilder()
    b.recording = .full
    let pool = b.pool("pool", size: 4)
    let three = b.register(3), two = b.register(2), one = b.register(1), ten = b.register(10)
    let big = b.journey("big")
    b.emit(.seize, b.request(pool, amount: three))
    b.emit(.wait, ten)
    b.emit(.release, pool, three)
    b.emit(.end, -1, -1)
    let middle = b.journey("middle", outcomes: ["got", "gone"])
    let site = b.request(pool, amount: two, patience: one)
    b.emit(.seize, site)
    b.emit(.end, 0, -1)
    b.model.requests[Int(site)].otherwise = b.here
    b.emit(.end, 1, -1)
    let small = b.journey("small")
    b.emit(.seize, b.request(pool, amount: one))
    b.emit(.release, pool, one)
    b.emit(.end, -1, -1)
    for (name, j) in [("bigs", big), ("middles", middle), ("smalls", small)] { b.source(name, .instants([0]), journey: j) }
    let p = b.paths(0..<1, span: 20)[0]
    #expect(b.tally("middle.outcome", of: p).values == [1])
    #expect(b.tally("small.time", of: p).values == [1])
  }

  @Test func accountsAreExact() {
    var b = ModelBuilder()
    b.recording = .full
    for (name, initial, floor) in [("buyer", Int64(100), Int64(0)), ("shop", 0, 0)] {
      b.model.accounts.append(
        Account(path: name, initial: initial, floor: floor, balance: b.cell("\(name).balance"), reserved: b.cell("\(name).reserved")))
    }
    let thirty = b.register(29.6), sixty = b.register(60)
    b.model.transfers = [
      TransferSite(from: 0, to: 1, amount: thirty, otherwise: -1, reservation: -1),
      TransferSite(from: 0, to: -1, amount: sixty, otherwise: -1, reservation: 0),
      TransferSite(from: 0, to: 1, amount: thirty, otherwise: -1, reservation: 0),
    ]
    let journey = b.journey("pay", slots: 1)
    b.emit(.transfer, 0)  // 70 | 30
    b.emit(.reserve, 1)  // 60 of 70 reserved
    b.emit(.capture, 2)  // 40 | 60, 30 reserved
    b.emit(.releaseReservation, 0, 0)
    b.emit(.transfer, 0)  // 10 | 90
    b.emit(.transfer, 0)  // overdrawn
    b.emit(.end, -1, -1)
    b.process(journey)
    var s = b.simulation()
    #expect(s.run(until: 1) == .fault(.overdrawn(account: 0), place: 5))
    let p = s.samplePath()
    #expect(b.cell("buyer.balance", of: p).values == [0, 100, 70, 40, 10])
    #expect(b.cell("shop.balance", of: p).values == [0, 30, 60, 90])
    #expect(b.cell("buyer.reserved", of: p).values == [0, 60, 30, 0])
  }

  @Test func spawnedJourneysAndHandles() {
    // The parent awaits its child's end and reads its result.
    var b = ModelBuilder()
    b.recording = .full
    let two = b.register(2), seven = b.register(7), r = b.register(), h = b.register()
    let log = b.tally("log")
    let child = b.journey("child", slots: 1, outcomes: ["fine"])
    b.emit(.loadSlot, r, 0)
    b.emit(.wait, r)
    b.emit(.end, 0, seven)
    b.model.spawns.append(SpawnSite(journey: child, arguments: [two], origin: b.origin("children"), keepsHandle: true))
    let condition = b.here
    b.emit(.handleDone, r, 0)
    b.emit(.endEvaluation)
    b.model.conditions.append(Condition(entry: condition, result: r, readsFrame: true, handleSlots: [0]))
    let site = b.request(0)
    let parent = b.journey("parent", slots: 1)
    b.emit(.spawn, h, 0)
    b.emit(.storeSlot, 0, h)
    b.emit(.handleStarted, r, 0)
    b.emit(.record, log, r)
    b.emit(.await, site)
    b.emit(.handleResult, r, 0)
    b.emit(.record, log, r)
    b.emit(.dropHandle, 0)
    b.emit(.now, r)
    b.emit(.record, log, r)
    b.emit(.end, -1, -1)
    b.process(parent)
    var s = b.simulation()
    s.run(until: 10 * second)
    #expect(b.tally("log", of: s.samplePath()).values == [0, 7, 2])
    #expect(s.liveTokens == 0)
  }

  @Test func limitsStopARun() {
    var b = ModelBuilder()
    let zero = b.register(0)
    let journey = b.journey("spin")
    let loop = b.here
    b.emit(.wait, zero)
    b.emit(.jump, loop)
    b.process(journey)
    var stuck = b.simulation(limits: RunLimits(maxStepsAtOneInstant: 1_000_000))
    guard case .limit(.stuck, _)? = stuck.run(until: second) else { return #expect(Bool(false), "not stuck") }
    var steps = b.simulation(limits: RunLimits(maxSteps: 100_000))
    guard case .limit(.steps, _)? = steps.run(until: second) else { return #expect(Bool(false), "no end of steps") }
    #expect(steps.samplePath().steps <= 100_001)
    let flag = StopFlag()
    flag.raise(.interrupted)
    var interrupted = Simulation(b.model, RunSettings(seed: 1, flag: flag))
    guard case .limit(.interrupted, _)? = interrupted.run(until: second) else { return #expect(Bool(false), "not interrupted") }

    var grow = ModelBuilder()
    let many = grow.journey("many")
    grow.model.spawns.append(SpawnSite(journey: many, arguments: [], origin: grow.origin("more"), keepsHandle: false))
    let h = grow.register(), hour = grow.register(3600)
    grow.emit(.spawn, h, 0)
    grow.emit(.spawn, h, 0)
    grow.emit(.wait, hour)
    grow.emit(.end, -1, -1)
    grow.process(many)
    var memory = grow.simulation(limits: RunLimits(maxBytes: 20 << 20))
    guard case .limit(.memory, _)? = memory.run(until: second) else { return #expect(Bool(false), "no end of memory") }
  }

  @Test func faultsAreValues() {
    for (value, fault) in [(-1.0, StopReason.Fault.negativeWait(-1)), (.nan, .notANumber)] {
      var b = ModelBuilder()
      let r = b.register(value)
      let journey = b.journey("wait")
      b.emit(.wait, r)
      b.emit(.end, -1, -1)
      b.process(journey)
      var s = b.simulation()
      #expect(s.run(until: 1) == .fault(fault, place: 0))
      // It stays stopped.
      #expect(s.run(until: 2) == .fault(fault, place: 0))
    }
  }
}
