#!/usr/bin/env python3
"""Sits at the prompt of `souk` as a person would, by pexpect: matrix.py PROGRAM

Every locale with every kind of terminal: what is typed and shown arrives whole, Ctrl-C gives up what was typed and stops what runs, a signal
stops and continues it, Ctrl-D, SIGTERM and a closed terminal end it with the exit codes of docs/prompt.md. A terminal that can do nothing
gets no escapes. Exit code 0: all is so; 1: what isn't, a line each; 77: pexpect isn't installed.
"""

import itertools
import os
import re
import signal
import sys
import tempfile

LOCALES = ["C", "POSIX", "C.UTF-8", "ko_KR.UTF-8", "xx_YY", ""]
TERMINALS = ["xterm-256color", "screen", "vt100", "linux", "dumb", ""]
PROMPT = "souk> "
MODEL = (
    "unit order\r"
    "model Slow { source s { rate: 1000 order/s, journey: go }\rstation t { service: 1 ms }\rjourney go { use t } }\r"
)


try:
    import pexpect
except ImportError:
    sys.exit(77)


class Seat:
    """One program at a terminal of its own."""

    def __init__(self, program, locale, terminal, *words):
        self.folder = tempfile.TemporaryDirectory()
        environment = {
            "PATH": os.environ["PATH"], "HOME": self.folder.name, "XDG_STATE_HOME": self.folder.name, "INPUTRC": "/dev/null", "LC_ALL": locale,
            "TERM": terminal,
        }
        environment = {name: value for name, value in environment.items() if value}
        self.screen = pexpect.spawn(program, list(words), env=environment, timeout=120, dimensions=(24, 100), encoding="utf-8", codec_errors="replace")
        self.shown = ""
        self.wait(PROMPT)

    def wait(self, text):
        self.screen.expect_exact(text)
        self.shown += self.screen.before + self.screen.after

    def enter(self, line, answer):
        self.screen.send(line + "\r")
        self.wait(answer)
        self.wait(PROMPT)

    def ends(self):
        """How it ended: its exit code, or the signal as a negative number."""
        self.screen.expect(pexpect.EOF)
        self.shown += self.screen.before
        self.screen.close()
        return self.screen.exitstatus if self.screen.exitstatus is not None else -self.screen.signalstatus


def words(seat):
    """What is typed is read and shown whole, whatever the locale says."""
    seat.enter('print "한글 中文 e\u0301 👍"', '한글 中文 e\u0301 👍\r')
    seat.enter("1 + 2", "3")
    seat.enter("ans * 2 min", "6 min : Time")
    seat.enter("1 +/ 2", "error[")
    seat.screen.send("half typed")
    seat.wait("half typed")
    seat.screen.sendintr()
    seat.wait(PROMPT)
    seat.enter("3 * 3", "9")
    seat.screen.sendeof()
    return seat.ends() == 0


def work(seat):
    """Work is stopped by Ctrl-C and paused by SIGTSTP, and the prompt is there again."""
    seat.screen.send(MODEL)
    for _ in range(2):
        seat.wait(PROMPT)
    seat.screen.send("let r = run Slow { span: 10000 week }\r")
    seat.wait("week }")
    seat.screen.expect([r"\d+ ?%", r"\r\n"])
    seat.screen.kill(signal.SIGSTOP)
    seat.screen.kill(signal.SIGCONT)
    for _ in range(200):
        seat.screen.kill(signal.SIGINT)
        if seat.screen.expect(["E0424", pexpect.TIMEOUT], timeout=1) == 0:
            break
    else:
        return False
    seat.wait(PROMPT)
    seat.enter("1 + 1", "2")
    seat.screen.sendeof()
    return seat.ends() == 0


def ended(seat):
    """SIGTERM and a closed terminal end it."""
    seat.screen.kill(signal.SIGTERM)
    return seat.ends() in (143, -signal.SIGTERM)


def closed(seat):
    seat.screen.kill(signal.SIGHUP)
    return seat.ends() in (0, 129, -signal.SIGHUP)


def main():
    program = sys.argv[1]
    wrong = []
    for locale, terminal in itertools.product(LOCALES, TERMINALS):
        for scene in (words, ended, closed):
            seat = Seat(program, locale, terminal)
            name = f"{scene.__name__} with LC_ALL={locale!r} TERM={terminal!r}"
            try:
                if not scene(seat):
                    wrong.append(f"{name}: {seat.screen.exitstatus} {seat.screen.signalstatus}")
            except (pexpect.TIMEOUT, pexpect.EOF):
                wrong.append(f"{name}: after {seat.screen.before[-300:]!r}")
            if terminal in ("dumb", "") and re.search(r"\x1b", seat.shown):
                wrong.append(f"{name}: escapes on a terminal that has none")
            seat.screen.close(force=True)
    for terminal in ("xterm-256color", "dumb"):
        seat = Seat(program, "C.UTF-8", terminal, "--no-history")
        try:
            if not work(seat):
                wrong.append(f"work with TERM={terminal!r}")
        except (pexpect.TIMEOUT, pexpect.EOF):
            wrong.append(f"work with TERM={terminal!r}: after {seat.screen.before[-300:]!r}")
        seat.screen.close(force=True)
    print("\n".join(wrong))
    return 1 if wrong else 0


sys.exit(main())
