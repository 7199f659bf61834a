// M/M/8 with three classes, preemptive resume and patience, as written in an afternoon: afternoon CUSTOMERS
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <list>
#include <memory>
#include <queue>
#include <random>

struct Customer {
  int rank;
  double left = -1, due = 0;
  uint64_t began = 0, timer = 0;
  std::list<std::shared_ptr<Customer>>::iterator place;
};
using Pointer = std::shared_ptr<Customer>;
struct Event {
  double time;
  uint64_t order;
  enum Kind { completion, patience, arrival } kind;
  Pointer customer;
  uint64_t timer;
  int rank;
  bool operator>(const Event& o) const { return time != o.time ? time > o.time : order > o.order; }
};

int main(int, char** argv) {
  long customers = atol(argv[1]), left[3] = {2 * customers / 9, 3 * customers / 9, 4 * customers / 9}, gone[3] = {};
  std::mt19937_64 random(1);
  std::exponential_distribution<double> gap[3] = {std::exponential_distribution<double>(2), std::exponential_distribution<double>(3), std::exponential_distribution<double>(4)}, service(1), patience(0.25);
  std::priority_queue<Event, std::vector<Event>, std::greater<Event>> events;
  std::list<Pointer> lines[3], serving;
  uint64_t order = 0, count = 0, starts = 0;
  auto serve = [&](Pointer c, double now) {
    if (c->left < 0) c->left = service(random);
    c->due = now + c->left, c->began = starts++, c->timer++;
    c->place = serving.insert(serving.end(), c);
    events.push({c->due, order++, Event::completion, c, c->timer, 0});
  };
  for (int k = 0; k < 3; k++) events.push({gap[k](random), order++, Event::arrival, nullptr, 0, k});
  while (!events.empty()) {
    Event e = events.top();
    events.pop();
    if (e.kind == Event::arrival) {
      count++;
      if (--left[e.rank] > 0) events.push({e.time + gap[e.rank](random), order++, Event::arrival, nullptr, 0, e.rank});
      auto c = std::make_shared<Customer>(Customer{e.rank});
      if (serving.size() < 8) { serve(c, e.time); continue; }
      Pointer worst = *std::max_element(serving.begin(), serving.end(), [](const Pointer& a, const Pointer& b) {
        return a->rank != b->rank ? a->rank < b->rank : a->began < b->began;
      });
      if (worst->rank > c->rank) {
        worst->left = worst->due - e.time, worst->timer++;
        serving.erase(worst->place);
        worst->place = lines[worst->rank].insert(lines[worst->rank].begin(), worst);
        serve(c, e.time);
      } else {
        c->place = lines[c->rank].insert(lines[c->rank].end(), c);
        events.push({e.time + patience(random), order++, Event::patience, c, c->timer, 0});
      }
      continue;
    }
    Pointer c = e.customer;
    if (c->timer != e.timer) continue;
    count++;
    if (e.kind == Event::patience) {
      gone[c->rank]++, c->timer++;
      lines[c->rank].erase(c->place);
      continue;
    }
    serving.erase(c->place), c->timer++;
    for (auto& line : lines)
      if (!line.empty()) {
        Pointer next = line.front();
        line.pop_front();
        serve(next, e.time);
        break;
      }
  }
  printf("gone1 %ld\ngone2 %ld\ngone3 %ld\nevents %lu\n", gone[0], gone[1], gone[2], count);
}
