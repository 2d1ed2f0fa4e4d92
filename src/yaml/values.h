#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "yaml/tree.h"

namespace sockdiag {

// Parsers of one value. Each is called with a node and gives the value, or an error whose message
// says what was there and what is allowed; the caller adds the place. See MappingReader::Read().

/// "expected EXPECTED, not FOUND".
[[nodiscard]] tl::unexpected<Error> FailExpected(std::string_view expected, const YamlNode& found);

/// The text of a scalar, in quotes or not; `expected` words the error about anything else.
[[nodiscard]] Result<std::string> ParseText(const YamlNode& node, std::string_view expected);

/// A whole number in decimal digits. YAML 1.1's other forms (0777, 0x50, 1_000) mean different
/// numbers to different readers, so they are refused.
[[nodiscard]] Result<std::uint64_t> ParseInteger(std::string_view text, std::uint64_t min,
                                                 std::uint64_t max);

/// Prometheus's form: `500ms`, `15s`, `1h30m`, `1d`; units d, h, m, s, ms, the largest first. What
/// does not fit is clamped to the largest duration.
[[nodiscard]] Result<std::chrono::milliseconds> ParseDuration(std::string_view text);

/// The shortest form that ParseDuration() reads.
[[nodiscard]] std::string FormatDuration(std::chrono::milliseconds duration);

/// `true` or `false`, not YAML 1.1's `yes` and `on`.
struct Flag {
  Result<bool> operator()(const YamlNode& node) const;
};

/// A whole number in min..max.
struct IntegerIn {
  std::uint64_t min;
  std::uint64_t max;
  Result<std::uint64_t> operator()(const YamlNode& node) const;
};

/// A decimal number above 0 and at most 1.
struct Share {
  Result<double> operator()(const YamlNode& node) const;
};

/// A duration in min..max, or 0 where that has a meaning of its own.
struct DurationIn {
  std::chrono::milliseconds min;
  std::chrono::milliseconds max;
  bool or_zero = false;
  Result<std::chrono::milliseconds> operator()(const YamlNode& node) const;
};

/// One of several words, each for a value. The span must outlive the parser.
template <typename T>
struct OneOf {
  std::span<const std::pair<std::string_view, T>> choices;

  Result<T> operator()(const YamlNode& node) const {
    std::string words;
    for (const auto& [word, value] : choices) {
      if (node.kind == YamlNode::Kind::kScalar && node.text == word) return value;
      words += (words.empty() ? "" : ", ") + std::string(word);
    }
    if (node.kind != YamlNode::Kind::kScalar) return FailExpected("one of " + words, node);
    return Fail(Shown(node.text) + " is not one of " + words);
  }
};

}  // namespace sockdiag
