#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace sockdiag {

/// What collectors are told, beside whether they run: the other keys of their sections below
/// `collectors`, and their limits.
struct CollectorOptions {
  /// `protocols.raw`: all of the kernel's protocol statistics besides.
  bool raw_protocol_counters = false;
  /// `limits.interfaces`: devices with series of their own; the rest is `other`.
  std::size_t interfaces_limit = 20;
  /// `limits.routes`: of a family with more only the main and the local table are read.
  std::size_t routes_limit = 200'000;
  /// `unix.paths`: globs of the listeners that are shown one by one.
  std::vector<std::string> unix_paths = {};

  friend bool operator==(const CollectorOptions&, const CollectorOptions&) = default;
};

}  // namespace sockdiag
