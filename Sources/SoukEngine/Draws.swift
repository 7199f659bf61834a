// Where random numbers come from: draw = f(seed, stream, origin, replication, entity's ordinal, index), so that a change of
// one component, or of the order of events, leaves all other draws alone. The key is the stream's key XOR the origin's; the
// counter is (attempt, index, ordinal, replication). Hot sites keep the standard variates (uniform numbers, exponentials of
// mean 1, normals: their logarithms and quantiles then overlap instead of waiting for one another) of 64 consecutive ordinals;
// when few of a block are used, drawing singly is cheaper, and the site does so for a while. Values are the same.

import SoukModel
import SoukNumerics

/// The counter of one variate: gives out uniform numbers, two to an attempt.
struct Counter: BitwiseCopyable {
  let key: UInt64
  let index: UInt32
  let ordinal: UInt32
  let replication: UInt32
  private var attempt: UInt32 = 0
  private var second: UInt64 = 0
  private var hasSecond = false

  init(key: UInt64, index: UInt32, ordinal: UInt32, replication: UInt32) {
    self.key = key
    self.index = index
    self.ordinal = ordinal
    self.replication = replication
  }

  /// The first attempt was made elsewhere.
  @inline(__always)
  mutating func skipAttempt() { attempt = 1 }

  /// The next uniform number, strictly between 0 and 1.
  mutating func uniform() -> Double {
    if hasSecond {
      hasSecond = false
      return Philox4x32.uniform(second)
    }
    let pair = Philox4x32.philox4x32(
      key: StreamKey(bits: key), attempt: attempt, index: index, ordinal: ordinal, replication: replication)
    // 2^32 attempts at one variate would take minutes; no law here rejects more than a few times.
    attempt += 1
    second = pair.1
    hasSecond = true
    return Philox4x32.uniform(pair.0)
  }
}

extension StreamKey {
  @inline(__always)
  init(bits: UInt64) {
    self.init(lo: UInt32(truncatingIfNeeded: bits), hi: UInt32(truncatingIfNeeded: bits &>> 32))
  }
}

/// A variate from which those of whole families of laws follow by their parameters: a uniform number, or the quantile at it
/// of the exponential law of mean 1 or of the standard normal law.
enum StandardVariate: UInt8, BitwiseCopyable {
  case uniform, exponential, normal
  /// A normal variate, and beside it the uniform number of the second word: what an attempt at a gamma takes.
  case normalPair

  @inline(__always)
  func quantile(_ u: Double) -> Double {
    switch self {
    case .uniform: u
    case .exponential: -Elementary.log(1 - u)
    case .normal, .normalPair: NormalLaw.quantile(u)
    }
  }
}

/// What a draw site remembers of its block.
struct DrawCache: BitwiseCopyable {
  /// Which block is kept: the key, and the ordinals' upper part; no block at first.
  var key: UInt64 = 0
  var block: UInt32 = .max
  var index: UInt32 = 0
  /// What it holds.
  var variate = StandardVariate.uniform
  /// Draws served from it.
  var hits: Int32 = 0
  /// Draws still to be made singly before blocks are tried again.
  var singles: Int32 = 0
  /// Draws that went past it: a second try of an entity, somebody late.
  var strays: Int32 = 0

  /// A block pays from here on: one of 64 costs about as much as six draws one by one, with plain vectors 28.
  static let worthwhile: Int32 = 10
  static let pause: Int32 = 512
  /// So many draws past a block don't end it: one retry in a hundred had cost the block, or blocks for a while.
  static let patience: Int32 = 32
  /// Blocks that a site keeps, neighbours in neighbouring places: entities reach most sites a little out of order.
  static let ways: Int32 = 4
}

/// Who draws.
struct Drawer: BitwiseCopyable {
  /// The key of its origin, and its number there; 0 where no entity draws.
  let origin: UInt64
  let ordinal: UInt32
  /// Where its frame begins, in which its draws are counted.
  let slots: Slab<Double>
  let frame: Int
}

extension Machine {
  /// A token that draws; -1: no entity does.
  @inline(__always)
  mutating func drawer(_ token: Int32, frame: Int) -> Drawer {
    if token < 0 { return Drawer(origin: 0, ordinal: 0, slots: frames, frame: frame) }
    return Drawer(origin: originKeys[tokens[token].origin], ordinal: tokens[token].ordinal, slots: frames, frame: frame)
  }

  /// A draw from a law at a site.
  @inline(__always)
  mutating func draw(_ law: Int32, site: Int32, _ drawer: Drawer) -> Double {
    switch laws[law].kind {
    case .constant: return laws[law].a
    case .exponential:
      // Without a copy of the record, which took 3 to 8 % of a hold.
      let key = streamKeys[drawSites[site].stream] ^ drawer.origin
      return laws[law].a * standard(cache: site, key: key, index: nextIndex(site: site, drawer), ordinal: drawer.ordinal, .exponential)
    default: return drawOther(law, site: site, drawer)
    }
  }

  @inline(never)
  private mutating func drawOther(_ law: Int32, site: Int32, _ drawer: Drawer) -> Double {
    if laws[law].isOneWord {
      return drawInverted(laws[law], site: site, index: nextIndex(site: site, drawer), origin: drawer.origin, ordinal: drawer.ordinal)
    }
    return drawWide(law, site: site, drawer)
  }

  /// A draw by inversion at a site with a fixed index: the same bits as `LawSet.quantile` at the counter's uniform number,
  /// with what doesn't depend on the law's parameters taken from the site's block.
  @inline(__always)
  mutating func drawInverted(_ law: LawRecord, site: Int32, index: UInt32, origin: UInt64, ordinal: UInt32) -> Double {
    let key = streamKeys[drawSites[site].stream] ^ origin
    if law.kind == .exponential { return law.a * standard(cache: site, key: key, index: index, ordinal: ordinal, .exponential) }
    return drawOtherInverted(law, site: site, key: key, index: index, ordinal: ordinal)
  }

  @inline(never)
  private mutating func drawOtherInverted(_ law: LawRecord, site: Int32, key: UInt64, index: UInt32, ordinal: UInt32) -> Double {
    switch law.kind {
    case .normal: law.a + law.b * standard(cache: site, key: key, index: index, ordinal: ordinal, .normal)
    case .lognormal: Elementary.exp(law.a + law.b * standard(cache: site, key: key, index: index, ordinal: ordinal, .normal))
    default: laws.quantile(law, standard(cache: site, key: key, index: index, ordinal: ordinal, .uniform))
    }
  }

  /// Which draw of an entity at a site comes next: the fixed one, or the count in a slot of its frame.
  @inline(__always)
  private mutating func nextIndex(site: Int32, _ drawer: Drawer) -> UInt32 {
    let counter = drawSites[site].counter
    if counter < 0 { return UInt32(truncatingIfNeeded: drawSites[site].index) }
    let slot = drawer.frame &+ Int(counter)
    let count = drawer.slots[slot]
    drawer.slots[slot] = count + 1
    if count < 4_294_967_295 { return UInt32(truncatingIfNeeded: Int(count)) }
    fail(.fault(.drawsExhausted, place: -1))
    return 0
  }

  /// A draw that needs several words or counts its index in the frame.
  @inline(never)
  private mutating func drawWide(_ law: Int32, site: Int32, _ drawer: Drawer) -> Double {
    var counter = counter(site: site, drawer)
    if laws[law].kind != .gamma || laws[law].a < 1 { return laws.sample(law, counter) }
    return drawGamma(laws[law], site: site, &counter)
  }

  /// A gamma variate, its first attempt from the site's block where there is one.
  @inline(__always)
  private mutating func drawGamma(_ law: LawRecord, site: Int32, _ counter: inout Counter) -> Double {
    let block = counter.ordinal &>> 6
    let place = site &* DrawCache.ways &+ Int32(truncatingIfNeeded: block & UInt32(DrawCache.ways &- 1))
    let cache = drawCaches[place]
    if cache.block != block || cache.key != counter.key || cache.index != counter.index || cache.variate != .normalPair {
      if cache.singles > 0 || (cache.block != .max && cache.hits < DrawCache.worthwhile) {
        drawCaches[place].singles = cache.singles > 0 ? cache.singles - 1 : DrawCache.pause
        drawCaches[place].block = .max
        return laws.sample(law, counter)
      }
      drawVariates.fillPairs(
        from: Int(place) * 64, drawSeconds, key: StreamKey(bits: counter.key), index: counter.index, firstOrdinal: counter.ordinal & ~63,
        replication: replication)
      drawCaches[place] = DrawCache(key: counter.key, block: block, index: counter.index, variate: .normalPair)
    }
    drawCaches[place].hits &+= 1
    let i = Int(place) &* 64 &+ Int(counter.ordinal & 63)
    return laws.sampleGamma(law, normal: drawVariates[i], uniform: drawSeconds[i], &counter)
  }

  /// The counter of the next variate of an entity at a site.
  @inline(__always)
  private mutating func counter(site: Int32, _ drawer: Drawer) -> Counter {
    let index = nextIndex(site: site, drawer)
    return Counter(
      key: streamKeys[drawSites[site].stream] ^ drawer.origin, index: index, ordinal: drawer.ordinal, replication: replication)
  }

  /// A standard variate through the blocks of a site, where that pays.
  @inline(__always)
  mutating func standard(cache: Int32, key: UInt64, index: UInt32, ordinal: UInt32, _ variate: StandardVariate) -> Double {
    let place = cache &* DrawCache.ways &+ Int32(truncatingIfNeeded: (ordinal &>> 6) & UInt32(DrawCache.ways &- 1))
    if drawCaches[place].block == ordinal &>> 6 && drawCaches[place].key == key && drawCaches[place].index == index
      && drawCaches[place].variate == variate {
      drawCaches[place].hits &+= 1
      return drawVariates[Int(place) &* 64 &+ Int(ordinal & 63)]
    }
    if let prepared = preparedVariate(key: key, index: index, ordinal: ordinal, variate) { return prepared }
    return standardOutsideBlock(cache: place, key: key, index: index, ordinal: ordinal, variate)
  }

  @inline(never)
  private mutating func standardOutsideBlock(
    cache: Int32, key: UInt64, index: UInt32, ordinal: UInt32, _ variate: StandardVariate
  ) -> Double {
    let block = ordinal &>> 6
    let isFirst = drawCaches[cache].block == .max
    let isStray = !isFirst && block <= drawCaches[cache].block && drawCaches[cache].strays < DrawCache.patience
    if isStray { drawCaches[cache].strays &+= 1 }
    if isStray || drawCaches[cache].singles > 0 || (!isFirst && drawCaches[cache].hits < DrawCache.worthwhile) {
      if !isStray {
        drawCaches[cache].singles = drawCaches[cache].singles > 0 ? drawCaches[cache].singles - 1 : DrawCache.pause
        drawCaches[cache].block = .max
      }
      let words = Philox4x32.philox4x32(
        key: StreamKey(bits: key), attempt: 0, index: index, ordinal: ordinal, replication: replication)
      return variate.quantile(Philox4x32.uniform(words.0))
    }
    drawVariates.fillVariates(
      from: Int(cache) * 64, key: StreamKey(bits: key), index: index, firstOrdinal: ordinal & ~63, replication: replication,
      variate)
    drawCaches[cache] = DrawCache(key: key, block: block, index: index, variate: variate, hits: 1)
    return drawVariates[Int(cache) &* 64 &+ Int(ordinal & 63)]
  }

  /// Key, keys and caches of draws that a fork must have for itself.
  mutating func copyKeys(from other: Machine) {
    ordinals = other.ordinals.copied()
    drawCaches = other.drawCaches.copied()
    drawVariates = other.drawVariates.copied()
    drawSeconds = other.drawSeconds.copied()
    // The keys never change, but each machine frees its own.
    streamKeys = other.streamKeys.copied()
    originKeys = other.originKeys.copied()
  }

  /// `drawDynamic`: a law whose parameters are computed in the journey.
  @inline(never)
  mutating func drawDynamic(_ op: Op, _ drawer: Drawer, pc: Int) -> Double {
    let first = Int(op.b & 0xFFFF)
    let kindIndex = UInt8(truncatingIfNeeded: op.b &>> 16)
    guard let kind = LawKind(rawValue: kindIndex),
      let record = LawRecord(Law(kind, registers[first], registers[first + 1], registers[first + 2], registers[first + 3]))
    else {
      fail(.fault(.badDistribution(law: kindIndex), place: place(pc)))
      return .nan
    }
    if record.isOneWord {
      return drawInverted(record, site: op.c, index: nextIndex(site: op.c, drawer), origin: drawer.origin, ordinal: drawer.ordinal)
    }
    var counter = counter(site: op.c, drawer)
    if kind != .gamma || record.a < 1 { return laws.sample(record, counter) }
    return drawGamma(record, site: op.c, &counter)
  }

  /// `drawWeighted`: the index of one of several weights in registers, by one uniform number.
  @inline(never)
  mutating func drawWeighted(_ op: Op, count: Int32, _ drawer: Drawer, pc: Int) -> Double {
    var counter = counter(site: op.c, drawer)
    var total = 0.0
    for i in 0..<count {
      let weight = registers[op.b &+ i]
      if !(weight >= 0) {
        fail(.fault(.notANumber, place: place(pc)))
        return .nan
      }
      total += weight
    }
    guard total > 0, total < .infinity else {
      fail(.fault(.noWeights, place: place(pc)))
      return .nan
    }
    let aim = counter.uniform() * total
    var sum = 0.0
    var last: Int32 = 0
    for i in 0..<count where registers[op.b &+ i] > 0 {
      sum += registers[op.b &+ i]
      last = i
      if aim < sum { break }
    }
    return Double(last)
  }
}
