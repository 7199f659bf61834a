# Ten M/M/1 stations in a row in SimPy: peer.py CUSTOMERS
import random, sys
import simpy

customers = int(sys.argv[1])
random.seed(1)
env = simpy.Environment()
stations = [simpy.Resource(env, 1) for _ in range(10)]
time = 0.0


def visit():
    global time
    came = env.now
    for station in stations:
        with station.request() as turn:
            yield turn
            yield env.timeout(random.expovariate(1))
    time += env.now - came


def door():
    for _ in range(customers):
        yield env.timeout(random.expovariate(0.8))
        env.process(visit())


env.process(door())
env.run()
print("time", time / customers)
