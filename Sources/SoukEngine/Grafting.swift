// A simulation goes on under other constants, from the instant at which it stands: a machine of the other model, of the same shape,
// takes over who is under way, what waits and what was observed. What was drawn stays drawn: a service that has begun, the gap
// before the next arrival of a general law. A Poisson source's gap is used up at the new rate from now on, for what is left of an
// exponential is one; so it is the same arrival, earlier or later. Both go on with the draws they would have had.

import SoukModel

extension Machine {
  /// This state under the tables of another program, whose model has the same shape. Only between events, without chains.
  func grafted(on program: Program, _ settings: RunSettings) -> Machine {
    precondition(chains.count == 0 || !usesChains, "who is in a chain of stations has been told when it will leave")
    let from = copied()
    let gaps = from.pendingGaps()
    var to = Machine(program, settings)
    to.takeOver(from, gaps)
    return to
  }

  /// The instants of the pending arrivals, by source; -1 where there is none.
  private func pendingGaps() -> [Int64] {
    var due = [Int64](repeating: -1, count: sources.count)
    events.forEach { event in
      if event.kind == EventKind.arrival.rawValue, sources[event.index].timer == event.order { due[event.index] = event.time }
    }
    return due
  }

  private mutating func takeOver(_ from: Machine, _ due: [Int64]) {
    let old = from.program.model
    (now, sequence, ready, hasBegun, warmupEnded) = (from.now, from.sequence, from.ready, from.hasBegun, from.warmupEnded)
    (budget, allotted, eventCount, instantOfLastCheck, stepsAtInstant) = (from.budget, from.allotted, from.eventCount, from.instantOfLastCheck, from.stepsAtInstant)
    (frameCount, freeToken, freeArm, parkedCount) = (from.frameCount, from.freeToken, from.freeArm, from.parkedCount)
    (freeGroup, freeHandle) = (from.freeGroup, from.freeHandle)
    replaceStorage(by: from)
    takeOverThings(from)
    defer {
      from.levels.free()
      from.sources.free()
    }
    if !hasBegun { return restart() }
    watchCells()
    for i in 0..<sources.count { takeOverSource(i, from, due[i]) }
    // What a formula reads may be another constant now.
    for i in 0..<Int32(truncatingIfNeeded: formulas.count) { dirty.insert(i, .derived) }
    for i in 0..<Int32(truncatingIfNeeded: conditions.count) { dirty.insert(i, .condition) }
    for i in 0..<Int32(truncatingIfNeeded: invariants.count) { dirty.insert(i, .invariant) }
    isDirty = true
    let model = program.model
    let own = model.stations.flatMap { [($0.servers, $0.path), ($0.rate, $0.path)] } + model.pools.map { ($0.size, $0.path) }
      + model.sources.compactMap { source -> (Int32, String)? in if case .live(let cell, _) = source.pattern { (cell, source.path) } else { nil } }
    for (cell, path) in own where model.isOwn(cell, of: path) && model.cells[Int(cell)].initial != old.cells[Int(cell)].initial {
      set(cell, to: model.cells[Int(cell)].initial)
    }
    followSteps()
    for i in 0..<Int32(truncatingIfNeeded: stations.count) { dirty.insert(i, .station) }
    settle()
    for i in 0..<Int32(truncatingIfNeeded: levels.count) where levels[i].capacity != from.levels[i].capacity { serveLevel(i) }
    for i in 0..<Int32(truncatingIfNeeded: batches.count) where batches[i].count >= batches[i].size { closeBatch(i) }
    settle()
  }

  /// Capacities that follow a curve of steps, which a process of their own sets, are what the curve says now.
  private mutating func followSteps() {
    for process in program.model.processes where program.model.journeys[Int(process.journey)].path.hasSuffix(" steps") {
      var curve: Int32 = -1
      var pc = program.model.journeys[Int(process.journey)].entry
      while pc < Int32(truncatingIfNeeded: code.count), code[pc].code != .setCell {
        if code[pc].code == .curve { curve = code[pc].b }
        pc += 1
      }
      if curve >= 0, pc < Int32(truncatingIfNeeded: code.count) { set(code[pc].a, to: program.curves.value(curve, at: seconds(now))) }
    }
  }

  private var tables: FormulaTables { usesChains ? program.formulas : program.plainFormulas }

  /// Which formulas share what depends on the constants, and so does who watches a cell.
  private mutating func watchCells() {
    let new = tables.cells
    for i in 0..<cells.count {
      cells[i].flags = cells[i].flags & ~CellState.watched | new[i].flags & CellState.watched
      (cells[i].watchers, cells[i].watcherCount) = (new[i].watchers, new[i].watcherCount)
    }
    showCells()
  }

  /// Cells as registers of straight code.
  private mutating func showCells() {
    for i in 0..<program.model.cells.count { registers[Int(firstCell) + i] = cells[i].value }
  }

  /// Nothing has happened yet, so everything begins as the new model says.
  private mutating func restart() {
    for i in 0..<cells.count { cells[i] = tables.cells[i] }
    showCells()
    for i in 0..<levels.count { levels[i].level = program.levels[i].level }
    for i in 0..<accounts.count { accounts[i].balance = program.accounts[i].balance }
    for i in 0..<cells.count where cells[i].log >= 0 {
      logs[cells[i].log].free()
      logs[cells[i].log] = Log()
      logs[cells[i].log].append(0, cells[i].value)
    }
  }

  /// Everything that lies in storage of its own and is the same in both models; what this machine had is given back.
  private mutating func replaceStorage(by from: Machine) {
    events.free(); tokens.free(); parts.freeStorage(); races.freeStorage(); frames.free(); parkedFrames.free(); freeParked.free(); cells.free(); tallies.free(); lost.free(); groups.free()
    followers.freeStorage()
    handles.free(); releases.free(); ordinals.free(); streamKeys.free(); originKeys.free(); touchedHandles.free()
    for i in 0..<logs.count { logs[i].free() }
    for i in 0..<windows.count { windows[i].free() }
    for i in 0..<heaps.count { heaps[i].free() }
    for i in 0..<lines.count { lines[i].free() }
    lines.free(); waiters.free()
    logs.free(); windows.free(); heaps.free(); thresholds.free()
    (events, tokens, frames, parkedFrames, cells, tallies, lost) = (from.events, from.tokens, from.frames, from.parkedFrames, from.cells, from.tallies, from.lost)
    (freeParked, groups, handles, releases, ordinals, streamKeys, originKeys) = (from.freeParked, from.groups, from.handles, from.releases, from.ordinals, from.streamKeys, from.originKeys)
    (lines, waiters, followers, parts, races) = (from.lines, from.waiters, from.followers, from.parts, from.races)
    (logs, windows, heaps, thresholds, touchedHandles) = (from.logs, from.windows, from.heaps, from.thresholds, from.touchedHandles)
    // What the other had besides goes with it.
    from.registers.free(); from.passingFrame.free(); from.calls.free(); from.savedRegisters.free(); from.drawCaches.free(); from.drawVariates.free(); from.drawSeconds.free(); from.preparation.free()
    from.dirty.free()
    for i in 0..<from.chainStations.count { from.chainStations[i].free() }
    for i in 0..<from.chains.count { from.chains[i].free() }
    from.chainStations.free(); from.chains.free(); from.gathered.free()
  }

  /// Who is where, beside what the things are now.
  private mutating func takeOverThings(_ from: Machine) {
    for i in 0..<stations.count { stations[i].takeOver(from.stations[i]) }
    for i in 0..<pools.count {
      (pools[i].size, pools[i].held, pools[i].waiting) = (from.pools[i].size, from.pools[i].held, from.pools[i].waiting)
    }
    for i in 0..<levels.count { levels[i].level = from.levels[i].level }
    for i in 0..<accounts.count { (accounts[i].balance, accounts[i].reserved) = (from.accounts[i].balance, from.accounts[i].reserved) }
    for i in 0..<batches.count {
      batches[i].count = from.batches[i].count
      (batches[i].timer, batches[i].calendarTimer) = (from.batches[i].timer, from.batches[i].calendarTimer)
    }
    from.stations.free(); from.pools.free(); from.accounts.free(); from.batches.free(); from.conditions.free()
    sources.free()
    sources = Slab(capacity: from.sources.count)
    for i in 0..<from.sources.count { sources.append(from.sources[i]) }
  }

  private mutating func takeOverSource(_ i: Int, _ from: Machine, _ due: Int64) {
    let s = Int32(truncatingIfNeeded: i)
    let (old, new) = (from.program.model.sources[i], program.model.sources[i])
    sources[s].batchLaw = new.batchLaw
    if new.limit != old.limit {
      let (left, overflow) = sources[s].left.addingReportingOverflow(new.limit &- old.limit)
      sources[s].left = old.limit == .max || new.limit == .max ? new.limit : overflow ? .max : max(0, left)
    }
    switch new.pattern {
    case .interarrival(let law): sources[s].table = law
    case .poisson(let rate):
      let former = sources[s].factor
      if rate == former { break }
      sources[s].factor = rate
      reschedule(s, due < 0 ? nil : seconds(due - now) * former) { _, amount in amount / rate }
    case .curve(let curve, let factor):
      let (former, formerFactor) = (sources[s].table, sources[s].factor)
      let amount = due < 0 ? nil : from.program.curves.integral(former, from: seconds(now), to: seconds(due)) * formerFactor
      (sources[s].table, sources[s].factor) = (curve, factor)
      if from.program.model.curves[Int(former)] == program.model.curves[Int(curve)], factor == formerFactor { break }
      reschedule(s, amount) { machine, amount in machine.program.curves.delay(curve, from: seconds(machine.now), amount: amount / factor) }
    case .live(_, let curve):
      let former = sources[s].table
      sources[s].table = curve
      if former < 0 || from.program.model.curves[Int(former)] == program.model.curves[Int(curve)] { break }
      let passed = from.program.curves.integral(former, from: seconds(sources[s].reckoned), to: seconds(now))
      sources[s].exponential = max(sources[s].exponential - passed * sources[s].rate, 0)
      sources[s].reckoned = now
      let (left, rate) = (sources[s].exponential, sources[s].rate)
      reschedule(s, left) { machine, amount in
        rate > 0 ? machine.program.curves.delay(curve, from: seconds(machine.now), amount: amount / rate) : .infinity
      }
    default: break
    }
  }

  /// Lets the next arrival come when what is left of its exponential is used up; without one it is drawn now.
  private mutating func reschedule(_ s: Int32, _ left: Double?, _ delay: (inout Machine, Double) -> Double) {
    if sources[s].timer != 0 { events.noteDead() }
    sources[s].timer = 0
    guard let left else { return awaitArrival(s) }
    if sources[s].left <= 0 { return }
    scheduleArrival(s, after: delay(&self, max(left, 0)))
  }
}

extension StationState {
  /// The state of the same station in another model.
  fileprivate mutating func takeOver(_ other: StationState) {
    (servers, rate, isUp, inService, waiting, serving) = (other.servers, other.rate, other.isUp, other.inService, other.waiting, other.serving)
    servedByValue = other.servedByValue
    (headNumber, timer, breakdownTimer) = (other.headNumber, other.timer, other.breakdownTimer)
    (breakdowns, virtual, virtualAt) = (other.breakdowns, other.virtual, other.virtualAt)
  }
}
