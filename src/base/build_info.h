#pragma once

#include <string_view>

namespace sockdiag {

/// What this binary is; for --version and sockdiag_build_info.
struct BuildInfo {
  std::string_view version;
  std::string_view revision;
  std::string_view compiler;
};

[[nodiscard]] const BuildInfo& CurrentBuild();

}  // namespace sockdiag
