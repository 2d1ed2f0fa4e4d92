#include "proc/proc_files.h"

#include "base/file.h"
#include "proc/integers.h"

namespace sockdiag {

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

}  // namespace sockdiag
