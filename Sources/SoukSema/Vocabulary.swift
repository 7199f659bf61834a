// What may stand at a place, by the checker's own tables: for completion and for help at the cursor.

extension ThingKind {
  /// The names of its fields, in the order in which they are documented.
  public var fieldNames: [String] { fields.map(\.name) }

  /// What it reports by itself, in a run's results or while a model runs.
  public func reported(inResults: Bool) -> [Statistic] {
    statistics.filter { inResults ? $0.1 != .window : $0.1 != .sample }.map(\.0)
  }
}

/// Words that the checker knows by their place.
public enum Vocabulary {
  /// The settings of a `run` or `start`.
  public static let runSettings = Checker.runSettings
  /// The settings of a model.
  public static let modelSettings = Checker.modelSettings
  /// What journeys report in results.
  public static let journeyStatistics = Checker.journeyStatistics.map(\.0)
  /// What `settings { }` takes.
  public static let settings = ["flake", "edits", "confidence", "indifference", "seed", "replications", "provenance"]
}
