# M/M/c in SimPy: peer.py CUSTOMERS SERVERS RATE
import random, sys
import simpy

customers, servers, rate = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
random.seed(1)
env = simpy.Environment()
till = simpy.Resource(env, servers)
wait = 0.0


def visit():
    global wait
    came = env.now
    with till.request() as turn:
        yield turn
        wait += env.now - came
        yield env.timeout(random.expovariate(1))


def door():
    for _ in range(customers):
        yield env.timeout(random.expovariate(rate))
        env.process(visit())


env.process(door())
env.run()
print("wait", wait / customers)
