// Stations where those who wait have patience, as chains: the share that leaves and the wait of those who are served, against
// the birth and death process of M/M/c + M (Palm 1957, "Erlang A") and the integral equation of the virtual wait of
// M/D/1 + M (Baccelli, Boyer & Hebuterne 1984), solved on a grid.

import SoukEngine
import SoukModel
import SoukNumerics
import SoukStats
import Testing

@Suite struct Impatience {
  /// One queue with Poisson arrivals and exponential patience.
  private func queue(rate: Double, servers: Double, service: Law?, patience: Double) -> ModelBuilder {
    var b = ModelBuilder()
    let station = service.map { b.station("till", servers: servers, service: $0) } ?? b.station("till", rate: b.cell("rate", initial: 1))
    let journey = b.journey("buy", outcomes: ["served", "left"])
    let time = b.register()
    b.emit(.draw, time, b.law(Law(.exponential, patience)), b.drawSite("patience"))
    let site = b.use(station, patience: time)
    b.emit(.end, 0, -1)
    b.model.uses[Int(site)].otherwise = b.here
    b.emit(.end, 1, -1)
    b.source("orders", .poisson(rate: rate), journey: journey)
    return b
  }

  private func hold(_ b: ModelBuilder, left: Double, wait: Double, queue: Double, _ name: String) {
    #expect(b.simulation().usesRecursions, "\(name) isn't a chain")
    let paths = b.paths(0..<30, span: 21_000, warmup: 1_000, seed: 7)
    func gained(_ cell: String, _ p: SamplePath) -> Double { b.cell(cell, of: p).last - b.cell(cell, of: p).atWarmup }
    expectMean(paths.map { gained("till.reneged", $0) / gained("till.arrivals", $0) }, left, "\(name): share that leaves")
    expectMean(paths.map { b.tally("till.wait", of: $0).mean }, wait, "\(name): wait of the served")
    expectMean(paths.map { b.average("till.queue", of: $0) }, queue, "\(name): queue")
    for p in paths {
      #expect(gained("buy.left", p) == gained("till.reneged", p) && gained("buy.served", p) == gained("till.completions", p))
    }
  }

  @Test func erlangA() {
    for (servers, rate, patience) in [(1, 0.9, 5.0), (1, 1.6, 10), (3, 3.3, 4)] {
      // The state's law, and by it Lq; θ Lq leave a second. The wait of those who are served, by what each finds: with k ahead
      // of it in line an arrival stays until k + 1 have begun or left, and is served if none of these steps is its own leaving.
      let c = Double(servers)
      var p = [1.0]
      for n in 1..<400 { p.append(p[n - 1] * rate / (min(Double(n), c) + max(Double(n) - c, 0) / patience)) }
      let total = p.reduce(0, +)
      let line = p.enumerated().map { max(Double($0) - c, 0) * $1 / total }.reduce(0, +)
      var served = 0.0, waited = 0.0
      for n in 0..<399 {
        var chance = p[n] / total, time = 0.0
        if n >= servers {
          for ahead in stride(from: n - servers, through: 0, by: -1) {
            let step = c + Double(ahead + 1) / patience
            time += 1 / step
            chance *= (step - 1 / patience) / step
          }
        }
        served += chance
        waited += chance * time
      }
      hold(
        queue(rate: rate, servers: c, service: Law(.exponential, 1), patience: patience), left: line / patience / rate, wait: waited / served,
        queue: line, "M/M/\(servers) + M at \(rate)")
    }
  }

  @Test func constantService() {
    for (rate, patience, service) in [(0.9, 5.0, Law(.constant, 1)), (1.5, 8, nil)] as [(Double, Double, Law?)] {
      // v(x) = λ (P₀ [x < 1] + ∫ v(u) exp(−u/patience) du over (x − 1, x)) for the density of the virtual wait.
      let perUnit = 2000, h = 1.0 / 2000
      var accepted = [0.0]  // ∫ v exp(−u/patience) from 0 to x
      var mass = 0.0, mean = 0.0, before = rate
      for i in 1..<(60 * perUnit) {
        let x = Double(i) * h
        var known = accepted[i - 1] + 0.5 * h * before
        if i < perUnit { known += 1 } else { known -= accepted[i - perUnit] }
        let fade = Elementary.exp(-x / patience)
        let density = rate * known / (1 - 0.5 * h * rate * fade)
        accepted.append(accepted[i - 1] + 0.5 * h * (before + density * fade))
        mass += h * density
        mean += h * x * density * fade
        before = density * fade
      }
      let empty = 1 / (1 + mass)
      let share = empty * (1 + (accepted.last ?? 0))
      // Little's law in line: all who come stay there, those who leave for min(virtual wait, patience).
      hold(
        queue(rate: rate, servers: 1, service: service, patience: patience), left: 1 - share, wait: mean * empty / share,
        queue: (1 - share) * rate * patience, "M/D/1 + M at \(rate)")
    }
  }
}
