#pragma once

#include "base/error.h"

namespace sockdiag {

/// sock_diag needs no capability, so none is kept: whatever this process was started with, also as
/// root. Both are for the only thread there is, and leave the user as it is.

/// Gives up every capability but the one to bind ports below 1024, and the right to gain any (see
/// PR_SET_NO_NEW_PRIVS in prctl(2)). Call it before any file is read, so that what cannot be read
/// later cannot be read at the start either.
[[nodiscard]] Result<void> KeepOnlyCapabilityToBind();

/// Fails when this process may still enter other network namespaces: what the helper alone may
/// (namespaces/supervisor.h) it must not, and so it must not go on.
[[nodiscard]] Result<void> CheckCannotEnterNamespaces();

/// Gives up that one too.
[[nodiscard]] Result<void> DropAllCapabilities();

}  // namespace sockdiag
