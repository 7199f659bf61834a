// First in, first out, in chunks: what waits is never copied, a queue of tens of millions grows by kilobytes, and the chunks
// that were emptied are filled again, the latest first, while they are still in the cache.

/// A queue of bitwise-copyable elements; append and removeFirst in O(1).
struct ChunkedQueue<Element: BitwiseCopyable>: BitwiseCopyable {
  private static var shift: Int { 9 }
  private static var length: Int { 1 &<< shift }

  /// A ring of the chunks in use, by their number; its length is a power of two.
  private var chunks = Slab<Slab<Element>>()
  private var spare = Slab<Slab<Element>>()
  /// Numbers of the first element and of the next to come, counted from the beginning.
  private var head = 0
  private var tail = 0
  private var allocated = 0

  var count: Int { @inline(__always) get { tail &- head } }
  var bytes: Int { allocated &* ChunkedQueue.length &* MemoryLayout<Element>.stride &+ chunks.bytes }

  @inline(__always)
  mutating func append(_ element: Element) {
    if tail & (ChunkedQueue.length &- 1) == 0 { openChunk(element) }
    chunks[(tail &>> ChunkedQueue.shift) & (chunks.count &- 1)][tail & (ChunkedQueue.length &- 1)] = element
    tail &+= 1
  }

  /// The first one is taken out; there must be one.
  @inline(__always)
  mutating func removeFirst() -> Element {
    assert(head < tail)
    let element = chunks[(head &>> ChunkedQueue.shift) & (chunks.count &- 1)][head & (ChunkedQueue.length &- 1)]
    head &+= 1
    if head & (ChunkedQueue.length &- 1) == 0 { spare.append(chunks[(inUse &- 1) & (chunks.count &- 1)]) }
    return element
  }

  /// The number of the first chunk in use, and of the next to be begun.
  private var inUse: Int { head &>> ChunkedQueue.shift }
  private var begun: Int { max((tail &+ ChunkedQueue.length &- 1) &>> ChunkedQueue.shift, inUse) }

  @inline(never)
  private mutating func openChunk(_ element: Element) {
    let number = tail &>> ChunkedQueue.shift
    let chunk: Slab<Element>
    if spare.count > 0 {
      chunk = spare.removeLast()
    } else {
      chunk = Slab(repeating: element, count: ChunkedQueue.length)
      allocated &+= 1
    }
    if number &- inUse == chunks.count { widen(chunk) }
    chunks[number & (chunks.count &- 1)] = chunk
  }

  private mutating func widen(_ filler: Slab<Element>) {
    let wider = Slab<Slab<Element>>(repeating: filler, count: max(2 * chunks.count, 4))
    for number in inUse..<begun { wider[number & (wider.count - 1)] = chunks[number & (chunks.count - 1)] }
    chunks.free()
    chunks = wider
  }

  func free() {
    for number in inUse..<begun { chunks[number & (chunks.count - 1)].free() }
    for i in 0..<spare.count { spare[i].free() }
    chunks.free()
    spare.free()
  }

  func copied() -> ChunkedQueue {
    var copy = self
    copy.chunks = chunks.copied()
    copy.spare = Slab()
    copy.allocated = begun - inUse
    for number in inUse..<begun { copy.chunks[number & (chunks.count - 1)] = chunks[number & (chunks.count - 1)].copied() }
    return copy
  }
}
