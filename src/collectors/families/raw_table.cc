#include "collectors/families/raw_table.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>
#include <utility>

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
  const std::string_view local = words.TakeWord();
  const std::size_t colon = local.rfind(':');
  const std::string_view port =
      colon == std::string_view::npos ? std::string_view() : local.substr(colon + 1);
  std::uint16_t value = 0;
  const char* const end = port.data() + port.size();
  const auto [rest, error] = std::from_chars(port.data(), end, value, 16);
  if (port.empty() || error != std::errc() || rest != end) {
    return Fail(Excerpt(line) + " is not a line of raw sockets");
  }
  return value;
}

std::string IpProtocolName(std::uint16_t protocol) {
  const auto* name = std::find_if(kNames.begin(), kNames.end(),
                                  [&](const auto& one) { return one.first == protocol; });
  return name == kNames.end() ? std::to_string(protocol) : std::string(name->second);
}

}  // namespace sockdiag
