// What is observed while the model runs: cells (step functions of time), tallies (streams of observations) and windows
// (memories that the model itself reads). How much is kept is decided once, by flags in the record: a cell that nobody
// looks at costs a load, a test and a store.

import SoukModel
import SoukStats

/// A growing record of (time, value).
struct Log: BitwiseCopyable {
  var times = Slab<Int64>(capacity: 16)
  var values = Slab<Double>(capacity: 16)

  @inline(__always)
  mutating func append(_ time: Int64, _ value: Double) {
    times.append(time)
    values.append(value)
  }

  func copied() -> Log {
    var copy = self
    copy.times = times.copied()
    copy.values = values.copied()
    return copy
  }

  func free() {
    times.free()
    values.free()
  }
}

/// The current value of a cell and what is known of its past.
struct CellState: BitwiseCopyable {
  /// Somebody keeps a summary / every change / has code that depends on it / a window.
  static let summary: UInt32 = 1
  static let full: UInt32 = 2
  static let watched: UInt32 = 4
  static let windowed: UInt32 = 8
  /// Counts entities: moves only up and down by one of them, and its integral is an exact sum of instants.
  static let counted: UInt32 = 16

  var value: Double
  var flags: UInt32 = 0
  /// Index into `logs`; -1 if not recorded in full.
  var log: Int32 = -1
  /// Where its watchers begin, and how many.
  var watchers: Int32 = 0
  var watcherCount: Int32 = 0
  /// Ticks up to which `integral` (value × ticks since the warm-up's end) is complete.
  var since: Int64 = 0
  var integral: Double = 0
  /// Of a cell that counts: the instants of its moves up less those of its moves down, in ticks, as of the warm-up's end.
  /// What it counts times the present instant less this is its integral, in whichever order the moves are told.
  var moment: Int128 = 0
  /// Of a cell that counts: by how much it moves.
  var unit: Double = 1
  var minimum: Double
  var maximum: Double
  var atWarmup: Double
  /// First of its windows; -1 if none.
  var window: Int32 = -1

  /// Whether nothing is kept, or nothing but the sums of one that counts.
  @inline(__always)
  var isSummed: Bool { flags == 0 || flags == CellState.summary | CellState.counted }

  init(value: Double) {
    self.value = value
    minimum = value
    maximum = value
    atWarmup = value
  }

  /// Notes a change at `now` in the summary.
  @inline(__always)
  mutating func summarise(_ newValue: Double, at now: Int64) {
    if flags & CellState.counted != 0 {
      moment &+= newValue > value ? Int128(now) : -Int128(now)
    } else {
      integral += value * Double(now &- since)
      since = now
    }
    if newValue < minimum { minimum = newValue }
    if newValue > maximum { maximum = newValue }
  }

  /// Value × ticks since the warm-up's end, closed at `now`.
  func integral(at now: Int64) -> Double {
    if flags & CellState.counted == 0 { return integral + value * Double(now &- since) }
    return Double(Int128(value / unit) * Int128(now) - moment) * unit
  }

  /// The warm-up ends at `now`: what was summed so far is forgotten, the value stays.
  mutating func forget(at now: Int64) {
    atWarmup = value
    integral = 0
    since = now
    if flags & CellState.counted != 0 { moment = Int128(value / unit) * Int128(now) }
    minimum = value
    maximum = value
  }
}

/// The observations of one tally so far.
struct TallyState: BitwiseCopyable {
  static let summary: UInt32 = 1
  static let full: UInt32 = 2
  static let thresholds: UInt32 = 4
  static let windowed: UInt32 = 8
  /// Its observations are stretches of the clock: whole ticks, summed exactly / other whole numbers, summed likewise.
  static let ticks: UInt32 = 16
  static let whole: UInt32 = 32

  var flags: UInt32 = 0
  var log: Int32 = -1
  var window: Int32 = -1
  var thresholds: Int32 = 0
  var thresholdCount: Int32 = 0
  var count: Int64 = 0
  var sum: Double = 0
  var minimum: Double = .infinity
  var maximum: Double = -.infinity
  var mean: Double = 0
  var m2: Double = 0
  /// In place of all these where the observations are ticks or whole numbers.
  var stretches = TickSums()

  /// Whether nothing is kept.
  @inline(__always)
  var isOff: Bool { flags & ~TallyState.whole == 0 }

  /// Whether there is nothing but the sums of ticks or whole numbers.
  @inline(__always)
  var isSummed: Bool { flags & ~TallyState.whole == TallyState.summary | TallyState.ticks }

  /// An observation of ticks or a whole number, in seconds or as it is.
  @inline(__always)
  func value(_ ticks: Int64) -> Double { flags & TallyState.whole == 0 ? seconds(ticks) : Double(ticks) }

  @inline(__always)
  mutating func summarise(_ value: Double) {
    count &+= 1
    sum += value
    if value < minimum { minimum = value }
    if value > maximum { maximum = value }
    let delta = value - mean
    mean += delta / Double(count)
    m2 += delta * (value - mean)
  }

  /// What is kept beside the summary.
  @inline(never)
  func keep(_ value: Double, at now: Int64, _ logs: Slab<Log>, _ counts: Slab<ThresholdCount>) {
    if flags & TallyState.full != 0 { logs[log].append(now, value) }
    if flags & TallyState.thresholds == 0 { return }
    for i in Int(thresholds)..<(Int(thresholds) + Int(thresholdCount)) {
      if value <= counts[i].value { counts[i].atMost += 1 }
      if value < counts[i].value { counts[i].below += 1 }
    }
  }
}

extension Machine {
  /// Sets a cell; whoever watches it is looked at after the present step.
  @inline(__always)
  mutating func set(_ cell: Int32, to value: Double) {
    let flags = cells[cell].flags
    if flags == 0 { cells[cell].value = value } else { change(cell, to: value) }
  }

  /// Moves a cell by `delta`. What is only summarised is summarised in place: a call cost as much again.
  @inline(__always)
  mutating func add(_ cell: Int32, _ delta: Double) {
    let flags = cells[cell].flags
    let value = cells[cell].value + delta
    if flags & ~CellState.summary != 0 { return change(cell, to: value) }
    if flags != 0 && value != cells[cell].value { cells[cell].summarise(value, at: now) }
    cells[cell].value = value
  }

  /// One entity more in a cell that counts them.
  @inline(__always)
  mutating func raise(_ cell: Int32) { raise(cell, weight) }

  /// One less.
  @inline(__always)
  mutating func lower(_ cell: Int32) { lower(cell, weight) }

  /// One more that stands for `unit`.
  @inline(__always)
  mutating func raise(_ cell: Int32, _ unit: Double) {
    let flags = cells[cell].flags
    let value = cells[cell].value + unit
    if flags != 0 && flags != CellState.summary | CellState.counted { return change(cell, to: value) }
    cells[cell].value = value
    cells[cell].moment &+= Int128(now)
    if value > cells[cell].maximum { cells[cell].maximum = value }
  }

  /// One less that stands for `unit`.
  @inline(__always)
  mutating func lower(_ cell: Int32, _ unit: Double) {
    let flags = cells[cell].flags
    let value = cells[cell].value - unit
    if flags != 0 && flags != CellState.summary | CellState.counted { return change(cell, to: value) }
    cells[cell].value = value
    cells[cell].moment &-= Int128(now)
    if value < cells[cell].minimum { cells[cell].minimum = value }
  }

  /// A change of a cell that somebody looks at.
  @inline(never)
  mutating func change(_ cell: Int32, to value: Double) {
    if cells[cell].flags & CellState.windowed != 0 { moveWindows(of: cell, to: value) }
    move(cell, to: value)
  }

  /// A change of a cell without windows, or whose windows know of it.
  @inline(__always)
  mutating func move(_ cell: Int32, to value: Double) {
    let old = cells[cell].value
    if value == old || value.isNaN && old.isNaN { return }
    let flags = cells[cell].flags
    if flags & CellState.summary != 0 { cells[cell].summarise(value, at: now) }
    cells[cell].value = value
    if flags & CellState.full != 0 { logs[cells[cell].log].append(now, value) }
    if flags & CellState.watched != 0 {
      registers[firstCell &+ cell] = value
      wakeWatchers(of: cell)
    }
  }

  /// Marks whoever depends on a cell.
  @inline(__always)
  mutating func wakeWatchers(of cell: Int32) {
    let first = Int(cells[cell].watchers)
    let end = first &+ Int(cells[cell].watcherCount)
    var i = first
    while i < end {
      dirty.insert(watchers[i])
      i &+= 1
    }
    isDirty = true
  }

  /// Gives a tally an observation.
  @inline(__always)
  mutating func record(_ tally: Int32, _ value: Double) {
    let flags = tallies[tally].flags
    if flags == 0 { return }
    if flags == TallyState.summary && now >= warmup { tallies[tally].summarise(value) } else { recordMore(tally, value) }
  }

  /// Gives a tally of stretches of time an observation in ticks, or one of whole numbers one of them.
  @inline(__always)
  mutating func recordTicks(_ tally: Int32, _ ticks: Int64) {
    if tallies[tally].isOff { return }
    if tallies[tally].isSummed && now >= warmup {
      tallies[tally].stretches.add(ticks)
    } else {
      recordMoreTicks(tally, ticks)
    }
  }

  @inline(never)
  private mutating func recordMoreTicks(_ tally: Int32, _ ticks: Int64) {
    let flags = tallies[tally].flags
    if flags & TallyState.windowed != 0 { observeWindows(of: tallies[tally].window, tallies[tally].value(ticks)) }
    if now < warmup { return }
    if flags & TallyState.summary != 0 { tallies[tally].stretches.add(ticks) }
    tallies[tally].keep(tallies[tally].value(ticks), at: now, logs, thresholds)
  }

  @inline(never)
  private mutating func recordMore(_ tally: Int32, _ value: Double) {
    let flags = tallies[tally].flags
    if flags & TallyState.windowed != 0 { observeWindows(of: tallies[tally].window, value) }
    if now < warmup { return }
    if flags & TallyState.summary != 0 { tallies[tally].summarise(value) }
    tallies[tally].keep(value, at: now, logs, thresholds)
  }

  /// What began at `began` is lost to a tally.
  mutating func recordLost(_ tally: Int32, began: Int64) {
    if tallies[tally].flags & TallyState.summary != 0 && now >= warmup {
      lost.append(Lost(tally: tally, began: began))
    }
  }

  /// The warm-up ends: what was summed so far is forgotten, values stay.
  mutating func endWarmup() {
    warmupEnded = true
    for i in 0..<cells.count { cells[i].forget(at: warmup) }
  }
}

/// An exact count of a tally's values at and below a threshold.
struct ThresholdCount: BitwiseCopyable {
  var value: Double
  var atMost: Int64 = 0
  var below: Int64 = 0
}

struct Lost: BitwiseCopyable {
  var tally: Int32
  var began: Int64
}

/// Who has to be looked at when a cell changes, or was: a word of `DirtySets` and some of its bits.
struct WatcherState: BitwiseCopyable {
  var word: Int32
  var mask: UInt64
}

/// Indices that were taken out of one word of `DirtySets`.
struct SomeIndices: BitwiseCopyable {
  var mask: UInt64
  let word: Int
  /// The index of the lowest bit.
  let first: Int

  @inline(__always)
  mutating func popFirst() -> Int {
    let index = first &+ mask.trailingZeroBitCount
    mask &= mask &- 1
    return index
  }
}

/// Who has to be looked at again: a set of indices of each kind, emptied in ascending order. A bit for each index, and above them a
/// bit for each word that isn't zero; each kind begins at a word of that.
struct DirtySets: BitwiseCopyable {
  /// What depends on cells; things and formulas, which others depend on, come first.
  enum Kind: Int, CaseIterable { case derived, station, pool, source, condition, invariant }
  private var words: Slab<UInt64>
  private var summary: Slab<UInt64>
  /// Where each kind begins in the summary, and where the last one ends.
  private var starts: Slab<Int>

  init(_ model: CompiledModel) {
    let counts = Kind.allCases.map { DirtySets.count(of: $0, in: model) }
    starts = Slab(DirtySets.starts(counts))
    summary = Slab(repeating: 0, count: starts[counts.count])
    words = Slab(repeating: 0, count: 64 * starts[counts.count])
  }

  private static func count(of kind: Kind, in model: CompiledModel) -> Int {
    switch kind {
    case .derived: model.derived.count
    case .station: model.stations.count
    case .pool: model.pools.count
    case .source: model.sources.count
    case .condition: model.conditions.count
    case .invariant: model.invariants.count
    }
  }

  private static func starts(_ counts: [Int]) -> [Int] {
    var starts = [0]
    for count in counts { starts.append((starts.last ?? 0) + max((count + 4095) / 4096, 1)) }
    return starts
  }

  /// For each kind the word in which its first index is, for `WatcherState`.
  static func firstWords(_ model: CompiledModel) -> [Int] {
    starts(Kind.allCases.map { count(of: $0, in: model) }).map { 64 * $0 }
  }

  func free() {
    words.free()
    summary.free()
    starts.free()
  }

  func copied() -> DirtySets {
    var copy = self
    copy.words = words.copied()
    copy.summary = summary.copied()
    copy.starts = starts.copied()
    return copy
  }

  /// Whether a formula, station, pool or source is in it.
  var concernsThings: Bool {
    var upper = 0
    let end = starts[Kind.condition.rawValue]
    while upper < end {
      if summary[upper] != 0 { return true }
      upper &+= 1
    }
    return false
  }

  @inline(__always)
  mutating func insert(_ some: WatcherState) {
    words[some.word] |= some.mask
    summary[some.word &>> 6] |= 1 &<< UInt64(truncatingIfNeeded: some.word & 63)
  }

  mutating func insert(_ index: Int32, _ kind: Kind) {
    let word = 64 &* starts[kind.rawValue] &+ Int(index) &>> 6
    insert(WatcherState(word: Int32(truncatingIfNeeded: word), mask: 1 &<< UInt64(truncatingIfNeeded: index & 63)))
  }

  /// The first word of a kind that isn't empty.
  @inline(__always)
  private func firstWord(_ kind: Kind) -> Int? {
    var upper = starts[kind.rawValue]
    while summary[upper] == 0 {
      upper &+= 1
      if upper >= starts[kind.rawValue &+ 1] { return nil }
    }
    return upper &* 64 &+ summary[upper].trailingZeroBitCount
  }

  /// The index of a word's lowest bit.
  @inline(__always)
  private func firstIndex(_ word: Int, _ kind: Kind) -> Int { (word &- 64 &* starts[kind.rawValue]) &* 64 }

  /// Takes out the first word of a kind that isn't empty.
  @inline(__always)
  mutating func popWord(_ kind: Kind) -> SomeIndices? {
    guard let word = firstWord(kind) else { return nil }
    var some = SomeIndices(mask: 0, word: word, first: firstIndex(word, kind))
    pop(into: &some)
    return some
  }

  /// Takes out what has been put into a word since.
  @inline(__always)
  mutating func pop(into some: inout SomeIndices) {
    let mask = words[some.word]
    if mask == 0 { return }
    some.mask |= mask
    words[some.word] = 0
    summary[some.word &>> 6] &= ~(1 &<< UInt64(truncatingIfNeeded: some.word & 63))
  }

  /// Takes the smallest index of a kind out.
  @inline(__always)
  mutating func popFirst(_ kind: Kind) -> Int32? {
    guard let word = firstWord(kind) else { return nil }
    let bits = words[word]
    words[word] = bits & (bits &- 1)
    if words[word] == 0 { summary[word &>> 6] &= ~(1 &<< UInt64(truncatingIfNeeded: word & 63)) }
    return Int32(truncatingIfNeeded: firstIndex(word, kind) &+ bits.trailingZeroBitCount)
  }
}
