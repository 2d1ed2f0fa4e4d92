#pragma once

#include <string_view>

namespace sockdiag {

/// The path that says most about whose a process is, from the text of /proc/P/cgroup (cgroups(7)):
/// a line `ID:CONTROLLERS:PATH` for each hierarchy. With cgroup v2 there is one, `0::PATH`. With v1
/// they may differ: one that names a container goes before one that names a unit of systemd, that
/// before any other, and the root is last; among equals v2's line, then the first one. Empty when
/// there is no line. Points into the text.
[[nodiscard]] std::string_view PickCgroupPath(std::string_view text);

}  // namespace sockdiag
