// What the core has in C because Swift can't say it: standard variates of a random stream, many at once, and the ranks of a few
// times, by the widest vectors that the processor has; which memory will be wanted; memory that grows where it is. Used by
// `VariateBlock.swift` in SoukNumerics alone.
#ifndef VARIATE_BLOCKS_H
#define VARIATE_BLOCKS_H
#include <stddef.h>
#include <stdint.h>

/// Uniform numbers.
void souk_block_uniform(uint32_t key_lo, uint32_t key_hi, uint32_t index, uint32_t first, uint32_t replication, double *out);
/// Exponential variates of mean 1.
void souk_block_exponential(uint32_t key_lo, uint32_t key_hi, uint32_t index, uint32_t first, uint32_t replication, double *out);
/// Standard normal variates; NaN in the far tails, which come once in 10^10 and are left to the caller.
void souk_block_normal(uint32_t key_lo, uint32_t key_hi, uint32_t index, uint32_t first, uint32_t replication, double *out);
/// Normal variates, and the uniform numbers of the second words.
void souk_block_normal_pair(
    uint32_t key_lo, uint32_t key_hi, uint32_t index, uint32_t first, uint32_t replication, double *out, double *second);

/// The same of any ordinals, each with an index of its own; `count` is rounded up to a multiple of 16, for which all arrays must have room.
void souk_scattered_uniform(
    uint32_t key_lo, uint32_t key_hi, const uint32_t *index, const uint32_t *ordinal, uint32_t count, uint32_t replication, double *out);
void souk_scattered_exponential(
    uint32_t key_lo, uint32_t key_hi, const uint32_t *index, const uint32_t *ordinal, uint32_t count, uint32_t replication, double *out);
void souk_scattered_normal(
    uint32_t key_lo, uint32_t key_hi, const uint32_t *index, const uint32_t *ordinal, uint32_t count, uint32_t replication, double *out);
/// For each of `count` times how many are earlier, and the sum of these: count (count − 1) / 2 where no two are the same. Both arrays
/// must have room for the next multiple of 16.
uint64_t souk_ranks(const int64_t *times, uint32_t count, int64_t *ranks);
/// Asks for the cache lines of some bytes.
void souk_prefetch(const void *first, uint32_t bytes);
/// Memory that grows without being copied, where it is large: the system moves its pages.
void *souk_resize(void *memory, size_t bytes);
void souk_free(void *memory);
#endif
