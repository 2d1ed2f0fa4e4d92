#pragma once

#include <bitset>
#include <cstddef>
#include <memory>
#include <set>
#include <vector>

#include "model/endpoint.h"
#include "model/socket_record.h"

namespace sockdiag {

/// The local addresses and ports that a dump's listeners (TCP) or unconnected sockets (UDP) hold.
/// It answers whether a socket with a given local end can have come from one of them.
///
/// A listener on `0.0.0.0` takes every IPv4 address; one on `[::]` every IPv6 address and, unless
/// it set IPV6_V6ONLY, every IPv4 address too; any other just its own address, mapped or not.
/// Memory is bounded: beyond kMaxAddresses single addresses, a port counts as held on all of them.
class ListenerTable {
 public:
  static constexpr std::size_t kMaxAddresses = 16'384;
  /// `0.0.0.0`
  static constexpr IpAddress kAnyIpv4 = IpAddress::FromBits(0, 0xffff'0000'0000);

  void Add(const SocketRecord& listener);
  [[nodiscard]] bool Matches(const Endpoint& local) const;

  /// Calls `visit(const Endpoint&)` for each end that the listener holds: an address, or
  /// WildcardOf() ones.
  template <typename Visitor>
  static void ForEachEndOf(const SocketRecord& listener, Visitor&& visit) {
    const Endpoint& local = listener.local;
    if (!local.address.IsUnspecified()) return visit(local);
    visit(WildcardOf(local));
    const bool dual_stack = !local.address.IsIpv4() && !listener.ipv6_only;
    if (dual_stack) visit(Endpoint{kAnyIpv4, local.port});
  }

  /// What takes every address of the family of `local` on its port: `0.0.0.0` or `::`.
  [[nodiscard]] static Endpoint WildcardOf(const Endpoint& local);
  /// Whether a listener holds just this end: one address, or WildcardOf() one.
  [[nodiscard]] bool Holds(const Endpoint& end) const;
  /// Calls `visit(const Endpoint&)` for each end that is held. Those beyond kMaxAddresses, of
  /// single addresses and of wildcards each, are left out.
  template <typename Visitor>
  void ForEachEnd(Visitor&& visit) const {
    for (const Endpoint& end : wildcard_ends_) visit(end);
    for (const Endpoint& end : addresses_) visit(end);
  }

 private:
  struct Ports {
    std::bitset<65536> ipv4_wildcard;
    std::bitset<65536> ipv6_wildcard;
    /// With a single address at least.
    std::bitset<65536> single;
  };

  /// The ports of the wildcards of the address's family.
  [[nodiscard]] std::bitset<65536>& WildcardPorts(const IpAddress& address) const {
    return address.IsIpv4() ? ports_->ipv4_wildcard : ports_->ipv6_wildcard;
  }
  /// `end`: in WildcardOf() form.
  void AddWildcard(const Endpoint& end);
  void AddAddress(const Endpoint& end);

  std::unique_ptr<Ports> ports_ = std::make_unique<Ports>();
  std::vector<Endpoint> wildcard_ends_;
  std::set<Endpoint> addresses_;
};

}  // namespace sockdiag
