#include "yaml/text.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "tests/yaml/refusals.h"

namespace sockdiag {
namespace {

using namespace std::string_literals;

TEST(YamlText, AcceptsUtf8OfEveryLength) {
  for (const std::string_view text :
       {"", "a\tb\r\n", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
        "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_FALSE(FindTextDefect(text).has_value()) << text;
  }
}

TEST(YamlText, RefusesWhatIsNotUtf8) {
  for (const std::string_view text :
       {"\x80", "\xc0\xaf", "\xc1\xbf", "\xc2", "\xc2x", "\xe0\x9f\xbf", "\xe1\x80", "\xed\xa0\x80",
        "\xf0\x8f\xbf\xbf", "\xf1\x80\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"}) {
    EXPECT_TRUE(FindTextDefect(text).has_value()) << ShownQuoted(text);
  }
  ExpectRefused({
      {"a: 1\nb: \xff\n", "c.yaml:2:4: byte 0xff is not valid UTF-8 here"},
      {"# \xe9t\xe9\n", "c.yaml:1:3: byte 0xe9 is not valid UTF-8 here"},
      {"\xff\xfe\x61", "c.yaml:1:1: byte 0xff is not valid UTF-8 here"},
  });
}

TEST(YamlText, RefusesControlCharacters) {
  ExpectRefused({
      {"limits: {}\n\0"s, "c.yaml:2:1: control character 0x00 is not allowed"},
      {"a\0: 1"s, "c.yaml:1:2: control character 0x00 is not allowed"},
      {"limits: {}\n\x04\nwhat: 1\n", "c.yaml:2:1: control character 0x04 is not allowed"},
      {"limits: {}\rwhat: 1\n", "c.yaml:1:11: control character 0x0d is not allowed"},
      {"limits: {}\r", "c.yaml:1:11: control character 0x0d is not allowed"},
      {"# \x1b[2J", "c.yaml:1:3: control character 0x1b is not allowed"},
      {"# \x7f", "c.yaml:1:3: control character 0x7f is not allowed"},
  });
}

TEST(YamlText, FindsTheFirstLineWithContent) {
  for (const std::string_view text :
       {"", "\n", " \t\r\n", "# a", "  # a\n\n# b\n", "---\n", "--- # a\n...\n"}) {
    EXPECT_FALSE(FindContent(text).has_value()) << text;
  }
  EXPECT_EQ(FindContent("a"), 0U);
  EXPECT_EQ(FindContent("# a\n\n b # c\n"), 5U);
  EXPECT_EQ(FindContent("---\n--- a"), 4U);
}

TEST(YamlText, MarksOffsetsByLineAndByteColumn) {
  EXPECT_EQ(MarkAt("ab\ncd", 0), (YamlMark{1, 1}));
  EXPECT_EQ(MarkAt("ab\ncd", 2), (YamlMark{1, 3}));
  EXPECT_EQ(MarkAt("ab\ncd", 3), (YamlMark{2, 1}));
  EXPECT_EQ(MarkAt("ab\ncd", 4), (YamlMark{2, 2}));
  EXPECT_EQ(MarkAt("ab\n\xc3\xa9x", 5), (YamlMark{2, 3}));
}

TEST(YamlText, MarksTheEndOfTheLastLineForOffsetsBehindIt) {
  EXPECT_EQ(MarkAt("ab\ncd\r\n\n", 99), (YamlMark{2, 3}));
  EXPECT_EQ(MarkAt("", 0), (YamlMark{1, 1}));
  EXPECT_EQ(MarkAt("\n\n", 2), (YamlMark{1, 1}));
}

TEST(YamlText, ShowsInputOnOneLine) {
  EXPECT_EQ(Shown("5432"), "5432");
  EXPECT_EQ(Shown(""), "\"\"");
  EXPECT_EQ(Shown(" a"), "\" a\"");
  EXPECT_EQ(Shown("a\nb\"\\"), "\"a\\nb\\\"\\\\\"");
  EXPECT_EQ(Shown("\x01\xc3"), "\"\\x01\\xc3\"");
  EXPECT_EQ(Shown(std::string(60, 'x')), std::string(60, 'x'));
  EXPECT_EQ(Shown(std::string(61, 'x')), std::string(60, 'x') + "...");
  EXPECT_EQ(Shown(std::string(61, ' ')), "\"" + std::string(60, ' ') + "...\"");
  EXPECT_EQ(ShownQuoted("x"), "\"x\"");
}

}  // namespace
}  // namespace sockdiag
