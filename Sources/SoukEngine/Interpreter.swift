// Runs the ops of one token until it blocks or ends: a `switch` over register code with the program counter and the frame's
// offset in locals. What an op does to a thing of the kernel is in that thing's file; those calls answer with where the
// token goes on, or that it has blocked.

import SoukModel
import SoukNumerics
import SoukStats

extension Machine {
  /// "The token has blocked", in place of a program counter.
  static var blocked: Int { -1 }

  /// Runs a token from where it is.
  @inline(__always)
  mutating func run(_ token: Int32) {
    execute(token, from: Int(tokens[token].pc), frame: frame(of: token))
  }

  /// Runs straight code and returns what it left in its result register.
  mutating func evaluate(_ entry: Int32, _ result: Int32, frame: Int) -> Double {
    execute(-1, from: Int(entry), frame: frame)
    return registers[result]
  }

  /// The interpreter. `token` is -1 for conditions, invariants and derived cells.
  @inline(never)
  mutating func execute(_ start: Int32, from entry: Int, frame startFrame: Int) {
    var token = start
    var pc = entry
    var frame = startFrame
    let code = self.code
    let r = registers
    let callBase = calls.count
    while true {
      var op = code[pc]
      budget &-= 1
      if budget < 0 && checkLimits(at: pc) { return abandon(token, callBase) }
      pc &+= 1
      if op.code == .offset { op = offsetOp(&pc) }
      switch op.code {
      case .move: r[op.a] = r[op.b]
      case .add: r[op.a] = r[op.b] + r[op.c]
      case .subtract: r[op.a] = r[op.b] - r[op.c]
      case .multiply: r[op.a] = r[op.b] * r[op.c]
      case .divide: r[op.a] = r[op.b] / r[op.c]
      case .modulo: r[op.a] = Arithmetic.modulo(r[op.b], r[op.c])
      case .divideNonzero, .moduloNonzero:
        if r[op.c] == 0 {
          fail(.fault(.divisionByZero(r[op.b]), place: place(pc &- 1)))
          return abandon(token, callBase)
        }
        r[op.a] = op.code == .divideNonzero ? r[op.b] / r[op.c] : Arithmetic.modulo(r[op.b], r[op.c])
      case .power: r[op.a] = Elementary.pow(r[op.b], r[op.c])
      case .minimum: r[op.a] = Arithmetic.minimum(r[op.b], r[op.c])
      case .maximum: r[op.a] = Arithmetic.maximum(r[op.b], r[op.c])
      case .negate: r[op.a] = -r[op.b]
      case .not: r[op.a] = r[op.b] == 0 ? 1 : 0
      case .absolute: r[op.a] = r[op.b].magnitude
      case .floor: r[op.a] = r[op.b].rounded(.down)
      case .ceiling: r[op.a] = r[op.b].rounded(.up)
      case .round: r[op.a] = r[op.b].rounded(.toNearestOrAwayFromZero)
      case .roundMoney: r[op.a] = r[op.b].rounded(.toNearestOrEven)
      case .squareRoot: r[op.a] = r[op.b].squareRoot()
      case .exponential: r[op.a] = Elementary.exp(r[op.b])
      case .logarithm: r[op.a] = Elementary.log(r[op.b])
      case .sine: r[op.a] = Elementary.sin(r[op.b])
      case .cosine: r[op.a] = Elementary.cos(r[op.b])
      case .less: r[op.a] = r[op.b] < r[op.c] ? 1 : 0
      case .lessOrEqual: r[op.a] = r[op.b] <= r[op.c] ? 1 : 0
      case .equal: r[op.a] = r[op.b] == r[op.c] ? 1 : 0
      case .notEqual: r[op.a] = r[op.b] != r[op.c] ? 1 : 0
      case .and: r[op.a] = r[op.b] != 0 && r[op.c] != 0 ? 1 : 0
      case .or: r[op.a] = r[op.b] != 0 || r[op.c] != 0 ? 1 : 0
      case .moveIf: if r[op.b] != 0 { r[op.a] = r[op.c] }
      case .orDefault: r[op.a] = r[op.b].isNaN ? r[op.c] : r[op.b]

      case .loadSlot: r[op.a] = frames[frame &+ Int(op.b)]
      case .storeSlot: frames[frame &+ Int(op.a)] = r[op.b]
      case .loadCell: r[op.a] = cells[op.b].value
      case .now: r[op.a] = seconds(now)

      case .column, .columnCount, .curve, .nextInstant, .windowRecent, .windowSeen, .windowHighest:
        readTable(op, pc: pc &- 1)

      case .draw:
        let value = draw(op.b, site: op.c, drawer(token, frame: frame))
        if value.isNaN { failDraw(op.b, at: pc &- 1) }
        r[op.a] = value
      case .drawDynamic:
        r[op.a] = drawDynamic(op, drawer(token, frame: frame), pc: pc &- 1)
      case .drawWeighted:
        r[op.a] = drawWeighted(op, count: code[pc].a, drawer(token, frame: frame), pc: pc &- 1)
        pc &+= 1
      case .extra, .offset: break

      case .jump: pc = Int(op.a)
      case .jumpIfZero: if r[op.a] == 0 { pc = Int(op.b) }
      case .jumpUnlessZero: if r[op.a] != 0 { pc = Int(op.b) }
      case .jumpIfLess: if r[op.a] < r[op.b] { pc = Int(op.c) }
      case .jumpIfLessOrEqual: if r[op.a] <= r[op.b] { pc = Int(op.c) }
      case .call: pc = call(op, pc: pc)
      case .returnFunction: pc = returnFromCall()
      case .endEvaluation: return

      case .wait:
        let duration = r[op.a]
        guard let delay = Machine.ticks(duration) else {
          failTime(duration, at: pc &- 1)
          return abandon(token, callBase)
        }
        if op.b != ParkMode.never && park(token, pc: pc, mode: op.b, after: delay) { return }
        scheduleWait(token, pc: pc, after: delay)
        pc = Machine.blocked
      case .waitUntil:
        pc = waitUntil(token, r[op.a], mode: op.b, pc: pc)
      case .use:
        tokens[token].pc = Int32(truncatingIfNeeded: pc)
        pc = use(token, site: op.a, mode: op.b, pc: pc, frame: frame)
      case .seize:
        tokens[token].pc = Int32(truncatingIfNeeded: pc)
        pc = seize(token, requests[op.a], mode: op.b, pc: pc)
      case .release: release(op.a, r[op.b], pc: pc)
      case .put:
        tokens[token].pc = Int32(truncatingIfNeeded: pc)
        pc = put(token, requests[op.a], mode: op.b, pc: pc)
      case .take:
        tokens[token].pc = Int32(truncatingIfNeeded: pc)
        pc = take(token, requests[op.a], mode: op.b, pc: pc)
      case .await:
        tokens[token].pc = Int32(truncatingIfNeeded: pc)
        pc = awaitCondition(token, requests[op.a], mode: op.b, pc: pc, frame: frame)
      case .join:
        tokens[token].pc = Int32(truncatingIfNeeded: pc)
        pc = join(token, site: op.a, mode: op.b, pc: pc)
      case .joinEnd: pc = endJoin(token)

      case .transfer: pc = transfer(program.transfers[op.a], frame: frame, pc: pc)
      case .reserve: pc = reserve(program.transfers[op.a], frame: frame, pc: pc)
      case .capture: pc = capture(program.transfers[op.a], frame: frame, pc: pc)
      case .releaseReservation: releaseReservation(slot: frame &+ Int(op.a), account: op.b)

      case .count: add(op.a, r[op.b] * weight)
      case .setCell: set(op.a, to: r[op.b])
      case .addCell: add(op.a, r[op.b])
      case .record: record(op.a, r[op.b])
      case .timeBegin: frames[frame &+ Int(op.a)] = Beginning.of(now)
      case .timeEnd:
        let began = frames[frame &+ Int(op.a)]
        if began >= 0 { record(op.b, seconds(now &- Beginning.ticks(began))) }
        frames[frame &+ Int(op.a)] = -1
      case .timeLost:
        let began = frames[frame &+ Int(op.a)]
        if began >= 0 { recordLost(op.b, began: Beginning.ticks(began)) }
        frames[frame &+ Int(op.a)] = -1

      case .groupSize: r[op.a] = Double(groups[group(of: token)].count) * weight
      case .spawn: r[op.a] = spawn(op.b)
      case .handleStarted, .handleDone, .handleResult:
        // A condition may ask before; a step can't go on without.
        if op.code == .handleResult, token >= 0, readHandle(.handleDone, frames[frame &+ Int(op.b)]) == 0 {
          fail(.fault(.notDone, place: place(pc &- 1)))
          return abandon(token, callBase)
        }
        r[op.a] = readHandle(op.code, frames[frame &+ Int(op.b)])
      case .dropHandle:
        dropHandle(frames[frame &+ Int(op.a)])
        frames[frame &+ Int(op.a)] = 0

      case .race:
        tokens[token].pc = Int32(truncatingIfNeeded: pc)
        token = openRace(token, site: op.a)
        pc = Int(tokens[token].pc)
      case .raceWon:
        (token, pc) = winRace(token)
      case .unwindAt: unwind(token, at: op.a)
      case .unwound: return
      case .end:
        let result = op.b >= 0 ? r[op.b] : .nan
        while parent(of: token) >= 0 { (token, pc) = winRace(token) }
        return end(token, outcome: op.a, result: result)
      case .trap:
        fail(.trap(message: op.a, place: place(pc &- 1)))
        return abandon(token, callBase)
      case .note: if isTraced { tell(.note, token, r[op.b], message: op.a) }
      }
      if pc < 0 {
        // The token has blocked; an arm of a race that is being opened makes room for the next arm.
        token = nextArm(after: token)
        if token < 0 { return }
        pc = Int(tokens[token].pc)
        frame = self.frame(of: token)
      }
    }
  }

  /// The run stops in the middle of a token's ops.
  @inline(never)
  private mutating func abandon(_ token: Int32, _ callBase: Int) {
    calls.truncate(to: callBase)
  }

  /// A law of the model that is none, or whose truncation holds next to nothing.
  @inline(never)
  mutating func failDraw(_ law: Int32, at pc: Int) {
    let kind = LawKind.allCases.firstIndex(of: program.model.laws[Int(law)].kind) ?? 0
    fail(.fault(.badDistribution(law: UInt8(truncatingIfNeeded: kind)), place: place(pc)))
  }

  /// The op after one or several `offset`s, its operands moved by the rows in registers.
  @inline(never)
  mutating func offsetOp(_ pc: inout Int) -> Op {
    var moves: (Int32, Int32, Int32) = (0, 0, 0)
    var op = code[pc &- 1]
    while op.code == .offset {
      var row: Int32 = 0
      if registers[op.b].magnitude < 1e9 {
        row = Int32(registers[op.b])
      } else {
        fail(.fault(.indexOutOfRange(registers[op.b]), place: place(pc - 1)))
      }
      switch op.a {
      case 0: moves.0 += row
      case 1: moves.1 += row
      default: moves.2 += row
      }
      op = code[pc]
      pc &+= 1
    }
    op.a += moves.0
    op.b += moves.1
    op.c += moves.2
    return op
  }

  /// Waits until an instant; goes on at once if it has passed.
  @inline(never)
  private mutating func waitUntil(_ token: Int32, _ instant: Double, mode: Int32, pc: Int) -> Int {
    if instant.isNaN {
      fail(.fault(.notANumber, place: place(pc - 1)))
      return Machine.blocked
    }
    guard let ticks = Machine.ticks(max(instant, 0)), ticks > now else { return pc }
    if mode != ParkMode.never && park(token, pc: pc, mode: mode, after: ticks == .max ? .max : ticks - now) { return Machine.blocked }
    scheduleWait(token, pc: pc, after: ticks == .max ? .max : ticks - now)
    return Machine.blocked
  }

  /// Calls a function: saves its registers (it may be calling itself) and the place to return to.
  @inline(never)
  private mutating func call(_ op: Op, pc: Int) -> Int {
    if calls.count > 10_000 {
      fail(.fault(.recursionTooDeep, place: place(pc - 1)))
      return pc
    }
    calls.append(CallRecord(pc: Int32(truncatingIfNeeded: pc), first: op.b, count: op.c))
    for i in 0..<op.c { savedRegisters.append(registers[op.b &+ i]) }
    return Int(op.a)
  }

  @inline(never)
  private mutating func returnFromCall() -> Int {
    let record = calls.removeLast()
    let base = savedRegisters.count - Int(record.count)
    for i in 0..<Int(record.count) { registers[Int(record.first) + i] = savedRegisters[base + i] }
    savedRegisters.truncate(to: base)
    return Int(record.pc)
  }

  /// Tables, curves, calendars and windows.
  @inline(never)
  mutating func readTable(_ op: Op, pc: Int) {
    switch op.code {
    case .column:
      let span = program.columnSpans[op.b]
      let row = registers[op.c]
      guard row >= 0, row < Double(span.count) else {
        fail(.fault(.indexOutOfRange(row), place: place(pc)))
          return
      }
      registers[op.a] = program.columns[Int(span.start) + Int(row)]
    case .columnCount: registers[op.a] = Double(program.columnSpans[op.b].count)
    case .curve: registers[op.a] = program.curves.value(op.b, at: registers[op.c])
    case .nextInstant:
      let instant = nextInstant(ofCalendar: op.b, afterSeconds: registers[op.c])
      registers[op.a] = instant == .max ? .infinity : seconds(instant)
    case .windowRecent: registers[op.a] = windows[op.b].recent(at: now)
    case .windowSeen: registers[op.a] = windows[op.b].seen(at: now)
    default: registers[op.a] = windows[op.b].largest(at: now)
    }
  }

  /// The first instant of a calendar later than a number of seconds, in ticks; `Int64.max` if there is none.
  ///
  /// Seconds after a few months don't resolve a tick any more: what is within the rounding of `after` counts as not later,
  /// so that a process that waits for the next instant again and again meets each once.
  mutating func nextInstant(ofCalendar calendar: Int32, afterSeconds after: Double) -> Int64 {
    if after.isNaN || after >= 9e9 { return .max }
    if after < 0 { return nextInstant(ofCalendar: calendar, after: -1) }
    let ticks = Int64(after * 1e9)
    return nextInstant(ofCalendar: calendar, after: ticks + (ticks >> 51) + 1)
  }

  /// The first instant of a calendar later than `after`, in ticks; `Int64.max` if there is none.
  mutating func nextInstant(ofCalendar calendar: Int32, after: Int64) -> Int64 {
    let span = program.calendarSpans[calendar]
    if span.count == 0 { return .max }
    var base: Int64 = 0
    var phase = after
    if span.period > 0 {
      base = after / span.period * span.period
      if after < base { base -= span.period }
      phase = after - base
    }
    var low = Int(span.start)
    var high = low + Int(span.count)
    while low < high {
      let middle = (low + high) / 2
      if program.calendars[middle] > phase { high = middle } else { low = middle + 1 }
    }
    if low < Int(span.start) + Int(span.count) { return base + program.calendars[low] }
    return span.period > 0 ? base + span.period + program.calendars[Int(span.start)] : .max
  }
}

/// Arithmetic whose meaning a language has to choose; scripts use the same functions.
public enum Arithmetic {
  /// a modulo b with the sign of b: a - b ⌊a / b⌋, exact where `truncatingRemainder` is.
  @inlinable
  public static func modulo(_ a: Double, _ b: Double) -> Double {
    let rest = a.truncatingRemainder(dividingBy: b)
    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest
  }

  /// The smaller; NaN if either is.
  @inlinable
  public static func minimum(_ a: Double, _ b: Double) -> Double {
    a.isNaN || b.isNaN ? .nan : (a < b ? a : b)
  }

  /// The larger; NaN if either is.
  @inlinable
  public static func maximum(_ a: Double, _ b: Double) -> Double {
    a.isNaN || b.isNaN ? .nan : (a > b ? a : b)
  }
}

/// When a timed body began, as a frame slot keeps it: the ticks' bits, which as a Double are not negative. A Double of the
/// number itself would round after 104 days, and a body of no length could come out negative.
enum Beginning {
  static func of(_ ticks: Int64) -> Double { Double(bitPattern: UInt64(bitPattern: ticks)) }
  static func ticks(_ slot: Double) -> Int64 { Int64(bitPattern: slot.bitPattern) }
}
