#include "base/guard.h"

namespace sockdiag {
namespace {

/// Short enough to be kept without memory from the heap.
constexpr const char* kOutOfMemory = "out of memory";

}  // namespace

Error DescribeException(const std::exception& error) noexcept {
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) return Error{kOutOfMemory};
  try {
    return Error{error.what()};
  } catch (const std::bad_alloc&) {
    return Error{kOutOfMemory};
  }
}

}  // namespace sockdiag
