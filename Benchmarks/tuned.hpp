// What the tuned references share: xoshiro256++, ziggurat variates, a branchless 4-ary heap and a ladder queue of 24-byte
// events by value, exact ties by (time, order). Each reference is one model, written for that model alone.
#pragma once
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

/// Blackman & Vigna (2019).
struct Random {
  uint64_t s[4];
  explicit Random(uint64_t seed) {
    for (auto& x : s) {  // SplitMix64
      uint64_t z = (seed += 0x9E3779B97F4A7C15);
      z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9, z = (z ^ (z >> 27)) * 0x94D049BB133111EB, x = z ^ (z >> 31);
    }
  }
  static uint64_t rotl(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }
  uint64_t next() {
    uint64_t r = rotl(s[0] + s[3], 23) + s[0], t = s[1] << 17;
    s[2] ^= s[0], s[3] ^= s[1], s[1] ^= s[2], s[0] ^= s[3], s[2] ^= t, s[3] = rotl(s[3], 45);
    return r;
  }
  double uniform() { return ((next() >> 11) + 0.5) * 0x1p-53; }

  // Ziggurats of 256 layers (Marsaglia & Tsang 2000, with 53-bit numbers as Doornik 2005 asks).
  struct Ziggurat {
    double x[257], y[257];
    Ziggurat(double r, double v, double (*f)(double), double (*inverse)(double)) {
      x[0] = v / f(r), x[1] = r;
      for (int i = 2; i < 256; i++) x[i] = inverse(v / x[i - 1] + f(x[i - 1]));
      x[256] = 0;
      for (int i = 0; i <= 256; i++) y[i] = f(x[i]);
    }
  };
  double exponential() {
    static const Ziggurat z(7.69711747013104972, 0.0039496598225815571993, [](double x) { return std::exp(-x); },
                            [](double y) { return -std::log(y); });
    for (double shift = 0;;) {
      uint64_t w = next();
      int i = w & 255;
      double x = (w >> 11) * 0x1p-53 * z.x[i];
      if (x < z.x[i + 1]) return shift + x;
      if (i == 0) shift += z.x[1];
      else if (z.y[i] + (z.y[i + 1] - z.y[i]) * uniform() < std::exp(-x)) return shift + x;
    }
  }
  double normal() {
    static const Ziggurat z(3.6541528853610087963519472518, 0.0049286732339746519, [](double x) { return std::exp(-x * x / 2); },
                            [](double y) { return std::sqrt(-2 * std::log(y)); });
    for (;;) {
      uint64_t w = next();
      int i = w & 255;
      double sign = w & 256 ? -1 : 1, x = (w >> 11) * 0x1p-53 * z.x[i];
      if (x < z.x[i + 1]) return sign * x;
      if (i == 0) {
        double a, b;
        do a = exponential() / z.x[1], b = exponential();
        while (2 * b < a * a);
        return sign * (z.x[1] + a);
      }
      if (z.y[i] + (z.y[i + 1] - z.y[i]) * uniform() < std::exp(-x * x / 2)) return sign * x;
    }
  }
  /// Marsaglia & Tsang (2000), shape of at least 1, scale 1.
  double gamma(double shape) {
    double d = shape - 1.0 / 3, c = 1 / std::sqrt(9 * d);
    for (;;) {
      double x = normal(), v = 1 + c * x;
      if (v <= 0) continue;
      v = v * v * v;
      double u = uniform();
      if (u < 1 - 0.0331 * x * x * x * x || std::log(u) < x * x / 2 + d * (1 - v + std::log(v))) return d * v;
    }
  }
};

/// A lognormal of a mean and a standard deviation.
struct Lognormal {
  double mu, sigma;
  Lognormal(double mean, double sd) : sigma(std::sqrt(std::log1p(sd * sd / mean / mean))) { mu = std::log(mean) - sigma * sigma / 2; }
  double operator()(Random& random) const { return std::exp(mu + sigma * random.normal()); }
};

inline int64_t ticks(double seconds) { return int64_t(seconds * 1e9 + 0.5); }

struct Event {
  int64_t time;
  uint64_t order;
  uint64_t what;
  bool operator<(const Event& o) const {
    return ((__int128)time << 64 | order) < ((__int128)o.time << 64 | o.order);
  }
};

/// 4-ary, the smallest child chosen without branches, the hole at the root filled by the next push.
struct Heap {
  std::vector<Event> a;
  bool hole = false;
  bool empty() const { return a.size() == hole; }
  size_t size() const { return a.size() - hole; }
  void down(Event e) {
    size_t n = a.size(), i = 0;
    for (;;) {
      size_t c = 4 * i + 1, best;
      if (c + 3 < n) {
        size_t l = c + (a[c + 1] < a[c]), r = c + 2 + (a[c + 3] < a[c + 2]);
        best = a[r] < a[l] ? r : l;
      } else if (c < n) {
        best = c;
        for (size_t k = c + 1; k < n; k++) best = a[k] < a[best] ? k : best;
      } else break;
      if (!(a[best] < e)) break;
      a[i] = a[best], i = best;
    }
    a[i] = e;
  }
  void push(Event e) {
    if (hole) { hole = false, down(e); return; }
    size_t i = a.size();
    a.push_back(e);
    for (; i; i = (i - 1) / 4) {
      if (!(e < a[(i - 1) / 4])) break;
      a[i] = a[(i - 1) / 4];
    }
    a[i] = e;
  }
  const Event& top() {
    if (hole) {
      hole = false;
      Event e = a.back();
      a.pop_back();
      if (!a.empty()) down(e);
    }
    return a[0];
  }
  Event pop() {
    Event e = top();
    hole = true;
    return e;
  }
};

/// A ladder queue (Tang, Goh & Thng 2005) over chains of chunks, a heap at the bottom.
struct Ladder {
  static constexpr int chunk = 16, load = 16, threshold = 96;
  struct Bucket { int32_t last = -1, count = 0; };
  struct Rung { int64_t start, width; int current; int64_t count; std::vector<Bucket> buckets; };
  Heap bottom;
  std::vector<Event> events;
  std::vector<int32_t> next;
  int32_t freed = -1;
  std::vector<Rung> rungs;
  Bucket above;
  int64_t aboveStart = INT64_MIN, low = INT64_MAX, high = INT64_MIN;
  size_t count = 0;

  bool empty() const { return !count; }
  void add(Bucket& b, const Event& e) {
    int slot = b.count & (chunk - 1);
    if (!slot) {
      int32_t c = freed;
      if (c >= 0) freed = next[c];
      else c = next.size(), next.push_back(-1), events.resize(events.size() + chunk);
      next[c] = b.last, b.last = c;
    }
    events[size_t(b.last) * chunk + slot] = e, b.count++;
  }
  Event take(Bucket& b) {
    int slot = --b.count & (chunk - 1);
    Event e = events[size_t(b.last) * chunk + slot];
    if (!slot) { int32_t c = b.last; b.last = next[c], next[c] = freed, freed = c; }
    return e;
  }
  void push(Event e) {
    count++;
    if (e.time >= aboveStart) {
      if (e.time < low) low = e.time;
      if (e.time > high) high = e.time;
      return add(above, e);
    }
    for (auto& r : rungs)
      if (e.time >= r.start + r.current * r.width) { r.count++; return add(r.buckets[(e.time - r.start) / r.width], e); }
    bottom.push(e);
  }
  void open(int64_t start, int64_t span, Bucket b) {
    int64_t width = std::max<int64_t>(span / (b.count / load), 1);
    rungs.push_back({start, width, 0, b.count, std::vector<Bucket>((span - 1) / width + 1)});
    auto& r = rungs.back();
    while (b.count) { Event e = take(b); add(r.buckets[(e.time - start) / width], e); }
  }
  void refill() {
    for (;;) {
      if (rungs.empty()) {
        Bucket b = above;
        int64_t start = low, span = high - low + 1;
        above = Bucket(), aboveStart = high + 1, low = INT64_MAX, high = INT64_MIN;
        if (b.count > threshold && span > 1) { open(start, span, b); continue; }
        while (b.count) bottom.push(take(b));
        return;
      }
      auto& r = rungs.back();
      if (!r.count) { rungs.pop_back(); continue; }
      while (!r.buckets[r.current].count) r.current++;
      Bucket b = r.buckets[r.current];
      int64_t start = r.start + r.current * r.width, width = r.width;
      r.buckets[r.current] = Bucket(), r.current++, r.count -= b.count;
      if (b.count > threshold && width > 1 && rungs.size() < 12) { open(start, width, b); continue; }
      while (b.count) bottom.push(take(b));
      return;
    }
  }
  Event pop() {
    if (bottom.empty()) refill();
    count--;
    return bottom.pop();
  }
};

/// A ring that grows: who waits at a station.
template <class T>
struct Ring {
  std::vector<T> a = std::vector<T>(1024);
  size_t head = 0, tail = 0;
  bool empty() const { return head == tail; }
  void push(T x) {
    if (tail - head == a.size()) {
      std::vector<T> b(2 * a.size());
      for (size_t i = head; i < tail; i++) b[i - head] = a[i & (a.size() - 1)];
      tail -= head, head = 0, a.swap(b);
    }
    a[tail++ & (a.size() - 1)] = x;
  }
  T pop() { return a[head++ & (a.size() - 1)]; }
};
