// Ten M/M/1 stations in a row as written in an afternoon: afternoon CUSTOMERS
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <queue>
#include <random>

struct Customer { double came; int station = 0; };
struct Event {
  double time;
  uint64_t order;
  Customer* customer;  // none: the next arrival
  bool operator>(const Event& o) const { return time != o.time ? time > o.time : order > o.order; }
};

int main(int, char** argv) {
  long customers = atol(argv[1]), arrived = 0, done = 0;
  std::mt19937_64 random(1);
  std::exponential_distribution<double> gap(0.8), service(1);
  std::priority_queue<Event, std::vector<Event>, std::greater<Event>> events;
  std::queue<Customer*> queues[10];
  bool busy[10] = {};
  uint64_t order = 0, count = 0;
  double time = 0;
  auto enter = [&](Customer* c, double now) {
    if (busy[c->station]) { queues[c->station].push(c); return; }
    busy[c->station] = true;
    events.push({now + service(random), order++, c});
  };
  events.push({gap(random), order++, nullptr});
  while (!events.empty()) {
    Event e = events.top();
    events.pop();
    count++;
    if (!e.customer) {
      if (++arrived < customers) events.push({e.time + gap(random), order++, nullptr});
      enter(new Customer{e.time}, e.time);
      continue;
    }
    int s = e.customer->station;
    if (queues[s].empty()) busy[s] = false;
    else {
      events.push({e.time + service(random), order++, queues[s].front()});
      queues[s].pop();
    }
    if (++e.customer->station < 10) enter(e.customer, e.time);
    else {
      time += e.time - e.customer->came, done++;
      delete e.customer;
    }
  }
  printf("time %.6f\nevents %lu\n", time / done, count);
}
