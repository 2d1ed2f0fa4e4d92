#include "namespaces/process_cgroup.h"

#include <algorithm>
#include <cstddef>

#include "base/hex_ids.h"
#include "proc/scanner.h"

namespace sockdiag {
namespace {

/// Whether one stands in it, as in `docker-<id>.scope`.
bool HasContainerId(std::string_view path) {
  while (!path.empty()) {
    const std::string_view digits = path.substr(0, path.find_first_not_of("0123456789abcdef"));
    if (IsContainerId(digits)) return true;
    path.remove_prefix(std::min(path.size(), digits.size() + 1));
  }
  return false;
}

bool Contains(std::string_view path, std::string_view part) {
  return path.find(part) != std::string_view::npos;
}

/// How much a path says.
int Rank(std::string_view path) {
  if (Contains(path, "kubepods") || Contains(path, "/lxc.payload") || HasContainerId(path)) {
    return 4;
  }
  if (Contains(path, ".service") || Contains(path, ".scope")) return 3;
  if (path.size() > 1) return 2;
  return 1;
}

}  // namespace

std::string_view PickCgroupPath(std::string_view text) {
  std::string_view best;
  int best_rank = 0;
  Scanner scanner(text);
  while (!scanner.IsAtEnd()) {
    const std::string_view line = scanner.TakeLine();
    const std::size_t controllers = line.find(':');
    if (controllers == std::string_view::npos) continue;
    const std::size_t path_start = line.find(':', controllers + 1);
    if (path_start == std::string_view::npos) continue;
    const std::string_view path = line.substr(path_start + 1);
    // Doubled, so that v2's line can stand between its own rank and the next.
    const int rank = 2 * Rank(path) + (line.starts_with("0::") ? 1 : 0);
    if (rank <= best_rank) continue;
    best = path;
    best_rank = rank;
  }
  return best;
}

}  // namespace sockdiag
