#pragma once

#include <bitset>
#include <cstddef>
#include <memory>
#include <set>

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

  void Add(const SocketRecord& listener);
  [[nodiscard]] bool Matches(const Endpoint& local) const;

 private:
  using Ports = std::bitset<65536>;
  struct Wildcards {
    Ports ipv4;
    Ports ipv6;
  };

  std::unique_ptr<Wildcards> wildcards_ = std::make_unique<Wildcards>();
  std::set<Endpoint> addresses_;
};

}  // namespace sockdiag
