#include "collectors/families/raw_table.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "proc/inet_line.h"
#include "proc/scanner.h"

namespace sockdiag {
namespace {

/// https://www.iana.org/assignments/protocol-numbers; 255 is IPPROTO_RAW, which only sends.
constexpr std::array<std::pair<std::uint16_t, std::string_view>, 17> kNames{{{1, "icmp"},
                                                                             {2, "igmp"},
                                                                             {4, "ipip"},
                                                                             {6, "tcp"},
                                                                             {8, "egp"},
                                                                             {17, "udp"},
                                                                             {41, "ipv6"},
                                                                             {46, "rsvp"},
                                                                             {47, "gre"},
                                                                             {50, "esp"},
                                                                             {51, "ah"},
                                                                             {58, "icmpv6"},
                                                                             {89, "ospf"},
                                                                             {103, "pim"},
                                                                             {112, "vrrp"},
                                                                             {132, "sctp"},
                                                                             {255, "raw"}}};

}  // namespace

Result<std::uint16_t> ParseRawLine(std::string_view line) {
  Scanner words(line);
  words.TakeWord();  // sl
  words.SkipSpace();
  const std::optional<InetEnd> local = TakeInetEnd(words);
  if (local) return local->port;
  return Fail(Excerpt(line) + " is not a line of raw sockets");
}

std::string IpProtocolName(std::uint16_t protocol) {
  const auto* name = std::find_if(kNames.begin(), kNames.end(),
                                  [&](const auto& one) { return one.first == protocol; });
  return name == kNames.end() ? std::to_string(protocol) : std::string(name->second);
}

}  // namespace sockdiag
