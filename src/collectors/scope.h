#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

#include "metrics/samples.h"

namespace sockdiag {

/// The label of what other network namespaces have, and its only value.
inline constexpr std::string_view kScopeLabel = "scope";
inline constexpr std::string_view kNamespacesScope = "namespaces";

/// Whose sockets a sample is about: empty of this network namespace, kNamespacesScope of the
/// others.
[[nodiscard]] inline std::string ScopeOf(std::span<const Samples::Label> labels) {
  const auto scope = std::ranges::find(labels, kScopeLabel, &Samples::Label::name);
  return scope == labels.end() ? "" : scope->value;
}

}  // namespace sockdiag
