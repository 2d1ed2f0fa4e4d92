#include "netlink/dump_error.h"

#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace sockdiag {
namespace {

/// Loading the protocol's module loads inet_diag, which it needs, too.
DumpError ModuleMissing(Protocol protocol, int error_number) {
  const std::string module = std::string(Name(protocol)) + "_diag";
  const std::string missing = error_number == EOPNOTSUPP ? "inet_diag" : module;
  return {DumpErrorReason::kUnsupported, "the kernel has no " + missing + " module (" +
                                             strerrorname_np(error_number) +
                                             "): load it with modprobe " + module};
}

}  // namespace

std::string_view Name(DumpErrorReason reason) {
  constexpr std::array<std::string_view, kDumpErrorReasons.size()> kNames{
      "open",      "send",        "receive", "timeout", "truncated",   "sequence",
      "malformed", "interrupted", "busy",    "overrun", "unsupported", "kernel"};
  return kNames[Index(reason)];
}

DumpError DumpErrorFromOpen(int error_number) {
  const std::string message = ErrnoMessage("cannot open a sock_diag netlink socket", error_number);
  if (error_number != EPROTONOSUPPORT) return {DumpErrorReason::kOpen, message};
  return {DumpErrorReason::kUnsupported, message + ": the kernel has no sock_diag"};
}

DumpError DumpErrorFromKernel(Protocol protocol, int error_number) {
  const std::string message = ErrnoMessage("the kernel refused the dump", error_number);
  switch (error_number) {
    // Without tcp_diag or udp_diag it is ENOENT in NLMSG_DONE. Without inet_diag, which answers for
    // both families, it is an NLMSG_ERROR: ENOENT, and EOPNOTSUPP to TCPDIAG_GETSOCK
    // (sock_diag_rcv_msg() in the kernel's net/core/sock_diag.c).
    case ENOENT:
    case EOPNOTSUPP:
      return ModuleMissing(protocol, error_number);
    case EBUSY:
      return {DumpErrorReason::kBusy, message};
    case EINTR:
      return {DumpErrorReason::kInterrupted, message};
    case ENOBUFS:
      return {DumpErrorReason::kOverrun, message};
    default:
      return {DumpErrorReason::kKernel, message};
  }
}

DumpError DumpErrorFromReceive(int error_number) {
  const std::string message = ErrnoMessage("cannot receive the dump", error_number);
  switch (error_number) {
    case EAGAIN:
      return {DumpErrorReason::kTimeout, "the kernel did not continue the dump in time"};
    case ENOSPC:
      return {DumpErrorReason::kTruncated, "a datagram of the dump was larger than the buffer"};
    case EBUSY:
      return {DumpErrorReason::kBusy, message};
    case ENOBUFS:
      return {DumpErrorReason::kOverrun, message};
    default:
      return {DumpErrorReason::kReceive, message};
  }
}

}  // namespace sockdiag
