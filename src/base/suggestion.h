#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sockdiag {

/// " (did you mean WORD?)", for an error about a word that is not known, when a known one is a
/// typing slip away, neighbouring letters that are swapped among them; else nothing.
[[nodiscard]] std::string Suggestion(std::string_view word, const std::vector<std::string>& known);

}  // namespace sockdiag
