#include "base/error.h"

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

}  // namespace sockdiag
