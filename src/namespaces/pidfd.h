#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>

#include "base/unique_fd.h"

namespace sockdiag {

/// A descriptor of a child that was not waited for; readable when it has ended (pidfd_open(2), from
/// Linux 5.3 on). None, with an errno, when there is none to be had.
[[nodiscard]] UniqueFd OpenPidfd(pid_t child);

/// Ends that process, and never one that has its pid after it. Nothing happens when it has ended.
void KillByPidfd(const UniqueFd& pidfd);

/// CPU time of that process so far, user and system. Nothing when it has ended. Needs no privilege.
/// `pid` is its pid, by which alone its clock is found (clock_getcpuclockid(3)).
[[nodiscard]] std::optional<std::chrono::nanoseconds> CpuTimeOf(pid_t pid, const UniqueFd& pidfd);

}  // namespace sockdiag
