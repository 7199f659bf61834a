// Where the code of races goes: which arm each `raceWon` ends, and which ops its race may be at while it waits. The ops themselves don't say,
// for only the running model knows who wins.

import SoukModel

/// The flow of control through the races of a model.
struct RaceFlow {
  /// Of each `raceWon` by its place: where the winner goes on.
  private(set) var bodies: [Int: Set<Int32>] = [:]
  /// Of each race: the ops of its arms up to `raceWon`, and of their code for a withdrawal.
  private(set) var ops: [Set<Int>] = []

  /// O(ops × depth of nesting).
  init(_ model: CompiledModel) {
    for race in model.races {
      var reached: Set<Int> = []
      for arm in race.arms { follow(arm, model, &reached) }
      ops.append(reached)
    }
  }

  private mutating func follow(_ arm: RaceSite.Arm, _ model: CompiledModel, _ all: inout Set<Int>) {
    var reached: Set<Int> = []
    var rest = [Int(arm.head)]
    while let i = rest.popLast() {
      if i >= model.code.count || !reached.insert(i).inserted { continue }
      let op = model.code[i]
      switch op.code {
      case .raceWon: bodies[i, default: []].insert(arm.body)
      // A race within the head: its bodies belong to the head again.
      case .race: rest += model.races[Int(op.a)].arms.map { Int($0.body) }
      default: FrameKeeping.forEachNext(of: i, model, nil) { rest.append($0) }
      }
    }
    all.formUnion(reached)
  }
}
