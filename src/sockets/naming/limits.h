#pragma once

#include <chrono>
#include <cstddef>

namespace sockdiag {

/// How many names may appear in labels, and for how long a silent one keeps its place.
struct Limits {
  /// Distinct service_name values; the rest is `other`.
  std::size_t services = 100;
  /// Distinct ports per protocol and direction; the rest is `other`.
  std::size_t ports = 100;
  /// Distinct owners; the rest is `other`.
  std::size_t owners = 100;
  /// How long an admitted name stays, at zero, after its last socket.
  std::chrono::milliseconds retention = std::chrono::minutes(15);

  friend bool operator==(const Limits&, const Limits&) = default;
};

}  // namespace sockdiag
