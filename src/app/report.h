#pragma once

#include <string>

#include "collectors/scheduler.h"
#include "metrics/samples.h"

namespace sockdiag {

/// A collection as tables for people: sockets by state, then services, ports and listeners, each
/// with the fullest first and only with the states that occur, the limits, then whatever else is
/// not 0, by its metric's name. Failed collectors are named before all, and a table without rows is
/// left out. What other network namespaces have (the label `scope`) is in columns and rows of its
/// own.
[[nodiscard]] std::string ToReport(const Collection& collection);

/// A line for each collector that failed; empty without one.
[[nodiscard]] std::string ToFailures(const Collection& collection);

/// Sockets by state alone: one row a state that occurs, one column a protocol and family that was
/// counted; first those of this network namespace, then those of the others. Empty when none was.
[[nodiscard]] std::string ToStateTable(const Samples& samples);

}  // namespace sockdiag
