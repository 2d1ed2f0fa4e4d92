#include "diag/dump_error.h"

#include <cerrno>

#include "base/error.h"
#include "model/protocol.h"

namespace sockdiag {

std::string_view Name(DumpErrorReason reason) {
  constexpr std::array<std::string_view, kDumpErrorReasons.size()> kNames{
      "open",      "send",        "receive", "timeout", "truncated",   "sequence",
      "malformed", "interrupted", "busy",    "overrun", "unsupported", "kernel"};
  return kNames[Index(reason)];
}

DumpError DumpErrorFromKernel(int error_number) {
  const std::string message = ErrnoMessage("the kernel refused the dump", error_number);
  switch (error_number) {
    case ENOENT:
      return {DumpErrorReason::kUnsupported,
              message + "; it lacks the sock_diag module for this protocol"};
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
