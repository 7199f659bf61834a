// The heaps of numbers beside a line: against sorting, also where the lower halves of numbers wrap around.

import Testing

@testable import SoukEngine

@Suite struct NumberHeaps {
  private struct Draws {
    var state: UInt64
    mutating func next(_ n: Int) -> Int {
      state = state &* 6364136223846793005 &+ 1442695040888963407
      return Int(state >> 33) % n
    }
  }

  @Test(arguments: [0, (1 << 31) - 300, (1 << 32) - 300, (1 << 40) - 300] as [Int64])
  func comesByKeyThenNumber(from first: Int64) {
    var heap = NumberHeap<Double>(), kept: [(key: Double, number: Int64)] = [], draws = Draws(state: UInt64(first) + 7)
    var number = first
    for round in 1...6_000 {
      if draws.next(5) < 3 || kept.isEmpty {
        let key = Double(draws.next(20))
        heap.push(key, number)
        kept.append((key, number))
        number += 1
      } else {
        let least = kept.indices.min { (kept[$0].key, kept[$0].number) < (kept[$1].key, kept[$1].number) }!
        #expect(heap.firstKey == kept[least].key && heap.firstNumber(near: number) == kept[least].number, "round \(round)")
        heap.removeFirst()
        kept.remove(at: least)
      }
      if round % 500 == 0 {
        // Those with an odd number go, the others move down.
        heap.rebuild(near: number) { $0 % 2 == 0 ? $0 - 1 : nil }
        kept = kept.filter { $0.number % 2 == 0 }.map { ($0.key, $0.number - 1) }
      }
      #expect(heap.count == kept.count && heap.isConsistent, "round \(round)")
    }
    heap.free()
  }

  @Test func theLastOfAStackIsFirst() {
    var stack = NumberHeap<Double>(isStack: true)
    let first = Int64(1 << 32) - 3
    for number in first..<first + 6 { stack.push(0, number) }
    stack.rebuild(near: first) { $0 == first + 4 ? nil : $0 }
    var left: [Int64] = []
    while stack.count > 0 {
      #expect(stack.isConsistent)
      left.append(stack.firstNumber(near: first + 6) - first)
      stack.removeFirst()
    }
    #expect(left == [5, 3, 2, 1, 0])
    stack.free()
  }
}
