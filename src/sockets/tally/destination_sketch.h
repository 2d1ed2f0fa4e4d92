#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/endpoint.h"

namespace sockdiag {

/// Finds the destination that most sockets go to, in memory that does not depend on how many
/// destinations there are: Misra and Gries's algorithm ("Finding repeated elements", 1982).
///
/// Exact while no more than kCounters destinations occur. Beyond that Max() is at most
/// sockets / kCounters too low, and never too high.
class DestinationSketch {
 public:
  static constexpr std::size_t kCounters = 4096;

  DestinationSketch() : places_(kPlaces), spare_(kPlaces) {}

  /// A socket from `local` to `remote`.
  void Add(const IpAddress& local, const Endpoint& remote);
  /// The most sockets that share one destination.
  [[nodiscard]] std::uint64_t Max() const;

 private:
  static constexpr std::size_t kPlaces = 2 * kCounters;
  /// A destination by a 64-bit hash: two of a few thousand share one about once in 10^12 dumps, and
  /// the table stays small enough for a near cache.
  struct Counter {
    std::uint64_t hash = 0;
    std::uint64_t count = 0;  // 0: a free place
  };

  /// Where the hash is counted, or the free place for it.
  [[nodiscard]] Counter& Place(std::uint64_t hash);
  void TakeOneFromEach();

  std::vector<Counter> places_;
  /// The other half of TakeOneFromEach(), kept so that it takes no memory.
  std::vector<Counter> spare_;
  std::size_t used_ = 0;
};

}  // namespace sockdiag
