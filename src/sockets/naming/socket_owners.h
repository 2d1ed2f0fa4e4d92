#pragma once

#include <map>
#include <string>
#include <utility>

#include "model/endpoint.h"
#include "model/socket_record.h"
#include "sockets/naming/owners.h"

namespace sockdiag {

/// The owners of the sockets of one dump. A socket in TIME_WAIT or SYN_RECV has no cgroup; where
/// it belongs to a listener of the same dump, that one's owner is its own.
class SocketOwners {
 public:
  explicit SocketOwners(Owners& owners) : owners_(owners), cgroups_(owners.Begin()) {}

  /// kUntold when nothing tells. Listening sockets must come before those that they accepted.
  [[nodiscard]] OwnerId Of(const SocketRecord& record) {
    if (record.cgroup_id == 0) return OfListener(record);
    const OwnerId owner = cgroups_.Of(record.cgroup_id);
    if (IsListening(record)) Add(record, owner);
    return owner;
  }
  /// As in labels; empty of nobody.
  [[nodiscard]] std::string Name(OwnerId owner) const { return owners_.Name(owner).name; }
  /// The dump came to its end.
  void Commit() && { std::move(cgroups_).Commit(); }

 private:
  void Add(const SocketRecord& listener, OwnerId owner);
  [[nodiscard]] OwnerId OfListener(const SocketRecord& record) const;

  const Owners& owners_;
  Owners::Pass cgroups_;
  /// Of listeners, by the ends that they hold; the first one of several on an end counts.
  std::map<Endpoint, OwnerId> by_end_;
};

}  // namespace sockdiag
