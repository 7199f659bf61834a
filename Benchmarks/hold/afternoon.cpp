// Ten million exponential holds of N entities as written in an afternoon: afternoon ENTITIES
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <queue>
#include <random>

struct Entity { long holds = 0; };
struct Event {
  double time;
  uint64_t order;
  Entity* entity;
  bool operator>(const Event& o) const { return time != o.time ? time > o.time : order > o.order; }
};

int main(int, char** argv) {
  long n = atol(argv[1]), held = 0;
  std::mt19937_64 random(1);
  std::exponential_distribution<double> gap(1 / (n * 1e-5));
  std::priority_queue<Event, std::vector<Event>, std::greater<Event>> events;
  uint64_t order = 0;
  for (long i = 0; i < n; i++) events.push({gap(random), order++, new Entity});
  for (;;) {
    Event e = events.top();
    if (e.time > 100) break;
    events.pop();
    held++, e.entity->holds++;
    events.push({e.time + gap(random), order++, e.entity});
  }
  printf("held %ld\nevents %ld\n", held, held);
}
