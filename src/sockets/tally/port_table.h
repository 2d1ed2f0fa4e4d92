#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "model/port.h"
#include "sockets/tally/state_counts.h"

namespace sockdiag {

/// Sockets by port and state, for all 65,536 ports. Exact whatever the number of ports in use;
/// memory is taken in pages of 16 neighbouring ports (0.8 KiB) as they are first met, 3.5 MiB at
/// most.
class PortTable {
 public:
  using Counts = StateCounts<std::uint32_t>;

  /// `marks`: the port, from now on.
  void Increment(Port port, SocketState state, bool marks = false) {
    Page& page = PageOf(port);
    const std::size_t place = port.Value() % kPortsPerPage;
    page.counts[place].Increment(state);
    if (marks) page.marked.set(place);
  }
  PortTable& operator+=(const PortTable& other) {
    other.ForEachPage([this](Port first, const Page& page) { PageOf(first) += page; });
    return *this;
  }

  [[nodiscard]] Counts At(Port port) const {
    const Page* page = FindPage(port);
    return page == nullptr ? Counts() : page->counts[port.Value() % kPortsPerPage];
  }
  [[nodiscard]] bool IsMarked(Port port) const {
    const Page* page = FindPage(port);
    return page != nullptr && page->marked.test(port.Value() % kPortsPerPage);
  }

  /// Calls `visit(Port, const Counts&)` for each port that has sockets, in order.
  template <typename Visitor>
  void ForEach(Visitor&& visit) const {
    ForEachPage([&](Port first, const Page& page) {
      for (std::size_t i = 0; i < kPortsPerPage; ++i) {
        if (page.counts[i] != Counts()) visit(PortAt(first.Value() + i), page.counts[i]);
      }
    });
  }

 private:
  static constexpr std::size_t kPortsPerPage = 16;
  static constexpr std::size_t kPagesPerShelf = 64;
  static constexpr std::size_t kPortsPerShelf = kPortsPerPage * kPagesPerShelf;
  struct Page {
    std::array<Counts, kPortsPerPage> counts;
    std::bitset<kPortsPerPage> marked;

    Page& operator+=(const Page& other) {
      for (std::size_t i = 0; i < kPortsPerPage; ++i) counts[i] += other.counts[i];
      marked |= other.marked;
      return *this;
    }
  };
  using Shelf = std::array<std::unique_ptr<Page>, kPagesPerShelf>;

  [[nodiscard]] static Port PortAt(std::size_t place) {
    return Port::FromHost(static_cast<std::uint16_t>(place));
  }
  [[nodiscard]] static std::size_t PlaceInShelf(Port port) {
    return port.Value() % kPortsPerShelf / kPortsPerPage;
  }
  [[nodiscard]] Page& PageOf(Port port) {
    std::unique_ptr<Shelf>& shelf = shelves_[port.Value() / kPortsPerShelf];
    if (!shelf) shelf = std::make_unique<Shelf>();
    std::unique_ptr<Page>& page = (*shelf)[PlaceInShelf(port)];
    if (!page) page = std::make_unique<Page>();
    return *page;
  }
  [[nodiscard]] const Page* FindPage(Port port) const {
    const std::unique_ptr<Shelf>& shelf = shelves_[port.Value() / kPortsPerShelf];
    return shelf ? (*shelf)[PlaceInShelf(port)].get() : nullptr;
  }
  /// Calls `visit(Port first, const Page&)` for each that is there, in order.
  template <typename Visitor>
  void ForEachPage(Visitor&& visit) const {
    for (std::size_t i = 0; i < shelves_.size(); ++i) {
      if (!shelves_[i]) continue;
      for (std::size_t j = 0; j < kPagesPerShelf; ++j) {
        const std::unique_ptr<Page>& page = (*shelves_[i])[j];
        if (page) visit(PortAt(i * kPortsPerShelf + j * kPortsPerPage), *page);
      }
    }
  }

  std::array<std::unique_ptr<Shelf>, 65536 / kPortsPerShelf> shelves_;
};

}  // namespace sockdiag
