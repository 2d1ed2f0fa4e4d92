#pragma once

#include <sys/types.h>

#include "base/error.h"
#include "base/unique_fd.h"

namespace sockdiag {

/// Fails, naming it, when a capability that entering others' network namespaces needs is not
/// permitted to this process: CAP_SYS_ADMIN or CAP_SYS_PTRACE.
[[nodiscard]] Result<void> CheckCapabilitiesForNamespaces();

/// Makes a process that was just forked a helper, and gives it `socket` under a number of its own:
/// that and /dev/null for the standard streams is all it has open. It has `name` (15 bytes),
/// exactly those two capabilities and no right to gain any; it ends with `parent`, whose thread
/// that forked must live as long as it is to live; and signals that go to the whole service or
/// terminal leave it alone until then.
[[nodiscard]] Result<UniqueFd> Confine(UniqueFd socket, const char* name, pid_t parent);

}  // namespace sockdiag
