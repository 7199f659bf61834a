# Exponential holds of N entities in SimPy, for a hundredth of the time: peer.py ENTITIES
import random, sys
import simpy

entities = int(sys.argv[1])
random.seed(1)
env = simpy.Environment()
held = 0


def cycle():
    global held
    while True:
        yield env.timeout(random.expovariate(1 / (entities * 1e-5)))
        held += 1


for _ in range(entities):
    env.process(cycle())
env.run(until=1)
print("held", held)
