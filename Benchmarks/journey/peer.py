# The order's way in SimPy: peer.py ORDERS
import math, random, sys
import simpy

orders = int(sys.argv[1])
random.seed(1)
env = simpy.Environment()
pay = simpy.Resource(env, 200)
hubs = [simpy.Resource(env, 50) for _ in range(5)]
hours = [34, 22, 12, 8, 8, 8, 12, 12, 20, 20, 27, 27, 27, 27, 24, 24, 24, 24, 26, 26, 32, 32, 32, 30]
times = []


def lognormal(mean, sd):
    s2 = math.log1p(sd * sd / mean / mean)
    return random.lognormvariate(math.log(mean) - s2 / 2, math.sqrt(s2))


def buy():
    came = env.now
    tries = 1
    while True:
        with pay.request() as turn:
            yield turn
            yield env.timeout(lognormal(12, 9))
        if random.random() >= 0.008:
            break
        if tries == 3:
            times.append(env.now - came)
            return
        tries += 1
    with random.choices(hubs, (40, 25, 15, 12, 8))[0].request() as turn:
        yield turn
        yield env.timeout(random.expovariate(0.1))
    yield env.timeout(random.gammavariate(4, 12 * 3600))
    yield env.timeout(lognormal(12 * 3600, 6 * 3600))
    times.append(env.now - came)


def buyers():
    now = 0.0
    for _ in range(orders):
        amount = random.expovariate(1)
        while True:
            hour = int(now // 3600)
            rate = hours[hour % 24] / 3.6
            end = (hour + 1) * 3600
            if amount <= (end - now) * rate:
                now += amount / rate
                break
            amount -= (end - now) * rate
            now = end
        yield env.timeout(now - env.now)
        env.process(buy())


env.process(buyers())
env.run()
times.sort()
print("time", sum(times) / len(times) / 3600)
for q in (50, 95, 99):
    print(f"p{q}", times[int(q / 100 * (len(times) - 1))] / 3600)
