#pragma once

#include <arpa/inet.h>

#include <compare>
#include <cstdint>

namespace sockdiag {

/// A port in host order. Made only by name, so that the byte order is said where it is known.
class Port {
 public:
  constexpr Port() = default;
  [[nodiscard]] static constexpr Port FromHost(std::uint16_t port) { return Port(port); }
  [[nodiscard]] static Port FromNetwork(std::uint16_t port) { return Port(ntohs(port)); }

  [[nodiscard]] constexpr std::uint16_t Value() const { return port_; }
  friend constexpr auto operator<=>(Port, Port) = default;

 private:
  explicit constexpr Port(std::uint16_t port) : port_(port) {}
  std::uint16_t port_ = 0;
};

/// Ports from `first` to `last`, both included.
struct PortRange {
  Port first;
  Port last;

  [[nodiscard]] constexpr bool Contains(Port port) const { return first <= port && port <= last; }
  friend constexpr bool operator==(const PortRange&, const PortRange&) = default;
};

}  // namespace sockdiag
