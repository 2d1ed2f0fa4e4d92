#pragma once

#include <string>
#include <string_view>

#include "proc/scanner.h"

namespace sockdiag {

/// A line of /proc/P/mountinfo (proc_pid_mountinfo(5)). What it lacks is empty; it points into the
/// text.
struct MountinfoLine {
  /// Which part of the file system is mounted, and where, as the kernel escapes them; see
  /// UnescapeMountinfo().
  std::string_view root;
  std::string_view point;
  std::string_view type;
};

[[nodiscard]] MountinfoLine ParseMountinfoLine(std::string_view line);

/// The kernel writes space, tab, line feed and backslash as a backslash and three octal digits.
[[nodiscard]] std::string UnescapeMountinfo(std::string_view text);

/// Calls `visit(const MountinfoLine&)` for each line, in the text's order.
template <typename Visitor>
void ForEachMount(std::string_view mountinfo, Visitor&& visit) {
  Scanner scanner(mountinfo);
  while (!scanner.IsAtEnd()) visit(ParseMountinfoLine(scanner.TakeLine()));
}

}  // namespace sockdiag
