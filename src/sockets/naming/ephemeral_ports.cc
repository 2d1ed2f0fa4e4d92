#include "sockets/naming/ephemeral_ports.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

namespace sockdiag {
namespace {

constexpr std::string_view kSpace = " \t\n";

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

}  // namespace

Result<PortRange> ParsePortRangeSysctl(std::string_view text) {
  std::string_view rest = text;
  SkipSpace(rest);
  const std::optional<Port> first = TakePort(rest);
  SkipSpace(rest);
  const std::optional<Port> last = TakePort(rest);
  SkipSpace(rest);
  if (!first || !last || *last < *first || !rest.empty()) {
    return Fail(Excerpt(text) + " is not two ports in order");
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
      return Fail(Excerpt(text) + " is not a list of ports");
    }
    reserved.push_back({*first, *last});
  }
  return reserved;
}

}  // namespace sockdiag
