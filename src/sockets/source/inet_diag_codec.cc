#include "sockets/source/inet_diag_codec.h"

#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string>

#include "model/address_family.h"
#include "netlink/bytes.h"
#include "sockets/source/sock_diag.h"

namespace sockdiag {
namespace {

DumpResult<bool> FindIpv6Only(std::span<const std::byte> attributes) {
  const auto found = FindAttribute(attributes, INET_DIAG_SKV6ONLY);
  if (!found) return tl::unexpected(found.error());
  if (!*found) return false;
  if ((*found)->empty()) {
    return FailDump(DumpErrorReason::kMalformed, "INET_DIAG_SKV6ONLY has no payload");
  }
  return (*found)->front() != std::byte{0};
}

/// `tcp_info` (uapi/linux/tcp.h) grows with the kernels.
DumpResult<std::uint32_t> FindLastAckMs(std::span<const std::byte> attributes) {
  constexpr std::size_t kOffset = offsetof(tcp_info, tcpi_last_ack_recv);
  const auto found = FindAttribute(attributes, INET_DIAG_INFO);
  if (!found) return tl::unexpected(found.error());
  std::uint32_t last_ack_ms = 0;
  if (!*found || (*found)->size() < kOffset + sizeof(last_ack_ms)) return last_ack_ms;
  std::memcpy(&last_ack_ms, (*found)->data() + kOffset, sizeof(last_ack_ms));
  return last_ack_ms;
}

/// Of the cgroup2 hierarchy; 0 when there is none.
DumpResult<std::uint64_t> FindCgroupId(std::span<const std::byte> attributes) {
  const auto found = FindAttribute(attributes, INET_DIAG_CGROUP_ID);
  if (!found) return tl::unexpected(found.error());
  std::uint64_t id = 0;
  if (!*found) return id;
  if ((*found)->size() < sizeof(id)) {
    return FailDump(
        DumpErrorReason::kMalformed,
        "INET_DIAG_CGROUP_ID has " + std::to_string((*found)->size()) + " bytes instead of 8");
  }
  std::memcpy(&id, (*found)->data(), sizeof(id));
  return id;
}

/// `SK_MEMINFO_...` (uapi/linux/sock_diag.h): 32-bit numbers, of which newer kernels have more.
DumpResult<void> ReadMemory(std::span<const std::byte> attributes, SocketRecord& record) {
  const auto found = FindAttribute(attributes, INET_DIAG_SKMEMINFO);
  if (!found) return tl::unexpected(found.error());
  if (!*found) return {};
  const auto read = [words = **found](std::size_t place, std::uint32_t& value) {
    const std::size_t offset = place * sizeof(value);
    if (words.size() >= offset + sizeof(value)) {
      std::memcpy(&value, words.data() + offset, sizeof(value));
    }
  };
  read(SK_MEMINFO_RMEM_ALLOC, record.receive_buffer_bytes);
  read(SK_MEMINFO_RCVBUF, record.receive_buffer_limit_bytes);
  read(SK_MEMINFO_DROPS, record.drops);
  return {};
}

IpAddress DecodeAddress(Family family, const __be32 (&words)[4]) {
  if (family == Family::kIpv4) {
    std::array<std::byte, 4> bytes;
    std::memcpy(bytes.data(), words, bytes.size());
    return IpAddress::FromIpv4(bytes);
  }
  std::array<std::byte, 16> bytes;
  std::memcpy(bytes.data(), words, bytes.size());
  return IpAddress::FromIpv6(bytes);
}

/// The numbers are those of `idiag_timer` (sock_diag(7)); a newer kernel's other one is none.
SocketTimer TimerFromKernel(std::uint8_t number) {
  return number <= Index(SocketTimer::kZeroWindow) ? static_cast<SocketTimer>(number)
                                                   : SocketTimer::kNone;
}

bool CarriesIpv6Only(const SocketRecord& record) {
  return record.family == Family::kIpv6 && IsListening(record);
}

}  // namespace

DumpResult<SocketRecord> DecodeInetDiag(Protocol protocol, std::span<const std::byte> payload,
                                        WantedAttributes wanted) {
  const std::optional<inet_diag_msg> message = TakeStruct<inet_diag_msg>(payload);
  static_assert(sizeof(*message) == 72);
  if (!message) {
    return FailDump(
        DumpErrorReason::kMalformed,
        "a socket record has " + std::to_string(payload.size()) + " bytes instead of at least 72");
  }
  const std::optional<Family> family = FamilyFromAddressFamily(message->idiag_family);
  if (!family) {
    return FailDump(DumpErrorReason::kMalformed, "a socket record has address family " +
                                                     std::to_string(message->idiag_family) +
                                                     " instead of AF_INET or AF_INET6");
  }
  // Filled where it is returned from: to copy it at the end would double the time.
  DumpResult<SocketRecord> decoded = SocketRecord();
  SocketRecord& record = *decoded;
  record.protocol = protocol;
  record.family = *family;
  record.state = StateFromKernel(protocol, message->idiag_state);
  record.timer = TimerFromKernel(message->idiag_timer);
  record.retransmits = message->idiag_retrans;
  record.has_inode = message->idiag_inode != 0;
  record.local = {DecodeAddress(record.family, message->id.idiag_src),
                  Port::FromNetwork(message->id.idiag_sport)};
  record.remote = {DecodeAddress(record.family, message->id.idiag_dst),
                   Port::FromNetwork(message->id.idiag_dport)};
  record.cookie = CookieFromHalves(message->id.idiag_cookie);
  record.receive_queue = message->idiag_rqueue;
  record.send_queue = message->idiag_wqueue;
  if (CarriesIpv6Only(record)) {
    const DumpResult<bool> ipv6_only = FindIpv6Only(payload);
    if (!ipv6_only) return tl::unexpected(ipv6_only.error());
    record.ipv6_only = *ipv6_only;
  }
  if (wanted.cgroup) {
    const DumpResult<std::uint64_t> cgroup_id = FindCgroupId(payload);
    if (!cgroup_id) return tl::unexpected(cgroup_id.error());
    record.cgroup_id = *cgroup_id;
  }
  if (wanted.memory && IsListening(record)) {
    const DumpResult<void> memory = ReadMemory(payload, record);
    if (!memory) return tl::unexpected(memory.error());
  }
  if (wanted.last_ack) {
    const DumpResult<std::uint32_t> last_ack_ms = FindLastAckMs(payload);
    if (!last_ack_ms) return tl::unexpected(last_ack_ms.error());
    record.last_ack_ms = *last_ack_ms;
  }
  return decoded;
}

DumpResult<void> InetDiagDecoder::Add(const NetlinkMessage& message) {
  const DumpResult<SocketRecord> record = DecodeInetDiag(protocol_, message.payload, wanted_);
  if (!record) return tl::unexpected(record.error());
  sink_.Add(*record);
  return {};
}

}  // namespace sockdiag
