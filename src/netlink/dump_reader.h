#pragma once

#include <linux/netlink.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "netlink/dump_error.h"
#include "sockets/source/inet_diag_request.h"
#include "sockets/source/socket_source.h"

namespace sockdiag {

/// One message of a datagram; the payload points into it.
struct NetlinkMessage {
  nlmsghdr header;
  std::span<const std::byte> payload;
};

/// Reads the datagrams that answer one dump request, and gives each socket in them to a sink. Pure:
/// bytes in, records out. It ends only on NLMSG_DONE or NLMSG_ERROR (`uapi/linux/netlink.h`), and
/// on the first thing that is wrong it fails for good.
class DumpReader {
 public:
  enum class Progress { kMore, kDone };

  /// `port_id` is the netlink address of the socket that asked. The sink must outlive the reader.
  DumpReader(const DumpRequest& request, std::uint32_t port_id, SocketSink& sink);

  /// Takes one whole datagram. kDone when it ended the dump.
  [[nodiscard]] DumpResult<Progress> Read(std::span<const std::byte> datagram);

  /// So far.
  [[nodiscard]] const DumpStats& stats() const { return stats_; }

 private:
  [[nodiscard]] DumpResult<Progress> ReadMessage(const NetlinkMessage& message);
  [[nodiscard]] DumpResult<Progress> ReadRecord(std::span<const std::byte> payload);

  std::uint32_t sequence_;
  std::uint32_t port_id_;
  std::uint16_t record_type_;
  Protocol protocol_;
  SocketSink& sink_;
  DumpStats stats_;
};

}  // namespace sockdiag
