#include "sockets/naming/ephemeral_ports.h"

#include <cstdint>
#include <optional>

#include "proc/scanner.h"

namespace sockdiag {
namespace {

std::optional<Port> TakePort(Scanner& scanner) {
  const std::optional<std::uint16_t> value = scanner.TakeInteger<std::uint16_t>();
  return value ? std::optional(Port::FromHost(*value)) : std::nullopt;
}

}  // namespace

Result<PortRange> ParsePortRangeSysctl(std::string_view text) {
  Scanner scanner(text);
  scanner.SkipSpace();
  const std::optional<Port> first = TakePort(scanner);
  scanner.SkipSpace();
  const std::optional<Port> last = TakePort(scanner);
  scanner.SkipSpace();
  if (!first || !last || *last < *first || !scanner.IsAtEnd()) {
    return Fail(Excerpt(text) + " is not two ports in order");
  }
  return PortRange{*first, *last};
}

Result<std::vector<PortRange>> ParseReservedPorts(std::string_view text) {
  std::vector<PortRange> reserved;
  Scanner scanner(text);
  scanner.SkipSpace();
  while (!scanner.IsAtEnd()) {
    const std::optional<Port> first = TakePort(scanner);
    const std::optional<Port> last = scanner.TakeCharacter('-') ? TakePort(scanner) : first;
    const bool more = scanner.TakeCharacter(',');
    if (!more) scanner.SkipSpace();
    if (!first || !last || *last < *first || more == scanner.IsAtEnd()) {
      return Fail(Excerpt(text) + " is not a list of ports");
    }
    reserved.push_back({*first, *last});
  }
  return reserved;
}

}  // namespace sockdiag
