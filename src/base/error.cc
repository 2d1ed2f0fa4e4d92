#include "base/error.h"

#include <cstring>

namespace sockdiag {

std::string ErrnoMessage(std::string_view what, int error_number) {
  std::string message(what);
  const char* description = strerrordesc_np(error_number);
  const char* name = strerrorname_np(error_number);
  message += ": ";
  message += description != nullptr ? description : "unknown error";
  message += " (";
  message += name != nullptr ? name : std::to_string(error_number);
  message += ")";
  return message;
}

std::string Excerpt(std::string_view text) {
  constexpr std::size_t kMost = 40;
  const bool is_cut = text.size() > kMost;
  return "\"" + std::string(text.substr(0, kMost)) + (is_cut ? "...\"" : "\"");
}

}  // namespace sockdiag
