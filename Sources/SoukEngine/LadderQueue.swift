// A ladder queue (Tang, Goh & Thng 2005) for many pending events: a top that only collects, rungs of buckets that are each
// finer than one bucket of the rung above, and at the bottom one bucket, sorted by (time, order), which gives them out. An
// event is moved a few times, streaming, instead of sifting through a heap that misses the cache: at 10^7 pending events that
// was measured 11 to 13 times faster (research notes, "Hold"). A bucket is sorted by ranks, counted side by side, and by
// insertion where events are of one instant. What is too much to be sorted, for it is all of nearly one instant, goes into a
// heap beside the sorted bucket.
//
// Buckets are chains of chunks in one arena, so that a bucket costs nothing until it is used. Their widths are powers of two: a
// division for each event and rung was a twentieth of a journey's time. The chunks that come next are fetched ahead.

/// One rung: buckets of equal width from `start` on.
struct LadderRung: BitwiseCopyable {
  var start: Int64
  /// A bucket is 2^shift ticks wide.
  var shift: Int64
  var bucketCount: Int
  /// Buckets before this one have been moved down.
  var current: Int
  /// Events in all its buckets.
  var count: Int
  /// Where its buckets begin in the arena of buckets.
  var buckets: Int
}

/// A chain of chunks, last first, and how many events are in it.
struct LadderBucket: BitwiseCopyable {
  var chunk: Int32 = -1
  var count: Int32 = 0
}

struct LadderQueue: BitwiseCopyable {
  static let chunkLength = 16
  /// Events that a bucket of a new rung has on the average. One an event was tried first: each used bucket holds a chunk, so
  /// ten million pending events took 2.7 GB, and twice the time.
  static let load: Int64 = 16
  /// A rung has so many buckets at most, the ends of whose chains fit into the second cache: with ten million pending a twentieth of
  /// the time of a hold.
  static let mostBuckets: Int64 = 4096
  /// A bucket with more events than this gets a rung of its own, as long as its width can be divided.
  static let threshold = 96
  static let maxRungs = 12
  /// So many events at the bottom are kept sorted; what is more goes into the heap.
  static let sortedLimit = 128

  /// The next events, the first one last.
  private var sorted = Slab<Event>(capacity: sortedLimit)
  /// Times of a bucket that comes down, and their ranks.
  private var times = Slab<Int64>(repeating: 0, count: sortedLimit)
  private var ranks = Slab<Int64>(repeating: 0, count: sortedLimit)
  private var heap = EventHeap()
  /// Whether the first event is in the heap.
  private var isFirstInHeap = false
  private var events = Slab<Event>()
  /// For each chunk the next one of its chain (or of the free ones).
  private var nextChunk = Slab<Int32>()
  private var freeChunk: Int32 = -1
  private var rungs = Slab<LadderRung>(capacity: maxRungs)
  private var buckets = Slab<LadderBucket>()
  /// Events at or after `topStart` are only collected.
  private var top = LadderBucket()
  private var topStart: Int64 = .min
  private var topMinimum: Int64 = .max
  private var topMaximum: Int64 = .min
  private(set) var count = 0
  /// The bottom has new events that nobody has looked at.
  var hasRefilled = false
  /// They come from a rung that has just been opened.
  private var hasOpened = false

  init() {}

  func free() {
    sorted.free()
    times.free()
    ranks.free()
    heap.free()
    events.free()
    nextChunk.free()
    rungs.free()
    buckets.free()
  }

  func copied() -> LadderQueue {
    var copy = self
    copy.sorted = Slab(capacity: LadderQueue.sortedLimit)
    for i in 0..<sorted.count { copy.sorted.append(sorted[i]) }
    copy.times = times.copied()
    copy.ranks = ranks.copied()
    copy.heap = heap.copied()
    copy.events = events.copied()
    copy.nextChunk = nextChunk.copied()
    copy.rungs = rungs.copied()
    copy.buckets = buckets.copied()
    return copy
  }

  var bytes: Int { heap.bytes + events.bytes + nextChunk.bytes + buckets.bytes }

  // MARK: Chains of chunks

  @inline(__always)
  private mutating func append(_ event: Event, to bucket: inout LadderBucket) {
    let slot = Int(bucket.count) & (LadderQueue.chunkLength - 1)
    if slot == 0 {
      let chunk = newChunk()
      nextChunk[chunk] = bucket.chunk
      bucket.chunk = chunk
    }
    events[Int(bucket.chunk) &* LadderQueue.chunkLength &+ slot] = event
    bucket.count &+= 1
  }

  @inline(__always)
  private mutating func newChunk() -> Int32 {
    if freeChunk >= 0 {
      let chunk = freeChunk
      freeChunk = nextChunk[chunk]
      return chunk
    }
    let chunk = Int32(truncatingIfNeeded: nextChunk.count)
    nextChunk.append(-1)
    events.append(repeating: Event(time: 0, order: 0, kind: .wait, index: 0), count: LadderQueue.chunkLength)
    return chunk
  }

  /// Takes the last event of a chain.
  @inline(__always)
  private mutating func removeLast(from bucket: inout LadderBucket) -> Event {
    bucket.count &-= 1
    let slot = Int(bucket.count) & (LadderQueue.chunkLength - 1)
    let event = events[Int(bucket.chunk) &* LadderQueue.chunkLength &+ slot]
    if slot == 0 {
      let chunk = bucket.chunk
      bucket.chunk = nextChunk[chunk]
      nextChunk[chunk] = freeChunk
      freeChunk = chunk
    }
    return event
  }

  // MARK: Push and pop

  @inline(__always)
  mutating func push(_ event: Event) {
    count &+= 1
    if event.time >= topStart {
      if event.time < topMinimum { topMinimum = event.time }
      if event.time > topMaximum { topMaximum = event.time }
      var bucket = top
      append(event, to: &bucket)
      top = bucket
      return
    }
    var rung = 0
    while rung < rungs.count {
      let r = rungs[rung]
      // Without signs: the last bucket may end behind the clock's range.
      if UInt64(bitPattern: event.time) >= UInt64(bitPattern: r.start &+ Int64(r.current) &<< r.shift) { return insert(event, rung) }
      rung &+= 1
    }
    pushToBottom(event)
  }

  /// Puts an event in its place at the bottom.
  @inline(never)
  private mutating func pushToBottom(_ event: Event) {
    if sorted.count >= LadderQueue.sortedLimit { return heap.push(event) }
    sortIn(event)
  }

  @inline(__always)
  private mutating func sortIn(_ event: Event) {
    sorted.append(event)
    var hole = sorted.count &- 1
    while hole > 0 && sorted[hole &- 1].precedes(event) {
      sorted[hole] = sorted[hole &- 1]
      hole &-= 1
    }
    sorted[hole] = event
  }

  /// Brings a bucket down to the bottom, which is empty.
  @inline(__always)
  private mutating func bringDown(_ bucket: inout LadderBucket) {
    let n = Int(bucket.count)
    if n > LadderQueue.sortedLimit {
      while bucket.count > 0 { heap.push(removeLast(from: &bucket)) }
      return
    }
    if !findRanks(of: bucket) {
      while bucket.count > 0 { sortIn(removeLast(from: &bucket)) }
      return
    }
    sorted.resize(to: n)
    var i = 0
    while i < n {
      sorted[n &- 1 &- Int(ranks[i])] = removeLast(from: &bucket)
      i &+= 1
    }
  }

  /// Finds the ranks of the events of a bucket, from its last to its first; false if two are of one instant.
  @inline(__always)
  private mutating func findRanks(of bucket: LadderBucket) -> Bool {
    let n = Int(bucket.count)
    var i = 0
    var chunk = bucket.chunk
    var slot = (n &- 1) & (LadderQueue.chunkLength &- 1)
    while i < n {
      times[i] = events[Int(chunk) &* LadderQueue.chunkLength &+ slot].time
      i &+= 1
      slot &-= 1
      if slot < 0 {
        chunk = nextChunk[chunk]
        slot = LadderQueue.chunkLength &- 1
      }
    }
    return times.findRanks(n, into: ranks)
  }

  @inline(__always)
  private mutating func insert(_ event: Event, _ rung: Int) {
    let r = rungs[rung]
    let number = Int((event.time &- r.start) &>> r.shift)
    assert(number >= r.current && number < r.bucketCount)
    var bucket = buckets[r.buckets &+ number]
    append(event, to: &bucket)
    buckets[r.buckets &+ number] = bucket
    rungs[rung].count &+= 1
  }

  /// The first event if there is one.
  @inline(__always)
  mutating func first() -> Event? {
    if sorted.count == 0 && heap.count == 0 && count > 0 { refill() }
    if heap.count > 0 { return firstOfBoth() }
    isFirstInHeap = false
    return sorted.count > 0 ? sorted[sorted.count &- 1] : nil
  }

  @inline(never)
  private mutating func firstOfBoth() -> Event? {
    let inHeap = heap.first()
    guard let inHeap, sorted.count > 0, sorted[sorted.count - 1].precedes(inHeap) else {
      isFirstInHeap = true
      return inHeap
    }
    isFirstInHeap = false
    return sorted[sorted.count - 1]
  }

  @inline(__always)
  mutating func removeFirst() {
    if isFirstInHeap { heap.removeFirst() } else { sorted.truncate(to: sorted.count &- 1) }
    count &-= 1
  }

  /// The events at the bottom, those of the sorted bucket in their order.
  @inline(__always)
  func forEachAtBottom(_ body: (Event) -> Void) {
    var i = sorted.count &- 1
    while i >= 0 {
      body(sorted[i])
      i &-= 1
    }
  }

  /// The events of the bucket that comes down next, and those at the bottom if they come from a new rung.
  @inline(__always)
  mutating func forEachComing(_ body: (Event) -> Void) {
    if hasOpened { forEachAtBottom(body) }
    hasOpened = false
    if rungs.count == 0 { return }
    var number = 0
    if let bucket = nextBucket(rungs[rungs.count &- 1], &number) { forEach(in: bucket, body) }
  }

  /// The events of a chain.
  @inline(__always)
  private func forEach(in bucket: LadderBucket, _ body: (Event) -> Void) {
    var chunk = bucket.chunk
    var left = Int(bucket.count)
    var i = (left &- 1) & (LadderQueue.chunkLength &- 1)
    while left > 0 {
      body(events[Int(chunk) &* LadderQueue.chunkLength &+ i])
      left &-= 1
      i &-= 1
      if i < 0 {
        chunk = nextChunk[chunk]
        i = LadderQueue.chunkLength &- 1
      }
    }
  }

  /// Brings the next bucket down into the bottom.
  @inline(never)
  private mutating func refill() {
    hasRefilled = true
    while true {
      if rungs.count == 0 {
        spreadTop()
        if sorted.count > 0 || heap.count > 0 { return }
      }
      let last = rungs.count - 1
      var r = rungs[last]
      if r.count == 0 {
        rungs.truncate(to: last)
        buckets.truncate(to: r.buckets)
        continue
      }
      while buckets[r.buckets + r.current].count == 0 { r.current += 1 }
      let number = r.buckets + r.current
      var bucket = buckets[number]
      buckets[number] = LadderBucket()
      let start = r.start + Int64(r.current) << r.shift
      r.current += 1
      r.count -= Int(bucket.count)
      rungs[last] = r
      if Int(bucket.count) > LadderQueue.threshold && r.shift > 0 && rungs.count < LadderQueue.maxRungs {
        openRung(start: start, span: 1 << r.shift, bucket: &bucket)
        continue
      }
      bringDown(&bucket)
      fetchNext(r)
      return
    }
  }

  /// The next bucket of a rung from `number` on, counted from its current one, that has events; nil if none is near.
  @inline(__always)
  private func nextBucket(_ r: LadderRung, _ number: inout Int) -> LadderBucket? {
    while number < 4 && r.current &+ number < r.bucketCount {
      let bucket = buckets[r.buckets &+ r.current &+ number]
      number &+= 1
      if bucket.count > 0 { return bucket }
    }
    return nil
  }

  /// Fetches the chunks of the bucket after the next: those of the next were fetched before this one came down.
  @inline(__always)
  private func fetchNext(_ r: LadderRung) {
    var number = 0
    if nextBucket(r, &number) == nil { return }
    guard let bucket = nextBucket(r, &number) else { return }
    var chunk = bucket.chunk
    while chunk >= 0 {
      events.prefetch(from: Int(chunk) &* LadderQueue.chunkLength, count: LadderQueue.chunkLength)
      chunk = nextChunk[chunk]
    }
  }

  /// Spreads a chain over a new rung of buckets with `load` events each.
  private mutating func openRung(start: Int64, span: Int64, bucket: inout LadderBucket) {
    hasOpened = true
    let width = max(span / min(Int64(bucket.count) / LadderQueue.load, LadderQueue.mostBuckets), 1)
    // The nearest power of two.
    let shift = Int64(63 - (width + width / 2).leadingZeroBitCount)
    let bucketCount = Int((span - 1) >> shift) + 1
    rungs.append(
      LadderRung(start: start, shift: shift, bucketCount: bucketCount, current: 0, count: 0, buckets: buckets.count))
    buckets.append(repeating: LadderBucket(), count: bucketCount)
    let rung = rungs.count - 1
    while bucket.count > 0 {
      if bucket.count & Int32(LadderQueue.chunkLength - 1) == 0, nextChunk[bucket.chunk] >= 0 {
        events.prefetch(from: Int(nextChunk[bucket.chunk]) &* LadderQueue.chunkLength, count: LadderQueue.chunkLength)
      }
      insert(removeLast(from: &bucket), rung)
    }
  }

  /// The top becomes the first rung, or the bottom if it is small or all of one instant.
  private mutating func spreadTop() {
    var bucket = top
    top = LadderBucket()
    let start = topMinimum
    let span = topMaximum &- topMinimum &+ 1
    // From here on the top collects what is later than all that it held.
    topStart = topMaximum &+ 1
    topMinimum = .max
    topMaximum = .min
    if Int(bucket.count) <= LadderQueue.threshold || span <= 1 {
      return bringDown(&bucket)
    }
    openRung(start: start, span: span, bucket: &bucket)
  }

  /// Gives all events to `body`, in any order, and forgets them.
  mutating func drain(_ body: (Event) -> Void) {
    heap.drain(body)
    for i in 0..<sorted.count { body(sorted[i]) }
    sorted.truncate(to: 0)
    for i in 0..<buckets.count {
      var bucket = buckets[i]
      while bucket.count > 0 { body(removeLast(from: &bucket)) }
      buckets[i] = bucket
    }
    var bucket = top
    while bucket.count > 0 { body(removeLast(from: &bucket)) }
    top = bucket
    rungs.truncate(to: 0)
    buckets.truncate(to: 0)
    topStart = .min
    topMinimum = .max
    topMaximum = .min
    count = 0
  }

  /// Gives all events to `body`, in any order.
  func forEach(_ body: (Event) -> Void) {
    heap.forEach(body)
    forEachAtBottom(body)
    forEach(in: top, body)
    for i in 0..<buckets.count { forEach(in: buckets[i], body) }
  }

  /// Every event is where its time belongs, and the counts are right.
  func checkInvariants() -> Bool {
    var total = heap.count + sorted.count + Int(top.count)
    if !heap.checkInvariants() { return false }
    for i in 0..<max(sorted.count - 1, 0) where !sorted[i + 1].precedes(sorted[i]) { return false }
    for i in 0..<rungs.count {
      let r = rungs[i]
      var inside = 0
      for b in 0..<r.bucketCount { inside += Int(buckets[r.buckets + b].count) }
      if inside != r.count { return false }
      for b in 0..<r.current where buckets[r.buckets + b].count != 0 { return false }
      total += inside
    }
    return total == count
  }
}
