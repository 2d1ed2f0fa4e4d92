#include "sockets/naming/listener_table.h"

namespace sockdiag {

Endpoint ListenerTable::WildcardOf(const Endpoint& local) {
  return {local.address.IsIpv4() ? kAnyIpv4 : IpAddress(), local.port};
}

void ListenerTable::AddWildcard(const Endpoint& end) {
  std::bitset<65536>& ports = WildcardPorts(end.address);
  const std::size_t port = end.port.Value();
  if (ports.test(port)) return;
  if (wildcard_ends_.size() < kMaxAddresses) wildcard_ends_.push_back(end);
  ports.set(port);
}

void ListenerTable::AddAddress(const Endpoint& end) {
  const std::size_t port = end.port.Value();
  if (addresses_.size() < kMaxAddresses) {
    addresses_.insert(end);
    ports_->single.set(port);
  } else {
    WildcardPorts(end.address).set(port);
  }
}

void ListenerTable::Add(const SocketRecord& listener) {
  ForEachEndOf(listener, [this](const Endpoint& end) {
    end.address.IsUnspecified() ? AddWildcard(end) : AddAddress(end);
  });
}

bool ListenerTable::Matches(const Endpoint& local) const {
  const std::size_t port = local.port.Value();
  return WildcardPorts(local.address).test(port) ||
         (ports_->single.test(port) && addresses_.contains(local));
}

bool ListenerTable::Holds(const Endpoint& end) const {
  return end.address.IsUnspecified() ? Matches(end) : addresses_.contains(end);
}

}  // namespace sockdiag
