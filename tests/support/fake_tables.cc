#include "tests/support/fake_tables.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

namespace sockdiag::testing {
namespace {

constexpr std::size_t kMessagesInADatagram = 2;

/// What a dump request asks for.
struct Wanted {
  nlmsghdr header;
  int family = AF_UNSPEC;
  std::uint32_t states = 0;
};

Wanted Parse(std::span<const std::byte> request) {
  Wanted wanted;
  std::memcpy(&wanted.header, request.data(), sizeof(wanted.header));
  const std::byte* payload = request.data() + sizeof(wanted.header);
  if (wanted.header.nlmsg_type == TCPDIAG_GETSOCK) {
    inet_diag_req tcp;
    std::memcpy(&tcp, payload, sizeof(tcp));
    wanted.states = tcp.idiag_states;
  } else {
    inet_diag_req_v2 udp;
    std::memcpy(&udp, payload, sizeof(udp));
    wanted.family = udp.sdiag_family;
    wanted.states = udp.idiag_states;
  }
  return wanted;
}

Bytes ToBytes(const FakeMessage& message) {
  DatagramBuilder builder(message.sequence, message.port_id);
  Bytes bytes = builder.Message(message.type, message.payload, message.flags).bytes();
  if (message.claimed_length) std::memcpy(bytes.data(), &*message.claimed_length, 4);
  return bytes;
}

}  // namespace

class TablesTransport final : public NetlinkTransport {
 public:
  TablesTransport(FakeTables& tables, FakeFault fault)
      : tables_(tables), fault_(std::move(fault)) {}

  [[nodiscard]] std::uint32_t port_id() const override { return FakeTables::kPortId; }

  [[nodiscard]] tl::expected<void, int> Send(std::span<const std::byte> request) override {
    if (fault_.send_error != 0) return tl::unexpected(fault_.send_error);
    receipts_ = tables_.Answer(request);
    for (const FakeReceipt& receipt : receipts_) {
      tables_.walks.back().push_back(receipt.messages.size());
    }
    if (fault_.spoil) fault_.spoil(receipts_);
    return {};
  }

  /// A kernel that has no more to say stays silent.
  [[nodiscard]] tl::expected<std::size_t, int> Receive(std::span<std::byte> buffer) override {
    if (next_ == receipts_.size()) return tl::unexpected(EAGAIN);
    const FakeReceipt& receipt = receipts_[next_++];
    if (receipt.error != 0) return tl::unexpected(receipt.error);
    std::size_t size = 0;
    for (const FakeMessage& message : receipt.messages) {
      const Bytes bytes = ToBytes(message);
      if (size + bytes.size() > buffer.size()) return tl::unexpected(ENOSPC);
      std::copy(bytes.begin(), bytes.end(), buffer.begin() + static_cast<std::ptrdiff_t>(size));
      size += bytes.size();
    }
    return size;
  }

 private:
  FakeTables& tables_;
  FakeFault fault_;
  std::vector<FakeReceipt> receipts_;
  std::size_t next_ = 0;
};

NetlinkTransportFactory FakeTables::Factory() {
  return [this]() -> tl::expected<std::unique_ptr<NetlinkTransport>, int> {
    const bool is_hit = fault && fault->walk == walks.size();
    const FakeFault now = is_hit ? *fault : FakeFault();
    walks.emplace_back();
    if (now.open_error != 0) return tl::unexpected(now.open_error);
    return std::make_unique<TablesTransport>(*this, now);
  };
}

std::vector<FakeReceipt> FakeTables::Answer(std::span<const std::byte> request) const {
  const Wanted wanted = Parse(request);
  const auto message = [&](std::uint16_t type, Bytes payload) {
    return FakeMessage{type,    NLM_F_MULTI,        wanted.header.nlmsg_seq,
                       kPortId, std::move(payload), std::nullopt};
  };
  std::vector<FakeReceipt> receipts;
  for (const DiagSocket& socket : wanted.header.nlmsg_type == TCPDIAG_GETSOCK ? tcp : udp) {
    const bool in_family = wanted.family == AF_UNSPEC || wanted.family == socket.family;
    if (!in_family || (wanted.states & 1U << socket.state) == 0) continue;
    if (receipts.empty() || receipts.back().messages.size() == kMessagesInADatagram) {
      receipts.emplace_back();
    }
    receipts.back().messages.push_back(message(wanted.header.nlmsg_type, InetDiagPayload(socket)));
  }
  receipts.push_back({0, {message(NLMSG_DONE, Bytes(sizeof(int)))}});
  return receipts;
}

FakeTables MixedTables() {
  constexpr std::uint8_t kEstablished = 1;
  constexpr std::uint8_t kSynSent = 2;
  constexpr std::uint8_t kUnconnected = 7;
  constexpr std::uint8_t kCloseWait = 8;
  constexpr std::uint8_t kListen = 10;
  FakeTables tables;
  tables.tcp = {
      {AF_INET, kListen, "0.0.0.0", 80, "0.0.0.0", 0, 3, 128, 10},
      {AF_INET6, kListen, "::", 443, "::", 0, 0, 64, 11},
      {AF_INET, kEstablished, "10.0.0.1", 80, "10.0.0.2", 4000, 5, 7, 12},
      {AF_INET6, kEstablished, "2001:db8::1", 40000, "2001:db8::2", 5432, 0, 9, 13},
      {AF_INET, kCloseWait, "10.0.0.1", 80, "10.0.0.3", 4001, 1, 0, 1},
      {AF_INET, kSynSent, "10.0.0.1", 40001, "10.0.0.4", 5432, 0, 1, 2},
  };
  tables.udp = {
      {AF_INET, kUnconnected, "0.0.0.0", 53, "0.0.0.0", 0, 100, 0, 20},
      {AF_INET6, kUnconnected, "::", 123, "::", 0, 0, 0, 21},
      {AF_INET, kEstablished, "10.0.0.1", 53, "10.0.0.2", 4002, 0, 0, 22},
      {AF_INET6, kEstablished, "2001:db8::1", 40002, "2001:db8::2", 123, 0, 0, 23},
      {AF_INET6, kEstablished, "2001:db8::1", 40003, "2001:db8::2", 123, 0, 0, 24},
      {AF_INET6, kEstablished, "2001:db8::1", 40004, "2001:db8::2", 123, 0, 0, 25},
  };
  return tables;
}

}  // namespace sockdiag::testing
