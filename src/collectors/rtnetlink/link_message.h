#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "collectors/rtnetlink/dumper.h"
#include "netlink/dump_error.h"

namespace sockdiag {

/// What the kernel counts of one device, as /proc/net/dev and netstat -i show it.
struct LinkCounters {
  std::uint64_t receive_bytes = 0;
  std::uint64_t receive_packets = 0;
  std::uint64_t receive_errors = 0;
  /// rx_dropped and rx_missed_errors together.
  std::uint64_t receive_dropped = 0;
  std::uint64_t transmit_bytes = 0;
  std::uint64_t transmit_packets = 0;
  std::uint64_t transmit_errors = 0;
  std::uint64_t transmit_dropped = 0;
  std::uint64_t carrier_changes = 0;
};

/// One device of a dump (RTM_NEWLINK, `uapi/linux/if_link.h`); its name points into the message.
struct LinkMessage {
  std::uint32_t index = 0;
  std::string_view name;
  /// It is set up, and its operational state is up, or unknown as that of `lo`.
  bool is_up = false;
  LinkCounters counters;
};

/// kMalformed when the message contradicts itself or lacks the name. What is counted is 0 where the
/// request says so.
[[nodiscard]] DumpResult<LinkMessage> DecodeLink(std::span<const std::byte> payload);

/// All devices; without their counters it costs less.
[[nodiscard]] RtnetlinkRequest LinksRequest(bool with_counters);

}  // namespace sockdiag
