#include "netlink/dump_request.h"

#include <utility>

#include "netlink/bytes.h"

namespace sockdiag {

DumpRequest MakeDumpRequest(const DumpTypes& types, std::uint32_t sequence,
                            std::span<const std::byte> payload, std::uint16_t flags) {
  nlmsghdr header{};
  header.nlmsg_len = static_cast<std::uint32_t>(sizeof(header) + payload.size());
  header.nlmsg_type = types.request;
  header.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
  header.nlmsg_seq = sequence;
  const std::span<const std::byte> front = BytesOf(header);
  std::vector<std::byte> bytes;
  bytes.reserve(header.nlmsg_len);
  bytes.assign(front.begin(), front.end());
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  return {std::move(bytes), sequence, types.record};
}

}  // namespace sockdiag
