#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sockdiag::kernel {

/// How long anything that the kernel does by itself may take; generous, for loaded machines and
/// emulated ones.
inline constexpr std::chrono::seconds kDeadline{60};

/// Gives back what a system call returned; throws with the errno when that is negative.
int Check(std::string_view what, int result);

/// A short rest between two looks at the kernel.
void Pause();

/// Asks until `done()` holds or kDeadline has passed; whether it holds.
template <typename Done>
[[nodiscard]] bool WaitUntil(Done&& done) {
  const auto deadline = std::chrono::steady_clock::now() + kDeadline;
  while (!done()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    Pause();
  }
  return true;
}

/// Which of the programs `ip`, `nft` and `ss` is missing; empty when none is.
[[nodiscard]] std::string MissingTool();

/// Runs one of those programs in our namespace; its standard output. Throws when it fails.
std::string RunTool(const std::vector<std::string>& command);

/// Raises the limit of open files, where it is lower.
void AllowOpenFiles(std::uint64_t files);

/// `name` as under /proc/sys: `net/ipv4/ip_local_port_range`.
void WriteSysctl(const std::string& name, std::string_view value);

}  // namespace sockdiag::kernel
