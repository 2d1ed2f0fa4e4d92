#pragma once

#include "base/error.h"

namespace sockdiag::http {

/// Whether the kernel gives random bytes. TLS needs them, and whoever links this gets them from
/// getrandom(2) instead of from GnuTLS's own generator, see tls_random.cc.
[[nodiscard]] Result<void> CheckRandomness();

}  // namespace sockdiag::http
