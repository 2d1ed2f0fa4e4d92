#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sockdiag {

/// Where something stands in a file: 1-based, columns counted in bytes.
struct YamlMark {
  std::size_t line = 1;
  std::size_t column = 1;

  friend auto operator<=>(const YamlMark&, const YamlMark&) = default;
};

/// Why a text cannot be read as YAML at all, and where.
struct TextDefect {
  YamlMark mark;
  std::string message;
};

/// The first byte that YAML 1.2 (5.1, "Character Set") does not allow: invalid UTF-8, NUL and other
/// control characters. Checked ahead of yaml-cpp, which takes 0x04 for the end of the file, drops a
/// lone carriage return, and guesses UTF-16 from NUL bytes.
[[nodiscard]] std::optional<TextDefect> FindTextDefect(std::string_view text);

/// Where the first line stands that is not empty, a comment, or a bare `---` or `...`; absent when
/// there is none, and a YAML reader has nothing to read.
[[nodiscard]] std::optional<std::size_t> FindContent(std::string_view text);

/// The mark of a byte offset; of the end of the last line when the offset lies behind it.
[[nodiscard]] YamlMark MarkAt(std::string_view text, std::size_t offset);

/// A piece of input as an error message may show it: on one line, printable, cut when long. In
/// quotes when it would be unclear without.
[[nodiscard]] std::string Shown(std::string_view text);

/// Shown(), always in quotes.
[[nodiscard]] std::string ShownQuoted(std::string_view text);

}  // namespace sockdiag
