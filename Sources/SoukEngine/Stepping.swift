// The loop of a traced simulation: one event at a time, each told before it happens and followed by what those whom it touched
// do now. It does in the same order what the loop in `EventLoop.swift` does, which therefore has nothing of this in it. For
// simulations that are plain, whose every entity has a token and an event: the same path, slower.

import SoukModel

extension Machine {
  /// Runs events up to and at `end`, at most `limit` of those of which there is something to tell; how many these were.
  mutating func step(_ limit: Int, until end: Int64) -> Int {
    precondition(!usesChains, "only a plain simulation can be stepped through")
    if !hasBegun {
      begin()
      finishTelling()
    }
    var done = 0
    while done < limit, stopped == nil, let event = events.first(), event.time <= end {
      reachWarmup(event.time)
      events.removeFirst()
      budget &-= 1
      if budget < 0 && checkLimits(at: -1) {
        events.push(event)
        break
      }
      guard isAlive(event) else {
        dropDead()
        continue
      }
      if event.kind == EventKind.deadline.rawValue && !isSomebodys(event) { continue }
      let before = toldCount
      sequenceBefore = sequence
      now = event.time
      tellBeginning(of: event)
      carryOut(event)
      if isDirty || !ready.isEmpty { settle() }
      finishTelling()
      if toldCount > before { done += 1 }
    }
    if done < limit && stopped == nil && end < .max {
      reachWarmup(end)
      now = max(now, end)
    }
    return done
  }

  private mutating func reachWarmup(_ time: Int64) {
    if warmupEnded || time < warmup { return }
    now = max(now, warmup)
    endWarmup()
  }

  private mutating func carryOut(_ event: Event) {
    let index = Int32(truncatingIfNeeded: event.index)
    let kind = EventKind(rawValue: event.kind)
    if kind == .arrival || kind == .serviceEnd || kind == .wait { advance(event) }
    switch kind {
    case .arrival: arrive(index)
    case .serviceEnd:
      tokens[index].timer = 0
      endService(index)
    case .wait:
      tokens[index].timer = 0
      tokens[index].state = .ready
      run(index)
    default: happenRarely(event, index)
    }
  }

  /// What is known of an event before it happens.
  private mutating func tellBeginning(of event: Event) {
    let index = Int32(truncatingIfNeeded: event.index)
    observer = -1
    arriving = -1
    switch EventKind(rawValue: event.kind) {
    case .arrival: arriving = sources[index].origin
    case .serviceEnd: tell(.completed, index, thing: tokens[index].thing)
    case .wait: tell(.wentOn, index)
    case .waitOfArm:
      observer = races[index, event.armNumber].token
      return tell(.wentOn, observer)
    case .failure: tell(.broke, -1, thing: index)
    case .repair: tell(.repaired, -1, thing: index)
    default: return
    }
    if EventKind(rawValue: event.kind) == .serviceEnd || EventKind(rawValue: event.kind) == .wait { observer = index }
  }

  /// An event is over: those whom it touched, and their arms, tell what they wait for now.
  private mutating func finishTelling() {
    tellObservations()
    observer = -1
    var seen: Set<Int32> = []
    var i = 0
    while i < touched.count {
      let token = touched[i]
      i += 1
      if !seen.insert(token).inserted { continue }
      if tokens[token].state == .racing {
        let race = parts[tokens[token].part].race
        for arm in 0..<races[race].opened { touched.append(races[race, arm].token) }
      } else {
        tellWaiting(token)
      }
    }
    touched.removeAll(keepingCapacity: true)
  }

  /// What a token waits for since this event.
  private mutating func tellWaiting(_ token: Int32) {
    switch tokens[token].state {
    case .waiting where tokens[token].timer == 0 || tokens[token].timer & EventClass.number > sequenceBefore:
      tell(.waits, token, tokens[token].timer == 0 ? .infinity : seconds(tokens[token].remaining &- now))
    case .putting where tokens[token].since == now: tell(.putting, token, thing: tokens[token].thing)
    case .taking where tokens[token].since == now: tell(.taking, token, thing: tokens[token].thing)
    case .awaiting where tokens[token].since == now: tell(.awaits, token)
    case .gathering where tokens[token].since == now: tell(.gathers, token, thing: tokens[token].thing)
    default: break
    }
  }
}
