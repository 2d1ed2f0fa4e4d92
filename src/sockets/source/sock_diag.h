#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <tl/expected.hpp>

#include "model/protocol.h"
#include "netlink/dump_error.h"
#include "netlink/transport.h"

namespace sockdiag {

/// A cookie as sock_diag's structs have it: the lower half first (sock_diag_save_cookie() in the
/// kernel's net/core/sock_diag.c).
[[nodiscard]] constexpr std::uint64_t CookieFromHalves(const std::uint32_t (&halves)[2]) {
  return std::uint64_t{halves[1]} << 32 | halves[0];
}

/// How long the kernel may stay silent in the middle of a dump.
inline constexpr std::chrono::seconds kDumpSilenceLimit{10};

/// NETLINK_SOCK_DIAG in the network namespace of the calling thread, or an errno. Receive() waits
/// at most `silence_limit` for the kernel to say something; see sock_diag(7).
[[nodiscard]] tl::expected<std::unique_ptr<NetlinkTransport>, int> OpenSockDiag(
    std::chrono::milliseconds silence_limit);

/// Why there is none, from that errno.
[[nodiscard]] DumpError SockDiagOpenError(int error_number);

/// The module that answers for these sockets: "tcp_diag". Loading it loads what it needs, too.
[[nodiscard]] std::string DiagModule(Protocol protocol);

/// Whether a module is loaded and ready. Seen in /sys/module, for which `root` stands; asking the
/// kernel would start modprobe. False, too, of what is built in: that is never missing.
[[nodiscard]] bool IsModuleLoadedBelow(const std::string& root, const std::string& module);
[[nodiscard]] inline bool IsModuleLoaded(const std::string& module) {
  return IsModuleLoadedBelow("/sys/module", module);
}

/// The error of a dump of these sockets. When the kernel refused it for want of a module, it
/// becomes kUnsupported and says which; any other stays as it is.
[[nodiscard]] DumpError WithMissingModule(Protocol protocol, const DumpError& error);

}  // namespace sockdiag
