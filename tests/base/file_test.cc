#include "base/file.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/files.h"

namespace sockdiag {
namespace {

TEST(ReadFile, ReadsFilesWhoseSizeIsNotKnownBefore) {
  const Result<std::string> status = ReadFile("/proc/self/status", 1 << 20);
  ASSERT_TRUE(status) << status.error().message;
  EXPECT_NE(status->find("\nPid:"), std::string::npos);
}

TEST(ReadFile, NamesTheFileAndTheErrno) {
  const Result<std::string> missing = ReadFile("/nonexistent/file", 100);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message, "/nonexistent/file: No such file or directory (ENOENT)");
  EXPECT_EQ(ReadFile("/", 100).error().message, "/: Is a directory (EISDIR)");
}

TEST(ReadFile, RefusesMoreThanItsLimit) {
  const testing::TemporaryDirectory folder;
  folder.Write("limit", std::string(101, 'x'));
  const std::string path = folder.Path("limit");
  EXPECT_EQ(ReadFile(path, 100).error().message, path + ": larger than the limit of 100 bytes");
  EXPECT_EQ(ReadFile(path, 101)->size(), 101U);
}

TEST(ErrnoMessage, SaysWhatItDoesNotKnow) {
  EXPECT_EQ(ErrnoMessage("x", 99999), "x: unknown error (99999)");
}

TEST(ReadFileIfAny, TellsApartAnAbsentFileAndAnUnreadableOne) {
  const auto absent = ReadFileIfAny("/nonexistent/file", 1000);
  ASSERT_TRUE(absent);
  EXPECT_FALSE(*absent);
  EXPECT_EQ(ReadFileIfAny("/proc", 1000).error().message, "/proc: Is a directory (EISDIR)");
  EXPECT_FALSE(ReadFileIfAny("/proc/self/stat/x", 1000)) << "ENOTDIR is another matter";
  EXPECT_TRUE(ReadFileIfAny("/proc/self/stat", 4096).value());
}

/// The lines of a file with this text, or why there are none.
std::vector<std::string> LinesOf(const std::string& text) {
  const testing::TemporaryDirectory folder;
  folder.Write("lines", text);
  const std::string path = folder.Path("lines");
  std::vector<std::string> lines;
  const Result<bool> visited = VisitLinesIfAny(path, [&](std::string_view line) -> Result<void> {
    lines.emplace_back(line);
    return {};
  });
  if (!visited) return {visited.error().message.substr(path.size())};
  EXPECT_TRUE(*visited);
  return lines;
}

TEST(VisitLinesIfAny, GivesThemOneByOneWhereverTheFileIsCut) {
  using Lines = std::vector<std::string>;
  EXPECT_EQ(LinesOf(""), Lines());
  EXPECT_EQ(LinesOf("a\n\nb b\n"), (Lines{"a", "b b"}));
  EXPECT_EQ(LinesOf("a\nno end"), (Lines{"a", "no end"}));
  Lines many;
  std::string text;
  for (int i = 0; i < 20000; ++i) text += many.emplace_back(std::to_string(i)) + "\n";
  EXPECT_EQ(LinesOf(text), many);
}

TEST(VisitLinesIfAny, RefusesALineWithoutEnd) {
  EXPECT_EQ(LinesOf(std::string(5000, 'x')),
            std::vector<std::string>{": a line is longer than the limit of 4096 bytes"});
}

TEST(VisitLinesIfAny, EndsWithTheFirstError) {
  int visited = 0;
  const Result<bool> result =
      VisitLinesIfAny("/proc/self/status", [&](std::string_view) -> Result<void> {
        ++visited;
        return Fail("not so");
      });
  EXPECT_EQ(visited, 1);
  EXPECT_EQ(result.error().message, "/proc/self/status: not so");
}

TEST(VisitLinesIfAny, AsksBeforeEachRead) {
  int asked = 0;
  const auto visit = [](std::string_view) { return Result<void>(); };
  const auto check = [&]() -> Result<void> {
    return ++asked < 3 ? Result<void>() : Fail("that is enough");
  };
  EXPECT_EQ(VisitLinesIfAny("/dev/zero", visit, check).error().message,
            "/dev/zero: a line is longer than the limit of 4096 bytes");
  EXPECT_EQ(asked, 1);
  const testing::TemporaryDirectory folder;
  std::string text;
  while (text.size() < 100'000) text += "line\n";
  folder.Write("lines", text);
  const std::string path = folder.Path("lines");
  EXPECT_EQ(VisitLinesIfAny(path, visit, check).error().message, path + ": that is enough");
  EXPECT_EQ(asked, 3);
}

TEST(VisitLinesIfAny, TellsApartAnAbsentFileAndAnUnreadableOne) {
  const auto visit = [](std::string_view) -> Result<void> { return {}; };
  EXPECT_FALSE(VisitLinesIfAny("/nonexistent/file", visit).value());
  EXPECT_EQ(VisitLinesIfAny("/proc", visit).error().message, "/proc: Is a directory (EISDIR)");
}

TEST(Excerpt, IsShort) {
  EXPECT_EQ(Excerpt(""), "\"\"");
  EXPECT_EQ(Excerpt(std::string(40, 'x')), "\"" + std::string(40, 'x') + "\"");
  EXPECT_EQ(Excerpt(std::string(1000, 'x')), "\"" + std::string(40, 'x') + "...\"");
}

TEST(Excerpt, IsOnePrintableLine) {
  EXPECT_EQ(Excerpt("2 1\n3"), "\"2 1\"");
  EXPECT_EQ(Excerpt(std::string_view("a\0\x1b\xff~", 5)), "\"a???~\"");
}

}  // namespace
}  // namespace sockdiag
