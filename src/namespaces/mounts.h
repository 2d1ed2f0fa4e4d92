#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "namespaces/helper.h"

namespace sockdiag {

/// A network namespace that is mounted onto a file, which keeps it alive without any process.
struct NamespaceMount {
  NamespaceId id = 0;
  std::string path;
  /// See FoundNamespace.
  std::string name;

  bool operator==(const NamespaceMount&) const = default;
};

/// The id in `net:[4026531840]`, as links of /proc/P/ns/ read; nothing when it is another text.
[[nodiscard]] std::optional<NamespaceId> ParseNamespaceLink(std::string_view text);

/// From the text of /proc/P/mountinfo (proc(5)), in its order; lines that are not understood are
/// left out.
[[nodiscard]] std::vector<NamespaceMount> ParseNamespaceMounts(std::string_view mountinfo);

}  // namespace sockdiag
