#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace sockdiag {

/// Where a cgroup2 hierarchy can be read.
struct CgroupMount {
  std::string folder;
  /// The path of the cgroup that is mounted there, `/` as a rule: in a container it can be its own.
  std::string cgroup;

  friend bool operator==(const CgroupMount&, const CgroupMount&) = default;
};

/// The first cgroup2 mount in the text of /proc/self/mountinfo (proc_pid_mountinfo(5)); nothing
/// when there is none, as with cgroup v1 alone.
[[nodiscard]] std::optional<CgroupMount> FindCgroup2(std::string_view mountinfo);

/// Gets a cgroup's id, which is its folder's inode number, and its path in the hierarchy.
using CgroupVisitor = std::function<void(std::uint64_t id, std::string_view path)>;

/// More cgroups than this are not visited.
inline constexpr std::size_t kMaxCgroups = 100'000;

/// Visits the cgroups that can be seen below the mount, in no certain order. One that comes or goes
/// meanwhile may be missing. About 12 us each; needs no privilege. An error when these are not all:
/// it names the mount, or the first folder below, that could not be read, or the limit.
[[nodiscard]] Result<void> VisitCgroups(const CgroupMount& mount, const CgroupVisitor& visit,
                                        std::size_t limit = kMaxCgroups);

/// The same of the hierarchy that this process sees. `proc` stands for /proc.
[[nodiscard]] Result<void> VisitHostCgroups(const CgroupVisitor& visit,
                                            const std::string& proc = "/proc");

}  // namespace sockdiag
