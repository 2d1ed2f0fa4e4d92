#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sockdiag::fuzz {

/// Connects to a loopback port, sends the bytes in pieces of that size, ends the output and reads
/// to the end, which a reset is too. What was read; nothing when there was no end within
/// kExchangeSeconds.
[[nodiscard]] std::optional<std::string> Exchange(std::string_view address, std::string_view bytes,
                                                  std::size_t piece);

/// Sends the bytes and resets the connection, whatever is on its way back.
void SendAndReset(std::string_view address, std::string_view bytes, std::size_t piece);

inline constexpr int kExchangeSeconds = 20;

}  // namespace sockdiag::fuzz
