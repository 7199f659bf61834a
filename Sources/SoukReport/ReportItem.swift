// What a script's execution has to say, as plain values in the order said. Renderers turn them into text, JSON and CSV;
// none of them asks a simulation anything.

public import SoukUnits

/// One thing that was said.
public enum ReportItem: Sendable {
  /// `print` of a value: its text, and what machines read.
  case printed(PrintedValue)
  case run(RunReport)
  case plot(PlotSpec)
  case check(CheckReport)
  case test(TestReport)
  /// A file that was asked for; the outer ring writes it.
  case export(ExportData)
  /// A remark that isn't tied to a check: a cap that was reached, data that are missing.
  case note(String)
}

/// A printed value: the text for people, and the parts for machines.
public struct PrintedValue: Sendable {
  public var text: String
  /// The numbers in it, in the order they stand.
  public var figures: [Figure]
  public init(text: String, figures: [Figure] = []) {
    self.text = text
    self.figures = figures
  }
}

// MARK: Checks

/// The five verdicts on a claim.
public enum CheckVerdict: String, Sendable, Hashable, CaseIterable {
  case holds, fails, undecided
  case noData = "no data"
  case error
}

/// A claim with its verdict and what the verdict rests on.
public struct CheckReport: Sendable {
  public var name: String
  public var verdict: CheckVerdict
  /// `calibrated` or `predicted`, where the author said so.
  public var standing: String?
  /// The claim with what was observed: `mean(day.till.wait) = 8.98 ± 0.31 min < 12 min`.
  public var sentence: String
  public var observed: Figure?
  public var limit: Figure?
  /// What is between the observed and the limit, positive on the side that the claim wants. Its half-width is one-sided at
  /// the confidence: the claim is decided where the margin exceeds it.
  public var margin: Figure?
  /// A share such as 0.95; nil when the claim needed no run.
  public var confidence: Double?
  public var replications: Int?
  public var seed: UInt64?
  /// `file:line:column`.
  public var place: String
  /// The claim as it stands in the script.
  public var claim = ""
  /// Between what the true value lies, each end with the confidence.
  public var interval: (low: Figure, high: Figure)?
  /// The test behind the verdict: `Student's t`, `counted, by e-processes`.
  public var method: String?
  /// How often the evidence was looked at until this was decided; nil where that was fixed beforehand.
  public var looks: Int?
  /// About how many more replications would decide it.
  public var moreReplications: Int?
  /// The replication that breaks the claim by itself with the fewest events, and the command that runs it alone.
  public var smallest: (replication: Int, observed: Figure?, events: UInt64, command: String)?
  /// The replication that misses the limit by most.
  public var worst: (replication: Int, observed: Figure)?
  /// The command that gives this verdict again.
  public var command: String?
  /// Of that replication, or of the one that misses by most, the journeys that speak against the claim most.
  public var journeys: [JourneyReport] = []
  /// What is probably to blame.
  public var blame: String?
  /// What else has to be known: censored observations, one replication, an approximation.
  public var notes: [String]
  /// Ids of the published figures in the claim.
  public var figures: [String]

  public init(name: String, verdict: CheckVerdict, sentence: String, place: String) {
    self.name = name
    self.verdict = verdict
    self.sentence = sentence
    self.place = place
    notes = []
    figures = []
  }
}

/// What one journey lived through, as evidence.
public struct JourneyReport: Sendable {
  /// The journey's path, and which it was: they are counted from 1 in the order in which they start.
  public var journey: String
  public var number: Int
  public var replication: Int
  /// What it gave to what the claim speaks of.
  public var value: Figure
  public var stages: [Stage]

  public struct Stage: Sendable {
    /// Seconds since the run's start.
    public var time: Double
    /// `waits`, `is served`, `ends as lost`.
    public var what: String
    /// The path of the thing; empty for none.
    public var place: String
    /// Seconds until the next stage; nil at the end.
    public var lasts: Double?

    public init(time: Double, what: String, place: String, lasts: Double?) {
      self.time = time
      self.what = what
      self.place = place
      self.lasts = lasts
    }
  }

  public init(journey: String, number: Int, replication: Int, value: Figure, stages: [Stage]) {
    self.journey = journey
    self.number = number
    self.replication = replication
    self.value = value
    self.stages = stages
  }
}

/// What became of a `test`: its failed expectations, none when it passed.
public struct TestReport: Sendable {
  public var name: String
  public var place: String
  public var expectations: Int
  public var failures: [Failure]
  public struct Failure: Sendable, Hashable {
    public var place: String
    /// The condition as written, with both sides' values.
    public var message: String
    /// `fails`, or why it isn't known.
    public var verdict: CheckVerdict
    public init(place: String, message: String, verdict: CheckVerdict = .fails) {
      self.place = place
      self.message = message
      self.verdict = verdict
    }
  }
  public var passed: Bool { failures.isEmpty }
  /// The worst of its expectations.
  public var verdict: CheckVerdict {
    for verdict in [CheckVerdict.error, .fails, .noData, .undecided] where failures.contains(where: { $0.verdict == verdict }) { return verdict }
    return .holds
  }
  public init(name: String, place: String, expectations: Int, failures: [Failure]) {
    self.name = name
    self.place = place
    self.expectations = expectations
    self.failures = failures
  }
}

// MARK: Runs

/// The standard report of a run: what was run, and a table for each kind of thing.
public struct RunReport: Sendable {
  public var model: String
  /// Name by which the script calls it, if any.
  public var name: String?
  /// Facts of the heading in order: span, warm-up, replications, seed, scale.
  public var facts: [(name: String, value: String)]
  public var tables: [RunTable]
  public var notes: [String]
  /// False when it was stopped before its end.
  public var isComplete: Bool
  public init(
    model: String, name: String? = nil, facts: [(name: String, value: String)], tables: [RunTable], notes: [String] = [],
    isComplete: Bool = true
  ) {
    self.model = model
    self.name = name
    self.facts = facts
    self.tables = tables
    self.notes = notes
    self.isComplete = isComplete
  }
}

/// One table of a run's report: things of one kind, a row each, a column a statistic.
public struct RunTable: Sendable {
  public var title: String
  /// Heads without units; the writer chooses one unit for a column where it can.
  public var columns: [String]
  public var rows: [Row]
  public struct Row: Sendable {
    public var name: String
    public var cells: [Figure?]
    public init(name: String, cells: [Figure?]) {
      self.name = name
      self.cells = cells
    }
  }
  public init(title: String, columns: [String], rows: [Row]) {
    self.title = title
    self.columns = columns
    self.rows = rows
  }
}

// MARK: Plots

/// A diagram: lines over time, lines over a parameter, or a histogram.
public struct PlotSpec: Sendable {
  public var title: String?
  public var series: [Series]
  public var kind: Kind
  /// Horizontal lines: limits, capacities.
  public var limits: [(name: String, value: Double)]
  /// From when the x axis counts seconds, when the model has a start.
  public var origin: Instant?
  public var notes: [String]
  /// Rows and columns of the drawing; nil for what the page has.
  public var height: Int?
  public var width: Int?

  public enum Kind: String, Sendable { case time, histogram, relation }

  public struct Series: Sendable {
    public var name: String
    /// Of the y axis; of a histogram, of the values.
    public var dimension: Dimension
    public var unit: UnitExpression?
    /// In ascending x (seconds for plots over time). Gaps are points without y.
    public var points: [Point]
    /// A histogram's observations, all replications together, ascending.
    public var values: [Double]
    public init(name: String, dimension: Dimension, unit: UnitExpression? = nil, points: [Point] = [], values: [Double] = []) {
      self.name = name
      self.dimension = dimension
      self.unit = unit
      self.points = points
      self.values = values
    }
  }

  /// A stretch of the x axis with the mean and the extremes of y on it.
  public struct Point: Sendable, Hashable {
    public var x: Double
    public var y: Double?
    public var low: Double
    public var high: Double
    public init(x: Double, y: Double?, low: Double, high: Double) {
      self.x = x
      self.y = y
      self.low = low
      self.high = high
    }
  }

  public init(title: String? = nil, kind: Kind, series: [Series], limits: [(name: String, value: Double)] = [], origin: Instant? = nil, notes: [String] = []) {
    self.title = title
    self.kind = kind
    self.series = series
    self.limits = limits
    self.origin = origin
    self.notes = notes
  }
}

// MARK: Exports

/// A table of data for another program, in base units with the units in the header.
public struct ExportData: Sendable {
  /// The file's name as the script gives it; its ending says the format.
  public var file: String
  public var columns: [String]
  public var rows: [[Cell]]
  public enum Cell: Sendable, Hashable {
    case number(Double)
    case text(String)
    case missing
  }
  /// What the file holds where that is no table: a paused simulation.
  public var text: String?

  public init(file: String, columns: [String], rows: [[Cell]]) {
    self.file = file
    self.columns = columns
    self.rows = rows
  }

  /// A file that is no table.
  public init(file: String, text: String) {
    self.init(file: file, columns: [], rows: [])
    self.text = text
  }
}

/// Everything one execution said, with how it ended.
public struct ReportDocument: Sendable {
  public var script: String
  public var version: String
  public var seed: UInt64?
  public var items: [ReportItem]
  /// False when it was interrupted or stopped at a limit.
  public var isComplete: Bool
  public var exitCode: Int32
  public init(script: String, version: String, seed: UInt64? = nil, items: [ReportItem], isComplete: Bool, exitCode: Int32) {
    self.script = script
    self.version = version
    self.seed = seed
    self.items = items
    self.isComplete = isComplete
    self.exitCode = exitCode
  }
}
