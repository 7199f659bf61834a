// Processor sharing: all who are inside share the servers equally, each getting at most one. In virtual time (the service
// that somebody who has been inside all along has attained) everybody's completion is fixed at arrival, so a heap of
// virtual completion times and one pending event per station suffice: O(log n) an event. That heap is the order of the station's line.
// The queue cell counts those beyond the servers, and the wait tally gets sojourn less service, so Little's law holds as
// for the other disciplines.

import SoukModel

extension Machine {
  /// How fast virtual time runs: the share of a server that each gets.
  private mutating func speed(_ s: Int32) -> Double {
    let inside = stations[s].inService
    if inside == 0 || !stations[s].isUp { return 0 }
    return inside <= stations[s].servers ? 1 : Double(stations[s].servers) / Double(inside)
  }

  /// Brings a station's virtual time up to now.
  mutating func attain(_ s: Int32) {
    stations[s].virtual += Double(now &- stations[s].virtualAt) * speed(s)
    stations[s].virtualAt = now
  }

  mutating func beginSharing(_ token: Int32, _ s: Int32, mode: Int32, pc: Int) {
    attain(s)
    // An empty station starts its virtual time afresh, which keeps it short and exact.
    if stations[s].inService == 0 { stations[s].virtual = 0 }
    tokens[token].state = .sharing
    stations[s].inService &+= 1
    let end = stations[s].virtual + Double(tokens[token].service)
    if isTraced { tell(.served, token, thing: s) }
    if mode != ParkMode.never, !isTraced, canDoWithoutToken(token, pc: pc) {
      lineUpByValue(token, s, key: end, pc: pc, mode: mode, patience: .max)
    } else {
      lineUp(token, s, key: end, patience: .max, otherwise: -1)
    }
    showShared(s)
    awaitShared(s)
  }

  /// Sets the busy and queue cells from the number inside.
  mutating func showShared(_ s: Int32) {
    let busy = min(stations[s].inService, stations[s].servers)
    set(stations[s].busyCell, to: Double(busy) * weight)
    set(stations[s].queueCell, to: Double(stations[s].inService &- busy) * weight)
  }

  /// Schedules the next completion.
  mutating func awaitShared(_ s: Int32) {
    if stations[s].timer != 0 { events.noteDead() }
    stations[s].timer = 0
    let speed = speed(s)
    if speed == 0 { return }
    let left = max(lines[s].firstKey - stations[s].virtual, 0)
    let delay = (left / speed).rounded(.up)
    if delay < 9e18 { stations[s].timer = schedule(.sharedEnd, s, after: Int64(delay), EventClass.completion) }
  }

  /// The first in virtual time is complete.
  mutating func endSharedService(_ s: Int32) {
    stations[s].timer = 0
    attain(s)
    let token = token(of: takeFirst(of: s), s)
    if isTraced { tell(.completed, token, thing: s) }
    hasLeftSharing(s)
    let service = tokens[token].service
    raise(stations[s].completions)
    recordTicks(stations[s].waitTally, max(now &- tokens[token].since &- service, 0))
    recordTicks(stations[s].serviceTally, service)
    tokens[token].state = .ready
    run(token)
  }

  /// Somebody has left a shared station, whose virtual time is up to date.
  mutating func hasLeftSharing(_ s: Int32) {
    stations[s].inService &-= 1
    showShared(s)
    awaitShared(s)
  }
}
