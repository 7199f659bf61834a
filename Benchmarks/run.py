#!/usr/bin/env python3
"""Measures the same models in Souk, in C++ written for that one model, and in SimPy, in turn on one core, and prints a table.

    python3 Benchmarks/run.py                      # builds what is needed, checks the answers, measures (about 20 min)
    python3 Benchmarks/run.py mm1 journey          # some workloads
    python3 Benchmarks/run.py --rounds 3 --growth  # fewer rounds; and ns a customer at 1e5, 1e6, 1e7
    python3 Benchmarks/run.py oneday               # 1.5 billion payments: never run unless named

CPU time of the process, median of the rounds and (largest − smallest) / median; a ratio is taken round by round and its median
printed, so it holds when the machine's speed drifts. Before any time counts each program's answers are held against theory, or
against each other where there is none. SimPy comes into a virtual environment beside the build, from PyPI, at its
own (smaller) size, and is left out where it can't be had.
"""
import argparse, json, math, os, pathlib, re, resource, statistics, subprocess, sys, time, venv

here = pathlib.Path(__file__).resolve().parent
root = here.parent
work = root / ".build/benchmarks"
souk = root / ".build/release/souk"
core = max(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None


def erlang_c_wait(servers, load):
    b = 1.0
    for n in range(1, servers + 1):
        b = load * b / (n + load * b)
    return b / (1 - load / servers * (1 - b)) / (servers - load)


def erlang_a_lost(servers, rate, theta):
    """Those who give up a second in M/M/c + M with unit service."""
    p, total, lost = 1.0, 1.0, 0.0
    for n in range(1, 200):
        p *= rate / (min(n, servers) + max(n - servers, 0) * theta)
        total += p
        lost += p * max(n - servers, 0) * theta
    return lost / total


class Workload:
    """`size` entities for the compiled programs, `peer` for SimPy; `answers`: name → (expected or None, tolerance)."""

    def __init__(self, size, peer, unit, answers, set=None, args=(), events=None, programs=None, variants=("afternoon", "tuned"), holds=None):
        self.__dict__.update(locals())


def customers(n): return [f"customers={n} customer"]
def orders(n): return [f"orders={n} order"]


WORKLOADS = {
    "mm1": Workload(5_000_000, 50_000, "customer", {"wait": (9.0, 0.05)}, customers, ("1", "0.9"), 2),
    "mm64": Workload(5_000_000, 50_000, "customer", {"wait": (erlang_c_wait(64, 57.6), 0.05)}, customers, ("64", "57.6"), 2, programs="mm1"),
    "journey": Workload(
        2_000_000, 20_000, "order", {"time": (60.02, 0.01), "p50": (56.2, 0.01), "p95": (106.1, 0.01), "p99": (134.0, 0.01)}, orders, (), 5.008,
        variants=("afternoon", "tuned", "fused")),
    "hold 1e3": Workload(1_000, 1_000, "hold", {"held": (1e7, 0.002)}, lambda n: [f"entities={n}"], (), 1, programs="hold", holds=10_000_000),
    "hold 1e5": Workload(100_000, 100_000, "hold", {"held": (1e7, 0.002)}, lambda n: [f"entities={n}"], (), 1, programs="hold", holds=10_000_000),
    "hold 1e7": Workload(10_000_000, None, "hold", {"held": (1e7, 0.002)}, lambda n: [f"entities={n}"], (), 1, programs="hold", holds=10_000_000),
    "tandem": Workload(1_000_000, 10_000, "customer", {"time": (50.0, 0.03)}, customers, (), 11),
    "preempt": Workload(
        2_000_000, 50_000, "customer", {"gone1": (2e6 / 9 * erlang_a_lost(8, 2, 0.25), 0.9), "gone2": (None, 0.1), "gone3": (None, 0.03)}, customers, (), 2.6),
    "computed": Workload(2_000_000, None, "order", {"time": (60.0, 0.02)}, orders, (), 5.008, variants=()),
    "library": Workload(
        1_000_000, None, "visit", {"domestic": (21.2, 0.01), "overseas": (25.9, 0.02), "paid": (1450, 0.005), "settled": (165, 0.01), "peak": (265, 0.01)},
        None, (), None, variants=("plain",)),
    "statistics": Workload(1, None, "run", {}, None, (), None, variants=()),
    "replications": Workload(32_000_000, None, "customer", {"wait": (erlang_c_wait(64, 57.6), 0.05)}, None, (), 2, variants=()),
    "start": Workload(1, None, "run", {}, None, (), None, variants=()),
    "oneday": Workload(1_513_000_000, None, "payment", {}, None, (), 2, variants=()),
}


def run(command, pin=True):
    """CPU seconds, wall seconds, peak MB, output."""
    def settle():
        if pin and core is not None:
            os.sched_setaffinity(0, {core})
    began = time.monotonic()
    process = subprocess.Popen([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=settle)
    out = process.stdout.read()
    error = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(map(str, command))}: exit {process.returncode}\n{out}{error}")
    return usage.ru_utime + usage.ru_stime, time.monotonic() - began, usage.ru_maxrss / 1024, out


def answers(out):
    return {m[1]: float(m[2].replace("_", "").translate({ord("M"): "e6", ord("k"): "e3"})) for m in re.finditer(r"^(\w+) ([-\d._]+[kM]?(?:e[-+]?\d+)?)$", out, re.M)}


def build():
    subprocess.run([os.environ.get("SWIFT", "swift"), "build", "-c", "release", "--product", "souk"], cwd=root, check=True, stdout=subprocess.DEVNULL)
    work.mkdir(parents=True, exist_ok=True)
    for source in here.glob("*/*.cpp"):
        target = work / f"{source.parent.name}.{source.stem}"
        if not target.exists() or target.stat().st_mtime < max(p.stat().st_mtime for p in [source, *here.glob("**/*.hpp")]):
            flags = ["-O3", "-march=native"] if source.stem == "tuned" else ["-O2"]
            subprocess.run(["g++", "-std=c++17", *flags, "-o", target, source], check=True)


def simpy():
    python = work / "python/bin/python"
    if not python.exists():
        venv.create(work / "python", with_pip=True)
    found = subprocess.run([python, "-c", "import simpy"], capture_output=True).returncode == 0
    found = found or subprocess.run([python, "-m", "pip", "install", "-q", "simpy==4.1.2"], capture_output=True).returncode == 0
    return python if found else None


def commands(name, w, size, python):
    folder = w.programs or name
    script = here / (name if (here / name / "model.souk").exists() else folder) / "model.souk"
    sets = [x for s in (w.set(size) if w.set else []) for x in ("--set", s)]
    out = {"souk": [souk, "run", script, *sets]}
    for variant in w.variants:
        program = work / f"{folder}.{'tuned' if variant == 'fused' else variant}"
        if variant == "plain":  # the same model without the standard library
            out[variant] = [souk, "run", here / folder / "plain.souk"]
            continue
        out[variant] = [program, size, *w.args, *(["fused"] if variant == "fused" else [])]
    if python and w.peer and (here / folder / "peer.py").exists():
        out["simpy"] = [python, here / folder / "peer.py", w.peer, *w.args]
    return out


def check(name, w, results):
    for key, (expected, tolerance) in w.answers.items():
        found = {who: answers(out).get(key) for who, out in results.items()}
        if None in found.values():
            sys.exit(f"{name}: no {key} in what {[k for k, v in found.items() if v is None]} printed")
        aim = expected if expected is not None else found.get("tuned", found["souk"])
        for who, value in found.items():
            smaller = w.peer / w.size if who == "simpy" and key.startswith("gone") else 0.01 if who == "simpy" and key == "held" else 1
            slack = 8 if who == "simpy" else 1  # a much smaller sample
            if abs(value / smaller - aim) > slack * tolerance * abs(aim):
                sys.exit(f"{name}: {who} found {key} {value}, not {aim * smaller}")


def measure(name, w, rounds, python):
    programs = commands(name, w, w.size, python)
    check(name, w, {who: run(c)[3] for who, c in programs.items()})
    times, memory = {who: [] for who in programs}, {}
    for _ in range(rounds):
        for who, command in programs.items():
            if who == "simpy" and len(times[who]) >= 2:
                continue
            cpu, _, peak, _ = run(command)
            count = w.holds * (0.01 if who == "simpy" else 1) if w.holds else w.peer if who == "simpy" else w.size
            times[who].append(cpu / count * 1e9)
            memory[who] = peak
    for who, t in times.items():
        median = statistics.median(t)
        spread = (max(t) - min(t)) / median * 100
        rate = f"{w.events * 1e3 / median:8.2f}" if w.events else " " * 8
        ratio = statistics.median(a / b for a, b in zip(times["souk"], t))
        print(f"{name:13} {who:10} {median:10.1f} {spread:5.0f} % {rate} {memory[who]:8.0f} {ratio:12.2f}", flush=True)
    return statistics.median(times["souk"])


def growth(name, w):
    cells = []
    for size in (100_000, 1_000_000, 10_000_000):
        cpu, _, peak, _ = run(commands(name, w, size, None)["souk"])
        cells.append(f"{cpu / size * 1e9:8.1f} ns {peak:6.0f} MB")
    print(f"{name:13} " + "  ".join(cells), flush=True)


def quiet(name, journey):
    """A workload's script that asks for nothing but how many came through."""
    lines = (here / name / "model.souk").read_text().splitlines()
    script = work / f"{name}.quiet.souk"
    script.write_text("\n".join(line for line in lines if not line.startswith("print")) + f"\nprint last(r.{journey}.finished)\n")
    return script


def statistics_cost(rounds):
    """What the standard report and the figures of each script cost, against asking for one number."""
    for name, journey in (("mm1", "visit"), ("mm64", "visit"), ("journey", "buy"), ("tandem", "pass"), ("preempt", "visit")):
        script = quiet(name, journey)
        ratios = [run([souk, "run", here / name / "model.souk"])[0] / run([souk, "run", script])[0] for _ in range(rounds)]
        print(f"{'statistics':13} {name}: {statistics.median(ratios):.2f} of a run with none")


def replications(rounds):
    """Two threads against one, by the clock (the machine must have two cores to spare) and in CPU time."""
    script = here / "replications/model.souk"
    ratios, costs = [], []
    for _ in range(rounds):
        alone, one, _, a = run([souk, "run", script, "--threads", 1], pin=False)
        both, two, _, b = run([souk, "run", script, "--threads", 2], pin=False)
        costs.append(both / alone)
        if a != b:
            sys.exit("replications: two threads print other bytes than one")
        ratios.append(one / two)
    print(f"{'replications':13} two threads are {statistics.median(ratios):.2f} times as fast as one (load {os.getloadavg()[0]:.1f}), and take {statistics.median(costs):.2f} of its CPU time; same bytes")


def start(rounds):
    lines = ["unit order"] + [f"let x{i} = {i} order + {i + 1} order * 2" for i in range(9_999)]
    long = work / "long.souk"
    long.write_text("\n".join(lines) + "\n")
    for title, command in (("souk run, one line", [souk, "run", here / "start/one.souk"]), ("souk check, 10,000 lines", [souk, "check", long])):
        times = [run(command)[0] * 1e3 for _ in range(4 * rounds)]
        print(f"{'start':13} {title}: {statistics.median(times):.1f} ms of CPU time")


def fluid():
    """What the day comes to when orders and payments flow: arrivals, given up, longest line.

    While there is a line q, it grows by λ(t) − μ − q/θ: payments begin at μ, and each who waits gives up at the rate of its patience.
    """
    script = (here / "oneday/model.souk").read_text()
    curves = []
    for body in re.findall(r"curve\(steps\) \{(.*?)\}", script, re.S):
        curves.append([(int(h) * 3600 + int(m) * 60, float(x) * (1e3 if k else 1)) for h, m, x, k in re.findall(r"(\d\d):(\d\d) => ([\d.]+)(k?) order", body)])
    rate, patience = 1e9 / round(1e9 / 256e3), 15 * 60  # a payment takes whole nanoseconds
    ends = sorted({t for curve in curves for t, _ in curve} | {86_400})
    came = gone = longest = line = 0.0
    for begin, end in zip(ends, ends[1:]):
        arrivals = sum([x for t, x in curve if t <= begin][-1] for curve in curves)
        came += arrivals * (end - begin)
        aim = (arrivals - rate) * patience
        if line == 0 and aim <= 0:
            continue
        span = end - begin
        if aim < 0:
            span = min(span, patience * math.log((line - aim) / -aim))
        before, line = line, aim + (line - aim) * math.exp(-span / patience)
        line = 0.0 if span < end - begin else line
        gone += (arrivals - rate) * span - (line - before)
        longest = max(longest, line)
    return came, gone, longest


def oneday():
    """The whole day, as `Benchmarks/README.md` says, with its answers."""
    cpu, wall, peak, out = run([souk, "run", here / "oneday/model.souk", "--max-memory", "8GB", "--max-steps", "100B", "--json"], pin=False)
    tables = {t["title"]: t["rows"] for t in json.loads(out)["items"][0]["tables"]}
    number = lambda title, name, column: next(row["figures"][column]["value"] for row in tables[title] if row["name"] == name)
    came, served, gone, longest = (number("stations", "gateway", c) for c in ("arrivals", "served", "reneged", "max queue"))
    expected = dict(zip(("came", "gone", "longest"), fluid()))
    started = sum(number("sources", s, "started") for s in ("shoppers", "prepared"))
    paid, lost = (number("outcomes", "buy: " + o, "count") for o in ("paid", "gave up"))
    assert started == came == served + gone and paid == served and lost == gone, "orders that came, paid and gave up don't add up"
    assert served <= 86_400e9 / 3906, "more payments than the gateway can make"
    for name, found, slack in (("came", came, 5 / math.sqrt(expected["came"])), ("gone", gone, 0.01), ("longest", longest, 0.002)):
        if abs(found / expected[name] - 1) > slack:
            sys.exit(f"oneday: {name} {found:.6g}, not {expected[name]:.6g} to {slack:.2g}")
    print(f"{'oneday':13} {came:.0f} orders ({expected['came']:.0f}), {gone:.0f} gave up ({expected['gone']:.0f}), longest line {longest:.0f} ({expected['longest']:.0f})")
    print(f"{'oneday':13} {cpu:.0f} s of CPU time ({cpu / served * 1e9:.0f} ns a payment), {wall:.0f} s by the clock, {peak:.0f} MB")


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("workloads", nargs="*", default=[n for n in WORKLOADS if n != "oneday"], metavar="workload")
    words.add_argument("--rounds", type=int, default=5)
    words.add_argument("--growth", action="store_true", help="ns a customer at 1e5, 1e6 and 1e7")
    words.add_argument("--no-peers", action="store_true")
    options = words.parse_args()
    names = [n for n in WORKLOADS if any(n == o or n.startswith(o + " ") for o in options.workloads)]
    build()
    python = None if options.no_peers else simpy()
    medians = {}
    print(f"{'workload':13} {'program':10} {'ns each':>10} {'spread':>7} {'M ev/s':>8} {'peak MB':>8} {'Souk / this':>12}")
    for name in names:
        if name in ("start", "statistics", "replications", "oneday"):
            {"start": lambda: start(options.rounds), "statistics": lambda: statistics_cost(options.rounds), "replications": lambda: replications(options.rounds), "oneday": oneday}[name]()
        else:
            medians[name] = measure(name, WORKLOADS[name], options.rounds, python)
    if "journey" in medians and "computed" in medians:
        print(f"{'computed':13} {medians['computed'] / medians['journey']:.2f} of journey")
    if options.growth:
        for name in names:
            if name in ("mm1", "mm64", "journey", "tandem"):
                growth(name, WORKLOADS[name])


main()
