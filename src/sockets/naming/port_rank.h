#pragma once

#include <cstdint>

namespace sockdiag {

/// Which ports come before others where there are few places, the first ones first.
enum class PortRank : std::uint8_t {
  /// A rule names it.
  kRule,
  /// The services database names it.
  kDatabase,
  /// A service's by the look of it: it is listened on, or is no port that the kernel gives to
  /// whoever asks for any.
  kServing,
  kRest
};

}  // namespace sockdiag
