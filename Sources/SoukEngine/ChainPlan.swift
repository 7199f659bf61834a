// A compiled model → which of its journeys run as chains: one source or several, each station in it passed once and by
// nobody else, without breakdowns or servers that change, and nothing in the model that reads what these stations show. The
// last station may have bounded room and those who wait there patience, if who is refused ends at once. Where completions of
// two stations could fall on the same instant by arithmetic (laws that aren't continuous) the order of events would matter,
// so only a single station may have such a law.

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
        let links = links(of: Int32(j), sources, model, reads, laws, stations)
      else { continue }
      let first = Int32(plan.stations.count)
      plan.stations += links
      for i in sources { plan.ofSource[i] = Int32(plan.spans.count) }
      plan.spans.append((first, Int32(plan.stations.count - 1)))
      plan.hasGroups.append(sources.contains { model.sources[$0].batchLaw >= 0 })
    }
    return plan
  }

  /// The stations of a journey that is `use` after `use` and an `end`; nil if it is anything else. Only the last one may turn
  /// entities away or let them leave early.
  private static func links(
    of j: Int32, _ sources: [Int], _ model: CompiledModel, _ reads: ChainReads, _ laws: LawSet, _ stations: Slab<StationState>
  ) -> [ChainStation]? {
    var pc = Int(model.journeys[Int(j)].entry)
    var sites: [(use: UseSite, patience: ChainPatience?)] = []
    while pc < model.code.count, model.code[pc].code == .use || model.code[pc].code == .draw {
      guard sites.allSatisfy({ $0.patience == nil }), let site = link(at: &pc, model, reads, laws, mustBeContinuous: !sites.isEmpty) else { return nil }
      sites.append(site)
    }
    guard !sites.isEmpty, let end = end(from: pc, model) else { return nil }
    var links: [ChainStation] = []
    var isChain = false
    defer { if !isChain { for link in links { link.free() } } }
    for (i, (site, patience)) in sites.enumerated() {
      let station = model.stations[Int(site.station)]
      let servers = model.cells[Int(station.servers)].initial
      let isLast = i == sites.count - 1
      guard station.discipline == .fifo, station.uptime < 0, site.service < 0, servers >= 1, servers < 1e6,
        model.uses.count(where: { $0.station == site.station }) == 1,
        reads.areUnread([station.servers, station.arrivals, station.completions, station.queue, station.busy, station.reneged, station.balked]),
        reads.isUnwritten(station.servers), reads.areUnread(tallies: [station.wait, station.serviceTime]),
        let service = service(of: station, site, model, reads, laws, mustBeContinuous: sites.count > 1)
      else { return nil }
      links.append(ChainStation(
        stations[site.station], drawSite: site.draw, servers: station.rate < 0 ? Int(servers) : 1, journey: isLast ? j : -1, outcome: end.outcome))
      let mayTakeNoTime = service == 0 || (service < 0 && model.laws[Int(station.service)].kind == .discreteUniform)
      if patience != nil || station.capacity < .max || station.rate >= 0 || mayTakeNoTime {
        guard isLast, let limits = limits(of: links[i], stations[site.station], site, patience, service: service, end, sources, model) else { return nil }
        links[i].isLimited = true
        links[i].limits.free()
        links[i].limits = limits
      } else if end.steps > 1 {
        return nil
      }
    }
    isChain = true
    return links
  }

  /// What a station has besides whose room or whose entities' patience ends; nil if those who are refused don't end at once.
  private static func limits(
    of link: ChainStation, _ station: StationState, _ site: UseSite, _ patience: ChainPatience?, service: Int64,
    _ end: (outcome: Int32, steps: Int), _ sources: [Int], _ model: CompiledModel
  ) -> ChainLimits? {
    let refusal = self.end(from: Int(site.otherwise), model)
    if refusal == nil && (patience != nil || station.capacity < .max) { return nil }
    // Entities of a `released` source don't come in their order.
    let isOrdered = sources.allSatisfy { if case .released = model.sources[$0].pattern { false } else { true } }
    let origins = isOrdered ? sources.map { model.sources[$0].origin } : []
    let isExponential = { (law: Int32) in law >= 0 && model.laws[Int(law)].kind == .exponential }
    return ChainLimits(
      station, patience, service: service, servers: link.servers, outcome: refusal?.outcome ?? -1,
      stepsToEnd: (served: end.steps, refused: refusal?.steps ?? 0), patienceOrigins: isExponential(patience?.law ?? -1) ? origins : [],
      serviceOrigins: isExponential(station.serviceLaw) ? origins : [])
  }

  /// The end to which the code at `pc` leads at once, and how many ops that are.
  private static func end(from pc: Int, _ model: CompiledModel) -> (outcome: Int32, steps: Int)? {
    var pc = pc
    for steps in 1...4 {
      guard pc >= 0, pc < model.code.count else { return nil }
      if model.code[pc].code == .end { return (model.code[pc].a, steps) }
      guard model.code[pc].code == .jump else { return nil }
      pc = Int(model.code[pc].a)
    }
    return nil
  }

  /// The station at `pc`, and the patience that is drawn just before it; nil if it is anything else.
  private static func link(
    at pc: inout Int, _ model: CompiledModel, _ reads: ChainReads, _ laws: LawSet, mustBeContinuous: Bool
  ) -> (use: UseSite, patience: ChainPatience?)? {
    var drawn: Op?
    if model.code[pc].code == .draw {
      drawn = model.code[pc]
      pc += 1
    }
    guard pc < model.code.count, model.code[pc].code == .use else { return nil }
    let site = model.uses[Int(model.code[pc].a)]
    pc += 1
    if let drawn {
      guard site.patience == drawn.a, model.drawSites[Int(drawn.c)].counter < 0, laws.isValid(drawn.b),
        isNotNegative(model.laws[Int(drawn.b)], mustBeContinuous: mustBeContinuous)
      else { return nil }
      return (site, ChainPatience(law: drawn.b, site: drawn.c, ticks: 0))
    }
    if site.patience < 0 { return (site, nil) }
    guard reads.isConstant(register: site.patience), let ticks = Machine.ticks(model.registers[Int(site.patience)]) else { return nil }
    return (site, ChainPatience(law: -1, site: -1, ticks: ticks))
  }

  /// Ticks of service where they are always the same, −1 where they are drawn; nil where they can't be told in advance.
  private static func service(
    of station: Station, _ site: UseSite, _ model: CompiledModel, _ reads: ChainReads, _ laws: LawSet, mustBeContinuous: Bool
  ) -> Int64? {
    if station.rate >= 0 {
      let rate = model.cells[Int(station.rate)].initial
      guard rate > 0, !mustBeContinuous, reads.areUnread([station.rate]), reads.isUnwritten(station.rate) else { return nil }
      return Machine.ticks(1 / rate) ?? .max
    }
    guard site.draw >= 0, model.drawSites[Int(site.draw)].counter < 0, laws.isValid(station.service),
      isNotNegative(model.laws[Int(station.service)], mustBeContinuous: mustBeContinuous)
    else { return nil }
    let law = model.laws[Int(station.service)]
    return law.kind == .constant ? Machine.ticks(law.a) : -1
  }

  private static func isNotNegative(_ law: Law, mustBeContinuous: Bool) -> Bool {
    switch law.kind {
    case .exponential, .erlang, .gamma, .weibull, .lognormal: law.a > 0 || law.kind == .lognormal
    case .uniform: law.a >= 0 && law.b > law.a
    case .constant, .discreteUniform: !mustBeContinuous && law.a >= 0
    default: false
    }
  }
}

/// What the code and the windows of a model read and write.
private struct ChainReads {
  private let model: CompiledModel
  private let writtenRegisters: Set<Int32>
  private var read: Set<Int32> = []
  private var written: Set<Int32> = []
  private var windowed: Set<Int32> = []
  /// Ops that reach several things by a row are not followed.
  private let hasOffsets: Bool

  init(_ model: CompiledModel) {
    self.model = model
    hasOffsets = model.code.contains { $0.code == .offset }
    writtenRegisters = Set(model.code.lazy.filter { $0.code.signature.0 == .write }.map(\.a))
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

  func isConstant(register: Int32) -> Bool { !hasOffsets && !writtenRegisters.contains(register) }

  func isUnwritten(_ cell: Int32) -> Bool { !written.contains(cell) }

  func areUnread(tallies: [Int32]) -> Bool { tallies.allSatisfy { !windowed.contains($0) } }
}
