#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/socket_state.h"
#include "sockets/naming/group.h"

namespace sockdiag {

/// What is remembered of a socket in a watched state, in 16 bytes.
struct TrackedSocket {
  /// The kernel's cookie, unique for the socket's life; 0 is a free place.
  std::uint64_t cookie = 0;
  /// In the tracker's ticks.
  std::uint32_t since = 0;
  std::uint32_t group : 24 = 0;
  std::uint32_t state : 4 = 0;
  /// In the pass under way.
  std::uint32_t seen : 1 = 0;
  /// In the last whole pass.
  std::uint32_t missed : 1 = 0;
  /// Came, or came to this state, in the pass under way.
  std::uint32_t fresh : 1 = 0;
  /// The kernel's sockets told its direction once, and so it keeps that one.
  std::uint32_t direction_is_known : 1 = 0;

  [[nodiscard]] GroupId Group() const { return static_cast<GroupId>(group); }
  [[nodiscard]] SocketState State() const { return static_cast<SocketState>(state); }
};
static_assert(sizeof(TrackedSocket) == 16);

/// Sockets by cookie: a hash table with open addressing. It grows in steps of a third and, with
/// Shrink(), is kept between 1/2 and 4/5 full, so that a socket takes at most 32 bytes; and it
/// never grows past its limit.
class CookieTable {
 public:
  explicit CookieTable(std::size_t limit) : limit_(limit) {}

  /// Null when it is not there.
  [[nodiscard]] TrackedSocket* Find(std::uint64_t cookie);
  /// Fetches the place where this cookie would be found into the processor's cache.
  void Prefetch(std::uint64_t cookie) const {
    if (!places_.empty()) __builtin_prefetch(&places_[Home(cookie)], 1);
  }
  /// For a cookie that is not 0 and not there. Null when the table is at its limit. It ends the
  /// life of every other pointer into the table.
  [[nodiscard]] TrackedSocket* Insert(std::uint64_t cookie);

  /// Removes those for which `gone(const TrackedSocket&)`, which may be asked twice for one. Takes
  /// and gives no memory.
  template <typename Predicate>
  void EraseIf(Predicate&& gone) {
    for (std::size_t i = 0; i < places_.size();) {
      if (places_[i].cookie != 0 && gone(places_[i])) {
        Erase(i);
      } else {
        ++i;
      }
    }
  }

  /// A table that holds more than a lower limit takes no newcomers until it has room again.
  void SetLimit(std::size_t limit) { limit_ = limit; }

  /// Gives memory back when less than half is used, and when there is enough for the smaller table.
  void Shrink() noexcept;

  /// Calls `visit(TrackedSocket&)` for each.
  template <typename Visitor>
  void ForEach(Visitor&& visit) {
    for (TrackedSocket& place : places_) {
      if (place.cookie != 0) visit(place);
    }
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  /// Of the table itself.
  [[nodiscard]] std::size_t memory_bytes() const { return places_.size() * sizeof(TrackedSocket); }

 private:
  static constexpr std::size_t kLeastPlaces = 64;

  [[nodiscard]] std::size_t Home(std::uint64_t cookie) const;
  [[nodiscard]] std::size_t Next(std::size_t place) const {
    return place + 1 == places_.size() ? 0 : place + 1;
  }
  [[nodiscard]] TrackedSocket& FreePlace(std::uint64_t cookie);
  void Erase(std::size_t place);
  void Resize(std::size_t places);

  std::size_t limit_;
  std::size_t size_ = 0;
  std::vector<TrackedSocket> places_;
};

}  // namespace sockdiag
