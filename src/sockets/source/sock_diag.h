#pragma once

#include <chrono>
#include <memory>
#include <tl/expected.hpp>

#include "model/protocol.h"
#include "netlink/dump_error.h"
#include "netlink/transport.h"

namespace sockdiag {

/// NETLINK_SOCK_DIAG in the network namespace of the calling thread, or an errno. Receive() waits
/// at most `silence_limit` for the kernel to say something; see sock_diag(7).
[[nodiscard]] tl::expected<std::unique_ptr<NetlinkTransport>, int> OpenSockDiag(
    std::chrono::milliseconds silence_limit);

/// Why there is none, from that errno.
[[nodiscard]] DumpError SockDiagOpenError(int error_number);

/// The error of a dump of these sockets. When the kernel refused it for want of a module, it
/// becomes kUnsupported and says which; any other stays as it is.
[[nodiscard]] DumpError WithMissingModule(Protocol protocol, const DumpError& error);

}  // namespace sockdiag
