#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "model/port.h"
#include "sockets/naming/service_rule.h"
#include "yaml/reader.h"

namespace sockdiag {

inline constexpr std::size_t kMaxServiceRules = 1000;
/// Of the ports, and of each list of networks, in one rule.
inline constexpr std::size_t kMaxRuleEntries = 1000;
/// Networks of all rules together: the compiled rules hold a row of bits for each.
inline constexpr std::size_t kMaxNetworks = 10'000;

/// `services`: the rules in the file's order, in place of what `rules` holds.
void ReadServices(const NodeReader& node, std::vector<ServiceRule>& rules);

/// One entry of `ports`: `5432` or `6432-6440`, in 1..65535.
[[nodiscard]] Result<PortRange> ParsePortRange(std::string_view text);

}  // namespace sockdiag
