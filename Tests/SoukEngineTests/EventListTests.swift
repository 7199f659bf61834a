// The event list against a sorted array: the same events in the same order, ties included, for many kinds of workload, with
// the heap and the ladder taking over from one another.

@testable import SoukEngine
import SoukNumerics
import SoukModel
import Testing

/// A stream of uniform numbers for tests.
private struct Draws {
  private var ordinal: UInt32 = 0
  private let key: StreamKey

  init(_ name: String) { key = StreamKey(seed: 1, path: name) }

  mutating func uniform() -> Double {
    ordinal += 1
    return Philox4x32.uniform(Philox4x32.philox4x32(key: key, attempt: 0, index: 0, ordinal: ordinal, replication: 0).0)
  }
}

private enum Workload: String, CaseIterable {
  case exponential, uniform, constant, zero, lattice, pareto, bimodal, bursts

  func delay(_ u: Double, _ v: Double) -> Int64 {
    switch self {
    case .exponential: Int64(-1e9 * Elementary.log(u))
    case .uniform: Int64(2e9 * u)
    case .constant: 1_000_000_000
    case .zero: u < 0.5 ? 0 : Int64(1e6 * v)
    case .lattice: Int64(u * 8) * 250
    case .pareto: Int64(min(1e3 * Elementary.pow(u, -1.2), 1e17))
    case .bimodal: u < 0.9 ? Int64(1e3 * v) : Int64(1e12 * (1 + v))
    case .bursts: Int64(u * 3) * 1_000_000_000 + Int64(v * 4)
    }
  }
}

@Suite struct EventListOrder {
  /// Pushes and pops at random, the size swinging up to `size` and back to nothing, and compares with a sorted array.
  private func run(_ workload: Workload, size: Int, _ seed: Int) {
    var draws = Draws("\(workload.rawValue) \(size) \(seed)")
    var list = EventList()
    defer { list.free() }
    var now: Int64 = 0
    var order: UInt64 = 0
    var pending: Set<UInt64> = []
    var popped: [(Int64, UInt64)] = []
    var pushed: [(Int64, UInt64)] = []
    func push() {
      order += 1
      let eventClass: UInt64 = UInt64(draws.uniform() * 3) << 62
      let event = Event(time: now + workload.delay(draws.uniform(), draws.uniform()), order: eventClass | order, kind: .wait, index: 7)
      list.push(event)
      pending.insert(event.order)
      pushed.append((event.time, event.order))
    }
    func pop() -> Bool {
      guard let event = list.first() else { return false }
      list.removeFirst()
      #expect(pending.remove(event.order) != nil, "\(workload) \(size): an event came twice")
      // Nothing that is pending comes before what was popped: checked at the end by sorting what was pending at each time.
      #expect(event.time >= now)
      now = event.time
      popped.append((event.time, event.order))
      return true
    }
    for phase in 0..<3 {
      while list.count < size {
        push()
        if draws.uniform() < 0.3 { _ = pop() }
        if order % 512 == 0 { list.adapt() }
      }
      for _ in 0..<(2 * size) {
        _ = pop()
        push()
      }
      list.adapt()
      #expect(list.checkInvariants(), "\(workload) \(size) in phase \(phase)")
      while list.count > size / 10 { _ = pop() }
      list.adapt()
    }
    let rest = list.count
    while pop() {}
    #expect(pending.isEmpty && popped.count == pushed.count, "\(workload) \(size): \(pending.count) lost, \(rest)")
    // What was popped after the last push must be sorted by (time, order).
    let tail = popped.suffix(rest)
    for (a, b) in zip(tail, tail.dropFirst()) { #expect(a < b, "\(workload) \(size): \(a) before \(b)") }
  }

  @Test func orderIsExact() {
    for workload in Workload.allCases {
      for size in [1, 5, 40, 700, 6_000] { run(workload, size: size, 1) }
    }
  }

  /// Step by step against the smallest of an array, with ties; small enough for the quadratic comparison.
  @Test func everyPopIsTheSmallest() {
    for workload in Workload.allCases {
      for usesLadder in [false, true] {
        var draws = Draws("small \(workload.rawValue)")
        var list = EventList()
        defer { list.free() }
        var model: [Event] = []
        var now: Int64 = 0
        for i in 0..<UInt64(usesLadder ? 2_600 : 600) {
          let event = Event(time: now + workload.delay(draws.uniform(), draws.uniform()), order: (i % 3) << 62 | i, kind: .wait, index: 1)
          list.push(event)
          model.append(event)
        }
        list.adapt()
        for i in 0..<UInt64(500) {
          guard let first = list.first(), let expected = model.min(by: { $0.precedes($1) }) else { return #expect(Bool(false)) }
          #expect(first.order == expected.order && first.time == expected.time, "\(workload) \(usesLadder)")
          list.removeFirst()
          model.removeAll { $0.order == expected.order }
          now = first.time
          if i % 3 != 0 {
            let event = Event(
              time: now + workload.delay(draws.uniform(), draws.uniform()), order: (i % 3) << 62 | (10_000 + i), kind: .wait, index: 1)
            list.push(event)
            model.append(event)
          }
        }
      }
    }
  }

  /// Waits of centuries, until the clock ends: buckets whose end is beyond that.
  @Test func theEndOfTheClock() {
    var draws = Draws("end")
    var list = EventList()
    defer { list.free() }
    var now: Int64 = 0
    var pending: Set<UInt64> = []
    func push(_ i: UInt64) {
      let time = now + Int64(Double(Int64.max - 1 - now) * draws.uniform() * 0.999_999)
      list.push(Event(time: time, order: i, kind: .wait, index: 1))
      pending.insert(i)
    }
    for i in 0..<UInt64(3_000) { push(i) }
    list.adapt()
    var i: UInt64 = 3_000
    while let first = list.first() {
      list.removeFirst()
      #expect(first.time >= now && pending.remove(first.order) != nil)
      now = first.time
      if i % 2 == 0 { push(i) }
      if i % 97 == 0 { #expect(list.checkInvariants(), "\(i)") }
      i += 1
    }
    #expect(pending.isEmpty && list.count == 0 && i > 6_000, "\(i)")
  }

  @Test func purgeKeepsTheLiving() {
    for n in [100, 5_000] {
      var draws = Draws("purge")
      var list = EventList()
      defer { list.free() }
      for i in 0..<UInt64(n) { list.push(Event(time: Int64(draws.uniform() * 1e9), order: i + 1, kind: .wait, index: 0)) }
      list.adapt()
      for _ in 0..<(n / 2 + 1) { list.noteDead() }
      list.purge { $0.order % 2 == 0 }
      #expect(list.count == n / 2 && list.dead == 0 && list.checkInvariants())
      var last: Int64 = 0
      while let event = list.first() {
        list.removeFirst()
        #expect(event.order % 2 == 0 && event.time >= last)
        last = event.time
      }
    }
  }

  /// The same path whichever structure serves it: a model that swings between a few and many pending events.
  @Test func manyPending() {
    var b = ModelBuilder()
    b.recording = .full
    let delay = b.register(), journey = b.journey("go")
    b.emit(.draw, delay, b.law(Law(.uniform, 0, 100)), b.drawSite("delay"))
    b.emit(.wait, delay)
    b.emit(.end, -1, -1)
    b.source("all", .poisson(rate: 100), journey: journey, limit: 30_000)
    let p = b.paths(0..<1, span: 1_000)[0]
    let times = b.tally("go.time", of: p)
    #expect(times.count == 30_000)
    #expect(b.cell("go.active", of: p).last == 0)
    #expect(times.times == times.times.sorted())
    #expect(abs(times.mean - 50) < 4 * 28.87 / 173.2, "\(times.mean)")
  }
}
