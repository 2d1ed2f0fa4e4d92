#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "base/error.h"

namespace sockdiag {

/// The whole of a file, also of one in /proc whose size is not known before.
/// An error when it cannot be read or holds more than `limit_bytes`.
[[nodiscard]] Result<std::string> ReadFile(const std::string& path, std::size_t limit_bytes);

/// The same, but nothing when there is no such file: not every kernel and network namespace has
/// every file of /proc.
[[nodiscard]] Result<std::optional<std::string>> ReadFileIfAny(const std::string& path,
                                                               std::size_t limit_bytes);

}  // namespace sockdiag
