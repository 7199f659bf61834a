// M/M/c as written in an afternoon: afternoon CUSTOMERS SERVERS RATE
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <queue>
#include <random>

struct Customer { double arrived; };
struct Event {
  double time;
  uint64_t order;
  enum Kind { arrival, departure } kind;
  Customer* customer;
  bool operator>(const Event& o) const { return time != o.time ? time > o.time : order > o.order; }
};

int main(int argc, char** argv) {
  long customers = atol(argv[1]), arrived = 0;
  int servers = atoi(argv[2]), busy = 0;
  std::mt19937_64 random(1);
  std::exponential_distribution<double> gap(atof(argv[3])), service(1);
  std::priority_queue<Event, std::vector<Event>, std::greater<Event>> events;
  std::queue<Customer*> queue;
  uint64_t order = 0, count = 0;
  double wait = 0;
  events.push({gap(random), order++, Event::arrival, nullptr});
  while (!events.empty()) {
    Event e = events.top();
    events.pop();
    count++;
    if (e.kind == Event::arrival) {
      if (++arrived < customers) events.push({e.time + gap(random), order++, Event::arrival, nullptr});
      Customer* c = new Customer{e.time};
      if (busy < servers) {
        busy++;
        events.push({e.time + service(random), order++, Event::departure, c});
      } else queue.push(c);
    } else {
      delete e.customer;
      if (queue.empty()) busy--;
      else {
        Customer* c = queue.front();
        queue.pop();
        wait += e.time - c->arrived;
        events.push({e.time + service(random), order++, Event::departure, c});
      }
    }
  }
  printf("wait %.6f\nevents %lu\n", wait / customers, count);
}
