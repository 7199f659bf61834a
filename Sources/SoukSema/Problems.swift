// Every mistake that the checker can find: one constructor each, so that a code has one shape of message. Dimensions are
// told in the words of people; the solver's variables appear as `A`, `B`.

internal import SoukSyntax
internal import SoukText
internal import SoukUnits

extension Diagnostic {
  static func unknownName(_ name: String, _ span: Span, what: String = "name", suggestions: [String], elsewhere: Hint? = nil) -> Diagnostic {
    Diagnostic(
      "E0201", "there is no \(what) `\(name)` here", at: span, "not known",
      hints: elsewhere.map { [$0] } ?? suggestions.first.map { [Hint("did you mean `\($0)`?", replace: span, with: $0)] } ?? [])
  }

  static func mixedUnits(
    _ verb: String, _ left: String, _ right: String, _ leftSpan: Span, _ rightSpan: Span, at span: Span, hints: [Hint] = []
  ) -> Diagnostic {
    Diagnostic(
      "E0202", "cannot \(verb)", at: rightSpan, "this is \(right)", others: [Label(leftSpan, "this is \(left)")], hints: hints)
  }

  static func wrongType(_ found: String, expected: String, _ span: Span, why: Label? = nil, hints: [Hint] = []) -> Diagnostic {
    Diagnostic(
      "E0203", "expected \(expected), found \(found)", at: span, "this is \(found)", others: why.map { [$0] } ?? [], hints: hints)
  }

  /// `isSum`: what it is added to is a sum itself; `mayBeShare`: is a plain number.
  static func percentAdded(
    _ span: Span, whole: Span, sign: String, percent: String, base: String, isSum: Bool = false, mayBeShare: Bool = false
  ) -> Diagnostic {
    let digits = percent.dropLast()
    let factor = Double(digits).map { sign == "+" ? 100 + $0 : 100 - $0 }.map { NumberText.format($0) + "%" } ?? "(1 \(sign) \(percent))"
    let changed = isSum ? "(\(base)) * \(factor)" : "\(base) * \(factor)"
    var hints = [Hint("to change it by \(percent), write `\(changed)`", replace: whole, with: changed)]
    if mayBeShare { hints.append(Hint("if it is a share, say so: `(\(base) to %) \(sign) \(percent)`")) }
    return Diagnostic(
      "E0204", "a percentage can be added to a share only: \(percent) of what?", at: span, "\(percent) is the number \(percent.dropLast())/100",
      hints: hints)
  }

  static func missingRate(_ from: String, to: String, _ span: Span) -> Diagnostic {
    Diagnostic(
      "E0205", "no rate of exchange leads from \(from) to \(to)", at: span, "needs a rate",
      hints: [Hint("declare it with its date: `unit \(from) = … \(to) on 2017-11-10`")])
  }

  static func badUnit(_ problem: UnitProblem, _ span: Span) -> Diagnostic {
    let at = Span(
      file: span.file, lower: Int(span.lower) + problem.offset,
      upper: min(Int(span.upper), Int(span.lower) + problem.offset + max(1, problem.length)))
    var hints = problem.suggestions.first.map { [Hint("did you mean `\($0)`?", replace: at, with: $0)] } ?? []
    if let advice = problem.advice, hints.isEmpty { hints.append(Hint(advice)) }
    return Diagnostic("E0206", problem.message, at: at, problem.message.hasPrefix("there is no unit") ? "not known" : "", hints: hints)
  }

  static func unknownField(_ name: Name, of thing: String, known: [String], suggestions: [String]) -> Diagnostic {
    Diagnostic(
      "E0207", "\(thing) has no field `\(name.text)`", at: name.span, "not a field of \(thing)",
      hints: (suggestions.first.map { [Hint("did you mean `\($0)`?", replace: name.span, with: $0)] } ?? [])
        + (known.isEmpty ? [] : [Hint("its fields are \(list(known))")]))
  }

  static func missingField(_ field: String, of thing: String, _ span: Span, example: String) -> Diagnostic {
    Diagnostic("E0208", "\(thing) needs `\(field)`", at: span, "`\(field)` is missing", hints: [Hint("add `\(example)`")])
  }

  static func wrongKind(_ verb: String, wants: String, found: String, _ span: Span, declared: Label? = nil, hint: String?) -> Diagnostic {
    Diagnostic(
      "E0209", "`\(verb)` wants \(wants), and this is \(found)", at: span, "this is \(found)", others: declared.map { [$0] } ?? [],
      hints: hint.map { [Hint($0)] } ?? [])
  }

  static func blocksOutside(_ verb: String, where place: String, _ span: Span) -> Diagnostic {
    Diagnostic(
      "E0210", "`\(verb)` takes time, and time does not pass in \(place)", at: span, "only a journey, an action or a process can wait",
      hints: [Hint("move it into a `journey` or an `action`")])
  }

  static func unreachable(_ span: Span, after: Span, why: String) -> Diagnostic {
    Diagnostic(
      "E0211", "this step is never reached", at: span, "nothing gets here", others: [Label(after, why)],
      hints: [Hint("remove it, or put it before")])
  }

  static func recursiveAction(_ chain: [String], _ span: Span) -> Diagnostic {
    Diagnostic(
      "E0212", "actions must not call each other in a circle: \(chain.joined(separator: " → "))", at: span, "comes back to `\(chain.last ?? "")`",
      hints: [Hint("use `while`, or `spawn` a journey")])
  }

  static func chancesExceedOne(_ sum: Double, _ span: Span, arms: [Label], canElse: Bool = true) -> Diagnostic {
    Diagnostic(
      "E0213", "the chances add up to \(NumberText.format(sum * 100))%, more than 100%", at: span, "over 100%", others: arms,
      hints: [Hint(canElse ? "lower one of them, or write `else =>` for the rest" : "lower one of them")])
  }

  static func divisionByZero(_ span: Span) -> Diagnostic {
    Diagnostic("E0214", "division by zero", at: span, "this is 0")
  }

  static func outsideDomain(_ law: String, _ problem: String, _ span: Span) -> Diagnostic {
    Diagnostic("E0215", "there is no such \(law) distribution: \(problem)", at: span, problem)
  }

  static func unknownMember(_ name: Name, of what: String, suggestions: [String], known: [String]) -> Diagnostic {
    // Where a name is nearly right, nobody reads fifty others; where none is, the first of them tell of what kind they are.
    let isTold = !known.isEmpty && (suggestions.isEmpty || known.count <= 12)
    let most = 24
    let told = known.count <= most ? list(known) : known.prefix(most).map { "`\($0)`" }.joined(separator: ", ") + " and \(known.count - most) more"
    return Diagnostic(
      "E0217", "\(what) has no `\(name.text)`", at: name.span, "not known",
      hints: (suggestions.first.map { [Hint("did you mean `\($0)`?", replace: name.span, with: $0)] } ?? [])
        + (isTold ? [Hint("it has \(told)")] : []))
  }

  static func unknownKind(_ kind: Name, suggestions: [String]) -> Diagnostic {
    Diagnostic(
      "E0218", "there is no kind of thing called `\(kind.text)`", at: kind.span, "not a kind",
      hints: suggestions.first.map { [Hint("did you mean `\($0)`?", replace: kind.span, with: $0)] }
        ?? [Hint("kinds are \(list(ThingKind.allCases.map(\.rawValue))), and components that are declared or imported")])
  }

  static func duplicate(_ name: Name, first: Span?) -> Diagnostic {
    Diagnostic(
      "E0219", "`\(name.text)` is declared twice", at: name.span, "again here", others: first.map { [Label($0, "first here")] } ?? [],
      hints: [Hint("give one of them another name")])
  }

  static func badArguments(_ message: String, _ span: Span, _ label: String = "", declared: Label? = nil, hint: String? = nil) -> Diagnostic {
    Diagnostic("E0220", message, at: span, label, others: declared.map { [$0] } ?? [], hints: hint.map { [Hint($0)] } ?? [])
  }

  static func unknownCase(_ name: String, of set: String, known: [String], suggestions: [String], _ span: Span) -> Diagnostic {
    Diagnostic(
      "E0221", "`\(name)` is none of \(set)", at: span, "cannot happen",
      hints: (suggestions.first.map { best in
        let written = Int(span.upper) - Int(span.lower) == name.utf8.count ? best : "\"\(best)\""
        return [Hint("did you mean `\(best)`?", replace: span, with: written)]
      } ?? []) + [Hint("there are \(list(known))")])
  }

  static func comparesLaw(_ span: Span, chance: String?, draw: String?) -> Diagnostic {
    Diagnostic(
      "E0222", "a distribution is neither larger nor smaller than a number; a draw from it is", at: span, "compares a distribution",
      hints: [
        draw.map { Hint("to draw a value and compare it write `\($0)`", replace: span, with: $0) }
          ?? chance.map { Hint("for the probability write `\($0)`", replace: span, with: $0) }
          ?? Hint("for the probability write `chance(… <= …)`; in a journey `sample(…)` draws a value to compare")
      ])
  }

  static func claimAsCondition(_ span: Span, pointTaken: String?) -> Diagnostic {
    Diagnostic(
      "E0223", "what random runs estimate is known only within an interval, so it can't decide an `if`", at: span, "true with some confidence only",
      hints: [
        pointTaken.map { Hint("`value` takes the middle of the interval: `\($0)`", replace: span, with: $0) } ?? Hint("`value` takes the middle of the interval: `value(mean(x)) < 12 min`"),
        Hint("a `check` decides with confidence"),
      ])
  }

  static func changesWhereFixed(_ field: String, _ span: Span, declared: Label?) -> Diagnostic {
    Diagnostic(
      "E0224", "`\(field)` is fixed when the run begins, and this changes while it runs", at: span, "changes while the model runs",
      others: declared.map { [$0] } ?? [],
      hints: [
        Hint(
          declared == nil
            ? "changing values may stand in `servers`, `rate` and `size`, and in parameters declared `live`"
            : "to let it change, declare it so: `param \(field): live Count`, with its own type behind `live`")
      ])
  }

  static func hole(_ span: Span, type: String, candidates: [String]) -> Diagnostic {
    Diagnostic(
      "E0225", "here belongs \(type)", at: span, type, hints: candidates.isEmpty ? [] : [Hint("in reach: \(list(candidates))")])
  }

  static func notAClaim(_ found: String, _ span: Span, hint: String) -> Diagnostic {
    Diagnostic(
      "E0227", "a check needs a statement that can hold or fail, and this is \(found)", at: span, "this is \(found)",
      hints: [Hint(hint)])
  }

  static func feedsInput(_ figure: String, check: Span, input: Span) -> Diagnostic {
    Diagnostic(
      "E0228", "this check isn't a prediction: its figure \(figure) feeds the model", at: check, "predicted",
      others: [Label(input, "\(figure) goes in here")], hints: [Hint("call the check `calibrated`, or leave the figure out of the input")])
  }

  static func needsStanding(_ figures: [String], _ span: Span) -> Diagnostic {
    Diagnostic(
      "E0229", "a check against a published figure says whether the model was fitted to it", at: span,
      "compares with \(list(figures))",
      hints: [
        Hint("write `check calibrated …` if the model was fitted to the figure, `check predicted …` if it doesn't know it")
      ])
  }

  static func notYet(_ what: String, _ span: Span, instead: String? = nil) -> Diagnostic {
    Diagnostic(
      "E0230", "\(what) is part of the language, and not available in this version yet", at: span, "not available yet",
      hints: instead.map { [Hint($0)] } ?? [])
  }

  static func blockingInside(_ span: Span, text: String?) -> Diagnostic {
    Diagnostic(
      "E0231", "time passes in this call, so it can't stand inside an expression", at: span, "takes time",
      hints: [Hint("give it a line of its own: `let result = \(text ?? "…")`, then use `result`")])
  }

  static func leaveInAction(_ span: Span) -> Diagnostic {
    Diagnostic(
      "E0232", "an action can't end somebody's journey", at: span, "whose journey?",
      hints: [Hint("`return` a value, and let the journey `leave`")])
  }

  static func badDeclaration(_ message: String, _ span: Span, _ label: String = "", hint: String? = nil) -> Diagnostic {
    Diagnostic("E0233", message, at: span, label, hints: hint.map { [Hint($0)] } ?? [])
  }

  static func notVariable(_ name: String, _ span: Span, declared: Label?, hint: String) -> Diagnostic {
    Diagnostic("E0234", "`\(name)` can't be changed", at: span, "not a variable", others: declared.map { [$0] } ?? [], hints: [Hint(hint)])
  }

  static func missingReturn(_ name: String, _ span: Span, type: String) -> Diagnostic {
    Diagnostic(
      "E0235", "`\(name)` can end without returning \(type)", at: span, "ends here without a value",
      hints: [Hint("add `return …` at the end")])
  }

  static func rateNeedsTime(_ found: String, _ span: Span, text: String? = nil, count: String? = nil) -> Diagnostic {
    Diagnostic(
      "E0236", "a source's rate is a count a time, such as `54 order/h` or `20/h`, and this is \(found)", at: span, "this is \(found)",
      hints: text.map { [Hint("for the time between two write `interarrival: exponential(mean: \($0))`")] }
        ?? count.map { [Hint("say in which time: `\($0)/h`", replace: span, with: "\($0)/h")] } ?? [])
  }

  static func neverChanges(_ span: Span, time: Bool) -> Diagnostic {
    Diagnostic(
      "E0237", time ? "a condition on the clock alone is waited for with `wait until`" : "nothing in this condition changes while the model runs",
      at: span, "would never be looked at again",
      hints: [Hint(time ? "write `wait until 08:00` or `wait 5 min`" : "await something that changes: a queue, a counter, a gauge, a handle")])
  }

  static func constantWithoutSource(_ name: String, _ span: Span) -> Diagnostic {
    Diagnostic(
      "E0240", "`\(name)` doesn't say where its number comes from", at: span, "no provenance",
      hints: [Hint("write `from \"ID\"` behind the number, or `assumed`")])
  }

  static func badDate(_ text: String, _ reason: String, _ span: Span) -> Diagnostic {
    Diagnostic("E0241", "`\(text)` is no date or time: \(reason)", at: span, "not in the calendar")
  }

  static func misplaced(_ what: String, _ message: String, _ span: Span, hint: String? = nil) -> Diagnostic {
    Diagnostic("E0242", "\(what) \(message)", at: span, "not here", hints: hint.map { [Hint($0)] } ?? [])
  }

  static func unknownParameter(_ path: String, _ span: Span, label: String, suggestion: String?, known: [String]) -> Diagnostic {
    let shown = known.prefix(12)
    let rest = known.count > shown.count ? " and \(known.count - shown.count) more" : ""
    return Diagnostic(
      "E0243", "there is no parameter `\(path)`", at: span, label,
      hints: (suggestion.map { [Hint("did you mean `\($0)`?", replace: span, with: $0)] } ?? [])
        + [Hint(known.isEmpty ? "no model of the script has parameters" : "there are \(list(Array(shown)))\(rest)")])
  }

  static func severalParameters(_ path: String, _ span: Span, _ meant: [(path: String, type: String)]) -> Diagnostic {
    Diagnostic(
      "E0243", "`\(path)` means parameters of different types", at: span, "which one?",
      hints: [Hint("write one of " + meant.map { "`\($0.path)` (\($0.type))" }.joined(separator: ", "))])
  }

  static func notGivable(_ path: String, _ type: String, _ span: Span, declared: Span) -> Diagnostic {
    Diagnostic(
      "E0244", "`\(path)` can't be given from outside, because it is \(type)", at: span, "a part of the model",
      others: [Label(declared, "declared here")], hints: [Hint("numbers, texts, dates, lists, distributions and curves can be given")])
  }

  static func toleranceIsShare(_ span: Span, _ percent: String, amount unit: String?, number: String) -> Diagnostic {
    Diagnostic(
      "E0245", "a tolerance without a unit is a share of the number that follows: this is \(percent) of it", at: span, "a share",
      hints: [
        Hint("if that is meant, write it as one", replace: span, with: percent),
        Hint(unit.map { "an amount has its unit, such as `\(number) \($0)`" } ?? "for a distance of \(number) between plain numbers write `abs(x - y) <= \(number)`"),
      ], severity: .warning)
  }

  static func noDifference(_ message: String, _ span: Span, _ label: String, hint: String) -> Diagnostic {
    Diagnostic("E0246", message, at: span, label, hints: [Hint(hint)])
  }

  static func noDifferenceOfTruth(_ what: String, _ span: Span, instead: String) -> Diagnostic {
    noDifference(
      "\(what) is true or false of each of the two, and that has no difference", span, "true or false",
      hint: "ask each by a name of its own (`let a = run …`, `let b = run …`, or the simulations that are compared): `\(instead)`")
  }

  static func noDifferenceOfMoments(_ span: Span) -> Diagnostic {
    noDifference(
      "`first(…)` is a moment of each of the two, which may never come, and not an amount that is larger in one of them", span, "a moment of each",
      hint: "how far apart they are is told by names of their own (`let a = run …`, `let b = run …`, or the simulations that are compared): `first(a.… > 5) - first(b.… > 5)`")
  }

  static func list(_ words: [String]) -> String {
    let quoted = words.map { "`\($0)`" }
    guard quoted.count > 1 else { return quoted.first ?? "nothing" }
    return quoted.dropLast().joined(separator: ", ") + " and " + (quoted.last ?? "")
  }
}
