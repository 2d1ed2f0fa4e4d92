#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/file.h"

namespace sockdiag {

/// Gives the lines of a table of /proc below its heading one by one, without their ends; it takes
/// no more memory than one line. False when there is no such file. An error when it cannot be read,
/// its first line does not hold `heading`, or `visit` or `check` has one, which ends it.
[[nodiscard]] Result<bool> VisitTableIfAny(
    const std::string& path, std::string_view heading,
    const std::function<Result<void>(std::string_view line)>& visit, const ReadCheck& check = {});

}  // namespace sockdiag
