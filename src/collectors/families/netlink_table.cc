#include "collectors/families/netlink_table.h"

#include <array>
#include <optional>

#include "proc/scanner.h"

namespace sockdiag {
namespace {

/// By number; empty where there is none.
constexpr std::array<std::string_view, 23> kProtocols{
    "route",         "unused",   "usersock", "firewall",       "sock_diag",  "nflog",
    "xfrm",          "selinux",  "iscsi",    "audit",          "fib_lookup", "connector",
    "netfilter",     "ip6_fw",   "dnrtmsg",  "kobject_uevent", "generic",    "",
    "scsitransport", "ecryptfs", "rdma",     "crypto",         "smc"};

/// A word that is, as a whole, an unsigned number of 32 bits.
std::optional<std::uint32_t> TakeWhole(Scanner& words) {
  Scanner word(words.TakeWord());
  const std::optional<std::uint32_t> value = word.TakeInteger<std::uint32_t>();
  return word.IsAtEnd() ? value : std::nullopt;
}

void SkipWords(Scanner& words, int count) {
  for (int i = 0; i < count; ++i) words.TakeWord();
}

}  // namespace

Result<NetlinkSocket> ParseNetlinkLine(std::string_view line) {
  Scanner words(line);
  SkipWords(words, 1);  // sk
  const std::optional<std::uint32_t> protocol = TakeWhole(words);
  const std::optional<std::uint32_t> port_id = TakeWhole(words);
  SkipWords(words, 5);  // Groups to Locks
  const std::optional<std::uint32_t> drops = TakeWhole(words);
  const std::optional<std::uint32_t> inode = TakeWhole(words);
  if (!protocol || !port_id || !drops || !inode) {
    return Fail(Excerpt(line) + " is not a line of netlink sockets");
  }
  return NetlinkSocket{*protocol, *port_id, *drops, *inode};
}

std::string NetlinkProtocolName(std::uint32_t protocol) {
  const bool has_name = protocol < kProtocols.size() && !kProtocols[protocol].empty();
  return has_name ? std::string(kProtocols[protocol]) : std::to_string(protocol);
}

}  // namespace sockdiag
