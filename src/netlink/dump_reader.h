#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "netlink/dump_error.h"
#include "netlink/dump_request.h"
#include "netlink/message.h"

namespace sockdiag {

/// What one walk of a table brought.
struct WalkStats {
  std::uint64_t records = 0;
  /// Netlink bytes received.
  std::uint64_t bytes = 0;
};

/// Reads the datagrams that answer one dump request, and gives each record in them to a sink. Pure:
/// bytes in, messages out. It ends only on NLMSG_DONE or NLMSG_ERROR (`uapi/linux/netlink.h`), and
/// on the first thing that is wrong it fails for good.
class DumpReader {
 public:
  enum class Progress { kMore, kDone };

  /// `port_id` is the netlink address of the socket that asked. The sink must outlive the reader.
  DumpReader(const DumpRequest& request, std::uint32_t port_id, MessageSink& sink);

  /// Takes one whole datagram. kDone when it ended the dump.
  [[nodiscard]] DumpResult<Progress> Read(std::span<const std::byte> datagram);

  /// So far.
  [[nodiscard]] const WalkStats& stats() const { return stats_; }

 private:
  [[nodiscard]] DumpResult<Progress> ReadMessage(const NetlinkMessage& message);
  [[nodiscard]] DumpResult<Progress> ReadRecord(const NetlinkMessage& message);

  std::uint32_t sequence_;
  std::uint32_t port_id_;
  std::uint16_t record_type_;
  bool may_change_meanwhile_;
  MessageSink& sink_;
  WalkStats stats_;
};

}  // namespace sockdiag
