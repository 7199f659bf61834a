// What a script may say of instances: the units of a component's variables belong to each instance.

import SoukSema
import SoukSyntax
import SoukText
import Testing

@Suite struct InstanceTests {
  static let cloud = """
    component cloud {
      param capacity: X/Time
      counter done { of: X }
      station work { rate: capacity }
      action serve(amount: X) -> X {
        use work
        count done: amount
        return amount
      }
    }
    unit order, payment

    """

  @Test func oneComponentServesTwoUnits() {
    let script = Self.cloud + """
      model Shop {
        cloud a { capacity: 10 order/h }
        cloud b { capacity: 20 payment/h }
        source people { at: [1 h], journey: go }
        journey go {
          let x = a.serve(4 order)
          let y = b.serve(2 payment)
          if x > 3 order and b.done < 9 payment { leave as "both" }
        }
      }
      let r = run Shop { span: 1 day }
      check "orders": last(r.a.done) <= 4 order and last(r.b.done) <= 2 payment

      """
    #expect(messages(script, name: "two.souk") == "")
  }

  @Test func anotherInstancesUnitDoesNotFit() {
    let script = Self.cloud + """
      model Shop {
        cloud a { capacity: 10 order/h }
        source people { at: [1 h], journey: go }
        journey go { a.serve(4 payment) }
      }

      """
    #expect(messages(script, name: "wrong.souk").contains("expected order, found payment"))
  }

  /// A thing's field names a journey that names the thing.
  @Test func journeyAndThingMayNameEachOther() {
    let script = """
      component hub {
        param next: Journey<Time>
        level stock { initial: 5 }
        action draw(x: Count) { take x from stock }
        source s { at: [1 h], journey: next(2 h) }
      }
      model Shop {
        hub a { next: go }
        source people { at: [1 h], journey: come }
        journey go(t: Time) { a.draw(3) }
        journey come { if people.started > 1 { leave as "second" } }
      }

      """
    #expect(messages(script, name: "circle.souk") == "")
  }

  /// A name such as `rate` or `mean` for a value hides no function.
  @Test func valuesHideNoFunctions() {
    #expect(messages("let mean = 3 h\nlet xs = [1, 2]\nprint mean(xs)\nprint mean\nprint xs[0]\n", name: "names.souk") == "")
  }
}
