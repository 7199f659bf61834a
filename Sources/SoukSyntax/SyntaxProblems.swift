// Every mistake that can be made in the form of a script: one constructor each, with its code, its words and what to write instead.
// `souk explain E01xx` shows the page of the same name in SoukText/Explanations.

import SoukText

extension Diagnostic {
  // MARK: Expectations

  static func unexpected(_ found: String, expected: String, in context: String, at span: Span) -> Diagnostic {
    let after = context.isEmpty ? "" : " after \(context)"
    return Diagnostic("E0100", "expected \(expected)\(after), found \(found)", at: span, "expected \(expected)")
  }

  static func nameExpected(_ what: String, found: String, at span: Span) -> Diagnostic {
    Diagnostic("E0101", "expected \(what), found \(found)", at: span, "a name belongs here")
  }

  static func valueMissing(after token: String, at span: Span) -> Diagnostic {
    let after = token.isEmpty ? "" : " after `\(token)`"
    return Diagnostic("E0102", "a value is missing\(after)", at: span, "a value should follow")
  }

  static func valueBeforeOperator(_ token: String, after last: String, at span: Span) -> Diagnostic {
    let isAssignment = token == "=" && ["+", "-", "*", "/"].contains(last)
    return Diagnostic(
      "E0102", "a value is missing before `\(token)`", at: span, "a value should come first",
      hints: isAssignment ? [Hint(last == "+" ? "to add to what changes, write `add x: 1`" : "to change it, write `set x: x \(last) 2`")] : [])
  }

  static func numberEndsWithDot(at span: Span) -> Diagnostic {
    Diagnostic("E0101", "a number ends with a digit", at: span, "nothing follows the dot", hints: [Hint("leave it out", replace: span, with: "")])
  }

  static func leaveWithoutAs(_ word: String, at span: Span) -> Diagnostic {
    Diagnostic("E0100", "expected the end of the line, found `\(word)`", at: span, "an outcome is a text after `as`", hints: [Hint("name it", replace: span, with: "as \"\(word)\"")])
  }

  static func unitExpected(found: String, after word: String, at span: Span) -> Diagnostic {
    Diagnostic(
      "E0103", "expected a unit after \(word), found \(found)", at: span, "such as `CNY/payment`",
      hints: [Hint("a unit is written without spaces: `x to CNY/payment`")])
  }

  static func typeExpected(found: String, colon: Span?, at span: Span) -> Diagnostic {
    Diagnostic(
      "E0104", "expected a type, found \(found)", at: span, "such as `Time`, `order/h`, `Text` or `Dist<Time>`",
      hints: colon.map { [Hint("a value is given with `=`", replace: $0, with: " =")] } ?? [])
  }

  static func columnWithoutType(_ name: String, at span: Span) -> Diagnostic {
    Diagnostic(
      "E0104", "`\(name)` needs a type", at: span, "write `\(name): Text`, or its unit",
      hints: [Hint("columns of tables and fields of records say what they hold")])
  }

  // MARK: Characters

  static func invalidUTF8(bytes: Int, at span: Span) -> Diagnostic {
    Diagnostic(
      "E0105", bytes == 1 ? "a byte that is not UTF-8" : "\(bytes) bytes that are not UTF-8", at: span, "can't be read",
      hints: [Hint("save the file with the encoding UTF-8")])
  }

  static func binaryContent(at span: Span) -> Diagnostic {
    Diagnostic(
      "E0106", "a zero byte: this is no text file", at: span, "binary content",
      hints: [Hint("scripts are UTF-8 text; a file saved as UTF-16 has zero bytes too")])
  }

  static func strangeCharacter(_ character: Unicode.Scalar, at span: Span) -> Diagnostic {
    Diagnostic("E0107", "`\(character.escaped(asASCII: false))` means nothing here", at: span, "not part of the language")
  }

  static func lookAlike(_ found: String, meant: String, at span: Span) -> Diagnostic {
    Diagnostic(
      "E0108", "\(found) looks like `\(meant)` and is another character", at: span, "not the `\(meant)` of the language",
      hints: [Hint("write `\(meant)`", replace: span, with: meant == "a new line" ? "\n" : meant)])
  }

  static func curlyQuotes(_ text: String, at span: Span) -> Diagnostic {
    Diagnostic(
      "E0109", "curly quotes don't make a string", at: span, "straight quotes are needed",
      hints: [Hint("use straight double quotes", replace: span, with: "\"\(text)\"")])
  }

  static func singleQuotes(_ text: String, at span: Span) -> Diagnostic {
    Diagnostic(
      "E0110", "a string is written in double quotes", at: span, "single quotes",
      hints: [Hint("use double quotes", replace: span, with: "\"\(text)\"")])
  }

  static func tab(at span: Span) -> Diagnostic {
    Diagnostic(
      "E0111", "tabs are not lined up the same everywhere", at: span, "a tab",
      hints: [Hint("`souk fmt` puts spaces in place of all tabs of the file")], severity: .warning)
  }

  static func semicolon(lastOnLine: Bool, at span: Span) -> Diagnostic {
    Diagnostic(
      "E0112", "a statement ends with its line, not with `;`", at: span, "not needed",
      hints: [lastOnLine ? Hint("leave it out", replace: span, with: "") : Hint("begin a new line here", replace: span, with: "\n")])
  }

  static func foreignComment(_ mark: String, at span: Span) -> Diagnostic {
    Diagnostic(
      "E0113", "a comment begins with `#`", at: span, "`\(mark)` is no comment here",
      hints: [
        mark == "//" ? Hint("write `#`", replace: span, with: "#") : Hint("begin each line of the comment with `#`")
      ])
  }

  static func foreignOperator(_ found: String, meant: String, glued: Bool, at span: Span) -> Diagnostic {
    Diagnostic(
      "E0114", "`\(found)` is written `\(meant)`", at: span, "not part of the language",
      hints: [Hint("write `\(meant)`", replace: span, with: meant + (glued ? " " : ""))])
  }

  // MARK: Strings

  static func unterminatedString(quote: Span, at span: Span) -> Diagnostic {
    let end = Span(file: span.file, lower: Int(span.upper), upper: Int(span.upper))
    return Diagnostic(
      "E0115", "the string is not closed on its line", at: span, "opened here",
      hints: [Hint("close it with `\"`; a line end within a string is written `\\n`", replace: end, with: "\"")])
  }

  static func badEscape(_ text: String, at span: Span) -> Diagnostic {
    Diagnostic(
      "E0116", "`\(text)` means nothing in a string", at: span, "unknown escape",
      hints: [Hint("there are \\n \\t \\\" \\\\ \\{ \\} and \\u{1F600}; a backslash itself is \\\\")])
  }

  static func braceInString(at span: Span) -> Diagnostic {
    Diagnostic(
      "E0117", "a `}` without `{` in a string", at: span, "closes nothing",
      hints: [Hint("for the character itself write `\\}`", replace: span, with: "\\}")])
  }

  static func emptyHole(at span: Span) -> Diagnostic {
    Diagnostic(
      "E0118", "nothing stands between the braces in the string", at: span, "a value belongs here",
      hints: [Hint("for the characters themselves write `\\{\\}`", replace: span, with: "\\{\\}")])
  }

  static func unclosedHole(at span: Span) -> Diagnostic {
    Diagnostic(
      "E0118", "the `{` in the string is not closed on its line", at: span, "opened here",
      hints: [Hint("close it with `}`; for the character itself write `\\{`")])
  }

  // MARK: Numbers, dates, times of day

  static func leadingZero(_ digits: String, means: String, at span: Span) -> Diagnostic {
    Diagnostic(
      "E0119", "a number doesn't begin with 0", at: span, "leading zero",
      hints: [Hint("write `\(means)`", replace: span, with: means)])
  }

  static func gluedMinute(_ digits: String, at span: Span) -> Diagnostic {
    Diagnostic(
      "E0120", "`\(digits)m` could be minutes, metres or millions", at: span, "which one?",
      hints: [
        Hint("minutes", replace: span, with: "\(digits) min"), Hint("millions", replace: span, with: "\(digits)M"),
      ])
  }

  static func gluedScale(_ digits: String, scale: String, unit: String, at span: Span) -> Diagnostic {
    Diagnostic(
      "E0121", "`\(scale)` and `\(unit)` are not one word", at: span, "scale and unit run together",
      hints: [Hint("the scale belongs to the number, the unit stands apart", replace: span, with: "\(digits)\(scale) \(unit)")])
  }

  static func loosePercent(gap: Span?, divides: Bool, at span: Span) -> Diagnostic {
    var hints: [Hint] = []
    if let gap { hints.append(Hint("no space between the number and `%`", replace: gap, with: "%")) }
    if divides { hints.append(Hint("for the rest of a division write `mod`", replace: span, with: "mod")) }
    return Diagnostic("E0122", "`%` belongs directly behind a number", at: span, "stands alone", hints: hints)
  }

  static func badDate(_ text: String, year: String, month: Int, day: Int, tail: String, at span: Span) -> Diagnostic {
    let fixed = "\(year)-\(twoDigits(month))-\(twoDigits(day))\(tail)"
    return Diagnostic(
      "E0123", "a date is written year-month-day with two digits each", at: span, "not a date",
      hints: fixed == text
        ? [Hint("as in `2017-11-11` and `2017-11-11T00:00+08:00`")] : [Hint("write", replace: span, with: fixed)])
  }

  static func noSuchDate(_ text: String, at span: Span) -> Diagnostic {
    Diagnostic("E0124", "there is no day `\(text)`", at: span, "not in the calendar")
  }

  static func badClock(_ text: String, hour: Int, minute: Int, at span: Span) -> Diagnostic {
    let possible = hour < 24 && minute < 60 || hour == 24 && minute == 0
    let fixed = "\(twoDigits(hour)):\(twoDigits(minute))"
    return Diagnostic(
      "E0125", possible ? "a time of day is written with two digits each" : "there is no time of day `\(text)`", at: span,
      "not a time of day",
      hints: possible && fixed != text
        ? [Hint("write", replace: span, with: fixed)] : [Hint("from `00:00` to `24:00`; a duration is written `90 min`")])
  }

  private static func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

  // MARK: Brackets

  static func unclosed(_ bracket: String, outer: Span?, at span: Span) -> Diagnostic {
    let others = outer.map { [Label($0, "so that its `}` is taken for this one's")] } ?? []
    return Diagnostic(
      "E0126", "`\(bracket)` is never closed", at: span, "opened here", others: others,
      hints: [Hint("a `\(bracket == "{" ? "}" : bracket == "(" ? ")" : "]")` is missing")])
  }

  static func unopened(_ bracket: String, at span: Span) -> Diagnostic {
    Diagnostic(
      "E0127", "`\(bracket)` closes nothing", at: span, "nothing is open here",
      hints: [Hint("leave it out", replace: span, with: "")])
  }

  static func wrongCloser(_ found: String, opened: Span, expected: String, at span: Span) -> Diagnostic {
    Diagnostic(
      "E0128", "`\(found)` can't close what was opened", at: span, "expected `\(expected)`",
      others: [Label(opened, "opened here")], hints: [Hint("write `\(expected)`", replace: span, with: expected)])
  }

  static func tooDeep(limit: Int, at span: Span) -> Diagnostic {
    Diagnostic(
      "E0129", "nested more than \(limit) deep", at: span, "too deep",
      hints: [Hint("give parts of it a name with `let`")])
  }

  // MARK: Lines and lists

  static func missingComma(after: Span, before: Span) -> Diagnostic {
    let gap = Span(file: after.file, lower: Int(after.upper), upper: Int(after.upper))
    return Diagnostic(
      "E0130", "a comma is missing", at: before, "a comma should come before this",
      hints: [Hint("put a comma in between", replace: gap, with: ",")])
  }

  static func commaBetweenSteps(at span: Span) -> Diagnostic {
    Diagnostic(
      "E0131", "commas don't part statements", at: span, "not a list",
      hints: [Hint("begin a new line", replace: span, with: "\n")])
  }

  static func elseAtLineStart(gap: Span?, at span: Span) -> Diagnostic {
    Diagnostic(
      "E0132", "a line can't begin with `else`", at: span, "belongs behind the `}`",
      hints: [Hint("write `} else` on one line", replace: gap, with: " ")])
  }

  static func elseMissing(at span: Span) -> Diagnostic {
    Diagnostic(
      "E0133", "an `if` that gives a value needs an `else`", at: span, "`else` should follow on this line",
      hints: [Hint("write `if … { a } else { b }`")])
  }

  static func operatorAtLineStart(_ mark: String, gap: Span?, indent: String, at span: Span) -> Diagnostic {
    Diagnostic(
      "E0134", "a line can't begin with `\(mark)`", at: span, "the line above is already whole",
      hints: [Hint("put `\(mark)` at the end of the line above", replace: gap, with: " \(mark)\n\(indent)")])
  }

  // MARK: `=` and `:`

  static func assignInCondition(at span: Span) -> Diagnostic {
    Diagnostic(
      "E0135", "`=` names a value; to compare write `==`", at: span, "compares nothing",
      hints: [Hint("write `==`", replace: span, with: "==")])
  }

  static func doubleEqualsInBinding(_ word: String, _ name: String, at span: Span) -> Diagnostic {
    Diagnostic(
      "E0136", "`\(word) \(name)` takes one `=`", at: span, "compares",
      hints: [Hint("write `=`", replace: span, with: "=")])
  }

  static func assignInField(_ name: String, at span: Span, whole: Span) -> Diagnostic {
    Diagnostic(
      "E0137", "a field takes `:`, not `=`", at: span, "expected `:`",
      hints: [Hint("write a colon", replace: whole, with: "\(name):")])
  }

  static func assignAfterVerb(_ verb: String, whole: Span, at span: Span) -> Diagnostic {
    Diagnostic(
      "E0137", "`\(verb)` takes `:`, not `=`", at: span, "expected `:`",
      hints: [Hint("write `\(verb) thing: value`", replace: whole, with: ":")])
  }

  static func assignInExpression(start: Span?, at span: Span) -> Diagnostic {
    Diagnostic(
      "E0138", "`=` can't stand here", at: span, "names nothing",
      hints: [
        Hint("to name a value: `let name = value`", replace: start, with: "let "), Hint("to change a thing in a journey: `set thing: value`"),
        Hint("to compare: `==`"),
      ])
  }

  static func comparisonChain(middle: String?, gap: Span, at span: Span) -> Diagnostic {
    Diagnostic(
      "E0139", "comparisons don't chain", at: span, "a second comparison",
      hints: [
        middle.map { Hint("compare twice", replace: gap, with: " and \($0)") } ?? Hint("write `a < b and b < c`")
      ])
  }

  // MARK: Words

  static func misspelt(_ word: String, meant: String, at span: Span) -> Diagnostic {
    Diagnostic(
      "E0140", "no statement begins with `\(word)`", at: span, "did you mean `\(meant)`?",
      hints: [Hint("write `\(meant)`", replace: span, with: meant)])
  }

  static func verbOutsideJourney(_ verb: String, inModel: Bool, at span: Span) -> Diagnostic {
    Diagnostic(
      "E0141", "`\(verb)` is a step, and steps stand in journeys", at: span, inModel ? "in a model" : "outside any model",
      hints: [Hint("put it in a `journey name { … }` or an `action name() { … }`")])
  }

  static func experimentAsStatement(_ word: String, at span: Span) -> Diagnostic {
    let start = Span(file: span.file, lower: Int(span.lower), upper: Int(span.lower))
    return Diagnostic(
      "E0148", "what `\(word)` finds goes nowhere", at: span, "gives a result",
      hints: [
        Hint("show it", replace: start, with: "print "), Hint("or give it a name", replace: start, with: "let result = "),
      ])
  }

  static func parametersInParentheses(_ owner: String, _ name: String?, at span: Span) -> Diagnostic {
    Diagnostic(
      "E0149", "the parameters of a \(owner) stand inside its braces", at: span, "in parentheses they are given, not declared",
      hints: [Hint("write a line `param \(name ?? "name") = …` for each, inside the braces")])
  }

  static func memberOutsideModel(_ word: String, at span: Span) -> Diagnostic {
    Diagnostic(
      "E0142", "`\(word)` belongs in a model", at: span, "outside any model",
      hints: [
        word == "param"
          ? Hint("at the top level write `let`", replace: span, with: "let") : Hint("put it in a `model Name { … }`")
      ])
  }

  static func notAStep(_ word: String, at span: Span) -> Diagnostic {
    Diagnostic(
      "E0143", "`\(word)` can't stand among steps", at: span, "not a step",
      hints: [Hint("close the `{` before it, or move it out of the journey")])
  }

  static func braceMissing(_ kind: String, _ name: String, fields: String, whole: Span?, at span: Span) -> Diagnostic {
    Diagnostic(
      "E0144", "the fields of `\(kind) \(name)` stand in braces", at: span, "a field outside braces",
      hints: [Hint("write `\(kind) \(name) { … }`", replace: whole, with: " { \(fields) }")])
  }

  static func thingTakesBraces(_ kind: String, _ name: String, at span: Span) -> Diagnostic {
    Diagnostic(
      "E0144", "a thing takes braces, not parentheses", at: span, "expected `{`",
      hints: [Hint("write `\(kind) \(name) { field: value }`")])
  }

  static func clauseOrder(_ word: String, at span: Span) -> Diagnostic {
    Diagnostic(
      "E0145", "`\(word)` comes too late", at: span, "out of order",
      hints: [Hint("the order is `for … priority … patience … else { … }`, each once at most")])
  }

  static func notAWait(_ verb: String, at span: Span) -> Diagnostic {
    Diagnostic(
      "E0146", "`\(verb)` doesn't wait, so it can't be in a race", at: span, "not a wait",
      hints: [Hint("an arm of `first` begins with use, seize, put, take, wait, await, join, or a call of an action")])
  }

  static func elseInRace(at span: Span) -> Diagnostic {
    Diagnostic(
      "E0147", "the head of an arm has no `else`", at: span, "the other arms are its `else`",
      hints: [Hint("write the other outcome as an arm: `wait 5 min => { … }`")])
  }
}
