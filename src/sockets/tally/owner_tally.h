#pragma once

#include <array>
#include <unordered_map>
#include <utility>

#include "model/socket_record.h"
#include "sockets/naming/classifier.h"
#include "sockets/naming/owners.h"
#include "sockets/tally/owner_figures.h"

namespace sockdiag {

/// Sockets by who holds them. Ids only grow, so that those of one dump lie far apart on a host
/// whose cgroups come and go: memory is taken for the owners that are there.
class OwnerTally {
 public:
  OwnerTally() = default;
  OwnerTally(const OwnerTally&) = delete;
  OwnerTally& operator=(const OwnerTally&) = delete;

  void Add(const SocketRecord& record, const Classification& classification) {
    OwnerFigures& figures = At(classification.owner);
    figures.states.Increment(record.state);
    if (HasBacklog(record)) figures.MeetListenQueue(ListenQueueSaturation(record));
  }
  /// Of an owner that has sockets.
  void MeetEphemeralPorts(OwnerId owner, double saturation) {
    At(owner).MeetEphemeralPorts(saturation);
  }

  /// Those that have sockets, in no order.
  template <typename Visitor>
  void ForEach(Visitor&& visit) const {
    for (const auto& [owner, figures] : figures_) visit(owner, figures);
  }

 private:
  using Figures = std::unordered_map<OwnerId, OwnerFigures>;
  using Entry = Figures::value_type;

  [[nodiscard]] OwnerFigures& At(OwnerId owner) {
    Entry*& entry = met_[Index(owner) % met_.size()];
    if (entry == nullptr || entry->first != owner) entry = &*figures_.try_emplace(owner).first;
    return entry->second;
  }

  Figures figures_;
  /// Of figures_, which leaves its entries where they are: those that were met last, by the last
  /// bits of their ids. Most sockets of a host belong to few owners.
  std::array<Entry*, 64> met_{};
};

}  // namespace sockdiag
