// Chooses among the same functions compiled for AVX-512, AVX2 and plain vectors of 128 bits (which every x86-64 and arm64
// has). In Swift there is no way to compile a function for a processor that isn't the least one, and at the least one a
// draw took 165 instructions, against about 25 here with AVX2. No multiplication and addition may be fused: bits would change.
#include "include/variate_blocks.h"
#include <stdlib.h>
#pragma STDC FP_CONTRACT OFF
#pragma clang diagnostic ignored "-Wunused-function"

#define JOIN(a, b) a##_##b
#define JOINED(a, b) JOIN(a, b)
#define NAME(x) JOINED(x, SET)

#define SET plain
#define LANES 2
#define TARGET
#include "lanes.h"
#undef SET
#undef LANES
#undef TARGET

#if defined(__x86_64__)
#define SET avx2
#define LANES 8
#define TARGET __attribute__((target("avx2")))
#include "lanes.h"
#undef SET
#undef LANES
#undef TARGET

#define SET avx512
#define LANES 16
#define TARGET __attribute__((target("avx512f,avx512dq")))
#include "lanes.h"
#undef SET
#undef LANES
#undef TARGET

// Half as many lanes, for a few that are scattered.
#define SET few
#define LANES 8
#define TARGET __attribute__((target("avx512f,avx512dq")))
#include "lanes.h"
#undef SET
#undef LANES
#undef TARGET

#define CHOOSE(kind, ...) \
  if (__builtin_cpu_supports("avx512dq")) kind##_avx512(__VA_ARGS__); \
  else if (__builtin_cpu_supports("avx2")) kind##_avx2(__VA_ARGS__); \
  else kind##_plain(__VA_ARGS__);
#define FEW(kind, count, ...) if (count <= 8 && __builtin_cpu_supports("avx512dq")) { kind##_few(__VA_ARGS__); return; }
#else
#define CHOOSE(kind, ...) kind##_plain(__VA_ARGS__);
#define FEW(kind, count, ...)
#endif

void souk_block_uniform(uint32_t key_lo, uint32_t key_hi, uint32_t index, uint32_t first, uint32_t replication, double *out) {
  CHOOSE(uniform, key_lo, key_hi, index, first, replication, out)
}
void souk_block_exponential(uint32_t key_lo, uint32_t key_hi, uint32_t index, uint32_t first, uint32_t replication, double *out) {
  CHOOSE(exponential, key_lo, key_hi, index, first, replication, out)
}
void souk_block_normal(uint32_t key_lo, uint32_t key_hi, uint32_t index, uint32_t first, uint32_t replication, double *out) {
  CHOOSE(normal, key_lo, key_hi, index, first, replication, out)
}
void souk_scattered_uniform(
    uint32_t key_lo, uint32_t key_hi, const uint32_t *index, const uint32_t *ordinal, uint32_t count, uint32_t replication, double *out) {
  FEW(scattered_uniform, count, key_lo, key_hi, index, ordinal, count, replication, out)
  CHOOSE(scattered_uniform, key_lo, key_hi, index, ordinal, count, replication, out)
}
void souk_scattered_exponential(
    uint32_t key_lo, uint32_t key_hi, const uint32_t *index, const uint32_t *ordinal, uint32_t count, uint32_t replication, double *out) {
  FEW(scattered_exponential, count, key_lo, key_hi, index, ordinal, count, replication, out)
  CHOOSE(scattered_exponential, key_lo, key_hi, index, ordinal, count, replication, out)
}
void souk_scattered_normal(
    uint32_t key_lo, uint32_t key_hi, const uint32_t *index, const uint32_t *ordinal, uint32_t count, uint32_t replication, double *out) {
  FEW(scattered_normal, count, key_lo, key_hi, index, ordinal, count, replication, out)
  CHOOSE(scattered_normal, key_lo, key_hi, index, ordinal, count, replication, out)
}

void souk_block_normal_pair(
    uint32_t key_lo, uint32_t key_hi, uint32_t index, uint32_t first, uint32_t replication, double *out, double *second) {
  CHOOSE(normal_pair, key_lo, key_hi, index, first, replication, out, second)
}

uint64_t souk_ranks(const int64_t *times, uint32_t count, int64_t *ranks) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512dq")) return ranks_few(times, count, ranks);
  if (__builtin_cpu_supports("avx2")) return ranks_avx2(times, count, ranks);
#endif
  return ranks_plain(times, count, ranks);
}

void souk_prefetch(const void *first, uint32_t bytes) {
  for (uint32_t i = 0; i < bytes; i += 64) __builtin_prefetch((const char *)first + i);
}

void *souk_resize(void *memory, size_t bytes) { return realloc(memory, bytes); }
void souk_free(void *memory) { free(memory); }
