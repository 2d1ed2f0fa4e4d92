#include "findings/finding.h"

#include <array>
#include <cstdint>
#include <ctime>

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

std::string CountText(std::uint64_t count) {
  std::string text = std::to_string(count);
  for (std::size_t end = text.size(); end > 3; end -= 3) text.insert(end - 3, 1, ',');
  return text;
}

std::string SocketsText(std::uint64_t count) {
  return count == 1 ? "one socket" : CountText(count) + " sockets";
}

}  // namespace sockdiag
