// The same bits everywhere: a hash of a hundred thousand results, taken once on x86-64, to be met by every platform and every
// optimization level. A change of a formula changes it, and with it every sample path: then it is a new version of Souk.
import SoukNumerics
import Testing

@Suite struct GoldenBitsTests {
  /// FNV-1a over the bits of results.
  struct Digest {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    mutating func add(_ value: Double) {
      var bits = value.bitPattern
      for _ in 0..<8 {
        hash = (hash ^ (bits & 0xFF)) &* 0x0000_0100_0000_01B3
        bits >>= 8
      }
    }
  }

  func digest(_ function: (Double, Double) -> Double) -> UInt64 {
    var digest = Digest()
    let key = StreamKey(seed: 11, path: "golden")
    for ordinal in 0..<UInt32(5_000) {
      let words = Philox4x32.philox4x32(key: key, attempt: 0, index: 0, ordinal: ordinal, replication: 0)
      digest.add(function(Philox4x32.uniform(words.0), Philox4x32.uniform(words.1)))
    }
    return digest.hash
  }

  @Test func elementaryBitsAreFrozen() {
    let found: [UInt64] = [
      digest { u, _ in u },
      digest { u, _ in Elementary.exp(1400 * u - 700) },
      digest { u, _ in Elementary.expm1(8 * u - 4) },
      digest { u, _ in Elementary.log(u) },
      digest { u, _ in Elementary.log1p(1 / u - 1) },
      digest { u, v in Elementary.pow(1 / u, 20 * v - 10) },
      digest { u, v in Elementary.sin((u - 0.5) * Elementary.exp(60 * v)) },
      digest { u, v in Elementary.cos((u - 0.5) * Elementary.exp(60 * v)) },
      digest { u, _ in Elementary.tan(20 * u) },
      digest { u, _ in Elementary.atan(1 / u - 2) },
      digest { u, _ in Elementary.erf(6 * u - 3) },
      digest { u, _ in Elementary.erfc(30 * u - 3) },
      digest { u, _ in Elementary.gamma(200 * u - 30) },
      digest { u, _ in Elementary.lgamma(40 * u - 10) },
      digest { u, _ in Elementary.digamma(40 * u - 10) },
      digest { u, _ in NormalLaw.quantile(u) },
    ]
    let frozen: [UInt64] = [
      0xec2f00147d4421ea, 0x8f1012a7198ad9d6, 0xc83a30c0ebbc9a89, 0x50f5bc965c67ca3e,
      0xab0fb65b0221dd54, 0xf735f23329d96e67, 0x355811bcb84b7a1c, 0xe9d78d7712a38008,
      0x27461357cff70966, 0xe826da66ec6c5ebb, 0x7dc2521950d82b3f, 0x3ccd3a746d47060c,
      0x70cea693473792db, 0x611d0707a390592d, 0x9e19ee02920a50f7, 0x31fcffe339c711be,
    ]
    #expect(found == frozen, "\(found.map { "0x" + String($0, radix: 16) }.joined(separator: ", "))")
  }
}
