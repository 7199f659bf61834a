// Numbers the slots of journeys anew when stores are gone: two whose values are never needed at once share a number (register
// allocation by colouring, Chaitin 1982; greedy, in the order of the slots). Frames are copied where entities are parked.
//
// Slots that arguments come in keep their numbers; those of `time m { }` are looked at whenever a run ends and share with nobody.

import SoukModel

extension Trimmer {
  /// Gives a journey's slots as few numbers as it needs.
  func renumberSlots(_ j: Int, parameters: Int) {
    let count = slotCount(j)
    if count < 2 || count > 1000 || hasPickedDraws(j) { return }
    let clashes = self.clashes(j)
    var numbers = [Int32](repeating: -1, count: count)
    var used = parameters
    for s in 0..<count {
      if s < parameters {
        numbers[s] = Int32(s)
      } else if let clashing = clashes[s] {
        var taken = Set<Int32>()
        for other in 0..<s where clashing.contains(other) { taken.insert(numbers[other]) }
        var number = Int32(parameters)
        while taken.contains(number) { number += 1 }
        numbers[s] = number
      }
      used = max(used, Int(numbers[s]) + 1)
    }
    rename(j, numbers)
    model.journeys[j].frameSlots = Int32(used)
  }

  /// Whether a station is picked by a row where its service is drawn: there are more counters than the op names.
  private func hasPickedDraws(_ j: Int) -> Bool {
    var found = false
    forEachOp(j) { i in
      if code[i].code == .use, i > 0, code[i - 1].code == .offset, model.uses[Int(code[i].a)].draw >= 0 { found = true }
    }
    return found
  }

  /// How many arguments each journey is spawned with.
  var parameterCounts: [Int] {
    var counts = [Int](repeating: 0, count: model.journeys.count)
    for spawn in model.spawns { counts[Int(spawn.journey)] = max(counts[Int(spawn.journey)], spawn.arguments.count) }
    return counts
  }

  private func forEachOp(_ j: Int, _ body: (Int) -> Void) {
    for leader in leaders[j] {
      var i = leader
      while true {
        body(i)
        if !fallsThrough(code[i].code) || i + 1 >= code.count || isLeader[i + 1] { break }
        i += 1
      }
    }
  }

  /// For each slot that is used at all: which others are needed while it is, or are written then.
  private func clashes(_ j: Int) -> [Places?] {
    let count = slotCount(j)
    let places = placeCount(j)
    let (live, ends) = liveness(j)
    var clashes = [Places?](repeating: nil, count: count)
    func use(_ s: Int) { if s < count && clashes[s] == nil { clashes[s] = Places(count: count) } }
    func clash(_ a: Int, _ b: Int) {
      use(a)
      use(b)
      if a == b { return }
      clashes[a]?.insert(b)
      clashes[b]?.insert(a)
    }
    func clashAll(_ a: Int, _ live: Places) { for s in 0..<count where live.contains(s) { clash(a, s) } }
    for (l, leader) in leaders[j].enumerated() {
      var now = Places(count: places)
      for i in stride(from: ends[l], through: leader, by: -1) {
        successors(of: i) { next in
          if next >= 0, next < code.count, isLeader[next] { _ = now.formUnion(live[Int(leaderIndex[next])]) }
        }
        reads(i, count) { use($0) }
        writes(i, count) { if $0 < count { clashAll($0, now) } }
        writes(i, count) { now.remove($0) }
        reads(i, count) { now.insert($0) }
      }
    }
    // What is read before it is written begins as 0.
    for entry in entries[j] {
      let begun = live[Int(leaderIndex[entry])]
      for s in 0..<count where begun.contains(s) { clashAll(s, begun) }
    }
    for timed in model.journeys[j].timed { for s in 0..<count where clashes[s] != nil || s == Int(timed.slot) { clash(Int(timed.slot), s) } }
    return clashes
  }

  private func rename(_ j: Int, _ numbers: [Int32]) {
    func new(_ slot: Int32) -> Int32 { slot >= 0 && Int(slot) < numbers.count && numbers[Int(slot)] >= 0 ? numbers[Int(slot)] : slot }
    var sites: Set<Int32> = []
    var transfers: Set<Int32> = []
    var conditions: Set<Int32> = []
    forEachOp(j) { i in
      rename(i, new)
      let op = code[i]
      switch op.code {
      case .draw, .drawDynamic, .drawWeighted: sites.insert(op.c)
      case .use: if model.uses[Int(op.a)].draw >= 0 { sites.insert(model.uses[Int(op.a)].draw) }
      case .transfer, .reserve, .capture: transfers.insert(op.a)
      case .await: conditions.insert(model.requests[Int(op.a)].thing)
      default: break
      }
    }
    for site in sites { model.drawSites[Int(site)].counter = new(model.drawSites[Int(site)].counter) }
    for transfer in transfers { model.transfers[Int(transfer)].reservation = new(model.transfers[Int(transfer)].reservation) }
    for condition in conditions {
      model.conditions[Int(condition)].handleSlots = model.conditions[Int(condition)].handleSlots.map(new)
      for i in straightOps(from: model.conditions[Int(condition)].entry) { rename(i, new) }
    }
    model.journeys[j].timed = model.journeys[j].timed.map { (new($0.slot), $0.tally) }
  }

  private func rename(_ i: Int, _ new: (Int32) -> Int32) {
    let (a, b, c) = code[i].code.signature
    if a == .slot { code[i].a = new(code[i].a) }
    if b == .slot { code[i].b = new(code[i].b) }
    if c == .slot { code[i].c = new(code[i].c) }
  }

  /// How long frames have to be for all that names a slot.
  func usedSlots() -> Int {
    var last = model.journeys.reduce(-1) { max($0, $1.frameSlots - 1) }
    for op in code {
      let (a, b, c) = op.code.signature
      if a == .slot { last = max(last, op.a) }
      if b == .slot { last = max(last, op.b) }
      if c == .slot { last = max(last, op.c) }
    }
    for site in model.drawSites { last = max(last, site.counter) }
    for transfer in model.transfers { last = max(last, transfer.reservation) }
    return Int(last) + 1
  }
}
