// The words that the language brings itself, each with its signature and a sentence: help at the prompt, and the texts beside
// completions. The reference is docs/language.md.

import SoukSema

/// A word of the language, as help shows it.
public struct WordHelp: Sendable {
  public var signature: String
  public var sentence: String

  /// All that have help, by word.
  public static let all: [String: WordHelp] = {
    var found: [String: WordHelp] = [:]
    for (word, signature, sentence) in entries { found[word] = WordHelp(signature: signature, sentence: sentence) }
    for (name, forms) in LawForms.forms where found[name.rawValue] == nil {
      found[name.rawValue] = WordHelp(signature: forms.map(\.text).joined(separator: " or "), sentence: "A distribution.")
    }
    return found
  }()

  private static let entries: [(String, String, String)] = [
    ("source", "source NAME { rate: 54 order/h, journey: buy }", "Starts a journey for each arrival."),
    ("station", "station NAME { servers: 1, service: exponential(mean: 1 min) }", "A queue with servers; `use` it in a journey."),
    ("pool", "pool NAME { size: 20 }", "Things that are held for a while: `hold 1 of NAME { … }`."),
    ("level", "level NAME { capacity: 100 parcel, initial: 0 }", "An amount that is put in and taken out."),
    ("account", "account NAME { of: CNY }", "Money that is held, exact to the cent."),
    ("batch", "batch NAME { size: 20, within: 5 min }", "Gathers those who `join` it, and goes on when it is full."),
    ("counter", "counter NAME { of: payment }", "Counts up: `count NAME`."),
    ("gauge", "gauge NAME { initial: 0 }", "A value that is set: `set NAME: x`."),
    ("measure", "measure NAME { of: Time }", "Values that are recorded: `record NAME: x`, `time NAME { … }`."),
    ("run", "run MODEL(args) { span: 1 day, replications: 10, seed: 1 }", "Simulates a model and gives its results."),
    ("start", "start MODEL(args) { seed: 1 }", "A simulation that waits at time 0, to be advanced."),
    ("fork", "fork s(args)", "A copy of a paused simulation; with arguments it is what the same draws would have made of the same time."),
    ("advance", "advance s by 10 min | to 00:05 | until CONDITION", "Moves a paused simulation on."),
    ("check", "check \"what is claimed\": mean(day.till.wait) < 5 min confidence 99%", "A claim that is decided statistically."),
    ("print", "print VALUE", "Shows a value."),
    ("plot", "plot VALUES { title: \"…\", height: 12 }", "Draws measures, series, distributions, curves."),
    ("export", "export VALUE to \"name.csv\"", "Writes a table beside the script."),
    ("mean", "mean(x)", "The mean of a sample, or over time of a signal."),
    ("sd", "sd(x)", "The standard deviation."),
    ("variance", "variance(x)", "The variance."),
    ("min", "min(x) or min(a, b)", "The smallest."),
    ("max", "max(x) or max(a, b)", "The largest."),
    ("last", "last(x)", "The value of a signal at the end."),
    ("p50", "p50(x)", "The median."),
    ("p90", "p90(x)", "The value that 90% don't exceed."),
    ("p95", "p95(x)", "The value that 95% don't exceed."),
    ("p99", "p99(x)", "The value that 99% don't exceed."),
    ("quantile", "quantile(x, 99.9%)", "The value that this share doesn't exceed."),
    ("share", "share(condition)", "The share of values, or of the time, for which it holds."),
    ("sum", "sum(x) or sum(e for k in LIST)", "The total."),
    ("count", "count(x)", "How many there are."),
    ("integral", "integral(x)", "A signal's value times time."),
    ("rate", "rate(x, every: 1 min)", "How fast a counter rises."),
    ("series", "series(x, every: 1 min)", "The values of a signal at regular instants."),
    ("first", "first(condition)", "When it is true for the first time."),
    ("duration", "duration(condition)", "How long it is true, in all."),
    ("always", "always(condition)", "Whether it is true all the time."),
    ("any", "any(condition)", "Whether it is ever true."),
    ("abs", "abs(x)", "The value without its sign."),
    ("sign", "sign(x)", "-1, 0 or 1."),
    ("floor", "floor(x)", "The next whole number below."),
    ("ceil", "ceil(x)", "The next whole number above."),
    ("round", "round(x) or round(x, 5 min)", "The nearest whole number, or multiple."),
    ("clamp", "clamp(x, low, high)", "The value, held between two limits."),
    ("sqrt", "sqrt(x)", "The square root; units have it too."),
    ("sin", "sin(x)", "The sine of a plain number."),
    ("cos", "cos(x)", "The cosine of a plain number."),
    ("tan", "tan(x)", "The tangent of a plain number."),
    ("product", "product(list)", "The elements multiplied."),
    ("text", "text(x)", "The text of a value."),
    ("exp", "exp(x)", "The exponential of a plain number."),
    ("ln", "ln(x)", "The natural logarithm of a plain number."),
    ("log10", "log10(x)", "The logarithm to base 10."),
    ("log2", "log2(x)", "The logarithm to base 2."),
    ("cents", "cents(amount)", "Money rounded to its smallest unit, halves to even."),
    ("length", "length(list)", "How many elements there are."),
    ("sort", "sort(list)", "The elements in ascending order."),
    ("reverse", "reverse(list)", "The elements from the last to the first."),
    ("append", "append(list, x)", "The list with one more element."),
    ("index", "index(list, x)", "The place of an element, counted from 0; missing if it isn't there."),
    ("cumulative", "cumulative(x)", "The running total."),
    ("map", "map(list, f)", "A function's values of the elements."),
    ("filter", "filter(list, f)", "The elements for which it is true."),
    ("happens", "happens(p)", "True with probability p: a draw, in a journey."),
    ("sample", "sample(law)", "A draw from a distribution, in a journey."),
    ("chance", "chance(law <= x)", "The probability that a draw satisfies the comparison."),
    ("truncate", "truncate(law, min: low, max: high)", "A distribution held between two limits."),
    ("shift", "shift(law, by: x)", "A distribution moved by a constant."),
    ("value", "value(estimate)", "The point of an estimate, as a plain value."),
    ("half_width", "half_width(estimate)", "Half the width of its 95% interval."),
    ("baseline", "baseline(p95(r.order.time)) * 102%", "In a check: what the estimate was when `souk test --save-baseline` kept it."),
    ("months_after", "months_after(2017-11-30, 3)", "A date some months later, by the calendar."),
    ("next", "next(daily [06:00])", "The next of recurring instants, as a time since the start."),
    ("missing", "missing(x)", "Whether a value that may be missing is."),
    ("use", "use STATION for TIME priority P patience TIME else { … }", "Queues at a station and is served."),
    ("hold", "hold N of POOL { … }", "Holds so many of a pool during these steps."),
    ("seize", "seize N of POOL", "Takes so many of a pool, until `release`."),
    ("release", "release N of POOL", "Gives back what was seized."),
    ("put", "put AMOUNT into LEVEL", "Adds to a level."),
    ("take", "take AMOUNT from LEVEL", "Takes from a level, waiting until it is there."),
    ("transfer", "transfer AMOUNT from A to B", "Moves money from an account to another."),
    ("reserve", "reserve AMOUNT of A else { … }", "Keeps money of an account for this entity."),
    ("capture", "capture AMOUNT of A to B else { … }", "Moves money that was reserved."),
    ("await", "await CONDITION", "Waits until it is true."),
    ("wait", "wait TIME or wait until TIME", "Lets time pass."),
    ("join", "join BATCH { … }", "Waits for the batch; one then lives through the body for all."),
    ("record", "record MEASURE: VALUE", "Notes a value."),
    ("add", "add GAUGE: AMOUNT", "Adds to a gauge or a variable."),
    ("set", "set GAUGE: VALUE", "Gives a gauge its value."),
    ("leave", "leave as \"outcome\"", "Ends the journey."),
    ("none", "none", "No value, where one may be missing: `patience: none` of a `param patience: Time?`."),
    ("never", "never", "The time that never comes: a patience without end, a rate of repair that isn't there."),
    ("mix", "mix { 70% => fast, 30% => slow }", "A distribution of values, or a mixture of distributions, by their chances."),
    ("choose", "choose { 30% => STEP, else => STEP }", "Goes one way or another, by chance."),
    ("spawn", "spawn journey(args)", "Starts a journey of its own."),
    ("time", "time MEASURE { … }", "Measures how long these steps take."),
  ]
}
