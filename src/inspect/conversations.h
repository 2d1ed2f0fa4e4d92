#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "inspect/query.h"
#include "inspect/socket_filter.h"
#include "model/endpoint.h"
#include "model/socket_record.h"
#include "sockets/naming/classifier.h"

namespace sockdiag {

/// What one Grouping tells of a socket; what it does not tell is zero.
struct GroupingValue {
  Endpoint local = {};
  /// With port 0, and as the first address of its network, where these do not count.
  Endpoint remote = {};
  /// The number of a service, owner, state or port, or a socket's cookie.
  std::uint64_t number = 0;

  friend constexpr auto operator<=>(const GroupingValue&, const GroupingValue&) = default;
};

/// What the sockets of one row are together.
struct ConversationFigures {
  std::uint64_t sockets = 0;
  std::uint64_t retransmitting = 0;
  /// Have bytes to read; a FIN is one until it is read.
  std::uint64_t unread = 0;
  /// Wait for accept().
  std::uint64_t unaccepted = 0;
  /// ss's Recv-Q and Send-Q, without those of listeners that count connections.
  std::uint64_t receive_queue_bytes = 0;
  std::uint64_t send_queue_bytes = 0;
  /// Of those listeners: connections that wait for accept(), and the backlogs.
  std::uint64_t waiting = 0;
  std::uint64_t backlog = 0;
  /// Of the oldest whose age is known.
  SocketAge oldest;
  /// Of one of the sockets.
  OwnerId owner = OwnerId::kUntold;
  bool has_several_owners = false;

  ConversationFigures& operator+=(const ConversationFigures& other);
};

/// What a query gets from one dump.
struct Answer {
  struct Row {
    /// By the query's groupings; without a second one that is zero.
    std::array<GroupingValue, Query::kMaxGroupings> key;
    ConversationFigures figures;
  };

  /// Of Conversations::Groupings().
  std::vector<Grouping> by;
  /// The first ones in the query's order, at most its limit.
  std::vector<Row> rows;
  /// What the other groups are together, and how many they are; unknown when not all were counted.
  ConversationFigures others;
  std::optional<std::uint64_t> other_groups;
  ConversationFigures all;
  /// Whether all groups were counted: then the rows are the first ones indeed.
  [[nodiscard]] bool IsExact() const { return other_groups.has_value(); }
};

/// Puts together the sockets of one dump that a query is about, in memory that does not grow with
/// their number.
class Conversations {
 public:
  /// Of groups; sockets of others are counted together.
  static constexpr std::size_t kMaxGroups = 4096;

  Conversations(const Query& query, const SocketNames& names)
      : query_(query), by_(Groupings(query)), filter_(query, names) {}

  /// Those of the query, or the service and the state.
  [[nodiscard]] static std::vector<Grouping> Groupings(const Query& query);
  /// No other sockets of the protocol need be added.
  [[nodiscard]] StateSet States(Protocol protocol) const { return filter_.States(protocol); }

  void Add(const SocketRecord& record, const Classification& classification, const SocketAge& age);
  /// After the last socket.
  [[nodiscard]] Answer Take() &&;

 private:
  using Key = std::array<GroupingValue, Query::kMaxGroupings>;
  struct Hash {
    [[nodiscard]] std::size_t operator()(const Key& key) const noexcept;
  };
  using Groups = std::unordered_map<Key, ConversationFigures, Hash>;

  [[nodiscard]] Key KeyOf(const SocketRecord& record, const Classification& classification) const;
  [[nodiscard]] bool IsOfSingleSockets() const;
  [[nodiscard]] bool ComesFirst(const Answer::Row& a, const Answer::Row& b) const;
  /// Empties the groups into rows, the first `count` in front and in order.
  [[nodiscard]] std::vector<Answer::Row> FirstRows(std::size_t count);
  /// Of single sockets, leaves those that may be shown.
  void DropLastSockets();

  const Query query_;
  const std::vector<Grouping> by_;
  SocketFilter filter_;
  Groups groups_;
  std::uint64_t other_groups_ = 0;
  ConversationFigures others_;
  ConversationFigures all_;
  bool is_exact_ = true;
};

}  // namespace sockdiag
