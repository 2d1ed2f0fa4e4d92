#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "model/cidr.h"
#include "model/endpoint.h"
#include "model/port.h"

namespace sockdiag {

/// An end of a socket as a query names it: an address or a network, a port, or both.
struct EndpointPattern {
  std::optional<Cidr> network;
  std::optional<Port> port;

  /// `10.0.0.1`, `10.0.0.0/8`, `10.0.0.1:443`, `:443`, `2001:db8::1`, `[2001:db8::1]:443`.
  [[nodiscard]] static Result<EndpointPattern> Parse(std::string_view text);
  [[nodiscard]] std::string ToString() const;
  [[nodiscard]] bool Matches(const Endpoint& end) const {
    return (!network || network->Contains(end.address)) && (!port || *port == end.port);
  }

  friend bool operator==(const EndpointPattern&, const EndpointPattern&) = default;
};

/// `10.0.0.1:443`, `[2001:db8::1]:443`: an address or a network in front of a port.
[[nodiscard]] std::string WithPort(const std::string& address, Port port);

}  // namespace sockdiag
