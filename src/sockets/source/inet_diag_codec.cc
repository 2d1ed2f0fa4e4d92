#include "sockets/source/inet_diag_codec.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string>

namespace sockdiag {
namespace {

constexpr std::size_t kAlignment = 4;  // NLA_ALIGNTO

/// Takes the attribute at the front of `attributes` off; nothing when its length contradicts them.
struct Attribute {
  std::uint16_t type;
  std::span<const std::byte> payload;
};
std::optional<Attribute> TakeAttribute(std::span<const std::byte>& attributes) {
  nlattr header;
  if (attributes.size() < sizeof(header)) return std::nullopt;
  std::memcpy(&header, attributes.data(), sizeof(header));
  if (header.nla_len < sizeof(header) || header.nla_len > attributes.size()) return std::nullopt;
  const Attribute attribute{static_cast<std::uint16_t>(header.nla_type & NLA_TYPE_MASK),
                            attributes.subspan(sizeof(header), header.nla_len - sizeof(header))};
  const std::size_t padded = (header.nla_len + kAlignment - 1) & ~(kAlignment - 1);
  attributes = attributes.subspan(std::min(padded, attributes.size()));
  return attribute;
}

DumpResult<bool> FindIpv6Only(std::span<const std::byte> attributes) {
  while (!attributes.empty()) {
    const std::size_t left = attributes.size();
    const std::optional<Attribute> attribute = TakeAttribute(attributes);
    if (!attribute) {
      return FailDump(DumpErrorReason::kMalformed, "an attribute's length does not fit the " +
                                                       std::to_string(left) +
                                                       " bytes left in its message");
    }
    if (attribute->type != INET_DIAG_SKV6ONLY) continue;
    if (attribute->payload.empty()) {
      return FailDump(DumpErrorReason::kMalformed, "INET_DIAG_SKV6ONLY has no payload");
    }
    return attribute->payload.front() != std::byte{0};
  }
  return false;
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

bool CarriesIpv6Only(const SocketRecord& record) {
  return record.family == Family::kIpv6 &&
         (record.state == SocketState::kListen || record.state == SocketState::kUnconnected);
}

}  // namespace

DumpResult<SocketRecord> DecodeInetDiag(Protocol protocol, std::span<const std::byte> payload) {
  inet_diag_msg message;
  static_assert(sizeof(message) == 72);
  if (payload.size() < sizeof(message)) {
    return FailDump(
        DumpErrorReason::kMalformed,
        "a socket record has " + std::to_string(payload.size()) + " bytes instead of at least 72");
  }
  std::memcpy(&message, payload.data(), sizeof(message));
  if (message.idiag_family != AF_INET && message.idiag_family != AF_INET6) {
    return FailDump(DumpErrorReason::kMalformed, "a socket record has address family " +
                                                     std::to_string(message.idiag_family) +
                                                     " instead of AF_INET or AF_INET6");
  }
  SocketRecord record;
  record.protocol = protocol;
  record.family = message.idiag_family == AF_INET ? Family::kIpv4 : Family::kIpv6;
  record.state = StateFromKernel(protocol, message.idiag_state);
  record.local = {DecodeAddress(record.family, message.id.idiag_src),
                  Port::FromNetwork(message.id.idiag_sport)};
  record.remote = {DecodeAddress(record.family, message.id.idiag_dst),
                   Port::FromNetwork(message.id.idiag_dport)};
  // Two halves, the lower one first (sock_diag_save_cookie() in the kernel's net/core/sock_diag.c).
  record.cookie = std::uint64_t{message.id.idiag_cookie[1]} << 32 | message.id.idiag_cookie[0];
  record.receive_queue = message.idiag_rqueue;
  record.send_queue = message.idiag_wqueue;
  if (CarriesIpv6Only(record)) {
    const DumpResult<bool> ipv6_only = FindIpv6Only(payload.subspan(sizeof(message)));
    if (!ipv6_only) return tl::unexpected(ipv6_only.error());
    record.ipv6_only = *ipv6_only;
  }
  return record;
}

}  // namespace sockdiag
