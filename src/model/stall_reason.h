#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sockdiag {

/// Why nothing moves on a connection.
enum class StallReason : std::uint8_t {
  /// What was sent is sent again, as no acknowledgement came.
  kRetransmitting,
  /// The peer takes no more bytes for now.
  kZeroWindow,
  /// Keepalive probes are not answered.
  kKeepaliveUnanswered
};
inline constexpr std::array kStallReasons{StallReason::kRetransmitting, StallReason::kZeroWindow,
                                          StallReason::kKeepaliveUnanswered};
/// Indexed by StallReason.
using StallReasonSet = std::bitset<kStallReasons.size()>;

[[nodiscard]] constexpr std::size_t Index(StallReason reason) {
  return static_cast<std::size_t>(reason);
}

/// The label value.
[[nodiscard]] constexpr std::string_view Name(StallReason reason) {
  constexpr std::array<std::string_view, kStallReasons.size()> names{
      "retransmitting", "zero_window", "keepalive_unanswered"};
  return names[Index(reason)];
}

}  // namespace sockdiag
