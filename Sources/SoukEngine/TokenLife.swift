// From a token's beginning to its end: a new one for an entity, a process or an arm of a race, on a frame of its own or its
// parent's; and the end of a journey.

import SoukModel

extension Machine {
  /// A new token with a frame of zeros, unless that will be filled in.
  @inline(__always)
  mutating func newToken(fillsFrame: Bool = false) -> Int32 {
    let token: Int32
    let frame: Int32
    if freeToken >= 0 {
      token = freeToken
      freeToken = tokens[token].next
      frame = tokens[token].frame
      tokens[token] = Token()
      if !fillsFrame && stride > 0 { clearFrame(Int(frame) &* stride) }
    } else {
      token = Int32(truncatingIfNeeded: tokens.count)
      tokens.append(Token())
      frame = frameCount
      frameCount &+= 1
      frames.append(repeating: 0, count: stride)
    }
    tokens[token].frame = frame
    tokens[token].state = .ready
    tokens[token].created = now
    return token
  }

  /// A new token on the frame of another one.
  mutating func newArm(of parent: Int32) -> Int32 {
    var arm = freeArm
    if arm >= 0 {
      freeArm = tokens[arm].next
      tokens[arm] = Token()
    } else {
      arm = Int32(truncatingIfNeeded: tokens.count)
      tokens.append(Token())
    }
    tokens[arm].frame = tokens[parent].frame
    tokens[arm].state = .ready
    return arm
  }

  /// Where a token's frame begins.
  @inline(__always)
  mutating func frame(of token: Int32) -> Int { Int(tokens[token].frame) &* stride }

  /// Frames are short: the call that fills memory costs more than a few stores.
  @inline(__always)
  private mutating func clearFrame(_ first: Int) {
    if stride > 8 { return frames.fill(from: first, count: stride, with: 0) }
    frames[first] = 0
    if stride > 1 { frames[first &+ 1] = 0 }
    if stride > 2 { frames[first &+ 2] = 0 }
    if stride > 3 { frames[first &+ 3] = 0 }
    if stride > 4 { frames[first &+ 4] = 0 }
    if stride > 5 { frames[first &+ 5] = 0 }
    if stride > 6 { frames[first &+ 6] = 0 }
    if stride > 7 { frames[first &+ 7] = 0 }
  }

  @inline(__always)
  mutating func freeToken(_ token: Int32) {
    tokens[token].state = .free
    tokens[token].timer = 0
    if tokens[token].part >= 0 && freeArm(token) { return }
    tokens[token].next = freeToken
    freeToken = token
  }

  /// Gives back a token's part, and the token if it is an arm's.
  @inline(never)
  private mutating func freeArm(_ token: Int32) -> Bool {
    let isArm = parent(of: token) >= 0
    parts.giveBack(tokens[token].part)
    tokens[token].part = -1
    if isArm {
      tokens[token].next = freeArm
      freeArm = token
    }
    return isArm
  }

  /// A token at the start of a journey; the journey counts it.
  @inline(__always)
  mutating func start(journey: Int32, origin: Int32, ordinal: UInt32, entry: Int32) -> Int32 {
    let token = newToken()
    tokens[token].pc = entry
    tokens[token].journey = journey
    tokens[token].origin = origin
    tokens[token].ordinal = ordinal
    let record = journeys[journey]
    var i = record.timed
    while i < record.timed &+ record.timedCount {
      frames[frame(of: token) &+ Int(program.timed[i].slot)] = -1
      i &+= 1
    }
    raise(record.started, record.weight)
    raise(record.active, record.weight)
    if isTraced { tell(.started, token, 0) }
    return token
  }

  /// The next ordinal of an origin; stops the run when there are no more.
  @inline(__always)
  mutating func nextOrdinal(of origin: Int32) -> UInt32 {
    let ordinal = ordinals[origin]
    if ordinal == .max { fail(.fault(.drawsExhausted, place: -1)) }
    ordinals[origin] = ordinal &+ 1
    return ordinal
  }

  /// Lets a token go on at this instant, after those that are ready already.
  @inline(__always)
  mutating func makeReady(_ token: Int32) {
    tokens[token].state = .ready
    ready.append(token, in: tokens)
  }

  /// A journey's token ends.
  @inline(__always)
  mutating func end(_ token: Int32, outcome: Int32, result: Double) {
    finish(tokens[token].journey, created: tokens[token].created, outcome: outcome)
    if isTraced { tell(.finished, token, Double(outcome)) }
    if tokens[token].handle >= 0 { finishHandle(tokens[token].handle, result: result) }
    dissolveGroups(of: token)
    freeToken(token)
  }

  /// What is told of the end of a journey.
  @inline(__always)
  mutating func finish(_ journey: Int32, created: Int64, outcome: Int32) {
    let record = journeys[journey]
    lower(record.active, record.weight)
    raise(record.finished, record.weight)
    recordTicks(record.time, now &- created)
    if outcome >= 0 {
      recordTicks(record.outcome, Int64(outcome))
      if outcome < record.outcomeCount { raise(program.outcomes[record.outcomes &+ outcome], record.weight) }
    }
  }
}
