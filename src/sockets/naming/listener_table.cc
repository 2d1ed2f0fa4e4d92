#include "sockets/naming/listener_table.h"

namespace sockdiag {

void ListenerTable::Add(const SocketRecord& listener) {
  const Endpoint& local = listener.local;
  const std::size_t port = local.port.Value();
  const bool too_many = addresses_.size() >= kMaxAddresses;
  if (!local.address.IsUnspecified() && !too_many) {
    addresses_.insert(local);
    return;
  }
  const bool ipv4 = local.address.IsIpv4();
  const bool dual_stack = local.address.IsUnspecified() && !ipv4 && !listener.ipv6_only;
  if (ipv4 || dual_stack) wildcards_->ipv4.set(port);
  if (!ipv4) wildcards_->ipv6.set(port);
}

bool ListenerTable::Matches(const Endpoint& local) const {
  const Ports& wildcard = local.address.IsIpv4() ? wildcards_->ipv4 : wildcards_->ipv6;
  return wildcard.test(local.port.Value()) || addresses_.contains(local);
}

}  // namespace sockdiag
