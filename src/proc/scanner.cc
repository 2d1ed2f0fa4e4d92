#include "proc/scanner.h"

#include <algorithm>
#include <cstdint>

namespace sockdiag {
namespace {

template <typename Integer>
std::optional<double> ParseAs(std::string_view word) {
  Scanner digits(word);
  const std::optional<Integer> value = digits.TakeInteger<Integer>();
  return value && digits.IsAtEnd() ? std::optional(static_cast<double>(*value)) : std::nullopt;
}

}  // namespace

void Scanner::SkipSpace() {
  rest_.remove_prefix(std::min(rest_.find_first_not_of(space_), rest_.size()));
}

bool Scanner::TakeCharacter(char character) {
  if (!rest_.starts_with(character)) return false;
  rest_.remove_prefix(1);
  return true;
}

std::string_view Scanner::TakeLine() {
  const std::string_view line = rest_.substr(0, rest_.find('\n'));
  rest_.remove_prefix(std::min(line.size() + 1, rest_.size()));
  return line;
}

std::string_view Scanner::TakeWord() {
  SkipSpace();
  const std::string_view word = rest_.substr(0, rest_.find_first_of(space_));
  rest_.remove_prefix(word.size());
  return word;
}

std::string_view Scanner::TakeCharacters(std::size_t count) {
  const std::string_view characters = rest_.substr(0, count);
  rest_.remove_prefix(characters.size());
  return characters;
}

std::optional<double> Scanner::TakeNumber() {
  const std::string_view word = TakeWord();
  const std::optional<double> value = ParseAs<std::int64_t>(word);
  return value ? value : ParseAs<std::uint64_t>(word);
}

}  // namespace sockdiag
