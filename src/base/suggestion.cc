#include "base/suggestion.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace sockdiag {
namespace {

/// How many letters to insert, drop or replace, or neighbours to swap, to get from one word to the
/// other (optimal string alignment).
std::size_t EditDistance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  std::vector<std::size_t> above(row.size());
  std::vector<std::size_t> two_above(row.size());
  for (std::size_t i = 0; i < from.size(); ++i) {
    two_above.swap(above);
    above.swap(row);
    row[0] = i + 1;
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t replaced = above[j] + (from[i] == to[j] ? 0 : 1);
      row[j + 1] = std::min({replaced, row[j] + 1, above[j + 1] + 1});
      const bool are_swapped = i > 0 && j > 0 && from[i] == to[j - 1] && from[i - 1] == to[j];
      if (are_swapped) row[j + 1] = std::min(row[j + 1], two_above[j - 1] + 1);
    }
  }
  return row.back();
}

}  // namespace

std::string Suggestion(std::string_view word, const std::vector<std::string>& known) {
  constexpr std::size_t kLongestWord = 64;
  std::size_t best_distance = std::min<std::size_t>(2, word.size() / 3) + 1;
  std::string suggestion;
  for (const std::string& candidate : known) {
    if (word.size() > kLongestWord) break;
    const std::size_t distance = EditDistance(word, candidate);
    if (distance >= best_distance) continue;
    best_distance = distance;
    suggestion = " (did you mean " + candidate + "?)";
  }
  return suggestion;
}

}  // namespace sockdiag
