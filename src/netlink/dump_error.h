#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace sockdiag {

/// Why a dump gave nothing; the label `reason` of sockdiag_dump_errors_total.
enum class DumpErrorReason : std::uint8_t {
  kOpen,         ///< no netlink socket could be had
  kSend,         ///< the request could not be sent
  kReceive,      ///< the answer could not be received
  kTimeout,      ///< the kernel stayed silent
  kTruncated,    ///< a datagram did not fit the buffer (MSG_TRUNC)
  kSequence,     ///< an answer to another request
  kMalformed,    ///< lengths or types that contradict each other
  kInterrupted,  ///< the table changed too much (NLM_F_DUMP_INTR, EINTR from the kernel)
  kBusy,         ///< EBUSY: a dump is under way on this netlink socket
  kOverrun,      ///< ENOBUFS: answers were lost
  kUnsupported,  ///< the kernel lacks what would answer, such as a module
  kKernel,       ///< any other error that the kernel answered
};
inline constexpr std::array kDumpErrorReasons{
    DumpErrorReason::kOpen,      DumpErrorReason::kSend,        DumpErrorReason::kReceive,
    DumpErrorReason::kTimeout,   DumpErrorReason::kTruncated,   DumpErrorReason::kSequence,
    DumpErrorReason::kMalformed, DumpErrorReason::kInterrupted, DumpErrorReason::kBusy,
    DumpErrorReason::kOverrun,   DumpErrorReason::kUnsupported, DumpErrorReason::kKernel};

/// The label value.
[[nodiscard]] std::string_view Name(DumpErrorReason reason);

/// Why a dump failed, for a counter and for a log line.
struct DumpError {
  DumpErrorReason reason;
  std::string message;
  /// With which the kernel refused the dump; 0 when it did not. What it means depends on what was
  /// asked for.
  int kernel_errno = 0;
  /// What would answer is missing or denied, and so it will be at the next attempt; see IsDenial().
  bool is_denied = false;
};

/// Whether a system call or the kernel's answer with this errno denies the dump, or the kernel has
/// not what would answer: a filter of system calls or of socket families, a security module, an
/// emulated kernel, no such protocol. What is short or late is no denial.
[[nodiscard]] bool IsDenial(int error_number);

template <typename T>
using DumpResult = tl::expected<T, DumpError>;

[[nodiscard]] inline tl::unexpected<DumpError> FailDump(DumpErrorReason reason,
                                                        std::string message) {
  return tl::unexpected<DumpError>(DumpError{reason, std::move(message)});
}

/// From an errno that the kernel put into an NLMSG_ERROR or NLMSG_DONE message.
[[nodiscard]] DumpError DumpErrorFromKernel(int error_number);

/// From an errno of recvmsg(2) on the netlink socket; libmnl gives ENOSPC for MSG_TRUNC.
[[nodiscard]] DumpError DumpErrorFromReceive(int error_number);

}  // namespace sockdiag
