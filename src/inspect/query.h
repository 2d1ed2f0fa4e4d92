#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "inspect/endpoint_pattern.h"
#include "model/direction.h"
#include "model/port.h"
#include "model/protocol.h"
#include "model/socket_state.h"

namespace sockdiag {

/// What one filter of a query lets through.
template <typename Value>
struct Filter {
  /// One of these; none: whatever there is.
  std::vector<Value> wanted;
  /// And none of these.
  std::vector<Value> unwanted;

  [[nodiscard]] bool IsEmpty() const { return wanted.empty() && unwanted.empty(); }
  /// `matches(const Value&)`.
  template <typename Predicate>
  [[nodiscard]] bool Accepts(const Predicate& matches) const {
    return (wanted.empty() || std::ranges::any_of(wanted, matches)) &&
           std::ranges::none_of(unwanted, matches);
  }

  friend bool operator==(const Filter&, const Filter&) = default;
};

/// What the sockets of an answer are put together by.
enum class Grouping : std::uint8_t {
  /// The peer: its address, with the port when that is the service's.
  kRemote,
  /// The peer's network: 24 bits of an IPv4 address, 64 of an IPv6 one.
  kRemoteNet,
  kService,
  kOwner,
  kState,
  /// The local address, with the port when that is the service's.
  kLocal,
  /// The service's port.
  kPort,
  /// The local end of what this host serves.
  kListener,
  /// The local address and the peer with its port: what ephemeral ports run out for.
  kDestination,
  /// Each socket for itself.
  kSocket,
};

/// By what the first rows of an answer come first: the most of it.
enum class Order : std::uint8_t { kCount, kAge, kReceiveQueue, kSendQueue, kRetransmits };

/// By Grouping and by Order: the words of a query.
inline constexpr std::array<std::string_view, 10> kGroupingWords{
    "remote", "remote_net", "service",  "owner",       "state",
    "local",  "port",       "listener", "destination", "socket"};
inline constexpr std::array<std::string_view, 5> kOrderWords{"count", "age", "recv_queue",
                                                             "send_queue", "retransmits"};

/// A question about the sockets of one dump. Default-constructed: all of them, by service and
/// state.
struct Query {
  static constexpr std::size_t kMaxGroupings = 2;
  static constexpr std::size_t kMaxLimit = 1000;
  static constexpr std::size_t kDefaultLimit = 20;
  /// Of a query as text, and of values of one filter.
  static constexpr std::size_t kMaxBytes = 4096;
  static constexpr std::size_t kMaxValues = 100;

  Filter<SocketState> states;
  Filter<std::string> services;
  Filter<Direction> directions;
  Filter<Protocol> protocols;
  /// The service's.
  Filter<PortRange> ports;
  Filter<EndpointPattern> local;
  Filter<EndpointPattern> remote;
  /// Owners' names, as labels have them.
  Filter<std::string> owners;
  /// In their state; only what is watched has an age.
  std::optional<std::chrono::milliseconds> older_than;
  /// Whether an accept() has taken it.
  std::optional<bool> accepted;
  std::optional<bool> retransmitting;
  std::vector<Grouping> by;
  Order order = Order::kCount;
  std::size_t limit = kDefaultLimit;

  /// `state=close_wait,syn_sent remote!=10.0.0.0/8 service="a b" by=remote order=age limit=50`:
  /// words that a space parts, and values that a comma does, with quotes around what has one.
  /// Refused with what is wrong and what there is instead, in one line.
  [[nodiscard]] static Result<Query> Parse(std::string_view text);
  /// From the parameters of a URL: a name that ends in `!` is `!=`, `q` is a text as above, and
  /// what has no value is as if it were not there, as forms send it.
  [[nodiscard]] static Result<Query> FromParameters(
      const std::vector<std::pair<std::string, std::string>>& parameters);
  /// In the form of Parse(), the same for equal queries; empty of the default.
  [[nodiscard]] std::string ToString() const;

  friend bool operator==(const Query&, const Query&) = default;
};

}  // namespace sockdiag
