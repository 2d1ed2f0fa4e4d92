#include "netlink/dump_error.h"

#include <cerrno>
#include <cstddef>

#include "base/error.h"

namespace sockdiag {
namespace {

DumpErrorReason ReasonOfKernel(int error_number) {
  switch (error_number) {
    case EBUSY:
      return DumpErrorReason::kBusy;
    case EINTR:
      return DumpErrorReason::kInterrupted;
    case ENOBUFS:
      return DumpErrorReason::kOverrun;
    default:
      return DumpErrorReason::kKernel;
  }
}

}  // namespace

std::string_view Name(DumpErrorReason reason) {
  constexpr std::array<std::string_view, kDumpErrorReasons.size()> kNames{
      "open",      "send",        "receive", "timeout", "truncated",   "sequence",
      "malformed", "interrupted", "busy",    "overrun", "unsupported", "kernel"};
  return kNames[static_cast<std::size_t>(reason)];
}

DumpError DumpErrorFromKernel(int error_number) {
  return {ReasonOfKernel(error_number), ErrnoMessage("the kernel refused the dump", error_number),
          error_number, IsDenial(error_number)};
}

bool IsDenial(int error_number) {
  switch (error_number) {
    case EPERM:            // most filters of system calls
    case EACCES:           // SELinux, AppArmor
    case ENOSYS:           // filters that deny as a kernel would that lacks the call
    case EAFNOSUPPORT:     // RestrictAddressFamilies= of systemd
    case EPFNOSUPPORT:     // the user mode of qemu before 5.1
    case EOPNOTSUPP:       // firejail; gVisor, to a dump
    case EPROTONOSUPPORT:  // a kernel without it, older gVisor, newer qemu
      return true;
    default:
      return false;
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
