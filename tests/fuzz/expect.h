#pragma once

#include <array>
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

/// Gives the text behind the first byte to the parser that this says, as a digit.
template <std::size_t parsers>
void RunParser(const std::array<void (*)(std::string_view), parsers>& all, const std::uint8_t* data,
               std::size_t size) {
  if (size == 0 || data[0] < '0' || data[0] >= '0' + parsers) return;
  all[data[0] - '0'](TextOf(data + 1, size - 1));
}

/// The contract of Error: one line.
inline void ExpectOneLine(const Error& error) {
  Expect(!error.message.empty() && error.message.find('\n') == std::string::npos);
}

}  // namespace sockdiag::fuzz
