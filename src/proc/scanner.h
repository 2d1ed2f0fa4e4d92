#pragma once

#include <charconv>
#include <cstddef>
#include <optional>
#include <string_view>
#include <system_error>

namespace sockdiag {

/// Takes what files such as those of /proc are made of off the front of a text.
class Scanner {
 public:
  /// `space` are the characters that stand between words. Both must outlive the scanner, and the
  /// text also what is taken off it.
  explicit Scanner(std::string_view text, std::string_view space = " \t\n")
      : rest_(text), space_(space) {}

  [[nodiscard]] bool IsAtEnd() const { return rest_.empty(); }
  /// What is left of the text.
  [[nodiscard]] std::string_view rest() const { return rest_; }

  void SkipSpace();

  /// Whether the text goes on with this character, which is then taken.
  bool TakeCharacter(char character);

  /// To the end of the line, which is taken, too, but not part of what is given.
  std::string_view TakeLine();

  /// Skips space first. Empty at the end of the text.
  std::string_view TakeWord();

  /// The next characters, whatever they are; fewer at the end of the text.
  std::string_view TakeCharacters(std::size_t count);

  /// The digits, by default decimal ones, that the text goes on with, and a minus before them where
  /// the type has a sign; what follows does not matter. Nothing, and nothing is taken, when there
  /// is none or the type cannot hold it.
  template <typename Integer>
  [[nodiscard]] std::optional<Integer> TakeInteger(int base = 10) {
    Integer value = 0;
    const auto [end, error] =
        std::from_chars(rest_.data(), rest_.data() + rest_.size(), value, base);
    if (error != std::errc()) return std::nullopt;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }

  /// Takes a word. Nothing when it is not, as a whole, an integer of 64 bits, with a sign or
  /// without.
  [[nodiscard]] std::optional<double> TakeNumber();

 private:
  std::string_view rest_;
  std::string_view space_;
};

}  // namespace sockdiag
