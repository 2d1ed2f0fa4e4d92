#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "metrics/samples.h"
#include "model/direction.h"
#include "model/socket_state.h"

namespace sockdiag {

/// What samples tell of a host's connections, in the form that findings go by. What was not
/// collected is absent or 0.
struct HostFigures {
  /// In one direction.
  struct ServiceKey {
    /// Empty of the exporter's network namespace, `namespaces` of all others.
    std::string scope;
    std::string service;
    Direction direction;

    friend auto operator<=>(const ServiceKey&, const ServiceKey&) = default;
  };
  /// TCP sockets.
  struct Service {
    /// By SocketState.
    std::array<std::uint64_t, kSocketStateCount> sockets{};
    std::array<std::uint64_t, kSocketStateCount> stuck{};
    std::array<double, kSocketStateCount> oldest_age_seconds{};
    /// Of those in CLOSE_WAIT: accepted with bytes to read, and not accepted.
    std::uint64_t unread = 0;
    std::uint64_t unaccepted_close_wait = 0;
    /// By reason.
    std::map<std::string, std::uint64_t> stalled;

    /// Of those stuck in CLOSE_WAIT, at least so many were read to the end and not closed.
    [[nodiscard]] std::uint64_t Leaked() const;
  };
  struct ListenerKey {
    std::string scope;
    /// A number or `other`.
    std::string port;
    std::string service;

    friend auto operator<=>(const ListenerKey&, const ListenerKey&) = default;
  };
  struct Listener {
    std::uint64_t waiting = 0;
    std::uint64_t backlog = 0;
    /// Of the port's fullest listener.
    double saturation = 0;
    /// Connections that were dropped since the port was first shown.
    std::uint64_t drops = 0;
  };
  /// What there is of something, and how much of it there may be.
  struct Usage {
    double used = 0;
    double limit = 0;

    [[nodiscard]] double Share() const { return limit > 0 ? used / limit : 0; }
  };

  /// Whether TCP sockets were to be dumped, and were: else nothing is known of them.
  bool collects_tcp = false;
  bool knows_tcp = false;
  std::map<ServiceKey, Service> services;
  std::map<ListenerKey, Listener> listeners;
  /// Datagrams that a port's receivers dropped.
  std::map<ListenerKey, std::uint64_t> receive_drops;
  /// By state, of all services: owners' names with how many sockets are stuck, the most first.
  std::map<SocketState, std::vector<std::pair<std::string, std::uint64_t>>> stuck_owners;
  /// Local ports towards the fullest destination.
  std::optional<Usage> destination_ports;
  std::optional<Usage> time_wait;
  std::optional<Usage> orphans;
  std::optional<Usage> tcp_memory;
};

[[nodiscard]] HostFigures HostFiguresOf(const Samples& samples);

}  // namespace sockdiag
