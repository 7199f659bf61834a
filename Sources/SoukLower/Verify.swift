// Holds a compiled model against its own tables: every operand of every op within what `OpCode.signature` says it is.

public import SoukModel

/// What is wrong with a compiled model, a line each; empty for a sound one. O(ops).
public func verify(_ model: CompiledModel) -> [String] {
  var verifier = Verifier(model: model)
  verifier.run()
  return verifier.problems
}

private struct Verifier {
  let model: CompiledModel
  var problems: [String] = []

  init(model: CompiledModel) { self.model = model }

  mutating func require(_ holds: Bool, _ problem: String) {
    if !holds, problems.count < 100 { problems.append(problem) }
  }

  mutating func run() {
    require(model.places.count == model.code.count, "\(model.code.count) ops have \(model.places.count) places")
    let code = model.code
    for (pc, op) in code.enumerated() { check(op, pc) }
    checkEntries()
    checkSites()
    checkThings()
  }

  private mutating func check(_ op: Op, _ pc: Int) {
    let (a, b, c) = op.code.signature
    for (x, kind) in [(op.a, a), (op.b, b), (op.c, c)] {
      guard let limit = limit(kind) else { continue }
      // Texts are made for what is wrong only: models have millions of operands.
      if x < 0 || x >= limit { require(false, "op \(pc) \(op.code): \(kind) \(x) is not below \(limit)") }
    }
    switch op.code {
    case .drawDynamic:
      let first = Int(op.b & 0xFFFF)
      require(first + 4 <= model.registers.count + 4, "op \(pc): parameters of a draw beyond the registers")
      require(LawKind(rawValue: UInt8(truncatingIfNeeded: op.b >> 16)) != nil, "op \(pc): no such law")
    case .drawWeighted:
      let next = pc + 1 < model.code.count ? model.code[pc + 1] : op
      require(next.code == .extra, "op \(pc): drawWeighted without its count")
      require(Int(op.b + next.a) <= model.registers.count, "op \(pc): weights beyond the registers")
    case .call: require(Int(op.b + op.c) <= model.registers.count, "op \(pc): a frame beyond the registers")
    case .unwindAt: require(op.a >= -1 && Int(op.a) < model.code.count, "op \(pc): unwind code at \(op.a)")
    case .offset: require((0...2).contains(op.a), "op \(pc): offset of operand \(op.a)")
    case .end: require(op.b >= -1 && Int(op.b) < model.registers.count, "op \(pc): result register \(op.b)")
    default: break
    }
  }

  private func limit(_ kind: OperandKind) -> Int? {
    switch kind {
    case .none, .number: nil
    case .read, .write: model.registers.count
    case .slot: model.frameSize
    case .cell: model.cells.count
    case .tally: model.tallies.count
    case .target: model.code.count
    case .column: model.columns.count
    case .curve: model.curves.count
    case .calendar: model.calendars.count
    case .window: model.windows.count
    case .use: model.uses.count
    case .request: model.requests.count
    case .transfer: model.transfers.count
    case .join: model.joins.count
    case .race: model.races.count
    case .spawn: model.spawns.count
    case .draw: model.drawSites.count
    case .law: model.laws.count
    case .journey: model.journeys.count
    case .station: model.stations.count
    case .pool: model.pools.count
    case .account: model.accounts.count
    case .message: model.messages.count
    }
  }

  private func isEntry(_ x: Int32) -> Bool { x >= 0 && Int(x) < model.code.count }
  private func isEntryOrNone(_ x: Int32) -> Bool { x == -1 || isEntry(x) }
  private func isRegister(_ x: Int32) -> Bool { x >= 0 && Int(x) < model.registers.count }
  private func isRegisterOrNone(_ x: Int32) -> Bool { x == -1 || isRegister(x) }
  private func isCell(_ x: Int32) -> Bool { x >= -1 && Int(x) < model.cells.count }
  private func isTally(_ x: Int32) -> Bool { x >= -1 && Int(x) < model.tallies.count }
  private func isLaw(_ x: Int32) -> Bool { x >= -1 && Int(x) < model.laws.count }
  private func isStream(_ x: Int32) -> Bool { x >= -1 && Int(x) < model.streams.count }

  private mutating func checkEntries() {
    for journey in model.journeys {
      require(isEntry(journey.entry), "journey \(journey.path) begins at \(journey.entry)")
      require(Int(journey.frameSlots) <= model.frameSize, "journey \(journey.path) needs \(journey.frameSlots) slots")
      for cell in [journey.started, journey.finished, journey.active] + journey.outcomeCells { require(isCell(cell), "journey \(journey.path): cell \(cell)") }
      require(isTally(journey.time) && isTally(journey.outcome), "journey \(journey.path): tallies")
      for (slot, tally) in journey.timed {
        require(slot >= 0 && slot < journey.frameSlots && tally >= 0 && isTally(tally), "journey \(journey.path): timed slot \(slot)")
      }
    }
    for (i, condition) in model.conditions.enumerated() {
      require(isEntry(condition.entry) && isRegister(condition.result), "condition \(i)")
    }
    for invariant in model.invariants { require(isEntry(invariant.entry) && isRegister(invariant.result), "invariant \(invariant.name)") }
    for (i, derived) in model.derived.enumerated() {
      require(isEntry(derived.entry) && isRegister(derived.result) && derived.cell >= 0 && isCell(derived.cell), "formula \(i)")
    }
    for source in model.sources {
      require(isEntry(source.entry) && Int(source.journey) < model.journeys.count, "source \(source.path): entry")
      require(isStream(source.stream) && isStream(source.batchStream) && isLaw(source.batchLaw) && isCell(source.started), "source \(source.path)")
      require(source.origin >= 0 && Int(source.origin) < model.origins.count, "source \(source.path): origin")
      switch source.pattern {
      case .interarrival(let law), .released(_, let law): require(law >= 0 && isLaw(law), "source \(source.path): law \(law)")
      case .curve(let curve, _): require(curve >= 0 && Int(curve) < model.curves.count, "source \(source.path): curve")
      case .live(let cell, let curve): require(cell >= 0 && isCell(cell) && Int(curve) < model.curves.count, "source \(source.path): rate")
      case .calendar(let calendar): require(calendar >= 0 && Int(calendar) < model.calendars.count, "source \(source.path): calendar")
      case .poisson, .instants: break
      }
    }
    for process in model.processes {
      require(Int(process.journey) < model.journeys.count && Int(process.origin) < model.origins.count, "process of journey \(process.journey)")
    }
  }

  private mutating func checkSites() {
    for (i, use) in model.uses.enumerated() {
      require(
        use.station >= 0 && Int(use.station) < model.stations.count && isRegisterOrNone(use.service) && use.draw < Int32(model.drawSites.count)
          && isRegisterOrNone(use.priority) && isRegisterOrNone(use.patience) && isEntryOrNone(use.otherwise), "use \(i)")
    }
    for (i, request) in model.requests.enumerated() {
      require(
        request.thing >= 0 && isRegisterOrNone(request.amount) && isRegisterOrNone(request.priority) && isRegisterOrNone(request.patience)
          && isEntryOrNone(request.otherwise), "request \(i)")
    }
    for (i, site) in model.transfers.enumerated() {
      require(
        site.from >= 0 && Int(site.from) < model.accounts.count && site.to >= -1 && Int(site.to) < model.accounts.count
          && isRegister(site.amount) && isEntryOrNone(site.otherwise) && Int(site.reservation) < model.frameSize, "transfer \(i)")
    }
    for (i, site) in model.joins.enumerated() {
      require(
        site.batch >= 0 && Int(site.batch) < model.batches.count && isEntry(site.body) && isEntry(site.after)
          && isRegisterOrNone(site.patience) && isEntryOrNone(site.otherwise), "join \(i)")
    }
    for (i, race) in model.races.enumerated() {
      require(!race.arms.isEmpty && race.arms.allSatisfy { isEntry($0.head) && isEntry($0.body) }, "race \(i)")
    }
    for (i, spawn) in model.spawns.enumerated() {
      require(
        spawn.journey >= 0 && Int(spawn.journey) < model.journeys.count && Int(spawn.origin) < model.origins.count
          && spawn.arguments.allSatisfy { isRegister($0) }, "spawn \(i)")
    }
    for (i, site) in model.drawSites.enumerated() {
      require(site.stream >= 0 && isStream(site.stream) && site.counter >= -1 && Int(site.counter) < model.frameSize, "draw site \(i)")
    }
  }

  private mutating func checkThings() {
    for station in model.stations {
      let cells = [station.arrivals, station.completions, station.balked, station.reneged, station.queue, station.busy, station.up, station.rate]
      require(
        station.servers >= 0 && isCell(station.servers) && cells.allSatisfy { isCell($0) } && isTally(station.wait) && isTally(station.serviceTime),
        "station \(station.path)")
      require(isLaw(station.service) && isLaw(station.uptime) && isLaw(station.repair), "station \(station.path): laws")
      require(isStream(station.serviceStream) && isStream(station.breakdownStream), "station \(station.path): streams")
    }
    for pool in model.pools { require(pool.size >= 0 && [pool.size, pool.held, pool.waiting].allSatisfy { isCell($0) } && isTally(pool.wait), "pool \(pool.path)") }
    for level in model.levels { require([level.level, level.put, level.taken, level.waiting].allSatisfy { isCell($0) } && isTally(level.wait), "level \(level.path)") }
    for account in model.accounts { require(isCell(account.balance) && isCell(account.reserved), "account \(account.path)") }
    for batch in model.batches { require(isCell(batch.waiting) && isTally(batch.sizes) && isTally(batch.wait), "batch \(batch.path)") }
    for (i, law) in model.laws.enumerated() {
      require(law.table < Int32(model.lawTables.count), "law \(i)")
      if law.table >= 0 { for part in model.lawTables[Int(law.table)].laws { require(part >= 0 && isLaw(part), "law \(i): part \(part)") } }
    }
    for (i, cell) in model.cells.enumerated() {
      for watcher in cell.watchers {
        switch watcher {
        case .condition(let k): require(k >= 0 && Int(k) < model.conditions.count, "cell \(i): condition \(k)")
        case .invariant(let k): require(k >= 0 && Int(k) < model.invariants.count, "cell \(i): invariant \(k)")
        case .derived(let k): require(k >= 0 && Int(k) < model.derived.count, "cell \(i): formula \(k)")
        }
      }
    }
  }
}
