// Arrivals at a rate in steps over the day: the unit exponentials of a Poisson process mapped through the curve.
#pragma once
struct Rush {
  static constexpr double perHour[24] = {34000, 22000, 12000, 8000, 8000, 8000, 12000, 12000, 20000, 20000, 27000, 27000,
                                         27000, 27000, 24000, 24000, 24000, 24000, 26000, 26000, 32000, 32000, 32000, 30000};
  double now = 0;  // s
  /// The instant at which the integral of the rate has grown by `amount`.
  double next(double amount) {
    for (;;) {
      long hour = long(now / 3600);
      double rate = perHour[hour % 24] / 3600, end = (hour + 1) * 3600.0, room = (end - now) * rate;
      if (amount <= room) return now += amount / rate;
      amount -= room, now = end;
    }
  }
};
