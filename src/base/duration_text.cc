#include "base/duration_text.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace sockdiag {

std::string DurationText(std::chrono::seconds duration) {
  constexpr std::array<std::pair<std::int64_t, std::string_view>, 4> kUnits{
      {{86'400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}}};
  std::int64_t rest = duration.count();
  for (std::size_t i = 0; i < kUnits.size(); ++i) {
    const auto& [unit, name] = kUnits[i];
    if (rest < unit && unit != 1) continue;
    std::string text = std::to_string(rest / unit) + " " + std::string(name);
    if (unit == 1) return text;
    const auto& [smaller, smaller_name] = kUnits[i + 1];
    rest = rest % unit / smaller;
    if (rest != 0) text += " " + std::to_string(rest) + " " + std::string(smaller_name);
    return text;
  }
  return "0 s";
}

}  // namespace sockdiag
