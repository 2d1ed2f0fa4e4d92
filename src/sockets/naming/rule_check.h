#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sockets/naming/service_rule.h"

namespace sockdiag {

/// A rule as the configuration has it: `services[2] (web)`.
[[nodiscard]] std::string RuleText(const std::vector<ServiceRule>& rules, std::size_t index);

/// What an operator should hear of rules that can be followed and are surely not meant so, a line
/// each, in their order: one that can never match, because earlier ones together take all that it
/// would or no socket has such addresses, and one that is named like what has no name. Rules that
/// overlap in very many ways are not looked at to the end.
[[nodiscard]] std::vector<std::string> FindRuleDoubts(const std::vector<ServiceRule>& rules);

}  // namespace sockdiag
