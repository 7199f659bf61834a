// What verdicts and intervals promise, counted over seeds: the scripts in `Promises` have known answers, and `souk test --seeds` says
// how often each check of them held. The seeds are fixed, so what is counted here is always the same; docs/statistics.md has the command
// that counts thousands.

import Foundation
import Testing

/// Verdicts of one check over the seeds.
private struct Counted {
  var name: String
  var counts: [String: Int]
  subscript(_ verdict: String) -> Int { counts[verdict] ?? 0 }
}

private func counted(_ script: String, seeds: Int, _ words: [String]) throws -> [Counted] {
  let finished = try Program.run(["test", "Tests/SoukTests/Promises/\(script)", "--seeds", "\(seeds)"] + words)
  try #require(finished.errors.isEmpty && finished.code < 2 || finished.code == 3, "\(finished)")
  let lines = finished.output.split(separator: "\n").dropFirst()
  var found: [Counted] = []
  for line in lines {
    let verdicts = line.matches(of: /(holds|fails|undecided|no data|error) (\d+) \(/)
    if verdicts.isEmpty {
      found.append(Counted(name: String(line.trimmingCharacters(in: .whitespaces).prefix { $0 != ":" }), counts: [:]))
    } else {
      for verdict in verdicts { found[found.count - 1].counts[String(verdict.output.1)] = Int(verdict.output.2) }
    }
  }
  return found
}

@Suite struct PromiseTests {
  /// 95 % intervals of 60 seeds: at least 84 % of them cover with a probability of 99.9 % where the promise is kept.
  @Test func intervalsCoverWhatTheySay() throws {
    let seeds = 60
    let all = try counted("intervals.souk", seeds: seeds, ["--max-replications", "20"])
    #expect(all.count == 14)
    for one in all {
      #expect(one["holds"] + one["fails"] == seeds, "\(one)")
      // A t interval on skewed values covers less, and says that it is approximate.
      let least = one.name.contains("skewed") ? 0.78 : 0.84
      let share = Double(one["holds"]) / Double(seeds)
      #expect(share >= least, "\(one)")
    }
  }

  /// At the limit at most 5 % of the seeds have a wrong verdict (of 40 at most 7 with a probability of 99.9 %); with a margin none.
  @Test func verdictsAreSeldomWrong() throws {
    let seeds = 40
    let all = try counted("verdicts.souk", seeds: seeds, ["--max-replications", "45"])
    #expect(all.count == 12)
    for one in all {
      let wrong =
        if one.name.hasPrefix("at the limit and false") { "holds" } else if one.name.hasPrefix("false") { "holds" } else { "fails" }
      #expect(one[wrong] <= (one.name.hasPrefix("at the limit") ? 7 : 0), "\(one)")
      #expect(one["holds"] + one["fails"] + one["undecided"] == seeds, "\(one)")
    }
    // They do decide.
    #expect(all.first { $0.name == "false with a margin, shares" }?["fails"] == seeds)
    #expect(all.first { $0.name == "true with a margin, shares" }?["holds"] == seeds)
  }
}
