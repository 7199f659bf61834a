// Events one by one and the timelines of journeys: what is told agrees with what is observed, and looking changes nothing.

import SoukEngine
import SoukModel
import Testing

@testable import SoukScript

@Suite struct TimelineTests {
  static let shop = """
    model Shop {
      param clerks = 1
      source people { rate: 50/h, journey: visit }
      station till  { servers: clerks, service: exponential(mean: 1 min) }
      pool baskets  { size: 3 }
      every 7 min { print "queue {till.queue}" }
      journey visit {
        wait 30 s
        hold 1 of baskets { use till patience 2 min else { leave as "fed up" } }
      }
    }

    """

  @Test func stepsAreListed() throws {
    let run = try execute(
      Self.shop + """
        let s = start Shop
        advance s by 10 min
        step s by 2
        let seen = step s by 1
        print "{seen[0].who} {seen[0].what} {seen[0].where}"
        """)
    #expect(
      run.text == """
                  at  who      what       where
        ────────────  ───────  ─────────  ───────
        00:10:29.027  visit 8  goes on
        00:10:29.027  visit 8  gets 1     baskets
        00:10:29.027  visit 8  waits      till
        00:10:37.002  visit 6  is done    till
        00:10:37.002  visit 7  is served  till
        00:10:37.002  visit 6  ends
        visit 7 is done till

        """, "\(run.text)")
  }

  /// Who steps, advances, forks and looks gets what who advances at once gets.
  @Test func lookingChangesNothing() throws {
    let run = try execute(
      Self.shop + """
        let a = start Shop { seed: 3 }
        advance a by 20 h
        let b = start Shop { seed: 3 }
        advance b by 3 h
        let first = step b by 100
        let c = fork b
        let path = trace(b, journey: 20)
        let again = step c by 50
        let there = step b by 50
        print length(again) == length(there) and again[49].at == there[49].at
        advance c to 20 h
        advance b to 12 h
        let more = step b by 5
        advance b to 20 h
        print value(last(a.till.completions)) == value(last(b.till.completions))
        print value(sum(a.till.wait)) == value(sum(b.till.wait))
        print value(sum(a.till.wait)) == value(sum(c.till.wait))
        print value(max(a.visit.time)) == value(max(b.visit.time))
        """)
    #expect(run.text == "true\ntrue\ntrue\ntrue\ntrue\n", "\(run.text)")
  }

  @Test func sameVerbsInTests() throws {
    let run = try execute(
      Self.shop + """
        test "a shop" {
          let s = start Shop
          advance s by 10 min
          let events = step s by 2
          expect events[0].what == "goes on"
          expect events[0].at >= 10 min
          expect trace(s, journey: 1)[0].what == "arrives"
          advance s until s.till.completions >= 20
          expect last(s.till.completions) == 20
        }
        """)
    #expect(run.text == "passes     test a shop\n1 test: passes\n", "\(run.text)")
  }

  @Test func journeysAreFollowed() throws {
    let run = try execute(
      Self.shop + """
        let s = start Shop
        advance s by 1 h
        print trace(s, journey: 2)
        let day = run Shop { span: 1 h }
        print (trace(day, journey: 2)[5].lasts or 0 s) == (trace(s, journey: 2)[5].lasts or 1 s)
        """)
    #expect(
      run.text == """
                  at  what        where      lasts
        ────────────  ──────────  ───────  ───────
        00:02:37.907  arrives
        00:02:37.907  waits 30 s              30 s
        00:03:07.907  goes on
        00:03:07.907  gets 1      baskets
        00:03:07.907  waits       till     44.45 s
        00:03:52.360  is served   till     24.57 s
        00:04:16.933  is done     till
        00:04:16.933  ends
        true

        """, "\(run.text)")
    let none = try execute(Self.shop + "let s = start Shop\nadvance s by 1 h\nprint trace(s, journey: 4000)")
    #expect(none.text.contains("there is no journey 4000: ") && none.result.exitCode == 2, "\(none.text)")
  }

  /// The values of a tally, each with the journey that gave it: the largest are the tally's own, and what the timelines say.
  @Test func worstJourneysAreThoseThatGaveTheLargestValues() throws {
    let run = try execute(Self.shop + "let day = run Shop { span: 20 h, warmup: 1 h, seed: 5 }\nprint max(day.till.wait)")
    let results = try #require(run.value("day") as? RunResults)
    let interpreter = run.interpreter
    let replay = try interpreter.replay(of: results, replication: 0, at: run.span)
    let path = try #require(results.paths.first)
    for tally in ["till.wait", "visit.time"] {
      let index = try #require(replay.lowered.model.tallies.firstIndex { $0.path == tally })
      let worst = replay.worst(5, in: tally)
      #expect(worst.count == 5)
      if tally == "till.wait" { #expect(worst.first?.value == path.tallies[index].maximum) }
      #expect(worst.map { $0.value ?? 0 } == worst.map { $0.value ?? 0 }.sorted(by: >))
      for journey in worst {
        let waited = journey.stages.filter { $0.what == "waits" && $0.place == "till" }.reduce(0) { $0 + ($1.lasts ?? 0) }
        let ticks = Int64(((journey.value ?? 0) * 1e9).rounded())
        #expect(tally == "till.wait" ? waited == ticks : journey.lasts == ticks, "\(journey)")
      }
    }
  }
}
