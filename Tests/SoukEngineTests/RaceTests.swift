// Races: who wins, and what the losers give back.

import SoukEngine
import SoukModel
import SoukStats
import Testing

@Suite struct Races {
  /// A race of `use till` (its own service) against a wait of `limit` seconds; outcomes served, late.
  private func timed(limit: Double, service: Double, servers: Double = 1) -> ModelBuilder {
    var b = ModelBuilder()
    b.recording = .full
    let station = b.station("till", servers: servers)
    let t = b.register(limit), s = b.register(service)
    let journey = b.journey("buy", outcomes: ["served", "late"])
    b.emit(.race, 0)
    let first = b.here
    _ = b.use(station, service: s)
    b.emit(.raceWon, 0)
    let second = b.here
    b.emit(.wait, t)
    b.emit(.raceWon, 1)
    let served = b.here
    b.emit(.end, 0, -1)
    let late = b.here
    b.emit(.end, 1, -1)
    b.model.races = [RaceSite(arms: [.init(head: first, body: served), .init(head: second, body: late)])]
    b.source("arrivals", .instants([0, 0]), journey: journey)
    return b
  }

  @Test func completionBeatsTimer() {
    let b = timed(limit: 2, service: 2, servers: 2)
    let p = b.paths(0..<1, span: 10)[0]
    #expect(b.tally("buy.outcome", of: p).values == [0, 0])
  }

  @Test func loserLeavesServiceAndQueue() {
    // Both are late at 1: one leaves service, one the queue (or the service it has just got).
    let b = timed(limit: 1, service: 2)
    var s = b.simulation()
    s.run(until: 10 * second)
    let p = s.samplePath()
    #expect(b.tally("buy.outcome", of: p).values == [1, 1])
    #expect(b.cell("till.reneged", of: p).last == 2)
    #expect(b.cell("till.completions", of: p).last == 0)
    #expect(b.cell("till.busy", of: p).last == 0)
    #expect(b.cell("till.queue", of: p).last == 0)
    #expect(s.liveTokens == 0)
    #expect(s.isConsistent())
    // Dead timers and completions leave no event: the two waits are all that happened after the arrivals.
    #expect(p.events == 4)
  }

  @Test func headThatDoesNotBlockWinsAtOnce() {
    var b = ModelBuilder()
    b.recording = .full
    let pool = b.pool("pool", size: 1)
    let one = b.register(1)
    let opened = b.cell("opened")
    let seize = b.request(pool, amount: one)
    let journey = b.journey("try", outcomes: ["got", "timed"])
    b.emit(.race, 0)
    let first = b.here
    b.emit(.seize, seize)
    b.emit(.raceWon, 0)
    let second = b.here
    b.emit(.count, opened, one)
    b.emit(.wait, one)
    b.emit(.raceWon, 1)
    let got = b.here
    b.emit(.end, 0, -1)
    let timed = b.here
    b.emit(.end, 1, -1)
    b.model.races = [RaceSite(arms: [.init(head: first, body: got), .init(head: second, body: timed)])]
    b.source("arrivals", .instants([0, 0]), journey: journey)
    let p = b.paths(0..<1, span: 10)[0]
    // The first gets the pool at once and keeps it: its timer is never opened; the second's is, and wins.
    #expect(b.tally("try.outcome", of: p).values == [0, 1])
    #expect(b.cell("opened", of: p).last == 1)
    #expect(b.cell("pool.waiting", of: p).last == 0)
    #expect(b.cell("pool.held", of: p).last == 1)
  }

  @Test func withdrawnArmGivesBackWhatItHolds() {
    // Arm 0 holds the pool and waits long; arm 1 is a short timer: the unwind code releases the pool.
    var b = ModelBuilder()
    b.recording = .full
    let pool = b.pool("pool", size: 1)
    let one = b.register(1), ten = b.register(10)
    let body = b.tally("body")
    let seize = b.request(pool, amount: one)
    let journey = b.journey("try", slots: 1, outcomes: ["done", "timed"], timed: [(slot: 0, tally: body)])
    b.emit(.race, 0)
    let first = b.here
    b.emit(.seize, seize)
    let at = b.here
    b.emit(.unwindAt, 0)
    b.emit(.timeBegin, 0, body)
    b.emit(.wait, ten)
    b.emit(.timeEnd, 0, body)
    b.emit(.release, pool, one)
    b.emit(.unwindAt, -1)
    b.emit(.raceWon, 0)
    b.patch(at, a: b.here)
    b.emit(.timeLost, 0, body)
    b.emit(.release, pool, one)
    b.emit(.unwound)
    let second = b.here
    b.emit(.wait, one)
    b.emit(.raceWon, 1)
    let done = b.here
    b.emit(.end, 0, -1)
    let timed = b.here
    b.emit(.end, 1, -1)
    b.model.races = [RaceSite(arms: [.init(head: first, body: done), .init(head: second, body: timed)])]
    b.source("arrivals", .instants([0, 500_000_000]), journey: journey)
    let p = b.paths(0..<1, span: 20)[0]
    #expect(b.tally("try.outcome", of: p).values == [1, 1])
    #expect(history(b.cell("pool.held", of: p)) == ["0:0", "0:1", "1:0", "1:1", "1.5:0"])
    #expect(b.tally("body", of: p).lost == [0, second == 0 ? 0 : 1_000_000_000])
    #expect(b.tally("body", of: p).pending == [])
  }

  @Test func nestedRacesAreWithdrawnInside() {
    // Outer: (inner: use till | wait 10) | wait 1. The inner arms go when the outer timer wins.
    var b = ModelBuilder()
    b.recording = .full
    let station = b.station("till")
    let one = b.register(1), ten = b.register(10), twenty = b.register(20)
    let journey = b.journey("try", outcomes: ["inner", "outer"])
    b.emit(.race, 0)
    let outer0 = b.here
    b.emit(.race, 1)
    let outer1 = b.here
    b.emit(.wait, one)
    b.emit(.raceWon, 1)
    let inner0 = b.here
    _ = b.use(station, service: twenty)
    b.emit(.raceWon, 0)
    let inner1 = b.here
    b.emit(.wait, ten)
    b.emit(.raceWon, 1)
    let innerDone = b.here
    b.emit(.raceWon, 0)
    let won0 = b.here
    b.emit(.end, 0, -1)
    let won1 = b.here
    b.emit(.end, 1, -1)
    b.model.races = [
      RaceSite(arms: [.init(head: outer0, body: won0), .init(head: outer1, body: won1)]),
      RaceSite(arms: [.init(head: inner0, body: innerDone), .init(head: inner1, body: innerDone)]),
    ]
    b.source("arrivals", .instants([0]), journey: journey)
    var s = b.simulation()
    s.run(until: 0)
    #expect(s.liveTokens == 5)  // the entity, two outer arms, two inner arms
    s.run(until: 30 * second)
    let p = s.samplePath()
    #expect(b.tally("try.outcome", of: p).values == [1])
    #expect(b.tally("try.time", of: p).values == [1])
    #expect(b.cell("till.busy", of: p).last == 0)
    #expect(s.liveTokens == 0)
    // With a slow outer timer the inner race ends first and wins the outer one.
    b.model.registers[Int(one)] = 15
    let q = b.paths(0..<1, span: 30)[0]
    #expect(b.tally("try.outcome", of: q).values == [0])
    #expect(b.tally("try.time", of: q).values == [10])
  }

  @Test func grantThatLosesGoesBack() {
    // Both arms of one race wait for pools that one release each frees at the same instant: the first granted wins, the
    // other's grant goes back.
    var b = ModelBuilder()
    b.recording = .full
    let left = b.pool("left", size: 1), right = b.pool("right", size: 1)
    let one = b.register(1)
    let seizeLeft = b.request(left, amount: one), seizeRight = b.request(right, amount: one)
    let holder = b.journey("holder")
    b.emit(.seize, seizeLeft)
    b.emit(.seize, seizeRight)
    b.emit(.wait, one)
    b.emit(.release, right, one)
    b.emit(.release, left, one)
    b.emit(.end, -1, -1)
    let racer = b.journey("racer", outcomes: ["left", "right"])
    b.emit(.race, 0)
    let head0 = b.here
    b.emit(.seize, seizeLeft)
    b.emit(.raceWon, 0)
    let head1 = b.here
    b.emit(.seize, seizeRight)
    b.emit(.raceWon, 1)
    let body0 = b.here
    b.emit(.end, 0, -1)
    let body1 = b.here
    b.emit(.end, 1, -1)
    b.model.races = [RaceSite(arms: [.init(head: head0, body: body0), .init(head: head1, body: body1)])]
    b.process(holder)
    b.source("racers", .instants([0]), journey: racer)
    let p = b.paths(0..<1, span: 5)[0]
    #expect(b.tally("racer.outcome", of: p).values == [1])
    #expect(b.cell("right.held", of: p).last == 1)
    #expect(b.cell("left.held", of: p).last == 0)
  }
}
