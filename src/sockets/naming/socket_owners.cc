#include "sockets/naming/socket_owners.h"

#include "sockets/naming/listener_table.h"

namespace sockdiag {

void SocketOwners::Add(const SocketRecord& listener, OwnerId owner) {
  // As many as a table of listeners holds.
  if (by_end_.size() >= ListenerTable::kMaxAddresses) return;
  ListenerTable::ForEachEndOf(listener, [&](const Endpoint& end) { by_end_.emplace(end, owner); });
}

OwnerId SocketOwners::OfListener(const SocketRecord& record) const {
  if (Traits(record.protocol).clients_look_like_listeners) return OwnerId::kUntold;
  for (const Endpoint& end : {record.local, ListenerTable::WildcardOf(record.local)}) {
    const auto found = by_end_.find(end);
    if (found != by_end_.end()) return found->second;
  }
  return OwnerId::kUntold;
}

}  // namespace sockdiag
