#include "sockets/naming/listener_table.h"

namespace sockdiag {
namespace {

constexpr IpAddress kAnyIpv4 = IpAddress::FromBits(0, 0xffff'0000'0000);
constexpr IpAddress kAnyIpv6 = IpAddress();

}  // namespace

Endpoint ListenerTable::WildcardOf(const Endpoint& local) {
  return {local.address.IsIpv4() ? kAnyIpv4 : kAnyIpv6, local.port};
}

void ListenerTable::AddWildcard(const Endpoint& end) {
  std::bitset<65536>& ports = WildcardPorts(end.address);
  const std::size_t port = end.port.Value();
  if (ports.test(port)) return;
  if (wildcard_ends_.size() < kMaxAddresses) wildcard_ends_.push_back(end);
  ports.set(port);
}

void ListenerTable::Add(const SocketRecord& listener) {
  const Endpoint& local = listener.local;
  const std::size_t port = local.port.Value();
  if (local.address.IsUnspecified()) {
    AddWildcard(WildcardOf(local));
    const bool dual_stack = !local.address.IsIpv4() && !listener.ipv6_only;
    if (dual_stack) AddWildcard({kAnyIpv4, local.port});
  } else if (addresses_.size() < kMaxAddresses) {
    addresses_.insert(local);
    ports_->single.set(port);
  } else {
    WildcardPorts(local.address).set(port);
  }
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
