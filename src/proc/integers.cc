#include "proc/integers.h"

#include <optional>
#include <string>

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

}  // namespace sockdiag
