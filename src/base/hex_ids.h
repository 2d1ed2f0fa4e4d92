#pragma once

#include <cstddef>
#include <string_view>

namespace sockdiag {

/// So many hexadecimal digits in lower case, and nothing else.
[[nodiscard]] bool IsHex(std::string_view text, std::size_t digits);

/// 64 of them, as every container runtime names its containers.
[[nodiscard]] bool IsContainerId(std::string_view text);

/// 8-4-4-4-12 of them, as Kubernetes and CNI plugins write a UUID.
[[nodiscard]] bool IsUuid(std::string_view text);

}  // namespace sockdiag
