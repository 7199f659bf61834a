// M/M/c event by event: tuned CUSTOMERS SERVERS RATE
#include "../tuned.hpp"

int main(int argc, char** argv) {
  int64_t customers = atoll(argv[1]), arrived = 0;
  int servers = atoi(argv[2]), busy = 0;
  double gap = 1 / atof(argv[3]), wait = 0;
  Random random(1);
  Heap heap;
  Ring<int64_t> queue;
  uint64_t order = 0, events = 0;
  auto serve = [&](int64_t now) { heap.push({now + ticks(random.exponential()), order++, 1}); };
  heap.push({ticks(gap * random.exponential()), order++, 0});
  while (!heap.empty()) {
    Event e = heap.pop();
    events++;
    if (e.what == 0) {
      if (++arrived < customers) heap.push({e.time + ticks(gap * random.exponential()), order++, 0});
      if (busy < servers) busy++, serve(e.time);
      else queue.push(e.time);
    } else if (!queue.empty()) {
      wait += (e.time - queue.pop()) * 1e-9;
      serve(e.time);
    } else busy--;
  }
  printf("wait %.6f\nevents %lu\n", wait / customers, events);
}
