#pragma once

#include <memory>
#include <string>

#include "base/error.h"
#include "config/config.h"
#include "namespaces/helper.h"
#include "namespaces/supervisor.h"

namespace sockdiag {

/// The way into other network namespaces.
struct NamespaceAccess {
  /// Null: there is none.
  std::unique_ptr<NamespaceHelper> helper;
  /// Why; empty with a helper.
  std::string why_none = {};
};

/// From what came of StartNamespaceHelper(): the helper where the configuration wants one, else it
/// ends here.
[[nodiscard]] NamespaceAccess MakeNamespaceAccess(Result<HelperProcess> started,
                                                  const Config& config);

}  // namespace sockdiag
