// The exact sum: against integers, under any order and any split, at the ends of the range of doubles.
import SoukNumerics
import Testing

/// Numbers of wildly different sizes and both signs, from a fixed stream.
func wildNumbers(_ count: Int, seed: UInt64, spread: Int) -> [Double] {
  let key = StreamKey(seed: seed, path: "wild")
  return (0..<UInt32(count)).map { ordinal in
    let words = Philox4x32.philox4x32(key: key, attempt: 0, index: 0, ordinal: ordinal, replication: 0)
    let exponent = Int(words.1 % UInt64(2 * spread + 1)) - spread
    let magnitude = Philox4x32.uniform(words.0) * Double(sign: .plus, exponent: exponent, significand: 1)
    return words.1 >> 63 == 0 ? magnitude : -magnitude
  }
}

@Suite struct ExactSumTests {
  @Test func cancelsExactly() {
    #expect(ExactSum([1e308, 1, -1e308]).value == 1)
    #expect(ExactSum([1e16, 1, -1e16, 0x1p-1074]).value == 1)
    #expect(ExactSum([0.1, 0.2, -0.3]).value == 0x1p-55)
    #expect(ExactSum([]).value == 0)
    #expect(ExactSum([-0x1p-1074]).value == -0x1p-1074)
    #expect(ExactSum([.greatestFiniteMagnitude]).value == .greatestFiniteMagnitude)
    #expect(ExactSum([.greatestFiniteMagnitude, .greatestFiniteMagnitude]).value == .infinity)
    #expect(ExactSum([.greatestFiniteMagnitude, .greatestFiniteMagnitude, -.greatestFiniteMagnitude]).value == .greatestFiniteMagnitude)
    #expect(ExactSum([.infinity, 1]).value == .infinity)
    #expect(ExactSum([.infinity, -.infinity]).value.isNaN)
    #expect(ExactSum([.nan]).value.isNaN)
  }

  @Test func roundsTiesToEven() {
    #expect(ExactSum([1, 0x1p-53]).value == 1)
    #expect(ExactSum([1, 0x1p-53, 0x1p-1000]).value == 1 + 0x1p-52)
    #expect(ExactSum([1 + 0x1p-52, 0x1p-53]).value == 1 + 0x1p-51)
    #expect(ExactSum([1, 0x1p-53, -0x1p-1000]).value == 1)
  }

  @Test func everyNumberIsItself() {
    for x in wildNumbers(5_000, seed: 3, spread: 1050) { #expect(ExactSum([x]).value == x) }
  }

  @Test func agreesWithIntegers() {
    var exact: Int64 = 0
    var sum = ExactSum()
    for x in wildNumbers(20_000, seed: 4, spread: 20) {
      let whole = (x * 0x1p20).rounded()
      exact += Int64(whole)
      sum.add(whole)
      if exact.magnitude < 1 << 53 { #expect(sum.value == Double(exact)) }
    }
  }

  @Test func orderAndSplitDoNotMatter() {
    for seed: UInt64 in 0..<20 {
      let numbers = wildNumbers(2_000, seed: seed, spread: seed.isMultiple(of: 2) ? 60 : 1000)
      let whole = ExactSum(numbers)
      let reversed = ExactSum(numbers.reversed())
      var shards = (0..<8).map { shard in ExactSum(numbers.indices.filter { $0 % 8 == shard }.map { numbers[$0] }) }
      var merged = shards.removeLast()
      while let next = shards.popLast() { merged.merge(next) }
      #expect(whole == reversed)
      #expect(whole == merged)
      #expect(whole.value.bitPattern == merged.value.bitPattern)
      var back = whole
      for x in numbers { back.add(-x) }
      #expect(back.value == 0)
    }
  }
}
