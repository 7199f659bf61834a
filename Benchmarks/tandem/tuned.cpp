// Ten M/M/1 stations in a row, event by event: tuned CUSTOMERS
#include "../tuned.hpp"

int main(int, char** argv) {
  int64_t customers = atoll(argv[1]), arrived = 0, done = 0;
  Random random(1);
  Heap heap;
  struct Customer { int64_t came; };
  Ring<Customer> queue[10];
  Customer served[10];
  bool busy[10] = {};
  uint64_t order = 0, events = 0;
  double time = 0;
  auto enter = [&](uint64_t s, Customer c, int64_t now) {
    if (busy[s]) { queue[s].push(c); return; }
    busy[s] = true, served[s] = c;
    heap.push({now + ticks(random.exponential()), order++, s});
  };
  heap.push({ticks(random.exponential() / 0.8), order++, 10});
  while (!heap.empty()) {
    Event e = heap.pop();
    events++;
    if (e.what == 10) {
      if (++arrived < customers) heap.push({e.time + ticks(random.exponential() / 0.8), order++, 10});
      enter(0, {e.time}, e.time);
      continue;
    }
    Customer c = served[e.what];
    if (queue[e.what].empty()) busy[e.what] = false;
    else {
      served[e.what] = queue[e.what].pop();
      heap.push({e.time + ticks(random.exponential()), order++, e.what});
    }
    if (e.what < 9) enter(e.what + 1, c, e.time);
    else time += (e.time - c.came) * 1e-9, done++;
  }
  printf("time %.6f\nevents %lu\n", time / done, events);
}
