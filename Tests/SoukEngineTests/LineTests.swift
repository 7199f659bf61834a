// Long waiting lines: random models (`RandomLine.swift`) by every way and with forks at random instants; lines that are mostly gaps; what
// happens at one instant; and what waiting takes.

import SoukModel
import SoukNumerics
import SoukStats
import Testing

@testable import SoukEngine

@Suite struct Lines {
  @Test func everyWayGivesTheSamePath() {
    var longest = 0.0, reneged = 0.0, byValue = 0
    for seed in UInt64(1)...250 {
      let recording: Recording = seed % 3 == 0 ? .full : .summary
      var m = RandomLine(seed: seed, recording: recording)
      // How long services take is asked of some stations only.
      for station in m.b.model.stations where m.number(2) == 0 { m.b.model.tallies[Int(station.serviceTime)].recording = .off }
      let end = 150 * second
      let instants = [Int64(m.number(30)), Int64(40 + m.number(60)), 130].map { $0 * second }
      func path(isPlain: Bool, pieces: Bool, grafts: Bool = false) -> String {
        let settings = RunSettings(seed: seed, warmup: 15 * second, isPlain: isPlain)
        var s = Simulation(m.b.model, settings)
        for t in pieces ? instants : [] {
          if let stop = s.run(until: t) { #expect(Bool(false), "model \(seed) stopped: \(stop)") }
          #expect(s.isConsistent(), "model \(seed) at \(t)")
          var other = s
          if grafts && !s.usesRecursions { s = s.fork(as: m.b.model, settings) } else { s = s.fork() }
          // What it was forked from runs on into another future first.
          other.run(until: t + 20 * second)
        }
        if let stop = s.run(until: end) { #expect(Bool(false), "model \(seed) stopped: \(stop)") }
        #expect(s.isConsistent(), "model \(seed)")
        if !isPlain { byValue = max(byValue, s.inLinesByValue) }
        let p = s.samplePath()
        for station in m.b.model.stations {
          longest = max(longest, p.cells[Int(station.queue)].maximum)
          reneged += p.cells[Int(station.reneged)].last
        }
        return everything(p) + " \(s.liveTokens)"
      }
      let plain = path(isPlain: true, pieces: false)
      #expect(path(isPlain: false, pieces: false) == plain, "model \(seed)")
      let inPieces = path(isPlain: true, pieces: true)
      #expect(path(isPlain: false, pieces: true) == inPieces, "model \(seed) in pieces")
      if !Simulation(m.b.model, RunSettings(seed: seed)).usesRecursions {
        #expect(path(isPlain: false, pieces: true, grafts: true) == path(isPlain: true, pieces: true, grafts: true), "model \(seed) grafted")
      }
    }
    #expect(longest > 200 && reneged > 10_000 && byValue > 200, "\(longest) in a line, \(reneged) gave up, \(byValue) by value")
  }

  /// A trace that is set when the lines are long tells of those who stand in them.
  @Test func tracesTellOfWhoStoodByValue() {
    for seed in UInt64(1)...20 {
      let m = RandomLine(seed: seed, recording: .summary)
      func told(isPlain: Bool) -> [TraceEvent] {
        var s = Simulation(m.b.model, RunSettings(seed: seed, isPlain: isPlain))
        s.run(until: 60 * second)
        var events: [TraceEvent] = []
        if s.usesRecursions { return [] }
        s.setTrace { events.append($0) }
        s.run(until: 120 * second)
        return events
      }
      let fast = told(isPlain: false)
      if !fast.isEmpty { #expect(fast == told(isPlain: true), "model \(seed)") }
    }
  }

  /// Of a thousand parents nine in ten have their children back soon, so that their line is closed up; the others, who have other numbers then,
  /// have theirs back later.
  @Test func parentsAreFoundWhenTheirLineIsClosedUp() {
    for isPlain in [false, true] {
      var b = ModelBuilder()
      let r = b.register(), one = b.register(1), ten = b.register(10), soon = b.register(2000), later = b.register(3000), delay = b.register(), isLate = b.register()
      b.model.conditions.append(Condition(entry: b.here, result: r, readsFrame: true, handleSlots: [0]))
      b.emit(.handleDone, r, 0)
      b.emit(.endEvaluation)
      let child = b.journey("child", slots: 1)
      b.emit(.loadSlot, r, 0)
      b.emit(.wait, r)
      b.emit(.end, -1, -1)
      let j = b.journey("parent", slots: 1)
      b.model.spawns.append(SpawnSite(journey: child, arguments: [delay], origin: b.origin("children"), keepsHandle: true))
      let number = b.cell("number")
      b.emit(.addCell, number, one)
      b.emit(.loadCell, r, number)
      b.emit(.modulo, r, r, ten)
      b.emit(.equal, isLate, r, one)
      b.emit(.move, delay, soon)
      b.emit(.moveIf, delay, isLate, later)
      b.emit(.spawn, r, 0)
      b.emit(.storeSlot, 0, r)
      b.emit(.await, b.request(0))
      b.emit(.dropHandle, 0)
      b.emit(.end, -1, -1)
      b.source("door", .interarrival(law: b.law(Law(.constant, 1))), journey: j, limit: 1000)
      var s = Simulation(b.model, RunSettings(seed: 1, isPlain: isPlain))
      s.run(until: 3000 * second)
      #expect(s.isConsistent() && s.liveTokens == 200, "\(s.liveTokens) left")
      s.run(until: 5000 * second)
      #expect(s.liveTokens == 0)
    }
  }

  /// Whose patience ends at one instant leave in the order in which they began to wait, and a `wait` that ends then too has its turn among them.
  @Test func patienceThatEndsAtOneInstant() {
    for isPlain in [false, true] {
      var b = ModelBuilder()
      let order = b.tally("order")
      let desk = b.station("desk", servers: 0, service: Law(.constant, 1))
      let j = b.journey("visit", slots: 1)
      let number = b.cell("number"), one = b.register(1), r = b.register(), end = b.register(100), patience = b.register()
      b.emit(.addCell, number, one)
      b.emit(.loadCell, r, number)
      b.emit(.storeSlot, 0, r)
      b.emit(.now, r)
      b.emit(.subtract, patience, end, r)
      let site = b.use(desk, patience: patience)
      b.model.uses[Int(site)].otherwise = b.here
      b.emit(.loadSlot, r, 0)
      b.emit(.record, order, r)
      b.emit(.end, -1, -1)
      b.source("door", .interarrival(law: b.law(Law(.constant, 1))), journey: j, limit: 90)
      let other = b.journey("other")
      b.emit(.wait, b.register(30.5))
      b.emit(.wait, b.register(69.5))
      b.emit(.record, order, b.register(-1))
      b.emit(.end, -1, -1)
      b.process(other)
      b.model.tallies[Int(order)].recording = .full
      var s = Simulation(b.model, RunSettings(seed: 1, isPlain: isPlain))
      s.run(until: 101 * second)
      let came = (1...90).map(Double.init)
      #expect(b.tally("order", of: s.samplePath()).values == came.prefix(30) + [-1] + came.dropFirst(30))
    }
  }

  /// A closed desk: of a hundred thousand who come nearly all give up, and those who are left stand in order behind no gaps, and are served
  /// as the discipline has it; where priority counts, who came later is more urgent.
  @Test(arguments: [Station.Discipline.fifo, .lifo, .priority, .shortestFirst, .preemptiveResume])
  func linesAreClosedUp(_ discipline: Station.Discipline) {
    for isPlain in [false, true] {
      var b = ModelBuilder()
      b.recording = .summary
      let order = b.tally("order")
      let desk = b.station("desk", servers: 0, discipline: discipline, service: Law(.constant, 0.001))
      let j = b.journey("visit", slots: 1, outcomes: ["done", "lost"])
      let number = b.cell("number"), one = b.register(1), urgency = b.register(), patience = b.register(), other = b.register(), r = b.register()
      let hundred = b.register(100), large = b.register(1e6), zero = b.register(0)
      b.emit(.addCell, number, one)
      b.emit(.loadCell, r, number)
      b.emit(.storeSlot, 0, r)
      // Each hundredth has patience for ever.
      b.emit(.modulo, other, r, hundred)
      b.emit(.equal, other, other, zero)
      b.emit(.multiply, patience, other, large)
      b.emit(.add, patience, patience, one)
      b.emit(.negate, urgency, r)
      let site = b.use(desk, priority: urgency, patience: patience)
      b.emit(.loadSlot, r, 0)
      b.emit(.record, order, r)
      b.emit(.end, 0, -1)
      b.model.uses[Int(site)].otherwise = b.here
      b.emit(.end, 1, -1)
      b.source("door", .interarrival(law: b.law(Law(.constant, 0.001))), journey: j, limit: 100_000)
      let opening = b.journey("opening")
      b.emit(.wait, b.register(300))
      b.emit(.setCell, b.model.stations[0].servers, one)
      b.emit(.end, -1, -1)
      b.process(opening)
      b.model.tallies[Int(order)].recording = .full
      var s = Simulation(b.model, RunSettings(seed: 1, isPlain: isPlain))
      s.run(until: 299 * second)
      #expect(s.isConsistent())
      #expect(s.liveTokens == 1001)
      #expect(s.roomInLines < 30_000, "\(s.roomInLines) records")
      s = s.fork()
      s.run(until: 400 * second)
      #expect(s.isConsistent() && s.liveTokens == 0)
      let p = s.samplePath()
      let came = (1...1000).map { Double(100 * $0) }
      let isInOrder = discipline == .fifo || discipline == .shortestFirst
      #expect(b.tally("order", of: p).values == (isInOrder ? came : came.reversed()))
      #expect(b.cell("desk.reneged", of: p).last == 99_000)
    }
  }

  /// The turns of those who gave up are forgotten, although there is always somebody more urgent before them.
  @Test func turnsOfNobodyTakeNoRoom() {
    var b = ModelBuilder()
    b.recording = .off
    let desk = b.station("desk", discipline: .priority, service: Law(.constant, 1))
    for (name, interval, priority, patience) in [("urgent", 0.999, 1.0, 1e9), ("patient", 0.01, 2, 0.5)] {
      let j = b.journey(name, outcomes: ["done", "lost"])
      let site = b.use(desk, priority: b.register(priority), patience: b.register(patience))
      b.emit(.end, 0, -1)
      b.model.uses[Int(site)].otherwise = b.here
      b.emit(.end, 1, -1)
      b.source("\(name) door", .interarrival(law: b.law(Law(.constant, interval))), journey: j)
    }
    var s = b.simulation()
    let empty = s.bytes
    s.run(until: 2_000 * second)
    #expect(s.isConsistent())
    #expect(s.bytes - empty < 500_000, "\(s.bytes - empty) bytes")
  }

  /// 32 bytes for who stands in it, 12 where its turn doesn't come by arrival (4 where it comes by that), 16 and the slots where slots are
  /// live, 20 for a deadline where it has patience.
  @Test(arguments: [Station.Discipline.fifo, .lifo, .priority, .processorSharing])
  func whatALineTakes(_ discipline: Station.Discipline) {
    let isShared = discipline == .processorSharing
    for (keepsSlot, hasPatience) in [(false, false), (true, false), (false, true), (true, true)] where !(isShared && hasPatience) {
      var b = ModelBuilder()
      b.recording = .off
      let desk = b.station("desk", servers: isShared ? 1 : 0, discipline: discipline, service: Law(.constant, isShared ? 1e6 : 1))
      let j = b.journey("visit", slots: keepsSlot ? 1 : 0)
      let r = b.register()
      let site = b.use(desk, patience: hasPatience ? b.register(1e6) : -1)
      if keepsSlot { b.emit(.loadSlot, r, 0) }
      b.emit(.end, -1, -1)
      b.model.uses[Int(site)].otherwise = b.here
      b.emit(.end, -1, -1)
      let turn = discipline == .fifo ? 0 : discipline == .lifo ? 4 : 12
      expectRoom(Double(32 + turn) + (keepsSlot ? 24 * 1.34 : 0) + (hasPatience ? 20 : 0), b, journey: j)
    }
  }

  /// 32 bytes and what the condition reads, for who waits for what is its own.
  @Test func whatAConditionTakes() {
    for awaitsChild in [false, true] {
      var b = ModelBuilder()
      b.recording = .off
      let r = b.register(), one = b.register(1)
      b.model.conditions.append(Condition(entry: b.here, result: r, readsFrame: true, handleSlots: awaitsChild ? [0] : []))
      b.emit(awaitsChild ? .handleDone : .loadSlot, r, 0)
      b.emit(.endEvaluation)
      let child = b.journey("child", slots: 0)
      b.emit(.wait, b.register(1e7))
      b.emit(.end, -1, -1)
      let j = b.journey("visit", slots: 4)
      b.model.spawns.append(SpawnSite(journey: child, arguments: [], origin: b.origin("children"), keepsHandle: true))
      if awaitsChild {
        b.emit(.spawn, r, 0)
        b.emit(.storeSlot, 0, r)
      }
      b.emit(.storeSlot, 3, one)
      b.emit(.await, b.request(0))
      b.emit(.end, -1, -1)
      // The child: its event, its frame of when it was created and the handle, and the handle's record.
      expectRoom(32 + 16 * 1.34 + (awaitsChild ? 2.2 * 32 + 16 * 1.34 + 40 : 0), b, journey: j)
    }
  }

  /// 32 bytes for a race, 16 for each arm, 32 and the event list's room for what it waits for, and the slots that its arms and bodies read.
  @Test func whatARaceTakes() {
    var b = ModelBuilder()
    b.recording = .off
    let desk = b.station("desk", servers: 0, service: Law(.constant, 1))
    let j = b.journey("visit", slots: 9)
    let r = b.register(1)
    b.emit(.storeSlot, 3, r)
    b.emit(.race, 0)
    let wait = b.here
    b.emit(.wait, b.register(1e6))
    b.emit(.raceWon, 0)
    let use = b.here
    _ = b.use(desk)
    b.emit(.raceWon, 1)
    b.model.races = [RaceSite(arms: [.init(head: wait, body: b.here), .init(head: use, body: b.here)])]
    b.emit(.loadSlot, r, 3)
    b.emit(.end, -1, -1)
    expectRoom((32 + 2 * 16) * 1.34 + 16 * 1.34 + 32 + 32 * 2.2, b, journey: j)
  }

  /// Most bytes for each who has come and waits, for a store that has grown by a tenth more.
  private func expectRoom(_ most: Double, _ model: ModelBuilder, journey: Int32) {
    var b = model
    let count = 1 << 17
    b.source("door", .interarrival(law: b.law(Law(.constant, 0.001))), journey: journey, limit: Int64(count - 1))
    var s = b.simulation()
    let empty = s.bytes
    s.run(until: 1000 * second)
    #expect(s.liveTokens % (count - 1) == 0 && s.liveTokens > 0)
    let each = Double(s.bytes - empty) / Double(count)
    #expect(each < 1.1 * most, "\(each) bytes for each, of \(most)")
  }
}
