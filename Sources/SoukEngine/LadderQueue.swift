// A ladder queue (Tang, Goh & Thng 2005) for many pending events: a top that only collects, rungs of buckets that are each
// finer than one bucket of the rung above, and a small heap at the bottom which gives them out in exact order. An event is
// moved a few times, streaming, instead of sifting through a heap that misses the cache: at 10^7 pending events that was
// measured 11 to 13 times faster (research notes, "Hold"). The bottom is the same 4-ary heap that serves small sets, so
// ties come out by (time, order) and nothing depends on which structure is in use.
//
// Buckets are chains of chunks in one arena, so that a bucket costs nothing until it is used.

/// One rung: buckets of equal width from `start` on.
struct LadderRung: BitwiseCopyable {
  var start: Int64
  var width: Int64
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
  /// A bucket with more events than this gets a rung of its own, as long as its width can be divided.
  static let threshold = 96
  static let maxRungs = 12

  private(set) var bottom = EventHeap()
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

  init() {}

  func free() {
    bottom.free()
    events.free()
    nextChunk.free()
    rungs.free()
    buckets.free()
  }

  func copied() -> LadderQueue {
    var copy = self
    copy.bottom = bottom.copied()
    copy.events = events.copied()
    copy.nextChunk = nextChunk.copied()
    copy.rungs = rungs.copied()
    copy.buckets = buckets.copied()
    return copy
  }

  var bytes: Int { bottom.bytes + events.bytes + nextChunk.bytes + buckets.bytes }

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
      if event.time >= r.start &+ Int64(r.current) &* r.width { return insert(event, rung) }
      rung &+= 1
    }
    bottom.push(event)
  }

  @inline(__always)
  private mutating func insert(_ event: Event, _ rung: Int) {
    let r = rungs[rung]
    let number = Int((event.time &- r.start) / r.width)
    assert(number >= r.current && number < r.bucketCount)
    var bucket = buckets[r.buckets &+ number]
    append(event, to: &bucket)
    buckets[r.buckets &+ number] = bucket
    rungs[rung].count &+= 1
  }

  /// The first event if there is one.
  @inline(__always)
  mutating func first() -> Event? {
    if bottom.count == 0 && count > 0 { refill() }
    return bottom.first()
  }

  @inline(__always)
  mutating func removeFirst() {
    bottom.removeFirst()
    count &-= 1
  }

  /// Brings the next bucket down into the bottom.
  @inline(never)
  private mutating func refill() {
    hasRefilled = true
    while true {
      if rungs.count == 0 {
        spreadTop()
        if bottom.count > 0 { return }
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
      let start = r.start + Int64(r.current) * r.width
      r.current += 1
      r.count -= Int(bucket.count)
      rungs[last] = r
      if Int(bucket.count) > LadderQueue.threshold && r.width > 1 && rungs.count < LadderQueue.maxRungs {
        openRung(start: start, span: r.width, bucket: &bucket)
        continue
      }
      while bucket.count > 0 { bottom.push(removeLast(from: &bucket)) }
      return
    }
  }

  /// Spreads a chain over a new rung of buckets with `load` events each.
  private mutating func openRung(start: Int64, span: Int64, bucket: inout LadderBucket) {
    let width = max(span / (Int64(bucket.count) / LadderQueue.load), 1)
    let bucketCount = Int((span - 1) / width) + 1
    rungs.append(
      LadderRung(start: start, width: width, bucketCount: bucketCount, current: 0, count: 0, buckets: buckets.count))
    buckets.append(repeating: LadderBucket(), count: bucketCount)
    while bucket.count > 0 { insert(removeLast(from: &bucket), rungs.count - 1) }
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
      while bucket.count > 0 { bottom.push(removeLast(from: &bucket)) }
      return
    }
    openRung(start: start, span: span, bucket: &bucket)
  }

  /// Gives all events to `body`, in any order, and forgets them.
  mutating func drain(_ body: (Event) -> Void) {
    bottom.drain(body)
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

  /// Every event is where its time belongs, and the counts are right.
  func checkInvariants() -> Bool {
    var total = bottom.count + Int(top.count)
    if !bottom.checkInvariants() { return false }
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
