#pragma once

#include <string>

namespace sockdiag::kernel {

/// What nstat(8) says of one of the kernel's counters: `TcpExtListenDrops`.
[[nodiscard]] double Nstat(const std::string& counter);

}  // namespace sockdiag::kernel
