"""M/M/c in SimPy. Usage: mm1.py servers arrivals_per_second customers"""
import random, sys
import simpy

servers, rate, customers = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
random.seed(1)
env = simpy.Environment()
till = simpy.Resource(env, servers)
waits = []


def visit():
    came = env.now
    with till.request() as turn:
        yield turn
        waits.append(env.now - came)
        yield env.timeout(random.expovariate(1))


def door():
    for _ in range(customers):
        yield env.timeout(random.expovariate(rate))
        env.process(visit())


env.process(door())
env.run()
print(sum(waits) / len(waits))
