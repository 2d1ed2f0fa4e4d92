#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "model/protocol.h"
#include "model/socket_state.h"

namespace sockdiag {

/// How many sockets are in each state.
template <typename Count>
class StateCounts {
 public:
  void Increment(SocketState state) { ++counts_[Index(state)]; }
  [[nodiscard]] Count operator[](SocketState state) const { return counts_[Index(state)]; }
  [[nodiscard]] std::uint64_t Total() const {
    std::uint64_t total = 0;
    for (const Count count : counts_) total += count;
    return total;
  }
  /// Calls `visit(SocketState, Count)` for each state of the protocol, in the kernel's order, and
  /// for the unknown one when it has sockets.
  template <typename Visitor>
  void ForEachShown(Protocol protocol, Visitor&& visit) const {
    for (const SocketState state : States(protocol)) visit(state, (*this)[state]);
    const Count unknown = (*this)[SocketState::kUnknown];
    if (unknown != 0) visit(SocketState::kUnknown, unknown);
  }
  StateCounts& operator+=(const StateCounts& other) {
    std::transform(counts_.begin(), counts_.end(), other.counts_.begin(), counts_.begin(),
                   [](Count a, Count b) { return static_cast<Count>(a + b); });
    return *this;
  }

  friend bool operator==(const StateCounts&, const StateCounts&) = default;

 private:
  std::array<Count, kSocketStateCount> counts_{};
};

}  // namespace sockdiag
