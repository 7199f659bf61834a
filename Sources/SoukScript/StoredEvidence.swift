// The sample paths of an examination as bytes, to go on with in another process. A run is named by a digest of what determines its
// paths (version, compiled model, seed, span, warm-up), so what is read again is what would be simulated again, and a script that was
// edited elsewhere keeps what its edit doesn't touch. Little-endian words; a checksum at the end, so that half a file is none.

import SoukStats

/// The sample paths of runs, by the runs' digests.
public struct StoredEvidence: Sendable {
  /// 128 bits of FNV-1a over the text that determines a run.
  struct Digest: Hashable, Sendable {
    var high: UInt64
    var low: UInt64

    init(high: UInt64, low: UInt64) { (self.high, self.low) = (high, low) }

    init(_ text: String) {
      high = 0xcbf2_9ce4_8422_2325
      low = 0x9ae1_6a3b_2f90_404f
      for byte in text.utf8 {
        high = (high ^ UInt64(byte)) &* 0x100_0000_01b3
        low = (low ^ UInt64(byte)) &* 0x100_0000_01b3 ^ (low >> 29)
      }
    }
  }

  private static let magic: UInt64 = 0x3165_636e_6564_6965  // "eidence1"
  var runs: [Digest: [SamplePath]] = [:]

  public init() {}

  /// How many replications there are in all.
  public var replications: Int { runs.values.reduce(0) { $0 + $1.count } }

  // MARK: Bytes

  /// The whole as bytes. O(size).
  public var bytes: [UInt8] {
    var writer = Writer()
    writer.word(Self.magic)
    writer.word(UInt64(runs.count))
    for (digest, paths) in runs.sorted(by: { ($0.key.high, $0.key.low) < ($1.key.high, $1.key.low) }) {
      writer.word(digest.high)
      writer.word(digest.low)
      writer.word(UInt64(paths.count))
      for path in paths { writer.path(path) }
    }
    writer.word(Digest(writer.bytes).high)
    return writer.bytes
  }

  /// What was written; nil for anything else.
  public init?(bytes: [UInt8]) {
    guard bytes.count >= 24, bytes.count % 8 == 0 else { return nil }
    let body = Array(bytes.dropLast(8))
    var last = Reader(bytes: bytes, at: body.count)
    guard last.word() == Digest(body).high else { return nil }
    var reader = Reader(bytes: body, at: 0)
    guard reader.word() == Self.magic, let count = reader.count() else { return nil }
    for _ in 0..<count {
      guard let high = reader.word(), let low = reader.word(), let paths = reader.count() else { return nil }
      var read: [SamplePath] = []
      for _ in 0..<paths {
        guard let path = reader.path() else { return nil }
        read.append(path)
      }
      runs[Digest(high: high, low: low)] = read
    }
    guard reader.at == body.count else { return nil }
  }

  private struct Writer {
    var bytes: [UInt8] = []

    mutating func word(_ word: UInt64) { for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift))) } }
    mutating func number(_ x: Double) { word(x.bitPattern) }
    mutating func whole(_ x: Int64) { word(UInt64(bitPattern: x)) }

    mutating func numbers(_ list: [Double]) {
      word(UInt64(list.count))
      for x in list { number(x) }
    }

    mutating func wholes(_ list: [Int64]) {
      word(UInt64(list.count))
      for x in list { whole(x) }
    }

    mutating func path(_ path: SamplePath) {
      word(UInt64(path.replication))
      whole(path.warmup)
      whole(path.end)
      word(path.steps)
      word(path.events)
      word(UInt64(path.cells.count))
      for cell in path.cells {
        for x in [cell.last, cell.atWarmup, cell.integral, cell.minimum, cell.maximum] { number(x) }
        wholes(cell.times)
        numbers(cell.values)
      }
      word(UInt64(path.tallies.count))
      for tally in path.tallies {
        whole(tally.count)
        for x in [tally.sum, tally.minimum, tally.maximum, tally.mean, tally.m2] { number(x) }
        numbers(tally.values)
        for list in [tally.times, tally.atMost, tally.below, tally.lost, tally.pending] { wholes(list) }
      }
    }
  }

  private struct Reader {
    let bytes: [UInt8]
    var at: Int

    mutating func word() -> UInt64? {
      guard at + 8 <= bytes.count else { return nil }
      var word: UInt64 = 0
      for i in 0..<8 { word |= UInt64(bytes[at + i]) << UInt64(8 * i) }
      at += 8
      return word
    }

    /// A number of things of eight bytes at least, which have to be there.
    mutating func count() -> Int? {
      guard let word = word(), word <= UInt64((bytes.count - at) / 8) else { return nil }
      return Int(word)
    }

    mutating func whole() -> Int64? { word().map { Int64(bitPattern: $0) } }
    mutating func number() -> Double? { word().map { Double(bitPattern: $0) } }

    mutating func list<Element>(_ element: (inout Reader) -> Element?) -> [Element]? {
      guard let count = count() else { return nil }
      var out: [Element] = []
      out.reserveCapacity(count)
      for _ in 0..<count {
        guard let one = element(&self) else { return nil }
        out.append(one)
      }
      return out
    }

    mutating func path() -> SamplePath? {
      guard let replication = word(), replication <= UInt64(UInt32.max), let warmup = whole(), let end = whole(), let steps = word(), let events = word(),
        let cells = list({ $0.cell() }), let tallies = list({ $0.tally() })
      else { return nil }
      return SamplePath(
        replication: UInt32(replication), warmup: warmup, end: end, cells: cells, tallies: tallies, steps: steps, events: events, stop: .reachedEnd)
    }

    mutating func cell() -> CellRecord? {
      var cell = CellRecord()
      guard let last = number(), let atWarmup = number(), let integral = number(), let minimum = number(), let maximum = number(),
        let times = list({ $0.whole() }), let values = list({ $0.number() })
      else { return nil }
      (cell.last, cell.atWarmup, cell.integral, cell.minimum, cell.maximum) = (last, atWarmup, integral, minimum, maximum)
      (cell.times, cell.values) = (times, values)
      return cell
    }

    mutating func tally() -> TallyRecord? {
      var tally = TallyRecord()
      guard let count = whole(), let sum = number(), let minimum = number(), let maximum = number(), let mean = number(), let m2 = number(),
        let values = list({ $0.number() }), let times = list({ $0.whole() }), let atMost = list({ $0.whole() }), let below = list({ $0.whole() }),
        let lost = list({ $0.whole() }), let pending = list({ $0.whole() })
      else { return nil }
      (tally.count, tally.sum, tally.minimum, tally.maximum, tally.mean, tally.m2) = (count, sum, minimum, maximum, mean, m2)
      (tally.values, tally.times, tally.atMost, tally.below, tally.lost, tally.pending) = (values, times, atMost, below, lost, pending)
      return tally
    }
  }
}

extension StoredEvidence.Digest {
  init(_ bytes: [UInt8]) {
    self.init(high: 0xcbf2_9ce4_8422_2325, low: 0)
    for byte in bytes { high = (high ^ UInt64(byte)) &* 0x100_0000_01b3 }
  }
}
