#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/socket_record.h"
#include "tests/support/netlink_message.h"

namespace sockdiag::testing {

/// What goes into the `inet_diag_msg` of one socket, in the kernel's terms.
struct DiagSocket {
  std::uint8_t family = 2;  // AF_INET
  std::uint8_t state = 1;   // TCP_ESTABLISHED
  std::string local = "127.0.0.1";
  std::uint16_t local_port = 1;
  std::string remote = "127.0.0.1";
  std::uint16_t remote_port = 2;
  std::uint32_t receive_queue = 0;
  std::uint32_t send_queue = 0;
  std::uint64_t cookie = 0;
  std::uint32_t inode = 1;
  std::uint8_t timer = 0;
  std::uint8_t retransmits = 0;
  std::uint32_t drops = 0;
};

/// 72 bytes as the kernel writes them, and INET_DIAG_SKMEMINFO where there are drops.
[[nodiscard]] Bytes InetDiagPayload(const DiagSocket& socket);

/// Keeps what it is given.
class RecordList final : public SocketSink {
 public:
  void Add(const SocketRecord& record) override { records.push_back(record); }
  std::vector<SocketRecord> records;
};

}  // namespace sockdiag::testing
