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
  return error_number == EPERM || error_number == EACCES || error_number == EAFNOSUPPORT ||
         error_number == EPROTONOSUPPORT;
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
