"""Holds grammar/souk.lark against the parser of the compiler.

    check.py                         the grammar has no conflict and accepts every script under examples/
    check.py VERDICTS                each line of VERDICTS is {"text": …, "accepted": …, "problem": …}: the compiler's verdict on a text.
                                     Prints where the grammar judges otherwise; exit code 1 if it does anywhere.
    check.py --generate N SEED FILE  writes N sentences of the grammar to FILE, one JSON string a line.

Needs Lark 1.2.2: pip install lark==1.2.2
"""
import datetime
import json
import pathlib
import random
import re
import sys

from lark import Lark
from lark.exceptions import UnexpectedInput
from lark.lexer import PatternStr

HERE = pathlib.Path(__file__).resolve().parent
CAN_END = {"LEAVE", "RETURN", "ASSUMED"}
MARKS = {"PLUS", "MINUS", "STAR", "SLASH", "CARET", "LE", "GE", "EQ", "NE", "LT", "GT", "DOTS", "DOT", "COLON", "COMMA", "EQUAL",
         "LEADS", "ARROW", "TYPE_OPEN", "LPAR", "LSQB", "LBRACE"}


class Rejected(Exception):
    """A text that breaks one of the rules that the grammar leaves to this file."""


class Layout:
    """The rules about lines (1 and 2 in souk.lark), and the calendar (3)."""

    # Names are tried in every state, so that `total` is never read as `to` and a rest.
    always_accept = ("_NL", "NAME")
    continues = MARKS

    def process(self, stream):
        stack, last = [], None
        for token in stream:
            kind = token.type
            if kind == "_NL":
                if '"' in stack:
                    raise Rejected("a line end in a string")
                if (stack and stack[-1] in "([") or last is None or last == "_NL" or last in self.continues:
                    continue
            elif kind == "DQUOTE":
                if stack and stack[-1] == '"':
                    stack.pop()
                else:
                    stack.append('"')
            elif kind in ("LPAR", "LSQB", "LBRACE"):
                stack.append(token.value)
            elif kind in ("RPAR", "RSQB", "RBRACE") and stack:
                stack.pop()
            elif kind == "DATE":
                try:
                    datetime.date(*map(int, token.value[:10].split("-")))
                except ValueError as error:
                    raise Rejected(str(error)) from error
            last = kind
            yield token


def grammar(strict=False):
    layout = Layout()
    lark = Lark((HERE / "souk.lark").read_text(encoding="utf-8"), parser="lalr", start="file", postlex=layout, strict=strict,
                maybe_placeholders=False)
    words = {t.name for t in lark.terminals if isinstance(t.pattern, PatternStr) and t.pattern.value.isalpha()}
    layout.continues = MARKS | (words - CAN_END)
    return lark


def accepts(lark, text):
    try:
        lark.parse(text.removeprefix("\ufeff"))
        return True
    except (UnexpectedInput, Rejected):
        return False


SAMPLES = {
    "NAME": ["a", "b", "till", "x1", "가게", "use", "open", "rate"], "FNAME": ["k", "every", "on"],
    "QUANTITY": ["1", "2 h", "95%", "256k payment/s", "0.5/month", "3 order", "5만명", "1_000", "2.2%/month", "1.5e3"],
    "DATE": ["2017-11-11", "2017-11-11T00:00+08:00"], "CLOCK": ["00:03", "24:00"],
    "UNIT": ["h", "CNY/payment", "%", "m^2", "Time", "1/h"], "STR_TEXT": ["text ", "\\n", "# no comment", "\\u{1F600}"],
    "FROM_STRING": ["from"], "_NL": ["\n"],
}


def sentences(lark, count, seed):
    """Random derivations: short rules are preferred the deeper one is."""
    random_ = random.Random(seed)
    rules = {}
    for rule in lark.rules:
        rules.setdefault(rule.origin.name, []).append(rule.expansion)
    spelling = {t.name: t.pattern.value for t in lark.terminals if isinstance(t.pattern, PatternStr)}
    cost = {name: 10**6 for name in rules}
    changed = True
    while changed:
        changed = False
        for name, expansions in rules.items():
            best = min(1 + sum(cost.get(s.name, 1) for s in e) for e in expansions)
            if best < cost[name]:
                cost[name], changed = best, True
    sys.setrecursionlimit(20000)

    def derive(name, depth, out):
        if name not in rules:
            out.append((name, random_.choice(SAMPLES[name]) if name in SAMPLES else spelling[name]))
            return
        expansions = rules[name]
        if depth > 11:
            cheapest = min(sum(cost.get(s.name, 1) for s in e) for e in expansions)
            expansions = [e for e in expansions if sum(cost.get(s.name, 1) for s in e) == cheapest]
        for symbol in random_.choice(expansions):
            derive(symbol.name, depth + 1, out)

    for _ in range(count):
        out = []
        derive("item", 0, out)
        text, inside = "", False
        for kind, word in out:
            glue = inside or kind in ("_NL",) or text.endswith(("\n", "(", "[", ".")) or kind in ("COMMA", "DOT")
            if kind == "LPAR" and re.search(r"\w$", text):
                glue = random_.random() < 0.9
            text += word if glue or not text else " " + word
            if kind == "DQUOTE":
                inside = not inside
            if inside and kind == "LBRACE":
                inside = None
            elif inside is None and kind == "RBRACE":
                inside = True
        yield text


def main(arguments):
    if arguments[:1] == ["--generate"]:
        lark = grammar()
        with open(arguments[3], "w", encoding="utf-8") as out:
            for text in sentences(lark, int(arguments[1]), int(arguments[2])):
                out.write(json.dumps(text) + "\n")
        return 0
    if not arguments:
        lark = grammar(strict=True)
        bad = [p for p in sorted((HERE.parent / "examples").rglob("*.souk")) if not accepts(lark, p.read_text(encoding="utf-8"))]
        for path in bad:
            print(f"the grammar rejects {path}")
        return 1 if bad else 0
    lark = grammar()
    count = wrong = 0
    with open(arguments[0], encoding="utf-8") as lines:
        for line in lines:
            case = json.loads(line)
            count += 1
            if accepts(lark, case["text"]) != case["accepted"]:
                wrong += 1
                verdict = "accepts" if case["accepted"] else f"rejects ({case.get('problem')})"
                if wrong <= 20:
                    print(f"---- the compiler {verdict}, the grammar does not:\n{case['text']}")
    print(f"{count} texts, {wrong} judged differently")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
