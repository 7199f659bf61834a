// A compiled model → which of its journeys run as chains: one source or several, each station in it passed once and by
// nobody else, with room for all, without patience, breakdowns or servers that change, and nothing in the model that
// reads what these stations show. Where completions of two stations could fall on the same instant by arithmetic (laws
// that aren't continuous) the order of events would matter, so only a single station may have such a law.

import SoukModel

/// What of a model runs as chains; stations of a chain are neighbours.
struct ChainPlan {
  var stations: [ChainStation] = []
  /// First and last station of each chain.
  var spans: [(first: Int32, last: Int32)] = []
  /// Whether several may come by one arrival.
  var hasGroups: [Bool] = []
  /// For each source its chain; -1 if it has none.
  var ofSource: [Int32]
}

extension Program {
  /// Finds the chains of a model; O(ops + things).
  static func chains(_ model: CompiledModel, laws: LawSet, stations: Slab<StationState>) -> ChainPlan {
    var plan = ChainPlan(ofSource: model.sources.map { _ in -1 })
    let reads = ChainReads(model)
    for (j, journey) in model.journeys.enumerated() {
      let sources = model.sources.indices.filter { model.sources[$0].journey == Int32(j) }
      guard !sources.isEmpty, journey.timed.isEmpty, !journey.isSingle, sources.allSatisfy({ model.sources[$0].entry == journey.entry }),
        !model.processes.contains(where: { $0.journey == Int32(j) }), !model.spawns.contains(where: { $0.journey == Int32(j) }),
        reads.areUnread([journey.started, journey.finished, journey.active] + journey.outcomeCells),
        reads.areUnread(sources.map { model.sources[$0].started }), reads.areUnread(tallies: [journey.time, journey.outcome]),
        let links = links(of: Int32(j), model, reads, laws, stations)
      else { continue }
      let first = Int32(plan.stations.count)
      plan.stations += links
      for i in sources { plan.ofSource[i] = Int32(plan.spans.count) }
      plan.spans.append((first, Int32(plan.stations.count - 1)))
      plan.hasGroups.append(sources.contains { model.sources[$0].batchLaw >= 0 })
    }
    return plan
  }

  /// The stations of a journey that is `use` after `use` and an `end`; nil if it is anything else.
  private static func links(
    of j: Int32, _ model: CompiledModel, _ reads: ChainReads, _ laws: LawSet, _ stations: Slab<StationState>
  ) -> [ChainStation]? {
    var pc = Int(model.journeys[Int(j)].entry)
    var sites: [UseSite] = []
    while pc < model.code.count, model.code[pc].code == .use {
      sites.append(model.uses[Int(model.code[pc].a)])
      pc += 1
    }
    guard !sites.isEmpty, pc < model.code.count, model.code[pc].code == .end else { return nil }
    let outcome = model.code[pc].a
    var links: [ChainStation] = []
    for (i, site) in sites.enumerated() {
      let station = model.stations[Int(site.station)]
      let servers = model.cells[Int(station.servers)].initial
      guard station.discipline == .fifo, station.rate < 0, station.uptime < 0, station.capacity == .max, site.service < 0,
        site.patience < 0, site.draw >= 0, model.drawSites[Int(site.draw)].counter < 0, servers >= 1, servers < 1e6,
        model.uses.count(where: { $0.station == site.station }) == 1, laws.isValid(station.service),
        reads.areUnread([station.servers, station.arrivals, station.completions, station.queue, station.busy]),
        reads.isUnwritten(station.servers), reads.areUnread(tallies: [station.wait, station.serviceTime]),
        isNotNegative(model.laws[Int(station.service)], mustBeContinuous: sites.count > 1)
      else { return nil }
      let isLast = i == sites.count - 1
      links.append(
        ChainStation(
          stations[site.station], drawSite: site.draw, servers: Int(servers), journey: isLast ? j : -1, outcome: outcome))
    }
    return links
  }

  private static func isNotNegative(_ law: Law, mustBeContinuous: Bool) -> Bool {
    switch law.kind {
    case .exponential, .erlang, .gamma, .weibull, .lognormal: law.a > 0 || law.kind == .lognormal
    case .uniform: law.a >= 0 && law.b > law.a
    case .constant: !mustBeContinuous && law.a >= 0
    default: false
    }
  }
}

/// What the code and the windows of a model read and write.
private struct ChainReads {
  private let model: CompiledModel
  private var read: Set<Int32> = []
  private var written: Set<Int32> = []
  private var windowed: Set<Int32> = []
  /// Ops that reach several things by a row are not followed.
  private let hasOffsets: Bool

  init(_ model: CompiledModel) {
    self.model = model
    hasOffsets = model.code.contains { $0.code == .offset }
    for op in model.code {
      if op.code == .loadCell { read.insert(op.b) }
      if op.code == .setCell || op.code == .addCell || op.code == .count { written.insert(op.a) }
    }
    for derived in model.derived { written.insert(derived.cell) }
    for source in model.sources { if case .live(let cell, _) = source.pattern { read.insert(cell) } }
    for window in model.windows {
      switch window.source {
      case .tally(let tally): windowed.insert(tally)
      case .counter(let cell), .gauge(let cell): read.insert(cell)
      }
    }
  }

  func areUnread(_ cells: [Int32]) -> Bool {
    !hasOffsets && cells.allSatisfy { $0 < 0 || (model.cells[Int($0)].watchers.isEmpty && !read.contains($0)) }
  }

  func isUnwritten(_ cell: Int32) -> Bool { !written.contains(cell) }

  func areUnread(tallies: [Int32]) -> Bool { tallies.allSatisfy { !windowed.contains($0) } }
}
