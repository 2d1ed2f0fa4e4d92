#include "base/utf8.h"

#include <algorithm>
#include <array>

namespace sockdiag {
namespace {

/// A lead byte's sequence: its length, and the range of the second byte, which is what keeps
/// overlong forms, surrogates and values above U+10FFFF out (RFC 3629, section 4).
struct Utf8Form {
  unsigned char first_lead, last_lead;
  std::size_t length;
  unsigned char first_second, last_second;
};
constexpr std::array<Utf8Form, 8> kUtf8Forms{{{0xc2, 0xdf, 2, 0x80, 0xbf},
                                              {0xe0, 0xe0, 3, 0xa0, 0xbf},
                                              {0xe1, 0xec, 3, 0x80, 0xbf},
                                              {0xed, 0xed, 3, 0x80, 0x9f},
                                              {0xee, 0xef, 3, 0x80, 0xbf},
                                              {0xf0, 0xf0, 4, 0x90, 0xbf},
                                              {0xf1, 0xf3, 4, 0x80, 0xbf},
                                              {0xf4, 0xf4, 4, 0x80, 0x8f}}};

/// U+0000 to U+001F and U+007F to U+009F, of which terminals take the latter ones as commands, too.
bool IsControl(std::string_view character) {
  const char c = character[0];
  if (character.size() == 2) return c == '\xc2' && static_cast<unsigned char>(character[1]) < 0xa0;
  return (c >= 0 && c < ' ') || c == 0x7f;
}

std::string Escaped(char c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  return {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 0xf]};
}

}  // namespace

std::size_t Utf8Length(std::string_view text) {
  if (text.empty()) return 0;
  const auto byte_at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte_at(0);
  if (lead < 0x80) return 1;
  const auto* form = std::find_if(kUtf8Forms.begin(), kUtf8Forms.end(), [&](const Utf8Form& f) {
    return f.first_lead <= lead && lead <= f.last_lead;
  });
  if (form == kUtf8Forms.end() || text.size() < form->length) return 0;
  if (byte_at(1) < form->first_second || byte_at(1) > form->last_second) return 0;
  for (std::size_t i = 2; i < form->length; ++i) {
    if ((byte_at(i) & 0xc0) != 0x80) return 0;
  }
  return form->length;
}

std::string PrintableUtf8(std::string_view text, std::size_t limit_bytes) {
  std::string printable;
  while (!text.empty()) {
    std::size_t length = Utf8Length(text);
    if (length != 0 && IsControl(text.substr(0, length))) length = 0;
    const std::string next = length == 0 ? Escaped(text[0]) : std::string(text.substr(0, length));
    if (printable.size() + next.size() > limit_bytes) break;
    printable += next;
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return printable;
}

}  // namespace sockdiag
