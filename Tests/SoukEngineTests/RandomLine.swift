// Random models under more load than their stations bear: with patience, rooms that are full, breakdowns, servers that come and go, stocks,
// batches, gates, races within races and batches, parents who await their children, and slots that are and aren't read afterwards.

import SoukModel
import SoukNumerics
import SoukStats

@testable import SoukEngine

struct RandomLine {
  var b = ModelBuilder()
  private var ordinal: UInt32 = 0
  private let seed: UInt64
  private var names = 0
  private var stations: [Int32] = []
  private var pools: [Int32] = []
  private var journeys: [Int32] = []
  /// The measure of a body that may be open in an arm of a race; -1: none.
  private var timedInRaces: Int32 = -1
  private let one: Int32

  init(seed: UInt64, recording: Recording) {
    self.seed = seed
    b.recording = recording
    one = b.register(1)
    for _ in 0..<(1 + number(3)) { station() }
    for _ in 0..<number(3) { pools.append(b.pool(name("pool"), size: Double(1 + number(6)), discipline: [.fifo, .fifo, .lifo, .priority][number(4)])) }
    if number(2) == 0 { openingHours() }
    for _ in 0..<number(3) { level() }
    for _ in 0..<number(3) { batch() }
    for _ in 0..<number(3) { gate() }
    for _ in 0..<(1 + number(3)) { journey() }
    for _ in 0..<number(3) { family() }
  }

  mutating func number(_ n: Int) -> Int {
    ordinal += 1
    let words = Philox4x32.philox4x32(key: StreamKey(seed: seed, path: "line"), attempt: 0, index: 0, ordinal: ordinal, replication: 0)
    return Int(words.0 % UInt64(n))
  }

  private mutating func name(_ kind: String) -> String {
    names += 1
    return "\(kind) \(names)"
  }

  private mutating func station() {
    let disciplines: [Station.Discipline] = [
      .fifo, .fifo, .fifo, .fifo, .lifo, .priority, .shortestFirst, .preemptiveResume, .preemptiveRestart, .processorSharing,
    ]
    let fails = number(4) == 0
    let hasRate = number(4) == 0
    let rate = hasRate ? b.cell(name("rate"), initial: Double(number(3))) : -1
    let service = [Law(.constant, 1), Law(.exponential, 0.8), Law(.discreteUniform, 0, 3), Law(.gamma, 2, 0.4)][number(4)]
    stations.append(
      b.station(
        name("station"), servers: Double(number(4)), discipline: hasRate ? .fifo : disciplines[number(disciplines.count)], rate: rate,
        service: hasRate ? nil : service, capacity: number(3) == 0 ? Int64(20 + number(50)) : .max,
        uptime: fails ? Law(.exponential, 30) : nil, repair: fails ? Law(.exponential, 10) : nil))
  }

  /// The first station is closed and open by turns.
  private mutating func openingHours() {
    let cell = b.model.stations[0].rate >= 0 ? b.model.stations[0].rate : b.model.stations[0].servers
    let j = b.journey(name("hours"))
    let top = b.here
    b.emit(.setCell, cell, b.register(Double(number(2))))
    b.emit(.wait, b.register(Double(5 + number(40))))
    b.emit(.setCell, cell, b.register(Double(2 + number(4))))
    b.emit(.wait, b.register(Double(5 + number(20))))
    b.emit(.jump, top)
    b.process(j)
  }

  private mutating func journey() {
    let timed = b.tally(name("timed"))
    let isTimed = number(4) == 0
    var open: [(slot: Int32, tally: Int32)] = []
    if isTimed { open.append((slot: 2, tally: timed)) }
    let isTimedInRaces = number(3) == 0
    if isTimedInRaces { open.append((slot: 4, tally: timed)) }
    timedInRaces = isTimedInRaces ? timed : -1
    let j = b.journey(name("journey"), slots: 5, outcomes: ["done", "lost"], timed: open)
    journeys.append(j)
    var refused: [(site: Int32, kind: Int, rows: Int)] = []
    if isTimed { b.emit(.timeBegin, 2, timed) }
    for _ in 0..<(1 + number(3)) { step(&refused, timed) }
    if isTimed { b.emit(.timeEnd, 2, timed) }
    b.emit(.end, 0, -1)
    for (site, kind, rows) in refused {
      for row in 0..<rows { b.model.uses[Int(site) + row].otherwise = b.here }
      if kind == 1 { readSlot(timed) }
      if kind == 2 { b.emit(.wait, b.register(Double(number(5)))) }
      if isTimed { b.emit(.timeLost, 2, timed) }
      b.emit(.end, 1, -1)
    }
    for _ in 0..<(1 + number(2)) {
      switch number(3) {
      case 0: b.source(name("source"), .interarrival(law: b.law(Law(.uniform, 0, 1))), journey: j)
      case 1: b.source(name("source"), .poisson(rate: 0.5), journey: j, limit: 500, batch: Law(.poisson, 4))
      default: b.source(name("source"), .poisson(rate: 3), journey: j, limit: 300)
      }
    }
  }

  /// Parents who send a child the way of others, and wait until it is done or they have no patience any more.
  private mutating func family() {
    let spawn = Int32(b.model.spawns.count)
    b.model.spawns.append(
      SpawnSite(journey: journeys[number(journeys.count)], arguments: [], origin: b.origin(name("children")), keepsHandle: true))
    let log = b.tally(name("children")), r = b.register(), h = b.register(), condition = Int32(b.model.conditions.count)
    b.model.conditions.append(Condition(entry: b.here, result: r, readsFrame: true, handleSlots: [0]))
    b.emit(.handleDone, r, 0)
    b.emit(.endEvaluation)
    let j = b.journey(name("parent"), slots: 4)
    b.emit(.spawn, h, spawn)
    b.emit(.storeSlot, 0, h)
    if number(2) == 0 { b.emit(.wait, b.register(Double(number(4)))) }
    b.emit(.handleStarted, r, 0)
    b.emit(.record, log, r)
    let site = b.request(condition, patience: patienceOrNone())
    b.emit(.await, site)
    b.emit(.now, r)
    b.emit(.record, log, r)
    b.model.requests[Int(site)].otherwise = b.here
    b.emit(.handleDone, r, 0)
    b.emit(.record, log, r)
    b.emit(.dropHandle, 0)
    b.emit(.end, -1, -1)
    b.source(name("source"), .poisson(rate: 2), journey: j, limit: 200)
  }

  private mutating func readSlot(_ tally: Int32) {
    let r = b.register()
    b.emit(.loadSlot, r, 0)
    b.emit(.record, tally, r)
  }

  private mutating func step(_ refused: inout [(site: Int32, kind: Int, rows: Int)], _ tally: Int32) {
    switch number(10) {
    case 0: b.emit(.wait, b.register(Double(number(4))))
    case 1: race(&refused, tally)
    case 2 where !pools.isEmpty: hold(tally)
    case 3 where !b.model.levels.isEmpty: stock(tally)
    case 4 where !b.model.batches.isEmpty: gather(&refused, tally)
    case 5 where !b.model.conditions.isEmpty: awaitGate(tally)
    default:
      let r = b.register()
      let readsSlot = number(2) == 0
      if readsSlot {
        b.emit(.now, r)
        b.emit(.storeSlot, 0, r)
      }
      let station = stations[number(stations.count)]
      var patience: Int32 = -1
      if number(3) > 0 {
        let site = b.drawSite(name("patience"))
        // Loops count their draws in a slot, which is read again by the next draw.
        if number(2) == 0 { b.model.drawSites[Int(site)].counter = 3 }
        patience = b.register()
        b.emit(.draw, patience, b.law([Law(.exponential, 12), Law(.discreteUniform, 0, 9), Law(.constant, 7)][number(3)]), site)
      }
      var service: Int32 = -1
      if number(4) == 0, b.model.stations[Int(station)].rate < 0 { service = b.register(Double(number(3)) / 2) }
      let kind = readsSlot ? number(3) : number(2) * 2
      let isPicked = number(4) == 0
      if isPicked { pick() }
      let site = b.use(station, service: service, priority: patience, patience: patience)
      refused.append((site, kind, isPicked ? 2 : 1))
      if isPicked { b.model.uses.append(beside(b.model.uses[Int(site)])) }
      if readsSlot && number(3) > 0 { readSlot(tally) }
    }
  }

  /// Draws which of two sites side by side the next op means.
  private mutating func pick() {
    let row = b.register()
    if number(2) == 0 {
      b.emit(.draw, row, b.law(Law(.discreteUniform, 0, 1)), b.drawSite(name("row")))
    } else {
      let weights = [b.register(3), b.register(1)]
      b.emit(.drawWeighted, row, weights[0], b.drawSite(name("row")))
      b.emit(.extra, 2)
    }
    b.emit(.offset, 0, row)
  }

  /// The same at another station of its kind, if there is one.
  private mutating func beside(_ site: UseSite) -> UseSite {
    let station = b.model.stations[Int(site.station)]
    let others = stations.filter {
      let other = b.model.stations[Int($0)]
      return (other.rate < 0) == (station.rate < 0) && (other.service < 0) == (station.service < 0)
    }
    return UseSite(
      station: others[number(others.count)], service: site.service, draw: site.draw, priority: site.priority, patience: site.patience,
      otherwise: site.otherwise)
  }

  /// Some of a pool for a while; who is refused goes on without.
  private mutating func hold(_ tally: Int32) {
    let readsSlot = number(2) == 0
    if readsSlot { b.emit(.storeSlot, 0, one) }
    let patience = patienceOrNone()
    let pool = pools[number(pools.count)]
    let amount = b.register(Double(1 + number(2)) / 2)
    let site = b.request(pool, amount: amount, priority: amount, patience: patience)
    b.emit(.seize, site)
    b.emit(.wait, b.register(Double(number(4)) / 2))
    b.emit(.release, pool, amount)
    b.model.requests[Int(site)].otherwise = b.here
    if readsSlot { readSlot(tally) }
  }

  private mutating func patienceOrNone() -> Int32 {
    if number(2) == 0 { return -1 }
    let patience = b.register()
    b.emit(.draw, patience, b.law([Law(.exponential, 12), Law(.discreteUniform, 0, 9)][number(2)]), b.drawSite(name("patience")))
    return patience
  }

  /// A stock that is filled up again and again.
  private mutating func level() {
    let path = name("stock")
    b.model.levels.append(
      Level(
        path: path, initial: 3, capacity: Double(5 + number(20)), level: b.cell("\(path).level"), put: b.cell("\(path).put"),
        taken: b.cell("\(path).taken"), waiting: b.cell("\(path).waiting"), wait: b.tally("\(path).wait")))
    let j = b.journey(name("refill"))
    let top = b.here
    b.emit(.wait, b.register(Double(1 + number(6))))
    b.emit(.put, b.request(Int32(b.model.levels.count - 1), amount: b.register(Double(1 + number(5)))))
    b.emit(.jump, top)
    b.process(j)
  }

  /// Some of a stock; who loses patience goes on without.
  private mutating func stock(_ tally: Int32) {
    let readsSlot = number(2) == 0
    if readsSlot { b.emit(.storeSlot, 0, one) }
    let site = b.request(Int32(number(b.model.levels.count)), amount: b.register(Double(1 + number(3))), patience: patienceOrNone())
    b.emit(number(3) > 0 ? .take : .put, site)
    b.model.requests[Int(site)].otherwise = b.here
    if readsSlot { readSlot(tally) }
  }

  private mutating func batch() {
    let path = name("batch")
    let within = number(3) == 0 ? .max : Int64(3 + number(9)) * second
    b.model.batches.append(
      Batch(
        path: path, size: Int64(2 + number(40)), within: within, calendar: -1, waiting: b.cell("\(path).waiting"),
        sizes: b.tally("\(path).sizes"), wait: b.tally("\(path).wait")))
  }

  /// A gate that is opened and shut, for all who wait or for those alone whose slot is low enough.
  private mutating func gate() {
    let r = b.register(), slot = b.register(), readsFrame = number(3) == 0
    let gate = b.cell(name("gate"), watchers: [.condition(Int32(b.model.conditions.count))])
    let entry = b.here
    b.emit(.loadCell, r, gate)
    if readsFrame { b.emit(.loadSlot, slot, 0) } else { b.emit(.move, slot, one) }
    b.emit(.lessOrEqual, r, slot, r)
    b.emit(.endEvaluation)
    b.model.conditions.append(Condition(entry: entry, result: r, readsFrame: readsFrame))
    let j = b.journey(name("porter"))
    let top = b.here
    for value in [Double(number(3)), 0] {
      b.emit(.wait, b.register(Double(1 + number(20))))
      b.emit(.setCell, gate, b.register(value))
    }
    b.emit(.jump, top)
    b.process(j)
  }

  private mutating func awaitGate(_ tally: Int32) {
    b.emit(.storeSlot, 0, b.register(Double(number(3))))
    let site = b.request(Int32(number(b.model.conditions.count)), patience: patienceOrNone())
    b.emit(.await, site)
    b.model.requests[Int(site)].otherwise = b.here
    if number(2) == 0 { readSlot(tally) }
  }

  /// Goes on with others for a while; who loses patience goes on alone.
  private mutating func gather(_ refused: inout [(site: Int32, kind: Int, rows: Int)], _ tally: Int32, depth: Int = 0) {
    let readsSlot = number(2) == 0
    if readsSlot {
      let r = b.register()
      b.emit(.now, r)
      b.emit(.storeSlot, 0, r)
    }
    let patience = patienceOrNone()
    let site = Int32(b.model.joins.count)
    b.model.joins.append(JoinSite(batch: Int32(number(b.model.batches.count)), body: 0, after: 0, patience: patience, otherwise: 0))
    b.emit(.join, site)
    let body = b.here
    let r = b.register()
    b.emit(.groupSize, r)
    b.emit(.record, tally, r)
    if number(2) == 0 { b.emit(.storeSlot, 1, r) }
    b.emit(.wait, b.register(Double(number(9))))
    if readsSlot && number(2) == 0 { readSlot(tally) }
    // What the leader waits for, for all.
    switch number(7) {
    case 0 where !b.model.conditions.isEmpty: awaitGate(tally)
    case 1 where !b.model.levels.isEmpty: stock(tally)
    case 2: refused.append((b.use(stations[number(stations.count)]), 0, 1))
    case 3 where depth == 0: race(&refused, tally, depth: 1)
    case 4 where depth == 0: gather(&refused, tally, depth: 1)
    default: break
    }
    b.emit(.joinEnd, site)
    b.model.joins[Int(site)].body = body
    b.model.joins[Int(site)].after = b.here
    b.model.joins[Int(site)].otherwise = b.here
    if readsSlot { readSlot(tally) }
  }

  /// Two or three things at once, of which one happens first: arms of one step and of several, that hold what a withdrawal gives back, that
  /// write into slots which others read, that race themselves.
  private mutating func race(_ refused: inout [(site: Int32, kind: Int, rows: Int)], _ tally: Int32, depth: Int = 0) {
    let index = Int32(b.model.races.count)
    b.model.races.append(RaceSite(arms: []))
    b.emit(.race, index)
    var heads: [Int32] = []
    for arm in 0..<(2 + number(2)) {
      heads.append(b.here)
      head(&refused, tally, depth: depth)
      b.emit(.raceWon, Int32(arm))
    }
    let bodies = b.here
    b.model.races[Int(index)].arms = heads.map { .init(head: $0, body: bodies) }
    if number(2) == 0 {
      // The first arm's body is one of its own.
      b.emit(.jump, b.here + 3)
      b.model.races[Int(index)].arms[0].body = b.here
      readSlot(tally)
    }
  }

  private mutating func head(_ refused: inout [(site: Int32, kind: Int, rows: Int)], _ tally: Int32, depth: Int) {
    if number(3) == 0 {
      let r = b.register()
      b.emit(.now, r)
      b.emit(.storeSlot, Int32(number(2)), r)
    }
    switch number(9) {
    case 0 where !b.model.batches.isEmpty: gather(&refused, tally, depth: depth)
    case 1 where !b.model.conditions.isEmpty: awaitGate(tally)
    case 2 where !b.model.levels.isEmpty: stock(tally)
    case 3 where !pools.isEmpty:
      let pool = pools[number(pools.count)]
      b.emit(.seize, b.request(pool, amount: one, priority: one))
      let unwinds = Int(b.here)
      b.emit(.unwindAt, -1)
      b.emit(.wait, b.register(Double(1 + number(3))))
      b.emit(.release, pool, one)
      b.emit(.unwindAt, -1)
      b.emit(.jump, b.here + 5)
      b.model.code[unwinds].a = b.here
      let r = b.register()
      b.emit(.loadSlot, r, 1)
      b.emit(.record, tally, r)
      b.emit(.release, pool, one)
      b.emit(.unwound)
    case 8 where timedInRaces >= 0:
      b.emit(.timeBegin, 4, timedInRaces)
      let unwinds = Int(b.here)
      b.emit(.unwindAt, -1)
      b.emit(.wait, b.register(Double(1 + number(8))))
      b.emit(.timeEnd, 4, timedInRaces)
      b.emit(.unwindAt, -1)
      b.emit(.jump, b.here + 3)
      b.model.code[unwinds].a = b.here
      b.emit(.timeLost, 4, timedInRaces)
      b.emit(.unwound)
    case 4 where depth == 0: race(&refused, tally, depth: 1)
    case 5: b.emit(.wait, b.register(.infinity))
    case 6:
      refused.append((b.use(stations[number(stations.count)]), 0, 1))
      b.emit(.wait, b.register(Double(number(3))))
    case 7: refused.append((b.use(stations[number(stations.count)]), 0, 1))
    default:
      for _ in 0...number(2) { b.emit(.wait, b.register(Double(1 + number(8)))) }
      if number(3) == 0 { readSlot(tally) }
    }
  }
}
