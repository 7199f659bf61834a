// The standard variates of 64 consecutive ordinals of a stream at once: Philox4x32-10, the uniform number, its logarithm or
// normal quantile, by as many lanes as the processor has (`CVariateBlocks`), to the bit what the functions for one number
// give. Written with Swift's vectors a draw took 165 instructions, for these are compiled for the least processor only.

private import CVariateBlocks

/// Blocks of variates, equal to those that are drawn one at a time. `firstOrdinal + 63` must not exceed `UInt32.max`, and
/// `out` must have room for 64.
public enum VariateBlock {
  /// Ordinals in a block.
  @inlinable public static var length: Int { 64 }

  /// Uniform numbers, as `Philox4x32.uniform` of the first word of each ordinal.
  @unsafe
  public static func uniform(
    key: StreamKey, index: UInt32, firstOrdinal: UInt32, replication: UInt32, into out: UnsafeMutablePointer<Double>
  ) {
    unsafe souk_block_uniform(key.lo, key.hi, index, firstOrdinal, replication, out)
  }

  /// Exponential variates of mean 1: −log(1 − u).
  @unsafe
  public static func exponential(
    key: StreamKey, index: UInt32, firstOrdinal: UInt32, replication: UInt32, into out: UnsafeMutablePointer<Double>
  ) {
    unsafe souk_block_exponential(key.lo, key.hi, index, firstOrdinal, replication, out)
  }

  /// Standard normal variates: `NormalLaw.quantile(u)`.
  @unsafe
  public static func normal(
    key: StreamKey, index: UInt32, firstOrdinal: UInt32, replication: UInt32, into out: UnsafeMutablePointer<Double>
  ) {
    unsafe souk_block_normal(key.lo, key.hi, index, firstOrdinal, replication, out)
    unsafe mendTails(key: key, index: index, firstOrdinal: firstOrdinal, replication: replication, out)
  }

  /// Standard normal variates, and the uniform numbers of the second words beside them.
  @unsafe
  public static func normalPairs(
    key: StreamKey, index: UInt32, firstOrdinal: UInt32, replication: UInt32, into out: UnsafeMutablePointer<Double>,
    second: UnsafeMutablePointer<Double>
  ) {
    unsafe souk_block_normal_pair(key.lo, key.hi, index, firstOrdinal, replication, out, second)
    unsafe mendTails(key: key, index: index, firstOrdinal: firstOrdinal, replication: replication, out)
  }

  /// The far tails, which are left out where there are lanes.
  @unsafe
  private static func mendTails(
    key: StreamKey, index: UInt32, firstOrdinal: UInt32, replication: UInt32, _ out: UnsafeMutablePointer<Double>
  ) {
    var lane = 0
    while lane < length {
      if unsafe out[lane].isNaN {
        let word = Philox4x32.philox4x32(
          key: key, attempt: 0, index: index, ordinal: firstOrdinal &+ UInt32(truncatingIfNeeded: lane), replication: replication).0
        unsafe out[lane] = NormalLaw.quantile(Philox4x32.uniform(word))
      }
      lane &+= 1
    }
  }

  // MARK: Ordinals that don't follow each other

  /// Uniform numbers of `count` pairs of index and ordinal; all three arrays must have room for the next multiple of 16.
  @unsafe
  public static func uniform(
    key: StreamKey, indices: UnsafePointer<UInt32>, ordinals: UnsafePointer<UInt32>, count: Int, replication: UInt32,
    into out: UnsafeMutablePointer<Double>
  ) {
    unsafe souk_scattered_uniform(key.lo, key.hi, indices, ordinals, UInt32(count), replication, out)
  }

  /// Exponential variates of mean 1 of them.
  @unsafe
  public static func exponential(
    key: StreamKey, indices: UnsafePointer<UInt32>, ordinals: UnsafePointer<UInt32>, count: Int, replication: UInt32,
    into out: UnsafeMutablePointer<Double>
  ) {
    unsafe souk_scattered_exponential(key.lo, key.hi, indices, ordinals, UInt32(count), replication, out)
  }

  /// Standard normal variates of them.
  @unsafe
  public static func normal(
    key: StreamKey, indices: UnsafePointer<UInt32>, ordinals: UnsafePointer<UInt32>, count: Int, replication: UInt32,
    into out: UnsafeMutablePointer<Double>
  ) {
    unsafe souk_scattered_normal(key.lo, key.hi, indices, ordinals, UInt32(count), replication, out)
    for lane in 0..<count where unsafe out[lane].isNaN {
      let word = unsafe Philox4x32.philox4x32(
        key: key, attempt: 0, index: indices[lane], ordinal: ordinals[lane], replication: replication).0
      unsafe out[lane] = NormalLaw.quantile(Philox4x32.uniform(word))
    }
  }
}

/// The order of a few times, by counting: for each of them, side by side, how many are earlier. No branch depends on them, where
/// sorting by insertion guesses wrong about once a number.
public enum Ranks {
  /// Ranks of `count` times, 0 for the earliest; false if two of them are the same. Both arrays must have room for the next
  /// multiple of 16. O(count²) / 8.
  @unsafe
  public static func find(of times: UnsafePointer<Int64>, count: Int, into ranks: UnsafeMutablePointer<Int64>) -> Bool {
    unsafe souk_ranks(times, UInt32(count), ranks) == UInt64(count * (count - 1) / 2)
  }
}

/// Raw memory that can grow: what is large is moved by its pages, so that a gigabyte isn't there twice while it grows.
public enum GrowingMemory {
  /// New memory of some bytes (at least one) with the contents of the old, which is no more; nil for none.
  @unsafe
  public static func resize(_ old: UnsafeMutableRawPointer?, bytes: Int) -> UnsafeMutableRawPointer {
    guard let memory = unsafe souk_resize(old, bytes) else { preconditionFailure("no memory for \(bytes) bytes") }
    return unsafe memory
  }

  @unsafe
  public static func free(_ memory: UnsafeMutableRawPointer) { unsafe souk_free(memory) }
}

/// What a program knows and its processor can't guess: which memory it will want soon.
public enum CacheLines {
  /// Asks for the lines of some bytes; does nothing else, wherever they are.
  @unsafe
  public static func prefetch(_ first: UnsafeRawPointer, bytes: Int) {
    unsafe souk_prefetch(first, UInt32(truncatingIfNeeded: bytes))
  }
}
