// Simulated queues against formulas. Each estimate is a mean over independent replications; it must lie within 4 standard
// errors of the formula (a chance of about 1 in 16,000 to fail wrongly, but seeds are fixed, so it fails never or always),
// and the standard error itself must be small enough for the test to have teeth.

import SoukEngine
import SoukModel
import SoukStats
import Testing

/// Mean over replications against an expected value: within 4 standard errors, and those below `precision` of it.
func expectMean(
  _ values: [Double], _ expected: Double, precision: Double = 0.02, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
) {
  let n = Double(values.count)
  let mean = values.reduce(0, +) / n
  let variance = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / (n - 1)
  let error = (variance / n).squareRoot()
  #expect(abs(mean - expected) <= 4 * error + 1e-12, "\(name): \(mean) ± \(error), expected \(expected)", sourceLocation: sourceLocation)
  #expect(error <= precision * abs(expected), "\(name): standard error \(error) is too large to tell", sourceLocation: sourceLocation)
}

@Suite struct QueueFormulas {
  @Test func mm1() {
    let b = ModelBuilder.queue(rate: 0.8, service: Law(.exponential, 1))
    let paths = b.paths(0..<40, span: 21_000, warmup: 1_000)
    // Wq = ρ / (μ - λ), Lq = λ Wq, utilisation ρ.
    expectMean(paths.map { b.tally("till.wait", of: $0).mean }, 4, precision: 0.03, "wait")
    expectMean(paths.map { b.average("till.queue", of: $0) }, 3.2, precision: 0.03, "queue")
    expectMean(paths.map { b.average("till.busy", of: $0) }, 0.8, precision: 0.005, "busy")
    expectMean(paths.map { b.tally("buy.time", of: $0).mean }, 5, precision: 0.03, "sojourn")
  }
}

extension QueueFormulas {
  @Test func mmc() {
    // M/M/4 at λ = 3.2, μ = 1: Erlang C gives P(wait) = 0.5964, Wq = C / (cμ - λ) = 0.7455.
    let b = ModelBuilder.queue(rate: 3.2, servers: 4, service: Law(.exponential, 1))
    let paths = b.paths(0..<30, span: 11_000, warmup: 1_000)
    let a = 3.2
    var term = 1.0
    var sum = 1.0
    for k in 1..<4 {
      term *= a / Double(k)
      sum += term
    }
    let last = term * a / 4 / (1 - a / 4)
    let erlangC = last / (sum + last)
    expectMean(paths.map { b.tally("till.wait", of: $0).mean }, erlangC / 0.8, precision: 0.03, "wait")
  }

  @Test func mg1() {
    // Pollaczek-Khinchine: Wq = λ E[S²] / (2 (1 - ρ)); gamma(2, 0.4): mean 0.8, E[S²] = 0.96.
    let b = ModelBuilder.queue(rate: 1, service: Law(.gamma, 2, 0.4))
    let paths = b.paths(0..<30, span: 21_000, warmup: 1_000)
    expectMean(paths.map { b.tally("till.wait", of: $0).mean }, 0.96 / 0.4, precision: 0.03, "wait")
    // The same for LIFO and any other order that doesn't look at the service time: the mean is FIFO's.
    let lifo = ModelBuilder.queue(rate: 1, service: Law(.gamma, 2, 0.4), discipline: .lifo)
    let lifoPaths = lifo.paths(0..<30, span: 21_000, warmup: 1_000)
    expectMean(lifoPaths.map { lifo.tally("till.wait", of: $0).mean }, 0.96 / 0.4, precision: 0.03, "LIFO wait")
  }

  @Test func shortestFirst() {
    // Two service times, 0.5 and 2 equally likely, λ = 0.6: Cobham's formula with the short ones as the first class.
    var b = ModelBuilder.queue(rate: 0.6, service: Law(.constant, 1), discipline: .shortestFirst)
    b.model.laws[0] = Law(.weighted, table: 0)
    b.model.lawTables.append(LawTable(weights: [1, 1], values: [0.5, 2]))
    let paths = b.paths(0..<30, span: 21_000, warmup: 1_000)
    let residual = 0.6 * (0.5 * 0.25 + 0.5 * 4) / 2
    let rho1 = 0.3 * 0.5
    let rho = rho1 + 0.3 * 2
    let expected = 0.5 * residual / (1 - rho1) + 0.5 * residual / ((1 - rho1) * (1 - rho))
    expectMean(paths.map { b.tally("till.wait", of: $0).mean }, expected, precision: 0.03, "wait")
  }

  @Test func processorSharing() {
    // M/G/1-PS is insensitive: E[T] = E[S] / (1 - ρ) whatever the law; here hyperexponential-like gamma of shape 0.5.
    let b = ModelBuilder.queue(rate: 0.7, service: Law(.gamma, 0.5, 2), discipline: .processorSharing)
    let paths = b.paths(0..<40, span: 21_000, warmup: 1_000)
    expectMean(paths.map { b.tally("buy.time", of: $0).mean }, 1 / 0.3, precision: 0.03, "sojourn")
    expectMean(paths.map { b.average("till.busy", of: $0) }, 0.7, precision: 0.02, "busy")
    // Little's law within the queue cell and the wait tally.
    expectMean(paths.map { b.average("till.queue", of: $0) }, 0.7 * (1 / 0.3 - 1), precision: 0.05, "queue")
  }

  @Test func sharedServers() {
    // M/M/3-PS has the same number inside as M/M/3.
    let shared = ModelBuilder.queue(rate: 2.4, servers: 3, service: Law(.exponential, 1), discipline: .processorSharing)
    let fifo = ModelBuilder.queue(rate: 2.4, servers: 3, service: Law(.exponential, 1))
    let one = shared.paths(0..<30, span: 11_000, warmup: 1_000).map { shared.tally("buy.time", of: $0).mean }
    let other = fifo.paths(100..<130, span: 11_000, warmup: 1_000).map { fifo.tally("buy.time", of: $0).mean }
    expectMean(zip(one, other).map { $0 - $1 + 1 }, 1, precision: 0.05, "difference")
  }

  @Test func erlangB() {
    // M/G/c/c loses B(c, a) whatever the law: c = 5, a = 3: 0.1101.
    var blocking = 1.0
    for k in 1...5 { blocking = 3 * blocking / (Double(k) + 3 * blocking) }
    for law in [Law(.exponential, 1), Law(.uniform, 0, 2)] {
      let b = ModelBuilder.queue(rate: 3, servers: 5, service: law, capacity: 5)
      let paths = b.paths(0..<20, span: 11_000, warmup: 1_000)
      expectMean(
        paths.map { p in
          let lost = b.cell("till.balked", of: p)
          let came = b.cell("till.arrivals", of: p)
          return (lost.last - lost.atWarmup) / (came.last - came.atWarmup)
        }, blocking, precision: 0.02, "blocking")
    }
  }

  /// Two classes at one server by priority; returns waits' (or sojourns') means by class.
  private func twoClasses(_ discipline: Station.Discipline) -> (ModelBuilder, [SamplePath]) {
    var b = ModelBuilder()
    let station = b.station("till", discipline: discipline, service: Law(.exponential, 1))
    for (name, priority) in [("first", 1.0), ("second", 2.0)] {
      let p = b.register(priority)
      let journey = b.journey(name)
      _ = b.use(station, priority: p)
      b.emit(.end, -1, -1)
      b.source("\(name)s", .poisson(rate: name == "first" ? 0.3 : 0.4), journey: journey)
    }
    return (b, b.paths(0..<40, span: 21_000, warmup: 1_000))
  }

  @Test func cobham() {
    // Non-preemptive: W1 = R / (1 - ρ1), W2 = R / ((1 - ρ1)(1 - ρ)), R = λ E[S²] / 2 = 0.7.
    let (b, paths) = twoClasses(.priority)
    expectMean(paths.map { b.tally("first.time", of: $0).mean }, 1 + 0.7 / 0.7, precision: 0.02, "first")
    expectMean(paths.map { b.tally("second.time", of: $0).mean }, 1 + 0.7 / (0.7 * 0.3), precision: 0.03, "second")
  }

  @Test func preemptiveResume() {
    // T1 = 1/(1 - ρ1) as if alone; T2 = (1/(1 - ρ1)) (1 + R / (1 - ρ)), R = 0.7 (M/M/1 preemptive resume).
    let (b, paths) = twoClasses(.preemptiveResume)
    expectMean(paths.map { b.tally("first.time", of: $0).mean }, 1 / 0.7, precision: 0.02, "first")
    expectMean(paths.map { b.tally("second.time", of: $0).mean }, (1 + 0.7 / 0.3) / 0.7, precision: 0.03, "second")
  }

  @Test func preemptiveRestartTakesLonger() {
    // Restart of the same service time: the time from the first start of an S to its end averages (1 + ...)(e^{λ1 S} - 1)/λ1
    // of server time; a low class of constant service 1 against rare urgent ones of length 0: E = (e^λ - 1) / λ.
    var b = ModelBuilder()
    let station = b.station("till", discipline: .preemptiveRestart)
    let zero = b.register(0), one = b.register(1), hundred = b.register(100)
    let urgent = b.journey("urgent")
    _ = b.use(station, service: zero, priority: zero)
    b.emit(.end, -1, -1)
    b.source("urgents", .poisson(rate: 0.5), journey: urgent)
    let slow = b.journey("slow")
    let loop = b.here
    let begin = b.here
    b.emit(.timeBegin, 0, b.tally("cycle"))
    _ = b.use(station, service: one, priority: one)
    b.emit(.timeEnd, 0, Int32(b.tallyIndex["cycle"] ?? -1))
    b.emit(.wait, hundred)
    b.emit(.jump, loop)
    b.model.journeys[Int(slow)].entry = begin
    b.model.frameSize = 1
    b.process(slow)
    let paths = b.paths(0..<20, span: 100_000)
    expectMean(paths.map { b.tally("cycle", of: $0).mean }, 2 * (1.6487212707 - 1), precision: 0.02, "cycle")
  }

  @Test func reneging() {
    // M/M/1 + M (Erlang A with one server): λ = 1.2, μ = 1, θ = 0.5; the state's distribution by its balance equations.
    var b = ModelBuilder()
    let station = b.station("till", service: Law(.exponential, 1))
    let patience = b.register()
    let journey = b.journey("call", outcomes: ["served", "lost"])
    b.emit(.draw, patience, b.law(Law(.exponential, 2)), b.drawSite("patience"))
    let site = b.use(station, patience: patience)
    b.emit(.end, 0, -1)
    b.model.uses[Int(site)].otherwise = b.here
    b.emit(.end, 1, -1)
    b.source("calls", .poisson(rate: 1.2), journey: journey)
    var weights = [1.0]
    for n in 1..<200 { weights.append(weights[n - 1] * 1.2 / (1 + 0.5 * Double(n - 1))) }
    let total = weights.reduce(0, +)
    let queue = weights.enumerated().reduce(0) { $0 + Double(max($1.offset - 1, 0)) * $1.element } / total
    let paths = b.paths(0..<30, span: 11_000, warmup: 1_000)
    expectMean(paths.map { b.average("till.queue", of: $0) }, queue, precision: 0.03, "queue")
    expectMean(
      paths.map { p in
        let lost = b.cell("till.reneged", of: p)
        return (lost.last - lost.atWarmup) / 10_000
      }, 0.5 * queue, precision: 0.03, "rate of reneging")
    for p in paths {
      // In = out + inside.
      #expect(b.cell("till.arrivals", of: p).last == b.cell("till.completions", of: p).last + b.cell("till.reneged", of: p).last
        + b.cell("till.queue", of: p).last + b.cell("till.busy", of: p).last)
      #expect(b.cell("call.lost", of: p).last == b.cell("till.reneged", of: p).last)
    }
  }

  @Test func tandem() {
    // Jackson: each station is M/M/1 by itself.
    var b = ModelBuilder()
    let one = b.station("one", service: Law(.exponential, 1))
    let two = b.station("two", service: Law(.exponential, 0.8))
    let journey = b.journey("go")
    _ = b.use(one)
    _ = b.use(two)
    b.emit(.end, -1, -1)
    b.source("entities", .poisson(rate: 0.7), journey: journey)
    let paths = b.paths(0..<30, span: 21_000, warmup: 1_000)
    expectMean(paths.map { b.tally("one.wait", of: $0).mean }, 0.7 / 0.3, precision: 0.03, "first")
    expectMean(paths.map { b.tally("two.wait", of: $0).mean }, 0.8 * 0.56 / 0.44, precision: 0.03, "second")
  }

  @Test func breakdowns() {
    // M/M/1 with exponential up (mean 10) and down (mean 2) times on the clock (Avi-Itzhak & Naor 1963, breakdowns at any
    // time): a chain on (number inside, up or down).
    let up = Law(.exponential, 10), down = Law(.exponential, 2)
    var b = ModelBuilder()
    let station = b.station("till", service: Law(.exponential, 1), uptime: up, repair: down)
    let journey = b.journey("buy")
    _ = b.use(station)
    b.emit(.end, -1, -1)
    b.source("orders", .poisson(rate: 0.5), journey: journey)
    let paths = b.paths(0..<40, span: 21_000, warmup: 1_000)
    expectMean(paths.map { b.average("till.up", of: $0) }, 10.0 / 12, precision: 0.01, "up")
    expectMean(
      paths.map { b.average("till.queue", of: $0) + b.average("till.busy", of: $0) },
      insideWithBreakdowns(arrival: 0.5, service: 1, fail: 0.1, repair: 0.5), precision: 0.05, "inside")
  }

  /// The mean number inside of M/M/1 with breakdowns, from the balance of its chain.
  private func insideWithBreakdowns(arrival: Double, service: Double, fail: Double, repair: Double) -> Double {
    // Cuts between n and n + 1: μ u(n+1) = λ (u(n) + d(n)). Down states: (λ + repair) d(n) = fail u(n) + λ d(n-1).
    func tail(_ u0: Double) -> (sum: Double, mean: Double) {
      var u = u0
      var d = fail * u / (arrival + repair)
      var sum = u + d
      var mean = 0.0
      for n in 1..<5_000 {
        u = arrival * (u + d) / service
        d = (fail * u + arrival * d) / (arrival + repair)
        sum += u + d
        mean += Double(n) * (u + d)
      }
      return (sum, mean)
    }
    let t = tail(1)
    return t.mean / t.sum
  }

  @Test func rateStation() {
    // A station with a rate is M/D/1: Wq = ρ / (2 μ (1 - ρ)).
    var b = ModelBuilder()
    let rate = b.cell("rate", initial: 2)
    let station = b.station("gate", rate: rate)
    let journey = b.journey("pass")
    _ = b.use(station)
    b.emit(.end, -1, -1)
    b.source("cars", .poisson(rate: 1.6), journey: journey)
    let paths = b.paths(0..<30, span: 11_000, warmup: 1_000)
    expectMean(paths.map { b.tally("gate.wait", of: $0).mean }, 0.8 / (2 * 2 * 0.2), precision: 0.03, "wait")
  }

  @Test func nonHomogeneousPoisson() {
    // Counts in each hour of a daily curve are Poisson with the integrated rate: steps and straight lines, offset, factor.
    for shape in [Curve.Shape.steps, .linear] {
      var b = ModelBuilder()
      b.model.curves = [Curve(shape: shape, times: [0, 6, 12, 18], values: [2, 10, 0, 4], period: 24, offset: 3)]
      let journey = b.journey("come")
      b.emit(.end, -1, -1)
      b.recording = .full
      b.source("visits", .curve(curve: 0, factor: 3), journey: journey)
      let paths = b.paths(0..<40, span: 48)
      func rate(_ t: Double) -> Double {
        let x = (t + 3).truncatingRemainder(dividingBy: 24)
        let values = [2.0, 10, 0, 4]
        let i = min(Int(x / 6), 3)
        if shape == .steps || i == 3 { return 3 * values[i] }
        return 3 * (values[i] + (values[i + 1] - values[i]) * (x / 6 - Double(i)))
      }
      for hour in stride(from: 0, to: 48, by: 4) {
        var expected = 0.0
        for k in 0..<400 { expected += rate(Double(hour) + (Double(k) + 0.5) / 100) / 100 }
        let counts = paths.map { p in
          Double(b.cell("visits.started", of: p).times.dropFirst().filter { $0 >= Int64(hour) * second && $0 < Int64(hour + 4) * second }.count)
        }
        let mean = counts.reduce(0, +) / 40
        #expect(abs(mean - expected) <= 4.2 * (expected / 40).squareRoot() + 0.02, "\(shape) from \(hour): \(mean), \(expected)")
      }
    }
  }

  @Test func littlesLawHoldsExactly() {
    // Over a run that ends empty, the integral of the number inside is the sum of the times inside, to the rounding.
    var b = ModelBuilder.queue(rate: 0.9, service: Law(.lognormal, -0.5, 0.8))
    b.model.sources[0].limit = 5_000
    let p = b.paths(0..<1, span: 100_000)[0]
    #expect(b.cell("buy.active", of: p).last == 0)
    #expect(b.tally("buy.time", of: p).count == 5_000)
    let inside = b.cell("buy.active", of: p).integral
    #expect(abs(inside - b.tally("buy.time", of: p).sum) < 1e-6 * inside)
    #expect(abs(b.cell("till.queue", of: p).integral - b.tally("till.wait", of: p).sum) < 1e-6 * inside)
    #expect(abs(b.cell("till.busy", of: p).integral - b.tally("till.service", of: p).sum) < 1e-6 * inside)
  }
}
