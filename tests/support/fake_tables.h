#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "model/protocol.h"
#include "netlink/transport.h"
#include "tests/support/inet_diag_message.h"

namespace sockdiag::testing {

/// One netlink message, which a test may spoil before it becomes bytes.
struct FakeMessage {
  std::uint16_t type = 0;
  std::uint16_t flags = 0;
  std::uint32_t sequence = 0;
  std::uint32_t port_id = 0;
  Bytes payload;
  /// What it claims for its length, when that is a lie.
  std::optional<std::uint32_t> claimed_length;
};

/// What one recvmsg(2) gives: an errno, or else a datagram of these messages.
struct FakeReceipt {
  int error = 0;
  std::vector<FakeMessage> messages;
};

/// What goes wrong in one walk of the tables.
struct FakeFault {
  /// From 0, since StartOver().
  std::size_t walk = 0;
  int open_error = 0;
  int send_error = 0;
  /// Changes what the walk answers; may be empty.
  std::function<void(std::vector<FakeReceipt>&)> spoil;
};

/// A kernel with sockets in its tables. It answers each dump request as the real one does: those of
/// the family and states asked for, listeners first as the tables are ordered, a few messages to a
/// datagram, and NLMSG_DONE at the end.
class FakeTables {
 public:
  static constexpr std::uint32_t kPortId = 4711;

  [[nodiscard]] NetlinkTransportFactory Factory();
  /// The next walk counts as the first.
  void StartOver() { walks.clear(); }

  std::vector<DiagSocket> tcp;
  std::vector<DiagSocket> udp;
  std::optional<FakeFault> fault;
  /// How many messages are in each receipt of each walk, before any fault.
  std::vector<std::vector<std::size_t>> walks;

 private:
  friend class TablesTransport;
  [[nodiscard]] std::vector<FakeReceipt> Answer(std::span<const std::byte> request) const;
};

/// Sockets of every kind that a dump tells apart: listeners and others, both families, a CLOSE_WAIT
/// socket with cookie 1 and a SYN_SENT one with cookie 2.
[[nodiscard]] FakeTables MixedTables();

}  // namespace sockdiag::testing
