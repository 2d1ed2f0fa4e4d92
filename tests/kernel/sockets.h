#pragma once

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "model/protocol.h"

namespace sockdiag::kernel {

/// What differs between tests of IPv4 and of IPv6.
struct IpVersion {
  const char* name;
  Family family;
  const char* loopback;
  const char* any;
  /// Our address on the device that loses everything, and one behind it. See MakeBlackHole().
  const char* beside_hole;
  const char* in_hole;
};
inline constexpr IpVersion kIpv4{"Ipv4",    Family::kIpv4, "127.0.0.1",
                                 "0.0.0.0", "10.99.0.1",   "10.99.0.2"};
inline constexpr IpVersion kIpv6{"Ipv6", Family::kIpv6, "::1", "::", "fd00:99::1", "fd00:99::2"};
inline std::ostream& operator<<(std::ostream& out, const IpVersion& ip) { return out << ip.name; }

/// Sockets that live until the end of a test.
using Sockets = std::vector<UniqueFd>;
void Append(Sockets& all, Sockets more);

/// An address is text, and its form decides about the socket's family: `::ffff:127.0.0.1` makes an
/// IPv6 socket. What fails, throws; what the other side must do is waited for.
struct Options {
  /// Set on every IPv6 socket, so that no sysctl decides.
  bool ipv6_only = false;
  bool reuse_port = false;
  /// IP_BIND_ADDRESS_NO_PORT: bind() to port 0 takes none, connect() does.
  bool port_at_connect = false;
  int backlog = 128;
  /// TCP_DEFER_ACCEPT.
  int defer_accept_s = 0;
};

/// Bound, and nothing more; the protocol is SOCK_STREAM or SOCK_DGRAM.
[[nodiscard]] UniqueFd Bind(int type, const std::string& address, std::uint16_t port,
                            const Options& options = {});
[[nodiscard]] UniqueFd Listen(const std::string& address, std::uint16_t port,
                              const Options& options = {});
/// Connects a socket, and returns when that is done.
void Connect(const UniqueFd& socket, const std::string& address, std::uint16_t port);
/// A new TCP socket, connected.
[[nodiscard]] UniqueFd Connect(const std::string& address, std::uint16_t port);
/// Sends the SYN and does not wait.
void StartConnect(const UniqueFd& socket, const std::string& address, std::uint16_t port);
[[nodiscard]] UniqueFd StartConnect(const std::string& address, std::uint16_t port);
[[nodiscard]] UniqueFd Accept(const UniqueFd& listener);

/// Both ends of a TCP connection.
struct Connection {
  UniqueFd client;
  UniqueFd server;
};
[[nodiscard]] Connection MakeConnection(const UniqueFd& listener, const std::string& address,
                                        std::uint16_t port);

/// A new UDP socket, connected; the kernel picks its port.
[[nodiscard]] UniqueFd ConnectUdp(const std::string& address, std::uint16_t port);

void Send(const UniqueFd& socket, std::size_t bytes);
/// Until the other side's FIN is there: what is closed then, is closed second.
void WaitForEndOfInput(const UniqueFd& socket);
/// shutdown(SHUT_WR): a FIN is sent, and the socket stays ours.
void EndOutput(const UniqueFd& socket);
[[nodiscard]] std::uint16_t LocalPort(const UniqueFd& socket);
/// Until TCP_INFO shows one of the TCP_... states of netinet/tcp.h; throws when it does not.
void WaitForState(const UniqueFd& socket, int state);
/// What TCP_INFO says of a listener: connections that wait for accept(), and the limit.
struct AcceptQueue {
  std::uint32_t length;
  std::uint32_t limit;
};
[[nodiscard]] AcceptQueue ReadAcceptQueue(const UniqueFd& listener);

}  // namespace sockdiag::kernel
