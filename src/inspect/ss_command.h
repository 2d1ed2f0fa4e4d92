#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "inspect/query.h"

namespace sockdiag {

/// The ss(8) command that lists the sockets of a query.
struct SsCommand {
  /// For a shell.
  std::string text;
  /// The words of the query that ss has nothing for: it lists more sockets then.
  std::vector<std::string_view> lacks;
};

[[nodiscard]] SsCommand SsCommandOf(const Query& query);

}  // namespace sockdiag
