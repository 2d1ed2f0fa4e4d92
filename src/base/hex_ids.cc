#include "base/hex_ids.h"

#include <algorithm>

namespace sockdiag {
namespace {

bool IsLowerHex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

}  // namespace

bool IsHex(std::string_view text, std::size_t digits) {
  return text.size() == digits && std::all_of(text.begin(), text.end(), IsLowerHex);
}

bool IsContainerId(std::string_view text) {
  constexpr std::size_t kDigits = 64;
  return IsHex(text, kDigits);
}

bool IsUuid(std::string_view text) {
  constexpr std::string_view kForm = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  return std::equal(text.begin(), text.end(), kForm.begin(), kForm.end(),
                    [](char c, char form) { return form == 'x' ? IsLowerHex(c) : c == form; });
}

}  // namespace sockdiag
