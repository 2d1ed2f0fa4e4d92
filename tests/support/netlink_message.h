#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/socket_record.h"

namespace sockdiag::testing {

using Bytes = std::vector<std::byte>;

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
};

/// 72 bytes as the kernel writes them.
[[nodiscard]] Bytes InetDiagPayload(const DiagSocket& socket);

/// One netlink attribute, padded to 4 bytes; `length` overrides the length that it claims.
[[nodiscard]] Bytes Attribute(std::uint16_t type, const Bytes& payload);
[[nodiscard]] Bytes LyingAttribute(std::uint16_t type, const Bytes& payload, std::uint16_t length);

[[nodiscard]] Bytes Join(const Bytes& a, const Bytes& b);

/// Builds datagrams message by message, all of one sequence and port id.
class DatagramBuilder {
 public:
  DatagramBuilder(std::uint32_t sequence, std::uint32_t port_id)
      : sequence_(sequence), port_id_(port_id) {}

  DatagramBuilder& Message(std::uint16_t type, const Bytes& payload, std::uint16_t flags = 2);
  /// NLMSG_DONE with a status: 0 or a negative errno.
  DatagramBuilder& Done(int status);
  /// NLMSG_ERROR with a negative errno, or 0 as an acknowledgement.
  DatagramBuilder& Error(int status);

  [[nodiscard]] const Bytes& bytes() const { return bytes_; }

 private:
  std::uint32_t sequence_;
  std::uint32_t port_id_;
  Bytes bytes_;
};

/// Keeps what it is given.
class RecordList final : public SocketSink {
 public:
  void Add(const SocketRecord& record) override { records.push_back(record); }
  std::vector<SocketRecord> records;
};

}  // namespace sockdiag::testing
