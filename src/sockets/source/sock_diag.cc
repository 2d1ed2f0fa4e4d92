#include "sockets/source/sock_diag.h"

#include <linux/netlink.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>

#include "base/error.h"
#include "base/file.h"

namespace sockdiag {
namespace {

/// gVisor has a sock_diag that finds single sockets, and takes every dump for the search of one
/// (pkg/sentry/socket/netlink/sockdiag). The kernel's own refuses no request of ours in this way.
DumpError AsDenied(DumpError error) {
  error.is_denied = true;
  return error;
}

}  // namespace

tl::expected<std::unique_ptr<NetlinkTransport>, int> OpenSockDiag(
    std::chrono::milliseconds silence_limit) {
  return OpenNetlinkTransport(NETLINK_SOCK_DIAG, silence_limit);
}

DumpError SockDiagOpenError(int error_number) {
  const std::string message = ErrnoMessage("cannot open a sock_diag netlink socket", error_number);
  if (error_number != EPROTONOSUPPORT) {
    return {DumpErrorReason::kOpen, message, 0, IsDenial(error_number)};
  }
  return {DumpErrorReason::kUnsupported, message + ": the kernel has no sock_diag", 0, true};
}

std::string DiagModule(Protocol protocol) { return std::string(Name(protocol)) + "_diag"; }

/// A module's folder is there before its code has run (load_module() in the kernel's
/// kernel/module/main.c), so that alone would be too early.
bool IsModuleLoadedBelow(const std::string& root, const std::string& module) {
  constexpr std::size_t kLimitBytes = 4096;
  const auto state = ReadFileIfAny(root + "/" + module + "/initstate", kLimitBytes);
  return state && *state && **state == "live\n";
}

/// Without tcp_diag or udp_diag it is ENOENT in NLMSG_DONE. Without inet_diag, which answers for
/// both families, it is an NLMSG_ERROR: ENOENT, and EOPNOTSUPP to TCPDIAG_GETSOCK
/// (sock_diag_rcv_msg() in the kernel's net/core/sock_diag.c).
DumpError WithMissingModule(Protocol protocol, const DumpError& error) {
  const int error_number = error.kernel_errno;
  if (error_number == EINVAL) return AsDenied(error);
  if (error_number != ENOENT && error_number != EOPNOTSUPP) return error;
  const std::string module = DiagModule(protocol);
  const std::string missing = error_number == EOPNOTSUPP ? "inet_diag" : module;
  return {DumpErrorReason::kUnsupported,
          "the kernel has no " + missing + " module (" + strerrorname_np(error_number) +
              "): load it with modprobe " + module,
          error_number, true};
}

}  // namespace sockdiag
