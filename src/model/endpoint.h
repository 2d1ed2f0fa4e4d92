#pragma once

#include <compare>

#include "model/ip_address.h"
#include "model/port.h"

namespace sockdiag {

/// One end of a socket.
struct Endpoint {
  IpAddress address;
  Port port;

  friend constexpr auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

}  // namespace sockdiag
