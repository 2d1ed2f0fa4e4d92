#pragma once

#include <exception>
#include <new>
#include <type_traits>
#include <utility>

#include "base/error.h"

namespace sockdiag {

/// Of what was thrown. Needs no memory from the heap when there is none.
[[nodiscard]] Error DescribeException(const std::exception& error) noexcept;

/// Runs `body`, which gives nothing or a Result<void>, and makes an error of what it throws: the
/// entry of each thread, and whatever else must not let an exception through.
template <typename Body>
[[nodiscard]] Result<void> Guard(Body&& body) noexcept {
  try {
    if constexpr (std::is_void_v<decltype(body())>) {
      std::forward<Body>(body)();
      return {};
    } else {
      return std::forward<Body>(body)();
    }
  } catch (const std::exception& error) {
    return tl::unexpected(DescribeException(error));
  }
}

}  // namespace sockdiag
