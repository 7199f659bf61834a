// Takes out of the code of journeys what makes no difference, before registers and targets are laid out: journeys are written step
// by step, so a flag is stored and asked for again at once, and what was read is read again.
//
// In this order: which slots hold which flags where ways meet (Wegman & Zadeck 1991, conditional constants), and jumps that are
// decided by them; ways that carry what decides the jumps ahead, led past these (jump threading); within straight pieces what was
// loaded, stored or computed before (value numbering, Aho, Lam, Sethi & Ullman §6.1.1 and §8.5); stores and reads that nobody needs (live
// variables, §9.2.5); code that nobody reaches, and the order of what is left; the numbers of slots.
//
// A paused simulation can go on under other arguments if its code has the same shape (`CompiledModel.relation`). So what is taken
// out must not depend on what arguments make of a number: only flags decide, constants that the script's own text writes where they
// are stored or compared (`TypedExpression.isWritten`); another constant is never compared with anything, not even with itself.
//
// Code with races is left alone (arms share a frame), and so is what conditions and formulas are made of.

import SoukModel

extension Emitter {
  /// Takes out what makes no difference. Near O(ops).
  mutating func trim(_ model: inout CompiledModel) {
    let trimmer = Trimmer(self, model)
    trimmer.run()
    self = trimmer.emitter
    model = trimmer.model
  }
}

/// The code under work. Positions of labels are indices into `code`; what is taken out or put in takes effect at `rebuild`.
final class Trimmer {
  var model: CompiledModel
  var emitter: Emitter
  /// For a `drawDynamic` its first register, for a `call` its callee's region.
  var ties: [Int32]
  /// Whose code an op is: a journey's, `others` (conditions, formulas, functions), or nobody's.
  var owner: [Int32] = []
  /// Where a way can come from elsewhere than the op before.
  var isLeader: [Bool] = []
  /// How many ways come to a position by its label.
  var entering: [Int32] = []
  /// Of a leader: which of its journey's leaders it is.
  var leaderIndex: [Int32] = []
  /// Each journey's leaders, ascending.
  var leaders: [[Int]] = []
  /// Journeys whose code is left as it is.
  var isOpaque: [Bool]
  var isRemoved: [Bool] = []
  /// What stands in place of ops, and of which: an index into it, or -1.
  private var replacements: [[Line]] = []
  private var replacement: [Int32] = []
  /// Where a journey's entities can start: the positions of its own entry and of its sources'.
  private(set) var entries: [[Int]] = []
  /// Journeys of which no more jumps can be decided.
  private var isDecided: [Bool]
  /// The frame slots that each condition reads.
  private(set) var conditionSlots: [[Int32]] = []

  static let nobody: Int32 = -1
  static let others: Int32 = -2
  static let noTie = Int32.min

  /// An op with what belongs to it.
  struct Line {
    var op: Op
    var place: Int32
    var tie: Int32 = Trimmer.noTie
  }

  init(_ emitter: Emitter, _ model: CompiledModel) {
    self.emitter = emitter
    self.model = model
    code = emitter.code
    places = emitter.places
    ties = [Int32](repeating: Self.noTie, count: emitter.code.count)
    for (i, register) in emitter.dynamicDraws { ties[i] = register }
    for (i, region) in emitter.calls { ties[i] = region.index }
    isOpaque = [Bool](repeating: false, count: model.journeys.count)
    isDecided = isOpaque
    conditionSlots = model.conditions.map { slotsRead(from: $0.entry) + $0.handleSlots }
  }

  var code: [Op]
  var places: [Int32]

  func position(_ label: Int32) -> Int { label < 0 ? -1 : Int(emitter.labels[Int(label)]) }

  func run() {
    var isChanged = true
    for _ in 0..<4 where isChanged {
      isChanged = false
      each { j in
        if isDecided[j] { return }
        if decide(j) { isChanged = true } else { isDecided[j] = true }
      }
    }
    each { copyTests($0) }
    survey()
    rebuild(inOrder: order())
    let clock = emitter.newRegister()
    each { forward($0, clock: clock) }
    each { removeDead($0) }
    for _ in 0..<2 { each { straighten($0) } }
    survey()
    rebuild(inOrder: order())
    let parameters = parameterCounts
    each { renumberSlots($0, parameters: parameters[$0]) }
    model.frameSize = usedSlots()
    finish()
  }

  /// Does something to the code of each journey that is trimmed.
  private func each(_ work: (Int) -> Void) {
    survey()
    for j in leaders.indices where isTrimmed(j) { work(j) }
    rebuild()
  }

  func isTrimmed(_ j: Int) -> Bool { !isOpaque[j] && !leaders[j].isEmpty }

  /// Gives the code back.
  private func finish() {
    emitter.code = code
    emitter.places = places
    emitter.dynamicDraws = [:]
    emitter.calls = [:]
    for i in code.indices where ties[i] != Self.noTie {
      if code[i].code == .call { emitter.calls[i] = RegisterRegion(index: ties[i]) } else { emitter.dynamicDraws[i] = ties[i] }
    }
  }

  /// The ops of a condition, from a label to its end.
  func straightOps(from label: Int32) -> Set<Int> {
    var seen: Set<Int> = []
    var open = [position(label)]
    while let i = open.popLast() {
      guard i >= 0, i < code.count, seen.insert(i).inserted else { continue }
      successors(of: i) { open.append($0) }
    }
    return seen
  }

  /// The slots that a condition reads.
  private func slotsRead(from label: Int32) -> [Int32] {
    var slots: [Int32] = []
    for i in straightOps(from: label) {
      let op = code[i]
      let (a, b, c) = op.code.signature
      if a == .slot { slots.append(op.a) }
      if b == .slot { slots.append(op.b) }
      if c == .slot { slots.append(op.c) }
    }
    return slots
  }

  // MARK: Who reaches what

  /// Finds each op's owner, and the leaders.
  func survey() {
    let count = code.count
    for l in emitter.labels.indices { emitter.labels[l] = Emitter.behindJumps(emitter.labels[l], code, emitter.labels) }
    owner = [Int32](repeating: Self.nobody, count: count)
    isLeader = [Bool](repeating: false, count: count)
    entering = [Int32](repeating: 0, count: count)
    isRemoved = [Bool](repeating: false, count: count)
    leaderIndex = [Int32](repeating: -1, count: count)
    leaders = [[Int]](repeating: [], count: model.journeys.count)
    entries = leaders
    replacements.removeAll(keepingCapacity: true)
    replacement = [Int32](repeating: -1, count: count)
    var functions: [Int] = []
    for (j, journey) in model.journeys.enumerated() { flood(journey.entry, Int32(j), &functions) }
    for source in model.sources { flood(source.entry, source.journey, &functions) }
    let straight = model.conditions.map(\.entry) + model.invariants.map(\.entry) + model.derived.map(\.entry)
    for entry in straight { flood(entry, Self.others, &functions) }
    while let function = functions.popLast() { flood(at: function, Self.others, &functions) }
    for i in 0..<count where isLeader[i] && owner[i] >= 0 {
      leaderIndex[i] = Int32(leaders[Int(owner[i])].count)
      leaders[Int(owner[i])].append(i)
    }
    for j in leaders.indices where leaders[j].count * (Int(model.journeys[j].frameSlots) + Int(emitter.registerCount)) > 1 << 23 { isOpaque[j] = true }
  }

  private func flood(_ label: Int32, _ who: Int32, _ functions: inout [Int]) {
    let entry = position(label)
    if entry < 0 || entry >= code.count { return }
    // Where an entity starts nothing is known.
    entering[entry] += 2
    if who >= 0 { entries[Int(who)].append(entry) }
    flood(at: entry, who, &functions)
  }

  private func flood(at entry: Int, _ who: Int32, _ functions: inout [Int]) {
    var open = [entry]
    isLeader[entry] = true
    while var i = open.popLast() {
      while i < code.count {
        if owner[i] == who { break }
        if owner[i] != Self.nobody {
          if owner[i] >= 0 { isOpaque[Int(owner[i])] = true }
          if who >= 0 { isOpaque[Int(who)] = true }
          break
        }
        owner[i] = who
        if who >= 0 && isUnclear(i) { isOpaque[Int(who)] = true }
        if code[i].code == .call { functions.append(position(code[i].a)) }
        var falls = false
        successors(of: i) { next in
          if next == i + 1 && fallsThrough(code[i].code) && !falls {
            falls = true
          } else if next >= 0 && next < code.count {
            isLeader[next] = true
            entering[next] += 1
            open.append(next)
          }
        }
        if !falls { break }
        i += 1
      }
    }
  }

  /// Whether the slots of a journey with this op aren't its own, or not known.
  private func isUnclear(_ i: Int) -> Bool {
    switch code[i].code {
    case .race, .raceWon, .unwindAt, .unwound: return true
    case .offset:
      var moved = i + 1
      while moved < code.count && code[moved].code == .offset { moved += 1 }
      guard moved < code.count else { return true }
      let (a, b, c) = code[moved].code.signature
      let kind = code[i].a == 0 ? a : code[i].a == 1 ? b : c
      switch kind {
      case .cell, .tally, .column, .window, .curve, .calendar, .use, .request, .pool, .account: return false
      default: return true
      }
    default: return false
    }
  }

  func fallsThrough(_ code: OpCode) -> Bool {
    switch code {
    case .jump, .end, .trap, .returnFunction, .endEvaluation, .unwound, .join, .joinEnd, .raceWon, .race: false
    default: true
    }
  }

  /// Where a way can go on after an op; the next op first, if it is one.
  @inline(__always)
  func successors(of i: Int, _ body: (Int) -> Void) {
    let op = code[i]
    if fallsThrough(op.code) { body(i + 1) }
    switch op.code {
    case .jump: body(position(op.a))
    case .jumpIfZero, .jumpUnlessZero: body(position(op.b))
    case .jumpIfLess, .jumpIfLessOrEqual: body(position(op.c))
    case .use: body(position(model.uses[Int(op.a)].otherwise))
    case .seize, .put, .take, .await: body(position(model.requests[Int(op.a)].otherwise))
    case .transfer, .reserve, .capture: body(position(model.transfers[Int(op.a)].otherwise))
    case .join:
      let site = model.joins[Int(op.a)]
      body(position(site.body))
      body(position(site.after))
      body(position(site.otherwise))
    case .joinEnd: body(position(model.joins[Int(op.a)].after))
    case .race:
      for arm in model.races[Int(op.a)].arms {
        body(position(arm.head))
        body(position(arm.body))
      }
    case .unwindAt: body(position(op.a))
    default: break
    }
  }

  // MARK: Putting it together

  /// Writes the code anew, without what was taken out or isn't reached, with what was put in.
  func rebuild(inOrder order: [Int]? = nil) {
    var newCode: [Op] = []
    var newPlaces: [Int32] = []
    var newTies: [Int32] = []
    newCode.reserveCapacity(code.count)
    var moved = [Int32](repeating: 0, count: code.count + 1)
    for k in code.indices {
      let i = order?[k] ?? k
      moved[i] = Int32(newCode.count)
      if owner[i] == Self.nobody || isRemoved[i] { continue }
      if replacement[i] >= 0 {
        for line in replacements[Int(replacement[i])] {
          newCode.append(line.op)
          newPlaces.append(line.place)
          newTies.append(line.tie)
        }
      } else {
        newCode.append(code[i])
        newPlaces.append(places[i])
        newTies.append(ties[i])
      }
    }
    moved[code.count] = Int32(newCode.count)
    for l in emitter.labels.indices where emitter.labels[l] >= 0 { emitter.labels[l] = moved[Int(emitter.labels[l])] }
    code = newCode
    places = newPlaces
    ties = newTies
  }

  /// Puts lines in place of an op.
  func replace(_ i: Int, by lines: [Line]) {
    replacement[i] = Int32(replacements.count)
    replacements.append(lines)
  }

  func isReplaced(_ i: Int) -> Bool { replacement[i] >= 0 }

  func line(_ i: Int) -> Line { Line(op: code[i], place: places[i], tie: ties[i]) }

  /// A label at a position.
  func label(at position: Int) -> Int32 {
    let label = emitter.label()
    emitter.labels[Int(label.index)] = Int32(position)
    return label.index
  }

  /// Adds a line at the end of the code.
  func append(_ line: Line, _ who: Int32) {
    code.append(line.op)
    places.append(line.place)
    ties.append(line.tie)
    owner.append(who)
    isRemoved.append(false)
    replacement.append(-1)
    isLeader.append(false)
    entering.append(0)
    leaderIndex.append(-1)
  }
}
