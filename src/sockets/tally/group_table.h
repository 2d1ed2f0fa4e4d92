#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "model/protocol.h"
#include "sockets/naming/group.h"
#include "sockets/naming/shown_services.h"
#include "sockets/tally/id_table.h"

namespace sockdiag {

/// A figure for each group.
template <typename Figure>
class GroupTable : public IdTable<GroupId, Figure> {
 public:
  /// Calls `visit(const ServiceRow&, const Figure& sum)` for each row that is shown of the
  /// protocol, in their order.
  template <typename Visitor>
  void ForEachRow(Protocol protocol, const ShownServices& services, Visitor&& visit) const {
    const std::span<const ServiceRow> rows = services.Rows(protocol);
    std::vector<Figure> sums(rows.size());
    this->ForEach([&](GroupId group, const Figure& figure) {
      sums[services.RowOf(protocol, group)] += figure;
    });
    for (std::size_t i = 0; i < rows.size(); ++i) visit(rows[i], sums[i]);
  }
};

}  // namespace sockdiag
