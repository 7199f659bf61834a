// What nobody needs. Backward over the leaders of a journey: which slots and which scratch may be read before they are written (live
// variables, Aho, Lam, Sethi & Ullman §9.2.5); an op whose only effect is on what isn't live reads nothing. Then the order of what
// is left: pieces that one jump leads to follow it, where nothing else goes on to them.

import SoukModel

/// Slots and scratch, a bit each.
struct Places {
  var words: [UInt64]
  init(count: Int) { words = [UInt64](repeating: 0, count: (count + 63) / 64) }

  func contains(_ place: Int) -> Bool { words[place >> 6] >> UInt64(place & 63) & 1 != 0 }
  mutating func insert(_ place: Int) { words[place >> 6] |= 1 << UInt64(place & 63) }
  mutating func remove(_ place: Int) { words[place >> 6] &= ~(1 << UInt64(place & 63)) }

  /// True if others weren't all in it before.
  mutating func formUnion(_ other: Places) -> Bool {
    var isChanged = false
    for w in words.indices where words[w] | other.words[w] != words[w] {
      words[w] |= other.words[w]
      isChanged = true
    }
    return isChanged
  }
}

extension Trimmer {
  /// Takes out stores, loads and arithmetic of a journey whose results nobody reads.
  func removeDead(_ j: Int) {
    let (live, ends) = liveness(j)
    for (l, leader) in leaders[j].enumerated() {
      var now = Places(count: placeCount(j))
      for i in stride(from: ends[l], through: leader, by: -1) { goBack(i, j, live, &now) { isRemoved[$0] = true } }
    }
  }

  /// What is live at each leader of a journey, and the last op of its piece.
  func liveness(_ j: Int) -> (live: [Places], ends: [Int]) {
    let places = placeCount(j)
    let all = leaders[j]
    /// What is live where a piece begins, and the pieces that go on to it.
    var live = [Places](repeating: Places(count: places), count: all.count)
    var before = [[Int32]](repeating: [], count: all.count)
    var ends: [Int] = []
    for (l, leader) in all.enumerated() {
      var i = leader
      while true {
        successors(of: i) { next in
          if next >= 0, next < code.count, isLeader[next] { before[Int(leaderIndex[next])].append(Int32(l)) }
        }
        if !fallsThrough(code[i].code) || i + 1 >= code.count || isLeader[i + 1] { break }
        i += 1
      }
      ends.append(i)
    }
    var open = Array(all.indices)
    var isOpen = [Bool](repeating: true, count: all.count)
    while let l = open.popLast() {
      isOpen[l] = false
      var now = Places(count: places)
      for i in stride(from: ends[l], through: all[l], by: -1) { goBack(i, j, live, &now) { _ in } }
      guard live[l].formUnion(now) else { continue }
      for b in before[l] where !isOpen[Int(b)] {
        isOpen[Int(b)] = true
        open.append(Int(b))
      }
    }
    return (live, ends)
  }

  /// What is live before an op, from what is after it.
  func goBack(_ i: Int, _ j: Int, _ live: [Places], _ now: inout Places, _ isDead: (Int) -> Void) {
    let op = code[i]
    let slots = slotCount(j)
    successors(of: i) { next in
      if next >= 0, next < code.count, isLeader[next] { _ = now.formUnion(live[Int(leaderIndex[next])]) }
    }
    let isMoved = i > 0 && code[i - 1].code == .offset
    if !isMoved {
      let own = op.code == .storeSlot ? Int(op.a) : isPure(op.code) ? place(op.a, slots) : -1
      if own >= 0 && !now.contains(own) { return isDead(i) }
      if op.code == .move && op.a == op.b { return isDead(i) }
    }
    writes(i, slots) { now.remove($0) }
    reads(i, slots) { now.insert($0) }
  }
}

// MARK: The order of what is left

extension Trimmer {
  /// Takes out jumps of a journey to the next op, and turns those round that jump over a jump.
  func straighten(_ j: Int) {
    for leader in leaders[j] {
      var i = leader
      while true {
        let code = self.code[i].code
        shorten(i)
        if !fallsThrough(code) || i + 1 >= self.code.count || isLeader[i + 1] { break }
        i += 1
      }
    }
  }

  private func shorten(_ i: Int) {
    let op = code[i]
    switch op.code {
    case .jump:
      if position(op.a) == i + 1 { isRemoved[i] = true }
      let end = position(op.a)
      if end >= 0, end < code.count, code[end].code == .end { code[i] = code[end] }
    case .jumpIfZero, .jumpUnlessZero:
      if position(op.b) == i + 1 { isRemoved[i] = true }
      guard i + 2 < code.count, position(op.b) == i + 2, code[i + 1].code == .jump, !isLeader[i + 1] else { return }
      code[i + 1] = Op(op.code == .jumpIfZero ? .jumpUnlessZero : .jumpIfZero, op.a, code[i + 1].a)
      isRemoved[i] = true
    case .jumpIfLess, .jumpIfLessOrEqual:
      if position(op.c) == i + 1 { isRemoved[i] = true }
    default: break
    }
  }

  /// All ops, so that a piece which nothing falls into stands behind the first jump that leads to it, which goes.
  func order() -> [Int] {
    var order: [Int] = []
    order.reserveCapacity(code.count)
    var isPlaced = [Bool](repeating: false, count: code.count)
    for i in code.indices where !isPlaced[i] {
      var next = i
      while true {
        // To the end of what goes on by itself.
        while true {
          order.append(next)
          isPlaced[next] = true
          if !fallsThrough(code[next].code) || next + 1 >= code.count || isPlaced[next + 1] { break }
          next += 1
        }
        guard code[next].code == .jump, owner[next] >= 0, isTrimmed(Int(owner[next])) else { break }
        func canFollow(_ target: Int) -> Bool {
          target > 0 && target < code.count && !isPlaced[target] && owner[target] == owner[next] && !fallsThrough(code[target - 1].code)
        }
        let target = position(code[next].a)
        if canFollow(target) {
          isRemoved[next] = true
          next = target
          continue
        }
        // Or what the jump before it leads to, if that can be turned round.
        guard next > i, !isLeader[next], code[next - 1].code == .jumpIfZero || code[next - 1].code == .jumpUnlessZero else { break }
        let other = position(code[next - 1].b)
        guard canFollow(other), next - 1 == order[order.count - 2] else { break }
        code[next - 1] = Op(code[next - 1].code == .jumpIfZero ? .jumpUnlessZero : .jumpIfZero, code[next - 1].a, code[next].a)
        isRemoved[next] = true
        next = other
      }
    }
    return order
  }
}
