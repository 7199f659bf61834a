// Entities that were parked wake in an order of their own, so no block of consecutive ordinals serves their draws. But when a
// bucket of events comes down to the bottom of the ladder, who wakes next is known, and often what they will draw: the
// first draw behind their `wait`, if no branch comes before. Those variates are made side by side in the lanes of the
// processor, and wait in a small table until they are asked for by key, index and ordinal; what isn't found there is drawn
// by itself, to the same bits. One by one a draw with its logarithm was 230 of the 1,000 instructions of a hold.

import SoukModel
import SoukNumerics

/// The draw behind a `wait` or a `use`.
struct NextDraw: BitwiseCopyable {
  /// -1: none that is certain.
  var site: Int32 = -1
  /// Where among the slots that are kept the one is that counts the draws; -1: the index is fixed.
  var counter = -1
  var index: UInt32 = 0
  var variate = StandardVariate.uniform
}

/// A variate that waits to be asked for.
struct PreparedDraw: BitwiseCopyable {
  var key: UInt64 = 0
  var value: Double = .nan
  var ordinal: UInt32 = 0
  var index: UInt32 = 0
  /// What it is; 255 for an empty place.
  var variate: UInt8 = 255

  /// With 256 places one draw in thirty lost its own to another.
  static let placeBits: UInt32 = 10
  static let places = 1 << Int(placeBits)
  /// Events that are looked at; a bucket has 16 on the average, and 96 at most.
  static let most = 96
  /// Sites of whose draws some are prepared in a bucket.
  static let rounds = 4

  @inline(__always)
  static func place(of ordinal: UInt32) -> Int { Int((ordinal &* 0x9E37_79B1) &>> (32 &- placeBits)) }
}

/// A draw that will be asked for.
struct ComingDraw: BitwiseCopyable {
  var site: Int32 = 0
  var origin: Int32 = 0
  var ordinal: UInt32 = 0
  var index: UInt32 = 0
  var variate = StandardVariate.uniform
}

/// Room to prepare draws in.
struct DrawPreparation: BitwiseCopyable {
  var table = Slab(repeating: PreparedDraw(), count: PreparedDraw.places)
  /// Draws of other sites and origins than those whose turn it is / of these the indices, ordinals and variates.
  var others = Slab(repeating: ComingDraw(), count: PreparedDraw.most)
  var indices = Slab<UInt32>(repeating: 0, count: PreparedDraw.most + 16)
  var ordinals = Slab<UInt32>(repeating: 0, count: PreparedDraw.most + 16)
  var values = Slab<Double>(repeating: 0, count: PreparedDraw.most + 16)

  /// What is no larger than this lies in the second cache, and needn't be fetched ahead.
  static let cache = 1 << 18

  /// Puts a draw among those of the site and origin of the first, or among the others.
  @inline(__always)
  func sort(_ draw: ComingDraw, by first: ComingDraw, _ same: inout Int, _ others: inout Int) {
    if draw.site == first.site && draw.origin == first.origin {
      ordinals[same] = draw.ordinal
      indices[same] = draw.index
      same &+= 1
    } else {
      self.others[others] = draw
      others &+= 1
    }
  }

  func free() {
    table.free()
    others.free()
    indices.free()
    ordinals.free()
    values.free()
  }
}

extension Program {
  /// For each op the draw that is certain to come next from there on, where it takes one word.
  static func nextDraws(_ model: CompiledModel, _ keeping: FrameKeeping) -> Slab<NextDraw> {
    let draws = Slab<NextDraw>(repeating: NextDraw(), count: model.code.count + 1)
    for i in model.code.indices where [.wait, .waitUntil, .use].contains(model.code[i].code) {
      guard var next = nextDraw(from: i + 1, model) else { continue }
      if next.counter >= 0 && !keeping.keepsWhole {
        next.counter = FrameKeeping.position(of: Int32(truncatingIfNeeded: next.counter), in: keeping.slots[i + 1].kept)
      }
      draws[i + 1] = next
    }
    return draws
  }

  private static func nextDraw(from start: Int, _ model: CompiledModel) -> NextDraw? {
    var pc = start
    for _ in 0..<64 where pc < model.code.count {
      let op = model.code[pc]
      switch op.code {
      case .jump: pc = Int(op.a)
      case .draw: return next(model.laws[Int(op.b)].kind, model.drawSites[Int(op.c)], op.c)
      case .use:
        let use = model.uses[Int(op.a)]
        let law = model.stations[Int(use.station)].service
        return use.service < 0 && use.draw >= 0 ? next(model.laws[Int(law)].kind, model.drawSites[Int(use.draw)], use.draw) : nil
      case .drawDynamic:
        guard let kind = LawKind(rawValue: UInt8(truncatingIfNeeded: op.b >> 16)) else { return nil }
        return next(kind, model.drawSites[Int(op.c)], op.c)
      case .move, .add, .subtract, .multiply, .divide, .minimum, .maximum, .negate, .not, .absolute, .squareRoot, .exponential, .logarithm,
        .less, .lessOrEqual, .equal, .notEqual, .and, .or, .moveIf, .loadSlot, .storeSlot, .loadCell, .now, .count, .setCell, .addCell,
        .record, .timeBegin, .timeEnd, .timeLost, .note:
        pc += 1
      default: return nil
      }
    }
    return nil
  }

  private static func next(_ kind: LawKind, _ site: DrawSite, _ number: Int32) -> NextDraw? {
    guard LawRecord.isInverted(kind) else { return nil }
    let variate: StandardVariate
    switch kind {
    case .exponential: variate = .exponential
    case .normal, .lognormal: variate = .normal
    default: variate = .uniform
    }
    return NextDraw(site: number, counter: Int(site.counter), index: UInt32(truncatingIfNeeded: site.index), variate: variate)
  }
}

extension Machine {
  /// A bucket of events has come down: asks for the parked frames and tokens that the next one will want, each of which by
  /// itself would be a miss of the cache that everything waits for, then prepares the draws of this one.
  @inline(never)
  mutating func lookAhead() {
    if parkedFrames.bytes &+ tokens.bytes &+ frames.bytes > DrawPreparation.cache { fetchComing() }
    prepareDraws()
  }

  @inline(__always)
  private mutating func fetchComing() {
    let parked = parkedFrames
    let kept = keptSlots
    let tokens = self.tokens
    let frames = self.frames
    let stride = self.stride
    events.forEachComing { event in
      if event.hasFrame {
        parked.prefetch(from: event.place, count: Int(kept[event.pc].words))
      } else if event.kind == EventKind.wait.rawValue || event.kind == EventKind.serviceEnd.rawValue {
        tokens.prefetch(from: event.index, count: 1)
      }
    }
    if stride == 0 { return }
    events.forEachRefilled { event in
      if event.kind == EventKind.wait.rawValue || event.kind == EventKind.serviceEnd.rawValue {
        frames.prefetch(from: Int(tokens[event.index].frame) &* stride, count: stride)
      }
    }
  }

  /// Makes the variates that are certain to be asked for, those of one site and origin together.
  @inline(__always)
  private mutating func prepareDraws() {
    var first = ComingDraw()
    var (same, others) = findComing(&first)
    var rounds = 1
    let room = preparation
    while true {
      if same >= 2 { prepare(first, count: same) }
      if others < 2 || rounds == PreparedDraw.rounds { return }
      rounds &+= 1
      let count = others
      first = room.others[0]
      (same, others) = (0, 0)
      var i = 0
      while i < count {
        room.sort(room.others[i], by: first, &same, &others)
        i &+= 1
      }
    }
  }

  /// Those at the bottom whose next draw is certain: the first, how many are of its site and origin, and how many of others.
  @inline(__always)
  private mutating func findComing(_ first: inout ComingDraw) -> (same: Int, others: Int) {
    let next = program.nextDraws
    let store = parkedFrames
    let room = preparation
    var (one, same, others) = (first, 0, 0)
    events.forEachRefilled { event in
      if event.kind < EventKind.parked.rawValue || same &+ others == PreparedDraw.most { return }
      let draw = next[Int(event.payload &>> 32 & 0xFFFF)]
      if draw.site < 0 { return }
      var index = draw.index
      if draw.counter >= 0 {
        // Of one slot that is carried, it is this one.
        let drawn = event.kind == EventKind.parkedSlot.rawValue
          ? Double(bitPattern: UInt64(bitPattern: event.extra)) : store[event.place &+ 1 &+ draw.counter]
        index = UInt32(truncatingIfNeeded: Int(drawn))
      }
      let coming = ComingDraw(
        site: draw.site, origin: event.origin, ordinal: UInt32(truncatingIfNeeded: event.payload), index: index, variate: draw.variate)
      if same == 0 { one = coming }
      room.sort(coming, by: one, &same, &others)
    }
    first = one
    return (same, others)
  }

  @inline(__always)
  private mutating func prepare(_ first: ComingDraw, count: Int) {
    let key = streamKeys[drawSites[first.site].stream] ^ originKeys[first.origin]
    let indices = preparation.indices
    let ordinals = preparation.ordinals
    let values = preparation.values
    let table = preparation.table
    values.fillVariates(
      key: StreamKey(bits: key), indices: indices, ordinals: ordinals, count: count, replication: replication, first.variate)
    var i = 0
    while i < count {
      table[PreparedDraw.place(of: ordinals[i])] = PreparedDraw(
        key: key, value: values[i], ordinal: ordinals[i], index: indices[i], variate: first.variate.rawValue)
      i &+= 1
    }
  }

  /// A variate that was prepared; nil if it wasn't.
  @inline(__always)
  mutating func preparedVariate(key: UInt64, index: UInt32, ordinal: UInt32, _ variate: StandardVariate) -> Double? {
    let place = PreparedDraw.place(of: ordinal)
    let table = preparation.table
    let isIt = table[place].ordinal == ordinal && table[place].key == key && table[place].index == index && table[place].variate == variate.rawValue
    return isIt ? table[place].value : nil
  }
}
