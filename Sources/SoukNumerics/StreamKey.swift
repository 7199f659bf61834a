// The key of a random stream: (seed, the stream's path) → 64 bits, by SipHash-2-4 of Aumasson & Bernstein (2012).
// A stream is named by the path of what draws, never by the order of declaration, so that editing one component leaves the
// draws of all others alone. SipHash rather than a plain multiplicative hash: paths differ in few characters, and its
// 64 bits behave as random ones; two of n streams share a key with a chance of about n² / 2^65.

/// The 64-bit key of one random stream under one seed.
@frozen
public struct StreamKey: Hashable, Sendable {
  /// The low 32 bits: Philox's first key word.
  public var lo: UInt32
  /// The high 32 bits: Philox's second key word.
  public var hi: UInt32

  /// The key with the given halves.
  @inlinable
  public init(lo: UInt32, hi: UInt32) {
    self.lo = lo
    self.hi = hi
  }

  /// The key of the stream named by `path` under `seed`: SipHash-2-4 of the bytes under the key (seed, "souk.key").
  public init(seed: UInt64, path: some Sequence<UInt8>) {
    let hash = SipHash24.hash(path, k0: seed, k1: 0x736F_756B_2E6B_6579)
    self.init(lo: UInt32(truncatingIfNeeded: hash), hi: UInt32(truncatingIfNeeded: hash >> 32))
  }

  /// The key of the stream named by the UTF-8 bytes of `path` under `seed`.
  public init(seed: UInt64, path: String) {
    self.init(seed: seed, path: path.utf8)
  }

  /// Both halves as one number, for finding collisions among the streams of a model.
  @inlinable
  public var bits: UInt64 { UInt64(lo) | UInt64(hi) << 32 }
}

/// SipHash-2-4: a keyed 64-bit hash of a sequence of bytes.
public enum SipHash24 {
  /// The hash of `bytes` under the 128-bit key (k0, k1); linear in the number of bytes.
  public static func hash(_ bytes: some Sequence<UInt8>, k0: UInt64, k1: UInt64) -> UInt64 {
    var state = State(k0: k0, k1: k1)
    var word: UInt64 = 0
    var count: UInt64 = 0
    for byte in bytes {
      word |= UInt64(byte) << ((count & 7) * 8)
      count &+= 1
      if count & 7 == 0 {
        state.absorb(word)
        word = 0
      }
    }
    state.absorb(word | count << 56)
    return state.finish()
  }

  struct State {
    var v0: UInt64
    var v1: UInt64
    var v2: UInt64
    var v3: UInt64

    init(k0: UInt64, k1: UInt64) {
      v0 = k0 ^ 0x736F_6D65_7073_6575
      v1 = k1 ^ 0x646F_7261_6E64_6F6D
      v2 = k0 ^ 0x6C79_6765_6E65_7261
      v3 = k1 ^ 0x7465_6462_7974_6573
    }

    mutating func absorb(_ word: UInt64) {
      v3 ^= word
      round()
      round()
      v0 ^= word
    }

    mutating func finish() -> UInt64 {
      v2 ^= 0xFF
      for _ in 0..<4 { round() }
      return v0 ^ v1 ^ v2 ^ v3
    }

    mutating func round() {
      v0 &+= v1
      v1 = rotated(v1, 13) ^ v0
      v0 = rotated(v0, 32)
      v2 &+= v3
      v3 = rotated(v3, 16) ^ v2
      v0 &+= v3
      v3 = rotated(v3, 21) ^ v0
      v2 &+= v1
      v1 = rotated(v1, 17) ^ v2
      v2 = rotated(v2, 32)
    }

    func rotated(_ x: UInt64, _ n: UInt64) -> UInt64 { x &<< n | x &>> (64 &- n) }
  }
}
