// The races under way: 32 bytes for a race and 16 for each of its arms, side by side; who races at rest has nothing else but what its
// arms wait with and what is kept of its frame (`RestingRaces.swift`).

/// A race under way.
struct RaceState: BitwiseCopyable {
  /// The token that races; -1 at rest.
  var parent: Int32
  var site: Int32
  /// Where its arms are, and how many were opened (or the next free record).
  var arms: Int32
  var opened: Int32
  /// At rest: origin (12 bits), place in the code, ordinal, as in a `Waiter` / the place of its frame.
  var who: UInt64 = 0
  var place: Int64 = 0

  var isAtRest: Bool { @inline(__always) get { parent < 0 } }
  /// At rest, where it goes on.
  var pc: Int { @inline(__always) get { Int(who &>> 32 & 0xFFFF) } }
  var origin: Int32 { @inline(__always) get { Int32(truncatingIfNeeded: who &>> 48 & 0xFFF) } }
}

/// An arm of a race.
struct ArmState: BitwiseCopyable {
  /// Its token; at rest the line in which it stands, or -1 for a `wait`.
  var token: Int32
  /// At rest: where its code for a withdrawal begins; -1: nothing to give back.
  var unwind: Int32 = -1
  /// At rest: its number in the line, or the order of its event.
  var pending: Int64 = 0
}

/// The store of races and arms, with free lists, of arms for each number that a race may have.
struct RaceStore: BitwiseCopyable {
  private var states = Slab<RaceState>()
  private var arms = Slab<ArmState>()
  private var freeState: Int32 = -1
  private var freeArms: Slab<Int32>

  init(mostArms: Int) { freeArms = Slab(repeating: -1, count: mostArms + 1) }

  func copied() -> RaceStore {
    var copy = self
    copy.states = states.copied()
    copy.arms = arms.copied()
    copy.freeArms = freeArms.copied()
    return copy
  }

  func freeStorage() {
    states.free()
    arms.free()
    freeArms.free()
  }

  var bytes: Int { states.bytes + arms.bytes }
  var bytesToCome: Int { states.bytesToCome + arms.bytesToCome }

  /// A new race of a token, with room for its arms.
  mutating func open(_ parent: Int32, site: Int32, count: Int32) -> Int32 {
    var first = freeArms[count]
    if first >= 0 {
      freeArms[count] = arms[first].token
    } else {
      first = Int32(truncatingIfNeeded: arms.count)
      arms.append(repeating: ArmState(token: -1), count: Int(count))
    }
    let state = RaceState(parent: parent, site: site, arms: first, opened: 0)
    let race = freeState
    if race < 0 {
      states.append(state)
      return Int32(truncatingIfNeeded: states.count &- 1)
    }
    freeState = states[race].opened
    states[race] = state
    return race
  }

  /// A race is over.
  mutating func close(_ race: Int32, count: Int32) {
    let first = states[race].arms
    for n in 0..<count { arms[first &+ n] = ArmState(token: -1) }
    arms[first].token = freeArms[count]
    freeArms[count] = first
    states[race] = RaceState(parent: -1, site: -1, arms: -1, opened: freeState)
    freeState = race
  }

  @inline(__always)
  subscript(race: Int32) -> RaceState {
    @inline(__always) get { states[race] }
    @inline(__always) nonmutating set { states[race] = newValue }
  }

  @inline(__always)
  subscript(race: Int32, arm: Int32) -> ArmState {
    @inline(__always) get { arms[states[race].arms &+ arm] }
    @inline(__always) nonmutating set { arms[states[race].arms &+ arm] = newValue }
  }

  /// Gives all races at rest to `body`.
  func forEachAtRest(_ body: (RaceState) -> Void) {
    for i in 0..<states.count where states[i].site >= 0 && states[i].isAtRest { body(states[i]) }
  }
}
