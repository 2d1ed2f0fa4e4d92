#include "services/ephemeral_range.h"

#include <charconv>
#include <cstdint>
#include <optional>

#include "base/file.h"

namespace sockdiag {
namespace {

constexpr std::string_view kSpace = " \t\n";

std::optional<Port> TakePort(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
  std::uint16_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return Port::FromHost(value);
}

}  // namespace

Result<PortRange> ParseEphemeralRange(std::string_view text) {
  std::string_view rest = text;
  const std::optional<Port> first = TakePort(rest);
  const std::optional<Port> last = TakePort(rest);
  const bool trailing = rest.find_first_not_of(kSpace) != std::string_view::npos;
  if (!first || !last || *last < *first || trailing) {
    return Fail("ip_local_port_range: \"" + std::string(text) + "\" is not two ports in order");
  }
  return PortRange{*first, *last};
}

Result<PortRange> ReadEphemeralRange() {
  return ReadFile("/proc/sys/net/ipv4/ip_local_port_range", 4096).and_then(ParseEphemeralRange);
}

}  // namespace sockdiag
