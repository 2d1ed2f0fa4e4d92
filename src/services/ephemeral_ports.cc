#include "services/ephemeral_ports.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

#include "base/file.h"

namespace sockdiag {
namespace {

constexpr std::string_view kSpace = " \t\n";
/// 65,536 ports, each on its own with its comma.
constexpr std::size_t kLimitBytes = std::size_t{65536} * 6;

std::optional<Port> TakePort(std::string_view& text) {
  std::uint16_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return Port::FromHost(value);
}

bool TakeCharacter(std::string_view& text, char character) {
  if (!text.starts_with(character)) return false;
  text.remove_prefix(1);
  return true;
}

void SkipSpace(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
}

/// As an error shows it: the kernel's texts end with a line end.
std::string Quoted(std::string_view text) {
  return '"' + std::string(text.substr(0, text.find('\n'))) + '"';
}

}  // namespace

Result<PortRange> ParsePortRangeSysctl(std::string_view text) {
  std::string_view rest = text;
  SkipSpace(rest);
  const std::optional<Port> first = TakePort(rest);
  SkipSpace(rest);
  const std::optional<Port> last = TakePort(rest);
  SkipSpace(rest);
  if (!first || !last || *last < *first || !rest.empty()) {
    return Fail("ip_local_port_range: " + Quoted(text) + " is not two ports in order");
  }
  return PortRange{*first, *last};
}

Result<std::vector<PortRange>> ParseReservedPorts(std::string_view text) {
  std::vector<PortRange> reserved;
  std::string_view rest = text;
  SkipSpace(rest);
  while (!rest.empty()) {
    const std::optional<Port> first = TakePort(rest);
    const std::optional<Port> last = TakeCharacter(rest, '-') ? TakePort(rest) : first;
    const bool more = TakeCharacter(rest, ',');
    if (!more) SkipSpace(rest);
    if (!first || !last || *last < *first || more == rest.empty()) {
      return Fail("ip_local_reserved_ports: " + Quoted(text) + " is not a list of ports");
    }
    reserved.push_back({*first, *last});
  }
  return reserved;
}

EphemeralPorts ReadEphemeralPorts() {
  const std::string directory = "/proc/sys/net/ipv4/";
  EphemeralPorts ports;
  ports.range = ReadFile(directory + "ip_local_port_range", kLimitBytes)
                    .and_then(ParsePortRangeSysctl)
                    .value_or(ports.range);
  ports.reserved = ReadFile(directory + "ip_local_reserved_ports", kLimitBytes)
                       .and_then(ParseReservedPorts)
                       .value_or(ports.reserved);
  return ports;
}

}  // namespace sockdiag
