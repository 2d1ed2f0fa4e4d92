#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "model/endpoint.h"
#include "sockets/naming/owner.h"

namespace sockdiag {

/// Finds the destination that most sockets go to, in memory that does not depend on how many
/// destinations there are: Misra and Gries's algorithm ("Finding repeated elements", 1982).
///
/// Whose sockets they are is counted apart: exact while no more than kCounters pairs of a
/// destination and an owner occur. Beyond that what is said of a pair is at most sockets /
/// kCounters too low, and never too high.
class DestinationSketch {
 public:
  static constexpr std::size_t kCounters = 4096;

  DestinationSketch() : places_(kPlaces), spare_(kPlaces) {}

  /// A socket from `local` to `remote`.
  void Add(const IpAddress& local, const Endpoint& remote, OwnerId owner = OwnerId::kUntold);
  /// The most sockets that share one destination, whoever holds them.
  [[nodiscard]] std::uint64_t Max() const;
  /// The most of each owner that share one destination.
  [[nodiscard]] std::map<OwnerId, std::uint64_t> MaxByOwner() const;

 private:
  static constexpr std::size_t kPlaces = 2 * kCounters;
  /// A destination by a 64-bit hash: two of a few thousand share one about once in 10^12 dumps, and
  /// the table stays small enough for a near cache.
  struct Counter {
    std::uint64_t hash = 0;
    OwnerId owner = OwnerId::kNone;
    std::uint32_t count = 0;  // 0: a free place
  };

  /// Where the pair is counted, or the free place for it.
  [[nodiscard]] Counter& Place(std::uint64_t hash, OwnerId owner);
  void TakeOneFromEach();

  std::vector<Counter> places_;
  /// The other half of TakeOneFromEach(), kept so that it takes no memory.
  std::vector<Counter> spare_;
  std::size_t used_ = 0;
};

}  // namespace sockdiag
