#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/error.h"

namespace sockdiag {

/// From the text of a sysctl: exactly so many integers with white space between them. Most are an
/// int or a long in the kernel, which takes negative ones, too.
[[nodiscard]] Result<std::vector<double>> ParseIntegers(std::string_view text, std::size_t count);

/// Reads files of /proc, of the network namespace of the calling thread, and notes what is wrong
/// with them. A file that is not there is nothing wrong: not every kernel and network namespace has
/// every file. One thread at a time.
class ProcFiles {
 public:
  /// Most files are far below it. One of /proc does not say how large it is.
  static constexpr std::size_t kLimitBytes = 65536;

  /// `root` stands for /proc.
  explicit ProcFiles(std::string root = "/proc") : root_(std::move(root)) {}

  /// Of a file that is named from the root on, such as `self/stat`.
  [[nodiscard]] std::string Path(std::string_view file) const;

  /// What `parse`, which takes a text and gives a Result, makes of the file. Nothing when there is
  /// no such file or something is wrong with it: it cannot be read, holds more than `limit_bytes`,
  /// or `parse` says so.
  template <typename Parse>
  [[nodiscard]] auto Read(std::string_view file, Parse&& parse,
                          std::size_t limit_bytes = kLimitBytes)
      -> std::optional<typename std::invoke_result_t<Parse, std::string_view>::value_type> {
    const std::optional<std::string> text = ReadText(file, limit_bytes);
    if (!text) return std::nullopt;
    auto parsed = parse(std::string_view(*text));
    if (parsed) return *std::move(parsed);
    errors_.push_back(Path(file) + ": " + parsed.error().message);
    return std::nullopt;
  }

  /// Of a file with exactly so many integers; none when there is nothing.
  [[nodiscard]] std::vector<double> ReadIntegers(std::string_view file, std::size_t count);
  /// Of a file with one integer.
  [[nodiscard]] std::optional<double> ReadInteger(std::string_view file);

  /// What was wrong so far, in the order of reading; each names its file.
  [[nodiscard]] const std::vector<std::string>& errors() const { return errors_; }
  /// Fails with all of it.
  [[nodiscard]] Result<void> Check() const;

 private:
  [[nodiscard]] std::optional<std::string> ReadText(std::string_view file, std::size_t limit_bytes);

  std::string root_;
  std::vector<std::string> errors_;
};

}  // namespace sockdiag
