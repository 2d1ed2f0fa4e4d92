#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace sockdiag::testing {

/// A directory of a test's own, such as one that stands for /proc; gone at its end.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    if (mkdtemp(path_.data()) == nullptr) throw std::filesystem::filesystem_error("mkdtemp", {});
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string Path(const std::string& name) const { return path_ + "/" + name; }

  /// The file and the directories that it is in.
  void Write(const std::string& file, const std::string& text) const {
    const std::filesystem::path place = path_ + "/" + file;
    std::filesystem::create_directories(place.parent_path());
    std::filesystem::remove_all(place);
    std::ofstream(place, std::ios::binary) << text;
  }
  void Remove(const std::string& file) const { std::filesystem::remove_all(path_ + "/" + file); }
  /// Puts what can be opened and not read in its place: a directory.
  void MakeUnreadable(const std::string& file) const {
    Remove(file);
    std::filesystem::create_directories(path_ + "/" + file);
  }

 private:
  std::string path_ = std::filesystem::temp_directory_path() / "sockdiag-test-XXXXXX";
};

/// A name for what is wrong with a file that is to hold numbers, and its content.
[[nodiscard]] inline std::vector<std::pair<std::string, std::string>> BrokenNumberFiles() {
  return {{"empty", ""},
          {"only white space", " \t\n"},
          {"a word", "many\n"},
          {"a number and a word", "5 many\n"},
          {"a number and letters", "5x\n"},
          {"a fraction", "5.5 6.5 7.5\n"},
          {"beyond 64 bits", "18446744073709551616 18446744073709551616 18446744073709551616\n"},
          {"far below 0", "-9223372036854775809 -9223372036854775809 -9223372036854775809\n"},
          {"too many", "1 2 3 4\n"},
          {"binary", std::string("\0\xff\x01\n", 4)},
          {"a number and a NUL", std::string("5\0", 2)},
          {"a long word", std::string(5000, 'x')},
          {"huge", std::string(1 << 20, '7')}};
}

}  // namespace sockdiag::testing
