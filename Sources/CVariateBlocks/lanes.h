// The functions for vectors of LANES numbers, compiled for one instruction set. Each operation is the one of the Swift
// function for a single number, in the same order, so that the bits are the same; what branches there selects here.

typedef uint64_t NAME(u64) __attribute__((vector_size(8 * LANES)));
typedef int64_t NAME(i64) __attribute__((vector_size(8 * LANES)));
typedef double NAME(f64) __attribute__((vector_size(8 * LANES)));
typedef uint32_t NAME(u32) __attribute__((vector_size(4 * LANES)));
#define U NAME(u64)
#define I NAME(i64)
#define F NAME(f64)
#define INLINE static inline __attribute__((always_inline)) TARGET

/// A word's uniform number, of its two halves: `Philox4x32.uniform`.
INLINE F NAME(uniform_of)(U low_half, U high_half) {
  U x = ((low_half & 0xFFFFFFFFu) | high_half << 32) >> 11;
  // 53 bits become a double in two exact halves: not every processor converts 64-bit numbers in vectors.
  F high = (F)((x >> 32) | 0x4530000000000000u) - 0x1p84;
  F low = (F)((x & 0xFFFFFFFFu) | 0x4330000000000000u) - 0x1p52;
  F u = ((high + low) + 0.5) * 0x1p-53;
  I one = u >= 1.0;
  return (F)(((I)u & ~one) | ((I)((F){0} + 0x1.fffffffffffffp-1) & one));
}

/// Philox4x32-10 and the uniform numbers of both of its words.
INLINE F NAME(draw_both)(uint32_t key_lo, uint32_t key_hi, U index, U ordinal, uint32_t replication, F *second) {
  U c0 = (U){0}, c1 = index, c2 = ordinal, c3 = (U){0} + replication;
  uint32_t k0 = key_lo, k1 = key_hi;
#pragma clang loop unroll(full)
  for (int round = 0; round < 10; round++) {
    U p0 = (c0 & 0xFFFFFFFFu) * (uint64_t)0xD2511F53u, p1 = (c2 & 0xFFFFFFFFu) * (uint64_t)0xCD9E8D57u;
    c0 = (p1 >> 32) ^ c1 ^ (uint64_t)k0;
    c2 = (p0 >> 32) ^ c3 ^ (uint64_t)k1;
    c1 = p1, c3 = p0;
    k0 += 0x9E3779B9u, k1 += 0xBB67AE85u;
  }
  if (second) *second = NAME(uniform_of)(c2, c3);
  return NAME(uniform_of)(c0, c1);
}

INLINE F NAME(draw_at)(uint32_t key_lo, uint32_t key_hi, U index, U ordinal, uint32_t replication) {
  return NAME(draw_both)(key_lo, key_hi, index, ordinal, replication, 0);
}

/// The ordinals from `first` on, which is a multiple of 64.
INLINE U NAME(ordinals_from)(uint32_t first) {
  U ordinal = (U){0};
  for (int lane = 0; lane < LANES; lane++) ordinal[lane] = (uint32_t)lane;
  return ordinal + first;
}

INLINE F NAME(draw)(uint32_t key_lo, uint32_t key_hi, uint32_t index, uint32_t first, uint32_t replication) {
  return NAME(draw_at)(key_lo, key_hi, (U){0} + index, NAME(ordinals_from)(first), replication);
}

/// `Elementary.log` of a normal positive number.
INLINE F NAME(log)(F x) {
  U bits = (U)x;
  // The exponent counts from √½; 1024 is added, and taken off again, so that the shift needs no sign.
  U exponent = (bits - 0x3FE6A09E667F3BCDu + 0x4000000000000000u) >> 52;
  F significand = (F)(bits - (exponent << 52) + 0x4000000000000000u);
  F k = (F)(exponent | 0x4330000000000000u) - (0x1p52 + 1024);
  F f = significand - 1.0;
  F s = f / (2.0 + f);
  F z = s * s;
  F z2 = z * z;
  F even = 0x1.0fbe83c2cbcf3p-3 * z2 + 0x1.745cf901605f7p-3;
  even = even * z2 + 0x1.2492492476c87p-2;
  even = even * z2 + 0x1.5555555555555p-1;
  F odd = 0x1.0c04595972ab8p-3 * z2 + 0x1.3b1c360763b8ap-3;
  odd = odd * z2 + 0x1.c71c720160b47p-3;
  odd = odd * z2 + 0x1.9999999999a38p-2;
  F r = z * (even + z * odd);
  F half_square = 0.5 * f * f;
  return k * 0x1.62e42fefp-1 - ((half_square - (s * (half_square + r) + k * 0x1.473de6af278edp-34)) - f);
}

/// `NormalLaw.quantile`, without the far tails.
INLINE F NAME(quantile)(F u) {
  F q = u - 0.5;
  F r = 0x1.71eb851eb851fp-3 - q * q;
  F top = 0x1.39a296f7d925ep+11 * r + 0x1.052d26b2e45e4p+15;
  top = top * r + 0x1.06c1c55b78f2p+16;
  top = top * r + 0x1.66c3e869b752ap+15;
  top = top * r + 0x1.ad1d8cd4ee71dp+13;
  top = top * r + 0x1.ece5d2213c0ccp+10;
  top = top * r + 0x1.0a4888b1a436ep+7;
  top = top * r + 0x1.b18d91e9eef75p+1;
  F bottom = 0x1.46a7eca984b69p+12 * r + 0x1.c0e457cb1ae76p+14;
  bottom = bottom * r + 0x1.3317caa64f4bep+15;
  bottom = bottom * r + 0x1.4b772d5d65266p+14;
  bottom = bottom * r + 0x1.512322e75c89fp+12;
  bottom = bottom * r + 0x1.5797efdc8b3f7p+9;
  bottom = bottom * r + 0x1.5281b386e1ab5p+5;
  bottom = bottom * r + 0x1.0p+0;
  F middle = q * top / bottom;

  I lower = q < 0.0;
  F tail = (F)(((I)u & lower) | ((I)(1.0 - u) & ~lower));
  F root = __builtin_elementwise_sqrt(-NAME(log)(tail));
  F t = root - 1.6;
  F near = 0x1.9615ac0b7ace9p-11 * t + 0x1.744eb6c45ec67p-6;
  near = near * t + 0x1.ef2abb9b85c37p-3;
  near = near * t + 0x1.453cc085375b2p+0;
  near = near * t + 0x1.d2ecb1a3d02c4p+1;
  near = near * t + 0x1.713f71462256ap+2;
  near = near * t + 0x1.2857748cab19bp+2;
  near = near * t + 0x1.6c665fde9526ap+0;
  F below = 0x1.20d3f686439e4p-30 * t + 0x1.1f18cbfdf2728p-11;
  below = below * t + 0x1.f207a7eab17bfp-7;
  below = below * t + 0x1.2f5123394f04p-3;
  below = below * t + 0x1.61292f23385c9p-1;
  below = below * t + 0x1.ad278e6526633p+0;
  below = below * t + 0x1.06cefbb46a449p+1;
  below = below * t + 0x1.0p+0;
  F side = near / below;
  side = (F)((I)side ^ (lower & INT64_MIN));
  I far = root > 5.0;
  side = (F)((I)side | (far & 0x7FF8000000000000));
  I magnitude = (I)q & INT64_MAX;
  I in_tail = (F)magnitude > 0x1.b333333333333p-2;
  return (F)(((I)middle & ~in_tail) | ((I)side & in_tail));
}

#define BLOCK(kind, expression) \
  TARGET static void NAME(kind)(uint32_t lo, uint32_t hi, uint32_t index, uint32_t first, uint32_t replication, double *out) { \
    for (uint32_t i = 0; i < 64; i += LANES) { \
      F u = NAME(draw)(lo, hi, index, first + i, replication); \
      F value = expression; \
      __builtin_memcpy(out + i, &value, sizeof value); \
    } \
  }
BLOCK(uniform, u)
BLOCK(exponential, -NAME(log)(1.0 - u))
BLOCK(normal, NAME(quantile)(u))
#undef BLOCK

TARGET static void NAME(normal_pair)(
    uint32_t lo, uint32_t hi, uint32_t index, uint32_t first, uint32_t replication, double *out, double *second) {
  for (uint32_t i = 0; i < 64; i += LANES) {
    F other, u = NAME(draw_both)(lo, hi, (U){0} + index, NAME(ordinals_from)(first + i), replication, &other);
    F value = NAME(quantile)(u);
    __builtin_memcpy(out + i, &value, sizeof value);
    __builtin_memcpy(second + i, &other, sizeof other);
  }
}

#define SCATTERED(kind, expression) \
  TARGET static void NAME(scattered_##kind)( \
      uint32_t lo, uint32_t hi, const uint32_t *index, const uint32_t *ordinal, uint32_t count, uint32_t replication, double *out) { \
    for (uint32_t i = 0; i < count; i += LANES) { \
      NAME(u32) n, o; \
      __builtin_memcpy(&n, index + i, sizeof n); \
      __builtin_memcpy(&o, ordinal + i, sizeof o); \
      F u = NAME(draw_at)(lo, hi, __builtin_convertvector(n, U), __builtin_convertvector(o, U), replication); \
      F value = expression; \
      __builtin_memcpy(out + i, &value, sizeof value); \
    } \
  }
SCATTERED(uniform, u)
SCATTERED(exponential, -NAME(log)(1.0 - u))
SCATTERED(normal, NAME(quantile)(u))
#undef SCATTERED

TARGET static uint64_t NAME(ranks)(const int64_t *times, uint32_t count, int64_t *ranks) {
  I sum = (I){0};
  for (uint32_t i = 0; i < count; i += LANES) {
    I mine, before = (I){0};
    __builtin_memcpy(&mine, times + i, sizeof mine);
    for (uint32_t j = 0; j < count; j++) before -= (I){0} + times[j] < mine;
    __builtin_memcpy(ranks + i, &before, sizeof before);
    I lane;
    for (int k = 0; k < LANES; k++) lane[k] = k;
    sum += before & (lane + i < (int64_t)count);
  }
  uint64_t total = 0;
  for (int k = 0; k < LANES; k++) total += (uint64_t)sum[k];
  return total;
}
#undef U
#undef I
#undef F
#undef INLINE
