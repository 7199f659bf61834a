// M/M/8 with three classes, preemptive resume, exponential patience until service begins: tuned CUSTOMERS
#include "../tuned.hpp"

struct Customer { int64_t due, left; uint64_t began; int32_t next, previous; uint32_t timer; uint8_t rank; bool started; };
struct Line { int32_t head = -1, tail = -1; };

int main(int, char** argv) {
  int64_t customers = atoll(argv[1]), left[3] = {2 * customers / 9, 3 * customers / 9, 4 * customers / 9}, gone[3] = {};
  const double rate[3] = {2, 3, 4};
  Random random(1);
  Heap heap;
  std::vector<Customer> all;
  int32_t freed = -1, serving[8];
  int busy = 0;
  Line lines[3];
  uint64_t order = 0, events = 0, starts = 0;
  auto after = [&](int64_t t, uint64_t kind, int32_t i) { heap.push({t, kind << 62 | order++, kind << 60 | uint64_t(all[i].timer) << 28 | i}); };
  auto come = [&](int64_t now, int k) { heap.push({now + ticks(random.exponential() / rate[k]), 2ull << 62 | order++, 2ull << 60 | k}); };
  auto serve = [&](int32_t i, int64_t now) {
    Customer& c = all[i];
    if (!c.started) c.started = true, c.left = ticks(random.exponential());
    c.began = starts++, c.due = now + c.left, c.timer++, serving[busy++] = i;
    after(c.due, 0, i);
  };
  auto unlink = [&](int32_t i) {
    Customer& c = all[i];
    Line& l = lines[c.rank];
    (c.previous < 0 ? l.head : all[c.previous].next) = c.next;
    (c.next < 0 ? l.tail : all[c.next].previous) = c.previous;
  };
  auto leave = [&](int32_t i) { all[i].timer++, all[i].next = freed, freed = i; };
  for (int k = 0; k < 3; k++) come(0, k);
  while (!heap.empty()) {
    Event e = heap.pop();
    int64_t now = e.time;
    int kind = e.what >> 60 & 3;
    if (kind == 2) {
      events++;
      int k = e.what & 3;
      if (--left[k] > 0) come(now, k);
      int32_t i = freed;
      if (i >= 0) freed = all[i].next;
      else i = all.size(), all.push_back({});
      Customer& c = all[i];
      c.rank = k, c.started = false;
      if (busy < 8) { serve(i, now); continue; }
      int worst = 0;
      for (int s = 1; s < 8; s++) {
        Customer &a = all[serving[s]], &b = all[serving[worst]];
        if (a.rank > b.rank || (a.rank == b.rank && a.began > b.began)) worst = s;
      }
      int32_t w = serving[worst];
      Customer& v = all[w];
      if (v.rank > k) {
        v.left = v.due - now, v.timer++, serving[worst] = serving[--busy];
        Line& l = lines[v.rank];
        v.previous = -1, v.next = l.head;
        (l.head < 0 ? l.tail : all[l.head].previous) = w, l.head = w;
        serve(i, now);
      } else {
        Line& l = lines[k];
        c.next = -1, c.previous = l.tail;
        (l.tail < 0 ? l.head : all[l.tail].next) = i, l.tail = i;
        after(now + ticks(4 * random.exponential()), 1, i);
      }
      continue;
    }
    int32_t i = e.what & 0xFFFFFFF;
    Customer& c = all[i];
    if ((c.timer & 0xFFFFFFFF) != (e.what >> 28 & 0xFFFFFFFF)) continue;
    events++;
    if (kind == 1) { gone[c.rank]++, unlink(i), leave(i); continue; }
    int s = 0;
    while (serving[s] != i) s++;
    serving[s] = serving[--busy];
    leave(i);
    for (int k = 0; k < 3; k++)
      if (lines[k].head >= 0) {
        int32_t next = lines[k].head;
        unlink(next), serve(next, now);
        break;
      }
  }
  printf("gone1 %ld\ngone2 %ld\ngone3 %ld\nevents %lu\n", gone[0], gone[1], gone[2], events);
}
