#include "base/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace sockdiag {
namespace {

constexpr std::size_t kAll = 1000;

TEST(Utf8Length, TakesWholeCharactersAlone) {
  EXPECT_EQ(Utf8Length("ab"), 1U);
  EXPECT_EQ(Utf8Length("\xc3\xa9x"), 2U);
  EXPECT_EQ(Utf8Length("\xe2\x82\xac"), 3U);
  EXPECT_EQ(Utf8Length("\xf0\x9f\x98\x80"), 4U);
  for (const char* text : {"", "\x80", "\xc3", "\xc3(", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80",
                           "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"}) {
    EXPECT_EQ(Utf8Length(text), 0U) << text;
  }
}

TEST(PrintableUtf8, LeavesWhatIsPrintable) {
  EXPECT_EQ(PrintableUtf8("", kAll), "");
  EXPECT_EQ(PrintableUtf8("caf\xc3\xa9 \"a\\b\"", kAll), "caf\xc3\xa9 \"a\\b\"");
}

TEST(PrintableUtf8, EscapesOtherBytesAndControlCharacters) {
  EXPECT_EQ(PrintableUtf8("a\xff\xc3", kAll), "a\\xff\\xc3");
  EXPECT_EQ(PrintableUtf8(std::string("\0\n\x7f", 3), kAll), "\\x00\\x0a\\x7f");
  EXPECT_EQ(PrintableUtf8("\xc2\x80\xc2\x9f", kAll), "\\xc2\\x80\\xc2\\x9f");
  EXPECT_EQ(PrintableUtf8("\xc2\xa0\xc3\x80", kAll), "\xc2\xa0\xc3\x80");
  EXPECT_EQ(PrintableUtf8("\xed\xa0\x80", kAll), "\\xed\\xa0\\x80");
}

TEST(PrintableUtf8, CutsBetweenCharacters) {
  EXPECT_EQ(PrintableUtf8("abc", 2), "ab");
  EXPECT_EQ(PrintableUtf8("a\xc3\xa9", 2), "a");
  EXPECT_EQ(PrintableUtf8("a\xff", 4), "a");
  EXPECT_EQ(PrintableUtf8("a\xff", 5), "a\\xff");
}

}  // namespace
}  // namespace sockdiag
