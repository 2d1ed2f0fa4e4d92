#include "proc/scanner.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace sockdiag {
namespace {

std::vector<std::string> Words(Scanner scanner) {
  std::vector<std::string> words;
  for (auto word = scanner.TakeWord(); !word.empty(); word = scanner.TakeWord()) {
    words.emplace_back(word);
  }
  return words;
}

TEST(Scanner, TakesWordsWithoutTheSpaceAroundThem) {
  EXPECT_EQ(Words(Scanner("TCP: inuse 5\n")), (std::vector<std::string>{"TCP:", "inuse", "5"}));
  EXPECT_EQ(Words(Scanner(" \ta \n b ")), (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(Words(Scanner("")).empty());
  EXPECT_TRUE(Words(Scanner(" \t\n")).empty());
}

TEST(Scanner, KnowsTheSpaceThatItIsTold) {
  EXPECT_EQ(Words(Scanner("a\tb c", " ")), (std::vector<std::string>{"a\tb", "c"}));
}

TEST(Scanner, TakesLinesWithTheirEnd) {
  Scanner scanner("one two\n\nlast");
  EXPECT_EQ(scanner.TakeLine(), "one two");
  EXPECT_EQ(scanner.TakeLine(), "");
  EXPECT_FALSE(scanner.IsAtEnd());
  EXPECT_EQ(scanner.TakeLine(), "last");
  EXPECT_TRUE(scanner.IsAtEnd());
  EXPECT_EQ(scanner.TakeLine(), "");
}

TEST(Scanner, TakesNoLineBehindTheLastEnd) {
  Scanner scanner("one\n");
  EXPECT_EQ(scanner.TakeLine(), "one");
  EXPECT_TRUE(scanner.IsAtEnd());
}

TEST(Scanner, TakesACharacterThatIsThere) {
  Scanner scanner("-,");
  EXPECT_FALSE(scanner.TakeCharacter(','));
  EXPECT_TRUE(scanner.TakeCharacter('-'));
  EXPECT_TRUE(scanner.TakeCharacter(','));
  EXPECT_FALSE(scanner.TakeCharacter(','));
}

TEST(Scanner, TakesAnIntegerUpToWhatIsNone) {
  Scanner scanner("9000-9010");
  EXPECT_EQ(scanner.TakeInteger<std::uint16_t>(), 9000);
  EXPECT_EQ(scanner.TakeInteger<std::uint16_t>(), std::nullopt);
  EXPECT_EQ(scanner.TakeInteger<int>(), -9010);
  EXPECT_TRUE(scanner.IsAtEnd());
  EXPECT_EQ(scanner.TakeInteger<int>(), std::nullopt);
}

TEST(Scanner, TakesNothingThatIsNoIntegerOfItsType) {
  for (const char* text : {"", " 5", "+5", "x", "65536", "99999999999999999999"}) {
    Scanner scanner(text);
    EXPECT_EQ(scanner.TakeInteger<std::uint16_t>(), std::nullopt) << text;
    EXPECT_EQ(scanner.rest(), text);
  }
}

TEST(Scanner, TakesNumbersOf64BitsWithASignOrWithout) {
  Scanner scanner(" -9223372036854775808\t18446744073709551615\n0");
  EXPECT_EQ(scanner.TakeNumber(), -9223372036854775808.0);
  EXPECT_EQ(scanner.TakeNumber(), 18446744073709551615.0);
  EXPECT_EQ(scanner.TakeNumber(), 0);
  EXPECT_EQ(scanner.TakeNumber(), std::nullopt);
}

TEST(Scanner, TakesAWordThatIsNoNumberAllTheSame) {
  Scanner scanner("5x 5.5 18446744073709551616 -9223372036854775809 - 7");
  for (int word = 0; word < 5; ++word) EXPECT_EQ(scanner.TakeNumber(), std::nullopt) << word;
  EXPECT_EQ(scanner.TakeNumber(), 7);
}

TEST(Scanner, TakesHexadecimalDigitsAndCharacters) {
  Scanner scanner("1F90:ab");
  EXPECT_EQ(scanner.TakeInteger<std::uint16_t>(16), 0x1f90);
  EXPECT_TRUE(scanner.TakeCharacter(':'));
  EXPECT_EQ(scanner.TakeCharacters(1), "a");
  EXPECT_EQ(scanner.TakeCharacters(5), "b");
  EXPECT_EQ(scanner.TakeCharacters(5), "");
  EXPECT_FALSE(scanner.TakeInteger<std::uint16_t>(16));
}

}  // namespace
}  // namespace sockdiag
