// Ops that compute, look up and draw; sources by pattern; what is observed and from when.

@testable import SoukEngine
import SoukModel
import SoukStats
import Testing

@Suite struct Ops {
  /// Runs code once at time 0 and returns what it recorded in `log`.
  private func log(_ b: inout ModelBuilder, span: Double = 0, _ code: (inout ModelBuilder, Int32) -> Void) -> [Double] {
    b.recording = .full
    let log = b.tally("log")
    let journey = b.journey("code", slots: 8)
    code(&b, log)
    b.emit(.end, -1, -1)
    b.process(journey)
    return b.tally("log", of: b.paths(0..<1, span: span)[0]).values
  }

  @Test func arithmetic() {
    let cases: [(OpCode, Double, Double, Double)] = [
      (.add, 2, 3, 5), (.subtract, 2, 3, -1), (.multiply, 2, 3, 6), (.divide, 3, 2, 1.5), (.modulo, 7, 3, 1), (.modulo, -7, 3, 2),
      (.modulo, 7, -3, -2), (.power, 2, 10, 1024), (.minimum, 2, 3, 2), (.maximum, 2, 3, 3), (.negate, 2, 0, -2), (.not, 0, 0, 1),
      (.not, 5, 0, 0), (.absolute, -2, 0, 2), (.floor, -1.5, 0, -2), (.ceiling, -1.5, 0, -1), (.round, 2.5, 0, 3), (.round, -2.5, 0, -3),
      (.roundMoney, 2.5, 0, 2), (.roundMoney, 3.5, 0, 4), (.squareRoot, 9, 0, 3), (.exponential, 0, 0, 1), (.logarithm, 1, 0, 0),
      (.sine, 0, 0, 0), (.cosine, 0, 0, 1), (.less, 2, 3, 1), (.less, 3, 3, 0), (.lessOrEqual, 3, 3, 1), (.equal, 3, 3, 1),
      (.notEqual, 3, 3, 0), (.and, 1, 0, 0), (.and, 1, 2, 1), (.or, 0, 2, 1), (.or, 0, 0, 0), (.orDefault, .nan, 4, 4), (.orDefault, 3, 4, 3),
      (.move, 8, 0, 8), (.moveIf, 1, 7, 7), (.moveIf, 0, 7, 0),
    ]
    for (code, x, y, expected) in cases {
      var b = ModelBuilder()
      let rx = b.register(x), ry = b.register(y), r = b.register()
      let values = log(&b) { b, log in
        b.emit(code, r, rx, ry)
        b.emit(.record, log, r)
      }
      #expect(values == [expected], "\(code) \(x) \(y)")
    }
  }

  @Test func recursionSavesRegisters() {
    // f(n) = n < 1 ? 0 : n + f(n - 1); the argument comes in `argument`, the frame is `n` alone, the result in `result`.
    var b = ModelBuilder()
    let argument = b.register(5), n = b.register(), result = b.register(), one = b.register(1), zero = b.register(0)
    let values = log(&b) { b, log in
      let over = b.here
      b.emit(.jump, 0)
      let f = b.here
      b.emit(.move, n, argument)
      let test = b.here
      b.emit(.jumpIfLess, n, one, 0)
      b.emit(.subtract, argument, n, one)
      b.emit(.call, f, n, 1)
      b.emit(.add, result, result, n)
      b.emit(.returnFunction)
      b.patch(test, c: b.here)
      b.emit(.move, result, zero)
      b.emit(.returnFunction)
      b.patch(over, a: b.here)
      b.emit(.call, f, n, 1)
      b.emit(.record, log, result)
    }
    #expect(values == [15])
    b.model.registers[Int(argument)] = 1e9
    var s = b.simulation()
    guard case .fault(.recursionTooDeep, _)? = s.run(until: 0) else { return #expect(Bool(false), "recursion without end") }
  }

  @Test func tablesAndOffsets() {
    var b = ModelBuilder()
    b.model.columns = [[10, 20, 30], [1, 2, 3]]
    let row = b.register(2), one = b.register(1), r = b.register()
    let values = log(&b) { b, log in
      b.emit(.column, r, 0, row)
      b.emit(.record, log, r)
      b.emit(.columnCount, r, 0)
      b.emit(.record, log, r)
      b.emit(.offset, 1, one)
      b.emit(.column, r, 0, row)
      b.emit(.record, log, r)
    }
    #expect(values == [30, 3, 3])
    b.model.registers[Int(row)] = 3
    var s = b.simulation()
    guard case .fault(.indexOutOfRange(3), _)? = s.run(until: 0) else { return #expect(Bool(false), "row 3 of 3") }
  }

  @Test func weightedDraws() {
    var b = ModelBuilder()
    let w = [b.register(1), b.register(0), b.register(3)]
    let r = b.register()
    b.recording = .full
    let log = b.tally("log")
    let journey = b.journey("choose")
    b.emit(.drawWeighted, r, w[0], b.drawSite("choice"))
    b.emit(.extra, 3)
    b.emit(.record, log, r)
    b.emit(.end, -1, -1)
    b.source("all", .interarrival(law: b.law(Law(.constant, 1))), journey: journey, limit: 20_000)
    let values = b.tally("log", of: b.paths(0..<1, span: 30_000)[0]).values
    let firsts = Double(values.filter { $0 == 0 }.count)
    #expect(abs(firsts - 5_000) < 4 * 61.3)
    #expect(values.allSatisfy { $0 == 0 || $0 == 2 })
    for i in w { b.model.registers[Int(i)] = 0 }
    var s = b.simulation()
    #expect(s.run(until: 10 * second) == .fault(.noWeights, place: 0))
  }

  @Test func drawsThatCountGoOnInTheStream() {
    // Ten draws by a counter slot equal the draws at indices 0 … 9; a dynamic law gives what the fixed one gives.
    var b = ModelBuilder()
    let r = b.register(), parameters = b.register(2.5)
    _ = b.register()
    let stream = b.stream("draws")
    let law = b.law(Law(.exponential, 2.5))
    b.model.drawSites = [DrawSite(stream: stream, index: 0, counter: 0), DrawSite(stream: stream, index: 0, counter: 1)]
    b.model.drawSites += (0..<10).map { DrawSite(stream: stream, index: $0, counter: -1) }
    let values = log(&b) { b, log in
      for _ in 0..<10 {
        b.emit(.draw, r, law, 0)
        b.emit(.record, log, r)
      }
      for i in 0..<Int32(10) {
        b.emit(.draw, r, law, 2 + i)
        b.emit(.record, log, r)
      }
      for _ in 0..<10 {
        b.emit(.drawDynamic, r, Int32(LawKind.allCases.firstIndex(of: .exponential) ?? 0) << 16 | parameters, 1)
        b.emit(.record, log, r)
      }
    }
    #expect(Array(values[0..<10]) == Array(values[10..<20]))
    #expect(Array(values[0..<10]) == Array(values[20..<30]))
    #expect(Set(values).count == 10)
    // The same from outside of the run.
    let math = LawMath(laws: b.model.laws, tables: [])
    let origin = b.model.origins[0]
    #expect(values[3] == math.sample(law, seed: 1, stream: "draws", origin: origin, ordinal: 0, index: 3))
    b.model.registers[Int(parameters)] = -1
    var s = b.simulation()
    guard case .fault(.badDistribution, _)? = s.run(until: 0) else { return #expect(Bool(false), "a mean of -1") }
  }

  @Test func windowsRememberLately() {
    var b = ModelBuilder()
    b.recording = .full
    let seen = b.tally("seen"), counter = b.cell("counter"), gauge = b.cell("gauge", initial: 4)
    b.model.windows = [
      Window(source: .tally(seen), ticks: 10 * second, count: 0), Window(source: .tally(seen), ticks: 0, count: 2),
      Window(source: .counter(counter), ticks: 10 * second, count: 0), Window(source: .gauge(gauge), ticks: 10 * second, count: 0),
    ]
    let r = b.register(), five = b.register(5), six = b.register(6), one = b.register(1)
    let values = log(&b, span: 100) { b, log in
      func look() {
        for w in 0..<Int32(4) {
          for code in [OpCode.windowRecent, .windowSeen, .windowHighest] {
            b.emit(code, r, w)
            b.emit(.record, log, r)
          }
        }
      }
      look()  // nothing yet
      b.emit(.record, seen, six)
      b.emit(.record, seen, five)
      b.emit(.record, seen, one)
      b.emit(.count, counter, five)
      b.emit(.wait, five)
      b.emit(.setCell, gauge, six)
      b.emit(.count, counter, one)
      b.emit(.wait, five)  // at 10: what was at 0 is out of the window
      look()
    }
    #expect(values[0].isNaN && values[1] == 0 && values[2].isNaN)
    #expect(values[6] == 0 && values[7] == 0 && values[8].isNaN)
    #expect(Array(values[9..<12]) == [4, 0, 4])
    #expect(values[12].isNaN && values[13] == 0)  // the tally's last 10 s at 10: nothing
    #expect(Array(values[15..<18]) == [3, 2, 5])  // the latest two: 5 and 1
    #expect(Array(values[18..<20]) == [1, 1])
    #expect(Array(values[21..<24]) == [5, 1, 6])  // 4 for 5 s, 6 for 5 s
  }

  @Test func sourcesByPattern() {
    var b = ModelBuilder()
    b.recording = .full
    b.model.calendars = [Calendar(instants: [second, 3 * second], period: 10 * second), Calendar(instants: [0], period: 0)]
    let journey = b.journey("come")
    b.emit(.end, -1, -1)
    b.source("calendar", .calendar(0), journey: journey)
    b.source("once", .calendar(1), journey: journey)
    b.source("instants", .instants([5, 5, 9]), journey: journey, limit: 2)
    b.source("released", .released(count: 1_000, times: b.law(Law(.uniform, 0, 20))), journey: journey)
    b.source("batches", .interarrival(law: b.law(Law(.constant, 4))), journey: journey, limit: 7, batch: Law(.constant, 3))
    let p = b.paths(0..<1, span: 24)[0]
    func times(_ name: String) -> [Int64] { Array(b.cell("\(name).started", of: p).times.dropFirst()) }
    let recurring: [Int64] = [1, 3, 11, 13, 21, 23]
    #expect(times("calendar") == recurring.map { $0 * second })
    #expect(times("once") == [0])
    #expect(times("instants") == [5, 5])
    let batched: [Int64] = [4, 4, 4, 8, 8, 8, 12]
    #expect(times("batches") == batched.map { $0 * second })
    let released = times("released")
    #expect(released.count == 1_000 && released == released.sorted())
    let total = released.reduce(Int64(0), +)
    let mean = Double(total) / 1e12
    #expect(abs(mean - 10) < 0.73)  // four standard errors of a uniform law on 0 … 20
  }

  @Test func liveRatesKeepTheExponential() {
    // A rate that is switched between 1 and 3 every second: the number in t seconds is Poisson with mean 2 t; and the
    // same draws at a constant rate 2 of a time-changed clock would come in the same order, so counts differ little.
    var b = ModelBuilder()
    b.recording = .full
    let rate = b.cell("rate", initial: 1)
    let one = b.register(1), three = b.register(3), journey = b.journey("come")
    b.emit(.end, -1, -1)
    b.source("live", .live(cell: rate, curve: -1), journey: journey)
    let control = b.journey("control")
    let loop = b.here
    b.emit(.wait, one)
    b.emit(.setCell, rate, three)
    b.emit(.wait, one)
    b.emit(.setCell, rate, one)
    b.emit(.jump, loop)
    b.process(control)
    let paths = b.paths(0..<200, span: 40)
    var slow = 0.0
    var fast = 0.0
    for p in paths {
      for t in b.cell("live.started", of: p).times.dropFirst() { if t / second % 2 == 0 { slow += 1 } else { fast += 1 } }
    }
    #expect(abs(slow - 4_000) < 4 * 63.3, "\(slow)")
    #expect(abs(fast - 12_000) < 4 * 109.6, "\(fast)")
  }

  @Test func curvesAreReadAndInverted() {
    let curves = CurveSet([
      Curve(shape: .steps, times: [0, 10, 20], values: [1, 3, 0], period: 30, offset: 5),
      Curve(shape: .linear, times: [0, 10, 20], values: [0, 4, 0]), Curve(shape: .steps, times: [2, 4], values: [5, 0]),
    ])
    defer { curves.free() }
    let steps: [(Double, Double)] = [(0, 1), (4.9, 1), (5, 3), (14, 3), (15, 0), (24.9, 0), (25, 1), (30, 1)]
    for (time, value) in steps { #expect(curves.value(0, at: time) == value, "steps at \(time)") }
    let lines: [(Double, Double)] = [(-1, 0), (0, 0), (5, 2), (10, 4), (15, 2), (20, 0), (99, 0)]
    for (time, value) in lines { #expect(curves.value(1, at: time) == value, "lines at \(time)") }
    #expect(curves.integral(0, from: 0, to: 30) == 40)
    #expect(curves.integral(1, from: 0, to: 20) == 40)
    let inversions: [(Int32, Double, Double)] = [(0, 0, 17), (0, 3, 40), (0, 12.5, 1000.25), (1, 0, 13), (1, 7, 20), (2, 0, 19)]
    for (curve, from, amount) in inversions {
      let delay = curves.delay(curve, from: from, amount: amount)
      let reached = curves.integral(curve, from: from, to: from + delay)
      #expect(abs(reached - amount) < 1e-9, "\(curve) \(from) \(amount): \(delay)")
    }
    // A curve that is 0 for ever has no further arrival.
    #expect(curves.delay(1, from: 0, amount: 40.001) == .infinity)
    #expect(curves.delay(2, from: 3, amount: 21) == .infinity)
  }

  @Test func warmupForgetsSumsAndKeepsValues() {
    // A gauge at 1 until 2, 5 until 6, 3 after; warm-up until 4, end at 10: integral 5·2 + 3·4.
    var b = ModelBuilder()
    let gauge = b.cell("gauge", initial: 1), seen = b.tally("seen", thresholds: [5, 3])
    let two = b.register(2), four = b.register(4), five = b.register(5), three = b.register(3)
    let journey = b.journey("go")
    b.emit(.record, seen, two)
    b.emit(.wait, two)
    b.emit(.setCell, gauge, five)
    b.emit(.wait, two)
    b.emit(.record, seen, five)  // at 4, the warm-up's end: counted
    b.emit(.wait, two)
    b.emit(.setCell, gauge, three)
    b.emit(.record, seen, three)
    b.emit(.wait, four)
    b.emit(.end, -1, -1)
    b.process(journey)
    let p = b.paths(0..<1, span: 10, warmup: 4)[0]
    let cell = b.cell("gauge", of: p)
    #expect(cell.integral == 22 && cell.atWarmup == 5)
    #expect(cell.minimum == 3 && cell.maximum == 5 && cell.last == 3)
    let tally = b.tally("seen", of: p)
    #expect(tally.count == 2 && tally.sum == 8)
    #expect(tally.atMost == [2, 1])
    #expect(tally.below == [1, 0])
    // Events at the end are included.
    #expect(b.cell("go.finished", of: p).last == 1)
  }

  @Test func entitiesWeighWhatTheyStandFor() {
    var b = ModelBuilder.queue(rate: 0.5, service: Law(.exponential, 1))
    let plain = b.paths(0..<1, span: 500)[0]
    b.model.weight = 1_000
    let scaled = b.paths(0..<1, span: 500)[0]
    for name in ["till.arrivals", "till.completions", "till.queue", "till.busy", "buy.started", "buy.active", "buy.served", "orders.started"] {
      #expect(b.cell(name, of: scaled).last == 1_000 * b.cell(name, of: plain).last)
      #expect(b.cell(name, of: scaled).maximum == 1_000 * b.cell(name, of: plain).maximum)
    }
    // Times never scale, and each entity is one observation.
    #expect(b.tally("till.wait", of: scaled).sum == b.tally("till.wait", of: plain).sum)
    #expect(b.tally("till.wait", of: scaled).count == b.tally("till.wait", of: plain).count)
  }

  /// Who comes all at one instant comes in the order of their numbers, in no list, and otherwise as by a law that has several values.
  @Test func allAtOneInstantComeAsByALaw() {
    func path(_ law: Law) -> String {
      var b = ModelBuilder()
      b.recording = .full
      let station = b.station("till", servers: 2, service: Law(.exponential, 1))
      let journey = b.journey("buy")
      _ = b.use(station)
      b.emit(.end, -1, -1)
      b.source("all", .released(count: 40, times: b.law(law)), journey: journey, limit: 35)
      b.source("door", .poisson(rate: 1), journey: journey)
      return everything(b.paths(0..<1, span: 30)[0])
    }
    #expect(path(Law(.constant, 5)) == path(Law(.discreteUniform, 5, 5)))
    #expect(path(Law(.constant, 5)) != path(Law(.constant, 6)))
  }

  /// A process that waits for the next instant again and again meets each instant once, years on.
  @Test func calendarsAreMetOnce() {
    var b = ModelBuilder()
    b.model.calendars = [Calendar(instants: [6 * 3600 * second + 1, 14 * 3600 * second + 333], period: 86_400 * second)]
    let r = b.register(), one = b.register(1), met = b.cell("met")
    let journey = b.journey("daily")
    let loop = b.here
    b.emit(.now, r)
    b.emit(.nextInstant, r, 0, r)
    b.emit(.waitUntil, r)
    b.emit(.count, met, one)
    b.emit(.jump, loop)
    b.process(journey)
    let p = b.paths(0..<1, span: 86_400 * 3_652)[0]
    #expect(b.cell("met", of: p).last == 7_304)
  }

  @Test func timedBodiesAreKnownWhereverTheyEnd() {
    // Bodies that end, are lost, and are still open.
    var b = ModelBuilder()
    b.recording = .full
    let body = b.tally("body"), r = b.register(), ten = b.register(10), limit = b.register(1), next = b.cell("next"), one = b.register(1)
    b.model.columns = [[1, 2, 50]]
    let journey = b.journey("go", slots: 1, timed: [(slot: 0, tally: body)])
    b.emit(.loadCell, r, next)
    b.emit(.addCell, next, one)
    b.emit(.column, r, 0, r)
    b.emit(.timeBegin, 0, body)
    b.emit(.wait, r)
    b.emit(.now, r)
    let test = b.here
    b.emit(.jumpIfLessOrEqual, r, limit, 0)
    b.emit(.timeLost, 0, body)
    b.emit(.end, -1, -1)
    b.patch(test, c: b.here)
    b.emit(.timeEnd, 0, body)
    b.emit(.wait, ten)
    b.emit(.end, -1, -1)
    b.source("all", .instants([0, 0, 3]), journey: journey)
    let p = b.paths(0..<1, span: 20)[0]
    let tally = b.tally("body", of: p)
    #expect(tally.values == [1])
    #expect(tally.lost == [0])
    #expect(tally.pending == [3])
  }

  /// Nobody will read when it began but the report; among slots that are read and slots that aren't.
  @Test func bodiesThatNeverEndAreKnown() {
    var b = ModelBuilder()
    b.recording = .full
    let body = b.tally("body"), seen = b.tally("seen"), r = b.register(), one = b.register(1), seven = b.register(7)
    let journey = b.journey("go", slots: 4, timed: [(slot: 1, tally: body)])
    b.emit(.storeSlot, 0, seven)
    b.emit(.storeSlot, 2, seven)
    b.emit(.wait, one)
    b.emit(.timeBegin, 1, body)
    let loop = b.here
    b.emit(.wait, one)
    b.emit(.loadSlot, r, 2)
    b.emit(.record, seen, r)
    b.emit(.jump, loop)
    b.source("all", .instants([0, 3_000_000_000]), journey: journey)
    let p = b.paths(0..<1, span: 6.5)[0]
    #expect(b.tally("body", of: p).pending == [1_000_000_000, 4_000_000_000])
    #expect(b.tally("seen", of: p).values == [7, 7, 7, 7, 7, 7, 7])
  }
}
