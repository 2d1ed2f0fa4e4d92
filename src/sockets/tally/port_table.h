#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "model/port.h"
#include "sockets/tally/state_counts.h"

namespace sockdiag {

/// Sockets by port and state, for all 65,536 ports. Exact whatever the number of ports in use;
/// memory is taken in pages of 64 neighbouring ports (3.3 KiB) as they are first met, 3.4 MiB at
/// most.
class PortTable {
 public:
  using Counts = StateCounts<std::uint32_t>;

  void Increment(Port port, SocketState state) {
    std::unique_ptr<Page>& page = pages_[port.Value() / kPortsPerPage];
    if (!page) page = std::make_unique<Page>();
    (*page)[port.Value() % kPortsPerPage].Increment(state);
  }

  [[nodiscard]] Counts At(Port port) const {
    const std::unique_ptr<Page>& page = pages_[port.Value() / kPortsPerPage];
    return page ? (*page)[port.Value() % kPortsPerPage] : Counts();
  }

  /// Calls `visit(Port, const Counts&)` for each port that has sockets, in order.
  template <typename Visitor>
  void ForEach(Visitor&& visit) const {
    for (std::size_t i = 0; i < pages_.size(); ++i) {
      if (!pages_[i]) continue;
      for (std::size_t j = 0; j < kPortsPerPage; ++j) {
        const Counts& counts = (*pages_[i])[j];
        if (counts == Counts()) continue;
        visit(Port::FromHost(static_cast<std::uint16_t>(i * kPortsPerPage + j)), counts);
      }
    }
  }

 private:
  static constexpr std::size_t kPortsPerPage = 64;
  using Page = std::array<Counts, kPortsPerPage>;
  std::array<std::unique_ptr<Page>, 65536 / kPortsPerPage> pages_;
};

}  // namespace sockdiag
