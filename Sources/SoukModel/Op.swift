// The ops of compiled journeys. One table: the interpreter's `switch`, the disassembler and the verifier are all held
// against `OpCode.signature`.
//
// A register file of Doubles serves everybody: constants first, scratch after. Scratch lives within one step only; what
// must survive a wait is stored in a slot of the entity's frame. Code for conditions, invariants and derived cells is a
// straight piece that ends in `endEvaluation`.

/// One instruction, 16 bytes.
public struct Op: Sendable, Hashable, BitwiseCopyable {
  public var code: OpCode
  public var a: Int32
  public var b: Int32
  public var c: Int32
  public init(_ code: OpCode, _ a: Int32 = 0, _ b: Int32 = 0, _ c: Int32 = 0) {
    self.code = code
    self.a = a
    self.b = b
    self.c = c
  }
}

/// What an operand is an index of.
public enum OperandKind: Sendable {
  case none
  /// Register that is read / written.
  case read, write
  case slot, cell, tally, target, column, curve, calendar, window
  case use, request, transfer, join, race, spawn, draw, law, journey, station, pool, account, message
  case number
}

public enum OpCode: UInt16, Sendable, CaseIterable, BitwiseCopyable {
  // Arithmetic: write a, read b, read c.
  case move, add, subtract, multiply, divide, modulo, power, minimum, maximum
  /// As `divide` and `modulo`; a divisor of 0 is a run-time error.
  case divideNonzero, moduloNonzero
  case negate, not, absolute, floor, ceiling, round, squareRoot, exponential, logarithm, sine, cosine
  /// Rounds an amount of money to whole smallest units, half to even.
  case roundMoney
  case less, lessOrEqual, equal, notEqual, and, or
  /// a = b != 0 ? registers[c] : registers[a]
  case moveIf
  // Frame, cells, clock.
  case loadSlot, storeSlot, loadCell
  /// a = seconds since the model's start.
  case now
  // Tables, curves, calendars, windows.
  /// a = columns[b][register c]; out of range is a run-time error.
  case column
  /// a = number of rows of columns[b].
  case columnCount
  /// a = curves[b] at register c seconds since the start.
  case curve
  /// a = first instant (seconds) of calendars[b] later than register c seconds; infinity if none.
  case nextInstant
  /// a = mean in window b (a counter's: how much was counted within it); NaN if nothing is in it.
  case windowRecent
  /// a = how many observations are in window b.
  case windowSeen
  /// a = the largest in window b; NaN if nothing is in it.
  case windowHighest
  /// a = register b if it isn't NaN, else register c.
  case orDefault
  // Draws.
  /// a = a draw from laws[b] at drawSites[c].
  case draw
  /// a = a draw at drawSites[c] from the law of kind `b >> 16` whose parameters are in the registers from `b & 0xFFFF` on.
  case drawDynamic
  /// a = index drawn with the weights in the registers from b on, as many as c's `number` in the next op (`extra`).
  case drawWeighted
  case extra
  /// Adds register b (a whole number) to operand a (0: a, 1: b, 2: c) of the next op: how `hub[h]` with a row that is
  /// known only while running reaches one of several things laid out side by side.
  case offset
  // Control.
  case jump, jumpIfZero, jumpUnlessZero
  /// Goes to c if register a < register b (and the like).
  case jumpIfLess, jumpIfLessOrEqual
  /// Calls the function at a; `returnFunction` comes back. b: first register of its frame, c: how many (saved when it recurs).
  case call, returnFunction
  case endEvaluation
  // Time.
  /// Waits register a seconds; negative or NaN is a run-time error.
  case wait
  /// Waits until register a seconds since the start; goes on at once if that has passed.
  case waitUntil
  // Stations, pools, levels, conditions, batches.
  case use, seize, release, put, take, await, join, joinEnd
  // Money.
  case transfer, reserve, capture
  /// Gives back what slot a has reserved of account b.
  case releaseReservation
  // Observing.
  /// cell a += register b × weight
  case count
  /// cell a = register b
  case setCell
  /// cell a += register b
  case addCell
  /// tally a gets register b
  case record
  /// slot a = now (ticks): `time m {` begins for tally b.
  case timeBegin
  /// tally b gets now − slot a; slot a is closed.
  case timeEnd
  /// What began at slot a is lost to tally b (a `leave` or a withdrawal inside the body).
  case timeLost
  // Other journeys.
  /// a = for how many the entity runs the body of the innermost batch that it leads, itself among them.
  case groupSize
  /// a = handle of the spawned journey spawns[b].
  case spawn
  /// a = 1 if the handle in slot b has started / is done.
  case handleStarted, handleDone
  /// a = its result, an outcome's index or a returned value; NaN while it isn't done.
  case handleResult
  /// The handle in slot a isn't needed any more.
  case dropHandle
  /// Runs the heads of races[a]; the entity goes on in the winner's body.
  case race
  /// The arm that gets here first wins.
  case raceWon
  /// End of the code that a withdrawn arm runs to give back what it holds.
  case unwound
  /// Code for a withdrawal begins at a, from now on (-1: nothing to give back). Part of the arm's state.
  case unwindAt
  /// The entity ends with outcome a (-1: none), result register b (-1: none).
  case end
  /// Stops the run with messages[a] at this place.
  case trap
  /// Prints messages[a] with register b, for a trace.
  case note

  /// The kinds of the three operands.
  public var signature: (OperandKind, OperandKind, OperandKind) {
    switch self {
    case .move, .negate, .not, .absolute, .floor, .ceiling, .round, .squareRoot, .exponential, .logarithm, .sine, .cosine, .roundMoney:
      (.write, .read, .none)
    case .add, .subtract, .multiply, .divide, .modulo, .divideNonzero, .moduloNonzero, .power, .minimum, .maximum, .less, .lessOrEqual, .equal, .notEqual, .and, .or,
      .moveIf, .orDefault:
      (.write, .read, .read)
    case .loadSlot: (.write, .slot, .none)
    case .storeSlot: (.slot, .read, .none)
    case .loadCell: (.write, .cell, .none)
    case .now: (.write, .none, .none)
    case .column: (.write, .column, .read)
    case .columnCount: (.write, .column, .none)
    case .curve: (.write, .curve, .read)
    case .nextInstant: (.write, .calendar, .read)
    case .windowRecent, .windowSeen, .windowHighest: (.write, .window, .none)
    case .draw: (.write, .law, .draw)
    case .drawDynamic: (.write, .number, .draw)
    case .drawWeighted: (.write, .read, .draw)
    case .extra: (.number, .number, .number)
    case .offset: (.number, .read, .none)
    case .jump: (.target, .none, .none)
    case .jumpIfZero, .jumpUnlessZero: (.read, .target, .none)
    case .jumpIfLess, .jumpIfLessOrEqual: (.read, .read, .target)
    case .call: (.target, .number, .number)
    case .returnFunction, .endEvaluation: (.none, .none, .none)
    case .wait, .waitUntil: (.read, .none, .none)
    case .use: (.use, .none, .none)
    case .seize, .put, .take, .await: (.request, .none, .none)
    case .release: (.pool, .read, .none)
    case .join: (.join, .none, .none)
    case .joinEnd: (.join, .none, .none)
    case .transfer, .reserve, .capture: (.transfer, .none, .none)
    case .releaseReservation: (.slot, .account, .none)
    case .count, .setCell, .addCell: (.cell, .read, .none)
    case .record: (.tally, .read, .none)
    case .timeBegin, .timeEnd, .timeLost: (.slot, .tally, .none)
    case .groupSize: (.write, .none, .none)
    case .spawn: (.write, .spawn, .none)
    case .handleStarted, .handleDone, .handleResult: (.write, .slot, .none)
    case .dropHandle: (.slot, .none, .none)
    case .race: (.race, .none, .none)
    case .raceWon: (.number, .none, .none)
    case .unwound: (.none, .none, .none)
    case .unwindAt: (.number, .none, .none)
    case .end: (.number, .number, .none)
    case .trap: (.message, .none, .none)
    case .note: (.message, .read, .none)
    }
  }
}
