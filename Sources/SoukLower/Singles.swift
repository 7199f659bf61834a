// Who stands for one at any scale: processes, what the body of a `join` does once for all who are in it, and the journeys that
// these spawn. A journey that both they and entities start is written twice, for what is counted differs.

import SoukSema
import SoukText

/// A journey's code: that of entities that stand for as many as the scale says, or of those that stand for themselves.
struct JourneyKey: Hashable {
  var member: MemberKey
  var isSingle: Bool

  init(_ member: MemberKey, isSingle: Bool = false) {
    self.member = member
    self.isSingle = isSingle
  }
}

/// Who starts whom, and who observes what, by the numbers of journeys; processes are -1.
struct Doings {
  private var spawns: [Int32: Set<Int32>] = [:]
  private var observers: [Int: [(journey: Int32, isSingle: Bool)]] = [:]

  mutating func spawns(_ journey: Int32, by frame: FrameState?) { spawns[frame?.journey ?? -1, default: []].insert(journey) }

  mutating func observes(_ things: [Int], _ frame: FrameState) {
    for i in things { observers[i, default: []].append((frame.journey, frame.isSingle)) }
  }

  /// The journeys that are ever started, given those that sources start; O(spawns).
  func started(by sources: some Sequence<Int32>) -> Set<Int32> {
    var found: Set<Int32> = []
    var open = Array(sources) + (spawns[-1] ?? [])
    while let journey = open.popLast() {
      if found.insert(journey).inserted { open += spawns[journey] ?? [] }
    }
    return found
  }

  /// Whether all that is observed with this thing stands for itself.
  func areSingle(_ thing: Int, started: Set<Int32>) -> Bool {
    let all = (observers[thing] ?? []).filter { $0.journey < 0 || started.contains($0.journey) }
    return !all.isEmpty && all.allSatisfy(\.isSingle)
  }
}

extension Lowering {
  /// A server serves as many at once as an entity stands for, and a place in a batch is that of as many.
  func mustScale(_ frame: FrameState, _ e: TypedExpression, _ verb: String) throws(EvaluationError) {
    guard frame.isSingle, weight != 1 else { return }
    throw EvaluationError(
      "E0323", "who stands for one can't `\(verb)` what is scaled", at: e.span,
      "a process, and whom it spawns, is one at any scale; this is kept in units of \(written(weight))",
      hint: "let a `source` start the journey, or leave out `scale`")
  }

  /// What stands for itself divides, for the engine multiplies by the scale.
  func perEntity(_ x: Term, _ frame: FrameState, _ span: Span) throws(EvaluationError) -> Term {
    frame.isSingle && weight != 1 ? try binary(.divide, x, .constant(weight), span) : x
  }
}
