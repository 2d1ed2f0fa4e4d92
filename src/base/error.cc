#include "base/error.h"

#include <algorithm>
#include <cstring>

namespace sockdiag {

std::string ErrnoText(int error_number) {
  const char* description = strerrordesc_np(error_number);
  const char* name = strerrorname_np(error_number);
  std::string message = description != nullptr ? description : "unknown error";
  message += " (";
  message += name != nullptr ? name : std::to_string(error_number);
  message += ")";
  return message;
}

std::string ErrnoMessage(std::string_view what, int error_number) {
  return std::string(what) + ": " + ErrnoText(error_number);
}

std::string Joined(const std::vector<std::string>& messages) {
  std::string all;
  for (const std::string& message : messages) all += (all.empty() ? "" : "; ") + message;
  return all;
}

std::string Excerpt(std::string_view text) {
  constexpr std::size_t kMost = 40;
  const std::string_view line = text.substr(0, text.find('\n'));
  std::string excerpt(line.substr(0, kMost));
  std::replace_if(
      excerpt.begin(), excerpt.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  const bool is_cut = line.size() > kMost;
  return '"' + excerpt + (is_cut ? "...\"" : "\"");
}

}  // namespace sockdiag
