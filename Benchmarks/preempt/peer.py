# M/M/8 with three classes, preemptive resume and patience in SimPy: peer.py CUSTOMERS
import random, sys
import simpy

customers = int(sys.argv[1])
random.seed(1)
env = simpy.Environment()
ward = simpy.PreemptiveResource(env, 8)
gone = [0, 0, 0]


def visit(rank):
    need = random.expovariate(1)
    turn = ward.request(priority=rank)
    if not turn.triggered:
        done = yield turn | env.timeout(random.expovariate(0.25))
        if turn not in done and not turn.triggered:
            turn.cancel()
            gone[rank] += 1
            return
    came = env.now
    while True:
        try:
            if not turn.processed:
                yield turn
            came = env.now
            yield env.timeout(need)
            ward.release(turn)
            return
        except simpy.Interrupt:
            need -= env.now - came
            turn = ward.request(priority=rank)


def door(rank, rate, limit):
    for _ in range(limit):
        yield env.timeout(random.expovariate(rate))
        env.process(visit(rank))


for rank, rate in enumerate((2, 3, 4)):
    env.process(door(rank, rate, rate * customers // 9))
env.run()
for rank in range(3):
    print(f"gone{rank + 1}", gone[rank])
