#include "findings/finding.h"

#include <array>
#include <cstdint>
#include <ctime>
#include <string_view>
#include <utility>

namespace sockdiag {

std::string Moment::TextOf(Clock::TimePoint time) const {
  const auto ago = std::chrono::duration_cast<std::chrono::system_clock::duration>(steady - time);
  const std::time_t at = std::chrono::system_clock::to_time_t(wall - ago);
  std::tm utc{};
  gmtime_r(&at, &utc);
  std::array<char, 64> text;
  const char* const form = ago < std::chrono::hours(12) ? "%H:%M:%S UTC" : "%Y-%m-%d %H:%M UTC";
  return {text.data(), std::strftime(text.data(), text.size(), form, &utc)};
}

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

std::string CountText(std::uint64_t count) {
  std::string text = std::to_string(count);
  for (std::size_t end = text.size(); end > 3; end -= 3) text.insert(end - 3, 1, ',');
  return text;
}

std::string SocketsText(std::uint64_t count) {
  return count == 1 ? "one socket" : CountText(count) + " sockets";
}

}  // namespace sockdiag
