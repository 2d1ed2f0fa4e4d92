#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace sockdiag::bench {

/// The ports that connections go to: services that /etc/services knows, and one that it does not.
inline constexpr std::array<std::uint16_t, 5> kServicePorts{80, 443, 5432, 3306, 9999};
/// Where further listeners and UDP sockets get their ports from, one after the other.
inline constexpr std::uint16_t kFirstExtraPort = 10'000;
inline constexpr std::size_t kExtraPorts = 50'000;

/// Numbers first .. first + count - 1 of a plan of `total`.
struct Share {
  std::size_t first;
  std::size_t count;
  std::size_t total;
};

/// One listening socket for each of kServicePorts, on all addresses; empty after an error, which
/// is on standard error.
[[nodiscard]] std::vector<int> ListenOnServicePorts();

// Each of these makes sockets that stay open until the process ends; false after an error, which
// is on standard error.

/// TCP connections within 127.0.0.0/8, both ends, spread over the service ports and over many
/// addresses. `close_wait` of all `total` connections have been shut down by the connecting end:
/// FIN_WAIT2 there and CLOSE_WAIT at the other. `listeners` are those of ListenOnServicePorts(),
/// which other processes may share.
[[nodiscard]] bool MakeConnections(const Share& share, std::size_t close_wait,
                                   const std::vector<int>& listeners);

/// TCP listeners, on ports of their own up to kExtraPorts.
[[nodiscard]] bool MakeListeners(const Share& share);

/// UDP sockets, each on a port of its own up to kExtraPorts, then on further addresses.
[[nodiscard]] bool MakeUdp(const Share& share, bool connected);

}  // namespace sockdiag::bench
