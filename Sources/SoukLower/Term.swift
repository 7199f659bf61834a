// What an expression is while code is being written: known, or in a register or frame slot. Code generation is partial
// evaluation: whatever is known stays a value, and only the rest becomes ops. Numbers in terms are in the model's units
// (money in smallest units).

import SoukModel
import SoukSema
import SoukText

indirect enum Term {
  /// A number, or what stands for itself by a number: a Bool, a choice, a row, a text (its index), seconds since the start.
  case constant(Double)
  case register(Int32)
  case slot(Int32)
  /// Known, and no number: a law, a curve, a table, an instance or thing, a journey, a function.
  case value(Value)
  case list([Term])
  case record([Term])
  /// A law some of whose parameters are known only while running.
  case law(LawName, [String: Term])
  case affineLaw(Term, shift: Term, factor: Term)
  /// A thing or instance picked by a row known only while running; one path for each row.
  case picked([InstancePath], row: Term)
  case closure(Body, [LocalID], CodeContext)
  /// A spawned journey, by the slot of its handle.
  case handle(SpawnedHandle)
  case nothing
}

/// A slot that keeps the handle of who was spawned.
final class SpawnedHandle {
  let slot: Int32
  /// It was put into a variable, so somebody may still ask when it goes out of sight.
  fileprivate(set) var isCopied = false
  /// Ops that drop it.
  fileprivate var drops: [Int] = []

  init(slot: Int32) { self.slot = slot }
}

extension Emitter {
  /// Drops a handle that goes out of sight, unless it is copied anywhere in the journey.
  mutating func drop(_ handle: SpawnedHandle) {
    if handle.isCopied || !isReachable { return }
    handle.drops.append(code.count)
    emit(.dropHandle, handle.slot)
  }

  /// A handle is copied: it is never dropped, not even by what was written before.
  mutating func noteCopy(of handle: SpawnedHandle) {
    handle.isCopied = true
    for i in handle.drops { skip(at: i) }
    handle.drops = []
  }
}

/// One thing, or one of an array's by a row.
enum ThingReference {
  case one(Int)
  case picked([Int], row: Term)

  var first: Int {
    switch self {
    case .one(let i): i
    case .picked(let all, _): all[0]
    }
  }

  var all: [Int] {
    switch self {
    case .one(let i): [i]
    case .picked(let all, _): all
    }
  }
}

/// A body whose draws are numbered by themselves: a journey, an action, a process, a function.
enum BodyKey: Hashable {
  case member(ScopeID, MemberID)
  case process(ScopeID, Int)
  case function(FunctionID)
  case source(Int)
}

/// Where `return` goes.
struct ReturnTarget {
  var label: CodeLabel
  /// Slots (or registers, in functions) that take the result's numbers; empty until the first `return` says how many.
  var places: [Int32]
  var usesRegisters: Bool
  var cleanupDepth: Int
}

/// What the code of one body sees. A class: blocks of one body share its locals.
final class CodeContext {
  let instance: InstancePath
  /// The path that its streams are named by: `store.deliver`.
  let owner: String
  let body: BodyKey
  /// Locals whose values are known, for the evaluator (script units).
  var env: Environment
  var locals: [LocalID: Term] = [:]
  var localTypes: [Local]
  /// The frame of the journey; nil in formulas outside of journeys.
  let frame: FrameState?
  /// In functions locals live in registers: nothing blocks there.
  var usesRegisters = false
  var returns: ReturnTarget?
  /// What `return` gave, by the places that hold it.
  var resultTerm: Term?

  init(instance: InstancePath, owner: String, body: BodyKey, locals: [Local], frame: FrameState?) {
    self.instance = instance
    self.owner = owner
    self.body = body
    self.frame = frame
    localTypes = locals
    env = Environment(instance: instance)
  }
}

/// What an entity holds at a place in the code, to be given back when it leaves from there.
enum Cleanup {
  case release(ThingReference, amount: Term)
  case timed(slot: Int32, tally: ThingReference)
  case handle(SpawnedHandle)
}

/// A journey's frame while its code is written.
final class FrameState {
  /// Nobody's journey: it has no outcome.
  let isProcess: Bool
  /// The journey's number; -1 of a process.
  var journey: Int32 = -1
  /// What is counted, moved and held stands for itself rather than for as many as the scale says: in processes, and in what a
  /// batch does once for all who are in it.
  var isSingle: Bool
  /// Outcomes by name, of the journey.
  let outcomes: [String]
  let result: Type
  var nextSlot: Int32
  var maxSlot: Int32
  /// Slots for the whole journey are numbered from here until the code is finished.
  static let dedicated: Int32 = 1 << 24
  var dedicatedCount: Int32 = 0
  var timed: [(slot: Int32, tally: Int32)] = []
  var timedSlots: [Int: Int32] = [:]
  /// Draw sites by stream group, and whether one stands in a loop.
  var sites: [String: [Int]] = [:]
  var loopedGroups: Set<String> = []
  var loopDepth = 0
  var cleanups: [Cleanup] = []
  /// Depth of `cleanups` where the head of the race arm at hand began; nil outside of arms.
  var armBase: Int?
  /// The batches whose bodies are around, innermost last, each with the slot that says how many go together.
  var joins: [(batch: Int, slot: Int32)] = []
  /// Accounts of which this journey reserves, with the slot that says how much.
  var reservations: [Int: Int32] = [:]
  var armReservations: [Int] = []
  /// `end` ops, for reservations to be given back before them.
  var ends: [Int] = []
  /// Bodies being inlined: an action that calls itself can't be.
  var inlining: [BodyKey] = []

  init(parameterSlots: Int, isProcess: Bool, outcomes: [String], result: Type) {
    self.isProcess = isProcess
    isSingle = isProcess
    self.outcomes = outcomes
    self.result = result
    nextSlot = Int32(parameterSlots)
    maxSlot = Int32(parameterSlots)
  }

  func slot() -> Int32 {
    nextSlot += 1
    maxSlot = max(maxSlot, nextSlot)
    return nextSlot - 1
  }

  func dedicatedSlot() -> Int32 {
    dedicatedCount += 1
    return Self.dedicated + dedicatedCount - 1
  }
}

/// What a formula or condition reads, so that it is looked at again when that changes.
final class ReadTracker {
  var cells: Set<Int32> = []
  var readsFrame = false
  var handleSlots: Set<Int32> = []
}

struct ColumnKey: Hashable {
  var numbers: [UInt64]
}

/// A recursive function's code: its registers are saved by each call.
struct FunctionCode {
  var label: CodeLabel
  var region: RegisterRegion
  var arguments: [Int32]
  var result: Int32
}
