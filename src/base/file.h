#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace sockdiag {

/// The whole of a file, also of one in /proc whose size is not known before.
/// An error when it cannot be read or holds more than `limit_bytes`.
[[nodiscard]] Result<std::string> ReadFile(const std::string& path, std::size_t limit_bytes);

/// The same, but nothing when there is no such file: not every kernel and network namespace has
/// every file of /proc.
[[nodiscard]] Result<std::optional<std::string>> ReadFileIfAny(const std::string& path,
                                                               std::size_t limit_bytes);

/// Called before each read(2), which its error ends. Empty: nobody asks.
using ReadCheck = std::function<Result<void>()>;

/// Gives the lines of a file that are not empty one after the other, without their ends: a table of
/// /proc may be long, and takes no more memory than one line. False when there is no such file. An
/// error when it cannot be read, a line is longer than any of /proc, or `visit` or `check` has one,
/// which ends it.
[[nodiscard]] Result<bool> VisitLinesIfAny(
    const std::string& path, const std::function<Result<void>(std::string_view)>& visit,
    const ReadCheck& check = {});

}  // namespace sockdiag
