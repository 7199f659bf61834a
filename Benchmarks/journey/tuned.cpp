// The order's way, event by event with 24-byte events by value and no table of entities: tuned ORDERS [fused]
// `fused`: the two delays in a row never enter the event list, and with them goes who is under way.
#include "../tuned.hpp"
#include "rush.hpp"
#include <algorithm>

int main(int argc, char** argv) {
  int64_t orders = atoll(argv[1]), arrived = 0;
  bool fused = argc > 2;
  Random random(1);
  Ladder list;
  Rush rush;
  struct Order { int64_t came; uint8_t tries; };
  // What happens next to whom: the step in the lowest 3 bits, the try in the next 2, the hub in 3, then when the order came
  // (in units of 32 ns).
  enum { arrival, paid, sorted, carried, home };
  auto what = [](int step, Order o, int hub = 0) { return uint64_t(step | o.tries << 3 | hub << 5) | uint64_t(o.came >> 5) << 8; };
  Ring<Order> pay, sort[5];
  int busy = 0, sorting[5] = {};
  Lognormal payment(12, 9), mile(12 * 3600, 6 * 3600);
  const double shares[5] = {0.40, 0.65, 0.80, 0.92, 1};
  std::vector<float> times;
  times.reserve(orders);
  double sum = 0;
  uint64_t order = 0, events = 0;
  auto put = [&](int64_t t, uint64_t w) { list.push({t, order++, w}); };
  auto enterPay = [&](Order o, int64_t now) {
    if (busy < 200) busy++, put(now + ticks(payment(random)), what(paid, o));
    else pay.push(o);
  };
  auto arrive = [&] { put(ticks(rush.next(random.exponential())), arrival); };
  auto finish = [&](int64_t came, int64_t now) { double t = (now - came) * 1e-9; sum += t, times.push_back(t); };
  arrive();
  while (!list.empty()) {
    Event e = list.pop();
    events++;
    int64_t now = e.time, came = int64_t(e.what >> 8) << 5;
    switch (e.what & 7) {
      case arrival:
        if (++arrived < orders) arrive();
        enterPay({now, 1}, now);
        break;
      case paid: {
        if (pay.empty()) busy--;
        else put(now + ticks(payment(random)), what(paid, pay.pop()));
        Order o{came, uint8_t(e.what >> 3 & 3)};
        if (random.uniform() < 0.008) {
          if (o.tries < 3) o.tries++, enterPay(o, now);
          else finish(came, now);
          break;
        }
        double u = random.uniform();
        int hub = 0;
        while (u >= shares[hub]) hub++;
        if (sorting[hub] < 50) sorting[hub]++, put(now + ticks(10 * random.exponential()), what(sorted, o, hub));
        else sort[hub].push(o);
        break;
      }
      case sorted: {
        int hub = e.what >> 5 & 7;
        if (sort[hub].empty()) sorting[hub]--;
        else put(now + ticks(10 * random.exponential()), what(sorted, sort[hub].pop(), hub));
        int64_t there = now + ticks(12 * 3600 * random.gamma(4));
        if (fused) events += 2, finish(came, there + ticks(mile(random)));
        else put(there, what(carried, {came, 0}));
        break;
      }
      case carried: put(now + ticks(mile(random)), what(home, {came, 0})); break;
      default: finish(came, now);
    }
  }
  auto quantile = [&](double q) {
    size_t i = q * (times.size() - 1);
    std::nth_element(times.begin(), times.begin() + i, times.end());
    return times[i] / 3600;
  };
  printf("time %.6f\np50 %.6f\np95 %.6f\np99 %.6f\nevents %lu\n", sum / times.size() / 3600, quantile(0.5), quantile(0.95), quantile(0.99), events);
}
