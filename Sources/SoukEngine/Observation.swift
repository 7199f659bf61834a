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
    let flags = cells[cell].flags
    if flags & CellState.windowed != 0 { moveWindows(of: cell, to: value) }
    let old = cells[cell].value
    if value == old || value.isNaN && old.isNaN { return }
    if flags & CellState.summary != 0 { cells[cell].summarise(value, at: now) }
    cells[cell].value = value
    if flags & (CellState.full | CellState.watched) == 0 { return }
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
    for i in first..<(first + Int(cells[cell].watcherCount)) {
      let watcher = watchers[i]
      switch watcher.kind {
      case .derived: dirtyDerived.insert(watcher.mask, word: watcher.word)
      case .invariant: dirtyInvariants.insert(watcher.mask, word: watcher.word)
      case .condition: dirtyConditions.insert(watcher.mask, word: watcher.word)
      case .station: dirtyStations.insert(watcher.mask, word: watcher.word)
      case .pool: dirtyPools.insert(watcher.mask, word: watcher.word)
      case .source: dirtySources.insert(watcher.mask, word: watcher.word)
      }
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

/// Who has to be looked at when a cell changes: those of one kind whose indices are 64 × `word` and the bits of `mask`.
struct WatcherState: BitwiseCopyable {
  enum Kind: UInt8, BitwiseCopyable { case derived, invariant, condition, station, pool, source }
  var kind: Kind
  var word: Int32
  var mask: UInt64
}

/// A set of small indices, emptied in ascending order: a bit for each, and above them a bit for each word that isn't zero.
struct IndexSet: BitwiseCopyable {
  private var words: Slab<UInt64>
  private var summary: Slab<UInt64>

  init(universe: Int) {
    words = Slab(repeating: 0, count: (universe + 63) / 64)
    summary = Slab(repeating: 0, count: max((words.count + 63) / 64, 1))
  }

  var isEmpty: Bool {
    for i in 0..<summary.count where summary[i] != 0 { return false }
    return true
  }

  func free() {
    words.free()
    summary.free()
  }

  func copied() -> IndexSet {
    var copy = self
    copy.words = words.copied()
    copy.summary = summary.copied()
    return copy
  }

  @inline(__always)
  mutating func insert(_ mask: UInt64, word: Int32) {
    words[word] |= mask
    summary[word &>> 6] |= 1 &<< UInt64(truncatingIfNeeded: word & 63)
  }

  mutating func insert(_ index: Int32) { insert(1 &<< UInt64(truncatingIfNeeded: index & 63), word: index &>> 6) }

  /// Takes the smallest index out.
  @inline(__always)
  mutating func popFirst() -> Int32? {
    var upper = 0
    while summary[upper] == 0 {
      upper &+= 1
      if upper >= summary.count { return nil }
    }
    let word = upper &* 64 &+ summary[upper].trailingZeroBitCount
    let bits = words[word]
    let rest = bits & (bits &- 1)
    words[word] = rest
    if rest == 0 { summary[upper] &= summary[upper] &- 1 }
    return Int32(truncatingIfNeeded: word &* 64 &+ bits.trailingZeroBitCount)
  }
}
