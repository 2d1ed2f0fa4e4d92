#pragma once

#include "base/error.h"

namespace sockdiag::testing {

/// Moves this process into a fresh network namespace, where the socket tables are empty, with lo
/// up. Without CAP_SYS_ADMIN it takes a user namespace too, in which it has every capability.
[[nodiscard]] Result<void> EnterNetworkNamespace();

}  // namespace sockdiag::testing
