#include "inspect/endpoint_pattern.h"

#include <cstddef>
#include <cstdint>

#include "yaml/values.h"

namespace sockdiag {
namespace {

Result<Cidr> ParseNetwork(std::string_view text) {
  if (text.find('/') != std::string_view::npos) return Cidr::Parse(text);
  const std::optional<IpAddress> address = IpAddress::Parse(text);
  if (!address) {
    return Fail(Excerpt(text) + " is not an address, a network or a port such as :443");
  }
  return Cidr::Parse(address->ToString() + (address->IsIpv4() ? "/32" : "/128"));
}

}  // namespace

Result<EndpointPattern> EndpointPattern::Parse(std::string_view text) {
  EndpointPattern pattern;
  const bool has_brackets = text.starts_with('[');
  const std::size_t colon = text.rfind(':');
  const bool is_ipv6 = !has_brackets && colon != text.find(':');
  std::string_view address = text;
  if (colon != std::string_view::npos && !is_ipv6 && !text.ends_with(']')) {
    const Result<std::uint64_t> port = ParseInteger(text.substr(colon + 1), 1, 65'535);
    if (!port) return Fail(Excerpt(text) + ": " + port.error().message);
    pattern.port = Port::FromHost(static_cast<std::uint16_t>(*port));
    address = text.substr(0, colon);
    if (address.empty()) return pattern;
  }
  if (has_brackets && address.ends_with(']')) address = address.substr(1, address.size() - 2);
  const Result<Cidr> network = ParseNetwork(address);
  if (!network) return tl::unexpected(network.error());
  pattern.network = *network;
  return pattern;
}

std::string EndpointPattern::ToString() const {
  if (!network) return port ? WithPort("", *port) : "";
  const bool is_one = network->First() == network->Last();
  const std::string address = is_one ? network->First().ToString() : network->ToString();
  return port ? WithPort(address, *port) : address;
}

std::string WithPort(const std::string& address, Port port) {
  const bool is_ipv6 = address.find(':') != std::string::npos;
  return (is_ipv6 ? "[" + address + "]" : address) + ":" + std::to_string(port.Value());
}

}  // namespace sockdiag
