// `warmup: auto`: where does the start-up of a model end? A few replications are run in a thousand steps, and the number of entities
// under way, averaged over them at each step, is the series in which MSER-5 looks for the cut (White & Spratt 2000). The runs that
// follow have the same draws, so what is cut is what was looked at.

import SoukEngine
import SoukLower
import SoukModel
import SoukReport
import SoukStats
import SoukText
import SoukUnits

extension Interpreter {
  /// Steps of a run in which the number under way is noted.
  private static var steps: Int64 { 1000 }
  /// Replications that are averaged: single ones are too noisy to show a start-up.
  private static var pilots: UInt32 { 10 }

  /// The warm-up in ticks, which is reported; refused where the model follows the clock, for it has no steady state.
  func warmup(of model: CompiledModel, named name: String, seed: UInt64, span: Int64, at place: Span) throws(EvaluationError) -> Int64 {
    guard !model.followsClock else {
      throw EvaluationError.results(
        "this model follows the clock, so there is no start-up that ends", place,
        hint: "its rates change with time: write the warm-up as a time, or leave it out")
    }
    let step = max(1, span / Self.steps)
    var sums = [Double](repeating: 0, count: Int(min(Self.steps, span / step)))
    for replication in 0..<(model.isExact ? 1 : Self.pilots) {
      var simulation = Simulation(model, RunSettings(seed: seed, replication: replication, limits: options.limits, flag: options.flag))
      for index in sums.indices {
        // What stops a pilot stops the run itself, which tells it with its place.
        if simulation.run(until: step * Int64(index + 1)) != nil { return 0 }
        for journey in model.journeys where journey.active >= 0 && !journey.isSingle { sums[index] += simulation.cellValue(Int(journey.active)) }
      }
    }
    guard let cut = WarmUp.mser5(sums) else { return 0 }
    let warmup = step * Int64(cut.dropped)
    let found = NumberText.format(quantity: Double(warmup) / StepTrace.ticksPerSecond, dimension: .time)
    let whole = NumberText.format(quantity: Double(span) / StepTrace.ticksPerSecond, dimension: .time)
    emit(.note(
      cut.isTooShort
        ? "warm-up of \(name): the run of \(whole) is too short to tell where its start-up ends; its first half is left out"
        : warmup == 0 ? "warm-up of \(name): none is needed (MSER-5)" : "warm-up of \(name): \(found), found by MSER-5"))
    return warmup
  }
}

extension CompiledModel {
  /// Whether what happens depends on the time of the clock: curves, calendars and listed instants.
  var followsClock: Bool {
    !curves.isEmpty || !calendars.isEmpty
      || sources.contains { source in
        switch source.pattern {
        case .instants, .calendar, .curve, .released: true
        case .interarrival, .poisson: false
        case .live(_, let curve): curve >= 0
        }
      }
  }
}
