// Raw storage of the running state: a growable array of bitwise-copyable elements without reference counts, uniqueness
// checks or (in release) bounds checks, and a view of part of one. All unsafe memory of the engine is in this file; debug
// builds check every index. An Array in its place made the M/M/1 loop about three times slower (STYLE, "Hot code").
//
// A slab doesn't free itself: whoever owns the machine calls `free` (see `Simulation`).

import SoukNumerics

/// A growable array behind a raw pointer; copies share the storage.
@safe
struct Slab<Element: BitwiseCopyable>: BitwiseCopyable {
  private var base: UnsafeMutablePointer<Element>
  private(set) var count: Int
  private(set) var capacity: Int

  /// An empty slab with room for `capacity` elements (at least one).
  init(capacity: Int = 4) {
    let room = max(capacity, 1)
    unsafe base = Slab.memory(nil, for: room)
    count = 0
    self.capacity = room
  }

  /// A slab of `count` equal elements.
  init(repeating element: Element, count: Int) {
    self.init(capacity: count)
    unsafe base.initialize(repeating: element, count: count)
    self.count = count
  }

  /// A slab with the elements of an array.
  init(_ elements: [Element]) {
    self.init(capacity: elements.count)
    for element in elements { append(element) }
  }

  /// Gives the storage back; neither this slab nor a copy may be used afterwards.
  func free() {
    unsafe GrowingMemory.free(base)
  }

  private static func memory(_ old: UnsafeMutablePointer<Element>?, for room: Int) -> UnsafeMutablePointer<Element> {
    let memory = unsafe GrowingMemory.resize(UnsafeMutableRawPointer(old), bytes: room * MemoryLayout<Element>.stride)
    return unsafe memory.bindMemory(to: Element.self, capacity: room)
  }

  /// A slab with its own storage and the same elements.
  func copied() -> Slab {
    var copy = Slab(capacity: max(count, min(capacity, 2 * count)))
    unsafe copy.base.update(from: base, count: count)
    copy.count = count
    return copy
  }

  /// Bytes of storage.
  var bytes: Int { capacity * MemoryLayout<Element>.stride }

  /// Bytes that a growth takes which may come before the next look at the limits.
  var bytesToCome: Int { count + Machine.checkInterval > capacity ? (larger &- capacity) * MemoryLayout<Element>.stride : 0 }

  /// The capacity after this one: twice as much, and from 64 MB on a quarter more, for what is large grows without being copied.
  private var larger: Int { max(bytes < 1 << 26 ? 2 &* capacity : capacity &+ capacity / 4, 16) }

  @inline(__always)
  subscript(i: Int) -> Element {
    @inline(__always) unsafeAddress {
      assert(i >= 0 && i < count, "index \(i) outside of a slab of \(count)")
      return unsafe UnsafePointer(base + i)
    }
    @inline(__always) nonmutating unsafeMutableAddress {
      assert(i >= 0 && i < count, "index \(i) outside of a slab of \(count)")
      return unsafe base + i
    }
  }

  @inline(__always)
  subscript(i: Int32) -> Element {
    @inline(__always) unsafeAddress {
      assert(i >= 0 && i < count, "index \(i) outside of a slab of \(count)")
      return unsafe UnsafePointer(base + Int(i))
    }
    @inline(__always) nonmutating unsafeMutableAddress {
      assert(i >= 0 && i < count, "index \(i) outside of a slab of \(count)")
      return unsafe base + Int(i)
    }
  }

  /// Appends; amortised O(1).
  @inline(__always)
  mutating func append(_ element: Element) {
    if count == capacity { grow(to: count &+ 1) }
    unsafe (base + count).initialize(to: element)
    count &+= 1  // at most the capacity
  }

  /// Appends `n` equal elements.
  mutating func append(repeating element: Element, count n: Int) {
    if count + n > capacity { grow(to: count + n) }
    unsafe (base + count).initialize(repeating: element, count: n)
    count += n
  }

  /// Makes it `n` elements, no more than there is room for; new ones are whatever lies there.
  @inline(__always)
  mutating func resize(to n: Int) {
    assert(n <= capacity)
    count = n
  }

  @inline(__always)
  mutating func removeLast() -> Element {
    assert(count > 0)
    count -= 1
    return unsafe base[count]
  }

  /// Keeps the first `n` elements.
  @inline(__always)
  mutating func truncate(to n: Int) {
    assert(n <= count)
    count = n
  }

  /// Sets `n` elements from `start` on.
  @inline(__always)
  func fill(from start: Int, count n: Int, with element: Element) {
    assert(start >= 0 && start + n <= count)
    unsafe (base + start).update(repeating: element, count: n)
  }

  @inline(never)
  private mutating func grow(to needed: Int) {
    capacity = max(needed, larger)
    unsafe base = Slab.memory(base, for: capacity)
  }

  /// The elements as an array.
  var array: [Element] { unsafe Array(UnsafeBufferPointer(start: base, count: count)) }

  /// Sorts elements `range` by `isBefore`, which must be a strict order; O(n log n).
  @inline(__always)
  func sort(_ range: Range<Int>, by isBefore: (Element, Element) -> Bool) {
    assert(range.lowerBound >= 0 && range.upperBound <= count)
    var view = unsafe UnsafeMutableBufferPointer(start: base + range.lowerBound, count: range.count)
    unsafe view.sort(by: isBefore)
  }
}

extension Slab<Double> {
  /// The standard variates of 64 consecutive ordinals of a random stream, into the elements from `start` on.
  func fillVariates(
    from start: Int, key: StreamKey, index: UInt32, firstOrdinal: UInt32, replication: UInt32, _ variate: StandardVariate
  ) {
    assert(start >= 0 && start + VariateBlock.length <= count)
    let out = unsafe base + start
    switch variate {
    case .uniform:
      unsafe VariateBlock.uniform(key: key, index: index, firstOrdinal: firstOrdinal, replication: replication, into: out)
    case .exponential:
      unsafe VariateBlock.exponential(key: key, index: index, firstOrdinal: firstOrdinal, replication: replication, into: out)
    case .normal, .normalPair:
      unsafe VariateBlock.normal(key: key, index: index, firstOrdinal: firstOrdinal, replication: replication, into: out)
    }
  }

  /// Standard normal variates of 64 consecutive ordinals, and the uniform numbers of the second words into the same places of `second`.
  func fillPairs(from start: Int, _ second: Slab<Double>, key: StreamKey, index: UInt32, firstOrdinal: UInt32, replication: UInt32) {
    assert(start >= 0 && start + VariateBlock.length <= min(count, second.count))
    unsafe VariateBlock.normalPairs(
      key: key, index: index, firstOrdinal: firstOrdinal, replication: replication, into: base + start, second: second.base + start)
  }
}

extension Slab<Double> {
  /// The standard variates of `number` pairs of index and ordinal of a random stream, into the first elements.
  func fillVariates(
    key: StreamKey, indices: Slab<UInt32>, ordinals: Slab<UInt32>, count number: Int, replication: UInt32, _ variate: StandardVariate
  ) {
    assert((number + 15) & ~15 <= min(count, min(indices.count, ordinals.count)))
    let i = unsafe indices.address(of: 0), o = unsafe ordinals.address(of: 0)
    switch variate {
    case .uniform: unsafe VariateBlock.uniform(key: key, indices: i, ordinals: o, count: number, replication: replication, into: base)
    case .exponential:
      unsafe VariateBlock.exponential(key: key, indices: i, ordinals: o, count: number, replication: replication, into: base)
    case .normal, .normalPair: unsafe VariateBlock.normal(key: key, indices: i, ordinals: o, count: number, replication: replication, into: base)
    }
  }
}

extension Slab<Int64> {
  /// The ranks of the first `number` elements among them; false if two are the same.
  @inline(__always)
  func findRanks(_ number: Int, into ranks: Slab<Int64>) -> Bool {
    assert((number + 15) & ~15 <= min(count, ranks.count))
    return unsafe Ranks.find(of: base, count: number, into: ranks.base)
  }
}

extension Slab {
  /// Asks for the memory of some elements, which will be wanted soon.
  @inline(__always)
  func prefetch(from start: Int, count n: Int) {
    unsafe CacheLines.prefetch(UnsafeRawPointer(base + start), bytes: n &* MemoryLayout<Element>.stride)
  }

  /// Where an element is, for a read-only projection.
  @unsafe @inline(__always)
  func address(of i: Int) -> UnsafePointer<Element> {
    assert(i >= 0 && i < count)
    return unsafe UnsafePointer(base + i)
  }
}
