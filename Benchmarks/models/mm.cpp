// The same queues by hand: M/M/c, event-driven, a 4-ary implicit heap of 24-byte events by value, xoshiro256++ and inversion.
// What an expert writes in an afternoon and then tunes. Usage: mm c arrivals_per_second customers
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

struct Random {
  uint64_t s[4] = {1, 2, 3, 4};
  static uint64_t rotl(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }
  uint64_t next() {
    uint64_t r = rotl(s[0] + s[3], 23) + s[0], t = s[1] << 17;
    s[2] ^= s[0], s[3] ^= s[1], s[1] ^= s[2], s[0] ^= s[3], s[2] ^= t, s[3] = rotl(s[3], 45);
    return r;
  }
  double exponential(double mean) { return -mean * std::log(((next() >> 11) + 0.5) * 0x1p-53); }
};

struct Event { int64_t time; uint64_t order; int64_t what; };

struct Heap {
  std::vector<Event> a;
  static bool less(const Event& x, const Event& y) { return x.time < y.time || (x.time == y.time && x.order < y.order); }
  void push(Event e) {
    size_t i = a.size();
    a.push_back(e);
    while (i) {
      size_t p = (i - 1) / 4;
      if (!less(e, a[p])) break;
      a[i] = a[p], i = p;
    }
    a[i] = e;
  }
  Event pop() {
    Event top = a[0], e = a.back();
    a.pop_back();
    size_t n = a.size(), i = 0;
    while (4 * i + 1 < n) {
      size_t c = 4 * i + 1, best = c, end = c + 4 < n ? c + 4 : n;
      for (size_t k = c + 1; k < end; k++) best = less(a[k], a[best]) ? k : best;
      if (!less(a[best], e)) break;
      a[i] = a[best], i = best;
    }
    if (n) a[i] = e;
    return top;
  }
};

int main(int argc, char** argv) {
  int servers = argc > 1 ? atoi(argv[1]) : 1;
  double rate = argc > 2 ? atof(argv[2]) : 0.9;
  int64_t customers = argc > 3 ? atoll(argv[3]) : 5000000;
  Random random;
  Heap heap;
  std::vector<int64_t> queue(1 << 20);
  size_t head = 0, tail = 0, mask = queue.size() - 1;
  int busy = 0;
  uint64_t order = 0;
  int64_t arrived = 0;
  double wait = 0;
  auto ticks = [](double s) { return (int64_t)(s * 1e9 + 0.5); };
  heap.push({ticks(random.exponential(1 / rate)), order++, 0});
  while (!heap.a.empty()) {
    Event e = heap.pop();
    if (e.what == 0) {
      if (++arrived < customers) heap.push({e.time + ticks(random.exponential(1 / rate)), order++, 0});
      if (busy < servers) {
        busy++;
        heap.push({e.time + ticks(random.exponential(1)), order++, 1});
      } else {
        queue[tail++ & mask] = e.time;
      }
    } else if (head != tail) {
      wait += (e.time - queue[head++ & mask]) * 1e-9;
      heap.push({e.time + ticks(random.exponential(1)), order++, 1});
    } else {
      busy--;
    }
  }
  printf("%.6f s\n", wait / customers);
}
