#pragma once

#include <optional>
#include <string_view>

#include "base/error.h"
#include "namespaces/helper.h"

namespace sockdiag {

/// The texts of four files of /proc/net (proc(5)). A kernel without IPv6 has neither of the two for
/// it, and then no socket of it.
struct CounterTexts {
  std::string_view sockstat;
  std::optional<std::string_view> sockstat6;
  std::string_view snmp;
  std::optional<std::string_view> snmp6;
};

/// Fails, with the name of the file, when a figure is not where it is expected.
[[nodiscard]] Result<NamespaceCounters> ParseCounters(const CounterTexts& texts);

/// Those of the network namespace of the calling thread. `proc` stands for /proc.
[[nodiscard]] Result<NamespaceCounters> ReadCounters(const std::string& proc);

}  // namespace sockdiag
