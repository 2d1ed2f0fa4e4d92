#pragma once

#include <functional>

namespace sockdiag::testing {

/// A RunStarter that runs in the calling thread, so that what happens has one order.
inline void RunHere(const std::function<void()>& run) { run(); }

}  // namespace sockdiag::testing
