// Philox4x32-10 and SipHash-2-4 against their published vectors, and the block against one draw at a time.
import SoukNumerics
import Testing

@Suite struct PhiloxTests {
  /// Case rng-philox-kat: Random123's tests/kat_vectors.
  @Test func matchesThePublishedVectors() {
    let full = UInt32.max
    let zero = Philox4x32.rounds((0, 0, 0, 0), key: StreamKey(lo: 0, hi: 0))
    #expect(zero == (0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8))
    let ones = Philox4x32.rounds((full, full, full, full), key: StreamKey(lo: full, hi: full))
    #expect(ones == (0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD))
    let pi = Philox4x32.rounds(
      (0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344), key: StreamKey(lo: 0xA409_3822, hi: 0x299F_31D0))
    #expect(pi == (0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1))
  }

  @Test func counterFieldsKeepTheirPlaces() {
    let key = StreamKey(lo: 0xA409_3822, hi: 0x299F_31D0)
    let words = Philox4x32.philox4x32(
      key: key, attempt: 0x243F_6A88, index: 0x85A3_08D3, ordinal: 0x1319_8A2E, replication: 0x0370_7344)
    #expect(words.0 == 0x94FD_CCEB_D16C_FE09)
    #expect(words.1 == 0x2412_6EA1_5001_E420)
  }

  @Test func uniformIsStrictlyInside() {
    #expect(Philox4x32.uniform(0) == 0x1p-54)
    #expect(Philox4x32.uniform(.max) == 1 - 0x1p-53)
    #expect(Philox4x32.uniform(1 << 63) == 0.5 + 0x1p-53 || Philox4x32.uniform(1 << 63) == 0.5)
  }

  @Test func blocksEqualSingleDraws() {
    let key = StreamKey(seed: 42, path: "alipay.gateway")
    for first: UInt32 in [0, 64, 12_345, .max - 63] {
      var words = [UInt64](repeating: 0, count: 64)
      var span = words.mutableSpan
      Philox4x32.block(key: key, attempt: 3, index: 5, firstOrdinal: first, replication: 7, into: &span)
      for lane in 0..<64 {
        let single = Philox4x32.philox4x32(
          key: key, attempt: 3, index: 5, ordinal: first + UInt32(lane), replication: 7)
        #expect(words[lane] == single.0)
      }
    }
  }

  /// To the bit, over enough numbers that tails, ends of binades and both halves of the quantile are met.
  @Test func blocksOfVariatesEqualSingleVariates() {
    let key = StreamKey(seed: 43, path: "alipay.gateway")
    let block = UnsafeMutablePointer<Double>.allocate(capacity: VariateBlock.length)
    defer { block.deallocate() }
    func differences(_ first: UInt32, _ single: (Double) -> Double) -> Int {
      (0..<VariateBlock.length).count { lane in
        let word = Philox4x32.philox4x32(key: key, attempt: 0, index: 5, ordinal: first + UInt32(lane), replication: 7).0
        return block[lane].bitPattern != single(Philox4x32.uniform(word)).bitPattern
      }
    }
    for first in stride(from: UInt32(0), to: 64_000, by: 64) {
      VariateBlock.uniform(key: key, index: 5, firstOrdinal: first, replication: 7, into: block)
      #expect(differences(first) { $0 } == 0)
      VariateBlock.exponential(key: key, index: 5, firstOrdinal: first, replication: 7, into: block)
      #expect(differences(first) { -Elementary.log(1 - $0) } == 0)
      VariateBlock.normal(key: key, index: 5, firstOrdinal: first, replication: 7, into: block)
      #expect(differences(first) { NormalLaw.quantile($0) } == 0)
    }
  }

  /// The vectors of Aumasson & Bernstein's reference program: key 00 01 … 0f, message 00 01 … of the given length.
  @Test func sipHashMatchesThePublishedVectors() {
    let k0: UInt64 = 0x0706_0504_0302_0100
    let k1: UInt64 = 0x0F0E_0D0C_0B0A_0908
    #expect(SipHash24.hash([], k0: k0, k1: k1) == 0x726F_DB47_DD0E_0E31)
    #expect(SipHash24.hash([0], k0: k0, k1: k1) == 0x74F8_39C5_93DC_67FD)
    #expect(SipHash24.hash((0..<15).map { UInt8($0) }, k0: k0, k1: k1) == 0xA129_CA61_49BE_45E5)
  }

  @Test func keysDependOnSeedAndPath() {
    let keys = [
      StreamKey(seed: 1, path: "a.b"), StreamKey(seed: 2, path: "a.b"), StreamKey(seed: 1, path: "a.c"),
      StreamKey(seed: 1, path: ""), StreamKey(seed: 1, path: "a.b\0"),
    ]
    #expect(Set(keys.map(\.bits)).count == keys.count)
    #expect(StreamKey(seed: 1, path: "a.b") == StreamKey(seed: 1, path: Array("a.b".utf8)))
  }

  /// Mean, variance and serial products of 2^16 uniforms, each within 4 standard errors (a false alarm in about 5,000).
  @Test func uniformsHaveTheMomentsOfUniforms() {
    let key = StreamKey(seed: 9, path: "moments")
    let n: UInt32 = 1 << 16
    var sum = 0.0
    var squares = 0.0
    var products = 0.0
    var last = 0.0
    for ordinal in 0..<n {
      let u = Philox4x32.uniform(
        Philox4x32.philox4x32(key: key, attempt: 0, index: 0, ordinal: ordinal, replication: 0).0) - 0.5
      sum += u
      squares += u * u
      products += u * last
      last = u
    }
    let root = Double(n).squareRoot()
    #expect(abs(sum / root) <= 4 * (1.0 / 12).squareRoot())
    #expect(abs(squares / root - root / 12) <= 4 * (1.0 / 180).squareRoot())
    #expect(abs(products / root) <= 4 / 12)
  }
}
