// The order's way as written in an afternoon: afternoon ORDERS
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <queue>
#include <random>
#include "rush.hpp"

struct Order { double came; int tries = 1, hub = 0; };
enum Step { arrival, paid, sorted, carried, home };
struct Event {
  double time;
  uint64_t order;
  Step step;
  Order* who;
  bool operator>(const Event& o) const { return time != o.time ? time > o.time : order > o.order; }
};
std::lognormal_distribution<double> lognormal(double mean, double sd) {
  double s2 = std::log(1 + sd * sd / mean / mean);
  return std::lognormal_distribution<double>(std::log(mean) - s2 / 2, std::sqrt(s2));
}

int main(int, char** argv) {
  long orders = atol(argv[1]), arrived = 0;
  std::mt19937_64 random(1);
  auto payment = lognormal(12, 9), mile = lognormal(12 * 3600, 6 * 3600);
  std::exponential_distribution<double> one(1), sorting(0.1);
  std::gamma_distribution<double> transit(4, 12 * 3600);
  std::bernoulli_distribution declined(0.008);
  std::discrete_distribution<int> route({40, 25, 15, 12, 8});
  std::priority_queue<Event, std::vector<Event>, std::greater<Event>> events;
  std::queue<Order*> pay, sort[5];
  int busy = 0, atHub[5] = {};
  Rush rush;
  std::vector<double> times;
  uint64_t order = 0, count = 0;
  auto put = [&](double t, Step s, Order* o) { events.push({t, order++, s, o}); };
  auto enterPay = [&](Order* o, double now) {
    if (busy == 200) { pay.push(o); return; }
    busy++;
    put(now + payment(random), paid, o);
  };
  auto finish = [&](Order* o, double now) {
    times.push_back(now - o->came);
    delete o;
  };
  put(rush.next(one(random)), arrival, nullptr);
  while (!events.empty()) {
    Event e = events.top();
    events.pop();
    count++;
    double now = e.time;
    Order* o = e.who;
    switch (e.step) {
      case arrival:
        if (++arrived < orders) put(rush.next(one(random)), arrival, nullptr);
        enterPay(new Order{now}, now);
        break;
      case paid:
        if (pay.empty()) busy--;
        else put(now + payment(random), paid, pay.front()), pay.pop();
        if (declined(random)) {
          if (o->tries == 3) finish(o, now);
          else o->tries++, enterPay(o, now);
          break;
        }
        o->hub = route(random);
        if (atHub[o->hub] < 50) atHub[o->hub]++, put(now + sorting(random), sorted, o);
        else sort[o->hub].push(o);
        break;
      case sorted: {
        auto& queue = sort[o->hub];
        if (queue.empty()) atHub[o->hub]--;
        else put(now + sorting(random), sorted, queue.front()), queue.pop();
        put(now + transit(random), carried, o);
        break;
      }
      case carried: put(now + mile(random), home, o); break;
      case home: finish(o, now);
    }
  }
  std::sort(times.begin(), times.end());
  double sum = 0;
  for (double t : times) sum += t;
  auto quantile = [&](double q) { return times[q * (times.size() - 1)] / 3600; };
  printf("time %.6f\np50 %.6f\np95 %.6f\np99 %.6f\nevents %lu\n", sum / times.size() / 3600, quantile(0.5), quantile(0.95), quantile(0.99), count);
}
