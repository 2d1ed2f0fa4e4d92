#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "model/protocol.h"
#include "sockets/naming/group.h"
#include "sockets/naming/shown_services.h"

namespace sockdiag {

/// A figure for each group. Every port can have a name, so memory is taken in pages of 64 groups as
/// they are first met. A figure that is as at first counts as none.
template <typename Figure>
class GroupTable {
 public:
  [[nodiscard]] Figure& At(GroupId group) {
    const std::size_t place = Index(group) / kGroupsPerPage;
    if (place >= pages_.size()) pages_.resize(place + 1);
    std::unique_ptr<Page>& page = pages_[place];
    if (!page) page = std::make_unique<Page>();
    return (*page)[Index(group) % kGroupsPerPage];
  }

  /// Calls `visit(GroupId, const Figure&)` for each that has one, in the groups' order.
  template <typename Visitor>
  void ForEach(Visitor&& visit) const {
    for (std::size_t i = 0; i < pages_.size(); ++i) {
      if (!pages_[i]) continue;
      for (std::size_t j = 0; j < kGroupsPerPage; ++j) {
        const Figure& figure = (*pages_[i])[j];
        if (figure == Figure()) continue;
        visit(static_cast<GroupId>(i * kGroupsPerPage + j), figure);
      }
    }
  }

  /// Calls `visit(const ServiceRow&, const Figure& sum)` for each row that is shown of the
  /// protocol, in their order.
  template <typename Visitor>
  void ForEachRow(Protocol protocol, const ShownServices& services, Visitor&& visit) const {
    const std::span<const ServiceRow> rows = services.Rows(protocol);
    std::vector<Figure> sums(rows.size());
    ForEach([&](GroupId group, const Figure& figure) {
      sums[services.RowOf(protocol, group)] += figure;
    });
    for (std::size_t i = 0; i < rows.size(); ++i) visit(rows[i], sums[i]);
  }

 private:
  static constexpr std::size_t kGroupsPerPage = 64;
  using Page = std::array<Figure, kGroupsPerPage>;
  std::vector<std::unique_ptr<Page>> pages_;
};

}  // namespace sockdiag
