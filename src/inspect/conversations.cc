#include "inspect/conversations.h"

#include <algorithm>
#include <utility>

namespace sockdiag {
namespace {

/// The first address of its network: 24 bits of an IPv4 address, 64 of an IPv6 one.
IpAddress NetworkOf(const IpAddress& address) {
  constexpr std::uint64_t kHostOfIpv4 = 0xff;
  return IpAddress::FromBits(address.High(), address.IsIpv4() ? address.Low() & ~kHostOfIpv4 : 0);
}

/// An end, with its port when that is the service's: others say little and differ from socket to
/// socket.
Endpoint ServiceEnd(const Endpoint& end, bool has_service) {
  return {end.address, has_service ? end.port : Port()};
}

GroupingValue ValueOf(Grouping grouping, const SocketRecord& record,
                      const Classification& classification) {
  const bool is_inbound = classification.direction == Direction::kInbound;
  switch (grouping) {
    case Grouping::kRemote:
      return {.remote = ServiceEnd(record.remote, !is_inbound)};
    case Grouping::kRemoteNet:
      return {.remote = {NetworkOf(record.remote.address), Port()}};
    case Grouping::kService:
      return {.number = Index(GroupOf(classification.group).service)};
    case Grouping::kOwner:
      return {.number = Index(classification.owner)};
    case Grouping::kState:
      return {.number = Index(record.state)};
    case Grouping::kLocal:
      return {.local = ServiceEnd(record.local, is_inbound)};
    case Grouping::kPort:
      return {.number = classification.service_port.Value()};
    case Grouping::kListener:
      return {.local = is_inbound ? record.local : Endpoint()};
    case Grouping::kDestination:
      return {.local = {record.local.address, Port()}, .remote = record.remote};
    case Grouping::kSocket:
      return {.local = record.local, .remote = record.remote, .number = record.cookie};
  }
  return {};
}

ConversationFigures FiguresOf(const SocketRecord& record, const Classification& classification,
                              const SocketAge& age) {
  ConversationFigures figures;
  figures.sockets = 1;
  figures.retransmitting = IsRetransmitting(record) ? 1 : 0;
  figures.unaccepted = IsUnaccepted(record) ? 1 : 0;
  figures.oldest = age;
  figures.owner = classification.owner;
  if (HasBacklog(record)) {
    figures.waiting = record.receive_queue;
    figures.backlog = record.send_queue;
  } else {
    figures.unread = record.receive_queue != 0 ? 1 : 0;
    figures.receive_queue_bytes = record.receive_queue;
    figures.send_queue_bytes = record.send_queue;
  }
  return figures;
}

/// What an order goes by, the most first.
std::uint64_t Rank(Order order, const ConversationFigures& figures) {
  switch (order) {
    case Order::kCount:
      return figures.sockets;
    case Order::kAge:
      return figures.oldest ? 1 + static_cast<std::uint64_t>(figures.oldest->count()) : 0;
    case Order::kReceiveQueue:
      return figures.receive_queue_bytes;
    case Order::kSendQueue:
      return figures.send_queue_bytes;
    case Order::kRetransmits:
      return figures.retransmitting;
  }
  return 0;
}

}  // namespace

ConversationFigures& ConversationFigures::operator+=(const ConversationFigures& other) {
  if (other.sockets == 0) return *this;
  has_several_owners =
      has_several_owners || other.has_several_owners || (sockets != 0 && owner != other.owner);
  owner = other.owner;
  sockets += other.sockets;
  retransmitting += other.retransmitting;
  unread += other.unread;
  unaccepted += other.unaccepted;
  receive_queue_bytes += other.receive_queue_bytes;
  send_queue_bytes += other.send_queue_bytes;
  waiting += other.waiting;
  backlog += other.backlog;
  // Nothing is less than any age.
  oldest = std::max(oldest, other.oldest);
  return *this;
}

std::size_t Conversations::Hash::operator()(const Key& key) const noexcept {
  std::uint64_t hash = 0;
  const auto mix = [&hash](std::uint64_t part) {
    // MurmurHash3's finalizer, so that addresses that differ in few bits spread.
    hash ^= part;
    hash ^= hash >> 33U;
    hash *= 0xff51afd7ed558ccdULL;
    hash ^= hash >> 33U;
  };
  for (const GroupingValue& value : key) {
    for (const Endpoint* end : {&value.local, &value.remote}) {
      mix(end->address.High());
      mix(end->address.Low());
      mix(end->port.Value());
    }
    mix(value.number);
  }
  return static_cast<std::size_t>(hash);
}

std::vector<Grouping> Conversations::Groupings(const Query& query) {
  return query.by.empty() ? std::vector{Grouping::kService, Grouping::kState} : query.by;
}

Conversations::Key Conversations::KeyOf(const SocketRecord& record,
                                        const Classification& classification) const {
  Key key;
  for (std::size_t i = 0; i < by_.size(); ++i) key[i] = ValueOf(by_[i], record, classification);
  return key;
}

bool Conversations::IsOfSingleSockets() const {
  return std::ranges::find(by_, Grouping::kSocket) != by_.end();
}

void Conversations::Add(const SocketRecord& record, const Classification& classification,
                        const SocketAge& age) {
  if (!filter_.Accepts(record, classification, age)) return;
  const ConversationFigures figures = FiguresOf(record, classification, age);
  all_ += figures;
  const Key key = KeyOf(record, classification);
  const auto known = groups_.find(key);
  if (known != groups_.end()) {
    known->second += figures;
    return;
  }
  if (groups_.size() == kMaxGroups && IsOfSingleSockets()) DropLastSockets();
  if (groups_.size() == kMaxGroups) {
    is_exact_ = false;
    others_ += figures;
    return;
  }
  groups_.emplace(key, figures);
}

bool Conversations::ComesFirst(const Answer::Row& a, const Answer::Row& b) const {
  for (const Order order : {query_.order, Order::kCount}) {
    const std::uint64_t rank_a = Rank(order, a.figures);
    const std::uint64_t rank_b = Rank(order, b.figures);
    if (rank_a != rank_b) return rank_a > rank_b;
  }
  return a.key < b.key;
}

std::vector<Answer::Row> Conversations::FirstRows(std::size_t count) {
  std::vector<Answer::Row> rows;
  rows.reserve(groups_.size());
  for (const auto& [key, figures] : groups_) rows.push_back({key, figures});
  groups_.clear();
  const auto middle = rows.begin() + static_cast<std::ptrdiff_t>(std::min(count, rows.size()));
  std::partial_sort(rows.begin(), middle, rows.end(),
                    [this](const auto& a, const auto& b) { return ComesFirst(a, b); });
  for (auto row = middle; row != rows.end(); ++row) others_ += row->figures;
  other_groups_ += static_cast<std::uint64_t>(rows.end() - middle);
  rows.erase(middle, rows.end());
  return rows;
}

void Conversations::DropLastSockets() {
  for (const auto& [key, figures] : FirstRows(query_.limit)) groups_.emplace(key, figures);
}

Answer Conversations::Take() && {
  Answer answer;
  answer.by = by_;
  answer.rows = FirstRows(query_.limit);
  answer.others = others_;
  if (is_exact_) answer.other_groups = other_groups_;
  answer.all = all_;
  return answer;
}

}  // namespace sockdiag
