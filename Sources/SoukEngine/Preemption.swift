// Preemptive priority: an arrival with a smaller priority number displaces the worst in service (the largest number, then
// the latest to begin). Resume keeps the remaining work; restart begins the same service time again. The displaced go to
// the head of their class.

import SoukModel

extension Machine {
  /// Displaces the worst in service if it is less urgent than somebody of that priority; whether a server is free now.
  mutating func displaceWorst(for priority: Double, _ s: Int32) -> Bool {
    let serving = heaps[2 &* s &+ 1]
    guard stations[s].isUp, serving.count > 0, stations[s].inService <= stations[s].servers else { return false }
    let worst = serving.first.token
    let worstPriority = -serving.first.key
    guard worstPriority > priority else { return false }
    if stations[s].hasRate {
      reckonWork(worst, s)
      if stations[s].discipline == .preemptiveRestart { tokens[worst].amount = 1 }
    } else if stations[s].discipline == .preemptiveRestart {
      tokens[worst].remaining = tokens[worst].service
    } else {
      tokens[worst].remaining &-= now
    }
    leaveService(worst, s)
    tokens[worst].state = .queued
    stations[s].waiting &+= 1
    raise(stations[s].queueCell)
    if isTraced { tell(.displaced, worst, thing: s) }
    stations[s].headNumber &-= 1
    heaps[2 &* s].push(worst, key: worstPriority, number: stations[s].headNumber, in: tokens)
    return true
  }

  /// After a repair: those who came meanwhile displace whoever is less urgent.
  mutating func displaceForWaiting(_ s: Int32) {
    while stations[s].waiting > 0 {
      let priority = firstPriority(s)
      guard displaceWorst(for: priority, s) else { return }
      beginService(token(of: takeFirst(s), s), s, priority)
    }
  }

  /// Whether the turn is that of one who was displaced; those wait before the others of their class.
  @inline(__always)
  mutating func isDisplacedFirst(_ s: Int32) -> Bool {
    heaps[2 &* s].count > 0 && (lines[s].isEmpty || heaps[2 &* s].first.key <= lines[s].firstKey)
  }

  /// The priority of whose turn it is, where somebody waits.
  @inline(__always)
  mutating func firstPriority(_ s: Int32) -> Double { isDisplacedFirst(s) ? heaps[2 &* s].first.key : lines[s].firstKey }
}
