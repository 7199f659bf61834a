// The evaluator: values of a script's pure expressions, and what it says of those that have none.

import SoukSema
import SoukText
import Testing

@testable import Souk
@testable import SoukLower

@Suite struct EvaluatorTests {
  /// The value of the global `x` of a script.
  func value(_ text: String) throws -> Value {
    let program = try Lowered.program(text)
    guard let x = program.globals.lastIndex(where: { $0.name == "x" }) else { throw LoweringFailure(diagnostics: []) }
    // As deep as all stages run.
    return try DeepStack.run {
      Result { try Evaluator(program: program).global(GlobalID(x), Span(file: FileID(0), lower: 0, upper: 0)) }
    }.get()
  }

  func number(_ text: String) throws -> Double {
    guard case .number(let x) = try value(text) else { return .nan }
    return x
  }

  func code(_ text: String) throws -> String {
    do {
      _ = try value(text)
      return "none"
    } catch let error as EvaluationError {
      return error.diagnostic.code.text
    }
  }

  @Test func numbersListsAndFunctions() throws {
    #expect(try number("let x = 2 + 3 * 4 ^ 2 / 8") == 8)
    #expect(try number("let x = -7 mod 24") == 17)
    #expect(try number("fn f(a, b) = a * b\nlet x = f(2 min, 3) / 1 s") == 360)
    #expect(try number("let x = sum(map([1, 2, 3], fn(y) = y * y))") == 14)
    #expect(try number("let x = sum(k for k in 1..4)") == 10)
    #expect(try number("fn f(n) {\n  var s = 0\n  while s * s < n { add s: 1 }\n  return s\n}\nlet x = f(50)") == 8)
    #expect(try number("let x = quantile([4, 1, 3, 2], 50%)") == 2.5)
    #expect(try number("table T(key k: Text, v: Time) {\n  \"a\", 1 s\n  \"b\", 5 s\n}\nlet x = T[\"b\"].v / 1 s") == 5)
  }

  @Test func lawsSpeakOfThemselves() throws {
    #expect(try number("let x = mean(gamma(mean: 3, sd: 2))") == 3)
    #expect(abs(try number("let x = sd(lognormal(mean: 120, sd: 45))") - 45) < 1e-9)
    #expect(abs(try number("let x = mean(weibull(mean: 7, sd: 2))") - 7) < 1e-12 * 7)
    #expect(abs(try number("let x = sd(weibull(mean: 7, sd: 2))") - 2) < 1e-9)
    #expect(abs(try number("let x = chance(exponential(mean: 1) <= 1)") - 0.632_120_558_828_557_7) < 1e-15)
    #expect(abs(try number("let x = chance(2 * exponential(mean: 1) > 2)") - 0.367_879_441_171_442_3) < 1e-15)
    #expect(abs(try number("let x = quantile(normal(mean: 0, sd: 1), 97.5%)") - 1.959_963_984_540_054) < 1e-12)
    #expect(try number("let x = mean(mix { 30% => 10, 70% => 20 })") == 17)
  }

  @Test func mistakesHaveTheirPlaces() throws {
    #expect(try code("fn f(a) = 1 / a\nlet x = f(0)") == "E0301")
    #expect(try code("let i = 3\nlet x = [1, 2][i]") == "E0302")
    #expect(try code("fn f(a: Count) = mean(exponential(mean: a))\nlet x = f(0 - 1)") == "E0303")
    #expect(try code("fn f(n) = f(n + 1)\nlet x = f(0)") == "E0305")
    #expect(try code("fn f(a: Count) = sqrt(a)\nlet x = f(0 - 1)") == "E0309")
    #expect(try code("let x = 1 / 2") == "none")
  }

  @Test func recursionToTheLimitFitsTheStack() throws {
    #expect(try number("fn f(n) = if n < 1 { 0 } else { 1 + f(n - 1) }\nlet x = f(990)") == 990)
  }
}
