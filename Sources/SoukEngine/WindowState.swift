// Windows: what a measure, counter or gauge was lately, readable while the model runs. A ring of (time, value) that drops
// what is too old when it is read or written, a running sum, and for the highest a queue of falling values (each is pushed
// and dropped once: O(1) amortised).

import SoukModel

/// A queue of (time, value) in a ring that doubles when full.
struct Ring: BitwiseCopyable {
  private var times: Slab<Int64>
  private var values: Slab<Double>
  private var head = 0
  private(set) var count = 0

  init() {
    times = Slab(repeating: 0, count: 16)
    values = Slab(repeating: 0, count: 16)
  }

  func free() {
    times.free()
    values.free()
  }

  func copied() -> Ring {
    var copy = self
    copy.times = times.copied()
    copy.values = values.copied()
    return copy
  }

  var bytes: Int { times.bytes + values.bytes }
  var firstTime: Int64 { times[head] }
  var firstValue: Double { values[head] }
  var lastTime: Int64 { times[(head + count - 1) & (times.count - 1)] }
  var lastValue: Double { values[(head + count - 1) & (values.count - 1)] }
  func time(_ i: Int) -> Int64 { times[(head + i) & (times.count - 1)] }
  func value(_ i: Int) -> Double { values[(head + i) & (values.count - 1)] }

  mutating func append(_ time: Int64, _ value: Double) {
    if count == times.count { grow() }
    let tail = (head + count) & (times.count - 1)
    times[tail] = time
    values[tail] = value
    count += 1
  }

  mutating func removeFirst() {
    head = (head + 1) & (times.count - 1)
    count -= 1
  }

  mutating func removeLast() { count -= 1 }

  private mutating func grow() {
    let size = times.count
    var newTimes = Slab<Int64>(repeating: 0, count: size * 2)
    var newValues = Slab<Double>(repeating: 0, count: size * 2)
    for i in 0..<count {
      newTimes[i] = time(i)
      newValues[i] = value(i)
    }
    swap(&times, &newTimes)
    swap(&values, &newValues)
    newTimes.free()
    newValues.free()
    head = 0
  }
}

/// One window's memory.
struct WindowState: BitwiseCopyable {
  enum Source: UInt8, BitwiseCopyable { case tally, counter, gauge }
  var source: Source
  /// Next window of the same tally or cell; -1 if none.
  var next: Int32 = -1
  /// Length in ticks (0: by count) or in observations (0: by time).
  var ticks: Int64
  var limit: Int
  var ring = Ring()
  var highest = Ring()
  var sum: Double = 0
  /// Taken out since the sum was last made afresh; afresh each time the whole ring has passed, so errors don't pile up.
  var dropped = 0
  /// A gauge's value before the first entry of the ring, and since when it has been watched.
  var before: Double
  let watchedSince: Int64 = 0
  /// The cell whose watchers are looked at when a value leaves; -1 if nothing waits for that. Then one event is pending
  /// while there are values, for the oldest.
  var watched: Int32 = -1
  var timer: UInt64 = 0

  init(source: Source, ticks: Int64, limit: Int, initial: Double) {
    self.source = source
    self.ticks = ticks
    self.limit = limit
    before = initial
  }

  func free() {
    ring.free()
    highest.free()
  }

  func copied() -> WindowState {
    var copy = self
    copy.ring = ring.copied()
    copy.highest = highest.copied()
    return copy
  }

  mutating func observe(_ time: Int64, _ value: Double) {
    ring.append(time, value)
    sum += value
    while highest.count > 0 && highest.lastValue <= value { highest.removeLast() }
    highest.append(time, value)
    dropOld(at: time)
  }

  /// Drops what is outside of the window (now - ticks, now], or beyond the latest `limit`.
  mutating func dropOld(at now: Int64) {
    if ticks > 0 {
      while ring.count > 0 && ring.firstTime <= now - ticks { dropFirst() }
      while highest.count > 0 && highest.firstTime <= now - ticks { highest.removeFirst() }
    } else {
      while ring.count > limit {
        // The front of `highest` is the oldest of the largest: it goes when its own observation goes.
        if highest.count > 0 && highest.firstTime == ring.firstTime && highest.firstValue == ring.firstValue && isFrontDropped() {
          highest.removeFirst()
        }
        dropFirst()
      }
    }
  }

  /// Whether the front of `highest` is the ring's first observation and not a later, equal one of the same instant.
  private func isFrontDropped() -> Bool {
    var i = 1
    while i < ring.count && ring.time(i) == ring.firstTime {
      if ring.value(i) == ring.firstValue { return false }
      i += 1
    }
    return true
  }

  private mutating func dropFirst() {
    before = ring.firstValue
    sum -= ring.firstValue
    ring.removeFirst()
    dropped += 1
    if dropped > ring.count {
      dropped = 0
      sum = 0
      for i in 0..<ring.count { sum += ring.value(i) }
    }
  }

  /// A tally's mean, a counter's amount, a gauge's mean (over time for a window in ticks); NaN if nothing is known.
  mutating func recent(at now: Int64) -> Double {
    dropOld(at: now)
    switch source {
    case .counter: return sum
    case .tally: return ring.count > 0 ? sum / Double(ring.count) : .nan
    case .gauge:
      if ticks == 0 { return ring.count > 0 ? sum / Double(ring.count) : before }
      return gaugeMean(at: now)
    }
  }

  private func gaugeMean(at now: Int64) -> Double {
    let start = max(watchedSince, now - ticks)
    var area = 0.0
    var time = start
    var value = before
    for i in 0..<ring.count {
      area += value * Double(ring.time(i) - time)
      time = ring.time(i)
      value = ring.value(i)
    }
    area += value * Double(now - time)
    return now > start ? area / Double(now - start) : value
  }

  mutating func largest(at now: Int64) -> Double {
    dropOld(at: now)
    let inside = highest.count > 0 ? highest.firstValue : .nan
    if source == .gauge && ticks > 0 { return inside.isNaN ? before : max(before, inside) }
    return inside
  }

  mutating func seen(at now: Int64) -> Double {
    dropOld(at: now)
    return Double(ring.count)
  }
}

extension Machine {
  /// Gives an observation to a tally's windows.
  mutating func observeWindows(of first: Int32, _ value: Double) {
    var window = first
    while window >= 0 {
      windows[window].observe(now, value)
      if windows[window].watched >= 0 { awaitWindowEnd(window) }
      window = windows[window].next
    }
  }

  /// Sets the event for the oldest value's end, unless one is pending.
  private mutating func awaitWindowEnd(_ window: Int32) {
    if windows[window].timer != 0 || windows[window].ring.count == 0 { return }
    let end = windows[window].ring.firstTime.addingReportingOverflow(windows[window].ticks)
    if end.overflow { return }
    windows[window].timer = schedule(.windowEnd, window, after: end.partialValue - now, EventClass.timer)
  }

  /// A value has left: conditions and formulas that read the window are looked at.
  mutating func endWindow(_ window: Int32) {
    windows[window].timer = 0
    windows[window].dropOld(at: now)
    wakeWatchers(of: windows[window].watched)
    awaitWindowEnd(window)
  }

  /// Tells a cell's windows that it moves to `value`: a counter's window remembers the amount, a gauge's the value.
  mutating func moveWindows(of cell: Int32, to value: Double) {
    var window = cells[cell].window
    while window >= 0 {
      if windows[window].source == .counter {
        let amount = value - cells[cell].value
        windows[window].observe(now, amount)
      } else {
        windows[window].observe(now, value)
      }
      if windows[window].watched >= 0 { awaitWindowEnd(window) }
      window = windows[window].next
    }
  }
}
