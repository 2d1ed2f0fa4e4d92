#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

#include "model/socket_state.h"

namespace sockdiag {

/// A figure for each id: an enumeration that numbers things from 0 on. There can be many ids of
/// which few have a figure, so memory is taken in pages of 64 as they are first met. A figure that
/// is as at first counts as none.
template <typename Id, typename Figure>
class IdTable {
 public:
  [[nodiscard]] Figure& At(Id id) {
    const std::size_t place = Index(id) / kIdsPerPage;
    if (place >= pages_.size()) pages_.resize(place + 1);
    std::unique_ptr<Page>& page = pages_[place];
    if (!page) page = std::make_unique<Page>();
    return (*page)[Index(id) % kIdsPerPage];
  }

  IdTable& operator+=(const IdTable& other) {
    other.ForEach([this](Id id, const Figure& figure) { At(id) += figure; });
    return *this;
  }

  /// Calls `visit(Id, const Figure&)` for each that has one, in the ids' order.
  template <typename Visitor>
  void ForEach(Visitor&& visit) const {
    for (std::size_t i = 0; i < pages_.size(); ++i) {
      if (!pages_[i]) continue;
      for (std::size_t j = 0; j < kIdsPerPage; ++j) {
        const Figure& figure = (*pages_[i])[j];
        if (figure == Figure()) continue;
        visit(static_cast<Id>(i * kIdsPerPage + j), figure);
      }
    }
  }

 private:
  static constexpr std::size_t kIdsPerPage = 64;
  using Page = std::array<Figure, kIdsPerPage>;
  std::vector<std::unique_ptr<Page>> pages_;
};

}  // namespace sockdiag
