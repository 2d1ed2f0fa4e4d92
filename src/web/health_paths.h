#pragma once

#include <string_view>

namespace sockdiag::web {

/// Answered for as long as the process serves.
inline constexpr std::string_view kHealthyPath = "/-/healthy";
/// Answered with 200 from the first good collection on.
inline constexpr std::string_view kReadyPath = "/-/ready";

}  // namespace sockdiag::web
