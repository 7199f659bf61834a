// Conditions that entities await, and the handles of spawned journeys. A condition is tested when a cell that it reads has
// changed, once for all who stand in its line, or where it reads their slots, for each token in order of arrival; those for whom it holds
// go on at this instant. A condition that reads handles is tested for the one token that watches when a watched journey starts or ends.

import SoukModel

extension Machine {
  mutating func awaitCondition(_ token: Int32, _ site: RequestSite, mode: Int32, pc: Int, frame: Int) -> Int {
    let c = site.thing
    if evaluate(conditions[c].entry, conditions[c].result, frame: frame) != 0 || stopped != nil { return pc }
    tokens[token].state = .awaiting
    tokens[token].thing = c
    tokens[token].since = now
    if conditions[c].hasLine {
      lineUp(token, line(ofCondition: c), site, mode: mode, pc: pc)
    } else {
      conditions[c].waiters.append(token, in: tokens)
      startWatching(token)
      _ = setPatience(token, site, pc: pc)
    }
    return Machine.blocked
  }

  /// Tests a condition for all who wait.
  mutating func testCondition(_ c: Int32) {
    if conditions[c].hasLine { return testLine(of: c) }
    var token = conditions[c].waiters.head
    while token >= 0 && stopped == nil {
      let next = tokens[token].next
      if holds(c, for: token) { wake(token) }
      token = next
    }
  }

  /// Tests a condition once for all who stand in its line.
  private mutating func testLine(of c: Int32) {
    let line = line(ofCondition: c)
    if lines[line].isEmpty || evaluate(conditions[c].entry, conditions[c].result, frame: 0) == 0 { return }
    while !lines[line].isEmpty && stopped == nil {
      makeReady(token(of: lines[line].removeFirst(in: &waiters), line))
    }
  }

  private mutating func holds(_ c: Int32, for token: Int32) -> Bool {
    evaluate(conditions[c].entry, conditions[c].result, frame: frame(of: token)) != 0
  }

  private mutating func wake(_ token: Int32) {
    leaveCondition(token)
    cancelTimer(of: token)
    makeReady(token)
  }

  // MARK: Handles

  /// `spawn`: a child at its journey's beginning, which runs when the present token has stopped; its handle, or 0.
  mutating func spawn(_ site: Int32) -> Double {
    let record = program.spawns[site]
    let ordinal = nextOrdinal(of: record.origin)
    let child = start(journey: record.journey, origin: record.origin, ordinal: ordinal, entry: journeys[record.journey].entry)
    for i in 0..<record.argumentCount {
      frames[frame(of: child) &+ Int(i)] = registers[program.spawnArguments[record.arguments &+ i]]
    }
    makeReady(child)
    if !record.keepsHandle { return 0 }
    let handle = newHandle()
    tokens[child].handle = handle
    return Double(handle + 1)
  }

  private mutating func newHandle() -> Int32 {
    if freeHandle < 0 {
      handles.append(HandleState())
      return Int32(handles.count - 1)
    }
    let handle = freeHandle
    freeHandle = handles[handle].nextFree
    handles[handle] = HandleState()
    return handle
  }

  private mutating func freeUnused(_ handle: Int32) {
    if handles[handle].isRunning || handles[handle].isKept { return }
    handles[handle].nextFree = freeHandle
    freeHandle = handle
  }

  /// A child's first op is about to run.
  mutating func startHandle(_ handle: Int32) {
    handles[handle].hasStarted = true
    touch(handle)
  }

  mutating func finishHandle(_ handle: Int32, result: Double) {
    handles[handle].hasStarted = true
    handles[handle].isDone = true
    handles[handle].isRunning = false
    handles[handle].result = result
    touch(handle)
    freeUnused(handle)
  }

  mutating func readHandle(_ code: OpCode, _ slot: Double) -> Double {
    if slot < 1 { return code == .handleResult ? .nan : 0 }
    let handle = handles[Int(slot) - 1]
    switch code {
    case .handleStarted: return handle.hasStarted ? 1 : 0
    case .handleDone: return handle.isDone ? 1 : 0
    default: return handle.result
    }
  }

  mutating func dropHandle(_ slot: Double) {
    if slot < 1 { return }
    let handle = Int32(slot) - 1
    handles[handle].isKept = false
    handles[handle].watcher = -1
    freeUnused(handle)
  }

  /// A handle's state has changed: whoever watches it is tested after this step.
  private mutating func touch(_ handle: Int32) {
    if handles[handle].watcher != -1 {
      touchedHandles.append(handle)
      isDirty = true
    }
  }

  /// A waiting token is noted in the handles that its condition reads.
  private mutating func startWatching(_ token: Int32) {
    let c = tokens[token].thing
    for i in 0..<conditions[c].slotCount {
      let slot = program.conditionSlots[conditions[c].slots &+ i]
      let value = frames[frame(of: token) &+ Int(slot)]
      if value < 1 { continue }
      let handle = Int32(value) - 1
      handles[handle].watcher = handles[handle].watcher == -1 ? token : -2
      tokens[token].watchesHandles = true
    }
  }

  /// Takes a token out of those who await a condition.
  mutating func leaveCondition(_ token: Int32) {
    let c = tokens[token].thing
    if conditions[c].hasLine {
      _ = lines[line(ofCondition: c)].remove(tokens[token].numberInLine, in: &waiters)
    } else {
      conditions[c].waiters.remove(token, in: tokens)
    }
    stopWatching(token)
  }

  private mutating func stopWatching(_ token: Int32) {
    if !tokens[token].watchesHandles { return }
    tokens[token].watchesHandles = false
    let c = tokens[token].thing
    for i in 0..<conditions[c].slotCount {
      let slot = program.conditionSlots[conditions[c].slots &+ i]
      let value = frames[frame(of: token) &+ Int(slot)]
      if value >= 1 && handles[Int(value) - 1].watcher == token { handles[Int(value) - 1].watcher = -1 }
    }
  }

  /// Tests the conditions of those who watch a handle that has changed.
  mutating func testHandles() {
    var i = 0
    while i < touchedHandles.count && stopped == nil {
      let watcher = handles[touchedHandles[i]].watcher
      if watcher == -2 {
        // Two arms of one race watch the same handle: every condition that reads handles is tested.
        for c in 0..<conditions.count where conditions[c].slotCount > 0 { testCondition(Int32(c)) }
      } else if watcher >= 0 && tokens[watcher].state == .awaiting && holds(tokens[watcher].thing, for: watcher) {
        wake(watcher)
      }
      i += 1
    }
    touchedHandles.truncate(to: 0)
  }
}
