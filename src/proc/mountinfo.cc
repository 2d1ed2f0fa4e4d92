#include "proc/mountinfo.h"

#include <cstddef>

namespace sockdiag {

MountinfoLine ParseMountinfoLine(std::string_view line) {
  // ID PARENT MAJOR:MINOR ROOT POINT OPTIONS [TAGS] - TYPE SOURCE OPTIONS
  Scanner words(line, " ");
  constexpr int kWordsBefore = 3;
  for (int i = 0; i < kWordsBefore; ++i) words.TakeWord();
  MountinfoLine mount;
  mount.root = words.TakeWord();
  mount.point = words.TakeWord();
  std::string_view word = words.TakeWord();
  while (!word.empty() && word != "-") word = words.TakeWord();
  mount.type = words.TakeWord();
  return mount;
}

std::string UnescapeMountinfo(std::string_view text) {
  const auto is_octal = [](char c) { return c >= '0' && c <= '7'; };
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_escape = text[i] == '\\' && i + 3 < text.size() && text[i + 1] <= '3' &&
                           is_octal(text[i + 1]) && is_octal(text[i + 2]) && is_octal(text[i + 3]);
    if (!is_escape) {
      plain += text[i];
      continue;
    }
    plain +=
        static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
    i += 3;
  }
  return plain;
}

}  // namespace sockdiag
