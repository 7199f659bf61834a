// Conditions that entities await, and the handles of spawned journeys. A condition is tested when a cell that it reads has
// changed, once for all who stand in its line, or where it reads their slots, for each in order of arrival; those for whom it holds
// go on at this instant. A condition that reads handles is tested for the one who watches when a watched journey starts or ends.

import SoukModel

extension Machine {
  mutating func awaitCondition(_ token: Int32, _ site: RequestSite, mode: Int32, pc: Int, frame: Int) -> Int {
    let c = site.thing
    if evaluate(conditions[c].entry, conditions[c].result, frame: frame) != 0 || stopped != nil { return pc }
    tokens[token].state = .awaiting
    tokens[token].thing = c
    tokens[token].since = now
    let line = line(ofCondition: c)
    if conditions[c].slotCount > 0 { startWatching(frame, c, lines[line].tail) }
    lineUp(token, line, site, mode: mode, pc: pc)
    return Machine.blocked
  }

  /// Tests a condition for all who wait.
  mutating func testCondition(_ c: Int32) {
    let line = line(ofCondition: c)
    if lines[line].isEmpty { return }
    if conditions[c].isTheSameForAll {
      if evaluate(conditions[c].entry, conditions[c].result, frame: 0) == 0 { return }
      while !lines[line].isEmpty && stopped == nil { makeReady(token(of: takeFirst(of: line), line)) }
      return
    }
    var number = lines[line].head
    while number < lines[line].tail && stopped == nil {
      if lines[line].isThere(number, in: waiters) && holds(c, for: number) { wake(c, number) }
      number &+= 1
    }
    closeUp(line)
  }

  /// Whether a condition holds for the one with a number in its line.
  private mutating func holds(_ c: Int32, for number: Int64) -> Bool {
    let waiter = lines[line(ofCondition: c)].waiter(number, in: waiters)
    return evaluate(conditions[c].entry, conditions[c].result, frame: frame(of: waiter)) != 0
  }

  /// Where the slots lie of one who stands in a line: in its token's frame, or for a while in the first.
  private mutating func frame(of waiter: Waiter) -> Int {
    if waiter.isToken { return frame(of: waiter.token) }
    if waiter.isArm {
      let race = races[waiter.race]
      unpack(Int(race.place), pc: race.pc, into: frames, 0)
    } else if waiter.who & Waiter.hasFrame != 0 { unpack(Int(waiter.extra), pc: Int(waiter.who &>> 32 & 0xFFFF), into: frames, 0) }
    return 0
  }

  /// The one with a number in a condition's line goes on.
  private mutating func wake(_ c: Int32, _ number: Int64) {
    let line = line(ofCondition: c)
    let token = token(of: lines[line].remove(number, in: &waiters), line)
    stopWatching(frame(of: token), c, number)
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
    handles[handle].condition = -1
    freeUnused(handle)
  }

  /// A handle's state has changed: whoever watches it is tested after this step.
  private mutating func touch(_ handle: Int32) {
    if handles[handle].condition != -1 {
      touchedHandles.append(handle)
      isDirty = true
    }
  }

  /// Who will have a number in a condition's line is noted in the handles that the condition reads in its slots.
  private mutating func startWatching(_ frame: Int, _ c: Int32, _ number: Int64) {
    forEachWatched(frame, c) { handle in
      handle.condition = handle.condition == -1 ? c : -2
      handle.watcher = number
    }
  }

  /// Who had a number in a condition's line waits no longer.
  mutating func stopWatching(_ frame: Int, _ c: Int32, _ number: Int64) {
    forEachWatched(frame, c) { handle in
      if handle.condition == c && handle.watcher == number { handle.condition = -1 }
    }
  }

  /// Those in a condition's line have got other numbers.
  mutating func watchAgain(_ c: Int32) {
    let line = lines[line(ofCondition: c)]
    for number in line.head..<line.tail {
      forEachWatched(frame(of: line.waiter(number, in: waiters)), c) { handle in
        if handle.condition == c { handle.watcher = number }
      }
    }
  }

  private mutating func forEachWatched(_ frame: Int, _ c: Int32, _ body: (inout HandleState) -> Void) {
    for i in 0..<conditions[c].slotCount {
      let value = frames[frame &+ Int(program.conditionSlots[conditions[c].slots &+ i])]
      if value >= 1 { body(&handles[Int(value) - 1]) }
    }
  }

  /// Tests the conditions of those who watch a handle that has changed.
  mutating func testHandles() {
    var i = 0
    while i < touchedHandles.count && stopped == nil {
      let (c, number) = (handles[touchedHandles[i]].condition, handles[touchedHandles[i]].watcher)
      if c == -2 {
        // Two arms of one race watch the same handle: every condition that reads handles is tested.
        for c in 0..<conditions.count where conditions[c].slotCount > 0 { testCondition(Int32(c)) }
      } else if c >= 0, lines[line(ofCondition: c)].isThere(number, in: waiters), holds(c, for: number) {
        wake(c, number)
        closeUp(line(ofCondition: c))
      }
      i += 1
    }
    touchedHandles.truncate(to: 0)
  }
}
