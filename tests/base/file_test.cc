#include "base/file.h"

#include <gtest/gtest.h>

#include <fstream>

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
  const std::string path = ::testing::TempDir() + "read_file_limit";
  std::ofstream(path) << std::string(101, 'x');
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
