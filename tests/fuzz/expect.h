#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.h"

namespace sockdiag::fuzz {

/// What does not hold is a finding: libFuzzer keeps the input that an abort ends.
inline void Expect(bool holds) {
  if (!holds) std::abort();
}

[[nodiscard]] inline std::string_view TextOf(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// The contract of Error: one line.
inline void ExpectOneLine(const Error& error) {
  Expect(!error.message.empty() && error.message.find('\n') == std::string::npos);
}

}  // namespace sockdiag::fuzz
