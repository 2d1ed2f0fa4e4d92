#pragma once

#include <string>

#include "collect/collection.h"

namespace sockdiag {

/// A collection as tables for people: sockets by state, then services, ports and listeners, each
/// with the fullest first and only with the states that occur. Failed collectors are named at the
/// end.
[[nodiscard]] std::string ToReport(const Collection& collection);

/// Sockets by state alone: one row a state that occurs, one column a protocol and family.
[[nodiscard]] std::string ToStateTable(const Snapshot& snapshot);

}  // namespace sockdiag
