#include "yaml/text.h"

#include <algorithm>

#include "base/utf8.h"

namespace sockdiag {
namespace {

constexpr std::size_t kShownBytes = 60;

std::string Hex(unsigned char byte) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  return {kDigits[byte >> 4], kDigits[byte & 0xf]};
}

bool IsControl(unsigned char byte) { return byte < 0x20 || byte == 0x7f; }

bool IsAllowedControl(std::string_view text, std::size_t i) {
  if (text[i] == '\r') return i + 1 < text.size() && text[i + 1] == '\n';
  return text[i] == '\n' || text[i] == '\t';
}

}  // namespace

std::optional<TextDefect> FindTextDefect(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (IsControl(byte) && !IsAllowedControl(text, i)) {
      return TextDefect{MarkAt(text, i), "control character 0x" + Hex(byte) + " is not allowed"};
    }
    const std::size_t length = Utf8Length(text.substr(i));
    if (length == 0) {
      return TextDefect{MarkAt(text, i), "byte 0x" + Hex(byte) + " is not valid UTF-8 here"};
    }
    i += length;
  }
  return std::nullopt;
}

std::optional<std::size_t> FindContent(std::string_view text) {
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    std::string_view line = text.substr(start, end - start);
    if (line.starts_with("---") || line.starts_with("...")) line.remove_prefix(3);
    const std::size_t first = line.find_first_not_of(" \t\r");
    if (first != std::string_view::npos && line[first] != '#') return start;
    start = end + 1;
  }
  return std::nullopt;
}

YamlMark MarkAt(std::string_view text, std::size_t offset) {
  if (offset >= text.size()) {
    offset = text.find_last_not_of("\r\n") + 1;  // npos + 1 is 0: nothing but line ends
  }
  const std::string_view before = text.substr(0, offset);
  const std::size_t line_start = before.rfind('\n') + 1;
  const auto breaks = std::count(before.begin(), before.end(), '\n');
  return {static_cast<std::size_t>(breaks) + 1, offset - line_start + 1};
}

std::string ShownQuoted(std::string_view text) {
  std::string shown = "\"";
  for (const char c : text.substr(0, kShownBytes)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      shown += "\\n";
    } else if (c == '"' || c == '\\') {
      shown += {'\\', c};
    } else if (IsControl(byte) || byte >= 0x80) {
      shown += "\\x" + Hex(byte);
    } else {
      shown += c;
    }
  }
  return shown + (text.size() > kShownBytes ? "...\"" : "\"");
}

std::string Shown(std::string_view text) {
  const bool clear = std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c <= '~' && std::string_view("\"'\\,;").find(c) == std::string_view::npos;
  });
  if (!clear || text.empty()) return ShownQuoted(text);
  if (text.size() <= kShownBytes) return std::string(text);
  return std::string(text.substr(0, kShownBytes)) + "...";
}

}  // namespace sockdiag
