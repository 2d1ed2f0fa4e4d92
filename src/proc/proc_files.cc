#include "proc/proc_files.h"

#include "base/file.h"
#include "proc/scanner.h"

namespace sockdiag {

Result<std::vector<double>> ParseIntegers(std::string_view text, std::size_t count) {
  Scanner scanner(text);
  std::vector<double> integers;
  while (integers.size() < count) {
    const std::optional<double> integer = scanner.TakeNumber();
    if (!integer) break;
    integers.push_back(*integer);
  }
  scanner.SkipSpace();
  if (integers.size() == count && scanner.IsAtEnd()) return integers;
  return Fail(Excerpt(text) + " is not " +
              (count == 1 ? "an integer" : std::to_string(count) + " integers"));
}

std::string ProcFiles::Path(std::string_view file) const { return root_ + '/' + std::string(file); }

std::vector<double> ProcFiles::ReadIntegers(std::string_view file, std::size_t count) {
  const auto parse = [count](std::string_view text) { return ParseIntegers(text, count); };
  return Read(file, parse).value_or(std::vector<double>());
}

std::optional<double> ProcFiles::ReadInteger(std::string_view file) {
  const std::vector<double> integers = ReadIntegers(file, 1);
  return integers.empty() ? std::nullopt : std::optional(integers.front());
}

std::optional<std::string> ProcFiles::ReadText(std::string_view file, std::size_t limit_bytes) {
  Result<std::optional<std::string>> text = ReadFileIfAny(Path(file), limit_bytes);
  if (text) return *std::move(text);
  errors_.push_back(std::move(text.error().message));
  return std::nullopt;
}

Result<void> ProcFiles::Check() const {
  if (errors_.empty()) return {};
  return Fail(Joined(errors_));
}

}  // namespace sockdiag
