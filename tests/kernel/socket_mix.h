#pragma once

#include <cstdint>

#include "tests/kernel/sockets.h"

namespace sockdiag::kernel {

/// A few hundred sockets of many kinds, the same for the same seed as far as the kernel lets them
/// be. The black hole must have been made. Services are on ports below 32768, clients above.
[[nodiscard]] Sockets MakeSocketMix(std::uint32_t seed);

}  // namespace sockdiag::kernel
