#!/usr/bin/env python3
"""Times the same models in Souk, in C++ written for that one model, and in SimPy, in one run, in turn, and prints ratios.

    swift build -c release --product souk
    python3 Benchmarks/run.py [--rounds 5] [--peers]

Process CPU time, medians of the rounds; a ratio is taken round by round, so it holds when the machine's speed drifts.
Absolute times are those of this machine at this moment. `--peers` adds SimPy (`pip install simpy`), a hundredth as long.
"""
import argparse, pathlib, resource, statistics, subprocess, sys, tempfile

here = pathlib.Path(__file__).resolve().parent
souk = here.parent / ".build/release/souk"
models = here / "models"


def cpu(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stderr}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout.strip()


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--rounds", type=int, default=5)
    words.add_argument("--peers", action="store_true")
    options = words.parse_args()
    if not souk.exists():
        sys.exit("build first: swift build -c release --product souk")
    work = pathlib.Path(tempfile.mkdtemp())
    native = work / "mm"
    subprocess.run(["g++", "-O3", "-march=native", "-o", native, models / "mm.cpp"], check=True)
    customers = 5_000_000
    rows = [
        ("M/M/1 at 90 %", models / "mm1.souk", [native, 1, 0.9, customers], ["mm1.py", 1, 0.9]),
        ("M/M/64 at 90 %", models / "mm64.souk", [native, 64, 57.6, customers], ["mm1.py", 64, 57.6]),
        ("M/M/1, values computed in the journey", models / "computing.souk", [native, 1, 0.9, customers], None),
        ("a parcel's way, a million entities", models / "parcels.souk", None, None),
    ]
    print(f"{'model':40} {'Souk s':>8} {'C++ s':>8} {'Souk/C++':>9} {'SimPy/Souk':>11}")
    for title, script, other, peer in rows:
        ours, theirs, ratios = [], [], []
        for _ in range(options.rounds):
            a, _ = cpu([souk, "run", script])
            ours.append(a)
            if other:
                b, _ = cpu(other)
                theirs.append(b)
                ratios.append(a / b)
        mine = statistics.median(ours)
        line = f"{title:40} {mine:8.2f}"
        line += f" {statistics.median(theirs):8.2f} {statistics.median(ratios):9.2f}" if other else f" {'':8} {'':9}"
        if options.peers and peer:
            c, _ = cpu([sys.executable, models / peer[0], *peer[1:], customers // 100])
            line += f" {c * 100 / mine:11.0f}"
        print(line, flush=True)


main()
