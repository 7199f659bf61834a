// Numbers of a line by key: whose turn is first, whose patience ends first. Keys and numbers lie apart, 4 bytes a number, so that a turn takes
// 12 bytes and a deadline 20. Who leaves out of turn stays in the heap; the line passes them over (`WaitingLine.swift`).

/// A binary heap of numbers by (key, number); push in O(1) on average, pop in O(log n). As a stack it has no keys, and the first is the last.
struct NumberHeap<Key: Comparable & BitwiseCopyable>: BitwiseCopyable {
  private let isStack: Bool
  private var keys = Slab<Key>(capacity: 1)
  /// The lower halves; no two are further apart than 2³¹.
  private var numbers = Slab<UInt32>(capacity: 1)

  init(isStack: Bool = false) { self.isStack = isStack }

  func free() {
    keys.free()
    numbers.free()
  }

  func copied() -> NumberHeap {
    var copy = self
    copy.keys = keys.copied()
    copy.numbers = numbers.copied()
    return copy
  }

  var bytes: Int { keys.bytes + numbers.bytes }
  var bytesToCome: Int { keys.bytesToCome + numbers.bytesToCome }
  var count: Int { @inline(__always) get { numbers.count } }

  /// The first key; there must be one, and it must not be a stack.
  @inline(__always)
  var firstKey: Key { keys[0] }

  /// The first number, which is near another one; there must be one.
  @inline(__always)
  func firstNumber(near other: Int64) -> Int64 { NumberHeap.number(numbers[isStack ? numbers.count &- 1 : 0], near: other) }

  @inline(__always)
  private static func number(_ lower: UInt32, near other: Int64) -> Int64 {
    other &+ Int64(Int32(bitPattern: lower &- UInt32(truncatingIfNeeded: other)))
  }

  @inline(__always)
  private static func precedes(_ key: Key, _ number: UInt32, _ otherKey: Key, _ otherNumber: UInt32) -> Bool {
    key < otherKey || (key == otherKey && Int32(bitPattern: number &- otherNumber) < 0)
  }

  @inline(never)
  mutating func push(_ key: Key, _ number: Int64) {
    let number = UInt32(truncatingIfNeeded: number)
    numbers.append(number)
    if isStack { return }
    keys.append(key)
    var hole = keys.count &- 1
    while hole > 0 {
      let parent = (hole &- 1) / 2
      if !NumberHeap.precedes(key, number, keys[parent], numbers[parent]) { break }
      keys[hole] = keys[parent]
      numbers[hole] = numbers[parent]
      hole = parent
    }
    keys[hole] = key
    numbers[hole] = number
  }

  @inline(never)
  mutating func removeFirst() {
    let number = numbers.removeLast()
    if isStack { return }
    let key = keys.removeLast()
    if keys.count > 0 { siftDown(key, number, from: 0) }
  }

  @inline(__always)
  private func siftDown(_ key: Key, _ number: UInt32, from start: Int) {
    let count = keys.count
    var hole = start
    while true {
      var child = hole &* 2 &+ 1
      if child >= count { break }
      if child &+ 1 < count && NumberHeap.precedes(keys[child &+ 1], numbers[child &+ 1], keys[child], numbers[child]) { child &+= 1 }
      if !NumberHeap.precedes(keys[child], numbers[child], key, number) { break }
      keys[hole] = keys[child]
      numbers[hole] = numbers[child]
      hole = child
    }
    keys[hole] = key
    numbers[hole] = number
  }

  /// Gives each number, which is near another one, to `kept`, and keeps the number that it answers, if any; O(n).
  mutating func rebuild(near other: Int64, _ kept: (Int64) -> Int64?) {
    var count = 0
    for i in 0..<numbers.count {
      guard let number = kept(NumberHeap.number(numbers[i], near: other)) else { continue }
      numbers[count] = UInt32(truncatingIfNeeded: number)
      if !isStack { keys[count] = keys[i] }
      count += 1
    }
    numbers.truncate(to: count)
    if isStack { return }
    keys.truncate(to: count)
    for i in (0..<count / 2).reversed() { siftDown(keys[i], numbers[i], from: i) }
  }

  var isConsistent: Bool {
    for i in 1..<max(numbers.count, 1) {
      let parent = (i - 1) / 2
      let isRight = isStack
        ? Int32(bitPattern: numbers[i] &- numbers[i - 1]) > 0
        : !NumberHeap.precedes(keys[i], numbers[i], keys[parent], numbers[parent])
      if !isRight { return false }
    }
    return isStack || keys.count == numbers.count
  }
}

/// When patience ends: the time, and among what happens then the order of its beginning.
struct Deadline: Comparable, BitwiseCopyable {
  var time: Int64
  var order: UInt64

  @inline(__always)
  static func < (a: Deadline, b: Deadline) -> Bool { a.time < b.time || (a.time == b.time && a.order < b.order) }
}
