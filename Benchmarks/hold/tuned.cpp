// Ten million exponential holds of N entities, by a ladder queue or (below a thousand) a heap: tuned ENTITIES
#include "../tuned.hpp"

template <class List>
uint64_t run(uint64_t n) {
  Random random(1);
  List list;
  double mean = n * 1e-5;
  uint64_t order = 0, held = 0;
  for (uint64_t i = 0; i < n; i++) list.push({ticks(mean * random.exponential()), order++, i});
  for (;;) {
    Event e = list.pop();
    if (e.time > 100'000'000'000) return held;
    held++;
    list.push({e.time + ticks(mean * random.exponential()), order++, e.what});
  }
}

int main(int, char** argv) {
  uint64_t n = atoll(argv[1]), held = n <= 1000 ? run<Heap>(n) : run<Ladder>(n);
  printf("held %lu\nevents %lu\n", held, held);
}
