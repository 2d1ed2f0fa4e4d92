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

  DestinationSketch() : places_(kPlaces) {}

  /// A socket from `local` to `remote`.
  void Add(const IpAddress& local, const Endpoint& remote);
  /// The most sockets that share one destination.
  [[nodiscard]] std::uint64_t Max() const;

 private:
  static constexpr std::size_t kPlaces = 2 * kCounters;
  struct Counter {
    IpAddress local;
    Endpoint remote;
    std::uint32_t count = 0;  // 0: a free place
  };

  [[nodiscard]] static std::size_t Home(const IpAddress& local, const Endpoint& remote);
  [[nodiscard]] Counter& Place(const IpAddress& local, const Endpoint& remote);
  void TakeOneFromEach();

  std::vector<Counter> places_;
  std::size_t used_ = 0;
};

}  // namespace sockdiag
