#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sockdiag {

/// How many bytes the character at the front of a text takes; 0 when it is not UTF-8 (RFC 3629,
/// section 4), or the text is empty.
[[nodiscard]] std::size_t Utf8Length(std::string_view text);

/// The text as valid UTF-8 on one line: other bytes, and control characters of ASCII, are written
/// as `\x` and two digits. Cut behind the last character that fits into `limit_bytes`.
[[nodiscard]] std::string PrintableUtf8(std::string_view text, std::size_t limit_bytes);

}  // namespace sockdiag
