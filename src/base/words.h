#pragma once

#include <algorithm>
#include <string_view>

namespace sockdiag {

/// Takes the word at the front of the text off it, and the characters of `space` before the word.
/// Empty at the end of the text.
[[nodiscard]] inline std::string_view TakeWord(std::string_view& text, std::string_view space) {
  text.remove_prefix(std::min(text.find_first_not_of(space), text.size()));
  const std::string_view word = text.substr(0, text.find_first_of(space));
  text.remove_prefix(word.size());
  return word;
}

}  // namespace sockdiag
