#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <tl/expected.hpp>

#include "base/unique_fd.h"

namespace sockdiag {

/// A netlink socket as a dump uses it: the kernel's, or a test's. Errors are errno values.
class NetlinkTransport {
 public:
  virtual ~NetlinkTransport() = default;

  /// Our address, which the kernel puts into nlmsg_pid of its answers.
  [[nodiscard]] virtual std::uint32_t port_id() const = 0;
  [[nodiscard]] virtual tl::expected<void, int> Send(std::span<const std::byte> request) = 0;
  /// One datagram into `buffer`; its size. ENOSPC when it did not fit, EAGAIN when none came in
  /// time.
  [[nodiscard]] virtual tl::expected<std::size_t, int> Receive(std::span<std::byte> buffer) = 0;
};

/// Opens a transport for one dump; an errno when there is none to be had.
using NetlinkTransportFactory =
    std::function<tl::expected<std::unique_ptr<NetlinkTransport>, int>()>;

/// The same for any netlink family, such as NETLINK_ROUTE (`uapi/linux/netlink.h`).
using NetlinkOpener =
    std::function<tl::expected<std::unique_ptr<NetlinkTransport>, int>(int protocol)>;

/// Over libmnl, in the network namespace of the calling thread. `protocol` is the netlink family,
/// such as NETLINK_SOCK_DIAG (`uapi/linux/netlink.h`). Receive() waits at most `silence_limit` for
/// the kernel to say something; see netlink(7). Of NETLINK_ROUTE a request for a dump is taken
/// strictly, so that what it asks for is all that comes, by kernels that can: 4.20 and later.
[[nodiscard]] tl::expected<std::unique_ptr<NetlinkTransport>, int> OpenNetlinkTransport(
    int protocol, std::chrono::milliseconds silence_limit);

/// The same over a netlink socket that somebody else opened, such as one of another network
/// namespace, which it stays in. EBADF, ENOTSOCK or EAFNOSUPPORT when it is
/// something else.
[[nodiscard]] tl::expected<std::unique_ptr<NetlinkTransport>, int> AdoptNetlinkTransport(
    UniqueFd socket, std::chrono::milliseconds silence_limit);

}  // namespace sockdiag
