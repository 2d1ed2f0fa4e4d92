#pragma once

#include <linux/netlink.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sockdiag {

/// nlmsg_type of a request for a dump, and of the answers that carry a record. sock_diag answers
/// with the type that it was asked with, rtnetlink with another one.
struct DumpTypes {
  std::uint16_t request;
  std::uint16_t record;
};

/// A request for a dump, ready to send, and what its answers must look like.
struct DumpRequest {
  std::vector<std::byte> bytes;
  /// nlmsg_seq of the request and of every answer.
  std::uint32_t sequence = 0;
  /// nlmsg_type of the answers that carry a record.
  std::uint16_t record_type = 0;
  /// Whether a dump that the kernel marks as interrupted by a change (NLM_F_DUMP_INTR) is good
  /// enough: each record is whole all the same, and only the set of them is of no one moment.
  bool may_change_meanwhile = false;
};

/// A netlink header that asks for a dump (`uapi/linux/netlink.h`) before `payload`: the struct, and
/// attributes if there are any, that say of what. Without NLM_F_DUMP in `flags` it asks for a
/// single record, behind which nothing tells the end: the sink that gets it ends it.
[[nodiscard]] DumpRequest MakeDumpRequest(const DumpTypes& types, std::uint32_t sequence,
                                          std::span<const std::byte> payload,
                                          std::uint16_t flags = NLM_F_DUMP);

}  // namespace sockdiag
